/** The maps of a report: patches of one state in the plane of their zone, what is too small to draw as squares of what has most of the ground. */
import { readWkb } from '@dishu/base/wkb'
import { MapSheet, type MapWords } from '@dishu/documents/map'
import type { Box } from '@dishu/documents/picture'
import type { AsOf } from '@dishu/kernel/records/records'
import { type Projection, projectionOf, zoneAround } from '@dishu/land/count/plane'
import { learnSystems } from '@dishu/land/count/systems.jobs'
import { type DrawnCell, readBoundaries, readDrawnCells, readExtent } from '@dishu/land/reports/reports.store'
import type { Db } from '@dishu/server-kit/sql'

/** What is narrower than three pixels of a screen is no outline but noise. */
const SMALLEST_POINTS = 2.25
const METRES_OF_DEGREE = 111_320
/** EPSG's 3° zones of CGCS2000 without a zone number in the easting begin with 4534, of 75° E. */
const [FIRST_ZONE, FIRST_MERIDIAN] = [4534, 75]

/** The ground of an area on paper of some size, before anything is on it. */
export type Ground = {
  readonly sheet: MapSheet
  readonly meridian: number
  readonly box: Box
  place(xy: Float64Array, from: Projection): void
}

/** Null where no patch of the area has an outline. */
export async function groundOf(
  db: Db,
  county: string,
  asOf: AsOf,
  within: string,
): Promise<((width: number, height: number, denominator?: number) => Ground) | null> {
  const extent = await readExtent(db, county, asOf, within)
  if (extent === null) return null
  const { centralMeridian } = zoneAround((extent[0] + extent[2]) / 2)
  const plane = projectionOf(FIRST_ZONE + (centralMeridian - FIRST_MERIDIAN) / 3)
  if (plane === null) return null // beyond the zones of the country
  const [west, south, east, north] = extent
  const corners = Float64Array.of(west, south, east, south, east, north, west, north, (west + east) / 2, south, (west + east) / 2, north)
  plane.fromLonLat(corners)
  const xs = [0, 2, 4, 6, 8, 10].map((i) => corners[i])
  const ys = [1, 3, 5, 7, 9, 11].map((i) => corners[i])
  const box: Box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]
  return (width, height, denominator) => ({
    sheet: new MapSheet(box, width, height, denominator),
    meridian: centralMeridian,
    box,
    place(xy, from) {
      from.toLonLat(xy)
      plane.fromLonLat(xy)
    },
  })
}

/** Draws the cells of an area; `keyOf` says under which entry of the legend, null: not at all. Gives how many were drawn by their outline. */
export async function drawCells(
  db: Db,
  county: string,
  asOf: AsOf,
  within: string,
  { sheet, box, place }: Ground,
  keyOf: (cell: DrawnCell) => string | null,
  signal: AbortSignal | null,
): Promise<number> {
  const metres = SMALLEST_POINTS / sheet.onPaper(1)
  const squares = new Map<string, Map<string, number>>()
  const middle = new Float64Array(2)
  const degrees = projectionOf(4490)
  const stretch = 1 / Math.cos(((await latitudeOf(db, county, asOf, within)) * Math.PI) / 180)
  let drawn = 0
  for await (const batch of readDrawnCells(db, county, asOf, within, metres / METRES_OF_DEGREE, stretch)) {
    signal?.throwIfAborted()
    await learnSystems(db, new Set(batch.map(({ srid }) => srid)))
    for (const cell of batch) {
      const key = keyOf(cell)
      if (key === null) continue
      if (cell.outline === null) {
        if (degrees === null) continue
        middle[0] = (cell.box[0] + cell.box[2]) / 2
        middle[1] = (cell.box[1] + cell.box[3]) / 2
        place(middle, degrees)
        const square = `${Math.floor((middle[0] - box[0]) / metres)} ${Math.floor((middle[1] - box[1]) / metres)}`
        const sums = squares.get(square) ?? new Map<string, number>()
        squares.set(square, sums)
        sums.set(key, (sums.get(key) ?? 0) + cell.area)
        continue
      }
      const projection = projectionOf(cell.srid)
      const geometry = readWkb(cell.outline)
      if (projection === null || geometry.type !== 'polygon') continue
      for (const { rings } of geometry.polygons) {
        for (const ring of rings) place(ring, projection)
        sheet.polygon(key, rings)
      }
      drawn++
    }
  }
  for (const [square, sums] of squares) {
    const [column, row] = square.split(' ').map(Number)
    const [key] = [...sums].reduce((best, each) => (each[1] > best[1] || (each[1] === best[1] && each[0] < best[0]) ? each : best))
    const [x, y] = [box[0] + column * metres, box[1] + row * metres]
    sheet.polygon(key, [Float64Array.of(x, y, x + metres, y, x + metres, y + metres, x, y + metres, x, y)])
  }
  return drawn
}

async function latitudeOf(db: Db, county: string, asOf: AsOf, within: string): Promise<number> {
  const extent = await readExtent(db, county, asOf, within)
  return extent ? (extent[1] + extent[3]) / 2 : 0
}

const LINES = { county: [1.3, '#1F2A30'], town: [0.8, '#1F2A30'], village: [0.35, '#5C6970'] } as const

/** Boundaries with the names of towns, or of villages where the map is of one town. */
export async function drawBoundaries(
  db: Db,
  county: string,
  asOf: AsOf,
  within: string,
  { sheet, place }: Ground,
  size: number,
): Promise<void> {
  const areas = await readBoundaries(db, county, asOf, within)
  await learnSystems(db, new Set(areas.map(({ srid }) => srid)))
  const named = within.length === 6 ? 'town' : 'village'
  for (const { level, name, srid, outline } of areas.toReversed()) {
    const projection = projectionOf(srid)
    if (outline === null || projection === null) continue
    const geometry = readWkb(outline)
    if (geometry.type !== 'polygon') continue
    const rings = geometry.polygons.flatMap((polygon) => polygon.rings)
    for (const ring of rings) place(ring, projection)
    const [width, colour] = LINES[level]
    sheet.outline(rings, colour, width, level === 'county' ? [6, 2, 1, 2] : level === 'town' ? [4, 2] : undefined)
    if (level !== named) continue
    const [x, y] = middleOf(rings.reduce((largest, ring) => (ring.length > largest.length ? ring : largest)))
    sheet.label(x, y, name, size, level === 'town' ? 600 : 400)
  }
}

/** The centre of gravity of a ring; of a degenerate one its first point. */
function middleOf(ring: Float64Array): readonly [number, number] {
  const [x0, y0] = ring
  let [area, mx, my] = [0, 0, 0]
  for (let i = 2; i + 3 < ring.length; i += 2) {
    const [ax, ay, bx, by] = [ring[i] - x0, ring[i + 1] - y0, ring[i + 2] - x0, ring[i + 3] - y0]
    const cross = ax * by - ay * bx
    area += cross
    mx += (ax + bx) * cross
    my += (ay + by) * cross
  }
  return area === 0 ? [x0, y0] : [x0 + mx / (3 * area), y0 + my / (3 * area)]
}

export const MAP_WORDS: Readonly<Record<'zh' | 'en', MapWords>> = {
  zh: { legend: '图例（面积）', scale: (n) => `比例尺 1:${n}`, north: '北', metres: '米', kilometres: '千米' },
  en: { legend: 'Legend (areas)', scale: (n) => `Scale 1:${n}`, north: 'N', metres: 'm', kilometres: 'km' },
}
