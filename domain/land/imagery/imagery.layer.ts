/** How scenes look on a map: their pictures, and their outlines. */
import type { Bounds, SourceSpec } from '@dishu/web-kit/map/draw'
import type { LayerSpec } from '@dishu/web-kit/map/layer-changes'
import type { SceneView } from './imagery.wire.ts'

/** What is shown of a scene: three bands, or one value along a ramp; numbers between which it is stretched. */
export type SceneLook = { readonly show: string; readonly stretch: readonly number[] | null }

export const isBands = (show: string) => show.startsWith('bands:')
export const bandsOf = (show: string) => show.slice('bands:'.length).split(',')

/** Where the tiles of a scene come from; the address names their content, so that the browser may keep them. */
export function sceneTiles(county: string, scene: Pick<SceneView, 'id' | 'version'>, { show, stretch }: SceneLook): string {
  const params = new URLSearchParams(isBands(show) ? { bands: bandsOf(show).join(',') } : { show })
  if (stretch) params.set('stretch', stretch.map((value) => Number(value.toPrecision(6))).join(','))
  params.set('v', scene.version)
  return `/tiles/${county}/scenes/${scene.id}/{z}/{x}/{y}.png?${params}`
}

const TILE = 512
const FARTHEST = 5
const NEAREST = 15

export const pictureSource = (id: number): string => `scene-${id}`

export const pictureOf = (origin: string, county: string, scene: SceneView, look: SceneLook): Readonly<Record<string, SourceSpec>> => ({
  [pictureSource(scene.id)]: {
    type: 'raster',
    tiles: origin + sceneTiles(county, scene, look),
    tileSize: TILE,
    minzoom: FARTHEST,
    maxzoom: NEAREST,
    bounds: scene.bbox as Bounds,
  },
})

/** Pixels are shown as pixels: nothing between two of them was measured. */
export const pictureLayer = (id: number, opacity: number): LayerSpec => ({
  id: `picture-${id}`,
  type: 'raster',
  source: pictureSource(id),
  paint: { 'raster-opacity': opacity, 'raster-resampling': 'nearest', 'raster-fade-duration': 0 },
})

export const footprintShapes = (scenes: readonly Pick<SceneView, 'id' | 'footprint'>[]): unknown => ({
  type: 'FeatureCollection',
  features: scenes.map(({ id, footprint }) => ({ type: 'Feature', properties: { id: String(id) }, geometry: footprint })),
})

export function footprintLayers(selected: string | null, look: { readonly accent: string; readonly halo: string }): readonly LayerSpec[] {
  const chosen = ['==', ['get', 'id'], selected ?? '']
  return [
    { id: 'footprint-halo', type: 'line', source: 'footprints', filter: chosen, paint: { 'line-color': look.halo, 'line-width': 4 } },
    {
      id: 'footprint-line',
      type: 'line',
      source: 'footprints',
      paint: { 'line-color': look.accent, 'line-width': ['case', chosen, 2, 1], 'line-dasharray': [3, 2] },
    },
  ]
}
