/**
 * Blocks as the points that stand for them. A mean over an area is a weighted mean over such points; what is lost by that is known to shrink with
 * their number (Journel & Huijbregts 1978, II.D.3).
 */
import type { Covariance } from './model.ts'

/** Points, metres, and their weights, which add up to 1. `cellSide`: side of the square that one point stands for, 0 where the points are nodes of a quadrature. */
export type Support = {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly weights: Float64Array
  readonly middleX: number
  readonly middleY: number
  readonly cellSide: number
}

/** Nodes and weights of Gauss and Legendre's rule with four points on −1…1 (Abramowitz & Stegun 1964, 25.4.30). */
const GAUSS_NODES = [-0.8611363115940526, -0.3399810435848563, 0.3399810435848563, 0.8611363115940526]
const GAUSS_WEIGHTS = [0.34785484513745385, 0.6521451548625461, 0.6521451548625461, 0.34785484513745385]

/** A rectangle of `width` × `height` metres around x, y by 4 × 4 Gauss–Legendre nodes, the rule of gstat. */
export function rectangleSupport(x: number, y: number, width: number, height: number): Support {
  const xs: number[] = []
  const ys: number[] = []
  const weights: number[] = []
  for (let i = 0; i < 4; i++) {
    for (let j = 0; j < 4; j++) {
      xs.push(x + (GAUSS_NODES[i] * width) / 2)
      ys.push(y + (GAUSS_NODES[j] * height) / 2)
      weights.push((GAUSS_WEIGHTS[i] * GAUSS_WEIGHTS[j]) / 4)
    }
  }
  return { x: Float64Array.from(xs), y: Float64Array.from(ys), weights: Float64Array.from(weights), middleX: x, middleY: y, cellSide: 0 }
}

/** A cut of a horizontal line through a polygon. */
type Span = { readonly y: number; readonly from: number; readonly length: number }

/** A polygon is cut up into no more than this many times the points asked for. */
const MOST_POINTS = 4

/**
 * A polygon of any shape by about `count` points (never more than four times as many): horizontal lines at equal distances are cut by the rings, and every cut
 * has points at equal steps, each weighing as much as the piece of the cut it stands for. However thin or holed the shape, the points lie in it. Rings are
 * x, y, x, y, …; inside is what an odd number of them encloses, so that shells, holes and several parts need no order. Null where the rings enclose nothing.
 */
export function polygonSupport(rings: readonly Float64Array[], count: number): Support | null {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const ring of rings) {
    for (let i = 0; i + 1 < ring.length; i += 2) {
      if (ring[i] < minX) minX = ring[i]
      if (ring[i] > maxX) maxX = ring[i]
      if (ring[i + 1] < minY) minY = ring[i + 1]
      if (ring[i + 1] > maxY) maxY = ring[i + 1]
    }
  }
  const height = maxY - minY
  if (!(maxX > minX) || !(height > 0) || !Number.isFinite(maxX - minX + height)) return null
  // a first look tells how large it is, so how far apart its points are
  const glance = spansOf(rings, minY, height, 16)
  const step = Math.sqrt((lengthOf(glance) * height) / 16 / count)
  const lines = step > 0 ? Math.min(MOST_POINTS * count, Math.max(1, Math.round(height / step))) : 16
  const spans = spansOf(rings, minY, height, lines)
  const total = lengthOf(spans)
  if (!(total > 0)) return null
  const side = Math.sqrt((total * height) / lines / count)
  const shares = spans.map(({ length }) => Math.max(1, Math.round(length / side)))
  const points = shares.reduce((sum, each) => sum + each, 0)
  return points <= MOST_POINTS * count
    ? alongSpans(spans, shares, points, total, height / lines)
    : endToEnd(spans, count, total, height / lines)
}

function spansOf(rings: readonly Float64Array[], minY: number, height: number, lines: number): Span[] {
  const spans: Span[] = []
  for (let line = 0; line < lines; line++) {
    const y = minY + ((line + 0.5) * height) / lines
    const cuts = cutsAt(rings, y)
    for (let c = 0; c + 1 < cuts.length; c += 2) if (cuts[c + 1] > cuts[c]) spans.push({ y, from: cuts[c], length: cuts[c + 1] - cuts[c] })
  }
  return spans
}

const lengthOf = (spans: readonly Span[]) => spans.reduce((sum, { length }) => sum + length, 0)

function alongSpans(spans: readonly Span[], shares: readonly number[], points: number, total: number, lineHeight: number): Support {
  const [x, y, weights] = [new Float64Array(points), new Float64Array(points), new Float64Array(points)]
  let at = 0
  for (const [s, { y: line, from, length }] of spans.entries()) {
    for (let i = 0; i < shares[s]; i++, at++) {
      x[at] = from + ((i + 0.5) * length) / shares[s]
      y[at] = line
      weights[at] = length / shares[s] / total
    }
  }
  return { x, y, weights, ...middleOf(x, y, weights), cellSide: Math.sqrt((total * lineHeight) / points) }
}

/** `count` points at equal steps along the cuts laid end to end: for shapes that are cut into more pieces than there may be points. */
function endToEnd(spans: readonly Span[], count: number, total: number, lineHeight: number): Support {
  const [x, y] = [new Float64Array(count), new Float64Array(count)]
  let [span, passed] = [0, 0]
  for (let i = 0; i < count; i++) {
    const at = ((i + 0.5) * total) / count
    while (span + 1 < spans.length && passed + spans[span].length <= at) passed += spans[span++].length
    x[i] = spans[span].from + Math.min(at - passed, spans[span].length)
    y[i] = spans[span].y
  }
  const weights = new Float64Array(count).fill(1 / count)
  return { x, y, weights, ...middleOf(x, y, weights), cellSide: Math.sqrt((total * lineHeight) / count) }
}

function middleOf(x: Float64Array, y: Float64Array, weights: Float64Array): { readonly middleX: number; readonly middleY: number } {
  let [middleX, middleY] = [0, 0]
  for (let i = 0; i < x.length; i++) {
    middleX += weights[i] * (x[i] - x[0])
    middleY += weights[i] * (y[i] - y[0])
  }
  return { middleX: x[0] + middleX, middleY: y[0] + middleY }
}

/** Where the rings cross the horizontal line at y, sorted. */
function cutsAt(rings: readonly Float64Array[], y: number): number[] {
  const cuts: number[] = []
  for (const ring of rings) {
    const n = ring.length >> 1
    for (let i = 0, j = n - 1; i < n; j = i++) {
      const [y0, y1] = [ring[2 * j + 1], ring[2 * i + 1]]
      if (y0 > y !== y1 > y) cuts.push(ring[2 * j] + ((y - y0) / (y1 - y0)) * (ring[2 * i] - ring[2 * j]))
    }
  }
  return cuts.sort((a, b) => a - b)
}

/** Mean distance of two points of a unit square (Ghosh 1951): how far apart the places are that one point stands for. */
const MEAN_DISTANCE = 0.5214054331647207

/** Squared distance, m², that stands for a point's pairs with itself. */
export const ownDistance2 = ({ cellSide }: Support): number => (MEAN_DISTANCE * cellSide) ** 2

/**
 * Variance of the mean over a block: the mean covariance of two of its places. The nugget has no part in it, since two places are never the same.
 * A point with itself stands for the pairs within its cell, a quadrature's node for no distance at all.
 */
export function withinVariance(support: Support, covariance: Covariance): number {
  const { x, y, weights } = support
  const own = ownDistance2(support)
  const row = new Float64Array(x.length)
  let sum = 0
  for (let a = 0; a < x.length; a++) {
    // each pair once, off the diagonal twice
    for (let b = 0; b < a; b++) row[b] = (x[a] - x[b]) ** 2 + (y[a] - y[b]) ** 2
    row[a] = own
    covariance.fillContinuous(row, a + 1)
    for (let b = 0; b < a; b++) sum += 2 * weights[a] * weights[b] * row[b]
    sum += weights[a] * weights[a] * row[a]
  }
  return sum
}
