/** Parcels of a file with their keys, and areas to hold them against. */
import { Refused } from '@dishu/base/refusal'
import { openFiles } from '@dishu/formats/formats'
import type { Batch, Field, Layer, Source, Value } from '@dishu/formats/layers'
import { type PagedLayer, pagedLayer } from '@dishu/formats/sqlite/layer-pages'
import type { InvalidRule } from '@dishu/numeric/topology/layer'
import type { Id, Keys, ParcelBatch, ParcelSource } from './topology-job.ts'

/** Fields that name a parcel, in this order; the first whose values are all there and all different is the key. */
const KEYS = ['DKBM', 'BSM', 'TBBH', 'parcel_code', 'patch_key', 'code', 'id', 'fid', 'ogc_fid', 'objectid']

/** A polygon layer of a file: the one named, or the only one. */
export function layerOf(source: Source, name: string | null, file: string): { readonly layer: Layer; readonly index: number } {
  const polygons = source.layers.flatMap((layer, index) =>
    layer.geometry === 'polygon' || layer.geometry === 'mixed' ? [{ layer, index }] : [],
  )
  const names = source.layers.map((layer) => layer.name)
  if (name !== null) {
    const found = polygons.find(({ layer }) => layer.name === name)
    if (found) return found
    throw new Refused({
      code: names.includes(name) ? 'topology/no-polygons' : 'topology/no-such-layer',
      details: { file, layer: name, layers: names },
    })
  }
  if (polygons.length === 1) return polygons[0]
  if (polygons.length === 0) throw new Refused({ code: 'topology/no-polygons', details: { file, layer: null, layers: names } })
  throw new Refused({ code: 'topology/which-layer', details: { file, layers: polygons.map(({ layer }) => layer.name) } })
}

/** Rules by the code that a reader gives; what is lost for another reason is unreadable. */
export const RULES: Readonly<Record<string, InvalidRule | undefined>> = {
  'formats/ring-too-short': 'ring-too-short',
  'formats/bad-coordinate': 'not-a-number',
  'formats/hole-outside-shell': 'hole-outside-shell',
}

/**
 * The parcels of a file. Keys are known when all rows are read: the batches carry row numbers, and `ids` gives the keys afterwards.
 */
export async function openParcels(
  path: string,
  siblings: readonly string[],
  scratch: string,
  name: string | null,
  key: string | null,
): Promise<
  ParcelSource & {
    /** The same rows by pages, where the file allows it; `taken` hears of them in their order: their numbers, and the values of the fields asked for. */
    readonly paged: PagedLayer | null
    readonly taken: (numbers: ArrayLike<number>, columns: readonly ArrayLike<Value>[]) => void
    readonly keys: () => Keys
    readonly close: () => Promise<void>
  }
> {
  const source = await openFiles([path], { siblings, scratch, rowIds: true, uncounted: true })
  const { layer, index } = layerOf(source, name, path)
  const candidates = candidatesOf(layer.fields, key, path)
  const values = candidates.map((): ArrayLike<Value>[] => [])
  const rows: ArrayLike<number>[] = []
  const paged = pagedLayer(
    path,
    layer,
    candidates.map((field) => layer.fields[field].name),
  )
  const first = new KeyTest()
  const taken = (numbers: ArrayLike<number>, columns: readonly ArrayLike<Value>[]) => {
    rows.push(numbers)
    columns.forEach((column, c) => {
      values[c].push(column)
    })
    if (columns.length > 0) first.add(columns[0])
  }
  async function* batches(): AsyncGenerator<ParcelBatch> {
    for await (const batch of source.read(index)) {
      taken(
        [...batch.rows],
        candidates.map((field) => batch.columns[field]),
      )
      yield { ids: [...batch.rows], wkb: batch.wkb, offsets: batch.offsets, unreadable: unreadableIn(batch) }
    }
  }
  const keys = () => {
    const c = candidates.findIndex((_, i) => (i === 0 ? first : keyTestOf(values[i])).isKey)
    if (c < 0 && key !== null)
      throw new Refused({ code: 'topology/no-key', details: { file: path, field: key, fields: layer.fields.map((f) => f.name) } })
    const found = c < 0 ? rows : values[c]
    return { field: c < 0 ? null : layer.fields[candidates[c]].name, idOf: idsIn(found) }
  }
  const { file, crs, rowCount } = layer
  return { name: layer.name, file, crs, rowCount, batches, paged, taken, keys, close: () => source.close() }
}

/** The key of a parcel by its number, from the values of the layer's batches: a few are asked for of a million. */
function idsIn(batches: readonly ArrayLike<Value>[]): (parcel: number) => Id {
  const starts = [0]
  for (const batch of batches) starts.push(starts[starts.length - 1] + batch.length)
  return (parcel) => {
    let [low, high] = [0, batches.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (starts[middle] <= parcel) low = middle
      else high = middle
    }
    return idFrom(batches[low][parcel - starts[low]])
  }
}

function candidatesOf(fields: readonly Field[], key: string | null, file: string): number[] {
  const indexOf = (name: string) => fields.findIndex((field) => field.name.toLowerCase() === name.toLowerCase())
  if (key === null) return KEYS.map(indexOf).filter((index) => index >= 0)
  const index = indexOf(key)
  if (index < 0) throw new Refused({ code: 'topology/no-key', details: { file, field: key, fields: fields.map((field) => field.name) } })
  return [index]
}

/** A row that has no parcel, and holes that the reader had to make parcels of. */
function unreadableIn(batch: Batch): ParcelBatch['unreadable'] {
  const lost = new Set(batch.problems.map((problem) => problem.row))
  return [...batch.problems, ...(batch.notes ?? [])].flatMap(({ row, refusal }) => {
    const rule = RULES[refusal.code] ?? (lost.has(row) ? 'unreadable' : null)
    return rule ? [{ id: row, rule }] : []
  })
}

const idFrom = (value: Value): Id => (typeof value === 'number' ? value : String(value))

function keyTestOf(columns: readonly ArrayLike<Value>[]): KeyTest {
  const test = new KeyTest()
  for (const column of columns) test.add(column)
  return test
}

/** Whether values are all there and all different, told while they come. As long as each is above the one before, nothing has to be remembered. */
class KeyTest {
  readonly #columns: ArrayLike<Value>[] = []
  #seen: Set<Value> | null = null
  #last: Value = null
  #fits = true

  add(values: ArrayLike<Value>): void {
    let i = 0
    if (this.#seen === null) {
      let last = this.#last
      for (; i < values.length && isAbove(values[i], last); i++) last = values[i]
      this.#last = last
      if (i < values.length) this.#seen = this.#seenBefore(values, i)
      this.#columns.push(values)
    }
    for (; this.#fits && this.#seen !== null && i < values.length; i++) {
      const before = this.#seen.size
      this.#fits = values[i] !== null && values[i] !== '' && this.#seen.add(values[i]).size > before
    }
  }

  #seenBefore(values: ArrayLike<Value>, end: number): Set<Value> {
    const seen = new Set<Value>()
    for (const column of this.#columns) for (let i = 0; i < column.length; i++) seen.add(column[i])
    for (let i = 0; i < end; i++) seen.add(values[i])
    return seen
  }

  get isKey(): boolean {
    return this.#fits && this.#columns.some((column) => column.length > 0)
  }
}

function isAbove(value: Value, last: Value): boolean {
  if (typeof value === 'string') return value !== '' && (last === null || (typeof last === 'string' && value > last))
  return typeof value === 'number' && (last === null || (typeof last === 'number' && value > last))
}
