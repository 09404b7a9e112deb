/** A small invented county of water for tests: a head, a main canal that splits in two, a well, a drain. */
import { NO_WATER, type Water, type WaterNode, type WaterReach, type WaterVolume, YEAR_TYPES, type YearType } from './water.ts'

const STATED = { mark: 'invented', origin: 'test' } as const
export const months = (...values: readonly number[]) => Array.from({ length: 12 }, (_, m) => values[m % values.length])
export const node = (nodeId: string, lon: number, lat: number, more: Partial<WaterNode> = {}): WaterNode => ({
  nodeId,
  name: nodeId,
  nodeKind: 'junction',
  lon,
  lat,
  elevationM: null,
  ...STATED,
  ...more,
})
export const reach = (reachId: string, fromNode: string, toNode: string, more: Partial<WaterReach> = {}): WaterReach => ({
  reachId,
  name: reachId,
  reachKind: 'canal',
  fromNode,
  toNode,
  lifted: 'no',
  efficiency: 0.9,
  capacity: months(10),
  line: null,
  ...STATED,
  ...more,
})
export const volume = (
  sourceId: string,
  purpose: WaterVolume['purpose'],
  yearType: YearType,
  values: readonly (number | null)[],
): WaterVolume => ({
  sourceId,
  purpose,
  yearType,
  volume: values,
  ...STATED,
})
const WETNESS: Readonly<Record<YearType, number>> = { P25: 1.3, P50: 1, P75: 0.8, P90: 0.6 }

/** H → J at 0.9; J → A at 0.8, J → B at 0.5; a well at B; one district at A and one at B, each of 1 000 mu of rice and maize. */
export const WATER: Water = {
  ...NO_WATER,
  nodes: [
    node('H', 123, 45.6, { nodeKind: 'head', elevationM: 150 }),
    node('J', 123.1, 45.6, { elevationM: 148 }),
    node('A', 123.2, 45.7, { elevationM: 146, nodeKind: 'turnout' }),
    node('B', 123.2, 45.5, { elevationM: 145, nodeKind: 'turnout' }),
    node('O', 123.4, 45.5, { elevationM: 140, nodeKind: 'outlet' }),
  ],
  reaches: [
    reach('HJ', 'H', 'J'),
    reach('JA', 'J', 'A', { efficiency: 0.8 }),
    reach('JB', 'J', 'B', { efficiency: 0.5 }),
    reach('BO', 'B', 'O', { reachKind: 'drain', efficiency: null, capacity: months(5) }),
  ],
  sources: [
    { sourceId: 'river', name: 'river', sourceKind: 'river', nodeId: 'H', zone: null, reliability: 'P75', ...STATED },
    { sourceId: 'well', name: 'well', sourceKind: 'groundwater', nodeId: 'B', zone: 'g1', reliability: 'P75', ...STATED },
  ],
  volumes: YEAR_TYPES.flatMap((yearType) => [
    volume('river', 'supply', yearType, months(600_000 * WETNESS[yearType])),
    volume('river', 'reserve', yearType, months(100_000)),
    volume('river', 'other', yearType, months(50_000)),
    volume('well', 'supply', yearType, months(20_000)),
  ]),
  districts: ['A', 'B'].map((nodeId) => ({
    districtId: `D${nodeId}`,
    name: `D${nodeId}`,
    nodeId,
    zone: 'z1',
    station: 's1',
    fieldEfficiency: 0.9,
    areaM2: 2_000_000,
    serves: null,
    outline: null,
    ...STATED,
  })),
  plantings: [
    { districtId: 'DA', crop: 'rice', method: 'canal', areaM2: 2_000_000 / 3, ...STATED },
    { districtId: 'DB', crop: 'maize', method: 'canal', areaM2: 2_000_000 / 3, ...STATED },
  ],
  limits: [{ limitId: 'L1', limitKind: 'groundwater', name: 'L1', zone: 'g1', nodeId: null, volume: 300_000, saltT: null, ...STATED }],
  quotas: (['P50', 'P75', 'P90'] as const).flatMap((yearType) =>
    [
      ['rice', 600],
      ['maize', 90],
    ].map(([crop, m3PerMu]) => ({
      crop: String(crop),
      zone: 'z1',
      yearType,
      method: 'canal',
      soil: '',
      level: 'general' as const,
      basis: 'net' as const,
      m3PerMu: Number(m3PerMu),
      ...STATED,
    })),
  ),
  seasons: [
    {
      ...{
        crop: 'rice',
        cropName: 'rice',
        plantingDay: '05-25',
        iniDays: 30,
        devDays: 30,
        midDays: 50,
        lateDays: 20,
        kcIni: 1.05,
        kcMid: 1.2,
        kcEnd: 0.9,
      },
      ...{ heightM: 1, flooded: 'yes', puddlingMm: 120, percolationMmPerDay: 2, ...STATED },
    },
    {
      ...{
        crop: 'maize',
        cropName: 'maize',
        plantingDay: '05-05',
        iniDays: 25,
        devDays: 35,
        midDays: 45,
        lateDays: 30,
        kcIni: 0.3,
        kcMid: 1.2,
        kcEnd: 0.6,
      },
      ...{ heightM: 2, flooded: 'no', puddlingMm: null, percolationMmPerDay: null, ...STATED },
    },
  ],
  climates: (
    [
      ['tmax', months(-10, -4, 5, 15, 22, 27, 29, 27, 22, 13, 1, -8)],
      ['tmin', months(-22, -18, -9, 1, 9, 15, 19, 17, 9, 1, -9, -18)],
      ['rain', months(2, 3, 6, 16, 35, 70, 120, 90, 35, 17, 6, 3)],
    ] as const
  ).map(([element, values]) => ({
    station: 's1',
    element,
    yearType: 'normal' as const,
    lat: 45.6,
    altitudeM: 140,
    months: values,
    ...STATED,
  })),
}
