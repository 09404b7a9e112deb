/** Scenes as a STAC 1.0 catalogue (SpatioTemporal Asset Catalog, stac-spec 1.0.0; eo 1.1, projection 1.1, raster 1.1): one collection for each county. */
import { readWkb } from '@dishu/base/wkb'
import { type Grid, ROLES, type Scene } from './imagery.ts'

export const STAC_VERSION = '1.0.0'
export type CollectionFacts = { readonly county: string; readonly name: string; readonly scenes: readonly Scene[] }
type Link = { readonly rel: string; readonly href: string; readonly type: string; readonly title?: string }

const JSON_TYPE = 'application/json'
const GEOJSON_TYPE = 'application/geo+json'
const COG_TYPE = 'image/tiff; application=geotiff; profile=cloud-optimized'
const link = (rel: string, href: string, type = JSON_TYPE, title?: string): Link => ({ rel, href, type, ...(title ? { title } : {}) })

export const collectionId = (county: string) => `scenes-${county}`
export const countyOfCollection = (id: string): string | null => /^scenes-(\d{6})$/.exec(id)?.[1] ?? null
export const itemId = (scene: Pick<Scene, 'id'>) => `scene-${scene.id}`
export const sceneOfItem = (id: string): number | null => {
  const found = /^scene-(\d{1,15})$/.exec(id)?.[1]
  return found === undefined ? null : Number(found)
}

/** `base`: where the catalogue lies, `root`: where the server does; both without a slash at the end. */
export const landing = (base: string, root: string, counties: readonly { readonly county: string; readonly name: string }[]) => ({
  type: 'Catalog',
  id: 'dishu',
  stac_version: STAC_VERSION,
  title: '底数 Dishu',
  description: 'Scenes that are registered in this office.',
  conformsTo: [
    'https://api.stacspec.org/v1.0.0/core',
    'https://api.stacspec.org/v1.0.0/collections',
    'https://api.stacspec.org/v1.0.0/ogcapi-features',
    'https://api.stacspec.org/v1.0.0/item-search',
    'http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core',
    'http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson',
  ],
  links: [
    link('self', base),
    link('root', base),
    link('data', `${base}/collections`),
    link('conformance', `${base}/conformance`),
    { ...link('search', `${base}/search`, GEOJSON_TYPE), method: 'GET' },
    { ...link('search', `${base}/search`, GEOJSON_TYPE), method: 'POST' },
    link('service-desc', `${root}/api/openapi.json`, 'application/vnd.oai.openapi+json;version=3.1'),
    ...counties.map(({ county, name }) => link('child', `${base}/collections/${collectionId(county)}`, JSON_TYPE, name)),
  ],
})

export function collectionOf(base: string, { county, name, scenes }: CollectionFacts) {
  const self = `${base}/collections/${collectionId(county)}`
  const days = scenes.map(momentOf).sort()
  const boxes = scenes.map(({ bbox }) => bbox)
  const whole = boxes.reduce<readonly number[] | null>(
    (sum, box) =>
      sum === null ? box : [Math.min(sum[0], box[0]), Math.min(sum[1], box[1]), Math.max(sum[2], box[2]), Math.max(sum[3], box[3])],
    null,
  )
  const platforms = [...new Set(scenes.map(({ platform }) => platform))].sort()
  return {
    type: 'Collection',
    id: collectionId(county),
    stac_version: STAC_VERSION,
    title: name,
    description: `Scenes over ${name} (${county}).`,
    license: 'proprietary',
    extent: {
      // the specification wants a box and an interval also where there is nothing yet
      spatial: { bbox: [whole ?? [-180, -90, 180, 90]] },
      temporal: { interval: [[days[0] ?? null, days.at(-1) ?? null]] },
    },
    ...(platforms.length > 0 ? { summaries: { platform: platforms } } : {}),
    links: [link('self', self), link('root', base), link('parent', base), link('items', `${self}/items`, GEOJSON_TYPE)],
  }
}

const momentOf = ({ takenAt, takenOn }: Pick<Scene, 'takenAt' | 'takenOn'>) => takenAt ?? `${takenOn}T00:00:00Z`

/** `documents`: where the files of the content store are given out. */
export function itemOf(base: string, documents: string, county: string, scene: Scene) {
  const collection = `${base}/collections/${collectionId(county)}`
  const self = `${collection}/items/${itemId(scene)}`
  const [first] = scene.grids
  return {
    type: 'Feature',
    stac_version: STAC_VERSION,
    stac_extensions: [
      'https://stac-extensions.github.io/eo/v1.1.0/schema.json',
      'https://stac-extensions.github.io/projection/v1.1.0/schema.json',
      'https://stac-extensions.github.io/raster/v1.1.0/schema.json',
      'https://stac-extensions.github.io/file/v2.1.0/schema.json',
    ],
    id: itemId(scene),
    collection: collectionId(county),
    bbox: [...scene.bbox],
    geometry: geoJsonOf(scene.footprint),
    properties: {
      datetime: momentOf(scene),
      title: scene.title,
      platform: scene.platform,
      ...(scene.instrument ? { instruments: [scene.instrument] } : {}),
      ...(scene.cloudPercent === null ? {} : { 'eo:cloud_cover': scene.cloudPercent }),
      ...(first.geographic ? {} : { gsd: first.geotransform[1] }),
      'proj:epsg': first.epsg,
      ...(first.epsg === null && first.wkt !== null ? { 'proj:wkt2': first.wkt } : {}),
    },
    links: [link('self', self, GEOJSON_TYPE), link('root', base), link('parent', collection), link('collection', collection)],
    assets: Object.fromEntries(scene.grids.map((grid, g) => [`grid-${g}`, assetOf(documents, scene, grid, g)])),
  }
}

function assetOf(documents: string, scene: Scene, grid: Grid, g: number) {
  const bands = scene.bands.filter((band) => band.grid === g).sort((a, b) => a.band - b.band)
  return {
    href: `${documents}/${grid.sha256}`,
    type: COG_TYPE,
    title: grid.classes ? (scene.mask?.name ?? 'mask') : bands.map(({ name }) => name).join(', '),
    roles: [grid.classes ? 'cloud' : 'data'],
    'file:size': grid.bytes,
    'file:checksum': `1220${grid.sha256}`, // multihash: SHA-256, 32 bytes
    'proj:epsg': grid.epsg,
    'proj:shape': [grid.height, grid.width],
    'proj:transform': [
      grid.geotransform[1],
      grid.geotransform[2],
      grid.geotransform[0],
      grid.geotransform[4],
      grid.geotransform[5],
      grid.geotransform[3],
    ],
    ...(grid.classes
      ? {}
      : {
          'eo:bands': bands.map(({ name, role }) => ({
            name,
            ...(role ? { common_name: ROLES[role].stac, center_wavelength: ROLES[role].aboutNm / 1000 } : {}),
          })),
          'raster:bands': bands.map(({ scale, offset, unit }) => ({
            data_type: grid.type,
            scale,
            offset,
            ...(grid.nodata === null ? {} : { nodata: grid.nodata }),
            ...(unit === 'K' ? { unit: 'K' } : {}),
          })),
        }),
  }
}

/** The outline of a scene as GeoJSON. */
export function geoJsonOf(wkb: Uint8Array): {
  readonly type: 'Polygon'
  readonly coordinates: readonly (readonly (readonly [number, number])[])[]
} {
  const geometry = readWkb(wkb)
  const rings = geometry.type === 'polygon' ? (geometry.polygons[0]?.rings ?? []) : []
  return {
    type: 'Polygon',
    coordinates: rings.map((ring) => Array.from({ length: ring.length / 2 }, (_, i) => [ring[2 * i], ring[2 * i + 1]] as const)),
  }
}

/** A page of items. */
export const itemsOf = (features: readonly unknown[], matched: number, links: readonly object[]) => ({
  type: 'FeatureCollection',
  features,
  links,
  numberMatched: matched,
  numberReturned: features.length,
})

export type ItemQuestion = { readonly bbox: readonly number[] | null; readonly from: string | null; readonly to: string | null }

/** `bbox` and `datetime` as OGC API Features writes them; null where they are not understood. */
export function itemQuestion(bbox: string | undefined, datetime: string | undefined): ItemQuestion | null {
  const box = bbox ? bbox.split(',').map(Number) : null
  if (box !== null && (![4, 6].includes(box.length) || !box.every(Number.isFinite))) return null
  const flat = box?.length === 6 ? [box[0], box[1], box[3], box[4]] : box
  if (!datetime) return { bbox: flat, from: null, to: null }
  const ends = datetime.split('/').map((end) => end.slice(0, 10))
  if (ends.length > 2 || !ends.every((end) => end === '' || end === '..' || /^\d{4}-\d{2}-\d{2}$/.test(end))) return null
  const open = (end: string) => (end === '' || end === '..' ? null : end)
  return { bbox: flat, from: open(ends[0]), to: open(ends[ends.length - 1]) }
}

export const meets = (scene: Pick<Scene, 'bbox' | 'takenOn'>, { bbox, from, to }: ItemQuestion): boolean =>
  (bbox === null || (scene.bbox[0] <= bbox[2] && bbox[0] <= scene.bbox[2] && scene.bbox[1] <= bbox[3] && bbox[1] <= scene.bbox[3])) &&
  (from === null || scene.takenOn >= from) &&
  (to === null || scene.takenOn <= to)
