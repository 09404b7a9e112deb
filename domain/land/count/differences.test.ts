import assert from 'node:assert/strict'
import test from 'node:test'
import { type Counted, differences } from './differences.ts'

const row = (patchId: number, value: string, before: number | null, after: number | null): Counted => ({
  ...{ patchId, value, before, after },
  patchesBefore: before === null ? null : 1,
  patchesAfter: after === null ? null : 1,
})

test('a patch came, went, became another, grew, or is not told', () => {
  const { patches, values } = differences([
    row(1, 'a', null, 500),
    row(2, 'a', 300, null),
    row(3, 'a', 200, null),
    row(3, 'b', null, 200),
    row(4, 'b', 100, 130),
    row(5, 'b', 70, 70),
    row(6, 'a', 90, 40),
    row(6, 'b', 10, 60),
  ])
  assert.deepEqual(
    patches.map(({ id, kind, from, to, moved }) => [id, kind, from, to, moved]),
    [
      [1, 'added', null, 'a', 500],
      [2, 'ended', 'a', null, 300],
      [3, 'changed', 'a', 'b', 200],
      [6, 'changed', 'a', 'b', 50],
      [4, 'resized', 'b', 'b', 30],
    ],
  )
  assert.deepEqual(values, [
    { value: 'a', before: 590, after: 540, patches: -1 },
    { value: 'b', before: 180, after: 460, patches: 1 },
  ])
})
