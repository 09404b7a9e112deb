/** Scenes and soil maps as a Web Map Tile Service: the pictures of the page, for programs that know that service. */
import { dayOf } from '@dishu/base/date'
import { asOfFrom } from '@dishu/land/count/count.routes'
import { allIndices, type Scene } from '@dishu/land/imagery/imagery'
import { readScenes } from '@dishu/land/imagery/imagery.store'
import { handleSceneTile, TILE_PIXELS } from '@dishu/land/imagery/tiles.routes'
import { handleSoilTile } from '@dishu/land/soil/map-tiles.routes'
import type { SoilMap } from '@dishu/land/soil/maps'
import { readMaps } from '@dishu/land/soil/maps.store'
import { FileAnswer, orRefused, type Route, type RouteRequest } from '@dishu/server-kit/http'
import type { Served } from '@dishu/server-kit/ogc/documents'
import {
  capabilities,
  exceptionReport,
  type MapLayer,
  type WmtsFault,
  type WmtsQuestion,
  wmtsQuestion,
  wmtsTile,
} from '@dishu/server-kit/ogc/wmts'
import { Type } from '@dishu/server-kit/shape'
import type { Db } from '@dishu/server-kit/sql'
import type { App } from './app.ts'

type Tools = { readonly origin: (request: RouteRequest) => string; served(db: Db, county: string): Promise<Served> }
const XML = 'application/xml; charset=utf-8'
const CountyParams = Type.Object({ county: Type.String({ pattern: '^\\d{6}$' }) })
const Word = Type.String({ pattern: '^[\\w.:-]{1,100}$' })
const TileParams = Type.Object({
  county: Type.String({ pattern: '^\\d{6}$' }),
  layer: Word,
  style: Word,
  set: Word,
  z: Type.String({ pattern: '^\\d{1,2}$' }),
  row: Type.String({ pattern: '^\\d{1,8}$' }),
  column: Type.String({ pattern: '^\\d{1,8}\\.png$' }),
})

const fault = (report: WmtsFault) => new FileAnswer(XML, exceptionReport(report), {}, report.code === 'OperationNotSupported' ? 501 : 400)
const BANDS = 'bands'

/** A scene by its bands as a picture, then by each index that its bands allow. */
function sceneLayer(scene: Scene): MapLayer {
  const there = new Set<string>(scene.bands.flatMap(({ role }) => (role ? [role] : [])))
  const indices = allIndices([]).filter(({ bands }) => bands.every((role) => there.has(role)))
  return {
    id: `scene-${scene.id}`,
    title: `${scene.title} ${scene.takenOn}`,
    abstract: `${scene.platform} ${scene.takenOn}`,
    bounds: scene.bbox,
    styles: [{ id: BANDS, title: '波段合成 / bands' }, ...indices.map(({ id }) => ({ id, title: id }))],
  }
}

const soilLayers = (map: SoilMap): MapLayer[] =>
  map.grids.map((grid) => ({
    id: `soil-${map.mapKey}-${grid.value}`,
    title: `${map.title} ${grid.value}`,
    abstract: `${map.campaign}`,
    bounds: map.bbox,
    styles: ['value', 'faded', 'deviation', ...grid.bands.slice(2)].map((id) => ({ id, title: id })),
  }))

export function wmtsRoutes(app: App, tools: Tools): Route[] {
  const soil = { pool: app.pool, vault: app.vault }
  const document = async (request: RouteRequest) => {
    const { db, params, query, now } = request
    const served = await tools.served(db, params.county)
    const { asOf } = orRefused(await asOfFrom(db, params.county, query, dayOf(now)))
    const layers = [
      ...(await readScenes(db, params.county, asOf)).map(sceneLayer),
      ...(await readMaps(db, params.county, asOf)).flatMap(soilLayers),
    ]
    const synthetic = served.synthetic ? ' 虚构示例数据 / SYNTHETIC SAMPLE' : ''
    return new FileAnswer(
      XML,
      capabilities({
        root: `${tools.origin(request)}/wmts/${params.county}`,
        title: `${served.name}${synthetic}`,
        abstract: `影像与土壤图 / scenes and soil maps${synthetic}`,
        layers,
        pixels: TILE_PIXELS,
      }),
    )
  }
  const picture = async ({ db, params }: RouteRequest, { layer, style, z, row, column }: Extract<WmtsQuestion, { asks: 'tile' }>) => {
    const tile = { z, x: column, y: row }
    const scene = /^scene-(\d{1,15})$/.exec(layer)
    const shown = style === 'default' ? '' : style
    if (scene) {
      const address = shown === '' || shown === BANDS ? {} : { show: shown }
      const { bytes, etag } = orRefused(await handleSceneTile(db, { vault: app.vault }, params.county, Number(scene[1]), tile, address))
      return new FileAnswer('image/png', bytes, { etag, 'cache-control': 'private, no-cache' })
    }
    const map = /^soil-(.+)-([a-z]+)$/.exec(layer)
    if (!map) return fault({ code: 'InvalidParameterValue', locator: 'layer' })
    const { bytes, etag } = orRefused(
      await handleSoilTile(db, soil, params.county, { map: map[1], value: map[2], show: shown || 'value' }, tile),
    )
    return new FileAnswer('image/png', bytes, { etag, 'cache-control': 'private, no-cache' })
  }
  const answer = (request: RouteRequest, asked: WmtsQuestion | WmtsFault) =>
    'code' in asked ? fault(asked) : asked.asks === 'capabilities' ? document(request) : picture(request, asked)
  return [
    {
      method: 'GET',
      url: '/wmts/:county',
      schema: { params: CountyParams },
      handle: async (request) => answer(request, wmtsQuestion(request.query)),
    },
    { method: 'GET', url: '/wmts/:county/1.0.0/WMTSCapabilities.xml', schema: { params: CountyParams }, handle: document },
    {
      method: 'GET',
      url: '/wmts/:county/rest/:layer/:style/:set/:z/:row/:column',
      schema: { params: TileParams },
      handle: async (request) => {
        const { layer, style, set, z, row, column } = request.params
        return answer(request, wmtsTile(layer, style, set, [z, row, column.replace('.png', '')]))
      },
    },
  ]
}
