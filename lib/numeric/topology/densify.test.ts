import assert from 'node:assert/strict'
import test from 'node:test'
import { transformed } from './densify.ts'
import { layerFrom, square } from './layers.testing.ts'

/** Polar coordinates to plane ones: an edge of constant radius becomes an arc. */
const polar = (xy: Float64Array) => {
  for (let i = 0; i < xy.length; i += 2) {
    const [angle, radius] = [xy[i], xy[i + 1]]
    xy[i] = radius * Math.cos(angle)
    xy[i + 1] = radius * Math.sin(angle)
  }
}

test('an arc gets vertices until no chord leaves it by more than asked for', () => {
  for (const bend of [1, 0.01, 0.0001]) {
    const sector = layerFrom([[[[[0, 100], [1, 100], [1, 200], [0, 200]]]]]) // biome-ignore format: one line
    const { xy, ringStart } = transformed(sector, polar, bend)
    let worst = 0
    for (let v = 0; v + 1 < ringStart[1]; v++) {
      const [ax, ay, bx, by] = xy.subarray(2 * v, 2 * v + 4)
      const [a, b] = [Math.hypot(ax, ay), Math.hypot(bx, by)]
      if (Math.abs(a - b) < 1e-9) worst = Math.max(worst, a - Math.hypot((ax + bx) / 2, (ay + by) / 2))
    }
    assert.ok(worst > bend / 8 && worst <= bend, `${worst} for ${bend}`)
  }
})

test('neighbours still share every vertex, and a change that bends nothing adds none', () => {
  const pair = layerFrom([square(0.1, 100, 0.5), square(0.6, 100, 0.5)])
  const { xy, ringStart } = transformed(pair, polar, 1e-6)
  const places = (r: number) =>
    new Set(
      Array.from({ length: ringStart[r + 1] - ringStart[r] }, (_, i) => `${xy[2 * (ringStart[r] + i)]} ${xy[2 * (ringStart[r] + i) + 1]}`),
    )
  const [left, right] = [places(0), places(1)]
  const onBorder = [...left].filter((place) => Math.abs(Math.atan2(Number(place.split(' ')[1]), Number(place.split(' ')[0])) - 0.6) < 1e-9)
  assert.ok(onBorder.length >= 2 && onBorder.every((place) => right.has(place)))
  const shift = (each: Float64Array) => {
    for (let i = 0; i < each.length; i++) each[i] += 5
  }
  const moved = transformed(pair, shift, 1e-9)
  assert.equal(moved.xy.length, pair.xy.length)
})
