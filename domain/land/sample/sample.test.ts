import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { readWkb } from '@dishu/base/wkb'
import { ringArea } from '@dishu/numeric/topology/ring'
import { CLASS_NAMES, checkDigit, isCropland } from './names.ts'
import type { SampleCounty, Truth } from './rows.ts'
import { generateSample, SAMPLE_SEED, SAMPLE_SIZE } from './sample.ts'

const county = generateSample()
const { patches, parcels, areas, contracts, contractParcels, contractors, members, issuers, soil, truth } = county

const rings = (wkb: Uint8Array) => {
  const geometry = readWkb(wkb)
  assert.equal(geometry.type, 'polygon')
  return geometry.type === 'polygon' ? geometry.polygons.flatMap((polygon) => [...polygon.rings]) : []
}
const planarArea = (wkb: Uint8Array) => rings(wkb).reduce((sum, ring) => sum + ringArea(ring), 0)
const cents = (area: number) => Math.round(area * 100)

/** Keys that the list gives for rules, the consequences with them. */
const listed = (...rules: string[]) => new Set(truth.filter(({ rule }) => rules.includes(rule)).map(({ key }) => key))
/** Rows whose outline is not the one that their area was taken from. */
const spoilt = new Set(
  truth.filter(({ rule, layer }) => rule.startsWith('geometry/') && layer === 'DLTB').flatMap(({ found }) => String(found).split(' ')),
)
const found = <T>(rows: readonly T[], wrong: (row: T) => boolean, key: (row: T) => string) => new Set(rows.filter(wrong).map(key))
const countOf = <T>(rows: readonly T[], key: (row: T) => string) => {
  const counts = new Map<string, number>()
  for (const row of rows) counts.set(key(row), (counts.get(key(row)) ?? 0) + 1)
  return counts
}
const twice = <T>(rows: readonly T[], key: (row: T) => string) => new Set([...countOf(rows, key)].filter(([, n]) => n > 1).map(([k]) => k))

test('the county has the size asked for and every table of an office', () => {
  assert.ok(Math.abs(patches.length / 20_000 - 1) < 0.03, `${patches.length} patches`)
  assert.ok(Math.abs(parcels.length / 9000 - 1) < 0.1, `${parcels.length} parcels`)
  assert.ok(Math.abs(contractors.length / 3500 - 1) < 0.1, `${contractors.length} contractors`)
  assert.equal(areas.filter(({ XZQDM }) => XZQDM.length === 9).length, 14)
  assert.equal(areas.filter(({ XZQDM }) => XZQDM.length === 12).length, 141)
  assert.equal(soil.length, 700)
})

test('the patches cover the county once: every side is shared or lies on its outline', () => {
  // as it is drawn, before outlines are spoilt on purpose
  const { patches, areas } = generateSample(SAMPLE_SEED, SAMPLE_SIZE, false)
  const sides = new Set<string>()
  let total = 0
  for (const { wkb } of patches) {
    const own = rings(wkb)
    assert.ok(ringArea(own[0]) > 0 && own.slice(1).every((hole) => ringArea(hole) < 0))
    total += planarArea(wkb)
    for (const ring of own) {
      for (let i = 0; i + 3 < ring.length; i += 2) {
        const side = `${ring[i]} ${ring[i + 1]} ${ring[i + 2]} ${ring[i + 3]}`
        assert.ok(!sides.has(side))
        sides.add(side)
      }
    }
  }
  const outline = new Set<string>()
  for (const ring of rings(areas[0].wkb)) {
    for (let i = 0; i + 3 < ring.length; i += 2) outline.add(`${ring[i]} ${ring[i + 1]} ${ring[i + 2]} ${ring[i + 3]}`)
  }
  let unshared = 0
  for (const side of sides) {
    const [ax, ay, bx, by] = side.split(' ')
    if (sides.has(`${bx} ${by} ${ax} ${ay}`)) continue
    assert.ok(outline.has(side), side)
    unshared++
  }
  assert.equal(unshared, outline.size)
  // with all rings turning the right way and all inner sides paired, equal areas leave no room for an overlap
  assert.ok(Math.abs(total - planarArea(areas[0].wkb)) < 0.01, `${total}`)
  assert.ok(Math.abs(total - 1.2e9) < 1)
})

test('towns and villages cover the county as well, and coordinates have four decimals', () => {
  for (const digits of [9, 12]) {
    const total = areas.filter(({ XZQDM }) => XZQDM.length === digits).reduce((sum, { wkb }) => sum + planarArea(wkb), 0)
    assert.ok(Math.abs(total - 1.2e9) < 1)
  }
  for (const ring of rings(patches[1234].wkb)) assert.ok(ring.every((value) => Math.abs(value * 1e4 - Math.round(value * 1e4)) < 1e-3))
})

test('patch areas are those on the ellipsoid: the plane less the scale of the zone', () => {
  // second route: the scale of a transverse Mercator is 1 + e²/2R² at e metres from its meridian (R = √MN = 6 378 300 m at 45.3° N).
  // A side that is straight in the plane is not quite so in the survey's rule: against the
  // geodesic it bends by sin α (1 + 2 cos² α) tan B / R, at most √2 tan B / R, so that between the two lie at most √2 l³ tan B / 12R of each side.
  const wrong = new Set([...listed('patch/area-differs', 'patch/unit-mix-up', 'patch/duplicate-key'), ...spoilt])
  const R = 6_378_300
  for (const { BSM, TBMJ, wkb } of patches) {
    if (wrong.has(BSM)) continue
    const own = rings(wkb)
    const scale = 1 + (own[0][0] - 41_500_000) ** 2 / (2 * R * R)
    const expected = planarArea(wkb) / scale ** 2
    let lenses = 0
    for (const ring of own)
      for (let i = 2; i < ring.length; i += 2) lenses += Math.hypot(ring[i] - ring[i - 2], ring[i + 1] - ring[i - 1]) ** 3 / (12 * R)
    assert.ok(Math.abs(TBMJ - expected) < 0.006 + 1.46 * lenses + 3e-6 * expected, `${BSM}: ${TBMJ} ${expected}`)
  }
})

test('control areas are the sums of their patches to the last hundredth, but for those on the list', () => {
  const sums = new Map<string, number>()
  for (const { ZLDWDM, TBMJ } of patches) {
    for (const digits of [6, 9, 12]) sums.set(ZLDWDM.slice(0, digits), (sums.get(ZLDWDM.slice(0, digits)) ?? 0) + cents(TBMJ))
  }
  assert.deepEqual(
    found(
      areas,
      ({ XZQDM, DCMJ }) => cents(DCMJ) !== sums.get(XZQDM),
      ({ XZQDM }) => XZQDM,
    ),
    listed('area/total-differs'),
  )
  const villages = new Set(areas.map(({ XZQDM }) => XZQDM))
  assert.deepEqual(
    found(
      patches,
      ({ ZLDWDM }) => !villages.has(ZLDWDM.slice(0, 12)),
      ({ ZLDWDM }) => ZLDWDM.slice(0, 12),
    ),
    listed('area/village-unknown'),
  )
})

test('every wrong patch is on the list, and only those', () => {
  const key = ({ BSM }: (typeof patches)[number]) => BSM
  assert.deepEqual(
    found(patches, ({ DLBM }) => !CLASS_NAMES[DLBM], key),
    listed('patch/class-not-listed', 'patch/class-is-of-2007'),
  )
  assert.deepEqual(
    found(patches, ({ DLBM, DLMC }) => CLASS_NAMES[DLBM] !== undefined && CLASS_NAMES[DLBM] !== DLMC, key),
    listed('patch/class-name-differs'),
  )
  assert.deepEqual(
    found(patches, ({ QSXZ }) => !['10', '20', '31', '32'].includes(QSXZ), key),
    listed('patch/owner-kind-not-listed'),
  )
  const unlisted = listed('patch/owner-kind-not-listed')
  assert.deepEqual(
    found(patches, ({ BSM, QSXZ, QSDWMC }) => !unlisted.has(BSM) && ['10', '20'].includes(QSXZ) !== QSDWMC.startsWith('国有'), key),
    listed('patch/owner-name-contradicts'),
  )
  assert.deepEqual(
    found(patches, (p) => cents(p.TBDLMJ) !== cents(p.TBMJ) - cents(p.KCMJ), key),
    listed('patch/areas-do-not-add-up'),
  )
  assert.deepEqual(
    found(patches, (p) => Math.abs(p.KCMJ - p.TBMJ * p.KCXS) > 0.006, key),
    listed('patch/deduction-does-not-fit'),
  )
  assert.deepEqual(
    found(patches, ({ GDPDJB }) => !['', '1', '2'].includes(GDPDJB), key),
    listed('patch/list-code-unknown'),
  )
  assert.deepEqual(twice(patches, key), listed('patch/duplicate-key'))
  const number = ({ ZLDWDM, TBBH }: (typeof patches)[number]) => ZLDWDM + TBBH
  const doubled = twice(patches, number)
  for (const bsm of listed('patch/duplicate-number')) assert.ok(patches.some((p) => p.BSM === bsm && doubled.has(number(p))))
  assert.equal(doubled.size, listed('patch/duplicate-number').size)
})

test('every wrong parcel is on the list, and only those', () => {
  const key = ({ DKBM }: (typeof parcels)[number]) => DKBM
  const issuer = new Set(issuers.map(({ FBFBM }) => FBFBM))
  assert.deepEqual(
    found(parcels, (p) => Math.abs(p.SCMJM - p.SCMJ * 0.0015) > 0.0051, key),
    listed('parcel/mu-does-not-match', 'parcel/square-metres-in-mu'),
  )
  assert.deepEqual(
    found(parcels, (p) => Math.abs(p.SCMJ / planarArea(p.wkb) - 1) > 0.001, key),
    listed('parcel/area-differs', 'parcel/unit-mix-up'),
  )
  assert.deepEqual(twice(parcels, key), listed('parcel/duplicate-code'))
  assert.deepEqual(
    found(parcels, ({ DKBM }) => !issuer.has(DKBM.slice(0, 14)), key),
    listed('parcel/issuer-unknown'),
  )
  assert.deepEqual(
    found(parcels, ({ SYQXZ }) => SYQXZ === '10', key),
    listed('parcel/owner-contradicts-survey'),
  )
  assert.deepEqual(
    found(parcels, ({ TDLYLX }) => !['011', '012', '013', '041', '043', '124'].includes(TDLYLX), key),
    listed('parcel/list-code-unknown'),
  )
  const onMap = new Set(parcels.map(key))
  const held = new Set(contractParcels.map(({ DKBM }) => DKBM))
  assert.deepEqual(
    found(
      contractParcels,
      ({ DKBM }) => !onMap.has(DKBM),
      ({ CBHTBM }) => CBHTBM,
    ),
    listed('contract/parcel-unknown'),
  )
  assert.deepEqual(
    found(parcels, ({ DKBM, DKLB }) => DKLB === '10' && !held.has(DKBM), key),
    listed('parcel/without-contract'),
  )
  assert.deepEqual(
    twice(contractParcels, ({ DKBM }) => DKBM),
    listed('parcel/in-two-contracts'),
  )
})

test('every wrong contract is on the list, and only those', () => {
  const key = ({ CBHTBM }: { CBHTBM: string }) => CBHTBM
  const sums = new Map<string, number>()
  for (const { CBHTBM, HTMJ } of contractParcels) sums.set(CBHTBM, (sums.get(CBHTBM) ?? 0) + cents(HTMJ))
  const parties = new Set(contractors.map(({ CBFBM }) => CBFBM))
  const sizes = countOf(members, ({ CBFBM }) => CBFBM)
  const notMu = (mu: number, area: number) => Math.abs(mu - area * 0.0015) > 0.0051
  assert.deepEqual(
    found(contracts, ({ CBHTBM }) => !sums.has(CBHTBM), key),
    listed('contract/without-parcel'),
  )
  assert.deepEqual(
    found(contracts, (c) => sums.has(c.CBHTBM) && cents(c.HTZMJ) !== sums.get(c.CBHTBM), key),
    listed('contract/area-differs-from-parcels'),
  )
  assert.deepEqual(
    found(contracts, (c) => notMu(c.HTZMJM, c.HTZMJ), key),
    listed('contract/mu-does-not-match', 'contract/square-metres-in-mu'),
  )
  assert.deepEqual(
    found(contractParcels, (c) => notMu(c.HTMJM, c.HTMJ), key),
    listed('contract/parcel-mu-does-not-match', 'contract/parcel-square-metres-in-mu'),
  )
  assert.deepEqual(
    found(contracts, ({ CBQXQ, CBQXZ }) => CBQXZ < CBQXQ, key),
    listed('contract/term-backwards'),
  )
  // no term ends between the survey and the end of 2028, so that the list holds whenever it is read
  for (const day of ['2024-12-31', '2028-12-30']) {
    assert.deepEqual(
      found(contracts, ({ CBQXQ, CBQXZ }) => CBQXZ >= CBQXQ && CBQXZ < day, key),
      listed('contract/past-term'),
    )
  }
  assert.deepEqual(
    found(contracts, ({ CBFS }) => !['110', '121', '122', '123'].includes(CBFS), key),
    listed('contract/mode-not-listed'),
  )
  assert.deepEqual(
    found(contracts, ({ CBFBM }) => !parties.has(CBFBM), key),
    listed('contract/party-unknown'),
  )
  assert.deepEqual(
    found(
      contractors,
      ({ CBFBM, CBFCYSL }) => CBFCYSL !== (sizes.get(CBFBM) ?? 0),
      ({ CBFBM }) => CBFBM,
    ),
    listed('party/member-count-differs'),
  )
})

test('every wrong sample is on the list, and only those', () => {
  const key = ({ code }: (typeof soil)[number]) => code
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0)
  assert.deepEqual(
    found(soil, (s) => s.ph < 2 || s.ph > 12.5 || s.ecMsPerCm < 0 || s.ecMsPerCm > 80 || s.espPercent > 100, key),
    listed('sample/value-impossible'),
  )
  assert.deepEqual(
    found(
      soil,
      (s) => {
        const [plus, minus] = [
          sum([s.calcium, s.magnesium, s.potassium, s.sodium]),
          sum([s.carbonate, s.bicarbonate, s.chloride, s.sulfate]),
        ]
        return Math.abs(plus - minus) / (plus + minus) > 0.05
      },
      key,
    ),
    listed('sample/ions-unbalanced'),
  )
  const impossible = listed('sample/value-impossible')
  assert.deepEqual(
    found(soil, (s) => !impossible.has(s.code) && Math.abs(s.espPercent - (100 * s.exchangeableSodium) / s.cec) > 0.06, key),
    listed('sample/esp-does-not-fit'),
  )
  assert.deepEqual(twice(soil, (s) => `${s.code} ${s.depth} ${s.sampledOn}`).size, listed('sample/duplicate').size)
  // the county lies within half a degree of its middle
  assert.deepEqual(
    found(soil, (s) => Math.abs(s.longitude - 123.9) > 0.45 || Math.abs(s.latitude - 45.3) > 0.45, key),
    listed('sample/outside'),
  )
})

test('soda soil: pH, ESP and salt rise together, and reach what is measured at Da’an', () => {
  const wrong = listed('sample/value-impossible', 'sample/esp-does-not-fit')
  const good = soil.filter(({ code }) => !wrong.has(code))
  const correlation = (a: number[], b: number[]) => {
    const mean = (v: number[]) => v.reduce((x, y) => x + y, 0) / v.length
    const [ma, mb] = [mean(a), mean(b)]
    const product = (u: number[], mu: number, v: number[], mv: number) => u.reduce((s, x, i) => s + (x - mu) * (v[i] - mv), 0)
    return product(a, ma, b, mb) / Math.sqrt(product(a, ma, a, ma) * product(b, mb, b, mb))
  }
  const ph = good.map((s) => s.ph)
  assert.ok(
    correlation(
      ph,
      good.map((s) => s.espPercent),
    ) > 0.8,
  )
  assert.ok(
    correlation(
      ph,
      good.map((s) => Math.log(s.ecMsPerCm)),
    ) > 0.8,
  )
  assert.ok(Math.min(...ph) > 6.8 && Math.max(...ph) > 9.8 && Math.max(...ph) <= 10.8)
})

test('nobody in it can be anybody: no identity number passes its check digit, no telephone number is a mobile one', () => {
  const numbers = [...contractors.map((c) => c.CBFZJHM), ...members.map((m) => m.CYZJHM), ...issuers.map((i) => i.FZRZJHM)]
  for (const number of numbers) {
    if (/^\d{17}[\dX]$/.test(number)) assert.notEqual(number[17], checkDigit(number.slice(0, 17)))
    else assert.match(number, /FAKE/)
  }
  // GB 11643's own example: 11010519491231002X
  assert.equal(checkDigit('11010519491231002'), 'X')
  for (const { LXDH } of contractors) assert.match(LXDH, /^120\d{8}$/)
})

test('classes stand in proportions of the real plain', () => {
  const total = patches.reduce((sum, { wkb }) => sum + planarArea(wkb), 0)
  const share = (is: (c: string) => boolean) =>
    patches.filter(({ DLBM }) => is(DLBM)).reduce((sum, { wkb }) => sum + planarArea(wkb), 0) / total
  const between = (value: number, low: number, high: number) => assert.ok(value > low && value < high, `${value}`)
  between(share(isCropland), 0.4, 0.55)
  between(
    share((c) => c === '1204'),
    0.1,
    0.2,
  )
  between(
    share((c) => c.startsWith('04')),
    0.12,
    0.25,
  )
  between(
    share((c) => ['1106', '1108'].includes(c)),
    0.04,
    0.12,
  )
  between(
    share((c) => ['1101', '1102', '1104', '1104A'].includes(c)),
    0.02,
    0.08,
  )
})

const digest = (sample: SampleCounty) => {
  const hash = createHash('sha256')
  for (const { wkb } of [...sample.patches, ...sample.parcels, ...sample.areas]) hash.update(wkb)
  return hash
    .update(JSON.stringify([sample.truth, sample.soil, sample.contracts, sample.patches.map(({ wkb, ...row }) => row)]))
    .digest('hex')
}

test('the same seed gives the same county, another one another', () => {
  const again = generateSample(11, 600)
  assert.equal(digest(again), digest(generateSample(11, 600)))
  assert.notEqual(digest(again), digest(generateSample(12, 600)))
})

test('small counties come out whole, whatever the seed', () => {
  for (let seed = 1; seed <= 12; seed++) {
    const small = generateSample(seed, 300)
    assert.ok(small.patches.length > 200 && small.patches.length < 420, `${small.patches.length}`)
    assert.ok(small.areas.filter(({ XZQDM }) => XZQDM.length === 12).length === 3)
    assert.ok(small.truth.length > 20)
    const plain = generateSample(seed, 300, false)
    const total = plain.patches.reduce((sum, { wkb }) => sum + planarArea(wkb), 0)
    assert.ok(Math.abs(total - planarArea(plain.areas[0].wkb)) < 1e-3 && Math.abs(total - 300 * 60_000) < 2, `${total}`)
    assert.equal(plain.truth.length, 0)
  }
  assert.throws(() => generateSample(1, 20), RangeError)
})

test('what follows from a defect names one that was planted', () => {
  const planted = new Set(truth.filter(({ follows }) => follows === null).map(({ rule, key }: Truth) => `${rule} ${key}`))
  for (const { follows } of truth) if (follows !== null) for (const cause of follows.split(', ')) assert.ok(planted.has(cause), cause)
  assert.ok(planted.size >= 150)
})
