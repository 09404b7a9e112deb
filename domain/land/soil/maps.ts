/**
 * Soil maps: what a map is asked to be, what it must have before work begins, and the rows of the register that it makes.
 *
 * A map says of every patch how sure it is. It keeps simulations of the patches' means, so that another scheme grades the same map anew without a new
 * kriging, and areas of any part of the county have an interval of their own.
 */
import { type Day, dayFrom } from '@dishu/base/date'
import { accept, type Refusal, type Result, refuse } from '@dishu/base/refusal'
import type { Kind } from '@dishu/kernel/records/records'
import { modelText, parseModel } from '@dishu/numeric/kriging/model'
import { MOST_COVARIATES } from './covariates.ts'
import { type IndicatorName, SEASONS, type Season } from './grading.ts'
import type { Compared, Comparison } from './map-compare.ts'

export const soilMapKind: Kind = {
  name: 'soil-map',
  table: 'land.soil_map',
  columns: [
    ['map_key', 'text'],
    ['title', 'text'],
    ['request', 'jsonb'],
    ['campaign', 'text'],
    ['samples_rev', 'int4'],
    ['scheme', 'text'],
    ['epsg', 'int4'],
    ['bbox', 'box'],
    ['models', 'jsonb'],
    ['correlations', 'jsonb'],
    ['grids', 'jsonb'],
    ['ensemble', 'jsonb'],
    ['notes', 'jsonb'],
  ],
  key: ['map_key'],
  scope: null,
  derived: false,
}

export const mapGradeKind: Kind = {
  name: 'map-grade',
  table: 'land.map_grade',
  columns: [
    ['patch_id', 'int8'],
    ['map_key', 'text'],
    ['scheme', 'text'],
    ['grade', 'text'],
    ['share', 'float8'],
    ['chances', 'jsonb'],
    ['figures', 'jsonb'],
    ['samples', 'jsonb'],
    ['needed', 'int2'],
    ['indicators', 'text'],
    ['draws', 'bytea'],
  ],
  key: ['patch_id'],
  scope: null,
  derived: false,
}

/** What can be mapped, in the order in which it is shown. */
export const MAP_VALUES: readonly IndicatorName[] = ['salt', 'ece', 'ph', 'esp']
export const UNITS: Readonly<Record<IndicatorName, string>> = { salt: 'g/kg', ece: 'dS/m', ph: 'pH', esp: '%' }

/** Kriging; or what covariates tell, by a straight regression or by a forest, and kriging of what that leaves; `best`: of those, the one that leaves out squares of land with the least error. */
export const MAP_METHODS = ['ordinary', 'universal', 'regression', 'forest', 'best'] as const
export type MapMethod = (typeof MAP_METHODS)[number]
export const MAP_TRANSFORMS = ['scores', 'log', 'none'] as const
export type MapTransform = (typeof MAP_TRANSFORMS)[number]
export const needsCovariates = (method: MapMethod): boolean => method === 'regression' || method === 'forest' || method === 'best'

/**
 * `from`, `to`: days of sampling; null is open. `season` 'any' takes all of them, 'latest' the newest campaign that has samples enough. `models`: given variograms, on the
 * scale of the transform (with covariates: of what their trend leaves); others are fitted. `cellM`: side of the raster's cells, metres. `draws`: simulations.
 */
export type MapRequest = {
  readonly title: string
  readonly values: readonly IndicatorName[]
  readonly depthFromCm: number
  readonly depthToCm: number
  readonly season: Season | 'latest' | 'any'
  readonly from: Day | null
  readonly to: Day | null
  readonly method: MapMethod
  /** Numbers of scenes with a band or index each (covariates.ts); maps from before there were any have none. */
  readonly covariates?: readonly string[]
  readonly transform: MapTransform
  readonly models: Readonly<Partial<Record<IndicatorName, string>>>
  readonly nmax: number
  readonly seed: number
  readonly cellM: number | null
  readonly draws: number
  readonly believed: boolean
}

/** With fewer places than this, probabilities of grades were up to 0.07 too sure in trials (docs/methods/soil.md). */
export const FEW_FOR_CHANCES = 100

/** 199 draws make an interval of 95 % of whole ranks. */
export const LEAST_DRAWS = 99
export const MOST_DRAWS = 399
export const MOST_VALUES = 3
export const MOST_NEIGHBOURS = 64

export const USUAL: Omit<MapRequest, 'title'> = {
  values: ['salt', 'ph', 'esp'],
  depthFromCm: 0,
  depthToCm: 20,
  season: 'latest',
  from: null,
  to: null,
  method: 'ordinary',
  covariates: [],
  transform: 'scores',
  models: {},
  nmax: 32,
  seed: 1,
  cellM: null,
  draws: 199,
  believed: false,
}

/** What a person or a file has said of a map; all of it may be missing or wrong. */
export type MapStated = Readonly<Partial<Record<keyof MapRequest, unknown>>>

export type MapRefusal =
  | Refusal<'soil-map/no-values', { readonly most: number }>
  | Refusal<'soil-map/unknown-word', { readonly name: string; readonly value: string; readonly allowed: readonly string[] }>
  | Refusal<'soil-map/number-out-of-range', { readonly name: string; readonly value: string; readonly from: number; readonly to: number }>
  | Refusal<'soil-map/no-title', Record<string, never>>
  | Refusal<'soil-map/not-a-day', { readonly name: string; readonly value: string }>
  | Refusal<'soil-map/days-run-backwards', { readonly from: string; readonly to: string }>
  | Refusal<'soil-map/depth-not-read', { readonly from: string; readonly to: string }>
  | Refusal<'soil-map/model-not-read', { readonly value: IndicatorName; readonly part: string }>
  | Refusal<
      'soil-map/too-few',
      {
        readonly value: IndicatorName
        readonly places: number
        readonly least: number
        readonly samples: number
        readonly depth: number
        readonly season: number
        readonly unplaced: number
        readonly unmeasured: number
      }
    >
  | Refusal<'soil-map/constant', { readonly value: IndicatorName; readonly found: number; readonly samples: number }>
  | Refusal<
      'soil-map/outlier',
      { readonly value: IndicatorName; readonly sample: string; readonly found: number; readonly median: number; readonly spread: number }
    >
  | Refusal<'soil-map/mostly-limits', { readonly value: IndicatorName; readonly limits: number; readonly samples: number }>
  | Refusal<'soil-map/apart', { readonly value: IndicatorName; readonly km: number; readonly sample: string; readonly samples: number }>
  | Refusal<'soil-map/model-does-not-hold', { readonly value: IndicatorName; readonly model: string }>
  | Refusal<'soil-map/few-together', { readonly values: readonly IndicatorName[]; readonly places: number; readonly least: number }>
  | Refusal<'soil-map/no-variogram', { readonly value: IndicatorName }>
  | Refusal<'soil-map/no-covariates', { readonly method: MapMethod }>
  | Refusal<'soil-map/no-such-covariate', { readonly covariate: string; readonly there: readonly string[] }>
  | Refusal<'soil-map/too-many-covariates', { readonly covariates: number; readonly most: number }>
  | Refusal<
      'soil-map/few-for-covariates',
      { readonly value: IndicatorName; readonly places: number; readonly least: number; readonly covariates: number }
    >
  | Refusal<'soil-map/covariates-elsewhere', { readonly what: 'samples' | 'land'; readonly percent: number; readonly least: number }>
  | Refusal<'soil-map/not-positive', { readonly value: IndicatorName; readonly found: number; readonly samples: number }>
  | Refusal<'soil-map/no-patches', { readonly county: string }>
  | Refusal<'soil-map/too-many-patches', { readonly patches: number; readonly draws: number; readonly mb: number; readonly most: number }>
  | Refusal<'soil-map/grid-too-large', { readonly cells: number; readonly most: number; readonly cellM: number }>
  | Refusal<'soil-map/not-in-scheme', { readonly scheme: string; readonly needs: readonly string[] }>
  | Refusal<'soil-map/already-at-work', { readonly task: string }>
  | Refusal<'soil-map/no-such-map', { readonly map: string }>
  | Refusal<'soil-map/no-such-task', { readonly task: string }>
  | Refusal<'soil-map/no-such-tile', { readonly z: number; readonly x: number; readonly y: number }>

/** Said of a map that is made all the same. */
export type MapNote =
  | Refusal<'soil-map/no-structure', { readonly value: IndicatorName; readonly gainPercent: number }>
  | Refusal<'soil-map/range-beyond-lags', { readonly value: IndicatorName; readonly range: number; readonly farthest: number }>
  | Refusal<'soil-map/same-place', { readonly value: IndicatorName; readonly places: number; readonly samples: number }>
  | Refusal<'soil-map/strays', { readonly value: IndicatorName; readonly km: number; readonly samples: readonly string[] }>
  | Refusal<'soil-map/impossible', { readonly value: IndicatorName; readonly samples: number; readonly first: readonly string[] }>
  | Refusal<'soil-map/at-limit', { readonly value: IndicatorName; readonly samples: number }>
  | Refusal<
      'soil-map/left-out',
      {
        readonly value: IndicatorName
        readonly samples: number
        readonly depth: number
        readonly season: number
        readonly unplaced: number
      }
    >
  | Refusal<'soil-map/few-for-chances', { readonly value: IndicatorName; readonly places: number }>
  | Refusal<'soil-map/undrawn-patches', { readonly patches: number }>
  | Refusal<'soil-map/samples-uncovered', { readonly value: IndicatorName; readonly samples: number }>
  | Refusal<'soil-map/patches-uncovered', { readonly patches: number }>
  | Refusal<
      'soil-map/ways-compared',
      { readonly value: IndicatorName; readonly best: Compared; readonly taken: MapMethod; readonly rmse: Comparison['rmse'] }
    >
  | Refusal<'soil-map/unlike-samples', { readonly value: IndicatorName; readonly percent: number }>

const text = (value: unknown) => (typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value))

/** A list, or a text with commas. */
const listOf = (stated: unknown): readonly string[] =>
  Array.isArray(stated)
    ? stated.map(text)
    : text(stated)
        .split(',')
        .map((each) => each.trim())
        .filter(Boolean)

function number(name: string, stated: unknown, from: number, to: number, usual: number, whole: boolean): Result<number, MapRefusal> {
  if (stated === undefined || stated === null || stated === '') return accept(usual)
  const value = Number(stated)
  return Number.isFinite(value) && value >= from && value <= to && (!whole || Number.isInteger(value))
    ? accept(value)
    : refuse('soil-map/number-out-of-range', { name, value: text(stated), from, to })
}

function word<const T extends string>(name: string, stated: unknown, allowed: readonly T[], usual: T): Result<T, MapRefusal> {
  if (stated === undefined || stated === null || stated === '') return accept(usual)
  const found = allowed.find((each) => each === stated)
  return found === undefined ? refuse('soil-map/unknown-word', { name, value: text(stated), allowed }) : accept(found)
}

function day(name: string, stated: unknown): Result<Day | null, MapRefusal> {
  if (stated === undefined || stated === null || stated === '') return accept(null)
  const found = dayFrom(text(stated))
  return found === null ? refuse('soil-map/not-a-day', { name, value: text(stated) }) : accept(found)
}

/** The request that was meant, with what nobody said filled in as usual; or what is wrong with it. The samples are asked about afterwards. */
export function requestFrom(stated: MapStated): Result<MapRequest, MapRefusal> {
  const asked = stated.values === undefined ? USUAL.values : listOf(stated.values)
  const values: IndicatorName[] = []
  for (const each of asked) {
    const value = word('values', each, MAP_VALUES, 'salt')
    if (!value.ok) return value
    if (!values.includes(value.value)) values.push(value.value)
  }
  if (values.length === 0 || values.length > MOST_VALUES) return refuse('soil-map/no-values', { most: MOST_VALUES })
  const title = text(stated.title).trim()
  if (title === '') return refuse('soil-map/no-title', {})
  const [depthFromCm, depthToCm] = [stated.depthFromCm ?? USUAL.depthFromCm, stated.depthToCm ?? USUAL.depthToCm].map(Number)
  if (!(depthFromCm >= 0 && depthToCm > depthFromCm && depthToCm <= 1000))
    return refuse('soil-map/depth-not-read', { from: text(stated.depthFromCm), to: text(stated.depthToCm) })
  const season = word('season', stated.season, [...SEASONS, 'latest', 'any'] as const, USUAL.season)
  if (!season.ok) return season
  const from = day('from', stated.from)
  if (!from.ok) return from
  const to = day('to', stated.to)
  if (!to.ok) return to
  if (from.value !== null && to.value !== null && from.value > to.value)
    return refuse('soil-map/days-run-backwards', { from: from.value, to: to.value })
  const method = word('method', stated.method, MAP_METHODS, USUAL.method)
  if (!method.ok) return method
  const covariates = [...new Set(listOf(stated.covariates))]
  if (covariates.length > MOST_COVARIATES)
    return refuse('soil-map/too-many-covariates', { covariates: covariates.length, most: MOST_COVARIATES })
  if (covariates.length === 0 && needsCovariates(method.value)) return refuse('soil-map/no-covariates', { method: method.value })
  const transform = word('transform', stated.transform, MAP_TRANSFORMS, USUAL.transform)
  if (!transform.ok) return transform
  const nmax = number('nmax', stated.nmax, 4, MOST_NEIGHBOURS, USUAL.nmax, true)
  if (!nmax.ok) return nmax
  const seed = number('seed', stated.seed, 0, 2 ** 31 - 1, USUAL.seed, true)
  if (!seed.ok) return seed
  const draws = number('draws', stated.draws, LEAST_DRAWS, MOST_DRAWS, USUAL.draws, true)
  if (!draws.ok) return draws
  const cellM = number('cellM', stated.cellM, 1, 10_000, 0, false)
  if (!cellM.ok) return cellM
  const models: Partial<Record<IndicatorName, string>> = {}
  for (const [value, model] of Object.entries((stated.models ?? {}) as Record<string, unknown>)) {
    const name = word('models', value, MAP_VALUES, 'salt')
    if (!name.ok) return name
    if (text(model).trim() === '') continue
    const parsed = parseModel(text(model))
    if (typeof parsed === 'string') return refuse('soil-map/model-not-read', { value: name.value, part: parsed })
    models[name.value] = modelText(parsed)
  }
  return accept({
    ...{
      title: title.slice(0, 120),
      values,
      depthFromCm,
      depthToCm,
      season: season.value,
      from: from.value,
      to: to.value,
      method: method.value,
      covariates,
      transform: transform.value,
    },
    ...{
      models,
      nmax: nmax.value,
      seed: seed.value,
      cellM: cellM.value === 0 ? null : cellM.value,
      draws: draws.value,
      believed: stated.believed === true,
    },
  })
}

/** A class of pairs of the experimental variogram. */
export type MapLag = { readonly pairs: number; readonly distance: number; readonly gamma: number }

/** What a map keeps of one of its values. Errors are on the scale of the transform; `pairs` are [predicted, measured] of samples left out, in the value's unit. */
export type MapModel = {
  readonly value: IndicatorName
  readonly unit: string
  readonly samples: number
  readonly model: string
  readonly fitted: boolean
  readonly lags: readonly MapLag[]
  /** How it was mapped; maps from before there was a choice for each value say so in their request alone. */
  readonly method?: Exclude<MapMethod, 'best'>
  /** What covariates tell of it: the part of its variance, and what is lost without each of them, in their order. */
  readonly trend?: { readonly kind: 'linear' | 'forest'; readonly explained: number; readonly importance: readonly number[] } | null
  readonly comparison?: Comparison | null
  readonly structure: { readonly isShown: boolean; readonly gain: number; readonly krigingRmse: number; readonly meanRmse: number }
  readonly leaveOneOut: { readonly rmse: number; readonly bias: number; readonly zScore: number }
  readonly squares: { readonly side: number; readonly rmse: number; readonly bias: number; readonly zScore: number } | null
  readonly pairs: readonly (readonly [predicted: number, measured: number])[]
  /** Of samples left out by whole squares: how often the value fell below the stated probability; [stated, found, samples]. */
  readonly reliability: readonly (readonly [stated: number, found: number, samples: number])[]
  readonly low: number
  readonly high: number
}

export type MapGrid = {
  readonly value: IndicatorName
  readonly sha256: string
  readonly bytes: number
  readonly width: number
  readonly height: number
  readonly geotransform: readonly [number, number, number, number, number, number]
  readonly epsg: number
  /** Names of the bands: prediction, deviation, and the probability of each grade or a worse one. */
  readonly bands: readonly string[]
}

/** Simulated means of the patches: float32, patch by patch in the order of `patches` (ids), within it value by value, within it draw by draw. */
export type Ensemble = {
  readonly sha256: string
  readonly bytes: number
  readonly patches: number
  readonly draws: number
  readonly values: readonly IndicatorName[]
}

export type SoilMap = {
  readonly id: number
  readonly mapKey: string
  readonly title: string
  readonly validFrom: Day
  readonly since: number
  readonly request: MapRequest
  readonly campaign: string
  readonly samplesRev: number
  readonly scheme: string
  readonly epsg: number
  readonly bbox: readonly [number, number, number, number]
  readonly models: readonly MapModel[]
  readonly correlations: readonly (readonly number[])[]
  readonly grids: readonly MapGrid[]
  readonly ensemble: Ensemble
  readonly notes: readonly MapNote[]
}
