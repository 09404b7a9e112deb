/** The thread in which a plan is solved. */
import { parentPort, workerData } from 'node:worker_threads'
import { Refused } from '@dishu/base/refusal'
import type { ToldByThread } from '@dishu/land/plan/scenario-solve.jobs'
import { threadTask } from '@dishu/land/plan/solving.jobs'

const say = (told: ToldByThread) => parentPort?.postMessage(told)
try {
  say({ told: 'done', answer: await threadTask(workerData, (step) => say({ told: 'step', ...step })) })
} catch (fault) {
  if (fault instanceof Refused) say({ told: 'refused', refusal: fault.refusal })
  else throw fault
}
