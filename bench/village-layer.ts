/**
 * An invented layer of parcels for benches: a mesh with bent borders that neighbours share vertex for vertex, ponds (a hole and the parcel in it), and, where
 * asked for, one parcel in a hundred with a defect: a corner pulled out over a neighbour or in, a vertex left out on one side, a parcel drawn twice.
 */
import { seededRandom } from '@dishu/numeric/shared/random'
import type { PolygonLayer } from '@dishu/numeric/topology/layer'

type Options = {
  readonly parcels: number
  /** Side of the square they fill, m. */
  readonly side: number
  readonly seed: number
  /** Share of parcels with a defect. */
  readonly defects?: number
  /** Every vertex of every parcel is moved by itself by up to this, m: no two parcels share one then. */
  readonly jitter?: number
}

const [EAST, NORTH] = [500_000, 4_100_000]
const MOST_BENDS = 7
const mm = (at: number) => Math.round(at * 1000) / 1000

export function villageLayer({ parcels, side, seed, defects = 0, jitter = 0 }: Options): PolygonLayer {
  const random = seededRandom(seed)
  const n = Math.max(2, Math.round(Math.sqrt(parcels / 1.02)))
  const cell = side / n
  const nodes = n + 1
  const x = new Float64Array(nodes * nodes)
  const y = new Float64Array(nodes * nodes)
  for (let j = 0; j < nodes; j++)
    for (let i = 0; i < nodes; i++) {
      const off = (at: number) => (at === 0 || at === n ? 0 : (random() - 0.5) * 0.4)
      x[j * nodes + i] = mm(EAST + cell * (i + off(i)))
      y[j * nodes + i] = mm(NORTH + cell * (j + off(j)))
    }
  // borders to the east of a node, then those to the north of it
  const bends = new Float64Array(2 * nodes * nodes * MOST_BENDS * 2)
  const count = new Uint8Array(2 * nodes * nodes)
  const bend = (border: number, a: number, b: number, straight: boolean): void => {
    const k = straight || random() < 0.15 ? 0 : 1 + Math.floor(random() * MOST_BENDS)
    count[border] = k
    const [dx, dy] = [x[b] - x[a], y[b] - y[a]]
    for (let s = 0; s < k; s++) {
      const t = (s + 1 + (random() - 0.5) * 0.5) / (k + 1)
      const off = (random() - 0.5) * 0.24 * Math.min(t, 1 - t)
      bends[2 * (border * MOST_BENDS + s)] = mm(x[a] + dx * t - dy * off)
      bends[2 * (border * MOST_BENDS + s) + 1] = mm(y[a] + dy * t + dx * off)
    }
  }
  for (let j = 0; j < nodes; j++)
    for (let i = 0; i < nodes; i++) {
      const a = j * nodes + i
      if (i < n) bend(2 * a, a, a + 1, j === 0 || j === n)
      if (j < n) bend(2 * a + 1, a, a + nodes, i === 0 || i === n)
    }

  const growing = new Growing(n * n)
  const walk = (ring: number[], from: number, border: number, back: boolean): void => {
    ring.push(x[from], y[from])
    for (let s = 0; s < count[border]; s++) {
      const at = 2 * (border * MOST_BENDS + (back ? count[border] - 1 - s : s))
      ring.push(bends[at], bends[at + 1])
    }
  }
  for (let j = 0; j < n; j++)
    for (let i = 0; i < n; i++) {
      const a = j * nodes + i
      const ring: number[] = []
      walk(ring, a, 2 * a, false)
      walk(ring, a + 1, 2 * (a + 1) + 1, false)
      walk(ring, a + nodes + 1, 2 * (a + nodes), true)
      walk(ring, a + nodes, 2 * a + 1, true)
      if (random() < defects) spoil(ring)
      const pond = random() < 0.02 ? pondIn((x[a] + x[a + nodes + 1]) / 2, (y[a] + y[a + nodes + 1]) / 2) : null
      growing.parcel(pond ? [ring, backwards(pond)] : [ring])
      if (pond) growing.parcel([pond])
      if (random() < defects / 20) growing.parcel([ring])
    }
  const layer = growing.layer()
  if (jitter > 0) shake(layer, jitter, random)
  return layer

  function spoil(ring: number[]): void {
    const k = Math.floor(random() * (ring.length / 2))
    if (random() < 0.1 && ring.length > 8) {
      ring.splice(2 * k, 2)
      return
    }
    const [before, after] = [2 * ((k + ring.length / 2 - 1) % (ring.length / 2)), 2 * ((k + 1) % (ring.length / 2))]
    const [ex, ey] = [ring[after] - ring[before], ring[after + 1] - ring[before + 1]]
    const far = ((random() < 0.5 ? 1 : -1) * (0.05 + random() * random() * 0.03 * cell)) / Math.hypot(ex, ey)
    ring[2 * k] = mm(ring[2 * k] + far * ey)
    ring[2 * k + 1] = mm(ring[2 * k + 1] - far * ex)
  }

  function pondIn(cx: number, cy: number): number[] {
    const corners = 8 + Math.floor(random() * 16)
    const ring: number[] = []
    for (let s = 0; s < corners; s++) {
      const r = cell * 0.12 * (0.7 + 0.5 * random())
      ring.push(mm(cx + r * Math.cos((2 * Math.PI * s) / corners)), mm(cy + r * Math.sin((2 * Math.PI * s) / corners)))
    }
    return ring
  }
}

function backwards(ring: readonly number[]): number[] {
  const turned: number[] = []
  for (let v = ring.length - 2; v >= 0; v -= 2) turned.push(ring[v], ring[v + 1])
  return turned
}

function shake({ xy, ringStart }: PolygonLayer, by: number, random: () => number): void {
  for (let r = 0; r + 1 < ringStart.length; r++) {
    const [first, last] = [2 * ringStart[r], 2 * ringStart[r + 1] - 2]
    for (let i = first; i < last; i++) xy[i] = mm(xy[i] + (random() - 0.5) * 2 * by)
    xy[last] = xy[first]
    xy[last + 1] = xy[first + 1]
  }
}

class Growing {
  #xy: Float64Array
  #vertices = 0
  readonly #ringStart = [0]
  readonly #polygonRing = [0]
  readonly #hole: number[] = []

  constructor(parcels: number) {
    this.#xy = new Float64Array(parcels * 48 + 4096)
  }

  parcel(rings: readonly (readonly number[])[]): void {
    rings.forEach((ring, r) => {
      if (2 * this.#vertices + ring.length + 2 > this.#xy.length) {
        const longer = new Float64Array(1.5 * this.#xy.length + ring.length)
        longer.set(this.#xy)
        this.#xy = longer
      }
      this.#xy.set(ring, 2 * this.#vertices)
      this.#vertices += ring.length / 2
      this.#xy[2 * this.#vertices] = ring[0]
      this.#xy[2 * this.#vertices++ + 1] = ring[1]
      this.#ringStart.push(this.#vertices)
      this.#hole.push(r === 0 ? 0 : 1)
    })
    this.#polygonRing.push(this.#hole.length)
  }

  layer(): PolygonLayer {
    return {
      xy: this.#xy.slice(0, 2 * this.#vertices),
      ringStart: Uint32Array.from(this.#ringStart),
      polygonRing: Uint32Array.from(this.#polygonRing),
      hole: Uint8Array.from(this.#hole),
    }
  }
}

/** Parcel i as WKB. */
export function wkbOf({ xy, ringStart, polygonRing }: PolygonLayer, i: number): Uint8Array {
  const [from, to] = [polygonRing[i], polygonRing[i + 1]]
  const bytes = new Uint8Array(9 + 4 * (to - from) + 16 * (ringStart[to] - ringStart[from]))
  const view = new DataView(bytes.buffer)
  bytes[0] = 1
  view.setUint32(1, 3, true)
  view.setUint32(5, to - from, true)
  let at = 9
  for (let r = from; r < to; r++) {
    view.setUint32(at, ringStart[r + 1] - ringStart[r], true)
    at += 4
    for (let v = 2 * ringStart[r]; v < 2 * ringStart[r + 1]; v++, at += 8) view.setFloat64(at, xy[v], true)
  }
  return bytes
}
