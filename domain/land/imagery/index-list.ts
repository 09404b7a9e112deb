/** All indices that a county has: those of the program, and those it added. */
import { accept, type Result, refuse } from '@dishu/base/refusal'
import { ROLE_NAMES } from './bands.ts'
import { type Formula, type FormulaRefusal, formulaFrom } from './formula.ts'
import { INDICES, type IndexData, type RampName } from './indices.data.ts'

export type { IndexData, RampName } from './indices.data.ts'
export { INDICES } from './indices.data.ts'

export type SpectralIndex = IndexData & { readonly bands: readonly string[]; readonly own: boolean; evaluate: Formula['evaluate'] }

/** An index as a person states it. */
export type IndexStated = {
  readonly id: string
  readonly formula: string
  readonly nameZh: string
  readonly nameEn: string
  readonly low: number
  readonly high: number
  readonly ramp: string
  readonly source: string
}

export const RAMPS: readonly RampName[] = ['salt', 'green', 'water', 'change']
const isRamp = (text: string): text is RampName => (RAMPS as readonly string[]).includes(text)

/** The list in force. Stored formulas were read before they were stored; one that no longer reads is a fault. */
export function allIndices(added: readonly IndexData[]): SpectralIndex[] {
  const own = new Set(added.map(({ id }) => id))
  return [...INDICES, ...added].map((index) => {
    const formula = formulaFrom(index.formula, ROLE_NAMES)
    if (!formula.ok) throw new Error(`the formula of ${index.id} does not read: ${index.formula}`)
    return { ...index, bands: formula.value.bands, evaluate: formula.value.evaluate, own: own.has(index.id) }
  })
}

export type IndexRefusal =
  | FormulaRefusal
  | { readonly code: 'imagery/index-id-taken'; readonly details: { readonly id: string } }
  | { readonly code: 'imagery/index-not-complete'; readonly details: { readonly field: string } }

/** Whether an index may be added: an id that nothing has, a formula that reads, a range that runs upwards, and where it comes from. */
export function decideIndex(stated: IndexStated, there: readonly { readonly id: string }[]): Result<IndexData, IndexRefusal> {
  const { id, formula, nameZh, nameEn, low, high, ramp, source } = stated
  if (!/^[A-Za-z][A-Za-z0-9_]{0,29}$/.test(id)) return refuse('imagery/index-not-complete', { field: 'id' })
  // upper and lower case alike: NDVI and ndvi would be taken for one another
  if (there.some((each) => each.id.toLowerCase() === id.toLowerCase()) || ROLE_NAMES.has(id))
    return refuse('imagery/index-id-taken', { id })
  const read = formulaFrom(formula, ROLE_NAMES)
  if (!read.ok) return read
  for (const [field, text] of Object.entries({ nameZh, nameEn, source }))
    if (text.trim() === '' || text.length > 200) return refuse('imagery/index-not-complete', { field })
  if (!Number.isFinite(low) || !Number.isFinite(high) || low >= high) return refuse('imagery/index-not-complete', { field: 'range' })
  if (!isRamp(ramp)) return refuse('imagery/index-not-complete', { field: 'ramp' })
  return accept({ id, formula, zh: nameZh.trim(), en: nameEn.trim(), range: [low, high], ramp, source: source.trim(), elsewhere: '' })
}
