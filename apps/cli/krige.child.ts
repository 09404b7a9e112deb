/** A thread of `dishu krige`. */
import { parentPort, workerData } from 'node:worker_threads'
import { type KrigeTask, krigeWork } from './krige-work.ts'

const work = krigeWork(workerData)
parentPort?.on('message', (task: KrigeTask) => {
  try {
    const answer = work(task)
    const arrays = [answer.prediction, answer.variance, ...answer.maps]
    parentPort?.postMessage(
      { answer },
      arrays.map((each) => each.buffer as ArrayBuffer),
    )
  } catch (fault) {
    parentPort?.postMessage({ fault: fault instanceof Error ? (fault.stack ?? fault.message) : String(fault) })
  }
})
