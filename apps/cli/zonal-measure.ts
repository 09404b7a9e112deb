/** One raster under the zones: blocks read and measured, by this thread and others. */
import { Worker } from 'node:worker_threads'
import { Refused } from '@dishu/base/refusal'
import { type Geotiff, openTiff, type Samples, type Window } from '@dishu/formats/geotiff/geotiff'
import { fileSource } from '@dishu/formats/geotiff/source'
import type { Coverage } from '@dishu/numeric/zonal/coverage'
import { type ZonalAnswer, type ZonalCells, type ZonalPlan, type ZonalRest, ZonalWork } from '@dishu/numeric/zonal/zonal'

/** Everything a thread needs; typed arrays of the plan are shared. */
export type Share = {
  readonly path: string
  readonly weights: string | null
  readonly bands: readonly number[]
  readonly plan: ZonalPlan
  /** The number of the block that nobody has taken yet. */
  readonly next: Int32Array
}

export type CellVisitor = (zone: number, window: Window, coverage: Coverage, cells: ZonalCells) => void

/** Takes blocks until none is left. */
export async function workShare(
  { bands, plan, next }: Share,
  tiff: Geotiff,
  weights: Geotiff | null,
  visit?: CellVisitor,
  beat?: () => void,
): Promise<ZonalWork> {
  const work = new ZonalWork(plan)
  for (;;) {
    const block = Atomics.add(next, 0, 1)
    if (block >= work.blocks.count) return work
    if (!work.meets(block)) continue
    const window = work.window(block)
    const into = work.room(block, tiff.type)
    const samples = await tiff.readWindow(bands, window, into ? { into } : {})
    const mask = tiff.hasMask ? await tiff.readMask(window) : null
    const others = weights ? await weightsIn(weights, window) : null
    const cells: ZonalCells = { bands: samples, mask: mask?.every((cell) => cell !== 0) ? null : mask, others }
    work.add(block, cells, visit && ((zone, at, coverage) => visit(zone, at, coverage, cells)))
    beat?.()
  }
}

/** A weight that is no data makes every figure that would need it none, as in exactextract. */
async function weightsIn(weights: Geotiff, window: Window): Promise<Float64Array> {
  const [samples] = await weights.readWindow([0], window)
  const { nodata } = weights
  const { scale, offset } = weights.bands[0]
  return Float64Array.from(samples as Samples, (sample) => (sample === nodata ? Number.NaN : sample * scale + offset))
}

/** Opens the raster of weights; refused where its cells are not those of the other. */
export async function openWeights(path: string, tiff: Geotiff, file: string): Promise<Geotiff> {
  const source = fileSource(path)
  const weights = await openTiff(source)
  const step = Math.abs(tiff.geotransform?.[1] ?? 1)
  const same =
    weights.width === tiff.width &&
    weights.height === tiff.height &&
    tiff.geotransform?.every((value, i) => Math.abs(value - (weights.geotransform?.[i] ?? Number.NaN)) < 1e-3 * step)
  if (!same) throw new Refused({ code: 'formats/raster-grids-differ', details: { file: source.name, other: file } })
  return weights
}

/** The answer of all threads together. `tiff` is read by this one. */
export async function measureRaster(
  share: Omit<Share, 'next'>,
  tiff: Geotiff,
  weights: Geotiff | null,
  threads: readonly Thread[],
  visit?: CellVisitor,
  beat?: () => void,
): Promise<ZonalAnswer> {
  const whole: Share = { ...share, next: new Int32Array(new SharedArrayBuffer(4)) }
  const rests = threads.map((thread) => thread.measure(whole))
  const mine = await workShare(whole, tiff, weights, visit, beat)
  return mine.finish(await Promise.all(rests))
}

export type Told = { readonly rest: ZonalRest } | { readonly refusal: Refused['refusal'] } | { readonly fault: string }

/** A thread beside this one. It is begun before there is work for it: its code is loaded while this one reads the layer. */
export class Thread {
  readonly #worker = new Worker(new URL('./zonal.worker.ts', import.meta.url))
  #done: (rest: ZonalRest) => void = () => {}
  #failed: (problem: unknown) => void = () => {}
  #ended: Error | null = null

  constructor() {
    this.#worker.on('message', (told: Told) => {
      if ('rest' in told) this.#done(told.rest)
      else this.#failed('refusal' in told ? new Refused(told.refusal) : new Error(told.fault))
    })
    this.#worker.on('error', (problem) => this.#end(problem instanceof Error ? problem : new Error(String(problem))))
    this.#worker.on('exit', () => this.#end(new Error('a thread ended before it was done')))
  }

  #end(problem: Error): void {
    this.#ended ??= problem
    this.#failed(this.#ended)
  }

  /** Its share of one raster; a thread has one at a time. */
  measure(share: Share): Promise<ZonalRest> {
    const rest = new Promise<ZonalRest>((done, failed) => {
      this.#done = done
      this.#failed = failed
      if (this.#ended) failed(this.#ended)
      else this.#worker.postMessage(share)
    })
    rest.catch(() => {}) // heard when all are awaited
    return rest
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }
}
