/**
 * Moments of 16-bit samples, eight cells at a time and for all bands of a zone in one call: WebAssembly with 128-bit lanes, assembled here. Two thirds of
 * the arithmetic of a scene of ten bands is saved by it. Samples that lie in `memory` are measured so, all others by `moments.ts`, with the same
 * sums to the last bit: differences from the first value and their squares are whole numbers, and partly covered cells are added in the same order.
 */
import {
  again, againIf, block, type Code, f64, get, i16x8, i32, i32x4, i64Add, i64x2, loop, moduleOf, otherwise, set, VALUE, v128, when,
} from './assembler.ts' // biome-ignore format: one line
import type { Coverage } from './coverage.ts'

type Shorts = Uint16Array<ArrayBuffer> | Int16Array<ArrayBuffer>

const MOST_RUNS = 1 << 12
const MOST_CELLS = 1 << 13
/** A run's sums of pairs of differences stay within 32 bits. */
const LONGEST_RUN = 1 << 14
/** Differences have 15 bits and a sign. */
const WIDEST_RANGE = 32_767
const MOST_BANDS = 256
const MOST_BYTES = 1 << 28
const PAGE = 1 << 16

// what lies where in the memory: first sixteen bytes of ones and sixteen of zeros, then a zone's coverage, then what is found, then samples
const MASKS = 0
const RUNS = 64
const CELLS = RUNS + 8 * MOST_RUNS
const FRACTIONS = CELLS + 4 * MOST_CELLS
const FOUND = FRACTIONS + 8 * MOST_CELLS
const FOUND_BYTES = 32
const SAMPLES = FOUND + FOUND_BYTES * MOST_BANDS
/** The last run may be read sixteen bytes too far. */
const BEHIND = 16

/** What `Lanes.measure` finds of a band: Σ w d and Σ w d² of differences from `about`. */
export type Found = { first: number; second: number; min: number; max: number; about: number }

/** Each worker has its own; null where the machine has no lanes. */
export function lanesOrNone(): Lanes | null {
  try {
    const memory = new WebAssembly.Memory({ initial: Math.ceil(SAMPLES / PAGE) })
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(program()), { env: { memory } })
    return new Lanes(memory, exports.run as Run)
  } catch {
    return null
  }
}

type Run = (base: number, stride: number, bands: number, runs: number, cells: number, bias: number) => void

export class Lanes {
  readonly #memory: WebAssembly.Memory
  readonly #run: Run
  #integers: Int32Array
  #doubles: Float64Array
  #samples: readonly Shorts[] = []
  #stride = 0
  #bias = 0

  constructor(memory: WebAssembly.Memory, run: Run) {
    this.#memory = memory
    this.#run = run
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

  /** Measures a zone in all bands; false where `bands` are not those of `room`, or the zone is too large. */
  measure(bands: readonly ArrayLike<number>[], { runs, runCount, cells, fractions, cellCount, width }: Coverage): boolean {
    if (bands !== this.#samples || runCount > MOST_RUNS || cellCount > MOST_CELLS || width > LONGEST_RUN) return false
    const integers = this.#integers
    const doubles = this.#doubles
    for (let i = 0, to = RUNS / 4; i < 2 * runCount; i++) integers[to + i] = runs[i]
    for (let i = 0, to = CELLS / 4; i < cellCount; i++) integers[to + i] = cells[i]
    for (let i = 0, to = FRACTIONS / 8; i < cellCount; i++) doubles[to + i] = fractions[i]
    this.#run(SAMPLES, this.#stride, bands.length, runCount, cellCount, this.#bias)
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

function program(): Uint8Array<ArrayBuffer> {
  // parameters: where the first band lies, bytes from band to band, how many, runs, partly covered cells, what turns a sample into a signed number
  const [base, stride, bands, runCount, cellCount, bias] = [0, 1, 2, 3, 4, 5]
  const [at, last, from, end, out] = [6, 7, 8, 9, 10]
  const [first, second, d64, weighted] = [11, 12, 13, 14]
  const [biases, about, min, max, value, d, sum, sums, squares, pairs] = [15, 16, 17, 18, 19, 20, 21, 22, 23, 24]
  const locals = [...Array(5).fill(VALUE.i32), ...Array(4).fill(VALUE.f64), ...Array(10).fill(VALUE.v128)]
  const zeros = v128.const(Array(16).fill(0))
  const ones = v128.const(Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? 1 : 0)))
  const line = (...code: readonly Code[]): Code => code.flat()
  /** The address of the sample whose number lies at `pointer`. */
  const placeOf = (pointer: Code): Code => line(get(base), pointer, i32.double, i32.add)
  const extremes = line(get(min), get(value), i16x8.min, set(min), get(max), get(value), i16x8.max, set(max))
  const widened = (into: number, of: number) =>
    line(get(into), get(of), i64x2.lowOfI32, i64x2.add, get(of), i64x2.highOfI32, i64x2.add, set(into))
  const eight = line(
    extremes,
    line(get(value), get(about), i16x8.sub, set(d)),
    line(get(sum), get(d), ones, i32x4.dot, i32x4.add, set(sum)),
    line(get(d), get(d), i32x4.dot, set(pairs)),
    widened(squares, pairs),
  )
  const oneRun = line(
    line(placeOf(line(get(at), i32.load())), set(from), placeOf(line(get(at), i32.load(4))), set(end)),
    line(zeros, set(sum)),
    block(
      loop(
        line(get(end), get(from), i32.sub, i32.const(16), i32.below, againIf(1)),
        line(get(from), v128.load(), get(biases), v128.xor, set(value)),
        eight,
        line(get(from), i32.const(16), i32.add, set(from), again(0)),
      ),
    ),
    line(get(from), get(end), i32.below),
    when(
      // lanes past the end of the run become the value that all differences are from
      line(get(from), v128.load(), get(biases), v128.xor, get(about)),
      line(i32.const(MASKS + 16), get(end), get(from), i32.sub, i32.sub, v128.load(), v128.bitSelect, set(value)),
      eight,
    ),
    widened(sums, sum),
    line(get(at), i32.const(8), i32.add, set(at)),
  )
  const oneCell = line(
    line(placeOf(line(get(at), i32.load(CELLS))), v128.load16Splat(), get(biases), v128.xor, set(value)),
    extremes,
    line(get(value), get(about), i16x8.sub, i16x8.first, f64.fromI32, set(d64)),
    // fractions are twice as wide as numbers of cells
    line(get(at), i32.double, f64.load(FRACTIONS), get(d64), f64.mul, set(weighted)),
    line(get(first), get(weighted), f64.add, set(first)),
    line(get(second), get(weighted), get(d64), f64.mul, f64.add, set(second)),
    line(get(at), i32.const(4), i32.add, set(at)),
  )
  const until = (body: Code) => block(loop(line(get(at), get(last), i32.below, i32.isZero, againIf(1)), body, again(0)))
  const total = (of: number) => line(get(of), i64x2.lane(0), get(of), i64x2.lane(1), i64Add, f64.fromI64)
  /** The extreme of eight lanes in all of them: with the other half, the other pair, the neighbour. */
  const across = (of: number, extreme: Code) =>
    [8, 4, 2].flatMap((step) =>
      line(get(of), get(of), get(of), v128.shuffle(Array.from({ length: 16 }, (_, i) => (i + step) % 16)), extreme, set(of)),
    )
  const oneBand = line(
    line(get(runCount), i32.isZero),
    when(i32.const(CELLS), i32.load(), set(at), otherwise, i32.const(RUNS), i32.load(), set(at)),
    line(placeOf(get(at)), v128.load16Splat(), get(biases), v128.xor, set(about)),
    line(get(about), set(min), get(about), set(max), zeros, set(sums), zeros, set(squares)),
    line(i32.const(RUNS), set(at), i32.const(RUNS), get(runCount), i32.double, i32.double, i32.double, i32.add, set(last)),
    until(oneRun),
    line(total(sums), set(first), total(squares), set(second)),
    line(i32.const(0), set(at), get(cellCount), i32.double, i32.double, set(last)),
    until(oneCell),
    across(min, i16x8.min),
    across(max, i16x8.max),
    line(get(out), get(first), f64.store(0), get(out), get(second), f64.store(8)),
    line(get(out), get(min), i16x8.first, i32.store(16), get(out), get(max), i16x8.first, i32.store(20)),
    line(get(out), get(about), i16x8.first, i32.store(24)),
  )
  return moduleOf(6, locals, [
    line(get(bias), i16x8.splat, set(biases), i32.const(FOUND), set(out)),
    block(
      loop(
        line(get(bands), i32.isZero, againIf(1)),
        oneBand,
        line(get(out), i32.const(FOUND_BYTES), i32.add, set(out), get(base), get(stride), i32.add, set(base)),
        line(get(bands), i32.const(1), i32.sub, set(bands), again(0)),
      ),
    ),
  ])
}
