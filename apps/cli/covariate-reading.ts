/** Reading bands of a raster as covariates, in the fenced process: measured values, row by row, NaN where there is none. */
import { basename } from 'node:path'
import { Refused } from '@dishu/base/refusal'
import { type Geotiff, openTiff, placeOfTiff } from '@dishu/formats/geotiff/geotiff'
import { fileSource } from '@dishu/formats/geotiff/source'
import type { Grid } from '@dishu/numeric/kriging/kriging'
import type { CovariateRaster } from './covariate-raster.ts'

/** Rows read at a time where places are looked up. */
const STRIP = 256

/**
 * Opens the bands of those names; a number is the band's place, from 1, and no names are all bands. Refused: a band that is not there, an image without a
 * place, and one that does not run north.
 */
export async function readCovariates(path: string, wanted: readonly string[]): Promise<CovariateRaster> {
  const tiff = await openTiff(fileSource(path))
  const bands = bandsOf(tiff, wanted)
  const grid = gridOf(tiff, basename(path))
  const rows = (from: number, to: number) => readRows(tiff, bands, from, to)
  return {
    grid,
    crs: tiff.crs,
    names: bands.map((b) => nameOf(tiff, b)),
    rows,
    at: (x, y) => lookUp(grid, bands.length, rows, x, y),
    close: () => {}, // with the process
  }
}

const nameOf = (tiff: Geotiff, band: number) => tiff.bands[band].name || String(band + 1)

function bandsOf(tiff: Geotiff, wanted: readonly string[]): number[] {
  const names = tiff.bands.map((_, b) => nameOf(tiff, b))
  if (wanted.length === 0) return names.map((_, b) => b).filter((b) => !tiff.bands[b].isAlpha)
  return wanted.map((name) => {
    const named = names.indexOf(name)
    const band = named >= 0 ? named : /^\d+$/.test(name) ? Number(name) - 1 : -1
    if (band < 0 || band >= names.length) throw new Refused({ code: 'kriging/no-such-band', details: { band: name, bands: names } })
    return band
  })
}

function gridOf(tiff: Geotiff, file: string): Grid {
  const [left, dx, turnX, top, turnY, dy] = placeOfTiff(tiff, file)
  if (turnX !== 0 || turnY !== 0) throw new Refused({ code: 'formats/tiff-without-place', details: { file } })
  return { x0: left + dx / 2, y0: top + dy / 2, dx, dy, columns: tiff.width, rows: tiff.height }
}

async function readRows(tiff: Geotiff, bands: readonly number[], from: number, to: number): Promise<Float64Array> {
  const window = { x: 0, y: from, width: tiff.width, height: to - from }
  const [samples, mask] = [await tiff.readWindow(bands, window), await tiff.readMask(window)]
  const cells = window.width * window.height
  const out = new Float64Array(cells * bands.length)
  for (const [k, band] of samples.entries()) {
    const { scale, offset } = tiff.bands[bands[k]]
    for (let i = 0; i < cells; i++) {
      const sample = Number(band[i])
      out[i * bands.length + k] = sample === tiff.nodata || mask?.[i] === 0 ? Number.NaN : sample * scale + offset
    }
  }
  return out
}

async function lookUp(
  { x0, y0, dx, dy, columns, rows }: Grid,
  bands: number,
  read: (from: number, to: number) => Promise<Float64Array>,
  x: Float64Array,
  y: Float64Array,
): Promise<Float64Array> {
  const out = new Float64Array(x.length * bands).fill(Number.NaN)
  const strips = new Map<number, number[]>()
  for (let i = 0; i < x.length; i++) {
    const row = Math.round((y[i] - y0) / dy)
    const column = Math.round((x[i] - x0) / dx)
    if (row < 0 || row >= rows || column < 0 || column >= columns) continue
    const strip = Math.floor(row / STRIP)
    strips.set(strip, [...(strips.get(strip) ?? []), i])
  }
  for (const [strip, places] of [...strips].sort(([a], [b]) => a - b)) {
    const cells = await read(strip * STRIP, Math.min(rows, (strip + 1) * STRIP))
    for (const i of places) {
      const cell = (Math.round((y[i] - y0) / dy) - strip * STRIP) * columns + Math.round((x[i] - x0) / dx)
      out.set(cells.subarray(cell * bands, (cell + 1) * bands), i * bands)
    }
  }
  return out
}
