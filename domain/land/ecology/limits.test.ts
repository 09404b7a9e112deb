import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { LIMITS, type LimitGround, limitParts, limitsOn, type PatchGround, usableFor } from './ecology.ts'

const DAY = '2026-11-24'
const rules = limitsOn(LIMITS, [], DAY)
const box = (x0: number, y0: number, x1: number, y1: number) => ({
  polygons: [{ rings: [Float64Array.of(x0, y0, x1, y0, x1, y1, x0, y1, x0, y0)] }],
})
const patch = (landClass: string, areaM2: number, ...corners: [number, number, number, number]): PatchGround => ({
  ...box(...corners),
  landClass,
  areaM2,
})
const ground = (limit: string, ...corners: [number, number, number, number]): LimitGround => ({ ...box(...corners), limit })
const said = (parts: readonly { readonly limits: readonly string[]; readonly areaM2: number }[]) =>
  parts.map(({ limits, areaM2 }) => [limits.join('+'), areaM2])

test('a patch falls into parts under no limit, one, and two', () => {
  //  ┌───────┬───────┐ 10    red line: x < 4; river zone: y < 5
  //  │ red   │ free  │
  //  ├───────┼───────┤ 5
  //  │ both  │ river │
  //  └───────┴───────┘ 0
  //  0       4       10
  const [parts] = limitParts(
    [patch('1204', 100, 0, 0, 10, 10)],
    [ground('ecological-red-line', -5, -5, 4, 15), ground('river-zone', -5, -5, 15, 5)],
    rules,
  )
  assert.deepEqual(said(parts), [
    ['', 30],
    ['ecological-red-line', 20],
    ['ecological-red-line+river-zone', 20],
    ['river-zone', 30],
  ])
  assert.equal(usableFor(parts, rules, ['reclaim']).areaM2, 30)
  assert.equal(usableFor(parts, rules, ['to-paddy']).areaM2, 60) // the river zone does not speak of it
  assert.equal(usableFor(parts, rules, ['ameliorate']).areaM2, 100)
  assert.deepEqual(usableFor(parts, rules, ['reclaim']).forbidden, [
    { limit: 'river-zone', act: 'reclaim', areaM2: 50 },
    { limit: 'ecological-red-line', act: 'reclaim', areaM2: 40 },
  ])
})

test('basic farmland permits amelioration and forbids conversion; a marsh is a limit by its class alone', () => {
  const [farmland, marsh] = limitParts(
    [patch('0103', 100, 0, 0, 10, 10), patch('1108', 50, 20, 0, 30, 5)],
    [ground('basic-farmland', 0, 0, 10, 10)],
    rules,
  )
  assert.equal(usableFor(farmland, rules, ['ameliorate']).areaM2, 100)
  assert.equal(usableFor(farmland, rules, ['convert']).areaM2, 0)
  assert.deepEqual(said(marsh), [['wetland', 50]])
  assert.equal(usableFor(marsh, rules, ['reclaim', 'drain']).areaM2, 0)
})

test('a law holds from its day to its last, and an office’s own rule stands in place of the program’s', () => {
  const red = rules.find(({ code }) => code === 'ecological-red-line')
  assert.ok(red)
  assert.ok(!limitsOn(LIMITS, [], '2022-08-15').some(({ code }) => code === 'ecological-red-line'))
  const own = { ...red, forbids: ['build'] as const, to: '2027-01-01' }
  assert.deepEqual(limitsOn(LIMITS, [own], DAY).find(({ code }) => code === 'ecological-red-line')?.forbids, ['build'])
  assert.ok(!limitsOn(LIMITS, [own], '2027-01-01').some(({ code }) => code === 'ecological-red-line'))
  // every limit says where it comes from
  for (const { source, forbids } of LIMITS) assert.ok(source !== '' && forbids.length > 0)
})

test('whatever lies over a patch, its parts add up to its official area, and more limits never leave more ground', () => {
  const corner = fc.integer({ min: -20, max: 120 })
  const boxes = fc.array(
    fc.tuple(
      fc.constantFrom('ecological-red-line', 'wetland', 'river-zone'),
      corner,
      corner,
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 60 }),
    ),
    { maxLength: 6 },
  )
  fc.assert(
    fc.property(boxes, fc.integer({ min: 1, max: 1_000_000 }), (found, hundredths) => {
      const grounds = found.map(([limit, x, y, w, h]) => ground(limit, x, y, x + w, y + h))
      const of = (some: readonly LimitGround[]) => limitParts([patch('1204', hundredths / 100, 0, 0, 100, 100)], some, rules)[0]
      const all = of(grounds)
      const sum = all.reduce((total, { areaM2 }) => total + Math.round(areaM2 * 100), 0)
      assert.equal(sum, hundredths)
      const fewer = usableFor(of(grounds.slice(1)), rules, ['reclaim']).areaM2
      assert.ok(usableFor(all, rules, ['reclaim']).areaM2 <= fewer + 0.011) // the last hundredth may fall either way
    }),
    { numRuns: 60 },
  )
})
