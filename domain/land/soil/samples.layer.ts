/** How samples and planned points look on a map, and the ground they lie on. */
import type { SourceSpec } from '@dishu/web-kit/map/draw'
import type { LayerSpec } from '@dishu/web-kit/map/layer-changes'
import type { SampleView } from './samples.wire.ts'

/** What the page gives to every tab of soil: boundaries of the register, names of areas, and the grades with their colours. */
export type SoilGround = {
  readonly sources: Readonly<Record<string, SourceSpec>>
  readonly layers: readonly LayerSpec[]
  readonly letters: string
  readonly grades: readonly { readonly id: string; readonly name: string; readonly colour: string }[]
}

/** Lines and names of the ground only: what fills it would hide what lies on it. */
export const linesOf = (ground: SoilGround): readonly LayerSpec[] =>
  ground.layers.filter(({ type }) => type === 'line' || type === 'symbol')

/** What a sample's colour says: its grade, or one value against the bounds of the grades. */
export const SAMPLE_SHOWN = ['grade', 'salt', 'ece', 'ph', 'esp'] as const
export type SampleShown = (typeof SAMPLE_SHOWN)[number]

/** The class of a sample: a grade's id; of a value the grade that its bounds alone would give, or 'not-graded' where it has none. */
export function classOf(sample: SampleView, shown: SampleShown, bounds: readonly number[], grades: readonly string[]): string {
  if (shown === 'grade') return sample.grade
  const value = sample.values[shown]
  if (value === undefined || bounds.length === 0) return 'not-graded'
  return grades[bounds.filter((bound) => value >= bound).length] ?? 'not-graded'
}

export const sampleShapes = (samples: readonly SampleView[], colourOf: (sample: SampleView) => string): unknown => ({
  type: 'FeatureCollection',
  features: samples.flatMap((sample) =>
    sample.longitude === null || sample.latitude === null
      ? []
      : [
          {
            type: 'Feature',
            properties: { id: String(sample.id), colour: colourOf(sample), code: sample.code, found: sample.findings.length > 0 ? 1 : 0 },
            geometry: { type: 'Point', coordinates: [sample.longitude, sample.latitude] },
          },
        ],
  ),
})

const RADIUS = ['interpolate', ['linear'], ['zoom'], 8, 3, 12, 5, 16, 8]

export function sampleLayers(
  selected: readonly string[],
  look: { readonly ink: string; readonly accent: string; readonly halo: string; readonly danger: string },
): readonly LayerSpec[] {
  return [
    {
      id: 'samples',
      type: 'circle',
      source: 'samples',
      paint: {
        'circle-radius': RADIUS,
        'circle-color': ['get', 'colour'],
        'circle-stroke-width': ['case', ['==', ['get', 'found'], 1], 1.8, 0.8],
        'circle-stroke-color': ['case', ['==', ['get', 'found'], 1], look.danger, look.ink],
      },
    },
    {
      id: 'samples-chosen-halo',
      type: 'circle',
      source: 'samples',
      filter: ['in', ['get', 'id'], ['literal', selected]],
      paint: {
        'circle-radius': 10,
        'circle-color': look.halo,
        'circle-opacity': 0,
        'circle-stroke-width': 5,
        'circle-stroke-color': look.halo,
      },
    },
    {
      id: 'samples-chosen',
      type: 'circle',
      source: 'samples',
      filter: ['in', ['get', 'id'], ['literal', selected]],
      paint: {
        'circle-radius': 10,
        'circle-color': look.halo,
        'circle-opacity': 0,
        'circle-stroke-width': 2,
        'circle-stroke-color': look.accent,
      },
    },
  ]
}
