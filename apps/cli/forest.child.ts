/** A thread of `dishu forest`, for training or for prediction as it is set up. */
import { parentPort, workerData } from 'node:worker_threads'
import { predictWork, trainWork } from './forest-work.ts'

const work = 'forest' in workerData ? predictWork(workerData) : trainWork(workerData)
parentPort?.on('message', (task) => {
  try {
    parentPort?.postMessage({ answer: work(task) })
  } catch (fault) {
    parentPort?.postMessage({ fault: fault instanceof Error ? (fault.stack ?? fault.message) : String(fault) })
  }
})
