/**
 * Who holds the parcels: issuers, households and their members, contracts, transfers, the register. NY/T 2539-2016, as a consistent set;
 * defects are planted afterwards.
 */
import { COUNTY, familyName, identityNumber, isCropland, personName, phoneNumber } from './names.ts'
import { issuerCode, type Parcel } from './parcels.ts'
import { muOf, round2, type Village } from './patches.ts'
import type { CbdkxxRow, CbfRow, CbhtRow, DjbRow, FbfRow, JtcyRow, LzhtRow } from './rows.ts'

export type Holdings = {
  readonly issuers: FbfRow[]
  readonly contractors: CbfRow[]
  readonly members: JtcyRow[]
  readonly contracts: CbhtRow[]
  readonly contractParcels: CbdkxxRow[]
  readonly transfers: LzhtRow[]
  readonly registrations: DjbRow[]
}

/** Parcels for each household, so that 9,000 parcels make about 3,200. */
const PARCELS_PER_HOUSEHOLD = 2.65
const POSTCODE = '137999'

/** The second round of contracts runs thirty years from the end of 1998 in most villages; the rest began a day or a year later. */
const TERMS = [
  ['1998-12-31', '2028-12-31'],
  ['1999-01-01', '2028-12-31'],
  ['2000-01-01', '2029-12-31'],
] as const

export function drawHoldings(villages: readonly Village[], parcels: readonly Parcel[], random: () => number): Holdings {
  const out: Holdings = { issuers: [], contractors: [], members: [], contracts: [], contractParcels: [], transfers: [], registrations: [] }
  const byIssuer = new Map<string, Parcel[]>()
  for (const parcel of parcels) {
    const list = byIssuer.get(parcel.issuer)
    if (list) list.push(parcel)
    else byIssuer.set(parcel.issuer, [parcel])
  }
  for (const village of villages) {
    const term = TERMS[Math.min(2, Math.floor(random() * 4))]
    for (let group = 0; group < village.groups; group++) {
      const issuer = issuerCode(village, group)
      const own = byIssuer.get(issuer)
      if (!own) continue
      const head = personName(random)
      out.issuers.push(issuerRow(village, group, issuer, head, random))
      const family = own.filter((parcel) => parcel.holding === 'family')
      const open = own.filter((parcel) => parcel.holding === 'open')
      const households = family.length === 0 ? 0 : Math.max(1, Math.round(family.length / PARCELS_PER_HOUSEHOLD))
      const shares: Parcel[][] = Array.from({ length: households }, () => [])
      for (const [i, parcel] of family.entries()) shares[i % households].push(parcel) // scattered over the fields, as they were allotted
      const first = out.contractors.length
      for (const [i, share] of shares.entries()) addHousehold(out, village, issuer, i + 1, share, term, random)
      nameNeighbours(family, shares, out.contractors, first)
      for (const [i, parcel] of open.entries()) addOpenContract(out, village, issuer, households + i + 1, parcel, random)
      addTransfers(out, issuer, first, first + households, random)
    }
  }
  return out
}

function issuerRow(village: Village, group: number, code: string, head: string, random: () => number): FbfRow {
  return {
    FBFBM: code,
    FBFMC:
      village.owner === '31' ? `${village.townName}${village.name}${'一二三'[group]}组` : `${village.townName}${village.name}村民委员会`,
    FBFFZRXM: head,
    FZRZJLX: '1',
    FZRZJHM: identityNumber(random, 1958 + Math.floor(random() * 30), true),
    LXDH: phoneNumber(random),
    FBFDZ: `${COUNTY.name}${village.townName}${village.name}`,
    YZBM: POSTCODE,
    FBFDCY: personName(random),
    FBFDCRQ: day(2015, 2017, random),
    FBFDCJS: '情况属实',
  }
}

function addHousehold(
  out: Holdings,
  village: Village,
  issuer: string,
  serial: number,
  share: readonly Parcel[],
  term: readonly [string, string],
  random: () => number,
) {
  const code = issuer + String(serial).padStart(4, '0')
  const name = personName(random)
  const size = 1 + Math.floor(random() * 5)
  const surveyed = day(2015, 2017, random)
  const birth = 1945 + Math.floor(random() * 40)
  for (let i = 0; i < size; i++) {
    // 02 head, 10 spouse, 20 son, 30 daughter (GB/T 4761)
    const relation = i === 0 ? '02' : i === 1 ? '10' : random() < 0.5 ? '20' : '30'
    const isMale = relation === '02' ? true : relation === '20'
    out.members.push({
      CBFBM: code,
      CYXM: i === 0 ? name : relation === '10' ? personName(random) : familyName(name) + personName(random).slice(1),
      CYXB: isMale ? '1' : '2',
      CYZJLX: '1',
      CYZJHM: identityNumber(random, i < 2 ? birth + 2 * i : birth + 24 + i, isMale),
      YHZGX: relation,
      CYBZ: '',
      SFGYR: '1',
      CYBZSM: '',
    })
  }
  out.contractors.push(
    contractorRow(
      code,
      '1',
      name,
      out.members[out.members.length - size].CYZJHM,
      size,
      `${COUNTY.name}${village.townName}${village.name}`,
      surveyed,
      random,
    ),
  )
  const contract = `${code}J`
  addContract(out, { contract, issuer, contractor: code, mode: '110', from: term[0], to: term[1], signed: term[0] }, share, random)
  out.registrations.push({
    CBJYQZBM: contract,
    FBFBM: issuer,
    CBFBM: code,
    CBFS: '110',
    CBQX: '30年',
    CBQXQ: term[0],
    CBQXZ: term[1],
    DKSYT: '',
    CBJYQZLSH: `${COUNTY.code}${String(out.registrations.length + 1).padStart(7, '0')}`,
    DJBFJ: '',
    YCBJYQZBH: '',
    DBR: personName(random),
    DJSJ: day(2017, 2018, random),
  })
}

function contractorRow(
  CBFBM: string,
  CBFLX: string,
  CBFMC: string,
  id: string,
  size: number,
  address: string,
  surveyed: string,
  random: () => number,
): CbfRow {
  return {
    CBFBM,
    CBFLX,
    CBFMC,
    CBFZJLX: CBFLX === '3' ? '3' : '1',
    CBFZJHM: id,
    CBFDZ: address,
    YZBM: POSTCODE,
    LXDH: phoneNumber(random),
    CBFCYSL: size,
    CBFDCRQ: surveyed,
    CBFDCY: personName(random),
    CBFDCJS: '',
    GSJS: '公示无异议',
    GSJSR: personName(random),
    GSSHRQ: surveyed,
    GSSHR: personName(random),
  }
}

/** Waste land contracted openly: by tender, auction or agreement, to a household's neighbour or a firm; runs on for years. */
function addOpenContract(out: Holdings, village: Village, issuer: string, serial: number, parcel: Parcel, random: () => number) {
  const code = issuer + String(serial).padStart(4, '0')
  const isFirm = random() < 0.35
  const name = isFirm ? `${COUNTY.name}${personName(random).slice(1)}农业有限公司` : personName(random)
  const id = isFirm
    ? `00${COUNTY.code}FAKE${String(Math.floor(random() * 1e6)).padStart(6, '0')}`
    : identityNumber(random, 1955 + Math.floor(random() * 35), true)
  const year = 2003 + Math.floor(random() * 16)
  const until = Math.max(2029, year + 15 + 5 * Math.floor(random() * 7))
  const from = `${year}-0${1 + Math.floor(random() * 6)}-01`
  out.contractors.push(
    contractorRow(
      code,
      isFirm ? '3' : '2',
      name,
      id,
      0,
      `${COUNTY.name}${village.townName}${village.name}`,
      day(2015, 2017, random),
      random,
    ),
  )
  const mode = ['121', '122', '123', '123'][Math.floor(random() * 4)]
  addContract(out, { contract: `${code}Q`, issuer, contractor: code, mode, from, to: `${until}-12-31`, signed: from }, [parcel], random)
}

type Terms = { contract: string; issuer: string; contractor: string; mode: string; from: string; to: string; signed: string }

function addContract(
  out: Holdings,
  { contract, issuer, contractor, mode, from, to, signed }: Terms,
  parcels: readonly Parcel[],
  random: () => number,
) {
  let [area, before] = [0, 0]
  for (const { row } of parcels) {
    // most contracts took over the surveyed area; the rest kept what the old ledger said
    const ledger = round2(row.SCMJ * (0.82 + 0.2 * random()))
    const HTMJ = random() < 0.86 ? row.SCMJ : round2(row.SCMJ * (0.97 + 0.05 * random()))
    out.contractParcels.push({
      DKBM: row.DKBM,
      FBFBM: issuer,
      CBFBM: contractor,
      CBJYQQDFS: mode,
      HTMJ,
      CBHTBM: contract,
      LZHTBM: '',
      CBJYQZBM: mode === '110' ? contract : '',
      YHTMJ: ledger,
      HTMJM: muOf(HTMJ),
      YHTMJM: muOf(ledger),
      SFQQQG: '2',
    })
    area += HTMJ
    before += ledger
  }
  out.contracts.push({
    CBHTBM: contract,
    YCBHTBM: '',
    FBFBM: issuer,
    CBFBM: contractor,
    CBFS: mode,
    CBQXQ: from,
    CBQXZ: to,
    HTZMJ: round2(area),
    CBDKZS: parcels.length,
    QDSJ: signed,
    HTZMJM: muOf(round2(area)),
    YHTZMJ: round2(before),
    YHTZMJM: muOf(round2(before)),
  })
}

/** One household in eight lets a parcel to another of the same issuer. */
function addTransfers(out: Holdings, issuer: string, first: number, end: number, random: () => number) {
  let serial = 9000
  const byContractor = new Map<string, CbdkxxRow>()
  for (let i = out.contractParcels.length - 1; i >= 0 && out.contractParcels[i].FBFBM === issuer; i--) {
    byContractor.set(out.contractParcels[i].CBFBM, out.contractParcels[i])
  }
  for (let i = first; i < end && end - first > 1; i++) {
    if (random() >= 0.125) continue
    const giver = out.contractors[i].CBFBM
    const taker = out.contractors[first + ((i - first + 1 + Math.floor(random() * (end - first - 1))) % (end - first))].CBFBM
    const held = byContractor.get(giver)
    if (!held || taker === giver) continue
    const year = 2019 + Math.floor(random() * 5)
    held.LZHTBM = issuer + String(++serial)
    out.transfers.push({
      CBHTBM: held.CBHTBM,
      LZHTBM: held.LZHTBM,
      CBFBM: giver,
      SRFBM: taker,
      LZFS: random() < 0.2 ? '300' : '900',
      LZQX: `${2028 - year}年`,
      LZQXKSRQ: `${year}-03-01`,
      LZQXJSRQ: '2028-02-28',
      LZMJ: held.HTMJ,
      LZMJM: held.HTMJM,
      LZDKS: 1,
      LZQTDYT: '1',
      LZHTDYT: '1',
      LZJGSM: `每亩每年${3 + Math.floor(random() * 5)}00元`,
      HTQDRQ: `${year}-02-20`,
    })
  }
}

/** Strips of one patch know each other's holders to the east and west. */
function nameNeighbours(family: readonly Parcel[], shares: readonly (readonly Parcel[])[], contractors: readonly CbfRow[], first: number) {
  const holder = new Map<Parcel, string>()
  shares.forEach((share, i) => {
    for (const parcel of share) holder.set(parcel, contractors[first + i].CBFMC)
  })
  family.forEach((parcel, i) => {
    parcel.row.ZJRXM = holder.get(parcel) ?? ''
    const next = family[i + 1]
    if (!next || next.patch !== parcel.patch || !isCropland(parcel.patch.row.DLBM)) return
    parcel.row.DKDZ = holder.get(next) ?? parcel.row.DKDZ
    next.row.DKXZ = holder.get(parcel) ?? next.row.DKXZ
  })
}

function day(from: number, to: number, random: () => number): string {
  const year = from + Math.floor(random() * (to - from + 1))
  return `${year}-${String(1 + Math.floor(random() * 12)).padStart(2, '0')}-${String(1 + Math.floor(random() * 28)).padStart(2, '0')}`
}
