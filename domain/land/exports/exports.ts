/**
 * Rows of the register on their way out: what can be asked for, the fields of each table, and what every file says of itself. A file is one state of
 * the register (a day, and a revision up to which it was known), so that it can be held against the register again.
 */
import type { Day } from '@dishu/base/date'
import { accept, type Language, type Refusal, type Result, refuse } from '@dishu/base/refusal'
import type { AsOf, County } from '@dishu/kernel/records/records'
import type { CountFilters } from '../count/count.ts'
import { type ExportField, FIELDS, PAGE_COLUMNS, PLACE_FIELDS } from './fields.ts'
import { type ReceiverFinding, receiverOf } from './receivers.ts'

export type { ExportField, ExportRow, ExportValue } from './fields.ts'

export const WHATS = ['areas', 'patches', 'parcels', 'contracts', 'soil'] as const
export type What = (typeof WHATS)[number]
export const EXPORT_FORMATS = ['gpkg', 'geojson', 'csv', 'xlsx', 'shp', 'fgb', 'parquet', 'kml', 'txt', 'nyt2539'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]
/** Text can flow; a database, an archive and what is filled in at its end need a file. */
export const needsFile = (format: ExportFormat) => format !== 'csv' && format !== 'geojson' && format !== 'kml'
/** Shapefiles are several files, and so is a package: they leave zipped. */
const ENDINGS: Partial<Readonly<Record<ExportFormat, string>>> = { shp: 'shp.zip', nyt2539: 'nyt2539.zip' }
/** Formats that hold no outlines; they get the place of each row as two numbers. */
export const isFlat = (format: ExportFormat) => format === 'csv' || format === 'xlsx'

export type ExportRefusal =
  | Refusal<'exports/unknown-word', { name: string; value: string; allowed: readonly string[] }>
  | Refusal<'exports/unknown-column', { column: string; what: What; allowed: readonly string[] }>
  | Refusal<'exports/not-for-this-table', { name: string; what: What }>
  | Refusal<'exports/needs-a-file', { format: ExportFormat }>
  | Refusal<'exports/format-not-for-this-table', { format: ExportFormat; what: What }>
  | Refusal<'exports/needs-a-zone', { format: ExportFormat }>
  | Refusal<'exports/receiver-would-refuse', { findings: readonly ReceiverFinding[] }>
  | Refusal<'exports/cannot-write-there', { file: string; why: string }>
  | Refusal<'exports/no-such-county', { county: County }>
  | Refusal<'exports/no-such-row', { county: County; key: string }>

/** Which rows, in which state of the register, with which columns. Filters, `q` and `sort` are those of the list of patches, and for patches only. */
export type ExportQuestion = {
  readonly county: County
  readonly what: What
  readonly asOf: AsOf
  readonly within: string // an area code of 6, 9 or 12 digits
  readonly filters: CountFilters
  readonly q: string | null
  readonly sort: string
  readonly descending: boolean
  readonly columns: readonly string[] | null // null: all
  /** What the receiving side would find is known and accepted. */
  readonly accepted?: boolean
}

/** What a file says of itself. `hash` is that of the known revision: it stands for the whole ledger up to there. */
export type Provenance = {
  readonly county: County
  readonly countyName: string
  readonly what: What
  readonly asOf: Day
  readonly known: number
  readonly hash: string // hex
  readonly recordedAt: string | null
  readonly exportedAt: string
  readonly exportedBy: string
  readonly within: string
  readonly selection: string // filters and search, as they were asked
  readonly grading: string
  readonly synthetic: boolean
  /** The number under which a public map was reviewed (审图号). */
  readonly mapApproval?: string | null
}

export const SYNTHETIC_WORDS = '虚构示例数据 / SYNTHETIC SAMPLE'

export const TABLE_NAMES: Readonly<Record<What, Readonly<Record<Language, string>>>> = {
  areas: { zh: '行政区', en: 'areas' },
  patches: { zh: '图斑', en: 'patches' },
  parcels: { zh: '承包地块', en: 'parcels' },
  contracts: { zh: '承包合同', en: 'contracts' },
  soil: { zh: '土壤样品', en: 'soil' },
}

export const wordFrom = <const T extends string>(
  name: string,
  value: string | undefined,
  allowed: readonly T[],
): Result<T, ExportRefusal> => {
  const found = allowed.find((word) => word === value)
  return found === undefined ? refuse('exports/unknown-word', { name, value: value ?? '', allowed }) : accept(found)
}

/** A field of the files that stands beside the register's own columns: its name there, and how it is called here where that name is taken. */
export type ExtraKey = { readonly key: string; readonly numeric: boolean }

/**
 * The fields of an export, in order. `columns` names fields by their own names or by the columns of the page (a column of the page may be several
 * fields); without it there are all, then those that the files had besides. Where names would be the same but for their case the file's own gets
 * an ending.
 */
export function chosenFields(
  what: What,
  columns: readonly string[] | null,
  extras: readonly ExtraKey[],
  format: ExportFormat,
): Result<readonly ExportField[], ExportRefusal> {
  const receiver = receiverOf(what, format)
  if (receiver) return accept(receiver.fields)
  const placed = isFlat(format) && (what === 'patches' || what === 'parcels' || what === 'areas') ? PLACE_FIELDS : []
  const own = [...FIELDS[what], ...placed].filter(({ asked }) => columns !== null || !asked)
  const taken = new Set(FIELDS[what].map(({ name }) => name.toUpperCase()))
  const others = extras
    .filter(({ key }) => key.trim() !== '' && !(what === 'patches' && key === 'ZLDWDM'))
    .map(({ key, numeric }): ExportField => {
      let name = key
      for (let n = 1; taken.has(name.toUpperCase()) || RESERVED.has(name.toUpperCase()); n++) name = `${key}_FILE${n > 1 ? n : ''}`
      taken.add(name.toUpperCase())
      return { name, type: numeric ? 'number' : 'text', zh: `${key}（原文件）`, of: ({ extra }) => extraValue(extra, key, numeric) }
    })
  const all = [...own, ...others]
  if (columns === null) return accept(all)

  const byName = new Map(all.map((field) => [field.name.toUpperCase(), field]))
  const chosen = new Set<ExportField>()
  for (const column of columns) {
    const names = what === 'patches' ? (PAGE_COLUMNS[column] ?? [column]) : [column]
    for (const name of names) {
      const field = byName.get(name.toUpperCase())
      if (field === undefined) {
        const allowed = [...(what === 'patches' ? Object.keys(PAGE_COLUMNS) : []), ...all.map((each) => each.name)]
        return refuse('exports/unknown-column', { column, what, allowed })
      }
      chosen.add(field)
    }
  }
  return accept([...chosen])
}

/** Names that the formats, or what a file says of itself, need. */
const RESERVED = new Set(['FID', 'GEOM', 'LON', 'LAT', 'SYNTHETIC', 'DISHU_STATE'])

function extraValue(extra: unknown, key: string, numeric: boolean): string | number | boolean | null {
  const value = typeof extra === 'object' && extra !== null ? (extra as Readonly<Record<string, unknown>>)[key] : null
  if (value === null || value === undefined) return null
  if (numeric) return typeof value === 'number' ? value : null
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Fields that tell where a row came from and what it is, in formats that have no other place for it; the same in every row. */
export function stateFields(provenance: Provenance, format: ExportFormat): readonly ExportField[] {
  const state = `${provenance.county}@${provenance.asOf}#${provenance.known}:${provenance.hash.slice(0, 16)} ${provenance.exportedAt} ${provenance.exportedBy}`
  return [
    ...(format === 'csv' ? [{ name: 'DISHU_STATE', type: 'text', zh: '导出状态', of: () => state } satisfies ExportField] : []),
    ...(provenance.synthetic
      ? [{ name: 'SYNTHETIC', type: 'number', decimals: 0, zh: '虚构示例数据', of: () => 1 } satisfies ExportField]
      : []),
  ]
}

/** What a file says of itself, line by line. */
export function provenanceLines(
  provenance: Provenance,
  fields: readonly ExportField[],
): readonly (readonly [name: string, value: string])[] {
  const { countyName, county, asOf, known, hash, recordedAt, exportedAt, exportedBy, within, selection, grading, synthetic, what } =
    provenance
  return [
    ...(synthetic
      ? [['数据性质 / Nature', `${SYNTHETIC_WORDS}：不代表任何真实地区、土地或个人 / no real place, land or person`] as const]
      : []),
    ...(provenance.mapApproval ? [['审图号 / Map review number', provenance.mapApproval] as const] : []),
    ['数据表 / Table', `${TABLE_NAMES[what].zh} / ${what}`],
    ['县 / County', countyName === county ? county : `${countyName}（${county}）`],
    ['范围 / Within', within],
    ['时点 / As of', asOf],
    ['依据修订 / Known revision', `${known}${recordedAt === null ? '' : `（${recordedAt}）`}`],
    ['修订哈希 / Revision hash', hash],
    ['筛选 / Selection', selection || '无 / none'],
    ['分级 / Grading', grading],
    ['导出时间 / Exported at', exportedAt],
    ['导出人 / Exported by', exportedBy],
    ['个人信息 / Personal values', '已脱敏 / masked'],
    ['面积 / Areas', '平方米，两位小数；_MU 字段为亩（1 亩 = 10000/15 平方米） / m² to 0.01; fields ending in _MU in 亩'],
    ...fields.map(({ name, zh }) => [`字段 / Field ${name}`, zh] as const),
  ]
}

/** One line of the same, where a format has room for a note. */
export const provenanceNote = (provenance: Provenance): string =>
  `${provenance.synthetic ? `${SYNTHETIC_WORDS}; ` : ''}${provenanceLines({ ...provenance, synthetic: false }, [])
    .map(([name, value]) => `${name.split(' / ')[1]}: ${value}`)
    .join('; ')}`

export const FILE_TYPES: Readonly<Record<ExportFormat, string>> = {
  gpkg: 'application/geopackage+sqlite3',
  geojson: 'application/geo+json; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  shp: 'application/zip',
  nyt2539: 'application/zip',
  fgb: 'application/vnd.flatgeobuf',
  parquet: 'application/vnd.apache.parquet',
  kml: 'application/vnd.google-earth.kml+xml; charset=utf-8',
  txt: 'text/plain; charset=gbk',
}

/** `图斑-220899-2026-06-01-r3.csv`, and the same for programs that know only ASCII. */
export function fileNames({ what, county, countyName, asOf, known, synthetic }: Provenance, format: ExportFormat) {
  const place = countyName === county ? county : `${countyName.replaceAll(/[\\/:*?"<>|\s\p{Cc}]/gu, '')}-${county}`
  const ending = ENDINGS[format] ?? format
  return {
    name: `${TABLE_NAMES[what].zh}-${place}-${asOf}-r${known}${synthetic ? '-虚构示例' : ''}.${ending}`,
    plain: `${what}-${county}-${asOf}-r${known}${synthetic ? '-synthetic' : ''}.${ending}`,
  }
}

/** RFC 6266 with the Chinese name as RFC 5987 writes it. */
export function contentDisposition({ name, plain }: { readonly name: string; readonly plain: string }): string {
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}
