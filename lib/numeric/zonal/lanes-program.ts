/** The program of `lanes.ts`: what it does with eight samples at a time, or with partly covered cells of two bands at once. */
import {
  again, againIf, block, type Code, f64, f64x2, get, i16x8, i32, i32x4, i64Add, i64x2, loop, moduleOf, otherwise, type Routine, set, VALUE, v128, when,
} from './assembler.ts' // biome-ignore format: one line

export const MOST_RUNS = 1 << 12
export const MOST_CELLS = 1 << 13
export const MOST_BANDS = 256

// what lies where in the memory: first sixteen bytes of ones and sixteen of zeros, then a zone's coverage, then what is found, then samples
export const MASKS = 0
export const RUNS = 64
export const CELLS = RUNS + 8 * MOST_RUNS
export const FRACTIONS = CELLS + 4 * MOST_CELLS
export const FOUND = FRACTIONS + 8 * MOST_CELLS
export const FOUND_BYTES = 32
export const SAMPLES = FOUND + FOUND_BYTES * MOST_BANDS

const line = (...code: readonly Code[]): Code => code.flat()
const ZEROS = v128.const(Array(16).fill(0))

/** The locals of one band. */
type Band = {
  readonly base: number
  readonly about: number
  readonly min: number
  readonly max: number
  readonly first: number
  readonly second: number
}

/** Sums and extremes of every band over the runs and cells of a zone. */
function run(): Routine {
  // parameters: where the first band lies, bytes from band to band, how many, runs, partly covered cells, what turns a sample into a signed number
  const [base, stride, bands, runCount, cellCount, bias] = [0, 1, 2, 3, 4, 5]
  const [at, last, from, end, out, base2] = [6, 7, 8, 9, 10, 11]
  const [first, second, first2, second2, d64, weighted] = [12, 13, 14, 15, 16, 17]
  const [
    biases,
    about,
    min,
    max,
    about2,
    min2,
    max2,
    value,
    d,
    sum,
    sums,
    squares,
    pairs,
    both,
    least,
    most,
    doubles,
    weights,
    firsts,
    seconds,
  ] = Array.from({ length: 20 }, (_, i) => 18 + i)
  const locals = [...Array(6).fill(VALUE.i32), ...Array(6).fill(VALUE.f64), ...Array(20).fill(VALUE.v128)]
  const A: Band = { base, about, min, max, first, second }
  const B: Band = { base: base2, about: about2, min: min2, max: max2, first: first2, second: second2 }
  const ones = v128.const(Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? 1 : 0)))
  /** The address of the sample whose number lies at `pointer`. */
  const placeOf = (band: Band, pointer: Code): Code => line(get(band.base), pointer, i32.double, i32.add)
  const extremes = (low: number, high: number) =>
    line(get(low), get(value), i16x8.min, set(low), get(high), get(value), i16x8.max, set(high))
  const widened = (into: number, of: number) =>
    line(get(into), get(of), i64x2.lowOfI32, i64x2.add, get(of), i64x2.highOfI32, i64x2.add, set(into))
  const eight = (band: Band) =>
    line(
      extremes(band.min, band.max),
      line(get(value), get(band.about), i16x8.sub, set(d)),
      line(get(sum), get(d), ones, i32x4.dot, i32x4.add, set(sum)),
      line(get(d), get(d), i32x4.dot, set(pairs)),
      widened(squares, pairs),
    )
  const oneRun = (band: Band) =>
    line(
      line(placeOf(band, line(get(at), i32.load())), set(from), placeOf(band, line(get(at), i32.load(4))), set(end)),
      line(ZEROS, set(sum)),
      block(
        loop(
          line(get(end), get(from), i32.sub, i32.const(16), i32.below, againIf(1)),
          line(get(from), v128.load(), get(biases), v128.xor, set(value)),
          eight(band),
          line(get(from), i32.const(16), i32.add, set(from), again(0)),
        ),
      ),
      line(get(from), get(end), i32.below),
      when(
        // lanes past the end of the run become the value that all differences are from
        line(get(from), v128.load(), get(biases), v128.xor, get(band.about)),
        line(i32.const(MASKS + 16), get(end), get(from), i32.sub, i32.sub, v128.load(), v128.bitSelect, set(value)),
        eight(band),
      ),
      widened(sums, sum),
      line(get(at), i32.const(8), i32.add, set(at)),
    )
  const until = (body: Code) => block(loop(line(get(at), get(last), i32.below, i32.isZero, againIf(1)), body, again(0)))
  const total = (of: number) => line(get(of), i64x2.lane(0), get(of), i64x2.lane(1), i64Add, f64.fromI64)
  /** The value that differences are from, and the sums over all runs. */
  const runsOf = (band: Band) =>
    line(
      line(get(runCount), i32.isZero),
      when(i32.const(CELLS), i32.load(), set(at), otherwise, i32.const(RUNS), i32.load(), set(at)),
      line(placeOf(band, get(at)), v128.load16Splat(), get(biases), v128.xor, set(band.about)),
      line(get(band.about), set(band.min), get(band.about), set(band.max), ZEROS, set(sums), ZEROS, set(squares)),
      line(i32.const(RUNS), set(at), i32.const(RUNS), get(runCount), i32.double, i32.double, i32.double, i32.add, set(last)),
      until(oneRun(band)),
      line(total(sums), set(band.first), total(squares), set(band.second)),
    )
  const cellsFromFirst = line(i32.const(0), set(at), get(cellCount), i32.double, i32.double, set(last))
  const nextCell = line(get(at), i32.const(4), i32.add, set(at))
  const cellsOf = (band: Band) =>
    line(
      cellsFromFirst,
      until(
        line(
          line(placeOf(band, line(get(at), i32.load(CELLS))), v128.load16Splat(), get(biases), v128.xor, set(value)),
          extremes(band.min, band.max),
          line(get(value), get(band.about), i16x8.sub, i16x8.first, f64.fromI32, set(d64)),
          // fractions are twice as wide as numbers of cells
          line(get(at), i32.double, f64.load(FRACTIONS), get(d64), f64.mul, set(weighted)),
          line(get(band.first), get(weighted), f64.add, set(band.first)),
          line(get(band.second), get(weighted), get(d64), f64.mul, f64.add, set(band.second)),
          nextCell,
        ),
      ),
    )
  /** Lane 0 of one and lane 0 of another side by side. */
  const sideBySide = (left: number, right: number) => line(get(left), get(right), v128.shuffle([0, 1, 16, 17, ...Array(12).fill(0)]))
  const everywhere = (of: number, lane: number) =>
    line(get(of), get(of), v128.shuffle(Array.from({ length: 16 }, (_, i) => 2 * lane + (i % 2))))
  const inBothLanes = (left: number, right: number) => line(get(left), f64x2.splat, get(right), f64x2.withLane(1))
  /** The same for two bands, each in a lane of its own: their sums are those of `cellsOf` to the last bit. */
  const cellsOfBoth = line(
    line(sideBySide(A.about, B.about), set(both), get(both), set(least), get(both), set(most)),
    line(inBothLanes(A.first, B.first), set(firsts), inBothLanes(A.second, B.second), set(seconds)),
    cellsFromFirst,
    until(
      line(
        line(placeOf(B, line(get(at), i32.load(CELLS)))),
        line(placeOf(A, line(get(at), i32.load(CELLS))), v128.load16Splat(), v128.load16Lane(1), get(biases), v128.xor, set(value)),
        extremes(least, most),
        line(get(value), get(both), i16x8.sub, i32x4.lowOfI16, f64x2.lowOfI32, set(doubles)),
        line(get(at), i32.double, v128.load64Splat(FRACTIONS), get(doubles), f64x2.mul, set(weights)),
        line(get(firsts), get(weights), f64x2.add, set(firsts)),
        line(get(seconds), get(weights), get(doubles), f64x2.mul, f64x2.add, set(seconds)),
        nextCell,
      ),
    ),
    ...[A, B].map((band, lane) =>
      line(
        line(
          get(band.min),
          everywhere(least, lane),
          i16x8.min,
          set(band.min),
          get(band.max),
          everywhere(most, lane),
          i16x8.max,
          set(band.max),
        ),
        line(get(firsts), f64x2.lane(lane), set(band.first), get(seconds), f64x2.lane(lane), set(band.second)),
      ),
    ),
  )
  /** The extreme of eight lanes in all of them: with the other half, the other pair, the neighbour. */
  const across = (of: number, extreme: Code) =>
    [8, 4, 2].flatMap((step) =>
      line(get(of), get(of), get(of), v128.shuffle(Array.from({ length: 16 }, (_, i) => (i + step) % 16)), extreme, set(of)),
    )
  const told = (band: Band) =>
    line(
      across(band.min, i16x8.min),
      across(band.max, i16x8.max),
      line(get(out), get(band.first), f64.store(0), get(out), get(band.second), f64.store(8)),
      line(get(out), get(band.min), i16x8.first, i32.store(16), get(out), get(band.max), i16x8.first, i32.store(20)),
      line(get(out), get(band.about), i16x8.first, i32.store(24)),
      line(get(out), i32.const(FOUND_BYTES), i32.add, set(out)),
    )
  return {
    name: 'run',
    parameters: 6,
    locals,
    body: [
      line(get(bias), i16x8.splat, set(biases), i32.const(FOUND), set(out)),
      block(
        loop(
          line(get(bands), i32.const(2), i32.below, againIf(1)),
          line(get(base), get(stride), i32.add, set(base2)),
          line(runsOf(A), runsOf(B), cellsOfBoth, told(A), told(B)),
          line(get(base2), get(stride), i32.add, set(base)),
          line(get(bands), i32.const(2), i32.sub, set(bands), again(0)),
        ),
      ),
      get(bands),
      when(runsOf(A), cellsOf(A), told(A)),
    ],
  }
}

/** Each sample of a row becomes the sum of all before it. */
function sumRows(): Routine {
  const [row, columns, rows, stride] = [0, 1, 2, 3]
  const [at, left] = [4, 5]
  const [samples, carry] = [6, 7]
  const shifted = (bytes: number) => v128.shuffle(Array.from({ length: 16 }, (_, i) => (i < bytes ? 16 + i : i - bytes)))
  const withThoseBefore = [2, 4, 8].flatMap((bytes) => line(get(samples), ZEROS, shifted(bytes), get(samples), i16x8.add, set(samples)))
  const lastEverywhere = v128.shuffle(Array.from({ length: 16 }, (_, i) => 14 + (i % 2)))
  return {
    name: 'sumRows',
    parameters: 4,
    locals: [VALUE.i32, VALUE.i32, VALUE.v128, VALUE.v128],
    body: [
      block(
        loop(
          line(get(rows), i32.isZero, againIf(1)),
          line(get(row), set(at), get(columns), set(left), ZEROS, set(carry)),
          block(
            loop(
              line(get(left), i32.const(8), i32.below, againIf(1)),
              line(get(at), v128.load(), set(samples)),
              withThoseBefore,
              line(get(samples), get(carry), i16x8.add, set(samples)),
              line(get(at), get(samples), v128.store()),
              line(get(samples), get(samples), lastEverywhere, set(carry)),
              line(get(at), i32.const(16), i32.add, set(at), get(left), i32.const(8), i32.sub, set(left), again(0)),
            ),
          ),
          block(
            loop(
              line(get(left), i32.isZero, againIf(1)),
              line(get(carry), get(at), v128.load16Splat(), i16x8.add, set(carry)),
              line(get(at), get(carry), i16x8.first, i32.store16()),
              line(get(at), i32.const(2), i32.add, set(at), get(left), i32.const(1), i32.sub, set(left), again(0)),
            ),
          ),
          line(get(row), get(stride), i32.add, set(row), get(rows), i32.const(1), i32.sub, set(rows), again(0)),
        ),
      ),
    ],
  }
}

export const lanesProgram = (): Uint8Array<ArrayBuffer> => moduleOf([run(), sumRows()])
