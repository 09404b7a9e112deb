import assert from 'node:assert/strict'
import test from 'node:test'
import type { Day } from '@dishu/base/date'
import { writeWkb } from '@dishu/base/wkb'
import fc from 'fast-check'
import { centreOf } from './centre.ts'
import { messages } from './exports.messages.ts'
import {
  chosenFields,
  contentDisposition,
  EXPORT_FORMATS,
  fileNames,
  type Provenance,
  provenanceLines,
  provenanceNote,
  stateFields,
  WHATS,
} from './exports.ts'
import { FIELDS, inMu, PAGE_COLUMNS } from './fields.ts'

const provenance: Provenance = {
  county: '220899',
  countyName: '盐泉县',
  what: 'patches',
  asOf: '2026-06-01' as Day,
  known: 3,
  hash: '0123456789abcdef'.repeat(4),
  recordedAt: '2026-05-01T00:00:00.000Z',
  exportedAt: '2026-06-01T08:00:00.000Z',
  exportedBy: 'office',
  within: '220899',
  selection: '',
  grading: 'songnen-1',
  synthetic: true,
}

test('names of fields are told apart without regard to case, in every table and format', () => {
  for (const what of WHATS) {
    for (const format of EXPORT_FORMATS) {
      const chosen = chosenFields(
        what,
        null,
        [
          { key: 'bsm', numeric: false },
          { key: 'fid', numeric: true },
          { key: 'synthetic', numeric: false },
        ],
        format,
      )
      assert.ok(chosen.ok)
      const names = [...chosen.value, ...stateFields(provenance, format)].map(({ name }) => name.toUpperCase())
      assert.equal(new Set(names).size, names.length, `${what} ${format}: ${names.join()}`)
      assert.ok(!names.includes('FID') && !names.includes('GEOM'))
    }
  }
})

test('every column of the page is fields of the table, and an unknown one is refused with those there are', () => {
  const names = new Set(FIELDS.patches.map(({ name }) => name))
  for (const fields of Object.values(PAGE_COLUMNS)) for (const name of fields) assert.ok(names.has(name), name)
  const chosen = chosenFields('patches', ['officialArea', 'class', 'bsm', 'GDLX'], [{ key: 'GDLX', numeric: false }], 'csv')
  assert.ok(chosen.ok)
  assert.deepEqual(
    chosen.value.map(({ name }) => name),
    ['TBMJ', 'TBMJ_MU', 'DLBM', 'DLMC', 'BSM', 'GDLX'],
  )
  const refused = chosenFields('patches', ['colour'], [], 'csv')
  assert.ok(!refused.ok && refused.refusal.code === 'exports/unknown-column')
  const { zh } = messages['exports/unknown-column'](refused.refusal.details)
  assert.match(zh.message, /colour/)
})

test('亩 from whole hundredths of a m²: 666.67 m² are 1.00, and no figure is further than half a hundredth away', () => {
  assert.equal(inMu(66_667), 1)
  assert.equal(inMu(0), 0)
  assert.equal(inMu(1_000_000), 15)
  assert.equal(inMu(-66_667), -1)
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e13 }), (hundredths) => {
      // |h·15/10⁶ − mu| ≤ 0.005, in whole numbers: |15·h − 10⁶·mu| ≤ 5000
      const back = BigInt(Math.round(inMu(hundredths) * 100)) * 10_000n
      const off = 15n * BigInt(hundredths) - back
      return (off < 0n ? -off : off) <= 5000n
    }),
  )
})

test('a file says what it is: state, hash, who and when, and that it is invented', () => {
  const lines = new Map(provenanceLines(provenance, FIELDS.patches))
  assert.match(lines.get('数据性质 / Nature') ?? '', /虚构示例数据 \/ SYNTHETIC SAMPLE/)
  assert.equal(lines.get('修订哈希 / Revision hash'), provenance.hash)
  assert.equal(lines.get('时点 / As of'), '2026-06-01')
  assert.ok(provenanceNote(provenance).startsWith('虚构示例数据 / SYNTHETIC SAMPLE; '))
  assert.ok(!provenanceNote({ ...provenance, synthetic: false }).includes('SYNTHETIC'))
  assert.deepEqual(
    stateFields(provenance, 'csv').map(({ name, of }) => [name, of({})]),
    [
      ['DISHU_STATE', '220899@2026-06-01#3:0123456789abcdef 2026-06-01T08:00:00.000Z office'],
      ['SYNTHETIC', 1],
    ],
  )
  assert.deepEqual(stateFields({ ...provenance, synthetic: false }, 'gpkg'), [])
})

test('names of files: Chinese as RFC 5987 writes it, and one in ASCII beside it', () => {
  const names = fileNames(provenance, 'xlsx')
  assert.deepEqual(names, {
    name: '图斑-盐泉县-220899-2026-06-01-r3-虚构示例.xlsx',
    plain: 'patches-220899-2026-06-01-r3-synthetic.xlsx',
  })
  const header = contentDisposition({ ...names, name: "图斑'(1)*.csv" })
  assert.equal(header, `attachment; filename="${names.plain}"; filename*=UTF-8''%E5%9B%BE%E6%96%91%27%281%29%2A.csv`)
  const odd = fileNames({ ...provenance, countyName: '盐/泉:县\n"' }, 'csv').name
  assert.ok(!/[\\/:*?"<>|\n]/.test(odd), odd)
})

const ring = (...xy: number[]) => Float64Array.from(xy)
const polygon = (...rings: Float64Array[]) => writeWkb({ type: 'polygon', multi: false, polygons: [{ rings }] })

test('the centre of an outline: of a square, with a hole, of two, open or closed, far from the origin', () => {
  const [x, y] = [41_560_000, 5_020_000]
  const square = (x0: number, y0: number, size: number) => ring(x0, y0, x0 + size, y0, x0 + size, y0 + size, x0, y0 + size, x0, y0)
  assert.deepEqual(centreOf(polygon(square(x, y, 10))), [x + 5, y + 5])
  assert.deepEqual(centreOf(polygon(square(x, y, 10).slice(0, 8))), [x + 5, y + 5])
  // 100 at (5, 5) less 4 at (2, 2), whichever way the hole runs: (100·5 − 4·2) / 96
  for (const hole of [square(x + 1, y + 1, 2), ring(x + 1, y + 1, x + 1, y + 3, x + 3, y + 3, x + 3, y + 1, x + 1, y + 1)]) {
    const centre = centreOf(polygon(square(x, y, 10), hole))
    assert.ok(centre)
    assert.ok(Math.abs(centre[0] - x - 492 / 96) < 1e-6 && Math.abs(centre[1] - y - 492 / 96) < 1e-6)
  }
  const two = writeWkb({ type: 'polygon', multi: true, polygons: [{ rings: [square(x, y, 10)] }, { rings: [square(x + 20, y, 10)] }] })
  assert.deepEqual(centreOf(two), [x + 15, y + 5])
  assert.deepEqual(centreOf(polygon(ring(1, 1, 3, 1, 1, 1, 1, 1))), [1.5, 1]) // no area: the mean of its vertices
  assert.equal(centreOf(writeWkb({ type: 'polygon', multi: true, polygons: [] })), null)
})
