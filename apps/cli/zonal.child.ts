/** The process that reads a stranger's raster and layer for `dishu zonal`: it sees those files and our code, writes to one folder, and has no network. */
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Refused } from '@dishu/base/refusal'
import type { ZonalJob } from './zonal-job.ts'
import { type Answer, type FromChild, sayJson } from './zonal-talk.ts'
import { zonalWork } from './zonal-work.ts'

const say = (told: FromChild) => sayJson((bytes) => writeSync(3, bytes), told)

const waiting = new Map<number, (bytes: Uint8Array) => void>()
let asked = 0
let last = performance.now()

async function obey(job: ZonalJob, scratch: string): Promise<void> {
  try {
    const summary = await zonalWork(job, {
      scratch,
      beat: () => {
        if (performance.now() - last < 1000) return
        last = performance.now()
        say({ told: 'alive' })
      },
      remote: (index) => ({
        name: job.rasters[index].name,
        size: job.rasters[index].size,
        read: (offset, length) =>
          new Promise((done) => {
            waiting.set(++asked, done)
            say({ told: 'read', id: asked, raster: index, offset, length })
          }),
      }),
    })
    say({ told: 'done', summary })
  } catch (cause) {
    if (cause instanceof Refused) say({ told: 'refused', refusal: cause.refusal })
    else say({ told: 'failed', fault: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) })
  }
  process.exit(0)
}

const lines = createInterface({ input: process.stdin })
lines.on('line', (line) => {
  const said: Answer = JSON.parse(line)
  if ('job' in said) void obey(said.job, said.scratch)
  else {
    waiting.get(said.id)?.(Buffer.from(said.bytes, 'base64'))
    waiting.delete(said.id)
  }
})
lines.on('close', () => process.exit(0)) // whoever asked is gone
