/** Samples of a table or a layer of points, as `dishu krige` and `dishu forest` take them. */
import { basename } from 'node:path'
import { Refused } from '@dishu/base/refusal'
import { readWkb } from '@dishu/base/wkb'
import { crsFromEpsg } from '@dishu/formats/crs/crs'
import type { Batch, Crs, Layer, Source, Value } from '@dishu/formats/layers'
import { openInSandbox } from '@dishu/formats/sandbox/sandbox'
import { type KrigingNote, lookLikeDegrees, type PlacedSamples } from '@dishu/land/soil/interpolation'
import { isGeographic, planeOf } from './planes.ts'

export type SampleColumns = {
  /** Columns of the coordinates; of a layer of points neither is needed. */
  readonly x: string | null
  readonly y: string | null
  readonly value: string
  readonly covariates: readonly string[]
  /** Values that are words (classes) and are kept as they stand. */
  readonly asText?: boolean
}

export type SampleFile = PlacedSamples & {
  /** Values as text, where they were asked for so. */
  readonly words: readonly string[]
  /** Covariates, q a row. */
  readonly covariates: Float64Array
  readonly notes: readonly KrigingNote[]
}

/**
 * Reads the first layer that has the value's column. Rows without a place or a value are left out and counted; other text in a column of numbers is refused
 * with the row it stands in. Coordinates that are degrees are brought to the zone `epsg`; without one they are refused, unless no place is needed.
 */
export async function readSampleFile(
  path: string,
  columns: SampleColumns,
  epsg: number | null,
  options: { readonly placeNeeded: boolean; readonly signal?: AbortSignal },
): Promise<SampleFile> {
  const source = await openInSandbox([path], options.signal ? { signal: options.signal } : {})
  try {
    const at = Math.max(
      0,
      source.layers.findIndex((layer) => layer.fields.some(({ name }) => name === columns.value)),
    )
    const layer = source.layers[at]
    const read = await readRows(source, at, columns, options.placeNeeded)
    const crs = read.fromGeometry ? layer.crs : null
    const placed = options.placeNeeded ? placeSamples(read, crs, epsg, basename(path)) : { notes: [] }
    return { ...read, ...placed, notes: [...read.notes, ...placed.notes] }
  } finally {
    await source.close()
  }
}

type Rows = SampleFile & { readonly fromGeometry: boolean }

async function readRows(source: Source, at: number, columns: SampleColumns, placeNeeded: boolean): Promise<Rows> {
  const layer = source.layers[at]
  const fromGeometry = placeNeeded && layer.geometry === 'point' && columns.x === null && columns.y === null
  const placed = placeNeeded && !fromGeometry ? [columns.x ?? 'x', columns.y ?? 'y'] : []
  const numbers = [...placed, ...(columns.asText ? [] : [columns.value]), ...columns.covariates]
  const places = numbers.map((name) => columnOf(layer, name))
  const words = columns.asText ? columnOf(layer, columns.value) : -1
  const found: number[][] = numbers.map(() => [])
  const rows: number[] = []
  const texts: string[] = []
  const geometry: number[] = []
  const wrong: { column: string; row: number; value: string }[] = []
  let blank = 0
  let wrongRows = 0
  for await (const batch of source.read(at)) {
    for (let i = 0; i < batch.rows.length; i++) {
      const values = places.map((place) => numberFrom(batch.columns[place][i]))
      const word = words < 0 ? '' : String(batch.columns[words][i] ?? '').trim()
      const point = fromGeometry ? pointOf(batch, i) : null
      const bad = values.indexOf('wrong')
      if (bad >= 0) {
        wrongRows++
        if (wrong.length === 0) wrong.push({ column: numbers[bad], row: batch.rows[i], value: String(batch.columns[places[bad]][i]) })
      } else if (values.includes(null) || (fromGeometry && point === null) || (words >= 0 && word === '')) blank++
      else {
        rows.push(batch.rows[i])
        values.forEach((value, c) => {
          if (typeof value === 'number') found[c].push(value)
        })
        if (words >= 0) texts.push(word)
        if (point) geometry.push(...point)
      }
    }
  }
  if (wrong.length > 0) throw new Refused({ code: 'kriging/not-a-number', details: { ...wrong[0], rows: wrongRows } })
  const column = (c: number) => Float64Array.from(found[c])
  const n = rows.length
  const none = new Float64Array(n)
  const first = numbers.length - columns.covariates.length
  const covariates = new Float64Array(n * columns.covariates.length)
  for (let i = 0; i < n; i++)
    for (let a = 0; a < columns.covariates.length; a++) covariates[i * columns.covariates.length + a] = found[first + a][i]
  const every = (offset: number) => Float64Array.from({ length: n }, (_, i) => geometry[2 * i + offset])
  return {
    rows: Uint32Array.from(rows),
    x: fromGeometry ? every(0) : placed.length > 0 ? column(0) : none,
    y: fromGeometry ? every(1) : placed.length > 0 ? column(1) : none,
    value: columns.asText ? none : column(placed.length),
    words: texts,
    covariates,
    notes: blank > 0 ? [{ code: 'kriging/blank-rows', details: { rows: blank } }] : [],
    fromGeometry,
  }
}

function columnOf(layer: Layer, name: string): number {
  const at = layer.fields.findIndex((field) => field.name === name)
  if (at < 0)
    throw new Refused({ code: 'kriging/no-such-column', details: { column: name, columns: layer.fields.map((field) => field.name) } })
  return at
}

/** A number; null for a blank; 'wrong' for any other text. */
function numberFrom(value: Value): number | null | 'wrong' {
  if (value === null || value === '') return null
  const text = typeof value === 'string' ? value.trim() : value
  if (text === '' || text === 'NA') return null
  // 0x1F is a code of something, not 31
  const number = typeof text === 'boolean' || (typeof text === 'string' && /^[-+]?0[box]/i.test(text)) ? Number.NaN : Number(text)
  return Number.isFinite(number) ? number : 'wrong'
}

function pointOf(batch: Batch, i: number): [number, number] | null {
  const [from, to] = [batch.offsets[i], batch.offsets[i + 1]]
  const shape = to > from ? readWkb(batch.wkb.subarray(from, to)) : null
  return shape?.type === 'point' && shape.points.length === 2 ? [shape.points[0], shape.points[1]] : null
}

/** Metres: as they are, or brought from degrees to the zone that was named. */
function placeSamples(read: Rows, crs: Crs | null, epsg: number | null, file: string) {
  const { x, y } = read
  if (x.length === 0) return { notes: [] } // refused as too few, not for where they are
  const degrees = crs ? crs.geographic : lookLikeDegrees(x, y)
  if ((degrees && epsg === null) || (epsg !== null && isGeographic(epsg)))
    throw new Refused({ code: 'kriging/degrees', details: { x: x[0], y: y[0] } })
  const from = crs ?? (degrees ? crsFromEpsg(4490) : null)
  const toPlane = planeOf(from, epsg, file)
  if (!toPlane) return { notes: [] }
  const xy = toPlane(Float64Array.from({ length: 2 * x.length }, (_, i) => (i % 2 === 0 ? x[i >> 1] : y[i >> 1])))
  return {
    x: Float64Array.from(x, (_, i) => xy[2 * i]),
    y: Float64Array.from(y, (_, i) => xy[2 * i + 1]),
    notes: [{ code: 'kriging/projected', details: { epsg: epsg ?? 0 } }] satisfies KrigingNote[],
  }
}
