import assert from 'node:assert/strict'
import test from 'node:test'
import { WATER } from './invented.testing.ts'
import {
  addNode,
  changesBetween,
  decideChanges,
  drawDistrict,
  drawReach,
  lineOf,
  metresBetween,
  moveNode,
  networkOf,
  nodeNear,
  removeNode,
  splitReach,
  wayTo,
} from './water.ts'

test('a hundredth of a degree of latitude is 1.1 km, of longitude at 60° half of that', () => {
  assert.ok(Math.abs(metresBetween([123, 45], [123, 45.01]) - 1111.95) < 0.1)
  assert.ok(Math.abs(metresBetween([123, 60], [123.01, 60]) - 555.97) < 0.2)
})

test('a drawn district has the area of its ring, takes its water at the nearest node, and is redrawn in place', () => {
  // a hundredth of a degree each way at 45.7°: 1111.95 m × 1111.95 m × cos 45.705° on a sphere
  const ring = [
    [123.2, 45.7],
    [123.21, 45.7],
    [123.21, 45.71],
    [123.2, 45.71],
  ] as const
  const drawn = drawDistrict(WATER, ring, null)
  const district = drawn?.water.districts.at(-1)
  assert.ok(drawn && district && district.districtId === drawn.districtId)
  const expected = 1111.95 ** 2 * Math.cos((45.705 * Math.PI) / 180)
  assert.ok(Math.abs((district.areaM2 ?? 0) / expected - 1) < 0.01, `${district.areaM2} ${expected}`)
  assert.equal(district.nodeId, nodeNear(WATER, ring[0], 1e9)?.nodeId)
  assert.equal(district.outline?.[0][0].length, 5) // closed
  const again = drawDistrict(drawn.water, [...ring.slice(0, 2), [123.22, 45.72]], drawn.districtId)
  assert.equal(again?.water.districts.length, drawn.water.districts.length)
  assert.equal(drawDistrict(WATER, ring.slice(0, 2), null), null)
  assert.equal(drawDistrict(WATER, [ring[0], ring[2], ring[1], ring[3]], null), null) // a bow tie
})

test('a drawn reach snaps to nodes that are near, makes those that are not, and keeps its bends', () => {
  const drawn = drawReach(
    WATER,
    'canal',
    [
      [123.2001, 45.7],
      [123.25, 45.75],
      [123.3, 45.8],
    ],
    50,
  )
  assert.ok(drawn)
  const reach = drawn.water.reaches.at(-1)
  assert.equal(reach?.fromNode, 'A')
  assert.equal(drawn.water.nodes.length, WATER.nodes.length + 1)
  assert.deepEqual(lineOf(drawn.water, reach as never), [
    [123.2, 45.7],
    [123.25, 45.75],
    [123.3, 45.8],
  ])
  assert.equal(drawReach(WATER, 'canal', [[123.2, 45.7]], 50), null)
  assert.equal(
    drawReach(
      WATER,
      'canal',
      [
        [123.2, 45.7],
        [123.2001, 45.7],
      ],
      50,
    ),
    null,
  )
  assert.equal(nodeNear(WATER, [123.2001, 45.7], 5), null)
})

test('a split keeps the way and what is lost on it', () => {
  const split = splitReach(WATER, 'HJ', [123.05, 45.63])
  assert.ok(split)
  const network = networkOf(split.water)
  const way = wayTo(network, network.at.get('A') ?? -1)
  assert.equal(way?.length, 3)
  const efficiency = way?.reduce((product, c) => product * network.canals[c].efficiency, 1) ?? 0
  assert.ok(Math.abs(efficiency - 0.9 * 0.8) < 1e-5, `${efficiency}`)
  // the node lies on the line, not where the pointer was
  assert.ok(Math.abs((split.water.nodes.at(-1)?.lat ?? 0) - 45.6) < 1e-9)
  assert.equal(splitReach(WATER, 'HJ', [122, 45.6]), null)
})

test('lines follow a node that is moved, and go with one that is removed', () => {
  const drawn = drawReach(
    WATER,
    'canal',
    [
      [123.2, 45.7],
      [123.25, 45.75],
      [123.3, 45.8],
    ],
    50,
  )
  const moved = moveNode(drawn?.water ?? WATER, 'A', [123.21, 45.71])
  assert.deepEqual(moved.reaches.at(-1)?.line?.[0], [123.21, 45.71])
  const gone = removeNode(moved, 'A')
  assert.ok(!gone.reaches.some(({ fromNode, toNode }) => fromNode === 'A' || toNode === 'A'))
})

test('a draft sends what it changed, and that is accepted', () => {
  const { water } = addNode(removeNode(WATER, 'O'), [123.5, 45.9])
  const changes = changesBetween(WATER, water)
  assert.deepEqual(
    changes.map(({ sheet, put, remove }) => [sheet, put.length, remove]),
    [
      ['node', 1, ['O']],
      ['reach', 0, ['BO']],
    ],
  )
  assert.ok(decideChanges(WATER, changes).ok)
  assert.deepEqual(changesBetween(WATER, { ...WATER, nodes: [...WATER.nodes] }), [])
})
