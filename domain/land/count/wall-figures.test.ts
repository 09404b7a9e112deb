import assert from 'node:assert/strict'
import test from 'node:test'
import type { CountReply, CountRow } from './count.wire.ts'
import { wallFigures } from './wall-figures.screen.ts'

/** 0.15 mu in hundredths of a square metre: 15 hundredths of the unit. */
const MU = 10_000

const reply = (rows: readonly (readonly [CountRow['by'], number, number])[]): CountReply => ({
  county: '220899',
  within: '220899',
  asOf: '2026-01-01',
  known: 1,
  knownAt: null,
  scheme: { id: 's', name: 's', depth: '', season: '', rule: '' },
  rows: rows.map(([by, area, patches]) => ({ by, area: area * MU, patches, cells: patches })),
  total: {
    area: rows.reduce((sum, [, area]) => sum + area * MU, 0),
    patches: rows.reduce((sum, [, , patches]) => sum + patches, 0),
    cells: 0,
  },
  unplaced: { contracts: 0, area: 0 },
  synthetic: true,
})

test('six figures of the same roll-ups; what is missing is zero and not left out', () => {
  const saline = reply([
    [{ saline: 'unused' }, 100, 2],
    [{ saline: 'cultivated' }, 70, 3],
    [{ saline: 'unknown' }, 30, 1],
    [{ saline: 'none' }, 800, 9],
  ])
  const contracts = reply([
    [{ contract: 'none' }, 60, 2],
    [{ contract: 'contracted' }, 40, 1],
  ])
  const grades = reply([
    [{ grade: 'light' }, 40, 1],
    [{ grade: 'heavy' }, 20, 1],
    [{ grade: 'extreme' }, 10, 1],
  ])
  assert.deepEqual(
    wallFigures(saline, contracts, grades, 'mu').map(({ id, shown, patches }) => [id, shown, patches]),
    [
      ['total', 15_000, 15],
      ['unused', 1_500, 2],
      ['uncontracted', 900, 2],
      ['cultivated', 1_050, 3],
      ['heavy', 450, 2],
      ['not-graded', 450, 1],
    ],
  )
  assert.deepEqual(
    wallFigures(reply([]), reply([]), reply([]), 'hectare').map(({ shown }) => shown),
    [0, 0, 0, 0, 0, 0],
  )
})

test('figures of one list are rounded together: with the rest they add up to the total that is shown', () => {
  const saline = reply([
    [{ saline: 'unused' }, 1 / 30, 1],
    [{ saline: 'cultivated' }, 1 / 30, 1],
    [{ saline: 'unknown' }, 1 / 30, 1],
  ])
  const of = Object.fromEntries(wallFigures(saline, reply([]), reply([]), 'mu').map(({ id, shown }) => [id, shown]))
  assert.equal(of.total, 2, 'one and a half, rounded')
  assert.equal(of.unused + of.cultivated + of['not-graded'], of.total)
})
