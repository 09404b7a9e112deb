/**
 * Formulas of spectral indices as text: `(N - R) / (N + R)`. They come from people and from files, so they are read and worked here and
 * never handed to the language itself: numbers, bands, + − × ÷, powers, and a closed list of functions, over whole arrays at a time.
 */
import { accept, type Refusal, type Result, refuse } from '@dishu/base/refusal'

export type FormulaRefusal =
  | Refusal<'imagery/formula-broken', { readonly formula: string; readonly at: number; readonly found: string }>
  | Refusal<'imagery/formula-no-such-name', { readonly formula: string; readonly name: string }>
  | Refusal<'imagery/formula-too-long', { readonly limit: number }>
  | Refusal<'imagery/formula-without-band', { readonly formula: string }>

export type Formula = {
  readonly text: string
  /** The bands it needs, by their letters, in the order of the alphabet. */
  readonly bands: readonly string[]
  /**
   * Works it for every element: `bands` hold arrays of one length, `out` takes the results. What has no finite value (division by zero, root of
   * a negative number, a band that is NaN there) is NaN.
   */
  evaluate(bands: Readonly<Record<string, ArrayLike<number>>>, out: Float32Array | Float64Array): void
}

const LONGEST = 300
const DEEPEST = 40

type Node =
  | { readonly is: 'number'; readonly value: number }
  | { readonly is: 'band'; readonly name: string }
  | { readonly is: 'call'; readonly name: string; readonly args: readonly Node[] }

const UNARY: Readonly<Record<string, (a: number) => number>> = {
  negate: (a) => -a,
  sqrt: Math.sqrt,
  abs: Math.abs,
  ln: Math.log,
  log10: Math.log10,
  exp: Math.exp,
}
const BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  pow: (a, b) => a ** b,
  min: Math.min,
  max: Math.max,
}
const NOT_WRITTEN = new Set(['negate', 'add', 'subtract', 'multiply', 'divide']) // these have signs

class Broken extends Error {
  readonly refusal: FormulaRefusal
  constructor(refusal: FormulaRefusal) {
    super(refusal.code)
    this.refusal = refusal
  }
}

/** Reads a formula. `known`: the letters that may stand for a band. */
export function formulaFrom(text: string, known: ReadonlySet<string>): Result<Formula, FormulaRefusal> {
  if (text.length > LONGEST) return refuse('imagery/formula-too-long', { limit: LONGEST })
  try {
    const tree = new Reader(text, known).whole()
    const bands = [...new Set(bandsOf(tree))].sort()
    if (bands.length === 0) return refuse('imagery/formula-without-band', { formula: text })
    return accept({ text, bands, evaluate: (values, out) => evaluate(tree, values, out) })
  } catch (problem) {
    if (problem instanceof Broken) return { ok: false, refusal: problem.refusal }
    throw problem
  }
}

const bandsOf = (node: Node): string[] => (node.is === 'band' ? [node.name] : node.is === 'call' ? node.args.flatMap(bandsOf) : [])

/** Precedence from loose to tight: + −, × ÷, sign, power (to the right). As in mathematics, −a² is −(a²). */
class Reader {
  readonly #text: string
  readonly #known: ReadonlySet<string>
  #at = 0
  #depth = 0

  constructor(text: string, known: ReadonlySet<string>) {
    // as papers print it: √ before a bracket, × · − for the signs; one character for one, so that places stay
    this.#text = text.replaceAll(/[×·]/g, '*').replaceAll('÷', '/').replaceAll('−', '-')
    this.#known = known
  }

  whole(): Node {
    const node = this.#sum()
    if (this.#peek() !== '') this.#broken()
    return node
  }

  #peek(): string {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++
    return this.#text[this.#at] ?? ''
  }

  #broken(): never {
    const found = this.#peek()
    throw new Broken({ code: 'imagery/formula-broken', details: { formula: this.#text, at: this.#at + 1, found } })
  }

  #take(sign: string): void {
    if (this.#peek() !== sign) this.#broken()
    this.#at++
  }

  #sum(): Node {
    if (++this.#depth > DEEPEST) this.#broken()
    let node = this.#product()
    for (let sign = this.#peek(); sign === '+' || sign === '-'; sign = this.#peek()) {
      this.#at++
      node = { is: 'call', name: sign === '+' ? 'add' : 'subtract', args: [node, this.#product()] }
    }
    this.#depth--
    return node
  }

  #product(): Node {
    let node = this.#signed()
    for (let sign = this.#peek(); sign === '*' || sign === '/'; sign = this.#peek()) {
      this.#at++
      node = { is: 'call', name: sign === '*' ? 'multiply' : 'divide', args: [node, this.#signed()] }
    }
    return node
  }

  #signed(): Node {
    if (this.#peek() !== '-') return this.#power()
    this.#at++
    if (++this.#depth > DEEPEST) this.#broken()
    const node: Node = { is: 'call', name: 'negate', args: [this.#signed()] }
    this.#depth--
    return node
  }

  #power(): Node {
    const base = this.#operand()
    if (this.#peek() !== '^') return base
    this.#at++
    if (++this.#depth > DEEPEST) this.#broken()
    const node: Node = { is: 'call', name: 'pow', args: [base, this.#signed()] }
    this.#depth--
    return node
  }

  #operand(): Node {
    const sign = this.#peek()
    if (sign === '(') return this.#bracket()[0]
    if (sign === '√') {
      this.#at++
      if (this.#peek() !== '(') this.#broken()
      return { is: 'call', name: 'sqrt', args: this.#bracket() }
    }
    const rest = this.#text.slice(this.#at)
    const number = /^(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?/i.exec(rest)?.[0]
    if (number !== undefined) {
      this.#at += number.length
      return { is: 'number', value: Number(number) }
    }
    const name = /^[A-Za-z][A-Za-z0-9]*/.exec(rest)?.[0]
    if (name === undefined) this.#broken()
    this.#at += name.length
    if (this.#known.has(name)) return { is: 'band', name }
    const takes = NOT_WRITTEN.has(name) ? 0 : Object.hasOwn(UNARY, name) ? 1 : Object.hasOwn(BINARY, name) ? 2 : 0
    if (takes === 0) throw new Broken({ code: 'imagery/formula-no-such-name', details: { formula: this.#text, name } })
    const args = this.#bracket(takes)
    return { is: 'call', name, args }
  }

  /** `(a)` or `(a, b)`. */
  #bracket(takes = 1): Node[] {
    this.#take('(')
    const args = [this.#sum()]
    while (args.length < takes) {
      this.#take(',')
      args.push(this.#sum())
    }
    this.#take(')')
    return args
  }
}

const BLOCK = 2048

/** Block by block, so that what stands between two steps stays in the processor's cache. */
function evaluate(tree: Node, values: Readonly<Record<string, ArrayLike<number>>>, out: Float32Array | Float64Array): void {
  const spare: Float64Array[] = []
  const work = (node: Node, from: number, length: number): Float64Array => {
    const block = spare.pop() ?? new Float64Array(BLOCK)
    if (node.is === 'number') return block.fill(node.value, 0, length)
    if (node.is === 'band') {
      const band = values[node.name]
      if (band === undefined) throw new Error(`expected the band ${node.name}, got ${Object.keys(values).join(', ')}`)
      for (let i = 0; i < length; i++) block[i] = band[from + i]
      return block
    }
    spare.push(block)
    const [first, second] = node.args
    const a = work(first, from, length)
    if (second === undefined) {
      const one = UNARY[node.name]
      for (let i = 0; i < length; i++) a[i] = one(a[i])
      return a
    }
    const b = work(second, from, length)
    combine(node.name, a, b, length)
    spare.push(b)
    return a
  }
  for (let from = 0; from < out.length; from += BLOCK) {
    const length = Math.min(BLOCK, out.length - from)
    const block = work(tree, from, length)
    for (let i = 0; i < length; i++) out[from + i] = Number.isFinite(block[i]) ? block[i] : Number.NaN
    spare.push(block)
  }
}

/** The four signs have loops of their own: a call through a variable for every pixel costs three times as much. */
function combine(name: string, a: Float64Array, b: Float64Array, length: number): void {
  if (name === 'add') for (let i = 0; i < length; i++) a[i] += b[i]
  else if (name === 'subtract') for (let i = 0; i < length; i++) a[i] -= b[i]
  else if (name === 'multiply') for (let i = 0; i < length; i++) a[i] *= b[i]
  else if (name === 'divide') for (let i = 0; i < length; i++) a[i] /= b[i]
  else {
    const two = BINARY[name]
    for (let i = 0; i < length; i++) a[i] = two(a[i], b[i])
  }
}
