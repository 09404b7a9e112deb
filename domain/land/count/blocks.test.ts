import assert from 'node:assert/strict'
import test from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { Day } from '@dishu/base/date'
import { fromZone } from '@dishu/numeric/geodesy/zone'
import { type Db, transaction } from '@dishu/server-kit/sql'
import { type TileAddress, toTileUnits } from '@dishu/server-kit/tiles/mercator'
import { freshDatabase } from '@dishu/testkit/database'
import { VectorTile } from '@mapbox/vector-tile'
import { PbfReader } from 'pbf'
import { forget, type Looking } from './blocks.jobs.ts'
import { type BlockRow, writeBlocks } from './blocks.store.ts'
import { degreeFrame, mercatorFrame } from './drawing.jobs.ts'
import { makeReady } from './ready.jobs.ts'
import { drawTile, forgetTiles, handleTile, makeTile } from './tiles.routes.ts'
import { COUNTY, Village } from './village.test.ts'

const DAY = '2026-06-01' as Day
const FROM = '2024-12-31' as Day

/** Two hamlets 6 km apart, each of 24 fields of 100 m, one long ditch of 12 km past both, and small plots of 20 m. */
const fields = (at: number, ids: number) =>
  Array.from({ length: 24 }, (_, i) => {
    const [x, y] = [at + (i % 6) * 100, Math.floor(i / 6) * 100]
    return { id: ids + i, ground: [x, y, x + 100, y + 100] as const }
  })
const plots = Array.from({ length: 30 }, (_, i) => ({ id: 200 + i, ground: [i * 20, 600, i * 20 + 20, 620] as const }))
const GROUND = [...fields(0, 1), ...fields(6000, 101), { id: 300, ground: [-3000, 500, 9000, 530] as const }, ...plots]
const CLASSES = ['0103', '1204', '0404']

async function land() {
  const database = await freshDatabase()
  const made = new Village()
  await transaction(database.pool, async (db) => {
    const patches = GROUND.map(({ id, ground }) => ({
      id,
      from: FROM,
      facts: { ground, village: '220899101201', class: CLASSES[id % 3], ownerKind: '30', officialArea: 1_000_000, deductedArea: 0 },
    }))
    await made.revise(db, { patches }, new Date('2026-05-01T00:00:00Z'))
  })
  const edit = (id: number, landClass: string) =>
    transaction(database.pool, async (db) => {
      const { ground } = GROUND.find((each) => each.id === id)!
      const facts = { ground, village: '220899101201', class: landClass, ownerKind: '30', officialArea: 1_000_000, deductedArea: 0 }
      await made.revise(db, { patches: [{ id, from: FROM, facts }] }, new Date())
    })
  return { database, edit }
}

const tileAt = (z: number, east: number, north: number): TileAddress => {
  const [lon, lat] = fromZone(Float64Array.of(41_560_000 + east, 5_020_000 + north), { centralMeridian: 123, falseEasting: 41_500_000 })
  const [x, y] = toTileUnits(Float64Array.of(lon, lat), { z: 0, x: 0, y: 0 })
  return { z, x: Math.floor((x / 4096) * 2 ** z), y: Math.floor((y / 4096) * 2 ** z) }
}
const featuresOf = (bytes: Uint8Array, name: string) => {
  const layer = new VectorTile(new PbfReader(bytes)).layers[name]
  return Array.from({ length: layer?.length ?? 0 }, (_, i) => layer.feature(i))
}
const idsIn = (bytes: Uint8Array) =>
  featuresOf(bytes, 'cells')
    .map(({ id }) => id)
    .sort((a, b) => Number(a) - Number(b))
const looking = (db: Db, known: number, keep?: Looking['keep']): Looking => ({
  db,
  county: COUNTY,
  asOf: { day: DAY, rev: null },
  known,
  scope: ['*'],
  keep,
})

test('each patch is drawn once at every zoom, whether it lies in one piece of ground or in many, and nothing of the area is lost', async () => {
  const { database } = await land()
  await using _ = database
  await transaction(database.pool, async (db) => {
    for (const z of [8, 10, 11, 12, 13]) {
      const seen: number[] = []
      let area = 0
      const [west, east] = [tileAt(z, -3100, -100), tileAt(z, 9100, 800)]
      const drawnIn = new Map<number, number>()
      for (let x = west.x; x <= east.x; x++)
        for (let y = east.y; y <= west.y; y++) {
          const bytes = await makeTile(db, COUNTY, { z, x, y }, { day: DAY, rev: null })
          const ids = idsIn(bytes)
          assert.equal(new Set(ids).size, ids.length, `zoom ${z}: a patch twice in one tile`)
          for (const id of ids) drawnIn.set(Number(id), (drawnIn.get(Number(id)) ?? 0) + 1)
          seen.push(...ids.map(Number))
          for (const square of featuresOf(bytes, 'density')) {
            area += Number(square.properties.area)
          }
        }
      const small = GROUND.filter(({ id }) => !drawnIn.has(id))
      // of what no tile draws, the squares hold the whole area: 10 000 m² each
      assert.equal(area, small.length * 10_000, `zoom ${z}`)
      assert.ok(drawnIn.has(300), 'the ditch is large at every zoom')
      if (z === 13) assert.equal(small.length, 0)
      if (z === 10) assert.equal(drawnIn.size, 1)
    }
  })
})

test('ground made ready shows what the register shows, and a start finds it kept', async () => {
  const { database } = await land()
  await using _ = database
  await transaction(database.pool, async (db) => {
    const rows: BlockRow[] = []
    await makeReady(looking(db, 1, (more) => void rows.push(...more)))
    await writeBlocks(db, COUNTY, rows)
    forget()
    for (const z of [6, 9, 12, 14]) {
      const tile = tileAt(z, 300, 200)
      assert.deepEqual(
        await drawTile(
          looking(db, 1, () => assert.fail('something was not ready')),
          mercatorFrame(tile),
        ),
        await makeTile(db, COUNTY, tile, { day: DAY, rev: null }),
      )
    }
    // whoever sees a part only gets nothing that was made of the whole
    await db.run`delete from land.tile_block`
  })
  forget()
  forgetTiles()
})

test('a tile of degrees shows every field where its longitude and latitude put it', async () => {
  const { database } = await land()
  await using _ = database
  await transaction(database.pool, async (db) => {
    for (const level of [9, 12, 14, 16]) {
      const corners = fromZone(Float64Array.of(41_560_000, 5_020_000, 41_560_100, 5_020_100), {
        centralMeridian: 123,
        falseEasting: 41_500_000,
      })
      const span = 360 / 2 ** level
      const [x, y] = [Math.floor((corners[0] + 180) / span), Math.floor((90 - corners[3]) / span)]
      const bytes = await drawTile({ ...looking(db, 1), anew: true }, degreeFrame({ z: level, x, y }))
      const ids = idsIn(bytes)
      assert.equal(new Set(ids).size, ids.length)
      if (level === 9) {
        const area = featuresOf(bytes, 'density').reduce((sum, square) => sum + Number(square.properties.area), 0)
        assert.equal(area, (GROUND.length - ids.length) * 10_000)
        continue
      }
      const found = featuresOf(bytes, 'cells').find(({ id }) => id === 1)
      if (level === 12 && !found) continue // 100 m are 30 units here: drawn, unless cut by the edge
      const [minX, minY, maxX, maxY] = found?.bbox?.() ?? [0, 0, 0, 0]
      const units = (degrees: number, from: number, sign: 1 | -1) => (sign * (degrees - from) * 4096) / span
      const wanted = [
        units(corners[0], x * span - 180, 1),
        units(corners[3], 90 - y * span, -1),
        units(corners[2], x * span - 180, 1),
        units(corners[1], 90 - y * span, -1),
      ]
      for (const [i, value] of [minX, minY, maxX, maxY].entries())
        assert.ok(
          Math.abs(value - Math.min(4160, Math.max(-64, wanted[i]))) < 4 * 2 ** Math.max(0, level - 14),
          `level ${level}: ${value} for ${wanted[i]}`,
        )
    }
  })
})

test('an edit is seen at once, and only the tiles it touches are made anew', async () => {
  const { database, edit } = await land()
  await using _ = database
  forget()
  forgetTiles()
  const ask = (z: number, east: number) =>
    transaction(database.pool, async (db) => {
      const reply = await handleTile(db, COUNTY, tileAt(z, east, 200), {}, DAY, { scope: ['*'] })
      assert.ok(reply.ok)
      return reply.value
    })
  const classIn = (packed: Uint8Array, id: number) =>
    featuresOf(gunzipSync(packed), 'cells').find((each) => each.id === id)?.properties.class
  const [here, there, both] = [await ask(14, 50), await ask(14, 6050), await ask(10, 50)]
  assert.equal(classIn(here, 1), '1204')
  await edit(1, '0303')
  const start = performance.now()
  const changed = await ask(14, 50)
  assert.ok(performance.now() - start < 2000)
  assert.equal(classIn(changed, 1), '0303')
  // the very bytes that were kept
  assert.equal(await ask(14, 6050), there)
  assert.notEqual(await ask(10, 50), both)
  await edit(101, '0303')
  assert.equal(await ask(14, 50), changed)
  assert.equal(classIn(await ask(14, 6050), 101), '0303')
  // and what was known before stays as it was
  const before = await transaction(database.pool, (db) =>
    handleTile(db, COUNTY, tileAt(14, 50, 200), { known: '1' }, DAY, { scope: ['*'] }),
  )
  assert.ok(before.ok)
  assert.equal(classIn(before.value, 1), '1204')
  forget()
  forgetTiles()
})
