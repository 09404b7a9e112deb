/** Drawing on the map, apart from any map: what was done with a way back and forth, and the place that a hand near a corner or a line means. */
import type { Place } from './measure.ts'

/** States one after another; the present one, those before it, and those that were taken back. */
export type Undoable<T> = { readonly past: readonly T[]; readonly present: T; readonly future: readonly T[] }

export const undoable = <T>(present: T): Undoable<T> => ({ past: [], present, future: [] })
export const doneNext = <T>({ past, present }: Undoable<T>, next: T): Undoable<T> => ({
  past: [...past, present],
  present: next,
  future: [],
})
export const undone = <T>(steps: Undoable<T>): Undoable<T> => {
  const before = steps.past.at(-1)
  return before === undefined ? steps : { past: steps.past.slice(0, -1), present: before, future: [steps.present, ...steps.future] }
}
export const redone = <T>(steps: Undoable<T>): Undoable<T> => {
  const [next, ...future] = steps.future
  return next === undefined ? steps : { past: [...steps.past, steps.present], present: next, future }
}

export type Snapped = { readonly place: Place; readonly on: 'corner' | 'line' | null }

/**
 * The corner within reach of a place, else the nearest place on a line within reach, else the place itself. Rings are x, y, x, y, … in degrees,
 * `withinM` metres; over the few hundred metres that one draws on, degrees are straight.
 */
export function snapTo(place: Place, rings: readonly (readonly number[])[], withinM: number): Snapped {
  const perLat = 111_320
  const perLon = perLat * Math.cos((place[1] * Math.PI) / 180)
  let corner: Place | null = null
  let cornerM = withinM
  let line: Place | null = null
  let lineM = withinM
  for (const ring of rings) {
    for (let i = 0; i + 1 < ring.length; i += 2) {
      const [ax, ay] = [(ring[i] - place[0]) * perLon, (ring[i + 1] - place[1]) * perLat]
      const d = Math.hypot(ax, ay)
      if (d <= cornerM) [corner, cornerM] = [[ring[i], ring[i + 1]], d]
      if (i + 3 >= ring.length) continue
      const [bx, by] = [(ring[i + 2] - place[0]) * perLon, (ring[i + 3] - place[1]) * perLat]
      const [dx, dy] = [bx - ax, by - ay]
      const length2 = dx * dx + dy * dy
      if (length2 === 0) continue
      const along = Math.min(1, Math.max(0, -(ax * dx + ay * dy) / length2))
      const off = Math.hypot(ax + along * dx, ay + along * dy)
      if (off <= lineM)
        [line, lineM] = [[ring[i] + along * (ring[i + 2] - ring[i]), ring[i + 1] + along * (ring[i + 3] - ring[i + 1])], off]
    }
  }
  if (corner) return { place: corner, on: 'corner' }
  return line ? { place: line, on: 'line' } : { place, on: null }
}

/** A place so many metres east and north of another. */
export const moved = ([lon, lat]: Place, eastM: number, northM: number): Place => [
  lon + eastM / (111_320 * Math.cos((lat * Math.PI) / 180)),
  lat + northM / 111_320,
]
