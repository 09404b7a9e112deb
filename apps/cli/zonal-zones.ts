/** The zones of a job, read and brought to the cells of a raster by all threads together. */
import { Refused } from '@dishu/base/refusal'
import type { Crs, Source, Value } from '@dishu/formats/layers'
import { pagedLayer } from '@dishu/formats/sqlite/layer-pages'
import { type Affine, type Outlines, prepareZones, roomForZones, toCells, type Zones } from '@dishu/numeric/zonal/zones'
import { keyColumn, type LayerPart, prepareShare, readLayer, readShare, verticesIn } from './zonal-layer.ts'
import { projectOutlines, wayBetween } from './zonal-project.ts'
import type { ReadShare, Thread } from './zonal-thread.ts'

export type ZonalLayer = {
  readonly name: string
  readonly crs: Crs | null
  /** Where the rows' names come from; null where they are numbered. */
  readonly keyField: string | null
  readonly count: number
  /** Names of the first zones, which this thread has read; `names` asks the others for theirs. */
  readonly keys: readonly Value[]
  names(): Promise<readonly Value[]>
  /** Rows that were left out, with the reason the reader gave. */
  readonly leftOut: readonly { readonly row: number; readonly code: string }[]
  readonly outlines: Outlines
  /** Zone of the first row that each of the threads has read; empty where this one has read all. */
  readonly firsts: readonly number[]
}

/** Fewer pages are not worth a thread's while. */
const PAGES_EACH = 64

/** Reads a layer: a GeoPackage by its pages, by all threads, any other file by this one. `path` is the file that `source` was opened from. */
export async function readZones(
  source: Source,
  index: number,
  path: string,
  key: string | null,
  threads: readonly Thread[],
): Promise<ZonalLayer> {
  const layer = source.layers[index]
  const column = keyColumn(layer, key)
  const keyField = column < 0 ? null : layer.fields[column].name
  const paged = pagedLayer(path, layer, keyField === null ? [] : [keyField])
  const pages = paged?.table.leaves.length ?? 0
  const readers = pages > PAGES_EACH * (threads.length + 1) ? threads : []
  const known = { name: layer.name, crs: layer.crs, keyField }
  if (!paged || readers.length === 0) {
    const part = paged
      ? readShare(paged, 0, pages, threads.length > 0, verticesIn(paged, pages))
      : await readLayer(source, index, column, threads.length > 0)
    return { ...known, ...part, count: part.keys.length, names: async () => part.keys, firsts: [] }
  }
  const from = (k: number) => Math.round((pages * k) / (readers.length + 1))
  const asked = readers.map((thread, k) => thread.ask({ ask: 'read', paged, from: from(k + 1), to: from(k + 2) }))
  const own = readShare(paged, 0, from(1), true, verticesIn(paged, pages))
  const shares = await Promise.all(asked)
  return { ...known, ...(await joined(own, shares, readers)) }
}

/** Shares one behind the other. This thread's coordinates lie in memory that has room for all as a rule. */
async function joined(own: LayerPart, shares: readonly ReadShare[], readers: readonly Thread[]) {
  const all = [{ ...own.outlines, rows: own.rows, leftOut: own.leftOut, vertices: own.outlines.xy.length / 2 }, ...shares]
  const sum = (of: (share: (typeof all)[number]) => number) => all.reduce((total, share) => total + of(share), 0)
  const shared = (bytes: number) => new SharedArrayBuffer(bytes)
  const vertices = sum((share) => share.vertices)
  const { buffer } = own.outlines.xy
  const xy = new Float64Array(buffer.byteLength >= 16 * vertices ? buffer : shared(16 * vertices), 0, 2 * vertices)
  if (xy.buffer !== buffer) xy.set(own.outlines.xy)
  const rings = new Uint32Array(shared(4 * (sum((share) => share.shells.length) + 1)))
  const shells = new Uint8Array(shared(rings.length - 1))
  const zones = new Uint32Array(shared(4 * (sum((share) => share.zones.length - 1) + 1)))
  const leftOut: { row: number; code: string }[] = []
  const firsts: number[] = []
  const placed: Promise<null>[] = []
  let [v, r, z, rows] = [0, 0, 0, 0]
  all.forEach((share, k) => {
    if (k > 0) {
      firsts.push(z)
      placed.push(readers[k - 1].ask({ ask: 'place', xy, vertex: v, rowsBefore: rows }))
    }
    for (const { row, code } of share.leftOut) leftOut.push({ row: row + rows, code })
    shells.set(share.shells, r)
    for (let i = 0; i < share.shells.length; i++) rings[r + i] = v + share.rings[i]
    for (let i = 0; i + 1 < share.zones.length; i++) zones[z + i] = r + share.zones[i]
    v += share.vertices
    r += share.shells.length
    z += share.zones.length - 1
    rows += share.rows
  })
  rings[r] = v
  zones[z] = r
  await Promise.all(placed)
  const names = async () => [...own.keys, ...(await Promise.all(readers.map((thread) => thread.ask({ ask: 'names' })))).flat()]
  return { keys: own.keys, names, count: z, leftOut, firsts, outlines: { xy, rings, shells, zones } }
}

/** Bends of a projected edge that are let be, in cells. */
const BEND = 1e-3

/** The zones in the cells of a raster. `keep`: the outlines are needed again for another one. `shared`: threads are to see them. */
export async function zonesOn(
  outlines: Outlines,
  from: Crs,
  to: Crs,
  g: Affine,
  shared: boolean,
  keep: boolean,
  threads: readonly Thread[],
): Promise<Zones> {
  const way = wayBetween(from, to, outlines.xy)
  const step = Math.min(Math.hypot(g[1], g[4]), Math.hypot(g[2], g[5]))
  const there = way ? projectOutlines(outlines, way, BEND * step, to.geographic) : outlines
  const own = way || !keep ? there.xy : there.xy.slice()
  if (shared && own.buffer instanceof SharedArrayBuffer) return preparedBy(threads, roomForZones({ ...there, xy: own }, true), g)
  toCells(own, g)
  if (!shared) return prepareZones({ ...there, xy: own })
  // projected coordinates are this thread's own
  const seen = new Float64Array(new SharedArrayBuffer(own.byteLength))
  seen.set(own)
  return prepareZones({ ...there, xy: seen }, true)
}

async function preparedBy(threads: readonly Thread[], zones: Zones, g: Affine): Promise<Zones> {
  const from = (k: number) => Math.round((zones.count * k) / (threads.length + 1))
  const asked = threads.map((thread, k) => thread.ask({ ask: 'prepare', zones, from: from(k + 1), to: from(k + 2), g }))
  prepareShare({ zones, from: 0, to: from(1), g })
  await Promise.all(asked)
  return zones
}

/** Refused where a layer holds no polygon at all, or nothing says where it lies. */
export function crsOf(layer: ZonalLayer, given: Crs | null): Crs {
  const crs = layer.crs ?? given
  if (crs === null) throw new Refused({ code: 'formats/layer-without-crs', details: { layer: layer.name } })
  if (layer.outlines.rings.length === 1) throw new Refused({ code: 'formats/layer-without-polygons', details: { layer: layer.name } })
  return crs
}
