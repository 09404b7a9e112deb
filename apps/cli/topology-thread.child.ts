/** A thread of `dishu topology`. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Part } from './topology-parts.ts'
import { surveyWork } from './topology-survey.ts'

const work = surveyWork(workerData)
parentPort?.on('message', (part: Part) => {
  try {
    parentPort?.postMessage({ answer: work(part) })
  } catch (fault) {
    parentPort?.postMessage({ fault: fault instanceof Error ? (fault.stack ?? fault.message) : String(fault) })
  }
})
