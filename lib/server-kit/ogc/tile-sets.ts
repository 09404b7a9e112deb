/** Sets of tile matrices (OGC Two Dimensional Tile Matrix Set 2.0, 17-083r4): the web's, and degrees of CGCS2000 as the national map service cuts them. */

/** Metres of a degree on the equator of the ellipsoid, which the standard takes for the scale of degrees: 2π × 6378137 / 360. */
const METRES_PER_DEGREE = (2 * Math.PI * 6_378_137) / 360
/** The standard's pixel, 0.28 mm. */
const PIXEL_M = 0.00028
const TILE = 256
/** Half the web's world, metres. */
const HALF = Math.PI * 6_378_137

export type TileSetId = 'WebMercatorQuad' | 'CGCS2000Quad'
export const TILE_SETS: readonly TileSetId[] = ['WebMercatorQuad', 'CGCS2000Quad']
const CRS: Readonly<Record<TileSetId, string>> = {
  WebMercatorQuad: 'http://www.opengis.net/def/crs/EPSG/0/3857',
  CGCS2000Quad: 'http://www.opengis.net/def/crs/EPSG/0/4490',
}
/** First and last level. The national service's set `c` counts its levels from 1: two columns, one row. */
export const LEVELS: Readonly<Record<TileSetId, readonly [first: number, last: number]>> = {
  WebMercatorQuad: [0, 22],
  CGCS2000Quad: [1, 20],
}

export type Matrix = {
  readonly id: string
  readonly scaleDenominator: number
  readonly cellSize: number
  readonly cornerOfOrigin: 'topLeft'
  readonly pointOfOrigin: readonly [number, number]
  readonly tileWidth: number
  readonly tileHeight: number
  readonly matrixWidth: number
  readonly matrixHeight: number
}

/** Level `z` of a set whose tiles are `pixels` wide. */
export function matrixOf(set: TileSetId, z: number, pixels = TILE): Matrix {
  const mercator = set === 'WebMercatorQuad'
  const span = mercator ? (2 * HALF) / 2 ** z : 360 / 2 ** z
  const cellSize = span / pixels
  return {
    id: String(z),
    scaleDenominator: (mercator ? cellSize : cellSize * METRES_PER_DEGREE) / PIXEL_M,
    cellSize,
    cornerOfOrigin: 'topLeft',
    pointOfOrigin: mercator ? [-HALF, HALF] : [90, -180],
    tileWidth: pixels,
    tileHeight: pixels,
    matrixWidth: 2 ** z,
    matrixHeight: mercator ? 2 ** z : 2 ** (z - 1),
  }
}

export const matricesOf = (set: TileSetId, pixels = TILE): Matrix[] =>
  Array.from({ length: LEVELS[set][1] - LEVELS[set][0] + 1 }, (_, i) => matrixOf(set, LEVELS[set][0] + i, pixels))

export const tileSetDocument = (set: TileSetId) => ({
  id: set,
  title: set === 'WebMercatorQuad' ? 'Google Maps Compatible for the World' : 'CGCS2000 in degrees, quadtree (天地图 c)',
  ...(set === 'WebMercatorQuad' ? { uri: tileSetUri(set) } : {}),
  crs: CRS[set],
  orderedAxes: set === 'WebMercatorQuad' ? ['X', 'Y'] : ['Lat', 'Lon'],
  ...(set === 'WebMercatorQuad' ? { wellKnownScaleSet: 'http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible' } : {}),
  tileMatrices: matricesOf(set),
})

const tileSetUri = (set: TileSetId) => `http://www.opengis.net/def/tilematrixset/OGC/1.0/${set}`

export type VectorLayer = {
  readonly id: string
  readonly description: string
  readonly fields: Readonly<Record<string, 'Number' | 'String'>>
  readonly geometryDimension: 0 | 1 | 2
  readonly minzoom: number
  readonly maxzoom?: number
}

type TileSet = {
  readonly set: TileSetId
  readonly root: string // of the service
  readonly title: string
  readonly layers: readonly VectorLayer[]
  readonly bounds: readonly [number, number, number, number] | null
  readonly query: string // the state of the register, as `?asOf=…`, or nothing
}

/** What a set of tiles has and where its tiles lie (OGC API – Tiles 1, 20-057, §10.4). */
export function tileSetMetadata({ set, root, title, layers, bounds, query }: TileSet) {
  return {
    title,
    dataType: 'vector',
    crs: CRS[set],
    ...(set === 'WebMercatorQuad' ? { tileMatrixSetURI: tileSetUri(set) } : {}),
    ...(bounds
      ? {
          boundingBox: {
            lowerLeft: [bounds[0], bounds[1]],
            upperRight: [bounds[2], bounds[3]],
            crs: 'http://www.opengis.net/def/crs/OGC/1.3/CRS84',
          },
        }
      : {}),
    layers: layers.map(({ id, description, fields, geometryDimension, minzoom, maxzoom }) => ({
      id,
      description,
      dataType: 'vector',
      geometryDimension,
      minTileMatrix: String(Math.max(minzoom, LEVELS[set][0])),
      maxTileMatrix: String(maxzoom ?? LEVELS[set][1]),
      propertiesSchema: {
        type: 'object',
        properties: Object.fromEntries(
          Object.entries(fields).map(([name, type]) => [name, { type: type === 'Number' ? 'number' : 'string' }]),
        ),
      },
    })),
    links: [
      { href: `${root}/tiles/${set}${query}`, rel: 'self', type: 'application/json' },
      { href: `${root}/tileMatrixSets/${set}`, rel: 'http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme', type: 'application/json' },
      {
        href: `${root}/tiles/${set}/{tileMatrix}/{tileRow}/{tileCol}${query}`,
        rel: 'item',
        type: 'application/vnd.mapbox-vector-tile',
        templated: true as const,
      },
    ],
  }
}

/** TileJSON 3.0.0 of tiles of the web's Mercator. */
export const tileJson = (facts: {
  readonly tiles: string // with {z}, {x}, {y}
  readonly name: string
  readonly description: string
  readonly attribution: string
  readonly version: string
  readonly zooms: readonly [number, number]
  readonly bounds: readonly [number, number, number, number] | null
  readonly layers: readonly VectorLayer[]
}) => {
  const { bounds, layers } = facts
  return {
    tilejson: '3.0.0',
    tiles: [facts.tiles],
    scheme: 'xyz',
    name: facts.name,
    description: facts.description,
    attribution: facts.attribution,
    version: facts.version,
    minzoom: facts.zooms[0],
    maxzoom: facts.zooms[1],
    ...(bounds ? { bounds, center: [(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2, 10] } : {}),
    vector_layers: layers.map(({ id, description, fields, minzoom, maxzoom }) => ({
      id,
      description,
      fields,
      minzoom,
      ...(maxzoom === undefined ? {} : { maxzoom }),
    })),
  }
}

export const TILES_CONFORMANCE = [
  ...['core', 'tileset', 'tilesets-list', 'dataset-tilesets', 'mvt'].map(
    (each) => `http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/${each}`,
  ),
  ...['tilematrixset', 'json-tilematrixset'].map((each) => `http://www.opengis.net/spec/tms/2.0/conf/${each}`),
]
