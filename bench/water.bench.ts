/**
 * Water of a large county: checks, balance and accounts of a generated network, in CPU seconds. `npm run bench -- water`, `--reaches=N` for another size.
 * Invented and seeded.
 */

import { balanceOf, findingsOf, NO_WATER, type Water, waterAccounts, YEAR_TYPES } from '@dishu/land/water/water'
import { seededRandom } from '@dishu/numeric/shared/random'

const reaches = Number(process.argv.find((word) => word.startsWith('--reaches='))?.slice('--reaches='.length) ?? 5000)
const RUNS = 5
const STATED = { mark: 'invented', origin: 'bench' } as const
const flat = (value: number) => Array<number>(12).fill(value)

/** A tree of canals, a district at every fifth node with two crops, sources at the head and ten wells. */
function invented(count: number): Water {
  const random = seededRandom(11)
  const nodes = Array.from({ length: count + 1 }, (_, i) => ({
    ...{ nodeId: `n${i}`, name: `n${i}`, nodeKind: 'junction' as const, lon: 123 + random(), lat: 45 + random(), elevationM: null },
    ...STATED,
  }))
  const canals = Array.from({ length: count }, (_, i) => ({
    ...{
      reachId: `r${i}`,
      name: `r${i}`,
      reachKind: 'canal' as const,
      fromNode: `n${Math.floor(i * (0.7 + 0.3 * random()))}`,
      toNode: `n${i + 1}`,
    },
    ...{ lifted: 'no' as const, efficiency: 0.9 + 0.09 * random(), capacity: flat(1 + 20 * random()), line: null },
    ...STATED,
  }))
  const districts = nodes.filter((_, i) => i % 5 === 4)
  const sources = [nodes[0], ...districts.slice(0, 10)].map(({ nodeId }, i) => ({
    ...{
      sourceId: `s${i}`,
      name: `s${i}`,
      sourceKind: i === 0 ? ('river' as const) : ('groundwater' as const),
      nodeId,
      zone: 'g',
      reliability: 'P75' as const,
    },
    ...STATED,
  }))
  const crops = ['rice', 'maize'] as const
  const season = {
    plantingDay: '05-10',
    iniDays: 30,
    devDays: 30,
    midDays: 50,
    lateDays: 20,
    kcIni: 0.4,
    kcMid: 1.2,
    kcEnd: 0.7,
    heightM: 1,
  }
  return {
    ...NO_WATER,
    nodes,
    reaches: canals,
    sources,
    volumes: sources.flatMap(({ sourceId }) =>
      YEAR_TYPES.flatMap((yearType) =>
        (['supply', 'reserve'] as const).map((purpose) => ({
          sourceId,
          purpose,
          yearType,
          volume: flat(purpose === 'supply' ? 4e7 : 4e6),
          ...STATED,
        })),
      ),
    ),
    districts: districts.map(({ nodeId }) => ({
      ...{
        districtId: `d${nodeId}`,
        name: nodeId,
        nodeId,
        zone: 'z',
        station: 's',
        fieldEfficiency: 0.9,
        areaM2: 2e6,
        serves: null,
        outline: null,
      },
      ...STATED,
    })),
    plantings: districts.flatMap(({ nodeId }) =>
      crops.map((crop) => ({ districtId: `d${nodeId}`, crop, method: 'm', areaM2: 3e5, ...STATED })),
    ),
    quotas: crops.flatMap((crop) =>
      YEAR_TYPES.map((yearType) => ({
        crop,
        zone: 'z',
        yearType,
        method: 'm',
        soil: '',
        level: 'general' as const,
        basis: 'net' as const,
        m3PerMu: 300,
        ...STATED,
      })),
    ),
    seasons: crops.map((crop) => ({
      crop,
      cropName: crop,
      ...season,
      flooded: 'no' as const,
      puddlingMm: null,
      percolationMmPerDay: null,
      ...STATED,
    })),
    climates: (
      [
        ['tmax', 20],
        ['tmin', 8],
        ['rain', 40],
      ] as const
    ).map(([element, value]) => ({
      station: 's',
      element,
      yearType: 'normal' as const,
      lat: 45,
      altitudeM: 140,
      months: flat(value),
      ...STATED,
    })),
  }
}

const water = invented(reaches)
console.log(
  `${reaches} reaches, ${water.districts.length} districts, ${water.plantings.length} plantings; CPU seconds, least and median of ${RUNS}`,
)
for (const [name, work] of [
  ['findings', () => findingsOf(water).length],
  ['balance, four year types', () => YEAR_TYPES.map((yearType) => balanceOf(water, yearType)?.months.length)],
  ['accounts, four year types', () => YEAR_TYPES.map((yearType) => waterAccounts(water, yearType).districts.length)],
] as const) {
  const times = Array.from({ length: RUNS }, () => {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1e6
  }).sort((a, b) => a - b)
  console.log(`${name.padEnd(28)} ${times[0].toFixed(3)}  ${times[RUNS >> 1].toFixed(3)}`)
}
