/** The work of `dishu topology`, wherever it runs: parcels in, findings out. */
import { basename } from 'node:path'
import { Refused } from '@dishu/base/refusal'
import type { Crs } from '@dishu/formats/layers'
import { type PagedLayer, readPages } from '@dishu/formats/sqlite/layer-pages'
import { firstLook } from '@dishu/numeric/topology/find'
import { fromGrid } from '@dishu/numeric/topology/ground'
import type { PolygonLayer, TopologyFindings } from '@dishu/numeric/topology/layer'
import { partOf, renumberedSurvey, type Survey, surveyParcels } from '@dishu/numeric/topology/survey'
import { Crew } from './crew.ts'
import { type Id, type ParcelSource, type TopologyLimits, tangledOr } from './topology-job.ts'
import { type Part, PartBuilder } from './topology-parts.ts'
import { backFrom, type Stretch, stretched } from './topology-plane.ts'
import { type Share, shareWork, unpacked } from './topology-shares.ts'
import { optionsOf, type SurveySetup, surveyWork } from './topology-survey.ts'

export type Looked = {
  readonly findings: TopologyFindings
  readonly parts: readonly Part[]
  readonly stretch: Stretch
  /** Rows that hold no parcel, or only part of one. */
  readonly unreadable: readonly { readonly id: Id; readonly rule: string }[]
}

const THREAD = new URL('./topology-thread.child.ts', import.meta.url)
const SHARE_THREAD = new URL('./topology-share.child.ts', import.meta.url)
/** Fewer pages are not worth a thread's while. */
const PAGES_EACH = 64
/** Whoever interrupts ends the whole process. */
const NEVER = new AbortController().signal
/** Parts for each thread: the more, the evener the load; the fewer, the fewer edges lie between them. */
const PARTS = 4
const MOST_ROWS = 4_000_000
const ROWS_UNKNOWN = 50_000

/** Reads all parcels and looks them over. `bytes`: the size of what is read, which bounds the vertices. `beat` is called now and then. */
export async function lookOver(
  source: ParcelSource,
  limits: TopologyLimits,
  {
    workers,
    bytes,
    outlines,
    beat,
  }: { readonly workers: number; readonly bytes: number; readonly outlines: boolean; readonly beat: () => void },
): Promise<Looked> {
  let setup: SurveySetup | null = null
  const begun = (at: SurveySetup) => {
    setup = at
  }
  try {
    const { paged, taken } = source
    const got = paged && taken ? await byShares(paged, taken, source, { limits, workers, beat, begun }) : await byBatches(source, { limits, workers, bytes, beat, begun }) // biome-ignore format: two ways
    const { parts, surveys, unreadable, stretch, grid } = got
    if (parts.length === 0) return { findings: NOTHING, parts, stretch: null, unreadable }
    beat()
    const options = optionsOf(limits, stretch, outlines)
    const look = firstLook(surveys, options)
    beat()
    const findings = look.finish(surveyParcels(membersOf(parts, look.members), options, 0, grid))
    return { findings, parts, stretch, unreadable }
  } catch (cause) {
    throw tangledOr(cause, basename(source.file), (x, y) => {
      const { grid, stretch } = setup ?? { grid: { x: 0, y: 0 }, stretch: null }
      return backFrom(stretch, fromGrid(x, grid.x), fromGrid(y, grid.y))
    })
  }
}

type Means = {
  readonly limits: TopologyLimits
  readonly workers: number
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
async function byBatches(source: ParcelSource, { limits, workers, bytes, beat, begun }: Means & { readonly bytes: number }): Promise<Got> {
  const parts: Part[] = []
  const surveys: Promise<Survey>[] = []
  const unreadable: { id: Id; rule: string }[] = []
  let crew: Crew<SurveySetup, Part, Survey> | null = null
  let builder: PartBuilder | null = null
  let setup: SurveySetup = { limits, stretch: null, grid: { x: 0, y: 0 } }
  try {
    for await (const batch of source.batches()) {
      beat()
      unreadable.push(...batch.unreadable)
      if (!builder) {
        setup = setupAt(limits, source.crs, middleOf(batch.wkb, batch.offsets))
        begun(setup)
        const members = new Crew<SurveySetup, Part, Survey>(THREAD, setup, workers, surveyWork, NEVER)
        crew = members
        const rows = source.rowCount ?? (workers === 1 ? MOST_ROWS : ROWS_UNKNOWN * PARTS * workers)
        const perPart = workers === 1 ? rows : Math.max(1000, Math.ceil(rows / (PARTS * workers)))
        // a part's share of the vertices, and as much again, since parcels are not alike
        const vertices = Math.ceil(Math.max(4096, bytes / 16 / (workers === 1 ? 1 : (PARTS * workers) / 2)))
        builder = new PartBuilder(Math.min(perPart, MOST_ROWS), vertices, setup.stretch, (part) => {
          parts.push(part)
          const survey = members.run(part)
          survey.catch(() => {}) // heard when all are waited for
          surveys.push(survey)
        })
      }
      builder.add(batch)
    }
    builder?.handOn()
    return { parts, surveys: await Promise.all(surveys), unreadable, stretch: setup.stretch, grid: setup.grid }
  } finally {
    await crew?.close()
  }
}

/** Every thread reads what it surveys; this one only hears of it, unless it is alone. */
async function byShares(
  paged: PagedLayer,
  taken: NonNullable<ParcelSource['taken']>,
  source: ParcelSource,
  { limits, workers, beat, begun }: Means,
): Promise<Got> {
  const setup = setupAt(limits, source.crs, middleOfPages(paged))
  begun(setup)
  const pages = paged.table.leaves.length
  const count = workers === 1 ? 1 : Math.max(1, Math.min(PARTS * workers, Math.floor(pages / PAGES_EACH)))
  const rows = Math.min(MOST_ROWS, Math.ceil((1.25 * (source.rowCount ?? ROWS_UNKNOWN * count)) / count) + 1000)
  const crew = new Crew<SurveySetup, Share, ReturnType<ReturnType<typeof shareWork>>>(
    SHARE_THREAD,
    setup,
    Math.min(workers, count),
    shareWork,
    NEVER,
    2,
  )
  const at = (k: number) => Math.round((pages * k) / count)
  try {
    const asked = Array.from({ length: count }, (_, k) => crew.run({ paged, from: at(k), to: at(k + 1), rows }))
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
      const numbers: number[] = []
      for (let row = 1; row <= share.rows; row++) if (!lost.has(row)) numbers.push(row + rowsBefore)
      taken(
        numbers,
        share.columns.map((column) => unpacked(column, share.parcels)),
      )
      parcels += share.parcels
      rowsBefore += share.rows
    }
    return { parts, surveys, unreadable, stretch: setup.stretch, grid: setup.grid }
  } finally {
    await crew.close()
  }
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

/** The chosen parcels, ascending, of all parts as one layer. */
function membersOf(parts: readonly Part[], members: Uint32Array): PolygonLayer {
  if (parts.length === 1) return members.length === parts[0].layer.polygonRing.length - 1 ? parts[0].layer : partOf(parts[0].layer, members)
  const chosen = parts.map(({ first, layer }) => {
    const end = first + layer.polygonRing.length - 1
    return partOf(
      layer,
      members.filter((p) => p >= first && p < end).map((p) => p - first),
    )
  })
  const sum = (of: (layer: PolygonLayer) => number) => chosen.reduce((total, layer) => total + of(layer), 0)
  const xy = new Float64Array(sum((layer) => layer.xy.length))
  const ringStart = new Uint32Array(sum((layer) => layer.hole.length) + 1)
  const hole = new Uint8Array(ringStart.length - 1)
  const polygonRing = new Uint32Array(members.length + 1)
  let [v, r, p] = [0, 0, 0]
  for (const layer of chosen) {
    xy.set(layer.xy, 2 * v)
    hole.set(layer.hole, r)
    for (let i = 0; i < layer.hole.length; i++) ringStart[r + i] = v + layer.ringStart[i]
    for (let i = 0; i + 1 < layer.polygonRing.length; i++) polygonRing[p + i] = r + layer.polygonRing[i]
    v += layer.xy.length / 2
    r += layer.hole.length
    p += layer.polygonRing.length - 1
  }
  ringStart[r] = v
  polygonRing[p] = r
  return { xy, ringStart, polygonRing, hole }
}

const FIRST_PAGES = 128

/** The same of the parcels on the first pages of a layer. */
function middleOfPages(paged: PagedLayer): [number, number] {
  const [xs, ys]: [number[], number[]] = [[], []]
  readPages(paged, 0, Math.min(FIRST_PAGES, paged.table.leaves.length), {
    geometry: (view, from, end) => {
      const at = from + (view.getUint32(from + 1, true) === 3 ? 13 : 22)
      if (at + 16 > end) return
      xs.push(view.getFloat64(at, true))
      ys.push(view.getFloat64(at + 8, true))
    },
    row: () => {},
    problem: () => {},
    note: () => {},
  })
  return [median(xs), median(ys)]
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
