/**
 * The process that checks one county for the server. It is told which in one message, says how far it is, and ends when that is done or the server is
 * gone. Its findings stand when its transaction ends, so it may be killed at any moment.
 */
import type { CheckProgress } from '@dishu/land/quality/geometry.jobs'
import { joinApp } from './app.ts'

export type CheckOrder = { readonly dataDir: string; readonly url: string; readonly county: string }
export type CheckMessage = { readonly progress: Parameters<CheckProgress>[0] } | { readonly fault: string }

/** Often enough for a bar to move, seldom enough not to be work. */
const EVERY_MS = 150

process.on('disconnect', () => process.exit(1))
if (!process.connected) process.exit(1) // the server was gone before we had loaded
process.on('SIGTERM', () => process.exit(0))
process.on('SIGINT', () => {}) // Ctrl-C reaches the whole group; the server says what to do

process.once('message', (order: CheckOrder) => {
  check(order).then(
    () => process.exit(0),
    (cause: unknown) => {
      process.send?.({ fault: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) })
      process.exit(1)
    },
  )
})

async function check({ dataDir, url, county }: CheckOrder): Promise<void> {
  const app = await joinApp(dataDir, url)
  let [last, at] = ['', 0]
  try {
    await app.check(county, {
      report: (progress) => {
        const where = `${progress.phase} ${progress.layer}`
        if (where === last && Date.now() - at < EVERY_MS) return
        ;[last, at] = [where, Date.now()]
        process.send?.({ progress })
      },
    })
  } finally {
    await app.close()
  }
}
