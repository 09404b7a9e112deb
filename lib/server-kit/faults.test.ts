/** Every call that can fail does, one after another: what was acknowledged is there, what was not leaves nothing that looks whole. */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { freshDatabase } from '@dishu/testkit/database'
import { onConnection, SqlFault, sql, transaction } from './sql.ts'
import { openVault } from './vault.ts'

const KINDS = ['EIO', 'ENOSPC', 'EMFILE'] as const
const CALLS = ['open', 'mkdir', 'rename', 'rm', 'readFile', 'writeFile'] as const
const HANDLE = ['read', 'write', 'writeFile', 'sync', 'stat'] as const

/** Runs `body` with the nth call to the file system failing; tells whether there were so many calls. */
async function failingAt(nth: number, code: string, body: () => Promise<void>): Promise<boolean> {
  let calls = 0
  const promises = fs.promises as unknown as Record<string, (...words: unknown[]) => Promise<unknown>>
  const probe = await fs.promises.open(import.meta.filename)
  const handle = Object.getPrototypeOf(probe) as Record<string, (...words: unknown[]) => Promise<unknown>>
  await probe.close()
  const undo: (() => void)[] = []
  const wrap = (on: typeof promises, name: string) => {
    const real = on[name]
    on[name] = function (this: unknown, ...words: unknown[]) {
      if (++calls === nth) return Promise.reject(Object.assign(new Error(`${code}: made for a test, ${name}`), { code }))
      return real.apply(this, words)
    }
    undo.push(() => {
      on[name] = real
    })
  }
  for (const name of CALLS) wrap(promises, name)
  for (const name of HANDLE) wrap(handle, name)
  syncBuiltinESMExports()
  try {
    await body()
  } finally {
    for (const each of undo) each()
    syncBuiltinESMExports()
  }
  return calls >= nth
}

test('a file is kept or refused, whichever call to the disk fails and however: nothing acknowledged is absent, nothing absent acknowledged', async (t) => {
  const root = fs.mkdtempSync(join(tmpdir(), 'dishu-faults-'))
  t.after(() => fs.rmSync(root, { recursive: true, force: true }))
  const clear = join(root, 'clear.bin')
  fs.writeFileSync(clear, Buffer.alloc(3_500_000, 'a saline field, '))
  let faults = 0
  let kept = 0
  for (const code of KINDS)
    for (let nth = 1; nth < 200; nth++) {
      const dataDir = join(root, `${code}-${nth}`)
      const vault = await openVault(dataDir)
      await vault.keysOf('220899')
      let stored: Awaited<ReturnType<typeof vault.storeDocument>> | null = null
      const reached = await failingAt(nth, code, async () => {
        stored = await vault.storeDocument('220899', clear, 'clear.bin', new Date()).catch((fault: NodeJS.ErrnoException) => {
          assert.equal(fault.code, code, `${code} at call ${nth}: ${fault}`)
          return null
        })
      })
      if (stored !== null) {
        const digest = await vault.checkDocument(stored)
        assert.ok(
          Buffer.isBuffer(digest) && digest.equals((stored as { sha256: Buffer }).sha256),
          `${code} at call ${nth}: acknowledged and not there`,
        )
        kept++
      }
      fs.rmSync(dataDir, { recursive: true, force: true })
      if (!reached) break
      faults++
    }
  assert.ok(faults > 30, `${faults} faults`)
  assert.ok(kept >= KINDS.length, `${kept} kept`)
})

test('a transaction is whole or not at all, whichever of its statements the connection fails at, and whether before or after the server heard it', async () => {
  await using database = await freshDatabase({ migrations: null })
  await onConnection(database.pool, (db) => db.raw('create table act (id int, part int)'))
  const acknowledged = new Set<number>()
  let id = 0
  for (const when of ['before', 'after'] as const)
    for (let nth = 1; nth <= 8; nth++) {
      id++
      let calls = 0
      const own = id
      const acts = transaction(
        database.pool,
        async (db) => {
          for (let part = 0; part < 3; part++) {
            const send = () => db.run`insert into act values (${own}, ${part})`
            if (++calls !== nth) await send()
            else {
              if (when === 'after') await send()
              throw new SqlFault(Object.assign(new Error('the connection is gone'), { code: '08006' }), 'insert')
            }
          }
        },
        { retries: 0 },
      )
      await acts.then(
        () => acknowledged.add(own),
        () => {},
      )
    }
  const rows = await onConnection(database.pool, (db) =>
    db.all<{ id: number; parts: number }>(sql`select id, count(*) as parts from act group by id order by id`),
  )
  assert.deepEqual(
    rows,
    [...acknowledged].map((each) => ({ id: each, parts: 3 })),
  )
  assert.ok(acknowledged.size > 0 && acknowledged.size < id)
})
