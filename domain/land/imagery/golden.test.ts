/**
 * The 26 indices of the R package SoilSaltIndex over a real Landsat scene of sodic land (06_golden/remote_sensing: six pixels and statistics over the whole
 * scene, worked from the stored numbers), under our own names.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { openTiff } from '@dishu/formats/geotiff/geotiff'
import { memorySource } from '@dishu/formats/geotiff/source'
import { allIndices } from './imagery.ts'
import { summaryOf } from './picture.ts'

const SHARED = process.env.DISHU_SHARED ?? join(dirname(fileURLToPath(import.meta.url)), '../../../../shared')
const SCENE = join(SHARED, 'data/04_imagery/up_india_sodic_landsat')
const GOLDEN = join(SHARED, 'data/06_golden/remote_sensing')
const skip =
  existsSync(SCENE) && existsSync(GOLDEN) ? false : `no shared data at ${SHARED}: the indices are NOT compared with the published package`

/** Their name to ours. */
const NAMES: Readonly<Record<string, string>> = {
  NDVI: 'NDVI',
  NDSI: 'NDSI_salt',
  SIT: 'NoverS1',
  BI: 'sqrtR2N2',
  SI1: 'sqrtGR',
  SI2: 'sqrtG2R2N2',
  SI3: 'sqrtG2R2',
  SI4: 'ratioS1S2',
  SI5: 'ndNS1',
  SI6: 'ndS1S2',
  SI7: 'ratioBR',
  SI8: 'ndBR',
  SI9: 'GRoverB',
  SI10: 'sqrtBR',
  SI11: 'BRoverG',
  SI12: 'RNoverG',
  SI13: 'sqrtRN',
  SI14: 'RoverN100',
  CSRI: 'CRSI',
  COSRI: 'COSRI',
  NSI: 'NSI',
  SI_ASTER: 'siAster',
  SSSI1: 'sssi1',
  SSSI2: 'sssi2',
  VSSI: 'VSSI',
  NDWI: 'NDWI',
}
const FILES = { B: 'Blue', G: 'Green', R: 'Red', N: 'NIR', S1: 'SWIR1', S2: 'SWIR2' } as const
const near = (found: number, expected: number, what: string) =>
  assert.ok(Math.abs(found - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), `${what}: ${found} instead of ${expected}`)

function rowsOf(file: string): Record<string, string>[] {
  const [head, ...lines] = readFileSync(join(GOLDEN, file), 'utf8').trim().split('\n')
  const names = head.replaceAll('"', '').split(',')
  return lines.map((line) =>
    Object.fromEntries(
      line
        .replaceAll('"', '')
        .split(',')
        .map((value, i) => [names[i], value]),
    ),
  )
}

test('26 indices over a real scene: six pixels, and count, mean, deviation, extremes and percentiles of all', { skip }, async () => {
  let width = 0
  const bands: Record<string, Float64Array> = {}
  for (const [role, name] of Object.entries(FILES)) {
    const tiff = await openTiff(memorySource(name, new Uint8Array(readFileSync(join(SCENE, `${name}.tif`)))))
    const [stored] = await tiff.readWindow([0], { x: 0, y: 0, width: tiff.width, height: tiff.height })
    width = tiff.width
    bands[role] = Float64Array.from(stored, (value) => (value === tiff.nodata ? Number.NaN : value))
  }
  const indices = new Map(allIndices([]).map((index) => [index.id, index]))
  const pixels = rowsOf('up_india_index_pixels.csv')
  for (const row of rowsOf('up_india_index_stats.csv')) {
    const index = indices.get(NAMES[row.index])
    assert.ok(index, row.index)
    const values = new Float64Array(bands.B.length)
    index.evaluate(bands, values)
    for (const pixel of pixels) {
      const at = (Number(pixel.row) - 1) * width + Number(pixel.col) - 1 // R counts from 1
      near(values[at], Number(pixel[row.index]), `${row.index} at ${pixel.row}, ${pixel.col}`)
    }
    const summary = summaryOf(values)
    assert.ok(summary)
    assert.equal(summary.cells, Number(row.n_valid), row.index)
    let [sum, squares] = [0, 0]
    for (const value of values) if (!Number.isNaN(value)) sum += value
    const mean = sum / summary.cells
    for (const value of values) if (!Number.isNaN(value)) squares += (value - mean) ** 2
    near(mean, Number(row.mean), `mean of ${row.index}`)
    near(Math.sqrt(squares / (summary.cells - 1)), Number(row.sd), `deviation of ${row.index}`)
    near(summary.min, Number(row.min), `least of ${row.index}`)
    near(summary.max, Number(row.max), `most of ${row.index}`)
    near(summary.percentiles[5], Number(row.p05), `5th percentile of ${row.index}`)
    near(summary.percentiles[50], Number(row.median), `median of ${row.index}`)
    near(summary.percentiles[95], Number(row.p95), `95th percentile of ${row.index}`)
  }
})
