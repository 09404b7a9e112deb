/** Small plane geometry for the sample's division: distances, crossings, smooth noise. */

/** The survey writes coordinates to 0.0001 m. */
export const round4 = (value: number) => Math.round(value * 1e4) / 1e4

/** A copy with twice the room. */
export function grown<A extends Float64Array | Int32Array>(old: A, Kind: new (length: number) => A): A {
  const next = new Kind(old.length * 2)
  next.set(old)
  return next
}

/** The least (or greatest) coordinate of a path, widened by `by` (negative: downwards). */
export function bound(path: readonly number[], axis: 0 | 1, by: number): number {
  let best = path[axis]
  for (let i = axis; i < path.length; i += 2) if (by < 0 ? path[i] < best : path[i] > best) best = path[i]
  return best + by
}

/** Distance of (x, y) from the segment a–b. */
export function fromSegment(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
  const [dx, dy] = [bx - ax, by - ay]
  const square = dx * dx + dy * dy
  const t = square === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / square))
  return Math.hypot(x - ax - t * dx, y - ay - t * dy)
}

const turn = (ax: number, ay: number, bx: number, by: number, cx: number, cy: number) => (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)

/** Whether two segments have a point in common. */
export function cross(ax: number, ay: number, bx: number, by: number, cx: number, cy: number, dx: number, dy: number): boolean {
  return (
    turn(ax, ay, bx, by, cx, cy) * turn(ax, ay, bx, by, dx, dy) <= 0 && turn(cx, cy, dx, dy, ax, ay) * turn(cx, cy, dx, dy, bx, by) <= 0
  )
}

/**
 * A smooth field over the plane, between 0 and 1: value noise on a lattice of `cellM` metres, three octaves.
 * The lattice values come from a hash of the seed, so that any place can be asked in any order.
 */
export function smoothField(seed: number, cellM: number): (x: number, y: number) => number {
  const at = (i: number, j: number, octave: number) => {
    let h = Math.imul(i, 0x27d4eb2d) ^ Math.imul(j, 0x165667b1) ^ Math.imul(seed + octave * 7919, 0x9e3779b1)
    h = Math.imul(h ^ (h >>> 15), 0x85ebca6b)
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
    return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32
  }
  const ease = (t: number) => t * t * (3 - 2 * t)
  return (x, y) => {
    let [sum, weight] = [0, 0]
    for (let octave = 0; octave < 3; octave++) {
      const [u, v] = [(x / cellM) * 2 ** octave, (y / cellM) * 2 ** octave]
      const [i, j] = [Math.floor(u), Math.floor(v)]
      const [s, t] = [ease(u - i), ease(v - j)]
      const low = at(i, j, octave) * (1 - s) + at(i + 1, j, octave) * s
      const high = at(i, j + 1, octave) * (1 - s) + at(i + 1, j + 1, octave) * s
      sum += (low * (1 - t) + high * t) / 2 ** octave
      weight += 1 / 2 ** octave
    }
    return sum / weight
  }
}
