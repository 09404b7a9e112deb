/** The answer as a table: names of columns, and its rows as CSV, JSON or Parquet. */
import { closeSync, openSync, statSync, writeSync } from 'node:fs'
import type { Value } from '@dishu/formats/layers'
import { neutralise } from '@dishu/formats/write/neutral'
import type { ZonalAnswer } from '@dishu/numeric/zonal/zonal'
import { Digits } from './digits.ts'

/** The figures of one raster, and what its columns are called. */
export type Part = {
  readonly answer: Pick<ZonalAnswer, 'figures' | 'states' | 'classes'>
  readonly bandCount: number
  readonly statistics: readonly string[]
  /** Of each band: nothing, `band_3_`, `NAME_` or `NAME_band_3_`. */
  readonly prefixes: readonly string[]
}

export type Table = { readonly keyName: string; readonly keys: readonly Value[]; readonly parts: readonly Part[] }

/** As exactextract names them: the statistic alone for one band, `band_N_` before it for several, the raster's name before that for several rasters. */
export function prefixesOf(rasterName: string | null, bands: readonly number[], several: boolean): string[] {
  const first = rasterName === null ? '' : `${rasterName}_`
  return bands.map((band) => `${first}${several ? `band_${band}_` : ''}`)
}

type ClassColumn = { readonly name: string; readonly part: Part; readonly band: number; readonly value: number; readonly share: boolean }

/** A column for every value that any zone holds. */
const MOST_CLASSES = 1000

/** Refused by the caller where null: more different values than a table has columns. */
export function classColumns({ parts, keys }: Table, histogram: boolean, fractions: boolean): ClassColumn[] | null {
  if (!histogram && !fractions) return []
  const columns: ClassColumn[] = []
  for (const part of parts) {
    for (let band = 0; band < part.bandCount; band++) {
      const values = new Set<number>()
      for (let z = 0; z < keys.length; z++)
        for (const value of part.answer.classes.get(z * part.bandCount + band)?.values ?? []) values.add(value)
      if (values.size > MOST_CLASSES) return null
      for (const value of [...values].sort((a, b) => a - b)) {
        if (histogram) columns.push({ name: `${part.prefixes[band]}histogram_${value}`, part, band, value, share: false })
        if (fractions) columns.push({ name: `${part.prefixes[band]}frac_${value}`, part, band, value, share: true })
      }
    }
  }
  return columns
}

function classFigure({ part, band, value, share }: ClassColumn, zone: number): number {
  const classes = part.answer.classes.get(zone * part.bandCount + band)
  if (!classes) return part.answer.states[zone] === 0 && !share ? 0 : Number.NaN
  const at = classes.values.indexOf(value)
  const cells = at < 0 ? 0 : classes.cells[at]
  return share ? cells / classes.cells.reduce((sum, each) => sum + each, 0) : cells
}

export const columnsOf = (table: Pick<Table, 'parts'>, classes: readonly ClassColumn[]): string[] => [
  ...table.parts.flatMap(({ prefixes, statistics }) => prefixes.flatMap((prefix) => statistics.map((name) => `${prefix}${name}`))),
  ...classes.map(({ name }) => name),
]

const COMMA = 44
const NEWLINE = 10

/** Bytes written. */
export async function writeTable(
  path: string,
  format: 'csv' | 'json' | 'parquet',
  table: Table,
  classes: readonly ClassColumn[],
): Promise<number> {
  if (format === 'parquet') return writeParquet(path, table, classes)
  const file = openSync(path, 'w')
  try {
    const out = new Digits((bytes) => void writeSync(file, bytes))
    if (format === 'csv') {
      out.text(csvHead(table, classes))
      csvRows(out, table.keys, table, classes, 0)
    } else writeJson(out, table, classes)
    out.flush()
  } finally {
    closeSync(file)
  }
  return statSync(path).size
}

/** The head of a table of CSV and its first rows. Returns how many bytes they are. */
export function writeFirst(path: string, table: Omit<Table, 'keys'>, keys: readonly Value[]): number {
  const file = openSync(path, 'w')
  let length = 0
  try {
    const out = new Digits((bytes) => {
      length += bytes.length
      for (let n = 0; n < bytes.length; ) n += writeSync(file, bytes, n)
    })
    out.text(csvHead(table, []))
    csvRows(out, keys, table, [], 0)
    out.flush()
  } finally {
    closeSync(file)
  }
  return length
}

function cellOf(value: Value): string {
  if (value === null) return ''
  const text = typeof value === 'string' ? neutralise(value) : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The first line of a table, with its end. */
const csvHead = (table: Omit<Table, 'keys'>, classes: readonly ClassColumn[]): string =>
  `${[table.keyName, ...columnsOf(table, classes)].map(cellOf).join(',')}\n`

/** Lines of the zones `first` … whose names are `keys`. */
export function csvRows(
  out: Digits,
  keys: readonly Value[],
  { parts }: Pick<Table, 'parts'>,
  classes: readonly ClassColumn[],
  first: number,
): void {
  const plain = parts.map(({ answer, bandCount, statistics }) => ({
    figures: answer.figures,
    perBand: statistics.length,
    perZone: bandCount * statistics.length,
    // one band's count is as a rule the next one's
    counts: statistics.map((name) => name === 'count'),
  }))
  for (let i = 0; i < keys.length; i++) {
    const z = first + i
    out.text(cellOf(keys[i]))
    for (let p = 0; p < plain.length; p++) {
      const { figures, perBand, perZone, counts } = plain[p]
      for (let i = z * perZone, end = i + perZone, s = 0; i < end; i++, s = s + 1 === perBand ? 0 : s + 1) {
        out.byte(COMMA)
        const figure = figures[i]
        if (!Number.isFinite(figure)) continue // none is an empty cell
        if (counts[s]) out.repeated(figure)
        else out.number(figure)
      }
    }
    for (const column of classes) {
      out.byte(COMMA)
      const figure = classFigure(column, z)
      if (Number.isFinite(figure)) out.number(figure)
    }
    out.byte(NEWLINE)
  }
}

/** An array of rows, each an object; none is null. */
function writeJson(out: Digits, table: Table, classes: readonly ClassColumn[]): void {
  const names = columnsOf(table, classes).map((name) => `,${JSON.stringify(name)}:`)
  const figure = (name: string, value: number) => {
    out.text(name)
    if (Number.isFinite(value)) out.number(value)
    else out.text('null')
  }
  out.text('[')
  for (let z = 0; z < table.keys.length; z++) {
    out.text(`${z > 0 ? ',' : ''}\n{${JSON.stringify(table.keyName)}:${JSON.stringify(table.keys[z])}`)
    let column = 0
    for (const { answer, bandCount, statistics } of table.parts) {
      const perZone = bandCount * statistics.length
      for (let i = z * perZone, end = i + perZone; i < end; i++) figure(names[column++], answer.figures[i])
    }
    for (const each of classes) figure(names[column++], classFigure(each, z))
    out.byte(125)
  }
  out.text('\n]')
}

async function writeParquet(path: string, table: Table, classes: readonly ClassColumn[]): Promise<number> {
  const { parquetWriteFile } = await import('hyparquet-writer')
  const texts = table.keys.map((key) => (key === null ? null : String(key)))
  const count = table.keys.length
  const finite = (value: number) => (Number.isFinite(value) ? value : null)
  const column = (name: string, value: (z: number) => number) => ({
    name,
    type: 'DOUBLE' as const,
    nullable: true,
    data: Array.from({ length: count }, (_, z) => finite(value(z))),
  })
  const names = columnsOf(table, classes)
  let n = 0
  await parquetWriteFile({
    filename: path,
    columnData: [
      { name: table.keyName, type: 'STRING', nullable: true, data: texts },
      ...table.parts.flatMap(({ answer, bandCount, statistics }) => {
        const perZone = bandCount * statistics.length
        return Array.from({ length: perZone }, (_, i) => column(names[n++], (z) => answer.figures[z * perZone + i]))
      }),
      ...classes.map((each) => column(names[n++], (z) => classFigure(each, z))),
    ],
  })
  return statSync(path).size
}
