/** A byte that changed on the disk is noticed: pages of a table file are altered while the engine is down, and no altered page is read as if it were whole. */
import assert from 'node:assert/strict'
import { chmodSync, closeSync, mkdtempSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { openCluster } from './embedded.ts'
import { onConnection, openPool, SqlFault } from './sql.ts'

const PAGE = 8192
const FLIPS = 200

/** Park and Miller's generator (1988): the same flips every time. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

test(`${FLIPS} single bytes altered in a table’s file are all noticed, and every other page reads as it was`, async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'dishu-flips-'))
  chmodSync(root, 0o711)
  t.after(() => rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }))
  const dataDir = join(root, 'data')
  const open = async () => {
    const cluster = await openCluster({ dataDir, role: 'tests', durable: false })
    assert.ok(cluster.ok, JSON.stringify(cluster))
    return { cluster: cluster.value, pool: openPool(cluster.value.url('postgres'), { max: 1 }) }
  }
  const first = await open()
  const { path, pages } = await onConnection(first.pool, async (db) => {
    await db.raw(`create table parcel (id int primary key, words text); alter table parcel alter words set storage plain`)
    // half a page each, so that a page is two rows
    await db.run`insert into parcel select n, repeat(md5(n::text), 110) from generate_series(1, 600) n`
    await db.raw('checkpoint')
    return db.one<{
      path: string
      pages: number
    }>`select pg_relation_filepath('parcel') as path, pg_relation_size('parcel') / 8192 as pages`
  })
  await first.pool.end()
  await first.cluster.stop()
  assert.ok(pages >= FLIPS, `${pages} pages`)

  const file = join(dataDir, 'pg', path)
  assert.equal(statSync(file).size, pages * PAGE)
  const random = seeded(20_261_124)
  const order = Array.from({ length: pages }, (_, i) => i).sort(() => random() - 0.5)
  const hit = new Set(order.slice(0, FLIPS))
  const disk = openSync(file, 'r+')
  const byte = Buffer.alloc(1)
  for (const page of hit) {
    const at = page * PAGE + Math.floor(random() * PAGE)
    readSync(disk, byte, 0, 1, at)
    byte[0] ^= 1 << Math.floor(random() * 8)
    writeSync(disk, byte, 0, 1, at)
  }
  closeSync(disk)

  const second = await open()
  try {
    await onConnection(second.pool, async (db) => {
      await db.raw('set enable_indexscan = off; set enable_bitmapscan = off')
      for (let page = 0; page < pages; page++) {
        const reading = db.one<{ rows: number; wrong: number }>`
          select count(*) as rows, count(*) filter (where words <> repeat(md5(id::text), 110)) as wrong from parcel
          where ctid >= ${`(${page},0)`}::tid and ctid < ${`(${page + 1},0)`}::tid`
        if (hit.has(page))
          await assert.rejects(
            reading,
            (fault) => fault instanceof SqlFault && fault.code === 'XX001',
            `page ${page} was altered and is read`,
          )
        else {
          const { rows, wrong } = await reading
          assert.ok(rows > 0 && wrong === 0, `page ${page}`)
        }
      }
    })
  } finally {
    await second.pool.end()
    await second.cluster.stop()
  }
})
