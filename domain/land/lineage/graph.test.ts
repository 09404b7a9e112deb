import assert from 'node:assert/strict'
import test from 'node:test'
import { layOut } from './graph.ts'
import type { LineageNode, LineageStep } from './lineage.wire.ts'

const node = (id: number, generation: number) => ({ id, generation }) as LineageNode
const step = (from: number, to: number) => ({ from, to }) as LineageStep

test('generations stand in columns, no two rows on one spot, children beside their parents', () => {
  //  1 ─┬─ 3 ─── 6
  //     └─ 4
  //  2 ─── 5
  const spots = layOut({
    nodes: [node(1, -1), node(2, -1), node(3, 0), node(4, 0), node(5, 0), node(6, 1)],
    steps: [step(1, 3), step(1, 4), step(2, 5), step(3, 6)],
  })
  assert.equal(new Set(spots.map(({ column, line }) => `${column} ${line}`)).size, 6)
  const at = new Map(spots.map((spot) => [spot.id, spot]))
  assert.deepEqual(
    [1, 3, 6].map((id) => at.get(id)?.column),
    [0, 1, 2],
  )
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6].map((id) => at.get(id)?.line),
    [0, 1, 0, 1, 2, 0],
  )
})
