/** What a forest refuses and remarks. Samples are checked as those of a kriged map are (interpolation.ts). */
import { accept, type Refusal, type Result, refuse } from '@dishu/base/refusal'

export const LEAST_FOR_FOREST = 20
export const MOST_CLASSES = 100

export type ForestRefusal =
  | Refusal<'forest/too-few', { readonly samples: number; readonly least: number }>
  | Refusal<'forest/classes', { readonly classes: number; readonly most: number }>
  | Refusal<'forest/not-a-covariate', { readonly column: string; readonly isValue: boolean }>
  | Refusal<'forest/not-a-model', { readonly file: string; readonly why: string }>
  | Refusal<'forest/bands-differ', { readonly wanted: readonly string[]; readonly bands: readonly string[] }>

/** Said of a forest or a map that is made all the same. */
export type ForestNote =
  | Refusal<'forest/no-better', { readonly rmse: number; readonly meanRmse: number; readonly square: number }>
  | Refusal<'forest/not-validated', Record<string, never>>
  | Refusal<'forest/bands-by-place', { readonly bands: readonly string[] }>
  | Refusal<'forest/unlike', { readonly percent: number }>

export const checkCount = (samples: number): Result<null, ForestRefusal> =>
  samples < LEAST_FOR_FOREST ? refuse('forest/too-few', { samples, least: LEAST_FOR_FOREST }) : accept(null)

/** Each column once, and never the one to be learnt: a forest that is shown its answer has learnt nothing. */
export function checkCovariates(value: string, covariates: readonly string[]): Result<null, ForestRefusal> {
  const column = covariates.find((name, k) => name === value || covariates.indexOf(name) < k)
  return column === undefined ? accept(null) : refuse('forest/not-a-covariate', { column, isValue: column === value })
}

export const checkClasses = (classes: number): Result<null, ForestRefusal> =>
  classes < 2 || classes > MOST_CLASSES ? refuse('forest/classes', { classes, most: MOST_CLASSES }) : accept(null)
