/** The things of this folder as they stand in memory. Volumes m³, areas m², lengths m, flows m³/s, depths mm; a month list begins with January. */

/** Hydrological years by the share of years that are at least as wet: P75 is reached in three years of four. */
export const YEAR_TYPES = ['P25', 'P50', 'P75', 'P90'] as const
export type YearType = (typeof YEAR_TYPES)[number]
export const MONTHS = 12
export const MONTH_DAYS = [31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const
export const MONTH_NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const
export const SECONDS_A_DAY = 86_400

/** One value for each month from January on; null where none is stated. */
export type Months = readonly (number | null)[]
export type LonLat = readonly [lon: number, lat: number]

/** Where a row comes from, and how sure that is. `invented` is for samples. */
type Stated = { readonly origin: string | null; readonly mark: 'official' | 'literature' | 'computed' | 'recalled' | 'invented' }

export type WaterNode = Stated & {
  readonly nodeId: string
  readonly name: string
  readonly nodeKind: 'head' | 'junction' | 'turnout' | 'pump' | 'outlet'
  readonly lon: number
  readonly lat: number
  readonly elevationM: number | null
}
export type WaterReach = Stated & {
  readonly reachId: string
  readonly name: string
  readonly reachKind: 'canal' | 'drain'
  readonly fromNode: string
  readonly toNode: string
  readonly lifted: 'yes' | 'no' // by a pump; only such water runs uphill
  readonly efficiency: number | null // of what enters, the share that leaves
  readonly capacity: Months // m³/s that may enter
  readonly line: readonly LonLat[] | null // from the first node to the second; null: straight
}
export type WaterSource = Stated & {
  readonly sourceId: string
  readonly name: string
  readonly sourceKind: 'river' | 'reservoir' | 'groundwater' | 'return'
  readonly nodeId: string
  readonly zone: string | null
  readonly reliability: YearType | null // the driest kind of year it is meant to serve
}
export type WaterVolume = Stated & {
  readonly sourceId: string
  readonly purpose: 'supply' | 'reserve' | 'other' // what comes; what stays for rivers and wetlands; what towns and industry take first
  readonly yearType: YearType
  readonly volume: Months // m³
}
export type WaterDistrict = Stated & {
  readonly districtId: string
  readonly name: string
  readonly nodeId: string // where it takes its water
  readonly zone: string | null // of quotas
  readonly station: string | null // of climate
  readonly fieldEfficiency: number | null // of what is handed over at the gate, the share that reaches the field
  readonly areaM2: number | null // that can be irrigated
  readonly serves: string | null // codes of towns and villages
  readonly outline: readonly (readonly (readonly LonLat[])[])[] | null // polygons of rings
}
export type WaterPlanting = Stated & {
  readonly districtId: string
  readonly crop: string
  readonly method: string
  readonly areaM2: number
}
export type WaterLimit = Stated & {
  readonly limitId: string
  readonly limitKind: 'groundwater' | 'salt-load'
  readonly name: string
  readonly zone: string | null
  readonly nodeId: string | null // a drain's outlet
  readonly volume: number | null // m³ a year
  readonly saltT: number | null // tonnes a year
}
export type WaterQuota = Stated & {
  readonly crop: string
  readonly zone: string
  readonly yearType: YearType
  readonly method: string
  readonly soil: string // '' for every soil
  readonly level: 'advanced' | 'general'
  readonly basis: 'net' | 'gross' // at the field, or at the head of the canals
  readonly m3PerMu: number | null
}
export type WaterSeason = Stated & {
  readonly crop: string
  readonly cropName: string
  readonly plantingDay: string | null // MM-DD
  readonly iniDays: number | null
  readonly devDays: number | null
  readonly midDays: number | null
  readonly lateDays: number | null
  readonly kcIni: number | null
  readonly kcMid: number | null
  readonly kcEnd: number | null
  readonly heightM: number | null
  readonly flooded: 'yes' | 'no'
  readonly puddlingMm: number | null // before planting, of a paddy
  readonly percolationMmPerDay: number | null
}
export const ELEMENTS = ['tmax', 'tmin', 'humidity', 'wind', 'sunshine', 'rain'] as const
export type Element = (typeof ELEMENTS)[number]
export type WaterClimate = Stated & {
  readonly station: string
  readonly element: Element
  readonly yearType: YearType | 'normal'
  readonly lat: number
  readonly altitudeM: number
  readonly months: Months // °C, %, m/s, h a day, mm a month
}

/** What a reservoir keeps from month to month, m³ at most; of what it keeps so large a share is lost in a month. */
export type WaterStorage = Stated & { readonly sourceId: string; readonly storage: number; readonly lossShare: number | null }
/** Where a district drains to: of what its fields get, the share that drains, with so much salt in a m³ of it. */
export type WaterDrainage = Stated & {
  readonly districtId: string
  readonly nodeId: string // the outlet
  readonly drainedShare: number | null
  readonly saltKgPerM3: number | null
}
export const SETTINGS = ['effective-rain'] as const
/** `effective-rain`: usda; scs with the net depth of an irrigation (mm) as `amount`; share, the share of rain that counts as `amount`. */
export type WaterSetting = Stated & {
  readonly name: (typeof SETTINGS)[number]
  readonly value: 'usda' | 'scs' | 'share'
  readonly amount: number | null
}

/** All of one county at one time. */
export type Water = {
  readonly nodes: readonly WaterNode[]
  readonly reaches: readonly WaterReach[]
  readonly sources: readonly WaterSource[]
  readonly volumes: readonly WaterVolume[]
  readonly districts: readonly WaterDistrict[]
  readonly plantings: readonly WaterPlanting[]
  readonly limits: readonly WaterLimit[]
  readonly quotas: readonly WaterQuota[]
  readonly seasons: readonly WaterSeason[]
  readonly climates: readonly WaterClimate[]
  readonly storages: readonly WaterStorage[]
  readonly drainages: readonly WaterDrainage[]
  readonly settings: readonly WaterSetting[]
}
export const NO_WATER: Water = {
  nodes: [],
  reaches: [],
  sources: [],
  volumes: [],
  districts: [],
  plantings: [],
  limits: [],
  quotas: [],
  seasons: [],
  climates: [],
  storages: [],
  drainages: [],
  settings: [],
}

export const M2_PER_MU = 2000 / 3

export const isYearType = (text: string): text is YearType => (YEAR_TYPES as readonly string[]).includes(text)
