/**
 * Reads the files of an import: recognises every layer, turns its rows into register rows, compares them with the register,
 * and stages what would change. Nothing of the register is touched. The same files and answers give the same staged rows.
 */
import { createHash } from 'node:crypto'
import { appendFileSync, writeFileSync } from 'node:fs'
import { mkdir, open, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Day, dayOf, FOREVER } from '@dishu/base/date'
import { type Refusal, Refused } from '@dishu/base/refusal'
import { crsFromEpsg } from '@dishu/formats/crs/crs'
import type { Batch, Crs, Layer, Source } from '@dishu/formats/layers'
import { zoneOfEpsg } from '@dishu/numeric/geodesy/zone'
import { type Db, type Pool, transaction } from '@dishu/server-kit/sql'
import type { CountyKeys, Vault } from '@dishu/server-kit/vault'
import {
  canonicalJson,
  contentBytes,
  contentDigest,
  dayNumber,
  dayOfNumber,
  readCounties,
  readHead,
  rowToWrite,
  tableOf,
} from '../records/records.store.ts'
import type { Content, Kind, SourceFile } from '../records/records.ts'
import { seal } from '../sealed/sealed.ts'
import { keyOf, PresentRows } from './compare.jobs.ts'
import { type Box, isIn, type SettledCrs, settleCrs, shiftBetween, widened } from './crs.jobs.ts'
import { type FileGroup, groupFiles, layerKey } from './files.jobs.ts'
import { readMapping } from './intake.store.ts'
import type { FieldRefusal, ReadRecord, RowGeometry, Standard } from './intake.ts'
import { measure, type Projection, projectionOf } from './measure.jobs.ts'
import {
  type Answers,
  type ChangedRowData,
  type IntakeNote,
  type LayerSummary,
  type Preview,
  type QuestionData,
  type RefusedRowData,
  type SavedMapping,
  SHOWN_ROWS,
  type StagedKind,
} from './preview.ts'
import { STATUS, StagedRows } from './staging.jobs.ts'
import { BatchValues, matchFields } from './values.ts'

/** What the program gives the machinery, which knows no standard and no rule by name. */
export type ReadingTools = {
  readonly pool: Pool
  readonly vault: Vault
  readonly standards: readonly Standard[]
  readonly kinds: readonly Kind[]
  open(paths: readonly string[], options: { readonly encoding?: string; readonly signal: AbortSignal }): Promise<Source>
  /** What the rules say of one row by itself. */
  inspect(kind: string, content: Content, county: string): readonly { readonly rule: string; readonly severity: string }[]
  /** The day of the county's survey, for rows that do not say from when they hold. */
  surveyDay(db: Db, county: string): Promise<Day | null>
  /** Box of the county's known boundary in degrees, to notice a constant shift. */
  knownBox(db: Db, county: string): Promise<readonly [number, number, number, number] | null>
}

export type ReadingRequest = {
  readonly folder: string // the import's own: staged rows and the list of refused ones go here
  readonly files: readonly string[]
  readonly answers: Answers
  readonly now: Date
  readonly signal: AbortSignal
  onProgress(phase: 'reading' | 'comparing', done: number, total: number | null): void
}

type OpenLayer = {
  readonly group: FileGroup
  readonly source: Source
  readonly index: number
  readonly layer: Layer
  readonly key: string
  readonly standard: Standard | null
  readonly mapping: SavedMapping | null
  readonly first: Batch | null
  readonly rest: AsyncIterator<Batch>
  crs: SettledCrs | null
  box: Box | null // of the rows read, in degrees
  readonly notes: (Refusal | IntakeNote)[]
}

/** What the rules said of the rows of an import by themselves, so that the check after it need not ask them again. */
export type Inspected = { readonly day: Day; readonly remarked: Readonly<Record<string, readonly string[]>> } // keys of rows, by kind
export const inspectedFile = (folder: string, county: string) => join(folder, 'staged', `${county}.inspected.json`)

export const signatureOf = (layer: Layer) =>
  createHash('sha256')
    .update(
      layer.fields
        .map((field) => field.name.toUpperCase())
        .sort()
        .join('\0'),
    )
    .digest('hex')

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
    for (const group of groupFiles(request.files)) {
      const source = await tools.open([group.path, ...group.members], {
        signal: request.signal,
        ...(request.answers.encoding ? { encoding: request.answers.encoding } : {}),
      })
      sources.push(source)
      for (const [index, layer] of source.layers.entries()) opened.push(await begin(tools, request, group, source, index, layer))
    }
    return await new Reading(tools, request, staged, opened, strays).run()
  } finally {
    for (const { rest } of opened) await rest.return?.()
    for (const source of sources) await source.close()
  }
}

async function begin(
  tools: ReadingTools,
  request: ReadingRequest,
  group: FileGroup,
  source: Source,
  index: number,
  layer: Layer,
): Promise<OpenLayer> {
  const key = layerKey(group.path, layer.name)
  const mapping =
    request.answers.mapping?.[key] ??
    (await transaction(tools.pool, (db) => readMapping(db, signatureOf(layer)), { readOnly: true }))?.mapping ??
    null
  const standard = mapping
    ? (tools.standards.find((each) => each.id === mapping.standard) ?? null)
    : recognise(tools.standards, layer, request.answers.as ?? null)
  const rest = source.read(index)[Symbol.asyncIterator]()
  const first = await rest.next()
  return {
    group,
    source,
    index,
    layer,
    key,
    standard,
    mapping,
    first: first.done ? null : first.value,
    rest,
    crs: null,
    box: null,
    notes: [...layer.notes],
  }
}

const SURE = 0.5
/** The standard that knows the layer best; with `as` only those of that sort, and then the likeliest even where none is sure. */
function recognise(standards: readonly Standard[], layer: Layer, as: string | null): Standard | null {
  const seen = { name: layer.name, fields: layer.fields.map(({ name }) => name), hasGeometry: layer.geometry !== 'none' }
  let best: Standard | null = null
  let score = 0
  for (const standard of standards) {
    if (as !== null && standard.as !== as) continue
    const own = standard.recognise(seen)
    if (own > score) [best, score] = [standard, own]
  }
  if (score >= (as === null ? SURE : 0.05)) return best
  // a layer of any outlines at all has no marks to be known by: it is taken for one where the person says so
  return as !== null && seen.hasGeometry ? (standards.find((each) => each.as === as && each.geometry === 'any') ?? null) : null
}

type LayerCounts = {
  rowsRead: number
  added: number
  changed: number
  unchanged: number
  ended: number
  refused: number
  areaIn: number | null
  areaOut: number | null
}

/** Where a key stood first in this import, and a mark of what it said. */
type SeenKey = { readonly row: number; readonly mark: number }

/** What is known of one county while its rows are staged. */
type CountyState = {
  readonly county: string
  readonly keys: CountyKeys
  readonly present: Map<string, PresentRows>
  readonly files: Map<string, StagedRows>
  readonly sources: SourceFile[]
  readonly sourceOf: Map<OpenLayer, number> // place in `sources`, of the layers it is open for
  readonly keysInFile: Map<string, Map<string, SeenKey>> // by kind
  readonly unmatched: {
    readonly kind: Kind
    readonly place: number
    readonly content: Content
    readonly layer: OpenLayer
    readonly row: number
  }[]
  readonly counts: Map<string, { added: number; changed: number; ended: number }>
  readonly sealedRefs: Set<string>
  readonly remarked: Map<string, string[]> // by kind: keys of rows that the rules say something of
  readonly base: number
}

/** Half a 6° zone and a county's breadth. */
const WIDEST_ZONE_DEGREES = 4
const STRAY_ROWS = 20
const STRAY_SHARE = 0.02
/** Rows under counties that nobody expected, kept until all is read: by then it is plain whether they are slips of the pen. */
type Kept = { readonly open: OpenLayer; readonly batch: Batch; readonly county: string }
const KEPT_ROWS = 5000

/** Changed rows whose before is read from the register at one time. */
const CHANGES_AT_ONCE = 500

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
  private readonly counties = new Map<string, CountyState>()
  private readonly refusedRows: RefusedRowData[] = []
  private refusedCount = 0
  private refusedLines: string[] = []
  private readonly changedRows: ChangedRowData[] = []
  private readonly changedFields = new Map<string, number>()
  private readonly findings = new Map<string, { rule: string; severity: string; rows: number }>()
  private readonly counts = new Map<string, LayerCounts>()
  private readonly digests = new Map<string, { size: number; sha256: string }>()
  private readonly waiting: {
    readonly kind: Kind
    readonly id: number
    readonly content: Content
    readonly layer: OpenLayer
    readonly row: number
    readonly county: string
  }[] = []
  private done = 0
  private readonly sealedLines: string[] = []

  private readonly strays: ReadonlyMap<string, string>
  private readonly kinds: ReadonlyMap<string, Kind>
  private readonly sealing: ReadonlySet<Kind> // kinds with a column of sealed values
  private readonly rowsOf = new Map<OpenLayer, Map<string, number>>()
  private readonly held = new Map<string, Held>()
  private readonly kept: Kept[] = []
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
  }

  async run(): Promise<Read> {
    return transaction(this.tools.pool, (db) => this.read(db), { readOnly: true, isolation: 'repeatable read', retries: 0 })
  }

  private async read(db: Db): Promise<Read> {
    const questions: QuestionData[] = [...(await this.questions(db))]
    const validFrom = await this.validFrom(db)
    if (questions.some(({ id }) => id !== 'unclassified')) return { preview: this.preview(questions, validFrom, null) }
    const known = this.layers.filter((each) => each.standard && each.first)
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
      this.expected = new Set([...registered, ...known.flatMap((each) => this.countyOfFirstRow(each) ?? [])])
      for (const layer of known) await this.readLayer(db, layer, validFrom, total)
      const strays = this.findStrays(registered)
      if (this.strays.size === 0 && [...strays.keys()].some((county) => this.counties.has(county))) return { strays }
      await this.readKept(db, validFrom, strays)
      await this.stageHeld(db)
      await this.matchOtherwise(db)
      await this.endMissing(db, validFrom)
      await this.describeChanges(db)
      this.flushLines()
      for (const { county, remarked } of this.counties.values()) {
        const inspected: Inspected = { day: dayOf(this.request.now), remarked: Object.fromEntries(remarked) }
        writeFileSync(inspectedFile(this.request.folder, county), JSON.stringify(inspected), { mode: 0o600 })
      }
    } finally {
      for (const county of this.counties.values()) for (const file of county.files.values()) file.close()
    }
    questions.push(...(await this.shifts(db, known)))
    const counts = [...this.counts.values()]
    const changes = counts.reduce((sum, each) => sum + each.added + each.changed + each.ended, 0)
    const refusal: Refusal | null =
      changes > 0
        ? null
        : {
            code: 'intake/nothing-to-take',
            details: { rows: counts.reduce((sum, each) => sum + each.rowsRead, 0), refused: this.refusedCount },
          }
    return { preview: this.preview(questions, validFrom, refusal) }
  }

  /** What only a person can say. Unrecognised layers beside recognised ones are left out with a note instead of stopping everything. */
  private async questions(db: Db): Promise<QuestionData[]> {
    const { answers } = this.request
    const questions: QuestionData[] = []
    if (!answers.unclassified) questions.push({ id: 'unclassified' })
    const anyKnown = this.layers.some((each) => each.standard)
    for (const open of this.layers) {
      if (!open.first) {
        open.notes.push({ code: 'intake/layer-skipped', details: { reason: 'empty' } })
      } else if (!open.standard) {
        if (anyKnown && !answers.mapping) open.notes.push({ code: 'intake/layer-skipped', details: { reason: 'unknown' } })
        else if (!answers.mapping?.[open.key]) questions.push({ id: `mapping:${open.key}`, layer: open.layer.name })
      } else if (open.standard.geometry !== 'none' && open.layer.geometry !== 'none') {
        const county = this.countyOfFirstRow(open) ?? answers.county ?? null
        const box = county ? await this.tools.knownBox(db, county) : null
        const settled = settleCrs({ layer: open.layer, key: open.key, first: open.first, box, answer: answers.crs?.[open.key] ?? null })
        open.crs = settled.crs
        open.notes.push(...settled.notes)
        if (settled.question) questions.push(settled.question)
      }
    }
    const homeless = this.layers.filter((each) => each.standard && each.first && this.countyOfFirstRow(each) === null)
    if (homeless.length > 0 && !answers.county) {
      const told = new Set(this.layers.filter((each) => each.standard && each.first).flatMap((each) => this.countyOfFirstRow(each) ?? []))
      const there = await readCounties(db)
      if (told.size === 0 || homeless.length > 0) {
        const proposal = told.size === 1 ? [...told][0] : told.size === 0 && there.length === 1 ? there[0].county : null
        // the other layers of the same import name one county, and then so do these
        if (told.size !== 1) questions.push({ id: 'county', proposal, choices: there.map(({ county }) => county) })
      }
    }
    return questions
  }

  /** Layers that lie beside the county's known boundary by the same way at both ends: asked about, never passed over. */
  private async shifts(db: Db, layers: readonly OpenLayer[]): Promise<QuestionData[]> {
    const questions: QuestionData[] = []
    for (const open of layers) {
      const county = this.countyOfFirstRow(open) ?? this.request.answers.county
      const known = county ? await this.tools.knownBox(db, county) : null
      const zone = open.crs?.crs.epsg ? zoneOfEpsg(open.crs.crs.epsg) : null
      const longitude = open.box ? (open.box[0] + open.box[2]) / 2 : 0
      if (zone && open.crs && open.box && Math.abs(longitude - zone.centralMeridian) > WIDEST_ZONE_DEGREES)
        open.notes.push({ code: 'intake/crs-not-the-zone', details: { crs: crsLabel(open.crs.crs), longitude } })
      const shift = known && open.box && shiftBetween(known, open.box)
      if (!shift) continue
      open.notes.push({ code: 'intake/shift-suspected', details: shift })
      if (this.request.answers.shifted?.[open.key] !== 'accept')
        questions.push({ id: `shifted:${open.key}`, layer: open.layer.name, ...shift })
    }
    return questions
  }

  private countyOfFirstRow(open: OpenLayer): string | null {
    if (!open.first || !open.standard) return null
    const values = new BatchValues(
      open.first.columns,
      open.layer.fields,
      matchFields(open.standard, open.layer.fields, open.mapping?.fields),
    )
    const seen = new Map<string, number>()
    for (let i = 0; i < Math.min(200, open.first.rows.length); i++) {
      const county = open.standard.countyOf(values.at(i))
      if (county) seen.set(county, (seen.get(county) ?? 0) + 1)
    }
    return [...seen].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null
  }

  /** Counties that only a few rows of a layer name, that the register does not have, and that no layer is mainly of: slips of the pen. */
  private findStrays(registered: readonly string[]): Map<string, string> {
    const mainOf = (rows: ReadonlyMap<string, number>) => [...rows].sort((a, b) => b[1] - a[1])[0]
    const mains = new Set([...registered, ...[...this.rowsOf.values()].map((rows) => mainOf(rows)[0])])
    const strays = new Map<string, string>()
    for (const rows of this.rowsOf.values()) {
      const [main, most] = mainOf(rows)
      for (const [county, few] of rows) if (!mains.has(county) && few < STRAY_ROWS && few < most * STRAY_SHARE) strays.set(county, main)
    }
    return strays
  }

  /** From which day rows hold that do not say so: as answered, else the survey year of these files, else of the register, else today. */
  private async validFrom(db: Db): Promise<Day> {
    if (this.request.answers.validFrom) return this.request.answers.validFrom as Day
    // the survey of the land says for all of an import from when it holds; the days of other sheets (of sampling, of signing) stand in their own rows
    const days: { readonly day: Day; readonly survey: boolean }[] = []
    const counties = new Set<string>()
    for (const open of this.layers) {
      if (!open.first || !open.standard || open.first.rows.length === 0) continue
      const values = new BatchValues(
        open.first.columns,
        open.layer.fields,
        matchFields(open.standard, open.layer.fields, open.mapping?.fields),
      )
      const day = open.standard.validFromOf(values.at(0))
      if (day) days.push({ day, survey: open.standard.as === 'patches' })
      const county = this.countyOfFirstRow(open) ?? this.request.answers.county
      if (county) counties.add(county)
    }
    const stated = days.filter(({ survey }) => survey).sort((a, b) => (a.day < b.day ? -1 : 1))[0]
    if (stated) return stated.day
    for (const county of counties) {
      const day = await this.tools.surveyDay(db, county)
      if (day) return day
    }
    const other = days.map(({ day }) => day).sort()[0]
    if (other) return other
    return dayOf(this.request.now)
  }

  private async readLayer(db: Db, open: OpenLayer, validFrom: Day, total: number | null): Promise<void> {
    const standard = open.standard as Standard
    const matched = matchFields(standard, open.layer.fields, open.mapping?.fields)
    const counts: LayerCounts = { rowsRead: 0, added: 0, changed: 0, unchanged: 0, ended: 0, refused: 0, areaIn: null, areaOut: null }
    this.counts.set(open.key, counts)
    const told = new Set(this.layers.flatMap((each) => this.countyOfFirstRow(each) ?? []))
    const fallback = this.request.answers.county ?? (told.size === 1 ? [...told][0] : null)
    const into = { open, standard, counts, validFrom, projection: open.crs ? projectionOf(open.crs.crs, open.crs.srid) : null }
    const rowsOf = new Map<string, number>() // by stated county
    for (let batch: Batch | null = open.first; batch !== null; ) {
      this.request.signal.throwIfAborted()
      for (const { row, refusal } of batch.problems) {
        counts.rowsRead++
        this.refuseRow(open, counts, row, { field: null, refusal }, null)
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
        if (stated !== null && county !== stated && county) this.noteStray(open, county, stated)
        // nothing is awaited for a row whose county is open, which is nearly every row
        const state = county === null ? null : (this.opened(county, open) ?? (await this.openCounty(db, county, open)))
        this.readRow(into, state, county, values, batch, i)
      }
      if (rowsOf.size > 0) this.rowsOf.set(open, rowsOf)
      if (this.waiting.length >= CHANGES_AT_ONCE) await this.describeChanges(db)
      this.done += batch.rows.length + batch.problems.length
      this.request.onProgress('reading', this.done, total)
      if (this.refusedLines.length > 500 || this.sealedLines.length > 5000) this.flushLines()
      const next = await open.rest.next()
      batch = next.done ? null : next.value
    }
  }

  private mayBeStray(stated: string, rows: number): boolean {
    if (this.expected.has(stated) || this.counties.has(stated) || this.strays.size > 0) return false
    return rows < STRAY_ROWS && this.kept.length < KEPT_ROWS
  }

  /** The rows that waited for it to be known whether their counties are slips of the pen. */
  private async readKept(db: Db, validFrom: Day, strays: ReadonlyMap<string, string>): Promise<void> {
    for (const { open, batch, county: stated } of this.kept.splice(0)) {
      const standard = open.standard as Standard
      const counts = this.counts.get(open.key) as LayerCounts
      const county = strays.get(stated) ?? stated
      if (county !== stated) this.noteStray(open, county, stated)
      const values = new BatchValues(batch.columns, open.layer.fields, matchFields(standard, open.layer.fields, open.mapping?.fields)).at(0)
      const projection = open.crs ? projectionOf(open.crs.crs, open.crs.srid) : null
      const state = this.opened(county, open) ?? (await this.openCounty(db, county, open))
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
        this.refuseRow(open, counts, row, { field: null, refusal }, null)
        return
      }
      // an empty geometry is none
      geometry = measured.geometry.bbox[0] <= measured.geometry.bbox[2] ? measured.geometry : null
      if (geometry && !(open.box && isIn(geometry.bbox, open.box))) open.box = widened(open.box, geometry.bbox)
    }
    if (state === null || county === null) {
      const refusal = { code: 'intake/not-a-county', details: { code: county ?? '' } } as const
      this.refuseRow(open, counts, row, { field: null, refusal }, geometry?.area ?? null)
      return
    }
    const { records, refusals } = standard.read(values, geometry, {
      county,
      layer: open.layer.name,
      validFrom,
      options: open.mapping?.options ?? {},
    })
    for (const refusal of refusals)
      this.refuseRow(open, counts, row, refusal, records.length === 0 ? (geometry?.area ?? null) : null, records.length === 0)
    for (const record of records) {
      if (!this.hold(state, open, counts, record, row, validFrom)) this.stage(state, open, counts, record, row, validFrom, geometry)
    }
  }

  /** The county, where it is open for rows of this layer. */
  private opened(county: string, open: OpenLayer): CountyState | null {
    const state = this.counties.get(county)
    return state?.sourceOf.has(open) ? state : null
  }

  /** Opens a county for the rows of a layer: what of the layer's kinds it has, and the layer's file among its sources. Null for no code of a county. */
  private async openCounty(db: Db, county: string, open: OpenLayer): Promise<CountyState | null> {
    if (!/^\d{6}$/.test(county)) return null
    let state = this.counties.get(county)
    if (!state) {
      state = {
        county,
        keys: await this.tools.vault.keysOf(county),
        present: new Map(),
        files: new Map(),
        sources: [],
        sourceOf: new Map(),
        keysInFile: new Map(),
        unmatched: [],
        counts: new Map(),
        sealedRefs: new Set(),
        remarked: new Map(),
        base: (await readHead(db, county)).rev,
      }
      this.counties.set(county, state)
    }
    for (const kind of (open.standard as Standard).kinds)
      if (!state.present.has(kind.name)) state.present.set(kind.name, await PresentRows.load(db, county, kind))
    state.sourceOf.set(open, await this.sourceOf(state, open))
    return state
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
    this.note(open, 'intake/rows-joined', '')
    return true
  }

  private async stageHeld(db: Db): Promise<void> {
    for (const { record, state, open, row, validFrom } of this.held.values())
      this.stage(state, open, this.counts.get(open.key) as LayerCounts, record, row, validFrom, null)
    this.held.clear()
    if (this.waiting.length >= CHANGES_AT_ONCE) await this.describeChanges(db)
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
    if (record.personal) content = { ...content, sealed: this.sealValues(state, record.personal) }
    else if (this.sealing.has(kind)) content = { ...content, sealed: content.sealed ?? {} }

    const keys = obtain(state.keysInFile, kind.name, () => new Map<string, SeenKey>())
    let key = keyOf(kind.key, content)
    const first = keys.get(key)
    if (first !== undefined) {
      if (contentDigest(kind, contentBytes(kind, content)).readUIntBE(0, 6) === first.mark) {
        counts.unchanged++
        this.note(open, 'intake/rows-joined', '')
        return
      }
      if (kind.key.length > 1 || kind.columns.every(([column]) => column !== 'extra')) {
        const details = { key: key.replaceAll('\u001f', ' / '), firstRow: first.row }
        this.refuseRow(open, counts, row, { field: null, refusal: { code: 'intake/duplicate-row', details } }, null)
        return
      }
      // both are there: the second keeps its number with its turn behind it, and the rule on duplicates reports it
      const [column] = kind.key
      const stated = String(content[column])
      for (let turn = 2; keys.has(key); turn++) key = `${stated}~${turn}`
      content = { ...content, [column]: key }
      this.note(open, 'intake/duplicate-keys', stated)
    }

    const present = state.present.get(kind.name)
    const sourceFile = state.sourceOf.get(open)
    if (!present || sourceFile === undefined) throw new Error(`expected ${state.county} to be open for rows of the kind ${kind.name}`)
    if (kind.scope) present.scopes.add(kind.scope(content))
    const said = this.tools.inspect(kind.name, content, state.county)
    if (said.length > 0) obtain(state.remarked, kind.name, () => []).push(key)
    for (const { rule, severity } of said) {
      const found = this.findings.get(rule)
      if (found) found.rows++
      else this.findings.set(rule, { rule, severity, rows: 1 })
    }

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
      this.fileOf(state, kind).add({ ...written, id: versions[0].id }, STATUS.changed)
      this.count(state, kind).changed++
      counts.changed++
      this.waiting.push({ kind, id: versions[0].id, content, layer: open, row, county: state.county })
      return
    }
    const place = this.fileOf(state, kind).add(written, STATUS.added)
    this.count(state, kind).added++
    counts.added++
    if (present.rows > 0 && kind.alternatives) state.unmatched.push({ kind, place, content, layer: open, row })
  }

  private sealValues(state: CountyState, personal: Readonly<Record<string, string | null>>) {
    const { values, rows } = seal(state.keys, personal)
    for (const { ref, field, cipher } of rows) {
      const hex = Buffer.from(ref).toString('hex')
      if (state.sealedRefs.has(hex)) continue
      state.sealedRefs.add(hex)
      this.sealedLines.push(
        `${JSON.stringify({ county: state.county, ref: hex, field, cipher: Buffer.from(cipher).toString('base64') })}\n`,
      )
    }
    return values
  }

  private fileOf(state: CountyState, kind: Kind): StagedRows {
    return obtain(state.files, kind.name, () => new StagedRows(join(this.staged, `${state.county}.${kind.name}.rows`)))
  }
  private count(state: CountyState, kind: Kind) {
    return obtain(state.counts, kind.name, () => ({ added: 0, changed: 0, ended: 0 }))
  }

  /** The place of the layer's file in the county's list of sources. */
  private async sourceOf(state: CountyState, open: OpenLayer): Promise<number> {
    const file = basename(open.group.path)
    const found = state.sources.findIndex((each) => each.file === file && each.layer === open.layer.name)
    if (found >= 0) return found
    for (const path of [open.group.path, ...open.group.members]) {
      const { size, sha256 } = await this.digestOf(path)
      const entry = { file: basename(path), layer: path === open.group.path ? open.layer.name : '', size, sha256 }
      if (path === open.group.path || !state.sources.some((each) => each.file === entry.file && each.sha256 === sha256))
        state.sources.push(entry)
    }
    return state.sources.findIndex((each) => each.file === file && each.layer === open.layer.name)
  }
  private async digestOf(path: string) {
    let known = this.digests.get(path)
    if (!known) {
      known = await digestOfFile(path)
      this.digests.set(path, known)
    }
    return known
  }

  /** Rows that came under a number the register does not have: known again by other numbers or by their outline, or new. */
  private async matchOtherwise(db: Db): Promise<void> {
    for (const state of this.counties.values()) {
      const renumbered = new Map<OpenLayer, number>()
      for (const { kind, place, content, layer, row } of state.unmatched) {
        const present = state.present.get(kind.name) as PresentRows
        const found = await present.findOtherwise(db, state.county, content)
        if (!found) continue
        present.seen.add(found.id)
        this.fileOf(state, kind).rename(place, found.id)
        const count = this.count(state, kind)
        count.added--
        count.changed++
        const counts = this.counts.get(layer.key) as LayerCounts
        counts.added--
        counts.changed++
        renumbered.set(layer, (renumbered.get(layer) ?? 0) + 1)
        this.waiting.push({ kind, id: found.id, content, layer, row, county: state.county })
        if (this.waiting.length >= CHANGES_AT_ONCE) await this.describeChanges(db)
      }
      for (const [layer, rows] of renumbered) layer.notes.push({ code: 'intake/renumbered', details: { rows, by: 'TBBH' } })
    }
  }

  private async endMissing(db: Db, validFrom: Day): Promise<void> {
    for (const state of this.counties.values()) {
      for (const [name, present] of state.present) {
        const ended = await present.missing(db, state.county, dayNumber(validFrom))
        if (ended.length === 0) continue
        writeFileSync(join(this.staged, `${state.county}.${name}.ended`), JSON.stringify(ended), { mode: 0o600 })
        this.count(state, present.kind).ended = ended.length
        const layer = this.layers.find((each) => each.standard?.kinds.some((kind) => kind.name === name) && this.counts.has(each.key))
        if (layer) (this.counts.get(layer.key) as LayerCounts).ended += ended.length
      }
    }
  }

  /** Field by field, what changed rows said before and say now; the first few are shown whole, all are counted. */
  private async describeChanges(db: Db): Promise<void> {
    const waiting = this.waiting.splice(0)
    for (const kind of new Set(waiting.map((each) => each.kind))) {
      for (const county of new Set(waiting.map((each) => each.county))) {
        const own = waiting.filter((each) => each.kind === kind && each.county === county)
        if (own.length === 0) continue
        const before = new Map(
          (
            await db.all<
              Content & { id: number }
            >`select * from ${tableOf(kind)} where county = ${county} and until is null and id = any(${own.map(({ id }) => id)}::int8[]) order by valid_from`
          ).map((each) => [each.id, each]),
        )
        for (const each of own) {
          const was = before.get(each.id)
          if (!was) continue
          const fields: { name: string; before: unknown; after: unknown }[] = []
          for (const [name, type] of kind.columns) {
            const [a, b] = [shown(type, was[name]), shown(type, each.content[name])]
            if (canonicalJson(a) === canonicalJson(b)) continue
            fields.push({ name, before: a, after: b })
            const field = `${kind.name}\0${name}`
            this.changedFields.set(field, (this.changedFields.get(field) ?? 0) + 1)
          }
          if (this.changedRows.length < SHOWN_ROWS) {
            this.changedRows.push({
              kind: kind.name,
              key: keyOf(kind.key, each.content).replaceAll('\u001f', ' / '),
              layer: each.layer.layer.name,
              row: each.row,
              fields,
            })
          }
        }
      }
    }
  }

  private refuseRow(
    open: OpenLayer,
    counts: LayerCounts,
    row: number,
    { field, refusal }: FieldRefusal,
    area: number | null,
    whole = true,
  ): void {
    if (whole) counts.refused++
    if (area !== null) counts.areaOut = (counts.areaOut ?? 0) + area
    const entry = { file: basename(open.group.path), layer: open.layer.name, row, field, refusal }
    this.refusedCount++
    if (this.refusedRows.length < SHOWN_ROWS) this.refusedRows.push(entry)
    this.refusedLines.push(`${JSON.stringify(entry)}\n`)
  }

  private noteStray(open: OpenLayer, county: string, stated: string): void {
    const note = open.notes.find((each) => each.code === 'intake/stray-counties') as { details: { codes: string[] } } | undefined
    if (!note) open.notes.push({ code: 'intake/stray-counties', details: { county, codes: [stated] } })
    else if (!note.details.codes.includes(stated)) note.details.codes.push(stated)
  }

  private note(open: OpenLayer, code: 'intake/duplicate-keys' | 'intake/rows-joined', example: string): void {
    const found = open.notes.findIndex((each) => each.code === code)
    const rows = found < 0 ? 1 : (open.notes[found].details as { rows: number }).rows + 1
    const note: IntakeNote = code === 'intake/rows-joined' ? { code, details: { rows } } : { code, details: { rows, example } }
    if (found < 0) open.notes.push(note)
    else open.notes[found] = note
  }

  private flushLines(): void {
    if (this.refusedLines.length > 0) appendFileSync(join(this.request.folder, 'refused.jsonl'), this.refusedLines.join(''))
    if (this.sealedLines.length > 0) appendFileSync(join(this.staged, 'sealed.jsonl'), this.sealedLines.join(''), { mode: 0o600 })
    this.refusedLines = []
    this.sealedLines.length = 0
  }

  private preview(questions: readonly QuestionData[], validFrom: Day, refusal: Refusal | null): Preview {
    const staged: StagedKind[] = []
    const sources: Record<string, readonly SourceFile[]> = {}
    const base: Record<string, number> = {}
    for (const state of this.counties.values()) {
      for (const [kind, counts] of state.counts)
        if (counts.added + counts.changed + counts.ended > 0) staged.push({ county: state.county, kind, ...counts })
      sources[state.county] = state.sources
      base[state.county] = state.base
    }
    return {
      layers: this.layers.map((open) => summary(open, this.counts.get(open.key) ?? null)),
      questions,
      refusedRows: this.refusedRows,
      refusedCount: this.refusedCount,
      changedRows: this.changedRows,
      changedFields: [...this.changedFields]
        .map(([field, rows]) => ({ kind: field.split('\0')[0], name: field.split('\0')[1], rows }))
        .sort((a, b) => b.rows - a.rows),
      findings: [...this.findings.values()].sort((a, b) => b.rows - a.rows),
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

/** One row of a batch as a batch of its own, so that the rest can go. */
const rowAlone = ({ rows, columns, wkb, offsets }: Batch, i: number): Batch => ({
  rows: rows.slice(i, i + 1),
  columns: columns.map((column) => [column[i]]),
  wkb: wkb.slice(offsets[i], offsets[i + 1]),
  offsets: Uint32Array.of(0, offsets[i + 1] - offsets[i]),
  problems: [],
})

/** Two rows of one number as one, or null where they are two. */
function joinRecords(kept: ReadRecord, other: ReadRecord): ReadRecord | null {
  const filled = <T extends object>(one: T, by: T): T =>
    Object.fromEntries(Object.keys({ ...by, ...one }).map((name) => [name, one[name as keyof T] ?? by[name as keyof T] ?? null])) as T
  const complete = (one: ReadRecord, by: ReadRecord): ReadRecord => {
    const content = filled(one.content, by.content)
    const extra = { ...(by.content.extra ?? {}), ...(one.content.extra ?? {}) }
    const { joins, ...rest } = one
    return { ...rest, content: { ...content, extra }, personal: filled(one.personal ?? {}, by.personal ?? {}) }
  }
  if (other.joins === 'complete') return complete(kept, other)
  if (kept.joins === 'complete') return complete(other, kept)
  if (!Array.isArray(kept.joins) || !Array.isArray(other.joins)) return null
  const sums = Object.fromEntries(
    (kept.joins as readonly string[]).map((column) => {
      const [a, b] = [kept.content[column], other.content[column]]
      return [column, a === null && b === null ? null : Number(a ?? 0) + Number(b ?? 0)]
    }),
  )
  return { ...complete(kept, other), joins: kept.joins, content: { ...complete(kept, other).content, ...sums } }
}

async function digestOfFile(path: string): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256')
  const file = await open(path, 'r')
  try {
    const block = Buffer.allocUnsafeSlow(1 << 20)
    let size = 0
    for (;;) {
      const { bytesRead } = await file.read(block, 0, block.length, size)
      if (bytesRead === 0) return { size, sha256: hash.digest('hex') }
      hash.update(bytesRead === block.length ? block : block.subarray(0, bytesRead))
      size += bytesRead
    }
  } finally {
    await file.close()
  }
}

function obtain<Key, Value>(from: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = from.get(key)
  if (found !== undefined) return found
  const made = make()
  from.set(key, made)
  return made
}

const summary = (open: OpenLayer, counts: LayerCounts | null): LayerSummary => {
  const used = open.standard ? matchFields(open.standard, open.layer.fields, open.mapping?.fields) : new Map<string, number>()
  const usedAs = new Map([...used].map(([name, index]) => [index, name]))
  // the first rows as they stand, gaps too, so that the columns make rows again beside each other
  const examples = (f: number) => (open.first?.columns[f] ?? []).slice(0, 10).map((each) => (each === null ? '' : String(each)))
  return {
    key: open.key,
    signature: signatureOf(open.layer),
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

const crsLabel = (crs: Crs) => (crs.epsg === null ? crs.name : `EPSG:${crs.epsg} ${crsFromEpsg(crs.epsg).name}`)

/** A value as a person compares it: an outline by its hash and size, everything else as it is. */
function shown(type: string, value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (type === 'bytea')
    return `${(value as Uint8Array).length} B ${createHash('sha256')
      .update(value as Uint8Array)
      .digest('hex')
      .slice(0, 12)}`
  if (type === 'date' && typeof value === 'number') return dayOfNumber(value)
  return value
}
