import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { Refused } from '@dishu/base/refusal'
import fc from 'fast-check'
import { gather, shapeOf } from '../gather.testing.ts'
import { openGeopackage } from './geopackage.ts'

const folder = mkdtempSync(join(tmpdir(), 'geopackage-test-'))
after(() => rmSync(folder, { recursive: true, force: true }))
let files = 0

const CATALOGUE = `
  create table gpkg_spatial_ref_sys (srs_name text, srs_id integer primary key, organization text, organization_coordsys_id integer, definition text);
  create table gpkg_contents (table_name text primary key, data_type text, identifier text, srs_id integer);
  create table gpkg_geometry_columns (table_name text primary key, column_name text, geometry_type_name text, srs_id integer, z integer, m integer);
  insert into gpkg_spatial_ref_sys values ('CGCS2000 41', 4529, 'EPSG', 4529, 'undefined'), ('Undefined', -1, 'NONE', -1, 'undefined');`

function made(sql: string, fill: (db: DatabaseSync) => void = () => {}): string {
  const path = join(folder, `t${files++}.gpkg`)
  const db = new DatabaseSync(path)
  db.exec(sql)
  fill(db)
  db.close()
  return path
}

const FEATURES = `${CATALOGUE}
  create table DLTB (fid integer primary key, geom blob, 地类 text, TBMJ double, BSM integer, 耕地 boolean, 日期 date, 照片 blob);
  insert into gpkg_contents values ('DLTB', 'features', 'DLTB', 4529);
  insert into gpkg_geometry_columns values ('DLTB', 'geom', 'MULTIPOLYGON', 4529, 0, 0);`

/** A GeoPackage blob around WKB. */
function blob(wkb: Buffer, { envelope = 0, flags = 1 } = {}): Buffer {
  const head = Buffer.alloc(8 + [0, 32, 48, 48, 64][envelope])
  head.write('GP')
  head[3] = flags | (envelope << 1)
  return Buffer.concat([head, wkb])
}

/** WKB of a polygon in either byte order, with `extra` ordinates after each x, y. */
function polygon(rings: readonly (readonly (readonly [number, number])[])[], { little = true, extra = 0, type = 3 } = {}): Buffer {
  const u32 = (v: number) => {
    const b = Buffer.alloc(4)
    if (little) b.writeUInt32LE(v)
    else b.writeUInt32BE(v)
    return b
  }
  const f64 = (v: number) => {
    const b = Buffer.alloc(8)
    if (little) b.writeDoubleLE(v)
    else b.writeDoubleBE(v)
    return b
  }
  return Buffer.concat([
    Buffer.of(little ? 1 : 0),
    u32(type),
    u32(rings.length),
    ...rings.flatMap((ring) => [
      u32(ring.length),
      ...ring.flatMap(([x, y]) => [f64(x), f64(y), ...Array.from({ length: extra }, () => f64(9))]),
    ]),
  ])
}

const square = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]] as const // biome-ignore format: a ring
const SQUARE = '3((0 0,4 0,4 4,0 4,0 0))'
const refused = (code: string) => (problem: unknown) => problem instanceof Refused && problem.refusal.code === code

async function read(path: string, layer = 0) {
  const source = await openGeopackage(path)
  try {
    return { layers: source.layers, ...(await gather(source, layer)) }
  } finally {
    await source.close()
  }
}

test('every shape of blob gives the same little-endian 2D polygon', async () => {
  const path = made(FEATURES, (db) => {
    const insert = db.prepare('insert into DLTB (geom) values (?)')
    insert.run(blob(polygon([square])))
    for (const envelope of [1, 2, 3, 4]) insert.run(blob(polygon([square]), { envelope }))
    insert.run(blob(polygon([square], { little: false }), { flags: 0 }))
    insert.run(blob(polygon([square], { extra: 1, type: 1003 })))
    insert.run(blob(polygon([square], { extra: 1, type: 2003, little: false })))
    insert.run(blob(polygon([square], { extra: 2, type: 3003 })))
    insert.run(blob(polygon([square], { extra: 1, type: 0x80000003 }))) // EWKB z
    insert.run(blob(polygon([square.slice(0, 4)]))) // open
  })
  const { wkb, notes, problems } = await read(path)
  assert.deepEqual(problems, [])
  assert.deepEqual(wkb.map(shapeOf), Array(11).fill(SQUARE))
  assert.deepEqual(
    notes.map((n) => [n.row, n.refusal.code]),
    [[11, 'formats/ring-closed']],
  )
})

test('empty and absent geometries are empty, broken ones are problems', async () => {
  const point = Buffer.concat([Buffer.of(1, 1, 0, 0, 0), Buffer.from(Float64Array.of(Number.NaN, Number.NaN).buffer)])
  const path = made(FEATURES, (db) => {
    const insert = db.prepare('insert into DLTB (geom) values (?)')
    insert.run(null)
    insert.run(blob(polygon([]), { flags: 0x11 }))
    insert.run(blob(polygon([])))
    insert.run(blob(point))
    insert.run(Buffer.from('not a blob of a GeoPackage'))
    insert.run(blob(polygon([square]).subarray(0, 50)))
    insert.run(blob(polygon([[[0, 0], [1, 1], [0, 0]]]))) // biome-ignore format: a ring
    insert.run(blob(polygon([[[0, 0], [1, 1e300], [1, 0], [0, 0]]]))) // biome-ignore format: a ring
    insert.run(blob(polygon([square], { type: 10 })))
  })
  const { rows, wkb, problems } = await read(path)
  assert.deepEqual(rows, [1, 2, 3, 4])
  assert.ok(wkb.every((w) => w.length === 0))
  assert.deepEqual(problems.map((p) => p.refusal.code), [
    'formats/geometry-broken', 'formats/geometry-broken', 'formats/ring-too-short', 'formats/bad-coordinate', 'formats/geometry-not-read',
  ]) // biome-ignore format: a list
})

test('values keep their digits and their kinds; attribute tables are layers too', async () => {
  const path = made(`${FEATURES}
    insert into DLTB values (7, null, '盐碱地', 12.5, 9223372036854775807, 1, '2024-05-01T00:00:00Z', x'00'), (9, null, null, null, 42, 0, null, null);
    create table 合同 (id integer primary key, HTMJ real);
    insert into 合同 values (3, 1.5);
    insert into gpkg_contents values ('合同', 'attributes', '合同', 0);`)
  const { layers, rows, columns } = await read(path)
  assert.deepEqual(rows, [1, 2])
  assert.deepEqual(
    layers[0].fields.map((f) => `${f.name}:${f.type}`),
    ['地类:text', 'TBMJ:number', 'BSM:number', '耕地:boolean', '日期:date', '照片:bytes'],
  )
  assert.deepEqual(columns, [['盐碱地', null], [12.5, null], ['9223372036854775807', 42], [true, false], ['2024-05-01', null], [null, null]]) // biome-ignore format: a table
  assert.equal(layers[0].crs?.epsg, 4529)
  assert.equal(layers[0].crs?.name, 'CGCS2000 / 3-degree Gauss-Kruger zone 41')
  assert.deepEqual(
    layers[0].notes.map((n) => n.code),
    ['formats/fields-not-read'],
  )
  assert.deepEqual([layers[1].name, layers[1].geometry, layers[1].crs, layers[1].rowCount], ['合同', 'none', null, 1])
  assert.deepEqual((await read(path, 1)).columns, [[3], [1.5]])
})

test('values read from pages are those that SQLite reads, whatever lies in their columns', async () => {
  const value = fc.oneof(
    { weight: 4, arbitrary: fc.string({ unit: fc.constantFrom('a', '0', 'é', '盐', '碱', '𠮷', '\0') }) },
    // bytes as text: also such that are no UTF-8, or become it only together with the next value
    {
      weight: 1,
      arbitrary: fc
        .array(fc.constantFrom(0x41, 0xc3, 0xa9, 0xe7, 0x9b, 0x90, 0xf0, 0xff), { maxLength: 4 })
        .map((bytes) => Buffer.from(bytes)),
    },
    fc.constant(null),
    fc.integer(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.double({ noNaN: true }),
  )
  const wild = fc.array(fc.tuple(value, value, fc.oneof(fc.double({ noNaN: true }), fc.constant(null)), fc.string({ maxLength: 900 })), {
    maxLength: 40,
  })
  await fc.assert(
    fc.asyncProperty(wild, async (rows) => {
      const path = made(CATALOGUE, (db) => {
        // a column of another kind sends the second table's reader to SQLite
        for (const [table, more] of [
          ['pages', ''],
          ['sqlite', ', 耕地 boolean'],
        ]) {
          db.exec(`create table ${table} (fid integer primary key, geom blob, a text, b integer, c real, 备注 text${more});
            insert into gpkg_contents values ('${table}', 'features', '${table}', 4529);
            insert into gpkg_geometry_columns values ('${table}', 'geom', 'POLYGON', 4529, 0, 0)`)
          for (const row of rows) {
            const places = row.map((each) => (Buffer.isBuffer(each) ? `cast(? as text)` : '?')).join(', ')
            db.prepare(`insert into ${table} (geom, a, b, c, 备注) values (?, ${places})`).run(blob(polygon([square])), ...row)
          }
        }
      })
      const [pages, sqlite] = [await read(path, 0), await read(path, 1)]
      assert.deepEqual(pages.columns, sqlite.columns.slice(0, 4))
      assert.deepEqual([pages.rows, pages.wkb.map(shapeOf)], [sqlite.rows, sqlite.wkb.map(shapeOf)])
      rmSync(path)
    }),
    { numRuns: 25 },
  )
})

test('what is no GeoPackage is refused with the reason', async () => {
  const path = join(folder, 'x.gpkg')
  writeFileSync(path, '')
  await assert.rejects(read(path), refused('formats/file-empty'))
  writeFileSync(path, 'x'.repeat(5000))
  await assert.rejects(read(path), refused('formats/not-this-format'))
  await assert.rejects(read(made('create table t (a)')), refused('formats/not-this-format'))
  await assert.rejects(read(made(CATALOGUE)), refused('formats/no-layers'))
  await assert.rejects(
    read(made(`${CATALOGUE} insert into gpkg_contents values ('t', 'tiles', 't', 0)`)),
    refused('formats/raster-not-yet'),
  )
  await assert.rejects(read(join(folder, 'nowhere.gpkg')), refused('formats/not-found'))
  const wal = made(FEATURES)
  const bytes = readFileSync(wal)
  bytes[18] = bytes[19] = 2
  writeFileSync(wal, bytes)
  writeFileSync(`${wal}-wal`, 'x')
  await assert.rejects(read(wal), refused('formats/unsaved-changes'))
})

test('a damaged or cut file is refused, never half believed in silence', async () => {
  const whole = readFileSync(made(FEATURES, (db) => {
    const insert = db.prepare('insert into DLTB (geom, TBMJ) values (?, ?)')
    for (let i = 0; i < 400; i++) insert.run(blob(polygon([square])), i)
  })) // biome-ignore format: a filler
  const path = join(folder, 'damaged.gpkg')
  for (let cut = 100; cut < whole.length; cut += 4001) {
    writeFileSync(path, whole.subarray(0, cut))
    await assert.rejects(read(path), refused('formats/truncated'))
  }
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 40 }), async (hits) => {
      const bytes = Buffer.from(whole)
      for (const [at, value] of hits) bytes[at] = value
      writeFileSync(path, bytes)
      try {
        const { rows, problems } = await read(path)
        assert.ok(rows.length + problems.length <= 500)
      } catch (problem) {
        if (!(problem instanceof Refused)) throw problem
      }
    }),
    { numRuns: 100 },
  )
})
