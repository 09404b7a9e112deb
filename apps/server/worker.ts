/**
 * The process that does the long work of one import for the server. It is told what to do in one message, and ends when that is done or when
 * the server is gone. Nothing of its work stands before its transaction ends, so it may be killed at any moment.
 */
import { confirmIntake, readIntakeFiles } from '@dishu/kernel/intake/service.jobs'
import type { Cause } from '@dishu/kernel/records/records'
import { joinApp } from './app.ts'
import { workOnOrder } from './processes.ts'

export type WorkOrder = {
  readonly dataDir: string
  readonly url: string
  readonly id: string
  readonly work: { readonly do: 'read' } | { readonly do: 'write'; readonly reason: string; readonly cause: Cause; readonly actor: string }
}

workOnOrder(work)

async function work({ dataDir, url, id, work }: WorkOrder, signal: AbortSignal): Promise<void> {
  const app = await joinApp(dataDir, url)
  const common = { now: new Date(), signal, report: () => {}, claimed: true }
  try {
    if (work.do === 'read') await readIntakeFiles(app.tools, id, common)
    else {
      const written = await confirmIntake(app.tools, id, { ...common, actor: work.actor, reason: work.reason, cause: work.cause })
      if (!written.ok) process.send?.({ refused: written.refusal.code })
    }
  } finally {
    await app.close()
  }
}
