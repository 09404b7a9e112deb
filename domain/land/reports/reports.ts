/**
 * Reports: documents that an office signs and hands on. Each is made from one state of the register (a baseline, or a day and a revision) or from one
 * result of a plan, by a template of a numbered form; from the same state and form it is the same to the last byte. Every figure in it has a code.
 */
import { type Day, dayFrom } from '@dishu/base/date'
import { accept, type Language, type Refusal, type Result, refuse } from '@dishu/base/refusal'
import type { Kind } from '@dishu/kernel/records/records'

export const TEMPLATES = ['baseline', 'plan', 'brief', 'poster', 'ledger'] as const
export type Template = (typeof TEMPLATES)[number]
/** The present form of each template. Whoever changes what a template gives for the same state raises its number. */
export const FORMS: Readonly<Record<Template, number>> = { baseline: 1, plan: 1, brief: 1, poster: 1, ledger: 1 }

export const REPORT_FORMATS = ['pdf', 'docx', 'xlsx'] as const
export type ReportFormat = (typeof REPORT_FORMATS)[number]
export const FORMATS_OF: Readonly<Record<Template, readonly ReportFormat[]>> = {
  baseline: ['pdf', 'docx'],
  plan: ['pdf', 'docx'],
  brief: ['pdf', 'docx'],
  poster: ['pdf'],
  ledger: ['xlsx'],
}

/** Parts that can be left out, in their order; what is not listed is always there. */
export const SECTIONS: Readonly<Record<Template, readonly string[]>> = {
  baseline: [
    'maps',
    'towns',
    'villages',
    'classes',
    'grades',
    'mapgrades',
    'owners',
    'contracts',
    'quality',
    'method',
    'sources',
    'signatures',
  ],
  plan: ['maps', 'years', 'water', 'money', 'ecology', 'certificate', 'method', 'signatures'],
  brief: ['map', 'changes'],
  poster: [],
  ledger: ['towns', 'villages', 'classes', 'grades', 'owners', 'contracts'],
}

export const PAPER_SIZES = ['A4', 'A3', 'A2', 'A1', 'A0'] as const
export type PaperSize = (typeof PAPER_SIZES)[number]
export const MAP_SUBJECTS = ['saline', 'grade', 'mapgrade', 'class', 'owner', 'contract'] as const
export type MapSubject = (typeof MAP_SUBJECTS)[number]

export type Signer = { readonly role: string; readonly name: string }
export type ReportRequest = {
  readonly template: Template
  readonly format: ReportFormat
  readonly language: Language
  readonly within: string // an area's code
  readonly baseline: string | null // B1; or
  readonly day: Day | null // a day, as it is known now; both null: today
  readonly known: number | null // the revision; settled when the report is begun
  readonly result: string | null // of a plan
  readonly title: string // empty: the template's own
  readonly office: string // who gives it out; empty: nobody is named
  readonly signers: readonly Signer[]
  readonly signedOn: string // as it shall be written; empty: left to the pen
  readonly without: readonly string[] // sections that are left out
  readonly paper: PaperSize
  readonly landscape: boolean
  readonly subject: MapSubject // of a poster and a brief
  readonly denominator: number | null // of a poster's scale; null: as large as it fits
  readonly isPublic: boolean // a public map carries the number of its review
  readonly evidence: string // the office's address, before /figure/CODE; empty: codes lead nowhere by themselves
}

export type ReportRefusal =
  | Refusal<'reports/not-understood', { field: string; stated: string; wanted: string }>
  | Refusal<'reports/not-this-format', { template: Template; format: string; allowed: readonly string[] }>
  | Refusal<'reports/no-such-report', { report: string }>
  | Refusal<'reports/no-such-task', { task: string }>
  | Refusal<'reports/no-such-area', { area: string }>
  | Refusal<'reports/nothing-counted', { area: string; day: string }>
  | Refusal<'reports/no-outlines', { area: string }>
  | Refusal<'reports/does-not-fit', { denominator: number; smallest: number; paper: string }>
  | Refusal<'reports/needs-a-result', Record<string, never>>
  | Refusal<'reports/no-such-result', { result: string }>
  | Refusal<'reports/not-a-code', { code: string }>
  | Refusal<'reports/code-misspelt', { code: string }>
  | Refusal<'reports/no-such-code', { code: string; county: string }>
  | Refusal<'reports/already-at-work', { task: string }>
  | Refusal<'reports/not-what-was-frozen', { baseline: string; rows: number; area: number }>

export const reportKind: Kind = {
  name: 'report',
  table: 'land.report',
  columns: [
    ['report_key', 'text'],
    ['template', 'text'],
    ['form', 'int4'],
    ['title', 'text'],
    ['within', 'text'],
    ['day', 'date'],
    ['known', 'int4'],
    ['request', 'jsonb'],
    ['figures', 'jsonb'],
    ['quality', 'jsonb'],
    ['file_sha256', 'text'],
    ['file_name', 'text'],
    ['bytes', 'int4'],
    ['pages', 'int4'],
  ],
  key: ['report_key'],
  scope: null,
  derived: false,
}

const MOST_TEXT = 120
const LANGUAGES = ['zh', 'en'] as const
const oneOf = <const T extends string>(field: string, stated: string, allowed: readonly T[]): Result<T, ReportRefusal> => {
  const found = allowed.find((each) => each === stated)
  return found === undefined
    ? refuse('reports/not-understood', { field, stated: stated.slice(0, 60), wanted: allowed.join(', ') })
    : accept(found)
}

/** What a report is asked with, as it comes from an address, a command or a form. */
export type StatedReport = Readonly<
  Partial<Record<Exclude<keyof ReportRequest, 'signers' | 'without' | 'landscape' | 'isPublic' | 'known' | 'denominator'>, string | null>>
> & {
  readonly signers?: readonly Signer[]
  readonly without?: readonly string[]
  readonly landscape?: boolean
  readonly isPublic?: boolean
  readonly denominator?: number | null
}

export function requestFrom(stated: StatedReport, county: string, language: Language): Result<ReportRequest, ReportRefusal> {
  const template = oneOf('template', stated.template ?? '', TEMPLATES)
  if (!template.ok) return template
  const allowed = FORMATS_OF[template.value]
  const format = allowed.find((each) => each === (stated.format || allowed[0]))
  if (format === undefined) return refuse('reports/not-this-format', { template: template.value, format: stated.format ?? '', allowed })
  const spoken = oneOf('language', stated.language || language, LANGUAGES)
  if (!spoken.ok) return spoken
  const within = stated.within?.trim() || county
  if (!(within === county || (within.startsWith(county) && /^(\d{9}|\d{12})$/.test(within))))
    return refuse('reports/no-such-area', { area: within.slice(0, 20) })
  const day = stated.day ? dayFrom(stated.day) : null
  if (stated.day && day === null)
    return refuse('reports/not-understood', { field: 'day', stated: stated.day.slice(0, 40), wanted: 'YYYY-MM-DD' })
  const baseline = stated.baseline?.trim().toUpperCase() || null
  if (baseline !== null && !/^B\d{1,6}$/.test(baseline))
    return refuse('reports/not-understood', { field: 'baseline', stated: baseline.slice(0, 40), wanted: 'B1' })
  const result = stated.result?.trim().toUpperCase() || null
  if (template.value === 'plan' && result === null) return refuse('reports/needs-a-result', {})
  const paper = oneOf('paper', stated.paper || 'A4', PAPER_SIZES)
  if (!paper.ok) return paper
  const subject = oneOf('subject', stated.subject || 'saline', MAP_SUBJECTS)
  if (!subject.ok) return subject
  const denominator = stated.denominator ?? null
  if (denominator !== null && !(Number.isInteger(denominator) && denominator >= 500 && denominator <= 10_000_000))
    return refuse('reports/not-understood', { field: 'scale', stated: String(denominator), wanted: '500 – 10000000' })
  const evidence = stated.evidence?.trim() ?? ''
  if (evidence !== '' && !/^https?:\/\/[^\s"<>]{1,180}$/.test(evidence))
    return refuse('reports/not-understood', { field: 'evidence', stated: evidence.slice(0, 60), wanted: 'https://…' })
  const unknown = (stated.without ?? []).find((each) => !SECTIONS[template.value].includes(each))
  if (unknown !== undefined)
    return refuse('reports/not-understood', { field: 'without', stated: unknown.slice(0, 60), wanted: SECTIONS[template.value].join(', ') })
  const line = (text: string | null | undefined) =>
    (text ?? '')
      .replaceAll(/\p{Cc}/gu, ' ')
      .trim()
      .slice(0, MOST_TEXT)
  return accept({
    ...{ template: template.value, format, language: spoken.value, within, baseline, day, known: null, result },
    ...{
      title: line(stated.title),
      office: line(stated.office),
      signedOn: line(stated.signedOn),
      evidence: evidence.endsWith('/') ? evidence.slice(0, -1) : evidence,
    },
    signers: (stated.signers ?? []).slice(0, 12).map(({ role, name }) => ({ role: line(role), name: line(name) })),
    without: SECTIONS[template.value].filter((each) => stated.without?.includes(each)),
    ...{
      paper: paper.value,
      landscape: stated.landscape ?? false,
      subject: subject.value,
      denominator,
      isPublic: stated.isPublic ?? false,
    },
  })
}

export const hasSection = ({ without }: Pick<ReportRequest, 'without'>, section: string) => !without.includes(section)
