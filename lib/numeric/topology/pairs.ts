/** Ground under two parcels: how much for every pair, on which faces, and what it makes of the two. */
import { type Arrangement, arrange } from './arrangement.ts'
import { Boxes } from './boxes.ts'
import { flags, pooled } from './buffer.ts'
import { Covers, coverOf } from './cover.ts'
import { edgeTable, NO_SEGMENTS, type OwnedSegments, ofOwners, segmentsOf } from './edges.ts'
import { type Ground, toGrid } from './ground.ts'
import type { Outline, Place, RingArea } from './layer.ts'
import { TooTangled } from './limits.ts'
import { type Measure, measureOf } from './outline.ts'

export type Pair = Place & { readonly a: number; readonly b: number; readonly areaM2: number; readonly outline: Outline | null }

/** Pairs with more than `leastArea` in common, with their outlines where asked for. */
export type PairsWanted = { readonly leastArea: number; readonly outlined: boolean }

/** Every face counts once for every pair on it. Past this number, and this many for each face, pairs are looked at two by two instead. */
const DEEP = { plain: 2 ** 21, each: 4 }
/** More pairs than this are not looked at two by two. */
const MOST_PAIRS = 2 ** 20

/** Whether so many parcels lie on one another that their faces, which grow as the square of their number, are not worth naming. */
export function isDeep(depth: Int32Array): boolean {
  let pairs = 0
  for (const d of depth) pairs += (d * (d - 1)) / 2
  return pairs > DEEP.plain + DEEP.each * depth.length
}

/** Every pair of owners that shares ground, ascending. */
export function pairsOf(plane: Arrangement, measure: Measure, { leastArea, outlined }: PairsWanted): Pair[] {
  const covers = new Covers()
  const cover = coverOf(plane, covers)
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
  for (const [a, mine] of byFirst)
    for (const [b, faces] of mine) {
      const { areaM2, largest } = inAll(faces, measure)
      if (areaM2 > leastArea) all.push({ a, b, areaM2, outline: outlined ? measure.outline(faces) : null, ...measure.inside(largest) })
    }
  return all.sort((p, q) => p.a - q.a || p.b - q.b)
}

/** In order of size, so that the sum does not depend on how the faces are numbered. */
function inAll(faces: readonly number[], measure: Measure): { areaM2: number; largest: number } {
  if (faces.length === 1) return { areaM2: measure.faceArea(faces[0]), largest: faces[0] }
  const sorted = faces.map((f) => ({ f, area: measure.faceArea(f) })).sort((p, q) => p.area - q.area)
  return { areaM2: sorted.reduce((sum, { area }) => sum + area, 0), largest: sorted[sorted.length - 1].f }
}

/** The same for parcels in deep stacks: every two whose boxes meet in a plane of their own. `mended` as in rings.ts. */
export function* pairsTwoByTwo(
  ground: Ground,
  mended: OwnedSegments,
  areaOf: RingArea | null,
  { leastArea, outlined }: PairsWanted,
): Generator<Pair> {
  const { box, grid } = ground
  const boxes = new Boxes(box)
  const isMended = flags(box.length / 4)
  for (const owner of mended.owner) isMended[owner] = 1
  let looked = 0
  for (let a = 0; 4 * a < box.length; a++) {
    if (!(box[4 * a] <= box[4 * a + 2])) continue
    const others: number[] = []
    boxes.meet(box[4 * a], box[4 * a + 1], box[4 * a + 2], box[4 * a + 3], (b) => {
      if (b > a) others.push(b)
    })
    looked += others.length
    if (looked > MOST_PAIRS)
      throw new TooTangled(
        `more than ${MOST_PAIRS} pairs of parcels lie on one another in deep stacks`,
        toGrid(box[4 * a], grid.x),
        toGrid(box[4 * a + 1], grid.y),
      )
    for (const b of others.sort((p, q) => p - q)) {
      const pair = pooled(() => commonGround(a, b))
      if (pair) yield pair
    }
  }

  function commonGround(a: number, b: number): Pair | null {
    const plane = arrange(segmentsOf(ground, edgeTable(ground, Uint32Array.of(a, b)), mendedOf(a, b)), 'all')
    const covers = new Covers()
    const cover = coverOf(plane, covers)
    const faces: number[] = []
    for (let f = 1; f < plane.faces; f++) if (covers.size(cover[f]) > 1 && covers.members(cover[f]).length > 1) faces.push(f)
    if (faces.length === 0) return null
    const measure = measureOf(plane, grid, areaOf)
    const { areaM2, largest } = inAll(faces, measure)
    return areaM2 > leastArea ? { a, b, areaM2, outline: outlined ? measure.outline(faces) : null, ...measure.inside(largest) } : null
  }

  function mendedOf(a: number, b: number): OwnedSegments {
    if (!isMended[a] && !isMended[b]) return NO_SEGMENTS
    const chosen = flags(isMended.length)
    chosen[a] = 1
    chosen[b] = 1
    return ofOwners(mended, chosen)
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
