import { dayOf } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import type { Kind } from '@dishu/kernel/records/records'
import { openRevision, readHead, rowToWrite } from '@dishu/kernel/records/records.store'
import type { Route, RouteRequest } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import type { Finding } from './findings.ts'
import type { FixTools } from './fixes.jobs.ts'
import { fixesRoutes, knownFinding } from './fixes.routes.ts'
import { readCheckedLayers } from './geometry.store.ts'
import { ruleName } from './inspect.ts'
import { isRule, sentenceOf } from './quality.messages.ts'
import {
  countByRule,
  countFindings,
  type FindingQuestion,
  isAccepted,
  isOutdated,
  readCheckedRev,
  readFindings,
  type StoredFinding,
  writeAssignment,
  writeChecked,
} from './quality.store.ts'
import { exceptionKind, RULES } from './quality.ts'
import type { CheckState, FindingsReply, FindingView } from './quality.wire.ts'

export type QualityTools = FixTools & {
  readonly kinds: readonly Kind[]
  /** Checks a county elsewhere than in this process, and answers when it is done. */
  readonly checks: {
    run(county: string): Promise<void>
    follow(county: string): Promise<void>
    state(county: string): CheckState
    stop(county: string): Promise<void>
  }
}

const CountyParams = Type.Object({ county: Type.String({ pattern: '^\\d{6}$' }) })
const FindingParams = Type.Object({ county: Type.String({ pattern: '^\\d{6}$' }), id: Type.Integer({ minimum: 1 }) })
const FindingsQuery = Type.Object({
  rule: Type.Optional(Type.String({ maxLength: 80 })),
  within: Type.Optional(Type.String({ pattern: '^\\d{6,12}$' })),
  state: Type.Optional(Type.Union([Type.Literal('open'), Type.Literal('accepted'), Type.Literal('all')])),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000_000 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
})

export const qualityRoutes = (tools: QualityTools): Route[] => [
  {
    method: 'GET',
    url: '/api/counties/:county/findings',
    schema: { params: CountyParams, querystring: FindingsQuery },
    handle: async ({ db, params: { county }, query, language }): Promise<FindingsReply> => {
      const question: FindingQuestion = {
        county,
        rule: query.rule ?? null,
        within: query.within ?? null,
        state: (query.state as FindingQuestion['state'] | undefined) ?? 'open',
        offset: Number(query.offset ?? 0),
        limit: Number(query.limit ?? 200),
      }
      const rows = await readFindings(db, question)
      const matched = await countFindings(db, question)
      const end = question.offset + rows.length
      const checkedRev = await readCheckedRev(db, county)
      return {
        county,
        checkedRev,
        outdated: checkedRev !== null && (await isOutdated(db, county, checkedRev)),
        geometry: (await readCheckedLayers(db, county)).map(({ layer, rev, parcels, sumM2, outerM2, differenceM2, fault }) => ({
          layer,
          rev,
          rows: parcels,
          sumM2,
          outerM2,
          differenceM2,
          fault,
        })),
        head: (await readHead(db, county)).rev,
        rules: (await countByRule(db, question)).map((each) => ({
          ...each,
          name: ruleName(each.rule, language),
          source: RULES.find(({ id }) => id === each.rule)?.source ?? '',
        })),
        rows: rows.map((row) => findingView(row, language)),
        matched,
        next: rows.length > 0 && end < matched ? end : null,
      }
    },
  },
  {
    method: 'POST',
    url: '/api/counties/:county/findings/:id/accept',
    schema: {
      params: FindingParams,
      body: Type.Object({ reason: Type.String({ minLength: 1, maxLength: 500 }), name: Type.String({ minLength: 1, maxLength: 50 }) }),
    },
    handle: async ({ db, params: { county, id }, body, actor, now }) => {
      const { reason, name } = body as { reason: string; name: string }
      const finding = await knownFinding(db, county, Number(id))
      if (await isAccepted(db, county, finding))
        throw new Refused({ code: 'quality/already-accepted', details: { key: finding.subjectKey } })
      const revision = await openRevision(db, county, tools.kinds)
      await revision.add(exceptionKind, [
        rowToWrite(exceptionKind, {
          validFrom: dayOf(now),
          content: { rule: finding.rule, subject_kind: finding.subjectKind, subject_key: finding.subjectKey, reason, accepted_by: name },
        }),
      ])
      const { rev } = await revision.seal({ what: 'write', cause: 'correction', actor, reason, now })
      // an exception changes nothing that a rule looks at: findings of the revision before are findings of this one
      if ((await readCheckedRev(db, county)) === rev - 1) await writeChecked(db, county, rev, now)
      return { rev }
    },
  },
  {
    method: 'POST',
    url: '/api/counties/:county/findings/:id/assign',
    schema: {
      params: FindingParams,
      body: Type.Object({ to: Type.String({ minLength: 1, maxLength: 50 }), note: Type.String({ maxLength: 500 }) }),
    },
    handle: async ({ db, params: { county, id }, body, actor, now, language }) => {
      const { to, note } = body as { to: string; note: string }
      const finding = await knownFinding(db, county, Number(id))
      await writeAssignment(db, county, finding, to, actor, note, now)
      return findingView({ ...finding, assignee: to, assignedBy: actor, assignedAt: now, note }, language)
    },
  },
  {
    method: 'POST',
    url: '/api/counties/:county/check',
    free: true,
    schema: { params: CountyParams },
    handle: async ({ params: { county } }) => {
      await tools.checks.run(county)
      return { checked: true }
    },
  },
  {
    method: 'GET',
    url: '/api/counties/:county/check',
    free: true,
    schema: { params: CountyParams },
    handle: async ({ params: { county } }): Promise<CheckState> => tools.checks.state(county),
  },
  {
    method: 'POST',
    url: '/api/counties/:county/check/stop',
    free: true,
    schema: { params: CountyParams },
    handle: async ({ params: { county } }): Promise<CheckState> => {
      await tools.checks.stop(county)
      return tools.checks.state(county)
    },
  },
  ...fixesRoutes(tools),
]

function findingView(row: StoredFinding, language: RouteRequest['language']): FindingView {
  const sentence = isRule(row.rule) ? sentenceOf({ rule: row.rule, details: row.details } as Finding, language) : { message: row.rule }
  const rows = row.rule.startsWith('geometry/') ? (row.details as { rows: readonly string[] }).rows : [row.subjectKey]
  return {
    id: row.id,
    rule: row.rule,
    ruleName: ruleName(row.rule, language),
    severity: row.severity as FindingView['severity'],
    subjectKind: row.subjectKind,
    subjectId: row.subjectId,
    subjectKey: row.subjectKey,
    rows,
    village: row.village,
    bbox: row.place,
    area: row.area,
    message: sentence.message,
    hint: sentence.hint ?? null,
    accepted:
      row.reason !== null && row.acceptedBy !== null && row.acceptedRev !== null
        ? { reason: row.reason, by: row.acceptedBy, rev: row.acceptedRev }
        : null,
    assigned:
      row.assignee !== null && row.assignedBy !== null && row.assignedAt !== null
        ? { to: row.assignee, by: row.assignedBy, at: row.assignedAt.toISOString(), note: row.note ?? '' }
        : null,
  }
}
