import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Day } from '@dishu/base/date'
import { readWkb } from '@dishu/base/wkb'
import { findTopology } from '@dishu/numeric/topology/find'
import { generateSample } from '../sample/sample.ts'
import { geometryFindings, keyHeldBefore, LayerBuilder, topologyOptions } from './geometry.ts'
import { groundPlane, inPlane } from './ground-plane.ts'
import { ruleBook } from './rules.ts'

const book = ruleBook('2026-11-24' as Day)
const plane = groundPlane(4529, [123.9, 45.3])
assert.ok(plane)

/** `rule keys` of every finding of a layer of outlines with their keys. */
function told(layer: 'patch' | 'parcel' | 'area', rows: readonly { readonly key: string; readonly wkb: Uint8Array }[]): string[] {
  assert.ok(plane)
  const builder = new LayerBuilder()
  for (const { wkb } of rows) {
    const shape = readWkb(wkb)
    assert.equal(shape.type, 'polygon')
    if (shape.type === 'polygon') builder.add(shape.polygons, () => {})
  }
  const ground = builder.layer()
  const facts = rows.map(({ key }, i) => ({ id: i + 1, key, village: null, box: null }))
  const found = geometryFindings(layer, facts, ground, findTopology(ground, topologyOptions(layer, book)), plane, book)
  return found.map(({ finding: { rule, details } }) => `${rule} ${[...details.rows].sort().join(' ')}`).sort()
}

for (const [seed, size] of [
  [7, 5000],
  [8, 2000],
  [9, 400],
  [10, 400],
] as const) {
  test(`every outline that was spoilt on purpose is found, and no other (seed ${seed}, ${size} patches)`, () => {
    const county = generateSample(seed, size)
    // the village of a patch is another layer's business: what leaves it is tried at the register
    const planted = (layer: string) =>
      county.truth
        .filter((one) => one.rule.startsWith('geometry/') && one.rule !== 'geometry/outside' && one.layer === layer)
        .map(({ rule, key }) => `${rule} ${key.split(' ').sort().join(' ')}`)
        .sort()
    const patches = county.patches.map(({ BSM, wkb }) => ({ key: BSM, wkb }))
    const parcels = county.parcels.map(({ DKBM, wkb }) => ({ key: DKBM, wkb }))
    assert.ok(planted('DLTB').length >= 5 && planted('DK').length >= 2)
    assert.deepEqual(told('patch', patches), planted('DLTB'))
    assert.deepEqual(told('parcel', parcels), planted('DK'))
    const villages = county.areas.filter(({ XZQDM }) => XZQDM.length === 12).map(({ XZQDM, wkb }) => ({ key: XZQDM, wkb }))
    assert.deepEqual(told('area', villages), [])
  })
}

test('a county as it is drawn has no finding of geometry', () => {
  const plain = generateSample(7, 5000, false)
  assert.deepEqual(
    told(
      'patch',
      plain.patches.map(({ BSM, wkb }) => ({ key: BSM, wkb })),
    ),
    [],
  )
  assert.deepEqual(
    told(
      'parcel',
      plain.parcels.map(({ DKBM, wkb }) => ({ key: DKBM, wkb })),
    ),
    [],
  )
})

test('degrees stretched to metres and back are the degrees they were, and edges stay straight', () => {
  const stretched = groundPlane(4490, [123.93, 45.31])
  assert.ok(stretched)
  const there = Float64Array.of(123.9, 45.3, 123.95, 45.32, 123.925, 45.31)
  const [{ rings }] = inPlane([{ rings: [there] }], stretched.from(4490) ?? assert.fail())
  const [ax, ay, bx, by, mx, my] = rings[0]
  assert.ok(Math.abs((ax + bx) / 2 - mx) < 1e-6 && Math.abs((ay + by) / 2 - my) < 1e-6) // the middle stays in the middle
  const back = rings[0].slice()
  stretched.toLonLat(back)
  for (const [i, value] of back.entries()) assert.ok(Math.abs(value - there[i]) < 1e-12)
  assert.equal(groundPlane(2382, [117, 36]), null) // a system of another datum: no rule here knows it
})

test('what was decided holds for the same rows within two metres, and nowhere else', () => {
  const decided = new Map([['geometry/gap', ['a b @123.90000,45.30000']]])
  const held = (key: string, rule = 'geometry/gap') => keyHeldBefore(rule, key, decided)
  assert.equal(held('a b @123.90001,45.30001'), 'a b @123.90000,45.30000')
  assert.equal(held('a b @123.90003,45.30000'), 'a b @123.90003,45.30000') // 2.4 m east
  assert.equal(held('a c @123.90000,45.30000'), 'a c @123.90000,45.30000')
  assert.equal(held('a b @123.90001,45.30001', 'geometry/overlap'), 'a b @123.90001,45.30001')
  assert.equal(held('a'), 'a')
})
