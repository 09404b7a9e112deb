/**
 * Statistics of raster cells under polygons, each cell weighing as much of it as the polygon covers, exactly.
 *
 * The raster is gone through once, block by block, in any order and by any number of workers; a zone that lies in one block is done with it,
 * the parts of the others are joined at the end. So memory does not grow with the raster, and the figures do not depend on the number of workers
 * beyond the last bits of a sum.
 */
import { type Blocks, blocksOf, type Meetings, meetingsOf } from './blocks.ts'
import { Coverage, type Window } from './coverage.ts'
import { type Distribution, distributionOf, Gathered } from './distribution.ts'
import { figureOf } from './figures.ts'
import { type Found, type Lanes, lanesOrNone, type Shorts } from './lanes.ts'
import { List } from './list.ts'
import { type Cells, clearMoments, joinMoments, M, MOMENTS, momentsOfCells, momentsOfList } from './moments.ts'
import { asksForValues, type Statistic } from './statistics.ts'
import type { Zones } from './zones.ts'

export type ZonalBand = {
  /** The sample that is no data; NaN never is. Null where every number is data. */
  readonly nodata: number | null
  /** Values are samples · scale + offset. */
  readonly scale: number
  readonly offset: number
  /** Samples need a double: integers of 32 bits, floats of 64. */
  readonly wide: boolean
}

export type ZonalRaster = {
  readonly width: number
  readonly height: number
  readonly tile: { readonly width: number; readonly height: number }
  readonly bands: readonly ZonalBand[]
  /** m² of a cell: one number, or one for each row. NaN where it is not known. */
  readonly cellArea: number | Float64Array
  /** Whether a cell counts by its area beside its fraction; asked only where `cellArea` differs from row to row. */
  readonly byArea: boolean
}

export type ZonalQuestion = {
  readonly statistics: readonly Statistic[]
  /** Whether the weight of every different value is wanted too. */
  readonly classes: boolean
}

/** The cells of a window: samples of every band as they lie in the raster, what of it is no data (0), and a second weight. */
export type ZonalCells = { readonly bands: readonly Cells[]; readonly mask: Cells | null; readonly others: Cells | null }

/** What became of a zone. `crossing`: its rings cross themselves or each other, so that it has no inside; it has no figures. */
export const ZONE = { measured: 0, crossing: 1, noShape: 2 } as const

/** Covered cells of each different value of one band in one zone, ascending. */
export type Classes = { readonly values: Float64Array; readonly cells: Float64Array }

export type ZonalAnswer = {
  /** Zone by zone, band by band, statistic by statistic; NaN where there is none. */
  readonly figures: Float64Array
  readonly states: Uint8Array
  /** At zone · bands + band, where classes were asked for. */
  readonly classes: ReadonlyMap<number, Classes>
}

/** All that the workers of one question share. Plain data: with `shared` it can be sent to threads, which then write into the same memory. */
export type ZonalPlan = {
  readonly zones: Zones
  readonly raster: ZonalRaster
  readonly question: ZonalQuestion
  readonly meetings: Meetings
  readonly figures: Float64Array
  readonly states: Uint8Array
  /** A record of moments for every part of a cut zone and every band; each is written by the worker of its block. */
  readonly parts: Float64Array
}

/** Prepares a question. The figures begin as those of zones that cover nothing. */
export function planZonal(zones: Zones, raster: ZonalRaster, question: ZonalQuestion, shared = false): ZonalPlan {
  const memory = (bytes: number) => (shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes))
  const { statistics } = question
  const meetings = meetingsOf(zones, blocksOf(raster), raster)
  const nothing = new Float64Array(MOMENTS)
  clearMoments(nothing, 0)
  const none = statistics.map((statistic) => figureOf(statistic, nothing, 0, { values: nothing, weights: nothing, count: 0 }, 1, 0, 1))
  const figures = new Float64Array(memory(8 * zones.count * raster.bands.length * statistics.length))
  repeat(figures, none)
  const parts = new Float64Array(memory(8 * MOMENTS * meetings.partCount * raster.bands.length))
  repeat(parts, nothing)
  return { zones, raster, question, meetings, figures, states: new Uint8Array(memory(zones.count)), parts }
}

/** Fills an array with one record after another. */
function repeat(into: Float64Array, record: ArrayLike<number>): void {
  if (into.length === 0) return
  into.set(record)
  for (let done = record.length; done < into.length; done *= 2) into.copyWithin(done, 0, Math.min(done, into.length - done))
}

/** What a worker holds beside the shared memory, to be sent to the one that finishes: values by part · bands + band, classes by zone · bands + band. */
export type ZonalRest = { readonly gathered: ReadonlyMap<number, Gathered>; readonly classes: ReadonlyMap<number, Classes> }

/** One worker's share: it is given blocks, and writes into the plan what is complete. */
export class ZonalWork {
  readonly blocks: Blocks
  readonly #plan: ZonalPlan
  readonly #gathers: boolean
  readonly #coverage = new Coverage()
  readonly #moments = new Float64Array(MOMENTS)
  #lanes: Lanes | null | undefined
  readonly #found: Found = { first: 0, second: 0, min: 0, max: 0, about: 0 }
  readonly #gathered: Gathered
  readonly #distribution: Distribution = { values: new Float64Array(256), weights: new Float64Array(256), count: 0 }
  readonly #list = new List()
  readonly #rest = { gathered: new Map<number, Gathered>(), classes: new Map<number, Classes>() }
  /** m² of a cell that weighs 1. */
  readonly #meanArea: number

  constructor(plan: ZonalPlan) {
    const { raster, question } = plan
    this.#plan = plan
    this.blocks = blocksOf(raster)
    this.#gathers = question.classes || question.statistics.some(asksForValues)
    this.#gathered = new Gathered(raster.bands.some((band) => band.wide))
    const { cellArea } = raster
    this.#meanArea = typeof cellArea === 'number' ? cellArea : cellArea.reduce((sum, area) => sum + area, 0) / cellArea.length
  }

  /** Whether any zone may lie in a block: others need not be read. */
  meets(block: number): boolean {
    const { starts } = this.#plan.meetings
    return starts[block + 1] > starts[block]
  }

  /** The part of a block in which zones lie, outwards to whole tiles: what has to be read of it. Asked of blocks that meet zones. */
  window(block: number): Window {
    const { raster, meetings } = this.#plan
    const { x, y, width, height } = this.blocks.window(block)
    const [left, top, right, bottom] = meetings.extents.subarray(4 * block, 4 * block + 4)
    const { width: across, height: down } = raster.tile
    const x0 = Math.max(x, Math.floor(left / across) * across)
    const y0 = Math.max(y, Math.floor(top / down) * down)
    const x1 = Math.min(x + width, Math.ceil(right / across) * across)
    const y1 = Math.min(y + height, Math.ceil(bottom / down) * down)
    return { x: x0, y: y0, width: x1 - x0, height: y1 - y0 }
  }

  /** Arrays in which the samples of a block's window are measured fastest, good until the next call; undefined where others are as good. */
  room(block: number, type: string): ReturnType<Lanes['room']> | undefined {
    if (type !== 'uint16' && type !== 'int16') return undefined
    if (this.#lanes === undefined) this.#lanes = lanesOrNone()
    const { width, height } = this.window(block)
    return this.#lanes?.room(type, this.#plan.raster.bands.length, width * height) ?? undefined
  }

  /** For the arrays of `room`: samples that are differences along their rows become sums, see `Lanes.sumRows`. */
  sumRows(samples: Cells, from: number, columns: number, rows: number, stride: number): void {
    if (!(samples instanceof Uint16Array || samples instanceof Int16Array)) throw new Error('expected samples of 16 bits')
    this.#lanes?.sumRows(samples as Shorts, from, columns, rows, stride)
  }

  /** Takes the cells of one block's window. `visit` hears of every zone's coverage in it, before the next is measured. */
  add(block: number, cells: ZonalCells, visit?: (zone: number, window: Window, coverage: Coverage) => void): void {
    const { zones, raster, meetings, states } = this.#plan
    const { starts, zones: met, parts } = meetings
    const window = this.window(block)
    const coverage = this.#coverage
    const isPlain = !raster.byArea && cells.mask === null && cells.others === null
    for (let i = starts[block]; i < starts[block + 1]; i++) {
      const z = met[i]
      const covers = coverage.measure(zones, z, window)
      if (!coverage.isValid) states[z] = ZONE.crossing
      if (!covers || !coverage.isValid) continue
      visit?.(z, window, coverage)
      const inLanes = isPlain && this.#lanes?.measure(cells.bands, coverage) === true
      for (let b = 0; b < raster.bands.length; b++) {
        this.#measure(b, cells, window, isPlain, inLanes && this.#lanes?.found(b, this.#found) === true)
        if (parts[i] < 0) this.#emit(z, b, this.#moments, this.#gathered)
        else this.#keepPart(parts[i] * raster.bands.length + b, raster.bands[b].wide)
      }
    }
  }

  #keepPart(part: number, wide: boolean): void {
    this.#plan.parts.set(this.#moments, part * MOMENTS)
    if (!this.#gathers) return
    const gathered = new Gathered(wide, 0)
    gathered.add(this.#gathered)
    this.#rest.gathered.set(part, gathered)
  }

  /** What this worker holds, for `finish` of one of them. */
  rest(): ZonalRest {
    return this.#rest
  }

  /** Joins what all workers hold, in the order of blocks, so that their number does not show in the figures. */
  finish(others: readonly ZonalRest[] = []): ZonalAnswer {
    const { zones, raster, question, meetings, figures, states, parts } = this.#plan
    const bandCount = raster.bands.length
    const { classes, gathered } = this.#rest
    for (const other of others) {
      for (const [at, each] of other.classes) classes.set(at, each)
      for (const [part, each] of other.gathered) gathered.set(part, each)
    }
    const slots = new Map<number, number>(Array.from(meetings.cut, (z, slot) => [z, slot]))
    const joined = new Float64Array(MOMENTS)
    const all = this.#gathered
    const partsOf: number[][] = Array.from(meetings.cut, () => [])
    for (let i = 0; i < meetings.zones.length; i++)
      if (meetings.parts[i] >= 0) partsOf[slots.get(meetings.zones[i]) ?? 0].push(meetings.parts[i])
    for (const [slot, z] of meetings.cut.entries()) {
      for (let b = 0; b < bandCount; b++) {
        clearMoments(joined, 0)
        all.clear()
        for (const part of partsOf[slot]) {
          joinMoments(joined, 0, parts, (part * bandCount + b) * MOMENTS)
          if (!this.#gathers) continue
          const held = gathered.get(part * bandCount + b)
          if (held) all.add(held)
          gathered.delete(part * bandCount + b)
        }
        this.#emit(z, b, joined, all)
      }
    }
    const perZone = bandCount * question.statistics.length
    for (let z = 0; z < zones.count; z++) {
      if (Number.isNaN(zones.boxes[4 * z])) states[z] = ZONE.noShape
      if (states[z] === ZONE.measured) continue
      figures.fill(Number.NaN, z * perZone, (z + 1) * perZone)
      for (let b = 0; b < bandCount; b++) classes.delete(z * bandCount + b)
    }
    return { figures, states, classes }
  }

  /** Moments and, where asked for, values of the cells just measured, in one band. */
  #measure(b: number, cells: ZonalCells, window: Window, isPlain: boolean, isFound: boolean): void {
    const { nodata } = this.#plan.raster.bands[b]
    const samples = cells.bands[b]
    const moments = this.#moments
    if (isPlain) {
      momentsOfCells(samples, this.#coverage, isFound ? this.#found : null, moments)
      // where nodata lies outside what was found, no cell was nodata; a NaN shows in the mean
      const clean = !Number.isNaN(moments[M.mean]) && (nodata === null || !(moments[M.min] <= nodata && nodata <= moments[M.max]))
      if (clean) {
        if (this.#gathers) this.#gathered.takeCells(samples, this.#coverage)
        return
      }
    }
    const list = this.#list
    list.take(samples, nodata, cells, this.#coverage, this.#plan.raster.byArea ? this.#rowWeights(window) : null)
    momentsOfList(list.values, list.fractions, list.weights, cells.others ? list.others : null, list.count, moments)
    if (this.#gathers) this.#gathered.takeList(list.values, list.weights, list.count)
  }

  /** What a cell of each row of a window counts, 1 on average over the raster. */
  #rowWeights({ y, height, width }: Window): { readonly weights: Float64Array; readonly width: number } {
    const { cellArea } = this.#plan.raster
    const weights = typeof cellArea === 'number' ? new Float64Array(height).fill(1) : cellArea.slice(y, y + height)
    if (typeof cellArea !== 'number') for (let i = 0; i < height; i++) weights[i] /= this.#meanArea
    return { weights, width }
  }

  /** Turns moments and values into the figures of a zone in a band. */
  #emit(z: number, b: number, moments: Float64Array, gathered: Gathered): void {
    const { statistics, classes } = this.#plan.question
    const { scale, offset } = this.#plan.raster.bands[b]
    if (this.#gathers) distributionOf(gathered, this.#distribution)
    const to = (z * this.#plan.raster.bands.length + b) * statistics.length
    for (let s = 0; s < statistics.length; s++)
      this.#plan.figures[to + s] = figureOf(statistics[s], moments, 0, this.#distribution, scale, offset, this.#meanArea)
    if (!classes || !this.#gathers) return
    const { values, weights, count } = this.#distribution
    const perWeight = moments[M.fraction] / moments[M.weight]
    this.#rest.classes.set(z * this.#plan.raster.bands.length + b, {
      values: values.slice(0, count).map((value) => value * scale + offset),
      cells: weights.slice(0, count).map((weight) => weight * perWeight),
    })
  }
}
