/**
 * A scene of six bands and a mask over a county: registered, measured under every patch, and shown as tiles. The patches are squares of 70 m, the scene has
 * cells of 10 m and covers them all.
 *
 *   npm run bench -- imagery        N=20000 for a smaller county
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Day } from '@dishu/base/date'
import { writePolygonWkb } from '@dishu/base/wkb'
import { writeGeotiff } from '@dishu/formats/geotiff/write'
import { openRevision, rowToWrite } from '@dishu/kernel/records/records.store'
import { sceneKind } from '@dishu/land/imagery/imagery'
import { answerScene, beginScene, type ImageryTools, readScene, writeScene } from '@dishu/land/imagery/imagery.jobs'
import { measureCounty } from '@dishu/land/imagery/measure.jobs'
import { handleSceneTile } from '@dishu/land/imagery/tiles.routes'
import { patchKind } from '@dishu/land/parcels/parcels'
import { fromZone } from '@dishu/numeric/geodesy/zone'
import { onConnection, transaction } from '@dishu/server-kit/sql'
import { openVault } from '@dishu/server-kit/vault'
import { freshDatabase } from '@dishu/testkit/database'

const N = Number(process.env.N ?? 100_000)
const COUNTY = '220899'
const ZONE = { centralMeridian: 123, falseEasting: 41_500_000 }
const SIDE = 70
const ACROSS = Math.ceil(Math.sqrt(N))
const [X0, Y0] = [41_540_000, 5_000_000]
const CELLS = ACROSS * (SIDE / 10)
const KINDS = [patchKind, sceneKind]
const NOW = new Date('2026-11-24T00:00:00Z')

function* patches() {
  for (let i = 0; i < N; i++) {
    const [x, y] = [X0 + (i % ACROSS) * SIDE, Y0 + Math.floor(i / ACROSS) * SIDE]
    const ring = Float64Array.of(x, y, x + SIDE, y, x + SIDE, y + SIDE, x, y + SIDE, x, y)
    const lonLat = fromZone(ring.slice(), ZONE)
    const [xs, ys] = [0, 1].map((axis) => lonLat.filter((_, k) => k % 2 === axis))
    yield rowToWrite(
      patchKind,
      {
        validFrom: '2024-12-31' as Day,
        content: {
          ...{ patch_key: String(i), patch_number: null, village: '220899100200', village_name: null, class: '0103', class_name: null },
          ...{ owner_kind: '30', owner_unit: null, owner_name: null, official_area: 490_000, deducted_class: null, deduction: null },
          ...{ deducted_area: 0, class_area: 490_000, computed_area: 490_000, survey_year: 2024, srid: 4529, extra: {} },
          outline: writePolygonWkb([{ rings: [ring] }]),
          bbox: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)],
        },
      },
      false,
    )
  }
}

/** CPU seconds of this process (not of the reading process or the database) and seconds on the clock. */
async function timed<T>(what: string, body: () => Promise<T>): Promise<T> {
  const [cpu, at] = [process.cpuUsage(), performance.now()]
  const value = await body()
  const { user, system } = process.cpuUsage(cpu)
  console.log(
    `${what.padEnd(52)} ${((user + system) / 1e6).toFixed(2).padStart(8)} CPU s ${((performance.now() - at) / 1000).toFixed(2).padStart(8)} s`,
  )
  return value
}

const folder = mkdtempSync(join(tmpdir(), 'dishu-bench-imagery-'))
const database = await freshDatabase()
try {
  const { pool } = database
  await transaction(pool, async (db) => {
    const revision = await openRevision(db, COUNTY, KINDS)
    await revision.add(patchKind, patches())
    await revision.seal({ what: 'import', cause: 're-survey', actor: 'bench', reason: 'bench', now: NOW })
  })
  const paths = await Promise.all(
    ['Blue', 'Green', 'Red', 'NIR', 'SWIR1', 'SWIR2'].map(async (name, b) => {
      const path = join(folder, `${name}.tif`)
      await writeGeotiff(
        path,
        {
          ...{ width: CELLS, height: CELLS, bandCount: 1, type: 'uint16', epsg: 4529, geographic: false, nodata: 0 },
          geotransform: [X0, 10, 0, Y0 + ACROSS * SIDE, 0, -10],
          rows: (y, n) => [Uint16Array.from({ length: n * CELLS }, (_, i) => 800 + b * 300 + ((i * 7919 + (y + i) * 31) % 500))],
        },
        { overviews: 'none', level: 1 },
      )
      return path
    }),
  )
  const tools: ImageryTools = {
    pool,
    vault: await openVault(join(folder, 'data')),
    dataDir: join(folder, 'data'),
    kinds: KINDS,
    knownBox: async () => null,
  }
  const options = { now: NOW, signal: new AbortController().signal, report: () => {} }
  console.log(`${N} patches, ${CELLS} × ${CELLS} cells, 6 bands`)
  const scene = await timed('look, pack as COG, store, register', async () => {
    const id = await beginScene(tools, COUNTY, 'bench', {}, NOW)
    await readScene(tools, COUNTY, id, { ...options, paths })
    await answerScene(tools, COUNTY, id, { takenOn: '2024-05-12', platform: 'bench', scale: 1e-4 }, NOW)
    const written = await writeScene(tools, COUNTY, id, { ...options, actor: 'bench', reason: 'bench' })
    if (!written.ok) throw new Error(JSON.stringify(written.refusal))
    return written.value.scene
  })
  const measured = await timed('measure: 6 bands and all indices under every patch', () => measureCounty(tools, COUNTY))
  console.log(`  ${measured.subjects} patches`)
  await timed('measure again, nothing new', () => measureCounty(tools, COUNTY))
  const [lon, lat] = fromZone(Float64Array.of(X0 + (ACROSS * SIDE) / 2, Y0 + (ACROSS * SIDE) / 2), ZONE)
  const at = (z: number) => ({
    z,
    x: Math.floor(((lon + 180) / 360) * 2 ** z),
    y: Math.floor((0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI)) * 2 ** z),
  })
  for (const [name, query] of [
    ['natural colours', {}],
    ['NDVI', { show: 'NDVI' }],
  ] as const) {
    await onConnection(pool, (db) => handleSceneTile(db, tools, COUNTY, scene, at(9), query)) // opens the files, takes the stretch
    await timed(`10 tiles of 512 pixels, zoom 10 to 14: ${name}`, async () => {
      for (let z = 10; z <= 14; z++)
        for (const dx of [0, 1]) {
          const tile = at(z)
          await onConnection(pool, (db) => handleSceneTile(db, tools, COUNTY, scene, { ...tile, x: tile.x + dx }, query))
        }
    })
  }
  console.log(`memory at most ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`)
} finally {
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
}
process.exit(0)
