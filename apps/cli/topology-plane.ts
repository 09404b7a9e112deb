/**
 * The plane in which a layer is looked at: the one in which its edges are straight. Metres stay as they are; degrees are stretched to metres by two
 * factors, which bends no edge, and areas are taken on the ellipsoid.
 */
import { ellipsoidalArea } from '@dishu/numeric/geodesy/area'
import type { RingArea } from '@dishu/numeric/topology/layer'

/** Whole numbers the plane is counted from and stretched by; null for metres. It can be sent to a thread. */
export type Stretch = { readonly lon: number; readonly lat: number } | null

const METRES_PER_DEGREE = 111_320

const factors = (lat: number): [number, number] => [METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180), METRES_PER_DEGREE]

export function stretched(stretch: Stretch, xy: Float64Array): Float64Array {
  if (!stretch) return xy
  const [mx, my] = factors(stretch.lat)
  for (let i = 0; i < xy.length; i += 2) {
    xy[i] = (xy[i] - stretch.lon) * mx
    xy[i + 1] = (xy[i + 1] - stretch.lat) * my
  }
  return xy
}

export function backFrom(stretch: Stretch, x: number, y: number): [number, number] {
  if (!stretch) return [x, y]
  const [mx, my] = factors(stretch.lat)
  return [x / mx + stretch.lon, y / my + stretch.lat]
}

/**
 * Area of a ring whose edges are straight in degrees. The survey's rule draws its edges a little beside (lib/numeric/geodesy/area.ts), which does not
 * add up when an edge is cut; its error goes with the third power of an edge's length, so that halving all edges tells it (Richardson 1911).
 */
export function areaIn(stretch: Stretch): RingArea | undefined {
  if (!stretch) return undefined
  return (ring) => {
    const lonLat = new Float64Array(ring.length)
    const halved = new Float64Array(2 * ring.length)
    let twice = 0
    for (let i = 0; i < ring.length; i += 2) {
      const [lon, lat] = backFrom(stretch, ring[i], ring[i + 1])
      lonLat[i] = lon
      lonLat[i + 1] = lat
      halved[2 * i] = lon
      halved[2 * i + 1] = lat
      if (i === 0) continue
      halved[2 * i - 2] = (lonLat[i - 2] + lon) / 2
      halved[2 * i - 1] = (lonLat[i - 1] + lat) / 2
      twice += (ring[i - 2] - ring[0]) * (ring[i + 1] - ring[1]) - (ring[i] - ring[0]) * (ring[i - 1] - ring[1])
    }
    const whole = ellipsoidalArea([{ rings: [lonLat] }])
    const closer = ellipsoidalArea([{ rings: [halved.subarray(0, 2 * ring.length - 2)] }])
    return Math.sign(twice) * (closer + (closer - whole) / 3)
  }
}
