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
