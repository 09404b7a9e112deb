/** What is wrong with the water's data, found before anything is worked out from them; each with the row and, where it has one, the place. */

import { cropNameOf, demandsOf, type Missing, quotaFor, rainRuleOf, requirementOf } from './demand.ts'
import { askedOf, gravityRings, monthlyM3, type Network, networkOf, reachedFrom } from './network.ts'
import { polygonArea } from './shapes.ts'
import { SHEET_IDS, SHEETS } from './sheets.data.ts'
import { keyOf, type Row, type Sheet, type SheetField, type SheetId } from './sheets.ts'
import { type LonLat, M2_PER_MU, MONTHS, type Water, YEAR_TYPES, type YearType } from './things.ts'

/** Errors keep a plan from being worked out; warnings are likely slips; notes say what is not there yet. */
export type Severity = 'error' | 'warning' | 'note'

type Told =
  | { readonly code: 'ring'; readonly reaches: readonly string[] }
  | { readonly code: 'no-such-node'; readonly node: string }
  | { readonly code: 'no-such-source'; readonly source: string }
  | { readonly code: 'no-such-district'; readonly district: string }
  | { readonly code: 'same-ends'; readonly node: string }
  | { readonly code: 'unreachable'; readonly reach: string }
  | { readonly code: 'no-outlet'; readonly reach: string }
  | { readonly code: 'uphill'; readonly fromM: number; readonly toM: number }
  | { readonly code: 'not-configured'; readonly field: string }
  | {
      readonly code: 'magnitude'
      readonly field: string
      readonly unit: string
      readonly stated: number
      readonly low: number
      readonly high: number
    }
  | { readonly code: 'area-unit'; readonly statedMu: number; readonly drawnMu: number; readonly times: number }
  | { readonly code: 'volume-unit'; readonly source: string; readonly yearType: YearType; readonly depthMm: number }
  | { readonly code: 'supply-missing'; readonly yearType: YearType }
  | { readonly code: 'supply-not-drier'; readonly wetter: YearType; readonly drier: YearType }
  | { readonly code: 'over-committed'; readonly yearType: YearType; readonly months: readonly number[] }
  | { readonly code: 'negative'; readonly field: string; readonly stated: number }
  | {
      readonly code: 'quota-missing'
      readonly crop: string
      readonly zone: string
      readonly method: string
      readonly yearTypes: readonly YearType[]
    }
  | {
      readonly code: 'quota-year-type'
      readonly crop: string
      readonly zone: string
      readonly yearType: YearType
      readonly has: readonly YearType[]
    }
  | { readonly code: 'district-without-source'; readonly district: string }
  | { readonly code: 'district-without-zone'; readonly district: string }
  | {
      readonly code: 'capacity-below-demand'
      readonly yearType: YearType
      readonly month: number
      readonly neededM3S: number
      readonly capacityM3S: number
    }
  | { readonly code: 'season-missing'; readonly crop: string }
  | { readonly code: 'climate-missing'; readonly station: string }
  | { readonly code: 'no-such-zone'; readonly zone: string }
  | { readonly code: 'above-limit'; readonly yearType: YearType; readonly statedM3: number; readonly limitM3: number }

export type WaterFinding = Told & {
  readonly severity: Severity
  readonly sheet: SheetId
  readonly key: string
  readonly name: string // as people call the thing; its key where it has no name
  readonly at: LonLat | null
}

const SEVERE: Readonly<Record<Told['code'], Severity>> = {
  ring: 'error',
  'no-such-node': 'error',
  'no-such-source': 'error',
  'no-such-district': 'error',
  'same-ends': 'error',
  unreachable: 'error',
  'no-outlet': 'warning',
  uphill: 'warning',
  'not-configured': 'note',
  magnitude: 'warning',
  'area-unit': 'warning',
  'volume-unit': 'warning',
  'supply-missing': 'error',
  'supply-not-drier': 'warning',
  'over-committed': 'warning',
  negative: 'error',
  'quota-missing': 'error',
  'quota-year-type': 'error',
  'district-without-source': 'error',
  'district-without-zone': 'error',
  'capacity-below-demand': 'warning',
  'season-missing': 'error',
  'climate-missing': 'error',
  'no-such-zone': 'warning',
  'above-limit': 'warning',
}
const ORDER = { error: 0, warning: 1, note: 2 } as const

/** Everything that can be found without solving, errors first. */
export function findingsOf(water: Water): readonly WaterFinding[] {
  const places = new Map(water.nodes.map(({ nodeId, lon, lat }) => [nodeId, [lon, lat] as LonLat]))
  const found: WaterFinding[] = []
  const tell = (sheet: SheetId, row: Row, at: LonLat | null, told: Told) =>
    found.push({ ...told, severity: SEVERE[told.code], sheet, key: keyOf(SHEETS[sheet], row), name: nameOf(SHEETS[sheet], row), at })
  const network = networkOf(water)
  for (const look of [lookAtReaches, lookAtSources, lookAtDistricts, lookAtQuotas, lookAtLimits, lookAtCapacities])
    look(water, network, places, tell)
  lookAtMagnitudes(water, places, tell)
  return found.sort((a, b) => ORDER[a.severity] - ORDER[b.severity] || SHEET_IDS.indexOf(a.sheet) - SHEET_IDS.indexOf(b.sheet))
}

type Places = ReadonlyMap<string, LonLat>
type Tell = (sheet: SheetId, row: Row, at: LonLat | null, told: Told) => void
const nameOf = (sheet: Sheet, row: Row) => String(row.name ?? row.cropName ?? '') || keyOf(sheet, row)

function lookAtReaches({ reaches, nodes, sources }: Water, network: Network, places: Places, tell: Tell) {
  const elevation = new Map(nodes.map(({ nodeId, elevationM }) => [nodeId, elevationM]))
  const fed = reachedFrom(
    network,
    sources.flatMap(({ nodeId }) => network.at.get(nodeId) ?? []),
  )
  const leads = leadsOut(reaches, nodes)
  for (const reach of reaches) {
    const at = middle(reach.line, places.get(reach.fromNode), places.get(reach.toNode))
    for (const node of [reach.fromNode, reach.toNode]) if (!places.has(node)) tell('reach', reach, at, { code: 'no-such-node', node })
    if (reach.fromNode === reach.toNode) tell('reach', reach, at, { code: 'same-ends', node: reach.fromNode })
    const from = network.at.get(reach.fromNode)
    if (reach.reachKind === 'canal') {
      if (from !== undefined && !fed.has(from)) tell('reach', reach, at, { code: 'unreachable', reach: reach.reachId })
      if (reach.efficiency === null) tell('reach', reach, at, { code: 'not-configured', field: 'efficiency' })
      if (reach.capacity.some((each) => each === null)) tell('reach', reach, at, { code: 'not-configured', field: 'capacity' })
    } else if (!leads.has(reach.toNode)) tell('reach', reach, at, { code: 'no-outlet', reach: reach.reachId })
    const [above, below] = [elevation.get(reach.fromNode), elevation.get(reach.toNode)]
    if (reach.lifted === 'no' && above != null && below != null && below > above)
      tell('reach', reach, at, { code: 'uphill', fromM: above, toM: below })
  }
  for (const ring of gravityRings(reaches)) {
    const [first] = ring
    tell('reach', first, middle(first.line, places.get(first.fromNode), places.get(first.toNode)), {
      code: 'ring',
      reaches: ring.map(({ reachId }) => reachId),
    })
  }
}

/** Nodes from which drains lead to an outlet. */
function leadsOut(reaches: Water['reaches'], nodes: Water['nodes']): ReadonlySet<string> {
  const leads = new Set(nodes.filter(({ nodeKind }) => nodeKind === 'outlet').map(({ nodeId }) => nodeId))
  const drains = Map.groupBy(
    reaches.filter(({ reachKind }) => reachKind === 'drain'),
    ({ toNode }) => toNode,
  )
  for (const node of leads) for (const { fromNode } of drains.get(node) ?? []) leads.add(fromNode)
  return leads
}

function lookAtSources({ sources, volumes }: Water, network: Network, places: Places, tell: Tell) {
  const known = new Set(sources.map(({ sourceId }) => sourceId))
  for (const volume of volumes)
    if (!known.has(volume.sourceId)) tell('volume', volume, null, { code: 'no-such-source', source: volume.sourceId })
  const of = (sourceId: string, purpose: string, yearType: YearType) =>
    volumes.find((each) => each.sourceId === sourceId && each.purpose === purpose && each.yearType === yearType)?.volume
  for (const source of sources) {
    const at = places.get(source.nodeId) ?? null
    if (!network.at.has(source.nodeId)) tell('source', source, at, { code: 'no-such-node', node: source.nodeId })
    if (source.reliability === null) tell('source', source, at, { code: 'not-configured', field: 'reliability' })
    let last: { yearType: YearType; sum: number } | null = null
    for (const yearType of YEAR_TYPES) {
      const supply = of(source.sourceId, 'supply', yearType)
      if (!supply || supply.includes(null)) {
        if (source.reliability === null || YEAR_TYPES.indexOf(yearType) <= YEAR_TYPES.indexOf(source.reliability))
          tell('source', source, at, { code: 'supply-missing', yearType })
        continue
      }
      const taken = ['reserve', 'other'].map((purpose) => of(source.sourceId, purpose, yearType))
      const short = supply.flatMap((each, m) => ((taken[0]?.[m] ?? 0) + (taken[1]?.[m] ?? 0) > (each ?? 0) ? [m + 1] : []))
      if (short.length > 0) tell('source', source, at, { code: 'over-committed', yearType, months: short })
      const sum = supply.reduce<number>((total, each) => total + (each ?? 0), 0)
      if (last && sum > last.sum * 1.000001)
        tell('source', source, at, { code: 'supply-not-drier', wetter: last.yearType, drier: yearType })
      last = { yearType, sum }
    }
  }
}

function lookAtDistricts(water: Water, network: Network, places: Places, tell: Tell) {
  const fed = reachedFrom(
    network,
    water.sources.flatMap(({ nodeId }) => network.at.get(nodeId) ?? []),
  )
  const known = new Set(water.districts.map(({ districtId }) => districtId))
  for (const planting of water.plantings)
    if (!known.has(planting.districtId)) tell('planting', planting, null, { code: 'no-such-district', district: planting.districtId })
  const districts = new Set(water.districts.map(({ districtId }) => districtId))
  for (const drainage of water.drainages) {
    const outlet = places.get(drainage.nodeId) ?? null
    if (!districts.has(drainage.districtId)) tell('drainage', drainage, null, { code: 'no-such-district', district: drainage.districtId })
    if (!outlet) tell('drainage', drainage, null, { code: 'no-such-node', node: drainage.nodeId })
    for (const field of ['drainedShare', 'saltKgPerM3'] as const)
      if (drainage[field] === null) tell('drainage', drainage, outlet, { code: 'not-configured', field })
  }
  for (const storage of water.storages)
    if (!water.sources.some(({ sourceId }) => sourceId === storage.sourceId))
      tell('storage', storage, null, { code: 'no-such-source', source: storage.sourceId })
  for (const setting of water.settings)
    if (setting.value !== 'usda' && rainRuleOf(water).by !== setting.value)
      tell('setting', setting, null, { code: 'not-configured', field: 'amount' })
  for (const district of water.districts) {
    const node = network.at.get(district.nodeId)
    const at = places.get(district.nodeId) ?? null
    if (node === undefined) tell('district', district, at, { code: 'no-such-node', node: district.nodeId })
    else if (!fed.has(node)) tell('district', district, at, { code: 'district-without-source', district: district.districtId })
    if (district.zone === null) tell('district', district, at, { code: 'district-without-zone', district: district.districtId })
    if (district.fieldEfficiency === null) tell('district', district, at, { code: 'not-configured', field: 'fieldEfficiency' })
    if (district.areaM2 === null) tell('district', district, at, { code: 'not-configured', field: 'areaM2' })
    else if (district.outline !== null) {
      const drawn = polygonArea(district.outline)
      const times = drawn === 0 ? Number.POSITIVE_INFINITY : district.areaM2 / drawn
      if (times > 1.5 || times < 1 / 50)
        tell('district', district, at, { code: 'area-unit', statedMu: district.areaM2 / M2_PER_MU, drawnMu: drawn / M2_PER_MU, times })
    }
  }
}

function lookAtQuotas(water: Water, network: Network, places: Places, tell: Tell) {
  const named = (crop: string) => cropNameOf(water, crop)
  const wantedAt = yearTypesAt(water, network)
  const plantings = Map.groupBy(water.plantings, ({ districtId }) => districtId)
  for (const quota of water.quotas) {
    if (quota.m3PerMu === null) tell('quota', quota, null, { code: 'not-configured', field: 'm3PerMu' })
    else if (quota.m3PerMu < 0) tell('quota', quota, null, { code: 'negative', field: 'm3PerMu', stated: quota.m3PerMu })
  }
  for (const district of water.districts) {
    const { zone, station } = district
    if (zone === null) continue
    const at = places.get(district.nodeId) ?? null
    const wanted = wantedAt(district.nodeId)
    for (const planting of plantings.get(district.districtId) ?? []) {
      const { crop, method } = planting
      const has = YEAR_TYPES.filter((yearType) =>
        (['general', 'advanced'] as const).some((level) => quotaFor(water.quotas, { crop, zone, method, yearType, level }) !== null),
      )
      const lacking = wanted.filter((yearType) => !has.includes(yearType))
      if (has.length === 0) tell('planting', planting, at, { code: 'quota-missing', crop: named(crop), zone, method, yearTypes: wanted })
      else
        for (const yearType of lacking) tell('planting', planting, at, { code: 'quota-year-type', crop: named(crop), zone, yearType, has })
      const need: { readonly netMm: unknown } | Missing =
        station === null ? { what: 'climate', station: '—' } : requirementOf(water, station, crop, 'P50', rainRuleOf(water))
      if (!('what' in need)) continue
      if (need.what === 'season') tell('planting', planting, at, { code: 'season-missing', crop: named(crop) })
      if (need.what === 'climate') tell('planting', planting, at, { code: 'climate-missing', station: need.station })
    }
  }
}

/** Year types that a place's sources are meant to serve: a quota of another is of no use with them. Each source's reach is walked once. */
function yearTypesAt(water: Water, network: Network): (nodeId: string) => readonly YearType[] {
  const served = water.sources.flatMap(({ nodeId, reliability }) => {
    const start = network.at.get(nodeId)
    return reliability === null || start === undefined ? [] : [{ reliability, nodes: reachedFrom(network, [start]) }]
  })
  return (nodeId) => {
    const node = network.at.get(nodeId)
    return node === undefined ? [] : [...new Set(served.flatMap(({ reliability, nodes }) => (nodes.has(node) ? [reliability] : [])))]
  }
}

function lookAtLimits({ limits, sources, volumes }: Water, _network: Network, places: Places, tell: Tell) {
  const zones = new Set(sources.flatMap(({ sourceKind, zone }) => (sourceKind === 'groundwater' && zone !== null ? [zone] : [])))
  for (const limit of limits) {
    const at = limit.nodeId === null ? null : (places.get(limit.nodeId) ?? null)
    if (limit.limitKind === 'salt-load') {
      if (limit.nodeId === null || !places.has(limit.nodeId)) tell('limit', limit, at, { code: 'no-such-node', node: limit.nodeId ?? '' })
      if (limit.saltT === null) tell('limit', limit, at, { code: 'not-configured', field: 'saltT' })
      continue
    }
    if (limit.volume === null) {
      tell('limit', limit, at, { code: 'not-configured', field: 'volume' })
      continue
    }
    if (limit.zone !== null && !zones.has(limit.zone)) tell('limit', limit, at, { code: 'no-such-zone', zone: limit.zone })
    const within = new Set(
      sources
        .filter((each) => each.sourceKind === 'groundwater' && (limit.zone === null || each.zone === limit.zone))
        .map(({ sourceId }) => sourceId),
    )
    for (const yearType of YEAR_TYPES) {
      const stated = volumes
        .filter((each) => within.has(each.sourceId) && each.purpose === 'supply' && each.yearType === yearType)
        .reduce((sum, { volume }) => sum + volume.reduce<number>((total, each) => total + (each ?? 0), 0), 0)
      if (stated > limit.volume) tell('limit', limit, at, { code: 'above-limit', yearType, statedM3: stated, limitM3: limit.volume })
    }
  }
}

/** Canals that could not carry what is asked of them today, even if there were water enough. */
function lookAtCapacities(water: Water, network: Network, places: Places, tell: Tell) {
  if (!network.isForest) return
  const none = new Float64Array(network.nodes.length)
  const worst = new Map<number, { yearType: YearType; month: number; needed: number; over: number }>()
  for (const yearType of YEAR_TYPES) {
    const demand = Array.from({ length: MONTHS }, () => new Float64Array(network.nodes.length))
    for (const [d, { gateM3 }] of demandsOf(water, network, yearType).entries()) {
      const node = network.at.get(water.districts[d].nodeId)
      if (gateM3 !== null && node !== undefined) for (let m = 0; m < MONTHS; m++) demand[m][node] += gateM3[m]
    }
    for (let month = 0; month < MONTHS; month++) {
      const asked = askedOrNull(network, month, none, demand[month])
      if (asked === null) break // an efficiency is missing, which is told elsewhere
      for (const [c, needed] of asked.entries()) {
        const over = needed / network.canals[c].capacityM3[month]
        if (over > 1.000001 && over > (worst.get(c)?.over ?? 0)) worst.set(c, { yearType, month, needed, over })
      }
    }
  }
  const seconds = monthlyM3(Array(MONTHS).fill(1))
  for (const [c, { yearType, month, needed }] of worst) {
    const { reach, capacityM3 } = network.canals[c]
    const at = middle(reach.line, places.get(reach.fromNode), places.get(reach.toNode))
    const [neededM3S, capacityM3S] = [needed / seconds[month], capacityM3[month] / seconds[month]]
    tell('reach', reach, at, { code: 'capacity-below-demand', yearType, month: month + 1, neededM3S, capacityM3S })
  }
}

function askedOrNull(network: Network, month: number, supply: Float64Array, demand: Float64Array): Float64Array | null {
  try {
    return askedOf(network, month, supply, demand, false).want
  } catch (fault) {
    if (fault instanceof RangeError) return null
    throw fault
  }
}

/** Values far from what is usual: most often another unit than the column's. */
function lookAtMagnitudes(water: Water, places: Places, tell: Tell) {
  for (const sheet of Object.values(SHEETS)) {
    const fields = sheet.fields.filter(({ likely }) => likely !== null)
    for (const row of water[sheet.of as keyof Water] as readonly Row[])
      for (const field of fields) {
        const odd = oddOf(field, row[field.name])
        if (odd !== null) tell(sheet.id, row, places.get(String(row.nodeId ?? row.fromNode)) ?? null, { code: 'magnitude', ...odd })
      }
  }
  // 万m³ written as m³ or the other way round: the depth over the land that could be watered gives it away
  const land = water.districts.reduce((sum, { areaM2 }) => sum + (areaM2 ?? 0), 0)
  if (land === 0) return
  for (const { sourceId, purpose, yearType, volume } of water.volumes) {
    const source = water.sources.find((each) => each.sourceId === sourceId)
    const sum = volume.reduce<number>((total, each) => total + (each ?? 0), 0)
    const depthMm = (1000 * sum) / land
    if (source && purpose === 'supply' && sum > 0 && (depthMm > 100_000 || depthMm < 0.01))
      tell('source', source, places.get(source.nodeId) ?? null, { code: 'volume-unit', source: sourceId, yearType, depthMm })
  }
}

function oddOf(field: SheetField, value: unknown): { field: string; unit: string; stated: number; low: number; high: number } | null {
  if (field.likely === null) return null
  const [low, high] = field.likely
  for (const each of Array.isArray(value) ? value : [value]) {
    if (typeof each !== 'number') continue
    const stated = each / field.factor
    if (stated !== 0 && (stated < low || stated > high)) return { field: field.name, unit: field.unit?.zh ?? '', stated, low, high }
  }
  return null
}

function middle(line: readonly LonLat[] | null, from: LonLat | undefined, to: LonLat | undefined): LonLat | null {
  if (line && line.length > 0) return line[Math.floor(line.length / 2)]
  if (from && to) return [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]
  return from ?? to ?? null
}
