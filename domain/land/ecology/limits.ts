/** What limits forbid on which ground of a patch: parts of it, not only whole patches. */
import { readWkb, type WkbPolygon } from '@dishu/base/wkb'
import { apportion } from '@dishu/numeric/shared/apportion'
import type { PolygonLayer } from '@dishu/numeric/topology/layer'
import { overlayLayers } from '@dishu/numeric/topology/overlay'

/**
 * ameliorate: improve land that stays what it is. reclaim: make cultivated land of what is not. to-paddy: turn dry land into paddy. convert: turn cultivated land into
 * something else. drain: new drains. build: works and roads. farm: go on tilling.
 */
export const ACTS = ['ameliorate', 'reclaim', 'to-paddy', 'convert', 'drain', 'build', 'farm'] as const
export type Act = (typeof ACTS)[number]

export type LimitRule = {
  readonly code: string
  readonly zh: string
  readonly en: string
  /** The ground layer that says where it holds; null: only the survey's classes do. */
  readonly layer: string | null
  /** Classes of the survey on which it holds, by their whole code. */
  readonly classes: readonly string[]
  readonly forbids: readonly Act[]
  readonly from: string // the day from which the law holds
  readonly to: string | null // the first day on which it holds no more
  readonly source: string
  readonly mark: 'found' | 'computed' | 'recalled' | 'own' | 'invented'
  readonly note: string
}

/** Ground of one patch under the same limits; the parts of a patch share no ground and leave none out. */
export type LimitPart = { readonly limits: readonly string[]; readonly areaM2: number }

/** The rules that hold on a day: an office's own in place of the program's of the same code. */
export function limitsOn(shipped: readonly LimitRule[], own: readonly LimitRule[], day: string): LimitRule[] {
  const replaced = new Set(own.map(({ code }) => code))
  return [...shipped.filter(({ code }) => !replaced.has(code)), ...own].filter(({ from, to }) => from <= day && (to === null || day < to))
}

export type Usable = {
  readonly areaM2: number
  /** What forbids the acts on the rest, with the ground each takes. A part under two limits counts for both. */
  readonly forbidden: readonly { readonly limit: string; readonly act: Act; readonly areaM2: number }[]
}

/** How much of a patch may see all of `acts`, and what forbids the rest. */
export function usableFor(parts: readonly LimitPart[], rules: readonly LimitRule[], acts: readonly Act[]): Usable {
  const ruleOf = new Map(rules.map((rule) => [rule.code, rule]))
  let areaM2 = 0
  const taken = new Map<string, { limit: string; act: Act; areaM2: number }>()
  for (const part of parts) {
    const bans = part.limits.flatMap((limit) =>
      acts.filter((act) => ruleOf.get(limit)?.forbids.includes(act)).map((act) => ({ limit, act })),
    )
    if (bans.length === 0) areaM2 += part.areaM2
    for (const { limit, act } of bans) {
      const key = `${limit} ${act}`
      taken.set(key, { limit, act, areaM2: (taken.get(key)?.areaM2 ?? 0) + part.areaM2 })
    }
  }
  const forbidden = [...taken.values()].sort((a, b) => b.areaM2 - a.areaM2 || (a.limit < b.limit ? -1 : 1))
  return { areaM2, forbidden }
}

/** An outline in metres of one plane. */
export type Outlined = { readonly polygons: readonly WkbPolygon[] }
export type PatchGround = Outlined & { readonly landClass: string; readonly areaM2: number }
export type LimitGround = Outlined & { readonly limit: string }

/**
 * Parts of patches under limits. All outlines lie in one plane; the areas of a patch's parts are in proportion to the plane's and add up, to the hundredth of a
 * square metre, to the patch's stated area. A patch whose outline holds nothing is one part under the limits of its class.
 */
export function limitParts(patches: readonly PatchGround[], grounds: readonly LimitGround[], rules: readonly LimitRule[]): LimitPart[][] {
  const byLimit = rules.map(({ code }) => grounds.filter(({ limit }) => limit === code))
  const layered = rules.map(({ code }, i) => ({ code, own: byLimit[i] })).filter(({ own }) => own.length > 0)
  const pieces =
    layered.length === 0
      ? []
      : overlayLayers(
          layerOf(patches),
          layered.map(({ own }) => layerOf(own)),
          { outlines: false },
        )
  const found: { limits: string[]; weight: number }[][] = patches.map(() => [])
  for (const { parcel, under, areaM2 } of pieces)
    found[parcel].push({ limits: under.flatMap((polygons, k) => (polygons.length > 0 ? [layered[k].code] : [])), weight: areaM2 })
  return patches.map(({ landClass, areaM2 }, p) => {
    const always = rules.filter(({ classes }) => classes.includes(landClass)).map(({ code }) => code)
    const merged = new Map<string, { limits: string[]; weight: number }>()
    for (const { limits, weight } of found[p].length > 0 ? found[p] : [{ limits: [], weight: 1 }]) {
      const all = [...new Set([...always, ...limits])].sort()
      const key = all.join()
      merged.set(key, { limits: all, weight: (merged.get(key)?.weight ?? 0) + weight })
    }
    const parts = [...merged.values()].sort((a, b) => (a.limits.join() < b.limits.join() ? -1 : 1))
    const areas = apportion(
      Math.round(areaM2 * 100),
      Float64Array.from(parts, ({ weight }) => weight),
    )
    return parts.map(({ limits }, i) => ({ limits, areaM2: areas[i] / 100 })).filter((part) => part.areaM2 > 0 || parts.length === 1)
  })
}

function layerOf(shapes: readonly Outlined[]): PolygonLayer {
  const polygonRing = new Uint32Array(shapes.length + 1)
  const ringStart = [0]
  const hole: number[] = []
  const rings: Float64Array[] = []
  shapes.forEach(({ polygons }, i) => {
    for (const polygon of polygons)
      polygon.rings.forEach((ring, r) => {
        rings.push(ring)
        ringStart.push(ringStart[ringStart.length - 1] + ring.length / 2)
        hole.push(r === 0 ? 0 : 1)
      })
    polygonRing[i + 1] = rings.length
  })
  const xy = new Float64Array(2 * ringStart[ringStart.length - 1])
  rings.forEach((ring, r) => {
    xy.set(ring, 2 * ringStart[r])
  })
  return { xy, ringStart: Uint32Array.from(ringStart), polygonRing, hole: Uint8Array.from(hole) }
}

/** The polygons of WKB, moved by `move`; none where it is no polygon. */
export function polygonsOf(wkb: Uint8Array, move: (xy: Float64Array) => void): WkbPolygon[] {
  const geometry = readWkb(wkb)
  if (geometry.type !== 'polygon') return []
  return geometry.polygons.map(({ rings }) => ({
    rings: rings.map((ring) => {
      const copy = ring.slice()
      move(copy)
      return copy
    }),
  }))
}
