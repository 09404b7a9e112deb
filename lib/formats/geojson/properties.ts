/** The properties of GeoJSON features: their fields found, and their values read, without building objects. */
import type { Field, Value } from '../layers.ts'
import { BRACE, eachMember, isWord, NotJson, NumberReader, OPEN, QUOTE, textOf } from './scan.ts'

const NUMBER = 1
const TEXT = 2
const BOOLEAN = 4

const FIELDS_MOST = 2000

/** Thrown when more fields come than a layer has. */
export class TooManyFields {
  readonly limit = FIELDS_MOST
}
/** Thrown where a nested property is nested beyond sense. */
export class TooDeep {}

type Known = { readonly name: string; readonly bytes: Buffer; readonly i: number }

export class PropertyReader {
  readonly #known = new Map<string, Known>()
  readonly #inOrder: Known[] = []
  readonly #seen: number[] = []
  #types: readonly Field[] = []
  readonly #numbers = new NumberReader()
  #next = 0

  /** Takes the fields seen so far as the layer's; from now on values are read. A field of two kinds is text. */
  settle(): readonly Field[] {
    this.#types = this.#inOrder.map(({ name, i }) => ({
      name,
      type: this.#seen[i] === NUMBER ? 'number' : this.#seen[i] === BOOLEAN ? 'boolean' : 'text',
    }))
    return this.#types
  }

  /** First pass: learns the fields of one object. */
  learn(b: Buffer, from: number, to: number): void {
    this.#next = 0
    if (b[from] !== BRACE) return
    eachMember(b, from, to, (nameFrom, nameTo, valueFrom, valueTo) =>
      this.learnValue(this.#field(b, nameFrom, nameTo), b, valueFrom, valueTo),
    )
  }

  learnValue(i: number, b: Buffer, from: number, to: number): void {
    const c = b[from]
    if (c === QUOTE) {
      this.#seen[i] |= TEXT
      textOf(b, from + 1, to - 1)
    } else if (c === BRACE || c === OPEN) {
      this.#seen[i] |= TEXT
      nestedText(b, from, to)
    } else if (isWord(b, from, to, 'true') || isWord(b, from, to, 'false')) this.#seen[i] |= BOOLEAN
    else if (!isWord(b, from, to, 'null')) {
      this.#numbers.read(b, from, to)
      if (this.#numbers.at !== to) throw new NotJson(from)
      this.#seen[i] |= NUMBER
    }
  }

  /** Second pass: the values of one object. `odd` hears of numbers that are none (NaN, 1e999). */
  read(b: Buffer, from: number, to: number, values: Value[], odd: (field: string, value: string) => void): void {
    this.#next = 0
    if (b[from] !== BRACE) return
    eachMember(b, from, to, (nameFrom, nameTo, valueFrom, valueTo) => {
      const i = this.#field(b, nameFrom, nameTo)
      values[i] = this.value(i, b, valueFrom, valueTo, odd)
    })
  }

  value(i: number, b: Buffer, from: number, to: number, odd: (field: string, value: string) => void): Value {
    const c = b[from]
    if (c === QUOTE) return textOf(b, from + 1, to - 1)
    if (c === BRACE || c === OPEN) return nestedText(b, from, to)
    if (isWord(b, from, to, 'null')) return null
    const text = this.#types[i]?.type === 'text'
    if (isWord(b, from, to, 'true')) return text ? 'true' : true
    if (isWord(b, from, to, 'false')) return text ? 'false' : false
    const number = this.#numbers.read(b, from, to)
    if (!Number.isFinite(number)) {
      odd(this.#types[i]?.name ?? '', b.toString('latin1', from, to))
      return null
    }
    return text || (this.#numbers.whole && !Number.isSafeInteger(number)) ? b.toString('latin1', from, to) : number
  }

  /** The number of a field by name; new names are new fields. */
  fieldNamed(name: string): number {
    const known = this.#known.get(name)
    if (known) return known.i
    if (this.#inOrder.length >= FIELDS_MOST) throw new TooManyFields()
    const made = { name, bytes: Buffer.from(name), i: this.#inOrder.length }
    this.#known.set(name, made)
    this.#inOrder.push(made)
    this.#seen.push(0)
    return made.i
  }

  has(name: string): boolean {
    return this.#known.has(name)
  }

  /** Features mostly name their properties in one order: the name after the last one is tried first. */
  #field(b: Buffer, from: number, to: number): number {
    const guess = this.#inOrder[this.#next]
    if (guess && guess.bytes.length === to - from && same(b, from, guess.bytes)) {
      this.#next++
      return guess.i
    }
    const i = this.fieldNamed(textOf(b, from, to))
    this.#next = i + 1
    return i
  }
}

function same(b: Buffer, from: number, word: Buffer): boolean {
  for (let i = 0; i < word.length; i++) if (b[from + i] !== word[i]) return false
  return true
}

const NESTED_DEEPEST = 100

/** A nested value as its own JSON text, digits as written. */
function nestedText(b: Buffer, from: number, to: number): string {
  let depth = 0
  let deepest = 0
  let quoted = false
  for (let p = from; p < to; p++) {
    const c = b[p]
    if (quoted) {
      if (c === 0x5c) p++
      else if (c === QUOTE) quoted = false
    } else if (c === QUOTE) quoted = true
    else if (c === BRACE || c === OPEN) deepest = Math.max(deepest, ++depth)
    else if (c === 0x7d || c === 0x5d) depth--
  }
  if (deepest > NESTED_DEEPEST) throw new TooDeep()
  const text = textOfBytes(b, from, to)
  try {
    JSON.parse(text)
  } catch {
    throw new NotJson(from)
  }
  return text
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
function textOfBytes(b: Buffer, from: number, to: number): string {
  try {
    return decoder.decode(b.subarray(from, to))
  } catch {
    throw new NotJson(from)
  }
}
