/** How a plan looks on a map: what begins in which year, and the patches that have options and are left. */
import type { LayerSpec } from '@dishu/web-kit/map/layer-changes'
import { optionOf, yearOf } from './results.ts'
import type { ResultReply } from './scenarios.wire.ts'

const COLOURS = ['#2F6DA8', '#C98A1B', '#3A8F5C', '#7A2E8C', '#B5432E', '#4E9BA6', '#8A7A2E', '#A3557B', '#5B6FB5', '#6FA33A']
const LEFT = '#9AA3A8'
export const PLAN_PICKABLE = ['plan-fill', 'plan-points']

/** Options of a result in the order of their area, each with its colour. */
export function coloursOf(result: ResultReply): ReadonlyMap<string, string> {
  const area = new Map<string, number>()
  for (const { option, areaM2 } of result.figures.land) area.set(option, (area.get(option) ?? 0) + areaM2)
  return new Map(
    [...area].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([option], i) => [option, COLOURS[i % COLOURS.length]]),
  )
}

type Shapes = { readonly type: 'FeatureCollection'; readonly features: readonly unknown[] }
/** The patches of a result as points, with what they are by a year. */
export function planShapes(result: ResultReply, year: number): Shapes {
  const labels = new Map(result.choices.flatMap(({ label, patches }) => patches.map((patch) => [patch, label] as const)))
  const colours = coloursOf(result)
  return {
    type: 'FeatureCollection',
    features: result.places.map(([patch, lon, lat]) => {
      const label = labels.get(patch) ?? ''
      const begins = yearOf(label)
      const on = begins !== null && begins <= year
      return {
        type: 'Feature',
        geometry: { type: 'Point', coordinates: [lon, lat] },
        properties: { id: patch, colour: on ? (colours.get(optionOf(label)) ?? LEFT) : LEFT, on },
      }
    }),
  }
}

export function planLayers(
  result: ResultReply,
  year: number,
  selected: number | null,
  look: { readonly ink: string; readonly halo: string; readonly accent: string },
): LayerSpec[] {
  const colours = coloursOf(result)
  const chosen = result.choices.flatMap(({ label, patches }) => {
    const begins = yearOf(label)
    return begins !== null && begins <= year ? [[patches, colours.get(optionOf(label)) ?? LEFT] as const] : []
  })
  const fill =
    chosen.length > 0
      ? ['match', ['get', 'id'], ...chosen.flatMap(([patches, colour]) => [[...patches], colour]), 'rgba(0,0,0,0)']
      : 'rgba(0,0,0,0)'
  return [
    {
      id: 'plan-fill',
      type: 'fill',
      source: 'register',
      sourceLayer: 'cells',
      paint: { 'fill-color': fill, 'fill-opacity': 0.85, 'fill-antialias': false },
    },
    {
      id: 'plan-points',
      type: 'circle',
      source: 'plan',
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 8, ['case', ['get', 'on'], 4, 2.5], 14, ['case', ['get', 'on'], 9, 6]],
        'circle-color': ['get', 'colour'],
        'circle-opacity': ['case', ['get', 'on'], 0.9, 0.55],
        'circle-stroke-color': ['case', ['==', ['get', 'id'], selected ?? -1], look.accent, look.halo],
        'circle-stroke-width': ['case', ['==', ['get', 'id'], selected ?? -1], 3, 1],
      },
    },
  ]
}

export function boundsOfPlan({ places }: ResultReply): readonly [number, number, number, number] | null {
  if (places.length === 0) return null
  const lons = places.map(([, lon]) => lon)
  const lats = places.map(([, , lat]) => lat)
  const least = (list: readonly number[]) => list.reduce((a, b) => Math.min(a, b))
  const most = (list: readonly number[]) => list.reduce((a, b) => Math.max(a, b))
  return [least(lons) - 0.01, least(lats) - 0.01, most(lons) + 0.01, most(lats) + 0.01]
}
