/**
 * What a column of a laboratory's sheet holds, by its header alone: `Cl⁻（mmol·L⁻¹）`, `电导率 EC1:5 (μS/cm) 25℃`, `水溶性盐离子(cmol/kg)_Na⁺`.
 *
 * A header is read only when nothing of it is left over: a quantity, perhaps a unit of that quantity, perhaps the extract, and words that change
 * nothing. A unit we do not know leaves a rest, and the column is left to a person.
 */
import { EQUIVALENT_WEIGHTS } from './conversions.ts'

export type Ion = 'co3' | 'hco3' | 'cl' | 'so4' | 'ca' | 'mg' | 'na' | 'k'
export const IONS: readonly Ion[] = ['co3', 'hco3', 'cl', 'so4', 'ca', 'mg', 'na', 'k']
export const isIon = (name: string): name is Ion => (IONS as readonly string[]).includes(name)
export type Quantity = 'ph' | 'phCacl2' | 'ec' | 'ece' | 'salt' | 'cec' | 'esp' | 'exchangeableSodium' | Ion

/** `factor` brings the column to our unit; of an ion `per` says of what: kg of soil gives cmol of charge per kg, L of the extract meq/L. */
export type HeaderUnit = { readonly unit: string; readonly factor: number; readonly per: 'kg' | 'L' }
/** `unit` null: the header has none. `ratio` null: it does not say which extract. `soluble`: it says that the ions were dissolved ones. */
export type LabHeader = {
  readonly quantity: Quantity
  readonly unit: HeaderUnit | null
  readonly ratio: string | null
  readonly soluble: boolean
}

const CHARGES: Readonly<Record<Ion, number>> = { co3: 2, hco3: 1, cl: 1, so4: 2, ca: 2, mg: 2, na: 1, k: 1 }

type Spelt = readonly [pattern: RegExp, unit: HeaderUnit]
/** `mS/cm`, `mS·cm⁻¹`, `mS cm-1`, `ms_cm` */
const per = (of: string, unit: string) => new RegExp(`${of}[/·]?${unit}(?:-1)?`)
const spelt = (pattern: RegExp, unit: string, factor: number, of: HeaderUnit['per'] = 'kg'): Spelt => [pattern, { unit, factor, per: of }]
/** Moles of charge: `mmolc`, `mmol(+)`, `mmol(1/2Ca2+)`. */
const OF_CHARGE = '(?:c|\\([+\\-±c]\\)|\\(p?[+-]\\)|\\(1/[123][a-z0-9+-]*\\))'

const EC_UNITS: readonly Spelt[] = [
  spelt(per('ds', 'm'), 'dS/m', 1),
  spelt(per('ms', 'cm'), 'mS/cm', 1),
  spelt(per('us', 'cm'), 'µS/cm', 0.001),
  spelt(per('ms', 'm'), 'mS/m', 0.01),
  spelt(per('mmhos?', 'cm'), 'mmho/cm', 1),
  spelt(per('umhos?', 'cm'), 'µmho/cm', 0.001),
]
const SALT_UNITS: readonly Spelt[] = [
  spelt(per('mg', 'kg'), 'mg/kg', 0.001),
  spelt(per('g', 'kg'), 'g/kg', 1),
  spelt(/%/, '%', 10),
  spelt(/‰/, '‰', 1),
]
const CHARGE_UNITS: readonly Spelt[] = [
  spelt(new RegExp(`cmol${OF_CHARGE}?[/·]?kg(?:-1)?`), 'cmol/kg', 1),
  spelt(new RegExp(`mmol${OF_CHARGE}[/·]?kg(?:-1)?`), 'mmol(+)/kg', 0.1),
  spelt(/(?:meq|me)[/·]?100g/, 'meq/100 g', 1),
  spelt(per('meq', 'kg'), 'meq/kg', 0.1),
]
const PERCENT: readonly Spelt[] = [spelt(/%|pct|percent/, '%', 1)]

function ionUnits(ion: Ion): readonly Spelt[] {
  const weight = EQUIVALENT_WEIGHTS[ion]
  return [
    ...CHARGE_UNITS,
    spelt(per('mmol', 'kg'), 'mmol/kg', CHARGES[ion] / 10),
    spelt(per('mg', 'kg'), 'mg/kg', 1 / (10 * weight)),
    spelt(per('g', 'kg'), 'g/kg', 1000 / (10 * weight)),
    spelt(/%/, '%', 10_000 / (10 * weight)),
    spelt(new RegExp(`mmol${OF_CHARGE}[/·]?l(?:-1)?`), 'mmol(+)/L', 1, 'L'),
    spelt(per('mmol', 'l'), 'mmol/L', CHARGES[ion], 'L'),
    spelt(per('(?:meq|me)', 'l'), 'meq/L', 1, 'L'),
    spelt(per('mg', 'l'), 'mg/L', 1 / weight, 'L'),
    spelt(per('g', 'l'), 'g/L', 1000 / weight, 'L'),
  ]
}

type Known = { readonly quantity: Quantity; readonly names: RegExp; readonly units: readonly Spelt[]; readonly needsUnit: boolean }
const known = (quantity: Quantity, names: RegExp, units: readonly Spelt[], needsUnit = false): Known => ({
  quantity,
  names: new RegExp(names.source, 'g'),
  units,
  needsUnit,
})
const KNOWN: readonly Known[] = [
  known('phCacl2', /ph[_/(]?(?:cacl2|氯化钙)/, []),
  known('ph', /phihox|ph(?:[_/(](?:h2o|水|water))?|酸碱度/, []),
  known('ece', /ece|饱和浸提液电导率|饱和泥浆电导率/, EC_UNITS),
  known('ec', /电导率\(?ec\)?|ec\(?电导率\)?|ec|电导率|conductivity/, EC_UNITS),
  known('salt', /水溶性(?:全盐|盐分?)(?:总量|含量)?|可溶性盐(?:总量)?|全盐量?|总盐量?|含盐量|盐分|salt|tss|tsc|totalsalt/, SALT_UNITS),
  known('cec', /阳离子交换量\(?cec\)?|cec\(?阳离子交换量\)?|阳离子交换量|cec/, CHARGE_UNITS),
  known('esp', /碱化度\(?esp\)?|esp\(?碱化度\)?|碱化度|esp|交换性钠百分率|钠饱和度/, PERCENT),
  known('exchangeableSodium', /交换性(?:钠|na\+?)|exchangeable(?:na|sodium)\+?|na(?:ex|exch)/, CHARGE_UNITS, true),
  ...(
    [
      ['co3', /co3(?:2-|--)?|碳酸根|carbonate/],
      ['hco3', /hco3-?|重碳酸根|碳酸氢根|bicarbonate/],
      ['cl', /cl-?|氯离子|氯根|chloride/],
      ['so4', /so4(?:2-|--)?|硫酸根|sul(?:f|ph)ate/],
      ['ca', /ca(?:2\+|\+\+)?|钙|calcium/],
      ['mg', /mg(?:2\+|\+\+)?|镁|magnesium/],
      ['na', /na\+?|钠|sodium/],
      ['k', /k\+?|钾|potassium/],
    ] as const
  ).map(([ion, names]) => known(ion, names, ionUnits(ion), true)),
]

const RATIO = /(?:水土比|土水比|水:土|土:水)?(\d(?:\.\d)?)[:比_](\d(?:\.\d)?)/
const PASTE = /饱和浸提液?|饱和泥浆|饱和糊|saturat(?:ed|ion)(?:paste|extract)?|paste/
const SOLUBLE = /水溶性|可溶性|soluble|八大离子|盐分组成|离子组成/
/** Words that say nothing we would have to know. */
const WORDS =
  /水溶性盐?|可溶性盐?|soluble|八大离子|盐分组成|离子组成|阴离子|阳离子|离子|含量|浓度|数?值|结果|土壤|浸提液?|水土比|土水比|测定|检测|单位|soil|content|25(?:℃|°c)|\(1\/[123][a-z0-9+-]*\)/g
const SIGNS = /[()[\]【】{},:;/_.·|\s-]/g

/** Half-width, small, one kind of minus and dot, without blanks. */
const plain = (header: string) =>
  header
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[−–—‐‑]/g, '-')
    .replaceAll(/[⋅•∙*×]/g, '·')
    .replaceAll('μ', 'u')
    .replaceAll('_per_', '/') // our own exports' way
    .replaceAll(/\s/g, '')

/** The extract of a text, as soil to water: `1:5`, from `5:1`, `水土比5:1`, `1比5`, `ec_1_5`; `paste` of a saturated one; null where it names none. */
export function ratioFrom(text: string | null): string | null {
  const said = plain(text ?? '')
  if (PASTE.test(said)) return 'paste'
  const found = RATIO.exec(said)
  if (!found) return null
  const [a, b] = [Number(found[1]), Number(found[2])]
  return a === 1 ? `1:${b}` : b === 1 ? `1:${a}` : null
}

/** Litres of water on a kilogram of soil, of `1:5` five; null of a paste, whose water is not known. */
export function waterOf(ratio: string | null): number | null {
  const found = /^1:(\d(?:\.\d)?)$/.exec(ratio ?? '')
  return found ? Number(found[1]) : null
}

const read = new Map<string, LabHeader | null>()
/** What a header says, or null where a part of it is not understood. */
export function readHeader(header: string): LabHeader | null {
  const seen = read.get(header)
  if (seen !== undefined) return seen
  if (read.size > 10_000) read.clear()
  const found = understood(plain(header))
  read.set(header, found)
  return found
}

function understood(header: string): LabHeader | null {
  if (header.length > 60) return null
  const ratio = ratioFrom(header)
  const body = header.replace(RATIO, ' ').replace(ratio === 'paste' ? PASTE : /$^/, ' ')
  for (const text of [header, body]) {
    for (const { quantity, names, units, needsUnit } of KNOWN) {
      for (const at of text.matchAll(names)) {
        const rest = `${text.slice(0, at.index)} ${text.slice(at.index + at[0].length)}`
        const unit = unitOf(rest, units)
        if (unit === undefined || (needsUnit && unit === null)) continue
        return { quantity, unit, ratio: quantity === 'ece' ? 'paste' : ratio, soluble: SOLUBLE.test(header) }
      }
    }
  }
  return null
}

/** The unit that uses up all that is left of a header; null where nothing is left; undefined where something stays. */
function unitOf(rest: string, units: readonly Spelt[]): HeaderUnit | null | undefined {
  const spent = (text: string) => text.replaceAll(WORDS, ' ').replaceAll(SIGNS, '') === ''
  if (spent(rest)) return null
  // an underscore stands for the stroke where a file's headers are plain letters
  for (const text of [rest, rest.replaceAll('_', '/')])
    for (const [pattern, unit] of units) if (pattern.test(text) && spent(text.replace(pattern, ' '))) return unit
  return undefined
}

/** The unit in a header whose quantity a person has told; null where it names none that the quantity has. */
export function unitIn(header: string, quantity: Quantity): HeaderUnit | null {
  const text = plain(header).replaceAll('_', '/')
  const units = KNOWN.find((each) => each.quantity === quantity)?.units ?? []
  return units.find(([pattern]) => new RegExp(`(?<![a-z])(?:${pattern.source})(?![a-z])`).test(text))?.[1] ?? null
}
