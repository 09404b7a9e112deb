import assert from 'node:assert/strict'
import test from 'node:test'
import { months, node, reach, WATER } from './invented.testing.ts'
import { openMeshSolver } from './water.jobs.ts'
import { balanceOf, deliver, networkOf } from './water.ts'

const sum = (values: Float64Array) => values.reduce((total, each) => total + each, 0)

test('two ways to a gate: the better is taken first, and the other when it is full', async () => {
  // H → G by P (0.9 · 1) and by Q (0.5 · 1); a month of 31 days carries 2 678.4 m³ per litre a second
  const network = networkOf({
    nodes: ['H', 'P', 'Q', 'G'].map((id, i) => node(id, 123 + i / 10, 45)),
    reaches: [
      reach('HP', 'H', 'P', { efficiency: 0.9, capacity: months(0.001) }),
      reach('PG', 'P', 'G', { efficiency: 1, capacity: months(1) }),
      reach('HQ', 'H', 'Q', { efficiency: 0.5, capacity: months(1) }),
      reach('QG', 'Q', 'G', { efficiency: 1, capacity: months(1) }),
    ],
  })
  assert.equal(network.isForest, false)
  const mesh = await openMeshSolver()
  const [supply, demand] = [Float64Array.of(100_000, 0, 0, 0), Float64Array.of(0, 0, 0, 10_000)]
  const { delivered, entering, lost, unused } = mesh(network, 0, supply, demand)
  const byP = 2678.4 * 0.9
  assert.ok(Math.abs(delivered[3] - 10_000) < 1e-3)
  assert.ok(Math.abs(entering[0] - 2678.4) < 1e-3 && Math.abs(entering[2] - (10_000 - byP) / 0.5) < 1e-2)
  assert.ok(Math.abs(sum(supply) - sum(delivered) - sum(lost) - sum(unused)) < 1e-2)
})

test('in a tree with water enough both ways of reckoning agree', async () => {
  const network = networkOf(WATER)
  const supply = Float64Array.from(network.nodes, (id) => (id === 'H' ? 1e6 : 0))
  const demand = Float64Array.from(network.nodes, (id) => (id === 'A' || id === 'B' ? 50_000 : 0))
  const [tree, mesh] = [deliver(network, 5, supply, demand), (await openMeshSolver())(network, 5, supply, demand)]
  for (const [c, each] of tree.entering.entries()) assert.ok(Math.abs(each - mesh.entering[c]) < 1e-3, `${each} ${mesh.entering[c]}`)
})

test('a balance over a mesh needs the solver, and adds up with it', async () => {
  const meshed = { ...WATER, reaches: [...WATER.reaches, reach('HA', 'H', 'A', { efficiency: 0.7 })] }
  assert.equal(balanceOf(meshed, 'P75'), null)
  const balance = balanceOf(meshed, 'P75', undefined, await openMeshSolver())
  assert.ok(balance)
  for (const month of balance.months)
    assert.ok(Math.abs(month.available - month.delivered - month.lost - month.unused) < 1e-6 * Math.max(1, month.available))
})
