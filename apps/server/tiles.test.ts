/** The open ways to the map of the sample county: TileJSON, OGC API – Tiles, the style, and the whole county as one archive, read by the programs they are meant for. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before, type TestContext } from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { Day } from '@dishu/base/date'
import { readHead } from '@dishu/kernel/records/records.store'
import { writeArchive } from '@dishu/land/count/archive.jobs'
import { transaction } from '@dishu/server-kit/sql'
import { freshDatabase, type TestDatabase } from '@dishu/testkit/database'
import { VectorTile } from '@mapbox/vector-tile'
import { PbfReader } from 'pbf'
import { FetchSource, PMTiles } from 'pmtiles'
import { type App, joinApp } from './app.ts'
import { loadSample } from './first-sample.ts'
import { type Running, serve } from './serve.ts'
import { archivePath } from './tiles.ts'

const COUNTY = '220899'
const folder = mkdtempSync(join(tmpdir(), 'dishu-tiles-'))
let database: TestDatabase
let app: App
let running: Running

before(async () => {
  database = await freshDatabase()
  app = await joinApp(join(folder, 'data'), database.url)
  await loadSample(app, { patches: 400 })
  running = await serve(app, 0)
})
after(async () => {
  await running?.close()
  await app?.close()
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
})

async function get<T>(path: string): Promise<{ readonly status: number; readonly body: T; readonly headers: Headers }> {
  const reply = await fetch(path.startsWith('http') ? path : running.address + path)
  return { status: reply.status, body: (await reply.json()) as T, headers: reply.headers }
}
const layersIn = (bytes: Uint8Array) => new VectorTile(new PbfReader(bytes)).layers
async function tileFrom(address: string): Promise<ReturnType<typeof layersIn>> {
  const reply = await fetch(address)
  assert.equal(reply.status, 200, address)
  assert.equal(reply.headers.get('content-type'), 'application/vnd.mapbox-vector-tile')
  return layersIn(new Uint8Array(await reply.arrayBuffer()))
}
type TileJson = {
  tilejson: string
  tiles: string[]
  bounds: number[]
  minzoom: number
  maxzoom: number
  vector_layers: { id: string; fields: Record<string, string> }[]
}
const middleOf = ([west, south, east, north]: readonly number[]) => [(west + east) / 2, (south + north) / 2] as const
function webTile(z: number, [lon, lat]: readonly [number, number]) {
  const y = (1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2
  return { x: Math.floor(((lon + 180) / 360) * 2 ** z), y: Math.floor(y * 2 ** z) }
}

test('TileJSON says where the tiles are, and every field of a tile stands in it', async () => {
  const { body } = await get<TileJson>(`/tiles/${COUNTY}/tile.json?known=1`)
  assert.equal(body.tilejson, '3.0.0')
  assert.match(body.tiles[0], /\{z\}\/\{x\}\/\{y\}\.mvt\?known=1$/)
  assert.ok(body.bounds.length === 4 && body.minzoom === 0 && body.maxzoom >= 18)
  for (const z of [9, 13]) {
    const { x, y } = webTile(z, middleOf(body.bounds))
    const { body: now } = await get<TileJson>(`/tiles/${COUNTY}/tile.json`)
    const layers = await tileFrom(now.tiles[0].replace('{z}', `${z}`).replace('{x}', `${x}`).replace('{y}', `${y}`))
    assert.ok(Object.keys(layers).length > 0)
    for (const [name, layer] of Object.entries(layers)) {
      const said = body.vector_layers.find(({ id }) => id === name)
      assert.ok(said, name)
      for (let i = 0; i < layer.length; i++)
        for (const field of Object.keys(layer.feature(i).properties)) assert.ok(field in said.fields, `${name}.${field}`)
    }
  }
})

test('the style draws layers that the tiles have, in the colours of the page', async () => {
  type Style = {
    version: number
    sources: Record<string, { url: string }>
    layers: { id: string; source?: string; 'source-layer'?: string; paint: Record<string, unknown> }[]
  }
  const { body } = await get<Style>(`/tiles/${COUNTY}/style.json`)
  const { body: tiles } = await get<TileJson>(body.sources.register.url)
  for (const layer of body.layers.slice(1))
    assert.ok(
      tiles.vector_layers.some(({ id }) => id === layer['source-layer']),
      layer.id,
    )
  const colours = JSON.stringify(body.layers.find(({ id }) => id === 'cells-fill')?.paint['fill-color'])
  assert.match(colours, /"1204","#7A2E1D"/) // saline land, docs: the land-use colours
})

test('tile sets are described as the standard has them, and their tiles lie where the description says', async () => {
  const root = `${running.address}/ogc/${COUNTY}`
  const { body: landing } = await get<{ links: { rel: string; href: string }[] }>(root)
  const tilesets = landing.links.find(({ rel }) => rel === 'http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector')
  assert.ok(tilesets)
  const { body: conformance } = await get<{ conformsTo: string[] }>(`${root}/conformance`)
  assert.ok(conformance.conformsTo.includes('http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core'))
  type Set = { crs: string; links: { rel: string; href: string }[]; boundingBox: { lowerLeft: number[]; upperRight: number[] } }
  const { body: list } = await get<{ tilesets: Set[] }>(tilesets.href)
  assert.deepEqual(
    list.tilesets.map(({ crs }) => crs.replace(/.*\//, '')),
    ['3857', '4490'],
  )
  for (const set of list.tilesets) {
    type Matrix = {
      id: string
      cellSize: number
      tileWidth: number
      matrixWidth: number
      matrixHeight: number
      pointOfOrigin: [number, number]
      scaleDenominator: number
    }
    const { body: matrices } = await get<{ tileMatrices: Matrix[]; orderedAxes: string[] }>(
      set.links.find(({ rel }) => rel.endsWith('tiling-scheme'))!.href,
    )
    const matrix = matrices.tileMatrices.find(({ id }) => id === '12')!
    const [lon, lat] = middleOf([...set.boundingBox.lowerLeft, ...set.boundingBox.upperRight])
    // out of the description alone: where the middle of the county lies in the matrix
    const degrees = matrices.orderedAxes[0] === 'Lat'
    const span = matrix.cellSize * matrix.tileWidth
    const world = degrees
      ? [lat, lon]
      : [(lon * Math.PI * 6378137) / 180, Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) * 6378137]
    const [row, column] = degrees
      ? [(matrix.pointOfOrigin[0] - world[0]) / span, (world[1] - matrix.pointOfOrigin[1]) / span]
      : [(matrix.pointOfOrigin[1] - world[1]) / span, (world[0] - matrix.pointOfOrigin[0]) / span]
    assert.ok(row > 0 && row < matrix.matrixHeight && column > 0 && column < matrix.matrixWidth)
    const item = set.links.find(({ rel }) => rel === 'item')!.href
    const layers = await tileFrom(
      item
        .replace('{tileMatrix}', '12')
        .replace('{tileRow}', `${Math.floor(row)}`)
        .replace('{tileCol}', `${Math.floor(column)}`),
    )
    assert.ok((layers.cells?.length ?? 0) + (layers.density?.length ?? 0) > 0)
    // scale denominators as printed in the standards: 17-083r4 annex D.1 for the web's set; of degrees 07-057r7 annex E.3, level 1
    const first = matrices.tileMatrices[0]
    assert.ok(Math.abs(first.scaleDenominator / (degrees ? 2.795411320143589e8 : 559082264.0287178) - 1) < 1e-9)
  }
  const beyond = await fetch(`${root}/tiles/CGCS2000Quad/12/4000/9`)
  assert.equal(beyond.status, 404)
})

const gdal = (t: TestContext, tool: string, ...args: string[]): string | null => {
  try {
    return execFileSync(tool, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'ENOENT') throw fault
    t.skip(`${tool} not present`)
    return null
  }
}

test('the whole county is one archive that the format’s own reader reads through ranges, tile for tile as the server gives them', async (t) => {
  const day = new Date().toISOString().slice(0, 10) as Day
  assert.equal((await fetch(`${running.address}/tiles/${COUNTY}/archive.pmtiles`)).status, 404)
  const written = await transaction(
    app.pool,
    async (db) => {
      const { rev } = await readHead(db, COUNTY)
      const looking = { db, county: COUNTY, asOf: { day, rev: null }, known: rev, scope: ['*'] }
      return writeArchive(looking, await archivePath(app, COUNTY), { name: 'synthetic', vector_layers: [] })
    },
    { readOnly: true, isolation: 'repeatable read' },
  )
  assert.ok(written)
  const archive = new PMTiles(new FetchSource(`${running.address}/tiles/${COUNTY}/archive.pmtiles`))
  const header = await archive.getHeader()
  assert.deepEqual([header.minZoom, header.maxZoom, header.numAddressedTiles, header.clustered], [5, 14, written.tiles, true])
  assert.equal(((await archive.getMetadata()) as { name: string }).name, 'synthetic')
  const { body } = await get<TileJson>(`/tiles/${COUNTY}/tile.json`)
  for (const z of [6, 10, 12, 14]) {
    const { x, y } = webTile(z, middleOf(body.bounds))
    const packed = await archive.getZxy(z, x, y)
    const reply = await fetch(`${running.address}/tiles/${COUNTY}/${z}/${x}/${y}.mvt`)
    const bytes = Buffer.from(await reply.arrayBuffer())
    assert.ok(bytes.length > 0)
    assert.deepEqual(Buffer.from(packed?.data ?? new ArrayBuffer(0)), bytes)
    if (z === 12) {
      const path = join(folder, 'tile.mvt')
      const plain = bytes[0] === 0x1f ? gunzipSync(bytes) : bytes
      writeFileSync(path, plain)
      const told = gdal(t, 'ogrinfo', '-ro', '-so', '-al', '-oo', `X=${x}`, '-oo', `Y=${y}`, '-oo', `Z=${z}`, `MVT:${path}`)
      if (told !== null)
        assert.match(told, new RegExp(`Layer name: cells[\\s\\S]*?Feature Count: ${layersIn(plain).cells?.length ?? 0}\\b`))
    }
  }
  const tail = await fetch(`${running.address}/tiles/${COUNTY}/archive.pmtiles`, { headers: { range: 'bytes=-10' } })
  assert.deepEqual([tail.status, (await tail.arrayBuffer()).byteLength], [206, 10])
  const past = await fetch(`${running.address}/tiles/${COUNTY}/archive.pmtiles`, { headers: { range: `bytes=${written.bytes}-` } })
  assert.equal(past.status, 416)
})
