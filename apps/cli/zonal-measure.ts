/** One raster under the zones: blocks read and measured, by this thread and others. */
import { Refused } from '@dishu/base/refusal'
import { type Geotiff, openTiff, type Samples, type SumRows, type Window } from '@dishu/formats/geotiff/geotiff'
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
  const sums: SumRows = (samples, ...rows) => work.sumRows(samples, ...rows)
  for (;;) {
    const block = Atomics.add(next, 0, 1)
    if (block >= work.blocks.count) return work
    if (!work.meets(block)) continue
    const window = work.window(block)
    const into = work.room(block, tiff.type)
    const samples = await tiff.readWindow(bands, window, into ? { into, sums } : {})
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

/** A thread that takes a share of the blocks. */
type Helper = { ask(asked: { readonly ask: 'measure'; readonly share: Share }): Promise<ZonalRest> }

/** The answer of all threads together. `tiff` is read by this one. */
export async function measureRaster(
  share: Omit<Share, 'next'>,
  tiff: Geotiff,
  weights: Geotiff | null,
  threads: readonly Helper[],
  visit?: CellVisitor,
  beat?: () => void,
): Promise<ZonalAnswer> {
  const whole: Share = { ...share, next: new Int32Array(new SharedArrayBuffer(4)) }
  const rests = threads.map((thread) => thread.ask({ ask: 'measure', share: whole }))
  const mine = await workShare(whole, tiff, weights, visit, beat)
  return mine.finish(await Promise.all(rests))
}
