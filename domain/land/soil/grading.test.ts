import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Day } from '@dishu/base/date'
import fc from 'fast-check'
import {
  coversDepth,
  DEFAULT_GRADING,
  GRADES,
  type GradingConfig,
  gradeChanges,
  gradePatch,
  gradeSample,
  isSoda,
  phClass,
  type Sample,
  type SampleValues,
  SCHEMES,
  salineSet,
  saltType,
  schemeOf,
  seasonOf,
} from './soil.ts'

const shared = process.env.DISHU_SHARED ?? new URL('../../../../shared', import.meta.url).pathname
const nothing: SampleValues = { ph: null, ec: null, ece: null, salt: null, esp: null }
const grade = (scheme: string, values: Partial<SampleValues>, conversion?: string) =>
  gradeSample(schemeOf(scheme)!, { ...nothing, ...values }, conversion)

test('USDA types', () => {
  assert.equal(saltType(3.9, 14.9), 'normal')
  assert.equal(saltType(4, 14.9), 'saline')
  assert.equal(saltType(3.9, 15), 'sodic')
  assert.equal(saltType(4, 15), 'saline-sodic')
  assert.equal(grade('usda', { ece: 26, esp: 43.3, ph: 10.48 }).type, 'saline-sodic') // pH vetoes nothing
  assert.equal(grade('usda', { ece: 4.5, ph: 7.8, esp: 11.6 }).indicators[0].label, 'moderate') // soilassessment help, USDA
  assert.equal(grade('fao', { ece: 4.5, ph: 7.8, esp: 11.6 }).indicators[0].label, 'strong') // the same, FAO
})

test('the twelve FAO severity cases, with a type where the package has none', () => {
  // FAO code 2–6: salinity slight … extreme (ours has one grade for the last two)
  const salinity: [number, number, number, string][] = [
    [1, 7.5, 5, 'light'],
    [3, 7.9, 5, 'moderate'],
    [5, 8, 10, 'heavy'],
    [9, 8.1, 10, 'extreme'],
    [20, 8.1, 10, 'extreme'],
  ]
  for (const [ece, ph, esp, expected] of salinity) assert.equal(grade('fao', { ece, ph, esp }).indicators[0].grade, expected)
  // 7–10: sodicity slight … very strong
  const sodicity: [number, number, number, string][] = [
    [2, 9.2, 20, 'slight'],
    [2, 9.5, 40, 'moderate'],
    [2, 9.9, 60, 'strong'],
    [2, 10.2, 80, 'very strong'],
  ]
  for (const [ece, ph, esp, expected] of sodicity) {
    const found = grade('fao', { ece, ph, esp })
    assert.deepEqual([found.indicators[1].label, found.type], [expected, 'sodic'])
  }
  const alkaline = grade('fao', { ece: 3, ph: 8.9, esp: 8 }) // 11
  assert.deepEqual([alkaline.type, alkaline.flags.includes('alkaline')], ['normal', true])
  assert.equal(grade('fao', { ece: 6, ph: 7.9, esp: 20 }).type, 'saline-sodic') // 12
  const songnen = grade('fao', { ece: 6, ph: 9, esp: 30 }) // 13 NotClassified
  assert.deepEqual(
    [songnen.type, songnen.indicators.map(({ label }) => label), songnen.grade],
    ['saline-sodic', ['strong', 'moderate'], 'heavy'],
  )
})

test('wherever the FAO package classifies by salinity or sodicity alone, so do we', (t) => {
  const file = `${shared}/data/06_golden/salinity/salt_severity_crosscheck_soilassessment.csv`
  if (!existsSync(file)) return t.skip('shared data not present')
  const salinity = ['none', 'slight', 'moderate', 'strong', 'very strong', 'very strong'] // 1–6, the last two one grade
  let compared = 0
  for (const line of readFileSync(file, 'utf8').trim().split('\n').slice(1)) {
    const [ece, ph, esp, code] = line.split(',').map(Number)
    const found = grade('fao', { ece, ph, esp })
    assert.notEqual(found.grade, 'not-graded')
    assert.notEqual(found.type, null)
    if (code <= 6) assert.equal(found.indicators[0].label, salinity[code - 1], line)
    else if (code <= 10) assert.equal(found.indicators[1].label, ['slight', 'moderate', 'strong', 'very strong'][code - 7], line)
    else if (code === 12) assert.equal(found.type, 'saline-sodic', line)
    compared++
  }
  assert.ok(compared > 100, `${compared} rows`)
})

test('the Chinese salt series at their bounds', () => {
  const series = (scheme: string, salts: number[]) => salts.map((salt) => grade(scheme, { salt }).grade)
  assert.deepEqual(series('salt-a', [0.99, 1, 2, 4, 6, 6.01]), ['none', 'light', 'moderate', 'heavy', 'heavy', 'extreme'])
  assert.deepEqual(series('salt-a-10', [6.01, 10, 10.01]), ['heavy', 'heavy', 'extreme'])
  assert.deepEqual(series('salt-b', [1.99, 2, 3, 5, 10, 10.01]), ['none', 'light', 'moderate', 'heavy', 'heavy', 'extreme'])
  assert.deepEqual(series('salt-b-20', [3.99, 4, 6, 20, 20.01]), ['light', 'moderate', 'heavy', 'heavy', 'extreme'])
})

test('alkalisation and the Songnen variants', () => {
  assert.deepEqual(
    [4.9, 5, 10, 15, 25, 25.1].map((esp) => grade('esp-1', { esp }).grade),
    ['none', 'light', 'moderate', 'heavy', 'heavy', 'extreme'],
  )
  assert.equal(grade('esp-2', { esp: 20.1 }).grade, 'extreme')
  assert.equal(grade('esp-1-30', { esp: 18 }).grade, 'moderate')
  assert.deepEqual(
    [7.9, 8, 8.5, 9, 9.5, 9.6].map((ph) => grade('songnen-1', { ph }).grade),
    ['none', 'light', 'moderate', 'heavy', 'heavy', 'extreme'],
  )
  assert.deepEqual(
    [7, 7.1, 9, 9.5, 10, 10.1].map((ph) => grade('songnen-2', { ph }).grade),
    ['none', 'light', 'moderate', 'heavy', 'heavy', 'extreme'],
  )
  const zhang = grade('songnen-1', { ph: 9.4, esp: 43.3 }) // Zhang 2023: heavy by both
  assert.deepEqual([zhang.grade, zhang.flags], ['heavy', []])
  const apart = grade('songnen-1', { ph: 9.6, salt: 1.5 })
  assert.deepEqual([apart.grade, apart.flags.includes('indicators-differ')], ['extreme', true])
})

test('ECe comes from an extract only by a named conversion inside its calibration', () => {
  assert.equal(grade('usda', { ec: 1, ecRatio: '1:5' }).grade, 'not-graded')
  const converted = grade('usda', { ec: 1, ecRatio: '1:5' }, 'chi2010') // 5.91 dS/m
  assert.deepEqual([converted.grade, converted.flags], ['moderate', ['ece-converted']])
  assert.deepEqual(grade('usda', { ec: 0.3, ecRatio: '1:5' }, 'chi2010').flags, ['ece-outside-calibration', 'no-indicator'])
})

test('soda soils by their ions, with nothing in the denominators too', () => {
  assert.equal(isSoda({ co3: 1, hco3: 2, cl: 1, so4: 0.5, na: 4, ca: 0.2, mg: 0.1 }), true)
  assert.equal(isSoda({ hco3: 1, na: 1 }), true)
  assert.equal(isSoda({ hco3: 1, cl: 2, na: 1 }), false)
  assert.equal(isSoda({}), false)
})

const maybe = fc.option(
  fc.oneof(fc.double({ min: -5, max: 500, noNaN: true }), fc.constantFrom(0, 4, 15, Number.NaN, Number.POSITIVE_INFINITY)),
)
const anyValues = fc.record({ ph: maybe, ec: maybe, ece: maybe, salt: maybe, esp: maybe, ecRatio: fc.constantFrom(null, '1:5', 'x') })

test('no input falls through: every sample has a grade or is not graded', () =>
  fc.assert(
    fc.property(fc.constantFrom(...SCHEMES), anyValues, fc.constantFrom(null, 'chi2010', 'nonsense'), (scheme, values, conversion) => {
      const { grade, indicators } = gradeSample(scheme, values, conversion)
      return grade === 'not-graded' ? indicators.length === 0 : GRADES.includes(grade)
    }),
    { numRuns: 2000 },
  ))

test('more of an indicator never makes a better grade', () =>
  fc.assert(
    fc.property(
      fc.constantFrom(...SCHEMES),
      fc.double({ min: 0, max: 12, noNaN: true }),
      fc.double({ min: 0, max: 12, noNaN: true }),
      (scheme, a, b) => {
        const { name } = scheme.indicators[0]
        const place = (value: number) => GRADES.indexOf(gradeSample(scheme, { ...nothing, [name]: value }).grade as (typeof GRADES)[number])
        return a <= b ? place(a) <= place(b) : place(a) >= place(b)
      },
    ),
  ))

test('limits of every scheme rise', () => {
  for (const { id, indicators } of SCHEMES) {
    for (const { limits } of indicators)
      assert.ok(limits.light < limits.moderate && limits.moderate < limits.heavy && limits.heavy < limits.extreme, id)
  }
})

const sample = (
  code: string,
  ph: number | null,
  sampledOn: string | null,
  depth: readonly [number, number] | null = [0, 20],
  season: string | null = null,
): Sample => ({
  ...nothing,
  code,
  ph,
  sampledOn: sampledOn as Day | null,
  depthFromCm: depth?.[0] ?? null,
  depthToCm: depth?.[1] ?? null,
  season,
})
const today = '2026-11-01' as Day
const config = (change: Partial<GradingConfig> = {}): GradingConfig => ({ ...DEFAULT_GRADING, ...change })

test('a patch without samples is not graded', () => {
  assert.deepEqual(gradePatch([], config(), today).grade, 'not-graded')
  assert.equal(gradePatch([sample('a', null, '2024-04-20')], config(), today).why.leftOut.unusable, 1)
})

test('of several samples the median, the worst or the last counts', () => {
  const samples = [sample('a', 7.5, '2024-04-20'), sample('b', 8.2, '2024-04-21'), sample('c', 9.8, '2024-04-19')]
  assert.equal(gradePatch(samples, config(), today).grade, 'light')
  assert.equal(gradePatch(samples, config({ rule: 'worst' }), today).grade, 'extreme')
  assert.equal(gradePatch(samples, config({ rule: 'latest' }), today).grade, 'light')
  assert.equal(gradePatch(samples.slice(0, 2), config(), today).grade, 'light') // of two middle ones the worse
})

test('seasons and years never mix', () => {
  const samples = [sample('spring', 9.8, '2024-04-20'), sample('autumn', 7.5, '2024-10-20'), sample('old', 8.2, '2023-10-20')]
  const newest = gradePatch(samples, config(), today)
  assert.deepEqual(
    [newest.grade, newest.samplesUsed, newest.why.campaign, newest.why.leftOut.season],
    ['none', ['autumn'], '2024 autumn', 2],
  )
  assert.deepEqual(gradePatch(samples, config({ season: 'spring' }), today).samplesUsed, ['spring'])
  assert.equal(gradePatch(samples, config({ season: 'summer' }), today).grade, 'not-graded')
  // on an earlier day the autumn of 2024 has not been yet
  assert.deepEqual(gradePatch(samples, config({ season: 'autumn' }), '2024-05-01' as Day).samplesUsed, ['old'])
})

test('a winter is one season over the turn of the year', () => {
  assert.equal(seasonOf('2024-12-15' as Day), 'winter')
  const samples = [sample('dec', 8.2, '2024-12-15'), sample('jan', 9.8, '2025-01-15')]
  assert.deepEqual(gradePatch(samples, config(), today).samplesUsed, ['dec', 'jan'])
})

test('a sample speaks for a depth that it shares by half', () => {
  const covers = (from: number, to: number) => coversDepth({ depthFromCm: from, depthToCm: to }, 0, 20)
  assert.deepEqual(
    [covers(0, 20), covers(0, 15), covers(0, 40), covers(10, 30), covers(15, 40), covers(20, 40), covers(20, 0)],
    [true, true, true, true, false, false, false],
  )
  assert.equal(coversDepth({ depthFromCm: null, depthToCm: null }, 0, 20), false)
  assert.equal(gradePatch([sample('deep', 9.8, '2024-04-20', [20, 40])], config(), today).why.leftOut.depth, 1)
})

const samples = fc.array(
  fc
    .record({
      code: fc.string({ minLength: 1, maxLength: 3 }),
      ph: fc.option(fc.double({ min: 6, max: 11, noNaN: true })),
      year: fc.integer({ min: 2020, max: 2025 }),
      month: fc.integer({ min: 1, max: 12 }),
    })
    .map(({ code, ph, year, month }) => sample(code, ph, `${year}-${String(month).padStart(2, '0')}-10`)),
  { maxLength: 8 },
)
const rules = fc.constantFrom('median' as const, 'worst' as const, 'latest' as const)

test('the order of samples does not matter, and the median is never worse than the worst', () =>
  fc.assert(
    fc.property(samples, rules, (list, rule) => {
      const found = gradePatch(list, config({ rule }), today)
      assert.deepEqual(gradePatch(list.toReversed(), config({ rule }), today), found)
      const place = (one: string) => [...GRADES, 'not-graded'].indexOf(one)
      return place(found.grade) <= place(gradePatch(list, config({ rule: 'worst' }), today).grade)
    }),
  ))

test('between the days named for it the grade stands still', () =>
  fc.assert(
    fc.property(samples, rules, fc.integer({ min: 0, max: 2000 }), (list, rule, n) => {
      const at = (days: number) => new Date(Date.UTC(2020, 0, 1 + days)).toISOString().slice(0, 10) as Day
      const [before, after] = [at(n), at(n + 1)]
      return (
        gradePatch(list, config({ rule }), before).grade === gradePatch(list, config({ rule }), after).grade ||
        gradeChanges(list).includes(after)
      )
    }),
  ))

test('the two sets of saline land stand apart', () => {
  assert.equal(salineSet('1204', 'not-graded'), 'unused')
  assert.equal(salineSet('124', 'none'), 'unused')
  assert.deepEqual(
    ['none', 'light', 'extreme', 'not-graded'].map((one) => salineSet('0103', one as 'none')),
    ['none', 'cultivated', 'cultivated', 'unknown'],
  )
  assert.equal(salineSet('0404', 'heavy'), 'none')
  assert.equal(salineSet('013', 'moderate'), 'cultivated')
})

test('pH classes', () => {
  assert.deepEqual([8, 8.2, 8.5, 9, 9.5, 10, 10.1].map(phClass), ['<8.2', '8.2–8.5', '8.5–9', '9–9.5', '9.5–10', '9.5–10', '>10'])
})
