/** Bytes that grow, numbers as varints (seven bits a byte, the lowest first), and the way back. */

const utf8 = new TextEncoder()
const fromUtf8 = new TextDecoder()

export class Bytes {
  #bytes = new Uint8Array(1 << 12)
  length = 0

  #room(more: number) {
    if (this.length + more <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.length + more))
    grown.set(this.#bytes.subarray(0, this.length))
    this.#bytes = grown
  }
  varint(value: number) {
    this.#room(10)
    const bytes = this.#bytes
    let left = value
    while (left > 0x7fffffff) {
      bytes[this.length++] = (left % 0x80) | 0x80
      left = Math.floor(left / 0x80)
    }
    while (left > 0x7f) {
      bytes[this.length++] = (left & 0x7f) | 0x80
      left >>>= 7
    }
    bytes[this.length++] = left
  }
  zigzag(value: number) {
    this.varint(((value << 1) ^ (value >> 31)) >>> 0)
  }
  /** A whole number of up to 52 bits with its sign. */
  signed(value: number) {
    this.varint(value >= 0 ? 2 * value : -2 * value - 1)
  }
  float64(value: number) {
    this.#room(8)
    new DataView(this.#bytes.buffer).setFloat64(this.length, value, true)
    this.length += 8
  }
  raw(bytes: Uint8Array) {
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.length)
    this.length += bytes.length
  }
  /** All that the other holds; short runs are faster by hand. */
  join(other: Bytes) {
    const n = other.length
    this.#room(n)
    if (n > 64) this.#bytes.set(other.view(), this.length)
    else for (let i = 0, at = this.length, bytes = this.#bytes, from = other.#bytes; i < n; i++) bytes[at + i] = from[i]
    this.length += n
  }
  /** A protocol buffer's field that holds bytes: its key, their length, they themselves. */
  field(number: number, bytes: Uint8Array) {
    this.varint(8 * number + 2)
    this.varint(bytes.length)
    this.raw(bytes)
  }
  text(number: number, text: string) {
    this.field(number, utf8.encode(text))
  }
  uint(number: number, value: number) {
    this.varint(8 * number)
    this.varint(value)
  }
  /** A length and the text. */
  word(text: string) {
    const bytes = utf8.encode(text)
    this.varint(bytes.length)
    this.raw(bytes)
  }
  /** Good until the next byte is written. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.length)
  }
}

/** How many bytes a varint takes. */
export function varintLength(value: number): number {
  let length = 1
  for (let left = value; left > 0x7f; left = Math.floor(left / 0x80)) length++
  return length
}

/** Reads what `Bytes` wrote. Bytes that end too soon are a fault: nobody else writes what this reads. */
export class Reading {
  readonly #bytes: Uint8Array
  at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  varint(): number {
    const bytes = this.#bytes
    let byte = bytes[this.at++]
    if (byte < 0x80) return byte
    let value = byte & 0x7f
    let scale = 0x80
    do {
      if (this.at >= bytes.length) throw new RangeError('a packed tile ends within a number')
      byte = bytes[this.at++]
      value += (byte & 0x7f) * scale
      scale *= 0x80
    } while (byte >= 0x80)
    return value
  }
  zigzag(): number {
    const value = this.varint()
    return (value >>> 1) ^ -(value & 1)
  }
  signed(): number {
    const value = this.varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }
  word(): string {
    const length = this.varint()
    const text = fromUtf8.decode(this.#bytes.subarray(this.at, this.at + length))
    this.at += length
    return text
  }
}
