/** Sources and layers as data → the library's calls. */
import type {
  FilterSpecification,
  GeoJSONSource,
  LayerSpecification,
  Map as MapLibre,
  RasterTileSource,
  VectorTileSource,
} from 'maplibre-gl'
import { type LayerSpec, layerChanges } from './layer-changes.ts'

export type Bounds = readonly [west: number, south: number, east: number, north: number]
export type SourceSpec =
  | { readonly type: 'vector'; readonly tiles: string; readonly minzoom: number; readonly maxzoom: number }
  | { readonly type: 'geojson'; readonly data: unknown }
  /** Pictures; a source of other bounds needs another id. */
  | {
      readonly type: 'raster'
      readonly tiles: string
      readonly tileSize: number
      readonly minzoom: number
      readonly maxzoom: number
      readonly bounds: Bounds
    }
export type Sources = Readonly<Record<string, SourceSpec>>

function libraryLayer(layer: LayerSpec): LayerSpecification {
  const { id, type, source, sourceLayer, filter, paint, layout, minzoom, maxzoom } = layer
  return {
    id,
    type,
    source,
    paint,
    ...(sourceLayer ? { 'source-layer': sourceLayer } : {}),
    ...(filter ? { filter } : {}),
    ...(layout ? { layout } : {}),
    ...(minzoom === undefined ? {} : { minzoom }),
    ...(maxzoom === undefined ? {} : { maxzoom }),
  } as LayerSpecification
}

export function applySources(map: MapLibre, was: Sources, is: Sources): void {
  for (const [id, spec] of Object.entries(is)) {
    const old = was[id]
    const source = map.getSource(id)
    if (!source) {
      if (spec.type === 'vector') map.addSource(id, { type: 'vector', tiles: [spec.tiles], minzoom: spec.minzoom, maxzoom: spec.maxzoom })
      else if (spec.type === 'raster') {
        const { tiles, tileSize, minzoom, maxzoom, bounds } = spec
        map.addSource(id, { type: 'raster', tiles: [tiles], tileSize, minzoom, maxzoom, bounds: [...bounds] })
      } else map.addSource(id, { type: 'geojson', data: spec.data as GeoJSON.GeoJSON })
    } else if (spec.type === 'vector' && old?.type === 'vector' && old.tiles !== spec.tiles) {
      const tiles = source as VectorTileSource
      tiles.setTiles([spec.tiles])
    } else if (spec.type === 'raster' && old?.type === 'raster' && old.tiles !== spec.tiles) {
      const tiles = source as RasterTileSource
      tiles.setTiles([spec.tiles])
    } else if (spec.type === 'geojson' && old?.type === 'geojson' && old.data !== spec.data) {
      const geojson = source as GeoJSONSource
      geojson.setData(spec.data as GeoJSON.GeoJSON)
    }
  }
}

export function applyLayers(map: MapLibre, was: readonly LayerSpec[], is: readonly LayerSpec[]): void {
  for (const change of layerChanges(was, is)) {
    if (change.do === 'remove') map.removeLayer(change.id)
    else if (change.do === 'add') map.addLayer(libraryLayer(change.layer), change.before ?? undefined)
    else if (change.do === 'move') map.moveLayer(change.id, change.before ?? undefined)
    else if (change.do === 'filter') map.setFilter(change.id, change.filter as FilterSpecification | null)
    else if (change.do === 'paint') map.setPaintProperty(change.id, change.name as never, change.value as never)
    else map.setLayoutProperty(change.id, change.name as never, change.value as never)
  }
}
