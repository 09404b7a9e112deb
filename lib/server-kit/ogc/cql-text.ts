/** CQL2 text: `class LIKE '01%' AND official_area_m2 >= 1000 AND S_INTERSECTS(geometry, BBOX(…))`. A parser by descent, one token ahead. */
import { Budget, type Comparison, dateFrom, FILTER_LIMITS, type Filter, type Operand, patternOf, refusing, SUPPORTED } from './cql.ts'
import { type Shape, shapeFrom } from './meets.ts'

type Token = { readonly kind: 'word' | 'name' | 'text' | 'number' | 'mark' | 'end'; readonly text: string; readonly at: number }

const MARKS = /^(<>|<=|>=|[=<>(),])/
const NUMBER = /^[+-]?(\d{1,20}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,3})?/
const WORD = /^[\p{L}_:][\p{L}\p{N}_.:]{0,100}/u
const KINDS = ['POINT', 'LINESTRING', 'POLYGON', 'MULTIPOINT', 'MULTILINESTRING', 'MULTIPOLYGON']

export function filterFromText(text: string, geometry: readonly string[]): Filter {
  if (text.length > FILTER_LIMITS.length)
    refusing({ code: 'ogc/filter-too-large', details: { what: 'length', most: FILTER_LIMITS.length } })
  return new Parser(text, geometry).whole()
}

class Parser {
  readonly #text: string
  readonly #geometry: readonly string[]
  readonly #budget = new Budget()
  #next: Token

  /** `geometry`: the names under which the geometry may be spoken of. */
  constructor(text: string, geometry: readonly string[]) {
    this.#text = text
    this.#geometry = geometry
    this.#next = this.#read(0)
  }

  whole(): Filter {
    const found = this.#either(0)
    if (this.#next.kind !== 'end') this.#wanted('AND, OR')
    return found
  }

  #read(from: number): Token {
    let at = from
    while (at < this.#text.length && /\s/.test(this.#text[at])) at++
    if (at >= this.#text.length) return { kind: 'end', text: '', at }
    if (this.#text[at] === "'") return this.#quoted(at, "'", 'text')
    if (this.#text[at] === '"') return this.#quoted(at, '"', 'name')
    const rest = this.#text.slice(at, at + 120)
    const mark = MARKS.exec(rest)?.[0]
    if (mark) return { kind: 'mark', text: mark, at }
    const number = NUMBER.exec(rest)?.[0]
    if (number) return { kind: 'number', text: number, at }
    const word = WORD.exec(rest)?.[0]
    if (word) return { kind: 'word', text: word, at }
    return refusing({ code: 'ogc/filter-not-read', details: { at, near: rest.slice(0, 20), wanted: 'a name, a value or a bracket' } })
  }

  /** What stands in quotes; a quote in it is written twice. `text` of the token is without them. */
  #quoted(at: number, quote: string, kind: 'text' | 'name'): Token {
    let end = at + 1
    for (;;) {
      end = this.#text.indexOf(quote, end)
      if (end < 0)
        return refusing({ code: 'ogc/filter-not-read', details: { at, near: this.#text.slice(at, at + 20), wanted: `a closing ${quote}` } })
      if (this.#text[end + 1] !== quote) break
      end += 2
    }
    this.#ends.set(at, end + 1)
    return { kind, text: this.#text.slice(at + 1, end).replaceAll(quote + quote, quote), at }
  }
  readonly #ends = new Map<number, number>()

  #take(): Token {
    const taken = this.#next
    this.#next = this.#read(this.#ends.get(taken.at) ?? taken.at + taken.text.length)
    return taken
  }

  #wanted(wanted: string): never {
    const { at } = this.#next
    return refusing({ code: 'ogc/filter-not-read', details: { at, near: this.#text.slice(at, at + 20), wanted } })
  }

  #isWord(word: string) {
    return this.#next.kind === 'word' && this.#next.text.toUpperCase() === word
  }
  #isMark(mark: string) {
    return this.#next.kind === 'mark' && this.#next.text === mark
  }
  #word(word: string): void {
    if (!this.#isWord(word)) this.#wanted(word)
    this.#take()
  }
  #mark(mark: string): void {
    if (!this.#isMark(mark)) this.#wanted(mark)
    this.#take()
  }

  #either(depth: number): Filter {
    this.#budget.part(depth)
    const args = [this.#both(depth + 1)]
    while (this.#isWord('OR')) {
      this.#take()
      args.push(this.#both(depth + 1))
    }
    return args.length === 1 ? args[0] : { op: 'or', args }
  }

  #both(depth: number): Filter {
    const args = [this.#single(depth + 1)]
    while (this.#isWord('AND')) {
      this.#take()
      args.push(this.#single(depth + 1))
    }
    return args.length === 1 ? args[0] : { op: 'and', args }
  }

  #single(depth: number): Filter {
    this.#budget.part(depth)
    if (this.#isWord('NOT')) {
      this.#take()
      return { op: 'not', arg: this.#single(depth + 1) }
    }
    if (this.#isMark('(')) {
      this.#take()
      const inner = this.#either(depth + 1)
      this.#mark(')')
      return inner
    }
    if (
      this.#next.kind === 'word' &&
      /^[ast]_/i.test(this.#next.text) &&
      this.#text
        .slice(this.#next.at + this.#next.text.length)
        .trimStart()
        .startsWith('(')
    )
      return this.#function()
    const left = this.#operand(depth)
    return this.#predicate(left, depth)
  }

  #function(): Filter {
    const name = this.#take().text.toLowerCase()
    if (name !== 's_intersects') return refusing({ code: 'ogc/filter-not-supported', details: { what: name, supported: SUPPORTED } })
    this.#mark('(')
    let shape: Shape
    if (this.#isGeometryName()) {
      this.#take()
      this.#mark(',')
      shape = this.#shape()
    } else {
      shape = this.#shape()
      this.#mark(',')
      if (!this.#isGeometryName()) this.#wanted(this.#geometry.join(', '))
      this.#take()
    }
    this.#mark(')')
    return { op: 'meets', shape }
  }

  #isGeometryName() {
    return (this.#next.kind === 'word' || this.#next.kind === 'name') && this.#geometry.includes(this.#next.text)
  }

  #predicate(left: Operand, depth: number): Filter {
    if (this.#next.kind === 'mark' && /^(=|<>|<|>|<=|>=)$/.test(this.#next.text)) {
      const by = this.#take().text as Comparison
      return { op: 'compare', by, left, right: this.#operand(depth) }
    }
    if (this.#isWord('IS')) {
      this.#take()
      const not = this.#isWord('NOT')
      if (not) this.#take()
      this.#word('NULL')
      return this.#turned(not, { op: 'null', value: left })
    }
    const not = this.#isWord('NOT')
    if (not) this.#take()
    if (this.#isWord('LIKE')) {
      this.#take()
      const pattern = this.#operand(depth)
      if ('property' in pattern || pattern.kind !== 'text') return this.#wanted("a pattern in ''")
      return this.#turned(not, { op: 'like', value: left, pattern: patternOf(String(pattern.value)), folded: pattern.folded })
    }
    if (this.#isWord('BETWEEN')) {
      this.#take()
      const low = this.#operand(depth)
      this.#word('AND')
      return this.#turned(not, { op: 'between', value: left, low, high: this.#operand(depth) })
    }
    if (this.#isWord('IN')) {
      this.#take()
      this.#mark('(')
      const list = [this.#operand(depth)]
      while (this.#isMark(',')) {
        this.#take()
        list.push(this.#operand(depth))
      }
      this.#mark(')')
      return this.#turned(not, { op: 'in', value: left, list })
    }
    if (!not && !('property' in left) && left.kind === 'boolean') return { op: 'always', value: left.value === true }
    if (!not && 'property' in left && !left.folded)
      return { op: 'compare', by: '=', left, right: { kind: 'boolean', value: true, folded: false } }
    return this.#wanted('=, <>, <, >, <=, >=, LIKE, BETWEEN, IN, IS NULL')
  }

  #turned(not: boolean, filter: Filter): Filter {
    return not ? { op: 'not', arg: filter } : filter
  }

  #operand(depth: number): Operand {
    this.#budget.part(depth)
    const { kind, text, at } = this.#next
    if (kind === 'text') return this.#constant('text', this.#take().text)
    if (kind === 'number') return this.#constant('number', Number(this.#take().text))
    if (kind === 'name') return { property: this.#take().text, folded: false }
    if (kind !== 'word') return this.#wanted('a name or a value')
    const upper = text.toUpperCase()
    this.#take()
    if (upper === 'TRUE' || upper === 'FALSE') return this.#constant('boolean', upper === 'TRUE')
    if (!this.#isMark('(')) return { property: text, folded: false }
    if (upper === 'DATE') {
      this.#take()
      const stated = this.#next.kind === 'text' ? dateFrom(this.#take().text) : null
      if (stated === null) return this.#wanted("a day, 'YYYY-MM-DD'")
      this.#mark(')')
      return this.#constant('date', stated)
    }
    if (upper === 'CASEI') {
      this.#take()
      const inner = this.#operand(depth + 1)
      this.#mark(')')
      return { ...inner, folded: true }
    }
    void at
    return refusing({ code: 'ogc/filter-not-supported', details: { what: text, supported: SUPPORTED } })
  }

  #constant(kind: 'text' | 'number' | 'boolean' | 'date', value: string | number | boolean): Operand {
    return { kind, value, folded: false }
  }

  /** A geometry in WKT, or BBOX(west, south, east, north). */
  #shape(): Shape {
    const kind = this.#next.kind === 'word' ? this.#take().text.toUpperCase() : this.#wanted(`BBOX, ${KINDS.join(', ')}`)
    if (kind === 'BBOX') {
      this.#mark('(')
      const corners = [this.#number()]
      while (this.#isMark(',')) {
        this.#take()
        corners.push(this.#number())
      }
      this.#mark(')')
      const box = corners.length === 6 ? [corners[0], corners[1], corners[3], corners[4]] : corners
      if (box.length !== 4) return this.#wanted('four numbers')
      return shapeFrom({ bbox: box }) ?? this.#wanted('a box whose south lies below its north')
    }
    if (!KINDS.includes(kind)) return refusing({ code: 'ogc/filter-not-supported', details: { what: kind, supported: ['BBOX', ...KINDS] } })
    const coordinates = this.#nested(0)
    // MULTIPOINT(1 2, 3 4) and POINT(1 2) leave out a bracket that GeoJSON has or lacks
    const arranged =
      kind === 'POINT' ? (coordinates as unknown[])[0] : kind === 'MULTIPOINT' ? (coordinates as unknown[]).map(unwrapped) : coordinates
    return shapeFrom({ type: kind, coordinates: arranged }) ?? this.#wanted('coordinates of a whole geometry')
  }

  /** Brackets of brackets of positions. */
  #nested(depth: number): unknown {
    this.#budget.part(depth)
    this.#mark('(')
    const found: unknown[] = []
    do {
      if (found.length > 0) this.#mark(',')
      if (this.#isMark('(')) found.push(this.#nested(depth + 1))
      else {
        this.#budget.vertex()
        const position = [this.#number(), this.#number()]
        while (this.#next.kind === 'number') this.#number() // heights are passed over
        found.push(position)
      }
    } while (this.#isMark(','))
    this.#mark(')')
    return found
  }

  #number(): number {
    if (this.#next.kind !== 'number') this.#wanted('a number')
    return Number(this.#take().text)
  }
}

const unwrapped = (position: unknown) => (Array.isArray(position) && Array.isArray(position[0]) ? (position[0] as unknown) : position)
