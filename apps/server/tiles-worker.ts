/** The process that makes a county's ground ready for maps. It ends when that is done or the server is gone; what it has kept by then stays. */

import { dayOf } from '@dishu/base/date'
import { readHead } from '@dishu/kernel/records/records.store'
import { type BlockRow, writeBlocks } from '@dishu/land/count/blocks.store'
import { makeReady } from '@dishu/land/count/ready.jobs'
import { transaction } from '@dishu/server-kit/sql'
import { joinApp } from './app.ts'

export type ReadyOrder = { readonly dataDir: string; readonly url: string; readonly county: string }

process.on('disconnect', () => process.exit(1))
if (!process.connected) process.exit(1) // the server was gone before we had loaded
process.on('SIGTERM', () => process.exit(0))
process.on('SIGINT', () => {}) // Ctrl-C reaches the whole group; the server says what to do

process.once('message', (order: ReadyOrder) => {
  make(order).then(
    () => process.exit(0),
    (cause: unknown) => {
      process.stderr.write(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause))
      process.exit(1)
    },
  )
})

async function make({ dataDir, url, county }: ReadyOrder): Promise<void> {
  const app = await joinApp(dataDir, url)
  try {
    const waiting: BlockRow[] = []
    const write = async () => {
      const rows = waiting.splice(0)
      if (rows.length > 0) await transaction(app.pool, (db) => writeBlocks(db, county, rows))
    }
    await transaction(
      app.pool,
      async (db) => {
        const { rev } = await readHead(db, county)
        const asOf = { day: dayOf(new Date()), rev: null }
        await makeReady({ db, county, asOf, known: rev, scope: ['*'], keep: (rows) => void waiting.push(...rows) }, write)
      },
      { readOnly: true, isolation: 'repeatable read', retries: 0 },
    )
    await write()
  } finally {
    await app.close()
  }
}
