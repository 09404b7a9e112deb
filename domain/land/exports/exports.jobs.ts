/** One state of the register into a file: read by cursor in batches, written row by row, so that memory does not grow with the county. */
import type { Writable } from 'node:stream'
import { accept, Refused, type Result, refuse } from '@dishu/base/refusal'
import { mapWkb, readWkb } from '@dishu/base/wkb'
import { wkbHolds } from '@dishu/base/wkb-inside'
import { crsFromEpsg, toLonLatInPlace } from '@dishu/formats/crs/crs'
import { ogcWkt } from '@dishu/formats/write/crswkt'
import { writeCsv } from '@dishu/formats/write/csv'
import { writeGeoJson } from '@dishu/formats/write/geojson'
import { writeGeoPackage } from '@dishu/formats/write/geopackage'
import type { Row, Written, WrittenGeometry } from '@dishu/formats/write/rows'
import { readCountyNames } from '@dishu/kernel/areas/areas.store'
import { GENESIS, readHead, readRevision } from '@dishu/kernel/records/records.store'
import type { AreaView } from '@dishu/kernel/records/records.wire'
import { fromZone, zoneOfEpsg } from '@dishu/numeric/geodesy/zone'
import { cursor, type Db, type Sql, sql } from '@dishu/server-kit/sql'
import { countFindings, PATCH_SORTS, readCount, readCountedAreas, readPatches, standing } from '../count/count.store.ts'
import type { PatchRow } from '../count/count.wire.ts'
import { centreOf } from './centre.ts'
import { styleFrom, writeExchange } from './exchange.jobs.ts'
import {
  idsOf,
  linksOf,
  readAreaRows,
  readContractsOf,
  readExtraKeys,
  readForeignSystems,
  readGroundOfSamples,
  readParcelsOf,
  readParties,
  readRows,
  readSamplesByPlot,
  readSystems,
  type Stands,
} from './exports.store.ts'
import {
  chosenFields,
  type ExportField,
  type ExportFormat,
  type ExportQuestion,
  type ExportRefusal,
  type ExportRow,
  fileNames,
  isFlat,
  needsFile,
  type Provenance,
  provenanceLines,
  provenanceNote,
  stateFields,
  TABLE_NAMES,
  wordFrom,
} from './exports.ts'
import { FIELDS, maskOf } from './fields.ts'
import { receiverOf } from './receivers.ts'

/** What an export is told besides: who asks and when, what revision the question reads, how the county is graded, its areas as the pages have them. */
export type ExportContext = {
  readonly known: number
  readonly actor: string
  readonly now: Date
  readonly grading: string
  readonly synthetic: boolean
  readonly mapApproval?: string | null
  /** The land-use classes in the colours of the page, for formats that have styles. */
  readonly classes?: readonly { readonly value: string; readonly label: string; readonly colour: string }[]
  areas(): Promise<readonly AreaView[]>
}
/** An export that has been looked over and can begin. `write` must run in the transaction it was prepared in. */
export type PreparedExport = {
  readonly format: ExportFormat
  readonly provenance: Provenance
  readonly fields: readonly ExportField[]
  readonly names: { readonly name: string; readonly plain: string }
  write(target: string | Writable): Promise<Written>
}

const EPSG_4490 = 4490
const BATCH = 250

/** Writes what `question` asks for to a file or a stream. GeoPackages need a path. */
export async function exportTo(
  db: Db,
  question: ExportQuestion,
  format: ExportFormat,
  target: string | Writable,
  context: ExportContext,
): Promise<Result<Written & { readonly provenance: Provenance }, ExportRefusal>> {
  if (needsFile(format) && typeof target !== 'string') return refuse('exports/needs-a-file', { format })
  const prepared = await prepareExport(db, question, format, context)
  if (!prepared.ok) return prepared
  return accept({ ...(await prepared.value.write(target)), provenance: prepared.value.provenance })
}

/** Looks at the question before a byte is written: unknown columns and counties are refused here. Reads in `db`'s transaction, which should see one state throughout. */
export async function prepareExport(
  db: Db,
  question: ExportQuestion,
  format: ExportFormat,
  context: ExportContext,
): Promise<Result<PreparedExport, ExportRefusal>> {
  const { county, what, columns } = question
  const stands: Stands = (alias) => standing(alias, question.asOf)
  const provenance = await provenanceOf(db, question, context)
  if (provenance === null) return refuse('exports/no-such-county', { county })
  const plain = chosenFields(what, columns, [], format)
  // the names that only the files know cost a reading of the whole table
  const chosen = plain.ok && columns !== null ? plain : chosenFields(what, columns, await readExtraKeys(db, what, county, stands), format)
  if (!chosen.ok) return chosen
  // who receives a layer by its field list wants those fields and no other
  const fields = receiverOf(what, format) ? chosen.value : [...chosen.value, ...stateFields(provenance, format)]
  const systems = new Map((await readForeignSystems(db)).map(({ srid, wkt }) => [srid, wkt]))
  const job: Job = { db, question, context, format, fields, provenance, stands, toLonLat: (srid, xy) => lonLat(srid, systems, xy) }
  return accept({ format, provenance, fields, names: fileNames(provenance, format), write: (target) => write(job, target) })
}

type Job = {
  readonly db: Db
  readonly question: ExportQuestion
  readonly context: ExportContext
  readonly format: ExportFormat
  readonly fields: readonly ExportField[]
  readonly provenance: Provenance
  readonly stands: Stands
  readonly toLonLat: (srid: number | null, xy: Float64Array) => void
}

async function provenanceOf(db: Db, question: ExportQuestion, context: ExportContext): Promise<Provenance | null> {
  const { county, what, asOf, within, filters, q } = question
  if ((await readHead(db, county)).rev === 0) return null
  const own = (await readCountyNames(db)).find((each) => each.county === county)
  const revision = await readRevision(db, county, context.known)
  const selection = [
    ...Object.entries(filters).flatMap(([name, values]) => (values && values.length > 0 ? [`${name}=${values.join(',')}`] : [])),
    ...(q ? [`q=${q}`] : []),
  ].join('; ')
  return {
    county,
    countyName: own?.name ?? county,
    what,
    asOf: asOf.day,
    known: context.known,
    hash: revision?.hash ?? GENESIS.toString('hex'),
    recordedAt: revision?.recordedAt.toISOString() ?? null,
    exportedAt: context.now.toISOString(),
    exportedBy: context.actor,
    within,
    selection,
    grading: context.grading,
    synthetic: context.synthetic || own?.extra.synthetic === true,
    mapApproval: context.mapApproval ?? null,
  }
}

const GEOMETRY: Readonly<Record<ExportQuestion['what'], WrittenGeometry | null>> = {
  areas: 'polygon',
  patches: 'polygon',
  parcels: 'polygon',
  contracts: null,
  soil: 'point',
}

async function write(job: Job, target: string | Writable): Promise<Written> {
  const { format, provenance, fields, question, db, stands } = job
  const { what } = question
  const lines = provenanceLines(provenance, fields)
  if (format === 'csv') return writeCsv(target, fields, rowsOf(job, null))
  if (format === 'geojson')
    return writeGeoJson(target, fields, rowsOf(job, EPSG_4490), { name: what, note: provenanceNote(provenance), epsg4490: true })
  if (format === 'xlsx') {
    // its library is as large as the rest of the program: loaded where a workbook is written
    const { writeXlsx } = await import('@dishu/formats/write/xlsx')
    const about = [
      { name: '项目', type: 'text', width: 32 },
      { name: '内容', type: 'text', width: 40 },
    ] as const
    return rowsOnly(
      lines.length,
      await writeXlsx(target, [
        { name: TABLE_NAMES[what].zh, fields, rows: rowsOf(job, null) },
        { name: '说明', fields: about, rows: lines.map((values) => ({ values })) },
      ]),
    )
  }
  const geometry = GEOMETRY[what]
  const epsg =
    what === 'areas' || what === 'patches' || what === 'parcels'
      ? sharedSystem(await readSystems(db, what, question.county, stands))
      : EPSG_4490
  const accepted = question.accepted === true
  const classes = job.context.classes ?? []
  const exchanged = await writeExchange(
    { db, question, format, fields, provenance, lines, geometry, stands, epsg, accepted, classes, rows: (system) => rowsOf(job, system) },
    target,
  )
  if (exchanged !== null) return exchanged
  if (typeof target !== 'string') throw new Refused({ code: 'exports/needs-a-file', details: { format } })
  const note = provenanceNote(provenance)
  const about = [
    { name: 'item', type: 'text' },
    { name: 'value', type: 'text' },
  ] as const
  const related = await contractsTable(job)
  return rowsOnly(
    lines.length,
    await writeGeoPackage(
      target,
      [
        {
          name: what,
          title: `${TABLE_NAMES[what].zh} ${provenance.countyName} ${provenance.asOf}`,
          description: note,
          fields,
          rows: rowsOf(job, epsg),
          titles: fields.map(({ zh }) => zh),
          ...(geometry ? { geometry, epsg } : {}),
          ...(what === 'patches' && classes.length > 0 && fields.some(({ name }) => name === 'DLBM') ? { style: styleFrom(classes) } : {}),
        },
        ...(related ? [related.table] : []),
        { name: 'dishu_export', title: '说明', description: note, fields: about, rows: lines.map((values) => ({ values })) },
      ],
      job.context.now,
      related ? [related.relation] : [],
    ),
  )
}

/** The contracts of parcels, as a table of their own that the parcels point to. */
async function contractsTable(job: Job) {
  const { db, question, stands } = job
  if (question.what !== 'parcels' || !job.fields.some(({ name }) => name === 'DKBM')) return null
  const pairs: [string, string][] = []
  for await (const batch of cursor<{ parcel_code: string; contract_code: string }>(
    db,
    linksOf(question.county, question.within, stands),
    1000,
  ))
    for (const { parcel_code: parcel, contract_code: contract } of batch) pairs.push([parcel, contract])
  const fields = FIELDS.contracts
  const contracts: Job = { ...job, fields, question: { ...question, what: 'contracts' } }
  return {
    table: {
      name: 'contracts',
      title: TABLE_NAMES.contracts.zh,
      fields,
      titles: fields.map(({ zh }) => zh),
      rows: rowsOf(contracts, null),
    },
    relation: { name: 'parcels_contracts', base: ['parcels', 'DKBM'], related: ['contracts', 'CBHTBM'], pairs },
  } as const
}

/** Rows of the table asked for, without those that only describe it. */
const rowsOnly = (about: number, { rows, bytes }: Written): Written => ({ rows: rows - about, bytes })

/** The system in which the rows' edges are straight, where it is one and the same for all and a GeoPackage can name it; else degrees. */
const sharedSystem = (srids: readonly (number | null)[]): number => {
  const [srid] = srids
  return srids.length === 1 && srid !== null && ogcWkt(srid) !== null ? srid : EPSG_4490
}

function lonLat(srid: number | null, systems: ReadonlyMap<number, string>, xy: Float64Array): void {
  if (srid === null || srid === EPSG_4490 || srid === 4326) return
  const zone = zoneOfEpsg(srid)
  if (zone) fromZone(xy, zone)
  else toLonLatInPlace(crsFromEpsg(srid, systems.get(srid) ?? null), xy)
}

/** Rows as the writers take them. `epsg`: the system for their outlines; null where the format has none. */
async function* rowsOf(job: Job, epsg: number | null): AsyncGenerator<Row> {
  const { fields, question, format, toLonLat } = job
  const needsPlace = isFlat(format) && fields.some(({ name }) => name === 'LON' || name === 'LAT')
  for await (const batch of batchesOf(job)) {
    for (const row of batch) {
      const { srid, outline } = row
      const place = needsPlace && outline ? placeOf(outline, srid, toLonLat) : null
      const values = fields.map(({ of }) => of(place === null ? row : { ...row, place }))
      if (epsg === null) yield { values }
      else if (question.what === 'soil') yield { values, wkb: pointOf(row) }
      else yield { values, wkb: outline && outlineIn(outline, srid, epsg, toLonLat) }
    }
  }
}

type Line = ExportRow & { readonly srid: number | null; readonly outline: Uint8Array | null }

function placeOf(outline: Uint8Array, srid: number | null, toLonLat: Job['toLonLat']): readonly [number, number] | null {
  const centre = centreOf(outline)
  if (centre === null) return null
  const xy = Float64Array.from(centre)
  toLonLat(srid, xy)
  return [xy[0], xy[1]]
}

/** Layers of polygons hold polygons only: an area list may come with the points of its seats, which are no outlines. */
function outlineIn(outline: Uint8Array, srid: number | null, epsg: number, toLonLat: Job['toLonLat']): Uint8Array | null {
  if (readWkb(outline).type !== 'polygon') return null
  return srid === epsg ? outline : mapWkb(outline, (xy) => toLonLat(srid, xy))
}

function pointOf({ longitude, latitude }: ExportRow): Uint8Array | null {
  if (typeof longitude !== 'number' || typeof latitude !== 'number') return null
  const bytes = Buffer.alloc(21)
  bytes[0] = 1
  bytes.writeUInt32LE(1, 1)
  bytes.writeDoubleLE(longitude, 5)
  bytes.writeDoubleLE(latitude, 13)
  return bytes
}

function batchesOf(job: Job): AsyncIterable<readonly Line[]> {
  if (job.question.what === 'patches') return patches(job)
  if (job.question.what === 'areas') return areas(job)
  return lines(job, job.question.what)
}

/** The list of patches as the page has it, in its order, with the rest of what the register says of each. */
async function* patches({ db, question, stands, fields }: Job): AsyncGenerator<Line[]> {
  const { county, asOf, within, filters, q, descending } = question
  const sort = wordFrom('sort', question.sort, PATCH_SORTS)
  if (!sort.ok) throw new Refused(sort.refusal)
  const list = await queryOf(db, (taking) =>
    readPatches(taking, { county, asOf, within, filters, q, sort: sort.value, descending, offset: 0, limit: Number.MAX_SAFE_INTEGER }),
  )
  const withFindings = fields.some(({ name }) => name === 'FINDINGS')
  const withCounted = fields.some(({ name }) => name === 'JRMJ')
  for await (const batch of cursor<Omit<PatchRow, 'findings'>>(db, list, BATCH)) {
    const ids = batch.map(({ id }) => id)
    const rows = new Map((await readRows(db, 'patches', county, ids, stands)).map((row) => [row.id, row]))
    const findings = new Map(withFindings ? (await countFindings(db, county, ids)).map((each) => [each.id, each.findings]) : [])
    const counted = new Map(
      withCounted ? (await readCountedAreas(db, { county, asOf, within, filters }, ids)).map((each) => [each.id, each.area]) : [],
    )
    yield batch.flatMap(({ id, grade, mapgrade, owner, contract, saline }) => {
      const row = rows.get(id)
      return row
        ? [{ ...row, grade, mapgrade, owner, contract, saline, findings: findings.get(id) ?? 0, counted_area: counted.get(id) ?? 0 }]
        : []
    })
  }
}

/** The query that a function of a store would send: taken instead of sent, so that a long answer can be read by cursor and still be the very same question. */
async function queryOf(db: Db, ask: (taking: Db) => Promise<unknown>): Promise<Sql> {
  let taken: Sql | undefined
  await ask({
    ...db,
    all: async (text, ...values) => {
      taken = 'raw' in text ? sql(text, ...values) : text
      return []
    },
  })
  if (taken === undefined) throw new Error('expected a question of one query, got none')
  return taken
}

async function* lines(job: Job, what: 'parcels' | 'contracts' | 'soil'): AsyncGenerator<Line[]> {
  const { db, question, stands } = job
  const { county, within } = question
  for await (const batch of cursor<{ id: number }>(db, idsOf(what, county, within, stands), BATCH)) {
    const all = batch.map(({ id }) => id)
    const kept = what === 'soil' && within.length > 6 ? await samplesIn(job, all) : all
    const rows = new Map((await readRows(db, what, county, kept, stands)).map((row) => [row.id, row]))
    const found = kept.flatMap((id) => rows.get(id) ?? [])
    if (what === 'parcels') yield await withContracts(job, found)
    else if (what === 'contracts') yield await withParcels(job, found)
    else yield found.map((row) => ({ ...row, srid: null, outline: null }))
  }
}

const byKey = <T extends Readonly<Record<K, string>>, K extends string>(rows: readonly T[], key: K) =>
  new Map(rows.map((row) => [row[key], row]))
const codes = (rows: readonly ExportRow[], ...columns: readonly string[]) => [
  ...new Set(rows.flatMap((row) => columns.flatMap((column) => (typeof row[column] === 'string' ? [row[column]] : [])))),
]

async function withContracts({ db, question: { county }, stands }: Job, rows: readonly Line[]): Promise<Line[]> {
  const contracts = byKey(await readContractsOf(db, county, codes(rows, 'parcel_code'), stands), 'parcel_code')
  return rows.map((row) => ({ ...row, ...contracts.get(String(row.parcel_code)) }))
}

async function withParcels({ db, question: { county, asOf }, stands }: Job, rows: readonly ExportRow[]): Promise<Line[]> {
  const parcels = byKey(await readParcelsOf(db, county, codes(rows, 'contract_code'), stands), 'contract_code')
  const parties = new Map(
    (await readParties(db, county, codes(rows, 'issuer_code', 'contractor_code'), stands)).map((each) => [
      `${each.role} ${each.party_code}`,
      each.name,
    ]),
  )
  const named = (role: 'issuer' | 'contractor', row: ExportRow) =>
    parties.get(`${role} ${String(row[`${role}_code`])}`) ?? maskOf(row.sealed, `${role}Name`)
  return rows.map((row) => ({
    ...row,
    linked: 0,
    placed: 0,
    ...parcels.get(String(row.contract_code)),
    issuer: named('issuer', row),
    contractor: named('contractor', row),
    as_of: asOf.day,
    srid: null,
    outline: null,
  }))
}

/** Samples of an area, in their order: by the outlines of its patches, and without a position by the plot they name. */
async function samplesIn({ db, question: { county, within }, stands, toLonLat }: Job, ids: readonly number[]): Promise<number[]> {
  const inside = new Set((await readSamplesByPlot(db, county, ids, within, stands)).map(({ id }) => id))
  for (const { id, longitude, latitude, srid, outline } of await readGroundOfSamples(db, county, ids, within, stands)) {
    if (inside.has(id)) continue
    const ground = mapWkb(outline, (xy) => toLonLat(srid, xy))
    if (wkbHolds(ground, longitude, latitude)) inside.add(id)
  }
  return ids.filter((id) => inside.has(id))
}

/**
 * Areas with what is counted in them: the same figures as the pages', level by level. The county is all its rows, also one whose village code is, by a
 * slip of the pen, another county's; so such places stand in the county's file too, and the parts add up to the whole.
 */
async function* areas({ db, question, context, stands }: Job): AsyncGenerator<Line[]> {
  const { county, asOf, within } = question
  const rows = byKey(await readAreaRows(db, county, stands), 'code')
  const counted = new Map<string, { counted: number; patches: number; unused: number; cultivated: number; ungraded: number }>()
  for (const level of ['county', 'town', 'village'] as const) {
    const dimensions = level === 'county' ? (['saline'] as const) : (['area', 'saline'] as const)
    for (const { by, area, patches: n } of await readCount(db, { county, asOf, within, level, by: dimensions, filters: {} })) {
      const code = by.area ?? county
      const sums = counted.get(code) ?? { counted: 0, patches: 0, unused: 0, cultivated: 0, ungraded: 0 }
      sums.counted += area
      sums.patches += n
      if (by.saline === 'unused') sums.unused += area
      if (by.saline === 'cultivated') sums.cultivated += area
      if (by.saline === 'unknown') sums.ungraded += area
      counted.set(code, sums)
    }
  }
  const asked = (await context.areas()).filter(({ code }) => within === county || code.startsWith(within))
  yield asked.map(({ controlArea, ...area }) => {
    const row = rows.get(area.code)
    return {
      ...area,
      counted: 0,
      patches: 0,
      unused: 0,
      cultivated: 0,
      ungraded: 0,
      ...counted.get(area.code),
      control_area: controlArea,
      extra: row?.extra ?? {},
      srid: row?.srid ?? null,
      outline: row?.outline ?? null,
    }
  })
}
