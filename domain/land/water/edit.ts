/** Drawing the network: every step takes the water as it stands in the draft and gives it as it would be. Nothing is written from here. */
import { polygonArea } from './shapes.ts'
import type { LonLat, Water, WaterDistrict, WaterNode, WaterReach } from './things.ts'

const METRES_A_DEGREE = 111_195
/** Metres between two places near each other. */
export const metresBetween = (a: LonLat, b: LonLat): number =>
  Math.hypot((a[0] - b[0]) * Math.cos((((a[1] + b[1]) / 2) * Math.PI) / 180), a[1] - b[1]) * METRES_A_DEGREE

const placeOf = ({ lon, lat }: WaterNode): LonLat => [lon, lat]
const nodeAt = (water: Water, id: string) => water.nodes.find(({ nodeId }) => nodeId === id)

/** The nearest node within so many metres. */
export function nodeNear(water: Water, at: LonLat, metres: number): WaterNode | null {
  let best: WaterNode | null = null
  let least = metres
  for (const node of water.nodes) {
    const far = metresBetween(placeOf(node), at)
    if (far <= least) {
      least = far
      best = node
    }
  }
  return best
}

/** The first number after a letter that no row has. */
function free(letter: string, taken: Iterable<string>): string {
  const known = new Set(taken)
  for (let n = known.size + 1; ; n++) if (!known.has(`${letter}${n}`)) return `${letter}${n}`
}
const STATED = { mark: 'official', origin: null } as const
const round = (at: LonLat): LonLat => [Number(at[0].toFixed(7)), Number(at[1].toFixed(7))]

export function addNode(
  water: Water,
  at: LonLat,
  nodeKind: WaterNode['nodeKind'] = 'junction',
): { readonly water: Water; readonly nodeId: string } {
  const nodeId = free(
    'N',
    water.nodes.map((node) => node.nodeId),
  )
  const [lon, lat] = round(at)
  return { water: { ...water, nodes: [...water.nodes, { nodeId, name: nodeId, nodeKind, lon, lat, elevationM: null, ...STATED }] }, nodeId }
}

/** A reach over places; its ends become nodes, or snap to those within `metres`. Null for fewer than two places, or two ends at one node. */
export function drawReach(
  water: Water,
  reachKind: WaterReach['reachKind'],
  places: readonly LonLat[],
  metres: number,
): { readonly water: Water; readonly reachId: string } | null {
  const [first, last] = [places[0], places.at(-1)]
  if (places.length < 2 || !first || !last) return null
  let grown = water
  const end = (at: LonLat, last: boolean): string => {
    const near = nodeNear(grown, at, metres)
    if (near) return near.nodeId
    const added = addNode(grown, at, last && reachKind === 'drain' ? 'outlet' : 'junction')
    grown = added.water
    return added.nodeId
  }
  const [fromNode, toNode] = [end(first, false), end(last, true)]
  const [from, to] = [nodeAt(grown, fromNode), nodeAt(grown, toNode)]
  if (!from || !to || fromNode === toNode) return null
  const reachId = free(
    reachKind === 'canal' ? 'Q' : 'P',
    grown.reaches.map((reach) => reach.reachId),
  )
  const between = places.slice(1, -1).map(round)
  const reach: WaterReach = {
    ...{ reachId, name: reachId, reachKind, fromNode, toNode, lifted: 'no', efficiency: null, capacity: Array(12).fill(null) },
    line: between.length === 0 ? null : [placeOf(from), ...between, placeOf(to)],
    ...STATED,
  }
  return { water: { ...grown, reaches: [...grown.reaches, reach] }, reachId }
}

/** Whether two stretches of a ring that do not follow each other cross. */
function crossesItself(ring: readonly LonLat[]): boolean {
  const side = (a: LonLat, b: LonLat, c: LonLat) => Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))
  const n = ring.length
  for (let i = 0; i < n; i++)
    for (let j = i + 2; j < n; j++) {
      if (i === 0 && j === n - 1) continue // neighbours round the corner
      const [a, b, c, d] = [ring[i], ring[(i + 1) % n], ring[j], ring[(j + 1) % n]]
      if (side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0) return true
    }
  return false
}

/** A district's outline: of the one named, or of a new one that takes its water at the nearest node, with the area that was drawn. Null for a ring of fewer than three places, one that crosses itself, or where there is no node. */
export function drawDistrict(
  water: Water,
  places: readonly LonLat[],
  districtId: string | null,
): { readonly water: Water; readonly districtId: string } | null {
  const ring = places.map(round).filter((at, i, all) => i === 0 || at[0] !== all[i - 1][0] || at[1] !== all[i - 1][1])
  if (ring.length < 3 || crossesItself(ring)) return null
  const outline = [[[...ring, ring[0]]]]
  if (districtId !== null && water.districts.some((each) => each.districtId === districtId))
    return {
      water: { ...water, districts: water.districts.map((each) => (each.districtId === districtId ? { ...each, outline } : each)) },
      districtId,
    }
  const near = nodeNear(water, ring[0], Number.POSITIVE_INFINITY)
  if (!near) return null
  const id = free(
    'D',
    water.districts.map((each) => each.districtId),
  )
  const district: WaterDistrict = {
    ...{ districtId: id, name: id, nodeId: near.nodeId, zone: null, station: null, fieldEfficiency: null, serves: null },
    ...{ areaM2: Math.round(polygonArea(outline)), outline, ...STATED },
  }
  return { water: { ...water, districts: [...water.districts, district] }, districtId: id }
}

/** The line of a reach on the map, straight where none is drawn; null where a node is missing. */
export function lineOf(water: Water, { line, fromNode, toNode }: WaterReach): readonly LonLat[] | null {
  if (line) return line
  const [from, to] = [nodeAt(water, fromNode), nodeAt(water, toNode)]
  return from && to ? [placeOf(from), placeOf(to)] : null
}

/** Cuts a reach at the place of its line nearest to `at`: a node there, and two reaches that keep what was said of the one. */
export function splitReach(water: Water, reachId: string, at: LonLat): { readonly water: Water; readonly nodeId: string } | null {
  const reach = water.reaches.find((each) => each.reachId === reachId)
  const line = reach && lineOf(water, reach)
  if (!reach || !line) return null
  let best = { far: Number.POSITIVE_INFINITY, after: 0, place: line[0] }
  for (let i = 0; i + 1 < line.length; i++) {
    const [a, b] = [line[i], line[i + 1]]
    const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
    const square = dx * dx + dy * dy
    const t = square === 0 ? 0 : Math.max(0, Math.min(1, ((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / square))
    const place: LonLat = [a[0] + t * dx, a[1] + t * dy]
    const far = metresBetween(place, at)
    if (far < best.far) best = { far, after: i, place }
  }
  if ([line[0], line[line.length - 1]].some((end) => metresBetween(end, best.place) < 1)) return null // nothing would be left on one side
  const { water: grown, nodeId } = addNode(water, best.place)
  const place = round(best.place)
  const upper: WaterReach = { ...reach, toNode: nodeId, line: [...line.slice(0, best.after + 1), place] }
  const lower: WaterReach = {
    ...reach,
    reachId: free(
      `${reach.reachId}-`,
      grown.reaches.map((each) => each.reachId),
    ),
    fromNode: nodeId,
    line: [place, ...line.slice(best.after + 1)],
    // a reach's efficiency is that of its whole length: cut in two, the halves together must lose what it lost
    efficiency: shareOf(reach.efficiency, lengthOf([place, ...line.slice(best.after + 1)]) / lengthOf(line)),
  }
  const kept = { ...upper, efficiency: shareOf(reach.efficiency, lengthOf(upper.line ?? []) / lengthOf(line)) }
  return { water: { ...grown, reaches: grown.reaches.flatMap((each) => (each.reachId === reachId ? [kept, lower] : [each])) }, nodeId }
}
const lengthOf = (line: readonly LonLat[]) => line.slice(1).reduce((sum, point, i) => sum + metresBetween(line[i], point), 0)
const shareOf = (efficiency: number | null, share: number) => (efficiency === null ? null : Number((efficiency ** share).toFixed(6)))

/** A node elsewhere; the lines that end there follow. */
export function moveNode(water: Water, nodeId: string, at: LonLat): Water {
  const [lon, lat] = round(at)
  const moved = (reach: WaterReach): WaterReach => {
    if (!reach.line || (reach.fromNode !== nodeId && reach.toNode !== nodeId)) return reach
    const line = [...reach.line]
    if (reach.fromNode === nodeId) line[0] = [lon, lat]
    if (reach.toNode === nodeId) line[line.length - 1] = [lon, lat]
    return { ...reach, line }
  }
  return {
    ...water,
    nodes: water.nodes.map((node) => (node.nodeId === nodeId ? { ...node, lon, lat } : node)),
    reaches: water.reaches.map(moved),
  }
}

/** Without a reach. */
export const removeReach = (water: Water, reachId: string): Water => ({
  ...water,
  reaches: water.reaches.filter((each) => each.reachId !== reachId),
})
/** Without a node and the reaches that end there; sources and districts at it stay, and are told of. */
export const removeNode = (water: Water, nodeId: string): Water => ({
  ...water,
  nodes: water.nodes.filter((each) => each.nodeId !== nodeId),
  reaches: water.reaches.filter(({ fromNode, toNode }) => fromNode !== nodeId && toNode !== nodeId),
})
