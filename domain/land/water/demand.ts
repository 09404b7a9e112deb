/** What districts ask for today: area × quota, shared among months as the crop needs it. What is not stated is named, and no number stands in for it. */

import { dayOfYear } from '@dishu/numeric/crop-water/radiation'
import type { RainRule } from '@dishu/numeric/crop-water/rain'
import { monthlyReferenceEt } from '@dishu/numeric/crop-water/reference'
import { type Requirement, seasonRequirement } from '@dishu/numeric/crop-water/season'
import { efficiencyOf, type Network, wayTo } from './network.ts'
import { M2_PER_MU, MONTHS, type Water, type WaterDistrict, type WaterPlanting, type WaterQuota, type YearType } from './things.ts'

/** Something a figure needs and nobody has stated. */
export type Missing =
  | { readonly what: 'quota'; readonly crop: string; readonly zone: string; readonly method: string; readonly yearType: YearType }
  | { readonly what: 'several-quotas'; readonly crop: string; readonly zone: string; readonly method: string; readonly yearType: YearType }
  | { readonly what: 'season'; readonly crop: string }
  | { readonly what: 'climate'; readonly station: string }
  | { readonly what: 'zone'; readonly district: string }
  | { readonly what: 'station'; readonly district: string }
  | { readonly what: 'field-efficiency'; readonly district: string }
  | { readonly what: 'way'; readonly district: string }
  | { readonly what: 'efficiency'; readonly reach: string }
  | { readonly what: 'capacity'; readonly reach: string }
  | { readonly what: 'volume'; readonly source: string; readonly yearType: YearType }

export type DemandOptions = { readonly level: WaterQuota['level']; readonly rain: RainRule }
/** General values of the quota tables, and the Soil Conservation Service's effective rain (1970, the short form). */
export const USUAL_DEMAND: DemandOptions = { level: 'general', rain: { by: 'usda' } }

/** How rain counts in a county: as it has set it, otherwise as usual. A setting without the amount it needs is not one. */
export function rainRuleOf({ settings }: Pick<Water, 'settings'>): RainRule {
  const stated = settings.find(({ name }) => name === 'effective-rain')
  if (stated?.value === 'scs' && (stated.amount ?? 0) > 0) return { by: 'scs', netDepthMm: stated.amount ?? 0 }
  if (stated?.value === 'share' && stated.amount !== null && stated.amount <= 1) return { by: 'share', share: stated.amount }
  return USUAL_DEMAND.rain
}
export const demandOf = (water: Pick<Water, 'settings'>, level: WaterQuota['level'] = USUAL_DEMAND.level): DemandOptions => ({
  level,
  rain: rainRuleOf(water),
})

export type DistrictDemand = {
  readonly districtId: string
  readonly gateM3: readonly number[] | null // by month, at the district's gate; null: not configured
  readonly areaM2: number // planted today
  readonly missing: readonly Missing[]
}

/** The demand of every district in a year of a kind. */
export function demandsOf(
  water: Water,
  network: Network,
  yearType: YearType,
  options: DemandOptions = USUAL_DEMAND,
): readonly DistrictDemand[] {
  const shares = new Map<string, readonly number[] | Missing>()
  const shareOf = (station: string, crop: string) => {
    const key = `${station}\0${crop}`
    const kept = shares.get(key)
    if (kept) return kept
    const need = requirementOf(water, station, crop, yearType, options.rain)
    const total = 'what' in need ? 0 : need.netMm.reduce((sum, each) => sum + each, 0)
    const found: readonly number[] | Missing =
      'what' in need ? need : total > 0 ? Array.from(need.netMm, (each) => each / total) : { what: 'season', crop }
    shares.set(key, found)
    return found
  }
  const planted = Map.groupBy(water.plantings, ({ districtId }) => districtId)
  return water.districts.map((district) => {
    const plantings = planted.get(district.districtId) ?? []
    const missing: Missing[] = []
    const gate = new Array<number>(MONTHS).fill(0)
    for (const planting of plantings) {
      const year = gateOfYear(water, network, district, planting, yearType, options.level)
      if (typeof year !== 'number') {
        missing.push(year)
        continue
      }
      const share =
        district.station === null ? ({ what: 'station', district: district.districtId } as const) : shareOf(district.station, planting.crop)
      if ('what' in share) missing.push(share)
      else for (let m = 0; m < MONTHS; m++) gate[m] += year * share[m]
    }
    return {
      districtId: district.districtId,
      gateM3: missing.length > 0 ? null : gate,
      areaM2: plantings.reduce((sum, { areaM2 }) => sum + areaM2, 0),
      missing,
    }
  })
}

/** m³ a year at the gate for one planting. */
function gateOfYear(
  water: Water,
  network: Network,
  district: WaterDistrict,
  { crop, method, areaM2 }: WaterPlanting,
  yearType: YearType,
  level: WaterQuota['level'],
): number | Missing {
  const { zone, districtId } = district
  if (zone === null) return { what: 'zone', district: districtId }
  const found = quotaFor(water.quotas, { crop, zone, method, yearType, level })
  if (found === null || found === 'several') return { what: found === null ? 'quota' : 'several-quotas', crop, zone, method, yearType }
  const volume = (areaM2 / M2_PER_MU) * found.m3PerMu
  if (found.basis === 'net')
    return district.fieldEfficiency === null ? { what: 'field-efficiency', district: districtId } : volume / district.fieldEfficiency
  const node = network.at.get(district.nodeId)
  const way = node === undefined ? null : wayTo(network, node)
  const conveyance = way === null ? Number.NaN : efficiencyOf(network, way)
  return Number.isNaN(conveyance) ? { what: 'way', district: districtId } : volume * conveyance
}

type Asked = {
  readonly crop: string
  readonly zone: string
  readonly method: string
  readonly yearType: YearType
  readonly level: WaterQuota['level']
}
/** The quota of a crop: net before gross, without a soil before the only one with a soil; several soils cannot be told apart here. */
export function quotaFor(quotas: readonly WaterQuota[], asked: Asked): (WaterQuota & { readonly m3PerMu: number }) | 'several' | null {
  const fit = quotas.filter(
    (each): each is WaterQuota & { m3PerMu: number } =>
      each.m3PerMu !== null &&
      each.m3PerMu >= 0 &&
      each.crop === asked.crop &&
      each.zone === asked.zone &&
      each.method === asked.method &&
      each.yearType === asked.yearType &&
      each.level === asked.level,
  )
  for (const basis of ['net', 'gross'] as const) {
    const of = fit.filter((each) => each.basis === basis)
    const plain = of.find(({ soil }) => soil === '')
    if (plain) return plain
    if (of.length > 0) return of.length === 1 ? of[0] : 'several'
  }
  return null
}

const PUDDLING_DAYS = 10 // over which a canal command is flooded before planting; a longer turn lowers the peak

/** What a crop needs month by month at a station in a kind of year, mm at the field (FAO-56). Rain of the year type where it is stated, else the normal. */
export function requirementOf(water: Water, station: string, crop: string, yearType: YearType, rain: RainRule): Requirement | Missing {
  const season = water.seasons.find((each) => each.crop === crop)
  const { plantingDay, iniDays, devDays, midDays, lateDays, kcIni, kcMid, kcEnd, flooded, puddlingMm, percolationMmPerDay } = season ?? {}
  const at = /^(\d\d)-(\d\d)$/.exec(plantingDay ?? '')
  if (
    !at ||
    iniDays == null ||
    devDays == null ||
    midDays == null ||
    lateDays == null ||
    kcIni == null ||
    kcMid == null ||
    kcEnd == null ||
    (flooded === 'yes' && (puddlingMm == null || percolationMmPerDay == null))
  )
    return { what: 'season', crop }
  const of = (element: string, kind: string) =>
    water.climates.find((each) => each.station === station && each.element === element && each.yearType === kind)
  const months = (element: string) => (of(element, yearType) ?? of(element, 'normal'))?.months.map((each) => each ?? Number.NaN)
  const [tmax, tmin, rainMm] = [months('tmax'), months('tmin'), months('rain')]
  const site = of('tmax', 'normal') ?? of('tmax', yearType)
  if (!tmax || !tmin || !rainMm || !site) return { what: 'climate', station }
  const { et0 } = monthlyReferenceEt(
    { latitude: site.lat, altitudeM: site.altitudeM },
    { tmax, tmin, humidity: months('humidity'), wind: months('wind'), sunshine: months('sunshine') },
  )
  const need = seasonRequirement(
    {
      plantingDay: dayOfYear(Number(at[1]), Number(at[2])),
      stages: { ini: iniDays, dev: devDays, mid: midDays, late: lateDays },
      kc: { ini: kcIni, mid: kcMid, end: kcEnd },
      flooded:
        flooded === 'yes'
          ? { puddlingMm: puddlingMm ?? 0, puddlingDays: PUDDLING_DAYS, percolationMmPerDay: percolationMmPerDay ?? 0 }
          : null,
    },
    et0,
    rainMm,
    rain,
  )
  return need.netMm.some(Number.isNaN) ? { what: 'climate', station } : need
}

/** What a crop is called where its season says it. */
export const cropNameOf = ({ seasons }: Pick<Water, 'seasons'>, crop: string): string =>
  seasons.find((each) => each.crop === crop)?.cropName ?? crop
