/**
 * Makes the cells of patches anew inside the revision that changed what they are made of: reads the affected patches batch by
 * batch, lays parcels over them, and writes only the cells that differ. Memory is that of one batch, however many patches.
 */
import { type Day, FOREVER } from '@dishu/base/date'
import { mapWkb } from '@dishu/base/wkb'
import { digestOf, type OpenRevision, type RowToWrite, rowToWrite, type Span } from '@dishu/kernel/records/records.store'
import { TooTangled } from '@dishu/numeric/topology/limits'
import type { Db } from '@dishu/server-kit/sql'
import { CellBytes } from './cell-bytes.ts'
import {
  type AffectedRows,
  affectedPatches,
  type ContractRow,
  collectAffected,
  everyPatch,
  isFirstSurvey,
  type ParcelRow,
  type PatchRow,
  readCellFrames,
  readContractTerms,
  readOutlines,
  readParcelPairs,
  readParcelVersions,
  readPatchVersions,
  readSamplesByParcel,
  readSamplesByPatch,
  readWhatThereIs,
  refreshSums,
  type SampleRow,
  writeFirstSums,
} from './cells.store.ts'
import { type CellRules, type ContractTerm, cellsOfPatch, type DoublyOnPatch, type Laid } from './cells.ts'
import { type Cell, cellKind } from './count.ts'
import { type Overlay, overlay, type Shape } from './overlay.ts'
import { holds, inPlane, planeOf, projectionOf } from './plane.ts'
import { learnSystems } from './systems.jobs.ts'

export type DoublyCoveredGround = DoublyOnPatch<ParcelRow>

export type RefreshOptions = {
  readonly rules: CellRules<SampleRow>
  readonly affected?: 'all' | 'revision' | AffectedRows
  /** Patches in memory at one time. */
  readonly batch?: number
  /** Ground under two parcels or more, as it is met; what the findings are told. */
  readonly onDoublyCovered?: (found: readonly DoublyCoveredGround[]) => void
  /** Stops between two batches by a throw, which takes the revision with it. */
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number | null) => void
}

export type Refreshed = { readonly patches: number; readonly made: number; readonly closed: number; readonly unlaid: number }

/**
 * Call once in a revision, after all its other rows are written. `unlaid`: patches under which parcels lie but whose coordinates, or the
 * parcels', are of a code that no rule here can lay over another; they count as covered by nothing.
 */
export async function refreshCells(
  db: Db,
  revision: Pick<OpenRevision, 'county' | 'rev' | 'take' | 'add'>,
  options: RefreshOptions,
): Promise<Refreshed> {
  const { county, rev } = revision
  const { affected = 'revision' } = options
  let [patches, made, closed, unlaid] = [0, 0, 0, 0]
  const there = await readWhatThereIs(db, county)
  const first = affected === 'revision' && !there.cells && (await isFirstSurvey(db, county, rev))
  // patches that nothing lies on have no cells of their own: only their sums are made
  const alone = first && !there.parcels && !there.samples
  const total = first ? null : await collectAffected(db, county, rev, affected)
  if (total === 0) return { patches, made, closed, unlaid }
  for await (const batch of alone ? [] : batches(db, county, there, options, first)) {
    options.signal?.throwIfAborted()
    if (batch.close.length > 0) closed += await revision.take(cellKind, batch.close)
    if (batch.rows.length > 0) made += await revision.add(cellKind, batch.rows)
    patches += batch.patches
    unlaid += batch.unlaid
    options.onProgress?.(patches, total)
  }
  if (alone) await writeFirstSums(db, county, rev)
  else await refreshSums(db, county, rev)
  return { patches, made, closed, unlaid }
}

/** Makes all cells of the county again without writing; gives how many are missing and how many should not be there. Both are 0 unless something is broken. */
export async function compareCells(
  db: Db,
  county: string,
  rev: number,
  options: Omit<RefreshOptions, 'affected'>,
): Promise<{ missing: number; unfounded: number }> {
  await collectAffected(db, county, rev, 'all')
  let [missing, unfounded] = [0, 0]
  for await (const batch of batches(db, county, await readWhatThereIs(db, county), options, false)) {
    missing += batch.rows.length
    unfounded += batch.close.length
  }
  return { missing, unfounded }
}

type Batch = { readonly patches: number; readonly rows: RowToWrite[]; readonly close: Span[]; readonly unlaid: number }

type There = { readonly parcels: boolean; readonly samples: boolean; readonly contracts: boolean; readonly cells: boolean }

/** `all`: every patch of the county, else those that were collected. */
async function* batches(db: Db, county: string, there: There, options: RefreshOptions, all: boolean): AsyncGenerator<Batch> {
  const size = options.batch ?? 5000
  if (all) {
    for await (const patches of everyPatch(db, county, size)) {
      const versions = groupBy(patches, (patch) => patch.id)
      yield await makeBatch(db, county, [...versions.keys()], versions, there, options)
    }
    return
  }
  for await (const patches of affectedPatches(db, size)) {
    const ids = patches.map(({ id }) => id)
    const versions = groupBy(await readPatchVersions(db, county, ids), (patch) => patch.id)
    yield await makeBatch(db, county, ids, versions, there, options)
  }
}

type Laying = { unlaid: number }

async function makeBatch(
  db: Db,
  county: string,
  ids: readonly number[],
  versions: ReadonlyMap<number, readonly PatchRow[]>,
  there: There,
  options: RefreshOptions,
): Promise<Batch> {
  const { rules, onDoublyCovered } = options
  const over = await readOver(db, county, ids, there)
  const laying: Laying = { unlaid: 0 }
  const { rowOf, dayNumber } = rowMaker()
  const before = there.cells ? groupBy(await readCellFrames(db, county, ids), (frame) => frame.patchId) : new Map<number, never[]>()

  const rows: RowToWrite[] = []
  const close: Span[] = []
  for (const id of ids) {
    const own = versions.get(id) ?? []
    const ground = over.of(own)
    const { cells, doubly } = cellsOfPatch(
      { versions: own, ...ground, lay: (patch, parcels) => layOver(patch, parcels, over.outlineOf(patch), laying) },
      rules,
      'alone',
    )
    if (doubly.length > 0) onDoublyCovered?.(doubly)

    const standing = before.get(id) ?? []
    if (standing.length === 0) {
      for (const cell of cells) rows.push(rowOf(cell))
      continue
    }
    const left = new Map(
      standing.map((frame) => [`${dayNumber(frame.validFrom)} ${dayNumber(frame.validTo)} ${latin1(frame.digest)}`, frame]),
    )
    const fresh: { readonly cell: Cell; readonly row: RowToWrite }[] = []
    for (const cell of cells) {
      const row = rowOf(cell)
      if (left.size === 0) fresh.push({ cell, row })
      else if (!left.delete(`${row.validFrom} ${row.validTo} ${latin1(row.digest)}`)) fresh.push({ cell, row })
    }
    const gone = [...left.values()]
    for (const frame of gone) close.push({ id: frame.id, validFrom: dayNumber(frame.validFrom), validTo: dayNumber(frame.validTo) })
    for (const { cell, row } of fresh) {
      // a piece that goes on with other words keeps its number
      const at = gone.findIndex((frame) => frame.parcelId === cell.parcelId && frame.part === cell.part)
      rows.push(at < 0 ? row : { ...row, id: gone.splice(at, 1)[0].id })
    }
  }
  return { patches: ids.length, rows, close, unlaid: laying.unlaid }
}

const PREFIX = new TextEncoder().encode(`dishu/row/1 ${cellKind.name}\0`) // see contentDigest of kernel/records

const NO_WORDS = { ...cellKind, columns: [] }

/** Rows of one batch, and the numbers of the days they repeat; both as the ledger has them. */
function rowMaker() {
  const bytes = new CellBytes(PREFIX, (kind, content) => rowToWrite(kind, { validFrom: FOREVER, content }).bytes)
  const days = new Map<Day, number>()
  const dayNumber = (day: Day) => {
    const known = days.get(day) ?? rowToWrite(NO_WORDS, { validFrom: day, content: {} }).validFrom
    days.set(day, known)
    return known
  }
  const rowOf = (cell: Cell): RowToWrite => {
    const all = bytes.of(cell)
    return {
      id: null,
      validFrom: dayNumber(cell.validFrom),
      validTo: dayNumber(cell.validTo),
      sourceFile: null,
      sourceRow: null,
      digest: digestOf(all),
      bytes: all.subarray(PREFIX.length),
    }
  }
  return { rowOf, dayNumber }
}

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')

/** What lies on the patches of a batch. */
async function readOver(db: Db, county: string, ids: readonly number[], there: There) {
  const pairs = new Map(there.parcels ? (await readParcelPairs(db, county, ids)).map((row) => [row.patchId, row.parcelIds]) : [])
  const parcels = pairs.size > 0 ? await readParcelVersions(db, county, [...new Set([...pairs.values()].flat())]) : []
  const codes = [...new Set(parcels.map((parcel) => parcel.parcelCode))]
  const terms =
    there.contracts && codes.length > 0
      ? groupBy(termsFrom(await readContractTerms(db, county, codes)), (term) => term.parcelCode)
      : new Map<string, never[]>()
  const placed = there.samples ? groupBy(await readSamplesByPatch(db, county, ids), (sample) => sample.patchId) : new Map<number, never[]>()
  const named =
    there.samples && codes.length > 0
      ? groupBy(await readSamplesByParcel(db, county, codes), (sample) => sample.plotCode ?? '')
      : new Map<string, never[]>()
  const needOutline = [...new Set([...pairs.keys(), ...placed.keys()])]
  const outlines = new Map(
    (needOutline.length > 0 ? await readOutlines(db, county, needOutline) : []).map((row) => [`${row.id} ${row.validFrom}`, row]),
  )
  await learnSystems(
    db,
    [...parcels, ...outlines.values()].map(({ srid }) => srid),
  )
  const rank = new Map(parcels.map((parcel, i) => [parcel, i]))
  const byId = groupBy(parcels, (parcel) => parcel.id)
  const outlineOf = (patch: PatchRow) => outlines.get(`${patch.id} ${patch.validFrom}`) ?? null

  const samplesOf = (versions: readonly PatchRow[], on: readonly ParcelRow[]): SampleRow[] => {
    const found = (placed.get(versions[0].id) ?? []).filter(
      (sample) => !sample.placed || versions.some((patch) => liesOn(sample, outlineOf(patch))),
    )
    const byName = [...new Set(on.map((parcel) => parcel.parcelCode))].flatMap((code) => named.get(code) ?? [])
    return [...found, ...byName]
  }
  return {
    outlineOf,
    of: (versions: readonly PatchRow[]) => {
      if (versions.length === 0) return NOTHING
      const on = (pairs.get(versions[0].id) ?? []).flatMap((id) => byId.get(id) ?? []).sort((a, b) => rank.get(a)! - rank.get(b)!)
      return {
        parcels: on,
        samples: there.samples ? samplesOf(versions, on) : [],
        contractsOn: (parcel: ParcelRow) => terms.get(parcel.parcelCode) ?? [],
      }
    },
  }
}
const NOTHING = { parcels: [] as ParcelRow[], samples: [] as SampleRow[], contractsOn: (): ContractTerm[] => [] }

type Outlined = { readonly srid: number | null; readonly outline: Uint8Array }

function liesOn(sample: SampleRow, patch: Outlined | null): boolean {
  const projection = patch && projectionOf(patch.srid)
  if (!projection || sample.longitude === null || sample.latitude === null) return false
  const xy = Float64Array.of(sample.longitude, sample.latitude)
  projection.fromLonLat(xy)
  return holds(patch.outline, xy[0], xy[1])
}

/** Pieces are weighed in whole square centimetres: equal pieces weigh the same whatever the last bits of their areas, and ties fall alike on every machine. */
const WEIGHTS_PER_M2 = 1e4

/** The pieces of a patch under parcels, in the plane of the patch. */
function layOver(patch: PatchRow, parcels: readonly ParcelRow[], ground: Outlined | null, laying: Laying): Laid<ParcelRow> {
  const whole = { pieces: [{ parcel: null, weight: 1, outline: null }], doubly: [] }
  if (parcels.length === 0 || ground === null) return whole
  const plane = planeOf(ground.srid, ground.outline)
  const named = new Map<string, ParcelRow>()
  const shapes: { id: string; wkb: Uint8Array }[] = []
  for (const parcel of parcels) {
    const wkb = plane && inPlane(parcel.outline, parcel.srid, ground.srid, plane)
    if (wkb === null) {
      laying.unlaid++
      return whole
    }
    const id = `${parcel.parcelCode} ${String(parcel.id).padStart(16, '0')}`
    named.set(id, parcel)
    shapes.push({ id, wkb })
  }
  const own = plane!.own
  const back = (wkb: Uint8Array) => (own ? wkb : mapWkb(wkb, plane!.toLonLat))
  const cut = cutOrNull([{ id: patch.patchKey, wkb: own ? ground.outline : mapWkb(ground.outline, plane!.fromLonLat) }], shapes)
  if (cut === null) {
    laying.unlaid++
    return whole
  }
  const { pieces, doubly } = cut
  return {
    pieces: pieces.map((piece) => ({
      parcel: piece.parcel === null ? null : named.get(piece.parcel)!,
      weight: Math.max(0, Math.round(piece.areaM2 * WEIGHTS_PER_M2)),
      outline: piece.outline && back(piece.outline),
    })),
    doubly: doubly.map((found) => ({
      parcels: found.parcels.map((id) => named.get(id)!),
      area: Math.round(found.areaM2 * 100),
      outline: back(found.outline),
    })),
  }
}

/** Null where outlines are such a tangle that cutting them would not end: the check of outlines names them, the patch counts whole. */
function cutOrNull(patches: readonly Shape[], parcels: readonly Shape[]): Overlay | null {
  try {
    return overlay(patches, parcels)
  } catch (cause) {
    if (cause instanceof TooTangled) return null
    throw cause
  }
}

/** Days on which a link and its contract both hold have the contract's term; days of the link alone have none. */
function termsFrom(rows: readonly ContractRow[]): (ContractTerm & { readonly parcelCode: string })[] {
  const terms: (ContractTerm & { readonly parcelCode: string })[] = []
  for (const links of groupBy(rows, (row) => `${row.parcelCode} ${row.code} ${row.validFrom}`).values()) {
    const { parcelCode, code, sharePart, shareWhole, validFrom, validTo } = links[0]
    const link = { parcelCode, code, share: { part: sharePart, whole: shareWhole } }
    const unstated = { ...link, from: null, to: null }
    let at = validFrom
    for (const { contractFrom, contractTo, from, to } of links) {
      if (contractFrom === null || contractTo === null || contractTo <= at || contractFrom >= validTo) continue
      if (contractFrom > at) terms.push({ ...unstated, validFrom: at, validTo: contractFrom })
      const begin = contractFrom > at ? contractFrom : at
      const end = contractTo < validTo ? contractTo : validTo
      terms.push({ ...link, from, to, validFrom: begin, validTo: end })
      at = end
    }
    if (at < validTo) terms.push({ ...unstated, validFrom: at, validTo })
  }
  return terms
}

function groupBy<T, K>(rows: readonly T[], keyOf: (row: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const row of rows) {
    const key = keyOf(row)
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  return groups
}
