/** The whole of `dishu zonal` between its files: read the layer, bring it to each raster, measure, write the table. */
import { Refused } from '@dishu/base/refusal'
import { crsFromEpsg } from '@dishu/formats/crs/crs'
import { openFile } from '@dishu/formats/formats'
import { type Geotiff, openTiff, placeOfTiff } from '@dishu/formats/geotiff/geotiff'
import { type ByteSource, fileSource } from '@dishu/formats/geotiff/source'
import type { Crs, Source, Value } from '@dishu/formats/layers'
import { degreeCellAreas } from '@dishu/numeric/zonal/cell-area'
import { statisticOf } from '@dishu/numeric/zonal/statistics'
import { planZonal, ZONE, type ZonalQuestion, type ZonalRaster } from '@dishu/numeric/zonal/zonal'
import type { Affine, Zones } from '@dishu/numeric/zonal/zones'
import { cellsTable } from './zonal-cells.ts'
import type { ZonalJob, ZonalSummary } from './zonal-job.ts'
import { measureRaster, openWeights } from './zonal-measure.ts'
import { classColumns, columnsOf, type Part, prefixesOf, type Table, writeFirst, writeTable } from './zonal-rows.ts'
import { Thread } from './zonal-thread.ts'
import { crsOf, readZones, type ZonalLayer, zonesOn } from './zonal-zones.ts'

type Tools = {
  /** The bytes of a raster that is no file here. */
  readonly remote: (index: number) => ByteSource
  /** Called now and then: a sign of life. */
  readonly beat: () => void
  readonly scratch: string
}

export async function zonalWork(job: ZonalJob, tools: Tools): Promise<ZonalSummary> {
  const threads = Array.from({ length: job.workers - 1 }, () => new Thread())
  try {
    return await workWith(threads, job, tools)
  } finally {
    await Promise.all(threads.map((thread) => thread.close()))
  }
}

async function workWith(threads: readonly Thread[], job: ZonalJob, tools: Tools): Promise<ZonalSummary> {
  // the rasters first: what is wrong with them is known sooner than a layer is read
  const opened: { readonly bytes: ByteSource; readonly tiff: Geotiff }[] = []
  for (const [i, { path, remote }] of job.rasters.entries()) {
    const bytes = remote ? tools.remote(i) : fileSource(path)
    opened.push({ bytes, tiff: await openTiff(bytes) })
  }
  const source = await openFile(job.layer, { scratch: tools.scratch, siblings: job.siblings, uncounted: true })
  let layer: ZonalLayer
  try {
    layer = await readZones(source, layerIndex(source, job), job.layer, job.key, threads)
  } finally {
    await source.close()
  }
  tools.beat()
  const crs = crsOf(layer, job.layerEpsg === null ? null : crsFromEpsg(job.layerEpsg))
  const question: ZonalQuestion = {
    statistics: job.statistics.map((name) => statisticOf(name)).filter((each) => each !== null),
    classes: job.histogram || job.fractions,
  }
  const parts: Part[] = []
  const rasters: ZonalSummary['rasters'][number][] = []
  for (const [i, { path, name, remote }] of job.rasters.entries()) {
    const { bytes, tiff } = opened[i]
    const bands = bandsOf(tiff, job.bands, bytes.name)
    const g = placeOfTiff(tiff, bytes.name)
    const on = tiff.crs ?? (job.rasterEpsg === null ? null : crsFromEpsg(job.rasterEpsg))
    if (on === null) throw new Refused({ code: 'formats/raster-without-crs', details: { file: bytes.name } })
    const shared = job.workers > 1 && !remote
    const zones = await zonesOn(layer.outlines, crs, on, g, shared, i + 1 < job.rasters.length, threads)
    const outside = countOutside(zones, tiff)
    if (outside === zones.count) throw new Refused({ code: 'formats/raster-elsewhere', details: { file: bytes.name, layer: layer.name } })
    const raster = rasterOf(tiff, bands, on, g, job.plainCells)
    const weights = job.weights ? await openWeights(job.weights, tiff, bytes.name) : null
    const prefixes = prefixesOf(job.rasters.length > 1 ? name : null, bands, tiff.bands.filter((band) => !band.isAlpha).length > 1)
    const cells =
      job.cellsOut && i === 0
        ? cellsTable(
            job.cellsOut,
            layer.keyField ?? 'row',
            await layer.names(),
            prefixes.map((each) => `${each}value`),
            raster.bands,
            g,
          )
        : null
    const plan = planZonal(zones, raster, question, shared)
    const share = { path, weights: job.weights, bands: bands.map((band) => band - 1), plan }
    const answer = await measureRaster(share, tiff, weights, cells || remote ? [] : threads, cells?.visit, tools.beat)
    cells?.close()
    parts.push({ answer, bandCount: bands.length, statistics: job.statistics, prefixes })
    rasters.push({ name, width: tiff.width, height: tiff.height, crs: on.name, bands, byArea: raster.byArea, outside })
  }
  const keyName = layer.keyField ?? 'row'
  const told = {
    layer: layer.name,
    zones: layer.count,
    key: layer.keyField,
    rasters,
    ...(await skippedOf(parts[0].answer, layer)),
    repeatedKeys: layer.keyField === null ? NONE_REPEATED : repeatedIn(await layer.names()),
    leftOut: layer.leftOut.slice(0, 1000),
  }
  if (job.format === 'csv' && layer.firsts.length > 0 && !job.histogram && !job.fractions) {
    const bytes = await writeTogether(job.out, { keyName, parts }, layer, threads)
    return { ...told, columns: columnsOf({ parts }, []), bytes }
  }
  const table = { keyName, keys: await layer.names(), parts }
  const classes = classColumns(table, job.histogram, job.fractions)
  if (classes === null) throw new Refused({ code: 'formats/raster-too-many-values', details: { file: job.rasters[0].name, limit: 1000 } })
  const bytes = await writeTable(job.out, job.format, table, classes)
  return { ...told, columns: columnsOf(table, classes), bytes }
}

/** A table of CSV, each thread's rows by itself. Returns its bytes. */
async function writeTogether(path: string, table: Omit<Table, 'keys'>, layer: ZonalLayer, threads: readonly Thread[]): Promise<number> {
  const parts = table.parts.map((part) => ({ ...part, answer: { ...part.answer, classes: new Map() } }))
  const lengths = layer.firsts.map((first, k) => threads[k].ask({ ask: 'text', parts, first }))
  let position = writeFirst(path, table, layer.keys)
  const written: Promise<null>[] = []
  for (const [k, length] of (await Promise.all(lengths)).entries()) {
    written.push(threads[k].ask({ ask: 'write', path, position }))
    position += length
  }
  await Promise.all(written)
  return position
}

function layerIndex(source: Source, { layerName, key }: ZonalJob): number {
  const names = source.layers.map(({ name }) => name)
  const index =
    layerName === null
      ? source.layers.findIndex(({ geometry }) => geometry === 'polygon' || geometry === 'mixed')
      : names.indexOf(layerName)
  const layer = source.layers[Math.max(0, index)]
  if (index < 0 && layerName !== null) throw new Refused({ code: 'formats/no-such-layer', details: { wanted: layerName, names } })
  if (index < 0 && layer.geometry !== 'none') throw new Refused({ code: 'formats/layer-without-polygons', details: { layer: layer.name } })
  if (index < 0) throw new Refused({ code: 'formats/layer-without-polygons', details: { layer: layer.name } })
  const fields = layer.fields.map(({ name }) => name)
  if (key !== null && !fields.includes(key))
    throw new Refused({ code: 'formats/no-such-field', details: { wanted: key, layer: layer.name, names: fields } })
  return index
}

function bandsOf(tiff: Geotiff, wanted: readonly number[] | null, file: string): readonly number[] {
  if (wanted === null) return tiff.bands.map((_, i) => i + 1).filter((band) => !tiff.bands[band - 1].isAlpha)
  const missing = wanted.find((band) => band > tiff.bands.length)
  if (missing !== undefined)
    throw new Refused({ code: 'formats/raster-no-such-band', details: { file, wanted: missing, bands: tiff.bands.length } })
  return wanted
}

function countOutside({ count, boxes }: Zones, { width, height }: { readonly width: number; readonly height: number }): number {
  let outside = 0
  for (let z = 0; z < count; z++)
    if (!(boxes[4 * z] < width && boxes[4 * z + 2] > 0 && boxes[4 * z + 1] < height && boxes[4 * z + 3] > 0)) outside++
  return outside
}

function rasterOf(tiff: Geotiff, bands: readonly number[], crs: Crs, g: Affine, plainCells: boolean): ZonalRaster {
  // degrees with rows along parallels; of a raster that is turned no row has one area
  const byRows = crs.geographic && g[2] === 0 && g[4] === 0
  const cellArea = byRows
    ? degreeCellAreas(g[3], g[1], g[5], tiff.height)
    : crs.geographic
      ? Number.NaN
      : Math.abs(g[1] * g[5] - g[2] * g[4])
  const wide = ['uint32', 'int32', 'uint64', 'int64', 'float64'].includes(tiff.type)
  return {
    width: tiff.width,
    height: tiff.height,
    tile: tiff.block,
    bands: bands.map((band) => ({ nodata: tiff.nodata, scale: tiff.bands[band - 1].scale, offset: tiff.bands[band - 1].offset, wide })),
    cellArea,
    byArea: byRows && !plainCells,
  }
}

const NONE_REPEATED: ZonalSummary['repeatedKeys'] = { count: 0, first: [] }

function repeatedIn(keys: readonly Value[]): ZonalSummary['repeatedKeys'] {
  const seen = new Set<Value>()
  const repeated = new Set<string | number | boolean>()
  for (const key of keys) {
    const before = seen.size
    if (key !== null && seen.add(key).size === before) repeated.add(key)
  }
  return repeated.size === 0 ? NONE_REPEATED : { count: repeated.size, first: [...repeated].slice(0, 1000) }
}

async function skippedOf({ states }: Part['answer'], layer: ZonalLayer): Promise<Pick<ZonalSummary, 'withoutFigures' | 'skipped'>> {
  const skipped: ZonalSummary['skipped'][number][] = []
  let withoutFigures = 0
  // a row that is no polygon, or has no geometry, covers nothing: that is said too
  const { zones } = layer.outlines
  const isWithout = (z: number) => states[z] !== ZONE.measured || zones[z] === zones[z + 1]
  const keys = states.some((_, z) => isWithout(z)) ? await layer.names() : layer.keys
  for (let z = 0; z < states.length; z++) {
    if (!isWithout(z)) continue
    withoutFigures++
    const key = keys[z]
    if (skipped.length < 1000)
      skipped.push({ zone: typeof key === 'boolean' ? String(key) : key, why: states[z] === ZONE.crossing ? 'crossing' : 'no-polygon' })
  }
  return { withoutFigures, skipped }
}
