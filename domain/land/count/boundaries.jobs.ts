/** Boundaries of areas for maps: a few hundred outlines of thousands of vertices, brought to the map's units once and not for every tile. */
import { readWkb } from '@dishu/base/wkb'
import { EXTENT, toTileUnits } from '@dishu/server-kit/tiles/mercator'
import { TileLayer } from '@dishu/server-kit/tiles/mvt'
import { packedRings, redrawn } from '@dishu/server-kit/tiles/outline'
import { isPresent, type Looking } from './blocks.jobs.ts'
import { OUTLINE_ZOOM } from './blocks.ts'
import type { Frame } from './drawing.jobs.ts'
import { readBoundaries, readBoundariesRevision } from './map.store.ts'
import { projectionOf } from './plane.ts'
import { learnSystems } from './systems.jobs.ts'

type Boundary = {
  readonly code: string
  readonly level: string
  readonly name: string
  readonly box: readonly [minX: number, minY: number, maxX: number, maxY: number]
  readonly rings: readonly { readonly ring: Int32Array; readonly shell: boolean }[] // units of zoom 14 over the world
}

const MOST_COUNTIES = 8
const kept = new Map<string, readonly Boundary[]>()

/** Which boundaries a zoom has room for. */
const levelsAt = (z: number) => (z >= 11 ? ['county', 'town', 'village'] : z >= 8 ? ['county', 'town'] : ['county'])

export async function drawBoundaries(looking: Looking, tile: Frame): Promise<TileLayer> {
  const layer = new TileLayer('areas')
  const levels = levelsAt(tile.z)
  const scale = 2 ** (tile.z - OUTLINE_ZOOM)
  const [dx, dy] = [-tile.x * EXTENT, -tile.y * EXTENT]
  for (const { box, rings, ...properties } of await boundariesOf(looking)) {
    const outside =
      box[0] * scale + dx > EXTENT + 64 ||
      box[1] * scale + dy > tile.rows * EXTENT + 64 ||
      box[2] * scale + dx < -64 ||
      box[3] * scale + dy < -64
    if (outside || !levels.includes(properties.level)) continue
    const drawn: Int32Array[] = []
    let standing = false
    for (const { ring, shell } of rings) {
      if (!shell && !standing) continue
      const made = redrawn(ring, shell, scale, dx, dy, undefined, tile.bend)
      if (shell) standing = made !== null
      if (made !== null) drawn.push(made)
    }
    if (drawn.length > 0) layer.polygon(drawn, properties)
  }
  return layer
}

async function boundariesOf(looking: Looking): Promise<readonly Boundary[]> {
  if (!isPresent(looking)) return read(looking)
  const { db, county, scope, asOf } = looking
  const { rev } = await readBoundariesRevision(db, county)
  const key = `${county} ${scope.join()} ${rev} ${asOf.day}`
  const found = kept.get(key) ?? (await read(looking))
  kept.delete(key)
  kept.set(key, found)
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST_COUNTIES) break
    kept.delete(oldest)
  }
  return found
}

async function read({ db, county, asOf }: Looking): Promise<Boundary[]> {
  const rows = await readBoundaries(db, county, asOf)
  await learnSystems(db, new Set(rows.map(({ srid }) => srid)))
  return rows.flatMap(({ srid, outline, ...names }) => {
    const projection = projectionOf(srid)
    const geometry = readWkb(outline)
    if (projection === null || geometry.type !== 'polygon') return []
    const rings = geometry.polygons.flatMap((polygon) => {
      for (const ring of polygon.rings) {
        projection.toLonLat(ring)
        toTileUnits(ring, { z: OUTLINE_ZOOM, x: 0, y: 0 })
      }
      return packedRings(polygon.rings, null).map((ring, i) => ({ ring, shell: i === 0 }))
    })
    return [{ ...names, box: boxOf(rings.map(({ ring }) => ring)), rings }]
  })
}

function boxOf(rings: readonly Int32Array[]): readonly [number, number, number, number] {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i += 2) {
      minX = Math.min(minX, ring[i])
      minY = Math.min(minY, ring[i + 1])
      maxX = Math.max(maxX, ring[i])
      maxY = Math.max(maxY, ring[i + 1])
    }
  }
  return [minX, minY, maxX, maxY]
}
