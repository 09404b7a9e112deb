import assert from 'node:assert/strict'
import test from 'node:test'
import { seededRandom } from '../shared/random.ts'
import { findTopology, firstLook } from './find.ts'
import type { PolygonLayer } from './layer.ts'
import { type Drawn, layerFrom } from './layers.testing.ts'
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

/** The layer in parts, in their order or not, as threads would survey them. */
function inParts(layer: PolygonLayer, bounds: readonly number[]) {
  const whole = surveyParcels(layer, {})
  const parts = bounds.slice(0, -1).map((from, k) => {
    const members = Uint32Array.from({ length: bounds[k + 1] - from }, (_, i) => from + i)
    return surveyParcels(partOf(layer, members), {}, from, whole.ground.grid).survey
  })
  const look = firstLook(parts, {})
  return look.finish(surveyParcels(partOf(layer, look.members), {}, 0, whole.ground.grid))
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
