/** Outlines of several systems brought into one plane, and the parts that limits make of them. */
import { fromZone, toZone, type Zone, zoneOfEpsg } from '@dishu/numeric/geodesy/zone'
import { type LimitPart, type LimitRule, limitParts, polygonsOf } from './limits.ts'

type Box = readonly [number, number, number, number]
export type OutlineRow = { readonly id: number; readonly srid: number | null; readonly outline: Uint8Array; readonly bbox: Box }
export type PatchOutline = OutlineRow & { readonly landClass: string; readonly area: number } // whole hundredths of m²
export type GroundOutline = OutlineRow & { readonly layer: string }

/** Metres of a zone for coordinates of a system, in place; null where the system is not known here. Degrees go to the zone round a longitude. */
function intoPlane(srid: number | null, plane: Zone): ((xy: Float64Array) => void) | null {
  if (srid === null || srid === 4490 || srid === 4326 || srid === 4258) return (xy) => void toZone(xy, plane)
  const zone = zoneOfEpsg(srid)
  if (!zone) return null
  if (zone.centralMeridian === plane.centralMeridian && zone.falseEasting === plane.falseEasting) return () => {}
  return (xy) => {
    fromZone(xy, zone)
    toZone(xy, plane)
  }
}
const planeOf = ({ srid, bbox }: OutlineRow): Zone =>
  (srid === null ? null : zoneOfEpsg(srid)) ?? { centralMeridian: Math.round((bbox[0] + bbox[2]) / 6) * 3, falseEasting: 500_000 }

/** The box round all. */
export const boxOf = (rows: readonly Pick<OutlineRow, 'bbox'>[]): Box =>
  rows.reduce<Box>(
    ([x0, y0, x1, y1], { bbox }) => [Math.min(x0, bbox[0]), Math.min(y0, bbox[1]), Math.max(x1, bbox[2]), Math.max(y1, bbox[3])],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
  )

/** A limit's features under the outlines of one plane; one of an unknown system cannot be laid and is left out, counted by the caller. */
const laid = (grounds: readonly GroundOutline[], rules: readonly LimitRule[], plane: Zone) =>
  grounds.flatMap(({ layer, srid, outline }) => {
    const move = intoPlane(srid, plane)
    return move
      ? rules.filter((rule) => rule.layer === layer).map(({ code }) => ({ limit: code, polygons: polygonsOf(outline, move) }))
      : []
  })

export type PartsOfPatches = { readonly parts: ReadonlyMap<number, readonly LimitPart[]>; readonly unplaced: readonly number[] }

/** Parts of patches that were read together. Patches of unknown systems are `unplaced`: nothing is said of them. */
export function partsOf(patches: readonly PatchOutline[], grounds: readonly GroundOutline[], rules: readonly LimitRule[]): PartsOfPatches {
  const parts = new Map<number, readonly LimitPart[]>()
  const unplaced: number[] = []
  const planes = new Map<string, { zone: Zone; patches: PatchOutline[] }>()
  for (const patch of patches) {
    const zone = planeOf(patch)
    if (!intoPlane(patch.srid, zone)) {
      unplaced.push(patch.id)
      continue
    }
    const key = `${zone.centralMeridian} ${zone.falseEasting}`
    const plane = planes.get(key) ?? { zone, patches: [] }
    planes.set(key, plane)
    plane.patches.push(patch)
  }
  for (const { zone, patches: own } of planes.values()) {
    const shapes = own.map(({ srid, outline, landClass, area }) => ({
      polygons: polygonsOf(outline, intoPlane(srid, zone) ?? (() => {})),
      landClass,
      areaM2: area / 100,
    }))
    const found = limitParts(shapes, laid(grounds, rules, zone), rules)
    own.forEach(({ id }, i) => void parts.set(id, found[i]))
  }
  return { parts, unplaced }
}
