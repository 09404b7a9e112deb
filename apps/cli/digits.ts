/** Numbers and text as bytes, for tables of millions of figures: printing a double to its last digit costs more than finding it. */

/** The four digits of every number below 10,000, as they lie in a big-endian word. */
const GROUPS = Uint32Array.from({ length: 10_000 }, (_, n) =>
  [1000, 100, 10, 1].reduce((word, power) => word * 256 + 48 + (Math.floor(n / power) % 10), 0),
)

const DIGITS = 15
const POWERS = Array.from({ length: 23 }, (_, k) => 10 ** k)
const SMALLEST = 1e-4
const LARGEST = 1e15
/** More than any number takes. */
const ROOM = 40
const ZERO = 48
const MINUS = 45
const POINT = 46
const HALF = 100_000_000

/** Bytes that gather until `flush` takes them. */
export class Digits {
  readonly #flush: (bytes: Uint8Array) => void
  #buffer = Buffer.allocUnsafeSlow(1 << 20)
  #view = new DataView(this.#buffer.buffer)
  #at = 0
  #held = Number.NaN
  readonly #heldBytes = new Uint8Array(ROOM)
  #heldLength = 0

  constructor(flush: (bytes: Uint8Array) => void) {
    this.#flush = flush
  }

  text(text: string): void {
    this.#need(3 * text.length)
    this.#at += this.#buffer.write(text, this.#at, 'utf8')
  }

  byte(byte: number): void {
    this.#need(1)
    this.#buffer[this.#at++] = byte
  }

  /** Fifteen significant digits without trailing zeros, the last right within one; whole numbers to 2^53 in full. Finite numbers only. */
  number(value: number): void {
    this.#need(ROOM)
    const buffer = this.#buffer
    let at = this.#at
    let rest = value
    if (rest < 0) {
      buffer[at++] = MINUS
      rest = -rest
    }
    let whole = Math.floor(rest)
    if (whole === rest && rest <= Number.MAX_SAFE_INTEGER) {
      this.#at = writeWhole(buffer, this.#view, at, whole)
      return
    }
    if (rest < SMALLEST || rest >= LARGEST) {
      this.#at = at
      this.text(String(rest)) // rare: as long as it takes
      return
    }
    // what stands behind the point, exact in a double, becomes a whole number of as many digits as are left
    const places = DIGITS - digitsBefore(rest, whole)
    let behind = Math.round((rest - whole) * POWERS[places])
    if (behind >= POWERS[places]) {
      behind = 0
      whole++
    }
    at = writeWhole(buffer, this.#view, at, whole)
    if (behind > 0) {
      buffer[at++] = POINT
      at = writeDigits(buffer, this.#view, at, behind, places)
      while (buffer[at - 1] === ZERO) at--
    }
    this.#at = at
  }

  /** As `number`, for a figure that often comes again: one that is the last of these is not made anew. */
  repeated(value: number): void {
    this.#need(ROOM)
    const from = this.#at
    if (value === this.#held) {
      for (let i = 0; i < this.#heldLength; i++) this.#buffer[from + i] = this.#heldBytes[i]
      this.#at = from + this.#heldLength
      return
    }
    this.number(value)
    this.#held = value
    this.#heldLength = this.#at - from
    for (let i = 0; i < this.#heldLength; i++) this.#heldBytes[i] = this.#buffer[from + i]
  }

  #need(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return
    this.flush()
    if (bytes <= this.#buffer.length) return
    this.#buffer = Buffer.allocUnsafeSlow(bytes)
    this.#view = new DataView(this.#buffer.buffer)
  }

  flush(): void {
    if (this.#at > 0) this.#flush(this.#buffer.subarray(0, this.#at))
    this.#at = 0
  }
}

/** A whole number ≥ 0. Returns the place behind it. */
function writeWhole(buffer: Uint8Array, view: DataView, at: number, value: number): number {
  if (value < 10) {
    buffer[at] = ZERO + value
    return at + 1
  }
  let length = 2
  while (length < POWERS.length && value >= POWERS[length]) length++
  return writeDigits(buffer, view, at, value, length)
}

/** Exactly `length` digits of a whole number below 2^53, zeros in front. Returns the place behind them. */
function writeDigits(buffer: Uint8Array, view: DataView, at: number, value: number, length: number): number {
  const end = at + length
  let to = end
  let high = value
  // eight digits at a time are whole numbers of 32 bits, which divide many times faster than doubles
  while (to - at > 8) {
    const next = Math.floor(high / HALF)
    const low = (high - next * HALF) | 0
    const upper = (low / 10_000) | 0
    view.setUint32(to - 4, GROUPS[low - upper * 10_000])
    view.setUint32(to - 8, GROUPS[upper])
    to -= 8
    high = next
  }
  let low = high | 0
  for (; to - at >= 4; to -= 4) {
    const upper = (low / 10_000) | 0
    view.setUint32(to - 4, GROUPS[low - upper * 10_000])
    low = upper
  }
  for (; to > at; ) {
    const upper = (low / 10) | 0
    buffer[--to] = ZERO + low - upper * 10
    low = upper
  }
  return end
}

/** Significant digits before the point; negative the zeros behind it. */
function digitsBefore(value: number, whole: number): number {
  if (whole === 0) return value >= 0.1 ? 0 : value >= 0.01 ? -1 : value >= 0.001 ? -2 : -3
  let digits = 1
  while (digits < DIGITS && whole >= POWERS[digits]) digits++
  return digits
}
