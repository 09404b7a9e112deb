/** `dishu topology` on files as they come: through the limited process, with the keys and coordinates of the file. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { Refused } from '@dishu/base/refusal'
import { writePolygonWkb } from '@dishu/base/wkb'
import { filesBehind } from '@dishu/formats/formats'
import { writeGeoPackage } from '@dishu/formats/write/geopackage'
import { fromZone, zoneOfEpsg } from '@dishu/numeric/geodesy/zone'
import { seededRandom } from '@dishu/numeric/shared/random'
import { dishu, dishuJson, noShared, type RefusalReply, shared, temporaryFolder } from './acceptance.testing.ts'
import { topologyOfFile } from './topology-file.ts'
import type { TopologyJob, TopologyReport } from './topology-job.ts'

const folder = temporaryFolder()

/** As a person runs it, in processes of its own. */
const report = (...words: string[]) => dishuJson<TopologyReport>(['topology', ...words])
const refusal = async (...words: string[]) => (await dishuJson<RefusalReply>(['topology', ...words], 3)).refusal.code

const LIMITS = { tolerance: 0, leastArea: 0.01, gapWidth: 0.5, sliverWidth: 0.2 }
/** The same work in this process, which takes a tenth of the time. */
const inside = (path: string, more: Partial<TopologyJob> = {}) =>
  topologyOfFile(
    { path, siblings: filesBehind(path), layer: null, key: null, within: null, limits: LIMITS, workers: 1, out: null, ...more },
    folder,
    () => {},
  )
const refusedInside = (path: string, more: Partial<TopologyJob> = {}) =>
  inside(path, more).then(
    () => 'not refused',
    (cause) => (cause instanceof Refused ? cause.refusal.code : String(cause)),
  )

/** Three parcels of an invented village, in metres of zone 41: 2 over 1 by 2 m, and 30 cm from 3. */
const RING = (x: number, y: number, w: number, h: number) => {
  const [left, low] = [41_500_000.12 + x, 4_900_000.34 + y]
  return [[left, low], [left + w, low], [left + w, low + h], [left, low + h], [left, low]] // biome-ignore format: one line a ring
}
const feature = (code: string, ...rings: number[][][]) => ({
  type: 'Feature',
  properties: { DKBM: code, name: 'x' },
  geometry: { type: 'Polygon', coordinates: rings },
})
const VILLAGE = {
  type: 'FeatureCollection',
  crs: { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::4529' } },
  features: [
    feature('2208991010010000001', RING(0, 0, 52, 40)),
    feature('2208991010010000002', RING(50, 0, 50, 40)),
    feature('2208991010010000003', RING(100.3, 0, 50, 40)),
  ],
}

test('a file of three parcels: pairs by their codes, areas, the proof, the layers of the GeoPackage', async () => {
  const file = join(folder, 'village.geojson')
  writeFileSync(file, JSON.stringify(VILLAGE))
  const out = join(folder, 'findings.gpkg')
  const found = await report(file, '--out', out)
  assert.equal(found.parcels, 3)
  assert.equal(found.layer.key, 'DKBM')
  assert.deepEqual(
    found.overlaps.map(({ a, b, areaM2 }) => [a, b, areaM2.toFixed(5)]),
    [['2208991010010000001', '2208991010010000002', '80.00000']],
  )
  assert.deepEqual(
    found.gaps.map(({ areaM2, open, neighbours }) => [areaM2.toFixed(5), open, neighbours]),
    [['12.00000', true, ['2208991010010000002', '2208991010010000003']]],
  )
  assert.ok(Math.abs(found.identity.outerM2 - 150 * 40) < 1e-5 && Math.abs(found.identity.differenceM2) < 1e-5)
  const db = new DatabaseSync(out, { readOnly: true })
  assert.deepEqual(
    { ...db.prepare('select a, b, round(area_m2, 3) as area from overlaps').get() },
    { a: '2208991010010000001', b: '2208991010010000002', area: 80 },
  )
  assert.equal(db.prepare('select count(*) as n from gaps').get()?.n, 1)
  assert.equal(db.prepare("select srs_id from gpkg_geometry_columns where table_name = 'gaps'").get()?.srs_id, 4529)
  db.close()
})

test('in degrees areas are those on the ellipsoid, and places are degrees', async () => {
  const file = join(folder, 'degrees.geojson')
  const square = (lon: number) => [[lon, 45], [lon + 0.001, 45], [lon + 0.001, 45.001], [lon, 45.001], [lon, 45]] // biome-ignore format: one line a ring
  writeFileSync(file, JSON.stringify({ type: 'FeatureCollection', features: [feature('a', square(124)), feature('b', square(124.0005))] }))
  const found = await inside(file)
  // a degree of longitude and one of latitude at 45.0005°: 78 845.9 m and 111 132.1 m on CGCS2000, by the radii of curvature M and N cos B
  const [e2, a] = [0.0066943800229, 6_378_137]
  const s = Math.sin((45.0005 * Math.PI) / 180)
  const n = a / Math.sqrt(1 - e2 * s * s)
  const m = (n * (1 - e2)) / (1 - e2 * s * s)
  const squareM2 = ((0.001 * Math.PI) / 180) ** 2 * n * Math.sqrt(1 - s * s) * m
  assert.ok(Math.abs(found.overlaps[0].areaM2 / (squareM2 / 2) - 1) < 1e-8)
  assert.ok(found.overlaps[0].x > 124.0005 && found.overlaps[0].x < 124.001 && found.overlaps[0].y > 45 && found.overlaps[0].y < 45.001)
  assert.ok(Math.abs(found.identity.differenceM2) < 1e-5)
})

test('parcels that leave their area, which is in another system: its edges are bent as they should be', async () => {
  const file = join(folder, 'village.geojson')
  writeFileSync(file, JSON.stringify(VILLAGE))
  // a box in degrees whose western edge passes through the first parcel; a straight line of degrees between far ends would pass metres beside
  const areas = join(folder, 'areas.geojson')
  const zone = zoneOfEpsg(4529)
  assert.ok(zone)
  const [west] = fromZone(Float64Array.of(41_500_010.12, 4_900_020.34), zone)
  const ring = [[west, 42], [west + 3, 42], [west + 3, 46], [west, 46], [west, 42]] // biome-ignore format: one line a ring
  writeFileSync(
    areas,
    JSON.stringify({
      type: 'FeatureCollection',
      features: [{ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ring] } }],
    }),
  )
  const { outside } = await inside(file, { within: { path: areas, siblings: [areas], layer: null } })
  assert.deepEqual(outside.map(({ id }) => id), ['2208991010010000001']) // biome-ignore format: one line
  // 10 m by 40 m lie to the west of the meridian, which is within 1e-9 of a straight line here
  assert.ok(Math.abs(outside[0].areaM2 - 400) < 0.05, String(outside[0].areaM2))
})

test('keys: the first field that names every parcel once, else the row', async () => {
  const file = join(folder, 'keys.geojson')
  const twice = { ...VILLAGE, features: VILLAGE.features.map((each, i) => ({ ...each, properties: { DKBM: 'same', id: 10 + i } })) }
  writeFileSync(file, JSON.stringify(twice))
  const found = await inside(file)
  assert.deepEqual([found.layer.key, found.overlaps[0].a, found.overlaps[0].b], ['id', 10, 11])
  assert.equal(await refusedInside(file, { key: 'DKBM' }), 'topology/no-key')
})

test('a GeoPackage without a key of its own is named by the numbers of its rows, gaps and all', async () => {
  const file = join(folder, 'fids.gpkg')
  const wkb = (x: number) => writePolygonWkb([{ rings: [Float64Array.from(RING(x, 0, 52, 40).flat())] }])
  const rows = [0, 50, 200].map((x) => ({ values: ['field'], wkb: wkb(x) }))
  await writeGeoPackage(file, [{ name: 'fields', fields: [{ name: 'kind', type: 'text' }], rows, geometry: 'polygon', epsg: 4529 }])
  const db = new DatabaseSync(file)
  db.exec('drop table if exists rtree_fields_geom')
  for (const { name } of db.prepare("select name from sqlite_schema where type = 'trigger'").all()) db.exec(`drop trigger "${name}"`)
  db.exec('update fields set fid = fid * 10')
  db.close()
  const found = await inside(file)
  assert.deepEqual([found.layer.key, found.overlaps[0].a, found.overlaps[0].b], ['fid', 10, 20])
})

test('a scribble that crosses itself a million times is refused, and where', async () => {
  const file = join(folder, 'scribble.geojson')
  const random = seededRandom(5)
  const ring = Array.from({ length: 6000 }, () => [41_500_000 + random() * 1000, 4_900_000 + random() * 1000])
  ring.push(ring[0])
  writeFileSync(file, JSON.stringify({ ...VILLAGE, features: [...VILLAGE.features, feature('2208991010010000009', ring)] }))
  assert.equal(await refusedInside(file), 'topology/too-tangled')
})

test('words for a person, and exit code 6 where findings are an error', async () => {
  const file = join(folder, 'village.geojson')
  writeFileSync(file, JSON.stringify(VILLAGE))
  const { code, out } = await dishu(['topology', file, '--strict'])
  assert.equal(code, 6)
  assert.match(out, /overlaps +1 +80\.00/)
  assert.equal((await dishu(['topology'])).code, 2)
  assert.equal((await dishu(['topology', file, '--tolerance', 'x'])).code, 2)
})

test('what is no layer of polygons is refused', async () => {
  const lines = join(folder, 'lines.geojson')
  writeFileSync(lines, JSON.stringify({ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: [[0, 0], [1, 1]] } })) // biome-ignore format: one line
  assert.equal(await refusal(lines), 'topology/no-polygons')
  assert.equal(await refusedInside(join(folder, 'nowhere.gpkg')), 'formats/not-found')
  const broken = join(folder, 'broken.gpkg')
  writeFileSync(broken, 'SQLite format 3\0 and no more')
  assert.match(await refusedInside(broken), /^formats\//)
  assert.equal(await refusal(join(folder, 'village.geojson'), '--out', join(folder, 'nowhere', 'x.gpkg')), 'exports/cannot-write-there')
})

test('the formats of offices give the same findings, on one thread or two', {
  skip: hasOgr() ? false : 'ogr2ogr is not installed',
}, async () => {
  const file = join(folder, 'village.geojson')
  writeFileSync(file, JSON.stringify(VILLAGE))
  const shape = ({ parcels, overlaps, gaps, oneSided, invalid }: TopologyReport) => [
    parcels,
    overlaps.map(({ a, b, areaM2 }) => [[a, b].sort(), areaM2]),
    gaps.map(({ areaM2, open, neighbours }) => [areaM2, open, neighbours.toSorted()]),
    oneSided.length,
    invalid,
  ]
  const expected = shape(await inside(file))
  for (const [driver, name] of [
    ['GPKG', 'v.gpkg'],
    ['ESRI Shapefile', 'v.shp'],
    ['FlatGeobuf', 'v.fgb'],
    ['GeoJSONSeq', 'v.geojsonl'],
  ] as const) {
    // biome-ignore format: a table
    const made = join(folder, name)
    const told = spawnSync('ogr2ogr', ['-f', driver, made, file, ...(driver === 'GeoJSONSeq' ? [] : ['-a_srs', 'EPSG:4529'])], {
      encoding: 'utf8',
    })
    assert.equal(told.status, 0, told.stderr)
    if (driver === 'GeoJSONSeq') continue // by its standard in degrees
    for (const workers of [1, 2]) assert.deepEqual(shape(await inside(made, { workers })), expected, name)
  }
})

function hasOgr(): boolean {
  const has = spawnSync('ogr2ogr', ['--version'], { stdio: 'ignore' }).status === 0
  if (!has) console.warn('SKIPPED: formats made by ogr2ogr, which is not installed')
  return has
}

test('the planted defects of a real layer: every one found, and nothing but what is there', { skip: noShared }, async () => {
  const dirty = join(shared ?? '', 'data/02_parcels/dirty_dev')
  const truth = readFileSync(join(dirty, 'truth.csv'), 'utf8')
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(','))
  const planted = (defect: string) =>
    truth.filter(([, kind]) => kind === defect).map(([fid, , , other]) => [Number(fid), Number(other)].sort((a, b) => a - b).join(' '))
  const alone = (defect: string) => truth.filter(([, kind]) => kind === defect).map(([fid]) => Number(fid)).sort((a, b) => a - b) // biome-ignore format: one line
  const found = await inside(join(dirty, 'parcels_dirty.geojson'), { key: 'FID_SRC' })
  const pair = (a: unknown, b: unknown) => [Number(a), Number(b)].sort((x, y) => x - y).join(' ')
  const invalid = (rule: string) => found.invalid.filter((each) => each.rule === rule).map(({ id }) => Number(id))

  assert.deepEqual(invalid('self-intersection'), alone('self_intersection'))
  assert.deepEqual(invalid('hole-outside-shell'), alone('hole_outside_shell'))
  assert.deepEqual(invalid('zero-area'), alone('zero_area'))
  assert.deepEqual(invalid('repeated-point'), alone('repeated_vertices'))
  assert.deepEqual(invalid('spike'), alone('spike_length_m'))
  assert.deepEqual(invalid('swapped-axes'), alone('swapped_xy'))
  assert.deepEqual(invalid('no-geometry'), alone('null_geometry'))
  assert.equal(found.invalid.length, 17)
  assert.deepEqual(found.slivers.map(({ id }) => Number(id)), alone('sliver_width_m')) // biome-ignore format: one line
  const twins = (exact: boolean) => found.duplicates.filter((each) => each.exact === exact).map(({ a, b }) => pair(a, b)).sort() // biome-ignore format: one line
  assert.deepEqual(twins(true), planted('exact_duplicate').sort())
  assert.deepEqual(twins(false), planted('near_duplicate_shift_m').sort())

  // overlaps planted, with their areas; copies lie on their originals; every other pair has a parcel that was planted elsewhere
  const areas = new Map(found.overlaps.map(({ a, b, areaM2 }) => [pair(a, b), areaM2]))
  for (const [fid, kind, magnitude, other] of truth)
    if (kind === 'overlap') assert.ok(Math.abs((areas.get(pair(fid, other)) ?? 0) - Number(magnitude)) < 1e-4, `${fid} ${other}`)
  const moved = new Set(
    truth.filter(([, kind]) => kind !== 'overlap' && !kind.startsWith('area') && kind !== 'duplicate_DKBM').map(([fid]) => Number(fid)),
  )
  const copies = new Set([...planted('exact_duplicate'), ...planted('near_duplicate_shift_m'), ...planted('overlap')])
  for (const key of areas.keys())
    assert.ok(copies.has(key) || key.split(' ').some((id) => moved.has(Number(id))), `nothing was planted on ${key}`)

  const between = new Set(found.gaps.flatMap(({ neighbours }) => neighbours.flatMap((a) => neighbours.map((b) => pair(a, b)))))
  for (const key of planted('gap_width_m')) assert.ok(between.has(key), `no gap between ${key}`)
})

test('the topology cases of LADM-COL', { skip: noShared }, async () => {
  const file = join(shared ?? '', 'data/06_golden/topology/ladm_col_topology_cases.gpkg')
  assert.equal(await refusedInside(file), 'topology/which-layer')
  assert.equal(await refusal(`${file}:lines_case1`), 'topology/no-polygons')
  assert.equal(await refusedInside(file, { layer: 'none' }), 'topology/no-such-layer')
  const facts = async (k: number) => {
    const { parcels, overlaps, gaps, invalid } = await inside(file, { layer: `polygon_case${k}` })
    return [parcels, overlaps.length, gaps.length, invalid.map(({ rule }) => rule)]
  }
  // one parcel; from the third on of three parts, with holes that nobody fills and that run the way of their shell
  for (const k of [1, 2]) assert.deepEqual(await facts(k), [1, 0, 0, []])
  for (const k of [3, 4, 5]) assert.deepEqual(await facts(k), [1, 0, 2, ['orientation']])
  assert.deepEqual(await facts(6), [1, 0, 1, ['orientation']])
  // two parcels along one border
  assert.deepEqual(await facts(7), [2, 0, 0, []])
})

test('a word that says nothing about what was asked is refused, not passed over', async () => {
  const file = join(folder, 'idle.geojson')
  writeFileSync(file, JSON.stringify(VILLAGE))
  for (const words of [
    [file, '--county', '220882'],
    [file, '--level', 'town'],
    ['patches', '--key', 'BSM'],
    ['areas', '--within', file],
  ]) {
    const { code, err } = await dishu(['topology', ...words, '--language', 'en'])
    assert.equal(code, 2, err)
    assert.match(err, new RegExp(words[1]))
  }
})
