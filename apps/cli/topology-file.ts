/** The topology of a layer in a file, from opening it to the report. */
import { join } from 'node:path'
import { bytesOf } from './topology-bytes.ts'
import { TopologyCrew } from './topology-crew.ts'
import type { TopologyJob, TopologyReport } from './topology-job.ts'
import { outsideOf } from './topology-outside.ts'
import { openParcels } from './topology-read.ts'
import { reportOf, writeFindings } from './topology-report.ts'
import { lookOver } from './topology-work.ts'

/** Findings go to `scratch` as findings.gpkg where the job wants them. */
export async function topologyOfFile(job: TopologyJob, scratch: string, beat: () => void): Promise<TopologyReport> {
  // threads start while the file is opened
  const crew = new TopologyCrew(job.workers)
  try {
    return await findingsOf(job, crew, scratch, beat)
  } finally {
    await crew.close()
  }
}

async function findingsOf(job: TopologyJob, crew: TopologyCrew, scratch: string, beat: () => void): Promise<TopologyReport> {
  const source = await openParcels(job.path, job.siblings, scratch, job.layer, job.key)
  try {
    const bytes = bytesOf([job.path, ...job.siblings])
    const looked = await lookOver(source, job.limits, { crew, bytes, outlines: job.out !== null, beat })
    void crew.close()
    const keys = source.keys()
    const outside = job.within ? await outsideOf(job.within, source.crs, looked, job.limits, keys.idOf, scratch) : []
    const report = reportOf(source, looked, keys, outside)
    if (job.out !== null) await writeFindings(join(scratch, 'findings.gpkg'), source.crs, report, looked)
    return report
  } finally {
    await source.close()
  }
}
