/** Who holds land, by which contract, until when: parties, contracts, the parcels in them, and transfers of the use. */
import { type Day, FOREVER } from '@dishu/base/date'
import type { Content, Kind } from '@dishu/kernel/records/records'

export { contractMode, TENURE_LISTS } from './lists.ts'

export type Role = 'issuer' | 'contractor' | 'recipient'

const text = (value: Content[string]) => (typeof value === 'string' ? value : '')
/** A contract code of the registry: the contractor's 18 digits and J (by household) or Q (otherwise). */
export const isRegistryContract = (contractCode: string) => /^\d{18}[JQ]$/.test(contractCode)

export const partyKind: Kind = {
  name: 'party',
  table: 'land.party',
  columns: [
    ['party_code', 'text'],
    ['role', 'text'],
    ['party_kind', 'text'],
    ['name', 'text'],
    ['member_count', 'int4'],
    ['sealed', 'jsonb'],
    ['extra', 'jsonb'],
  ],
  key: ['party_code', 'role'],
  // a table of issuers is complete for its villages, one of contractors for its issuers; parties known from a ledger stand for themselves
  scope: ({ party_code, role }) => {
    const code = text(party_code)
    if (role === 'issuer' && /^\d{14}$/.test(code)) return `issuer/${code.slice(0, 12)}`
    if (role === 'contractor' && /^\d{18}$/.test(code)) return `contractor/${code.slice(0, 14)}`
    return `office/${text(role)}/${code}`
  },
  derived: false,
}

/**
 * A household's members have no number of their own in the registry: within a household they are told apart by their relation to its head
 * and by who they are, which the register knows only as references to sealed values.
 */
export const memberKind: Kind = {
  name: 'member',
  table: 'land.member',
  columns: [
    ['party_code', 'text'],
    ['relation', 'text'],
    ['sex', 'text'],
    ['note', 'text'],
    ['co_owner', 'text'],
    ['sealed', 'jsonb'],
    ['extra', 'jsonb'],
  ],
  key: ['party_code', 'relation', 'sealed'],
  scope: (row) => text(row.party_code),
  derived: false,
}

export const contractKind: Kind = {
  name: 'contract',
  table: 'land.contract',
  columns: [
    ['contract_code', 'text'],
    ['previous_code', 'text'],
    ['issuer_code', 'text'],
    ['contractor_code', 'text'],
    ['mode', 'text'],
    ['term_from', 'date'],
    ['term_to', 'date'],
    ['contract_area', 'int8'],
    ['contract_mu', 'float8'],
    ['parcel_count', 'int4'],
    ['rent_fen', 'int8'],
    ['signed_on', 'date'],
    ['sealed', 'jsonb'],
    ['extra', 'jsonb'],
  ],
  key: ['contract_code'],
  // an office's own ledger lists some contracts of an issuer beside those of the registry, and ends none of them
  scope: (row) =>
    isRegistryContract(text(row.contract_code)) ? text(row.contract_code).slice(0, 14) : `office/${text(row.contract_code)}`,
  derived: false,
  held: true,
}

export const contractParcelKind: Kind = {
  name: 'contract_parcel',
  table: 'land.contract_parcel',
  columns: [
    ['contract_code', 'text'],
    ['parcel_code', 'text'],
    ['issuer_code', 'text'],
    ['contractor_code', 'text'],
    ['mode', 'text'],
    ['contract_area', 'int8'],
    ['contract_mu', 'float8'],
    ['share_part', 'int4'],
    ['share_whole', 'int4'],
    ['extra', 'jsonb'],
  ],
  key: ['contract_code', 'parcel_code'],
  scope: (row) =>
    isRegistryContract(text(row.contract_code)) ? text(row.contract_code).slice(0, 14) : `office/${text(row.contract_code)}`,
  derived: false,
}

export const transferKind: Kind = {
  name: 'transfer',
  table: 'land.transfer',
  columns: [
    ['transfer_code', 'text'],
    ['contract_code', 'text'],
    ['from_code', 'text'],
    ['to_code', 'text'],
    ['mode', 'text'],
    ['term_from', 'date'],
    ['term_to', 'date'],
    ['transfer_area', 'int8'],
    ['parcel_count', 'int4'],
    ['sealed', 'jsonb'],
    ['extra', 'jsonb'],
  ],
  key: ['transfer_code'],
  scope: (row) => (/^\d{18}/.test(text(row.from_code)) ? text(row.from_code).slice(0, 14) : `office/${text(row.transfer_code)}`),
  derived: false,
}

export type ContractState = 'none' | 'contracted' | 'expired' | 'overlapping'

/** A contract on a piece of land. `to` is the last day of the term; null is open on that side. A share is of the whole piece unless stated. */
export type PieceContract = {
  readonly code: string
  readonly from: Day | null
  readonly to: Day | null
  readonly share?: { readonly part: number; readonly whole: number }
}

const open = (day: Day | null): day is null => day === null || day === FOREVER
/** Whether a contract runs on a day. One whose term runs backwards never does. */
export const runs = ({ from, to }: PieceContract, day: Day) => (from === null || from <= day) && (open(to) || day <= to)
const hasEnded = ({ to }: PieceContract, day: Day) => !open(to) && to < day

/**
 * What holds on a piece on a day: none; contracted by one contract, or by several whose shares are no more than the whole; overlapping where
 * they are more; expired where a term is past and nothing runs. A contract that has not begun counts for nothing yet; a contract listed
 * twice is one.
 */
export function contractState(contracts: readonly PieceContract[], day: Day): ContractState {
  const running = distinct(contracts).filter((contract) => runs(contract, day))
  if (running.length === 0) return contracts.some((contract) => hasEnded(contract, day)) ? 'expired' : 'none'
  return running.length > 1 && exceedsWhole(running.map(({ share }) => share ?? { part: 1, whole: 1 })) ? 'overlapping' : 'contracted'
}

function distinct(contracts: readonly PieceContract[]): PieceContract[] {
  const seen = new Set<string>()
  return contracts.filter(({ code, from, to }) => {
    const name = JSON.stringify([code, from, to])
    return !seen.has(name) && seen.add(name) !== undefined
  })
}

/** Whether shares add up to more than 1, in whole numbers. */
export const exceedsWhole = (shares: readonly { readonly part: number; readonly whole: number }[]): boolean => compareWithWhole(shares) > 0

/** −1, 0 or 1 as the shares add up to less than, exactly or more than the whole: Σ part·(W ÷ whole) against W, in integers of any length. */
export function compareWithWhole(shares: readonly { readonly part: number; readonly whole: number }[]): -1 | 0 | 1 {
  let numerator = 0n
  let denominator = 1n
  for (const { part, whole } of shares) {
    numerator = numerator * BigInt(whole) + BigInt(part) * denominator
    denominator *= BigInt(whole)
  }
  return numerator < denominator ? -1 : numerator > denominator ? 1 : 0
}

/** The days on which the state may change: the first day of each term and the day after its last, in order, each once. */
export function contractChanges(contracts: readonly PieceContract[]): Day[] {
  const days = new Set<Day>()
  for (const { from, to } of contracts) {
    if (from !== null) days.add(from)
    if (!open(to)) days.add(dayAfter(to))
  }
  return [...days].sort()
}

/** The next day of the calendar. */
export function dayAfter(day: Day): Day {
  const [y, m, d] = day.split('-').map(Number)
  return new Date(Date.UTC(y, m - 1, d + 1)).toISOString().slice(0, 10) as Day
}
