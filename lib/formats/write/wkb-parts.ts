/**
 * WKB as the writers need it: points, lines or rings one after the other, told which rings are outer ones.
 */
import { readWkb } from '@dishu/base/wkb'
import type { WrittenGeometry } from './rows.ts'

/** `parts` are points (one pair each), lines or rings; `shells[i]` says for polygons whether ring i is an outer one (its holes follow it). */
export type Parts = {
  readonly kind: WrittenGeometry
  readonly multi: boolean
  readonly parts: readonly Float64Array[]
  readonly shells: readonly boolean[]
}

/** Null for an empty geometry. Malformed bytes throw a RangeError: what reaches a writer has been through a reader. */
export function partsOf(wkb: Uint8Array): Parts | null {
  const geometry = readWkb(wkb)
  const shells: boolean[] = []
  let parts: Float64Array[] = []
  if (geometry.type === 'point') {
    for (let i = 0; i < geometry.points.length; i += 2) parts.push(geometry.points.subarray(i, i + 2))
  } else if (geometry.type === 'line') parts = geometry.lines.filter((line) => line.length > 0)
  else {
    for (const { rings } of geometry.polygons) {
      rings.forEach((ring, r) => {
        if (ring.length === 0) return
        parts.push(ring)
        shells.push(r === 0)
      })
    }
  }
  return parts.length === 0 ? null : { kind: geometry.type, multi: geometry.multi, parts, shells }
}

/** Twice the signed area, measured from the first vertex (see numeric/topology/ring); only its sign is used here. */
export function turns(xy: Float64Array): number {
  const [x0, y0] = xy
  let twice = 0
  for (let i = 2; i + 3 < xy.length; i += 2) twice += (xy[i] - x0) * (xy[i + 3] - y0) - (xy[i + 2] - x0) * (xy[i + 1] - y0)
  return twice
}

/** [minX, minY, maxX, maxY] of all parts. */
export function boundsOf(parts: readonly Float64Array[]): [number, number, number, number] {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const xy of parts) {
    for (let i = 0; i < xy.length; i += 2) {
      if (xy[i] < minX) minX = xy[i]
      if (xy[i] > maxX) maxX = xy[i]
      if (xy[i + 1] < minY) minY = xy[i + 1]
      if (xy[i + 1] > maxY) maxY = xy[i + 1]
    }
  }
  return [minX, minY, maxX, maxY]
}

/** The same vertices the other way round. */
export function reversed(xy: Float64Array): Float64Array {
  const out = new Float64Array(xy.length)
  for (let i = 0; i < xy.length; i += 2) {
    out[i] = xy[xy.length - 2 - i]
    out[i + 1] = xy[xy.length - 1 - i]
  }
  return out
}
