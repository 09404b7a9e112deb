/** The thread of `dishu plan`. */
import { parentPort, workerData } from 'node:worker_threads'
import { Refused } from '@dishu/base/refusal'
import type { FromPlan } from './plan.ts'
import { planWork } from './plan-work.ts'

const say = (told: FromPlan) => parentPort?.postMessage(told)
try {
  say({ told: 'done', answer: await planWork(workerData, (bound) => say({ told: 'bound', bound })) })
} catch (fault) {
  if (fault instanceof Refused) say({ told: 'refused', refusal: fault.refusal })
  else throw fault
}
