import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { seededRandom } from '@dishu/numeric/shared/random'
import { readStaged, STATUS, StagedRows } from './staging.jobs.ts'

test('staged rows come back as they were, large and small ones, and a renamed one under its new number', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dishu-staging-'))
  try {
    const path = join(folder, 'x.rows')
    const random = seededRandom(7)
    const rows = Array.from({ length: 3000 }, (_, i) => ({
      id: i % 3 === 0 ? null : i,
      validFrom: Math.floor(random() * 9000),
      validTo: 0x7fffffff,
      sourceFile: i % 2 ? 0 : null,
      sourceRow: i % 2 ? i + 2 : null,
      digest: Buffer.alloc(32, i % 256),
      bytes: Buffer.alloc(i === 1500 ? 3_000_000 : Math.floor(random() * 2000), i % 251), // one larger than the buffer
    }))
    const staged = new StagedRows(path)
    const places = rows.map((row) => staged.add(row, STATUS.added))
    staged.rename(places[0], 4711)
    staged.rename(places[2999], 4712)
    staged.close()
    let i = 0
    for await (const row of readStaged(path)) {
      const renamed = i === 0 ? 4711 : i === 2999 ? 4712 : null
      assert.equal(row.id, renamed ?? rows[i].id)
      assert.equal(row.status, renamed ? STATUS.changed : STATUS.added)
      assert.deepEqual(
        [row.validFrom, row.validTo, row.sourceFile, row.sourceRow],
        [rows[i].validFrom, rows[i].validTo, rows[i].sourceFile, rows[i].sourceRow],
      )
      assert.ok(rows[i].digest.equals(row.digest) && rows[i].bytes.equals(row.bytes), `row ${i}`)
      i++
    }
    assert.equal(i, 3000)
    truncateSync(path, statSync(path).size - 1)
    await assert.rejects(async () => {
      for await (const _ of readStaged(path));
    }, /middle of a row/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
