import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { Refused } from '@dishu/base/refusal'
import fc from 'fast-check'
import { openFile } from '../formats.ts'
import { gather } from '../gather.testing.ts'
import type { Batch, Value } from '../layers.ts'
import { batchFrame, decodeBatch, FRAME_HEAD } from './codec.ts'
import { fences, permissions } from './fence.ts'
import { openInSandbox } from './sandbox.ts'

const folder = mkdtempSync(join(tmpdir(), 'sandbox-test-'))
const scratch = join(folder, 'scratch')
process.env.TMPDIR = folder
after(() => rmSync(folder, { recursive: true, force: true }))
const leftOver = () => readdirSync(folder).filter((n) => n.startsWith('dishu-read-'))

/** A GeoPackage whose one layer is a query. */
function layerOf(name: string, query: string): string {
  const path = join(folder, name)
  const db = new DatabaseSync(path)
  db.exec(`
    create table gpkg_spatial_ref_sys (srs_name text, srs_id integer primary key, organization text, organization_coordsys_id integer, definition text);
    create table gpkg_contents (table_name text primary key, data_type text, identifier text, srs_id integer);
    create table gpkg_ogr_contents (table_name text primary key, feature_count integer);
    insert into gpkg_contents values ('v', 'attributes', 'v', 0);
    insert into gpkg_ogr_contents values ('v', 1);
    create view v as ${query}`)
  db.close()
  return path
}

const refused = (code: string) => (problem: unknown) => problem instanceof Refused && problem.refusal.code === code

async function readAll(path: string, options = {}) {
  const source = await openInSandbox([path], options)
  try {
    return await gather(source)
  } finally {
    await source.close()
  }
}

const counted = (n: number, columns: string) =>
  `with recursive r(i) as (select 1 union all select i + 1 from r where i < ${n}) select ${columns} from r`

test('what comes out of the sandbox is what the reader gives', async () => {
  const path = layerOf(
    'same.gpkg',
    counted(5000, "i, i / 7.0 as d, '盐碱地' || i as t, 'abc' || (i % 3) as l, case when i % 2 then null else 'x' end as n, null as e"),
  )
  const here = await openFile(path)
  const expected = await gather(here)
  await here.close()
  const source = await openInSandbox([path])
  assert.deepEqual(source.layers, JSON.parse(JSON.stringify(here.layers)))
  assert.deepEqual(await gather(source), expected)
  // and once more from the same process, while a first reading is given up half-way
  for await (const batch of source.read(0)) {
    assert.equal(batch.rows.length, 1000)
    break
  }
  assert.deepEqual(await gather(source), expected)
  await source.close()
  await source.close()
  await assert.rejects(gather(source))
  assert.deepEqual(leftOver(), [])
})

test('a refusal inside is the same refusal outside', async () => {
  const path = join(folder, 'broken.geojson')
  writeFileSync(path, '{"type":"FeatureCollection","features":[}')
  await assert.rejects(readAll(path), refused('formats/json-broken'))
  await assert.rejects(readAll(join(folder, 'nowhere.gpkg')), refused('formats/not-found'))
  assert.deepEqual(leftOver(), [])
})

test('a reader that never ends is ended', async () => {
  const path = layerOf('endless.gpkg', 'with recursive r(i) as (select 1 union all select i + 1 from r) select i from r where i < 0')
  const started = performance.now()
  await assert.rejects(readAll(path, { limits: { idleS: 1.5 } }), refused('formats/took-too-long'))
  assert.ok(performance.now() - started < 5000)
  const rows = layerOf('endless-rows.gpkg', 'with recursive r(i) as (select 1 union all select i + 1 from r) select i from r')
  const source = await openInSandbox([rows], { limits: { wallS: 1 } })
  const readOn = async () => {
    for await (const batch of source.read(0)) assert.ok(batch.rows.length > 0)
  }
  await assert.rejects(readOn(), refused('formats/took-too-long'))
  await source.close()
})

test('a reader that takes too much memory is ended', async () => {
  const path = layerOf('large.gpkg', counted(40, 'hex(randomblob(100000000)) as t'))
  await assert.rejects(readAll(path, { limits: { rssMb: 300 } }), refused('formats/needs-too-much-memory'))
})

test('a slow consumer is no reason to end the reader', async () => {
  const source = await openInSandbox([layerOf('slow.gpkg', counted(8000, 'i'))], { limits: { idleS: 4, wallS: 6 } })
  let rows = 0
  for await (const batch of source.read(0)) {
    rows += batch.rows.length
    await new Promise((wake) => setTimeout(wake, 900))
  }
  assert.equal(rows, 8000)
  await source.close()
})

test('a cancel is heard at once, wherever it comes', async () => {
  const path = layerOf('cancel.gpkg', 'with recursive r(i) as (select 1 union all select i + 1 from r) select i from r where i < 0')
  const opening = new AbortController()
  opening.abort(new Error('too early'))
  await assert.rejects(openInSandbox([path], { signal: opening.signal }), /too early/)
  const reading = new AbortController()
  setTimeout(() => reading.abort(new Error('enough')), 300)
  const started = performance.now()
  await assert.rejects(readAll(path, { signal: reading.signal }), /enough/)
  assert.ok(performance.now() - started < 2000)
  assert.deepEqual(leftOver(), [])
})

test('progress is told with every batch', async () => {
  const told: number[] = []
  await readAll(layerOf('progress.gpkg', counted(2500, 'i')), { onProgress: (_: unknown, rows: number) => told.push(rows) })
  assert.deepEqual(told, [1000, 2000, 2500])
})

test('inside there are the named files, one folder to write in, and nothing else', () => {
  const own = join(folder, 'own.txt')
  const other = join(folder, 'other.txt')
  writeFileSync(own, 'own')
  writeFileSync(other, 'other')
  rmSync(scratch, { recursive: true, force: true })
  const probe = `
    const fs = require('fs'), tried = (act) => { try { act(); return 'yes' } catch (e) { return e.code ?? e.cause?.code ?? String(e) } }
    console.log(JSON.stringify({ own: tried(() => fs.readFileSync(${JSON.stringify(own)})), other: tried(() => fs.readFileSync(${JSON.stringify(other)})),
      passwd: tried(() => fs.readFileSync('/etc/passwd')), list: tried(() => fs.readdirSync(${JSON.stringify(folder)})), write: tried(() => fs.writeFileSync(${JSON.stringify(own)}, 'x')),
      run: tried(() => require('child_process').execSync('true')), worker: tried(() => new (require('worker_threads').Worker)('1', { eval: true })), env: Object.keys(process.env).length,
      net: Object.keys(require('os').networkInterfaces()).length }))`
  const { network } = fences()
  const [program, ...args] = [...(network ?? []), process.execPath, ...permissions([own], scratch), '-e', probe]
  const run = spawnSync(program, args, { env: {}, encoding: 'utf8' })
  const found = JSON.parse(run.stdout)
  const denied = 'ERR_ACCESS_DENIED'
  assert.deepEqual(
    { ...found, net: network ? found.net : 0 },
    { own: 'yes', other: denied, passwd: denied, list: denied, write: denied, run: denied, worker: denied, env: 0, net: 0 },
  )
})

test('a batch survives the way through bytes', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('盐碱地', 'é', '\ud83d', ''))
  const column = (n: number) => {
    const of = (value: fc.Arbitrary<Value>) => fc.array(fc.oneof(value, fc.constant(null)), { minLength: n, maxLength: n })
    return fc.oneof(
      of(text),
      of(fc.double({ noNaN: true, noDefaultInfinity: true })),
      of(fc.boolean()),
      of(fc.constant(null)),
      of(fc.oneof(fc.string(), fc.integer(), fc.boolean())),
    )
  }
  const batch = fc.nat(12).chain((n) =>
    fc.record({
      columns: fc.array(column(n), { maxLength: 5 }),
      shapes: fc.array(fc.uint8Array({ maxLength: 30 }), { minLength: n, maxLength: n }),
      bad: fc.array(fc.nat(), { maxLength: 3 }),
    }),
  )
  fc.assert(
    fc.property(batch, ({ columns, shapes, bad }) => {
      const wkb = Buffer.concat(shapes)
      const offsets = Uint32Array.from([0, ...shapes.map((_, i) => shapes.slice(0, i + 1).reduce((s, a) => s + a.length, 0))])
      const problems = bad.map((row) => ({ row, refusal: { code: 'formats/too-deep', details: { row } } }))
      const made: Batch = { rows: Uint32Array.from(shapes.map((_, i) => i + 1)), columns, wkb, offsets, problems, notes: [] }
      const frame = batchFrame(7, made)
      const payload = Buffer.from(new ArrayBuffer(frame.length - FRAME_HEAD))
      frame.copy(payload, 0, FRAME_HEAD)
      const read = decodeBatch(payload, columns.length)
      assert.deepEqual({ ...read, wkb: Buffer.from(read.wkb) }, { ...made, wkb })
    }),
  )
})

test('bytes that are no batch are thrown out, not believed', () => {
  const made: Batch = { rows: Uint32Array.of(1, 2), columns: [['a', 'bc'], [1, null]], wkb: Uint8Array.of(1, 2, 3), offsets: Uint32Array.of(0, 1, 3), problems: [] } // biome-ignore format: a batch
  const frame = batchFrame(1, made)
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(frame.length), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      fc.nat(frame.length),
      (hits, length) => {
        const payload = Buffer.from(new ArrayBuffer(length))
        frame.copy(payload, 0, FRAME_HEAD)
        for (const [at, value] of hits) if (at < payload.length) payload[at] = value
        try {
          const read = decodeBatch(payload, 2)
          for (const column of read.columns) assert.equal(column.length, read.rows.length)
          assert.ok(read.offsets.at(-1)! <= read.wkb.length)
        } catch (problem) {
          assert.ok(problem instanceof Error && problem.name !== 'AssertionError', String(problem))
        }
      },
    ),
    { numRuns: 2000 },
  )
})
