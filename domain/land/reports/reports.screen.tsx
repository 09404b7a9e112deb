import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { send, useAct, useRead } from '@dishu/web-kit/read'
import { Refused, Trouble, Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { Button, Checkbox, Input, InputNumber, Segmented, Select } from 'antd'
import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import { Preview } from './preview.screen.tsx'
import {
  FORMATS_OF,
  MAP_SUBJECTS,
  PAPER_SIZES,
  type ReportFormat,
  SECTIONS,
  type Signer,
  type StatedReport,
  TEMPLATES,
  type Template,
} from './reports.ts'
import type { ReportsReply, ReportTaskView } from './reports.wire.ts'

const POLL_MS = 800
const DRAFT = 'dishu.report'

type Form = {
  readonly template: Template
  readonly format: ReportFormat
  readonly language: 'zh' | 'en'
  readonly state: string // a baseline's key; '': the day of the page
  readonly result: string
  readonly title: string
  readonly office: string
  readonly signedOn: string
  readonly signers: readonly Signer[]
  readonly without: readonly string[]
  readonly paper: string
  readonly landscape: boolean
  readonly subject: string
  readonly denominator: number | null
  readonly isPublic: boolean
  readonly links: boolean
}
const PLAIN: Form = {
  ...{
    template: 'baseline',
    format: 'pdf',
    language: 'zh',
    state: '',
    result: '',
    title: '',
    office: '',
    signedOn: '',
    signers: [],
    without: [],
  },
  ...{ paper: 'A4', landscape: false, subject: 'saline', denominator: null, isPublic: false, links: true },
}

/** What was written here before, so that nothing is lost by a closed tab. */
function kept(): Form {
  try {
    return { ...PLAIN, ...(JSON.parse(localStorage.getItem(DRAFT) ?? '{}') as Partial<Form>) }
  } catch {
    return PLAIN
  }
}

/** Reports: chosen, looked at, made and kept. */
export function ReportsScreen() {
  const t = useText()
  const place = usePlace()
  const { county } = place
  const base = `/api/counties/${county}`
  const [form, setForm] = useState<Form>(kept)
  useEffect(() => localStorage.setItem(DRAFT, JSON.stringify(form)), [form])
  const reading = useRead<ReportsReply>(`${base}/reports`, (value) =>
    value?.tasks.some(({ state }) => state === 'working') ? POLL_MS : false,
  )
  const baselines = useRead<{ baselines: readonly { key: string; title: string; day: string }[] }>(`${base}/baselines`)
  const stated: StatedReport = {
    ...{
      template: form.template,
      format: form.format,
      language: form.language,
      within: place.within,
      baseline: form.state || null,
      day: form.state ? null : (place.asOf ?? null),
    },
    ...{ result: form.template === 'plan' ? form.result || null : null, title: form.title, office: form.office, signedOn: form.signedOn },
    ...{
      signers: form.signers.filter(({ role, name }) => role + name !== ''),
      without: form.without.filter((each) => SECTIONS[form.template].includes(each)),
    },
    ...{
      paper: form.paper,
      landscape: form.landscape,
      subject: form.subject,
      ...(form.template === 'poster' && form.denominator !== null ? { denominator: form.denominator } : {}),
      isPublic: form.isPublic,
    },
    evidence: form.links ? window.location.origin : '',
  }
  const begin = useAct(() => send<ReportTaskView>(`${base}/reports`, stated), [`${base}/reports`])
  const cancel = useAct((id: string) => send<ReportTaskView>(`${base}/report-tasks/${id}/cancel`, {}), [`${base}/reports`])
  const reply = reading.state === 'ready' ? reading.value : null
  const working = reply?.tasks.find(({ state }) => state === 'working') ?? null
  const last = reply?.tasks[0] ?? null
  const ready = form.template !== 'plan' || form.result !== ''
  return (
    <div className="reports">
      <section className="report-form" aria-label={t('reports.what')}>
        <header className="side-head">
          <h1>{t('nav.reports')}</h1>
        </header>
        <FormFields
          form={form}
          set={(change) => setForm({ ...form, ...change })}
          baselines={baselines.state === 'ready' ? baselines.value.baselines : []}
          reply={reply}
        />
        <div className="row gap">
          <Button
            type="primary"
            icon={<Icon name="file" size={16} />}
            disabled={!ready || working !== null}
            loading={begin.isPending}
            onClick={() => begin.mutate(undefined)}
          >
            {t('reports.make')}
          </Button>
        </div>
        {begin.isError && <Trouble failure={begin.error} />}
        {working && (
          <div className="report-task" role="status">
            <progress aria-label={t('reports.making')} />
            <span>{t(`reports.phase-${working.phase ?? 'reading'}`)}</span>
            <Button size="small" loading={cancel.isPending} onClick={() => cancel.mutate(working.id)}>
              {t('reports.cancel')}
            </Button>
          </div>
        )}
        {!working && last?.refusal && <Refused message={last.refusal.message} hint={last.refusal.hint} />}
        {!working && last?.state === 'failed' && <Refused message={t('reports.failed')} />}
        {reading.state === 'failed' ? <Trouble failure={reading.failure} retry={reading.retry} /> : <Kept reply={reply} base={base} />}
      </section>
      <section className="report-look" aria-label={t('reports.preview')}>
        {form.template === 'ledger' ? (
          <p className="quiet">{t('reports.no-preview')}</p>
        ) : ready ? (
          <Preview base={base} stated={stated} head={place.head} />
        ) : (
          <p className="quiet">{t('reports.choose-result')}</p>
        )}
      </section>
    </div>
  )
}

function FormFields({
  form,
  set,
  baselines,
  reply,
}: {
  readonly form: Form
  set(change: Partial<Form>): void
  readonly baselines: readonly { readonly key: string; readonly title: string; readonly day: string }[]
  readonly reply: ReportsReply | null
}) {
  const t = useText()
  const place = usePlace()
  const { template } = form
  const choose = (next: Template) =>
    set({ template: next, format: FORMATS_OF[next].includes(form.format) ? form.format : FORMATS_OF[next][0] })
  const sections = SECTIONS[template]
  const hasSubject = template === 'poster' || template === 'brief'
  return (
    <div className="report-fields">
      <div className="field">
        <span>{t('reports.template')}</span>
        <Select<Template>
          aria-label={t('reports.template')}
          value={template}
          onChange={choose}
          options={TEMPLATES.map((each) => ({ value: each, label: t(`reports.template-${each}`) }))}
        />
        <small className="quiet">{t(`reports.about-${template}`)}</small>
      </div>
      {template === 'plan' ? (
        <div className="field">
          <span>{t('reports.result')}</span>
          <Select
            aria-label={t('reports.result')}
            value={form.result || null}
            placeholder={t('reports.choose-result')}
            onChange={(result: string | null) => set({ result: result ?? '' })}
            options={(reply?.results ?? []).map(({ key, scenario, title }) => ({ value: key, label: `${key} · ${scenario} ${title}` }))}
          />
        </div>
      ) : (
        <div className="field">
          <span>{t('reports.state')}</span>
          <Select
            aria-label={t('reports.state')}
            value={form.state}
            onChange={(state: string) => set({ state })}
            options={[
              ...baselines.map(({ key, title, day }) => ({ value: key, label: `${key} ${title} · ${day}` })),
              { value: '', label: t('reports.present', { day: place.asOf ?? place.today }) },
            ]}
          />
          <small className="quiet">{t('reports.area', { area: place.path.map(({ name }) => name).join(' › ') || place.name })}</small>
        </div>
      )}
      <div className="field-row">
        <Segmented<ReportFormat>
          aria-label={t('reports.format')}
          value={form.format}
          onChange={(format) => set({ format })}
          options={FORMATS_OF[template].map((each) => ({ value: each, label: t(`reports.format-${each}`) }))}
        />
        <Segmented<'zh' | 'en'>
          aria-label={t('reports.language')}
          value={form.language}
          onChange={(language) => set({ language })}
          options={[
            { value: 'zh', label: '中文' },
            { value: 'en', label: 'English' },
          ]}
        />
      </div>
      {hasSubject && (
        <div className="field">
          <span>{t('reports.subject')}</span>
          <Select
            aria-label={t('reports.subject')}
            value={form.subject}
            onChange={(subject: string) => set({ subject })}
            options={MAP_SUBJECTS.map((each) => ({ value: each, label: t(`dimension.${each}`) }))}
          />
        </div>
      )}
      {template === 'poster' && (
        <div className="field-row">
          <Select
            aria-label={t('reports.paper')}
            value={form.paper}
            onChange={(paper: string) => set({ paper })}
            options={PAPER_SIZES.map((each) => ({ value: each, label: each }))}
          />
          <Checkbox checked={form.landscape} onChange={({ target }) => set({ landscape: target.checked })}>
            {t('print.landscape')}
          </Checkbox>
          <InputNumber
            aria-label={t('reports.scale')}
            prefix="1:"
            placeholder={t('reports.scale-fits')}
            min={500}
            max={10_000_000}
            step={1000}
            value={form.denominator}
            onChange={(denominator) => set({ denominator })}
          />
        </div>
      )}
      <div className="field">
        <span>{t('reports.title')}</span>
        <Input
          aria-label={t('reports.title')}
          maxLength={120}
          value={form.title}
          placeholder={t('reports.title-own')}
          onChange={({ target }) => set({ title: target.value })}
        />
      </div>
      <div className="field-row">
        <Input
          aria-label={t('reports.office')}
          maxLength={120}
          value={form.office}
          placeholder={t('reports.office')}
          onChange={({ target }) => set({ office: target.value })}
        />
        <Input
          aria-label={t('reports.signed-on')}
          maxLength={60}
          value={form.signedOn}
          placeholder={t('reports.signed-on')}
          onChange={({ target }) => set({ signedOn: target.value })}
        />
      </div>
      {sections.length > 0 && (
        <fieldset className="field">
          <legend>{t('reports.sections')}</legend>
          <div className="report-sections">
            {sections.map((each) => (
              <Checkbox
                key={each}
                checked={!form.without.includes(each)}
                onChange={({ target }) =>
                  set({ without: target.checked ? form.without.filter((other) => other !== each) : [...form.without, each] })
                }
              >
                {t(`reports.section-${each}`)}
              </Checkbox>
            ))}
          </div>
        </fieldset>
      )}
      {sections.includes('signatures') && !form.without.includes('signatures') && (
        <Signers signers={form.signers} set={(signers) => set({ signers })} />
      )}
      <div className="field-row">
        <Checkbox checked={form.links} onChange={({ target }) => set({ links: target.checked })}>
          {t('reports.links')}
        </Checkbox>
        <Checkbox checked={form.isPublic} onChange={({ target }) => set({ isPublic: target.checked })}>
          {t('reports.public')}
          {reply?.mapApproval ? `（${reply.mapApproval}）` : ''}
        </Checkbox>
      </div>
    </div>
  )
}

function Signers({ signers, set }: { readonly signers: readonly Signer[]; set(signers: readonly Signer[]): void }) {
  const t = useText()
  const change = (i: number, part: Partial<Signer>) => set(signers.map((each, k) => (k === i ? { ...each, ...part } : each)))
  return (
    <fieldset className="field">
      <legend>{t('reports.signers')}</legend>
      {signers.map(({ role, name }, i) => (
        <div className="field-row" key={`signer ${i + 1}`}>
          <Input
            aria-label={t('reports.signer-role')}
            maxLength={60}
            value={role}
            placeholder={t('reports.signer-role')}
            onChange={({ target }) => change(i, { role: target.value })}
          />
          <Input
            aria-label={t('reports.signer-name')}
            maxLength={60}
            value={name}
            placeholder={t('reports.signer-name')}
            onChange={({ target }) => change(i, { name: target.value })}
          />
          <Button
            size="small"
            type="text"
            aria-label={t('reports.signer-remove')}
            icon={<Icon name="close" size={14} />}
            onClick={() => set(signers.filter((_, k) => k !== i))}
          />
        </div>
      ))}
      <Button size="small" disabled={signers.length >= 12} onClick={() => set([...signers, { role: '', name: '' }])}>
        {t('reports.signer-add')}
      </Button>
      {signers.length === 0 && <small className="quiet">{t('reports.signers-own')}</small>}
    </fieldset>
  )
}

function Kept({ reply, base }: { readonly reply: ReportsReply | null; readonly base: string }) {
  const t = useText()
  const address = useAddress()
  const [code, setCode] = useState('')
  const open = () => code.trim() !== '' && address.go(address.link(`/figure/${encodeURIComponent(code.trim())}`))
  return (
    <>
      <h2>{t('reports.evidence')}</h2>
      <form
        className="field-row"
        onSubmit={(event) => {
          event.preventDefault()
          open()
        }}
      >
        <Input
          aria-label={t('reports.code')}
          placeholder="B1-3F7K9Q"
          maxLength={20}
          value={code}
          onChange={({ target }) => setCode(target.value)}
        />
        <Button htmlType="submit">{t('reports.open')}</Button>
      </form>
      <h2>{t('reports.kept')}</h2>
      {reply === null ? (
        <Waiting reading={{ state: 'loading' }} />
      ) : reply.reports.length === 0 ? (
        <p className="quiet">{t('reports.none')}</p>
      ) : (
        <ul className="report-list">
          {reply.reports.map(({ key, title, template, format, day, known, baseline, bytes, pages, sha256 }) => (
            <li key={key}>
              <a href={`${base}/reports/${key}/file`} download>
                <b>{title}</b>
              </a>
              <small className="quiet number">
                {key} · {t(`reports.template-${template}`)} · {t(`reports.format-${format}`)} · {baseline ?? `r${known}`} · {day} ·{' '}
                {pages > 0 ? t('reports.page-count', { count: pages }) : ''} {Math.ceil(bytes / 1024)} KB ·{' '}
                <span title={sha256}>{sha256.slice(0, 12)}</span>
              </small>
            </li>
          ))}
        </ul>
      )}
      <p>
        <Link href={address.link('/changes')}>{t('reports.to-baselines')}</Link>
      </p>
    </>
  )
}
