import assert from 'node:assert/strict'
import test from 'node:test'
import type { Day } from '@dishu/base/date'
import { accept } from '@dishu/base/refusal'
import { fromZone } from '@dishu/numeric/geodesy/zone'
import { transaction } from '@dishu/server-kit/sql'
import { toTileUnits } from '@dishu/server-kit/tiles/mercator'
import { freshDatabase } from '@dishu/testkit/database'
import { VectorTile } from '@mapbox/vector-tile'
import { PbfReader } from 'pbf'
import { DEFAULT_GRADING } from '../soil/soil.ts'
import { handleAreas, handleCount, handlePatches } from './count.routes.ts'
import { handleDossier } from './dossier.routes.ts'
import { handleTile, makeTile } from './tiles.routes.ts'
import { COUNTY, Village } from './village.test.ts'

const day = (text: string) => text as Day
const TODAY = day('2026-06-01')
const scheme = { id: 'songnen-1', name: '', depth: '0–20 cm', season: 'latest', rule: 'median' }
const context = {
  today: TODAY,
  scheme,
  synthetic: true,
  language: 'zh' as const,
  grading: DEFAULT_GRADING,
  sayCampaign: (campaign: string) => campaign,
  labelOf: (name: string) => name,
  sayFinding: (rule: string) => ({ name: rule, message: rule }),
  sayRefusal: ({ code }: { code: string }) => code,
}

async function village() {
  const database = await freshDatabase()
  const made = new Village()
  await transaction(database.pool, async (db) => {
    const from = day('2024-12-31')
    const facts = (id: number) => ({
      ground: [
        ((id - 1) % 6) * 100,
        Math.floor((id - 1) / 6) * 100,
        ((id - 1) % 6) * 100 + 100,
        Math.floor((id - 1) / 6) * 100 + 100,
      ] as const,
      village: id <= 12 ? '220899101201' : '220899102201',
      class: id % 4 === 0 ? '1204' : '0103',
      ownerKind: '30',
      officialArea: 1_000_000,
      deductedArea: 0,
    })
    const patches = Array.from({ length: 24 }, (_, i) => ({ id: i + 1, from, facts: facts(i + 1) }))
    const parcels = [{ id: 101, from, facts: { code: 'P101', ground: [0, 0, 50, 100] as const } }]
    const contracts = [{ id: 201, from, facts: { code: 'K201', parcel: 'P101', termFrom: from, termTo: day('2028-12-31') } }]
    const samples = [{ id: 301, from, facts: { code: 'S301', at: [20, 20] as const, on: day('2025-05-01'), ph: 9.6 } }]
    await made.revise(db, { patches, parcels, contracts, samples }, new Date('2026-05-01T00:00:00Z'))
    await made.revise(db, { patches: [{ id: 2, from, facts: { ...facts(2), class: '0404' } }] }, new Date('2026-05-02T00:00:00Z'))
  })
  return database
}

const tileAt = (z: number) => {
  const [lon, lat] = fromZone(Float64Array.of(41_560_300, 5_020_200), { centralMeridian: 123, falseEasting: 41_500_000 })
  const [x, y] = toTileUnits(Float64Array.of(lon, lat), { z: 0, x: 0, y: 0 })
  return { z, x: Math.floor((x / 4096) * 2 ** z), y: Math.floor((y / 4096) * 2 ** z) }
}
const layersOf = (bytes: Uint8Array) => new VectorTile(new PbfReader(bytes)).layers

test('the figures, the list behind them and the evidence behind the list agree', async () => {
  await using database = await village()
  await transaction(database.pool, async (db) => {
    const count = await handleCount(db, COUNTY, { by: 'area,class' }, context)
    assert.ok(count.ok)
    assert.deepEqual(count.value.total, { area: 24_000_000, patches: 24, cells: 25 })
    const saline = count.value.rows.filter((row) => row.by.class === '1204')
    assert.deepEqual(
      saline.map((row) => [row.by.area, row.area]),
      [
        ['220899101', 3_000_000],
        ['220899102', 3_000_000],
      ],
    )

    const page = await handlePatches(
      db,
      COUNTY,
      { class: '1204', within: '220899101', sort: 'officialArea', descending: 'true', limit: '2' },
      context,
    )
    assert.ok(page.ok)
    assert.deepEqual([page.value.matched, page.value.area, page.value.rows.length, page.value.next], [3, 3_000_000, 2, 2])
    const byParcel = await handlePatches(db, COUNTY, { q: 'P101' }, context)
    assert.ok(byParcel.ok)
    assert.deepEqual(
      byParcel.value.rows.map((row) => row.patchKey),
      ['B1'],
    )
    assert.equal(byParcel.value.matched, 1)

    const areas = await handleAreas(db, COUNTY, {}, context)
    assert.ok(areas.ok)
    assert.deepEqual(
      areas.value.areas.map((area) => area.code),
      ['220899', '220899101', '220899101201', '220899102', '220899102201'],
    )

    const dossier = await handleDossier(db, COUNTY, 1, {}, context)
    assert.ok(dossier.ok)
    assert.deepEqual(
      dossier.value.cells.map((cell) => [cell.parcelCode, cell.contract, cell.area]),
      [
        ['P101', 'contracted', 500_000],
        [null, 'none', 500_000],
      ],
    )
    assert.deepEqual(
      dossier.value.contracts.map((contract) => [contract.code, contract.state, contract.parcels]),
      [['K201', 'contracted', ['P101']]],
    )
    assert.deepEqual(
      dossier.value.samples.map((sample) => sample.code),
      ['S301'],
    )
    const changed = await handleDossier(db, COUNTY, 2, {}, context)
    assert.ok(changed.ok)
    assert.deepEqual(
      changed.value.history.map((each) => [each.rev, each.changes]),
      [
        [2, [{ name: 'class', before: '0103', after: '0404' }]],
        [1, []],
      ],
    )
    const before = await handleDossier(db, COUNTY, 2, { known: '1' }, context)
    assert.ok(before.ok)
    assert.deepEqual([before.value.patch.class, before.value.history.length], ['0103', 1])
  })
})

test('what was known then is asked for by revision or by day, and a question that means nothing is refused', async () => {
  await using database = await village()
  await transaction(database.pool, async (db) => {
    const at = async (address: Record<string, string>) => {
      const reply = await handleCount(db, COUNTY, { by: 'class', class: '0404', ...address }, context)
      return reply.ok ? [reply.value.known, reply.value.total.area] : reply.refusal.code
    }
    assert.deepEqual(await at({}), [2, 1_000_000])
    assert.deepEqual(await at({ known: '1' }), [1, 0])
    assert.deepEqual(await at({ known: '2026-05-01' }), [1, 0])
    assert.deepEqual(await at({ known: '2026-04-01' }), [0, 0])
    assert.deepEqual(await at({ asOf: '2020-01-01' }), [2, 0])
    assert.equal(await at({ known: '3' }), 'count/no-such-revision')
    assert.equal(await at({ asOf: 'soon' }), 'count/not-a-day')
    assert.equal(await at({ within: '999999' }), 'count/not-an-area')
    assert.equal(await at({ by: 'colour' }), 'count/unknown-word')
    assert.equal((await handleDossier(db, COUNTY, 999, {}, context)).ok, false)
  })
})

test('a tile shows every cell with its outline, words and area; from afar it shows squares instead', async () => {
  await using database = await village()
  await transaction(database.pool, async (db) => {
    const near = layersOf(await makeTile(db, COUNTY, tileAt(13), { day: TODAY, rev: null }))
    assert.equal(near.cells.length, 25)
    assert.deepEqual({ ...near.samples.feature(0).properties }, { code: 'S301', ph: 9.6 })
    const first = Array.from({ length: 25 }, (_, i) => near.cells.feature(i)).find(
      (feature) => feature.properties.contract === 'contracted',
    )!
    const { cell, ...words } = first.properties
    assert.ok(typeof cell === 'number')
    assert.deepEqual(words, {
      id: 1,
      class: '0103',
      grade: 'extreme',
      mapgrade: 'not-mapped',
      owner: 'collective',
      contract: 'contracted',
      saline: 'cultivated',
      area: 5000,
    })
    // the side of a unit on the ground: the tile's width at this latitude over 4096
    const unit = (40_075_016.686 * Math.cos((45.3 * Math.PI) / 180)) / 2 ** 13 / 4096
    const [box] = [first.bbox?.() ?? [0, 0, 0, 0]]
    assert.ok(Math.abs((box[2] - box[0]) * unit - 50) < 3, `${box}`)
    assert.ok(Math.abs((box[3] - box[1]) * unit - 100) < 3, `${box}`)

    const far = layersOf(await makeTile(db, COUNTY, tileAt(9), { day: TODAY, rev: null }))
    assert.equal(far.cells, undefined)
    const total = Array.from({ length: far.density.length }, (_, i) => Number(far.density.feature(i).properties.area)).reduce(
      (a, b) => a + b,
      0,
    )
    assert.equal(total, 240_000)

    const past = layersOf(await makeTile(db, COUNTY, tileAt(13), { day: TODAY, rev: 1 }))
    const classes = Array.from({ length: past.cells.length }, (_, i) => past.cells.feature(i).properties.class)
    assert.ok(!classes.includes('0404'))
    assert.deepEqual(await handleTile(db, COUNTY, { z: 13, x: 0, y: 0 }, {}, TODAY, { scope: ['*'] }), accept(new Uint8Array(0)))
    assert.equal((await handleTile(db, COUNTY, { z: 3, x: 9, y: 0 }, {}, TODAY, { scope: ['*'] })).ok, false)
  })
})
