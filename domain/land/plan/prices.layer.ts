/** What one more m³ is worth where and when: districts and canals in the colour of its price. */
import type { LayerSpec } from '@dishu/web-kit/map/layer-changes'
import { lineOf, type Water } from '../water/water.ts'
import type { ResultReply } from './scenarios.wire.ts'

/** One hue from light to dark; nothing is a colour of its own. */
const STEPS = ['#F2EFE6', '#E9D8A6', '#E0A458', '#C1652F', '#7A2E1D'] as const
const NOTHING = '#C9CFD3'

/** Periods of the plan in which water is worth anything, in their order. */
export const pricedPeriods = ({ figures }: Pick<ResultReply, 'figures'>): readonly string[] =>
  [...new Set((figures.gates ?? []).map(([, period]) => period))].sort()

/** Prices at the nodes in a period, with the dearest of all periods: colours mean the same in every month. */
export function pricesAt({ figures }: Pick<ResultReply, 'figures'>, period: string) {
  const gates = figures.gates ?? []
  return {
    at: new Map(gates.flatMap(([node, of, price]) => (of === period ? [[node, price] as const] : []))),
    most: gates.reduce((most, [, , price]) => Math.max(most, price), 0),
  }
}
export const colourOf = (price: number, most: number): string =>
  price > 0 && most > 0 ? STEPS[Math.min(STEPS.length - 1, Math.floor((price / most) * STEPS.length))] : NOTHING
/** From which price on each colour is shown. */
export const priceSteps = (most: number) => STEPS.map((colour, i) => ({ colour, from: (most * i) / STEPS.length }))

export function priceShapes(water: Water, { at, most }: ReturnType<typeof pricesAt>) {
  const feature = (geometry: unknown, node: string, name: string) => ({
    type: 'Feature',
    geometry,
    properties: { colour: colourOf(at.get(node) ?? 0, most), price: at.get(node) ?? 0, name },
  })
  const nodes = new Map(water.nodes.map((node) => [node.nodeId, node]))
  return {
    type: 'FeatureCollection' as const,
    features: [
      ...water.districts.flatMap(({ outline, nodeId, name }) => {
        const node = nodes.get(nodeId)
        if (outline) return [feature({ type: 'MultiPolygon', coordinates: outline }, nodeId, name)]
        return node ? [feature({ type: 'Point', coordinates: [node.lon, node.lat] }, nodeId, name)] : [] // not drawn yet
      }),
      ...water.reaches.flatMap((reach) => {
        const line = reach.reachKind === 'canal' ? lineOf(water, reach) : null
        return line ? [feature({ type: 'LineString', coordinates: line }, reach.toNode, reach.name)] : []
      }),
    ],
  }
}

export const priceLayers = ({ ink, halo }: { readonly ink: string; readonly halo: string }): LayerSpec[] => [
  {
    id: 'price-districts',
    type: 'fill',
    source: 'prices',
    filter: ['==', ['geometry-type'], 'Polygon'],
    paint: { 'fill-color': ['get', 'colour'], 'fill-opacity': 0.7 },
  },
  {
    id: 'price-edges',
    type: 'line',
    source: 'prices',
    filter: ['==', ['geometry-type'], 'Polygon'],
    paint: { 'line-color': ink, 'line-width': 1, 'line-opacity': 0.5 },
  },
  {
    id: 'price-ground',
    type: 'line',
    source: 'prices',
    filter: ['==', ['geometry-type'], 'LineString'],
    paint: { 'line-color': ink, 'line-width': 6 },
    layout: { 'line-cap': 'round' },
  },
  {
    id: 'price-canals',
    type: 'line',
    source: 'prices',
    filter: ['==', ['geometry-type'], 'LineString'],
    paint: { 'line-color': ['get', 'colour'], 'line-width': 4 },
    layout: { 'line-cap': 'round' },
  },
  {
    id: 'price-gates',
    type: 'circle',
    source: 'prices',
    filter: ['==', ['geometry-type'], 'Point'],
    paint: { 'circle-radius': 8, 'circle-color': ['get', 'colour'], 'circle-stroke-color': ink, 'circle-stroke-width': 1 },
  },
  {
    id: 'price-names',
    type: 'symbol',
    source: 'prices',
    filter: ['!=', ['geometry-type'], 'LineString'],
    paint: { 'text-color': ink, 'text-halo-color': halo, 'text-halo-width': 1.5 },
    layout: { 'text-field': ['get', 'name'], 'text-size': 12, 'text-optional': true },
  },
]
