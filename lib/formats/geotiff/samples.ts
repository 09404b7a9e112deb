/** Sample types, and from decompressed bytes to numbers: byte order, predictors, packed bits. */

export type Samples = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array

/** What a sample is in the file. 64-bit integers are handed on as doubles (exact to 2^53), half floats as floats, odd bits in the next wider integer. */
export type SampleType = 'uint8' | 'int8' | 'uint16' | 'int16' | 'uint32' | 'int32' | 'uint64' | 'int64' | 'float16' | 'float32' | 'float64'

type Kind = 'uint' | 'int' | 'float'

/** The type of `bits` wide samples of a kind; null where there is none that we read. */
export function sampleTypeOf(kind: Kind, bits: number): SampleType | null {
  if (kind === 'uint' && bits >= 1 && bits < 16) return bits <= 8 ? 'uint8' : 'uint16'
  const found = `${kind}${bits}`
  return found in ARRAYS ? (found as SampleType) : null
}

const ARRAYS = {
  uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, int16: Int16Array, uint32: Uint32Array, int32: Int32Array,
  uint64: Float64Array, int64: Float64Array, float16: Float32Array, float32: Float32Array, float64: Float64Array,
} // biome-ignore format: a table

/** An array for `length` samples of a type. */
export const samplesFor = (type: SampleType, length: number): Samples => new ARRAYS[type](length)

/** How the samples of one block lie in its bytes. */
export type BlockLayout = {
  readonly type: SampleType
  readonly bits: number
  readonly little: boolean
  readonly predictor: number
  /** Samples per row. */
  readonly columns: number
  /** Samples of one cell that lie side by side: 1 where every band has blocks of its own. */
  readonly perCell: number
  readonly bytesPerRow: number
}

const LITTLE_MACHINE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/**
 * All samples of the first `rows` rows, `columns · perCell` to a row. Changes `bytes` in place and, where it can, answers with a view of them.
 * Predictor 2 sums along a row sample by sample, 3 byte by byte over planes of equal significance (TIFF 6.0 §14; Adobe Photoshop TIFF note 3).
 */
export function unpackBlock(bytes: Uint8Array, rows: number, layout: BlockLayout): Samples {
  const { type, bits, columns, perCell, predictor, little } = layout
  const perRow = columns * perCell
  if (bits < 8 || bits % 8 !== 0) return unpackBits(bytes, rows, layout)
  const width = bits / 8
  const length = rows * perRow
  if (predictor === 3) {
    undoBytePlanes(bytes, rows, perRow, perCell, width)
    return numbersOf(aligned(bytes, length * width), type, length)
  }
  if (width > 1 && little !== LITTLE_MACHINE) swapBytes(bytes, width, length)
  const plain = aligned(bytes, length * width)
  if (predictor === 2) sumAlongRows(plain, width, rows, perRow, perCell)
  return numbersOf(plain, type, length)
}

/** Rows and columns of a block that are wanted, and where the first of them goes. */
type Part = {
  readonly firstRow: number
  readonly endRow: number
  readonly firstColumn: number
  readonly endColumn: number
  readonly to: number
}

/**
 * The commonest kind of block, 16 bits with predictor 2 and bands apart, summed on its way into `into` (rows of `stride` samples): one pass instead of
 * two. False where the block is of another kind.
 */
export function sumsInPlace(bytes: Uint8Array, layout: BlockLayout, part: Part, into: Samples, stride: number): boolean {
  const { bits, predictor, little, perCell, columns } = layout
  if (bits !== 16 || predictor !== 2 || perCell !== 1 || little !== LITTLE_MACHINE || bytes.byteOffset % 2 !== 0) return false
  const differences = new Uint16Array(bytes.buffer, bytes.byteOffset, part.endRow * columns)
  if (into instanceof Uint16Array) sumRowsInto(differences, columns, part, into, stride)
  else if (into instanceof Int16Array) sumRowsInto(differences, columns, part, into, stride)
  else return false
  return true
}

/** Undoes predictor 2 in samples of 16 bits: `rows` rows of `columns` from `from` on, `stride` samples from row to row, become sums along the row modulo 2^16. */
export type SumRows = (samples: Samples, from: number, columns: number, rows: number, stride: number) => void

/** As `sumsInPlace`, by what the caller has for it: for machines that sum eight samples at a time. */
export function differencesInto(bytes: Uint8Array, layout: BlockLayout, part: Part, into: Samples, stride: number, sums: SumRows): boolean {
  const { bits, predictor, little, perCell, columns } = layout
  const { firstRow, endRow, firstColumn, endColumn, to } = part
  if (bits !== 16 || predictor !== 2 || perCell !== 1 || little !== LITTLE_MACHINE || bytes.byteOffset % 2 !== 0 || firstColumn !== 0)
    return false
  const rows = endRow - firstRow
  const differences = new Uint16Array(bytes.buffer, bytes.byteOffset + 2 * firstRow * columns, rows * columns)
  if (endColumn === columns && stride === columns) into.set(differences, to)
  else for (let r = 0; r < rows; r++) into.set(differences.subarray(r * columns, r * columns + endColumn), to + r * stride)
  sums(into, to, endColumn, rows, stride)
  return true
}

function sumRowsInto(
  differences: Uint16Array,
  columns: number,
  { firstRow, endRow, firstColumn, endColumn, to }: Part,
  into: Uint16Array | Int16Array,
  stride: number,
): void {
  for (let r = firstRow, row = to; r < endRow; r++, row += stride) {
    let sum = 0
    let i = r * columns
    for (const first = i + firstColumn; i < first; i++) sum = (sum + differences[i]) | 0
    for (let k = row, end = row + endColumn - firstColumn; k < end; k++) {
      sum = (sum + differences[i++]) | 0
      into[k] = sum // storing takes it modulo the width
    }
  }
}

/** Typed arrays begin at multiples of their width; bytes that do not are copied. */
function aligned(bytes: Uint8Array, length: number): Uint8Array {
  return bytes.byteOffset % 8 === 0 ? bytes.subarray(0, length) : bytes.slice(0, length)
}

function numbersOf(bytes: Uint8Array, type: SampleType, length: number): Samples {
  const { buffer, byteOffset } = bytes
  if (type === 'uint64') return Float64Array.from(new BigUint64Array(buffer, byteOffset, length), Number)
  if (type === 'int64') return Float64Array.from(new BigInt64Array(buffer, byteOffset, length), Number)
  if (type === 'float16') return Float32Array.from(new Uint16Array(buffer, byteOffset, length), halfFloat)
  return new (ARRAYS[type] as new (buffer: ArrayBufferLike, from: number, length: number) => Samples)(buffer, byteOffset, length)
}

/** IEEE 754 binary16. */
function halfFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 31
  const fraction = half & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

function swapBytes(bytes: Uint8Array, width: number, length: number): void {
  for (let i = 0, end = Math.min(length * width, bytes.length - (bytes.length % width)); i < end; i += width) {
    for (let a = i, b = i + width - 1; a < b; a++, b--) {
      const held = bytes[a]
      bytes[a] = bytes[b]
      bytes[b] = held
    }
  }
}

/** Each sample is the difference from its neighbour on the left, modulo its width. */
function sumAlongRows(bytes: Uint8Array, width: number, rows: number, perRow: number, perCell: number): void {
  const { buffer, byteOffset } = bytes
  const length = rows * perRow
  if (width === 8) {
    const all = new BigUint64Array(buffer, byteOffset, length)
    for (let r = 0; r < rows; r++) for (let i = r * perRow + perCell; i < (r + 1) * perRow; i++) all[i] += all[i - perCell]
  } else if (width === 4) sumRows(new Uint32Array(buffer, byteOffset, length), rows, perRow, perCell)
  else if (width === 2) sumRows(new Uint16Array(buffer, byteOffset, length), rows, perRow, perCell)
  else sumRows(bytes, rows, perRow, perCell)
}

function sumRows(all: Uint8Array | Uint16Array | Uint32Array, rows: number, perRow: number, perCell: number): void {
  if (perCell > 1) {
    for (let r = 0; r < rows; r++) for (let i = r * perRow + perCell; i < (r + 1) * perRow; i++) all[i] += all[i - perCell]
    return
  }
  for (let r = 0; r < rows; r++) {
    let sum = 0
    for (let i = r * perRow, end = i + perRow; i < end; i++) {
      sum = (sum + all[i]) | 0 // storing takes it modulo the width
      all[i] = sum
    }
  }
}

let row = new Uint8Array(0)

function undoBytePlanes(bytes: Uint8Array, rows: number, perRow: number, perCell: number, width: number): void {
  const bytesPerRow = perRow * width
  if (row.length < bytesPerRow) row = new Uint8Array(bytesPerRow)
  for (let r = 0; r < rows; r++) {
    const at = r * bytesPerRow
    for (let i = 0; i < bytesPerRow; i++) row[i] = i < perCell ? bytes[at + i] : bytes[at + i] + row[i - perCell]
    // the first plane holds the most significant bytes
    for (let plane = 0; plane < width; plane++) {
      const to = LITTLE_MACHINE ? width - 1 - plane : plane
      for (let i = 0, p = plane * perRow; i < perRow; i++) bytes[at + i * width + to] = row[p + i]
    }
  }
}

/** Samples of 1 to 15 bits, most significant bit first, each row from a byte of its own. */
function unpackBits(bytes: Uint8Array, rows: number, { type, bits, columns, perCell, bytesPerRow }: BlockLayout): Samples {
  const perRow = columns * perCell
  const out = samplesFor(type, rows * perRow)
  for (let r = 0, k = 0; r < rows; r++) {
    let held = 0
    let have = 0
    let at = r * bytesPerRow
    for (let i = 0; i < perRow; i++) {
      while (have < bits) {
        held = ((held << 8) | bytes[at++]) & 0xffffff
        have += 8
      }
      have -= bits
      out[k++] = (held >>> have) & ((1 << bits) - 1)
    }
  }
  return out
}
