/** Scenes as files have them ↔ scenes as the register has them. */
import { accept, Refused, type Result, refuse } from '@dishu/base/refusal'
import { writePolygonWkb } from '@dishu/base/wkb'
import { crsFromEpsg, crsFromWkt, toLonLat } from '@dishu/formats/crs/crs'
import type { CommonName, Look, PackGroup } from '@dishu/formats/scene/scene'
import type { BandRole, Grid, ImageryRefusal } from './imagery.ts'
import type { BandFacts, GridDraft, SceneFacts } from './scenes.ts'

const ROLE_OF: Readonly<Record<CommonName, BandRole>> = {
  coastal: 'C',
  blue: 'B',
  green: 'G',
  red: 'R',
  rededge071: 'RE1',
  rededge075: 'RE2',
  rededge078: 'RE3',
  nir: 'N',
  nir08: 'N2',
  nir09: 'WV',
  cirrus: 'CI',
  swir16: 'S1',
  swir22: 'S2',
  lwir11: 'T',
  pan: 'P',
}

/** What the first look found, in our words. Two bands of one file that were given one name are told apart by their number. */
export function factsFromLook({ product, rasters }: Look): SceneFacts {
  const placeOf = new Map(rasters.map(({ file }, i) => [file, i]))
  const rasterOf = (file: string) => {
    const raster = placeOf.get(file)
    if (raster === undefined) throw new Error(`expected ${file} among the scene's rasters`)
    return raster
  }
  const seen = new Map<string, number>()
  const named = (name: string) => {
    const times = (seen.get(name) ?? 0) + 1
    seen.set(name, times)
    return times === 1 ? name : `${name} (${times})`
  }
  const bands = product.bands.map(
    ({ name, common, file, band, scale, offset, unit, nodata }): BandFacts => ({
      name: named(name),
      role: common && ROLE_OF[common],
      raster: rasterOf(file),
      band,
      scale,
      offset,
      unit,
      nodata,
    }),
  )
  return {
    product: product.kind,
    id: product.id,
    takenOn: product.takenOn,
    takenAt: product.takenAt,
    platform: product.platform,
    instrument: product.instrument,
    level: product.level,
    cloudPercent: product.cloudPercent,
    rasters: rasters.map(({ file, width, height, type, geotransform, epsg, wkt, crsName, geographic, nodata }) => {
      if (geotransform === null) throw new Error(`expected ${file} to lie somewhere`)
      return { file, width, height, type, geotransform, epsg, wkt, geographic, nodata, crs: crsName }
    }),
    bands,
    mask: product.mask && { ...product.mask, raster: rasterOf(product.mask.file) },
  }
}

/** The COGs to be made: `out` names them by their place in the list. */
export function groupsOf(facts: SceneFacts, look: Look, grids: readonly GridDraft[]): PackGroup[] {
  return grids.map(({ from, ...grid }, i) => ({
    out: `${i}.tif`,
    classes: grid.classes,
    width: grid.width,
    height: grid.height,
    type: look.rasters[from[0].raster].type,
    geotransform: grid.geotransform,
    epsg: grid.epsg,
    wkt: grid.wkt,
    geographic: grid.geographic,
    nodata: grid.nodata,
    bands: from.map(({ name, raster, band, scale, offset }) => ({ name, file: facts.rasters[raster].file, band, scale, offset })),
  }))
}

type Placed = Pick<Grid, 'width' | 'height' | 'geotransform' | 'epsg' | 'wkt'>

/** The system of a grid's coordinates. */
export function crsOf({ epsg, wkt }: Pick<Grid, 'epsg' | 'wkt'>) {
  const crs = epsg !== null ? crsFromEpsg(epsg, wkt) : wkt === null ? null : crsFromWkt(wkt)
  if (crs === null) throw new Error('expected a grid with a system of coordinates')
  return crs
}

/** Steps along a side: an edge that is straight in the grid's system bends in degrees, by metres over a whole scene. */
const STEPS = 8

export type Footprint = { readonly wkb: Uint8Array; readonly bbox: readonly [number, number, number, number] }

/** The outline of a grid in degrees. Refused where its system is not known, or its numbers are no place of that system. */
export function footprintOf(grid: Placed): Result<Footprint, ImageryRefusal> {
  const { width, height } = grid
  const [x0, dx, , y0, , dy] = grid.geotransform
  const stated = grid.epsg === null ? 'WKT' : `EPSG:${grid.epsg}`
  const ring: number[] = []
  try {
    const there = toLonLat(crsOf(grid))
    for (const [c0, r0, c1, r1] of [
      [0, 0, 0, height],
      [0, height, width, height],
      [width, height, width, 0],
      [width, 0, 0, 0],
    ])
      for (let i = 0; i < STEPS; i++) {
        const [c, r] = [c0 + ((c1 - c0) * i) / STEPS, r0 + ((r1 - r0) * i) / STEPS]
        ring.push(...there(x0 + c * dx, y0 + r * dy))
      }
  } catch (problem) {
    if (problem instanceof Refused) return refuse('imagery/crs-not-usable', { stated })
    throw problem
  }
  const lon = ring.filter((_, i) => i % 2 === 0)
  const lat = ring.filter((_, i) => i % 2 === 1)
  const bbox = [Math.min(...lon), Math.min(...lat), Math.max(...lon), Math.max(...lat)] as const
  if (!bbox.every(Number.isFinite) || bbox[0] < -180 || bbox[2] > 180 || bbox[1] < -90 || bbox[3] > 90)
    return refuse('imagery/crs-not-usable', { stated })
  return accept({ wkb: writePolygonWkb([{ rings: [Float64Array.from([...ring, ring[0], ring[1]])] }]), bbox })
}
