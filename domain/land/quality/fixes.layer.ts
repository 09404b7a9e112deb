/** A repair on the map: the rows in question, the ground in question, and the rows as they would be. */
import type { LayerSpec } from '@dishu/web-kit/map/layer-changes'

export type FixLook = { readonly ink: string; readonly accent: string; readonly danger: string; readonly halo: string }

/** `showing`: the state whose rows are filled; the other one is a thin line beside it. */
export function fixLayers(showing: 'before' | 'after', { ink, accent, danger, halo }: FixLook): readonly LayerSpec[] {
  const role = (name: string) => ['==', ['get', 'role'], name]
  const shown = ['in', ['get', 'role'], ['literal', [showing, 'stays']]]
  const line = (id: string, filter: readonly unknown[], paint: LayerSpec['paint']): LayerSpec => ({
    id,
    type: 'line',
    source: 'fix',
    filter,
    paint,
  })
  return [
    { id: 'fix-fill', type: 'fill', source: 'fix', filter: shown, paint: { 'fill-color': accent, 'fill-opacity': 0.16 } },
    line('fix-near', role('near'), { 'line-color': ink, 'line-width': 0.8, 'line-opacity': 0.7 }),
    line('fix-halo', shown, { 'line-color': halo, 'line-width': 4 }),
    line('fix-line', shown, { 'line-color': accent, 'line-width': 2 }),
    line('fix-other', role(showing === 'before' ? 'after' : 'before'), { 'line-color': ink, 'line-width': 1.2, 'line-dasharray': [3, 2] }),
    // narrow ground would be lost without a line of its own, and under the lines of the rows
    {
      id: 'fix-defect',
      type: 'fill',
      source: 'fix',
      filter: role('defect'),
      paint: { 'fill-color': danger, 'fill-opacity': showing === 'before' ? 0.6 : 0.15 },
    },
    line('fix-defect-line', role('defect'), { 'line-color': danger, 'line-width': 2, 'line-opacity': showing === 'before' ? 1 : 0.35 }),
  ]
}
