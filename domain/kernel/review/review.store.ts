import { type Db, every, sql } from '@dishu/server-kit/sql'
import type { County } from '../records/records.ts'
import type { Review, ReviewAct, ReviewState, ReviewStep } from './review.ts'

const REVIEW = sql`county, review_id as id, act, area, state, author, title, payload, encode(seen, 'hex') as seen, head, made_at as "madeAt",
  settled_at as "settledAt", rev, until`

export const writeReview = (db: Db, row: Review) => db.run`
  insert into kernel.review (county, review_id, act, area, state, author, title, payload, seen, head, made_at, settled_at, rev, until)
  values (${row.county}, ${row.id}, ${row.act}, ${row.area}, ${row.state}, ${row.author}, ${row.title}, ${row.payload}, decode(${row.seen}, 'hex'), ${row.head},
    ${row.madeAt}, ${row.settledAt}, ${row.rev}, ${row.until})`

export const readReview = (db: Db, county: County, id: string) =>
  db.maybe<Review>`select ${REVIEW} from kernel.review where county = ${county} and review_id = ${id}`

/** The same, held until the transaction ends: two reviewers do not settle it at once. */
export const holdReview = (db: Db, county: County, id: string) =>
  db.maybe<Review>`select ${REVIEW} from kernel.review where county = ${county} and review_id = ${id} for update`

export const readReviews = (
  db: Db,
  county: County,
  {
    state = null,
    act = null,
    author = null,
    limit = 200,
  }: { state?: string | null; act?: string | null; author?: string | null; limit?: number },
) =>
  db.all<Review>`
    select ${REVIEW} from kernel.review where county = ${county} and ${every([
      ...(state === null ? [] : [sql`state = ${state}`]),
      ...(act === null ? [] : [sql`act = ${act}`]),
      ...(author === null ? [] : [sql`author = ${author}`]),
    ])} order by made_at desc, review_id limit ${limit}`

export const moveReview = (db: Db, county: County, id: string, state: ReviewState, settledAt: Date | null, rev: number | null) =>
  db.run`update kernel.review set state = ${state}, settled_at = ${settledAt}, rev = ${rev} where county = ${county} and review_id = ${id}`

export const writeStep = (db: Db, review: Pick<Review, 'county' | 'id' | 'area'>, row: ReviewStep) => db.run`
  insert into kernel.review_step (county, review_id, area, step, what, actor, role, at, note, signed, signature, public_key)
  values (${review.county}, ${review.id}, ${review.area}, ${row.step}, ${row.what}, ${row.actor}, ${row.role}, ${row.at}, ${row.note}, ${row.signed}, ${row.signature}, ${row.publicKey})`

export const readSteps = (db: Db, county: County, id: string) =>
  db.all<ReviewStep>`
    select step, what, actor, role, at, note, signed, signature, public_key as "publicKey" from kernel.review_step
    where county = ${county} and review_id = ${id} order by step`

/** What a person asked for in just these words and still holds: an approved export, a broken glass. */
export const findHolding = (
  db: Db,
  county: County,
  asked: {
    readonly act: ReviewAct
    readonly author: string
    readonly seen: string | null
    readonly states: readonly ReviewState[]
    readonly now: Date
  },
) =>
  db.maybe<Review>`
    select ${REVIEW} from kernel.review where county = ${county} and act = ${asked.act} and author = ${asked.author} and state = any(${asked.states})
      and until > ${asked.now} and (${asked.seen}::text is null or seen = decode(${asked.seen}, 'hex')) order by until desc limit 1`
