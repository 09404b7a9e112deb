/** Findings on a map: a box round what each is about, a point where the box is small. */
import type { LayerSpec } from '@dishu/web-kit/map/layer-changes'
import type { FindingView } from './quality.wire.ts'

const SEVERITY_COLOURS = ['match', ['get', 'severity'], 'error', '#B5432E', 'warning', '#D9A400', '#5C6970']

export function findingShapes(rows: readonly FindingView[]): unknown {
  return {
    type: 'FeatureCollection',
    features: rows.flatMap(({ id, severity, bbox }) => {
      if (!bbox) return []
      const [west, south, east, north] = bbox
      const properties = { id: String(id), severity }
      return [
        { type: 'Feature', properties, geometry: { type: 'Point', coordinates: [(west + east) / 2, (south + north) / 2] } },
        {
          type: 'Feature',
          properties,
          geometry: {
            type: 'Polygon',
            coordinates: [
              [
                [west, south],
                [east, south],
                [east, north],
                [west, north],
                [west, south],
              ],
            ],
          },
        },
      ]
    }),
  }
}

/** `drawn`: the selected finding is drawn with its rows, and needs no box of its own. */
export function findingLayers(
  selected: string | null,
  look: { readonly halo: string; readonly accent: string },
  drawn = false,
): readonly LayerSpec[] {
  const chosen = ['==', ['get', 'id'], selected ?? '']
  return [
    {
      id: 'finding-boxes',
      type: 'fill',
      source: 'findings',
      minzoom: 12,
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: {
        'fill-color': SEVERITY_COLOURS,
        'fill-opacity': ['case', chosen, drawn ? 0 : 0.22, 0.12],
        'fill-outline-color': SEVERITY_COLOURS,
      },
    },
    {
      id: 'finding-points',
      type: 'circle',
      source: 'findings',
      filter: drawn ? ['all', ['==', ['geometry-type'], 'Point'], ['!', chosen]] : ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-radius': ['case', chosen, 7, 4],
        'circle-color': ['case', chosen, look.accent, SEVERITY_COLOURS],
        'circle-stroke-color': look.halo,
        'circle-stroke-width': 1.5,
      },
    },
  ]
}
