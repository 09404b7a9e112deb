/** Which coordinate system a layer is in: what the file says, what its numbers can only mean, or what a person must be asked. */

import type { Refusal } from '@dishu/base/refusal'
import { wkbBounds } from '@dishu/base/wkb'
import { crsFromEpsg, zoneFromEasting } from '@dishu/formats/crs/crs'
import { epsgOfZone } from '@dishu/formats/crs/zones'
import type { Batch, Crs, Layer } from '@dishu/formats/layers'
import { toGcj02 } from '@dishu/numeric/geodesy/gcj02'
import type { QuestionData } from './preview.ts'

export type SettledCrs = { readonly crs: Crs; readonly srid: number }
export type Box = readonly [number, number, number, number]

export type CrsRequest = {
  readonly layer: Layer
  readonly key: string
  readonly first: Batch
  readonly box: Box | null // of the county's known boundary, degrees
  readonly answer: string | null // EPSG:4529
}
export type CrsOutcome = { readonly crs: SettledCrs | null; readonly notes: readonly Refusal[]; readonly question: QuestionData | null }

/** Unprefixed zones of northern and western China are proposed from the county's longitude; without one, these two of Jilin stand first. */
const JILIN_MERIDIANS = [123, 126]

export function settleCrs(request: CrsRequest): CrsOutcome {
  const { layer, key, answer } = request
  const extent = extentOf(request.first)
  if (!extent) return { crs: settled(layer.crs ?? crsFromEpsg(4490)), notes: [], question: null } // no row has a place
  const example: readonly [number, number] = [extent[0], extent[1]]
  if (layer.crs) return { crs: settled(layer.crs), notes: [], question: null }

  if (answer) {
    const epsg = Number(/^(?:EPSG:)?(\d{4,6})$/i.exec(answer)?.[1])
    if (epsg) return { crs: settled(crsFromEpsg(epsg)), notes: [], question: null }
  }
  const zone = zoneFromEasting(extent[0])
  const zoneRight = zoneFromEasting(extent[2])
  if (zone && zoneRight && zone.zone === zoneRight.zone && zone.degrees === zoneRight.degrees) {
    const epsg = epsgOfZone(zone) as number
    const note = { code: 'intake/crs-from-coordinates', details: { crs: `EPSG:${epsg}`, example: extent[0] } } as const
    return { crs: settled(crsFromEpsg(epsg)), notes: [note], question: null }
  }
  const degrees = extent[0] >= 73 && extent[2] <= 136 && extent[1] >= 3 && extent[3] <= 54
  const proposals = degrees ? ['EPSG:4490'] : unprefixedZones(request.box)
  return {
    crs: null,
    notes: [],
    question: {
      id: `crs:${key}`,
      layer: layer.name,
      example,
      proposal: proposals[0] ?? null,
      choices: [...proposals, ...(degrees ? [] : ['EPSG:4490'])],
    },
  }
}

const settled = (crs: Crs): SettledCrs => ({ crs, srid: crs.epsg ?? numberOf(crs) })

/** A number for a system that has none: the same definition gets the same number, above all EPSG codes. */
function numberOf(crs: Crs): number {
  let hash = 7
  for (const c of crs.wkt ?? crs.name) hash = (hash * 31 + (c.codePointAt(0) as number)) % 999_983
  return 990_001 + (hash % 9_999)
}

/** The zones whose meridian lies nearest the county (3° and 6°), or Jilin's where nothing is known. */
function unprefixedZones(box: Box | null): string[] {
  const meridians = box ? [Math.round((box[0] + box[2]) / 6) * 3] : JILIN_MERIDIANS
  return meridians.flatMap((meridian) => {
    const zone = meridian / 3
    const three = epsgOfZone({ datum: 'cgcs2000', degrees: 3, zone, prefixed: false })
    const six = meridian % 6 === 3 ? epsgOfZone({ datum: 'cgcs2000', degrees: 6, zone: (meridian + 3) / 6, prefixed: false }) : null
    return [three, six].filter((each) => each !== null).map((each) => `EPSG:${each}`)
  })
}

function extentOf(batch: Batch): Box | null {
  let box: [number, number, number, number] | null = null
  for (let i = 0; i < batch.rows.length; i++) {
    if (batch.offsets[i + 1] === batch.offsets[i]) continue
    const [x0, y0, x1, y1] = wkbBounds(batch.wkb.subarray(batch.offsets[i], batch.offsets[i + 1]))
    box = box ? [Math.min(box[0], x0), Math.min(box[1], y0), Math.max(box[2], x1), Math.max(box[3], y1)] : [x0, y0, x1, y1]
  }
  return box && Number.isFinite(box[0]) ? box : null
}

const M_PER_DEGREE = 111_320
/** The public map shift of China (GCJ-02) displaces places by some 100 to 800 m, nearly the same all over a small county; over a large one it differs by up to 160 m. */
const [SHIFT_LEAST_M, SHIFT_MOST_M, SHIFT_SPREAD_M] = [80, 1200, 60]

/**
 * How far a layer's extent lies from the county's known one, where its ends are displaced alike, or as the public map shift displaces them (or
 * its taking back what was not there). Null where they are not, or hardly.
 */
export function shiftBetween(known: Box, found: Box): { readonly eastM: number; readonly northM: number } | null {
  const eastScale = M_PER_DEGREE * Math.cos(((known[1] + known[3]) / 2) * (Math.PI / 180))
  const [west, east] = [(found[0] - known[0]) * eastScale, (found[2] - known[2]) * eastScale]
  const [south, north] = [(found[1] - known[1]) * M_PER_DEGREE, (found[3] - known[3]) * M_PER_DEGREE]
  const [eastM, northM] = [(west + east) / 2, (south + north) / 2]
  const size = Math.hypot(eastM, northM)
  const constant = Math.abs(west - east) < SHIFT_SPREAD_M && Math.abs(south - north) < SHIFT_SPREAD_M
  const byMap = publicShift(known, eastScale)
  const asOnMaps = [1, -1].some((way) => [west, south, east, north].every((side, i) => Math.abs(side - way * byMap[i]) < SHIFT_SPREAD_M))
  return (constant || asOnMaps) && size >= SHIFT_LEAST_M && size <= SHIFT_MOST_M
    ? { eastM: Math.round(eastM), northM: Math.round(northM) }
    : null
}

/** How far GCJ-02 moves the sides of a box (west, south, east, north), in metres outwards to the east and the north, on the whole of each side. */
function publicShift([west, south, east, north]: Box, eastScale: number): readonly number[] {
  const along = (from: number, to: number) => Array.from({ length: SIDE_POINTS }, (_, i) => from + ((to - from) * i) / (SIDE_POINTS - 1))
  const mean = (list: readonly number[]) => list.reduce((sum, each) => sum + each, 0) / list.length
  const moved = (x: number, y: number) => toGcj02(Float64Array.of(x, y))
  const ofLongitude = (x: number) => mean(along(south, north).map((y) => (moved(x, y)[0] - x) * eastScale))
  const ofLatitude = (y: number) => mean(along(west, east).map((x) => (moved(x, y)[1] - y) * M_PER_DEGREE))
  return [ofLongitude(west), ofLatitude(south), ofLongitude(east), ofLatitude(north)]
}
const SIDE_POINTS = 7

export const widened = (box: Box | null, by: Box): Box =>
  box ? [Math.min(box[0], by[0]), Math.min(box[1], by[1]), Math.max(box[2], by[2]), Math.max(box[3], by[3])] : by

export const isIn = (box: Box, of: Box): boolean => box[0] >= of[0] && box[1] >= of[1] && box[2] <= of[2] && box[3] <= of[3]
