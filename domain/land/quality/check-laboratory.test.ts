import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Day } from '@dishu/base/date'
import fc from 'fast-check'
import { pairedInterval, student975 } from '../soil/lab-pairs.ts'
import { checkLaboratory, type LabSample } from './check-laboratory.ts'
import { chargeBalance } from './check-samples.ts'
import { sentenceOf } from './quality.messages.ts'
import { ruleBook } from './rules.ts'

const shared = process.env.DISHU_SHARED ?? new URL('../../../../shared', import.meta.url).pathname
const book = ruleBook('2026-11-01' as Day)
const plain: LabSample = {
  sample_code: 'A',
  lab: null,
  longitude: 123.9,
  latitude: 45.3,
  plot_code: null,
  depth_from_cm: 0,
  depth_to_cm: 20,
  sampled_on: '2024-04-20' as Day,
  ph: null,
  ph_ratio: null,
  ec_ds_per_m: null,
  ec_ratio: null,
  ece_ds_per_m: null,
  salt_g_per_kg: null,
  cec_cmol_per_kg: null,
  esp_percent: null,
  ions: {},
  extra: {},
}
const one = (sample_code: string, change: Partial<LabSample> = {}): LabSample => ({ ...plain, sample_code, ...change })
const found = (...samples: LabSample[]) => checkLaboratory(samples, book).map(({ subject, rule }) => `${subject} ${rule}`)
const NOWHERE = { longitude: null, latitude: null }

test('the charge balance of the Geological Survey’s waters is the printed one', (t) => {
  const file = `${shared}/data/01_soil/water_chemistry/usgs_IonBalance.csv`
  if (!existsSync(file)) return t.skip('shared data not present')
  const [header, ...rows] = readFileSync(file, 'utf8')
    .trim()
    .split(/\r?\n/)
    .map((line) => line.replaceAll('"', '').split(','))
  const sum = (row: readonly string[], names: readonly string[]) =>
    names.reduce((total, name) => total + Number(row[header.indexOf(name)] || 0), 0)
  let compared = 0
  for (const row of rows) {
    const cations = sum(row, ['H_ion', 'Ca', 'Mg', 'Na', 'K', 'Fe', 'Mn'])
    const anions = sum(row, ['Alk', 'Hydrox', 'Bicarb', 'Carb', 'NO2NO3', 'Cl', 'SO4', 'F'])
    const printed = sum(row, ['Pct_Diff'])
    // ions are printed in thousandths: fifteen of them may be 0.0005 off
    const rounding = (100 * 15 * 0.0005) / (cations + anions) + 0.005
    assert.ok(
      Math.abs(chargeBalance(cations, anions) - printed) <= rounding,
      `${row[0]}: ${chargeBalance(cations, anions)} printed ${printed}`,
    )
    compared++
  }
  assert.equal(compared, 22)
})

test('duplicates are held against their sample: pH by difference, the rest by their mean', () => {
  const original = one('A', { ph: 9, ec_ds_per_m: 1 })
  const duplicate = (ph: number | null, ec: number | null, extra = {}) =>
    one('A-平行', { ...NOWHERE, ph, ec_ds_per_m: ec, extra: { role: 'duplicate', duplicateOf: 'A', ...extra } })
  const rules = (each: LabSample) => checkLaboratory([original, each], book).map(({ details }) => (details as { value: string }).value)
  assert.deepEqual(rules(duplicate(9.2, 1.2)), []) // 0.2 ÷ 1.1 is 18.2 %
  assert.deepEqual(rules(duplicate(9.3, 1.25)), ['pH', 'EC']) // 0.25 ÷ 1.125 is 22.2 %
  // of a value below a limit only that is known: it differs where the limit does
  const below = (limit: number) => ({ censored: { ec_ds_per_m: { text: `<${limit}`, below: limit } } })
  assert.deepEqual(rules(duplicate(null, null, below(1.1))), [])
  assert.deepEqual(rules(duplicate(null, null, below(0.05))), ['EC'])
  // a duplicate of another depth, or of a sample that is not there, says nothing
  assert.deepEqual(found(original, { ...duplicate(12, 9), depth_from_cm: 20 }), [])
  assert.deepEqual(found(duplicate(12, 9)), [])
})

test('a blank holds next to nothing', () => {
  const blank = (change: Partial<LabSample>) => one('空白1', { ...NOWHERE, ...change, extra: { role: 'blank', ...change.extra } })
  assert.deepEqual(found(blank({ ec_ds_per_m: 0.005, ions: { cl: 0.01 } })), [])
  assert.deepEqual(found(blank({ ec_ds_per_m: 0.05 })), ['空白1 sample/blank-not-empty'])
  assert.deepEqual(found(blank({ ions: { cl: 0.1, na: 0.2 } })).length, 2)
  assert.deepEqual(found(blank({ extra: { censored: { ec_ds_per_m: { text: '<0.1', below: 0.1 } } } })), [])
})

/** Places where both laboratories measured: pH as given, EC 1 dS/m at 1:5 times `times` at the second. */
const sideBySide = (first: readonly number[], second: readonly number[], times = 1) =>
  first.flatMap((ph, i) => {
    const at = { longitude: 123.9 + i / 1000, ec_ratio: '1:5', ph_ratio: '1:5' }
    return [
      one(`A${i}`, { ...at, lab: '甲室', ph, ec_ds_per_m: 1 + i / 10 }),
      one(`B${i}`, { ...at, lab: '乙室', ph: second[i], ec_ds_per_m: (1 + i / 10) * times }),
    ]
  })

test('two laboratories side by side: the paired difference with its interval', () => {
  // differences 乙 − 甲 … by name 乙 comes before 甲: −0.2, −0.3, −0.4, −0.3, −0.3 have mean −0.3, s = √(0.02 ÷ 4), t(4) = 2.776
  const findings = checkLaboratory(sideBySide([9.2, 9.3, 9.4, 9.3, 9.3], [9, 9, 9, 9, 9]), book)
  assert.equal(findings.length, 1)
  const details = findings[0].details as { labs: string[]; mean: number; from: number; to: number; pairs: number }
  const half = (2.7764 * Math.sqrt(0.02 / 4)) / Math.sqrt(5)
  assert.deepEqual([details.labs, details.mean, details.pairs], [['乙室', '甲室'], -0.3, 5])
  assert.ok(Math.abs(details.from - (-0.3 - half)) < 0.001 && Math.abs(details.to - (-0.3 + half)) < 0.001, JSON.stringify(details))
  assert.match(sentenceOf(findings[0], 'en').message, /0.3 below/)
  // EC as a ratio: a third more everywhere, which is +33.3 %
  const ratio = checkLaboratory(sideBySide([9, 9, 9, 9, 9], [9, 9, 9, 9, 9.1], 4 / 3), book)
  assert.deepEqual(
    ratio.map(({ details }) => (details as { value: string; mean: number }).mean),
    [33.3],
  )
  assert.deepEqual(checkLaboratory(sideBySide([9, 9.1, 8.9, 9, 9.05], [9.1, 9, 9, 8.9, 9.05]), book), [])
  assert.deepEqual(checkLaboratory(sideBySide([9.2, 9.3, 9.4, 9.3], [9, 9, 9, 9]), book), [], 'four pairs are too few')
  // pH in another liquid is another quantity
  assert.deepEqual(
    checkLaboratory(
      sideBySide([9.2, 9.3, 9.4, 9.3, 9.3], [9, 9, 9, 9, 9]).map((each) => (each.lab === '甲室' ? { ...each, ph_ratio: 'CaCl2' } : each)),
      book,
    ),
    [],
  )
})

test('Student’s t has the values of the printed table', () => {
  for (const [nu, t] of [
    [1, 12.706],
    [2, 4.303],
    [3, 3.182],
    [4, 2.776],
    [5, 2.571],
    [9, 2.262],
    [30, 2.042],
    [120, 1.98],
  ])
    assert.ok(Math.abs(student975(nu) - t) < 0.0015, `${nu}: ${student975(nu)}`)
})

test('the interval moves with the differences and turns over with them', () =>
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 2, maxLength: 20 }),
      fc.double({ min: -3, max: 3, noNaN: true }),
      (list, by) => {
        const [low, mean, high] = pairedInterval(list) ?? [0, 0, 0]
        const [low2, mean2, high2] = pairedInterval(list.map((each) => by - each)) ?? [0, 0, 0]
        assert.ok(low <= mean && mean <= high)
        for (const [a, b] of [
          [low2, by - high],
          [mean2, by - mean],
          [high2, by - low],
        ])
          assert.ok(Math.abs(a - b) < 1e-9)
      },
    ),
  ))

test('a bag is followed from the place to the laboratory', () => {
  const field = (code: string, bag: string) => one(code, { extra: { bag } })
  const result = (code: string, bag: string) => one(code, { ...NOWHERE, lab: '甲室', ph: 9, extra: { bag } })
  const whole = (code: string, bag: string) => one(code, { lab: '甲室', ph: 9, extra: { bag } })
  assert.deepEqual(found(field('F1', 'T1'), result('L1', 'T1')), [])
  assert.deepEqual(found(whole('W1', 'T1'), whole('W2', 'T2')), [])
  assert.deepEqual(found(result('L1', 'T1')), ['L1 sample/bag-not-taken'])
  assert.deepEqual(found(field('F1', 'T1')), ['F1 sample/bag-not-analysed'])
  assert.deepEqual(found(whole('W1', 'T1'), whole('W2', 'T1')), ['W1 sample/bag-twice', 'W2 sample/bag-twice'])
  assert.deepEqual(found(field('F1', 'T1'), result('L1', 'T1'), result('L2', 'T1')), ['L1 sample/bag-twice', 'L2 sample/bag-twice'])
  assert.deepEqual(found(whole('W1', 'T1'), one('W2', { lab: '甲室', ph: 9 })), ['W2 sample/bag-missing'])
  assert.deepEqual(found(one('W1', { ph: 9 }), one('W2', { lab: '乙室', ph: 9 })), [], 'where nobody uses bags there is none missing')
  // a duplicate comes out of the bag of its sample
  assert.deepEqual(
    found(whole('W1', 'T1'), one('W1-D', { ...NOWHERE, ph: 9, extra: { bag: 'T1', role: 'duplicate', duplicateOf: 'W1' } })),
    [],
  )
})

test('a laboratory’s work of a large county is gone through in a moment', () => {
  const many = Array.from({ length: 20_000 }, (_, i) =>
    one(`S${i}`, {
      longitude: 123 + (i >> 1) / 1e4,
      lab: i % 2 ? '甲室' : '乙室',
      ph: 8 + (i % 7) / 10,
      ph_ratio: '1:5',
      extra: { bag: `T${i}` },
    }),
  )
  const before = process.cpuUsage()
  checkLaboratory(many, book)
  const { user, system } = process.cpuUsage(before)
  assert.ok((user + system) / 1e6 < 3, `${(user + system) / 1e6} s`)
})
