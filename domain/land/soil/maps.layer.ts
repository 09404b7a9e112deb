/** How a soil map looks on a map, and what its colours mean. */
import type { Bounds, SourceSpec } from '@dishu/web-kit/map/draw'
import type { LayerSpec } from '@dishu/web-kit/map/layer-changes'
import { isOfValue, rampOf } from './map-picture.ts'
import type { MapView } from './maps.wire.ts'

export type MapLook = { readonly value: string; readonly show: string }

const sourceOf = (key: string) => `soil-${key}`

export const soilPicture = (
  origin: string,
  county: string,
  map: Pick<MapView, 'key' | 'bbox'>,
  { value, show }: MapLook,
): Readonly<Record<string, SourceSpec>> => ({
  [sourceOf(map.key)]: {
    type: 'raster',
    tiles: `${origin}/tiles/${county}/soil/${map.key}/${value}/${show}/{z}/{x}/{y}.png`,
    tileSize: 512,
    minzoom: 5,
    maxzoom: 15,
    bounds: map.bbox as unknown as Bounds,
  },
})

export const soilLayer = (map: Pick<MapView, 'key'>): LayerSpec => ({
  id: `soil-picture-${map.key}`,
  type: 'raster',
  source: sourceOf(map.key),
  paint: { 'raster-opacity': 0.92, 'raster-resampling': 'nearest', 'raster-fade-duration': 0 },
})

/** The ends of the colours, as the server draws them. */
export function legendOf(value: { readonly value: string; readonly low: number; readonly high: number }, show: string) {
  if (show === 'deviation') return { colours: ['#FFFFFF', '#9AA3A8', '#3C464B'], low: 0, high: (value.high - value.low) / 3 }
  const colours = rampOf(value.value)
  return isOfValue(show) ? { colours, low: value.low, high: value.high } : { colours, low: 0, high: 1 }
}
