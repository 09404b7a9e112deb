/** Files for other programs and offices: shapefiles with the fields that are asked for, the registry's package, boundary points, FlatGeobuf, GeoParquet, KML. */
import { existsSync } from 'node:fs'
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { Refused } from '@dishu/base/refusal'
import { zoneOfEpsg } from '@dishu/formats/write/crswkt'
import { dbfFieldsFrom, fitsGbk, writeDbf } from '@dishu/formats/write/dbf'
import { writeFlatgeobuf } from '@dishu/formats/write/flatgeobuf'
import { writeGeoparquet } from '@dishu/formats/write/geoparquet'
import { writeKml } from '@dishu/formats/write/kml'
import { writePlotText } from '@dishu/formats/write/plot-text'
import { type Categories, categoriesQml } from '@dishu/formats/write/qml'
import type { Row, Written, WrittenGeometry } from '@dishu/formats/write/rows'
import { writeShapefile } from '@dishu/formats/write/shapefile'
import { zipFolder } from '@dishu/formats/write/zip'
import { cursor, type Db } from '@dishu/server-kit/sql'
import { contractsOf, linksOf, partiesOf, type Stands } from './exports.store.ts'
import { type ExportField, type ExportFormat, type ExportQuestion, type Provenance, provenanceNote, TABLE_NAMES } from './exports.ts'
import { REGISTRY_TABLES, ReceiverCheck, type ReceiverField, type ReceiverFinding, receiverOf } from './receivers.ts'

const EPSG_4490 = 4490

export type Exchange = {
  readonly db: Db
  readonly question: ExportQuestion
  readonly format: ExportFormat
  readonly fields: readonly ExportField[]
  readonly provenance: Provenance
  readonly lines: readonly (readonly [name: string, value: string])[]
  readonly geometry: WrittenGeometry | null
  readonly stands: Stands
  /** The one system of all outlines, or degrees. */
  readonly epsg: number
  /** Findings of the receiving side's checks are written beside the data, and do not stop it. */
  readonly accepted: boolean
  /** The land-use classes as the page colours them; none: nothing is coloured. */
  readonly classes: Categories['values']
  /** The rows anew, with their outlines in a system. */
  rows(epsg: number): AsyncIterable<Row>
}

/** Null: another format, which is not of these. */
export async function writeExchange(job: Exchange, target: string | Writable): Promise<Written | null> {
  const { format, fields, geometry, provenance, epsg, question } = job
  const { what } = question
  const note = provenanceNote(provenance)
  if (format === 'kml')
    return writeKml(target, fields, job.rows(EPSG_4490), {
      name: TABLE_NAMES[what].zh,
      note,
      nameField: fields[0]?.name ?? '',
      ...(what === 'patches' ? { colours: { field: 'DLBM', of: new Map(job.classes.map(({ value, colour }) => [value, colour])) } } : {}),
    })
  if (!['fgb', 'parquet', 'shp', 'txt', 'nyt2539'].includes(format)) return null
  if (typeof target !== 'string') throw new Refused({ code: 'exports/needs-a-file', details: { format } })
  if (format === 'parquet')
    return writeGeoparquet(target, fields, job.rows(epsg), {
      geometry,
      epsg,
      metadata: { dishu: JSON.stringify(Object.fromEntries(job.lines)) },
    })
  if (geometry === null) throw new Refused({ code: 'exports/format-not-for-this-table', details: { format, what } })
  if (format === 'fgb')
    return writeFlatgeobuf(target, fields, job.rows(epsg), {
      name: what,
      description: note,
      geometry,
      epsg,
      titles: fields.map(({ zh }) => zh),
    })
  if (format === 'txt') return writePoints(job, target, note)
  return inFolder(async (folder) => {
    const written = format === 'shp' ? await writeLayer(job, folder, geometry) : await writePackage(job, folder)
    await writeFile(join(folder, '说明.txt'), `\ufeff${job.lines.map(([name, value]) => `${name}：${value}`).join('\r\n')}\r\n`)
    const { bytes } = await zipFolder(folder, target)
    return { rows: written.rows, bytes }
  })
}

export const styleFrom = (values: Categories['values']) => ({
  name: '地类',
  qml: categoriesQml({ field: 'DLBM', values, other: { label: '其他', colour: '#C9CED2' } }),
})

async function inFolder<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'dishu-exchange-'))
  try {
    return await body(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function writePoints(
  { fields, rows, epsg, provenance, question: { what } }: Exchange,
  target: string,
  note: string,
): Promise<Written> {
  if (what !== 'patches' && what !== 'parcels')
    throw new Refused({ code: 'exports/format-not-for-this-table', details: { format: 'txt', what } })
  if (!zoneOfEpsg(epsg)) throw new Refused({ code: 'exports/needs-a-zone', details: { format: 'txt' } })
  const at = (name: string) => {
    const i = fields.findIndex((field) => field.name === name)
    return i < 0 ? null : i
  }
  const columns =
    what === 'patches'
      ? { areaM2: at('TBMJ'), number: at('BSM'), name: at('ZLDWMC'), sheet: null, use: at('DLMC'), landClass: at('DLBM') }
      : { areaM2: at('SCMJ'), number: at('DKBM'), name: at('DKMC'), sheet: null, use: at('TDYT'), landClass: at('TDLYLX') }
  return writePlotText(target, rows(epsg), { epsg, columns, producer: provenance.countyName, day: provenance.asOf, note })
}

/** Fields as the receiving side has them where there is such a side, else all of ours under names of ten bytes. */
async function writeLayer(job: Exchange, folder: string, geometry: WrittenGeometry): Promise<Written> {
  const { question, provenance, fields, epsg } = job
  const receiver = receiverOf(question.what, job.format)
  const stem = receiver?.layer ?? question.what
  if (receiver) {
    const widths = await checked(job, receiver.fields, receiver.key, folder)
    return writeShapefile(join(folder, `${stem}${provenance.county}.shp`), dbfOf(receiver.fields, widths), job.rows(epsg), {
      geometry,
      epsg,
    })
  }
  const { fields: shortened, renamed } = dbfFieldsFrom(fields)
  const written = await writeShapefile(join(folder, `${stem}.shp`), shortened, job.rows(epsg), { geometry, epsg })
  if (renamed.size > 0)
    await writeFile(join(folder, '字段更名.txt'), `\ufeff${[...renamed].map(([from, to]) => `${to}＝${from}`).join('\r\n')}\r\n`)
  return written
}

type Widths = ReadonlyMap<string, number>
const dbfOf = (fields: readonly ReceiverField[], widths: Widths) =>
  fields.map(({ name, dbf }) => ({ name, ...dbf, width: Math.min(254, widths.get(name) ?? dbf.width) }))

/** What the receiving side would find: refused, or where that is accepted put beside the data. */
async function checked(job: Exchange, fields: readonly ReceiverField[], key: string, folder: string): Promise<Widths> {
  const check = new ReceiverCheck(fields, key, fitsGbk)
  for await (const { values, wkb } of job.rows(job.epsg)) check.row(values, wkb !== null && wkb !== undefined && wkb.length > 0)
  await settle(job, check.findings, folder)
  return check.widths
}

async function settle(job: Exchange, findings: readonly ReceiverFinding[], folder: string): Promise<void> {
  if (findings.length === 0) return
  if (!job.accepted) throw new Refused({ code: 'exports/receiver-would-refuse', details: { findings } })
  const lines = findings.map(({ rule, field, count, examples }) => `${rule},${field},${count},${examples.join(';')}`)
  const file = join(folder, '接收方检查.csv')
  if (!existsSync(file)) await writeFile(file, '\ufeffrule,field,count,examples\r\n')
  await appendFile(file, `${lines.join('\r\n')}\r\n`)
}

/** 矢量数据 with the parcels, 权属数据 with the tables; the registry's own .mdb is a format nobody but Access writes, so they are dBASE tables here. */
async function writePackage(job: Exchange, folder: string): Promise<Written> {
  const { db, question, provenance, stands, epsg } = job
  const { county, what, within } = question
  const receiver = receiverOf(what, 'nyt2539')
  if (!receiver) throw new Refused({ code: 'exports/format-not-for-this-table', details: { format: 'nyt2539', what } })
  if (!zoneOfEpsg(epsg)) throw new Refused({ code: 'exports/needs-a-zone', details: { format: 'nyt2539' } })
  const root = join(folder, `${county}${provenance.countyName === county ? '' : provenance.countyName}`)
  const [shapes, tables] = [join(root, '矢量数据'), join(root, '权属数据')]
  await mkdir(shapes, { recursive: true })
  await mkdir(tables, { recursive: true })
  const year = provenance.asOf.slice(0, 4)
  const widths = await checked(job, receiver.fields, receiver.key, folder)
  const layer = await writeShapefile(join(shapes, `DK${county}${year}.shp`), dbfOf(receiver.fields, widths), job.rows(epsg), {
    geometry: 'polygon',
    epsg,
  })
  let rows = layer.rows
  const queries = {
    FBF: partiesOf(county, 'issuer', within, stands),
    CBF: partiesOf(county, 'contractor', within, stands),
    CBHT: contractsOf(county, within, stands),
    CBDKXX: linksOf(county, within, stands),
  }
  for (const [name, query] of Object.entries(queries) as [keyof typeof queries, (typeof queries)['FBF']][]) {
    const fields = REGISTRY_TABLES[name]
    async function* rowsOf(): AsyncGenerator<Row> {
      for await (const batch of cursor<Record<string, unknown>>(db, query, 500))
        for (const row of batch) yield { values: fields.map(({ of }) => of(row)) }
    }
    const check = new ReceiverCheck(fields, name === 'CBDKXX' ? '' : fields[0].name, fitsGbk)
    for await (const { values } of rowsOf()) check.row(values, true)
    await settle(job, check.findings, folder)
    rows += (await writeDbf(join(tables, `${name}.dbf`), dbfOf(fields, check.widths), rowsOf())).rows
  }
  return { rows, bytes: 0 }
}
