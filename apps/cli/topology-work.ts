/** The work of `dishu topology`, wherever it runs: parcels in, findings out. */
import { basename } from 'node:path'
import { Refused } from '@dishu/base/refusal'
import type { Crs } from '@dishu/formats/layers'
import { type PagedLayer, readPages } from '@dishu/formats/sqlite/layer-pages'
import { joined } from '@dishu/numeric/topology/common'
import { firstLook } from '@dishu/numeric/topology/find'
import { fromGrid } from '@dishu/numeric/topology/ground'
import type { PolygonLayer, TopologyFindings } from '@dishu/numeric/topology/layer'
import { partOf, renumberedSurvey, type Survey, surveyParcels } from '@dishu/numeric/topology/survey'
import type { TopologyCrew } from './topology-crew.ts'
import { type Id, type ParcelSource, type TopologyLimits, tangledOr } from './topology-job.ts'
import { type Part, PartBuilder } from './topology-parts.ts'
import { backFrom, type Stretch, stretched } from './topology-plane.ts'
import { unpacked } from './topology-shares.ts'
import { optionsOf, type SurveySetup } from './topology-survey.ts'

export type Looked = {
  readonly findings: TopologyFindings
  readonly parts: readonly Part[]
  readonly stretch: Stretch
  /** Rows that hold no parcel, or only part of one. */
  readonly unreadable: readonly { readonly id: Id; readonly rule: string }[]
}

/** Fewer pages are not worth a thread's while. */
const PAGES_EACH = 64
/** Parts for each thread: the more, the evener the load; the fewer, the fewer edges lie between them. */
const PARTS = 4
const MOST_ROWS = 4_000_000
const ROWS_UNKNOWN = 50_000

/** Reads all parcels and looks them over. `bytes`: the size of what is read, which bounds the vertices. `beat` is called now and then. */
export async function lookOver(
  source: ParcelSource,
  limits: TopologyLimits,
  {
    crew,
    bytes,
    outlines,
    beat,
  }: { readonly crew: TopologyCrew; readonly bytes: number; readonly outlines: boolean; readonly beat: () => void },
): Promise<Looked> {
  let setup: SurveySetup | null = null
  const begun = (at: SurveySetup) => {
    setup = at
  }
  try {
    const { paged, taken } = source
    const got = paged && taken ? await byShares(paged, taken, source, { limits, crew, beat, begun }) : await byBatches(source, { limits, crew, bytes, beat, begun }) // biome-ignore format: two ways
    const { parts, surveys, unreadable, stretch, grid } = got
    if (parts.length === 0) return { findings: NOTHING, parts, stretch: null, unreadable }
    beat()
    const options = optionsOf(limits, stretch, outlines)
    const look = firstLook(surveys, options)
    beat()
    if (look.crowded) return { findings: look.finish(surveyParcels(wholeOf(parts), options, 0, grid)), parts, stretch, unreadable }
    const asked = crew.common({ limits, stretch, grid }, { parts, heaps: look.heaps, outlines })
    asked.catch(() => {}) // heard when the rest is done
    look.rest()
    beat()
    return { findings: look.finish(joined(await asked)), parts, stretch, unreadable }
  } catch (cause) {
    throw tangledOr(cause, basename(source.file), (x, y) => {
      const { grid, stretch } = setup ?? { grid: { x: 0, y: 0 }, stretch: null }
      return backFrom(stretch, fromGrid(x, grid.x), fromGrid(y, grid.y))
    })
  }
}

type Means = {
  readonly limits: TopologyLimits
  readonly crew: TopologyCrew
  readonly beat: () => void
  /** Hears in which plane the layer is looked at, as soon as that is known. */
  readonly begun: (setup: SurveySetup) => void
}
type Got = Omit<SurveySetup, 'limits'> & {
  readonly parts: readonly Part[]
  readonly surveys: readonly Survey[]
  readonly unreadable: Looked['unreadable']
}

/** The plane for a layer, of whose parcels the middle one begins at (x, y). */
function setupAt(limits: TopologyLimits, crs: Crs | null, [x, y]: readonly [number, number]): SurveySetup {
  const stretch = isDegrees(crs, x, y) ? { lon: Math.round(x), lat: Math.round(y) } : null
  const [gx, gy] = stretched(stretch, Float64Array.of(x, y))
  return { limits, stretch, grid: { x: Math.round(gx), y: Math.round(gy) } }
}

/** This thread reads, the others survey. */
async function byBatches(source: ParcelSource, { limits, crew, bytes, beat, begun }: Means & { readonly bytes: number }): Promise<Got> {
  const parts: Part[] = []
  const surveys: Promise<Survey>[] = []
  const unreadable: { id: Id; rule: string }[] = []
  const { workers } = crew
  let builder: PartBuilder | null = null
  let setup: SurveySetup = { limits, stretch: null, grid: { x: 0, y: 0 } }
  for await (const batch of source.batches()) {
    beat()
    unreadable.push(...batch.unreadable)
    if (!builder) {
      setup = setupAt(limits, source.crs, middleOf(batch.wkb, batch.offsets))
      begun(setup)
      const rows = source.rowCount ?? (workers === 1 ? MOST_ROWS : ROWS_UNKNOWN * PARTS * workers)
      const perPart = workers === 1 ? rows : Math.max(1000, Math.ceil(rows / (PARTS * workers)))
      // a part's share of the vertices, and as much again, since parcels are not alike
      const vertices = Math.ceil(Math.max(4096, bytes / 16 / (workers === 1 ? 1 : (PARTS * workers) / 2)))
      builder = new PartBuilder(Math.min(perPart, MOST_ROWS), vertices, setup.stretch, (part) => {
        parts.push(part)
        const survey = crew.survey(setup, part)
        survey.catch(() => {}) // heard when all are waited for
        surveys.push(survey)
      })
    }
    builder.add(batch)
  }
  builder?.handOn()
  return { parts, surveys: await Promise.all(surveys), unreadable, stretch: setup.stretch, grid: setup.grid }
}

/** Every thread reads what it surveys; this one only hears of it, unless it is alone. */
async function byShares(
  paged: PagedLayer,
  taken: NonNullable<ParcelSource['taken']>,
  source: ParcelSource,
  { limits, crew, beat, begun }: Means,
): Promise<Got> {
  const first = firstPages(paged)
  const setup = setupAt(limits, source.crs, first.middle)
  begun(setup)
  const { workers } = crew
  const pages = paged.table.leaves.length
  const count = workers === 1 ? 1 : Math.max(1, Math.min(PARTS * workers, Math.floor(pages / PAGES_EACH)))
  const expected = source.rowCount ?? (first.rows / first.pages) * pages
  const rows = Math.min(MOST_ROWS, Math.ceil((1.25 * expected) / count) + 1000)
  const at = (k: number) => Math.round((pages * k) / count)
  const asked = Array.from({ length: count }, (_, k) => crew.share(setup, { paged, from: at(k), to: at(k + 1), rows }))
  for (const each of asked) each.catch(() => {}) // heard in their order
  const parts: Part[] = []
  const surveys: Survey[] = []
  const unreadable: { id: Id; rule: string }[] = []
  let [parcels, rowsBefore] = [0, 0]
  for (const each of asked) {
    const share = await each
    beat()
    if ('refusal' in share) throw new Refused(share.refusal)
    for (const { first, layer } of share.parts) parts.push({ first: first + parcels, layer })
    for (const survey of share.surveys) surveys.push(renumberedSurvey(survey, parcels))
    for (const { row, rule } of share.unreadable) unreadable.push({ id: row + rowsBefore, rule })
    const lost = new Set(share.lost)
    const numbers = new Float64Array(share.parcels)
    for (let row = 1, n = 0; row <= share.rows; row++) if (!lost.has(row)) numbers[n++] = row + rowsBefore
    taken(
      numbers,
      share.columns.map((column) => unpacked(column, share.parcels)),
    )
    parcels += share.parcels
    rowsBefore += share.rows
  }
  return { parts, surveys, unreadable, stretch: setup.stretch, grid: setup.grid }
}

const NOTHING: TopologyFindings = {
  parcels: 0,
  areaM2: 0,
  overlaps: [],
  gaps: [],
  duplicates: [],
  contained: [],
  slivers: [],
  oneSided: [],
  invalid: [],
  identity: { outerM2: 0, sumM2: 0, differenceM2: 0 },
}

/** All parts as one layer. */
function wholeOf(parts: readonly Part[]): PolygonLayer {
  if (parts.length === 1) return parts[0].layer
  const last = parts[parts.length - 1]
  return partOf(
    parts,
    Uint32Array.from({ length: last.first + last.layer.polygonRing.length - 1 }, (_, p) => p),
  )
}

const FIRST_PAGES = 128

/** The middle one of the first vertices of the parcels on the first pages of a layer, and how many those are. */
function firstPages(paged: PagedLayer): { readonly middle: [number, number]; readonly rows: number; readonly pages: number } {
  const [xs, ys]: [number[], number[]] = [[], []]
  const pages = Math.min(FIRST_PAGES, paged.table.leaves.length)
  let rows = 0
  readPages(paged, 0, pages, {
    geometry: (view, from, end) => {
      const at = from + (view.getUint32(from + 1, true) === 3 ? 13 : 22)
      if (at + 16 > end) return
      xs.push(view.getFloat64(at, true))
      ys.push(view.getFloat64(at + 8, true))
    },
    row: () => {
      rows++
    },
    problem: () => {},
    note: () => {},
  })
  return { middle: [median(xs), median(ys)], rows, pages: Math.max(1, pages) }
}

const median = (values: number[]) => (values.length === 0 ? 0 : values.sort((a, b) => a - b)[values.length >> 1])

/** The middle one of the first vertices of a batch's parcels. */
function middleOf(wkb: Uint8Array, offsets: Uint32Array): [number, number] {
  const view = new DataView(wkb.buffer, wkb.byteOffset, wkb.byteLength)
  const [xs, ys]: [number[], number[]] = [[], []]
  for (let i = 0; i + 1 < offsets.length; i++) {
    if (offsets[i] === offsets[i + 1]) continue
    // polygon: 9 bytes of head, 4 of a count; multipolygon: 9 more before
    const at = offsets[i] + (view.getUint32(offsets[i] + 1, true) === 3 ? 13 : 22)
    if (at + 16 > offsets[i + 1]) continue
    xs.push(view.getFloat64(at, true))
    ys.push(view.getFloat64(at + 8, true))
  }
  return [median(xs), median(ys)]
}

/** By its system; where a file names none, numbers that are degrees in China are taken for such. */
function isDegrees(crs: Crs | null, x: number, y: number): boolean {
  if (crs) return crs.geographic
  return x > 73 && x < 136 && y > 3 && y < 54
}
