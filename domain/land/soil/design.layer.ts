/** How planned points and their way look on a map. */
import type { LayerSpec } from '@dishu/web-kit/map/layer-changes'
import type { DesignPointView } from './design.wire.ts'

export const designShapes = (points: readonly DesignPointView[], round: boolean): unknown => ({
  type: 'FeatureCollection',
  features: [
    ...(points.length > 1
      ? [
          {
            type: 'Feature',
            properties: { way: 1 },
            geometry: {
              type: 'LineString',
              coordinates: [...points, ...(round ? [points[0]] : [])].map(({ longitude, latitude }) => [longitude, latitude]),
            },
          },
        ]
      : []),
    ...points.map(({ code, longitude, latitude, state }, i) => ({
      type: 'Feature',
      properties: { code, order: String(i + 1), taken: state === 'taken' ? 1 : 0 },
      geometry: { type: 'Point', coordinates: [longitude, latitude] },
    })),
  ],
})

export function designLayers(
  selected: readonly string[],
  look: { readonly ink: string; readonly accent: string; readonly halo: string; readonly good: string },
): readonly LayerSpec[] {
  const point = ['has', 'code']
  return [
    {
      id: 'design-way',
      type: 'line',
      source: 'design',
      filter: ['has', 'way'],
      paint: { 'line-color': look.accent, 'line-width': 1.5, 'line-dasharray': [3, 2], 'line-opacity': 0.8 },
    },
    {
      id: 'design-points',
      type: 'circle',
      source: 'design',
      filter: point,
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 8, 4, 13, 9],
        'circle-color': ['case', ['==', ['get', 'taken'], 1], look.good, look.halo],
        'circle-stroke-color': ['case', ['in', ['get', 'code'], ['literal', selected]], look.accent, look.ink],
        'circle-stroke-width': ['case', ['in', ['get', 'code'], ['literal', selected]], 3.5, 1.5],
      },
    },
    {
      id: 'design-numbers',
      type: 'symbol',
      source: 'design',
      filter: point,
      minzoom: 10,
      layout: {
        'text-field': ['get', 'order'],
        'text-size': 11,
        'text-font': ['Noto Sans SC'],
        'text-allow-overlap': false,
        'text-offset': [0, -1.3],
      },
      paint: { 'text-color': look.ink, 'text-halo-color': look.halo, 'text-halo-width': 1.2 },
    },
  ]
}
