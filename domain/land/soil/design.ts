/**
 * Sampling designs: where the next samples are to be taken. A design is drawn from a frame, a lattice of candidate places on the patches it is for, each standing for as much land
 * as any other. From the same frame and seed comes the same design, so that anyone can draw it again.
 */
import type { Day } from '@dishu/base/date'
import { accept, type Refusal, type Result, refuse } from '@dishu/base/refusal'
import type { Kind } from '@dishu/kernel/records/records'
import { greedyReduction } from '@dishu/numeric/sampling/greedy'
import { conditionedLatinHypercube } from '@dishu/numeric/sampling/latin'
import { allocate, stepsFor, stratifiedRandom, systematicGrid } from '@dishu/numeric/sampling/random'
import { routeOrder } from '@dishu/numeric/sampling/route'
import type { IndicatorName } from './grading.ts'

export const designKind: Kind = {
  name: 'sampling-design',
  table: 'land.sampling_design',
  columns: [
    ['design_key', 'text'],
    ['title', 'text'],
    ['method', 'text'],
    ['request', 'jsonb'],
    ['frame', 'jsonb'],
    ['strata', 'jsonb'],
    ['points', 'jsonb'],
    ['figures', 'jsonb'],
  ],
  key: ['design_key'],
  scope: null,
  derived: false,
}

export const DESIGN_METHODS = ['stratified', 'grid', 'latin', 'greedy'] as const
export const STRATA = ['none', 'grade', 'mapgrade', 'class', 'town', 'village'] as const
export const COVARIATES = ['place', 'salt', 'ece', 'ph', 'esp'] as const
export const MOST_POINTS = 2000
/** Candidates: enough that a random choice among them is as good as one among all places. */
const LEAST_CANDIDATES = 4000
export const MOST_CANDIDATES = 20_000
/** The greedy method holds what any two candidates have in common. */
export const MOST_FOR_GREEDY = 1000

/**
 * `within`: an area's code. `classes`: beginnings of land classes; none takes all land but built-up land, roads and water. `exclude`: layers of the register (red lines, reserves)
 * in which no sample is taken. `budget`: a number of points, or money (元) at so much a point and so much for each km from the nearest road or village. `maxDistanceM`: places
 * farther from road and village are left out. `reachM`: a sample this near to a point, on or after its day, is that point's. `start`: where the way begins, degrees.
 */
export type DesignRequest = {
  readonly title: string
  readonly method: (typeof DESIGN_METHODS)[number]
  readonly within: string
  readonly classes: readonly string[]
  readonly exclude: readonly string[]
  readonly strataBy: (typeof STRATA)[number]
  readonly allocation: 'proportional' | 'neyman'
  readonly points: number | null
  readonly money: number | null
  readonly perPoint: number
  readonly perKm: number
  readonly maxDistanceM: number | null
  readonly covariates: readonly (typeof COVARIATES)[number][]
  readonly value: IndicatorName
  readonly seed: number
  readonly reachM: number
  readonly start: readonly [longitude: number, latitude: number] | null
  readonly round: boolean
}

export const USUAL_DESIGN: DesignRequest = {
  title: '',
  method: 'stratified',
  within: '',
  classes: [],
  exclude: [],
  strataBy: 'none',
  allocation: 'proportional',
  points: 60,
  money: null,
  perPoint: 0,
  perKm: 0,
  maxDistanceM: null,
  covariates: ['place'],
  value: 'salt',
  seed: 1,
  reachM: 30,
  start: null,
  round: true,
}

export type DesignRefusal =
  | Refusal<'design/not-understood', { readonly field: string; readonly stated: string; readonly wanted: string }>
  | Refusal<'design/no-ground', { readonly patches: number; readonly withOutline: number }>
  | Refusal<'design/nothing-within-reach', { readonly candidates: number; readonly maxDistanceM: number; readonly nearestM: number }>
  | Refusal<'design/budget-too-small', { readonly money: number; readonly cheapest: number }>
  | Refusal<'design/too-many-points', { readonly points: number; readonly most: number }>
  | Refusal<'design/strata-too-many', { readonly strata: number; readonly points: number }>
  | Refusal<'design/not-decided-by-samples', { readonly value: string; readonly why: string }>
  | Refusal<'design/no-covariate', { readonly covariate: string; readonly known: number; readonly candidates: number }>
  | Refusal<'design/no-such-design', { readonly design: string }>
  | Refusal<'design/outside-zones', { readonly county: string }>

/** Checks what was stated against what a design can be; what is not stated is as usual. */
export function decideRequest(stated: Readonly<Record<string, unknown>>, county: string): Result<DesignRequest, DesignRefusal> {
  const all = { ...USUAL_DESIGN, within: county, ...stated } as DesignRequest
  const wrong = (field: keyof DesignRequest, wanted: string) =>
    refuse('design/not-understood', { field, stated: String(all[field] ?? ''), wanted })
  const isNumber = (value: unknown, from: number, to: number) => typeof value === 'number' && value >= from && value <= to
  if (!DESIGN_METHODS.includes(all.method)) return wrong('method', DESIGN_METHODS.join(', '))
  if (!STRATA.includes(all.strataBy)) return wrong('strataBy', STRATA.join(', '))
  if (all.allocation !== 'proportional' && all.allocation !== 'neyman') return wrong('allocation', 'proportional, neyman')
  if (typeof all.within !== 'string' || !/^\d{6,12}$/.test(all.within) || !all.within.startsWith(county))
    return wrong('within', `${county}…`)
  if (!Number.isInteger(all.seed) || !isNumber(all.seed, 0, 2 ** 31 - 1)) return wrong('seed', '0 … 2147483647')
  if (!isNumber(all.reachM, 0, 10_000)) return wrong('reachM', '0 … 10000')
  if (all.points === null && all.money === null) return wrong('points', `1 … ${MOST_POINTS}`)
  if (all.money === null && !(Number.isInteger(all.points) && isNumber(all.points, 1, Number.MAX_SAFE_INTEGER)))
    return wrong('points', `1 … ${MOST_POINTS}`)
  if ((all.money === null ? (all.points ?? 0) : 0) > MOST_POINTS)
    return refuse('design/too-many-points', { points: all.points ?? 0, most: MOST_POINTS })
  if (!isNumber(all.perPoint, 0, 1e6)) return wrong('perPoint', '0 … 1000000')
  if (!isNumber(all.perKm, 0, 1e6)) return wrong('perKm', '0 … 1000000')
  if (all.money !== null && !(isNumber(all.money, 0, 1e10) && all.perPoint > 0)) return wrong('perPoint', '> 0')
  if (all.maxDistanceM !== null && !isNumber(all.maxDistanceM, 1, 1e6)) return wrong('maxDistanceM', '1 … 1000000')
  if (!['salt', 'ece', 'ph', 'esp'].includes(all.value)) return wrong('value', 'salt, ece, ph, esp')
  if (!Array.isArray(all.covariates) || all.covariates.length === 0 || !all.covariates.every((each) => COVARIATES.includes(each)))
    return wrong('covariates', COVARIATES.join(', '))
  if (
    ![all.classes, all.exclude].every((list) => Array.isArray(list) && list.length <= 100 && list.every((each) => typeof each === 'string'))
  )
    return wrong('classes', '0103, 1204, …')
  if (all.start !== null && !(Array.isArray(all.start) && isNumber(all.start[0], -180, 180) && isNumber(all.start[1], -90, 90)))
    return wrong('start', '124.1, 45.2')
  const known = Object.keys(USUAL_DESIGN) as (keyof DesignRequest)[]
  return accept(
    Object.fromEntries(known.map((name) => [name, name === 'title' ? String(all.title).slice(0, 120) : all[name]])) as DesignRequest,
  )
}

/** Candidates that a frame should have. */
export const candidatesFor = ({ method, points }: DesignRequest): number =>
  method === 'greedy' ? MOST_FOR_GREEDY : Math.min(MOST_CANDIDATES, Math.max(LEAST_CANDIDATES, 20 * (points ?? 100)))

export type FramePatch = {
  readonly id: number
  readonly number: string | null
  readonly village: string
  readonly villageName: string | null
  readonly landClass: string
}

/** Candidate i: its place (metres of the zone, and its column and row in the lattice), its patch, its stratum, and how far it is from road and village (infinite: unknown). */
export type Frame = {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly column: Int32Array
  readonly row: Int32Array
  readonly patch: Int32Array
  readonly patches: readonly FramePatch[]
  readonly stratum: Int32Array
  readonly strata: readonly string[]
  readonly distance: Float64Array
  readonly spacing: number
}

/** What is known of a value, for the designs that build on it. `mean`: predictions at the candidates on the scale of the model. */
export type KnownValue = {
  readonly mean: Float64Array
  readonly bounds: readonly number[]
  covariance(d2: Float64Array, count: number): void
  readonly nugget: number
  readonly sampleX: Float64Array
  readonly sampleY: Float64Array
}

export type Stratum = { readonly id: string; readonly candidates: number; readonly areaM2: number; readonly planned: number }
export type Chosen = {
  /** Candidates by their numbers, in the order of the way. */
  readonly candidates: Int32Array
  readonly strata: readonly Stratum[]
  readonly costs: Float64Array // of each chosen one, 元
  readonly figures: {
    readonly routeM: number
    readonly cost: number
    /** Of the hypercube: 0 is perfect. */
    readonly objective: number | null
    /** Expected error of grades, in steps, before and with the new samples (of the greedy method). */
    readonly errorBefore: number | null
    readonly errorAfter: number | null
    /** Chance of each candidate to be drawn, where the method has one. */
    readonly inclusion: Readonly<Record<string, number>> | null
  }
}

/**
 * Draws a design. `covariates`: a column of numbers for each of the request's that is not 'place'. `deviations`: of each stratum, for Neyman's shares.
 */
export function drawDesign(
  frame: Frame,
  request: DesignRequest,
  known: {
    readonly covariates: readonly Float64Array[]
    readonly deviations: Float64Array | null
    readonly value: KnownValue | null
    readonly start: readonly [number, number] | null
  },
): Result<Chosen, DesignRefusal> {
  const n = frame.x.length
  const cost = costsOf(frame, request)
  const open = Int32Array.from(Array.from({ length: n }, (_, i) => i).filter((i) => isNear(frame, request, i)))
  if (open.length === 0)
    return refuse('design/nothing-within-reach', {
      candidates: n,
      maxDistanceM: request.maxDistanceM ?? 0,
      nearestM: Math.round(frame.distance.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY)),
    })
  const count = pointsFor(open, cost, request)
  if (!count.ok) return count
  const pick = (all: Float64Array) => Float64Array.from(open, (i) => all[i])
  let chosen: Int32Array
  let [objective, errors]: [number | null, Float64Array | null] = [null, null]
  let inclusion: Readonly<Record<string, number>> | null = null
  if (request.method === 'stratified') {
    const sizes = sizesOf(frame, open)
    if (frame.strata.length > count.value) return refuse('design/strata-too-many', { strata: frame.strata.length, points: count.value })
    const parts = allocate(sizes, count.value, request.allocation === 'neyman' ? (known.deviations ?? undefined) : undefined)
    const stratum = new Int32Array(n).fill(-1)
    for (const i of open) stratum[i] = frame.stratum[i]
    chosen = stratifiedRandom(stratum, parts, request.seed)
    inclusion = Object.fromEntries(frame.strata.map((id, h) => [id, sizes[h] > 0 ? parts[h] / sizes[h] : 0]))
  } else if (request.method === 'grid') {
    const steps = stepsFor(open.length, count.value)
    const on = systematicGrid(
      Int32Array.from(open, (i) => frame.column[i]),
      Int32Array.from(open, (i) => frame.row[i]),
      steps,
      request.seed,
    )
    chosen = on.map((k) => open[k])
    inclusion = Object.fromEntries(frame.strata.map((id) => [id, 1 / (steps.columns * steps.rows)]))
  } else if (request.method === 'latin') {
    const columns = request.covariates.flatMap((name): Float64Array[] => (name === 'place' ? [frame.x, frame.y] : []))
    const all = [...columns, ...known.covariates]
    const q = all.length
    const found = conditionedLatinHypercube(
      {
        covariates: Float64Array.from({ length: open.length * q }, (_, at) => all[at % q][open[Math.floor(at / q)]]),
        covariateCount: q,
        ...(frame.strata.length > 1 ? { classes: Int32Array.from(open, (i) => frame.stratum[i]) } : {}),
        ...(request.perKm > 0 ? { costs: pick(cost), costWeight: 0.5 } : {}),
      },
      count.value,
      request.seed,
    )
    chosen = found.chosen.map((k) => open[k])
    objective = found.objective
  } else {
    if (known.value === null) return refuse('design/not-decided-by-samples', { value: request.value, why: 'no-samples' })
    const { mean, ...value } = known.value
    const candidate = new Uint8Array(n)
    for (const i of open) candidate[i] = 1
    const priced = request.money !== null
    const plan = greedyReduction({
      ...value,
      ...{ x: frame.x, y: frame.y, mean, candidate, weights: new Float64Array(n).fill(1) },
      ...(priced ? { costs: cost, budget: request.money ?? 0 } : { budget: count.value }),
    })
    chosen = plan.chosen.slice(0, MOST_POINTS)
    errors = plan.errors
  }
  const [x, y] = [Float64Array.from(chosen, (i) => frame.x[i]), Float64Array.from(chosen, (i) => frame.y[i])]
  const route = routeOrder(x, y, { round: request.round, ...(known.start ? { start: known.start } : {}) })
  const ordered = route.order.map((k) => chosen[k])
  const costs = Float64Array.from(ordered, (i) => cost[i])
  const sizes = sizesOf(
    frame,
    Int32Array.from({ length: n }, (_, i) => i),
  )
  const cell = frame.spacing * frame.spacing
  return accept({
    candidates: ordered,
    costs,
    strata: frame.strata.map((id, h) => ({
      id,
      candidates: sizes[h],
      areaM2: Math.round(sizes[h] * cell),
      planned: ordered.reduce((sum, i) => sum + Number(frame.stratum[i] === h), 0),
    })),
    figures: {
      routeM: Math.round(route.length),
      cost: Math.round(100 * costs.reduce((sum, each) => sum + each, 0)) / 100,
      objective,
      errorBefore: errors?.[0] ?? null,
      errorAfter: errors?.[chosen.length] ?? null,
      inclusion,
    },
  })
}

const isNear = ({ distance }: Frame, { maxDistanceM }: DesignRequest, i: number) => maxDistanceM === null || distance[i] <= maxDistanceM

/** 元 for a sample at each candidate. Where no road and no village is known, the way costs nothing. */
const costsOf = ({ distance }: Frame, { perPoint, perKm }: DesignRequest): Float64Array =>
  distance.map((metres) => perPoint + (Number.isFinite(metres) ? (perKm * metres) / 1000 : 0))

function sizesOf({ stratum, strata }: Frame, candidates: Int32Array): Int32Array {
  const sizes = new Int32Array(strata.length)
  for (const i of candidates) sizes[stratum[i]]++
  return sizes
}

/** How many points the budget is for: money at the mean cost of a candidate. */
function pointsFor(open: Int32Array, cost: Float64Array, { points, money, method }: DesignRequest): Result<number, DesignRefusal> {
  if (money === null) return accept(Math.min(points ?? 0, open.length))
  const cheapest = open.reduce((least, i) => Math.min(least, cost[i]), Number.POSITIVE_INFINITY)
  const mean = open.reduce((sum, i) => sum + cost[i], 0) / open.length
  const count = Math.floor(money / (method === 'greedy' ? cheapest : mean))
  if (count < 1) return refuse('design/budget-too-small', { money, cheapest: Math.round(100 * cheapest) / 100 })
  return accept(Math.min(count, open.length, MOST_POINTS))
}

export type PlannedPoint = {
  readonly code: string
  readonly longitude: number
  readonly latitude: number
  readonly patchId: number
  readonly patchNumber: string | null
  readonly village: string
  readonly villageName: string | null
  readonly landClass: string
  readonly stratum: string
  readonly distanceM: number | null
  readonly cost: number
}

export type Design = {
  readonly id: number
  readonly key: string
  readonly title: string
  readonly method: DesignRequest['method']
  readonly request: DesignRequest
  readonly frame: {
    readonly epsg: number
    readonly spacingM: number
    readonly candidates: number
    readonly patches: number
    readonly digest: string
  }
  readonly strata: readonly Stratum[]
  readonly points: readonly PlannedPoint[]
  readonly figures: Chosen['figures']
  readonly validFrom: Day
  readonly since: number
}

/** A sample as far as it can be a planned point's. */
export type TakenSample = {
  readonly code: string
  readonly bag: string | null
  readonly plotCode: string | null
  readonly longitude: number | null
  readonly latitude: number | null
  readonly sampledOn: Day | null
}
export type PointState = {
  readonly state: 'planned' | 'taken'
  readonly sample: string | null
  readonly metres: number | null
  readonly sampledOn: Day | null
}

const DEGREE_M = 111_320

/**
 * Which points have been taken: a sample that bears the point's code (as its number, its number's beginning before a dash, its bag or its plot), else the nearest one within
 * reach that was taken on the design's day or later. A sample counts for one point.
 */
export function statesOf(
  points: readonly PlannedPoint[],
  samples: readonly TakenSample[],
  reachM: number,
  from: Day,
): readonly PointState[] {
  const byCode = new Map<string, TakenSample>()
  const codes = new Set(points.map(({ code }) => code))
  for (const sample of samples) {
    for (const name of [sample.code, sample.bag, sample.plotCode]) {
      const own = name === null ? undefined : codes.has(name) ? name : beginnings(name).find((each) => codes.has(each))
      if (own !== undefined && !byCode.has(own)) byCode.set(own, sample)
    }
  }
  const used = new Set(byCode.values())
  const later = samples.filter((sample) => !used.has(sample) && sample.sampledOn !== null && sample.sampledOn >= from)
  const near = new Map<string, TakenSample[]>()
  const side = Math.max(reachM, 1) / DEGREE_M
  const cellOf = (longitude: number, latitude: number) => [Math.floor(longitude / (2 * side)), Math.floor(latitude / side)] as const
  for (const sample of later) {
    if (sample.longitude === null || sample.latitude === null) continue
    const key = cellOf(sample.longitude, sample.latitude).join(' ')
    near.set(key, [...(near.get(key) ?? []), sample])
  }
  return points.map((point): PointState => {
    const named = byCode.get(point.code)
    if (named) return { state: 'taken', sample: named.code, metres: metresBetween(point, named), sampledOn: named.sampledOn }
    let best: { sample: TakenSample; metres: number } | null = null
    const [column, row] = cellOf(point.longitude, point.latitude)
    for (let c = column - 1; c <= column + 1; c++) {
      for (let r = row - 1; r <= row + 1; r++) {
        for (const sample of near.get(`${c} ${r}`) ?? []) {
          const metres = metresBetween(point, sample)
          if (metres !== null && metres <= reachM && !used.has(sample) && (best === null || metres < best.metres)) best = { sample, metres }
        }
      }
    }
    if (best === null) return { state: 'planned', sample: null, metres: null, sampledOn: null }
    used.add(best.sample)
    return { state: 'taken', sample: best.sample.code, metres: best.metres, sampledOn: best.sample.sampledOn }
  })
}

const beginnings = (name: string) => [...name.matchAll(/-/g)].map(({ index }) => name.slice(0, index)).reverse()

function metresBetween(point: PlannedPoint, { longitude, latitude }: TakenSample): number | null {
  if (longitude === null || latitude === null) return null
  const east = (longitude - point.longitude) * Math.cos((point.latitude * Math.PI) / 180)
  return Math.round(10 * Math.hypot(east, latitude - point.latitude) * DEGREE_M) / 10
}
