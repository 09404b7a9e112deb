/** The work of `dishu topology`, wherever it runs: parcels in, findings out. */
import { basename } from 'node:path'
import type { Crs } from '@dishu/formats/layers'
import { firstLook } from '@dishu/numeric/topology/find'
import { fromGrid } from '@dishu/numeric/topology/ground'
import type { PolygonLayer, TopologyFindings } from '@dishu/numeric/topology/layer'
import { partOf, type Survey, surveyParcels } from '@dishu/numeric/topology/survey'
import { Crew } from './crew.ts'
import { type Id, type ParcelSource, type TopologyLimits, tangledOr } from './topology-job.ts'
import { type Part, PartBuilder } from './topology-parts.ts'
import { backFrom, type Stretch, stretched } from './topology-plane.ts'
import { optionsOf, type SurveySetup, surveyWork } from './topology-survey.ts'

export type Looked = {
  readonly findings: TopologyFindings
  readonly parts: readonly Part[]
  readonly stretch: Stretch
  /** Rows that hold no parcel, or only part of one. */
  readonly unreadable: readonly { readonly id: Id; readonly rule: string }[]
}

const THREAD = new URL('./topology-thread.child.ts', import.meta.url)
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
  const parts: Part[] = []
  const surveys: Promise<Survey>[] = []
  const unreadable: { id: Id; rule: string }[] = []
  let crew: Crew<SurveySetup, Part, Survey> | null = null
  let builder: PartBuilder | null = null
  let setup: SurveySetup | null = null
  try {
    for await (const batch of source.batches()) {
      beat()
      unreadable.push(...batch.unreadable)
      if (!builder) {
        const [x, y] = middleOf(batch.wkb, batch.offsets)
        const stretch = isDegrees(source.crs, x, y) ? { lon: Math.round(x), lat: Math.round(y) } : null
        const [gx, gy] = stretched(stretch, Float64Array.of(x, y))
        setup = { limits, stretch, grid: { x: Math.round(gx), y: Math.round(gy) } }
        const members = new Crew<SurveySetup, Part, Survey>(THREAD, setup, workers, surveyWork, NEVER)
        crew = members
        const rows = source.rowCount ?? (workers === 1 ? MOST_ROWS : ROWS_UNKNOWN * PARTS * workers)
        const perPart = workers === 1 ? rows : Math.max(1000, Math.ceil(rows / (PARTS * workers)))
        // a part's share of the vertices, and as much again, since parcels are not alike
        const vertices = Math.ceil(Math.max(4096, bytes / 16 / (workers === 1 ? 1 : (PARTS * workers) / 2)))
        builder = new PartBuilder(Math.min(perPart, MOST_ROWS), vertices, stretch, (part) => {
          parts.push(part)
          const survey = members.run(part)
          survey.catch(() => {}) // heard when all are waited for
          surveys.push(survey)
        })
      }
      builder.add(batch)
    }
    builder?.handOn()
    if (!setup || parts.length === 0) return { findings: NOTHING, parts, stretch: null, unreadable }
    const done = await Promise.all(surveys)
    beat()
    const options = optionsOf(limits, setup.stretch, outlines)
    const look = firstLook(done, options)
    beat()
    const findings = look.finish(surveyParcels(membersOf(parts, look.members), options, 0, setup.grid))
    return { findings, parts, stretch: setup.stretch, unreadable }
  } catch (cause) {
    throw tangledOr(cause, basename(source.file), (x, y) => {
      const { grid, stretch } = setup ?? { grid: { x: 0, y: 0 }, stretch: null }
      return backFrom(stretch, fromGrid(x, grid.x), fromGrid(y, grid.y))
    })
  } finally {
    await crew?.close()
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
  const middle = (values: number[]) => (values.length === 0 ? 0 : values.sort((a, b) => a - b)[values.length >> 1])
  return [middle(xs), middle(ys)]
}

/** By its system; where a file names none, numbers that are degrees in China are taken for such. */
function isDegrees(crs: Crs | null, x: number, y: number): boolean {
  if (crs) return crs.geographic
  return x > 73 && x < 136 && y > 3 && y < 54
}
