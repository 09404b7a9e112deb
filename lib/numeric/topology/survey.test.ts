import assert from 'node:assert/strict'
import test from 'node:test'
import { seededRandom } from '../shared/random.ts'
import { commonGroundOf, joined } from './common.ts'
import { findTopology, firstLook } from './find.ts'
import type { PolygonLayer } from './layer.ts'
import { type Drawn, layerFrom, square } from './layers.testing.ts'
import { partOf, surveyParcels } from './survey.ts'

/** Squares of 20 m side by side, some corners pulled off their places, one parcel drawn twice. */
function village(columns: number, rows: number, pulled: number): PolygonLayer {
  const random = seededRandom(3)
  const parcels: Drawn[number][] = []
  for (let j = 0; j < rows; j++)
    for (let i = 0; i < columns; i++) {
      const off = () => (random() < pulled ? random() - 0.5 : 0)
      const corner = (x: number, y: number) => [500_000 + 20 * x + off(), 4_100_000 + 20 * y + off()]
      parcels.push([[[corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1)]]])
    }
  parcels.push(parcels[7])
  return layerFrom(parcels)
}

/** The layer in parts, in their order, and its heaps one by one, as threads would look at them. */
function inParts(layer: PolygonLayer, bounds: readonly number[]) {
  const whole = surveyParcels(layer, {})
  const { grid } = whole.ground
  const parts = bounds.slice(0, -1).map((first, k) => {
    const members = Uint32Array.from({ length: bounds[k + 1] - first }, (_, i) => first + i)
    return { first, layer: partOf([{ first: 0, layer }], members) }
  })
  const surveys = parts.map((part) => surveyParcels(part.layer, {}, part.first, grid).survey)
  const look = firstLook(surveys, {})
  if (look.crowded) return look.finish(whole)
  const { members, start } = look.heaps
  const found = Array.from({ length: start.length - 1 }, (_, h) => {
    const own = members.subarray(start[h], start[h + 1])
    return commonGroundOf(parts, { members: own, start: Uint32Array.of(0, own.length) }, grid, {})
  })
  return look.finish(joined(found.toReversed()))
}

for (const [what, pulled] of [
  ['few open edges', 0.01],
  ['hardly a shared edge', 0.9],
] as const)
  test(`a layer looked over in parts has the findings of the whole, to the last bit: ${what}`, () => {
    const layer = village(30, 20, pulled)
    const whole = findTopology(layer)
    assert.ok(whole.overlaps.length > 5 && whole.gaps.length > 2)
    assert.deepEqual(inParts(layer, [0, 200, 201, 433, 601]), whole)
  })

test('a grid line of parcels cut in two leaves no trace', () => {
  const layer = village(10, 2, 0)
  const found = inParts(layer, [0, 5, 21])
  assert.deepEqual([found.overlaps.length, found.gaps.length], [1, 0])
  assert.equal(found.identity.outerM2, 200 * 40)
})

test('an edge that three parcels draw keeps its three owners, in whatever order they come', () => {
  const grid: Drawn[number][] = []
  for (let j = 0; j < 12; j++) for (let i = 0; i < 12; i++) grid.push(square(500_000 + 20 * i, 4_100_000 + 20 * j, 20))
  // the parcel in the middle twice; within its eastern neighbour a third one with a corner on the edge between them
  const [twice, east, tip] = [grid.length, 66 + 1, grid.length + 1]
  const [x, y] = [500_000 + 20 * 7, 4_100_000 + 20 * 5 + 10]
  const corner: Drawn[number] = [[[[x, y], [x + 10, y - 4], [x + 10, y + 4]]]] // biome-ignore format: one line
  const parcels = [...grid, grid[66], corner]
  const expected = [66, east, twice].map((neighbour) => `${tip} ${neighbour}`).sort()
  for (const order of [
    parcels.map((_, p) => p),
    parcels.map((_, p) => parcels.length - 1 - p),
    [66, east, twice, ...parcels.keys()].filter((p, i, all) => all.indexOf(p) === i),
    [66, twice, east, tip, ...parcels.keys()].filter((p, i, all) => all.indexOf(p) === i),
    [east, twice, 66, ...parcels.keys()].filter((p, i, all) => all.indexOf(p) === i),
  ]) {
    const { oneSided } = findTopology(layerFrom(order.map((p) => parcels[p])))
    const found = oneSided.filter((each) => order[each.parcel] === tip).map((each) => `${tip} ${order[each.neighbour]}`)
    assert.deepEqual(found.sort(), expected)
  }
})
