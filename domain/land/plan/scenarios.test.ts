/** Money by source, blocks, packed choices: laws, and cases worked by hand. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { CostScope } from '../technology/technology.ts'
import { blocksOf } from './blocks.ts'
import { fundingRows, paidBy } from './funding.ts'
import { differencesOf, packChoices, unpackChoices } from './results.ts'
import { type Budget, decideState, type Scenario } from './scenarios.ts'

const SCOPES: readonly CostScope[] = ['material', 'spreading', 'earthworks', 'labour']
const budget = fc.record({
  source: fc.constantFrom('a', 'b', 'c'),
  year: fc.constant(2027),
  fen: fc.integer({ min: 0, max: 100 }),
  scopes: fc.subarray([...SCOPES]),
})
const costs = fc.record({ material: fc.nat(80), spreading: fc.nat(80), earthworks: fc.nat(80), labour: fc.nat(80) })

test('costs are paid in full exactly where no set of sources is asked for more than it has', () => {
  fc.assert(
    fc.property(fc.uniqueArray(budget, { selector: ({ source }) => source, minLength: 1 }), costs, (budgets: Budget[], due) => {
      const kept = fundingRows(budgets, 2027).every(
        ({ scopes, fen }) => SCOPES.reduce((sum, scope) => sum + (scopes.has(scope) ? (due[scope as keyof typeof due] ?? 0) : 0), 0) <= fen,
      )
      const paid = paidBy(budgets, 2027, due)
      assert.ok(paid.every(({ paidFen, budgetFen }) => paidFen >= 0 && paidFen <= budgetFen))
      const all = Object.values(due).reduce((a, b) => a + b)
      assert.equal(paid.reduce((sum, { paidFen }) => sum + paidFen, 0) === all, kept)
    }),
  )
})

test('a source that may pay materials alone leaves the other to what only it may pay', () => {
  const budgets: Budget[] = [
    { source: 'any', year: 2027, fen: 60, scopes: [] },
    { source: 'gypsum', year: 2027, fen: 50, scopes: ['material'] },
  ]
  assert.deepEqual(
    paidBy(budgets, 2027, { material: 50, labour: 60 }).map(({ source, paidFen }) => [source, paidFen]),
    [
      ['gypsum', 50],
      ['any', 60],
    ],
  )
  const rows = fundingRows(budgets, 2027).map(({ sources, fen, scopes }) => [
    sources.join('+'),
    fen,
    scopes.has('labour'),
    scopes.has('material'),
  ])
  assert.deepEqual(rows.toSorted(), [
    ['any+gypsum', 110, true, true],
    ['any', 60, true, false],
  ])
})

test('patches that touch are one block, through others too', () => {
  //  ┌──┬──┐   ┌──┐
  //  │0 │1 │   │3 │     2 has no place
  //  └──┴──┘   └──┘
  const box = (x: number) => [x, 0, x + 1, 1] as const
  const blocks = blocksOf([box(0), box(1), null, box(5)])
  assert.equal(blocks[0], blocks[1])
  assert.equal(new Set(blocks).size, 3)
})

test('choices come back as they were packed, and differences are found both ways', () => {
  const a = [
    { patch: 7, label: 'gypsum/rice@2027' },
    { patch: 1_200_000, label: '' },
    { patch: 9, label: '!no-soil' },
  ]
  const { labels, patch_ids: patchIds, choices } = packChoices(a)
  assert.deepEqual(unpackChoices({ labels, patchIds, choices }), a)
  const b = [{ patch: 7, label: '' }, a[1], a[2], { patch: 11, label: 'oats/oats@2028' }]
  assert.deepEqual(differencesOf(a, b), [
    { patch: 7, a: 'gypsum/rice@2027', b: '' },
    { patch: 11, a: '', b: 'oats/oats@2028' },
  ])
})

test('nobody approves what they wrote or submitted, nor what is stale', () => {
  const scenario = { key: 'S1', state: 'submitted', author: 'li', submittedBy: 'wang' } as Scenario
  const fresh = { result: 'R1', stale: false }
  const code = (actor: string, standing = fresh) => {
    const moved = decideState(scenario, 'approved', actor, standing)
    return moved.ok ? moved.value.decidedBy : moved.refusal.code
  }
  assert.equal(code('li'), 'people/own-work')
  assert.equal(code('wang'), 'people/own-work')
  assert.equal(code('zhao', { result: 'R1', stale: true }), 'plan/stale')
  assert.equal(code('zhao'), 'zhao')
})
