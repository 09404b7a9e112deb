/** Ground under two parcels: how much for every pair, on which faces, and what it makes of the two. */
import type { Covers } from './cover.ts'
import type { Ground } from './ground.ts'
import type { Measure } from './outline.ts'

export type Pair = {
  readonly a: number
  readonly b: number
  readonly areaM2: number
  readonly faces: readonly number[]
  readonly largest: number
}

/** Every pair of owners that shares a face, ascending. */
export function pairsOf(cover: Int32Array, covers: Covers, measure: Measure): Pair[] {
  const byFirst = new Map<number, Map<number, number[]>>() // owner → other owner → faces
  for (let f = 1; f < cover.length; f++) {
    if (covers.size(cover[f]) < 2) continue
    const set = covers.members(cover[f])
    if (set.length < 2) continue
    for (let i = 0; i < set.length; i++) {
      let mine = byFirst.get(set[i])
      if (!mine) {
        mine = new Map()
        byFirst.set(set[i], mine)
      }
      for (let j = i + 1; j < set.length; j++) {
        const faces = mine.get(set[j])
        if (faces) faces.push(f)
        else mine.set(set[j], [f])
      }
    }
  }
  const all: Pair[] = []
  for (const [a, mine] of byFirst) for (const [b, faces] of mine) all.push({ a, b, faces, ...inAll(faces) })
  return all.sort((p, q) => p.a - q.a || p.b - q.b)

  /** In order of size, so that the sum does not depend on how the faces are numbered. */
  function inAll(faces: readonly number[]): { areaM2: number; largest: number } {
    if (faces.length === 1) return { areaM2: measure.faceArea(faces[0]), largest: faces[0] }
    const sorted = faces.map((f) => ({ f, area: measure.faceArea(f) })).sort((p, q) => p.area - q.area)
    return { areaM2: sorted.reduce((sum, { area }) => sum + area, 0), largest: sorted[sorted.length - 1].f }
  }
}

/** Whether two parcels are drawn vertex for vertex alike, wherever their rings start and whichever way they run. */
export function isDrawnTwice({ layer }: Ground, a: number, b: number): boolean {
  const { xy, ringStart, polygonRing } = layer
  const rings = polygonRing[a + 1] - polygonRing[a]
  if (rings !== polygonRing[b + 1] - polygonRing[b]) return false
  const free = new Set<number>()
  for (let s = polygonRing[b]; s < polygonRing[b + 1]; s++) free.add(s)
  for (let r = polygonRing[a]; r < polygonRing[a + 1]; r++) {
    const twin = [...free].find((s) => isSameRing(r, s))
    if (twin === undefined) return false
    free.delete(twin)
  }
  return true

  function isSameRing(r: number, s: number): boolean {
    const n = ringStart[r + 1] - ringStart[r] - 1
    if (n !== ringStart[s + 1] - ringStart[s] - 1 || n < 1) return false
    const [p, q] = [ringStart[r], ringStart[s]]
    const isSame = (v: number, w: number) => xy[2 * v] === xy[2 * w] && xy[2 * v + 1] === xy[2 * w + 1]
    for (let shift = 0; shift < n; shift++) {
      if (!isSame(p, q + shift)) continue
      for (const way of [1, n - 1]) {
        let k = 0
        while (k < n && isSame(p + k, q + ((shift + k * way) % n))) k++
        if (k === n) return true
      }
    }
    return false
  }
}
