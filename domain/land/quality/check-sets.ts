/**
 * Checks over many rows, on plain arrays and maps that a job can fill from the register. None keeps more than what it is given; each answers
 * with the subjects it found, in the order in which they came.
 */
import type { Day } from '@dishu/base/date'
import { isWithin, ownerOf, parentOf } from '@dishu/kernel/areas/areas'
import { issuerOfParcel } from '../parcels/parcels.ts'
import { compareWithWhole, contractChanges, dayAfter, type PieceContract, runs } from '../tenure/tenure.ts'
import type { Finding } from './findings.ts'
import { holds, listOf, Notes, numberOf, type RuleBook } from './rules.ts'

export type SubjectFinding = Finding & { readonly subject: string }
const m2 = (area: number) => area / 100

/** A key as its file had it: an import tells rows of one key apart by ~2, ~3 … */
export const plainKey = (key: string) => key.replace(/~\d+$/, '')

/** Keys that more than one row has, with the places of their rows, in order of first appearance. */
export function duplicates(keys: readonly (string | null)[]): { readonly key: string; readonly rows: readonly number[] }[] {
  const rowsOf = new Map<string, number[]>()
  keys.forEach((key, row) => {
    if (key === null) return
    const plain = plainKey(key)
    const rows = rowsOf.get(plain)
    if (rows) rows.push(row)
    else rowsOf.set(plain, [row])
  })
  return [...rowsOf].filter(([, rows]) => rows.length > 1).map(([key, rows]) => ({ key, rows }))
}

type DuplicateRule = Extract<Finding['rule'], `${string}/duplicate${string}`>

/** A finding for every row whose key is not its own. `keys[i]` is the key and `subjects[i]` the subject of row i. */
export function checkDuplicates(
  rule: DuplicateRule,
  keys: readonly (string | null)[],
  subjects: readonly string[],
  book: RuleBook,
): SubjectFinding[] {
  if (!holds(book, rule)) return []
  return duplicates(keys).flatMap(({ key, rows }) =>
    rows.map((row) => ({ rule, details: { key, rows: rows.length }, subject: subjects[row] })),
  )
}

/** The spans in which more than the whole of a piece is under contract: [from, to] days (to null: without end) and the contracts that run then. */
export function contractsAtOneTime(
  contracts: readonly PieceContract[],
): { readonly from: Day | null; readonly to: Day | null; readonly contracts: readonly string[] }[] {
  // a contract is one however often it is listed
  const each = [...new Map(contracts.map((contract) => [contract.code, contract])).values()]
  const changes = contractChanges(each)
  const spans: { from: Day | null; to: Day | null; contracts: readonly string[] }[] = []
  const starts = ['0001-01-01' as Day, ...changes]
  for (let i = 0; i < starts.length; i++) {
    const running = each.filter((contract) => runs(contract, starts[i]))
    if (running.length < 2 || compareWithWhole(running.map(({ share }) => share ?? { part: 1, whole: 1 })) <= 0) continue
    const names = running.map(({ code }) => code).sort()
    const to = i + 1 < starts.length ? dayBefore(starts[i + 1]) : null
    const last = spans.at(-1)
    if (last && last.contracts.join() === names.join() && last.to !== null && dayAfter(last.to) === starts[i]) last.to = to
    else spans.push({ from: i === 0 ? null : starts[i], to, contracts: names })
  }
  return spans
}

function dayBefore(day: Day): Day {
  const [y, m, d] = day.split('-').map(Number)
  return new Date(Date.UTC(y, m - 1, d - 1)).toISOString().slice(0, 10) as Day
}

export type PieceFacts = {
  readonly parcel_code: string
  readonly category: string | null
  readonly onMap: boolean
  readonly contracts: readonly PieceContract[]
}

/** A parcel and its contracts: none though its category says contracted, several at one time, shares that are more or less than the whole. */
export function checkPieces(pieces: readonly PieceFacts[], book: RuleBook): SubjectFinding[] {
  const found: SubjectFinding[] = []
  for (const { parcel_code: subject, category, onMap, contracts } of pieces) {
    const notes = new Notes(book)
    if (contracts.length === 0) {
      if (
        onMap &&
        category !== null &&
        holds(book, 'parcel/without-contract') &&
        listOf(book, 'parcel/without-contract', 'categories').includes(category)
      ) {
        notes.add({ rule: 'parcel/without-contract', details: { category } })
      }
    } else {
      const spans = contractsAtOneTime(contracts)
      for (const { from, to, contracts: codes } of spans) {
        notes.add({ rule: 'parcel/in-two-contracts', details: { contracts: codes, from: from ?? '', to } })
      }
      if (spans.length === 0) sharesOf(contracts, book, notes)
    }
    for (const finding of notes.found) found.push({ ...finding, subject })
  }
  return found
}

/** Shares of the contracts that run on the day of the check; one who holds the whole alone needs no other. */
function sharesOf(contracts: readonly PieceContract[], book: RuleBook, notes: Notes) {
  const shares = [...new Map(contracts.map((one) => [one.code, one])).values()]
    .filter((one) => runs(one, book.day))
    .map(({ share }) => share ?? { part: 1, whole: 1 })
  if (shares.length === 0 || compareWithWhole(shares) === 0) return
  const sum = shares.reduce((total, { part, whole }) => total + part / whole, 0)
  notes.add({
    rule: 'parcel/shares-do-not-add-up',
    details: { shares: shares.map(({ part, whole }) => `${part}/${whole}`), sum: Number(sum.toFixed(6)) },
  })
}

export type ContractSetFacts = {
  readonly contract_code: string
  readonly issuer_code: string | null
  readonly contractor_code: string | null
  readonly contract_area: number | null
  readonly parcel_count: number | null
  /** Its parcels with their contract areas; `surveyed` of the parcel's own row, null where there is none. */
  readonly parcels: readonly {
    readonly parcel_code: string
    readonly contract_area: number | null
    readonly known: boolean
    readonly surveyed: number | null
  }[]
}

/** Contracts against their parcels and parties. `parties` are all party codes of the register; null leaves that check out. */
export function checkContracts(
  contracts: readonly ContractSetFacts[],
  parties: ReadonlySet<string> | null,
  book: RuleBook,
): SubjectFinding[] {
  const found: SubjectFinding[] = []
  for (const contract of contracts) {
    const notes = new Notes(book)
    if (contract.parcels.length === 0) {
      notes.add({ rule: 'contract/without-parcel', details: { area: contract.contract_area === null ? null : m2(contract.contract_area) } })
    } else {
      parcelsOf(contract, book, notes)
    }
    for (const [role, code] of [
      ['issuer', contract.issuer_code],
      ['contractor', contract.contractor_code],
    ] as const) {
      if (parties !== null && code !== null && !parties.has(code)) notes.add({ rule: 'contract/party-unknown', details: { role, code } })
    }
    for (const finding of notes.found) found.push({ ...finding, subject: contract.contract_code })
  }
  return found
}

function parcelsOf(contract: ContractSetFacts, book: RuleBook, notes: Notes) {
  const { parcels, parcel_count: count, contract_area: stated, issuer_code: issuer } = contract
  if (count !== null && count !== parcels.length)
    notes.add({ rule: 'contract/parcel-count-differs', details: { stated: count, found: parcels.length } })
  const sum = parcels.reduce((total, { contract_area }) => total + (contract_area ?? 0), 0)
  if (
    stated !== null &&
    parcels.every(({ contract_area }) => contract_area !== null) &&
    far(stated, sum, 'contract/area-differs-from-parcels', book)
  ) {
    notes.add({ rule: 'contract/area-differs-from-parcels', details: { stated: m2(stated), parcels: m2(sum), count: parcels.length } })
  }
  for (const { parcel_code: parcel, contract_area: area, known, surveyed } of parcels) {
    if (!known) notes.add({ rule: 'contract/parcel-unknown', details: { parcel } })
    if (issuer !== null && /^\d{14}$/.test(issuer) && /^\d{19}$/.test(parcel) && !parcel.startsWith(issuer)) {
      notes.add({ rule: 'contract/parcel-outside-issuer', details: { parcel, issuer } })
    }
    if (area !== null && surveyed !== null && surveyed > 0 && far(area, surveyed, 'contract/area-differs-from-parcel', book)) {
      notes.add({
        rule: 'contract/area-differs-from-parcel',
        details: { parcel, contract: m2(area), surveyed: m2(surveyed), ratio: Number((area / surveyed).toPrecision(6)) },
      })
    }
  }
}

function far(
  a: number,
  b: number,
  rule: 'contract/area-differs-from-parcels' | 'contract/area-differs-from-parcel',
  book: RuleBook,
): boolean {
  return holds(book, rule) && Math.abs(a - b) > Math.max(numberOf(book, rule, 'leastM2') * 100, numberOf(book, rule, 'ratio') * Math.abs(b))
}

/** Samples against the ground: `patches[i]` says whether sample i lies in a patch (null: it has no position), `plots[i]` whether its plot is known (null: it names none). */
export function checkPlaces(
  samples: readonly {
    readonly sample_code: string
    readonly longitude: number | null
    readonly latitude: number | null
    readonly plot_code: string | null
  }[],
  patches: readonly (boolean | null)[],
  plots: readonly (boolean | null)[],
  book: RuleBook,
): SubjectFinding[] {
  const found: SubjectFinding[] = []
  samples.forEach(({ sample_code: subject, longitude, latitude, plot_code: plot }, i) => {
    const notes = new Notes(book)
    if (patches[i] === false && longitude !== null && latitude !== null)
      notes.add({ rule: 'sample/outside', details: { longitude, latitude } })
    if (patches[i] === null && plots[i] === false && plot !== null) notes.add({ rule: 'sample/plot-unknown', details: { plot } })
    for (const finding of notes.found) found.push({ ...finding, subject })
  })
  return found
}

export type AreaFacts = { readonly code: string; readonly parent: string | null; readonly control_area: number | null }

/**
 * Areas against the patches in them. `totals` has for every village the sum and number of its patches; a town or county is held against the
 * sum of its villages. Areas without a control area are not compared.
 */
export function checkAreas(
  areas: readonly AreaFacts[],
  totals: ReadonlyMap<string, { readonly area: number; readonly patches: number }>,
  book: RuleBook,
): SubjectFinding[] {
  const found: SubjectFinding[] = []
  const known = new Set(areas.map(({ code }) => code))
  const hasVillages = areas.some(({ code }) => code.length === 12)
  const sums = new Map<string, number>()
  for (const [village, { area, patches }] of totals) {
    for (let code: string | null = village; code !== null; code = parentOf(code)) sums.set(code, (sums.get(code) ?? 0) + area)
    const notes = new Notes(book)
    if (hasVillages && !known.has(village)) notes.add({ rule: 'area/village-unknown', details: { village, patches } })
    for (const finding of notes.found) found.push({ ...finding, subject: village })
  }
  for (const { code, parent, control_area: control } of areas) {
    const notes = new Notes(book)
    if (parent !== null && !isWithin(code, parent)) notes.add({ rule: 'area/code-not-nested', details: { code, parent } })
    const total = sums.get(code)
    if (control !== null && total !== undefined && holds(book, 'area/total-differs')) {
      if (Math.abs(control - total) > numberOf(book, 'area/total-differs', 'toleranceM2') * 100) {
        notes.add({ rule: 'area/total-differs', details: { control: m2(control), total: m2(total), difference: m2(total - control) } })
      }
    }
    for (const finding of notes.found) found.push({ ...finding, subject: code })
  }
  return found
}

export type OwnerFacts = {
  readonly patch_key: string
  readonly owner_kind: string | null
  readonly register: string // ZDTZM of the ownership parcel over it: G… state, J… collective
  readonly holder: string | null
  readonly share: number // of the patch that it covers, 0 to 1
}

/** The kind of owner of the survey against the land register's. Disputed land (Z…) and parcels over less than half a patch say nothing. */
export function checkOwners(facts: readonly OwnerFacts[], book: RuleBook): SubjectFinding[] {
  if (!holds(book, 'patch/owner-contradicts-register')) return []
  const least = numberOf(book, 'patch/owner-contradicts-register', 'leastShare')
  const found: SubjectFinding[] = []
  for (const { patch_key: subject, owner_kind: ownerKind, register: stated, holder, share } of facts) {
    const register = /^G/i.test(stated) ? 'state' : /^J/i.test(stated) ? 'collective' : null
    const survey = ownerOf(ownerKind)
    if (register === null || survey === 'unknown' || survey === register || share < least) continue
    found.push({ rule: 'patch/owner-contradicts-register', details: { ownerKind, survey, register, holder }, subject })
  }
  return found
}

export type ParcelOwnerFacts = {
  readonly parcel_code: string
  readonly owner_kind: string | null
  readonly patch_key: string
  readonly patch_owner_kind: string | null
  readonly share: number // of the parcel that lies on the patch, 0 to 1
}

/** The kind of owner of a registry parcel against that of the patch most of it lies on. */
export function checkParcelOwners(facts: readonly ParcelOwnerFacts[], book: RuleBook): SubjectFinding[] {
  const rule = 'parcel/owner-contradicts-survey'
  if (!holds(book, rule)) return []
  const least = numberOf(book, rule, 'leastShare')
  return facts.flatMap(({ parcel_code: subject, owner_kind: ownerKind, patch_key: patch, patch_owner_kind: patchKind, share }) => {
    const [registry, survey] = [ownerOf(ownerKind), ownerOf(patchKind)]
    if (ownerKind === null || registry === 'unknown' || survey === 'unknown' || registry === survey || share < least) return []
    return [{ rule, details: { ownerKind, registry, survey, patch }, subject }]
  })
}

/** Registry parcels whose issuer is not among the known ones. Without any issuer known there is nothing to say. */
export function checkIssuers(parcelCodes: Iterable<string>, issuers: ReadonlySet<string>, book: RuleBook): SubjectFinding[] {
  if (issuers.size === 0 || !holds(book, 'parcel/issuer-unknown')) return []
  const found: SubjectFinding[] = []
  for (const subject of parcelCodes) {
    const issuer = issuerOfParcel(plainKey(subject))
    if (issuer !== null && !issuers.has(issuer)) found.push({ rule: 'parcel/issuer-unknown', details: { issuer }, subject })
  }
  return found
}

/** Households whose stated number of members is not that of their list; households without a list are left out. */
export function checkMembers(
  parties: readonly { readonly party_code: string; readonly member_count: number | null }[],
  listed: ReadonlyMap<string, number>,
  book: RuleBook,
): SubjectFinding[] {
  if (!holds(book, 'party/member-count-differs')) return []
  return parties.flatMap(({ party_code: subject, member_count: stated }) => {
    const found = listed.get(subject)
    return stated === null || found === undefined || stated === found
      ? []
      : [{ rule: 'party/member-count-differs', details: { stated, found }, subject }]
  })
}
