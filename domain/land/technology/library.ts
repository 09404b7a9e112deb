/** The library in force: the program's, with the office's own rows in place of those of the same code. */
import { CROPS, type Crop, cropsInForce, type Figure, VARIETIES, type Variety, YIELD_RULES, type YieldRule } from '../crops/crops.ts'
import type { CostLine, Economics, Library, Practice, Technology } from './measures.ts'
import { PRACTICES } from './practices.data.ts'
import { SHIPPED_RULES, TECHNOLOGIES } from './technologies.data.ts'

/** Names of the economics that a plan asks for, and the words or numbers they take. */
export const ECONOMICS = [
  'discount-percent',
  'horizon-years',
  'water-price',
  'yield-rule',
  'ece-conversion',
  'drain-reach-m',
  'year-type',
] as const
export type EconomicsName = (typeof ECONOMICS)[number]

type EconomicsStated = {
  readonly name: string
  readonly value: number | null
  readonly word: string | null
  readonly year: number | null
  readonly source: string
  readonly mark: Figure['mark']
}
/** How the facts of a patch are had, beside what a plan reckons with. */
export type SiteRules = { readonly eceConversion: string | null; readonly drainReachM: number | null; readonly yearType: string | null }

export type OwnLibrary = {
  readonly technologies: readonly Technology[]
  readonly costs: readonly CostLine[]
  readonly practices: readonly Practice[]
  readonly crops: readonly Crop[]
  readonly varieties: readonly Variety[]
  readonly economics: readonly EconomicsStated[]
}
export type LibraryInForce = Library & {
  readonly varieties: readonly Variety[]
  readonly site: SiteRules
  /** Codes of what the office states itself. */
  readonly own: ReadonlySet<string>
}

const inPlace = <T extends { readonly code: string }>(shipped: readonly T[], own: readonly T[]): T[] => {
  const replaced = new Map(own.map((each) => [each.code, each]))
  const there = new Set(shipped.map(({ code }) => code))
  return [...shipped.map((each) => replaced.get(each.code) ?? each), ...own.filter(({ code }) => !there.has(code))]
}

/** Water needs differ from district to district and are added for each patch. */
export function libraryInForce(own: OwnLibrary): LibraryInForce {
  const stated = new Map(own.economics.map((each) => [each.name, each]))
  return {
    technologies: inPlace(TECHNOLOGIES, own.technologies),
    costs: newestPrices(own.costs),
    practices: inPlace(PRACTICES, own.practices),
    crops: cropsInForce(CROPS, own.crops),
    varieties: inPlace(VARIETIES, own.varieties),
    waterNeeds: [],
    rules: SHIPPED_RULES,
    economics: economicsOf(stated),
    site: {
      eceConversion: stated.get('ece-conversion')?.word ?? null,
      drainReachM: stated.get('drain-reach-m')?.value ?? null,
      yearType: stated.get('year-type')?.word ?? null,
    },
    own: new Set([
      ...own.technologies.map(({ code }) => `technology ${code}`),
      ...own.practices.map(({ code }) => `practice ${code}`),
      ...own.crops.map(({ code }) => `crop ${code}`),
      ...own.varieties.map(({ code }) => `variety ${code}`),
    ]),
  }
}

/** Of each line the price of its newest year. */
function newestPrices(costs: readonly CostLine[]): CostLine[] {
  const newest = new Map<string, CostLine>()
  for (const cost of costs) {
    const key = `${cost.technology}\0${cost.line}`
    const known = newest.get(key)
    if (!known || known.year < cost.year) newest.set(key, cost)
  }
  return [...newest.values()]
}

function economicsOf(stated: ReadonlyMap<string, EconomicsStated>): Economics {
  const figure = (name: EconomicsName): Figure | null => {
    const row = stated.get(name)
    return row && row.value !== null ? { value: row.value, year: row.year ?? 0, source: row.source, mark: row.mark } : null
  }
  const word = stated.get('yield-rule')?.word
  const yieldRule: YieldRule = YIELD_RULES.find((rule) => rule === word) ?? 'product'
  return {
    discountPercent: figure('discount-percent'),
    horizonYears: figure('horizon-years'),
    waterFenPerM3: figure('water-price'),
    yieldRule,
  }
}
