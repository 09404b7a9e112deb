/** Soil samples: where, when, how deep, and what the laboratory measured. Grading and conversions stand beside and are met here. */
import type { Kind } from '@dishu/kernel/records/records'

export * from './conversions.ts'
export { type Derived, derive, type LabFacts, RELATIONS, saySpan } from './derived.ts'
export * from './grading.ts'
export { waterOf } from './lab-headers.ts'
export {
  COMPARED,
  duplicatePairs,
  type LabColumn,
  labPairs,
  pairedInterval,
  sayDifference,
  spanIn,
} from './lab-pairs.ts'
export { type Censored, type Span, sayLimit } from './lab-values.ts'
export { AreaSums, NOT_MAPPED } from './map-grades.ts'
export { harmonised, profilesOf, STANDARD_DEPTHS } from './profiles.ts'
export { SCHEMES } from './schemes.data.ts'
export type { CountyGrading } from './schemes.ts'

export const sampleKind: Kind = {
  name: 'sample',
  table: 'land.sample',
  columns: [
    ['sample_code', 'text'],
    ['longitude', 'float8'],
    ['latitude', 'float8'],
    ['place', 'box'],
    ['plot_code', 'text'],
    ['depth_from_cm', 'float8'],
    ['depth_to_cm', 'float8'],
    ['sampled_on', 'date'],
    ['season', 'text'],
    ['ph', 'float8'],
    ['ph_ratio', 'text'],
    ['ec_ds_per_m', 'float8'],
    ['ec_ratio', 'text'],
    ['ece_ds_per_m', 'float8'],
    ['salt_g_per_kg', 'float8'],
    ['cec_cmol_per_kg', 'float8'],
    ['esp_percent', 'float8'],
    ['ions', 'jsonb'],
    ['texture', 'text'],
    ['lab', 'text'],
    ['method', 'text'],
    ['extra', 'jsonb'],
  ],
  // one point is sampled at several depths and again in later years under the same code
  key: ['sample_code', 'sampled_on', 'depth_from_cm', 'depth_to_cm'],
  // a sheet adds samples; it never says that the ones it does not list are no more
  scope: null,
  derived: false,
}
