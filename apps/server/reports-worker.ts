/** The process that makes one report for the server. */
import { joinApp } from './app.ts'
import { workOnOrder } from './processes.ts'
import { type ReportWorkOrder, workOnReport } from './reports-work.ts'

workOnOrder(async ({ dataDir, url, county, id }: ReportWorkOrder, signal) => {
  const app = await joinApp(dataDir, url)
  try {
    await workOnReport(app, county, id, signal)
  } finally {
    await app.close()
  }
})
