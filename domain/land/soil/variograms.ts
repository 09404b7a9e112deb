/** Variograms of the register's samples, for a person to look at and to fit by hand: what the screen draws, and what leaving samples out says of a model. */
import { accept, type Refusal, type Result, refuse } from '@dishu/base/refusal'
import { fitDirections, fitVariogram } from '@dishu/numeric/kriging/fit'
import { modelText, parseModel, rangeOf, stretchOf, type VariogramModel } from '@dishu/numeric/kriging/model'
import { normalScores } from '@dishu/numeric/kriging/scores'
import { errorsOf, leaveOneOut, spatialStructure, validateBySquares } from '@dishu/numeric/kriging/validate'
import { defaultCutoff, experimentalVariogram, type Lag } from '@dishu/numeric/kriging/variogram'
import type { IndicatorName } from './grading.ts'
import type { ValueSamples } from './map-samples.ts'
import { UNITS } from './maps.ts'
import type { VariogramCheckReply, VariogramReply } from './variogram.wire.ts'

export {
  modelText,
  parseModel,
  type Structure,
  semivariance,
  stretchOf,
  type VariogramModel,
} from '@dishu/numeric/kriging/model'

export type VariogramRefusal =
  | Refusal<'variogram/not-positive', { readonly value: string; readonly samples: number }>
  | Refusal<'variogram/model-not-read', { readonly part: string }>
  | Refusal<'variogram/not-understood', { readonly field: string; readonly stated: string; readonly wanted: string }>

export const TRANSFORMS = ['scores', 'log', 'none'] as const
export type VariogramTransform = (typeof TRANSFORMS)[number]

/** Pairs enough for a picture; a person waits for it. */
const MOST = 3000
const DIRECTIONS = [0, 45, 90, 135]
/** A direction is shown as a proposal where it takes away this share of the weighted error. */
const WORTH_A_DIRECTION = 0.3

/** Values on the scale on which they are looked at. */
export function onScale(
  { z, name }: Pick<ValueSamples, 'z' | 'name'>,
  transform: VariogramTransform,
): Result<Float64Array, VariogramRefusal> {
  if (transform === 'scores') return accept(normalScores(z).scores)
  if (transform === 'none') return accept(z)
  const wrong = z.filter((each) => !(each > 0)).length
  return wrong > 0 ? refuse('variogram/not-positive', { value: name, samples: wrong }) : accept(z.map(Math.log))
}

export function variogramOf(
  samples: Pick<ValueSamples, 'x' | 'y' | 'z' | 'name' | 'campaign'>,
  { transform, robust, cutoff }: { readonly transform: VariogramTransform; readonly robust: boolean; readonly cutoff: number | null },
): Result<Omit<VariogramReply, 'notes'>, VariogramRefusal> {
  const scaled = onScale(samples, transform)
  if (!scaled.ok) return scaled
  const { x, y, name, campaign } = samples
  const z = scaled.value
  const reach = cutoff ?? defaultCutoff(x, y)
  const options = { robust, cutoff: reach, most: MOST }
  const lags = experimentalVariogram(x, y, z, options)
  const directions = DIRECTIONS.map((direction) => ({
    direction,
    lags: experimentalVariogram(x, y, z, { ...options, direction, tolerance: 22.5, width: reach / 10 }),
  }))
  const fit = fitVariogram(lags)
  const [plain, directed] = [
    fitVariogram(directions.flatMap((each) => each.lags).sort((a, b) => a.distance - b.distance)),
    fitDirections(directions),
  ]
  const gain = plain && directed && plain.error > 0 ? 1 - directed.error / plain.error : 0
  const mean = z.reduce((sum, each) => sum + each, 0) / z.length
  return accept({
    ...{ value: name, unit: UNITS[name as IndicatorName], transform, robust, campaign, samples: x.length, cutoff: sixDigits(reach) },
    variance: sixDigits(z.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (z.length - 1)),
    lags: lags.map(shortLag),
    directions: directions.map(({ direction, lags: own }) => ({ direction, lags: own.map(shortLag) })),
    fitted: fit ? modelText(rounded(fit.model)) : null,
    directed: directed && gain >= WORTH_A_DIRECTION && stretchOf(directed.model) ? modelText(rounded(directed.model)) : null,
    directedGain: sixDigits(gain),
  })
}

const sixDigits = (value: number) => Number(value.toPrecision(6))
const shortLag = ({ pairs, distance, gamma }: Lag) => ({ pairs, distance: sixDigits(distance), gamma: sixDigits(gamma) })
const rounded = (model: VariogramModel): VariogramModel =>
  model.map((structure) => ({ ...structure, sill: Number(structure.sill.toPrecision(4)), range: Number(structure.range.toPrecision(4)) }))

/** Neighbours of a sample that is left out, and samples up to which whole squares are left out: a person waits. */
const NEIGHBOURS = 24
const MOST_FOR_SQUARES = 1500

/** What leaving samples out says of a model. */
export function checkVariogram(
  samples: Pick<ValueSamples, 'x' | 'y' | 'z' | 'name'>,
  transform: VariogramTransform,
  text: string,
): Result<Omit<VariogramCheckReply, 'message'>, VariogramRefusal> {
  const model = parseModel(text)
  if (typeof model === 'string') return refuse('variogram/model-not-read', { part: model })
  const scaled = onScale(samples, transform)
  if (!scaled.ok) return scaled
  const known = { x: samples.x, y: samples.y, z: scaled.value }
  const left = leaveOneOut(known, model, { nmax: NEIGHBOURS })
  const { isShown, gain, krigingRmse, meanRmse, inverseDistanceRmse } = spatialStructure(known, left, NEIGHBOURS)
  const { bias, zScore } = errorsOf(left, known.z)
  const side = Math.max(1, rangeOf(model))
  const squares = known.x.length <= MOST_FOR_SQUARES ? validateBySquares(known, model, { nmax: NEIGHBOURS }, side) : null
  return accept({
    ...{ model: modelText(model), isShown, gain, krigingRmse, meanRmse, inverseDistanceRmse, bias },
    zScore: Number.isNaN(zScore) ? null : zScore,
    squares: squares && { side: Math.round(side), rmse: errorsOf(squares, known.z).rmse, meanRmse },
  })
}
