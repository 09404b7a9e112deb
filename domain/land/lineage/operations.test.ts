import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { brought } from './judge.ts'
import type { Around, GroundRow, Operation, Plan } from './lineage.ts'
import { nextNumber } from './lineage.ts'
import { decide } from './operations.ts'
import { aroundOf, lonLat, rowOf, squares } from './squares.testing.ts'

function planned(operation: Operation, around: Around): Plan {
  const decided = decide(operation, around)
  assert.ok(decided.ok, decided.ok ? '' : JSON.stringify(decided.refusal))
  return decided.value
}
const refused = (operation: Operation, around: Around) => {
  const decided = decide(operation, around)
  return decided.ok ? 'accepted' : decided.refusal.code
}
/** The rows as the plan leaves them; ids of new rows follow. */
function afterwards(plan: Plan, around: Around): Around {
  const changed = new Map(plan.reshaped.map((row) => [row.id, row]))
  const made = plan.made.map((row, i): GroundRow => {
    const lead = around.rows.find(({ id }) => id === row.lead) as GroundRow
    return { ...lead, ...row, id: 1000 + around.rows.length + i, since: 2 }
  })
  return aroundOf([
    ...around.rows
      .filter(({ id }) => !plan.retired.includes(id))
      .map((row) => ({ ...row, ...changed.get(row.id), key: row.key, village: row.village })),
    ...made,
  ])
}
const sum = (rows: readonly { official: number | null }[]) => rows.reduce((total, { official }) => total + (official ?? 0), 0)
const errors = (plan: Plan, around: Around) => brought(plan, around).map(({ rule, rows }) => `${rule} ${rows.join(' ')}`)

test('a split by a line hands the official area out in proportion, and its difference from the drawn one with it', () => {
  // drawn 10 000 m² of the plane; 100.01 m² more by the books
  const [one] = squares(1)
  const around = aroundOf([{ ...one, official: (one.official ?? 0) + 10_001, deducted: 501, deduction: 0.0005 }])
  const plan = planned({ kind: 'split', id: 1, lines: [[lonLat(25, -5), lonLat(25, 105)]] }, around)
  assert.deepEqual(
    plan.made.map(({ key, number }) => [key, number]),
    [
      ['220899200100000100', '58'],
      ['220899200100000101', '59'],
    ],
  )
  assert.equal(sum(plan.made), sum(around.rows))
  assert.equal(
    plan.made.reduce((total, { deducted }) => total + (deducted ?? 0), 0),
    501,
  )
  for (const { official, deducted, classArea } of plan.made) assert.equal(classArea, (official ?? 0) - (deducted ?? 0))
  // three quarters and one quarter, within a hundredth
  assert.ok(Math.abs((plan.made[0].official ?? 0) - 0.75 * sum(around.rows)) <= 2)
  assert.equal(plan.before.difference, 10_001)
  assert.ok(Math.abs(plan.after.difference - 10_001) <= 1)
  assert.deepEqual(
    plan.passed.map(({ area }) => area).reduce((a, b) => a + b),
    sum(around.rows),
  )
})

test('a neighbour takes in the corner where the line meets the common border, and moves no ground', () => {
  const around = aroundOf(squares(3))
  const plan = planned({ kind: 'split', id: 2, lines: [[lonLat(95, 40), lonLat(205, 60)]] }, around)
  assert.deepEqual(
    plan.reshaped.map(({ id, woven, official }) => [id, woven, official]),
    [
      [1, true, around.rows[0].official],
      [3, true, around.rows[2].official],
    ],
  )
  assert.deepEqual(
    plan.reshaped.map(({ outline }) => outline[0][0].length / 2),
    [6, 6],
  )
  assert.deepEqual(errors(plan, around), [])
})

test('parts given as polygons are the parts; ground that none has is refused', () => {
  const around = aroundOf(squares(1))
  const box = (x0: number, y0: number, x1: number, y1: number) => [
    [lonLat(x0, y0), lonLat(x1, y0), lonLat(x1, y1), lonLat(x0, y1), lonLat(x0, y0)],
  ]
  const plan = planned({ kind: 'split', id: 1, parts: [box(0, 0, 30, 100), box(30, 0, 100, 50), box(30, 50, 100, 100)] }, around)
  assert.equal(plan.made.length, 3)
  assert.equal(sum(plan.made), sum(around.rows))
  assert.equal(refused({ kind: 'split', id: 1, parts: [box(0, 0, 30, 100), box(30, 0, 100, 50)] }, around), 'lineage/parts-leave-ground')
  assert.equal(refused({ kind: 'split', id: 1, parts: [box(0, 0, 100, 100), box(200, 0, 300, 50)] }, around), 'lineage/part-outside')
})

test('lines that divide nothing, or a hair, and rows that cannot be divided are refused', () => {
  const around = aroundOf(squares(1))
  assert.equal(refused({ kind: 'split', id: 1, lines: [[lonLat(20, 20), lonLat(80, 80)]] }, around), 'lineage/line-divides-nothing')
  assert.equal(refused({ kind: 'split', id: 1, lines: [[lonLat(0.005, -5), lonLat(0.005, 105)]] }, around), 'lineage/part-too-small')
  assert.equal(refused({ kind: 'split', id: 9, lines: [] }, around), 'lineage/no-such-row')
  const many = Array.from({ length: 50_001 }, (_, i) => [100 * Math.cos(i / 7958), 100 * Math.sin(i / 7958)] as const)
  assert.equal(
    refused({ kind: 'split', id: 1, lines: [[lonLat(-200, 0), lonLat(200, 0)]] }, aroundOf([rowOf(1, many)])),
    'lineage/too-many-corners',
  )
  const line = [[lonLat(25, -5), lonLat(25, 105)]]
  assert.equal(refused({ kind: 'split', id: 1, lines: line }, aroundOf(squares(1, { pinned: ['S1'] }))), 'lineage/pinned')
  assert.equal(
    refused({ kind: 'split', id: 1, lines: line }, aroundOf(squares(1, { validTo: '2027-01-01' as never }))),
    'lineage/changes-again',
  )
  assert.equal(refused({ kind: 'split', id: 1, lines: line }, aroundOf(squares(1, { srid: 2436 }))), 'lineage/foreign-crs')
})

test('rows whose file stated no area are measured, and hand on ground all the same', () => {
  const around = aroundOf(squares(2, { official: 0, computed: 0, classArea: 0 }))
  const split = planned({ kind: 'split', id: 1, lines: [[lonLat(25, -5), lonLat(25, 105)]] }, around)
  assert.ok(split.passed.every(({ area }) => area > 0) && split.before.computed > 999_000)
  assert.ok(planned({ kind: 'merge', ids: [1, 2], lead: 1 }, around).passed.every(({ area }) => area > 0))
})

test('neighbours alike become one with the sums of their areas; others do not', () => {
  const around = aroundOf(squares(3))
  const plan = planned({ kind: 'merge', ids: [1, 2], lead: 2 }, around)
  assert.equal(plan.made[0].official, (around.rows[0].official ?? 0) + (around.rows[1].official ?? 0))
  assert.deepEqual(plan.retired, [1, 2])
  assert.deepEqual(errors(plan, around), [])
  assert.equal(refused({ kind: 'merge', ids: [1, 3], lead: 1 }, around), 'lineage/not-neighbours')
  assert.equal(refused({ kind: 'merge', ids: [1], lead: 1 }, around), 'lineage/too-few')
  const other = { ...around.rows[1], words: { ...around.rows[1].words, class: '1204' } }
  assert.equal(refused({ kind: 'merge', ids: [1, 2], lead: 1 }, aroundOf([around.rows[0], other])), 'lineage/rows-differ')
  const contract = { code: 'C1', area: 100, sharePart: 1, shareWhole: 1 }
  assert.equal(
    refused({ kind: 'merge', ids: [1, 2], lead: 1 }, aroundOf([{ ...around.rows[0], contracts: [contract] }, around.rows[1]])),
    'lineage/contracts-differ',
  )
})

test('a corner of the common line moves: one gains what the other loses, to the hundredth', () => {
  const around = aroundOf(squares(2))
  const plan = planned({ kind: 'adjust', ids: [1, 2], moves: [{ from: lonLat(100, 50), to: lonLat(110, 50) }] }, around)
  assert.equal(plan.after.official, plan.before.official)
  const [a, b] = plan.reshaped
  // a triangle of 100 m by 10 m; the plane is larger than the ellipsoid by 8.9e-5 here
  assert.ok(Math.abs((a.official ?? 0) - (around.rows[0].official ?? 0) - 50_000) < 10)
  assert.equal((a.official ?? 0) + (b.official ?? 0), sum(around.rows))
  assert.deepEqual(
    plan.passed.map(({ fromId, toId }) => [fromId, toId]),
    [[2, 1]],
  )
  assert.deepEqual(errors(plan, around), [])
})

test('the outer border is nobody’s to move, and a move that folds a row is no move', () => {
  const around = aroundOf(squares(2))
  assert.equal(
    refused({ kind: 'adjust', ids: [1, 2], moves: [{ from: lonLat(0, 0), to: lonLat(-10, 0) }] }, around),
    'lineage/ground-not-conserved',
  )
  assert.equal(
    refused({ kind: 'adjust', ids: [1], moves: [{ from: lonLat(50, 50), to: lonLat(60, 50) }] }, around),
    'lineage/moves-nothing',
  )
  const folded = { kind: 'adjust' as const, ids: [1, 2], moves: [{ from: lonLat(100, 50), to: lonLat(250, 50) }] }
  const decided = decide(folded, around)
  assert.ok(!decided.ok || brought(decided.value, around).some(({ blocks }) => blocks))
})

test('two neighbours are divided anew by a line: each keeps the side that was mostly its own', () => {
  const around = aroundOf(squares(2))
  const plan = planned({ kind: 'adjust', ids: [1, 2], line: [lonLat(80, -5), lonLat(120, 105)] }, around)
  assert.equal(plan.after.official, plan.before.official)
  assert.deepEqual(
    plan.passed.map(({ fromId, toId }) => [fromId, toId]),
    [
      [1, 2],
      [2, 1],
    ],
  )
  assert.deepEqual(errors(plan, around), [])
})

test('an overlap that the whole had already is not the split’s; one that a move brings is told', () => {
  const [one, two] = squares(2)
  const into = rowOf(2, [
    [98, 0],
    [200, 0],
    [200, 100],
    [98, 100],
  ])
  const around = aroundOf([one, { ...two, ...into }])
  const plan = planned({ kind: 'split', id: 1, lines: [[lonLat(-5, 50), lonLat(105, 50)]] }, around)
  assert.deepEqual(
    brought(plan, around).filter(({ blocks }) => blocks),
    [],
  )
})

const cut = fc.tuple(fc.integer({ min: -40, max: 140 }), fc.integer({ min: -40, max: 140 }), fc.integer({ min: -40, max: 140 }))
const polyline = cut.map(([y0, y1, y2]) => [lonLat(95, y0), lonLat(150, y1), lonLat(205, y2)])

test('random splits conserve every sum; merged again they are the patch they were', () => {
  fc.assert(
    fc.property(
      fc.array(polyline, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: -500, max: 500 }),
      fc.integer({ min: 0, max: 30 }),
      (lines, off, ridge) => {
        const rows = squares(3).map((row) => {
          const official = (row.official ?? 0) + off
          const deducted = Math.round((official * ridge) / 100)
          return { ...row, official, deducted, classArea: official - deducted, deduction: ridge / 100 }
        })
        const around = aroundOf(rows)
        const decided = decide({ kind: 'split', id: 2, lines }, around)
        if (!decided.ok) {
          assert.match(decided.refusal.code, /divides-nothing|too-small/)
          return
        }
        const plan = decided.value
        assert.equal(sum(plan.made), rows[1].official)
        assert.equal(
          plan.made.reduce((total, { deducted }) => total + (deducted ?? 0), 0),
          rows[1].deducted,
        )
        assert.ok(Math.abs(plan.after.computed - plan.before.computed) <= plan.made.length)
        assert.deepEqual(
          brought(plan, around).filter(({ blocks }) => blocks),
          [],
        )
        const split = afterwards(plan, around)
        const ids = split.rows.filter(({ id }) => id >= 1000).map(({ id }) => id)
        const again = planned({ kind: 'merge', ids, lead: ids[0] }, split)
        const [whole] = again.made
        assert.equal(whole.official, rows[1].official)
        assert.equal(whole.deducted, rows[1].deducted)
        assert.ok(Math.abs(whole.computed - rows[1].computed) <= 1, `${whole.computed} ${rows[1].computed}`)
        assert.equal(whole.outline.length, 1)
        // every corner it had, and none but on its own lines
        const has = new Set(pairs(whole.outline[0][0]))
        for (const corner of pairs(rows[1].outline[0][0])) assert.ok(has.has(corner))
      },
    ),
    { numRuns: 150, seed: 11 },
  )
})
const pairs = (ring: readonly number[]) => Array.from({ length: ring.length / 2 }, (_, i) => `${ring[2 * i]} ${ring[2 * i + 1]}`)

test('two splits give the same ground in either order', () => {
  fc.assert(
    fc.property(polyline, fc.integer({ min: 20, max: 80 }), (line, x) => {
      const around = aroundOf(squares(3))
      const second: Operation = { kind: 'split', id: 3, lines: [[lonLat(200 + x, -5), lonLat(200 + x, 105)]] }
      const first: Operation = { kind: 'split', id: 2, lines: [line] }
      const then = (operations: readonly Operation[]) => {
        let state = around
        for (const operation of operations) {
          const decided = decide(operation, state)
          if (!decided.ok) return null
          state = afterwards(decided.value, state)
        }
        return state.rows
          .map(({ official, outline }) => [official, [...new Set(outline.flat().flatMap(pairs))].sort().join('|')].join(' '))
          .sort()
      }
      assert.deepEqual(then([first, second]), then([second, first]))
    }),
    { numRuns: 60, seed: 5 },
  )
})

test('numbers go on after the greatest; a registry’s five digits do not become six', () => {
  assert.equal(nextNumber({ prefix: 'B', width: 4, last: '0009' }, 0, false), 'B0010')
  assert.equal(nextNumber({ prefix: 'B', width: 4, last: '9999' }, 0, false), 'B10000')
  assert.equal(nextNumber({ prefix: '22089910101001', width: 5, last: '99998' }, 0, true), '2208991010100199999')
  assert.equal(nextNumber({ prefix: '22089910101001', width: 5, last: '99998' }, 1, true), null)
  assert.equal(nextNumber({ prefix: 'X-', width: 1, last: '' }, 0, false), 'X-1')
})
