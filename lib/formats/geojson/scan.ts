/** JSON bytes: where values begin and end, numbers and strings read without building objects. */
import { isUtf8 } from 'node:buffer'

/** Thrown at the byte (index in the buffer) where the text stops being JSON. */
export class NotJson {
  readonly at: number
  constructor(at: number) {
    this.at = at
  }
}
/** Thrown where a string is not UTF-8. */
export class NotUtf8 {}

export const QUOTE = 0x22
export const COMMA = 0x2c
export const COLON = 0x3a
export const OPEN = 0x5b
export const CLOSE = 0x5d
export const BRACE = 0x7b
export const UNBRACE = 0x7d
const BACKSLASH = 0x5c

export const isBlank = (c: number): boolean => c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09

export function skipBlank(b: Buffer, p: number, end: number): number {
  while (p < end && isBlank(b[p])) p++
  return p
}

/** Index after the closing quote of the string whose first character is at `p`; −1 when it does not end before `end`. */
export function endOfString(b: Buffer, p: number, end: number): number {
  while (p < end) {
    const c = b[p]
    if (c === QUOTE) return p + 1
    p += c === BACKSLASH ? 2 : 1
  }
  return -1
}

/**
 * Index after the value that starts at `p`; −1 when it does not end before `end`. Brackets are counted, not matched: who
 * reads the value finds out the rest. A bare word or number ends where something else begins, or at `end`.
 */
export function endOfValue(b: Buffer, p: number, end: number): number {
  const first = b[p]
  if (first === QUOTE) return endOfString(b, p + 1, end)
  if (first !== BRACE && first !== OPEN) {
    let q = p
    while (q < end && !isBlank(b[q]) && b[q] !== COMMA && b[q] !== CLOSE && b[q] !== UNBRACE && b[q] !== COLON) q++
    if (q === p) throw new NotJson(p)
    return q
  }
  let depth = 0
  for (let q = p; q < end; q++) {
    const c = b[q]
    // digits, signs, commas and points are most of a map's bytes
    if (c < 0x5b && c !== QUOTE) continue
    if (c === QUOTE) {
      q = endOfString(b, q + 1, end) - 1
      if (q < 0) return -1
    } else if (c === OPEN || c === BRACE) depth++
    else if ((c === CLOSE || c === UNBRACE) && --depth === 0) return q + 1
  }
  return -1
}

/** The text between `from` (after the quote) and `to` (the closing quote). */
export function textOf(b: Buffer, from: number, to: number): string {
  let high = false
  for (let p = from; p < to; p++) {
    const c = b[p]
    if (c === BACKSLASH || c < 0x20) return escapedText(b, from, to)
    if (c >= 0x80) high = true
  }
  if (!high) return b.toString('latin1', from, to)
  if (!isUtf8(b.subarray(from, to))) throw new NotUtf8()
  return b.toString('utf8', from, to)
}

function escapedText(b: Buffer, from: number, to: number): string {
  if (!isUtf8(b.subarray(from, to))) throw new NotUtf8()
  try {
    return JSON.parse(b.toString('utf8', from - 1, to + 1))
  } catch {
    throw new NotJson(from)
  }
}

/**
 * Members of the object `[from, to)`: name, and where the value lies. `early` may read a value itself, sparing a look for its
 * end: it returns the index after it, or 0 to leave it to `visit`.
 */
export function eachMember(
  b: Buffer,
  from: number,
  to: number,
  visit: (nameFrom: number, nameTo: number, valueFrom: number, valueTo: number) => void,
  early?: (nameFrom: number, nameTo: number, valueFrom: number) => number,
): void {
  let p = skipBlank(b, from + 1, to)
  if (b[p] === UNBRACE && p === to - 1) return
  for (;;) {
    if (b[p] !== QUOTE) throw new NotJson(p)
    const nameEnd = endOfString(b, p + 1, to)
    if (nameEnd < 0) throw new NotJson(p)
    let q = skipBlank(b, nameEnd, to)
    if (b[q] !== COLON) throw new NotJson(q)
    q = skipBlank(b, q + 1, to)
    let valueEnd = early ? early(p + 1, nameEnd - 1, q) : 0
    if (valueEnd === 0) {
      valueEnd = q < to ? endOfValue(b, q, to) : -1
      if (valueEnd < 0) throw new NotJson(q)
      visit(p + 1, nameEnd - 1, q, valueEnd)
    }
    p = skipBlank(b, valueEnd, to)
    if (b[p] === UNBRACE && p === to - 1) return
    if (b[p] !== COMMA) throw new NotJson(p)
    p = skipBlank(b, p + 1, to)
  }
}

/** Whether bytes `[from, to)` are exactly this ASCII word. */
export function isWord(b: Buffer, from: number, to: number, word: string): boolean {
  if (to - from !== word.length) return false
  for (let i = 0; i < word.length; i++) if (b[from + i] !== word.charCodeAt(i)) return false
  return true
}

const POWERS = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`))
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/
const HEAD_DIGITS = 15
const MOST_DIGITS = 22

/** Reads numbers from bytes; `at` is left after the number. */
export class NumberReader {
  at = 0
  /** Whether the last number was whole as written: digits only. */
  whole = false

  /**
   * The number at `p`, the double nearest to what is written. Up to 15 digits go by one division of exact numbers, up to 22
   * by `quotient`, the rest and those with an exponent by `Number`. Python's NaN and Infinity come as such.
   */
  read(b: Buffer, p: number, end: number): number {
    let q = p
    const negative = b[q] === 0x2d
    if (negative) q++
    const first = q
    let head = 0
    let tail = 0
    let digits = 0
    let places = 0
    let point = false
    for (; q < end; q++) {
      const c = b[q]
      if (c >= 0x30 && c <= 0x39) {
        if (digits < HEAD_DIGITS) head = head * 10 + c - 0x30
        else tail = tail * 10 + c - 0x30
        digits++
        if (point) places++
      } else if (c === 0x2e && !point && digits > 0) point = true
      else break
    }
    const whole = digits - places
    if (whole === 0 || (whole > 1 && b[first] === 0x30) || digits > MOST_DIGITS) return this.#slow(b, p, end)
    if (point && places === 0) throw new NotJson(q)
    if (q < end && (b[q] === 0x65 || b[q] === 0x45)) return this.#slow(b, p, end)
    this.at = q
    this.whole = !point
    let value: number
    if (digits <= HEAD_DIGITS) value = places === 0 ? head : head / POWERS[places]
    else {
      value = quotient(head, POWERS[digits - HEAD_DIGITS], tail, POWERS[places])
      if (Number.isNaN(value)) return this.#slow(b, p, end)
    }
    return negative ? -value : value
  }

  #slow(b: Buffer, p: number, end: number): number {
    let q = p
    while (q < end && !isBlank(b[q]) && b[q] !== COMMA && b[q] !== CLOSE && b[q] !== UNBRACE) q++
    const text = b.toString('latin1', p, q)
    this.at = q
    this.whole = /^-?\d+$/.test(text)
    if (NUMBER.test(text)) return Number(text)
    if (text === 'NaN') return Number.NaN
    if (text === 'Infinity' || text === '-Infinity') return Number.POSITIVE_INFINITY
    throw new NotJson(p)
  }
}

const SPLITTER = 134_217_729 // 2^27 + 1

/**
 * (head · power + tail) / divisor, rounded once. The dividend and the remainder are held as sums of two doubles (product by
 * Dekker 1971), so the correction to the first quotient is good to its last bits; NaN when even those leave it between two
 * doubles. Needs head < 10^15, tail < power, and powers of ten up to 10^22 (all exact).
 */
function quotient(head: number, power: number, tail: number, divisor: number): number {
  let high = head * power
  let c = SPLITTER * head
  let ah = c - (c - head)
  let al = head - ah
  c = SPLITTER * power
  let bh = c - (c - power)
  let bl = power - bh
  let low = al * bl - (high - ah * bh - al * bh - ah * bl)
  const sum = high + tail
  low += tail - (sum - high) // exact: high is zero or larger than tail
  high = sum
  const first = high / divisor
  const product = first * divisor
  c = SPLITTER * first
  ah = c - (c - first)
  al = first - ah
  c = SPLITTER * divisor
  bh = c - (c - divisor)
  bl = divisor - bh
  const lost = al * bl - (product - ah * bh - al * bh - ah * bl)
  const correction = (high - product - lost + low) / divisor
  const doubt = Math.abs(correction) * 1e-12
  const value = first + (correction + doubt)
  return value === first + (correction - doubt) ? value : Number.NaN
}
