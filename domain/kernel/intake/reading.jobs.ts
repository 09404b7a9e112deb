/**
 * Reads the files of an import: recognises every layer, turns its rows into register rows, compares them with the register,
 * and stages what would change. Nothing of the register is touched. The same files and answers give the same staged rows.
 */
import { writeFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Day, dayOf, FOREVER } from '@dishu/base/date'
import { type Refusal, Refused } from '@dishu/base/refusal'
import type { Batch, Source } from '@dishu/formats/layers'
import { type Db, transaction } from '@dishu/server-kit/sql'
import { contentBytes, contentDigest, dayNumber, readCounties, rowToWrite } from '../records/records.store.ts'
import type { Content, Kind, SourceFile } from '../records/records.ts'
import { Changes } from './changes.jobs.ts'
import { keyOf, type PresentRows } from './compare.jobs.ts'
import { Counties, type CountyState, obtain, type SeenKey } from './counties.jobs.ts'
import { isIn, widened } from './crs.jobs.ts'
import type { ReadRecord, RowGeometry, Standard } from './intake.ts'
import { joinRecords } from './joining.ts'
import {
  countyOfFirstRow,
  matchedFields,
  type OpenLayer,
  openLayers,
  type ReadingRequest,
  type ReadingTools,
  valuesOf,
} from './layers.jobs.ts'
import { measure, type Projection, projectionOf } from './measure.jobs.ts'
import type { Preview, QuestionData, StagedKind } from './preview.ts'
import { questionsOf, shiftsOf, validFromOf } from './questions.jobs.ts'
import { STATUS } from './staging.jobs.ts'
import { findStrays, type KeptRow, mayStillBeStray, rowAlone } from './strays.jobs.ts'
import { type LayerCounts, Tally } from './tally.jobs.ts'
import { BatchValues } from './values.ts'

/** What the rules said of the rows of an import by themselves, so that the check after it need not ask them again. */
export type Inspected = { readonly day: Day; readonly remarked: Readonly<Record<string, readonly string[]>> } // keys of rows, by kind
export const inspectedFile = (folder: string, county: string) => join(folder, 'staged', `${county}.inspected.json`)

export async function readFiles(tools: ReadingTools, request: ReadingRequest): Promise<Preview> {
  let strays: ReadonlyMap<string, string> = new Map()
  for (;;) {
    const read = await readOnce(tools, request, strays)
    if ('preview' in read) return read.preview
    // a few rows name a county that is not of this file: everything is read once more, and they are taken as the file's own
    strays = read.strays
  }
}

type Read = { readonly preview: Preview } | { readonly strays: ReadonlyMap<string, string> }

async function readOnce(tools: ReadingTools, request: ReadingRequest, strays: ReadonlyMap<string, string>): Promise<Read> {
  const staged = join(request.folder, 'staged')
  await rm(staged, { recursive: true, force: true })
  await mkdir(staged, { recursive: true, mode: 0o700 })
  await writeFile(join(request.folder, 'refused.jsonl'), '', { mode: 0o600 })
  const opened: OpenLayer[] = []
  const sources: Source[] = []
  try {
    if (request.files.length === 0) throw new Refused({ code: 'intake/no-files', details: {} })
    await openLayers(tools, request, opened, sources)
    return await new Reading(tools, request, staged, opened, strays).run()
  } finally {
    for (const { rest } of opened) await rest.return?.()
    for (const source of sources) await source.close()
  }
}

/** A record of a kind whose rows complete each other, kept until all rows are read. */
type Held = {
  record: ReadRecord
  readonly state: CountyState
  readonly kind: Kind
  readonly open: OpenLayer
  readonly row: number
  readonly validFrom: Day
}

/** A layer's rows on their way in: what is alike for all of them. */
type Into = {
  readonly open: OpenLayer
  readonly standard: Standard
  readonly counts: LayerCounts
  readonly validFrom: Day
  readonly projection: Projection | null
}

class Reading {
  private readonly tools: ReadingTools
  private readonly request: ReadingRequest
  private readonly staged: string
  private readonly layers: readonly OpenLayer[]
  private readonly counties: Counties
  private readonly tally: Tally
  private readonly changes = new Changes()
  private done = 0
  private readonly strays: ReadonlyMap<string, string>
  private readonly kinds: ReadonlyMap<string, Kind>
  private readonly sealing: ReadonlySet<Kind> // kinds with a column of sealed values
  private readonly rowsOf = new Map<OpenLayer, Map<string, number>>()
  private readonly held = new Map<string, Held>()
  private readonly kept: KeptRow[] = []
  private expected: ReadonlySet<string> = new Set()

  constructor(
    tools: ReadingTools,
    request: ReadingRequest,
    staged: string,
    layers: readonly OpenLayer[],
    strays: ReadonlyMap<string, string>,
  ) {
    this.strays = strays
    this.kinds = new Map(tools.kinds.map((kind) => [kind.name, kind]))
    this.sealing = new Set(tools.kinds.filter(({ columns }) => columns.some(([column]) => column === 'sealed')))
    this.tools = tools
    this.request = request
    this.staged = staged
    this.layers = layers
    this.counties = new Counties(tools.vault, staged)
    this.tally = new Tally(join(request.folder, 'refused.jsonl'))
  }

  async run(): Promise<Read> {
    return transaction(this.tools.pool, (db) => this.read(db), { readOnly: true, isolation: 'repeatable read', retries: 0 })
  }

  private async read(db: Db): Promise<Read> {
    const questions: QuestionData[] = [...(await questionsOf(db, this.tools, this.request.answers, this.layers))]
    const validFrom = await validFromOf(db, this.tools, this.request, this.layers)
    if (questions.some(({ id }) => id !== 'unclassified')) return { preview: this.preview(questions, validFrom, null) }
    const unreadable = this.layers.filter((each) => each.first?.rows.length === 0)
    for (const open of unreadable) this.tally.refuseAll(open)
    const known = this.layers.filter((each) => each.standard && each.first?.rows.length)
    if (known.length === 0 && unreadable.length > 0) {
      this.flush()
      const details = { rows: this.tally.refusedCount, refused: this.tally.refusedCount }
      return { preview: this.preview(questions, validFrom, { code: 'intake/nothing-to-take', details }) }
    }
    if (known.length === 0) {
      const files = this.request.files.map((each) => basename(each))
      return { preview: this.preview(questions, validFrom, { code: 'intake/nothing-recognised', details: { files } }) }
    }
    const total = known.reduce<number | null>(
      (sum, { layer }) => (sum === null || layer.rowCount === null ? null : sum + layer.rowCount),
      0,
    )
    try {
      const registered = (await readCounties(db)).map(({ county }) => county)
      this.expected = new Set([...registered, ...known.flatMap((each) => countyOfFirstRow(each) ?? [])])
      for (const layer of known) await this.readLayer(db, layer, validFrom, total)
      const strays = findStrays(this.rowsOf, registered)
      if (this.strays.size === 0 && [...strays.keys()].some((county) => this.counties.byCode.has(county))) return { strays }
      await this.readKept(db, validFrom, strays)
      await this.stageHeld(db)
      await this.matchOtherwise(db)
      await this.endMissing(db, validFrom)
      await this.changes.describe(db)
      this.flush()
      for (const { county, remarked } of this.counties.byCode.values()) {
        const inspected: Inspected = { day: dayOf(this.request.now), remarked: Object.fromEntries(remarked) }
        writeFileSync(inspectedFile(this.request.folder, county), JSON.stringify(inspected), { mode: 0o600 })
      }
    } finally {
      this.counties.close()
    }
    questions.push(...(await shiftsOf(db, this.tools, this.request.answers, known)))
    const counts = this.tally.all()
    const changes = counts.reduce((sum, each) => sum + each.added + each.changed + each.ended, 0)
    const refusal: Refusal | null =
      changes > 0
        ? null
        : {
            code: 'intake/nothing-to-take',
            details: { rows: counts.reduce((sum, each) => sum + each.rowsRead, 0), refused: this.tally.refusedCount },
          }
    return { preview: this.preview(questions, validFrom, refusal) }
  }

  private async readLayer(db: Db, open: OpenLayer, validFrom: Day, total: number | null): Promise<void> {
    const standard = open.standard as Standard
    const matched = matchedFields(open)
    const counts = this.tally.begin(open)
    const told = new Set(this.layers.flatMap((each) => countyOfFirstRow(each) ?? []))
    const fallback = this.request.answers.county ?? (told.size === 1 ? [...told][0] : null)
    const into = { open, standard, counts, validFrom, projection: open.crs ? projectionOf(open.crs.crs, open.crs.srid) : null }
    const rowsOf = new Map<string, number>() // by stated county
    for (let batch: Batch | null = open.first; batch !== null; ) {
      this.request.signal.throwIfAborted()
      for (const { row, refusal } of batch.problems) {
        counts.rowsRead++
        this.tally.refuseRow(open, counts, row, { field: null, refusal }, null)
      }
      const values = new BatchValues(batch.columns, open.layer.fields, matched)
      for (let i = 0; i < batch.rows.length; i++) {
        counts.rowsRead++
        const stated = standard.countyOf(values.at(i))
        if (stated !== null) {
          const rows = (rowsOf.get(stated) ?? 0) + 1
          rowsOf.set(stated, rows)
          if (this.mayBeStray(stated, rows)) {
            this.kept.push({ open, batch: rowAlone(batch, i), county: stated })
            continue
          }
        }
        const county = stated === null ? fallback : (this.strays.get(stated) ?? stated)
        if (stated !== null && county !== stated && county) this.tally.noteStray(open, county, stated)
        // nothing is awaited for a row whose county is open, which is nearly every row
        const state = county === null ? null : (this.counties.opened(county, open) ?? (await this.counties.open(db, county, open)))
        this.readRow(into, state, county, values, batch, i)
      }
      if (rowsOf.size > 0) this.rowsOf.set(open, rowsOf)
      if (this.changes.many) await this.changes.describe(db)
      this.done += batch.rows.length + batch.problems.length
      this.request.onProgress('reading', this.done, total)
      const next = await open.rest.next()
      batch = next.done ? null : next.value
    }
  }

  private mayBeStray(stated: string, rows: number): boolean {
    if (this.expected.has(stated) || this.counties.byCode.has(stated) || this.strays.size > 0) return false
    return mayStillBeStray(rows, this.kept.length)
  }

  /** The rows that waited for it to be known whether their counties are slips of the pen. */
  private async readKept(db: Db, validFrom: Day, strays: ReadonlyMap<string, string>): Promise<void> {
    for (const { open, batch, county: stated } of this.kept.splice(0)) {
      const standard = open.standard as Standard
      const counts = this.tally.of(open)
      const county = strays.get(stated) ?? stated
      if (county !== stated) this.tally.noteStray(open, county, stated)
      const values = valuesOf(open, batch).at(0)
      const projection = open.crs ? projectionOf(open.crs.crs, open.crs.srid) : null
      const state = this.counties.opened(county, open) ?? (await this.counties.open(db, county, open))
      this.readRow({ open, standard, counts, validFrom, projection }, state, county, values, batch, 0)
    }
  }

  private readRow(into: Into, state: CountyState | null, county: string | null, values: BatchValues, batch: Batch, i: number): void {
    const { open, standard, counts, validFrom, projection } = into
    const row = batch.rows[i]
    let geometry: RowGeometry | null = null
    if (projection && batch.offsets[i + 1] > batch.offsets[i]) {
      const wkb = batch.wkb.subarray(batch.offsets[i], batch.offsets[i + 1])
      const measured = measure(wkb, projection)
      if (!measured.ok) {
        const [x, y] = measured.at
        const refusal = { code: 'intake/coordinates-impossible', details: { x, y, crs: projection.name } } as const
        this.tally.refuseRow(open, counts, row, { field: null, refusal }, null)
        return
      }
      // an empty geometry is none
      geometry = measured.geometry.bbox[0] <= measured.geometry.bbox[2] ? measured.geometry : null
      if (geometry && !(open.box && isIn(geometry.bbox, open.box))) open.box = widened(open.box, geometry.bbox)
    }
    if (state === null || county === null) {
      const refusal = { code: 'intake/not-a-county', details: { code: county ?? '' } } as const
      this.tally.refuseRow(open, counts, row, { field: null, refusal }, geometry?.area ?? null)
      return
    }
    const { records, refusals } = standard.read(values, geometry, {
      county,
      layer: open.layer.name,
      validFrom,
      options: open.mapping?.options ?? {},
    })
    for (const refusal of refusals)
      this.tally.refuseRow(open, counts, row, refusal, records.length === 0 ? (geometry?.area ?? null) : null, records.length === 0)
    for (const record of records) {
      if (!this.hold(state, open, counts, record, row, validFrom)) this.stage(state, open, counts, record, row, validFrom, geometry)
    }
  }

  /** Keeps a record whose kind is held, or joins it with the one kept under its key; false for other kinds, and for a second thing under the same number. */
  private hold(state: CountyState, open: OpenLayer, counts: LayerCounts, record: ReadRecord, row: number, validFrom: Day): boolean {
    const kind = this.kindOf(record)
    if (!kind.held) return false
    const key = `${state.county}\u001f${kind.name}\u001f${keyOf(kind.key, record.content)}`
    const kept = this.held.get(key)
    if (!kept) {
      this.held.set(key, { record, state, kind, open, row, validFrom })
      return true
    }
    const joined = joinRecords(kept.record, record)
    if (!joined) return false
    kept.record = joined
    counts.unchanged++
    this.tally.note(open, 'intake/rows-joined', '')
    return true
  }

  private async stageHeld(db: Db): Promise<void> {
    for (const { record, state, open, row, validFrom } of this.held.values())
      this.stage(state, open, this.tally.of(open), record, row, validFrom, null)
    this.held.clear()
    if (this.changes.many) await this.changes.describe(db)
  }

  private kindOf(record: ReadRecord): Kind {
    const kind = this.kinds.get(record.kind)
    if (!kind) throw new Error(`expected a kind of the register, got ${record.kind}`)
    return kind
  }

  private stage(
    state: CountyState,
    open: OpenLayer,
    counts: LayerCounts,
    record: ReadRecord,
    row: number,
    validFrom: Day,
    geometry: RowGeometry | null,
  ): void {
    const kind = this.kindOf(record)
    let content: Content = record.content
    if (record.personal) content = { ...content, sealed: this.counties.sealValues(state, record.personal) }
    else if (this.sealing.has(kind)) content = { ...content, sealed: content.sealed ?? {} }

    const keys = obtain(state.keysInFile, kind.name, () => new Map<string, SeenKey>())
    let key = keyOf(kind.key, content)
    const first = keys.get(key)
    if (first !== undefined) {
      if (contentDigest(kind, contentBytes(kind, content)).readUIntBE(0, 6) === first.mark) {
        counts.unchanged++
        this.tally.note(open, 'intake/rows-joined', '')
        return
      }
      if (kind.key.length > 1 || kind.columns.every(([column]) => column !== 'extra')) {
        const details = { key: key.replaceAll('\u001f', ' / '), firstRow: first.row }
        this.tally.refuseRow(open, counts, row, { field: null, refusal: { code: 'intake/duplicate-row', details } }, geometry?.area ?? null)
        return
      }
      // both are there: the second keeps its number with its turn behind it, and the rule on duplicates reports it
      const [column] = kind.key
      const stated = String(content[column])
      for (let turn = 2; keys.has(key); turn++) key = `${stated}~${turn}`
      content = { ...content, [column]: key }
      this.tally.note(open, 'intake/duplicate-keys', stated)
    }

    const present = state.present.get(kind.name)
    const sourceFile = state.sourceOf.get(open)
    if (!present || sourceFile === undefined) throw new Error(`expected ${state.county} to be open for rows of the kind ${kind.name}`)
    if (kind.scope) present.scopes.add(kind.scope(content))
    const said = this.tools.inspect(kind.name, content, state.county)
    if (said.length > 0) obtain(state.remarked, kind.name, () => []).push(key)
    if (said.length > 0) this.tally.remark(said)

    const { validFrom: from = validFrom, validTo = FOREVER } = record
    const written = rowToWrite(kind, { validFrom: from, validTo, sourceFile, sourceRow: row, content }, false)
    keys.set(key, { row, mark: (written.digest as Buffer).readUIntBE(0, 6) })
    // areas lie in one another: their sum would say nothing
    if (geometry?.area && open.standard?.as !== 'areas') counts.areaIn = (counts.areaIn ?? 0) + geometry.area
    const versions = present.find(key)
    if (versions.length > 0) {
      present.seen.add(versions[0].id)
      if (record.joins === 'complete') {
        counts.unchanged++ // it could only say what a contract of the register leaves open
        return
      }
      const same = versions.find((each) => each.validFrom <= written.validFrom && each.validTo >= written.validTo)
      if (same?.digest.equals(written.digest as Buffer)) {
        counts.unchanged++
        return
      }
      this.counties.fileOf(state, kind).add({ ...written, id: versions[0].id }, STATUS.changed)
      this.counties.count(state, kind).changed++
      counts.changed++
      this.changes.add({ kind, id: versions[0].id, content, layer: open.layer.name, row, county: state.county })
      return
    }
    const place = this.counties.fileOf(state, kind).add(written, STATUS.added)
    this.counties.count(state, kind).added++
    counts.added++
    if (present.rows > 0 && kind.alternatives) state.unmatched.push({ kind, place, content, layer: open, row })
  }

  /** Rows that came under a number the register does not have: known again by other numbers or by their outline, or new. */
  private async matchOtherwise(db: Db): Promise<void> {
    for (const state of this.counties.byCode.values()) {
      const renumbered = new Map<OpenLayer, number>()
      for (const { kind, place, content, layer, row } of state.unmatched) {
        const present = state.present.get(kind.name) as PresentRows
        const found = await present.findOtherwise(db, state.county, content)
        if (!found) continue
        present.seen.add(found.id)
        this.counties.fileOf(state, kind).rename(place, found.id)
        const count = this.counties.count(state, kind)
        count.added--
        count.changed++
        const counts = this.tally.of(layer)
        counts.added--
        counts.changed++
        renumbered.set(layer, (renumbered.get(layer) ?? 0) + 1)
        this.changes.add({ kind, id: found.id, content, layer: layer.layer.name, row, county: state.county })
        if (this.changes.many) await this.changes.describe(db)
      }
      for (const [layer, rows] of renumbered) layer.notes.push({ code: 'intake/renumbered', details: { rows, by: 'TBBH' } })
    }
  }

  private async endMissing(db: Db, validFrom: Day): Promise<void> {
    for (const state of this.counties.byCode.values()) {
      for (const [name, present] of state.present) {
        const ended = await present.missing(db, state.county, dayNumber(validFrom))
        if (ended.length === 0) continue
        writeFileSync(join(this.staged, `${state.county}.${name}.ended`), JSON.stringify(ended), { mode: 0o600 })
        this.counties.count(state, present.kind).ended = ended.length
        const layer = this.layers.find((each) => each.standard?.kinds.some((kind) => kind.name === name) && this.tally.has(each))
        if (layer) this.tally.of(layer).ended += ended.length
      }
    }
  }

  private flush(): void {
    this.tally.flush()
    this.counties.flush()
  }

  private preview(questions: readonly QuestionData[], validFrom: Day, refusal: Refusal | null): Preview {
    const staged: StagedKind[] = []
    const sources: Record<string, readonly SourceFile[]> = {}
    const base: Record<string, number> = {}
    for (const state of this.counties.byCode.values()) {
      for (const [kind, counts] of state.counts)
        if (counts.added + counts.changed + counts.ended > 0) staged.push({ county: state.county, kind, ...counts })
      sources[state.county] = state.sources
      base[state.county] = state.base
    }
    return {
      ...this.tally.shown(this.layers),
      ...this.changes.shown(),
      questions,
      staged,
      sources,
      base,
      validFrom,
      crs: this.layers.flatMap(({ crs }) =>
        crs?.crs.wkt && projectionOf(crs.crs, crs.srid).wkt ? [{ srid: crs.srid, name: crs.crs.name, wkt: crs.crs.wkt }] : [],
      ),
      refusal,
    }
  }
}
