/**
 * How much of every cell a zone covers, exactly, by accumulating signed areas (the cover and area scan conversion of anti-aliased fonts,
 * e.g. R. Levien, font-rs, 2016; D. Turner's smooth rasteriser of FreeType).
 *
 * An edge that goes down through part of a row covers everything on its right by the height it goes through. In the cells it passes it covers
 * only what lies on its own right. So each edge adds, to every row it meets, the *change* of coverage from one cell to the next; the running
 * sum along the row is then the covered fraction. Edges that go up take away. The cost is one addition or two per cell that an edge passes,
 * and one look at each cell inside; nothing is clipped, nothing is sorted.
 */
import { SPAN, type Zones } from './zones.ts'

/** Cells of a raster; (0, 0) is the upper left. */
export type Window = { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

/** A fraction this near to 0 or 1 is 0 or 1: sums of a thousand edges in a row err by less. */
const NEAR = 1e-12
/** A fraction this far outside 0…1 is no rounding and no sliver of a survey: rings cross themselves or each other. */
const WRONG = 1e-6

/**
 * What one zone covers of one window. Cells are numbered row by row from the window's first.
 * Cells covered whole come as runs (`runs[2i]` to `runs[2i + 1]` exclusive), the others one by one with their fraction.
 */
export class Coverage {
  runs = new Int32Array(1024)
  runCount = 0
  cells = new Int32Array(4096)
  fractions = new Float64Array(4096)
  cellCount = 0
  /** Number of whole cells in the runs. */
  whole = 0
  /** Sum of all fractions. */
  total = 0
  /** No run is longer. */
  width = 0
  /** False where a cell is covered less than nothing or more than whole: the zone's rings cross. The rest is then meaningless. */
  isValid = true
  #changes = new Float64Array(1 << 14)
  /** A bit for every column of a row in which a change may be; of use where all columns have one. */
  #touched = new Int32Array(1 << 8)

  /** Replaces what was here by the coverage of zone `z` in `window`. Returns whether any cell is covered. */
  measure(zones: Zones, z: number, window: Window): boolean {
    this.runCount = 0
    this.cellCount = 0
    this.whole = 0
    this.total = 0
    this.isValid = true
    const { boxes } = zones
    // the part of the window in which the zone may cover anything
    const left = Math.max(window.x, Math.floor(boxes[4 * z]))
    const top = Math.max(window.y, Math.floor(boxes[4 * z + 1]))
    const right = Math.min(window.x + window.width, Math.ceil(boxes[4 * z + 2]))
    const bottom = Math.min(window.y + window.height, Math.ceil(boxes[4 * z + 3]))
    const width = right - left
    const height = bottom - top
    this.width = width
    if (!(width > 0 && height > 0)) return false
    const stride = width + 2 // an edge in the last cell leaves its rest one cell on
    if (this.#changes.length < stride * height) this.#changes = new Float64Array(Math.ceil(1.5 * stride * height))
    if (this.#touched.length < height) this.#touched = new Int32Array(2 * height)
    const inside = boxes[4 * z] >= left && boxes[4 * z + 2] <= right
    for (let r = zones.zones[z]; r < zones.zones[z + 1]; r++) {
      const isShort = zones.rings[r + 1] - zones.rings[r] <= 4 * SPAN
      if (inside && isShort) this.#addRing(zones, r, left, top, height, stride)
      else this.#addLongRing(zones, r, left, top, width, height, stride)
    }
    const first = (top - window.y) * window.width + left - window.x
    if (stride <= 32) this.#sumUpNarrow(width, height, stride, first, window.width)
    else this.#sumUp(width, height, stride, first, window.width)
    return this.whole + this.cellCount > 0
  }

  /** A ring between the window's left and right side, as most parcels' are: the fewest steps for each edge. */
  #addRing({ xy, rings, turns }: Zones, r: number, left: number, top: number, height: number, stride: number): void {
    const changes = this.#changes
    const touched = this.#touched
    const turn = turns[r]
    const from = rings[r]
    let ax = xy[2 * from] - left
    let ay = xy[2 * from + 1] - top
    for (let v = from + 1; v < rings[r + 1]; v++) {
      const bx = xy[2 * v] - left
      const by = xy[2 * v + 1] - top
      if (ay < by) addEdge(changes, touched, ax, ay, bx, by, turn, height, stride)
      else if (by < ay) addEdge(changes, touched, bx, by, ax, ay, -turn, height, stride)
      ax = bx
      ay = by
    }
  }

  /** Any ring: what lies left of the window counts as on its edge, what lies right not at all; stretches above and below are passed over. */
  #addLongRing(
    { xy, rings, turns, spans }: Zones,
    r: number,
    left: number,
    top: number,
    width: number,
    height: number,
    stride: number,
  ): void {
    const changes = this.#changes
    const touched = this.#touched
    const turn = turns[r]
    const last = rings[r + 1] - 1
    const bottom = top + height
    for (let v = rings[r]; v < last; ) {
      // of an outline with a million vertices most are elsewhere
      if (v % SPAN === 0 && v + SPAN <= last && (spans[(2 * v) / SPAN + 1] <= top || spans[(2 * v) / SPAN] >= bottom)) {
        v += SPAN
        continue
      }
      const ax = xy[2 * v] - left
      const ay = xy[2 * v + 1] - top
      const bx = xy[2 * v + 2] - left
      const by = xy[2 * v + 3] - top
      v++
      if (ay < by) addCutEdge(changes, touched, ax, ay, bx, by, turn, width, height, stride)
      else if (by < ay) addCutEdge(changes, touched, bx, by, ax, ay, -turn, width, height, stride)
    }
  }

  /** As `#sumUp`, for zones of at most thirty columns, which most parcels are: only cells with a change are looked at, what lies between is like the one before. */
  #sumUpNarrow(width: number, height: number, stride: number, first: number, windowWidth: number): void {
    const changes = this.#changes
    const touched = this.#touched
    let { runs, cells, fractions } = this
    let runCount = 0
    let cellCount = 0
    let whole = 0
    let total = 0
    let wrong = false
    const inside = (1 << width) - 1
    for (let y = 0; y < height; y++) {
      if (runs.length < 2 * runCount + width + 2) runs = this.runs = grown(runs, 2 * runCount + width + 2)
      if (cells.length < cellCount + width) {
        cells = this.cells = grown(cells, cellCount + width)
        const more = new Float64Array(cells.length)
        more.set(fractions)
        fractions = this.fractions = more
      }
      const from = y * stride
      const shift = first + y * windowWidth
      let columns = touched[y] & inside
      touched[y] = 0
      let covered = 0
      while (columns !== 0) {
        const start = 31 - Math.clz32(columns & -columns)
        columns &= columns - 1
        const end = columns === 0 ? width : 31 - Math.clz32(columns & -columns)
        covered += changes[from + start]
        changes[from + start] = 0
        if (covered > NEAR && covered < 1 - NEAR) {
          for (let at = start; at < end; at++) {
            cells[cellCount] = at + shift
            fractions[cellCount++] = covered
            total += covered
          }
        } else if (covered < 0.5) {
          if (covered < -WRONG) wrong = true
        } else {
          if (covered > 1 + WRONG) wrong = true
          whole += end - start
          if (start > 0 && runCount > 0 && runs[2 * runCount - 1] === start + shift) runs[2 * runCount - 1] = end + shift
          else {
            runs[2 * runCount] = start + shift
            runs[2 * runCount++ + 1] = end + shift
          }
        }
      }
      changes[from + width] = 0
      changes[from + width + 1] = 0
    }
    this.runCount = runCount
    this.cellCount = cellCount
    this.whole = whole
    this.total = total + whole
    this.isValid = !wrong
  }

  /** Running sums along the rows, sorted into runs and single cells; leaves the changes zero for the next zone. */
  #sumUp(width: number, height: number, stride: number, first: number, windowWidth: number): void {
    const changes = this.#changes
    let { runs, cells, fractions } = this
    let runCount = 0
    let cellCount = 0
    let whole = 0
    let total = 0
    let wrong = false
    for (let y = 0; y < height; y++) {
      if (runs.length < 2 * runCount + width + 2) runs = this.runs = grown(runs, 2 * runCount + width + 2)
      if (cells.length < cellCount + width) {
        cells = this.cells = grown(cells, cellCount + width)
        const more = new Float64Array(cells.length)
        more.set(fractions)
        fractions = this.fractions = more
      }
      const from = y * stride
      const end = from + width
      const shift = first + y * windowWidth - from
      let covered = 0
      let at = from
      while (at < end) {
        const change = changes[at]
        if (change !== 0) {
          changes[at] = 0
          covered += change
        }
        if (covered > NEAR && covered < 1 - NEAR) {
          cells[cellCount] = at + shift
          fractions[cellCount++] = covered
          total += covered
          at++
          continue
        }
        const start = at++
        while (at < end && changes[at] === 0) at++
        if (covered < 0.5) {
          if (covered < -WRONG) wrong = true
          continue
        }
        if (covered > 1 + WRONG) wrong = true
        whole += at - start
        if (start > from && runCount > 0 && runs[2 * runCount - 1] === start + shift) runs[2 * runCount - 1] = at + shift
        else {
          runs[2 * runCount] = start + shift
          runs[2 * runCount++ + 1] = at + shift
        }
      }
      changes[end] = 0
      changes[end + 1] = 0
    }
    this.runCount = runCount
    this.cellCount = cellCount
    this.whole = whole
    this.total = total + whole
    this.isValid = !wrong
  }
}

function grown(array: Int32Array<ArrayBuffer>, least: number): Int32Array<ArrayBuffer> {
  const more = new Int32Array(Math.max(2 * array.length, least))
  more.set(array)
  return more
}

/** Adds an edge from (x0, y0) down to (x1, y1), y0 < y1, whose columns lie inside; rows outside are passed over. */
function addEdge(
  changes: Float64Array,
  touched: Int32Array,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  turn: number,
  height: number,
  stride: number,
): void {
  if (y1 <= 0 || y0 >= height) return
  const slope = (x1 - x0) / (y1 - y0)
  let y = y0 < 0 ? 0 : y0
  let x = y0 < 0 ? x0 - y0 * slope : x0
  const end = y1 > height ? height : y1
  for (let row = Math.floor(y); y < end; row++) {
    const last = row + 1 >= y1
    const nextY = last ? y1 : row + 1
    const nextX = last ? x1 : x0 + (nextY - y0) * slope
    addPiece(changes, touched, row, row * stride, x < nextX ? x : nextX, x < nextX ? nextX : x, (nextY - y) * turn)
    y = nextY
    x = nextX
  }
}

/** A piece of an edge inside one row, from column `xa` to `xb` ≥ `xa`, that goes down by `d` (up where `d` is negative). */
function addPiece(changes: Float64Array, touched: Int32Array, y: number, row: number, xa: number, xb: number, d: number): void {
  const first = xa < 0 ? 0 : Math.floor(xa) // a point on an edge may round to a hair left of both its ends
  const behind = Math.ceil(xb)
  if (behind <= first + 1) {
    touched[y] |= 3 << first
    const rest = d * (0.5 * (xa + xb) - first)
    changes[row + first] += d - rest
    changes[row + first + 1] += rest
    return
  }
  touched[y] |= (2 << behind) - (1 << first)
  // across several cells: a triangle in the first, trapezoids, and all but a triangle in the last
  const perCell = 1 / (xb - xa)
  const intoFirst = 1 - (xa - first)
  const intoLast = xb - behind + 1
  const inFirst = 0.5 * perCell * intoFirst * intoFirst
  const leftOver = 0.5 * perCell * intoLast * intoLast
  changes[row + first] += d * inFirst
  if (behind === first + 2) changes[row + first + 1] += d * (1 - inFirst - leftOver)
  else {
    const second = perCell * (intoFirst + 0.5)
    changes[row + first + 1] += d * (second - inFirst)
    for (let k = first + 2; k < behind - 1; k++) changes[row + k] += d * perCell
    changes[row + behind - 1] += d * (1 - (second + (behind - first - 3) * perCell) - leftOver)
  }
  changes[row + behind] += d * leftOver
}

/** As `addEdge`, for edges that may leave the columns 0 … width. */
function addCutEdge(
  changes: Float64Array,
  touched: Int32Array,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  turn: number,
  width: number,
  height: number,
  stride: number,
): void {
  if (y1 <= 0 || y0 >= height || (x0 >= width && x1 >= width)) return
  const slope = (x1 - x0) / (y1 - y0)
  let y = y0 < 0 ? 0 : y0
  let x = y0 < 0 ? x0 - y0 * slope : x0
  const end = y1 > height ? height : y1
  for (let row = Math.floor(y); y < end; row++) {
    const last = row + 1 >= y1
    const nextY = last ? y1 : row + 1
    const nextX = last ? x1 : x0 + (nextY - y0) * slope
    addCutPiece(changes, touched, row, row * stride, x < nextX ? x : nextX, x < nextX ? nextX : x, (nextY - y) * turn, width)
    y = nextY
    x = nextX
  }
}

function addCutPiece(
  changes: Float64Array,
  touched: Int32Array,
  y: number,
  row: number,
  xa: number,
  xb: number,
  d: number,
  width: number,
): void {
  if (xa >= width) return
  if (xb <= 0) {
    touched[y] |= 1
    changes[row] += d
    return
  }
  if (xa >= 0 && xb <= width) {
    addPiece(changes, touched, y, row, xa, xb, d)
    return
  }
  // heights go with columns: the part left of the window, inside, right of it
  const perColumn = d / (xb - xa)
  const from = xa < 0 ? 0 : xa
  const to = xb > width ? width : xb
  if (xa < 0) {
    touched[y] |= 1
    changes[row] += -xa * perColumn
  }
  addPiece(changes, touched, y, row, from, to, (to - from) * perColumn)
}
