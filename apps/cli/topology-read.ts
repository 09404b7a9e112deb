/** Parcels of a file with their keys, and areas to hold them against. */
import { Refused } from '@dishu/base/refusal'
import { openFiles } from '@dishu/formats/formats'
import type { Batch, Field, Layer, Source, Value } from '@dishu/formats/layers'
import type { InvalidRule } from '@dishu/numeric/topology/layer'
import type { Id, ParcelBatch, ParcelSource } from './topology-job.ts'

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

const RULES: Readonly<Record<string, InvalidRule | undefined>> = {
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
    readonly keys: () => { readonly field: string | null; readonly ids: readonly Id[] }
    readonly close: () => Promise<void>
  }
> {
  const source = await openFiles([path], { siblings, scratch, rowIds: true })
  const { layer, index } = layerOf(source, name, path)
  const candidates = candidatesOf(layer.fields, key, path)
  const values = candidates.map((): Value[] => [])
  const rows: number[] = []
  async function* batches(): AsyncGenerator<ParcelBatch> {
    for await (const batch of source.read(index)) {
      for (let i = 0; i < batch.rows.length; i++) rows.push(batch.rows[i])
      candidates.forEach((field, c) => {
        for (const value of batch.columns[field]) values[c].push(value)
      })
      yield { ids: [...batch.rows], wkb: batch.wkb, offsets: batch.offsets, unreadable: unreadableIn(batch) }
    }
  }
  const keys = () => {
    const c = candidates.findIndex((_, i) => isKey(values[i]))
    if (c < 0 && key !== null)
      throw new Refused({ code: 'topology/no-key', details: { file: path, field: key, fields: layer.fields.map((f) => f.name) } })
    return c < 0 ? { field: null, ids: rows } : { field: layer.fields[candidates[c]].name, ids: values[c].map(idOf) }
  }
  const { file, crs, rowCount } = layer
  return { name: layer.name, file, crs, rowCount, batches, keys, close: () => source.close() }
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

const idOf = (value: Value): Id => (typeof value === 'number' ? value : String(value))

function isKey(values: readonly Value[]): boolean {
  const seen = new Set<Value>()
  for (const value of values) {
    if (value === null || value === '') return false
    seen.add(value)
  }
  return seen.size === values.length && values.length > 0
}
