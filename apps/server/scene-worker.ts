/** The process that does the long work of one imagery task for the server; told what in one message, as the worker of imports is. */
import { type ImageryTools, readScene, throttled, writeScene } from '@dishu/land/imagery/imagery.jobs'
import { writeTask } from '@dishu/land/imagery/imagery.store'
import { measureCounty } from '@dishu/land/imagery/measure.jobs'
import { transaction } from '@dishu/server-kit/sql'
import { joinApp } from './app.ts'
import { imageryTools, type SceneWorkOrder } from './imagery.ts'

const controller = new AbortController()
process.on('disconnect', () => process.exit(1))
if (!process.connected) process.exit(1) // the server was gone before we had loaded
process.on('SIGTERM', () => controller.abort(new Error('cancelled')))
process.on('SIGINT', () => {}) // Ctrl-C reaches the whole group; the server says what to do

process.once('message', (order: SceneWorkOrder) => {
  work(order).then(
    () => process.exit(0),
    (cause: unknown) => {
      if (!controller.signal.aborted) process.send?.({ fault: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) })
      process.exit(controller.signal.aborted ? 0 : 1)
    },
  )
})

async function work({ dataDir, url, county, id, work }: SceneWorkOrder): Promise<void> {
  const app = await joinApp(dataDir, url)
  const tools = imageryTools(app)
  const options = { now: new Date(), signal: controller.signal, report: () => {} }
  try {
    if (work.do === 'read') await readScene(tools, county, id, options)
    else if (work.do === 'measure') await measure(tools, county, id)
    else {
      const written = await writeScene(tools, county, id, { ...options, actor: work.actor, reason: work.reason, claimed: true })
      // figures of the new scene follow by themselves
      if (written.ok) await measureCounty(tools, county, { scenes: [written.value.scene], signal: controller.signal })
    }
  } finally {
    await app.close()
  }
}

async function measure(tools: ImageryTools, county: string, id: string): Promise<void> {
  const report = throttled(tools.pool, county, id, () => {})
  const measured = await measureCounty(tools, county, { signal: controller.signal, onProgress: report })
  await transaction(tools.pool, (db) => writeTask(db, county, id, { state: 'done', outcome: measured }, new Date()))
}
