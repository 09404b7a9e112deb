import { createHash, randomBytes } from 'node:crypto'
import { Refused } from '@dishu/base/refusal'
import { type Signer, signatureHolds } from '@dishu/server-kit/signing'
import type { Db } from '@dishu/server-kit/sql'
import { type Identity, roleFor } from '../people/people.ts'
import { canonicalJson, readHead } from '../records/records.store.ts'
import type { County } from '../records/records.ts'
import { holdReview, moveReview, readSteps, writeReview, writeStep } from './review.store.ts'
import { decideStep, type Review, type ReviewAct, type ReviewStep, type StepWhat, stateAfter } from './review.ts'

const FORMAT = 'dishu/review/1'
const digest = (text: string) => createHash('sha256').update(text).digest('hex')

/** The digest by which a proposal is known: its act, its area and what was asked. */
export const seenOf = (act: ReviewAct, area: string, payload: unknown): string => digest(canonicalJson({ act, area, payload }))

export type Proposal = {
  readonly county: County
  readonly act: ReviewAct
  readonly area: string
  readonly title: string
  readonly payload: unknown
  readonly note: string
  readonly until?: Date | null
}

/** Puts a proposal before others; as a draft it waits for its author to submit it. */
export async function propose(
  db: Db,
  by: Identity,
  proposal: Proposal,
  signer: Signer,
  now: Date,
  as: 'draft' | 'submitted' = 'submitted',
): Promise<Review> {
  const { county, act, area, title, note } = proposal
  const review: Review = {
    county,
    id: randomBytes(9).toString('base64url'),
    act,
    area,
    state: as,
    author: by.actor,
    title,
    payload: canonicalJson(proposal.payload),
    seen: seenOf(act, area, proposal.payload),
    head: (await readHead(db, county)).rev,
    madeAt: now,
    settledAt: null,
    rev: null,
    until: proposal.until ?? null,
  }
  await writeReview(db, review)
  await writeStep(db, review, signedStep(review, as === 'draft' ? 'drafted' : 'submitted', by, note, null, signer, now))
  return review
}

/**
 * Takes a step. What an approval sets off (`apply`, which gives the revision it wrote) stands in the same transaction as the approval: both are there,
 * or neither.
 */
export async function takeStep(
  db: Db,
  by: Identity,
  asked: { readonly county: County; readonly id: string; readonly what: StepWhat; readonly note: string; readonly seen: string | null },
  signer: Signer,
  now: Date,
  apply: (review: Review) => Promise<number | null>,
): Promise<Review> {
  const { county, id, what, note, seen } = asked
  const review = await holdReview(db, county, id)
  if (!review) throw new Refused({ code: 'review/no-such-review', details: { county, id } })
  const decided = decideStep(review, what, by, seen)
  if (!decided.ok) throw new Refused(decided.refusal)
  const before = (await readSteps(db, county, id)).at(-1) ?? null
  await writeStep(db, review, signedStep(review, what, by, note, before, signer, now))
  const rev = what === 'approved' ? await apply(review) : null
  const state = stateAfter[what]
  const settled = state === 'approved' || state === 'returned' || state === 'withdrawn' ? now : null
  await moveReview(db, county, id, state, settled, rev)
  return { ...review, state, settledAt: settled, rev }
}

function signedStep(
  review: Review,
  what: StepWhat,
  by: Identity,
  note: string,
  before: ReviewStep | null,
  signer: Signer,
  at: Date,
): ReviewStep {
  const step = (before?.step ?? 0) + 1
  const role = what === 'approved' || what === 'returned' ? (roleFor(by, 'approve', review.area) ?? 'none') : 'author'
  const signed = canonicalJson({
    format: FORMAT,
    county: review.county,
    id: review.id,
    act: review.act,
    area: review.area,
    author: review.author,
    seen: review.seen,
    step,
    what,
    actor: by.actor,
    role,
    at: at.toISOString(),
    note,
    before: before === null ? null : digest(before.signed),
  })
  return { step, what, actor: by.actor, role, at, note, signed, signature: signer.sign(Buffer.from(signed)), publicKey: signer.publicKey }
}

/** Whether what is kept of a review is what was signed: every step signed over what the row says, over what was asked, and over the step before it. */
export function stepsHold(review: Review, steps: readonly ReviewStep[]): boolean {
  if (seenOf(review.act, review.area, JSON.parse(review.payload)) !== review.seen || steps.length === 0) return false
  return steps.every((each, i) => {
    const told = JSON.parse(each.signed) as Readonly<Record<string, unknown>>
    return (
      each.step === i + 1 &&
      told.id === review.id &&
      told.county === review.county &&
      told.author === review.author &&
      told.seen === review.seen &&
      told.what === each.what &&
      told.actor === each.actor &&
      told.role === each.role &&
      told.note === each.note &&
      told.at === each.at.toISOString() &&
      told.before === (i === 0 ? null : digest(steps[i - 1].signed)) &&
      signatureHolds(each.publicKey, Buffer.from(each.signed), each.signature)
    )
  })
}
