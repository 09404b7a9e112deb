/**
 * Moments of 16-bit samples, eight cells at a time and for all bands of a zone in one call: WebAssembly with 128-bit lanes, assembled here. Two thirds of
 * the arithmetic of a scene of ten bands is saved by it. Samples that lie in `memory` are measured so, all others by `moments.ts`, with the same
 * sums to the last bit: differences from the first value and their squares are whole numbers, and partly covered cells are added in the same order.
 */
import type { Coverage } from './coverage.ts'
import {
  CELLS,
  FOUND,
  FOUND_BYTES,
  FRACTIONS,
  lanesProgram,
  MASKS,
  MOST_BANDS,
  MOST_CELLS,
  MOST_RUNS,
  RUNS,
  SAMPLES,
} from './lanes-program.ts'

export type Shorts = Uint16Array<ArrayBuffer> | Int16Array<ArrayBuffer>

/** A run's sums of pairs of differences stay within 32 bits. */
const LONGEST_RUN = 1 << 14
/** Differences have 15 bits and a sign. */
const WIDEST_RANGE = 32_767
const MOST_BYTES = 1 << 28
const PAGE = 1 << 16
/** The last run may be read sixteen bytes too far. */
const BEHIND = 16

/** What `Lanes.measure` finds of a band: Σ w d and Σ w d² of differences from `about`. */
export type Found = { first: number; second: number; min: number; max: number; about: number }

/** Each worker has its own; null where the machine has no lanes. */
export function lanesOrNone(): Lanes | null {
  try {
    const memory = new WebAssembly.Memory({ initial: Math.ceil(SAMPLES / PAGE) })
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(lanesProgram()), { env: { memory } })
    return new Lanes(memory, exports as Program)
  } catch {
    return null
  }
}

type Program = {
  readonly run: (base: number, stride: number, bands: number, runs: number, cells: number, bias: number) => void
  readonly sumRows: (from: number, columns: number, rows: number, stride: number) => void
}

export class Lanes {
  readonly #memory: WebAssembly.Memory
  readonly #program: Program
  #integers: Int32Array
  #doubles: Float64Array
  #samples: readonly Shorts[] = []
  #stride = 0
  #bias = 0

  constructor(memory: WebAssembly.Memory, program: Program) {
    this.#memory = memory
    this.#program = program
    this.#integers = new Int32Array(memory.buffer)
    this.#doubles = new Float64Array(memory.buffer)
    new Uint8Array(memory.buffer).fill(255, MASKS, MASKS + 16)
  }

  /** Arrays for the samples of a window, good until the next call; null where there are too many. */
  room(type: 'uint16' | 'int16', bandCount: number, cellCount: number): readonly Shorts[] | null {
    const stride = 16 * Math.ceil(cellCount / 8)
    const bytes = SAMPLES + bandCount * stride + BEHIND
    if (bandCount > MOST_BANDS || bytes > MOST_BYTES) return null
    const missing = bytes - this.#memory.buffer.byteLength
    if (missing > 0) {
      this.#memory.grow(Math.ceil(missing / PAGE))
      this.#integers = new Int32Array(this.#memory.buffer)
      this.#doubles = new Float64Array(this.#memory.buffer)
    }
    const { buffer } = this.#memory
    this.#stride = stride
    this.#bias = type === 'uint16' ? 0x8000 : 0
    this.#samples = Array.from({ length: bandCount }, (_, b) =>
      type === 'uint16'
        ? new Uint16Array(buffer, SAMPLES + b * stride, cellCount)
        : new Int16Array(buffer, SAMPLES + b * stride, cellCount),
    )
    return this.#samples
  }

  /**
   * In an array of `room`: `rows` rows of `columns` samples, the first at `from`, `stride` samples from row to row, each the difference from the one before it
   * in its row, become the samples (modulo 2^16: predictor 2 of TIFF).
   */
  sumRows(samples: Shorts, from: number, columns: number, rows: number, stride: number): void {
    if (samples.buffer !== this.#memory.buffer) throw new Error('expected samples of the room given last')
    this.#program.sumRows(samples.byteOffset + 2 * from, columns, rows, 2 * stride)
  }

  /** Measures a zone in all bands; false where `bands` are not those of `room`, or the zone is too large. */
  measure(bands: readonly ArrayLike<number>[], { runs, runCount, cells, fractions, cellCount, width }: Coverage): boolean {
    if (bands !== this.#samples || runCount > MOST_RUNS || cellCount > MOST_CELLS || width > LONGEST_RUN) return false
    const integers = this.#integers
    const doubles = this.#doubles
    for (let i = 0, to = RUNS / 4; i < 2 * runCount; i++) integers[to + i] = runs[i]
    for (let i = 0, to = CELLS / 4; i < cellCount; i++) integers[to + i] = cells[i]
    for (let i = 0, to = FRACTIONS / 8; i < cellCount; i++) doubles[to + i] = fractions[i]
    this.#program.run(SAMPLES, this.#stride, bands.length, runCount, cellCount, this.#bias)
    return true
  }

  /** What was found in a band of the zone measured last; false where its values lie too far from each other for differences of 16 bits. */
  found(band: number, into: Found): boolean {
    const at = (FOUND + FOUND_BYTES * band) / 4
    const min = this.#integers[at + 4]
    const max = this.#integers[at + 5]
    if (max - min > WIDEST_RANGE) return false
    into.first = this.#doubles[at / 2]
    into.second = this.#doubles[at / 2 + 1]
    into.min = min + this.#bias
    into.max = max + this.#bias
    into.about = this.#integers[at + 6] + this.#bias
    return true
  }
}
