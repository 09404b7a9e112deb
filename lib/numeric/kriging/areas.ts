/**
 * How much land has which grade, and how sure that is: patches simulated jointly, so that the areas of a county and of its villages come from the same
 * realisations and hang together as they must.
 *
 * A realisation is a soil that could be. For each, what samples can only tell roughly is drawn from what they leave open: the table between values and
 * normal scores (tables.ts), then variogram, sill and mean (posterior.ts). Then come the values at the points of all patches, given the samples, one
 * after the other (path.ts; sequential Gaussian simulation, Deutsch & Journel 1998, V.2). A patch has the grade of the mean over its points.
 *
 * Several variables are simulated one after the other, each with those before it as its drift: variable v = a + Σ bᵤ u + a field of its own. That is a linear
 * model of coregionalisation (Journel & Huijbregts 1978, III.B.3) whose factors are those fields: where soda is, pH is high in the same realisation.
 *
 * The nugget evens out within a patch, as in block kriging (support.ts), or, `withNugget`, stays: patches are then places as a laboratory would measure them.
 *
 *   const plan = prepareAreas(samples, scales, { realisations: 199, seed: 1 })
 *   const draws = joinDraws([simulateAreas(plan, patches, gradings, 0, 100), simulateAreas(plan, patches, gradings, 100, 99)])
 *   const [low, high] = intervalOf(areasOf(draws, { grading: 0, group: 0, grade: 3 }))
 */

import { gaussian, seededRandom } from '../shared/random.ts'
import { type AreaDraws, emptyDraws, type Grading, gradePatches, joinDraws, type Kept, type Patches } from './draws.ts'
import { placesOn } from './kriging.ts'
import { Covariance, nuggetOf, sillOf, stretchOf, type VariogramModel, withoutDirection } from './model.ts'
import { type Path, pathThrough } from './path.ts'
import { drawMean, fitMean, lookedAt, representatives, variogramPosterior, whitenerOf } from './posterior.ts'
import { streamSeed } from './simulate.ts'
import { KrigingSystem } from './system.ts'
import { type DrawnScale, drawScale, type Scale, sortValues } from './tables.ts'

export { type AreaDraws, areasOf, type Grading, intervalOf, joinDraws, type Patches, probabilitiesOf } from './draws.ts'

/**
 * Samples of one or several variables: `z[v][i]` is variable v at place i (metres), NaN where it was not measured. `covariates`: q a place, for a drift (finite);
 * `uses[v]`: which of them are variable v's, all where it is missing. Of variable v only the places count where those before it were measured too: put the one most
 * often measured first.
 */
export type JointSamples = {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly z: readonly Float64Array[]
  readonly covariates?: Float64Array
  readonly covariateCount?: number
  readonly uses?: readonly (readonly number[])[]
}

/**
 * `realisations`: of all draws together, a hundred or more; 199 make an interval of 95 % of whole order statistics. `nmax`: the most neighbours, half of them
 * samples. `variograms`: how many variograms stand for those possible. `models`: given ones (one a variable, null to let the samples tell), of which only the
 * shape counts; sill and mean are drawn all the same.
 */
export type AreaOptions = {
  readonly realisations: number
  readonly seed: number
  readonly nmax?: number
  readonly variograms?: number
  readonly models?: readonly (VariogramModel | null)[]
  readonly withNugget?: boolean
}

/** All that realisations are made from; plain data that can be sent to a thread. `variograms[v]` stand for equal shares of what is possible for variable v. */
export type AreaPlan = {
  readonly samples: JointSamples
  readonly scales: readonly Scale[]
  readonly variograms: readonly (readonly VariogramModel[])[]
  readonly realisations: number
  readonly seed: number
  readonly nmax: number
  readonly withNugget: boolean
}

/** The samples with a value of variable v and of those before it. */
function rowsOf({ x, z }: JointSamples, v: number): Int32Array {
  const complete = (i: number) => z.slice(0, v + 1).every((values) => Number.isFinite(values[i]))
  return Int32Array.from(Array.from({ length: x.length }, (_, i) => i).filter(complete))
}

/** Finds the variograms that are possible. The dear part of the work (a second or two for 300 samples and one variable): once for all threads. */
export function prepareAreas(samples: JointSamples, scales: readonly Scale[], options: AreaOptions): AreaPlan {
  const { realisations, seed, nmax = 32, variograms = 20, models, withNugget = false } = options
  if (scales.length !== samples.z.length) throw new RangeError(`expected ${samples.z.length} scales, got ${scales.length}`)
  const scaled = samples.z.map((values, v) => scaledAt(samples, v, drawScale(scales[v], sortValues(present(values)), null)))
  const possible = samples.z.map((_, v) => {
    const given = models?.[v]
    if (given) return [unit(given)]
    const rows = rowsOf(samples, v)
    const pick = (all: Float64Array) => Float64Array.from(rows, (i) => all[i])
    const z = pick(scaled[v])
    return representatives(variogramPosterior(pick(samples.x), pick(samples.y), z, driftOf(samples, rows, scaled, v)), variograms)
  })
  return { samples, scales, variograms: possible, realisations, seed, nmax, withNugget }
}

const present = (values: Float64Array) => values.filter(Number.isFinite)

/** Scaled values of variable v at all samples, NaN where there is none. */
function scaledAt({ z }: JointSamples, v: number, { scaled }: DrawnScale): Float64Array {
  let next = 0
  return z[v].map((value) => (Number.isFinite(value) ? scaled[next++] : Number.NaN))
}

/** The model with sill 1. */
function unit(model: VariogramModel): VariogramModel {
  const sill = sillOf(model)
  return model.map((part) => ({ ...part, sill: part.sill / sill }))
}

/** The covariates that are variable v's own. */
const usedBy = ({ uses, covariateCount: q = 0 }: JointSamples, v: number): readonly number[] =>
  uses?.[v] ?? Array.from({ length: q }, (_, a) => a)

/** Columns of the drift of variable v at its samples: a constant, the covariates, the variables before it. */
function driftOf(samples: JointSamples, rows: Int32Array, scaled: readonly Float64Array[], v: number): Float64Array[] {
  const { covariates, covariateCount: q = 0 } = samples
  const given = usedBy(samples, v).map((a) => Float64Array.from(rows, (i) => covariates?.[i * q + a] ?? Number.NaN))
  return [new Float64Array(rows.length).fill(1), ...given, ...scaled.slice(0, v).map((each) => Float64Array.from(rows, (i) => each[i]))]
}

/** Bytes of values at the points of patches, and of the samples on their scales, that are held at a time. */
const MOST_BYTES = 200e6

/**
 * Realisations `first` … `first + count − 1` of the plan: the same whoever makes them, and with whichever others. `means`, where given, is filled with the means over
 * the patches themselves: patch by patch, within it variable by variable, within it realisation by realisation (of these `count`).
 */
export function simulateAreas(
  plan: AreaPlan,
  patches: Patches,
  gradings: readonly Grading[],
  first: number,
  count: number,
  means?: Float32Array,
): AreaDraws {
  checkPatches(plan, patches)
  const groups = patches.parents.length
  const parts: AreaDraws[] = []
  const variables = plan.samples.z.length
  const held = patches.x.length * (variables + 1) + 3 * variables * plan.samples.x.length // numbers of one realisation
  const most = Math.max(1, Math.floor(MOST_BYTES / (8 * held)))
  const paths = pathsOf(plan, patches)
  for (let at = first; at < first + count; at += most)
    parts.push(
      simulateBatch(
        plan,
        patches,
        gradings,
        paths,
        at,
        Math.min(most, first + count - at),
        means && { means, from: at - first, of: count },
      ),
    )
  return joinDraws(parts.length > 0 ? parts : [{ first, count: 0, groups, gradings: gradings.map((each) => emptyDraws(each, patches, 0)) }])
}

function checkPatches({ samples, nmax }: AreaPlan, { x, weights, starts, areas, groups, covariates }: Patches): void {
  const q = samples.covariateCount ?? 0
  const fits =
    starts.length === areas.length + 1 && groups.length === areas.length && weights.length === x.length && starts[areas.length] === x.length
  if (!fits || (q > 0 && covariates?.length !== x.length * q))
    throw new RangeError(
      `expected points, weights, starts, areas and groups of ${areas.length} patches and ${q} covariates a point to fit together`,
    )
  if (!(nmax >= 2 && nmax <= 256)) throw new RangeError(`expected nmax between 2 and 256, got ${nmax}`)
}

type Places = { readonly x: Float64Array; readonly y: Float64Array }
/** Of one variable: its samples' rows and places, the points' places (both on the stretched ground of a given model with a direction), and the path through them. */
type Way = { readonly rows: Int32Array; readonly samples: Places; readonly points: Places; readonly path: Path }

/** One order of points for all variables of one ground; the samples that are seen are the variable's own. */
function pathsOf({ samples, seed, nmax, variograms }: AreaPlan, patches: Patches): Way[] {
  const out: Way[] = []
  for (const v of samples.z.keys()) {
    const rows = rowsOf(samples, v)
    const stretch = stretchOf(variograms[v][0])
    const before = out[v - 1]
    if (before && !stretch && !stretchOf(variograms[v - 1][0]) && before.rows.length === rows.length) out.push(before)
    else {
      const pick = (all: Float64Array) => Float64Array.from(rows, (i) => all[i])
      const own = { x: pick(samples.x), y: pick(samples.y) }
      const [places, points] = stretch ? [placesOn(stretch, own), placesOn(stretch, patches)] : [own, patches]
      const path = pathThrough(points.x, points.y, places.x, places.y, nmax >> 1, streamSeed(seed, -1))
      out.push({ rows, samples: places, points, path })
    }
  }
  return out
}

/** What realisation s has drawn of one variable. `open`: the part of the nugget of this and earlier variables in its values, as multiples of their independent noises. */
type Drawn = { readonly sill: number; readonly beta: Float64Array; readonly open: Float64Array }

function simulateBatch(
  plan: AreaPlan,
  patches: Patches,
  gradings: readonly Grading[],
  paths: readonly Way[],
  first: number,
  count: number,
  kept: Kept | undefined,
): AreaDraws {
  const { samples, scales, variograms, seed, withNugget } = plan
  const variables = samples.z.length
  const q = samples.covariateCount ?? 0
  const points = patches.x.length
  const draws = Array.from({ length: count }, (_, s) => seededRandom(streamSeed(seed, 2 * (first + s))))
  const noises = Array.from({ length: count }, (_, s) => seededRandom(streamSeed(seed, 2 * (first + s) + 1)))
  const sorted = samples.z.map((values) => sortValues(present(values)))
  const drawnScales = draws.map((random) => scales.map((scale, v) => drawScale(scale, sorted[v], random)))
  const scaled = drawnScales.map((each) => each.map((scale, v) => scaledAt(samples, v, scale)))
  const fields: Float64Array[] = []
  const drawn: Drawn[][] = []
  for (let v = 0; v < variables; v++) {
    const way = paths[v]
    const { rows } = way
    const { x, y } = way.samples
    const pick = (all: Float64Array) => Float64Array.from(rows, (i) => all[i])
    const which = variogramOf(plan, v)
    const used = usedBy(samples, v)
    const own: Drawn[] = new Array(count)
    const residuals = new Float64Array(rows.length * count)
    const field = new Float64Array(points * count)
    // one variogram often stands for several shares of what is possible
    for (const directed of new Set(variograms[v])) {
      const model = withoutDirection(directed)
      const members = Int32Array.from(
        Array.from({ length: count }, (_, s) => s).filter((s) => variograms[v][which[first + s]] === directed),
      )
      if (members.length === 0) continue
      // sill and mean are told by those that tell the variogram: of very many samples a seeded choice
      const chosen = lookedAt(rows.length)
      const some = (all: Float64Array) => (chosen ? Float64Array.from(chosen, (i) => all[i]) : all.slice())
      const { whiten } = whitenerOf(some(x), some(y), model)
      for (const s of members) {
        const plain = [...driftOf(samples, rows, scaled[s], v), pick(scaled[s][v])]
        const columns = plain.map(some)
        whiten(columns)
        const { sill, beta } = drawMean(fitMean(columns), columns[0].length - driftCount(columns), draws[s])
        for (let i = 0; i < rows.length; i++) {
          let known = 0
          for (let a = 0; a < beta.length; a++) known += beta[a] * plain[a][i]
          residuals[i * count + s] = plain[beta.length][i] - known
        }
        own[s] = { sill, beta, open: openPart(Math.sqrt(sill * nuggetOf(model)), beta.subarray(1 + used.length), drawn, s, v) }
      }
      const deviations = Float64Array.from(members, (s) => Math.sqrt(own[s].sill))
      simulateField(way, model, residuals, members, deviations, noises, field, count)
    }
    addDrift(field, fields, patches, own, q, used, count)
    fields.push(field)
    drawn.push(own)
  }
  const backs = drawnScales.map((each, s) => each.map((scale, v) => scale.back(withNugget ? 0 : Math.hypot(...drawn[v][s].open))))
  const openParts = withNugget ? drawn.map((own) => own.map(({ open }) => open)) : null
  return gradePatches(patches, gradings, fields, backs, openParts, noises, first, count, kept)
}

/** The number of drift columns. */
const driftCount = (columns: readonly Float64Array[]) => columns.length - 1

/** The variogram of each realisation: equal shares of all, in a shuffled order that is another for every variable but the first, whose neighbours stay together. */
function variogramOf({ realisations, variograms, seed }: AreaPlan, v: number): Int32Array {
  const kinds = variograms[v].length
  const out = Int32Array.from({ length: realisations }, (_, s) => Math.floor((s * kinds) / realisations))
  if (v === 0) return out
  const random = seededRandom(streamSeed(seed, -1 - v))
  for (let i = realisations - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const kept = out[i]
    out[i] = out[j]
    out[j] = kept
  }
  return out
}

/** The nugget's part of variable v: its own noise, and those of earlier ones as the drift passes them on. */
function openPart(deviation: number, passed: Float64Array, drawn: readonly (readonly Drawn[])[], s: number, v: number): Float64Array {
  const open = new Float64Array(v + 1)
  open[v] = deviation
  for (let u = 0; u < v; u++) for (let w = 0; w <= u; w++) open[w] += passed[u] * drawn[u][s].open[w]
  return open
}

/** Fields with mean 0 of the realisations `members`, into `field` (points × count). `residuals`: samples × count. */
function simulateField(
  { path, samples: seen, points: { x, y } }: Way,
  model: VariogramModel,
  residuals: Float64Array,
  members: Int32Array,
  deviations: Float64Array,
  noises: readonly (() => number)[],
  field: Float64Array,
  count: number,
): void {
  const { order, most, samples, sampleCounts, turns, turnCounts } = path
  const covariance = new Covariance(model)
  const [nugget, structured] = [covariance.nugget, covariance.sill - covariance.nugget]
  const room = 2 * most
  const system = new KrigingSystem(covariance, room, 0)
  const none = new Float64Array(0)
  const candidates = { covariances: new Float64Array(room * room), stride: room, drift: none, values: new Float64Array(room) }
  const all = Int32Array.from({ length: room }, (_, i) => i)
  const [nx, ny, k, weights] = [0, 1, 2, 3].map(() => new Float64Array(room))
  const out = new Float64Array(3)
  const values = new Float64Array(members.length)
  for (let turn = 0; turn < order.length; turn++) {
    const place = order[turn]
    const [near, before] = [sampleCounts[turn], turnCounts[turn]]
    const size = near + before
    for (let a = 0; a < near; a++) {
      nx[a] = seen.x[samples[turn * most + a]]
      ny[a] = seen.y[samples[turn * most + a]]
    }
    for (let a = near; a < size; a++) {
      const other = order[turns[turn * most + a - near]]
      nx[a] = x[other]
      ny[a] = y[other]
    }
    for (let a = 0; a < size; a++) {
      const row = candidates.covariances.subarray(a * room, a * room + a + 1)
      for (let b = 0; b < a; b++) row[b] = (nx[a] - nx[b]) ** 2 + (ny[a] - ny[b]) ** 2
      covariance.fillContinuous(row, a)
      row[a] = structured + (a < near ? nugget : 0)
      k[a] = (nx[a] - x[place]) ** 2 + (ny[a] - y[place]) ** 2
    }
    covariance.fillContinuous(k, size)
    system.forget()
    system.use(all, size, candidates)
    system.solve(k, none, 0, structured, out)
    system.simpleWeights(weights)
    const spread = Math.sqrt(out[1])
    for (let m = 0; m < members.length; m++) values[m] = spread * deviations[m] * gaussian(noises[members[m]])
    for (let a = 0; a < size; a++) {
      const weight = weights[a]
      if (weight === 0) continue
      const from = a < near ? residuals : field
      const at = count * (a < near ? samples[turn * most + a] : order[turns[turn * most + a - near]])
      for (let m = 0; m < members.length; m++) values[m] += weight * from[at + members[m]]
    }
    for (let m = 0; m < members.length; m++) field[place * count + members[m]] = values[m]
  }
}

/** Adds the mean of every realisation: constant, covariates, and the variables before. */
function addDrift(
  field: Float64Array,
  before: readonly Float64Array[],
  { x, covariates }: Patches,
  drawn: readonly Drawn[],
  q: number,
  used: readonly number[],
  count: number,
): void {
  for (let p = 0; p < x.length; p++) {
    for (let s = 0; s < count; s++) {
      const { beta } = drawn[s]
      let known = beta[0]
      for (let a = 0; a < used.length; a++) known += beta[1 + a] * (covariates?.[p * q + used[a]] ?? Number.NaN)
      for (const [u, each] of before.entries()) known += beta[1 + used.length + u] * each[p * count + s]
      field[p * count + s] += known
    }
  }
}
