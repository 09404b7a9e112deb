import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import test from 'node:test'
import fc from 'fast-check'
import {
  byVarietyAndSoil,
  CROPS,
  compareVarieties,
  cropsInForce,
  ecForYield,
  intervalOf,
  maasHoffman,
  rankAgainst,
  steppuhn,
  type Trial,
  type TrialResult,
  yieldFactor,
} from './crops.ts'

const cropOf = (code: string) => {
  const crop = CROPS.find((each) => each.code === code)
  assert.ok(crop?.salt, code)
  return { ...crop, salt: crop.salt }
}
const near = (found: number, expected: number, within: number) =>
  assert.ok(Math.abs(found - expected) <= within, `expected ${expected} ± ${within}, got ${found}`)

test('yields of Maas and Hoffman as they are printed: rice 64 % at 6 dS/m, wheat 85.8 % at 8, maize 72.4 % at 4 …', () => {
  const printed: readonly (readonly [crop: string, ec: number, percent: number])[] = [
    ['rice', 6, 64],
    ['rice', 8, 40],
    ['wheat', 8, 85.8],
    ['maize', 4, 72.4],
    ['barley', 10, 90],
    ['sorghum', 8, 80.8],
    ['soybean', 6, 80],
  ]
  for (const [crop, ec, percent] of printed) near(100 * maasHoffman(cropOf(crop).salt, ec), percent, 1e-9)
  const ends: readonly (readonly [crop: string, at: readonly number[]])[] = [
    ['rice', [3.83, 5.08, 7.17, 11.33]],
    ['maize', [2.53, 3.78, 5.87, 10.03]],
    ['alfalfa', [3.37, 5.42, 8.85, 15.7]],
    ['sugar-beet', [8.69, 11.24, 15.47, 23.95]],
  ]
  for (const [crop, at] of ends) [0.9, 0.75, 0.5, 0].forEach((share, i) => void near(ecForYield(cropOf(crop).salt, share), at[i], 0.006))
})

test('the curve of Steppuhn et al. 2005: C50 6.829 and s 0.1824 for rice, 12.634 and 0.1079 for wheat, 16.856 and 0.0790 for cotton', () => {
  for (const [crop, c50, steepness] of [
    ['rice', 6.829, 0.1824],
    ['wheat', 12.634, 0.1079],
    ['cotton', 16.856, 0.079],
  ] as const) {
    const curve = steppuhn(cropOf(crop).salt)
    near(curve.c50, c50, 0.0006)
    near(curve.steepness, steepness, 0.00006)
    near(curve.yieldAt(curve.c50), 0.5, 1e-12)
    near(curve.index, c50 * (1 + steepness), 0.001)
    assert.equal(curve.yieldAt(0), 1)
  }
})

const shared = process.env.DISHU_SHARED ?? new URL('../../../../shared', import.meta.url).pathname
const golden = `${shared}/data/06_golden/crop/maas_hoffman_ece_thresholds.csv`
test('thresholds agree with the golden table, crop by crop', { skip: existsSync(golden) ? false : `no ${golden}: NOT compared` }, () => {
  const lines = readFileSync(golden, 'utf8').trim().split(/\r?\n/).slice(1)
  let compared = 0
  for (const line of lines) {
    const [, zh, threshold, slope] = line.split(',')
    const crop = CROPS.find((each) => each.zh === zh && each.salt !== null)
    if (!crop?.salt) continue
    compared++
    assert.deepEqual([crop.salt.threshold, crop.salt.slope], [Number(threshold), Number(slope)], zh)
    assert.ok(crop.salt.source !== '' && crop.salt.edition !== '')
  }
  assert.ok(compared >= 18, `${compared} compared`)
})

const known = {
  ...cropOf('rice'),
  ph: { noneTo: null, noLossFrom: null, noLossTo: 8.5, noneFrom: 10.5, source: '', mark: 'invented' as const },
}

test('on a soda soil salt alone says no loss; sodium and pH take what it leaves out', () => {
  const soil = { ph: 9.5, esp: 30, ece: 2 }
  const product = yieldFactor(known, soil)
  assert.ok(product.known)
  assert.equal(product.salt, 1)
  near(product.sodicity, 0.4, 1e-12) // (40 − 30) / 25
  near(product.ph, 0.5, 1e-12)
  near(product.factor, 0.2, 1e-12)
  const least = yieldFactor(known, soil, 'min')
  assert.ok(least.known && Math.abs(least.factor - 0.4) < 1e-12)
  // of a crop whose limit of pH nobody has stated, no yield is foretold
  assert.deepEqual(yieldFactor(cropOf('rice'), soil), { known: false, missing: ['ph-limit'] })
  assert.deepEqual(yieldFactor({ salt: null, sodicity: null, ph: null }, soil), {
    known: false,
    missing: ['salt-limit', 'sodicity-limit', 'ph-limit'],
  })
})

test('a worse soil never yields more, and the product never more than the least', () => {
  const value = (max: number) => fc.double({ min: 0, max, noNaN: true })
  fc.assert(
    fc.property(value(12), value(100), value(30), value(2), value(20), value(5), (ph, esp, ece, a, b, c) => {
      const at = (soil: { ph: number; esp: number; ece: number }, rule: 'product' | 'min') => {
        const found = yieldFactor(known, soil, rule)
        assert.ok(found.known)
        return found.factor
      }
      for (const rule of ['product', 'min'] as const)
        assert.ok(at({ ph: ph + a, esp: esp + b, ece: ece + c }, rule) <= at({ ph, esp, ece }, rule) + 1e-12)
      assert.ok(at({ ph, esp, ece }, 'product') <= at({ ph, esp, ece }, 'min') + 1e-12)
    }),
  )
})

test("an office's crop stands in place of the program's", () => {
  const own = { ...cropOf('rice'), zh: '本地稻' }
  const all = cropsInForce(CROPS, [own, { ...own, code: 'new' }])
  assert.equal(all.length, CROPS.length + 1)
  assert.equal(all.filter(({ code }) => code === 'rice').length, 1)
  assert.equal(all.find(({ code }) => code === 'rice')?.zh, '本地稻')
})

const trial = (code: string, site: string, year: number, design: Trial['design'] = 'rcbd', ph: number | null = 9): Trial => ({
  ...{ code, title: code, crop: 'rice', site, year, design, replicates: 2, blocks: 2, plotM2: null },
  ...{ soil: { ph, esp: null, ece: null, saltGPerKg: null }, registeredOn: null, question: '', source: '', mark: 'own' },
})
const plots = (code: string, treatment: string, rows: readonly (readonly [block: string, variety: string, kg: number])[]): TrialResult[] =>
  rows.map(([block, variety, yieldKgPerMu], i) => ({
    trial: code,
    block,
    plot: `${treatment}${i}`,
    variety,
    treatment,
    yieldKgPerMu,
    note: '',
  }))

test('A against B within sites: 10, 20, 30 kg/亩 on three site-years are 20 ± 24.84 at 95 %, worked by hand', () => {
  const trials = [trial('T1', 's1', 2024), trial('T2', 's2', 2024), trial('T3', 's1', 2025)]
  const results = [
    // a rich site and a poor one: only the differences within count
    ...plots('T1', 'CK', [
      ['1', 'A', 515],
      ['1', 'B', 500],
      ['2', 'A', 505],
      ['2', 'B', 500],
    ]),
    ...plots('T2', 'CK', [
      ['1', 'A', 120],
      ['1', 'B', 100],
    ]),
    ...plots('T3', 'CK', [
      ['1', 'A', 330],
      ['1', 'B', 300],
    ]),
    // B alone on a fourth ground says nothing of A
    ...plots('T3', 'gypsum', [['1', 'B', 900]]),
  ]
  const found = compareVarieties(trials, results, 'A', 'B')
  assert.ok(found.ok)
  const { difference, siteYears, verdict } = found.value
  near(difference.mean, 20, 1e-12)
  near(difference.high - difference.mean, (4.302653 * 10) / Math.sqrt(3), 1e-4) // t of 2 degrees of freedom
  assert.equal(difference.n, 3)
  assert.equal(verdict, 'not-told-apart')
  assert.equal(siteYears.length, 3)
  near(siteYears[0].within?.mean ?? 0, 10, 1e-12)
  // swapped, the difference turns round and says the same
  const other = compareVarieties(trials, results, 'B', 'A')
  assert.ok(other.ok)
  near(other.value.difference.low, -difference.high, 1e-9)
})

test('one site-year ranks nothing, however many plots and treatments it has', () => {
  const results = ['CK', 'gypsum'].flatMap((treatment) =>
    plots('T1', treatment, [
      ['1', 'A', 500],
      ['1', 'B', 400],
      ['2', 'A', 510],
      ['2', 'B', 395],
    ]),
  )
  const found = compareVarieties([trial('T1', 's1', 2024)], results, 'A', 'B')
  assert.ok(!found.ok && found.refusal.code === 'crops/one-site-year')
  const [standing] = rankAgainst([trial('T1', 's1', 2024)], results, 'B')
  assert.equal(standing.variety, 'A')
  assert.ok(!standing.against.ok)
  // two trials of different varieties are not comparable at all
  const apart = compareVarieties(
    [trial('T1', 's1', 2024), trial('T2', 's2', 2024)],
    [...plots('T1', 'CK', [['1', 'A', 500]]), ...plots('T2', 'CK', [['1', 'B', 400]])],
    'A',
    'B',
  )
  assert.ok(!apart.ok && apart.refusal.code === 'crops/not-compared')
})

test('with the same gain on every site the interval closes on it, and the order of rows changes nothing', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 100, max: 700 }), { minLength: 2, maxLength: 6 }),
      fc.integer({ min: -50, max: 50 }),
      (bases, gain) => {
        const trials = bases.map((_, i) => trial(`T${i}`, `s${i}`, 2024))
        const results = bases.flatMap((base, i) =>
          plots(`T${i}`, 'CK', [
            ['1', 'A', base + gain],
            ['1', 'B', base],
          ]),
        )
        const found = compareVarieties(trials, results, 'A', 'B')
        const turned = compareVarieties([...trials].reverse(), [...results].reverse(), 'A', 'B')
        assert.ok(found.ok && turned.ok)
        near(found.value.difference.mean, gain, 1e-9)
        near(found.value.difference.high, gain, 1e-6)
        assert.equal(found.value.verdict, gain > 0 ? 'a' : gain < 0 ? 'b' : 'not-told-apart')
        near(turned.value.difference.mean, found.value.difference.mean, 1e-9)
      },
    ),
  )
})

test('by class of soil a variety has an interval from two site-years on, and one figure alone has none', () => {
  const trials = [trial('T1', 's1', 2024, 'rcbd', 9.2), trial('T2', 's2', 2024, 'rcbd', 9.4), trial('T3', 's3', 2024, 'rcbd', null)]
  const results = [
    ...plots('T1', 'CK', [['1', 'A', 300]]),
    ...plots('T2', 'CK', [['1', 'A', 320]]),
    ...plots('T3', 'CK', [['1', 'A', 700]]),
  ]
  const found = byVarietyAndSoil(trials, results, ({ ph }) => (ph === null ? null : ph > 9 ? 'pH > 9' : 'pH ≤ 9'))
  assert.deepEqual(
    found.map(({ soil, siteYears, meanKgPerMu, interval }) => [soil, siteYears, meanKgPerMu, interval === null]),
    [
      ['?', 1, 700, true],
      ['pH > 9', 2, 310, false],
    ],
  )
  assert.equal(intervalOf([5]), null)
})
