/** Polygons from the coordinate system of their layer to that of a raster: vertex by vertex, and between them where an edge would bend. */
import { Refused } from '@dishu/base/refusal'
import { oldDatum, toLonLatInPlace } from '@dishu/formats/crs/crs'
import { fromLonLat } from '@dishu/formats/crs/from-lonlat'
import type { Crs } from '@dishu/formats/layers'
import { fromZone, toZone, zoneOfEpsg } from '@dishu/numeric/geodesy/zone'
import type { Outlines } from '@dishu/numeric/zonal/zones'

/** x, y, x, y, … in place. */
type Way = (xy: Float64Array) => void

/** Vertices that are tried to see whether two systems are one under two names. */
const TRIED = 16
const SAME_M = 1e-6

/** Null where both are the same system, for `xy` at least. Refused: systems on different datums that no formula joins, and systems without a definition. */
export function wayBetween(from: Crs, to: Crs, xy: Float64Array): Way | null {
  if (from.epsg !== null ? from.epsg === to.epsg : from.wkt !== null && from.wkt === to.wkt) return null
  const datums = [oldDatum(from), oldDatum(to)]
  if (datums[0] !== datums[1]) throw new Refused({ code: 'formats/raster-datum-differs', details: { layer: from.name, raster: to.name } })
  const there = toDegrees(from)
  const back = fromDegrees(to)
  const way: Way = (at) => {
    there(at)
    back(at)
  }
  const tried = xy.slice(0, 2 * TRIED)
  way(tried)
  const near = to.geographic ? SAME_M / METRES_PER_DEGREE : SAME_M
  return tried.every((value, i) => Math.abs(value - xy[i]) <= near) ? null : way
}

// the zones of CGCS2000 by our own series: ten times faster than proj4, and every county's parcels lie in one
function toDegrees(crs: Crs): Way {
  const zone = crs.epsg === null ? null : zoneOfEpsg(crs.epsg)
  return zone ? (xy) => void fromZone(xy, zone) : (xy) => toLonLatInPlace(crs, xy)
}

function fromDegrees(crs: Crs): Way {
  const zone = crs.epsg === null ? null : zoneOfEpsg(crs.epsg)
  return zone ? (xy) => void toZone(xy, zone) : fromLonLat(crs)
}

const EARTH_M = 6_371_000
const METRES_PER_DEGREE = 111_320
/** An edge is halved at most so many times: a thousandth of it is straight enough for anything. */
const HALVINGS = 10

/**
 * The outlines in the raster's system. A straight edge of the layer is a curve there: where it would leave its chord by more than `tolerance`
 * (units of the raster's system), points on it are added. Edges too short to bend that far (their sagitta is below l²/R) are not tried.
 */
export function projectOutlines(outlines: Outlines, way: Way, tolerance: number, geographic: boolean): Outlines {
  const { xy, rings, shells, zones } = outlines
  const there = xy.slice()
  way(there)
  const unit = geographic ? METRES_PER_DEGREE : 1
  const longest = Math.sqrt(tolerance * unit * EARTH_M) / unit
  const out: number[] = []
  const ends = new Uint32Array(rings.length)
  const pair = new Float64Array(2)
  const between = (ax: number, ay: number, bx: number, by: number, px: number, py: number, qx: number, qy: number, left: number): void => {
    if (left === 0 || Math.abs(qx - px) + Math.abs(qy - py) < longest) return
    const mx = (ax + bx) / 2
    const my = (ay + by) / 2
    pair[0] = mx
    pair[1] = my
    way(pair)
    const [x, y] = pair
    if (!(Math.abs(x - (px + qx) / 2) > tolerance || Math.abs(y - (py + qy) / 2) > tolerance)) return
    between(ax, ay, mx, my, px, py, x, y, left - 1)
    out.push(x, y)
    between(mx, my, bx, by, x, y, qx, qy, left - 1)
  }
  let bends = false
  for (let i = 0; i + 3 < there.length && !bends; i += 2)
    bends = Math.abs(there[i + 2] - there[i]) + Math.abs(there[i + 3] - there[i + 1]) >= longest
  if (!bends) return { xy: there, rings, shells, zones }
  for (let r = 0; r + 1 < rings.length; r++) {
    for (let v = rings[r]; v < rings[r + 1]; v++) {
      const i = 2 * v
      if (v > rings[r]) between(xy[i - 2], xy[i - 1], xy[i], xy[i + 1], there[i - 2], there[i - 1], there[i], there[i + 1], HALVINGS)
      out.push(there[i], there[i + 1])
    }
    ends[r + 1] = out.length / 2
  }
  return { xy: Float64Array.from(out), rings: ends, shells, zones }
}
