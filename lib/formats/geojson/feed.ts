/** A JSON file read forward, value by value: each value is held whole, the file never is. */
import { readSync } from 'node:fs'
import { endOfValue, isBlank, NotJson } from './scan.ts'

const CHUNK = 1 << 20
/** A single value of more than this is refused. */
export const VALUE_BYTES = 256 << 20

/** Thrown when one value is larger than we hold. */
export class TooLarge {}

export class Feed {
  buffer: Buffer = Buffer.alloc(CHUNK)
  /** Index in `buffer` of the next byte. */
  at = 0
  #end = 0
  #fd: number
  #fileAt: number // of the file, the byte after the buffer's last
  #ended = false

  constructor(fd: number, from: number) {
    this.#fd = fd
    this.#fileAt = from
  }

  /** The byte of the file that lies at index `index` of the buffer. */
  place(index: number): number {
    return this.#fileAt - this.#end + index
  }

  /** The next byte that is not blank, −1 at the end. It is not consumed. */
  peek(): number {
    for (;;) {
      while (this.at < this.#end && isBlank(this.buffer[this.at])) this.at++
      if (this.at < this.#end) return this.buffer[this.at]
      if (!this.#more()) return -1
    }
  }

  /** Consumes this byte, blanks before it, or throws NotJson. */
  expect(byte: number): void {
    if (this.peek() !== byte) throw new NotJson(this.at)
    this.at++
  }

  /** Consumes the next value and gives its place in `buffer`, good until the next call. */
  value(): { from: number; to: number } {
    if (this.peek() === -1) throw new NotJson(this.at)
    for (;;) {
      const to = endOfValue(this.buffer, this.at, this.#end)
      // a number or a word may go on in the next chunk
      if (to >= 0 && (to < this.#end || this.#ended)) {
        const from = this.at
        this.at = to
        return { from, to }
      }
      if (!this.#more()) {
        if (to >= 0) continue
        throw new NotJson(this.#end)
      }
    }
  }

  /** Passes over bytes until one of these, or the end; for finding the next record after a broken one. */
  skipTo(a: number, b: number): void {
    for (;;) {
      while (this.at < this.#end) {
        const c = this.buffer[this.at]
        if (c === a || c === b) return
        this.at++
      }
      if (!this.#more()) return
    }
  }

  /** Reads on behind what is not yet consumed; false at the end of the file. */
  #more(): boolean {
    if (this.#ended) return false
    const kept = this.#end - this.at
    if (kept > VALUE_BYTES) throw new TooLarge()
    if (this.at > 0) {
      this.buffer.copyWithin(0, this.at, this.#end)
      this.at = 0
      this.#end = kept
    }
    if (this.buffer.length - this.#end < CHUNK / 2) {
      const grown = Buffer.alloc(this.buffer.length * 2)
      this.buffer.copy(grown, 0, 0, this.#end)
      this.buffer = grown
    }
    const got = readSync(this.#fd, this.buffer, this.#end, this.buffer.length - this.#end, this.#fileAt)
    if (got === 0) this.#ended = true
    this.#fileAt += got
    this.#end += got
    return got > 0
  }
}
