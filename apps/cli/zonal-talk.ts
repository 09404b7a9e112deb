/** What `dishu zonal` and its process say to each other: a line of JSON at a time. */
import type { Refusal } from '@dishu/base/refusal'
import type { ZonalJob, ZonalSummary } from './zonal-job.ts'

export type FromChild =
  | { readonly told: 'done'; readonly summary: ZonalSummary }
  | { readonly told: 'refused'; readonly refusal: Refusal }
  | { readonly told: 'failed'; readonly fault: string }
  | { readonly told: 'alive' }
  /** Bytes of a raster that lies elsewhere are wanted. */
  | { readonly told: 'read'; readonly id: number; readonly raster: number; readonly offset: number; readonly length: number }

export type Answer = { readonly job: ZonalJob; readonly scratch: string } | { readonly id: number; readonly bytes: string }

/** Writes a message whole, however little a pipe takes at a time. */
export function sayJson(write: (bytes: Uint8Array) => number, told: FromChild): void {
  const bytes = Buffer.from(`${JSON.stringify(told)}\n`)
  for (let at = 0; at < bytes.length; ) {
    try {
      at += write(bytes.subarray(at))
    } catch (problem) {
      if ((problem as NodeJS.ErrnoException).code !== 'EAGAIN') throw problem
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}
