/**
 * The order in which to visit places so that the way is short: from the start always to the nearest (nearest neighbour), then mended by turning stretches round
 * (2-opt: Croes 1958) and by moving stretches of up to three places elsewhere (Or 1976), until neither helps. Straight lines: roads are not known.
 */

/** `order`: places by their numbers. `length`: metres, from the start (where there is one) and back to it for a round trip. */
export type RoutePlan = { readonly order: Int32Array; readonly length: number }

/** `start`: where the way begins; else it begins at the first place of the best order found. `round`: whether it leads back to the start. */
export type RouteOptions = { readonly start?: readonly [x: number, y: number]; readonly round?: boolean }

/** Rounds of mending, at most. */
const ROUNDS = 60
const LONGEST_MOVED = 3
/** A place is tied to one of so many nearest ones; up to this many places all are tried. */
const NEAREST = 12
const ALL = 150

export function routeOrder(x: Float64Array, y: Float64Array, { start, round = false }: RouteOptions = {}): RoutePlan {
  const n = x.length
  if (n === 0) return { order: new Int32Array(0), length: 0 }
  // place n is the start, where there is one; it stays in front
  const xs = Float64Array.from([...x, ...(start ? [start[0]] : [])])
  const ys = Float64Array.from([...y, ...(start ? [start[1]] : [])])
  const way = new Way(xs, ys, start ? n : westernmost(x, y), { isFixed: start !== undefined || round, round })
  for (let turn = 0; turn < ROUNDS; turn++) {
    const turned = way.turnStretches()
    const moved = way.moveStretches()
    if (!turned && !moved) break
  }
  return { order: Int32Array.from(way.path.filter((place) => place < n)), length: way.length() }
}

/** A way through all places, each once, and what may be mended in it. */
class Way {
  readonly path: Int32Array
  readonly #x: Float64Array
  readonly #y: Float64Array
  readonly #at: Int32Array // where each place stands in the path
  readonly #near: Int32Array
  readonly #ties: number
  readonly #fixed: number
  readonly #round: boolean

  constructor(x: Float64Array, y: Float64Array, first: number, { isFixed, round }: { readonly isFixed: boolean; readonly round: boolean }) {
    this.#x = x
    this.#y = y
    this.#fixed = isFixed ? 1 : 0
    this.#round = round && x.length > 2
    this.#ties = Math.min(x.length - 1, x.length <= ALL ? ALL : NEAREST)
    this.#near = this.#nearest()
    this.path = this.#nearestNext(first)
    this.#at = new Int32Array(x.length)
    this.#settle(0, x.length - 1)
  }

  #far(a: number, b: number): number {
    const [dx, dy] = [this.#x[a] - this.#x[b], this.#y[a] - this.#y[b]]
    return Math.sqrt(dx * dx + dy * dy)
  }

  /** Metres from the place at k to the one at l; beyond the ends of a way that does not lead back, none. */
  #step(k: number, l: number): number {
    const { path } = this
    const n = path.length
    if (this.#round) return this.#far(path[(k + n) % n], path[(l + n) % n])
    return k < 0 || l < 0 || k >= n || l >= n ? 0 : this.#far(path[k], path[l])
  }

  length(): number {
    let sum = 0
    for (let k = 0; k < this.path.length; k++) sum += this.#step(k, k + 1)
    return sum
  }

  /** The nearest places of each, nearest first, of equals the lower number. */
  #nearest(): Int32Array {
    const n = this.#x.length
    const near = new Int32Array(n * this.#ties)
    const order = Array.from({ length: n }, (_, i) => i)
    for (let i = 0; i < n; i++) {
      const to = Float64Array.from(order, (j) => this.#far(i, j))
      const mine = order.filter((j) => j !== i).sort((a, b) => to[a] - to[b] || a - b)
      for (let k = 0; k < this.#ties; k++) near[i * this.#ties + k] = mine[k]
    }
    return near
  }

  #nearestNext(first: number): Int32Array {
    const n = this.#x.length
    const path = new Int32Array(n)
    const seen = new Uint8Array(n)
    path[0] = first
    seen[first] = 1
    for (let k = 1; k < n; k++) {
      const here = path[k - 1]
      let next = -1
      for (let t = 0; t < this.#ties && next < 0; t++) {
        const near = this.#near[here * this.#ties + t]
        if (seen[near] === 0) next = near
      }
      if (next < 0) next = this.#nearestUnseen(here, seen)
      path[k] = next
      seen[next] = 1
    }
    return path
  }

  /** Where all places nearby have been visited. */
  #nearestUnseen(here: number, seen: Uint8Array): number {
    let [next, least] = [-1, Number.POSITIVE_INFINITY]
    for (let i = 0; i < seen.length; i++) {
      if (seen[i] === 1) continue
      const distance = this.#far(here, i)
      if (distance < least) [next, least] = [i, distance]
    }
    return next
  }

  #settle(from: number, to: number): void {
    for (let k = from; k <= to; k++) this.#at[this.path[k]] = k
  }

  #reverse(from: number, to: number): void {
    for (let [i, j] = [from, to]; i < j; i++, j--) {
      const kept = this.path[i]
      this.path[i] = this.path[j]
      this.path[j] = kept
    }
    this.#settle(from, to)
  }

  /** Turns round every stretch whose turning makes the way shorter. Whether any was. */
  turnStretches(): boolean {
    let better = false
    const n = this.path.length
    for (let k = 0; k < n; k++) {
      for (let t = 0; t < this.#ties; t++) {
        const l = this.#at[this.#near[this.path[k] * this.#ties + t]]
        // the two places come to stand side by side: either both lead into the stretch between them, or both out of it
        const [low, high] = k < l ? [k, l] : [l, k]
        if (this.#turn(low + 1, high) || this.#turn(low, high - 1)) better = true
      }
      // the ends of a way that does not lead back may be turned to, whatever lies near
      if (!this.#round && (this.#turn(k, n - 1) || (this.#fixed === 0 && this.#turn(0, k)))) better = true
    }
    return better
  }

  #turn(from: number, to: number): boolean {
    if (from < this.#fixed || from >= to) return false
    const gain = this.#step(from - 1, from) + this.#step(to, to + 1) - this.#step(from - 1, to) - this.#step(from, to + 1)
    if (!(gain > 1e-9)) return false
    this.#reverse(from, to)
    return true
  }

  /** Takes stretches of one to three places to where they cost least, either way round. Whether any was. */
  moveStretches(): boolean {
    let better = false
    for (let length = 1; length <= LONGEST_MOVED; length++)
      for (let k = this.#fixed; k + length <= this.path.length; k++) if (this.#move(k, k + length - 1)) better = true
    return better
  }

  #move(from: number, to: number): boolean {
    const saved = this.#step(from - 1, from) + this.#step(to, to + 1) - this.#step(from - 1, to + 1)
    let [best, gap, turned] = [1e-9, -2, false]
    const { path } = this
    const consider = (k: number) => {
      // between k and k + 1, outside of the stretch
      if (k < this.#fixed - 1 || k >= path.length || (k >= from - 1 && k <= to)) return
      const there = this.#step(k, k + 1)
      const [before, after] = [(place: number) => this.#gap(k, place), (place: number) => this.#gap(k + 1, place)]
      const straight = saved - (before(path[from]) + after(path[to]) - there)
      const flipped = saved - (before(path[to]) + after(path[from]) - there)
      if (straight > best) [best, gap, turned] = [straight, k, false]
      if (flipped > best) [best, gap, turned] = [flipped, k, true]
    }
    for (const end of from === to ? [from] : [from, to]) {
      for (let t = 0; t < this.#ties; t++) {
        const k = this.#at[this.#near[path[end] * this.#ties + t]]
        consider(k)
        consider(k - 1)
      }
    }
    if (gap < -1) return false
    if (turned) this.#reverse(from, to)
    // a stretch moves by turning it and what lies between, each once, and both together
    if (gap > to) {
      this.#reverse(from, to)
      this.#reverse(to + 1, gap)
      this.#reverse(from, gap)
    } else {
      this.#reverse(gap + 1, from - 1)
      this.#reverse(from, to)
      this.#reverse(gap + 1, to)
    }
    return true
  }

  /** Metres between the place at k and another; none beyond the ends of a way that does not lead back. */
  #gap(k: number, place: number): number {
    const n = this.path.length
    if (this.#round) return this.#far(this.path[(k + n) % n], place)
    return k < 0 || k >= n ? 0 : this.#far(this.path[k], place)
  }
}

function westernmost(x: Float64Array, y: Float64Array): number {
  let first = 0
  for (let i = 1; i < x.length; i++) if (x[i] < x[first] || (x[i] === x[first] && y[i] < y[first])) first = i
  return first
}
