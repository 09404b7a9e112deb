/**
 * Places sorted into the cells of a coarse square grid, for questions about those nearby. About three places to a cell where they are spread evenly;
 * clusters make some cells fuller, which costs time and changes no answer.
 */
export class Buckets {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly #minX: number
  readonly #minY: number
  readonly #side: number
  readonly #columns: number
  readonly #rows: number
  /** Cell c holds the places `#members[#starts[c]…#starts[c + 1])`. */
  readonly #starts: Int32Array
  readonly #members: Int32Array
  /** Squared distances of the nearest found so far: a heap, the farthest on top. */
  #heap = new Float64Array(64)

  /** `x`, `y`: metres, finite; kept, not copied. */
  constructor(x: Float64Array, y: Float64Array) {
    this.x = x
    this.y = y
    const n = x.length
    let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity]
    for (let i = 0; i < n; i++) {
      if (x[i] < minX) minX = x[i]
      if (x[i] > maxX) maxX = x[i]
      if (y[i] < minY) minY = y[i]
      if (y[i] > maxY) maxY = y[i]
    }
    const width = n > 0 ? maxX - minX : 0
    const height = n > 0 ? maxY - minY : 0
    const longest = Math.max(width, height)
    // a row of places along a canal has no area to speak of: never more cells than places
    const side = Math.max(Math.sqrt((3 * width * height) / Math.max(1, n)), (3 * longest) / Math.max(1, n))
    this.#side = side > 0 ? side : 1
    this.#minX = n > 0 ? minX : 0
    this.#minY = n > 0 ? minY : 0
    this.#columns = Math.max(1, Math.ceil(width / this.#side))
    this.#rows = Math.max(1, Math.ceil(height / this.#side))
    const starts = new Int32Array(this.#columns * this.#rows + 1)
    const cells = new Int32Array(n)
    for (let i = 0; i < n; i++) {
      cells[i] = this.#row(y[i]) * this.#columns + this.#column(x[i])
      starts[cells[i] + 1]++
    }
    for (let c = 1; c < starts.length; c++) starts[c] += starts[c - 1]
    const next = starts.slice()
    const members = new Int32Array(n)
    for (let i = 0; i < n; i++) members[next[cells[i]]++] = i
    this.#starts = starts
    this.#members = members
  }

  #column(x: number): number {
    return Math.min(this.#columns - 1, Math.max(0, Math.floor((x - this.#minX) / this.#side)))
  }

  #row(y: number): number {
    return Math.min(this.#rows - 1, Math.max(0, Math.floor((y - this.#minY) / this.#side)))
  }

  /** Squared distance to the `count`-th nearest place; infinite where there are fewer. */
  reach2(x: number, y: number, count: number): number {
    if (count > this.x.length) return Number.POSITIVE_INFINITY
    if (this.#heap.length < count) this.#heap = new Float64Array(2 * count)
    const heap = this.#heap
    let size = 0
    const column = this.#column(x)
    const row = this.#row(y)
    for (let ring = 0; ; ring++) {
      const [left, right, bottom, top] = [column - ring, column + ring, row - ring, row + ring]
      if (left < 0 && bottom < 0 && right >= this.#columns && top >= this.#rows) break
      if (size === count && this.#isInside(x, y, left + 1, right, bottom + 1, top, heap[0])) break
      for (let r = Math.max(0, bottom); r <= Math.min(this.#rows - 1, top); r++) {
        const step = r === bottom || r === top || ring === 0 ? 1 : 2 * ring
        for (let c = left; c <= right; c += step) {
          if (c < 0 || c >= this.#columns) continue
          const cell = r * this.#columns + c
          for (let m = this.#starts[cell]; m < this.#starts[cell + 1]; m++) {
            const i = this.#members[m]
            const dx = this.x[i] - x
            const dy = this.y[i] - y
            const d = dx * dx + dy * dy
            if (size < count) size = push(heap, size, d)
            else if (d < heap[0]) replaceTop(heap, size, d)
          }
        }
      }
    }
    return heap[0]
  }

  /** Whether the circle around x, y lies within the cells already seen: columns left…right − 1, rows bottom…top − 1. */
  #isInside(x: number, y: number, left: number, right: number, bottom: number, top: number, radius2: number): boolean {
    const gap = Math.min(
      left <= 0 ? Infinity : x - (this.#minX + left * this.#side),
      right >= this.#columns ? Infinity : this.#minX + right * this.#side - x,
      bottom <= 0 ? Infinity : y - (this.#minY + bottom * this.#side),
      top >= this.#rows ? Infinity : this.#minY + top * this.#side - y,
    )
    return gap > 0 && gap * gap > radius2
  }

  /** Calls for every place no farther than `radius` metres, in no order that means anything. */
  forEachWithin(x: number, y: number, radius: number, call: (i: number, d2: number) => void): void {
    const radius2 = radius * radius
    const [left, right] = [this.#column(x - radius), this.#column(x + radius)]
    const [bottom, top] = [this.#row(y - radius), this.#row(y + radius)]
    for (let r = bottom; r <= top; r++) {
      for (let c = left; c <= right; c++) {
        const cell = r * this.#columns + c
        for (let m = this.#starts[cell]; m < this.#starts[cell + 1]; m++) {
          const i = this.#members[m]
          const dx = this.x[i] - x
          const dy = this.y[i] - y
          const d = dx * dx + dy * dy
          if (d <= radius2) call(i, d)
        }
      }
    }
  }
}

function push(heap: Float64Array, size: number, d: number): number {
  let at = size
  while (at > 0) {
    const above = (at - 1) >> 1
    if (heap[above] >= d) break
    heap[at] = heap[above]
    at = above
  }
  heap[at] = d
  return size + 1
}

function replaceTop(heap: Float64Array, size: number, d: number): void {
  let at = 0
  for (;;) {
    let below = 2 * at + 1
    if (below >= size) break
    if (below + 1 < size && heap[below + 1] > heap[below]) below++
    if (heap[below] <= d) break
    heap[at] = heap[below]
    at = below
  }
  heap[at] = d
}
