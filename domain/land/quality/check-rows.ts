/** Checks of one register row. Rows come with the register's column names, areas in hundredths of a m². */

import type { Day } from '@dishu/base/date'
import { classesFrom2007, classOf, isListedClass, LAND_CLASSES, OWNER_KINDS, ownerOf } from '@dishu/kernel/areas/areas'
import { PARCEL_LISTS, PATCH_LISTS } from '../parcels/parcels.ts'
import { isRegistryContract, TENURE_LISTS } from '../tenure/tenure.ts'
import type { Finding, MixUp } from './findings.ts'
import { holds, listOf, Notes, numberOf, type RuleBook } from './rules.ts'

export { checkSample, type SampleFacts } from './check-samples.ts'

/** `outline_simple` is false where the outline crosses itself or a hole lies outside: its area then says nothing. Null or absent: not known. */
type Outlined = { readonly computed_area: number | null; readonly outline_simple?: boolean | null }

export type PatchFacts = Outlined & {
  readonly county: string
  readonly patch_key: string
  readonly patch_number: string | null
  readonly village: string
  readonly class: string
  readonly owner_kind: string | null
  readonly owner_unit: string | null
  readonly class_name?: string | null
  readonly owner_name?: string | null
  readonly official_area: number
  readonly deducted_class: string | null
  readonly deduction: number | null
  readonly deducted_area: number
  readonly class_area: number
  readonly extra?: Readonly<Record<string, unknown>> | null
}

export type ParcelFacts = Outlined & {
  readonly county: string
  readonly parcel_code: string
  readonly owner_kind: string | null
  readonly category: string | null
  readonly use_class: string | null
  readonly fertility: string | null
  readonly purpose: string | null
  readonly basic_farmland: string | null
  readonly official_area: number | null
  readonly official_mu: number | null
}

export type ContractFacts = {
  readonly county: string
  readonly contract_code: string
  readonly issuer_code: string | null
  readonly contractor_code: string | null
  readonly mode: string | null
  readonly term_from: Day | null
  readonly term_to: Day | null
  readonly contract_area: number | null
  readonly contract_mu: number | null
}

const m2 = (area: number) => area / 100
const codesOf = (lists: readonly { readonly field: string; readonly rows: readonly (readonly [string, string, string])[] }[]) =>
  new Map(lists.map((list) => [list.field, new Set(list.rows.map(([code]) => code))]))
const PATCH_CODES = codesOf(PATCH_LISTS)
const PARCEL_CODES = codesOf(PARCEL_LISTS)
const MODES = codesOf(TENURE_LISTS).get('CBFS') ?? new Set()
// a name that is on no list may be a local one; the name of another class is a mistake
const CLASS_NAMES = new Set(LAND_CLASSES.filter(({ level }) => level === 'class').map(({ zh }) => zh))

/** What an owner's name says of the kind of owner; most names say nothing certain. */
function ownerByName(name: string | null): 'state' | 'collective' | null {
  if (name === null) return null
  if (/国有|国营/.test(name)) return 'state'
  return /村民委员会|村委会|村民小组|农民集体|集体经济组织|村集体/.test(name) ? 'collective' : null
}
const OWNERS = new Set(OWNER_KINDS.map(({ code }) => code))

/** `county`: of the register that the row is for, where it does not say so itself. */
export function checkPatch(row: PatchFacts, book: RuleBook, county = row.county): readonly Finding[] {
  const notes = new Notes(book)
  patchCodes(row, county, book, notes)
  patchAreas(row, book, notes)
  if (row.official_area > 0) areaAgainstOutline('patch', row.official_area, row, book, notes)
  return notes.found
}

function patchCodes(row: PatchFacts, county: string, book: RuleBook, notes: Notes) {
  const landClass = classOf(row.class)
  if (landClass?.edition === 'gbt21010-2007' && landClass.level === 'class') {
    notes.add({
      rule: 'patch/class-is-of-2007',
      details: { field: 'DLBM', stated: row.class, usually: classesFrom2007(landClass.code)[0] },
    })
  } else if (landClass?.level !== 'class') {
    notes.add({ rule: 'patch/class-not-listed', details: { field: 'DLBM', stated: row.class } })
  }
  if (row.deducted_class !== null && !isListedClass(row.deducted_class)) {
    notes.add({ rule: 'patch/class-not-listed', details: { field: 'KCDLBM', stated: row.deducted_class } })
  }
  if (row.owner_kind === null || !OWNERS.has(row.owner_kind)) {
    notes.add({ rule: 'patch/owner-kind-not-listed', details: { field: 'QSXZ', stated: row.owner_kind } })
  }
  const named = row.class_name ?? ''
  if (landClass?.level === 'class' && CLASS_NAMES.has(named) && named !== landClass.zh) {
    notes.add({ rule: 'patch/class-name-differs', details: { code: row.class, stated: named, expected: landClass.zh } })
  }
  const survey = ownerOf(row.owner_kind)
  const says = ownerByName(row.owner_name ?? null)
  if (row.owner_kind !== null && survey !== 'unknown' && says !== null && says !== survey) {
    notes.add({ rule: 'patch/owner-name-contradicts', details: { ownerKind: row.owner_kind, survey, name: row.owner_name ?? '' } })
  }
  for (const [field, codes] of PATCH_CODES) {
    const stated = row.extra?.[field]
    if (typeof stated === 'string' && !codes.has(stated))
      notes.add({ rule: 'patch/list-code-unknown', details: { field, stated, list: field } })
  }
  if (holds(book, 'patch/code-length')) {
    const lengths = (name: string) => listOf(book, 'patch/code-length', name)
    const wrong = (field: string, stated: string, expected: string) =>
      notes.add({ rule: 'patch/code-length', details: { field, stated, expected } })
    if (!lengths('village').includes(row.village.length)) wrong('ZLDWDM', row.village, lengths('village').join(' / '))
    if (row.owner_unit !== null && !lengths('ownerUnit').includes(row.owner_unit.length)) {
      wrong('QSDWDM', row.owner_unit, lengths('ownerUnit').join(' / '))
    }
    const most = numberOf(book, 'patch/code-length', 'patchNumber')
    if (row.patch_number !== null && row.patch_number.length > most) wrong('TBBH', row.patch_number, `≤ ${most}`)
  }
  if (!row.village.startsWith(county)) {
    notes.add({ rule: 'patch/outside-county', details: { field: 'ZLDWDM', stated: row.village, county } })
  }
}

function patchAreas(row: PatchFacts, book: RuleBook, notes: Notes) {
  const { official_area: official, deducted_area: deducted, class_area: classArea, deduction } = row
  if (official === 0) notes.add({ rule: 'patch/area-is-zero', details: { field: 'TBMJ' } })
  const difference = classArea - (official - deducted)
  if (holds(book, 'patch/areas-do-not-add-up') && Math.abs(difference) > numberOf(book, 'patch/areas-do-not-add-up', 'toleranceM2') * 100) {
    const details = { official: m2(official), deducted: m2(deducted), classArea: m2(classArea), difference: m2(difference) }
    notes.add({ rule: 'patch/areas-do-not-add-up', details })
  }
  if (deducted > 0 && row.deducted_class === null) notes.add({ rule: 'patch/deduction-without-class', details: { deducted: m2(deducted) } })
  if (deduction === null) return
  if (holds(book, 'patch/deduction-out-of-range')) {
    const [least, below] = ['least', 'below'].map((name) => numberOf(book, 'patch/deduction-out-of-range', name))
    if (!(deduction >= least && deduction < below)) return notes.add({ rule: 'patch/deduction-out-of-range', details: { deduction } })
  }
  if (!holds(book, 'patch/deduction-does-not-fit')) return
  // KCXS is written with four decimals, so that the product is only known to half a step of the last
  const slack =
    numberOf(book, 'patch/deduction-does-not-fit', 'toleranceM2') * 100 +
    (official * numberOf(book, 'patch/deduction-does-not-fit', 'coefficientStep')) / 2
  const expected = official * deduction
  if (Math.abs(deducted - expected) > slack) {
    const details = { official: m2(official), deduction, deducted: m2(deducted), expected: Math.round(expected) / 100 }
    notes.add({ rule: 'patch/deduction-does-not-fit', details })
  }
}

export function checkParcel(row: ParcelFacts, book: RuleBook, county = row.county): readonly Finding[] {
  const notes = new Notes(book)
  const { parcel_code: code, official_area: area, official_mu: mu } = row
  const onMap = row.computed_area !== null
  if (
    onMap &&
    holds(book, 'parcel/code-length') &&
    !new RegExp(`^\\d{${numberOf(book, 'parcel/code-length', 'digits')}}(~\\d+)?$`).test(code)
  ) {
    notes.add({
      rule: 'parcel/code-length',
      details: { field: 'DKBM', stated: code, expected: String(numberOf(book, 'parcel/code-length', 'digits')) },
    })
  }
  if (/^\d{14}/.test(code) && !code.startsWith(county)) {
    notes.add({ rule: 'parcel/outside-county', details: { field: 'DKBM', stated: code, county } })
  }
  parcelLists(row, notes)

  if (area === 0) notes.add({ rule: 'parcel/area-is-zero', details: { field: 'SCMJ' } })
  if (area !== null && area > 0) areaAgainstOutline('parcel', area, row, book, notes)
  muAgainstM2('parcel', mu, area, book, notes)
  return notes.found
}

function parcelLists(row: ParcelFacts, notes: Notes) {
  const stated = { DKLB: row.category, DLDJ: row.fertility, TDYT: row.purpose, SFJBNT: row.basic_farmland }
  for (const [field, code] of Object.entries(stated)) {
    if (code !== null && !PARCEL_CODES.get(field)?.has(code))
      notes.add({ rule: 'parcel/list-code-unknown', details: { field, stated: code, list: field } })
  }
  if (row.owner_kind !== null && !OWNERS.has(row.owner_kind)) {
    notes.add({ rule: 'parcel/list-code-unknown', details: { field: 'SYQXZ', stated: row.owner_kind, list: 'SYQXZ' } })
  }
  if (row.use_class === null) return
  const landClass = classOf(row.use_class)
  if (landClass?.level !== 'class')
    notes.add({ rule: 'parcel/list-code-unknown', details: { field: 'TDLYLX', stated: row.use_class, list: 'GB/T 21010-2007' } })
  else if (landClass.edition !== 'gbt21010-2007')
    notes.add({ rule: 'parcel/use-class-is-of-2017', details: { field: 'TDLYLX', stated: row.use_class } })
}

export function checkContract(row: ContractFacts, book: RuleBook, county = row.county): readonly Finding[] {
  const notes = new Notes(book)
  const { contract_code: code, issuer_code: issuer, contractor_code: contractor } = row
  if (isRegistryContract(code)) {
    if (!code.startsWith(county)) notes.add({ rule: 'contract/outside-county', details: { field: 'CBHTBM', stated: code, county } })
    if (contractor !== null && !code.startsWith(contractor)) {
      notes.add({ rule: 'contract/code-does-not-begin-with-contractor', details: { code, contractor } })
    }
    if (row.mode !== null && MODES.has(row.mode) && (row.mode === '110') !== code.endsWith('J')) {
      notes.add({ rule: 'contract/mode-contradicts-code', details: { code, mode: row.mode } })
    }
  } else if (/^\d{15,}[A-Z]?$/i.test(code)) {
    notes.add({ rule: 'contract/code-form', details: { field: 'CBHTBM', stated: code, expected: '18 + J/Q' } })
  }
  if (issuer !== null && contractor !== null && /^\d{14}$/.test(issuer) && /^\d{18}$/.test(contractor) && !contractor.startsWith(issuer)) {
    notes.add({ rule: 'contract/contractor-outside-issuer', details: { contractor, issuer } })
  }
  if (row.mode !== null && !MODES.has(row.mode))
    notes.add({ rule: 'contract/mode-not-listed', details: { field: 'CBFS', stated: row.mode } })
  contractTerm(row, book, notes)
  muAgainstM2('contract', row.contract_mu, row.contract_area, book, notes)
  return notes.found
}

function contractTerm({ term_from: from, term_to: to }: ContractFacts, book: RuleBook, notes: Notes) {
  if (from === null || to === null) notes.add({ rule: 'contract/term-missing', details: { from, to } })
  if (from !== null && to !== null) {
    if (to < from) return notes.add({ rule: 'contract/term-backwards', details: { from, to } })
    if (holds(book, 'contract/term-too-long')) {
      const limit = numberOf(book, 'contract/term-too-long', 'years')
      const years = Number(to.slice(0, 4)) - Number(from.slice(0, 4)) - (to.slice(5) < from.slice(5) ? 1 : 0)
      if (years > limit || (years === limit && to.slice(5) > from.slice(5)))
        notes.add({ rule: 'contract/term-too-long', details: { from, to, years, limit } })
    }
  }
  if (to !== null && to < book.day) notes.add({ rule: 'contract/past-term', details: { to, day: book.day } })
}

/** Factors by which an area is wrong when its unit is; a mistake of another size is no mix-up. */
const MIX_UPS: readonly (readonly [MixUp, number])[] = [
  ['mu', 0.0015],
  ['hectares', 0.0001],
  ['fifteenfold', 15],
  ['one-fifteenth', 1 / 15],
  ['mu-as-square-metres', 10_000 / 15],
]

/** Which mix-up explains a stated area (hundredths of m²) of an outline, within a part of it or half a hundredth of what a field can hold. */
export function unitMixUp(stated: number, computed: number, within: number): MixUp | null {
  const found = MIX_UPS.find(([, factor]) => Math.abs(stated - computed * factor) <= Math.max(0.6, within * computed * factor))
  // below about 10 m² everything rounds to a few hundredths of 亩: no evidence
  return found !== undefined && stated >= 1 && Math.abs(stated - computed) > 0.05 * computed ? found[0] : null
}

const AREA_RULES = { patch: ['patch/area-differs'], parcel: ['parcel/area-differs', 'parcel/area-slightly-off'] } as const

function areaAgainstOutline(
  kind: 'patch' | 'parcel',
  stated: number,
  { computed_area: computed, outline_simple: simple }: Outlined,
  book: RuleBook,
  notes: Notes,
) {
  if (computed === null || computed <= 0 || simple === false) return
  const details = () => ({ stated: m2(stated), computed: m2(computed), ratio: Number((stated / computed).toPrecision(6)) })
  const mixUp = `${kind}/unit-mix-up` as const
  if (holds(book, mixUp)) {
    const looksLike = unitMixUp(stated, computed, numberOf(book, mixUp, 'within'))
    if (looksLike !== null) return notes.add({ rule: mixUp, details: { ...details(), looksLike } })
  }
  for (const rule of AREA_RULES[kind]) {
    if (!holds(book, rule)) continue
    const limit = Math.max(numberOf(book, rule, 'leastM2') * 100, numberOf(book, rule, 'ratio') * computed)
    if (Math.abs(stated - computed) > limit) return notes.add({ rule, details: details() })
  }
}

/** What a stated number of 亩 says against m²: m² in the wrong field (unless `within` is null), a figure that does not match, or nothing. */
function muProblem(mu: number | null, area: number | null, within: number | null, tolerance: number | null) {
  if (mu === null || area === null || mu <= 0 || area <= 0) return null
  const inM2 = m2(area)
  if (within !== null && inM2 > 1 && Math.abs(mu - inM2) <= within * inM2) return { swapped: true, mu, m2: inM2, expected: 0 }
  const expected = inM2 * 0.0015
  if (tolerance === null || Math.abs(mu - expected) <= tolerance) return null
  return { swapped: false, mu, m2: inM2, expected: Math.round(expected * 100) / 100 }
}
const ifHeld = (book: RuleBook, rule: Finding['rule'], name: string) => (holds(book, rule) ? numberOf(book, rule, name) : null)

function muAgainstM2(kind: 'parcel' | 'contract', mu: number | null, area: number | null, book: RuleBook, notes: Notes) {
  const [swapped, unlike] = [`${kind}/square-metres-in-mu`, `${kind}/mu-does-not-match`] as const
  const found = muProblem(mu, area, ifHeld(book, swapped, 'within'), ifHeld(book, unlike, 'toleranceMu'))
  if (found?.swapped) notes.add({ rule: swapped, details: { mu: found.mu, m2: found.m2 } })
  else if (found) notes.add({ rule: unlike, details: { mu: found.mu, m2: found.m2, expected: found.expected } })
}

export type ContractParcelFacts = {
  readonly parcel_code: string
  readonly contract_area: number | null
  readonly contract_mu: number | null
}

/** A parcel's row in a contract (CBDKXX): its two areas against each other. */
export function checkContractParcel(
  { parcel_code: parcel, contract_area, contract_mu }: ContractParcelFacts,
  book: RuleBook,
): readonly Finding[] {
  const notes = new Notes(book)
  const [swapped, unlike] = ['contract/parcel-square-metres-in-mu', 'contract/parcel-mu-does-not-match'] as const
  const found = muProblem(contract_mu, contract_area, ifHeld(book, swapped, 'within'), ifHeld(book, unlike, 'toleranceMu'))
  if (found?.swapped) notes.add({ rule: swapped, details: { parcel, mu: found.mu, m2: found.m2 } })
  else if (found) notes.add({ rule: unlike, details: { parcel, mu: found.mu, m2: found.m2, expected: found.expected } })
  return notes.found
}
