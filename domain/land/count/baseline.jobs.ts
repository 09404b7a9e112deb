/** Freezing a baseline, and counting one anew: from the register as it was known at its revision, batch by batch, or from a kept folder. */
import { type Day, dayOf } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import type { Kind } from '@dishu/kernel/records/records'
import { canonicalJson, openRevision, readHashes, readHead, rowToWrite } from '@dishu/kernel/records/records.store'
import { fingerprintOf, type Signer, signatureHolds } from '@dishu/server-kit/signing'
import type { Db } from '@dishu/server-kit/sql'
import { readGrading } from '../soil/soil.store.ts'
import {
  contractsAt,
  digestRows,
  type Frozen,
  nextBaselineKey,
  outlinesAt,
  pairsAt,
  parcelsAt,
  patchStates,
  readBaseline,
  readBaselines,
  readSeeds,
  samplesOfParcels,
  samplesOnPatches,
  thereAt,
} from './baseline.store.ts'
import {
  BASELINE_FORMAT,
  type BaselineDocument,
  baselineKind,
  compareTables,
  documentFrom,
  METHODS,
  type SignedBaseline,
  type TableRow,
  tableOf,
  totalOf,
} from './baseline.ts'
import type { BaselineView, RecountView } from './baseline.wire.ts'
import { Recount, type StateBatch } from './baseline-rows.ts'
import { readAreas, readCount } from './count.store.ts'
import { DIMENSIONS } from './count.wire.ts'
import { learnSystems } from './systems.jobs.ts'

/** Patches at a time: small enough that whoever else waits on this process is answered in between. */
const BATCH = 500

export type FreezeTools = {
  readonly kinds: readonly Kind[]
  readonly program: string
  signer(): Promise<Signer>
  isSynthetic(db: Db, county: string): Promise<boolean>
  nameOf(db: Db, county: string): Promise<string>
}
type Progress = (patches: number) => void

/** The rows of a state, some patches at a time. */
export async function* stateBatches(db: Db, county: string, state: Frozen): AsyncGenerator<StateBatch> {
  const there = await thereAt(db, county, state)
  for await (const patches of patchStates(db, county, state, BATCH)) {
    const ids = patches.map(({ id }) => id)
    const pairs = there.parcels ? await pairsAt(db, county, state, ids) : []
    const parcels = pairs.length > 0 ? await parcelsAt(db, county, state, [...new Set(pairs.flatMap(({ parcelIds }) => parcelIds))]) : []
    const codes = [...new Set(parcels.map(({ parcelCode }) => parcelCode))]
    const contracts = codes.length > 0 ? await contractsAt(db, county, state, codes) : []
    const placed = there.samples ? await samplesOnPatches(db, county, state, ids) : []
    const named = there.samples && codes.length > 0 ? await samplesOfParcels(db, county, state, codes) : []
    const needOutline = [...new Set([...pairs.map(({ patchId }) => patchId), ...placed.map(({ patchId }) => patchId)])]
    const outlines = needOutline.length > 0 ? await outlinesAt(db, county, state, needOutline) : []
    await learnSystems(
      db,
      [...parcels, ...outlines].map(({ srid }) => srid),
    )
    yield { patches, pairs, parcels, contracts, placed, named, outlines }
  }
}

/** The table of a state, counted from its rows alone. */
async function countFromRows(db: Db, county: string, state: Frozen, onProgress: Progress = () => {}) {
  const recount = new Recount(state.day, await readGrading(db, county, state.rev))
  for await (const batch of stateBatches(db, county, state)) {
    recount.add(batch)
    onProgress(recount.patches)
  }
  return recount
}

/** The same from the sums that the register keeps. */
const countFromSums = async (db: Db, county: string, state: Frozen): Promise<TableRow[]> =>
  tableOf(await readCount(db, { county, asOf: state, within: county, level: 'village', by: DIMENSIONS, filters: {} }))

/**
 * Freezes the present of the register on a day, as one revision. It is counted twice, from the sums and anew from the rows; where the two
 * differ in anything, nothing is frozen.
 */
export async function freezeBaseline(
  db: Db,
  tools: FreezeTools,
  county: string,
  asked: { readonly title: string; readonly day: Day },
  who: { readonly actor: string; readonly now: Date },
  onProgress?: Progress,
): Promise<BaselineView> {
  const revision = await openRevision(db, county, tools.kinds) // its lock keeps the state and the key ours
  const { rev, hash } = await readHead(db, county)
  const state: Frozen = { day: asked.day, rev }
  const table = await countFromSums(db, county, state)
  const total = totalOf(table)
  if (total.cells === 0) throw new Refused({ code: 'baseline/nothing-to-freeze', details: { county, day: asked.day } })
  const recounted = await countFromRows(db, county, state, onProgress)
  const apart = compareTables(table, recounted.table())
  if (apart.rows > 0) throw new Refused({ code: 'baseline/does-not-recount', details: { county, ...apart } })

  const key = await nextBaselineKey(db, county)
  const title = asked.title.trim() || key
  const document: BaselineDocument = {
    ...{ format: BASELINE_FORMAT, program: tools.program, county, countyName: await tools.nameOf(db, county), key, title },
    ...{ day: asked.day, known: rev, hash: hash.toString('hex'), frozenAt: who.now.toISOString(), frozenBy: who.actor },
    synthetic: await tools.isSynthetic(db, county),
    methods: METHODS,
    grading: await readGrading(db, county, rev),
    areas: (await readAreas(db, county, state)).map(({ code, parent, level, name }) => ({ code, parent, level, name })),
    seeds: await readSeeds(db, county, state),
    rows: await digestRows(db, county, state),
    ...{ table, total },
  }
  const signer = await tools.signer()
  const text = canonicalJson(document)
  const content = {
    ...{ baseline_key: key, title, day: asked.day, known: rev, area: total.area, patches: total.patches, document: text },
    public_key: signer.publicKey,
    signature: signer.sign(Buffer.from(text)),
  }
  await revision.add(baselineKind, [rowToWrite(baselineKind, { validFrom: dayOf(who.now), content })])
  const sealed = await revision.seal({ what: 'write', cause: 'method', actor: who.actor, reason: `${key} ${title}`, now: who.now })
  return { key, title, day: asked.day, known: rev, since: sealed.rev, area: total.area, patches: total.patches }
}

/** A baseline of the register with its document, or a refusal that says which there are. */
export async function requireBaseline(db: Db, county: string, key: string) {
  const found = await readBaseline(db, county, key)
  if (found) return found
  const known = (await readBaselines(db, county)).map((each) => each.key)
  throw new Refused({ code: 'baseline/no-such-baseline', details: { county, key, known } })
}

/** What a signed text says, where it says anything; the register's own is as good as its row's digest. */
export function documentOf(signed: SignedBaseline, file: string): BaselineDocument {
  const read = documentFrom(signed.document, file)
  if (!read.ok) throw new Refused(read.refusal)
  return read.value
}

const signedAs = (signed: SignedBaseline) => ({
  signature: signatureHolds(signed.publicKey, Buffer.from(signed.document), signed.signature),
  fingerprint: fingerprintOf(signed.publicKey),
})
const changedMethods = (document: BaselineDocument) =>
  Object.entries(METHODS).flatMap(([name, form]) => (document.methods[name] === form ? [] : [name]))

/** Counts a baseline anew from the rows as they were known at its revision, and compares everything that was frozen. */
export async function recountBaseline(db: Db, county: string, key: string, onProgress?: Progress): Promise<RecountView> {
  const signed = await requireBaseline(db, county, key)
  const document = documentOf(signed, key)
  const state: Frozen = { day: document.day, rev: document.known }
  const recounted = await countFromRows(db, county, state, onProgress)
  const fromRows = compareTables(document.table, recounted.table())
  const fromSums = compareTables(document.table, await countFromSums(db, county, state))
  const found = new Map((await digestRows(db, county, state)).map((each) => [each.kind, each]))
  const rows = document.rows.map(({ kind, rows: frozen, digest }) => {
    const now = found.get(kind)
    return { kind, frozen, found: now?.rows ?? 0, same: now?.digest === digest }
  })
  const chain = (await readHashes(db, county))[document.known - 1] === document.hash
  const seal = signedAs(signed)
  return {
    ...{ key, day: document.day, known: document.known, ...seal, chain, methods: changedMethods(document), rows, fromRows, fromSums },
    patches: recounted.patches,
    holds: seal.signature && chain && fromRows.rows === 0 && fromSums.rows === 0 && rows.every(({ same }) => same),
  }
}

/** The same for a folder that was handed on, without any register: the signature, and the table from its rows. */
export async function recountFolder(
  signed: SignedBaseline,
  batches: AsyncIterable<StateBatch>,
  file: string,
  onProgress: Progress = () => {},
): Promise<RecountView> {
  const document = documentOf(signed, file)
  const recount = new Recount(document.day, document.grading)
  for await (const batch of batches) {
    recount.add(batch)
    onProgress(recount.patches)
  }
  const fromRows = compareTables(document.table, recount.table())
  const seal = signedAs(signed)
  return {
    ...{ key: document.key, day: document.day, known: document.known, ...seal, chain: null, methods: changedMethods(document), rows: [] },
    ...{ fromRows, fromSums: null, patches: recount.patches, holds: seal.signature && fromRows.rows === 0 },
  }
}
