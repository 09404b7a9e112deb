/**
 * Zones (parcels, villages, counties) in the cells of a raster: polygons whose x runs along columns and y down the rows, so that cell
 * (column c, row r) is the unit square from (c, r) to (c + 1, r + 1). Any affine raster gives such coordinates: rotated, north down, oblong cells.
 */

/** Polygons of many zones in plain arrays; zones may overlap, have several parts, and lie off the raster. */
export type Outlines = {
  /** x, y, x, y, … of all rings, each closed. */
  readonly xy: Float64Array
  /** Ring r is vertices `rings[r] … rings[r + 1] − 1`. */
  readonly rings: Uint32Array
  /** 1 for a shell, 0 for a hole. */
  readonly shells: Uint8Array
  /** Zone z is rings `zones[z] … zones[z + 1] − 1`; a zone without rings covers nothing. */
  readonly zones: Uint32Array
}

/** Vertices that share one entry of `spans`. */
export const SPAN = 64

/**
 * Outlines with what every block asks of them: `turns`, how a ring's edges count (+1 as they run, −1 against), `boxes` (x0, y0, x1, y1 of each zone),
 * and `spans`, the least and greatest y of the edges from vertices SPAN · i to SPAN · (i + 1).
 */
export type Zones = Outlines & {
  readonly count: number
  readonly turns: Int8Array
  readonly boxes: Float64Array
  readonly spans: Float64Array
}

/** Which way a raster lies on the ground: x = g[0] + column · g[1] + row · g[2], y = g[3] + column · g[4] + row · g[5]. */
export type Affine = readonly [number, number, number, number, number, number]

/** Coordinates of the ground become columns and rows of a raster, in place. */
export function toCells(xy: Float64Array, g: Affine): Float64Array {
  const determinant = g[1] * g[5] - g[2] * g[4]
  const a = g[5] / determinant
  const b = -g[2] / determinant
  const c = -g[4] / determinant
  const d = g[1] / determinant
  for (let i = 0; i + 1 < xy.length; i += 2) {
    // from the corner first: the products would lose what eight digits of an easting leave
    const dx = xy[i] - g[0]
    const dy = xy[i + 1] - g[3]
    xy[i] = a * dx + b * dy
    xy[i + 1] = c * dx + d * dy
  }
  return xy
}

/**
 * Zones ready for blocks. Rings may run either way. A ring of NaN or infinite coordinates makes its zone's box NaN: it then meets no block.
 * `shared` puts the arrays where threads can see them.
 */
export function prepareZones(outlines: Outlines, shared = false): Zones {
  const zones = roomForZones(outlines, shared)
  prepareRange(zones, 0, zones.count)
  return zones
}

/** Zones of which nothing is known yet: `prepareRange` is still to be called of all of them. */
export function roomForZones(outlines: Outlines, shared: boolean): Zones {
  const memory = (bytes: number) => (shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes))
  const { rings, zones } = outlines
  const count = zones.length - 1
  const turns = new Int8Array(memory(rings.length - 1))
  const boxes = new Float64Array(memory(32 * count))
  const spans = new Float64Array(memory(16 * Math.ceil(outlines.xy.length / 2 / SPAN)))
  return { ...outlines, count, turns, boxes, spans }
}

/** Fills in what `Zones` say of zones `from` … `to` − 1; several threads can do so side by side, each for zones of its own. */
export function prepareRange(zones: Zones, from: number, to: number): void {
  const [firstRing, endRing] = [zones.zones[from], zones.zones[to]]
  // a loop each to a function: one function of several is compiled anew at every loop that is reached
  turnsOf(zones, firstRing, endRing)
  boxesOf(zones, from, to)
  // a stretch is asked for only where all of it lies in one ring: those across the ends of the range are nobody's
  spansOf(zones, Math.ceil(zones.rings[firstRing] / SPAN), Math.ceil(zones.rings[endRing] / SPAN))
}

function turnsOf({ xy, rings, shells, turns }: Zones, from: number, to: number): void {
  for (let r = from; r < to; r++) turns[r] = (shells[r] ? 1 : -1) * directionOf(xy, rings[r], rings[r + 1])
}

function boxesOf({ xy, rings, zones, boxes }: Zones, from: number, to: number): void {
  for (let z = from; z < to; z++) {
    let x0 = Number.POSITIVE_INFINITY
    let y0 = Number.POSITIVE_INFINITY
    let x1 = Number.NEGATIVE_INFINITY
    let y1 = Number.NEGATIVE_INFINITY
    let sum = 0
    for (let v = rings[zones[z]], end = rings[zones[z + 1]]; v < end; v++) {
      const x = xy[2 * v]
      const y = xy[2 * v + 1]
      if (x < x0) x0 = x
      if (x > x1) x1 = x
      if (y < y0) y0 = y
      if (y > y1) y1 = y
      sum += x + y
    }
    const found = Number.isFinite(sum)
    boxes[4 * z] = found ? x0 : Number.NaN
    boxes[4 * z + 1] = found ? y0 : Number.NaN
    boxes[4 * z + 2] = found ? x1 : Number.NaN
    boxes[4 * z + 3] = found ? y1 : Number.NaN
  }
}

function spansOf({ xy, spans }: Zones, from: number, to: number): void {
  const vertices = xy.length / 2
  for (let i = from; i < to; i++) {
    let least = Number.POSITIVE_INFINITY
    let greatest = Number.NEGATIVE_INFINITY
    for (let v = i * SPAN, end = Math.min(v + SPAN, vertices - 1); v <= end; v++) {
      const y = xy[2 * v + 1]
      if (y < least) least = y
      if (y > greatest) greatest = y
    }
    spans[2 * i] = least
    spans[2 * i + 1] = greatest
  }
}

/** +1 for a ring that runs down on its left side and up on its right (its shoelace, y down, is negative). Measured from its first vertex. */
function directionOf(xy: Float64Array, from: number, to: number): 1 | -1 {
  const x0 = xy[2 * from]
  const y0 = xy[2 * from + 1]
  let twice = 0
  for (let v = from; v + 1 < to; v++) twice += (xy[2 * v] - x0) * (xy[2 * v + 3] - y0) - (xy[2 * v + 2] - x0) * (xy[2 * v + 1] - y0)
  return twice <= 0 ? 1 : -1
}
