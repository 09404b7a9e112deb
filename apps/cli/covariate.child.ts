/** The process that reads a stranger's raster of covariates: it sees that file and our code, writes nothing and has no network. Orders are lines of JSON, answers go out on descriptor 3. */
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Refused } from '@dishu/base/refusal'
import type { CovariateRaster, RasterHead, RasterOrder } from './covariate-raster.ts'
import { readCovariates } from './covariate-reading.ts'

function send(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(3, bytes, at)
    } catch (problem) {
      if ((problem as NodeJS.ErrnoException).code !== 'EAGAIN') throw problem
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}

function answer(head: RasterHead, values?: Float64Array): void {
  send(Buffer.from(`${JSON.stringify(head)}\n`))
  if (values) send(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
}

let raster: CovariateRaster | null = null

async function obey(order: RasterOrder): Promise<void> {
  const { id } = order
  try {
    if (order.do === 'open') {
      raster = await readCovariates(order.path, order.wanted)
      const { grid, crs, names } = raster
      return answer({ id, bytes: 0, opened: { grid, crs, names } })
    }
    if (!raster) throw new Error('asked to read before anything was opened')
    const values =
      order.do === 'rows'
        ? await raster.rows(order.from, order.to)
        : await raster.at(Float64Array.from(order.x), Float64Array.from(order.y))
    answer({ id, bytes: values.byteLength }, values)
  } catch (fault) {
    if (fault instanceof Refused) answer({ id, bytes: 0, refused: fault.refusal })
    else answer({ id, bytes: 0, failed: fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault) })
  }
}

let last = Promise.resolve()
const lines = createInterface({ input: process.stdin })
lines.on('line', (line) => {
  last = last.then(() => obey(JSON.parse(line)))
})
lines.on('close', () => process.exit(0)) // whoever asked is gone
