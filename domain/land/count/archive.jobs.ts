/** All tiles of a county in one PMTiles archive: drawn from ground made ready, along the curve in which the archive numbers them. */
import { gzipSync } from 'node:zlib'
import { tileId } from '@dishu/formats/pmtiles/pmtiles'
import { PmtilesWriter } from '@dishu/formats/pmtiles/write'
import { tileBounds } from '@dishu/server-kit/tiles/mercator'
import { type Looking, parentsOf } from './blocks.jobs.ts'
import { FIRST_ZOOM, OUTLINE_ZOOM, PARENT_ZOOM } from './blocks.ts'
import { mercatorFrame } from './drawing.jobs.ts'
import { makeReady } from './ready.jobs.ts'
import { drawTile } from './tiles.routes.ts'

export type Archive = { readonly tiles: number; readonly bytes: number; readonly bounds: readonly [number, number, number, number] }

/** Closer zooms are drawn by the map from those of the last one here: its units are 0.4 m. */
export const ARCHIVE_ZOOMS = [FIRST_ZOOM, OUTLINE_ZOOM] as const

/** Writes the archive to `path`; null where nothing of the county has a place. A file that was begun is removed when anything fails. */
export async function writeArchive(
  looking: Looking,
  path: string,
  metadata: Readonly<Record<string, unknown>>,
  between: (done: number, of: number) => Promise<void> = async () => {},
): Promise<Archive | null> {
  await makeReady(looking)
  const extent = await parentsOf(looking)
  if (extent === null) return null
  const [west, north, east, south] = extent
  const writer = await PmtilesWriter.create(path)
  try {
    const tiles = ARCHIVE_ZOOMS_ALL.flatMap((z) => tilesAt(z, extent))
    for (const [i, { z, x, y }] of tiles.entries()) {
      const plain = await drawTile(looking, mercatorFrame({ z, x, y }))
      if (plain.length > 0) await writer.add(z, x, y, gzipSync(plain))
      await between(i + 1, tiles.length)
    }
    const [w, , , n] = tileBounds({ z: PARENT_ZOOM, x: west, y: north })
    const [, s, e] = tileBounds({ z: PARENT_ZOOM, x: east, y: south })
    const bounds = [w, s, e, n] as const
    return { ...(await writer.finish({ zooms: ARCHIVE_ZOOMS, bounds, metadata })), bounds }
  } catch (fault) {
    await writer.abandon()
    throw fault
  }
}

const ARCHIVE_ZOOMS_ALL = Array.from({ length: OUTLINE_ZOOM - FIRST_ZOOM + 1 }, (_, i) => FIRST_ZOOM + i)

/** Tiles of a zoom over the parents' extent, in the archive's order. */
function tilesAt(z: number, [west, north, east, south]: readonly [number, number, number, number]) {
  const at = (parent: number, end: 0 | 1) =>
    z <= PARENT_ZOOM ? Math.floor(parent / 2 ** (PARENT_ZOOM - z)) : (parent + end) * 2 ** (z - PARENT_ZOOM) - end
  const found: { readonly z: number; readonly x: number; readonly y: number }[] = []
  for (let y = at(north, 0); y <= at(south, 1); y++) for (let x = at(west, 0); x <= at(east, 1); x++) found.push({ z, x, y })
  return found.sort((a, b) => tileId(z, a.x, a.y) - tileId(z, b.x, b.y))
}
