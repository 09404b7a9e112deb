/**
 * What an operation makes of the rows it is about: outlines cut, joined or moved, areas handed out so that sums hold, numbers by rule, and who came from whom.
 * Pure: the same decision while one draws and when it is written.
 */
import { accept, type Result, refuse } from '@dishu/base/refusal'
import { apportion } from '@dishu/numeric/shared/apportion'
import { areaOfRings, dissolve, divide, type RingPolygon, withCorners } from '@dishu/numeric/topology/divide'
import { groundArea, inPlane } from '../quality/quality.ts'
import type {
  Around,
  GroundRow,
  LineageRefusal,
  LonLat,
  Made,
  Operation,
  Passed,
  Plan,
  Reshaped,
  RowAreas,
  RowContract,
  Sums,
} from './lineage.ts'
import { nextNumber } from './lineage.ts'
import { movedCorners } from './moves.ts'
import { bordersOf, type Drawing, drawingOf, liesIn, placeInside, storedFrom } from './shapes.ts'

/** Nobody surveys a patch of less than a table's ground, m²; a line drawn a hair beside a corner makes such. */
export const LEAST_PART_M2 = 1
/** Union or exchange of ground may lose no more than drawing's rounding: a millimetre along the border, and never more than this, m². */
const LOST_M2 = 0.05

/** Corners of the rows of one operation together: what is cut within a second or so. */
const MOST_CORNERS = 50_000

type Refused = { readonly ok: false; readonly refusal: LineageRefusal }
type Bound = { readonly rows: readonly GroundRow[]; readonly drawing: Drawing }

export function decide(operation: Operation, around: Around): Result<Plan, LineageRefusal> {
  const ids = operation.kind === 'split' ? [operation.id] : [...new Set(operation.ids)]
  const bound = boundTo(ids, around)
  if ('ok' in bound) return bound
  if (operation.kind === 'split') return split(operation, bound, around)
  if (operation.kind === 'merge') return merge(operation.lead, bound, around)
  return 'moves' in operation ? moveCorners(operation.moves, bound, around) : redraw(operation.line, bound, around)
}

/** The rows an operation is about, drawn in one plane, or why they cannot take part. */
function boundTo(ids: readonly number[], around: Around): Bound | Refused {
  const rows: GroundRow[] = []
  for (const id of ids) {
    const row = around.rows.find((each) => each.id === id)
    if (!row) return refuse('lineage/no-such-row', { layer: around.layer, id })
    if (row.outline.length === 0) return refuse('lineage/no-outline', { key: row.key })
    if (row.validTo !== 'infinity') return refuse('lineage/changes-again', { key: row.key, validTo: row.validTo })
    if (around.day < row.validFrom) return refuse('lineage/day-before-row', { key: row.key, day: around.day, validFrom: row.validFrom })
    rows.push(row)
  }
  if (rows.length === 0) return refuse('lineage/too-few', { rows: 0 })
  const corners = rows.reduce((sum, { outline }) => sum + outline.flat().reduce((of, ring) => of + ring.length / 2, 0), 0)
  if (corners > MOST_CORNERS)
    return refuse('lineage/too-many-corners', { key: rows.map(({ key }) => key).join(' + '), corners, most: MOST_CORNERS })
  const drawing = drawingOf(around.rows, rows[0])
  if (!drawing) return refuse('lineage/foreign-crs', { key: rows[0].key, srid: rows[0].srid })
  if (rows.some(({ srid }) => srid !== rows[0].srid)) return refuse('lineage/several-systems', { keys: rows.map(({ key }) => key) })
  // a file that stated no area was recorded without one, or with zero
  const measured = rows.map((row) =>
    row.computed > 0 ? row : { ...row, computed: hundredths(drawing.polygons.get(row.id) ?? [], drawing) },
  )
  return { rows: measured, drawing }
}

const hundredths = (polygons: readonly RingPolygon[], { plane }: Drawing) => Math.round(groundArea(polygons, plane) * 100)
const sumsOf = (rows: readonly RowAreas[]): Sums => {
  const official = rows.reduce((sum, row) => sum + (row.official ?? 0), 0)
  const computed = rows.reduce((sum, row) => sum + row.computed, 0)
  return { official, computed, difference: official - computed }
}
const shapesOf = (polygons: readonly RingPolygon[], { drawing }: Bound, srid: number | null) => ({
  outline: drawing.stored(polygons, srid),
  lonLat: storedFrom(inPlane(polygons, drawing.plane.toLonLat)),
})

function split(operation: Extract<Operation, { kind: 'split' }>, bound: Bound, around: Around): Result<Plan, LineageRefusal> {
  const { drawing } = bound
  const [row] = bound.rows
  if (row.pinned.length > 0) return refuse('lineage/pinned', { keys: [row.key], samples: row.pinned })
  const whole = drawing.polygons.get(row.id) ?? []
  const parts = 'lines' in operation ? piecesByLines(operation.lines, whole, drawing) : piecesByParts(operation.parts, whole, row, drawing)
  if ('ok' in parts) return parts
  if (parts.length < 2) return refuse('lineage/line-divides-nothing', { key: row.key })
  const apart = conserved([whole], parts)
  if (apart) return apart
  const computed = parts.map((polygons) => hundredths(polygons, drawing))
  const least = Math.min(...computed)
  if (least < LEAST_PART_M2 * 100) return refuse('lineage/part-too-small', { key: row.key, areaM2: least / 100, leastM2: LEAST_PART_M2 })

  const weights = Float64Array.from(computed)
  const officials = row.official === null ? null : apportion(row.official, weights)
  const deducted = row.deducted === null || officials === null ? null : apportion(row.deducted, Float64Array.from(officials))
  const contracts = contractsApportioned(row.contracts, weights)
  const made: Made[] = []
  for (const [i, polygons] of parts.entries()) {
    const numbers = numbersFor(row, i, around)
    if ('ok' in numbers) return numbers
    const [official, ridges] = [officials?.[i] ?? null, deducted?.[i] ?? null]
    made.push({
      ...numbers,
      lead: row.id,
      village: row.village,
      srid: row.srid,
      computed: computed[i],
      official,
      deducted: ridges,
      classArea: official === null || ridges === null ? null : official - ridges,
      contracts: contracts[i],
      ...shapesOf(polygons, bound, row.srid),
    })
  }
  return accept({
    kind: 'split',
    retired: [row.id],
    made,
    reshaped: woven(parts.flat(), bound, around),
    passed: made.map(({ key, official, computed: drawn }) => ({
      fromId: row.id,
      fromKey: row.key,
      toId: null,
      toKey: key,
      area: official || drawn,
    })),
    before: sumsOf([row]),
    after: sumsOf(made),
  })
}

const piecesByLines = (lines: readonly (readonly LonLat[])[], whole: readonly RingPolygon[], drawing: Drawing): RingPolygon[][] =>
  divide(
    whole,
    lines.filter((line) => line.length > 1).map((line) => drawing.line(line)),
  ).map((piece) => [piece])

/** Parts given as polygons: their borders divide the whole, and every piece goes to the part it lies in. */
function piecesByParts(
  given: readonly (readonly (readonly LonLat[])[])[],
  whole: readonly RingPolygon[],
  row: GroundRow,
  drawing: Drawing,
): RingPolygon[][] | Refused {
  const parts = given.map((rings): RingPolygon => ({ rings: rings.map((ring) => closed(drawing.line(ring))) }))
  const pieces = divide(whole, bordersOf(parts))
  const own = parts.map((): RingPolygon[] => [])
  for (const piece of pieces) {
    const place = placeInside(piece)
    const at = parts.findIndex((part) => liesIn(place, [part]))
    if (at < 0) {
      // a hair along a border drawn by hand goes to the piece beside it; more is ground that nobody is given
      if (areaOfRings(piece) > LOST_M2) return refuse('lineage/parts-leave-ground', { key: row.key, areaM2: areaOfRings(piece) })
      own[0].push(piece)
    } else own[at].push(piece)
  }
  const outside = own.findIndex((list) => list.length === 0)
  if (outside >= 0) return refuse('lineage/part-outside', { key: row.key, part: outside + 1 })
  return own.map((list) => dissolve(list.map((piece) => [piece])))
}

function closed(ring: Float64Array): Float64Array {
  const n = ring.length
  if (n > 1 && ring[0] === ring[n - 2] && ring[1] === ring[n - 1]) return ring
  return Float64Array.of(...ring, ring[0], ring[1])
}

function numbersFor(row: GroundRow, i: number, around: Around): { key: string; number: string | null } | Refused {
  const series = around.series[row.id]
  if (!series) throw new Error(`expected the numbers that follow row ${row.id}`)
  const key = nextNumber(series.key, i, /^\d{18,19}$/.test(row.key))
  if (key === null) return refuse('lineage/no-number-left', { prefix: series.key.prefix, last: series.key.last })
  return { key, number: series.number && nextNumber(series.number, i, false) }
}

/** The contract area of a parcel handed on in proportion to the ground; shares stay what they are. */
function contractsApportioned(contracts: readonly RowContract[], weights: Float64Array): RowContract[][] {
  const parts = Array.from(weights, (): RowContract[] => [])
  for (const contract of contracts) {
    const areas = contract.area === null ? null : apportion(contract.area, weights)
    parts.forEach((list, i) => {
      list.push({ ...contract, area: areas?.[i] ?? null })
    })
  }
  return parts
}

function merge(leadId: number, bound: Bound, around: Around): Result<Plan, LineageRefusal> {
  const { rows, drawing } = bound
  const keys = rows.map(({ key }) => key)
  if (rows.length < 2) return refuse('lineage/too-few', { rows: rows.length })
  const lead = rows.find(({ id }) => id === leadId) ?? rows[0]
  const samples = rows.flatMap(({ pinned }) => pinned)
  if (samples.length > 0) return refuse('lineage/pinned', { keys, samples })
  const fields = Object.keys(lead.words).filter((name) => rows.some(({ words }) => words[name] !== lead.words[name]))
  if (fields.length > 0) return refuse('lineage/rows-differ', { keys, fields })
  const contractsOf = ({ contracts }: GroundRow) =>
    contracts
      .map(({ code, sharePart, shareWhole }) => `${code} ${sharePart}/${shareWhole}`)
      .sort()
      .join(' ')
  if (rows.some((row) => contractsOf(row) !== contractsOf(lead)))
    return refuse('lineage/contracts-differ', {
      keys,
      contracts: [...new Set(rows.flatMap(({ contracts }) => contracts.map(({ code }) => code)))],
    })
  const joined = dissolve(rows.map(({ id }) => drawing.polygons.get(id) ?? []))
  const most = Math.max(...rows.map(({ outline }) => outline.length))
  if (joined.length > most || joined.length === 0) return refuse('lineage/not-neighbours', { keys, pieces: joined.length })
  const apart = conserved(
    rows.map(({ id }) => drawing.polygons.get(id) ?? []),
    [joined],
  )
  if (apart) return apart

  const numbers = numbersFor(lead, 0, around)
  if ('ok' in numbers) return numbers
  const sum = (of: 'official' | 'deducted') =>
    rows.some((row) => row[of] === null) ? null : rows.reduce((total, row) => total + (row[of] ?? 0), 0)
  const [official, deducted] = [sum('official'), sum('deducted')]
  const made: Made = {
    ...numbers,
    lead: lead.id,
    village: lead.village,
    srid: lead.srid,
    computed: hundredths(joined, drawing),
    official,
    deducted,
    classArea: official === null || deducted === null ? null : official - deducted,
    contracts: lead.contracts.map((contract) => {
      const areas = rows.map(({ contracts }) => contracts.find(({ code }) => code === contract.code)?.area ?? null)
      return { ...contract, area: areas.includes(null) ? null : areas.reduce<number>((total, area) => total + (area ?? 0), 0) }
    }),
    ...shapesOf(joined, bound, lead.srid),
  }
  return accept({
    kind: 'merge',
    retired: rows.map(({ id }) => id),
    made: [made],
    reshaped: woven(joined, bound, around),
    passed: rows.map((row) => ({ fromId: row.id, fromKey: row.key, toId: null, toKey: made.key, area: row.official || row.computed })),
    before: sumsOf(rows),
    after: sumsOf([made]),
  })
}

/** Refuses where ground came or went: planar areas before and after. */
function conserved(before: readonly (readonly RingPolygon[])[], after: readonly (readonly RingPolygon[])[]): Refused | null {
  const total = (all: readonly (readonly RingPolygon[])[]) => all.flat().reduce((sum, polygon) => sum + areaOfRings(polygon), 0)
  const [beforeM2, afterM2] = [total(before), total(after)]
  return Math.abs(beforeM2 - afterM2) > LOST_M2 ? refuse('lineage/ground-not-conserved', { beforeM2, afterM2 }) : null
}

/**
 * Neighbours that get the corners which came up on their lines. Contract parcels do not share their corners with each other. No ground moves; the computed area is taken
 * anew all the same, since the survey's formula runs from corner to corner.
 */
function woven(made: readonly RingPolygon[], { rows, drawing }: Bound, around: Around): Reshaped[] {
  if (around.layer !== 'patch') return []
  const known = new Set<string>()
  for (const { id } of rows)
    for (const ring of bordersOf(drawing.polygons.get(id) ?? []))
      for (let i = 0; i < ring.length; i += 2) known.add(`${ring[i]} ${ring[i + 1]}`)
  const fresh: number[] = []
  for (const ring of bordersOf(made))
    for (let i = 0; i + 3 < ring.length; i += 2) if (!known.has(`${ring[i]} ${ring[i + 1]}`)) fresh.push(ring[i], ring[i + 1])
  if (fresh.length === 0) return []
  const points = Float64Array.from(fresh)
  return around.rows.flatMap((row) => {
    if (rows.some(({ id }) => id === row.id)) return []
    const polygons = withCorners(drawing.polygons.get(row.id) ?? [], points)
    return polygons ? [reshaped(row, polygons, { ...row, computed: hundredths(polygons, drawing) }, { rows, drawing }, true)] : []
  })
}

const reshaped = (row: GroundRow, polygons: readonly RingPolygon[], areas: RowAreas, bound: Bound, isWoven: boolean): Reshaped => ({
  id: row.id,
  key: row.key,
  village: row.village,
  computed: areas.computed,
  official: areas.official,
  deducted: areas.deducted,
  classArea: areas.classArea,
  woven: isWoven,
  ...shapesOf(polygons, bound, row.srid),
})

function moveCorners(moves: readonly { from: LonLat; to: LonLat }[], bound: Bound, around: Around): Result<Plan, LineageRefusal> {
  const { drawing } = bound
  const inTheWay = moves.map(({ from, to }) => [...drawing.line([from]), ...drawing.line([to])] as const)
  const after = new Map<number, readonly RingPolygon[]>()
  // what else has the corner is only sure to be there round the rows that were named
  const begins = (move: readonly number[]) => bound.rows.some(({ id }) => movedCorners(drawing.polygons.get(id) ?? [], [move], true))
  if (!inTheWay.every(begins)) return refuse('lineage/moves-nothing', { rows: bound.rows.length })
  for (const row of around.rows) {
    const own = drawing.polygons.get(row.id)
    const changed = own && movedCorners(own, inTheWay, around.layer === 'patch' || bound.rows.some(({ id }) => id === row.id))
    if (changed) after.set(row.id, changed)
  }
  return exchanged(after, bound, around)
}

function redraw(line: readonly LonLat[], bound: Bound, around: Around): Result<Plan, LineageRefusal> {
  const { rows, drawing } = bound
  if (rows.length !== 2) return refuse('lineage/too-few', { rows: rows.length })
  const before = rows.map(({ id }) => drawing.polygons.get(id) ?? [])
  const joined = dissolve(before)
  const apart = conserved(before, [joined])
  if (apart) return apart
  const pieces = divide(joined, [drawing.line(line)])
  if (pieces.length < 2) return refuse('lineage/line-divides-nothing', { key: rows.map(({ key }) => key).join(' + ') })
  // a piece belongs to the row that had more of it
  const own: RingPolygon[][] = [[], []]
  for (const piece of pieces) own[common(piece, before[0]) >= common(piece, before[1]) ? 0 : 1].push(piece)
  if (own.some((list) => list.length === 0)) return refuse('lineage/line-divides-nothing', { key: rows.map(({ key }) => key).join(' + ') })
  const after = new Map(rows.map(({ id }, i) => [id, own[i].length > 1 ? dissolve(own[i].map((piece) => [piece])) : own[i]] as const))
  return exchanged(after, bound, around)
}

/** Ground of a piece that other polygons cover, m² of the plane. */
const common = (piece: RingPolygon, polygons: readonly RingPolygon[]): number =>
  divide([piece], bordersOf(polygons)).reduce((sum, part) => sum + (liesIn(placeInside(part), polygons) ? areaOfRings(part) : 0), 0)

/** Rows that stay and have other outlines: together they have the ground they had. The official areas move by what the ground moved, and their sum stays. */
function exchanged(after: ReadonlyMap<number, readonly RingPolygon[]>, bound: Bound, around: Around): Result<Plan, LineageRefusal> {
  const { drawing } = bound
  const rows = around.rows.filter(({ id }) => after.has(id))
  if (rows.length === 0) return refuse('lineage/moves-nothing', { rows: bound.rows.length })
  for (const row of rows) {
    const later = boundTo([row.id], around)
    if ('ok' in later) return later
  }
  const shape = (row: GroundRow) => after.get(row.id) ?? []
  const was = (row: GroundRow) => drawing.polygons.get(row.id) ?? []
  for (const row of rows)
    if (shape(row).length !== was(row).length || shape(row).some((polygon) => !(areaOfRings(polygon) > 0)))
      return refuse('lineage/row-folds', { key: row.key })
  const apart = conserved(rows.map(was), rows.map(shape))
  if (apart) return apart

  const computed = rows.map((row) => hundredths(shape(row), drawing))
  const moved = rows.map((row, i) => computed[i] - hundredths(was(row), drawing))
  // what rounding to hundredths leaves over goes to the row that moves most
  const most = moved.reduce((at, by, i) => (Math.abs(by) > Math.abs(moved[at]) ? i : at), 0)
  moved[most] -= moved.reduce((sum, by) => sum + by, 0)
  const changed: Reshaped[] = []
  for (const [i, row] of rows.entries()) {
    const areas = areasMoved(row, computed[i], moved[i])
    if ('ok' in areas) return areas
    changed.push(reshaped(row, shape(row), areas, bound, false))
  }
  const passed: Passed[] = []
  for (const from of rows)
    for (const to of rows) {
      if (from.id === to.id) continue
      const m2 = shape(to).reduce((sum, polygon) => sum + common(polygon, was(from)), 0)
      const area = Math.round(m2 * 100)
      if (area > 0) passed.push({ fromId: from.id, fromKey: from.key, toId: to.id, toKey: to.key, area })
    }
  if (passed.length === 0) return refuse('lineage/moves-nothing', { rows: rows.length })
  const ids = new Set(rows.map(({ id }) => id))
  const neighbours = woven(rows.flatMap(shape), { rows: around.rows.filter(({ id }) => ids.has(id)), drawing }, around)
  return accept({
    kind: 'adjust',
    retired: [],
    made: [],
    reshaped: [...changed, ...neighbours],
    passed,
    before: sumsOf(rows),
    after: sumsOf(changed),
  })
}

function areasMoved(row: GroundRow, computed: number, by: number): RowAreas | Refused {
  if (row.official === null) return { computed, official: null, deducted: row.deducted, classArea: row.classArea }
  const official = row.official + by
  const deducted = row.deducted === null ? null : row.deduction === null ? row.deducted : Math.round(official * row.deduction)
  if (official <= 0 || (deducted !== null && deducted > official))
    return refuse('lineage/deduction-too-large', { key: row.key, officialM2: official / 100, deductedM2: (deducted ?? 0) / 100 })
  return { computed, official, deducted, classArea: deducted === null ? null : official - deducted }
}
