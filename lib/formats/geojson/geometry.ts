/** A GeoJSON geometry, read from its bytes straight into WKB. */
import { type Bytes, RowTrouble } from '../batches.ts'
import { isCoordinate, type Place } from '../wkb/wkb.ts'
import { CLOSE, COMMA, eachMember, endOfValue, isWord, NotJson, NumberReader, OPEN, skipBlank } from './scan.ts'

const TYPES = ['', 'Point', 'LineString', 'Polygon', 'MultiPoint', 'MultiLineString', 'MultiPolygon', 'GeometryCollection']
const DEEPEST = 16

export class GeometryReader {
  /** Whether a ring of the last geometry had to be closed. */
  closed = false
  /** Seen over all geometries. */
  readonly bounds = { west: Infinity, east: -Infinity, south: Infinity, north: -Infinity }
  readonly types = new Set<number>()
  #place: Place = { file: '', layer: '', row: 0 }
  #out!: Bytes
  #b!: Buffer
  #at = 0
  #end = 0
  #x = 0
  #y = 0
  readonly #numbers = new NumberReader()

  /** Appends the geometry in `[from, to)`; nothing for null or an empty one. Throws RowTrouble or NotJson. */
  read(b: Buffer, from: number, to: number, out: Bytes, place: Place): void {
    this.closed = false
    this.#b = b
    this.#out = out
    this.#place = place
    const start = out.length
    if (!this.#geometry(from, to, 0)) out.length = start
  }

  #geometry(from: number, to: number, depth: number): boolean {
    const b = this.#b
    if (isWord(b, from, to, 'null')) return false
    if (b[from] !== 0x7b) throw this.#not()
    if (depth > DEEPEST) throw new RowTrouble({ code: 'formats/too-deep', details: this.#place })
    let type = 0
    let name = ''
    let values = -1
    let valuesEnd = -1
    let members = -1
    let membersEnd = -1
    let written: boolean | null = null
    const visit = (nameFrom: number, nameTo: number, valueFrom: number, valueTo: number) => {
      if (isWord(b, nameFrom, nameTo, 'type')) {
        name = b.toString('latin1', valueFrom + 1, valueTo - 1)
        type = TYPES.indexOf(name)
      } else if (isWord(b, nameFrom, nameTo, 'coordinates')) {
        values = valueFrom
        valuesEnd = valueTo
      } else if (isWord(b, nameFrom, nameTo, 'geometries')) {
        members = valueFrom
        membersEnd = valueTo
      }
    }
    // most writers name the type first: the coordinates can then be read in one go
    const early = (nameFrom: number, nameTo: number, valueFrom: number): number => {
      if (type < 1 || type > 6 || written !== null || b[valueFrom] !== OPEN || !isWord(b, nameFrom, nameTo, 'coordinates')) return 0
      this.#at = valueFrom
      this.#end = to
      written = this.#coordinates(type)
      return this.#at
    }
    eachMember(b, from, to, visit, early)
    if (type < 1)
      throw name ? new RowTrouble({ code: 'formats/geometry-not-read', details: { ...this.#place, type: name.slice(0, 40) } }) : this.#not()
    if (depth === 0) this.types.add(type)
    if (written !== null) return written
    if (type === 7) return this.#collection(members, membersEnd, depth)
    if (values < 0 || isWord(b, values, valuesEnd, 'null')) return false
    this.#at = values
    this.#end = valuesEnd
    return this.#coordinates(type)
  }

  #collection(from: number, to: number, depth: number): boolean {
    const b = this.#b
    if (from < 0 || b[from] !== OPEN) throw this.#not()
    const countAt = this.#out.head(7, 0)
    let kept = 0
    let p = skipBlank(b, from + 1, to)
    while (b[p] !== CLOSE) {
      const end = p < to ? endOfValue(b, p, to) : -1
      if (end < 0) throw new NotJson(p)
      const before = this.#out.length
      if (this.#geometry(p, end, depth + 1)) kept++
      else this.#out.length = before
      p = skipBlank(b, end, to)
      if (b[p] === COMMA) p = skipBlank(b, p + 1, to)
      else if (b[p] !== CLOSE) throw new NotJson(p)
    }
    this.#out.view.setUint32(countAt, kept, true)
    return kept > 0
  }

  #coordinates(type: number): boolean {
    const out = this.#out
    switch (type) {
      case 1: {
        if (this.#isEmptyList()) {
          this.#at = skipBlank(this.#b, this.#at + 1, this.#end) + 1
          return false
        }
        this.#point()
        return true
      }
      case 2:
        return this.#line()
      case 3:
        return this.#list(3, () => this.#ring())
      case 4:
        return this.#list(4, () => {
          this.#point()
          return true
        })
      case 5:
        return this.#list(5, () => this.#line())
      default:
        return this.#list(6, () => {
          const before = out.length
          if (this.#list(3, () => this.#ring())) return true
          out.length = before
          return false
        })
    }
  }

  /** `[item, item, …]` as a geometry of this type; false when no item was kept. */
  #list(type: number, item: () => boolean): boolean {
    const countAt = this.#out.head(type, 0)
    let kept = 0
    for (let more = this.#open(); more; more = this.#next()) if (item()) kept++
    this.#out.view.setUint32(countAt, kept, true)
    return kept > 0
  }

  #point(): void {
    this.#position()
    this.#out.u8(1)
    this.#out.u32(1)
    this.#out.xy(this.#x, this.#y)
  }

  #line(): boolean {
    const before = this.#out.length
    const countAt = this.#out.head(2, 0)
    const points = this.#positions(countAt)
    if (points === 0) this.#out.length = before
    else if (points < 2) throw new RowTrouble({ code: 'formats/line-too-short', details: { ...this.#place, points } })
    return points > 0
  }

  #ring(): boolean {
    const out = this.#out
    const countAt = out.length
    out.u32(0)
    const first = out.length
    const points = this.#positions(countAt)
    if (points === 0) {
      out.length = countAt
      return false
    }
    const x = out.view.getFloat64(first, true)
    const y = out.view.getFloat64(first + 8, true)
    let n = points
    if (x !== this.#x || y !== this.#y) {
      out.xy(x, y)
      out.view.setUint32(countAt, ++n, true)
      this.closed = true
    }
    if (n < 4) throw new RowTrouble({ code: 'formats/ring-too-short', details: { ...this.#place, points } })
    return true
  }

  #positions(countAt: number): number {
    let n = 0
    for (let more = this.#open(); more; more = this.#next()) {
      this.#position()
      this.#out.xy(this.#x, this.#y)
      n++
    }
    this.#out.view.setUint32(countAt, n, true)
    return n
  }

  /** `[x, y, …]` into #x and #y; what follows y is passed over. */
  #position(): void {
    const b = this.#b
    const numbers = this.#numbers
    if (b[this.#at] !== OPEN) throw this.#not()
    const at = skipBlank(b, this.#at + 1, this.#end)
    if (!isNumberStart(b[at])) throw this.#not()
    const x = numbers.read(b, at, this.#end)
    let p = skipBlank(b, numbers.at, this.#end)
    if (b[p] !== COMMA) throw b[p] === CLOSE ? this.#not() : new NotJson(p)
    p = skipBlank(b, p + 1, this.#end)
    if (!isNumberStart(b[p])) throw this.#not()
    const y = numbers.read(b, p, this.#end)
    p = skipBlank(b, numbers.at, this.#end)
    while (b[p] === COMMA) {
      p = skipBlank(b, p + 1, this.#end)
      const end = p < this.#end ? endOfValue(b, p, this.#end) : -1
      if (end < 0) throw new NotJson(p)
      p = skipBlank(b, end, this.#end)
    }
    if (b[p] !== CLOSE) throw new NotJson(p)
    this.#at = p + 1
    if (!isCoordinate(x) || !isCoordinate(y)) throw new RowTrouble({ code: 'formats/bad-coordinate', details: this.#place })
    const box = this.bounds
    if (x < box.west) box.west = x
    if (x > box.east) box.east = x
    if (y < box.south) box.south = y
    if (y > box.north) box.north = y
    this.#x = x
    this.#y = y
  }

  #isEmptyList(): boolean {
    return this.#b[this.#at] === OPEN && this.#b[skipBlank(this.#b, this.#at + 1, this.#end)] === CLOSE
  }

  /** Into a list; false when it is empty (and passed). */
  #open(): boolean {
    if (this.#b[this.#at] !== OPEN) throw this.#not()
    this.#at = skipBlank(this.#b, this.#at + 1, this.#end)
    if (this.#b[this.#at] !== CLOSE) return true
    this.#at++
    return false
  }

  /** To the next item; false at the end of the list (and past it). */
  #next(): boolean {
    const b = this.#b
    const p = skipBlank(b, this.#at, this.#end)
    if (b[p] === COMMA) {
      this.#at = skipBlank(b, p + 1, this.#end)
      return true
    }
    if (b[p] !== CLOSE) throw new NotJson(p)
    this.#at = p + 1
    return false
  }

  #not(): RowTrouble {
    return new RowTrouble({ code: 'formats/row-not-geojson', details: this.#place })
  }
}

/** Digit, minus, or the N and I of NaN and Infinity. */
const isNumberStart = (c: number): boolean => (c >= 0x30 && c <= 0x39) || c === 0x2d || c === 0x4e || c === 0x49
