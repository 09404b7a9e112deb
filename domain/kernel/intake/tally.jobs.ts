/** What is said of an import's layers: how many rows came to what, which were refused and why, what the rules remark. */
import { appendFileSync } from 'node:fs'
import { basename } from 'node:path'
import { crsFromEpsg } from '@dishu/formats/crs/crs'
import type { Crs } from '@dishu/formats/layers'
import type { FieldRefusal } from './intake.ts'
import { matchedFields, type OpenLayer, signatureOf } from './layers.jobs.ts'
import { type IntakeNote, type LayerSummary, type RefusedRowData, SHOWN_ROWS } from './preview.ts'

export type LayerCounts = {
  rowsRead: number
  added: number
  changed: number
  unchanged: number
  ended: number
  refused: number
  areaIn: number | null
  areaOut: number | null
}

const LINES_AT_ONCE = 500

export class Tally {
  refusedCount = 0
  private readonly path: string // of the list of all refused rows
  private readonly refusedRows: RefusedRowData[] = []
  private refusedLines: string[] = []
  private readonly findings = new Map<string, { rule: string; severity: string; rows: number }>()
  private readonly counts = new Map<string, LayerCounts>()

  constructor(path: string) {
    this.path = path
  }

  begin(open: OpenLayer): LayerCounts {
    const counts: LayerCounts = { rowsRead: 0, added: 0, changed: 0, unchanged: 0, ended: 0, refused: 0, areaIn: null, areaOut: null }
    this.counts.set(open.key, counts)
    return counts
  }

  has(open: OpenLayer): boolean {
    return this.counts.has(open.key)
  }

  /** Of a layer that has begun. */
  of(open: OpenLayer): LayerCounts {
    const counts = this.counts.get(open.key)
    if (!counts) throw new Error(`expected the layer ${open.key} to have begun`)
    return counts
  }

  all(): readonly LayerCounts[] {
    return [...this.counts.values()]
  }

  remark(said: readonly { readonly rule: string; readonly severity: string }[]): void {
    for (const { rule, severity } of said) {
      const found = this.findings.get(rule)
      if (found) found.rows++
      else this.findings.set(rule, { rule, severity, rows: 1 })
    }
  }

  refuseRow(open: OpenLayer, counts: LayerCounts, row: number, { field, refusal }: FieldRefusal, area: number | null, whole = true): void {
    if (whole) counts.refused++
    if (area !== null) counts.areaOut = (counts.areaOut ?? 0) + area
    const entry = { file: basename(open.group.path), layer: open.layer.name, row, field, refusal }
    this.refusedCount++
    if (this.refusedRows.length < SHOWN_ROWS) this.refusedRows.push(entry)
    this.refusedLines.push(`${JSON.stringify(entry)}\n`)
    if (this.refusedLines.length > LINES_AT_ONCE) this.flush()
  }

  noteStray(open: OpenLayer, county: string, stated: string): void {
    const note = open.notes.find((each) => each.code === 'intake/stray-counties') as { details: { codes: string[] } } | undefined
    if (!note) open.notes.push({ code: 'intake/stray-counties', details: { county, codes: [stated] } })
    else if (!note.details.codes.includes(stated)) note.details.codes.push(stated)
  }

  note(open: OpenLayer, code: 'intake/duplicate-keys' | 'intake/rows-joined', example: string): void {
    const found = open.notes.findIndex((each) => each.code === code)
    const rows = found < 0 ? 1 : (open.notes[found].details as { rows: number }).rows + 1
    const note: IntakeNote = code === 'intake/rows-joined' ? { code, details: { rows } } : { code, details: { rows, example } }
    if (found < 0) open.notes.push(note)
    else open.notes[found] = note
  }

  /** Writes down the refused rows that are not yet in the import's list of them. */
  flush(): void {
    if (this.refusedLines.length > 0) appendFileSync(this.path, this.refusedLines.join(''))
    this.refusedLines = []
  }

  /** A layer of which no row can be read. */
  refuseAll(open: OpenLayer): void {
    const problems = open.first?.problems ?? []
    const counts = this.begin(open)
    counts.rowsRead = problems.length
    for (const { row, refusal } of problems) this.refuseRow(open, counts, row, { field: null, refusal }, null)
  }

  shown(layers: readonly OpenLayer[]) {
    return {
      layers: layers.map((open) => summary(open, this.counts.get(open.key) ?? null)),
      refusedRows: this.refusedRows,
      refusedCount: this.refusedCount,
      findings: [...this.findings.values()].sort((a, b) => b.rows - a.rows),
    }
  }
}

const summary = (open: OpenLayer, counts: LayerCounts | null): LayerSummary => {
  const used = matchedFields(open)
  const usedAs = new Map([...used].map(([name, index]) => [index, name]))
  // the first rows as they stand, gaps too, so that the columns make rows again beside each other
  const examples = (f: number) => (open.first?.columns[f] ?? []).slice(0, 10).map((each) => (each === null ? '' : String(each)))
  return {
    key: open.key,
    signature: signatureOf(open.layer, open.maker),
    file: open.layer.file,
    layer: open.layer.name,
    format: open.layer.format,
    standard: open.standard?.id ?? null,
    encoding: open.layer.encoding?.name ?? null,
    crs: open.crs ? crsLabel(open.crs.crs) : open.layer.crs ? crsLabel(open.layer.crs) : null,
    srid: open.crs?.srid ?? null,
    ...(counts ?? { rowsRead: 0, added: 0, changed: 0, unchanged: 0, ended: 0, refused: 0, areaIn: null, areaOut: null }),
    fields: open.layer.fields.map(({ name, type }, f) => ({
      name,
      type,
      usedAs: usedAs.get(f) ?? null,
      examples: open.standard ? [] : examples(f),
    })),
    notes: open.notes,
  }
}

/** A coordinate system as a person reads it. */
export const crsLabel = (crs: Crs) => (crs.epsg === null ? crs.name : `EPSG:${crs.epsg} ${crsFromEpsg(crs.epsg).name}`)
