/** The process that does the long work of one imagery task for the server; told what in one message, as the worker of imports is. */
import { type ImageryTools, readScene, throttled, writeScene } from '@dishu/land/imagery/imagery.jobs'
import { writeTask } from '@dishu/land/imagery/imagery.store'
import { measureCounty } from '@dishu/land/imagery/measure.jobs'
import { transaction } from '@dishu/server-kit/sql'
import { joinApp } from './app.ts'
import { imageryTools, type SceneWorkOrder } from './imagery.ts'
import { workOnOrder } from './processes.ts'

workOnOrder(work)

async function work({ dataDir, url, county, id, work }: SceneWorkOrder, signal: AbortSignal): Promise<void> {
  const app = await joinApp(dataDir, url)
  const tools = imageryTools(app)
  const options = { now: new Date(), signal, report: () => {} }
  try {
    if (work.do === 'read') await readScene(tools, county, id, options)
    else if (work.do === 'measure') await measure(tools, county, id, signal)
    else {
      const written = await writeScene(tools, county, id, { ...options, actor: work.actor, reason: work.reason, claimed: true })
      // figures of the new scene follow by themselves
      if (written.ok) await measureCounty(tools, county, { scenes: [written.value.scene], signal })
    }
  } finally {
    await app.close()
  }
}

async function measure(tools: ImageryTools, county: string, id: string, signal: AbortSignal): Promise<void> {
  const report = throttled(tools.pool, county, id, () => {})
  const measured = await measureCounty(tools, county, { signal, onProgress: report })
  await transaction(tools.pool, (db) => writeTask(db, county, id, { state: 'done', outcome: measured }, new Date()))
}
