import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { dualDay, paddyDay, singleDay } from './balance.ts'
import { kcOn, seasonDays } from './coefficients.ts'
import { grossOfNet, HOFFMAN, leachingRequirement, reclamationDepth, reclamationDepthExponential, withLeaching } from './leaching.ts'
import { effectiveRain, effectiveRainScs, effectiveRainUsda } from './rain.ts'
import { seasonRequirement } from './season.ts'

const mm = (most: number) => fc.double({ min: 0, max: most, noNaN: true })

test('a paddy loses no water: what was there and came is what stands, went up, down or over', () =>
  fc.assert(
    fc.property(mm(150), mm(12), mm(120), mm(15), mm(40), mm(60), mm(120), (depth, etc, rain, percolation, low, more, crest) => {
      const day = { etc, rain, percolation, low, full: low + more, crest: low + more + crest }
      const after = paddyDay(depth, day)
      const kept = after.depth + after.eta + after.percolated + after.spilled
      assert.ok(Math.abs(depth + rain + after.irrigation - kept) < 1e-9)
      assert.ok(after.depth >= 0 && after.eta <= etc && after.percolated <= percolation)
      assert.ok(after.depth <= Math.max(depth, day.crest) + 1e-9)
    }),
  ))

test('a paddy that would fall below its least depth is filled, and one that would not is left alone', () => {
  const day = { etc: 6, rain: 0, percolation: 3, low: 20, full: 50, crest: 80 }
  assert.deepEqual(paddyDay(25, day), { depth: 50, irrigation: 34, spilled: 0, percolated: 3, eta: 6 }) // 50 + 9 − 25
  assert.equal(paddyDay(40, day).irrigation, 0)
  assert.equal(paddyDay(70, { ...day, rain: 30 }).spilled, 20) // 100 stands, 80 holds
})

test('root zones lose no water', () =>
  fc.assert(
    fc.property(mm(100), mm(20), mm(60), mm(60), mm(10), (depletion, layer, rain, irrigation, et0) => {
      const single = singleDay(depletion, { etc: et0, rain, irrigation, available: 120, tabledFraction: 0.5 })
      assert.ok(Math.abs(depletion - rain - irrigation + single.eta + single.drained - single.root) < 1e-9)
      const dual = dualDay(
        { surface: layer, root: depletion },
        {
          et0,
          kcb: 0.8,
          kcMax: 1.2,
          cover: 0.5,
          wetted: 1,
          rain,
          irrigation,
          available: 120,
          tabledFraction: 0.5,
          surface: { total: 20, ready: 9 },
        },
      )
      assert.ok(dual.root >= 0 && dual.root <= 120 && dual.surface >= 0 && dual.surface <= 20)
      assert.ok(dual.ke <= 1.2 * 0.5 + 1e-12 && dual.eta <= dual.etc + 1e-12)
      if (dual.root < 120) assert.ok(Math.abs(depletion - rain - irrigation + dual.eta + dual.drained - dual.root) < 1e-9)
    }),
  ))

test('effective rain is never more than the rain, and never less for more rain', () =>
  fc.assert(
    fc.property(mm(400), mm(300), mm(20), (rain, etc, more) => {
      for (const rule of [{ by: 'usda' }, { by: 'scs', netDepthMm: 75 }, { by: 'share', share: 0.7 }] as const) {
        const effective = effectiveRain(rule, rain, etc)
        assert.ok(effective >= 0 && effective <= rain + 1e-9, `${rule.by} ${rain} ${effective}`)
        assert.ok(effectiveRain(rule, rain + more, etc) >= effective - 1e-9)
      }
    }),
  ))
test('effective rain by the tables: 100 mm of rain for a crop of 100 mm', () => {
  assert.equal(effectiveRainUsda(100), 84) // 100 · 105/125
  assert.equal(effectiveRainUsda(300), 155)
  // 3.937 in each: 0.70917 · 3.937^0.82416 − 0.11556 = 2.0786 in, times 10^(0.02426 · 3.937) = 1.2460; the storage factor of 75 mm is one
  assert.ok(Math.abs(effectiveRainScs(100, 100) - 2.0786 * 1.246 * 25.4) < 0.3, `${effectiveRainScs(100, 100)}`)
  assert.ok(effectiveRainScs(100, 100, 40) < effectiveRainScs(100, 100, 75) && effectiveRainScs(100, 50) < effectiveRainScs(100, 100))
})

test('gross water grows with every way it takes, and is unknown where one is', () => {
  assert.ok(Math.abs((grossOfNet(100, [0.9, 0.8, 0.9]) ?? 0) - 100 / 0.648) < 1e-9)
  assert.equal(grossOfNet(100, [0.9, null]), null)
  assert.equal(grossOfNet(100, [0.9, 0]), null)
  assert.equal(grossOfNet(100, [1.2]), null)
})

test('leaching to a fifth: the depths of water that the formula gives for each soil', () => {
  assert.equal(reclamationDepth(1, 10, 2, HOFFMAN.peat), 2.25)
  assert.ok(Math.abs((reclamationDepth(1, 10, 2, HOFFMAN.clayLoam) ?? 0) - 1.5) < 1e-12)
  assert.ok(Math.abs((reclamationDepth(1, 10, 2, HOFFMAN.sandyLoam) ?? 0) - 0.5) < 1e-12)
  assert.equal(reclamationDepth(1, 2, 10, 0.3), 0)
  assert.equal(reclamationDepth(1, 10, 1, 0.3, 1.5), null)
  assert.ok(Math.abs((reclamationDepthExponential(0.5, 10, 10 / Math.E, 1) ?? 0) - 0.5) < 1e-12)
})
test('saltier water needs more leaching, and too salty water has none that is enough', () =>
  fc.assert(
    fc.property(fc.double({ min: 0.1, max: 8, noNaN: true }), fc.double({ min: 0.5, max: 10, noNaN: true }), (ecw, ece) => {
      const share = leachingRequirement(ecw, ece)
      if (share === null) return assert.ok(ecw >= 2.5 * ece * (1 - 1e-12))
      assert.ok(share > 0 && share < 1 && withLeaching(100, share) > 100)
      const more = leachingRequirement(ecw * 1.1, ece)
      assert.ok(more === null || more > share)
    }),
  ))

test('a season’s coefficients begin, peak and end where they should', () => {
  const [stages, kc] = [
    { ini: 30, dev: 30, mid: 60, late: 30 },
    { ini: 1.05, mid: 1.2, end: 0.9 },
  ]
  assert.equal(seasonDays(stages), 150)
  assert.deepEqual(
    [0, 29, 45, 60, 119, 135, 150].map((day) => Number(kcOn(day, stages, kc).toFixed(3))),
    [1.05, 1.05, 1.125, 1.2, 1.2, 1.05, 0.9],
  )
})

test('a season’s need: worked by hand for one month, and rain never takes more than there is', () => {
  // 30 days from 1 June at Kc 1, 5 mm a day: 150 mm; rain 60 mm by a fixed share of a half: 30 mm
  const season = { plantingDay: 152, stages: { ini: 30, dev: 0, mid: 0, late: 0 }, kc: { ini: 1, mid: 1, end: 1 }, flooded: null }
  const need = seasonRequirement(season, Array(12).fill(5), Array(12).fill(60), { by: 'share', share: 0.5 })
  assert.ok(Math.abs(need.netMm[5] - 120) < 1e-9)
  assert.equal(
    need.netMm.reduce((sum, each) => sum + each, 0),
    need.netMm[5],
  )
  // flooded: twenty days of percolation (the last ten lie dry) and 90 mm of puddling in the ten days before
  const paddy = seasonRequirement(
    { ...season, flooded: { puddlingMm: 90, puddlingDays: 10, percolationMmPerDay: 2 } },
    Array(12).fill(5),
    Array(12).fill(60),
    {
      by: 'share',
      share: 0.5,
    },
  )
  assert.ok(Math.abs(paddy.netMm[4] - 90) < 1e-9 && Math.abs(paddy.netMm[5] - 160) < 1e-9)
  const dry = seasonRequirement(season, Array(12).fill(1), Array(12).fill(400), { by: 'share', share: 1 })
  assert.equal(dry.netMm[5], 0)
})
