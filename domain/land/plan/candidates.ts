/** What a patch brings into a plan: its options in every year type of the scenario, or the reason why it has none. */
import type { CostScope, LandOption, Library, OutReason, PatchFacts, PatchOptions } from '../technology/technology.ts'
import { M2_PER_MU, type YearType } from '../water/water.ts'

type Box = readonly [number, number, number, number]

/** One way to treat a patch. Money in whole 分 for the whole of its usable ground; water and grain likewise. Years count from the start, 0 first. */
export type Way = {
  readonly id: string // practice/crop
  readonly method: 'paddy' | 'irrigated' | 'rainfed'
  readonly areaM2: number
  readonly netFen: Readonly<Partial<Record<YearType, number>>> // present value against leaving it
  readonly revenueFen: number // the part of it that follows price and yield
  readonly costs: readonly { readonly scope: CostScope; readonly year: number; readonly fen: number }[] // of amelioration; farming itself is the farmer's
  /** m³ a m² net at the field, by year and month. Ways that take the same share the same object: there are few courses of water and many patches. */
  readonly water: WaterCourse
  readonly grainKg: number // a year, when the effects are there
}
export type WaterCourse = Readonly<Partial<Record<YearType, readonly (readonly number[])[]>>>
export type Candidate = {
  readonly patch: number
  readonly key: string
  readonly landClass: string
  readonly village: string
  readonly areaM2: number
  readonly bbox: Box | null
  readonly district: string | null
  readonly ways: readonly Way[]
  /** Why it has no way: `no-soil`, `not-configured:quota rice`, `limit:ecological-red-line`, `condition:ph`, … Empty where it has one. */
  readonly out: string
}
export type SeenPatch = {
  readonly id: number
  readonly key: string
  readonly facts: PatchFacts
  readonly library: Library
  readonly options: PatchOptions
}

/** Oil crops and forage are no grain. */
const GRAINS = ['rice', 'maize', 'wheat', 'sorghum', 'millet', 'oats', 'barley', 'soybean', 'quinoa']

/** Courses of water met so far, by what is in them. */
export type Courses = Map<string, WaterCourse>

/** `seen`: the patch as it is in each year type, the first of which decides where they differ in nothing but water. */
export function candidateOf(
  place: { readonly village: string; readonly bbox: Box | null },
  seen: readonly { readonly yearType: YearType; readonly patch: SeenPatch }[],
  courses: Courses,
): Candidate {
  const [{ patch: first }] = seen
  const { facts } = first
  const everywhere = first.options.options.filter(({ id }) =>
    seen.every(({ patch }) => patch.options.options.some((each) => each.id === id)),
  )
  const ways = everywhere.map((option) => wayOf(option, first.library, seen, courses))
  return {
    patch: first.id,
    key: first.key,
    landClass: facts.landClass,
    village: place.village,
    areaM2: facts.areaM2,
    bbox: place.bbox,
    district: facts.water.district,
    ways,
    out:
      ways.length > 0
        ? ''
        : whyOut(
            seen.flatMap(({ patch }) => patch.options.out.flatMap(({ reasons }) => reasons)),
            facts,
          ),
  }
}

function wayOf(
  option: LandOption,
  library: Library,
  seen: readonly { readonly yearType: YearType; readonly patch: SeenPatch }[],
  courses: Courses,
): Way {
  const mu = option.usableM2 / M2_PER_MU
  const crop = library.crops.find(({ code }) => code === option.crop)
  const rate = 1 + (library.economics.discountPercent?.value ?? 0) / 100
  const price = crop?.price?.value ?? 0
  const in_ = (type: YearType) =>
    seen.find(({ yearType }) => yearType === type)?.patch.options.options.find(({ id }) => id === option.id) ?? option
  const types = seen.map(({ yearType }) => yearType)
  return {
    id: option.id,
    method: crop?.method ?? 'rainfed',
    areaM2: option.usableM2,
    netFen: Object.fromEntries(types.map((type) => [type, Math.round(in_(type).benefitFenPerMu * mu)])),
    revenueFen: Math.round(option.yields.reduce((sum, { year, kgPerMu }) => sum + (kgPerMu * price) / rate ** year, 0) * mu),
    costs: option.costs.flatMap(({ scope, year, fenPerMu, of }) =>
      scope === 'growing' || of === option.crop ? [] : [{ scope, year, fen: Math.round(fenPerMu * mu) }],
    ),
    water: courseOf(
      types.map(
        (type) => [type, in_(type).water.map(({ crop: own, leaching }) => own.map((m3, m) => (m3 + leaching[m]) / M2_PER_MU))] as const,
      ),
      courses,
    ),
    grainKg: GRAINS.includes(option.crop) ? Math.round((option.yields.at(-1)?.kgPerMu ?? 0) * mu) : 0,
  }
}

function courseOf(byType: readonly (readonly [YearType, WaterCourse[YearType]])[], courses: Courses): WaterCourse {
  const name = JSON.stringify(byType)
  const known = courses.get(name)
  if (known) return known
  const course: WaterCourse = Object.fromEntries(byType)
  courses.set(name, course)
  return course
}

/** The reason that stands nearest to being mended: soil that nobody measured, figures that nobody stated, then limits of law, then the ground itself. */
function whyOut(reasons: readonly OutReason[], { soil }: PatchFacts): string {
  if (soil === null) return 'no-soil'
  const of = <K extends OutReason['kind']>(kind: K) => reasons.find((each): each is Extract<OutReason, { kind: K }> => each.kind === kind)
  const lacking = of('not-configured')
  const limit = of('limit')
  const unknown = of('unknown')
  const condition = of('condition')
  if (limit && reasons.every(({ kind }) => kind === 'limit')) return `limit:${limit.limit}`
  if (lacking) return `not-configured:${lacking.what} ${lacking.of}`
  if (unknown) return `unknown:${unknown.indicator}`
  if (limit) return `limit:${limit.limit}`
  if (condition) return `condition:${condition.indicator}`
  const last = reasons[0]
  return last ? last.kind : 'no-practice'
}
