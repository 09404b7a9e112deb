/** The process that reads a stranger's layer for `dishu topology`: it sees those files and our code, writes to one folder, and has no network. */
import { writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { Refused } from '@dishu/base/refusal'
import { topologyOfFile } from './topology-file.ts'
import type { TopologyJob } from './topology-job.ts'

let last = performance.now()
const beat = () => {
  if (performance.now() - last < 1000) return
  last = performance.now()
  writeSync(3, '.')
}

const { job, scratch }: { job: TopologyJob; scratch: string } = JSON.parse(process.argv[2])
let told: unknown
try {
  told = { report: await topologyOfFile(job, scratch, beat) }
} catch (cause) {
  told =
    cause instanceof Refused
      ? { refusal: cause.refusal }
      : { fault: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) }
}
writeFileSync(join(scratch, 'told.json'), JSON.stringify(told))
