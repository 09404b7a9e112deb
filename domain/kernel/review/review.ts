/**
 * Four eyes. What one person proposes another approves or returns, never the author, whatever the role. Every step is a signed act: what was
 * seen (by its digest), who, when, in which role, after which step.
 */
import { accept, type Refusal, type Result, refuse } from '@dishu/base/refusal'
import { type AreaCode, decideApproval, type Identity, type PeopleRefusal, type Power, reach } from '../people/people.ts'
import type { County } from '../records/records.ts'

export const REVIEW_STATES = ['draft', 'submitted', 'approved', 'returned', 'withdrawn'] as const
export type ReviewState = (typeof REVIEW_STATES)[number]
export type StepWhat = 'drafted' | 'submitted' | 'approved' | 'returned' | 'withdrawn'

/** What is put under four eyes. */
export const REVIEW_ACTS = {
  exception: { zh: '认可质检例外', en: 'accept a finding as an exception' },
  repair: { zh: '修复图形', en: 'repair outlines' },
  tenure: { zh: '变更权属与合同', en: 'change rights and contracts' },
  undo: { zh: '撤销版本', en: 'undo a revision' },
  baseline: { zh: '冻结底数', en: 'freeze a baseline' },
  scheme: { zh: '改变分级方案', en: 'change the grading scheme' },
  export: { zh: '大范围导出', en: 'export of a large area' },
  'open-change': { zh: '经接口修改登记内容', en: 'change rows over the open interface' },
  'break-glass': { zh: '紧急查看个人信息', en: 'emergency look at personal values' },
} as const
export type ReviewAct = keyof typeof REVIEW_ACTS

export type Review = {
  readonly county: County
  readonly id: string
  readonly act: ReviewAct
  readonly area: AreaCode
  readonly state: ReviewState
  readonly author: string
  readonly title: string
  readonly payload: string // canonical JSON of what was asked
  readonly seen: string // SHA-256 in hex
  readonly head: number
  readonly madeAt: Date
  readonly settledAt: Date | null
  readonly rev: number | null
  readonly until: Date | null
}

export type ReviewStep = {
  readonly step: number
  readonly what: StepWhat
  readonly actor: string
  readonly role: string
  readonly at: Date
  readonly note: string
  readonly signed: string
  readonly signature: string
  readonly publicKey: string
}

export type ReviewRefusal =
  | Refusal<'review/no-such-review', { readonly county: County; readonly id: string }>
  | Refusal<'review/wrong-state', { readonly state: ReviewState; readonly wants: StepWhat }>
  | Refusal<'review/not-the-author', { readonly author: string }>
  | Refusal<'review/not-what-was-seen', { readonly seen: string }>
  | Refusal<'review/one-county', { readonly counties: readonly string[] }>

const FROM: Readonly<Record<StepWhat, readonly ReviewState[]>> = {
  drafted: [],
  submitted: ['draft', 'returned'],
  approved: ['submitted'],
  returned: ['submitted'],
  withdrawn: ['draft', 'submitted', 'returned'],
}
export const stateAfter: Readonly<Record<StepWhat, ReviewState>> = {
  drafted: 'draft',
  submitted: 'submitted',
  approved: 'approved',
  returned: 'returned',
  withdrawn: 'withdrawn',
}

/**
 * Whether `by` may take a step. The author submits and withdraws; another, who holds `approve` on the whole of its area, approves and returns,
 * and says by `seen` what was looked at.
 */
export function decideStep(
  review: Pick<Review, 'state' | 'author' | 'area' | 'seen'>,
  what: StepWhat,
  by: Identity,
  seen: string | null,
): Result<null, ReviewRefusal | PeopleRefusal> {
  const judges = what === 'approved' || what === 'returned'
  if (judges) {
    const own = decideApproval(review.author, by.actor)
    if (!own.ok) return own
    if (reach(by, 'approve', review.area) !== 'whole') return refuse('people/not-allowed', { power: 'approve' as const })
  } else if (by.actor !== review.author) return refuse('review/not-the-author', { author: review.author })
  if (!FROM[what].includes(review.state)) return refuse('review/wrong-state', { state: review.state, wants: what })
  return judges && seen !== review.seen ? refuse('review/not-what-was-seen', { seen: review.seen }) : accept(null)
}

/** The widest area inside `county` that a person holds with a power: where their proposal belongs. */
export function areaWithin(by: Identity, power: Power, county: County, held: readonly AreaCode[]): AreaCode {
  if (reach(by, power, county) === 'whole') return county
  return [...held].filter((area) => area.startsWith(county)).sort((a, b) => a.length - b.length || (a < b ? -1 : 1))[0] ?? county
}
