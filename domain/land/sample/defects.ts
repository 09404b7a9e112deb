/**
 * Planted defects: errors of the kinds that real deliveries have, each on rows of its own and each written down, so that checks can be
 * measured for what they find and what they find wrongly.
 */
import { plantInOutlines } from './defects-geometry.ts'
import { plantInHoldings } from './defects-tenure.ts'
import { Draw, type Note, type Planted } from './draw.ts'
import { COUNTY, isCropland } from './names.ts'
import { muOf, type Patch, round2, toCents } from './patches.ts'
import type { SoilRow, Truth } from './rows.ts'

/** m² written as 亩. */
const MU = 0.0015

/** How many of each kind: five in a county of full size, one or two in a small one. */
export const perKind = (size: number) => (size >= 10_000 ? 5 : size >= 2000 ? 2 : 1)

export function plantDefects(county: Planted, size: number, random: () => number): Truth[] {
  const truth: Truth[] = []
  const note: Note = (rule, layer, key, field, found, expected, magnitude = null, unit = null, follows = null) =>
    truth.push({ rule, layer, key, field, found, expected, magnitude, unit, follows })
  const draw = new Draw(perKind(size), random)
  plantInPatches(county, draw, note)
  plantInParcels(county, draw, note)
  plantInHoldings(county, draw, note)
  plantInSoil(county.soil, draw, note)
  plantInAreas(county, draw, truth)
  plantInOutlines(county, draw, note)
  return truth
}

function plantInPatches({ patches, parcels }: Planted, draw: Draw, note: Note) {
  const layer = 'DLTB'
  const crop = ({ row }: Patch) => isCropland(row.DLBM)
  // an owner that contradicts would otherwise contradict the parcels on it as well
  const contracted = new Set(parcels.map(({ patch }) => patch))
  const free = (patch: Patch) => !contracted.has(patch)

  for (const [n, { row }] of draw.some(patches, free)) {
    const was = row.DLBM
    row.DLBM = ['0199', '124', '1299', '9999', '013'][n % 5]
    note(row.DLBM.length === 3 ? 'patch/class-is-of-2007' : 'patch/class-not-listed', layer, row.BSM, 'DLBM', row.DLBM, was)
  }
  for (const [, { row }] of draw.some(patches, crop)) {
    const was = row.DLMC
    row.DLMC = was === '旱地' ? '水田' : '旱地'
    note('patch/class-name-differs', layer, row.BSM, 'DLMC', row.DLMC, was)
  }
  for (const [n, { row }] of draw.some(patches, free)) {
    const was = row.QSXZ
    row.QSXZ = ['35', '99', '3', '50', '00'][n % 5]
    note('patch/owner-kind-not-listed', layer, row.BSM, 'QSXZ', row.QSXZ, was)
  }
  for (const [, { row }] of draw.some(patches, (patch) => free(patch) && patch.row.QSXZ === '32')) {
    row.QSXZ = '10' // and still owned by the village's farmers, says QSDWMC
    note('patch/owner-name-contradicts', layer, row.BSM, 'QSXZ', '10', '32')
  }
  for (const [n, { row }] of draw.some(patches, crop)) {
    const was = row.TBDLMJ
    row.TBDLMJ = round2(was + [0.5, 12.34, -250, 1000, 66.67][n % 5])
    note('patch/areas-do-not-add-up', layer, row.BSM, 'TBDLMJ', row.TBDLMJ, was, round2(row.TBDLMJ - was), 'm2')
  }
  for (const [n, { row }] of draw.some(patches, crop)) {
    // KCMJ and TBDLMJ agree with each other, but not with the rate
    const was = row.KCMJ
    row.KCMJ = round2(was * [1.5, 2, 0.5, 3, 10][n % 5])
    row.TBDLMJ = (toCents(row.TBMJ) - toCents(row.KCMJ)) / 100
    note('patch/deduction-does-not-fit', layer, row.BSM, 'KCMJ', row.KCMJ, was, round2(row.KCMJ - was), 'm2')
  }
  for (const [n, { row }] of draw.some(patches, ({ row }) => row.TBMJ > 20_000)) {
    // the area itself is wrong, what is computed from it is right: written in 亩, a digit too many, measured on an old map
    const was = row.TBMJ
    const factor = [MU, 10, 1.05, 0.9, 1.2][n % 5]
    row.TBMJ = round2(was * factor)
    row.KCMJ = round2(row.TBMJ * row.KCXS)
    row.TBDLMJ = (toCents(row.TBMJ) - toCents(row.KCMJ)) / 100
    note(factor === MU ? 'patch/unit-mix-up' : 'patch/area-differs', layer, row.BSM, 'TBMJ', row.TBMJ, was, factor, 'factor')
  }
  for (const [, { row }] of draw.some(patches, crop)) {
    const was = row.GDPDJB
    row.GDPDJB = '7'
    note('patch/list-code-unknown', layer, row.BSM, 'GDPDJB', '7', was)
  }
  for (const [a, b] of draw.pairs(patches, (a, b) => a.village === b.village)) {
    const was = b.row.BSM
    b.row.BSM = a.row.BSM
    note('patch/duplicate-key', layer, a.row.BSM, 'BSM', a.row.BSM, was, 2, 'rows')
  }
  for (const [a, b] of draw.pairs(patches, (a, b) => a.village === b.village)) {
    const was = b.row.TBBH
    b.row.TBBH = a.row.TBBH
    note('patch/duplicate-number', layer, b.row.BSM, 'TBBH', b.row.TBBH, was, 2, 'rows')
  }
  for (const [n, { row }] of draw.some(patches, free)) {
    const was = row.ZLDWDM
    const village = [`${COUNTY.code}999299`, '220898100200', `${was.slice(0, 9)}899`, '220882101201', `${COUNTY.code}998200`][n % 5]
    row.ZLDWDM = village + was.slice(12)
    // of another county, or of this one and on no list: the list then misses the village's own code
    if (village.startsWith(COUNTY.code)) note('area/village-unknown', layer, village, 'ZLDWDM', row.ZLDWDM, was)
    else {
      note('patch/outside-county', layer, row.BSM, 'ZLDWDM', row.ZLDWDM, was)
      note('area/village-unknown', layer, village, 'ZLDWDM', row.ZLDWDM, was, null, null, `patch/outside-county ${row.BSM}`)
    }
  }
}

function plantInParcels({ parcels, holdings }: Planted, draw: Draw, note: Note) {
  const layer = 'DK'
  const contracted = new Map(holdings.contractParcels.map((row) => [row.DKBM, row]))
  const contracts = new Map(holdings.contracts.map((row) => [row.CBHTBM, row]))
  const reserve = parcels.filter(({ holding }) => holding === 'reserve')

  for (const [n, { row }] of draw.some(parcels)) {
    // m² in the 亩 field, hectares, a digit lost, an old figure
    const was = row.SCMJM
    row.SCMJM = [row.SCMJ, round2(row.SCMJ / 10_000), round2(was / 10), round2(was * 1.08), round2(was + 0.5)][n % 5]
    note(
      row.SCMJM === row.SCMJ ? 'parcel/square-metres-in-mu' : 'parcel/mu-does-not-match',
      layer,
      row.DKBM,
      'SCMJM',
      row.SCMJM,
      was,
      round2(row.SCMJM - was),
      'mu',
    )
  }
  for (const [n, { row }] of draw.some(parcels, ({ row }) => row.SCMJ > 10_000)) {
    const was = row.SCMJ
    const factor = [1.15, MU, 0.8, 1.4, 10][n % 5]
    row.SCMJ = round2(was * factor)
    row.SCMJM = muOf(row.SCMJ)
    const rule = factor === MU ? 'parcel/unit-mix-up' : 'parcel/area-differs'
    note(rule, layer, row.DKBM, 'SCMJ', row.SCMJ, was, factor, 'factor')
    const held = contracted.get(row.DKBM)
    if (held)
      note('contract/area-differs-from-parcel', 'CBDKXX', held.CBHTBM, 'HTMJ', held.HTMJ, null, factor, 'factor', `${rule} ${row.DKBM}`)
  }
  for (const [, { row }] of draw.some(parcels)) {
    const was = row.SYQXZ
    row.SYQXZ = '10'
    note('parcel/owner-contradicts-survey', layer, row.DKBM, 'SYQXZ', '10', was)
  }
  for (const [n, { row }] of draw.some(parcels)) {
    const was = row.TDLYLX
    row.TDLYLX = ['014', '128', '199', '99', '019'][n % 5]
    note('parcel/list-code-unknown', layer, row.DKBM, 'TDLYLX', row.TDLYLX, was)
  }
  for (const [, parcel] of draw.some(parcels, ({ siblings, holding }) => siblings.length === 2 && holding === 'family')) {
    // one of two strips was drawn over the whole field: its sister lies under it
    const sister = parcels[parcel.siblings.find((i) => parcels[i] !== parcel) ?? 0]
    if (!draw.claim(sister)) continue
    const { row } = parcel
    const was = row.SCMJ
    row.wkb = parcel.patch.row.wkb
    row.SCMJ = toCents(parcel.patch.areaM2) / 100
    row.SCMJM = muOf(row.SCMJ)
    const held = contracted.get(row.DKBM)
    const contract = held && contracts.get(held.CBHTBM)
    if (held && contract) {
      contract.HTZMJ = round2(contract.HTZMJ - held.HTMJ + row.SCMJ)
      contract.HTZMJM = muOf(contract.HTZMJ)
      held.HTMJ = row.SCMJ
      held.HTMJM = row.SCMJM
    }
    note(
      'parcel/ground-covered-twice',
      layer,
      parcel.patch.row.BSM,
      'outline',
      `${row.DKBM} ${sister.row.DKBM}`,
      null,
      round2(row.SCMJ - was),
      'm2',
    )
    const pair = [row.DKBM, sister.row.DKBM].sort().join(' ')
    note(
      'geometry/contained',
      layer,
      pair,
      'outline',
      pair,
      null,
      sister.row.SCMJ,
      'm2',
      `parcel/ground-covered-twice ${parcel.patch.row.BSM}`,
    )
  }
  for (const [a, b] of draw.pairs(reserve, () => true)) {
    const was = b.row.DKBM
    b.row.DKBM = a.row.DKBM
    note('parcel/duplicate-code', layer, a.row.DKBM, 'DKBM', a.row.DKBM, was, 2, 'rows')
  }
  for (const [n, { row }] of draw.some(reserve)) {
    const was = row.DKBM
    row.DKBM = `${COUNTY.code}9992990${n}${was.slice(14)}`
    note('parcel/issuer-unknown', layer, row.DKBM, 'DKBM', row.DKBM, was)
  }
}

function plantInSoil(soil: readonly SoilRow[], draw: Draw, note: Note) {
  const layer = 'soil'
  for (const [n, row] of draw.some(soil)) {
    const was = `${row.longitude} ${row.latitude}`
    const [lon, lat] = [row.longitude, row.latitude]
    // next county, columns swapped, degrees lost, a digit wrong, left empty
    const places = [
      [lon + 0.9, lat],
      [lat, lon],
      [0, 0],
      [lon, lat - 1],
      [lon - 10, lat],
    ] as const
    ;[row.longitude, row.latitude] = places[n % 5].map((value) => Math.round(value * 1e7) / 1e7)
    const at = `${row.longitude} ${row.latitude}`
    const swapped = row.longitude === lat
    if (swapped) note('sample/coordinates-swapped', layer, row.code, 'longitude latitude', at, was)
    note(
      'sample/outside',
      layer,
      row.code,
      'longitude latitude',
      at,
      was,
      null,
      null,
      swapped ? `sample/coordinates-swapped ${row.code}` : null,
    )
  }
  for (const [n, row] of draw.some(soil, ({ ecMsPerCm }) => ecMsPerCm > 0.1)) {
    const field = (['ph', 'ecMsPerCm', 'espPercent', 'ph', 'ecMsPerCm'] as const)[n % 5]
    const was = row[field]
    row[field] = [14.8, round2(was * 1000), 130.5, round2(was * 10), round2(-was)][n % 5]
    note('sample/value-impossible', layer, row.code, field, row[field], was)
  }
  for (const [, row] of draw.some(soil, ({ ecMsPerCm }) => ecMsPerCm > 0.2)) {
    const was = row.sodium
    row.sodium = Math.round(was * 3000) / 1000
    note('sample/ions-unbalanced', layer, row.code, 'sodium', row.sodium, was, 3, 'factor')
  }
  for (const [n, row] of draw.some(soil)) {
    const was = row.espPercent
    row.espPercent = Math.round(10 * (was < 50 ? was + 12 + n : was - 12 - n)) / 10
    note('sample/esp-does-not-fit', layer, row.code, 'espPercent', row.espPercent, was)
  }
  const upper = soil.filter(({ depth }) => depth === '0-20')
  for (const [a, b] of draw.pairs(upper, () => true)) {
    b.sampledOn = a.sampledOn // the same number, depth and day
    const was = b.code
    b.code = a.code
    note('sample/duplicate', layer, a.code, 'code', a.code, was, 2, 'rows')
  }
}

/** Wrong control areas of villages; then what follows for areas from patches whose own area or village is wrong. */
function plantInAreas({ areas, patches }: Planted, draw: Draw, truth: Truth[]) {
  const cents = new Map<string, number>()
  for (const { row } of patches) {
    for (const digits of [6, 9, 12]) {
      const code = row.ZLDWDM.slice(0, digits)
      cents.set(code, (cents.get(code) ?? 0) + toCents(row.TBMJ))
    }
  }
  const difference = ({ XZQDM, DCMJ }: (typeof areas)[number]) => ((cents.get(XZQDM) ?? 0) - toCents(DCMJ)) / 100
  const common = { rule: 'area/total-differs', layer: 'XZQ', field: 'DCMJ', unit: 'm2' } as const
  for (const [n, row] of draw.some(areas, (area) => area.XZQDM.length === 12 && difference(area) === 0)) {
    const was = row.DCMJ
    row.DCMJ = round2(was + [0.5, -1000, 66.67, 12_345.6, -0.02][n % 5])
    row.JSMJ = row.DCMJ
    truth.push({ ...common, key: row.XZQDM, found: row.DCMJ, expected: was, magnitude: round2(row.DCMJ - was), follows: null })
  }
  const causes = truth
    .filter(({ layer, field, follows }) => layer === 'DLTB' && (field === 'TBMJ' || field === 'ZLDWDM') && follows === null)
    .map(({ rule, key }) => `${rule} ${key}`)
    .join(', ')
  const planted = new Set(truth.filter(({ rule }) => rule === common.rule).map(({ key }) => key))
  for (const row of areas) {
    if (planted.has(row.XZQDM) || difference(row) === 0) continue
    truth.push({
      ...common,
      key: row.XZQDM,
      found: row.DCMJ,
      expected: (cents.get(row.XZQDM) ?? 0) / 100,
      magnitude: -difference(row),
      follows: causes,
    })
  }
}
