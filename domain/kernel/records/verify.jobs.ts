/**
 * The proof that a county's register is what its revisions wrote. Everything is taken anew from the columns: contents to digests,
 * digests to bodies, bodies to the chain. It shares with the writer only the byte form of a row (canonical.ts).
 */
import { createHash, type Hash } from 'node:crypto'
import { cursor, type Db, ident, joined, sql } from '@dishu/server-kit/sql'
import { ByteWriter } from './bytes.ts'
import { contentBytes, dayNumber } from './canonical.ts'
import { linkBytes } from './link.ts'
import { bodyPart, contentDigest, GENESIS, tableOf } from './records.store.ts'
import type { Cause, Content, County, Kind } from './records.ts'

export type Problem = {
  readonly county: County
  readonly rev: number | null
  readonly kind: string | null
  readonly id: number | null
  readonly problem: ProblemCode
}
export type ProblemCode =
  | 'row-altered' // a row's columns are not what its digest says
  | 'rows-not-as-sealed' // rows of a revision were added, removed, re-dated or re-numbered
  | 'rows-of-no-revision'
  | 'revision-altered'
  | 'chain-broken'
  | 'head-differs'
  | 'document-missing'
  | 'document-altered'
  | 'sealed-altered'
  | 'sealed-missing'
  | 'cells-do-not-add-up'
  | 'review-altered' // a signed step of a review is not what is kept
  | 'access-altered' // an act of access was changed or taken out; `rev` is its number

export type Verified = {
  readonly county: County
  readonly revisions: number
  readonly rows: number
  readonly head: string
  readonly problems: readonly Problem[]
}

type Frame = {
  id: number
  validFrom: string
  validTo: string
  since: number
  until: number | null
  origin: number
  sourceFile: number | null
  sourceRow: number | null
  digest: Buffer
}
type Sum = { count: number; hash: Buffer }

export async function verifyCounty(
  db: Db,
  county: County,
  kinds: readonly Kind[],
  onRows: (rows: number) => void = () => {},
): Promise<Verified> {
  const problems: Problem[] = []
  const report = (problem: ProblemCode, at: { rev?: number; kind?: string; id?: number } = {}) =>
    problems.push({ county, rev: at.rev ?? null, kind: at.kind ?? null, id: at.id ?? null, problem })
  const made = new Map<string, Map<number, Sum>>()
  const closed = new Map<string, Map<number, Sum>>()
  let rows = 0

  for (const kind of kinds) {
    const onRow = (row: Frame & Content) => {
      if (!contentDigest(kind, contentBytes(kind, row)).equals(row.digest))
        report('row-altered', { rev: row.since, kind: kind.name, id: row.id })
      if (++rows % 10_000 === 0) onRows(rows)
    }
    made.set(kind.name, await sums(db, county, kind, 'since', onRow))
    closed.set(kind.name, await sums(db, county, kind, 'until', () => {}))
  }

  const revisions = await db.all<RevisionRow>`
    select rev, what, cause, undoes, actor, recorded_at as "recordedAt", reason, sources, made, closed, body, prev_rev as "prevRev", prev, hash
    from kernel.revision where county = ${county} order by rev`
  let prev: Buffer = GENESIS
  let at = Number.NEGATIVE_INFINITY
  for (const [i, revision] of revisions.entries()) {
    const { rev } = revision
    if (rev !== i + 1 || !revision.prev.equals(prev) || revision.recordedAt.getTime() <= at || (revision.prevRev ?? 0) !== rev - 1)
      report('chain-broken', { rev })
    if (
      !createHash('sha256')
        .update(linkBytes({ ...revision, county }))
        .digest()
        .equals(revision.hash)
    )
      report('revision-altered', { rev })
    const body = createHash('sha256')
    let madeRows = 0
    let closedRows = 0
    for (const kind of [...kinds].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const born = take(made, kind.name, rev)
      const gone = take(closed, kind.name, rev)
      if (born.count === 0 && gone.count === 0) continue
      body.update(bodyPart(kind.name, born.count, born.hash, gone.count, gone.hash))
      madeRows += born.count
      closedRows += gone.count
    }
    if (madeRows !== revision.made || closedRows !== revision.closed || !body.digest().equals(revision.body))
      report('rows-not-as-sealed', { rev })
    prev = revision.hash
    at = revision.recordedAt.getTime()
  }
  for (const lists of [made, closed])
    for (const [kind, left] of lists) for (const rev of left.keys()) report('rows-of-no-revision', { rev, kind })

  const head = await db.maybe<{
    rev: number
    hash: Buffer
    recordedAt: Date
  }>`select rev, hash, recorded_at as "recordedAt" from kernel.chain_head where county = ${county}`
  if (
    head
      ? head.rev !== revisions.length || !head.hash.equals(prev) || (revisions.length > 0 && head.recordedAt.getTime() !== at)
      : revisions.length > 0
  )
    report('head-differs')
  return { county, revisions: revisions.length, rows, head: prev.toString('hex'), problems }
}

type RevisionRow = {
  rev: number
  what: 'write' | 'import' | 'undo'
  cause: Cause
  undoes: number | null
  actor: string
  recordedAt: Date
  reason: string
  sources: string
  made: number
  closed: number
  body: Buffer
  prevRev: number | null
  prev: Buffer
  hash: Buffer
}

const NOTHING: Sum = { count: 0, hash: createHash('sha256').digest() }
function take(from: Map<string, Map<number, Sum>>, kind: string, rev: number): Sum {
  const sum = from.get(kind)?.get(rev) ?? NOTHING
  from.get(kind)?.delete(rev)
  return sum
}

/** The rows of every revision, in the order in which they were sealed, hashed as they come: nothing is held but the sums. */
async function sums(
  db: Db,
  county: County,
  kind: Kind,
  by: 'since' | 'until',
  onRow: (row: Frame & Content) => void,
): Promise<Map<number, Sum>> {
  const found = new Map<number, Sum>()
  const columns = by === 'since' ? sql`, ${joined(kind.columns.map(([column]) => ident(column)))}` : sql` `
  const query = sql`
    select id, valid_from as "validFrom", valid_to as "validTo", since, until, origin, source_file as "sourceFile", source_row as "sourceRow", digest ${columns}
    from ${tableOf(kind)} where county = ${county} and ${ident(by)} is not null order by ${ident(by)}, id, valid_from`
  let rev: number | null = null
  let count = 0
  let hash: Hash = createHash('sha256')
  const finish = () => {
    if (rev !== null) found.set(rev, { count, hash: hash.digest() })
  }
  const leaf = new ByteWriter()
  for await (const batch of cursor<Frame & Content>(db, query, 2000)) {
    for (const row of batch) {
      const own = row[by] as number
      if (own !== rev) {
        finish()
        rev = own
        count = 0
        hash = createHash('sha256')
      }
      onRow(row)
      leaf.int64(row.id)
      leaf.int32(dayNumber(row.validFrom))
      leaf.int32(dayNumber(row.validTo))
      leaf.int32(row.origin)
      leaf.int32(row.sourceFile ?? -1)
      leaf.int32(row.sourceRow ?? -1)
      leaf.raw(row.digest)
      hash.update(leaf.taken())
      count++
    }
  }
  finish()
  return found
}
