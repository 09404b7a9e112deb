import assert from 'node:assert/strict'
import test from 'node:test'
import { Crew } from './crew.ts'

const SLEEPER = new URL('data:text/javascript,import { parentPort } from "node:worker_threads"; parentPort.on("message", () => {})')
const never = () => () => {
  throw new Error('expected no work on this thread')
}

test('stopped, nobody waits for what is under way or queued', { timeout: 20_000 }, async () => {
  const stop = new AbortController()
  const crew = new Crew<null, number, number>(SLEEPER, null, 2, never, stop.signal)
  const waiting = Promise.allSettled([1, 2, 3, 4].map((task) => crew.run(task)))
  const reason = new Error('interrupted')
  stop.abort(reason)
  assert.deepEqual(await waiting, Array(4).fill({ status: 'rejected', reason }))
  await assert.rejects(crew.run(5), reason)
  await crew.close()
})

const DOUBLER = new URL(
  'data:text/javascript,import { parentPort } from "node:worker_threads"; parentPort.on("message", (n) => parentPort.postMessage(n === 5 ? { fault: "five" } : { answer: 2 * n }))',
)

test('with several tasks in hand every task still gets its own answer, and its own fault', { timeout: 20_000 }, async () => {
  const crew = new Crew<null, number, number>(DOUBLER, null, 2, never, undefined, 3)
  const told = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => crew.run(n)))
  told.forEach((each, n) => {
    if (n === 5) assert.equal(each.status, 'rejected')
    else assert.deepEqual(each, { status: 'fulfilled', value: 2 * n })
  })
  await crew.close()
})
