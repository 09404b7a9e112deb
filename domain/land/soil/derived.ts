/**
 * Values that were not measured but follow from those that were: each with the relation it comes from and the numbers that went in. Where the
 * relation does not hold there is a refusal in place of the number.
 */
import { accept, type Refusal, type Result } from '@dishu/base/refusal'
import { type ConversionRefusal, EQUIVALENT_WEIGHTS, eceFrom, espFromSar, espMeasured, saltFromEc5, sar } from './conversions.ts'
import { isSoda, POSSIBLE, type SampleValues } from './grading.ts'
import { IONS, type Ion, waterOf } from './lab-headers.ts'
import { type Censored, ends, type Span, spanOf } from './lab-values.ts'

export type DerivedRefusal =
  | ConversionRefusal
  | Refusal<'soil/extract-not-fitting', { readonly relation: string; readonly extract: string | null; readonly wanted: string }>
  | Refusal<'soil/not-all-measured', { readonly relation: string; readonly missing: readonly string[] }>
  | Refusal<'soil/undecided', { readonly relation: string; readonly between: readonly string[] }>
  | Refusal<'soil/impossible-result', { readonly relation: string; readonly value: number; readonly from: number; readonly to: number }>

export type DerivedQuantity = 'ece' | 'salt' | 'sar' | 'esp' | 'salt-type'
export type Derived = {
  readonly quantity: DerivedQuantity
  readonly relation: string // chi2010, sar, esp-sar …
  /** What it gives: a span (both ends the same for a number), or a word; null where it is refused. */
  readonly span: Span | null
  readonly word: SaltWord | null
  readonly inputs: Readonly<Record<string, number | string>>
  readonly refusal: DerivedRefusal | null
}

/** Relations other than those of ECe (conversions.ts), with their source. */
export const RELATIONS: Readonly<Record<string, string>> = {
  'salt-ions': 'Sum of the eight ions in mass: Σ cmol/kg × equivalent weight ÷ 100 (atomic weights; domain notes 1.7)',
  'salt-ec5': '3.2·EC(1:5): 5 L/kg × 640 mg/L per dS/m, a chemist’s estimate (domain notes 1.7)',
  sar: 'SAR = Na ÷ √((Ca + Mg) ÷ 2), meq/L (domain notes 1.7)',
  'esp-exchange': 'ESP = 100 × exchangeable Na ÷ CEC (domain notes 1.7)',
  'esp-sar': 'Handbook 60: 100x ÷ (1 + x), x = −0.0126 + 0.01475·SAR, saturation extract only, SAR up to 100 (S21)',
  'type-gb50021': 'D1 = Cl ÷ SO₄, D2 = (CO₃ + HCO₃) ÷ (Cl + SO₄) in charge; GB 50021-2001 (2009), known, not re-checked (domain notes 1.6)',
  'type-bazilevich':
    'Cl ÷ SO₄ in charge with limits 0.2, 1, 2; soda by isSoda (Bazilevich & Pankova), known, not re-checked (domain notes 1.6)',
}

/** The facts of a sample that relations use besides those of its grading. `extra` as the sheet left it (soil.exchange.ts). */
export type LabFacts = SampleValues & { readonly cec?: number | null; readonly extra?: Readonly<Record<string, unknown>> | null }

type Solution = { readonly ratio: string | null; readonly spans: Partial<Record<Ion, Span>> }
const UNKNOWN: Span = [0, Number.POSITIVE_INFINITY]
const isCensored = (value: unknown): value is Censored => typeof value === 'object' && value !== null && 'text' in value

/** Ions by kg of soil, cmol of charge; of a censored one with no limit the upper end is infinite. */
function ionSpans({ ions, censored }: LabFacts): Partial<Record<Ion, Span>> {
  const spans: Partial<Record<Ion, Span>> = {}
  for (const ion of IONS) {
    const span = spanOf(ions?.[ion], censored?.[ion], UNKNOWN)
    if (span !== null) spans[ion] = span
  }
  return spans
}

/** Ions of the extract in meq/L: as the sheet has them, or from those of the soil and the water of a known extract. */
function solutionOf(facts: LabFacts): Solution | null {
  const own = facts.extra?.solution as Readonly<Record<string, unknown>> | undefined
  if (typeof own === 'object' && own !== null) {
    const spans: Partial<Record<Ion, Span>> = {}
    for (const ion of IONS) {
      const value = own[ion]
      const span = spanOf(typeof value === 'number' ? value : null, isCensored(value) ? value : undefined, UNKNOWN)
      if (span !== null) spans[ion] = span
    }
    return { ratio: typeof own.ratio === 'string' ? own.ratio : null, spans }
  }
  const spans = ionSpans(facts)
  if (Object.keys(spans).length === 0) return null
  const ratio = typeof facts.extra?.ionRatio === 'string' ? facts.extra.ionRatio : null
  const water = waterOf(ratio)
  if (water === null) return { ratio, spans: {} }
  const inSolution = Object.entries(spans).map(([ion, [least, most]]) => [ion, [(least * 10) / water, (most * 10) / water]])
  return { ratio, spans: Object.fromEntries(inSolution) as Partial<Record<Ion, Span>> }
}

/** All that follows from a sample. `conversion` is the office's choice of how ECe comes from an extract; null: none, and ECe is not derived. */
export function derive(facts: LabFacts, conversion: string | null): readonly Derived[] {
  const found: Derived[] = []
  const known = (name: string) => facts.censored?.[name] !== undefined
  if (facts.ece === null && !known('ece_ds_per_m') && conversion !== null) {
    const ec = spanOf(facts.ec, facts.censored?.ec_ds_per_m, POSSIBLE.ec)
    if (ec !== null)
      found.push(
        numberBy('ece', conversion, { ec }, { extract: facts.ecRatio ?? '' }, ({ ec }) => eceFrom(conversion, ec, facts.ecRatio ?? '')),
      )
  }
  if (facts.salt === null && !known('salt_g_per_kg')) found.push(...saltOf(facts))
  found.push(...sodiumOf(facts))
  found.push(...typesOf(facts))
  return found
}

function saltOf(facts: LabFacts): Derived[] {
  const spans = ionSpans(facts)
  const found: Derived[] = []
  if (Object.keys(spans).length > 0)
    found.push(
      whole('salt', 'salt-ions', spans, IONS, (all) =>
        numberBy('salt', 'salt-ions', all, {}, (ions) =>
          accept(IONS.reduce((sum, ion) => sum + (ions[ion] * EQUIVALENT_WEIGHTS[ion]) / 100, 0)),
        ),
      ),
    )
  const ec = spanOf(facts.ec, facts.censored?.ec_ds_per_m, POSSIBLE.ec)
  if (ec === null) return found
  const extract = facts.ecRatio ?? null
  if (extract === '1:5') found.push(numberBy('salt', 'salt-ec5', { ec }, { extract }, ({ ec }) => accept(saltFromEc5(ec))))
  return found
}

function sodiumOf(facts: LabFacts): Derived[] {
  const found: Derived[] = []
  const solution = solutionOf(facts)
  const measured = facts.esp !== null || facts.censored?.esp_percent !== undefined
  const sodium = facts.extra?.exchangeableSodium ?? (facts.extra?.exchangeable as Record<string, unknown> | undefined)?.na
  const byExchange = !measured && typeof sodium === 'number' && typeof facts.cec === 'number'
  if (byExchange) {
    const inputs = { sodium: [sodium, sodium] as const, cec: [facts.cec, facts.cec] as Span }
    found.push(numberBy('esp', 'esp-exchange', inputs, {}, (each) => espMeasured(each.sodium, each.cec)))
  }
  if (solution === null) return found
  const { ratio, spans } = solution
  if (ratio === null) {
    const refusal = { code: 'soil/extract-not-fitting', details: { relation: 'sar', extract: null, wanted: 'paste' } } as const
    return [...found, refusedBy('sar', 'sar', {}, refusal)]
  }
  const { na, ca, mg } = spans
  const three = { ...(na && { na }), ...(ca && { ca }), ...(mg && { mg }) }
  const ratioOf = whole('sar', 'sar', three, ['na', 'ca', 'mg'], (all) =>
    numberBy('sar', 'sar', all, { extract: ratio }, (each) => sar(each.na, each.ca, each.mg)),
  )
  found.push(ratioOf)
  if (measured || byExchange || ratioOf.span === null) return found
  const inputs = { sar: `${ratioOf.span[0]}`, extract: ratio }
  if (ratio !== 'paste') {
    const refusal = { code: 'soil/extract-not-fitting', details: { relation: 'esp-sar', extract: ratio, wanted: 'paste' } } as const
    return [...found, refusedBy('esp', 'esp-sar', inputs, refusal)]
  }
  return [...found, numberBy('esp', 'esp-sar', { sar: ratioOf.span }, { extract: ratio }, (each) => espFromSar(each.sar))]
}

export type SaltWord =
  | 'soda'
  | 'alkaline'
  | 'chloride'
  | 'sub-chloride'
  | 'sub-sulfate'
  | 'sulfate'
  | 'sulfate-chloride'
  | 'chloride-sulfate'

type Ions = Readonly<Record<Ion, number>>
/** Chloride over sulfate in charge; without sulfate it is beyond every limit. */
const chlorideShare = ({ cl, so4 }: Ions) => (so4 === 0 ? Number.POSITIVE_INFINITY : cl / so4)

/** GB 50021: alkaline above D2 = 0.3, else by D1. Null without any anion. */
export function typeGb50021(ions: Ions): SaltWord | null {
  const [carbonate, neutral] = [ions.co3 + ions.hco3, ions.cl + ions.so4]
  if (carbonate + neutral === 0) return null
  if (neutral === 0 || carbonate / neutral > 0.3) return 'alkaline'
  const d1 = chlorideShare(ions)
  return d1 > 2 ? 'chloride' : d1 > 1 ? 'sub-chloride' : d1 > 0.3 ? 'sub-sulfate' : 'sulfate'
}

/** Bazilevich & Pankova, as Chinese surveys use it: soda first, else by chloride over sulfate. Null without chloride and sulfate that is not soda. */
export function typeBazilevich(ions: Ions): SaltWord | null {
  if (isSoda(ions)) return 'soda'
  if (ions.cl + ions.so4 === 0) return null
  const ratio = chlorideShare(ions)
  return ratio > 2 ? 'chloride' : ratio >= 1 ? 'sulfate-chloride' : ratio >= 0.2 ? 'chloride-sulfate' : 'sulfate'
}

const ANIONS: readonly Ion[] = ['co3', 'hco3', 'cl', 'so4']

function typesOf(facts: LabFacts): Derived[] {
  // a type is one of ratios: those of a solution do as well as those of the soil
  const own = ionSpans(facts)
  const spans = Object.keys(own).length > 0 ? own : (solutionOf(facts)?.spans ?? {})
  if (Object.keys(spans).length === 0) return []
  return [
    whole('salt-type', 'type-gb50021', spans, ANIONS, (all) => wordBy('type-gb50021', all, typeGb50021)),
    whole('salt-type', 'type-bazilevich', spans, [...ANIONS, 'ca', 'mg', 'na'], (all) => wordBy('type-bazilevich', all, typeBazilevich)),
  ]
}

const numbersOf = (spans: Readonly<Record<string, Span>>) =>
  Object.fromEntries(Object.entries(spans).map(([name, span]) => [name, span[0] === span[1] ? span[0] : sayPair(span)]))
const sayPair = ([least, most]: Span) => (most === Number.POSITIVE_INFINITY ? `≥${least}` : `${least}–${most}`)

/** With all the ions it needs, or a refusal that names those that were not measured. */
function whole(
  quantity: DerivedQuantity,
  relation: string,
  spans: Partial<Record<Ion, Span>>,
  needed: readonly Ion[],
  then: (all: Record<Ion, Span>) => Derived,
): Derived {
  const missing = needed.filter((ion) => spans[ion] === undefined)
  if (missing.length > 0)
    return refusedBy(quantity, relation, numbersOf(spans), { code: 'soil/not-all-measured', details: { relation, missing } })
  return then(spans as Record<Ion, Span>)
}

function refusedBy(quantity: DerivedQuantity, relation: string, inputs: Derived['inputs'], refusal: DerivedRefusal): Derived {
  return { quantity, relation, span: null, word: null, inputs, refusal }
}

/** A number by a relation that is monotone in each input, at all ends of its inputs. */
function numberBy<Name extends string>(
  quantity: 'ece' | 'salt' | 'sar' | 'esp',
  relation: string,
  spans: Readonly<Record<Name, Span>>,
  words: Readonly<Record<string, string>>,
  apply: (inputs: Record<Name, number>) => Result<number, ConversionRefusal>,
): Derived {
  const inputs = { ...numbersOf(spans), ...words }
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const each of ends(spans)) {
    const result = apply(each)
    if (!result.ok) return refusedBy(quantity, relation, inputs, result.refusal)
    least = Math.min(least, result.value)
    most = Math.max(most, result.value)
  }
  if (most === Number.POSITIVE_INFINITY)
    return refusedBy(quantity, relation, inputs, { code: 'soil/undecided', details: { relation, between: [`≥${least}`] } })
  const [from, to] = quantity === 'sar' ? [0, Number.MAX_VALUE] : POSSIBLE[quantity]
  if (!(least >= from && most <= to))
    return refusedBy(quantity, relation, inputs, {
      code: 'soil/impossible-result',
      details: { relation, value: least < from ? least : most, from, to },
    })
  return { quantity, relation, span: [least, most], word: null, inputs, refusal: null }
}

function wordBy(relation: string, spans: Record<Ion, Span>, typed: (ions: Ions) => SaltWord | null): Derived {
  const inputs = numbersOf(spans)
  const nothing = Object.fromEntries(IONS.map((ion) => [ion, 0])) as Ions
  if (Object.values(spans).some(([, most]) => most === Number.POSITIVE_INFINITY))
    return refusedBy('salt-type', relation, inputs, { code: 'soil/undecided', details: { relation, between: [] } })
  const words = [...new Set(ends(spans).map((each) => typed({ ...nothing, ...each })))]
  const [word] = words
  if (words.length > 1 || word === null)
    return refusedBy('salt-type', relation, inputs, { code: 'soil/undecided', details: { relation, between: words.map(String) } })
  return { quantity: 'salt-type', relation, span: null, word, inputs, refusal: null }
}

/** What is known of a value, in `digits` places: `0.66`, `<0.05`, `0.3–0.5`, `≥20`. */
export function saySpan([least, most]: Span, digits: number): string {
  if (least === most) return least.toFixed(digits)
  if (most === Number.POSITIVE_INFINITY) return `≥${least.toFixed(digits)}`
  return least === 0 ? `<${most.toFixed(digits)}` : `${least.toFixed(digits)}–${most.toFixed(digits)}`
}
