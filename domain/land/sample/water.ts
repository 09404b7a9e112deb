/**
 * An invented network of water for the sample county: a river with two main canals, branches to every town, two wells, a small reservoir, drains; volumes,
 * quotas, seasons and a year's climate. Nothing in it is real, quotas least of all. One branch is too narrow and one crop has no quota, so that there is
 * something to find.
 */
import { readWkb } from '@dishu/base/wkb'
import { fromZone } from '@dishu/numeric/geodesy/zone'
import { seededRandom } from '@dishu/numeric/shared/random'
import {
  askedOf,
  demandsOf,
  type LonLat,
  M2_PER_MU,
  MONTHS,
  monthlyM3,
  networkOf,
  polygonArea,
  type Water,
  type WaterNode,
  type WaterReach,
  YEAR_TYPES,
} from '../water/water.ts'
import { ZONE } from './patches.ts'
import type { SampleCounty } from './rows.ts'

const STATED = { mark: 'invented', origin: '虚构示例，不得引用' } as const
const MOST_DISTRICTS = 8
const CORNERS = 16
/** How a year's river is spread over months, and how much comes in each kind of year against what fields ask for. */
const FLOW = [0.02, 0.02, 0.03, 0.07, 0.13, 0.15, 0.2, 0.17, 0.09, 0.06, 0.04, 0.02] as const
const WETNESS = { P25: 2.6, P50: 1.9, P75: 1.3, P90: 0.85 } as const
const RAIN = { P25: 1.2, P50: 0.98, P75: 0.8, P90: 0.66 } as const
const MONTH_OF_NEED = 4 // the flow is scaled to what fields ask for in May: paddies are flooded then
const STATION = '示例气象站'
const QUOTA_ZONE = '示例Ⅰ区'
const CLIMATE = {
  tmax: [-10, -4.5, 4.5, 15, 22.5, 27.5, 28.8, 27.2, 22, 13, 1, -8],
  tmin: [-22, -18, -9.5, 0.5, 8.6, 15.2, 18.7, 16.8, 9, 0.5, -9, -18.5],
  humidity: [66, 58, 49, 44, 48, 61, 73, 75, 66, 58, 60, 66],
  wind: [2.6, 2.8, 3.4, 3.9, 3.7, 3, 2.6, 2.4, 2.6, 3, 3, 2.6],
  sunshine: [6.2, 7.2, 8.1, 8.2, 8.6, 8.7, 7.9, 8, 8, 7.2, 6.2, 5.7],
  rain: [2, 2, 6, 15, 34, 76, 122, 94, 38, 17, 6, 3],
} as const
const QUOTAS: readonly (readonly [crop: string, method: string, values: readonly [number, number, number, number]])[] = [
  ['rice', '渠灌', [480, 520, 560, 600]],
  ['maize', '渠灌', [70, 90, 110, 130]],
]

type Town = {
  readonly code: string
  readonly name: string
  readonly at: LonLat
  readonly outline: readonly LonLat[]
  readonly areaM2: number
}
const lonLat = (x: number, y: number): LonLat => {
  const [lon, lat] = fromZone(Float64Array.of(x, y), ZONE)
  return [Number(lon.toFixed(6)), Number(lat.toFixed(6))]
}

/** The network for the towns of a sample county; the same county gives the same network. */
export function drawWater({ seed, areas }: Pick<SampleCounty, 'seed' | 'areas'>): Water {
  const random = seededRandom(seed ^ 0x7761)
  const towns = areas
    .filter(({ XZQDM }) => XZQDM.length === 9)
    .slice(0, MOST_DISTRICTS)
    .map(({ XZQDM, XZQMC, wkb }): Town => townOf(XZQDM, XZQMC, wkb))
    .sort((a, b) => a.at[0] - b.at[0])
  const east = Math.max(...towns.map(({ at }) => at[0]))
  const middle = towns.reduce((sum, { at }) => sum + at[1], 0) / Math.max(1, towns.length)
  const node = (nodeId: string, name: string, nodeKind: WaterNode['nodeKind'], at: LonLat, elevationM: number): WaterNode => ({
    ...{ nodeId, name, nodeKind, lon: at[0], lat: at[1], elevationM: Number(elevationM.toFixed(1)) },
    ...STATED,
  })
  const reach = (
    reachId: string,
    name: string,
    fromNode: string,
    toNode: string,
    efficiency: number | null,
    more: Partial<WaterReach> = {},
  ): WaterReach => ({
    ...{ reachId, name, reachKind: 'canal', fromNode, toNode, lifted: 'no', efficiency, capacity: Array(MONTHS).fill(null), line: null },
    ...STATED,
    ...more,
  })
  const head: LonLat = [east + 0.08, middle + 0.04]
  const nodes = [node('H1', '大泉渠首', 'head', head, 152)]
  const reaches: WaterReach[] = []
  // main canals run west from the head, north and south of the middle; a turnout stands beside each town
  for (const [side, name] of [
    [1, '北干渠'],
    [-1, '南干渠'],
  ] as const) {
    let above = 'H1'
    let fall = 151
    const along = towns.filter(({ at }, i) => (i % 2 === 0 ? 1 : -1) === side && at).reverse()
    along.forEach((town, i) => {
      const id = `${side > 0 ? 'N' : 'S'}${i + 1}`
      const from = nodes.find(({ nodeId }) => nodeId === above)
      const at: LonLat = [town.at[0] + 0.02, (town.at[1] + middle + side * 0.03) / 2]
      fall -= 0.8
      nodes.push(node(id, `${name}${i + 1}号分水口`, 'junction', at, fall))
      reaches.push(
        reach(`${id}G`, `${name}第${i + 1}段`, above, id, 0.94, { line: bent([from?.lon ?? at[0], from?.lat ?? at[1]], at, random) }),
      )
      nodes.push(node(`T${town.code.slice(6)}`, `${town.name}分水口`, 'turnout', town.at, fall - 1.5))
      reaches.push(
        reach(`${id}Z`, `${town.name}支渠`, id, `T${town.code.slice(6)}`, 0.86 + 0.02 * (i % 3), { line: bent(at, town.at, random) }),
      )
      above = id
    })
  }
  const outlet: LonLat = [Math.min(...towns.map(({ at }) => at[0])) - 0.05, Math.min(...towns.map(({ at }) => at[1])) - 0.03]
  nodes.push(node('O1', '苇塘排水出口', 'outlet', outlet, 138))
  towns.forEach((town, i) => {
    const drain = `W${i + 1}`
    nodes.push(node(drain, `${town.name}排水汇口`, 'junction', [town.at[0] - 0.015, town.at[1] - 0.02], 144 - i * 0.2))
    const next = i === 0 ? 'O1' : `W${i}`
    const to = i === 0 ? outlet : ([towns[i - 1].at[0] - 0.015, towns[i - 1].at[1] - 0.02] as const)
    // water drains west, down to the pond
    reaches.push(
      reach(`P${i + 1}`, `${town.name}排沟`, drain, next, null, {
        ...{ reachKind: 'drain', capacity: Array(MONTHS).fill(6 + 2 * i) },
        line: bent([town.at[0] - 0.015, town.at[1] - 0.02], to, random),
        ...(i === 0 ? {} : { lifted: 'yes' as const }),
      }),
    )
  })
  const districts = towns.map((town) => ({
    ...{
      districtId: `G${town.code.slice(6)}`,
      name: `${town.name}灌区`,
      nodeId: `T${town.code.slice(6)}`,
      zone: QUOTA_ZONE,
      station: STATION,
    },
    ...{ fieldEfficiency: 0.92, areaM2: Math.round(town.areaM2 * 0.35), serves: town.code, outline: [[town.outline]] },
    ...STATED,
  }))
  const plantings = districts.flatMap(({ districtId, areaM2 }, i) =>
    ([['rice', 0.16], ['maize', 0.12], ...(i === 1 ? ([['oats', 0.02]] as const) : [])] as const).map(([crop, share]) => ({
      ...{ districtId, crop, method: '渠灌', areaM2: Math.round((areaM2 * share) / M2_PER_MU) * M2_PER_MU },
      ...STATED,
    })),
  )
  const bare: Water = {
    ...{ nodes, reaches, districts, plantings, volumes: [], limits: [], storages: [], drainages: [], settings: [] },
    sources: [
      { sourceId: 'R1', name: '大泉河引水', sourceKind: 'river', nodeId: 'H1', zone: null, reliability: 'P75', ...STATED },
      {
        sourceId: 'K1',
        name: '鹤泡水库',
        sourceKind: 'reservoir',
        nodeId: nodes.find(({ nodeId }) => nodeId === 'N1') ? 'N1' : 'H1',
        zone: null,
        reliability: 'P75',
        ...STATED,
      },
      ...districts.slice(0, 2).map(({ nodeId, name }, i) => ({
        ...{
          sourceId: `J${i + 1}`,
          name: `${name}井群`,
          sourceKind: 'groundwater' as const,
          nodeId,
          zone: '示例地下水区',
          reliability: 'P75' as const,
        },
        ...STATED,
      })),
    ],
    quotas: QUOTAS.flatMap(([crop, method, values]) =>
      YEAR_TYPES.flatMap((yearType, i) =>
        (['general', 'advanced'] as const).map((level) => ({
          ...{ crop, zone: QUOTA_ZONE, yearType, method, soil: '', level, basis: 'net' as const },
          m3PerMu: level === 'general' ? values[i] : Math.round(values[i] * 0.88),
          ...STATED,
        })),
      ),
    ),
    seasons: [
      season('rice', '水稻', '05-22', [30, 30, 60, 20], [1.05, 1.2, 0.9], 1, { puddlingMm: 120, percolationMmPerDay: 2.5 }),
      season('maize', '玉米', '05-05', [25, 40, 45, 30], [0.3, 1.2, 0.5], 2, null),
      season('oats', '燕麦', '04-10', [20, 30, 40, 20], [0.3, 1.15, 0.25], 1, null),
    ],
    climates: [
      ...Object.entries(CLIMATE).map(([element, months]) => ({
        element: element as keyof typeof CLIMATE,
        yearType: 'normal' as const,
        months: [...months],
      })),
      ...YEAR_TYPES.map((yearType) => ({
        element: 'rain' as const,
        yearType,
        months: CLIMATE.rain.map((mm) => Number((mm * RAIN[yearType]).toFixed(1))),
      })),
    ].map((each) => ({ ...each, station: STATION, lat: Number(middle.toFixed(2)), altitudeM: 140, ...STATED })),
  }
  return withVolumes(bare)
}

/** Capacities and volumes in proportion to what the fields ask for, so that wet years have enough and dry ones have not. */
function withVolumes(bare: Water): Water {
  const network = networkOf(bare)
  const none = new Float64Array(network.nodes.length)
  const asked = Array.from({ length: MONTHS }, (_, month) => {
    const demand = Float64Array.from(none)
    demandsOf({ ...bare, plantings: bare.plantings.filter(({ crop }) => crop !== 'oats') }, network, 'P75').forEach(({ gateM3 }, d) => {
      const node = network.at.get(bare.districts[d].nodeId)
      if (node !== undefined) demand[node] += gateM3?.[month] ?? 0
    })
    return askedOf(network, month, none, demand, false)
  })
  const second = monthlyM3(Array(MONTHS).fill(1))
  const crowded = bare.districts.length === 2 ? bare.districts[0] : bare.districts.at(-1)
  const narrow = network.canals.find(({ to }) => network.nodes[to] === crowded?.nodeId)?.reach.reachId
  const reaches = bare.reaches.map((reach) => {
    const c = network.canals.findIndex((canal) => canal.reach.reachId === reach.reachId)
    if (c < 0) return reach
    const peak = Math.max(...asked.map(({ want }, m) => want[c] / second[m]))
    const width = Number((peak * (reach.reachId === narrow ? 0.85 : 1.35)).toFixed(2))
    return { ...reach, capacity: Array.from({ length: MONTHS }, (_, m) => (m < 3 || m > 9 ? 0 : width)) } // frozen from November to March
  })
  const headNeed = network.nodes.indexOf('H1')
  const may = asked[MONTH_OF_NEED]?.need[headNeed] ?? 0
  const year = may / FLOW[MONTH_OF_NEED]
  const round = (m3: number) => Math.round(m3 / 1000) * 1000
  const spread = (m3: number, flow: readonly number[] = FLOW) => flow.map((share) => round(m3 * share))
  const even = Array(MONTHS).fill(1 / MONTHS)
  const volumes = YEAR_TYPES.flatMap((yearType) => {
    const river = year * WETNESS[yearType] * 0.75
    return [
      { sourceId: 'R1', purpose: 'supply' as const, volume: spread(river) },
      { sourceId: 'R1', purpose: 'reserve' as const, volume: spread(year * 0.3) },
      { sourceId: 'R1', purpose: 'other' as const, volume: spread(year * 0.08, even) },
      { sourceId: 'K1', purpose: 'supply' as const, volume: spread(year * WETNESS[yearType] * 0.06) },
      ...bare.sources.flatMap(({ sourceId, sourceKind }) =>
        sourceKind === 'groundwater' ? [{ sourceId, purpose: 'supply' as const, volume: spread(year * 0.012, even) }] : [],
      ),
    ].map((each) => ({ ...each, yearType, ...STATED }))
  })
  return {
    ...bare,
    reaches,
    volumes,
    limits: [
      {
        limitId: 'X1',
        limitKind: 'groundwater',
        name: '示例地下水控制水量',
        zone: '示例地下水区',
        nodeId: null,
        volume: round(year * 0.026),
        saltT: null,
        ...STATED,
      },
      { limitId: 'X2', limitKind: 'salt-load', name: '苇塘出口排盐限量', zone: null, nodeId: 'O1', volume: null, saltT: 12_000, ...STATED },
    ],
  }
}

const season = (
  crop: string,
  cropName: string,
  plantingDay: string,
  [iniDays, devDays, midDays, lateDays]: readonly [number, number, number, number],
  [kcIni, kcMid, kcEnd]: readonly [number, number, number],
  heightM: number,
  paddy: { readonly puddlingMm: number; readonly percolationMmPerDay: number } | null,
) => ({
  ...{ crop, cropName, plantingDay, iniDays, devDays, midDays, lateDays, kcIni, kcMid, kcEnd, heightM },
  flooded: paddy ? ('yes' as const) : ('no' as const),
  puddlingMm: paddy?.puddlingMm ?? null,
  percolationMmPerDay: paddy?.percolationMmPerDay ?? null,
  ...STATED,
})

/** A town's middle, and a rounded part of it that its canals command. */
function townOf(code: string, name: string, wkb: Uint8Array): Town {
  const shape = readWkb(wkb)
  const shell =
    shape.type === 'polygon' ? shape.polygons.map(({ rings }) => rings[0]).sort((a, b) => b.length - a.length)[0] : new Float64Array(0)
  const count = shell.length / 2
  let [x, y] = [0, 0]
  for (let i = 0; i < count; i++) {
    x += shell[2 * i] / count
    y += shell[2 * i + 1] / count
  }
  const ring = Array.from({ length: CORNERS }, (_, k): LonLat => {
    const angle = (2 * Math.PI * k) / CORNERS
    const reach = 0.8 * nearest(shell, x, y, angle)
    return lonLat(x + reach * Math.cos(angle), y + reach * Math.sin(angle))
  })
  const outline = [...ring, ring[0]]
  return { code, name, at: lonLat(x, y), outline, areaM2: polygonArea([[outline]]) }
}

/** How far a ring lies from a place in a direction. */
function nearest(ring: Float64Array, x: number, y: number, angle: number): number {
  const [c, s] = [Math.cos(angle), Math.sin(angle)]
  let best = Number.POSITIVE_INFINITY
  for (let i = 0; i + 3 < ring.length; i += 2) {
    const [ax, ay, bx, by] = [ring[i] - x, ring[i + 1] - y, ring[i + 2] - x, ring[i + 3] - y]
    const [u, v] = [ax * s - ay * c, bx * s - by * c]
    if (u > 0 === v > 0) continue
    const t = u / (u - v)
    const along = (ax + t * (bx - ax)) * c + (ay + t * (by - ay)) * s
    if (along > 0 && along < best) best = along
  }
  return Number.isFinite(best) ? best : 0
}

/** A line with two soft bends. */
function bent(from: LonLat, to: LonLat, random: () => number): readonly LonLat[] {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]]
  const at = (share: number): LonLat => {
    const off = (random() - 0.5) * 0.18
    return [Number((from[0] + dx * share - dy * off).toFixed(6)), Number((from[1] + dy * share + dx * off).toFixed(6))]
  }
  return [from, at(0.35), at(0.7), to]
}
