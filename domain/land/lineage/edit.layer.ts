/** Drawing on the map: rows round the place, what is drawn, and the parts as they would be. */
import type { LayerSpec } from '@dishu/web-kit/map/layer-changes'
import type { Brought, GroundRow, LonLat, Plan, StoredOutline } from './lineage.ts'
import { drawingOf, storedFrom } from './shapes.ts'

export type EditLook = { readonly ink: string; readonly accent: string; readonly danger: string; readonly halo: string }
/** Parts side by side, told apart without red or green. */
export const PART_COLOURS = ['#2F6DA8', '#D9A400', '#7A4FA3', '#0B7A75', '#C1652F', '#8E94C8'] as const

/** Outlines of rows in degrees, by row: what one snaps to, and what is drawn. */
export function outlinesInDegrees(rows: readonly GroundRow[], target: GroundRow): ReadonlyMap<number, StoredOutline> {
  const drawing = drawingOf(rows, target)
  if (!drawing) return new Map()
  return new Map(
    [...drawing.polygons].map(([id, polygons]) => [
      id,
      storedFrom(
        polygons.map(({ rings }) => ({
          rings: rings.map((ring) => {
            const copy = ring.slice()
            drawing.plane.toLonLat(copy)
            return copy
          }),
        })),
      ),
    ]),
  )
}

const pairs = (ring: readonly number[]): LonLat[] =>
  Array.from({ length: ring.length / 2 }, (_, i) => [ring[2 * i], ring[2 * i + 1]] as const)
const polygon = (outline: StoredOutline, properties: Readonly<Record<string, unknown>>) => ({
  type: 'Feature',
  properties,
  geometry: { type: 'MultiPolygon', coordinates: outline.map((rings) => rings.map(pairs)) },
})
const point = (place: LonLat, role: string) => ({ type: 'Feature', properties: { role }, geometry: { type: 'Point', coordinates: place } })

export type Sketch = {
  readonly outlines: ReadonlyMap<number, StoredOutline>
  readonly chosen: readonly number[]
  readonly line: readonly LonLat[]
  readonly moves: readonly { readonly from: LonLat; readonly to: LonLat }[]
  readonly hand: { readonly place: LonLat; readonly on: 'corner' | 'line' | null } | null
  readonly plan: Plan | null
  readonly brought: readonly Brought[]
  readonly showing: 'before' | 'after'
}

export function sketchShapes({ outlines, chosen, line, moves, hand, plan, brought, showing }: Sketch): unknown {
  const after = showing === 'after' && plan
  const gone = new Set(after ? [...plan.retired, ...plan.reshaped.map(({ id }) => id)] : [])
  const features: unknown[] = []
  for (const [id, outline] of outlines)
    if (!gone.has(id)) features.push(polygon(outline, { role: chosen.includes(id) ? 'chosen' : 'near' }))
  if (after) {
    plan.reshaped.forEach(({ lonLat, woven }, i) => {
      features.push(polygon(lonLat, woven ? { role: 'near' } : { role: 'part', part: i % PART_COLOURS.length }))
    })
    plan.made.forEach(({ lonLat }, i) => {
      features.push(polygon(lonLat, { role: 'part', part: i % PART_COLOURS.length }))
    })
  }
  const drawn = [...line, ...(hand && line.length > 0 ? [hand.place] : [])]
  if (drawn.length > 1)
    features.push({ type: 'Feature', properties: { role: 'line' }, geometry: { type: 'LineString', coordinates: drawn } })
  for (const place of line) features.push(point(place, 'corner'))
  for (const { from, to } of moves) {
    features.push(
      { type: 'Feature', properties: { role: 'move' }, geometry: { type: 'LineString', coordinates: [from, to] } },
      point(to, 'corner'),
    )
  }
  for (const { place, blocks } of brought) if (place) features.push(point(place, blocks ? 'error' : 'notice'))
  if (hand) features.push(point(hand.place, hand.on ? `hand-${hand.on}` : 'hand'))
  return { type: 'FeatureCollection', features }
}

export function sketchLayers({ ink, accent, danger, halo }: EditLook): readonly LayerSpec[] {
  const role = (...names: string[]) => ['in', ['get', 'role'], ['literal', names]]
  const colour = ['match', ['get', 'part'], ...PART_COLOURS.flatMap((each, i) => [i, each]), PART_COLOURS[0]]
  const line = (id: string, filter: readonly unknown[], paint: LayerSpec['paint']): LayerSpec => ({
    id,
    type: 'line',
    source: 'edit',
    filter,
    paint,
  })
  const circle = (id: string, filter: readonly unknown[], paint: LayerSpec['paint']): LayerSpec => ({
    id,
    type: 'circle',
    source: 'edit',
    filter,
    paint,
  })
  return [
    { id: 'edit-chosen', type: 'fill', source: 'edit', filter: role('chosen'), paint: { 'fill-color': accent, 'fill-opacity': 0.18 } },
    { id: 'edit-part', type: 'fill', source: 'edit', filter: role('part'), paint: { 'fill-color': colour, 'fill-opacity': 0.55 } },
    line('edit-near', role('near'), { 'line-color': ink, 'line-width': 0.9, 'line-opacity': 0.7 }),
    line('edit-halo', role('chosen', 'part'), { 'line-color': halo, 'line-width': 4 }),
    line('edit-outline', role('chosen', 'part'), { 'line-color': accent, 'line-width': 2 }),
    line('edit-line-halo', role('line', 'move'), { 'line-color': halo, 'line-width': 5 }),
    line('edit-line', role('line', 'move'), { 'line-color': danger, 'line-width': 2.2, 'line-dasharray': [2.5, 1.2] }),
    circle('edit-corners', role('corner'), {
      'circle-radius': 4,
      'circle-color': halo,
      'circle-stroke-color': danger,
      'circle-stroke-width': 2,
    }),
    circle('edit-errors', role('error', 'notice'), {
      'circle-radius': 10,
      'circle-color': danger,
      'circle-opacity': ['match', ['get', 'role'], 'error', 0.45, 0.15],
      'circle-stroke-color': danger,
      'circle-stroke-width': 1.5,
    }),
    circle('edit-hand', role('hand', 'hand-corner', 'hand-line'), {
      'circle-radius': ['match', ['get', 'role'], 'hand', 4, 7],
      'circle-color': ['match', ['get', 'role'], 'hand-corner', accent, halo],
      'circle-opacity': ['match', ['get', 'role'], 'hand', 0.6, 0.85],
      'circle-stroke-color': accent,
      'circle-stroke-width': 2,
    }),
  ]
}

/** Whether a place lies in an outline: an odd number of its edges east of it. */
export function liesInOutline([x, y]: LonLat, outline: StoredOutline): boolean {
  let inside = false
  for (const ring of outline.flat())
    for (let i = 0; i + 3 < ring.length; i += 2)
      if (ring[i + 1] > y !== ring[i + 3] > y && x < ring[i] + ((y - ring[i + 1]) / (ring[i + 3] - ring[i + 1])) * (ring[i + 2] - ring[i]))
        inside = !inside
  return inside
}
