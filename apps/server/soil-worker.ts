/** The process that makes one soil map, or grades one county anew, for the server. */

import { readSampleMoves } from '@dishu/land/count/moves.store'
import type { DesignRequest } from '@dishu/land/soil/design'
import { drawByTask } from '@dishu/land/soil/design.jobs'
import type { MapRequest } from '@dishu/land/soil/maps'
import { makeMap, reporting, settling } from '@dishu/land/soil/maps.jobs'
import { lookAtRegrading, type Regrading, regrade } from '@dishu/land/soil/regrade.jobs'
import { joinApp } from './app.ts'
import { workOnOrder } from './processes.ts'
import { mapTools, type SoilWorkOrder } from './soil.ts'

workOnOrder(work)

async function work({ dataDir, url, county, id }: SoilWorkOrder, signal: AbortSignal): Promise<void> {
  const app = await joinApp(dataDir, url)
  const tools = mapTools(app)
  try {
    const report = reporting(app.pool, county, id)
    const task = await settling(tools, county, id, signal, async ({ what, request, reason, createdBy: actor }) => {
      const options = { actor, reason, signal, report }
      const grading = { ...tools, refresh: app.derive, readSampleMoves }
      if (what === 'map') return makeMap(tools, county, id, request as MapRequest, options)
      if (what === 'design') return drawByTask(tools, county, request as DesignRequest, options)
      return what === 'look'
        ? lookAtRegrading(grading, county, request as Regrading, options)
        : regrade(grading, county, request as Regrading, options)
    })
    if (task.state === 'done' && (task.what === 'map' || task.what === 'regrade')) await app.check(county)
  } finally {
    await app.close()
  }
}
