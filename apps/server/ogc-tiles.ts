/** The register's tiles as OGC API – Tiles and TileJSON have them, the page's style, and the archive of a whole county. */
import { dayOf } from '@dishu/base/date'
import { handleTile } from '@dishu/land/count/tiles.routes'
import { type FileAnswer, orRefused, type Route, type RouteRequest } from '@dishu/server-kit/http'
import type { OgcPart } from '@dishu/server-kit/ogc/collection'
import type { Served } from '@dishu/server-kit/ogc/documents'
import { TILE_SETS, TILES_CONFORMANCE, type TileSetId, tileJson, tileSetDocument, tileSetMetadata } from '@dishu/server-kit/ogc/tile-sets'
import { Type } from '@dishu/server-kit/shape'
import type { Db } from '@dishu/server-kit/sql'
import type { App } from './app.ts'
import { styleOf, VECTOR_LAYERS } from './tile-style.ts'
import { archiveAnswer, archivePath, keepBlocks, tileAnswer } from './tiles.ts'

export const TILES_PART: OgcPart = {
  conformance: TILES_CONFORMANCE,
  landing: ({ root }) => [
    { href: `${root}/tiles`, rel: 'http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector', type: 'application/json' },
    { href: `${root}/tileMatrixSets`, rel: 'http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes', type: 'application/json' },
  ],
}

type Tools = {
  readonly origin: (request: RouteRequest) => string
  /** Refuses where there is no such county for the asker. */
  served(db: Db, county: string): Promise<Served>
}

const County = Type.String({ pattern: '^\\d{6}$' })
const CountyParams = Type.Object({ county: County })
const SetParams = Type.Object({ county: County, set: Type.Union(TILE_SETS.map((id) => Type.Literal(id))) })
const TileParams = Type.Object({
  county: County,
  set: Type.Union(TILE_SETS.map((id) => Type.Literal(id))),
  z: Type.Integer({ minimum: 0, maximum: 22 }),
  row: Type.Integer({ minimum: 0 }),
  column: Type.Integer({ minimum: 0 }),
})

/** The state of the register that a question is about, to be said again in every address of the answer. */
function stateOf({ query }: RouteRequest): string {
  const told = new URLSearchParams()
  for (const name of ['asOf', 'known'] as const) if (query[name]) told.set(name, query[name])
  const text = told.toString()
  return text ? `?${text}` : ''
}

export function ogcTilesRoutes(app: App, tools: Tools): Route[] {
  const keep = keepBlocks(app)
  const root = (request: RouteRequest) => `${tools.origin(request)}/ogc/${request.params.county}`
  const metadata = async (request: RouteRequest, set: TileSetId) => {
    const served = await tools.served(request.db, request.params.county)
    return tileSetMetadata({
      set,
      root: root(request),
      title: served.name,
      layers: VECTOR_LAYERS,
      bounds: served.bbox,
      query: stateOf(request),
    })
  }
  return [
    {
      method: 'GET',
      url: '/ogc/:county/tileMatrixSets',
      schema: { params: CountyParams },
      handle: async (request) => {
        await tools.served(request.db, request.params.county)
        return {
          tileMatrixSets: TILE_SETS.map((id) => ({
            id,
            title: tileSetDocument(id).title,
            crs: tileSetDocument(id).crs,
            links: [{ href: `${root(request)}/tileMatrixSets/${id}`, rel: 'self', type: 'application/json' }],
          })),
        }
      },
    },
    {
      method: 'GET',
      url: '/ogc/:county/tileMatrixSets/:set',
      schema: { params: SetParams },
      handle: async ({ params }) => tileSetDocument(params.set as TileSetId),
    },
    {
      method: 'GET',
      url: '/ogc/:county/tiles',
      schema: { params: CountyParams },
      handle: async (request) => ({
        links: [{ href: `${root(request)}/tiles`, rel: 'self', type: 'application/json' }],
        tilesets: await Promise.all(TILE_SETS.map((set) => metadata(request, set))),
      }),
    },
    {
      method: 'GET',
      url: '/ogc/:county/tiles/:set',
      schema: { params: SetParams },
      handle: (request) => metadata(request, request.params.set as TileSetId),
    },
    {
      method: 'GET',
      url: '/ogc/:county/tiles/:set/:z/:row/:column',
      schema: { params: TileParams },
      handle: async ({ db, params, query, now, headers, scope }) => {
        const tile = { z: Number(params.z), x: Number(params.column), y: Number(params.row) }
        const degrees = params.set === 'CGCS2000Quad'
        const bytes = orRefused(await handleTile(db, params.county, tile, query, dayOf(now), { scope, keep, degrees }))
        return tileAnswer(bytes, headers, query.known)
      },
    },
    {
      method: 'GET',
      url: '/tiles/:county/tile.json',
      schema: { params: CountyParams },
      handle: async (request) => {
        const { county } = request.params
        const served = await tools.served(request.db, county)
        return tileJson({
          tiles: `${tools.origin(request)}/tiles/${county}/{z}/{x}/{y}.mvt${stateOf(request)}`,
          name: `${served.name}${served.synthetic ? ' 虚构示例数据 / SYNTHETIC SAMPLE' : ''}`,
          description: `底数 Dishu ${county}`,
          attribution: '底数 Dishu',
          version: `1.0.${served.head}`,
          zooms: [0, 20],
          bounds: served.bbox,
          layers: VECTOR_LAYERS,
        })
      },
    },
    {
      method: 'GET',
      url: '/tiles/:county/style.json',
      schema: { params: CountyParams },
      handle: async (request) => {
        const { county } = request.params
        const served = await tools.served(request.db, county)
        return styleOf(county, served.name, 'class', request.language, {
          type: 'vector',
          url: `${tools.origin(request)}/tiles/${county}/tile.json${stateOf(request)}`,
        })
      },
    },
  ]
}

/** The archive of a county is its patches with their outlines: what holds for that export holds for it. */
export const archiveRoute = (app: App, clear: (db: Db, request: RouteRequest) => Promise<void>): Route => ({
  method: 'GET',
  url: '/tiles/:county/archive.pmtiles',
  long: true,
  schema: { params: CountyParams },
  handle: async (request): Promise<FileAnswer> => {
    const { db, params, headers } = request
    await clear(db, request)
    return archiveAnswer(await archivePath(app, params.county), typeof headers.range === 'string' ? headers.range : undefined)
  },
})
