import { type Language, Refused } from '@dishu/base/refusal'
import type { Route, RouteRequest } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import { fingerprintOf, type Signer } from '@dishu/server-kit/signing'
import { type Identity, identityOf, keepAs, reach } from '../people/people.ts'
import { stepsHold, takeStep } from './review.jobs.ts'
import { readReview, readReviews, readSteps } from './review.store.ts'
import { REVIEW_ACTS, type Review, type StepWhat } from './review.ts'
import type { ReviewReply, ReviewsReply, ReviewView, TriedReply } from './review.wire.ts'

export type ReviewTools = {
  signer(): Promise<Signer>
  /** Does what was approved, within the request of the approval; gives the revision it wrote, where it wrote one. */
  apply(request: RouteRequest, review: Review): Promise<number | null>
  /** What `apply` would write, taken back at once. */
  tryOut(request: RouteRequest, review: Review): Promise<TriedReply['rows']>
}

const County = Type.String({ pattern: '^\\d{6}$' })
const Params = Type.Object({ county: County, review: Type.String({ pattern: '^[\\w-]{6,40}$' }) })
const NOTE = Type.String({ maxLength: 500 })
const SEEN = Type.String({ pattern: '^[0-9a-f]{64}$' })

const viewOf = (review: Review, by: Identity, language: Language): ReviewView => ({
  id: review.id,
  act: review.act,
  actName: REVIEW_ACTS[review.act][language],
  area: review.area,
  state: review.state,
  author: review.author,
  title: review.title,
  asked: JSON.parse(review.payload) as Readonly<Record<string, unknown>>,
  seen: review.seen,
  head: review.head,
  madeAt: review.madeAt.toISOString(),
  settledAt: review.settledAt?.toISOString() ?? null,
  rev: review.rev,
  until: review.until?.toISOString() ?? null,
  own: review.author === by.actor,
})

/** A draft is its author's own until it is submitted. */
const isShown = (review: Review, by: Identity) => review.state !== 'draft' || review.author === by.actor

export const reviewRoutes = (tools: ReviewTools): Route[] => {
  const step = (name: string, what: StepWhat, judges: boolean): Route => ({
    method: 'POST',
    url: `/api/counties/:county/reviews/:review/${name}`,
    schema: { params: Params, body: judges ? Type.Object({ seen: SEEN, note: NOTE }) : Type.Object({ note: NOTE }) },
    handle: async (request) => {
      const { county, review: id } = request.params
      const { note, seen = null } = request.body as { note: string; seen?: string }
      keepAs(request.caller, { what: 'reviewed', subject: id, details: { step: what, ...(seen === null ? {} : { seen }) } })
      const done = await takeStep(
        request.db,
        identityOf(request.caller),
        { county, id, what, note, seen },
        await tools.signer(),
        request.now,
        (review) => tools.apply(request, review),
      )
      return { state: done.state, rev: done.rev }
    },
  })
  return [
    {
      method: 'GET',
      url: '/api/counties/:county/reviews',
      schema: {
        params: Type.Object({ county: County }),
        querystring: Type.Object({
          state: Type.Optional(Type.String({ maxLength: 20 })),
          act: Type.Optional(Type.String({ maxLength: 20 })),
          language: Type.Optional(Type.String()),
        }),
      },
      handle: async ({ db, params: { county }, query, caller, language }): Promise<ReviewsReply> => {
        const by = identityOf(caller)
        const reviews = await readReviews(db, county, { state: query.state || null, act: query.act || null })
        return {
          reviews: reviews.filter((each) => isShown(each, by)).map((each) => viewOf(each, by, language)),
          mayApprove: reach(by, 'approve', county) !== 'none',
        }
      },
    },
    {
      method: 'GET',
      url: '/api/counties/:county/reviews/:review',
      schema: { params: Params },
      handle: async ({ db, params: { county, review: id }, caller, language }): Promise<ReviewReply> => {
        const review = await readReview(db, county, id)
        if (!review || !isShown(review, identityOf(caller))) throw new Refused({ code: 'review/no-such-review', details: { county, id } })
        const steps = await readSteps(db, county, id)
        return {
          ...viewOf(review, identityOf(caller), language),
          holds: stepsHold(review, steps),
          steps: steps.map(({ what, actor, role, at, note, publicKey }) => ({
            what,
            actor,
            role,
            at: at.toISOString(),
            note,
            fingerprint: fingerprintOf(publicKey),
          })),
        }
      },
    },
    {
      method: 'POST',
      url: '/api/counties/:county/reviews/:review/try',
      schema: { params: Params, body: Type.Object({}) },
      handle: async (request): Promise<TriedReply> => {
        const { county, review: id } = request.params
        keepAs(request.caller, { what: 'reviewed', subject: id, details: { step: 'tried' } })
        const review = await readReview(request.db, county, id)
        if (!review || !isShown(review, identityOf(request.caller)))
          throw new Refused({ code: 'review/no-such-review', details: { county, id } })
        // it takes the county's lock for as long as the act takes: for those whom it concerns
        const by = identityOf(request.caller)
        if (review.author !== by.actor && reach(by, 'approve', review.area) !== 'whole')
          throw new Refused({ code: 'people/not-allowed', details: { power: 'approve' } })
        const settled = review.state === 'approved' || review.state === 'withdrawn'
        return { rows: settled ? [] : await tools.tryOut(request, review) }
      },
    },
    step('approve', 'approved', true),
    step('return', 'returned', true),
    step('submit', 'submitted', false),
    step('withdraw', 'withdrawn', false),
  ]
}
