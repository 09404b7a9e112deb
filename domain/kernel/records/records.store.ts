import { createHash, hash as hashOf } from 'node:crypto'
import { type Day, FOREVER } from '@dishu/base/date'
import { Refused, type Result, refuse } from '@dishu/base/refusal'
import { copyIn, type Db, ident, joined, type Sql, sql } from '@dishu/server-kit/sql'
import { dayNumber, digestedBytes } from './canonical.ts'
import { bodyPart, LeafWriter, type Leaves, type RowToWrite, rowChunks, type Span, spanChunks } from './copy-rows.ts'
import { linkBytes } from './link.ts'
import {
  type AsOf,
  type Cause,
  type Content,
  type County,
  dependentsOf,
  type Kind,
  type LedgerRefusal,
  type Revision,
  type SourceFile,
} from './records.ts'

export { canonicalJson, contentBytes, dayNumber, dayOfNumber, INFINITE_DAY } from './canonical.ts'
export { bodyPart, type RowToWrite, type Span } from './copy-rows.ts'

const sha256 = (...parts: (Uint8Array | string)[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** What stands before a county's first revision. */
export const GENESIS = sha256('')

/** The digest of a row's content. It does not cover the frame, so an unchanged row is known by it; the revision's body covers both. */
export const contentDigest = (kind: Kind, bytes: Uint8Array): Buffer => sha256(`dishu/row/1 ${kind.name}\0`, bytes)

const DIGESTS = 2048
let digests = Buffer.alloc(0)
let digestsUsed = 0

/** SHA-256 in one call. The digests lie side by side in one store: a buffer of its own for each is most of the collector's work. */
export function digestOf(bytes: Uint8Array): Buffer {
  if (digestsUsed === digests.length) {
    digests = Buffer.allocUnsafeSlow(DIGESTS * 32)
    digestsUsed = 0
  }
  const at = digestsUsed
  digests.write(hashOf('sha256', bytes, 'binary'), at, 'latin1')
  digestsUsed += 32
  return digests.subarray(at, at + 32)
}

export const tableOf = (kind: Kind): Sql => ident(...(kind.table.split('.') as [string, ...string[]]))
const ROWS_WORTH_A_LOOK = 12 // a table nobody has looked at is thought to have a handful of rows; joins on that belief take minutes
const ROWS_GROWN = 4
const contentColumns = (kind: Kind, prefix = '') => joined(kind.columns.map(([column]) => (prefix ? ident(prefix, column) : ident(column))))

/** `lasting` false: the row's bytes hold only until the next row is made, for a caller that hands them on at once. */
export const rowToWrite = (
  kind: Kind,
  row: {
    readonly id?: number | null
    readonly validFrom: Day
    readonly validTo?: Day
    readonly sourceFile?: number | null
    readonly sourceRow?: number | null
    readonly content: Content
  },
  lasting = true,
): RowToWrite => {
  const { all, from } = digestedBytes(kind, row.content, lasting)
  return {
    id: row.id ?? null,
    validFrom: dayNumber(row.validFrom),
    validTo: dayNumber(row.validTo ?? FOREVER),
    sourceFile: row.sourceFile ?? null,
    sourceRow: row.sourceRow ?? null,
    digest: digestOf(all),
    bytes: all.subarray(from),
  }
}

/** A revision being written: the county is this transaction's from here to the commit. */
export type OpenRevision = {
  readonly county: County
  readonly rev: number
  /** Closes what the present rows of these ids say of these days; a row that reaches beyond them is kept for the rest. */
  take(kind: Kind, spans: Iterable<Span>): Promise<number>
  /** Adds versions. Days that a present row of the same id already has must have been taken before. */
  add(kind: Kind, rows: Iterable<RowToWrite> | AsyncIterable<Iterable<RowToWrite>>): Promise<number>
  /** Chains the revision. Refuses when nothing was written. */
  seal(meta: RevisionMeta): Promise<Revision>
}
export type RevisionMeta = {
  readonly what: 'write' | 'import' | 'undo'
  readonly cause: Cause
  readonly undoes?: number
  readonly actor: string
  readonly reason: string
  readonly sources?: readonly SourceFile[]
  readonly now: Date
}

type Head = { readonly rev: number; readonly hash: Buffer; readonly recordedAt: Date; readonly nextId: number }

/** Takes the county's lock and the number of its next revision. `expected`: refuses when the register is no longer at that revision. */
export const openRevision = (db: Db, county: County, kinds: readonly Kind[], expected?: number): Promise<OpenRevision> =>
  beginRevision(db, county, kinds, expected)

/** Holds the county's lock without beginning a revision: what is read after it stays as it is until this transaction ends. */
export const holdHead = (db: Db, county: County) =>
  db.all<{ rev: number }>`select rev from kernel.chain_head where county = ${county} for update`

/** `asWritten(kind)`: rows of the kind were written by other ways than these, so its leaves are read from the table. */
type BegunRevision = OpenRevision & { asWritten(kind: Kind): void }

async function beginRevision(db: Db, county: County, kinds: readonly Kind[], expected?: number): Promise<BegunRevision> {
  await db.run`insert into kernel.chain_head (county, rev, hash, recorded_at, next_id) values (${county}, 0, ${GENESIS}, '1970-01-01', 1) on conflict do nothing`
  const head = await db.one<Head>`
    select rev, hash, recorded_at as "recordedAt", next_id as "nextId" from kernel.chain_head where county = ${county} for update`
  if (expected !== undefined && expected !== head.rev)
    throw new Refused({ code: 'records/register-moved', details: { county, expected, found: head.rev } })
  const rev = head.rev + 1
  let nextId = head.nextId
  const addedTo = new Map<string, number>()
  const lookedAt = new Map<string, number>()
  // null: only the table knows
  const leavesOf = new Map<string, Leaves | null>()
  const asWritten = (kind: Kind) => void leavesOf.set(kind.name, null)

  const take = async (kind: Kind, spans: Iterable<Span>) => {
    await db.raw(
      `create temp table if not exists span_taken (id int8 not null, valid_from date not null, valid_to date not null) on commit drop`,
    )
    await db.raw('truncate span_taken')
    const sent = await copyIn(db, 'copy span_taken (id, valid_from, valid_to) from stdin (format binary)', spanChunks(spans))
    if (sent === 0) return 0
    asWritten(kind)
    await db.raw('analyze span_taken')
    const table = tableOf(kind)
    const closed = await db.one<{ closed: number }>`
      with span as (select id, range_agg(daterange(valid_from, valid_to)) as days from span_taken group by id),
      gone as (
        update ${table} version set until = ${rev} from span
        where version.county = ${county} and version.id = span.id and version.until is null and daterange(version.valid_from, version.valid_to) && span.days
        returning version.*, span.days),
      kept as (
        insert into ${table} (county, id, valid_from, valid_to, since, until, origin, source_file, source_row, digest, ${contentColumns(kind)})
        select county, id, lower(rest), coalesce(upper(rest), 'infinity'), ${rev}, null, origin, source_file, source_row, digest, ${contentColumns(kind)}
        from gone, unnest(datemultirange(daterange(valid_from, valid_to)) - days) rest
        returning 1)
      select (select count(*) from gone) as closed, (select count(*) from kept) as kept`
    return closed.closed
  }

  const add = async (kind: Kind, rows: Iterable<RowToWrite> | AsyncIterable<Iterable<RowToWrite>>) => {
    const columns = [
      'county',
      'id',
      'valid_from',
      'valid_to',
      'since',
      'until',
      'origin',
      'source_file',
      'source_row',
      'digest',
      ...kind.columns.map(([column]) => column),
    ]
    const text = `copy ${kind.table} (${columns.map((column) => `"${column}"`).join(', ')}) from stdin (format binary)`
    if (!leavesOf.has(kind.name)) leavesOf.set(kind.name, { rows: 0, lastId: 0, lastFrom: 0, hash: createHash('sha256') })
    const leaves = new LeafWriter(leavesOf.get(kind.name) ?? null, rev)
    const added = await copyIn(
      db,
      text,
      rowChunks(county, rev, columns.length, rows, leaves, () => nextId++),
    )
    if (leaves.outOfOrder) asWritten(kind)
    // what follows in this revision joins with rows that the planner has never seen; a small sample keeps it from guessing. Rows that
    // come in many parts are looked at again when they have become several times as many
    const total = (addedTo.get(kind.name) ?? 0) + added
    addedTo.set(kind.name, total)
    if (total > (lookedAt.get(kind.name) ?? ROWS_WORTH_A_LOOK) * ROWS_GROWN) {
      lookedAt.set(kind.name, total)
      await db.raw(`set local default_statistics_target = 10; analyze ${kind.table}; set local default_statistics_target to default`)
    }
    return added
  }

  const seal = async (meta: RevisionMeta): Promise<Revision> => {
    const { body, made, closed } = await bodyOf(db, county, rev, kinds, leavesOf)
    if (made === 0 && closed === 0) throw new Refused({ code: 'records/nothing-to-record', details: { county } })
    const recordedAt = new Date(Math.max(meta.now.getTime(), head.recordedAt.getTime() + 1))
    const sources = JSON.stringify(meta.sources ?? [])
    const fields = {
      prev: head.hash,
      county,
      rev,
      what: meta.what,
      cause: meta.cause,
      undoes: meta.undoes ?? null,
      actor: meta.actor,
      recordedAt,
      reason: meta.reason,
      sources,
      made,
      closed,
      body,
    }
    const hash = sha256(linkBytes(fields))
    await db.run`
      insert into kernel.revision (county, rev, what, cause, undoes, actor, recorded_at, reason, sources, made, closed, body, prev_rev, prev, hash)
      values (${county}, ${rev}, ${meta.what}, ${meta.cause}, ${fields.undoes}, ${meta.actor}, ${recordedAt}, ${meta.reason}, ${sources}, ${made}, ${closed}, ${body},
        ${head.rev === 0 ? null : head.rev}, ${head.hash}, ${hash})`
    await db.run`update kernel.chain_head set rev = ${rev}, hash = ${hash}, recorded_at = ${recordedAt}, next_id = ${nextId} where county = ${county}`
    return {
      county,
      rev,
      what: meta.what,
      cause: meta.cause,
      undoes: fields.undoes,
      actor: meta.actor,
      recordedAt,
      reason: meta.reason,
      sources: meta.sources ?? [],
      made,
      closed,
      hash: hash.toString('hex'),
    }
  }
  return { county, rev, take, add, seal, asWritten }
}

/** The bytes by which a version stands in its revision's body; also written in SQL below, and again in the check without the database. */
const LEAF = sql`int8send(id) || date_send(valid_from) || date_send(valid_to) || int4send(origin) || int4send(coalesce(source_file, -1)::int4) || int4send(coalesce(source_row, -1)) || digest`

/** The number of a revision's leaves of a kind, and their hash. The primary key begins with `since` and has them in their order. */
const leavesBy = (by: 'since' | 'until', kind: Kind, county: County, rev: number) => sql`
  select count(*) as rows, sha256(coalesce(string_agg(leaf, ''::bytea), '')) as hash
  from (select ${LEAF} as leaf from ${tableOf(kind)} where county = ${county} and ${ident(by)} = ${rev} order by id, valid_from) in_order`

/**
 * What a revision made and closed, kind by kind in the order of their names; kinds it did not touch are left out. Leaves that were written
 * down as their rows were added are not read again; the check of the chain reads them all from the tables.
 */
async function bodyOf(db: Db, county: County, rev: number, kinds: readonly Kind[], leavesOf: ReadonlyMap<string, Leaves | null>) {
  const hash = createHash('sha256')
  let made = 0
  let closed = 0
  for (const kind of [...kinds].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const known = leavesOf.get(kind.name)
    if (known) {
      if (known.rows === 0) continue
      hash.update(bodyPart(kind.name, known.rows, known.hash.digest(), 0, GENESIS))
      made += known.rows
      continue
    }
    const part = await db.one<{ made: number; madeHash: Buffer; closed: number; closedHash: Buffer }>`
      select made.rows as made, made.hash as "madeHash", closed.rows as closed, closed.hash as "closedHash"
      from (${leavesBy('since', kind, county, rev)}) made, (${leavesBy('until', kind, county, rev)}) closed`
    if (part.made === 0 && part.closed === 0) continue
    hash.update(bodyPart(kind.name, part.made, part.madeHash, part.closed, part.closedHash))
    made += part.made
    closed += part.closed
  }
  return { body: hash.digest(), made, closed }
}

/** One revision that takes back another: what it made is closed, what it closed is there again. Derived kinds are left to `derive`. */
export async function undoRevision(
  db: Db,
  county: County,
  rev: number,
  kinds: readonly Kind[],
  meta: { readonly actor: string; readonly reason: string; readonly now: Date },
  derive: (revision: OpenRevision) => Promise<void>,
): Promise<Result<Revision, LedgerRefusal>> {
  const open = await beginRevision(db, county, kinds)
  const revisions = await db.all<{
    rev: number
    undoes: number | null
  }>`select rev, undoes from kernel.revision where county = ${county} order by rev`
  if (!revisions.some((each) => each.rev === rev)) return refuse('records/no-such-revision', { county, rev })
  const standing = dependentsOf(revisions, rev)
  if (standing.undoneBy !== null) return refuse('records/already-undone', { county, rev, by: standing.undoneBy })
  const own = kinds.filter((kind) => !kind.derived)

  const dependents: { rev: number; kind: string; rows: number; reason: string }[] = []
  if (standing.later.length > 0) {
    for (const kind of own) {
      const touched = await db.all<{ rev: number; rows: number; reason: string }>`
        select later.rev, count(distinct later.id) as rows, min(revision.reason) as reason
        from (
          select since as rev, id from ${tableOf(kind)} where county = ${county} and since = any(${standing.later})
          union all
          select until, id from ${tableOf(kind)} where county = ${county} and until = any(${standing.later})
        ) later
        join kernel.revision on revision.county = ${county} and revision.rev = later.rev
        where exists (select from ${tableOf(kind)} mine where mine.county = ${county} and mine.id = later.id and (mine.since = ${rev} or mine.until = ${rev}))
        group by later.rev`
      for (const each of touched) dependents.push({ ...each, kind: kind.name })
    }
  }
  if (dependents.length > 0) return refuse('records/cannot-undo', { county, rev, dependents: dependents.sort((a, b) => b.rev - a.rev) })

  for (const kind of own) {
    const table = tableOf(kind)
    open.asWritten(kind)
    // what it made is still there to the letter, under this or a later number of its own undoing and redoing
    await db.run`
      update ${table} present set until = ${open.rev} from ${table} mine
      where present.county = ${county} and present.until is null and mine.county = ${county} and mine.since = ${rev}
        and present.id = mine.id and present.valid_from = mine.valid_from and present.valid_to = mine.valid_to and present.digest = mine.digest`
    await db.run`
      insert into ${table} (county, id, valid_from, valid_to, since, until, origin, source_file, source_row, digest, ${contentColumns(kind)})
      select county, id, valid_from, valid_to, ${open.rev}, null, origin, source_file, source_row, digest, ${contentColumns(kind)}
      from ${table} where county = ${county} and until = ${rev}`
  }
  await derive(open)
  const revision = await open.seal({ what: 'undo', cause: 'undo', undoes: rev, ...meta })
  return { ok: true, value: revision }
}

export const readRevisions = async (
  db: Db,
  county: County,
  { before = null, limit = 100 }: { before?: number | null; limit?: number } = {},
): Promise<Revision[]> => {
  const rows = await db.all<Omit<Revision, 'sources' | 'hash'> & { sources: string; hash: Buffer }>`
    select county, rev, what, cause, undoes, actor, recorded_at as "recordedAt", reason, sources, made, closed, hash
    from kernel.revision where county = ${county} and (${before}::int4 is null or rev < ${before}) order by rev desc limit ${limit}`
  return rows.map((row) => ({ ...row, sources: JSON.parse(row.sources) as SourceFile[], hash: row.hash.toString('hex') }))
}

/** The files behind each revision that has any: a row's `source_file` is its place in the list of its origin. */
export const readSources = async (db: Db, county: County): Promise<ReadonlyMap<number, readonly SourceFile[]>> =>
  new Map(
    (
      await db.all<{ rev: number; sources: string }>`
        select rev, sources from kernel.revision where county = ${county} and sources <> '[]' order by rev`
    ).map(({ rev, sources }) => [rev, JSON.parse(sources) as SourceFile[]]),
  )

export const readRevision = async (db: Db, county: County, rev: number): Promise<Revision | null> =>
  (await readRevisions(db, county, { before: rev + 1, limit: 1 })).find((each) => each.rev === rev) ?? null

export const readHead = async (db: Db, county: County) =>
  (await db.maybe<{
    rev: number
    recordedAt: Date
    hash: Buffer
  }>`select rev, recorded_at as "recordedAt", hash from kernel.chain_head where county = ${county}`) ?? {
    rev: 0,
    recordedAt: new Date(0),
    hash: GENESIS,
  }

/** The counties of the register; the office's own chain ('000000': who may do what) is none. */
export const readCounties = (db: Db) =>
  db.all<{ county: County; rev: number }>`select county, rev from kernel.chain_head where rev > 0 and county <> '000000' order by county`

/** Every chain there is, the office's own among them. */
export const readChains = (db: Db) =>
  db.all<{ county: County; rev: number }>`select county, rev from kernel.chain_head where rev > 0 order by county`

/** The hash of every revision of a chain in hex, from the first on. */
export const readHashes = async (db: Db, county: County): Promise<string[]> =>
  (await db.all<{ hash: string }>`select encode(hash, 'hex') as hash from kernel.revision where county = ${county} order by rev`).map(
    ({ hash }) => hash,
  )

/** The newest revision known at the end of a day (in China's time); 0 where there was none yet. */
export const revisionAt = async (db: Db, county: County, day: Day): Promise<number> =>
  (
    await db.one<{ rev: number }>`
    select coalesce(max(rev), 0) as rev from kernel.revision
    where county = ${county} and recorded_at < (${day}::date + 1)::timestamp at time zone 'Asia/Shanghai'`
  ).rev

/** The condition that picks the versions of one state of the register; `alias` is the table's name in the query. */
export function versionsAt(alias: string, { day, rev }: AsOf): Sql {
  const at = (column: string) => ident(alias, column)
  const valid = sql`${at('valid_from')} <= ${day}::date and ${at('valid_to')} > ${day}::date`
  return rev === null
    ? sql`${at('until')} is null and ${valid}`
    : sql`${at('since')} <= ${rev} and (${at('until')} is null or ${at('until')} > ${rev}) and ${valid}`
}
