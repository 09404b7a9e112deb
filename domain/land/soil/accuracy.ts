/**
 * How right a map is, how much land of each grade there really is, and whether it has changed between two visits: told by places that chance chose, and by nothing
 * else (lib/numeric/estimation). Decides which samples may be asked, and says in a word what came out.
 */
import { accept, type Refusal, type Result, refuse } from '@dishu/base/refusal'
import { type Accuracy, assessMap, type Change, pairedChange, separateChange, thinStrata } from '@dishu/numeric/estimation/accuracy'
import { type Design, estimateMean, postStratifiedMean, stratumCounts } from '@dishu/numeric/estimation/estimation'
import { GRADES } from './grading.ts'

/**
 * How places were chosen. `simple`: each alike and by chance. `stratified`: so within strata whose areas are known. `grid`: a grid with a start drawn by chance; taken as simple, which
 * makes it out less sure than it is. All else (for their spread over covariates, for what they tell, near a road, by eye) has no chances that are known: nothing can be said
 * of the land from such places alone.
 */
export const RANDOM_DESIGNS = ['simple', 'stratified', 'grid'] as const
export type RandomDesign = (typeof RANDOM_DESIGNS)[number]
export const isRandomDesign = (word: string): word is RandomDesign => (RANDOM_DESIGNS as readonly string[]).includes(word)

/** A place that was visited. `row` of its file. `drawn`: how it was chosen, if each says so itself; `probability`: its chance of being drawn, if known. */
export type TruthPlace = {
  readonly row: number
  readonly stratum: string
  readonly map: string
  readonly truth: string
  readonly earlier?: string
  readonly drawn?: string
  readonly probability?: number
}

/** Areas by name, in whatever unit; of strata, or of the map's classes. */
export type NamedAreas = ReadonlyMap<string, number>

export type AccuracyRefusal =
  | Refusal<'accuracy/not-by-chance', { readonly drawn: string; readonly row: number; readonly rows: number }>
  | Refusal<'accuracy/chances-differ', { readonly stratum: string; readonly least: number; readonly most: number }>
  | Refusal<'accuracy/no-area', { readonly stratum: string; readonly known: readonly string[] }>
  | Refusal<'accuracy/not-visited', { readonly stratum: string; readonly samples: number; readonly least: number }>
  | Refusal<'accuracy/too-few', { readonly samples: number; readonly least: number }>
  | Refusal<'accuracy/no-areas', Record<string, never>>
  | Refusal<'accuracy/areas-not-read', { readonly text: string }>
  | Refusal<'accuracy/no-column', { readonly column: string; readonly columns: readonly string[] }>
  | Refusal<'accuracy/no-map', { readonly map: string }>
  | Refusal<'accuracy/blank', { readonly column: string; readonly row: number; readonly rows: number }>

/** Said of an answer that is given all the same. */
export type AccuracyNote =
  | Refusal<'accuracy/grid-as-simple', Record<string, never>>
  | Refusal<'accuracy/class-thin', { readonly name: string; readonly samples: number }>
  | Refusal<'accuracy/map-not-cut', { readonly name: string; readonly samples: number }>
  | Refusal<'accuracy/not-all-taken', { readonly planned: number; readonly taken: number; readonly graded: number }>
  | Refusal<'accuracy/map-knew-places', { readonly places: number; readonly map: string }>
  | Refusal<'accuracy/not-on-map', { readonly places: number }>

export const LEAST_TRUTHS = 10
/** Below so many samples of a class its accuracy is said, and that little stands behind it. */
const FEW = 10

export type ProbabilitySample = {
  readonly design: Design
  readonly strata: readonly string[]
  readonly classes: readonly string[]
  readonly map: Int32Array
  readonly truth: Int32Array
  readonly earlier: Int32Array | null
  /** Shares of the map's classes, where their areas cut a simple sample after the fact. */
  readonly mapShares: Float64Array | null
  readonly total: number
  readonly notes: readonly AccuracyNote[]
}

/**
 * The places as a probability sample. Stratified: `areas` are those of all strata, each with two places or more. Simple and grid: `areas` of the map's classes, or of the whole
 * under any one name.
 */
export function probabilitySample(
  places: readonly TruthPlace[],
  drawn: string,
  areas: NamedAreas,
): Result<ProbabilitySample, AccuracyRefusal> {
  const chosen = places.filter((place) => !isRandomDesign(place.drawn ?? drawn))
  if (!isRandomDesign(drawn) || chosen.length > 0)
    return refuse('accuracy/not-by-chance', {
      drawn: chosen[0]?.drawn ?? drawn,
      row: chosen[0]?.row ?? 0,
      rows: chosen.length || places.length,
    })
  if (places.length < LEAST_TRUTHS) return refuse('accuracy/too-few', { samples: places.length, least: LEAST_TRUTHS })
  if (areas.size === 0) return refuse('accuracy/no-areas', {})
  const total = [...areas.values()].reduce((sum, area) => sum + area, 0)
  const isStratified = drawn === 'stratified'
  const names = isStratified ? [...areas.keys()] : ['']
  const numbers = new Map(names.map((name, h) => [name, h]))
  const unknown = isStratified ? places.find(({ stratum }) => !numbers.has(stratum)) : undefined
  if (unknown) return refuse('accuracy/no-area', { stratum: unknown.stratum, known: names })
  const design: Design = {
    strata: Int32Array.from(places, ({ stratum }) => numbers.get(isStratified ? stratum : '') ?? 0),
    shares: isStratified ? Float64Array.from(areas.values(), (area) => area / total) : Float64Array.of(1),
  }
  const uneven = unevenChances(places, design, names)
  if (uneven) return refuse('accuracy/chances-differ', uneven)
  const [thin] = thinStrata(design)
  if (thin !== undefined) return refuse('accuracy/not-visited', { stratum: names[thin], samples: stratumCounts(design)[thin], least: 2 })
  const isCut = !isStratified && areas.size > 1
  const stray = isCut ? places.find(({ map }) => !areas.has(map)) : undefined
  if (stray) return refuse('accuracy/no-area', { stratum: stray.map, known: [...areas.keys()] })
  const classes = inOrder([
    ...places.flatMap(({ map, truth, earlier }) => (earlier === undefined ? [map, truth] : [map, truth, earlier])),
    ...(isCut ? areas.keys() : []),
  ])
  const of = (word: (place: TruthPlace) => string) => Int32Array.from(places, (place) => classes.indexOf(word(place)))
  const map = of((place) => place.map)
  const inClass = classes.map((_, c) => map.filter((each) => each === c).length)
  const shares = Float64Array.from(classes, (name) => (areas.get(name) ?? 0) / total)
  // a class of the map that was visited once, or never, cannot cut
  const missing = isCut ? classes.findIndex((_, c) => shares[c] > 0 && inClass[c] < 2) : -1
  const notes: AccuracyNote[] = drawn === 'grid' ? [{ code: 'accuracy/grid-as-simple', details: {} }] : []
  if (missing >= 0) notes.push({ code: 'accuracy/map-not-cut', details: { name: classes[missing], samples: inClass[missing] } })
  for (const [c, samples] of inClass.entries())
    if (samples > 0 && samples < FEW) notes.push({ code: 'accuracy/class-thin', details: { name: classes[c], samples } })
  return accept({
    design,
    strata: names,
    classes,
    map,
    truth: of((place) => place.truth),
    earlier: places.every(({ earlier }) => earlier !== undefined) ? of((place) => place.earlier ?? '') : null,
    mapShares: isCut && missing < 0 ? shares : null,
    total,
    notes,
  })
}

/** Chances that are known and differ within a stratum: the stratum was not drawn alike. */
function unevenChances(places: readonly TruthPlace[], { strata, shares }: Design, names: readonly string[]) {
  for (const h of shares.keys()) {
    const chances = places.flatMap(({ probability }, i) => (strata[i] === h && probability !== undefined ? [probability] : []))
    const [least, most] = [Math.min(...chances), Math.max(...chances)]
    if (chances.length > 0 && (!(least > 0) || most > 1 || most - least > 1e-6 * most)) return { stratum: names[h], least, most }
  }
  return null
}

/** Grades from none to extreme, numbers by size, and else by the alphabet; each once. */
function inOrder(words: readonly string[]): string[] {
  const all = [...new Set(words)]
  const rank = (word: string) => (GRADES as readonly string[]).indexOf(word)
  if (all.every((word) => rank(word) >= 0)) return all.sort((a, b) => rank(a) - rank(b))
  return all.every((word) => Number.isFinite(Number(word))) ? all.sort((a, b) => Number(a) - Number(b)) : all.sort()
}

export const assess = ({ design, map, truth, classes, mapShares }: ProbabilitySample): Accuracy =>
  assessMap(design, map, truth, classes.length, mapShares ?? undefined)

/**
 * What a change comes to. real: chance alone makes one as large in fewer than one of twenty samples. not-shown: it may be chance, and it may be there; `detectable` is the least change
 * that this sample would have shown.
 */
export type Verdict = { readonly verdict: 'grown' | 'shrunk' | 'not-shown'; readonly detectable: number }

const REAL = 0.05

export function verdictOf({ change, error, p }: Change): Verdict {
  const isReal = p < REAL && change !== 0
  return {
    verdict: isReal ? (change > 0 ? 'grown' : 'shrunk') : 'not-shown',
    detectable: isReal ? 1.96 * error : Math.max(1.96 * error, Math.abs(change)),
  }
}

/** Where fewer places than this have changed, their deviation is not known well enough to be leant on. */
const FEW_CHANGED = 10

/**
 * Where few places have changed, chance is asked of them directly: were coming and going alike, that so many of them or more went one way has the probability of as many heads
 * (McNemar 1947, exact). Two places of a stratum that both changed have no deviation at all, and are no proof.
 */
function withFew(change: Change, before: Float64Array, after: Float64Array): Change {
  let [came, went] = [0, 0]
  for (const [i, was] of before.entries()) {
    if (after[i] > was) came++
    else if (after[i] < was) went++
  }
  const all = came + went
  if (all === 0 || all >= FEW_CHANGED) return change
  let [tail, ways] = [0, 1] // ways to choose k of all
  for (let k = 0; k <= Math.min(came, went); k++) {
    tail += ways
    ways = (ways * (all - k)) / (k + 1)
  }
  return { ...change, p: Math.max(change.p, Math.min(1, (2 * tail) / 2 ** all)) }
}

/** The change of the share of each class between two visits to the same places. */
export function changesAtPlaces({ design, truth, earlier, classes }: ProbabilitySample): Change[] {
  if (!earlier) return []
  const is = (of: Int32Array, c: number) => Float64Array.from(of, (each) => (each === c ? 1 : 0))
  return classes.map((_, c) => withFew(pairedChange(design, is(earlier, c), is(truth, c)), is(earlier, c), is(truth, c)))
}

/** The change of the share of each class of either between two samples drawn apart, by name. */
export function changesBetween(before: ProbabilitySample, after: ProbabilitySample): { readonly name: string; readonly change: Change }[] {
  return inOrder([...before.classes, ...after.classes]).map((name) => ({
    name,
    change: separateChange(shareOf(before, name), shareOf(after, name)),
  }))
}

function shareOf({ design, truth, map, classes, mapShares }: ProbabilitySample, name: string) {
  const c = classes.indexOf(name)
  const y = Float64Array.from(truth, (each) => (each === c ? 1 : 0))
  return mapShares ? postStratifiedMean({ strata: map, shares: mapShares }, y) : estimateMean(design, y)
}
