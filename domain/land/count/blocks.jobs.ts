/**
 * Ground made ready for maps, as it stands at present: in memory, in the register's table of it, or packed now. What was made at an earlier revision
 * is good until a revision touches it. A past state is packed where it is looked at, and kept only as a tile.
 */
import type { Day } from '@dishu/base/date'
import type { AsOf } from '@dishu/kernel/records/records'
import type { Db } from '@dishu/server-kit/sql'
import { toTileUnits } from '@dishu/server-kit/tiles/mercator'
import { type BlockRow, readBlocks, readDaysAround, readGroundBox } from './blocks.store.ts'
import { ACROSS, OUTLINE_ZOOM, outlinesUnder, PARENT_ZOOM, type Place, placeKey } from './blocks.ts'
import { packOutlines, summarise } from './packing.jobs.ts'
import { looksTheSame } from './touched.jobs.ts'

/** What is looked at. `scope`: the areas of the request. `keep` puts what was made where a restart finds it. */
export type Looking = {
  readonly db: Db
  readonly county: string
  readonly asOf: AsOf
  readonly known: number
  readonly scope: readonly string[]
  /** Nothing that was made before is taken, and nothing kept. */
  readonly anew?: boolean
  readonly keep?: ((rows: readonly BlockRow[]) => void) | undefined
}

const MEMORY_BYTES = 128 * 1024 * 1024

type Kept = { readonly made: number; readonly dayFrom: Day; readonly dayTo: Day; readonly bytes: Uint8Array }

/** Kept pieces up to a number of bytes; those not asked for longest go first. */
export class Shelf {
  readonly #most: number
  readonly #kept = new Map<string, Kept>()
  #bytes = 0

  constructor(mostBytes: number) {
    this.#most = mostBytes
  }
  get(key: string): Kept | undefined {
    const found = this.#kept.get(key)
    if (found) {
      this.#kept.delete(key)
      this.#kept.set(key, found)
    }
    return found
  }
  set(key: string, kept: Kept): void {
    this.#bytes += kept.bytes.length + key.length - (this.#kept.get(key)?.bytes.length ?? -key.length)
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    for (const [oldest, { bytes }] of this.#kept) {
      if (this.#bytes <= this.#most) return
      this.#kept.delete(oldest)
      this.#bytes -= bytes.length + oldest.length
    }
  }
}

let memory = new Shelf(MEMORY_BYTES)
const making = new Map<string, Promise<Uint8Array>>()

/** Empties the memory, as a start does. */
export function forget(): void {
  memory = new Shelf(MEMORY_BYTES)
}

export const isPresent = ({ asOf, anew }: Looking) => asOf.rev === null && anew !== true
const seesWhole = ({ county, scope }: Looking) =>
  scope.some((code) => code === '*' || code === county || code === county.slice(0, 4) || code === county.slice(0, 2))
const keyOf = ({ county, scope }: Looking, zoom: number, { x, y }: Place) => `${county} ${scope.join()} ${placeKey(zoom, x, y)}`

/** Whether what was made then for a tile up to zoom 14 is what would be made now. */
export async function isGood(
  looking: Looking,
  kept: Pick<Kept, 'made' | 'dayFrom' | 'dayTo'>,
  z: number,
  { x, y }: Place,
): Promise<boolean> {
  const { db, county, scope, asOf, known } = looking
  if (kept.made > known || asOf.day < kept.dayFrom || ((kept.dayTo as string) !== 'infinity' && asOf.day >= kept.dayTo)) return false
  return kept.made === known || looksTheSame(db, county, scope.join(), { z, x, y }, [kept.made, known])
}

const days = new Map<string, { readonly from: Day; readonly to: Day }>()

/** The days around the one asked for on which the present register looks the same. */
export async function daysAround({ db, county, scope, asOf, known }: Looking): Promise<{ readonly from: Day; readonly to: Day }> {
  const key = `${county} ${scope.join()} ${known} ${asOf.day}`
  const found = days.get(key) ?? (await readDaysAround(db, county, asOf.day))
  if (days.size > 1000) days.clear()
  days.set(key, found)
  // “since ever” is no day that anything compares with
  return { from: (found.from as string) === '-infinity' ? ('0001-01-01' as Day) : found.from, to: found.to }
}

/** Packed outlines of tiles of zoom 14 that lie in one parent. */
export async function outlinesOf(looking: Looking, parent: Place, blocks: readonly Place[]): Promise<Uint8Array[]> {
  const { db, county, asOf } = looking
  if (!isPresent(looking)) return packOutlines(db, county, asOf, parent, blocks)
  const found = await keptOf(looking, OUTLINE_ZOOM, blocks)
  const missing = blocks.filter((_, i) => found[i] === null)
  if (missing.length === 0) return found as Uint8Array[]
  const made = await once(looking, OUTLINE_ZOOM, missing, () => packOutlines(db, county, asOf, parent, missing))
  let next = 0
  return found.map((bytes) => bytes ?? made[next++])
}

/** What a zoom from 5 to 11 shows of parents. */
export async function summariesOf(looking: Looking, zoom: number, parents: readonly Place[]): Promise<Uint8Array[]> {
  const found = isPresent(looking) ? await keptOf(looking, zoom, parents) : parents.map(() => null)
  const all: Uint8Array[] = []
  for (const [i, parent] of parents.entries()) all.push(found[i] ?? (await summaryOf(looking, zoom, parent)))
  return all
}

/** All zooms of a parent cost little more than one of them. */
async function summaryOf(looking: Looking, zoom: number, parent: Place): Promise<Uint8Array> {
  const zooms = summarise(await outlinesOf(looking, parent, outlinesUnder(PARENT_ZOOM, parent.x, parent.y)))
  if (isPresent(looking))
    await keep(
      looking,
      [...zooms].map(([each, bytes]) => ({ zoom: each, place: parent, bytes })),
    )
  const bytes = zooms.get(zoom)
  if (bytes === undefined) throw new Error(`expected a zoom from 5 to 11, got ${zoom}`)
  return bytes
}

async function keptOf(looking: Looking, zoom: number, places: readonly Place[]): Promise<(Uint8Array | null)[]> {
  const z = zoom === OUTLINE_ZOOM ? OUTLINE_ZOOM : PARENT_ZOOM
  const found: (Uint8Array | null)[] = []
  for (const place of places) {
    const kept = memory.get(keyOf(looking, zoom, place))
    found.push(kept && (await isGood(looking, kept, z, place)) ? kept.bytes : null)
  }
  const missing = places.filter((_, i) => found[i] === null)
  if (missing.length === 0 || !seesWhole(looking)) return found
  const rows = await readBlocks(
    looking.db,
    looking.county,
    zoom,
    missing.map(({ x }) => x),
    missing.map(({ y }) => y),
  )
  const byPlace = new Map(rows.map((row) => [placeKey(zoom, row.x, row.y), row]))
  for (const [i, place] of places.entries()) {
    const row = byPlace.get(placeKey(zoom, place.x, place.y))
    if (found[i] !== null || !row || !(await isGood(looking, row, z, place))) continue
    memory.set(keyOf(looking, zoom, place), row)
    found[i] = row.bytes
  }
  return found
}

/** Makes what is missing; who asks for the same meanwhile waits for it. */
async function once(looking: Looking, zoom: number, places: readonly Place[], make: () => Promise<Uint8Array[]>): Promise<Uint8Array[]> {
  const key = `${looking.known} ${looking.asOf.day} ${places.map((place) => keyOf(looking, zoom, place)).join()}`
  const keys = places.map((place) => `${key} ${place.x}/${place.y}`)
  const under = keys.map((each) => making.get(each))
  if (under.every((each) => each !== undefined)) return Promise.all(under)
  const all = make()
  for (const [i, each] of keys.entries()) {
    const one = all.then((bytes) => bytes[i])
    one.catch(() => {})
    making.set(each, one)
  }
  try {
    const bytes = await all
    await keep(
      looking,
      places.map((place, i) => ({ zoom, place, bytes: bytes[i] })),
    )
    return bytes
  } finally {
    for (const each of keys) making.delete(each)
  }
}

async function keep(
  looking: Looking,
  pieces: readonly { readonly zoom: number; readonly place: Place; readonly bytes: Uint8Array }[],
): Promise<void> {
  const { from, to } = await daysAround(looking)
  const rows = pieces.map(({ zoom, place, bytes }): BlockRow => ({ zoom, ...place, made: looking.known, dayFrom: from, dayTo: to, bytes }))
  for (const row of rows) memory.set(keyOf(looking, row.zoom, row), row)
  if (seesWhole(looking)) looking.keep?.(rows)
}

const extents = new Map<string, readonly [west: number, north: number, east: number, south: number]>()

/** The parents in which anything may stand, west, north, east and south; null where nothing does. */
export async function parentsOf(looking: Looking): Promise<readonly [number, number, number, number] | null> {
  const { db, county, scope, asOf, known } = looking
  const key = `${county} ${scope.join()} ${known}`
  const found = isPresent(looking) ? extents.get(key) : undefined
  if (found) return found
  const { box } = await readGroundBox(db, county, asOf)
  if (box === null) return null
  const xy = toTileUnits(Float64Array.of(box[0], box[3], box[2], box[1]), { z: PARENT_ZOOM, x: 0, y: 0 })
  const [west, north, east, south] = Array.from(xy, (unit) => Math.floor(unit / 4096))
  if (extents.size > 1000) extents.clear()
  if (isPresent(looking)) extents.set(key, [west, north, east, south])
  return [west, north, east, south]
}

/** The parent of an outline tile. */
export const parentOf = ({ x, y }: Place): Place => ({ x: Math.floor(x / ACROSS), y: Math.floor(y / ACROSS) })
