/** Measures scenes under patches and parcels: only what is new since the last time (a scene, an outline, a formula). */
import { createHash } from 'node:crypto'
import { Refused } from '@dishu/base/refusal'
import { readWkb } from '@dishu/base/wkb'
import { crsFromEpsg, toLonLatInPlace } from '@dishu/formats/crs/crs'
import { fromLonLat } from '@dishu/formats/crs/from-lonlat'
import { fromZone, zoneOfEpsg } from '@dishu/numeric/geodesy/zone'
import { prepareZones, toCells, type Zones } from '@dishu/numeric/zonal/zones'
import { onConnection, type Pool, transaction } from '@dishu/server-kit/sql'
import type { Vault } from '@dishu/server-kit/vault'
import { crsOf } from './imagery.exchange.ts'
import { readOwnIndices, readScenes } from './imagery.store.ts'
import { allIndices, type Grid, type Scene, type SceneBand, type SpectralIndex } from './imagery.ts'
import { NOTHING } from './mask.ts'
import { cellsOf, type Figures, figuresOf, type Part, partOf, Values } from './measuring.ts'
import { type PixelWindow, ScenePixels } from './pixels.jobs.ts'
import {
  countUnmeasured,
  dropOrphans,
  type Measure,
  readUnmeasured,
  type StatRow,
  type SubjectKind,
  type SubjectRow,
  writeMeasures,
  writeStats,
} from './stats.store.ts'

export type MeasureTools = { readonly pool: Pool; readonly vault: Vault }
export type MeasureProgress = { readonly phase: 'measuring'; readonly done: number; readonly total: number }
export type Measured = { readonly scenes: number; readonly subjects: number; readonly crossing: number; readonly unplaced: number }

const KINDS: readonly SubjectKind[] = ['patch', 'parcel']
/** Subjects in memory at one time. */
const BATCH = 20_000
/** Side of the squares by which subjects are taken together, in cells: a few tiles of the COG. */
const SQUARE = 1024
/** Cells of one window: with ten bands and a mask 130 MB. */
const MOST_CELLS = 1_600_000

type Job = { readonly measure: Measure; readonly bands: readonly SceneBand[]; readonly index: SpectralIndex | null }

/** Bands first, then every index whose bands the scene has. A band goes by its letter. */
export function jobsOf(scene: Pick<Scene, 'bands'>, indices: readonly SpectralIndex[]): Job[] {
  const byRole = new Map(scene.bands.flatMap((band) => (band.role ? [[band.role as string, band] as const] : [])))
  const bands = scene.bands.map(
    (band): Job => ({ measure: { id: band.role ?? `band:${band.name}`, formula: null }, bands: [band], index: null }),
  )
  const worked = indices.flatMap((index): Job[] => {
    const needed = index.bands.map((role) => byRole.get(role))
    if (needed.some((band) => band === undefined)) return []
    return [{ measure: { id: index.id, formula: index.formula }, bands: needed.filter((band) => band !== undefined), index }]
  })
  return [...bands, ...worked]
}

/** The list and the pixels it is made of: with another of either the figures are others. */
function keyOf(scene: Scene, jobs: readonly Job[]): string {
  const said = JSON.stringify([scene.grids.map(({ sha256 }) => sha256), scene.bands, scene.mask, jobs.map(({ measure }) => measure)])
  return createHash('sha256').update(said).digest('hex').slice(0, 16)
}

/** `scenes`: only these; else all of the county. Figures are written batch by batch, so an interrupted run goes on where it stopped. */
export async function measureCounty(
  tools: MeasureTools,
  county: string,
  options: {
    readonly scenes?: readonly number[]
    readonly signal?: AbortSignal
    readonly onProgress?: (progress: MeasureProgress) => void
  } = {},
): Promise<Measured> {
  const { pool } = tools
  const { all, indices } = await transaction(
    pool,
    async (db) => {
      await dropOrphans(db, county)
      const scenes = await readScenes(db, county, { day: '9999-12-31' as never, rev: null })
      return { all: scenes, indices: allIndices(await readOwnIndices(db, county)) }
    },
    { actor: 'imagery' },
  )
  const chosen = all.filter(({ id }) => options.scenes === undefined || options.scenes.includes(id))
  const plans = chosen.map((scene) => {
    const jobs = jobsOf(scene, indices)
    return { scene, jobs, key: keyOf(scene, jobs) }
  })
  let total = 0
  for (const { scene, key } of plans)
    for (const kind of KINDS)
      total += await onConnection(pool, (db) => countUnmeasured(db, county, kind, { id: scene.id, bbox: scene.bbox, key }))
  let [scenes, subjects, crossing, unplaced] = [0, 0, 0, 0]
  options.onProgress?.({ phase: 'measuring', done: 0, total })
  for (const { scene, jobs, key } of plans) {
    let pixels: ScenePixels | null = null
    try {
      for (const kind of KINDS) {
        for (let after = 0; ; ) {
          options.signal?.throwIfAborted()
          const batch = await onConnection(pool, (db) =>
            readUnmeasured(db, county, kind, { id: scene.id, bbox: scene.bbox, key }, after, BATCH),
          )
          if (batch.length === 0) break
          after = batch[batch.length - 1].id
          if (pixels === null) {
            pixels = await onConnection(pool, (db) => ScenePixels.open(db, tools.vault, county, scene))
            scenes++
            await transaction(
              pool,
              (db) =>
                writeMeasures(
                  db,
                  county,
                  scene.id,
                  key,
                  jobs.map(({ measure }) => measure),
                ),
              { actor: 'imagery' },
            )
          }
          const found = await measureBatch(pixels, jobs, batch, options.signal)
          crossing += found.crossing
          unplaced += found.unplaced
          await transaction(pool, (db) => writeStats(db, county, scene.id, key, found.rows), { actor: 'imagery' })
          subjects += batch.length
          options.onProgress?.({ phase: 'measuring', done: subjects, total })
        }
      }
    } finally {
      await pixels?.close()
    }
  }
  return { scenes, subjects, crossing, unplaced }
}

/** `crossing`: whose rings cross; `unplaced`: whose coordinates are of a system nobody knows. Both get a row without figures, so that they are not tried again. */
async function measureBatch(pixels: ScenePixels, jobs: readonly Job[], batch: readonly SubjectRow[], signal: AbortSignal | undefined) {
  const base = pixels.scene.grids[pixels.base]
  const { zones, unplaced } = zonesOf(batch, base)
  const rows: StatRow[] = []
  let crossing = 0
  for (const group of groupsOf(zones, base)) {
    signal?.throwIfAborted()
    const { window, members } = group
    if (window === null || window.width * window.height > MOST_CELLS) {
      for (const zone of members) {
        const found = window === null ? null : await measureLarge(pixels, jobs, zones, zone)
        if (found === null && window !== null) crossing++
        rows.push(rowOf(batch[zone], cellsOf(zones, zone), found?.seen ?? 0, found?.hidden ?? 0, found?.figures ?? [], jobs.length))
      }
      continue
    }
    const bands = pixels.scene.bands
    const values = await pixels.values(bands, window)
    const states = await statesIn(pixels, window, values)
    const parts: Part[] = []
    for (const zone of members) {
      const part = partOf(zones, zone, window, states)
      if (part === null) crossing++
      parts.push(part ?? { zone, seen: 0, hidden: 0, cells: new Int32Array(0), weights: new Float64Array(0) })
    }
    const figures: Figures[][] = parts.map(() => [])
    const gathered = new Values()
    const worked = new Float64Array(window.width * window.height)
    for (const { index, bands: needed } of jobs) {
      const of = needed.map((band) => values[bands.indexOf(band)])
      if (index) index.evaluate(Object.fromEntries(index.bands.map((role, i) => [role, of[i]])), worked)
      const cells = index ? worked : of[0]
      for (const [i, part] of parts.entries()) {
        gathered.clear()
        gathered.add(part, cells)
        figures[i].push(figuresOf(gathered))
      }
    }
    for (const [i, { zone, seen, hidden }] of parts.entries())
      rows.push(rowOf(batch[zone], cellsOf(zones, zone), seen, hidden, figures[i], jobs.length))
  }
  return { rows, crossing, unplaced }
}

/** The mask's states, and no data where every band has none. */
async function statesIn(pixels: ScenePixels, window: PixelWindow, values: readonly Float64Array[]): Promise<Uint8Array> {
  const states = (await pixels.states(window)) ?? new Uint8Array(window.width * window.height)
  for (let i = 0; i < states.length; i++) if (states[i] !== NOTHING && values.every((band) => Number.isNaN(band[i]))) states[i] = NOTHING
  return states
}

/** A subject too large for one window: strip by strip, and measure by measure, so that one measure's values are in memory at a time. Null where its rings cross. */
async function measureLarge(pixels: ScenePixels, jobs: readonly Job[], zones: Zones, zone: number) {
  const box = windowOf(zones, zone, pixels.scene.grids[pixels.base])
  if (box === null) return { seen: 0, hidden: 0, figures: [] }
  const high = Math.max(1, Math.floor(MOST_CELLS / 4 / box.width))
  const strips: PixelWindow[] = []
  for (let y = box.y; y < box.y + box.height; y += high) strips.push({ ...box, y, height: Math.min(high, box.y + box.height - y) })
  let [seen, hidden] = [0, 0]
  const parts: Part[] = []
  for (const strip of strips) {
    const part = partOf(zones, zone, strip, await statesIn(pixels, strip, await pixels.values(pixels.scene.bands, strip)))
    if (part === null) return null
    seen += part.seen
    hidden += part.hidden
    parts.push(part)
  }
  const gathered = new Values()
  const figures: Figures[] = []
  for (const { index, bands } of jobs) {
    gathered.clear()
    for (const [i, strip] of strips.entries()) {
      const values = await pixels.values(bands, strip)
      const worked = index ? new Float64Array(values[0].length) : values[0]
      if (index) index.evaluate(Object.fromEntries(index.bands.map((role, k) => [role, values[k]])), worked)
      gathered.add(parts[i], worked)
    }
    figures.push(figuresOf(gathered))
  }
  return { seen, hidden, figures }
}

function rowOf(
  { kind, id, digest }: SubjectRow,
  cells: number,
  seen: number,
  hidden: number,
  figures: readonly Figures[],
  count: number,
): StatRow {
  const list = (name: keyof Figures) => Array.from({ length: count }, (_, i) => figures[i]?.[name] ?? Number.NaN)
  return {
    ...{ kind, id, digest, cells },
    // rounding of a sum of fractions is no more than a whole
    seenShare: cells > 0 ? Math.min(1, seen / cells) : 0,
    hiddenShare: seen > 0 ? Math.min(1, hidden / seen) : 0,
    mean: list('mean'),
    stdev: list('stdev'),
    low: list('low'),
    median: list('median'),
    high: list('high'),
  }
}

/** Outlines in cells of the grid. One whose system nobody knows has no rings, and so lies nowhere. */
function zonesOf(batch: readonly SubjectRow[], base: Grid): { zones: Zones; unplaced: number } {
  const toGrid = fromLonLat(crsOf(base))
  const xys: Float64Array[] = []
  const rings: number[] = [0]
  const shells: number[] = []
  const starts: number[] = [0]
  let [vertices, unplaced] = [0, 0]
  for (const { outline, srid } of batch) {
    const geometry = readWkb(outline)
    const degrees = srid === base.epsg ? () => {} : toDegrees(srid)
    if (degrees === null) unplaced++
    else if (geometry.type === 'polygon')
      for (const polygon of geometry.polygons)
        for (const [r, ring] of polygon.rings.entries()) {
          if (srid !== base.epsg) {
            degrees(ring)
            toGrid(ring)
          }
          const closed =
            ring[0] === ring[ring.length - 2] && ring[1] === ring[ring.length - 1] ? ring : Float64Array.of(...ring, ring[0], ring[1])
          xys.push(toCells(closed, base.geotransform))
          vertices += closed.length / 2
          rings.push(vertices)
          shells.push(r === 0 ? 1 : 0)
        }
    starts.push(rings.length - 1)
  }
  const xy = new Float64Array(2 * vertices)
  let at = 0
  for (const each of xys) {
    xy.set(each, at)
    at += each.length
  }
  return {
    zones: prepareZones({ xy, rings: Uint32Array.from(rings), shells: Uint8Array.from(shells), zones: Uint32Array.from(starts) }),
    unplaced,
  }
}

/** Zones of CGCS2000 the fast way, everything else as files are read; null where neither knows the system. */
function toDegrees(srid: number | null): ((xy: Float64Array) => void) | null {
  if (srid === null || srid === 4490 || srid === 4326) return () => {}
  const zone = zoneOfEpsg(srid)
  if (zone) return (xy) => void fromZone(xy, zone)
  const crs = crsFromEpsg(srid)
  try {
    toLonLatInPlace(crs, new Float64Array(2))
  } catch (problem) {
    if (problem instanceof Refused) return null
    throw problem
  }
  return (xy) => toLonLatInPlace(crs, xy)
}

/** The part of the grid that a subject may cover; null where it lies outside, or nowhere. */
function windowOf({ boxes }: Zones, zone: number, { width, height }: Pick<Grid, 'width' | 'height'>): PixelWindow | null {
  const x = Math.max(0, Math.floor(boxes[4 * zone]))
  const y = Math.max(0, Math.floor(boxes[4 * zone + 1]))
  const right = Math.min(width, Math.ceil(boxes[4 * zone + 2]))
  const bottom = Math.min(height, Math.ceil(boxes[4 * zone + 3]))
  return right > x && bottom > y ? { x, y, width: right - x, height: bottom - y } : null
}

/** Subjects that lie together are measured in one window; large ones, and those that lie nowhere, by themselves. */
function groupsOf(zones: Zones, base: Grid): { readonly window: PixelWindow | null; readonly members: number[] }[] {
  const squares = new Map<string, { window: PixelWindow; members: number[] }>()
  const groups: { window: PixelWindow | null; members: number[] }[] = []
  for (let zone = 0; zone < zones.count; zone++) {
    const window = windowOf(zones, zone, base)
    if (window === null || window.width > SQUARE || window.height > SQUARE) {
      groups.push({ window, members: [zone] })
      continue
    }
    const key = `${Math.floor((window.x + window.width / 2) / SQUARE)} ${Math.floor((window.y + window.height / 2) / SQUARE)}`
    const square = squares.get(key)
    const joint = square && union(square.window, window)
    // a window that grew too large begins anew
    if (joint && joint.width * joint.height > MOST_CELLS) {
      groups.push(square)
      squares.delete(key)
      squares.set(key, { window, members: [zone] })
    } else if (square && joint) {
      square.window = joint
      square.members.push(zone)
    } else squares.set(key, { window, members: [zone] })
  }
  return [...groups, ...squares.values()]
}

function union(a: PixelWindow, b: PixelWindow): PixelWindow {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)]
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  }
}
