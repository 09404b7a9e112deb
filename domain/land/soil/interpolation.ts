/** What samples must be before a map is made of them, and what is said of the map. */
import { accept, type Refusal, type Result, refuse } from '@dishu/base/refusal'

/** Samples as they were read: entry i stands in row `rows[i]` of its file. Places in metres; all finite. */
export type PlacedSamples = {
  readonly rows: Uint32Array
  readonly x: Float64Array
  readonly y: Float64Array
  readonly value: Float64Array
}

/** xmin, ymin, xmax, ymax, metres. */
export type Extent = readonly [number, number, number, number]

export const LEAST_SAMPLES = 10
/** So many samples at most where every node sees all of them: the work grows with the square of their number. */
export const MOST_FOR_ALL = 1000
/** Classes of distance of a variogram. */
export const MOST_CLASSES_OF_DISTANCE = 10_000
/** A value is not believed that lies so many interquartile ranges from the median and alone makes more than half of the variance. */
const FAR_OUT = 100

export type KrigingRefusal =
  | Refusal<'kriging/no-such-column', { readonly column: string; readonly columns: readonly string[] }>
  | Refusal<'kriging/not-a-number', { readonly column: string; readonly row: number; readonly value: string; readonly rows: number }>
  | Refusal<'kriging/too-few', { readonly samples: number; readonly places: number; readonly least: number }>
  | Refusal<'kriging/constant', { readonly value: number; readonly samples: number }>
  | Refusal<'kriging/outlier', { readonly row: number; readonly value: number; readonly median: number; readonly spread: number }>
  | Refusal<'kriging/not-positive', { readonly row: number; readonly value: number; readonly rows: number }>
  | Refusal<'kriging/degrees', { readonly x: number; readonly y: number }>
  | Refusal<'kriging/apart', { readonly samples: Extent; readonly extent: Extent }>
  | Refusal<'kriging/crs-differs', { readonly file: string; readonly found: string; readonly wanted: number | null }>
  | Refusal<'kriging/model-not-read', { readonly part: string }>
  | Refusal<'kriging/model-does-not-hold', { readonly model: string; readonly krigingRmse: number; readonly meanRmse: number }>
  | Refusal<'kriging/no-variogram', { readonly lags: number }>
  | Refusal<'kriging/too-many-classes', { readonly classes: number; readonly most: number }>
  | Refusal<'kriging/too-many-for-all', { readonly samples: number; readonly most: number }>
  | Refusal<'kriging/grid-not-read', { readonly extent: string; readonly cells: string }>
  | Refusal<'kriging/grid-too-large', { readonly cells: number; readonly most: number }>
  | Refusal<'kriging/grid-too-long', { readonly columns: number; readonly rows: number; readonly most: number }>
  | Refusal<'kriging/no-blocks', { readonly file: string }>
  | Refusal<'kriging/not-with', { readonly option: string; readonly other: string }>
  | Refusal<'kriging/covariates-elsewhere', { readonly samples: number; readonly covered: number }>
  | Refusal<'kriging/no-such-band', { readonly band: string; readonly bands: readonly string[] }>

/** Said of a map that is made all the same. */
export type KrigingNote =
  | Refusal<'kriging/same-place', { readonly places: number; readonly samples: number }>
  | Refusal<'kriging/blank-rows', { readonly rows: number }>
  | Refusal<'kriging/projected', { readonly epsg: number }>
  | Refusal<'kriging/not-covered', { readonly samples: number }>
  | Refusal<'kriging/no-structure', { readonly gainPercent: number; readonly krigingRmse: number; readonly meanRmse: number }>
  | Refusal<'kriging/range-beyond-lags', { readonly range: number; readonly farthest: number }>
  | Refusal<'kriging/left-out', { readonly rows: number }>
  | Refusal<'kriging/blocks-without-area', { readonly rows: number; readonly first: number }>

export type Preparation = {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly value: Float64Array
  /** The samples that became place i: their entries in the input. */
  readonly entries: readonly (readonly number[])[]
  readonly notes: readonly KrigingNote[]
}

/**
 * Samples of one place become one, with their mean. Refused: fewer than ten places, values that are all the same, one value so far out that it alone
 * would draw the map (unless `believed`), and, `forLogarithms`, values that are not positive.
 */
export function prepareSamples(
  samples: PlacedSamples,
  options: { readonly believed: boolean; readonly forLogarithms: boolean },
): Result<Preparation, KrigingRefusal> {
  const { value } = samples
  const places = new Map<string, number[]>()
  for (let i = 0; i < value.length; i++) {
    const place = `${samples.x[i]} ${samples.y[i]}`
    const there = places.get(place)
    if (there) there.push(i)
    else places.set(place, [i])
  }
  const entries = [...places.values()]
  if (entries.length < LEAST_SAMPLES)
    return refuse('kriging/too-few', { samples: value.length, places: entries.length, least: LEAST_SAMPLES })
  const checked = checkValues(samples, options)
  if (!checked.ok) return checked
  const shared = entries.filter((there) => there.length > 1)
  const notes: KrigingNote[] = []
  if (shared.length > 0)
    notes.push({
      code: 'kriging/same-place',
      details: { places: shared.length, samples: shared.reduce((sum, there) => sum + there.length, 0) },
    })
  const mean = (all: Float64Array) => Float64Array.from(entries, (there) => there.reduce((sum, i) => sum + all[i], 0) / there.length)
  const first = (all: Float64Array) => Float64Array.from(entries, ([i]) => all[i])
  const means = mean(value)
  if (means.every((each) => each === means[0])) return refuse('kriging/constant', { value: means[0], samples: value.length })
  return accept({ x: first(samples.x), y: first(samples.y), value: means, entries, notes })
}

/** Values that something can be learnt from: not all the same, none so far out that it alone would tell, none without a logarithm where one is taken. */
export function checkValues(
  { rows, value }: Pick<PlacedSamples, 'rows' | 'value'>,
  options: { readonly believed: boolean; readonly forLogarithms: boolean },
): Result<null, KrigingRefusal> {
  if (value.every((each) => each === value[0])) return refuse('kriging/constant', { value: value[0], samples: value.length })
  const out = options.believed ? null : outlierOf(value)
  if (out) return refuse('kriging/outlier', { row: rows[out.entry], value: value[out.entry], median: out.median, spread: out.spread })
  const wrong = options.forLogarithms ? value.findIndex((each) => each <= 0) : -1
  return wrong < 0
    ? accept(null)
    : refuse('kriging/not-positive', { row: rows[wrong], value: value[wrong], rows: value.filter((each) => each <= 0).length })
}

function outlierOf(value: Float64Array): { readonly entry: number; readonly median: number; readonly spread: number } | null {
  const sorted = value.slice().sort()
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]
  const median = at(0.5)
  // where half of the values are the same, the mean distance of the rest from them
  const distances = sorted.map((each) => Math.abs(each - median)).sort()
  const spread = at(0.75) - at(0.25) || distances.slice(0, -1).reduce((sum, each) => sum + each, 0) / (distances.length - 1)
  let [entry, farthest, squares] = [0, 0, 0]
  for (let i = 0; i < value.length; i++) {
    const distance = Math.abs(value[i] - median)
    squares += distance * distance
    if (distance > farthest) {
      farthest = distance
      entry = i
    }
  }
  return farthest > FAR_OUT * spread && farthest * farthest > squares / 2 ? { entry, median, spread } : null
}

/** Places that look like degrees though metres are wanted. */
export const lookLikeDegrees = (x: Float64Array, y: Float64Array): boolean =>
  x.every((each) => Math.abs(each) <= 180) && y.every((each) => Math.abs(each) <= 90)

/** The box around the places. */
export function extentOf(x: Float64Array, y: Float64Array): Extent {
  const least = (values: Float64Array) => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const most = (values: Float64Array) => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  return [least(x), least(y), most(x), most(y)]
}

/**
 * Whether map and samples can belong together: the boxes meet, or lie no farther apart than the samples' own diagonal. Samples in another
 * coordinate system lie hundreds of kilometres away.
 */
export function checkExtent(x: Float64Array, y: Float64Array, extent: Extent): Result<null, KrigingRefusal> {
  const samples = extentOf(x, y)
  const gapX = Math.max(0, extent[0] - samples[2], samples[0] - extent[2])
  const gapY = Math.max(0, extent[1] - samples[3], samples[1] - extent[3])
  const diagonal = Math.hypot(samples[2] - samples[0], samples[3] - samples[1])
  return Math.hypot(gapX, gapY) > diagonal ? refuse('kriging/apart', { samples, extent }) : accept(null)
}

/** A model is refused that predicts samples with twice the squared error of the mean or more: its map would be worse than none. */
export const checkModel = (model: string, { gain, krigingRmse, meanRmse }: Gain): Result<null, KrigingRefusal> =>
  gain < -1 ? refuse('kriging/model-does-not-hold', { model, krigingRmse, meanRmse }) : accept(null)

/** What leaving samples out has shown: the part of the mean's squared error that kriging takes away, and both errors. */
type Gain = { readonly gain: number; readonly krigingRmse: number; readonly meanRmse: number }
