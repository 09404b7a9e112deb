import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { GRADES, type IndicatorName, placeIn, type Scheme, schemeOf } from './grading.ts'
import { AreaSums, byRule, figuresOf, gradeDraws, NOT_MAPPED, neededSamples } from './map-grades.ts'
import { USUAL_MAP_RULE } from './schemes.ts'

const scheme = schemeOf('songnen-1') as Scheme // salt 1 3 5 7, pH 8 8.5 9 9.5, ESP 5 15 30 45; the last is "above"
const VALUES: readonly IndicatorName[] = ['ph', 'salt']
const means = (ph: readonly number[], salt: readonly number[]) => Float32Array.from([...ph, ...salt])

test('each draw has the worst of its indicators, and probabilities are shares of draws', () => {
  //            draw 1    2     3     4
  const graded = gradeDraws(scheme, VALUES, means([7.5, 8.25, 8.25, 9.75], [0.5, 0.5, 6, 0.5]), 4, USUAL_MAP_RULE)
  assert.ok(graded)
  assert.deepEqual(graded.chances.ph, [0.25, 0.5, 0, 0, 0.25])
  assert.deepEqual(graded.chances.salt, [0.75, 0, 0, 0.25, 0])
  assert.deepEqual(graded.chances.combined, [0.25, 0.25, 0, 0.25, 0.25]) // by hand: none, light, heavy (salt 6), extreme (pH 9.75)
  assert.deepEqual([graded.grade, graded.share], ['extreme', 0.25]) // of equals the worse
})

test('a scheme that asks about nothing the map knows gives no grade', () => {
  assert.equal(gradeDraws(schemeOf('usda') as Scheme, VALUES, means([8], [1]), 1, USUAL_MAP_RULE), null)
})

test('the rule is data: the most probable grade, or the worst that is probable enough', () => {
  const chances = [0.1, 0.45, 0.2, 0.2, 0.05]
  assert.equal(GRADES[byRule(chances, { rule: 'most-probable', share: 0.3 })], 'light')
  assert.equal(GRADES[byRule(chances, { rule: 'worst-likely', share: 0.25 })], 'heavy') // 0.05 + 0.2
  assert.equal(GRADES[byRule(chances, { rule: 'worst-likely', share: 0.3 })], 'moderate')
  assert.equal(GRADES[byRule(chances, { rule: 'worst-likely', share: 0.95 })], 'none')
})

const DRAWS = 99
const patch = fc.record({
  area: fc.integer({ min: 1, max: 5_000_000_000 }),
  mean: fc.double({ min: 7, max: 10, noNaN: true }),
  spread: fc.double({ min: 0, max: 1, noNaN: true }),
  mapped: fc.boolean(),
})
const land = ({ area, mean, spread, mapped }: { area: number; mean: number; spread: number; mapped: boolean }, k: number) => {
  const ph = Array.from({ length: DRAWS }, (_, d) => mean + spread * Math.sin(3 * d + k))
  const graded = mapped ? gradeDraws(scheme, ['ph'], Float32Array.from(ph), DRAWS, USUAL_MAP_RULE) : null
  return { area, grade: graded?.grade ?? '', draws: graded?.draws ?? null, indicators: graded ? 'ph' : '' }
}

test('counted areas, and estimates, add up to the land to the last hundredth', () => {
  fc.assert(
    fc.property(fc.array(patch, { maxLength: 30 }), (patches) => {
      const sums = new AreaSums()
      for (const [k, each] of patches.entries()) sums.add(land(each, k))
      const total = patches.reduce((sum, { area }) => sum + area, 0)
      const rows = sums.all()
      assert.equal(
        rows.reduce((sum, { counted }) => sum + counted, 0),
        total,
      )
      assert.equal(
        rows.reduce((sum, { estimate }) => sum + estimate, 0),
        total,
      )
      const none = patches.filter(({ mapped }) => !mapped).reduce((sum, { area }) => sum + area, 0)
      assert.equal(rows.find(({ grade }) => grade === NOT_MAPPED)?.counted ?? 0, none)
    }),
  )
})

test('probabilities add up to one, and shift to worse grades when values rise', () => {
  fc.assert(
    fc.property(patch, fc.double({ min: 0, max: 1, noNaN: true }), ({ mean, spread }, rise) => {
      const at = (m: number) =>
        gradeDraws(
          scheme,
          ['ph'],
          Float32Array.from({ length: DRAWS }, (_, d) => m + spread * Math.sin(d)),
          DRAWS,
          USUAL_MAP_RULE,
        )?.chances.combined ?? []
      const [low, high] = [at(mean), at(mean + rise)]
      assert.ok(Math.abs(low.reduce((a, b) => a + b, 0) - 1) < 1e-12)
      for (let place = 1; place < GRADES.length; place++) {
        const worse = (of: readonly number[]) => of.slice(place).reduce((a, b) => a + b, 0)
        assert.ok(worse(high) >= worse(low) - 1e-12)
      }
    }),
  )
})

test('the interval of a whole is of the joint draws: two parts that go against each other leave the whole certain', () => {
  // where one half is heavy the other is none: in every draw exactly one half is heavy
  const draws = Array.from({ length: 199 }, (_, d) => d % 2 === 0)
  const half = (heavy: (d: boolean) => boolean) =>
    gradeDraws(
      scheme,
      ['ph'],
      Float32Array.from(draws, (d) => (heavy(d) ? 9.2 : 7.5)),
      199,
      USUAL_MAP_RULE,
    )?.draws ?? null
  const [whole, one] = [new AreaSums(), new AreaSums()]
  const [left, right] = [half((d) => d), half((d) => !d)]
  for (const sums of [whole, one]) sums.add({ area: 100, grade: 'heavy', draws: left, indicators: 'ph' })
  whole.add({ area: 100, grade: 'none', draws: right, indicators: 'ph' })
  const heavy = (sums: AreaSums) => sums.all().find(({ grade }) => grade === 'heavy')
  assert.deepEqual([heavy(one)?.low, heavy(one)?.high], [0, 100])
  assert.deepEqual([heavy(whole)?.low, heavy(whole)?.high], [100, 100])
})

test('an indicator alone is counted by its own digits', () => {
  const graded = gradeDraws(scheme, VALUES, means([9.75, 9.75, 9.75], [0.5, 0.5, 2]), 3, USUAL_MAP_RULE)
  assert.ok(graded)
  const salt = new AreaSums('salt')
  // the order of the digits is that of the scheme: salt before pH
  salt.add({ area: 30, grade: graded.grade, draws: graded.draws, indicators: 'salt,ph' })
  assert.deepEqual(
    salt.all().filter(({ estimate }) => estimate > 0),
    [
      { grade: 'none', counted: 30, estimate: 20, low: 0, high: 30 },
      { grade: 'light', counted: 0, estimate: 10, low: 0, high: 30 },
    ],
  )
})

test('more samples are asked for the nearer a mean lies to a bound, and none where the grade is decided', () => {
  const at = (mean: number, ratio: number) => {
    const own = Float32Array.from({ length: 199 }, (_, d) => mean + 0.3 * Math.sin(2.399963 * d) * Math.SQRT2)
    const graded = gradeDraws(scheme, ['ph'], own, 199, USUAL_MAP_RULE)
    return neededSamples(scheme, ['ph'], own, 199, [ratio], Math.max(...(graded?.chances.combined ?? [0])))
  }
  assert.equal(at(7, 1), 0)
  assert.ok(at(8.25, 1) >= 1) // in the middle of light, half a grade to either side
  assert.ok(at(8.25, 8) > at(8.25, 1)) // where one sample tells less
  assert.ok(at(8.25, 1e6) === 11) // where a sample tells nothing
})

test('figures are the moments of the draws and the ranks 5 and 195 of 199', () => {
  const draws = Float32Array.from({ length: 199 }, (_, d) => d + 1)
  const [mean, deviation, low, high] = figuresOf(draws)
  assert.deepEqual(
    [mean, low, high].map((each) => Number(each.toFixed(9))),
    [100, 5, 195],
  )
  assert.ok(Math.abs(deviation - Math.sqrt((199 * 200) / 12)) < 1e-9) // variance of 1 … n with n − 1: n (n + 1) / 12
})

test('a place in a scheme is the same for a draw and for a sample', () => {
  const limits = scheme.indicators[1].limits
  assert.deepEqual(
    [7.9, 8, 8.5, 9, 9.5, 9.51].map((ph) => placeIn(limits, ph)),
    [0, 1, 2, 3, 3, 4],
  )
})
