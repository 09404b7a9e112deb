/** The topology of a layer of the register, as it is today. */
import { rename, rm } from 'node:fs/promises'
import { dayOf } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import { crsFromEpsg } from '@dishu/formats/crs/crs'
import type { GeometryLayer } from '@dishu/land/quality/findings'
import { type OutlineRow, outlinesOf, systemsOf } from '@dishu/land/quality/geometry.store'
import { transaction } from '@dishu/server-kit/sql'
import { withApp } from './terminal.ts'
import { TopologyCrew } from './topology-crew.ts'
import type { Id, ParcelBatch, ParcelSource, TopologyLimits, TopologyReport } from './topology-job.ts'
import { reportOf, writeFindings } from './topology-report.ts'
import { lookOver } from './topology-work.ts'
import { onlyCounty } from './undo.ts'

export type RegisterOptions = {
  readonly limits: TopologyLimits
  readonly workers: number
  readonly out: string | null
  readonly data: string | undefined
  readonly county: string | undefined
  /** Of areas only those of this level: a county lies over its towns, and they over their villages. */
  readonly level: string
}

/** Bytes that an outline takes, with room to spare: a guess from which only the size of the parts follows. */
const BYTES_A_ROW = 2000

export async function topologyOfRegister(layer: GeometryLayer, options: RegisterOptions): Promise<TopologyReport> {
  return withApp({ data: options.data }, async (app) => {
    const county = options.county ?? (await onlyCounty(app.pool))
    return transaction(
      app.pool,
      async (db) => {
        const day = dayOf(new Date())
        const systems = await systemsOf(db, county, layer, day)
        if (systems.length > 1)
          throw new Refused({ code: 'topology/several-systems', details: { layer, systems: systems.map(({ srid }) => String(srid)) } })
        const crs = crsFromEpsg(systems[0]?.srid ?? 4490)
        const ids: Id[] = []
        async function* batches(): AsyncGenerator<ParcelBatch> {
          for await (const rows of outlinesOf(db, county, layer, day, layer === 'area' ? options.level : null)) {
            for (const { key } of rows) ids.push(key)
            yield batchOf(rows)
          }
        }
        const rowCount = systems[0]?.rows ?? 0
        const source: ParcelSource = { name: layer, file: county, crs, rowCount, batches }
        const { limits, workers, out } = options
        const crew = new TopologyCrew(workers)
        const bytes = rowCount * BYTES_A_ROW
        const looked = await lookOver(source, limits, { crew, bytes, outlines: out !== null, beat: () => {} }).finally(() => crew.close())
        const field = layer === 'patch' ? 'BSM' : layer === 'parcel' ? 'DKBM' : 'XZQDM'
        const report = reportOf(source, looked, { field, idOf: (parcel) => ids[parcel] }, [])
        if (out !== null) await written(out, (draft) => writeFindings(draft, crs, report, looked))
        return report
      },
      { readOnly: true, isolation: 'repeatable read', retries: 0 },
    )
  })
}

/** Written beside and moved into place when whole. */
async function written(path: string, write: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${path}.${process.pid}.part`
  try {
    await write(draft)
    await rename(draft, path)
  } finally {
    await rm(draft, { force: true })
  }
}

function batchOf(rows: readonly OutlineRow[]): ParcelBatch {
  const offsets = new Uint32Array(rows.length + 1)
  rows.forEach(({ outline }, i) => {
    offsets[i + 1] = offsets[i] + outline.length
  })
  const wkb = new Uint8Array(offsets[rows.length])
  rows.forEach(({ outline }, i) => {
    wkb.set(outline, offsets[i])
  })
  return { ids: rows.map(({ key }) => key), wkb, offsets, unreadable: [] }
}
