import assert from 'node:assert/strict'
import test from 'node:test'
import { writePolygonWkb } from '@dishu/base/wkb'
import { crsFromEpsg } from '@dishu/formats/crs/crs'
import type { Batch, Crs, Layer } from '@dishu/formats/layers'
import { toGcj02 } from '@dishu/numeric/geodesy/gcj02'
import { settleCrs, shiftBetween } from './crs.jobs.ts'

const square = (x: number, y: number, size: number) =>
  writePolygonWkb([{ rings: [Float64Array.of(x, y, x + size, y, x + size, y + size, x, y + size, x, y)] }])
const batch = (wkb: Uint8Array): Batch => ({
  rows: Uint32Array.of(1),
  columns: [],
  wkb,
  offsets: Uint32Array.of(0, wkb.length),
  problems: [],
})
const layer = (crs: Crs | null) => ({ name: 'DLTB', crs }) as Layer
const settle = (crs: Crs | null, wkb: Uint8Array, more: { answer?: string; box?: [number, number, number, number] } = {}) =>
  settleCrs({ layer: layer(crs), key: 'k', first: batch(wkb), box: more.box ?? null, answer: more.answer ?? null })

test('what the file states is taken', () => {
  const { crs, question } = settle(crsFromEpsg(4529), square(41_500_000, 5_000_000, 100))
  assert.equal(crs?.srid, 4529)
  assert.equal(question, null)
})

test('eastings with a zone number can only mean that zone, and a note says so', () => {
  // zone 41 of 3° is EPSG 4529, zone 21 of 6° is EPSG 4499 (domain 5.4)
  for (const [x, epsg] of [
    [41_487_521, 4529],
    [21_487_521, 4499],
  ]) {
    const { crs, notes, question } = settle(null, square(x, 5_053_862, 100))
    assert.equal(crs?.srid, epsg)
    assert.equal(question, null)
    assert.equal(notes[0].code, 'intake/crs-from-coordinates')
  }
})

test('eastings without a zone number are asked about, the county’s own meridian first', () => {
  const { crs, question } = settle(null, square(487_521, 5_053_862, 100), { box: [123.1, 45, 124.2, 46] })
  assert.equal(crs, null)
  assert.ok(question && 'proposal' in question)
  assert.equal(question.proposal, 'EPSG:4550') // 3°, central meridian 123, no prefix
  const answered = settle(null, square(487_521, 5_053_862, 100), { answer: 'EPSG:4550' })
  assert.equal(answered.crs?.srid, 4550)
})

test('bare degrees are proposed as CGCS2000, not taken for it', () => {
  const { crs, question } = settle(null, square(123.5, 45.2, 0.01))
  assert.equal(crs, null)
  assert.ok(question && 'proposal' in question && question.proposal === 'EPSG:4490')
})

test('a layer displaced by the same way all over is suspected; a smaller or a differently shaped one is not', () => {
  const known = [123, 45, 124, 46] as const
  const metre = 1 / 111_320
  const east = metre / Math.cos((45.5 * Math.PI) / 180)
  const shifted = [123 + 490 * east, 45 + 215 * metre, 124 + 490 * east, 46 + 215 * metre] as const
  assert.deepEqual(shiftBetween(known, shifted), { eastM: 490, northM: 215 })
  assert.equal(shiftBetween(known, known), null)
  assert.equal(shiftBetween(known, [123 + 20 * east, 45, 124 + 20 * east, 46]), null) // 20 m: drawn otherwise, not displaced
  assert.equal(shiftBetween(known, [123 + 490 * east, 45, 124, 46]), null) // one side only: a part of the county
})

test('a large county on public maps is suspected although its two ends are displaced by different ways', () => {
  // 1.5° wide around 88° E: by the formula of GCJ-02 west and east differ by more than the 60 m of a constant shift
  const corners = (box: readonly number[]) => {
    const moved = toGcj02(
      Float64Array.of(
        box[0],
        (box[1] + box[3]) / 2,
        box[2],
        (box[1] + box[3]) / 2,
        (box[0] + box[2]) / 2,
        box[1],
        (box[0] + box[2]) / 2,
        box[3],
      ),
    )
    return [moved[0], moved[5], moved[2], moved[7]] as const
  }
  const metres = 111_320 * Math.cos((40.4 * Math.PI) / 180)
  let uneven = 0
  for (let west = 80; west < 130; west += 0.05) {
    const known = [west, 40, west + 1.5, 40.8] as const
    const found = corners(known)
    if (Math.abs(found[0] - known[0] - (found[2] - known[2])) * metres > 60) uneven++
    assert.ok(shiftBetween(known, found), `${west}`)
    // and taken back by someone where it had never been
    assert.ok(shiftBetween(found, known), `${west} back`)
  }
  assert.ok(uneven > 100, `${uneven}`)
})
