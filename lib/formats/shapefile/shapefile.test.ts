import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Refused } from '@dishu/base/refusal'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { areaOf, gather, shapeOf } from '../gather.testing.ts'
import { openShapefile } from './shapefile.ts'

const folder = mkdtempSync(join(tmpdir(), 'shapefile-test-'))
after(() => rmSync(folder, { recursive: true, force: true }))

type Xy = readonly (readonly [number, number])[]

/** A polygon or line record's content from its parts. */
function parts(type: number, rings: readonly Xy[]): Buffer {
  const points = rings.flat()
  const b = Buffer.alloc(44 + rings.length * 4 + points.length * 16)
  b.writeInt32LE(type, 0)
  b.writeInt32LE(rings.length, 36)
  b.writeInt32LE(points.length, 40)
  let first = 0
  for (const [i, ring] of rings.entries()) {
    b.writeInt32LE(first, 44 + i * 4)
    first += ring.length
  }
  for (const [i, [x, y]] of points.entries()) {
    b.writeDoubleLE(x, 44 + rings.length * 4 + i * 16)
    b.writeDoubleLE(y, 52 + rings.length * 4 + i * 16)
  }
  return b
}

const nothing = Buffer.alloc(4)

function shp(type: number, contents: readonly Buffer[]): { shp: Buffer; shx: Buffer } {
  const head = Buffer.alloc(100)
  head.writeInt32BE(9994, 0)
  head.writeInt32LE(1000, 28)
  head.writeInt32LE(type, 32)
  const records: Buffer[] = []
  const index = Buffer.alloc(contents.length * 8)
  let at = 100
  for (const [i, content] of contents.entries()) {
    const h = Buffer.alloc(8)
    h.writeInt32BE(i + 1, 0)
    h.writeInt32BE(content.length / 2, 4)
    index.writeInt32BE(at / 2, i * 8)
    index.writeInt32BE(content.length / 2, i * 8 + 4)
    records.push(h, content)
    at += 8 + content.length
  }
  head.writeInt32BE(at / 2, 24)
  const shx = Buffer.concat([head, index])
  shx.writeInt32BE(shx.length / 2, 24)
  return { shp: Buffer.concat([head, ...records]), shx }
}

type FieldOf = readonly [name: string | Buffer, letter: string, width: number, decimals?: number]

function dbf(
  fields: readonly FieldOf[],
  rows: readonly (readonly (string | Buffer)[])[],
  options: { ldid?: number; deleted?: readonly number[]; pad?: number } = {},
): Buffer {
  const width = fields.reduce((s, f) => s + f[2], 1)
  const head = Buffer.alloc(33 + fields.length * 32)
  head[0] = 3
  head.writeUInt32LE(rows.length, 4)
  head.writeUInt16LE(head.length, 8)
  head.writeUInt16LE(width, 10)
  head[29] = options.ldid ?? 0
  for (const [i, [name, letter, w, decimals]] of fields.entries()) {
    Buffer.from(name).copy(head, 32 + i * 32, 0, 10)
    head[43 + i * 32] = letter.charCodeAt(0)
    head[48 + i * 32] = w
    head[49 + i * 32] = decimals ?? 0
  }
  head[head.length - 1] = 0x0d
  const records = rows.map((row, r) => {
    const record = Buffer.alloc(width, options.pad ?? 0x20)
    record[0] = options.deleted?.includes(r) ? 0x2a : 0x20
    let at = 1
    for (const [i, value] of row.entries()) {
      Buffer.from(value).copy(record, at, 0, fields[i][2])
      at += fields[i][2]
    }
    return record
  })
  return Buffer.concat([head, ...records, Buffer.of(0x1a)])
}

let files = 0
function written(members: Readonly<Record<string, Buffer | string>>): string {
  const stem = join(folder, `t${files++}`)
  for (const [extension, bytes] of Object.entries(members)) writeFileSync(stem + extension, bytes)
  return stem
}

async function read(stem: string, extension = '.shp', options = {}) {
  const source = await openShapefile(stem + extension, options)
  try {
    return { layer: source.layers[0], ...(await gather(source)) }
  } finally {
    await source.close()
  }
}

const codes = (said: readonly { code: string }[]) => said.map((s) => s.code)
const refused = (code: string) => (problem: unknown) => problem instanceof Refused && problem.refusal.code === code

// clockwise is a shell, counter-clockwise a hole
const box = (x: number, y: number, size: number): Xy => [[x, y], [x, y + size], [x + size, y + size], [x + size, y], [x, y]] // biome-ignore format: a ring
const turned = (ring: Xy): Xy => [...ring].reverse()

const oneField: readonly FieldOf[] = [['NAME', 'C', 24]]
const polygons = (rings: readonly Xy[][], names = rings.map((_, i) => [`p${i}`])) => ({
  ...both(
    5,
    rings.map((r) => parts(5, r)),
  ),
  '.dbf': dbf(oneField, names),
})
const both = (type: number, contents: readonly Buffer[]) => {
  const made = shp(type, contents)
  return { '.shp': made.shp, '.shx': made.shx }
}

test('rings are grouped by where they lie, and keep their vertices as written', async () => {
  // a shell with a hole, an island in the hole, and a second shell: 100 − 36 + 4 + 25
  const { wkb, notes } = await read(written(polygons([[box(0, 0, 10), turned(box(2, 2, 6)), box(4, 4, 2), box(20, 0, 5)]])))
  assert.equal(
    shapeOf(wkb[0]),
    '6(3((0 0,0 10,10 10,10 0,0 0),(2 2,8 2,8 8,2 8,2 2)),3((4 4,4 6,6 6,6 4,4 4)),3((20 0,20 5,25 5,25 0,20 0)))',
  )
  assert.equal(areaOf(wkb[0]), 93)
  assert.deepEqual(notes, [])
})

test('a hole written before its shell, and a hole written as a shell, are holes', async () => {
  const { wkb, notes } = await read(
    written(
      polygons([
        [turned(box(2, 2, 6)), box(0, 0, 10)],
        [box(0, 0, 10), box(2, 2, 6)],
      ]),
    ),
  )
  assert.deepEqual(wkb.map(areaOf), [64, 64])
  assert.deepEqual(
    notes.map((n) => [n.row, n.refusal.code]),
    [[2, 'formats/ring-direction-wrong']],
  )
})

test('a hole outside every shell is kept as a polygon and noted', async () => {
  const { wkb, notes } = await read(written(polygons([[box(0, 0, 10), turned(box(20, 20, 2))]])))
  assert.equal(areaOf(wkb[0]), 104)
  assert.deepEqual(codes(notes.map((n) => n.refusal)), ['formats/hole-outside-shell'])
})

test('a layer whose shells run counter-clockwise throughout loses nothing', async () => {
  const { wkb, notes } = await read(written(polygons([[turned(box(0, 0, 10)), box(2, 2, 6)], [turned(box(0, 0, 3))]])))
  assert.deepEqual(wkb.map(areaOf), [64, 9])
  assert.deepEqual(
    notes.map((n) => n.row),
    [1],
  )
})

test('squares side by side and nested in any order and direction keep the even-odd area', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 4 }),
      fc.infiniteStream(fc.nat()),
      async (depth, across, dice) => {
        const rings: Xy[] = []
        let expected = 0
        for (let a = 0; a < across; a++) {
          for (let d = 0; d < depth; d++) {
            const size = 20 - 2 * d
            rings.push(dice.next().value % 2 ? box(a * 30 + d, d, size) : turned(box(a * 30 + d, d, size)))
            expected += (d % 2 ? -1 : 1) * size * size
          }
        }
        rings.sort(() => (dice.next().value % 3) - 1)
        const { wkb, problems } = await read(written(polygons([rings])))
        assert.deepEqual(problems, [])
        assert.equal(areaOf(wkb[0]), expected)
      },
    ),
    { numRuns: 60 },
  )
})

test('points, lines, multipoints and null shapes; z and m are left behind', async () => {
  const point = Buffer.alloc(36)
  point.writeInt32LE(11, 0)
  for (const [i, v] of [1, 2, 3, 4].entries()) point.writeDoubleLE(v, 4 + i * 8)
  const { wkb, layer } = await read(written(both(11, [point, nothing])))
  assert.deepEqual(wkb.map(shapeOf), ['1(1 2)', ''])
  assert.equal(layer.geometry, 'point')
  assert.deepEqual(codes(layer.notes), ['formats/member-missing'])

  const lines = await read(written(both(3, [parts(3, [[[0, 0], [1, 1]]]), parts(3, [[[0, 0], [1, 1]], [[2, 2], [3, 3]]])]))) // biome-ignore format: points
  assert.deepEqual(lines.wkb.map(shapeOf), ['2(0 0,1 1)', '5(2(0 0,1 1),2(2 2,3 3))'])

  const multi = Buffer.alloc(72)
  multi.writeInt32LE(8, 0)
  multi.writeInt32LE(2, 36)
  for (const [i, v] of [1, 2, 3, 4].entries()) multi.writeDoubleLE(v, 40 + i * 8)
  assert.deepEqual((await read(written(both(8, [multi])))).wkb.map(shapeOf), ['4(1(1 2),1(3 4))'])
})

test('bad rows are problems and the others are read', async () => {
  const far = box(0, 0, 1e300)
  const { rows, problems, notes, columns } = await read(
    written(polygons([[box(0, 0, 1)], [[[0, 0], [1, 1], [0, 0]]], [[[0, 0], [0, Number.NaN], [1, 1], [0, 0]]], [far], [box(0, 0, 3).slice(0, 4)]])), // biome-ignore format: rings
  )
  assert.deepEqual(rows, [1, 5])
  assert.deepEqual(columns, [['p0', 'p4']])
  assert.deepEqual(
    problems.map((p) => [p.row, p.refusal.code]),
    [
      [2, 'formats/ring-too-short'],
      [3, 'formats/bad-coordinate'],
      [4, 'formats/bad-coordinate'],
    ],
  )
  assert.deepEqual(
    notes.map((n) => [n.row, n.refusal.code]),
    [[5, 'formats/ring-closed']],
  )
})

test('a file cut anywhere is refused, or gives the rows it gave whole', async () => {
  const whole = polygons([[box(0, 0, 10)], [box(20, 0, 5)], [box(30, 0, 2)]])
  for (let cut = 0; cut < whole['.shp'].length; cut += 7) {
    const stem = written({ ...whole, '.shp': whole['.shp'].subarray(0, cut) })
    await assert.rejects(
      read(stem),
      (p) => p instanceof Refused && ['formats/truncated', 'formats/file-empty', 'formats/not-this-format'].includes(p.refusal.code),
      `cut at ${cut}`,
    )
  }
  await assert.rejects(read(written({ ...whole, '.dbf': whole['.dbf'].subarray(0, 90) })), refused('formats/truncated'))
})

test('random bytes never bring down the reader', async () => {
  const whole = polygons([[box(0, 0, 10)], [box(20, 0, 5), turned(box(21, 1, 2))], [box(30, 0, 2)]])
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('.shp' as const, '.dbf' as const, '.shx' as const),
      fc.array(fc.tuple(fc.nat(700), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      async (member, hits) => {
        const bytes = Buffer.from(whole[member])
        for (const [at, value] of hits) bytes[at % bytes.length] = value
        try {
          const { rows, problems } = await read(written({ ...whole, [member]: bytes }))
          assert.ok(rows.length + problems.length <= 3)
        } catch (problem) {
          if (!(problem instanceof Refused)) throw problem
        }
      },
    ),
    { numRuns: 300 },
  )
})

test('shapes and records that differ in number are refused', async () => {
  await assert.rejects(
    read(written({ ...polygons([[box(0, 0, 1)], [box(2, 0, 1)]]), '.dbf': dbf(oneField, [['one']]) })),
    refused('formats/counts-differ'),
  )
})

test('an index that lies is ignored; one that leads to rewritten records is followed', async () => {
  const lying = polygons([[box(0, 0, 1)], [box(2, 0, 2)]])
  lying['.shx'].writeInt32BE(51, 108)
  const first = await read(written(lying))
  assert.deepEqual(codes(first.layer.notes), ['formats/index-ignored'])
  assert.deepEqual(first.wkb.map(areaOf), [1, 4])

  // record 1 was made longer: the new one lies at the end, the old space is dead
  const made = shp(5, [parts(5, [box(0, 0, 1)]), parts(5, [box(2, 0, 2)]), parts(5, [box(0, 0, 9)])])
  const header = made.shp.readInt32BE(100 + 2 * 136)
  assert.equal(header, 3)
  made.shp.writeInt32BE(1, 100 + 2 * 136)
  const shx = Buffer.concat([made.shx.subarray(0, 100), made.shx.subarray(116, 124), made.shx.subarray(108, 116)])
  const second = await read(written({ '.shp': made.shp, '.shx': shx, '.dbf': dbf(oneField, [['a'], ['b']]) }))
  assert.deepEqual(second.wkb.map(areaOf), [81, 4])
})

test('a record length that lies is put right by the counts, or the file refused', async () => {
  const wrong = polygons([[box(0, 0, 1)], [box(2, 0, 2)]])
  wrong['.shp'].writeInt32BE(60, 104) // its 128 bytes are 64 words
  const { wkb, notes } = await read(written({ '.shp': wrong['.shp'], '.dbf': wrong['.dbf'] }))
  assert.deepEqual(wkb.map(areaOf), [1, 4])
  assert.deepEqual(codes(notes.map((n) => n.refusal)), ['formats/record-length-wrong'])
})

test('deleted records take their shapes with them and keep the numbers of the others', async () => {
  const { rows, wkb, layer } = await read(
    written({
      ...polygons([[box(0, 0, 1)], [box(0, 0, 2)], [box(0, 0, 3)]]),
      '.dbf': dbf(oneField, [['a'], ['b'], ['c']], { deleted: [1] }),
    }),
  )
  assert.deepEqual(rows, [1, 3])
  assert.deepEqual(wkb.map(areaOf), [1, 9])
  assert.equal(layer.rowCount, 2)
})

const gbk = (text: string) => iconv.encode(text, 'GBK')
const table = async (bytes: Buffer, cpg?: string, options = {}) =>
  read(written({ '.dbf': bytes, ...(cpg === undefined ? {} : { '.cpg': cpg }) }), '.dbf', options)

test('encodings: what is stated, what contradicts it, and what is guessed', async () => {
  const names = ['盐碱地', '大安市两家子镇', '水田']
  const inGbk = names.map((n) => [gbk(n)])
  const inUtf8 = names.map((n) => [Buffer.from(n)])
  const cases: [Buffer, string | undefined, string, string, string[]][] = [
    [dbf(oneField, inGbk), 'GBK', 'GBK', 'cpg', []],
    [dbf(oneField, inGbk), 'CP936\n', 'GBK', 'cpg', []],
    [dbf(oneField, inGbk), '936', 'GBK', 'cpg', []],
    [dbf(oneField, inGbk, { ldid: 0x4d }), undefined, 'GBK', 'ldid', []],
    [dbf(oneField, inGbk), undefined, 'GBK', 'guessed', ['formats/encoding-guessed']],
    [dbf(oneField, inGbk), 'UTF-8', 'GBK', 'guessed', ['formats/encoding-differs']],
    [dbf(oneField, inGbk, { ldid: 0x03 }), undefined, 'GBK', 'guessed', ['formats/encoding-differs']],
    [dbf(oneField, inUtf8), '65001', 'UTF-8', 'cpg', []],
    [dbf(oneField, inUtf8), undefined, 'UTF-8', 'guessed', []],
    [dbf(oneField, inUtf8, { ldid: 0x4d }), undefined, 'UTF-8', 'guessed', ['formats/encoding-differs']],
    [
      dbf(
        oneField,
        names.map((n) => [iconv.encode(n, 'GB18030')]),
      ),
      'GB18030',
      'GB18030',
      'cpg',
      [],
    ],
  ]
  for (const [bytes, cpg, name, from, notes] of cases) {
    const { layer, columns } = await table(bytes, cpg)
    assert.deepEqual(columns, [names], `${cpg} → ${name}`)
    assert.deepEqual(layer.encoding, { name, from })
    assert.deepEqual(codes(layer.notes), notes)
  }
  const big5 = await table(dbf(oneField, [[iconv.encode('繁體國語', 'big5')]]), 'Big5')
  assert.deepEqual(big5.columns, [['繁體國語']])
  const given = await table(dbf(oneField, inGbk), undefined, { encoding: 'gb2312' })
  assert.deepEqual(given.layer.encoding, { name: 'GBK', from: 'given' })
  await assert.rejects(table(dbf(oneField, inGbk), undefined, { encoding: 'klingon' }), refused('formats/encoding-not-known'))
})

test('a character cut by the width of its field is left out, in either encoding', async () => {
  const narrow: readonly FieldOf[] = [['NAME', 'C', 5]]
  assert.deepEqual((await table(dbf(narrow, [[gbk('盐碱地')]]))).columns, [['盐碱']])
  assert.deepEqual((await table(dbf(narrow, [[Buffer.from('盐碱')]]))).columns, [['盐']])
})

test('values of every type, and what is not one', async () => {
  const fields: readonly FieldOf[] = [['C', 'C', 8], ['N', 'N', 10, 3], ['WIDE', 'N', 19], ['F', 'F', 12], ['D', 'D', 8], ['L', 'L', 1]] // biome-ignore format: a table
  const { columns, layer, notes } = await table(
    dbf(fields, [
      [' a\0junk', '12.5', '2299991012010100001', '1.5e3', '20240229', 'T'],
      ['', '  12,75', '7', '-.5', '00000000', '?'],
      ['', '**********', '', 'abc', '20230229', 'x'],
    ]),
  )
  assert.deepEqual(columns, [
    [' a', null, null],
    [12.5, 12.75, null],
    ['2299991012010100001', '7', null],
    [1500, -0.5, null],
    ['2024-02-29', null, null],
    [true, null, null],
  ])
  assert.deepEqual(
    layer.fields.map((f) => f.type),
    ['text', 'number', 'text', 'number', 'date', 'boolean'],
  )
  assert.deepEqual(
    notes.map((n) => n.row),
    [3, 3, 3, 3],
  )
  const zeros = await table(dbf(oneField, [['abc'], ['']], { pad: 0 }))
  assert.deepEqual(zeros.columns, [['abc', null]])
})

test('fields of one name or none get names of their own', async () => {
  const { layer } = await table(dbf([['A', 'C', 2], ['A', 'C', 2], ['', 'C', 2]], [['1', '2', '3']])) // biome-ignore format: a table
  assert.deepEqual(
    layer.fields.map((f) => f.name),
    ['A', 'A_2', 'field_3'],
  )
  assert.deepEqual(codes(layer.notes), ['formats/fields-renamed'])
})

test('any member opens the shapefile, in any case of its letters', async () => {
  const stem = written({})
  const made = polygons([[box(0, 0, 2)]])
  writeFileSync(`${stem}.SHP`, made['.shp'])
  writeFileSync(`${stem}.Dbf`, made['.dbf'])
  writeFileSync(
    `${stem}.PRJ`,
    'GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]',
  )
  for (const extension of ['.SHP', '.Dbf', '.PRJ']) {
    const { layer, columns } = await read(stem, extension)
    assert.equal(layer.crs?.epsg, 4490)
    assert.deepEqual(columns, [['p0']])
    assert.deepEqual(codes(layer.notes), ['formats/member-missing'])
  }
  await assert.rejects(read(written({ '.prj': '' }), '.prj'), refused('formats/member-missing'))
})
