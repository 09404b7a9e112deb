/** What the county's canals and drains mean for one patch, and what its crops need of them. */

import type { Crop } from '../crops/crops.ts'
import { type LonLat, networkOf, rainRuleOf, reachedFrom, requirementOf, USUAL_DEMAND, type Water, type YearType } from '../water/water.ts'
import type { WaterFacts } from './facts.ts'
import type { WaterNeed } from './measures.ts'

export type Site = { readonly lon: number; readonly lat: number; readonly village: string }

/** Answers for many patches of one county. `drainReachM`: how near a drain must run for the patch to have an outlet; null: nobody has said. */
export function siteWater(water: Water, drainReachM: number | null): (site: Site) => WaterFacts {
  const network = networkOf(water)
  const heads = (kinds: readonly string[]) =>
    reachedFrom(
      network,
      water.sources.filter(({ sourceKind }) => kinds.includes(sourceKind)).flatMap(({ nodeId }) => network.at.get(nodeId) ?? []),
    )
  const surface = heads(['river', 'reservoir'])
  const any = heads(['river', 'reservoir', 'groundwater', 'return'])
  const draining = drainsWithOutlet(water)
  const nothing = water.districts.length === 0 && water.sources.length === 0
  return ({ lon, lat, village }) => {
    const district = water.districts.find(
      ({ outline, serves }) => (outline !== null && holds(outline, lon, lat)) || (outline === null && isServed(serves, village)),
    )
    const node = district ? network.at.get(district.nodeId) : undefined
    const reached = (by: ReadonlySet<number>) => (nothing ? null : node !== undefined && by.has(node))
    return {
      district: district?.districtId ?? null,
      paddy: reached(surface),
      irrigation: reached(any),
      drainOutlet: draining.length === 0 || drainReachM === null ? null : draining.some((line) => distanceM(line, lon, lat) <= drainReachM),
    }
  }
}

const isServed = (serves: string | null, village: string) =>
  (serves ?? '').split(/[,，、;；\s]+/).some((code) => code !== '' && village.startsWith(code))

function holds(polygons: readonly (readonly (readonly LonLat[])[])[], lon: number, lat: number): boolean {
  let inside = false
  for (const rings of polygons)
    for (const ring of rings)
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const [[x, y], [px, py]] = [ring[i], ring[j]]
        if (y > lat !== py > lat && lon - x < ((px - x) * (lat - y)) / (py - y)) inside = !inside
      }
  return inside
}

/** Lines of drains that lead on to an outlet. */
function drainsWithOutlet({ nodes, reaches }: Water): (readonly LonLat[])[] {
  const drains = reaches.filter(({ reachKind }) => reachKind === 'drain')
  const leads = new Set(nodes.filter(({ nodeKind }) => nodeKind === 'outlet').map(({ nodeId }) => nodeId))
  for (let before = -1; before !== leads.size; ) {
    before = leads.size
    for (const { fromNode, toNode } of drains) if (leads.has(toNode)) leads.add(fromNode)
  }
  const place = new Map(nodes.map(({ nodeId, lon, lat }) => [nodeId, [lon, lat] as const]))
  return drains.flatMap(({ toNode, fromNode, line }) => {
    if (!leads.has(toNode)) return []
    const [a, b] = [place.get(fromNode), place.get(toNode)]
    return line ? [line] : a && b ? [[a, b]] : []
  })
}

const METRES_PER_DEGREE = 111_320
/** Metres from a place to a line, on a plane that touches there: good to a few parts in a thousand over some kilometres. */
function distanceM(line: readonly LonLat[], lon: number, lat: number): number {
  const east = METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180)
  const points = line.map(([x, y]) => [(x - lon) * east, (y - lat) * METRES_PER_DEGREE] as const)
  let least = Number.POSITIVE_INFINITY
  for (let i = 1; i < points.length; i++) {
    const [[x, y], [x1, y1]] = [points[i - 1], points[i]]
    const [dx, dy] = [x1 - x, y1 - y]
    const length2 = dx * dx + dy * dy
    const along = length2 === 0 ? 0 : Math.min(1, Math.max(0, -(x * dx + y * dy) / length2))
    least = Math.min(least, Math.hypot(x + along * dx, y + along * dy))
  }
  return least
}

/**
 * Net water at the field of the crops of a district, by month: the quota of the year type, shared among months as the crop needs it. Only net quotas of one way of
 * irrigation are taken: others need a choice that is the office's. A crop without them has none here, and is then "not configured".
 */
export function waterNeedsOf(water: Water, districtId: string | null, crops: readonly Crop[], yearType: YearType | null): WaterNeed[] {
  const district = water.districts.find((each) => each.districtId === districtId)
  const { zone, station } = district ?? { zone: null, station: null }
  if (zone === null || station === null || yearType === null) return []
  return crops.flatMap((crop): WaterNeed[] => {
    const fit = water.quotas.filter(
      (each) =>
        (each.crop === crop.code || each.crop === crop.zh) &&
        each.zone === zone &&
        each.yearType === yearType &&
        each.level === USUAL_DEMAND.level &&
        each.basis === 'net' &&
        each.soil === '' &&
        each.m3PerMu !== null,
    )
    const [quota] = fit
    if (fit.length !== 1 || quota === undefined || quota.m3PerMu === null) return []
    const { crop: named, m3PerMu } = quota
    const need = requirementOf(water, station, named, yearType, rainRuleOf(water))
    if ('what' in need) return []
    const total = need.netMm.reduce((sum, each) => sum + each, 0)
    if (!(total > 0)) return []
    const months = Array.from(need.netMm, (each) => (m3PerMu * each) / total)
    return [{ crop: crop.code, months, yearType: Number(yearType.slice(1)), source: quota.origin ?? '', mark: MARKS[quota.mark] }]
  })
}
const MARKS = { official: 'found', literature: 'found', computed: 'computed', recalled: 'recalled', invented: 'invented' } as const
