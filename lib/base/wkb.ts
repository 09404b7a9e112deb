/**
 * Well-known binary (OGC 06-103r4 §8), the form in which every geometry is stored and handed on.
 *
 * Read: points, lines, polygons and their multiples, either byte order, at any offset of a larger buffer; z and m are passed over, whether
 * announced the ISO way (1001, 2001, 3001) or PostGIS's (high bits), and so is PostGIS's SRID. Written: little-endian, two-dimensional.
 * Counts are never trusted: every one is held against the bytes that are left. Bytes that are no such geometry throw a RangeError that says
 * what is wrong where. Coordinates are not judged: NaN and infinities come through as they are.
 */

/** A shell, then its holes; each x, y, x, y, … with the closing vertex where the writer put one. */
export type WkbPolygon = { readonly rings: readonly Float64Array[] }

/** Coordinates x, y, x, y, …; `multi` remembers whether the bytes said so, an empty geometry has no parts. */
export type WkbGeometry =
  | { readonly type: 'point'; readonly multi: boolean; readonly points: Float64Array }
  | { readonly type: 'line'; readonly multi: boolean; readonly lines: readonly Float64Array[] }
  | { readonly type: 'polygon'; readonly multi: boolean; readonly polygons: readonly WkbPolygon[] }

/** The geometry in plain arrays of its own (nothing is shared with `bytes`). */
export function readWkb(bytes: Uint8Array): WkbGeometry {
  const found = new Survey(bytes)
  const runs: Float64Array[] = []
  for (let r = 0; r < found.runs.length; r += RUN) runs.push(coordinates(found, r, new Float64Array(2 * found.runs[r + 1]), 0))
  const { multi } = found
  if (found.kind === LINE) return { type: 'line', multi, lines: runs }
  if (found.kind === POLYGON) {
    let first = 0
    const polygons = found.parts.map((rings) => {
      first += rings
      return { rings: runs.slice(first - rings, first) }
    })
    return { type: 'polygon', multi, polygons: multi ? polygons : polygons.filter((polygon) => polygon.rings.length > 0) }
  }
  const points = new Float64Array(2 * found.vertices)
  for (let i = 0; i < runs.length; i++) points.set(runs[i], 2 * i)
  // a single point that is empty is written as not-a-number twice
  return { type: 'point', multi, points: !multi && Number.isNaN(points[0]) && Number.isNaN(points[1]) ? new Float64Array(0) : points }
}

/** The smallest box that holds every vertex: minX, minY, maxX, maxY. NaN is passed over; without any vertex the box is ∞, ∞, −∞, −∞. */
export function wkbBounds(bytes: Uint8Array): [number, number, number, number] {
  const { view, runs } = new Survey(bytes)
  let minX = Number.POSITIVE_INFINITY
  let minY = Number.POSITIVE_INFINITY
  let maxX = Number.NEGATIVE_INFINITY
  let maxY = Number.NEGATIVE_INFINITY
  for (let r = 0; r < runs.length; r += RUN) {
    const stride = runs[r + 2]
    const little = runs[r + 3] === 1
    const end = runs[r] + runs[r + 1] * stride
    for (let at = runs[r]; at < end; at += stride) {
      const x = view.getFloat64(at, little)
      const y = view.getFloat64(at + 8, little)
      if (x < minX) minX = x
      if (x > maxX) maxX = x
      if (y < minY) minY = y
      if (y > maxY) maxY = y
    }
  }
  return [minX, minY, maxX, maxY]
}

/**
 * Planar area of the polygons in the units of the coordinates squared, straight from the bytes: every part's first ring less its others, whichever
 * way they run, each measured from its first vertex (STYLE.md §7). Points and lines have none.
 */
export function wkbArea(bytes: Uint8Array): number {
  const { view, kind, parts, runs } = new Survey(bytes)
  if (kind !== POLYGON) return 0
  let total = 0
  let r = 0
  for (const rings of parts) {
    for (let i = 0; i < rings; i++, r += RUN) {
      const area = Math.abs(twiceArea(view, runs[r], runs[r + 1], runs[r + 2], runs[r + 3] === 1))
      total += i === 0 ? area : -area
    }
  }
  return total / 2
}

function twiceArea(view: DataView, offset: number, n: number, stride: number, little: boolean): number {
  if (n < 3) return 0
  const x0 = view.getFloat64(offset, little)
  const y0 = view.getFloat64(offset + 8, little)
  let x = 0
  let y = 0
  let twice = 0
  for (let i = 1, at = offset + stride; i < n; i++, at += stride) {
    const x2 = view.getFloat64(at, little) - x0
    const y2 = view.getFloat64(at + 8, little) - y0
    twice += x * y2 - x2 * y
    x = x2
    y = y2
  }
  return twice
}

/** How many vertices the geometry has, closing ones included. */
export function wkbVertices(bytes: Uint8Array): number {
  return new Survey(bytes).vertices
}

/**
 * The same geometry with other coordinates. `transform` is called once with all vertices (x, y, x, y, …) and changes them in place.
 * The answer is little-endian and two-dimensional whatever came in; `bytes` stay as they are.
 */
export function mapWkb(bytes: Uint8Array, transform: (xy: Float64Array) => void): Uint8Array {
  const found = new Survey(bytes)
  const xy = new Float64Array(2 * found.vertices)
  for (let r = 0, at = 0; r < found.runs.length; r += RUN) {
    coordinates(found, r, xy, at)
    at += 2 * found.runs[r + 1]
  }
  transform(xy)
  const out = new Writer(found.kind, found.multi, found.parts, found.runs.length / RUN, found.vertices)
  let from = 0
  let r = 0
  for (const parts of found.parts) {
    out.part(parts)
    for (let i = 0; i < parts; i++, r += RUN) {
      const to = from + 2 * found.runs[r + 1]
      out.run(xy, from, to)
      from = to
    }
  }
  return out.bytes
}

/** One polygon, or several as a MULTIPOLYGON; none is POLYGON EMPTY. Rings are written as they are: close them first. */
export function writePolygonWkb(polygons: readonly WkbPolygon[]): Uint8Array {
  return writeWkb({ type: 'polygon', multi: polygons.length > 1, polygons })
}

/** Little-endian, two-dimensional. Several parts with `multi` false throw a RangeError: there is no way to write them. */
export function writeWkb(geometry: WkbGeometry): Uint8Array {
  const { type, multi } = geometry
  const parts: (readonly Float64Array[])[] =
    type === 'polygon'
      ? geometry.polygons.map((polygon) => polygon.rings)
      : type === 'line'
        ? geometry.lines.map((line) => [line])
        : Array.from({ length: geometry.points.length / 2 }, (_, i) => [geometry.points.subarray(2 * i, 2 * i + 2)])
  if (!multi && parts.length > 1) throw new RangeError(`expected one ${type} where the geometry is not multiple, got ${parts.length}`)
  if (!multi && parts.length === 0)
    parts.push(type === 'point' ? [Float64Array.of(NaN, NaN)] : type === 'line' ? [new Float64Array(0)] : [])
  let vertices = 0
  let runs = 0
  for (const rings of parts) {
    runs += rings.length
    for (const ring of rings) vertices += ring.length / 2
  }
  const kind = type === 'polygon' ? POLYGON : type === 'line' ? LINE : POINT
  const out = new Writer(
    kind,
    multi,
    parts.map((rings) => rings.length),
    runs,
    vertices,
  )
  for (const rings of parts) {
    out.part(rings.length)
    for (const ring of rings) out.run(ring, 0, ring.length)
  }
  return out.bytes
}

const POINT = 1
const LINE = 2
const POLYGON = 3
type Kind = typeof POINT | typeof LINE | typeof POLYGON
const NAMES = ['', 'point', 'line', 'polygon']

const RUN = 4 // numbers per run in Survey.runs

/** One walk over the bytes that finds where the coordinates lie, and holds every count against what is left. */
class Survey {
  readonly view: DataView
  kind: Kind = POINT
  multi = false
  readonly parts: number[] = [] // runs in each part
  readonly runs: number[] = [] // of every run: offset, vertices, bytes per vertex, 1 for little-endian
  vertices = 0
  private at = 0
  private little = true
  private stride = 16

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const code = this.header()
    this.multi = code > POLYGON
    this.kind = (this.multi ? code - 3 : code) as Kind
    if (this.multi) {
      const n = this.count(9, 'parts')
      for (let i = 0; i < n; i++) {
        const of = this.header()
        if (of !== this.kind) throw new RangeError(`WKB promises ${NAMES[this.kind]}s and has type ${of} before byte ${this.at}`)
        this.part()
      }
    } else this.part()
    const left = this.view.byteLength - this.at
    if (left > 0) throw new RangeError(`WKB of a ${NAMES[this.kind]} ends at byte ${this.at}, with ${left} bytes after it`)
  }

  private header(): number {
    this.need(5, 'a geometry header')
    const order = this.view.getUint8(this.at)
    if (order > 1) throw new RangeError(`WKB begins with byte order 0 or 1, got ${order} at byte ${this.at}`)
    this.little = order === 1
    const type = this.view.getUint32(this.at + 1, this.little)
    this.at += 5
    if (type <= 6 && type >= 1) {
      this.stride = 16
      return type
    }
    const base = type & 0x1fffffff
    const code = base % 1000
    const iso = (base - code) / 1000
    if (iso > 3 || code < 1 || code > 6) {
      throw new RangeError(`WKB type ${type} at byte ${this.at - 4} is no point, line, polygon or multiple of them`)
    }
    const hasZ = iso === 1 || iso === 3 || (type & 0x80000000) !== 0
    const hasM = iso === 2 || iso === 3 || (type & 0x40000000) !== 0
    this.stride = 16 + (hasZ ? 8 : 0) + (hasM ? 8 : 0)
    if ((type & 0x20000000) !== 0) {
      this.need(4, 'an SRID')
      this.at += 4
    }
    return code
  }

  private part(): void {
    let runs = 1
    if (this.kind === POINT) {
      this.need(this.stride, 'a point')
      this.run(1)
    } else if (this.kind === LINE) this.run(this.count(this.stride, 'vertices'))
    else {
      runs = this.count(4, 'rings')
      for (let i = 0; i < runs; i++) this.run(this.count(this.stride, 'vertices'))
    }
    this.parts.push(runs)
  }

  private run(n: number): void {
    this.runs.push(this.at, n, this.stride, this.little ? 1 : 0)
    this.vertices += n
    this.at += n * this.stride
  }

  private count(smallest: number, what: string): number {
    this.need(4, 'a count')
    const n = this.view.getUint32(this.at, this.little)
    this.at += 4
    const left = this.view.byteLength - this.at
    if (n * smallest > left) throw new RangeError(`WKB announces ${n} ${what} at byte ${this.at - 4}, with ${left} bytes left`)
    return n
  }

  private need(size: number, what: string): void {
    if (this.view.byteLength - this.at < size) throw new RangeError(`WKB ends within ${what}: byte ${this.at} of ${this.view.byteLength}`)
  }
}

const LITTLE_MACHINE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** Copies run `r` to `into` from index `from` on. */
function coordinates({ view, runs }: Survey, r: number, into: Float64Array, from: number): Float64Array {
  const offset = runs[r]
  const n = runs[r + 1]
  const stride = runs[r + 2]
  const little = runs[r + 3] === 1
  if (little && LITTLE_MACHINE && stride === 16 && n > 16) {
    // doubles in WKB lie at odd offsets, where no Float64Array can look: copy the bytes whole
    const target = new Uint8Array(into.buffer, into.byteOffset + 8 * from, 16 * n)
    target.set(new Uint8Array(view.buffer, view.byteOffset + offset, 16 * n))
    return into
  }
  for (let i = 0, at = offset; i < n; i++, at += stride) {
    into[from + 2 * i] = view.getFloat64(at, little)
    into[from + 2 * i + 1] = view.getFloat64(at + 8, little)
  }
  return into
}

class Writer {
  readonly bytes: Uint8Array
  private readonly view: DataView
  private readonly kind: Kind
  private at = 0

  constructor(kind: Kind, multi: boolean, parts: readonly number[], runs: number, vertices: number) {
    const headers = multi ? 9 + 5 * parts.length : 5
    const counts = kind === POINT ? 0 : kind === LINE ? 4 * runs : 4 * (multi ? parts.length : 1) + 4 * runs
    this.bytes = new Uint8Array(headers + counts + 16 * vertices)
    this.view = new DataView(this.bytes.buffer)
    this.kind = kind
    if (!multi) return
    this.header(kind + 3)
    this.number(parts.length)
  }

  part(runs: number): void {
    this.header(this.kind)
    if (this.kind === POLYGON) this.number(runs)
  }

  run(xy: Float64Array, from: number, to: number): void {
    if (this.kind !== POINT) this.number((to - from) / 2)
    if (LITTLE_MACHINE && to - from > 32) {
      this.bytes.set(new Uint8Array(xy.buffer, xy.byteOffset + 8 * from, 8 * (to - from)), this.at)
      this.at += 8 * (to - from)
      return
    }
    for (let i = from; i < to; i++, this.at += 8) this.view.setFloat64(this.at, xy[i], true)
  }

  private header(code: number): void {
    this.bytes[this.at] = 1
    this.view.setUint32(this.at + 1, code, true)
    this.at += 5
  }

  private number(n: number): void {
    this.view.setUint32(this.at, n, true)
    this.at += 4
  }
}
