/** Numbers and text as bytes, for tables of millions of figures: printing a double to its last digit costs more than finding it. */

const GROUPS = new Uint8Array(40_000)
for (let n = 0, at = 0; n < 10_000; n++) for (const power of [1000, 100, 10, 1]) GROUPS[at++] = 48 + (Math.floor(n / power) % 10)

const DIGITS = 15
const POWERS = Array.from({ length: 23 }, (_, k) => 10 ** k)
const SMALLEST = 1e-4
const LARGEST = 1e15
/** More than any number takes. */
const ROOM = 40

/** Bytes that gather until `flush` takes them. */
export class Digits {
  readonly #flush: (bytes: Uint8Array) => void
  #buffer = Buffer.allocUnsafeSlow(1 << 20)
  #at = 0

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
    let rest = value
    if (rest < 0) {
      this.#buffer[this.#at++] = 45
      rest = -rest
    }
    let whole = Math.floor(rest)
    if (whole === rest && rest <= Number.MAX_SAFE_INTEGER) {
      this.#whole(whole)
      return
    }
    if (rest < SMALLEST || rest >= LARGEST) {
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
    this.#whole(whole)
    if (behind > 0) this.#behind(behind, places)
  }

  #whole(value: number): void {
    let groups = value
    const from = this.#at
    let length = value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : value < 10_000 ? 4 : Math.floor(Math.log10(value)) + 1
    // the logarithm of a number just below a power of ten may round up to it
    if (length < POWERS.length && value >= POWERS[length]) length++
    else if (length > 4 && value < POWERS[length - 1]) length--
    this.#at = from + length
    for (let at = this.#at; at > from; at -= 4) {
      const next = Math.floor(groups / 10_000)
      const group = 4 * (groups - next * 10_000)
      for (let k = 3; k >= 0 && at - 4 + k >= from; k--) this.#buffer[at - 4 + k] = GROUPS[group + k]
      groups = next
    }
  }

  #behind(value: number, places: number): void {
    this.#buffer[this.#at++] = 46
    const from = this.#at
    let groups = value
    for (let at = from + places; at > from; at -= 4) {
      const next = Math.floor(groups / 10_000)
      const group = 4 * (groups - next * 10_000)
      for (let k = 3; k >= 0 && at - 4 + k >= from; k--) this.#buffer[at - 4 + k] = GROUPS[group + k]
      groups = next
    }
    this.#at = from + places
    while (this.#buffer[this.#at - 1] === 48) this.#at--
  }

  #need(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return
    this.flush()
    if (bytes > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(bytes)
  }

  flush(): void {
    if (this.#at > 0) this.#flush(this.#buffer.subarray(0, this.#at))
    this.#at = 0
  }
}

/** Significant digits before the point; negative the zeros behind it. */
function digitsBefore(value: number, whole: number): number {
  if (whole === 0) return value >= 0.1 ? 0 : value >= 0.01 ? -1 : value >= 0.001 ? -2 : -3
  let digits = 1
  while (digits < DIGITS && whole >= POWERS[digits]) digits++
  return digits
}
