/**
 * Parcels laid over other layers: how much of each lies under which of their polygons, exact and complete.
 *
 * A parcel whose box no edge of another layer meets lies wholly inside or outside every polygon, and one point of it tells. Only the others are cut,
 * all of them in one arrangement, so that what two neighbours have in common is the same to the last bit.
 */
import { arrange } from './arrangement.ts'
import { Boxes } from './boxes.ts'
import { floats, marked, pooled } from './buffer.ts'
import { clipper } from './clip.ts'
import { Covers, coverOf, depths } from './cover.ts'
import { edgeTable, ofOwners, segmentsOf, together } from './edges.ts'
import { type Ground, groundOf, parcelArea } from './ground.ts'
import { deepWindows } from './heaps.ts'
import type { OverlayOptions, Piece, PolygonLayer } from './layer.ts'
import { locator } from './locate.ts'
import { type Prepared, whoMeets } from './near.ts'
import { OpenEdges } from './open-edges.ts'
import { type Measure, measureOf } from './outline.ts'
import { checkRings } from './rings.ts'

type Found = { readonly others: readonly number[]; areaM2: number; readonly faces: number[] }

/**
 * Pieces parcel by parcel, ascending; within a parcel in order of `under`, uncovered ground last. The areas of a parcel's pieces add up to its area:
 * what the grid rounded away (of the order of perimeter × 7e-9 m) is with its largest piece. A parcel without ground has no piece. Overlapping parcels
 * each have their own pieces. Rings that cross themselves count as rings.ts describes.
 */
export function overlayLayers(parcels: PolygonLayer, others: readonly PolygonLayer[], options: OverlayOptions = {}): Piece[] {
  return pooled(() => laidOver(parcels, others, options))
}

function laidOver(parcels: PolygonLayer, others: readonly PolygonLayer[], options: OverlayOptions): Piece[] {
  const areaOf = options.areaOf ?? null
  const count = parcels.polygonRing.length - 1
  const own = prepared(parcels)
  const { grid } = own.ground
  const layers = others.map((layer) => prepared(layer, grid))
  const area = floats(count)
  for (let p = 0; p < count; p++) area[p] = own.mended.get(p) ?? parcelArea(own.ground, p, areaOf)

  const { cut, cutting, near } = whoMeets(own.ground, layers)
  const pieces = new Array<Piece | readonly Piece[] | undefined>(count)
  const locators = layers.map((layer) => locator(layer.ground))
  const areasAlone = options.outlines === false && areaOf === null && !options.firstOnly
  if (areasAlone) clipParcels()
  else
    for (let p = 0; p < count; p++) {
      if (cut[p] || !(area[p] > 0)) continue
      const under = locatedAt(p)
      pieces[p] = { parcel: p, under: options.firstOnly ? under.map((here) => here.slice(0, 1)) : under, areaM2: area[p], outline: null }
    }
  cutParcels()
  return flattened(pieces)

  /** Polygons of every layer around the first vertex of a parcel. */
  function locatedAt(p: number): number[][] {
    const v = 2 * parcels.ringStart[parcels.polygonRing[p]]
    return locators.map((locate) => locate.all(parcels.xy[v], parcels.xy[v + 1]))
  }

  /** Areas alone need no arrangement where one layer's borders cross a parcel's cleanly. */
  function clipParcels(): void {
    const doubtful = layers.flatMap(doubtfulGround)
    const { start, layer: ofLayer } = near
    const { box } = own.ground
    const under = underNames(layers.length)
    const clippers = layers.map((layer, k) => clipper(own.ground, layer.ground, near, locators[k]))
    for (let p = 0; p < count; p++) {
      if (!(area[p] > 0)) continue
      let isDoubtful = false
      for (const boxes of doubtful) if (boxes.meets(box[4 * p], box[4 * p + 1], box[4 * p + 2], box[4 * p + 3])) isDoubtful = true
      const v = 2 * parcels.ringStart[parcels.polygonRing[p]]
      if (!cut[p]) {
        const names = isDoubtful ? locatedAt(p) : under(locators.map((locate) => locate.one(parcels.xy[v], parcels.xy[v + 1])))
        pieces[p] = { parcel: p, under: names, areaM2: area[p], outline: null }
        continue
      }
      if (isDoubtful || own.mended.has(p) || start[p] === start[p + 1]) continue
      const k = ofLayer[start[p]]
      if (ofLayer[start[p + 1] - 1] !== k) continue // edges are in order of their layers
      const shares = clippers[k](p, area[p])
      if (!shares) continue
      const around = locators.map((locate, l) => (l === k ? -1 : locate.one(parcels.xy[v], parcels.xy[v + 1])))
      const mine: Mutable<Piece>[] = []
      for (let i = 0; i < shares.count; i++) {
        around[k] = shares.polygon[i]
        mine.push({ parcel: p, under: under(around), areaM2: shares.areaM2[i], outline: null })
      }
      pieces[p] = addedUp(mine, area[p])
      cut[p] = 0
    }
    // polygons that come near none of the parcels left are told by a point
    cutting.forEach((polygons, k) => {
      for (let j = 0; j < polygons.length; j++) if (!layers[k].mended.has(j)) polygons[j] = 0
    })
    for (let p = 0; p < count; p++) {
      if (!cut[p] || !(area[p] > 0)) continue
      for (let e = start[p]; e < start[p + 1]; e++) cutting[ofLayer[e]][near.polygon[e]] = 1
    }
  }

  function prepared(layer: PolygonLayer, shared?: Ground['grid']): Prepared {
    const ground = groundOf(layer, shared)
    const rings = checkRings(ground, areaOf)
    return { ground, mended: rings.mended, segments: rings.segments }
  }

  function cutParcels(): void {
    const members = marked(cut).filter((p) => area[p] > 0)
    if (members.length === 0) return
    const drawn = [segmentsOf(own.ground, edgeTable(own.ground, members), ofOwners(own.segments, cut))]
    const offsets: number[] = []
    let owners = count
    layers.forEach((layer, k) => {
      offsets.push(owners)
      const polygons = marked(cutting[k])
      const theirs = segmentsOf(layer.ground, edgeTable(layer.ground, polygons), ofOwners(layer.segments, cutting[k]))
      drawn.push({ ...theirs, owner: theirs.owner.map((owner) => owner + owners) })
      owners += cutting[k].length
    })
    const plane = arrange(together(drawn), 'all')
    const covers = new Covers()
    const cover = coverOf(plane, covers)
    const measure = measureOf(plane, grid, areaOf)

    const found = new Map<number, Found[]>()
    const split = Array.from({ length: covers.count }, (_, set) => {
      const owners = covers.members(set)
      return { on: owners.filter((owner) => owner < count), others: owners.filter((owner) => owner >= count) }
    })
    for (let f = 1; f < plane.faces; f++) {
      const { on, others } = split[cover[f]]
      if (on.length === 0) continue
      const areaM2 = measure.faceArea(f)
      for (const p of on) {
        let mine = found.get(p)
        if (!mine) {
          mine = []
          found.set(p, mine)
        }
        const piece = mine.find((each) => isSame(each.others, others))
        if (!piece) mine.push({ others, areaM2, faces: [f] })
        else {
          piece.areaM2 += areaM2
          piece.faces.push(f)
        }
      }
    }
    const underOf = (others: readonly number[]) =>
      offsets.map((offset, k) =>
        others.filter((owner) => owner >= offset && owner < offset + cutting[k].length).map((owner) => owner - offset),
      )
    for (const [p, mine] of found) {
      // polygons none of whose edges are here lie around the whole parcel or not at all
      const around = locatedAt(p).map((here, k) => here.filter((j) => !cutting[k][j]))
      const under = (others: readonly number[]) => underOf(others).map((on, k) => [...on, ...around[k]].sort((a, b) => a - b))
      const found = mine.map(({ others, areaM2, faces }) => ({ under: under(others), areaM2, faces }))
      pieces[p] = piecesOf(p, options.firstOnly ? underFirst(found) : found, measure)
    }
  }

  function piecesOf(
    p: number,
    found: { readonly under: number[][]; areaM2: number; readonly faces: number[] }[],
    measure: Measure | null,
  ): Piece[] {
    found.sort((a, b) => compareUnder(a.under, b.under))
    const whole = found.length === 1
    const mine = found.map(({ under, areaM2, faces }) => ({
      parcel: p,
      under,
      areaM2,
      outline: whole || options.outlines === false || !measure ? null : measure.outline(faces),
    }))
    return addedUp(mine, area[p])
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** What rounding took or added goes to the largest piece. */
function addedUp(pieces: Mutable<Piece>[], areaM2: number): Piece[] {
  let largest = pieces[0]
  let sum = 0
  for (const piece of pieces) {
    sum += piece.areaM2
    if (piece.areaM2 > largest.areaM2) largest = piece
  }
  largest.areaM2 += areaM2 - sum
  return pieces
}

function flattened(pieces: readonly (Piece | readonly Piece[] | undefined)[]): Piece[] {
  const all: Piece[] = []
  for (const mine of pieces) {
    if (mine === undefined) continue
    if ('parcel' in mine) all.push(mine)
    else for (const piece of mine) all.push(piece)
  }
  return all
}

/** What to call ground under one polygon of each layer, or none (−1); of a single layer each name is made once. */
function underNames(layers: number): (polygons: readonly number[]) => readonly (readonly number[])[] {
  const nameOf = (polygons: readonly number[]) => polygons.map((j) => (j < 0 ? [] : [j]))
  if (layers !== 1) return nameOf
  const names: (readonly (readonly number[])[] | undefined)[] = []
  return (polygons) => {
    const at = polygons[0] + 1
    let name = names[at]
    if (!name) {
      name = nameOf(polygons)
      names[at] = name
    }
    return name
  }
}

type UnderSome = { readonly under: number[][]; areaM2: number; readonly faces: number[] }

/** Pieces with only the first polygon of each layer, joined where that makes them the same. */
function underFirst(found: readonly UnderSome[]): UnderSome[] {
  const joined: UnderSome[] = []
  for (const { under, areaM2, faces } of found) {
    const first = under.map((on) => on.slice(0, 1))
    const same = joined.find((piece) => piece.under.every((on, k) => isSame(on, first[k])))
    if (!same) joined.push({ under: first, areaM2, faces })
    else {
      same.areaM2 += areaM2
      same.faces.push(...faces)
    }
  }
  return joined
}

const isSame = (a: readonly number[], b: readonly number[]) => a.length === b.length && a.every((each, i) => each === b[i])

/** By the first layer's polygons, then the second's …; ground under none comes after ground under some. */
function compareUnder(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number {
  for (let k = 0; k < a.length; k++) {
    const n = Math.max(a[k].length, b[k].length)
    for (let i = 0; i < n; i++) {
      const d = (a[k][i] ?? Number.POSITIVE_INFINITY) - (b[k][i] ?? Number.POSITIVE_INFINITY)
      if (d !== 0 && !Number.isNaN(d)) return d
    }
  }
  return 0
}

/** Ground of a layer of which no single polygon can be told: where it overlaps itself, and where rings had to be mended. */
function doubtfulGround({ ground, mended, segments }: Prepared): readonly Boxes[] {
  const edges = new OpenEdges(ground)
  edges.add(0, ground.nowhere.length)
  const plane = arrange(together([edges.segments(), segments]), 'open')
  const deep = deepWindows(plane, depths(plane), ground.grid)
  const around = new Boxes(ground.box, Uint32Array.from(mended.keys()))
  return deep.length > 0 ? [new Boxes(deep), around] : [around]
}
