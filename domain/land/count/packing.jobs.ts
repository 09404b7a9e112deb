/** Ground of the register packed for maps: outlines of tiles of zoom 14, and out of sixteen of them what smaller zooms show. */
import { readWkb } from '@dishu/base/wkb'
import type { AsOf } from '@dishu/kernel/records/records'
import type { Db } from '@dishu/server-kit/sql'
import { EXTENT, type InPlace, localProjection, tileBounds, toTileUnits } from '@dishu/server-kit/tiles/mercator'
import { packedRings, redrawn } from '@dishu/server-kit/tiles/outline'
import { type PackedFeature, Packer, unpack } from '@dishu/server-kit/tiles/packed'
import { SquareSums } from '@dishu/server-kit/tiles/squares'
import { ACROSS, FIRST_ZOOM, LAST_SUMMARY_ZOOM, OUTLINE_ZOOM, PARENT_ZOOM, type Place, SHOWN, SMALLEST_UNITS } from './blocks.ts'
import { type CellInWindow, readCellsInWindow, type Window } from './map.store.ts'
import { projectionOf } from './plane.ts'
import { learnSystems } from './systems.jobs.ts'

/** A parent's side in units of zoom 14. */
const SIDE = ACROSS * EXTENT
/** What reaches over more outline tiles than this is kept in parts, each cut to the surroundings of its parent. */
const LONG = 16
const AROUND = [-EXTENT / 8, SIDE + EXTENT / 8] as const

/** Packs the outlines of some tiles of zoom 14 that lie in one parent, in the order asked for. */
export async function packOutlines(db: Db, county: string, asOf: AsOf, parent: Place, blocks: readonly Place[]): Promise<Uint8Array[]> {
  const window = windowOf(blocks)
  const rows = await readCellsInWindow(db, county, asOf, window)
  await learnSystems(db, new Set(rows.map(({ srid }) => srid)))
  const packers = blocks.map(() => new Packer())
  const place = placer(parent)
  const shifts = blocks.map(({ x, y }) => [(parent.x * ACROSS - x) * EXTENT, (parent.y * ACROSS - y) * EXTENT] as const)
  for (const row of rows) {
    const feature = packed(row, parent, place)
    if (feature === null) continue
    for (const [i, packer] of packers.entries()) {
      const [dx, dy] = shifts[i]
      if (feature.minX + dx > EXTENT || feature.maxX + dx < 0 || feature.minY + dy > EXTENT || feature.maxY + dy < 0) continue
      packer.feature({ ...feature, words: packer.words(SHOWN.map((word) => row[word])) }, dx, dy)
    }
  }
  return packers.map((packer) => packer.bytes())
}

function windowOf(blocks: readonly Place[]): Window {
  const [xs, ys] = [blocks.map(({ x }) => x), blocks.map(({ y }) => y)]
  const [west, , , north] = tileBounds({ z: OUTLINE_ZOOM, x: Math.min(...xs), y: Math.min(...ys) })
  const [, south, east] = tileBounds({ z: OUTLINE_ZOOM, x: Math.max(...xs), y: Math.max(...ys) })
  return [west, south, east, north]
}

/** Units of zoom 14 from the parent's corner. */
function toParentUnits(lonLat: Float64Array, { x, y }: Place): Float64Array {
  toTileUnits(lonLat, { z: PARENT_ZOOM, x, y })
  for (let i = 0; i < lonLat.length; i++) lonLat[i] *= ACROSS
  return lonLat
}

type Placing = { readonly exact: InPlace; readonly near: InPlace }

/** For each system of coordinates the way to the parent's units: exact, and nearly so for what lies in the parent or half its side around it. */
function placer(parent: Place): (srid: number | null) => Placing | null {
  const known = new Map<number | null, Placing | null>()
  const [west, south, east, north] = tileBounds({ z: PARENT_ZOOM, ...parent }, EXTENT / 2)
  const make = (srid: number | null): Placing | null => {
    const projection = projectionOf(srid)
    if (projection === null) return null
    const exact = (xy: Float64Array) => {
      projection.toLonLat(xy)
      toParentUnits(xy, parent)
    }
    const corners = Float64Array.of(west, south, east, south, east, north, west, north)
    projection.fromLonLat(corners)
    const xs = [0, 2, 4, 6].map((i) => corners[i])
    const ys = [1, 3, 5, 7].map((i) => corners[i])
    return { exact, near: localProjection(exact, [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]) }
  }
  return (srid) => {
    const found = known.get(srid)
    if (found !== undefined) return found
    const made = make(srid)
    known.set(srid, made)
    return made
  }
}

type Unworded = Omit<PackedFeature, 'words'>

/** Null where there is nothing to draw. The box is that of the patch, by which every piece of ground says alike what lies in it. */
function packed(row: CellInWindow, parent: Place, place: (srid: number | null) => Placing | null): Unworded | null {
  const box = toParentUnits(Float64Array.of(row.west, row.north, row.east, row.south), parent)
  const [minX, minY, maxX, maxY] = [Math.floor(box[0]), Math.floor(box[1]), Math.ceil(box[2]), Math.ceil(box[3])]
  const placing = place(row.srid)
  if (placing === null || !(maxX - minX < 2 ** 30) || !(maxY - minY < 2 ** 30)) return null
  const geometry = readWkb(row.outline)
  if (geometry.type !== 'polygon') return null
  const inside = minX > -SIDE / 2 && minY > -SIDE / 2 && maxX < 1.5 * SIDE && maxY < 1.5 * SIDE
  const part =
    (Math.floor(maxX / EXTENT) - Math.floor(minX / EXTENT) + 1) * (Math.floor(maxY / EXTENT) - Math.floor(minY / EXTENT) + 1) > LONG
  const rings: Int32Array[] = []
  const shells: boolean[] = []
  for (const polygon of geometry.polygons) {
    for (const ring of polygon.rings) (inside ? placing.near : placing.exact)(ring)
    for (const [i, ring] of packedRings(polygon.rings, part ? AROUND : null).entries()) {
      rings.push(ring)
      shells.push(i === 0)
    }
  }
  return { id: row.id, twin: row.cell, part, value: row.area, minX, minY, maxX, maxY, rings, shells }
}

/** What the zooms from 5 to 11 show of a parent, out of the sixteen outline tiles under it, row by row. In units of that zoom from the parent's corner. */
export function summarise(blocks: readonly Uint8Array[]): Map<number, Uint8Array> {
  const zooms = Array.from({ length: LAST_SUMMARY_ZOOM - FIRST_ZOOM + 1 }, (_, i) => {
    const zoom = FIRST_ZOOM + i
    return { zoom, scale: 2 ** (zoom - OUTLINE_ZOOM), across: 2 ** i, packer: new Packer(), sums: new SquareSums() }
  })
  for (const [b, bytes] of blocks.entries()) {
    const block = unpack(bytes)
    if (block === null) throw new Error('expected a packed tile')
    const [column, row] = [b % ACROSS, Math.floor(b / ACROSS)]
    const [dx, dy] = [column * EXTENT, row * EXTENT]
    const numbers = zooms.map(({ packer, sums }) => block.words.map((tuple) => ({ drawn: packer.words(tuple), summed: sums.words(tuple) })))
    block.read((feature) => {
      const { minX, minY, maxX, maxY } = feature
      const first = (column === 0 || minX >= 0) && (row === 0 || minY >= 0)
      const [cx, cy] = [(minX + maxX) / 2, (minY + maxY) / 2]
      const middle = cx >= 0 && cx < EXTENT && cy >= 0 && cy < EXTENT
      if (!first && !middle) return
      const large = Math.max(maxX - minX, maxY - minY)
      for (const [z, { scale, across, packer, sums }] of zooms.entries()) {
        const words = numbers[z][feature.words]
        if (large * scale >= SMALLEST_UNITS) {
          if (first) packer.feature({ ...rescaled(feature, scale, dx, dy), words: words.drawn })
        } else if (middle) {
          const [sx, sy] = [Math.floor(((cx + dx) / SIDE) * across), Math.floor(((cy + dy) / SIDE) * across)]
          sums.add(sx + sy * across, words.summed, feature.value)
        }
      }
    })
  }
  return new Map(
    zooms.map(({ zoom, packer, sums }) => {
      sums.packInto(packer)
      return [zoom, packer.bytes()]
    }),
  )
}

function rescaled(feature: PackedFeature, scale: number, dx: number, dy: number): PackedFeature {
  const rings: Int32Array[] = []
  const shells: boolean[] = []
  // a part ends where its parent does: the next parent has the next part
  const bounds = feature.part ? ([0, SIDE * scale] as const) : null
  let kept = false
  for (const [i, ring] of feature.rings.entries()) {
    const shell = feature.shells[i]
    if (!shell && !kept) continue
    const drawn = redrawn(ring, shell, scale, dx * scale, dy * scale, bounds)
    if (shell) kept = drawn !== null
    if (drawn === null) continue
    rings.push(drawn)
    shells.push(shell)
  }
  const at = (value: number, shift: number, round: (value: number) => number) => round((value + shift) * scale)
  return {
    ...feature,
    minX: at(feature.minX, dx, Math.floor),
    minY: at(feature.minY, dy, Math.floor),
    maxX: at(feature.maxX, dx, Math.ceil),
    maxY: at(feature.maxY, dy, Math.ceil),
    rings,
    shells,
  }
}
