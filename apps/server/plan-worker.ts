/** The process that solves one scenario for the server; the solver itself runs in a thread of it, so that it hears when it shall stop. */
import { workOnTask } from '@dishu/land/plan/plan-tasks.jobs'
import { joinApp } from './app.ts'
import { type PlanWorkOrder, planTools } from './plan.ts'
import { workOnOrder } from './processes.ts'

workOnOrder(async ({ dataDir, url, county, id }: PlanWorkOrder, signal) => {
  const app = await joinApp(dataDir, url)
  try {
    await workOnTask(planTools(app), county, id, signal)
  } finally {
    await app.close()
  }
})
