/** Planted defects in the contract tables. Rows that belong together are kept together, so that one defect is one finding. */
import type { Draw, Note, Planted } from './draw.ts'
import type { Holdings } from './holdings.ts'
import { identityNumber, personName } from './names.ts'
import { muOf, round2, SURVEY_YEAR } from './patches.ts'
import type { CbhtRow } from './rows.ts'

export function plantInHoldings({ holdings }: Planted, draw: Draw, note: Note) {
  plantInContracts(holdings, draw, note)
  plantTwice(holdings, draw, note)
  plantMissing(holdings, draw, note)
}

const isFamily = (row: CbhtRow) => row.CBHTBM.endsWith('J')

function plantInContracts({ contracts, registrations, contractors, contractParcels }: Holdings, draw: Draw, note: Note) {
  const layer = 'CBHT'
  const registered = new Map(registrations.map((row) => [row.CBJYQZBM, row]))
  for (const [n, row] of draw.some(contracts, (row) => !isFamily(row))) {
    // nobody recorded an extension
    const was = row.CBQXZ
    row.CBQXQ = `${1998 + n}-04-01`
    row.CBQXZ = `${SURVEY_YEAR - 1 - n}-12-31`
    row.QDSJ = row.CBQXQ
    note('contract/past-term', layer, row.CBHTBM, 'CBQXZ', row.CBQXZ, was, n + 1, 'years')
  }
  for (const [, row] of draw.some(contracts, isFamily)) {
    const [from, to] = [row.CBQXQ, row.CBQXZ]
    Object.assign(row, { CBQXQ: to, CBQXZ: from })
    Object.assign(registered.get(row.CBHTBM) ?? {}, { CBQXQ: to, CBQXZ: from })
    note('contract/term-backwards', layer, row.CBHTBM, 'CBQXZ', from, to)
  }
  for (const [n, row] of draw.some(contracts, isFamily)) {
    const was = row.HTZMJ
    row.HTZMJ = round2(was * [1.1, 0.9, 1.5, 2, 0.0015][n % 5])
    row.HTZMJM = muOf(row.HTZMJ)
    note('contract/area-differs-from-parcels', layer, row.CBHTBM, 'HTZMJ', row.HTZMJ, was, round2(row.HTZMJ - was), 'm2')
  }
  for (const [n, row] of draw.some(contracts, isFamily)) {
    const was = row.HTZMJM
    row.HTZMJM = [row.HTZMJ, round2(was / 10), round2(was + 1), round2(was * 1.5), round2(row.HTZMJ / 10_000)][n % 5]
    const rule = row.HTZMJM === row.HTZMJ ? 'contract/square-metres-in-mu' : 'contract/mu-does-not-match'
    note(rule, layer, row.CBHTBM, 'HTZMJM', row.HTZMJM, was, round2(row.HTZMJM - was), 'mu')
  }
  for (const [, row] of draw.some(contracts, isFamily)) {
    row.CBFS = '400'
    note('contract/mode-not-listed', layer, row.CBHTBM, 'CBFS', '400', '110')
  }
  for (const [n, row] of draw.some(contractors, (row) => row.CBFLX === '1')) {
    const was = row.CBFCYSL
    row.CBFCYSL = was + (n % 2 === 0 ? 1 : 3)
    note('party/member-count-differs', 'CBF', row.CBFBM, 'CBFCYSL', row.CBFCYSL, was, row.CBFCYSL - was, 'rows')
  }
  for (const [n, row] of draw.some(contractParcels, (row) => row.CBHTBM.endsWith('J'))) {
    const was = row.HTMJM
    row.HTMJM = [row.HTMJ, round2(was / 10), round2(was + 1), round2(was * 1.5), round2(row.HTMJ / 10_000)][n % 5]
    const rule = row.HTMJM === row.HTMJ ? 'contract/parcel-square-metres-in-mu' : 'contract/parcel-mu-does-not-match'
    note(rule, 'CBDKXX', row.CBHTBM, 'HTMJM', row.HTMJM, was, round2(row.HTMJM - was), 'mu')
  }
}

/** The same parcel in a second contract that runs at the same time; the second contract's own sums include it. */
function plantTwice({ contracts, contractParcels }: Holdings, draw: Draw, note: Note) {
  const byCode = new Map(contracts.map((row) => [row.CBHTBM, row]))
  const byIssuer = Map.groupBy(contracts, (row) => row.FBFBM)
  const added: typeof contractParcels = []
  for (const [, row] of draw.some(contractParcels, (row) => row.CBHTBM.endsWith('J') && row.LZHTBM === '')) {
    const first = byCode.get(row.CBHTBM)
    if (!first || !draw.claim(first)) continue
    const other = byIssuer.get(row.FBFBM)?.find((one) => isFamily(one) && one.CBHTBM !== row.CBHTBM && draw.claim(one))
    if (!other) continue
    added.push({ ...row, CBFBM: other.CBFBM, CBHTBM: other.CBHTBM, CBJYQZBM: other.CBHTBM })
    other.HTZMJ = round2(other.HTZMJ + row.HTMJ)
    other.HTZMJM = muOf(other.HTZMJ)
    other.YHTZMJ = round2(other.YHTZMJ + row.YHTMJ)
    other.YHTZMJM = muOf(other.YHTZMJ)
    other.CBDKZS++
    note('parcel/in-two-contracts', 'CBDKXX', row.DKBM, 'CBHTBM', other.CBHTBM, row.CBHTBM, 2, 'rows')
  }
  contractParcels.push(...added)
}

/** A contract without a parcel, a parcel's row without the parcel, a contract without its holder. */
function plantMissing({ contracts, contractParcels, contractors, members, transfers }: Holdings, draw: Draw, note: Note) {
  for (const [, row] of draw.some(contractParcels, (row) => row.CBHTBM.endsWith('J') && row.LZHTBM === '')) {
    const was = row.DKBM
    row.DKBM = `${was.slice(0, 14)}9${was.slice(15)}`
    note('contract/parcel-unknown', 'CBDKXX', row.CBHTBM, 'DKBM', row.DKBM, was)
    note('parcel/without-contract', 'DK', was, 'DKBM', was, null, null, null, `contract/parcel-unknown ${row.CBHTBM}`)
  }
  const inTransfer = new Set(transfers.flatMap((row) => [row.CBFBM, row.SRFBM]))
  const gone = new Set<string>()
  for (const [, row] of draw.some(contracts, (row) => isFamily(row) && !inTransfer.has(row.CBFBM))) {
    if (!contractors.some((one) => one.CBFBM === row.CBFBM && draw.claim(one))) continue
    gone.add(row.CBFBM)
    note('contract/party-unknown', 'CBHT', row.CBHTBM, 'CBFBM', row.CBFBM, null)
  }
  removeFrom(contractors, (row) => gone.has(row.CBFBM))
  removeFrom(members, (row) => gone.has(row.CBFBM))

  const { random } = draw
  const added: CbhtRow[] = []
  for (const [n, like] of draw.some(contracts, isFamily)) {
    const CBFBM = `${like.FBFBM}${8001 + n}`
    const CBHTBM = `${CBFBM}Q`
    const [HTZMJ, CBFMC] = [round2(3000 + 20_000 * random()), personName(random)]
    const before = contractors.find((row) => row.CBFBM === like.CBFBM) ?? contractors[0]
    contractors.push({ ...before, CBFBM, CBFMC, CBFLX: '2', CBFCYSL: 0, CBFZJHM: identityNumber(random, 1966, true) })
    added.push({ ...like, CBHTBM, CBFBM, CBFS: '123', CBDKZS: 1, HTZMJ, HTZMJM: muOf(HTZMJ), YHTZMJ: HTZMJ, YHTZMJM: muOf(HTZMJ) })
    note('contract/without-parcel', 'CBHT', CBHTBM, 'CBHTBM', CBHTBM, null)
  }
  contracts.push(...added)
}

function removeFrom<T>(rows: T[], drop: (row: T) => boolean) {
  let kept = 0
  for (const row of rows) if (!drop(row)) rows[kept++] = row
  rows.length = kept
}
