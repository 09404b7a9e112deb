/**
 * Makes the cells of patches anew inside the revision that changed what they are made of: reads the affected patches batch by
 * batch, lays parcels over them, and writes only the cells that differ. Memory is that of one batch, however many patches.
 */
import { type Day, FOREVER } from '@dishu/base/date'
import { digestOf, type OpenRevision, type RowToWrite, rowToWrite, type Span } from '@dishu/kernel/records/records.store'
import type { Db } from '@dishu/server-kit/sql'
import { CellBytes } from './cell-bytes.ts'
import {
  type AffectedRows,
  affectedPatches,
  collectAffected,
  everyPatch,
  isFirstSurvey,
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
  writeFirstSums,
} from './cells.store.ts'
import { type CellRules, cellsOfPatch, type DoublyOnPatch } from './cells.ts'
import { type Cell, cellKind } from './count.ts'
import { groundOver, groupBy, type Laying, layOver, type ParcelRow, type PatchRow, type SampleRow } from './ground.ts'
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
  const contracts = there.contracts && codes.length > 0 ? await readContractTerms(db, county, codes) : []
  const placed = there.samples ? await readSamplesByPatch(db, county, ids) : []
  const named = there.samples && codes.length > 0 ? await readSamplesByParcel(db, county, codes) : []
  const needOutline = [...new Set([...pairs.keys(), ...placed.map(({ patchId }) => patchId)])]
  const outlines = needOutline.length > 0 ? await readOutlines(db, county, needOutline) : []
  await learnSystems(
    db,
    [...parcels, ...outlines].map(({ srid }) => srid),
  )
  return groundOver({ pairs, parcels, contracts, placed, named, outlines })
}
