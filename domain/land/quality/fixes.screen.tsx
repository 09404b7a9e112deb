import { query } from '@dishu/web-kit/address'
import { useDraft } from '@dishu/web-kit/draft'
import { onSave } from '@dishu/web-kit/keys'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { send, useAct, useRead } from '@dishu/web-kit/read'
import { Trouble, Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText, wordOr } from '@dishu/web-kit/words'
import { Button, Input, InputNumber, Radio, Segmented, Select } from 'antd'
import { useEffect } from 'react'
import type { AreasView, FindingView, FixesReply, FixOptionView, FixPreview, FixShapes } from './quality.wire.ts'

const CAUSES = ['correction', 're-survey', 'split-merge'] as const
const AREA_RULES = ['by-rule', 'keep', 'follow'] as const
const LEAST_M = 0.001
const MOST_M = 5

export type FixView = { readonly shapes: FixShapes; readonly preview: boolean }
export const isOfGeometry = ({ rule }: FindingView) => rule.startsWith('geometry/')

type Props = {
  readonly finding: FindingView
  readonly showing: 'before' | 'after'
  onShowing(showing: 'before' | 'after'): void
  /** What the map is to draw; called when it changes. */
  onView(view: FixView | null): void
  onDone(rev: number | undefined): void
}

/** The repairs of a finding of geometry: choose one, see it before and after with its areas, write it with a cause and a reason. */
export function FixCard(props: Props) {
  const { finding, onView } = props
  const { county } = usePlace()
  const base = `/api/counties/${county}/findings/${finding.id}`
  const fixes = useRead<FixesReply>(`${base}/fixes`)
  const shapes = fixes.state === 'ready' && !fixes.refreshing ? fixes.value.shapes : null
  useEffect(() => {
    onView(shapes && { shapes, preview: false })
  }, [shapes, onView])
  useEffect(() => () => onView(null), [onView])
  const t = useText()
  if (fixes.state !== 'ready')
    return (
      <section className="card fix">
        <Waiting reading={fixes} lines={3} />
      </section>
    )
  if (fixes.value.options.length === 0)
    return (
      <section className="card fix">
        <h3>{t('fix.title')}</h3>
        <p className="quiet none">{t('fix.none')}</p>
      </section>
    )
  return <Repairs key={finding.id} {...props} base={base} reply={fixes.value} />
}

function Repairs({
  finding,
  showing,
  onShowing,
  onView,
  onDone,
  base,
  reply,
}: Props & { readonly base: string; readonly reply: FixesReply }) {
  const t = useText()
  const address = useAddress()
  const { county } = usePlace()
  const { options } = reply
  const chosen = Math.min(options.length - 1, Math.max(0, Number(address.get('fix') ?? 0) || 0))
  const option = options[chosen]
  const [draft, setDraft, done] = useDraft(`fix/${county}/${finding.rule}/${finding.subjectKey}`, {
    within: 0,
    areas: 'by-rule' as string,
    cause: 'correction' as string,
    reason: '',
  })
  const within = option.way === 'snap' ? draft.within || option.withinM || LEAST_M : null
  const areas = AREA_RULES.find((each) => each === draft.areas) ?? 'by-rule'
  const preview = useRead<FixPreview>(
    query(`${base}/fix`, {
      way: option.way,
      target: option.target,
      against: option.against,
      within: within === null ? null : String(within),
      areas,
    }),
  )
  const shown = preview.state === 'ready' && !preview.refreshing ? preview.value : null
  useEffect(() => {
    onView(shown ? { shapes: shown.shapes, preview: true } : { shapes: reply.shapes, preview: false })
  }, [shown, reply.shapes, onView])
  const act = useAct(
    () =>
      send<{ rev?: number }>(`${base}/fix`, {
        way: option.way,
        target: option.target,
        against: option.against,
        withinM: within,
        areas,
        head: shown?.head ?? reply.head,
        cause: draft.cause,
        reason: draft.reason.trim(),
      }),
    // not the preview itself: what it repairs is no longer there
    ['findings?', 'check', 'revisions', 'count', 'patches', 'areas'].map((what) => `/api/counties/${county}/${what}`),
  )
  const ready = shown?.holds === true && draft.reason.trim() !== '' && !act.isPending
  const apply = () => {
    if (!ready) return
    act.mutate(undefined, {
      onSuccess: ({ rev }) => {
        done()
        onDone(rev)
      },
    })
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Ctrl+Enter saves from any field of the card
    <section className="card fix" data-showing={showing} onKeyDown={onSave(apply)}>
      <h3>{t('fix.title')}</h3>
      <Radio.Group
        className="fix-options"
        value={chosen}
        onChange={({ target }) => address.set({ fix: target.value === 0 ? null : String(target.value) })}
        aria-label={t('fix.title')}
      >
        {options.map((each, i) => (
          <Radio key={`${each.way} ${each.target}`} value={i}>
            <Said option={each} proposed={i === 0} />
          </Radio>
        ))}
      </Radio.Group>
      {within !== null && (
        <p className="fix-within">
          <label htmlFor="fix-within">{t('fix.within')}</label>
          <InputNumber
            id="fix-within"
            size="small"
            min={LEAST_M}
            max={MOST_M}
            step={0.01}
            value={within}
            suffix="m"
            onChange={(value) => setDraft({ within: typeof value === 'number' ? value : 0 })}
          />
        </p>
      )}
      {preview.state === 'ready' ? <Outcome preview={preview.value} dim={preview.refreshing} /> : <Waiting reading={preview} lines={4} />}
      <div className="fix-choice">
        <span>{t('fix.areas')}</span>
        <Segmented<string>
          size="small"
          value={areas}
          onChange={(next) => setDraft({ areas: next })}
          options={AREA_RULES.map((each) => ({ value: each, label: t(`fix-areas.${each}`), title: t(`fix-areas-what.${each}`) }))}
        />
      </div>
      <div className="fix-choice">
        <span>{t('fix.map')}</span>
        <Segmented<'before' | 'after'>
          size="small"
          value={showing}
          onChange={onShowing}
          options={[
            { value: 'before', label: t('fix.before') },
            { value: 'after', label: t('fix.after') },
          ]}
        />
        <small className="quiet">{t('fix.key')}</small>
      </div>
      <div className="form">
        <label htmlFor="fix-cause">{t('fix.cause')}</label>
        <Select
          id="fix-cause"
          value={draft.cause}
          onChange={(cause) => setDraft({ cause })}
          options={CAUSES.map((value) => ({ value, label: t(`cause.${value}`) }))}
        />
        <label htmlFor="fix-reason">{t('findings.reason')}</label>
        <Input.TextArea
          id="fix-reason"
          rows={2}
          maxLength={500}
          value={draft.reason}
          onChange={(event) => setDraft({ reason: event.target.value })}
        />
      </div>
      {act.error && <Trouble failure={act.error} />}
      <div className="row gap">
        <Button type="primary" disabled={!ready} loading={act.isPending} onClick={apply}>
          {t('fix.apply')}
        </Button>
        <small className="quiet">{t('fix.apply-what')}</small>
      </div>
    </section>
  )
}

function Said({ option, proposed }: { readonly option: FixOptionView; readonly proposed: boolean }) {
  const t = useText()
  const { way, target, against, why, borderM } = option
  return (
    <span className="fix-option">
      <b>
        {way === 'cut'
          ? t('fix.cut', { target, against: against ?? '' })
          : way === 'fill'
            ? t('fix.fill', { target })
            : t('fix.snap', { target })}
      </b>
      <small className="quiet">
        {wordOr(t, `fix-why.${why}`, why)}
        {borderM !== null && ` · ${t('fix.border', { metres: borderM.toFixed(2) })}`}
        {proposed && ` · ${t('fix.proposed')}`}
      </small>
    </span>
  )
}

const m2 = (area: number | null) => (area === null ? '—' : (area / 100).toFixed(2))
const signed = (value: number) => (Math.abs(value) < 0.005 ? '0.00' : `${value > 0 ? '+' : '−'}${Math.abs(value).toFixed(2)}`)

/** Areas of every row that changes, and what the rules say afterwards. */
function Outcome({ preview, dim }: { readonly preview: FixPreview; readonly dim: boolean }) {
  const t = useText()
  const officials = preview.rows.filter(({ before, after }) => before.official !== after.official)
  return (
    <div className={dim ? 'dim' : ''}>
      <table className="plain fix-areas">
        <thead>
          <tr>
            <th scope="col">{t('fix.row')}</th>
            <th scope="col" className="right">
              {t('fix.before')}
            </th>
            <th scope="col" className="right">
              {t('fix.after')}
            </th>
            <th scope="col" className="right">
              {t('fix.change')}
            </th>
          </tr>
        </thead>
        <tbody>
          {preview.rows.map(({ key, before, after, changeM2 }) => (
            <tr key={key}>
              <th scope="row">{key}</th>
              <td className="right number">{m2(before.computed)}</td>
              <td className="right number">{m2(after.computed)}</td>
              <td className="right number">{signed(changeM2)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t('fix.sum')}</th>
            <td className="right number">{m2(preview.sumBefore)}</td>
            <td className="right number">{m2(preview.sumAfter)}</td>
            <td className="right number">{signed((preview.sumAfter - preview.sumBefore) / 100)}</td>
          </tr>
        </tfoot>
      </table>
      {officials.length === 0 ? (
        <p className="quiet none">{t('fix.official-stays')}</p>
      ) : (
        officials.map(({ key, before, after }) => (
          <p key={key} className="none">
            {t('fix.official-moves', { key, from: officialOf(before), to: officialOf(after) })}
          </p>
        ))
      )}
      {preview.villages
        .filter(({ before, after, control }) => control !== null && Math.abs(after - control) > Math.abs(before - control))
        .map(({ village, name, after, control }) => (
          <p key={village} className="none">
            {t('fix.village', { name: name ?? village, total: m2(after), control: m2(control) })}
          </p>
        ))}
      <p className={`fix-verdict ${preview.holds ? 'good' : 'bad'}`}>
        <Icon name={preview.holds ? 'check' : 'warning'} size={15} />
        {preview.holds ? t('fix.holds') : preview.gone ? t('fix.brings-new') : t('fix.stays')}
      </p>
      {preview.fresh.map((each) => (
        <p key={each.message} className="quiet none">
          {each.ruleName}：{each.message}
        </p>
      ))}
    </div>
  )
}

const officialOf = ({ official, deducted, classArea }: AreasView) =>
  [official, deducted, classArea]
    .filter((each) => each !== null)
    .map(m2)
    .join(' / ')
