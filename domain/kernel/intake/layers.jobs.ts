/** The layers of an import's files: opened, recognised, and their first rows looked at. */
import { createHash } from 'node:crypto'
import type { Day } from '@dishu/base/date'
import { type Refusal, Refused } from '@dishu/base/refusal'
import type { Batch, Layer, Source } from '@dishu/formats/layers'
import { type Db, type Pool, transaction } from '@dishu/server-kit/sql'
import type { Vault } from '@dishu/server-kit/vault'
import type { Content, Kind } from '../records/records.ts'
import type { Box, SettledCrs } from './crs.jobs.ts'
import { type FileGroup, groupFiles, layerKey } from './files.jobs.ts'
import { readMapping } from './intake.store.ts'
import type { Standard } from './intake.ts'
import type { Answers, IntakeNote, SavedMapping } from './preview.ts'
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

/** A layer whose first rows have been looked at. `rest` gives the batches after `first`. */
export type OpenLayer = {
  readonly group: FileGroup
  readonly source: Source
  readonly index: number
  readonly layer: Layer
  readonly key: string
  readonly standard: Standard | null
  readonly mapping: SavedMapping | null
  readonly maker: string | null // a laboratory, where the sheet names one
  readonly first: Batch | null
  readonly rest: AsyncIterator<Batch>
  crs: SettledCrs | null
  box: Box | null // of the rows read, in degrees
  readonly notes: (Refusal | IntakeNote)[]
}

/** By its field names, whatever their order; and by who made the sheet, where a standard asks that. */
export const signatureOf = (layer: Layer, maker: string | null) =>
  createHash('sha256')
    .update([...layer.fields.map((field) => field.name.toUpperCase()).sort(), ...(maker === null ? [] : [`\u001f${maker}`])].join('\0'))
    .digest('hex')

/** Opens every layer of the request's files into `opened`, and their sources into `sources`, which the caller closes whatever happens. */
export async function openLayers(tools: ReadingTools, request: ReadingRequest, opened: OpenLayer[], sources: Source[]): Promise<void> {
  for (const group of groupFiles(request.files)) {
    const source = await tools.open([group.path, ...group.members], {
      signal: request.signal,
      ...(request.answers.encoding ? { encoding: request.answers.encoding } : {}),
    })
    sources.push(source)
    for (const [index, layer] of source.layers.entries()) opened.push(await begin(tools, request, group, source, index, layer))
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
  const rest = batchesOf(source, index, layer)
  const first = await firstRows(rest)
  const maker = makerOf(tools.standards, layer, first)
  const mapping = request.answers.mapping?.[key] ?? (await keptMapping(tools.pool, layer, maker))
  const standard = mapping
    ? (tools.standards.find((each) => each.id === mapping.standard) ?? null)
    : recognise(tools.standards, layer, request.answers.as ?? null)
  return {
    group,
    source,
    index,
    layer,
    key,
    standard,
    mapping,
    maker,
    first,
    rest,
    crs: null,
    box: null,
    notes: [...layer.notes],
  }
}

/** What a person said of such columns before: of this maker's sheets, else of sheets that name none. */
async function keptMapping(pool: Pool, layer: Layer, maker: string | null): Promise<SavedMapping | null> {
  const kept = await transaction(
    pool,
    async (db) =>
      (maker === null ? null : await readMapping(db, signatureOf(layer, maker))) ?? (await readMapping(db, signatureOf(layer, null))),
    { readOnly: true },
  )
  return kept?.mapping ?? null
}

/** The one maker that the first rows name; null where they name none or several. */
function makerOf(standards: readonly Standard[], layer: Layer, first: Batch | null): string | null {
  if (first === null) return null
  for (const standard of standards) {
    if (!standard.makerOf) continue
    const values = new BatchValues(first.columns, layer.fields, matchFields(standard, layer.fields))
    const named = new Set<string>()
    for (let i = 0; i < Math.min(200, first.rows.length); i++) named.add(standard.makerOf(values.at(i)) ?? '')
    named.delete('')
    if (named.size === 1) return [...named][0]
  }
  return null
}

/** The batches of a layer; an encoding that a person named and that does not fit the bytes is refused before a garbled word goes anywhere. */
async function* batchesOf(source: Source, index: number, layer: Layer): AsyncGenerator<Batch> {
  const named = layer.encoding?.from === 'given' ? layer.encoding.name : null
  for await (const batch of source.read(index)) {
    if (named) refuseGarbled(batch, layer, named)
    yield batch
  }
}

function refuseGarbled(batch: Batch, layer: Layer, encoding: string): void {
  for (const [f, column] of batch.columns.entries()) {
    const i = column.findIndex((value) => typeof value === 'string' && value.includes('\ufffd'))
    if (i < 0) continue
    const details = { file: layer.file, layer: layer.name, encoding, row: batch.rows[i], field: layer.fields[f].name }
    throw new Refused({ code: 'intake/encoding-does-not-fit', details })
  }
}

/** The first batch that has rows, with the problems of all before it; rows none where no row of the layer can be read; null for an empty layer. */
async function firstRows(batches: AsyncIterator<Batch>): Promise<Batch | null> {
  let found: Batch | null = null
  for (;;) {
    const next = await batches.next()
    if (next.done) return found
    found = found ? { ...next.value, problems: [...found.problems, ...next.value.problems] } : next.value
    if (found.rows.length > 0) return found
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

/** Which fields of the layer its standard reads, by the person's mapping or by their names. */
export const matchedFields = (open: OpenLayer): Map<string, number> =>
  open.standard ? matchFields(open.standard, open.layer.fields, open.mapping?.fields) : new Map()
export const valuesOf = (open: OpenLayer, batch: Batch): BatchValues =>
  new BatchValues(batch.columns, open.layer.fields, matchedFields(open))

/** The county that most of the first rows of a layer name; null where they name none. */
export function countyOfFirstRow(open: OpenLayer): string | null {
  if (!open.first || !open.standard) return null
  const values = valuesOf(open, open.first)
  const seen = new Map<string, number>()
  for (let i = 0; i < Math.min(200, open.first.rows.length); i++) {
    const county = open.standard.countyOf(values.at(i))
    if (county) seen.set(county, (seen.get(county) ?? 0) + 1)
  }
  return [...seen].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null
}
