/** A thread of `dishu topology`. */
import { parentPort } from 'node:worker_threads'
import { type Task, workOn } from './topology-crew.ts'
import { buffersOf } from './topology-shares.ts'

parentPort?.on('message', (task: Task) => {
  try {
    const answer = workOn(task)
    parentPort?.postMessage({ answer }, 'share' in answer ? buffersOf(answer.share) : [])
  } catch (fault) {
    parentPort?.postMessage({ fault: fault instanceof Error ? (fault.stack ?? fault.message) : String(fault) })
  }
})
