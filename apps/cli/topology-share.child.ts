/** A thread of `dishu topology` that reads the parcels it surveys. */
import { parentPort, workerData } from 'node:worker_threads'
import { buffersOf, type Share, shareWork } from './topology-shares.ts'

const work = shareWork(workerData)
parentPort?.on('message', (share: Share) => {
  try {
    const answer = work(share)
    parentPort?.postMessage({ answer }, buffersOf(answer))
  } catch (fault) {
    parentPort?.postMessage({ fault: fault instanceof Error ? (fault.stack ?? fault.message) : String(fault) })
  }
})
