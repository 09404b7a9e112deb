/** Parcels that leave the areas they have to lie in. */

import { toLonLatInPlace } from '@dishu/formats/crs/crs'
import { fromLonLat } from '@dishu/formats/crs/from-lonlat'
import { openFiles } from '@dishu/formats/formats'
import type { Crs } from '@dishu/formats/layers'
import { transformed } from '@dishu/numeric/topology/densify'
import type { PolygonLayer } from '@dishu/numeric/topology/layer'
import { overlayLayers } from '@dishu/numeric/topology/overlay'
import { bytesOf } from './topology-bytes.ts'
import type { Keys, TopologyJob, TopologyLimits, TopologyReport } from './topology-job.ts'
import { PartBuilder } from './topology-parts.ts'
import { areaIn, type Stretch, stretched } from './topology-plane.ts'
import { layerOf } from './topology-read.ts'
import type { Looked } from './topology-work.ts'

/** An edge of an area may bend by this much, m, when it comes from another system than the parcels'. */
const BEND = 0.0005

/** Parcels with more than the least area outside of every area. */
export async function outsideOf(
  within: NonNullable<TopologyJob['within']>,
  crs: Crs | null,
  { parts, stretch }: Looked,
  { leastArea }: TopologyLimits,
  idOf: Keys['idOf'],
  scratch: string,
): Promise<TopologyReport['outside']> {
  const areas = await areasOf(within, crs, stretch, scratch)
  const areaOf = areaIn(stretch)
  const outside: TopologyReport['outside'][number][] = []
  for (const { first, layer } of parts) {
    const whole = new Float64Array(layer.polygonRing.length - 1)
    const beyond = new Float64Array(whole.length)
    for (const { parcel, under, areaM2 } of overlayLayers(layer, [areas], { outlines: false, ...(areaOf ? { areaOf } : {}) })) {
      whole[parcel] += areaM2
      if (under[0].length === 0) beyond[parcel] += areaM2
    }
    beyond.forEach((areaM2, p) => {
      if (areaM2 > leastArea) outside.push({ id: idOf(first + p), areaM2, shareOutside: areaM2 / whole[p] })
    })
  }
  return outside
}

async function areasOf(
  within: NonNullable<TopologyJob['within']>,
  crs: Crs | null,
  stretch: Stretch,
  scratch: string,
): Promise<PolygonLayer> {
  const source = await openFiles([within.path], { siblings: within.siblings, scratch })
  try {
    const { layer, index } = layerOf(source, within.layer, within.path)
    const isSame =
      crs === null ||
      layer.crs === null ||
      (crs.epsg !== null && crs.epsg === layer.crs.epsg) ||
      (crs.epsg === null && crs.wkt === layer.crs.wkt)
    const found: PolygonLayer[] = []
    const bytes = bytesOf(within.siblings)
    const builder = new PartBuilder(1_000_000, Math.max(4096, bytes / 8), isSame ? stretch : null, (part) => found.push(part.layer))
    for await (const batch of source.read(index))
      builder.add({ ids: [...batch.rows], wkb: batch.wkb, offsets: batch.offsets, unreadable: [] })
    builder.handOn()
    const [areas = EMPTY] = found
    if (isSame || crs === null || layer.crs === null) return areas
    const from = layer.crs
    const back = fromLonLat(crs)
    const to = (xy: Float64Array) => {
      toLonLatInPlace(from, xy)
      back(xy)
      stretched(stretch, xy)
    }
    return transformed(areas, to, BEND)
  } finally {
    await source.close()
  }
}

const EMPTY: PolygonLayer = {
  xy: new Float64Array(0),
  ringStart: new Uint32Array(1),
  polygonRing: new Uint32Array(1),
  hole: new Uint8Array(0),
}
