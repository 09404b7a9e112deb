/** How water looks on a map: canals as wide as they carry, drains dashed, nodes by what they are, districts as a tint. */
import type { Bounds } from '@dishu/web-kit/map/draw'
import type { LayerSpec } from '@dishu/web-kit/map/layer-changes'
import { type LonLat, lineOf, type Water, type WaterFinding } from './water.ts'

const CANAL = '#2F6DA8'
const DRAIN = '#8A6D3B'

type Feature = { readonly type: 'Feature'; readonly properties: Readonly<Record<string, unknown>>; readonly geometry: unknown }
const collection = (features: readonly Feature[]) => ({ type: 'FeatureCollection', features })
const feature = (geometry: unknown, properties: Readonly<Record<string, unknown>>): Feature => ({ type: 'Feature', properties, geometry })

/** What there is, as shapes. `sel` is a sheet and key: `reach:Q1`. */
export function waterShapes(water: Water): unknown {
  const fed = new Set(water.sources.map(({ nodeId }) => nodeId))
  return collection([
    ...water.districts.flatMap((district) =>
      district.outline
        ? [
            feature(
              { type: 'MultiPolygon', coordinates: district.outline },
              { sel: `district:${district.districtId}`, kind: 'district', name: district.name },
            ),
          ]
        : [],
    ),
    ...water.reaches.flatMap((reach) => {
      const line = lineOf(water, reach)
      const widest = Math.max(0, ...reach.capacity.map((each) => each ?? 0))
      return line
        ? [
            feature(
              { type: 'LineString', coordinates: line },
              { sel: `reach:${reach.reachId}`, kind: reach.reachKind, name: reach.name, width: widthOf(widest), lifted: reach.lifted },
            ),
          ]
        : []
    }),
    ...water.nodes.map(({ nodeId, name, nodeKind, lon, lat }) =>
      feature(
        { type: 'Point', coordinates: [lon, lat] },
        { sel: `node:${nodeId}`, kind: 'node', nodeKind, name, source: fed.has(nodeId) ? 'yes' : 'no' },
      ),
    ),
  ])
}
/** 1.5 to 6 px, as the root of what a canal carries. */
const widthOf = (capacityM3S: number) => Number(Math.min(6, 1.5 + Math.sqrt(capacityM3S)).toFixed(2))

/** A line under way, and where something is wrong. */
export const drawnShapes = (places: readonly LonLat[]): unknown =>
  collection([
    ...(places.length > 1 ? [feature({ type: 'LineString', coordinates: places }, {})] : []),
    ...places.map((place) => feature({ type: 'Point', coordinates: place }, {})),
  ])
export const faultShapes = (findings: readonly WaterFinding[]): unknown =>
  collection(
    findings.flatMap(({ at, severity, sheet, key }) =>
      at && severity !== 'note' ? [feature({ type: 'Point', coordinates: at }, { sel: `${sheet}:${key}`, severity })] : [],
    ),
  )

export const PICKABLE = ['water-nodes', 'water-canals-wide', 'water-districts'] as const
type Colours = { readonly accent: string; readonly ink: string; readonly halo: string; readonly danger: string; readonly warning: string }

export function waterLayers(selected: string | null, { accent, ink, halo, danger, warning }: Colours): readonly LayerSpec[] {
  const of = (kind: string) => ['==', ['get', 'kind'], kind]
  const reaches = ['in', ['get', 'kind'], ['literal', ['canal', 'drain']]]
  const chosen = ['==', ['get', 'sel'], selected ?? '']
  return [
    {
      id: 'water-districts',
      type: 'fill',
      source: 'water',
      filter: of('district'),
      paint: { 'fill-color': CANAL, 'fill-opacity': ['case', chosen, 0.28, 0.1] },
    },
    {
      id: 'water-district-lines',
      type: 'line',
      source: 'water',
      filter: of('district'),
      paint: { 'line-color': CANAL, 'line-width': 1, 'line-opacity': 0.5 },
    },
    {
      id: 'water-chosen',
      type: 'line',
      source: 'water',
      filter: ['all', reaches, chosen],
      paint: { 'line-color': accent, 'line-width': 10, 'line-opacity': 0.35 },
    },
    {
      id: 'water-canals',
      type: 'line',
      source: 'water',
      filter: of('canal'),
      paint: { 'line-color': CANAL, 'line-width': ['get', 'width'] },
      layout: { 'line-cap': 'round' },
    },
    {
      id: 'water-drains',
      type: 'line',
      source: 'water',
      filter: of('drain'),
      paint: { 'line-color': DRAIN, 'line-width': 1.5, 'line-dasharray': [3, 2] },
    },
    // a line of a few pixels is hard to hit: an unseen one under the pointer
    {
      id: 'water-canals-wide',
      type: 'line',
      source: 'water',
      filter: reaches,
      paint: { 'line-color': CANAL, 'line-width': 14, 'line-opacity': 0 },
    },
    {
      id: 'water-arrows',
      type: 'symbol',
      source: 'water',
      filter: reaches,
      paint: { 'text-color': ink, 'text-halo-color': halo, 'text-halo-width': 1.5 },
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 90,
        'text-field': '›',
        'text-size': 18,
        'text-keep-upright': false,
        'text-allow-overlap': true,
      },
    },
    {
      id: 'water-nodes',
      type: 'circle',
      source: 'water',
      filter: of('node'),
      paint: {
        'circle-radius': ['case', ['==', ['get', 'source'], 'yes'], 7, 5],
        'circle-color': ['match', ['get', 'nodeKind'], 'head', CANAL, 'outlet', DRAIN, 'pump', accent, halo],
        'circle-stroke-color': ['case', chosen, accent, ink],
        'circle-stroke-width': ['case', chosen, 4, 1.5],
      },
    },
    {
      id: 'water-names',
      type: 'symbol',
      source: 'water',
      filter: ['any', of('node'), of('district')],
      minzoom: 9.5,
      paint: { 'text-color': ink, 'text-halo-color': halo, 'text-halo-width': 1.5 },
      layout: { 'text-field': ['get', 'name'], 'text-size': 12, 'text-offset': [0, 1.1], 'text-anchor': 'top', 'text-optional': true },
    },
    {
      id: 'water-faults',
      type: 'circle',
      source: 'water-faults',
      paint: {
        'circle-radius': 10,
        'circle-color': 'rgba(0,0,0,0)',
        'circle-stroke-color': ['match', ['get', 'severity'], 'error', danger, warning],
        'circle-stroke-width': 2.5,
      },
    },
    { id: 'water-drawn', type: 'line', source: 'water-drawn', paint: { 'line-color': accent, 'line-width': 3, 'line-dasharray': [2, 1] } },
    {
      id: 'water-drawn-points',
      type: 'circle',
      source: 'water-drawn',
      filter: ['==', ['geometry-type'], 'Point'],
      paint: { 'circle-radius': 4, 'circle-color': halo, 'circle-stroke-color': accent, 'circle-stroke-width': 2 },
    },
  ]
}

/** The box round all nodes and outlines, with some room; null where there is nothing. */
export function boundsOfWater(water: Water): Bounds | null {
  const places: LonLat[] = [
    ...water.nodes.map(({ lon, lat }): LonLat => [lon, lat]),
    ...water.districts.flatMap(({ outline }) => outline?.flat(2) ?? []),
  ]
  if (places.length === 0) return null
  const [lons, lats] = [places.map(([lon]) => lon), places.map(([, lat]) => lat)]
  const room = 0.01
  return [Math.min(...lons) - room, Math.min(...lats) - room, Math.max(...lons) + room, Math.max(...lats) + room]
}
