/** Crops and their varieties: what salt, sodium and pH do to their yield, what they bring, and what was found in trials. */
import type { Kind } from '@dishu/kernel/records/records'
import type { Crop } from './crop.ts'

export * from './crop.ts'
export { CROPS } from './crops.data.ts'
export * from './tolerance.ts'
export * from './trials.ts'
export { VARIETIES } from './varieties.data.ts'

const FIGURES = 'jsonb'
export const cropKind: Kind = {
  name: 'crop',
  table: 'land.crop',
  columns: [
    ['crop_code', 'text'],
    ['name_zh', 'text'],
    ['name_en', 'text'],
    ['method', 'text'],
    ['salt', FIGURES],
    ['sodicity', FIGURES],
    ['ph', FIGURES],
    ['potential', FIGURES],
    ['price', FIGURES],
    ['growing_cost', FIGURES],
    ['note', 'text'],
  ],
  key: ['crop_code'],
  scope: null,
  derived: false,
}
export const varietyKind: Kind = {
  name: 'variety',
  table: 'land.variety',
  columns: [
    ['variety_code', 'text'],
    ['crop_code', 'text'],
    ['name', 'text'],
    ['approval', 'text'],
    ['seed_source', 'text'],
    ['seed_price', FIGURES],
    ['seed_kg_per_mu', 'float8'],
    ['note', 'text'],
    ['source', 'text'],
    ['mark', 'text'],
  ],
  key: ['variety_code'],
  scope: null,
  derived: false,
}
export const trialKind: Kind = {
  name: 'trial',
  table: 'land.trial',
  columns: [
    ['trial_code', 'text'],
    ['title', 'text'],
    ['crop_code', 'text'],
    ['site', 'text'],
    ['longitude', 'float8'],
    ['latitude', 'float8'],
    ['trial_year', 'int2'],
    ['design', 'text'],
    ['replicates', 'int2'],
    ['blocks', 'int2'],
    ['plot_m2', 'float8'],
    ['soil', FIGURES],
    ['registered_on', 'date'],
    ['question', 'text'],
    ['source', 'text'],
    ['mark', 'text'],
  ],
  key: ['trial_code'],
  scope: null,
  derived: false,
}
export const trialResultKind: Kind = {
  name: 'trial-result',
  table: 'land.trial_result',
  columns: [
    ['trial_code', 'text'],
    ['block', 'text'],
    ['plot', 'text'],
    ['variety_code', 'text'],
    ['treatment', 'text'],
    ['yield_kg_per_mu', 'float8'],
    ['note', 'text'],
  ],
  key: ['trial_code', 'block', 'plot'],
  scope: null,
  derived: false,
}
export const CROP_KINDS: readonly Kind[] = [cropKind, varietyKind, trialKind, trialResultKind]

/** The crops in force: those of the program, each in place of which the office has its own row; and the office's others. */
export function cropsInForce(shipped: readonly Crop[], own: readonly Crop[]): readonly Crop[] {
  const replaced = new Map(own.map((crop) => [crop.code, crop]))
  const there = new Set(shipped.map(({ code }) => code))
  return [...shipped.map((crop) => replaced.get(crop.code) ?? crop), ...own.filter(({ code }) => !there.has(code))]
}
