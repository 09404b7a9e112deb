/** For the tests of power cuts and full disks: opens the cluster of a folder as an office has it and says `ack N` after the commit of row N. */
import { openCluster } from './embedded.ts'
import { onConnection, openPool } from './sql.ts'

const [dataDir, most = 'Infinity'] = process.argv.slice(2)
const cluster = await openCluster({ dataDir, role: 'tests', onProgress: (step) => console.log(step) })
if (!cluster.ok) throw new Error(JSON.stringify(cluster.refusal))
const pool = openPool(cluster.value.url(), { max: 1 })
const pad = 'x'.repeat(400)
let [next, failing] = [0, false]
process.on('SIGTERM', () => void cluster.value.stop().then(() => process.exit(0)))
while (next <= Number(most)) {
  try {
    await onConnection(pool, async (db) => {
      await db.raw('create table if not exists kept (i int8 primary key, pad text not null)')
      next = (await db.one<{ next: number }>`select coalesce(max(i), 0) + 1 as next from kept`).next
      for (; next <= Number(most); next++) {
        await db.run`insert into kept values (${next}, ${next % 20 === 0 ? pad.repeat(60) : pad})`
        console.log(`ack ${next}`)
        failing = false
        if (next % 400 === 0) await db.raw('checkpoint')
      }
    })
  } catch (cause) {
    if (!failing) console.log(`failed ${Reflect.get(cause as Error, 'code') ?? 'away'}`)
    failing = true
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
await pool.end()
await cluster.value.stop()
