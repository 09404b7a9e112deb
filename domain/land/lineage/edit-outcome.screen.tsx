import type { Language, Sentence } from '@dishu/base/refusal'
import { useDraft } from '@dishu/web-kit/draft'
import { onSave } from '@dishu/web-kit/keys'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { send, useAct } from '@dishu/web-kit/read'
import { settings } from '@dishu/web-kit/settings'
import { Trouble } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText, wordOr } from '@dishu/web-kit/words'
import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { Link } from 'wouter'
import type { EditOutcome } from './drawing.layer.ts'
import { PART_COLOURS } from './edit.layer.ts'
import { messages } from './lineage.messages.ts'
import type { Around, GroundRow, LineageRefusal, Operation, Plan, RowAreas } from './lineage.ts'
import type { OperationReply } from './lineage.wire.ts'

const m2 = (area: number | null) => (area === null ? '—' : (area / 100).toFixed(2))
const signed = (area: number) => `${area > 0 ? '+' : area < 0 ? '−' : ''}${(Math.abs(area) / 100).toFixed(2)}`

/** The decision as the server would word it. */
const said = ({ code, details }: LineageRefusal): Sentence =>
  (messages[code] as (of: unknown) => Readonly<Record<Language, Sentence>>)(details)[settings().language]

/** Areas before and after as one draws, and what the rules say of it. */
export function Outcome({
  around,
  outcome,
  chosen,
}: {
  readonly around: Around
  readonly outcome: EditOutcome | null
  readonly chosen: readonly number[]
}) {
  const t = useText()
  if (outcome === null) {
    const rows = around.rows.filter(({ id }) => chosen.includes(id))
    return <Areas rows={rows.map((row) => ({ ...row, colour: null, was: null }))} total={null} />
  }
  if (!outcome.decided.ok) {
    const { message, hint } = said(outcome.decided.refusal)
    return (
      <p className="lineage-verdict bad" role="status">
        <Icon name="warning" size={15} /> {message} {hint && <small className="quiet">{hint}</small>}
      </p>
    )
  }
  const plan = outcome.decided.value
  const errors = outcome.brought.filter(({ blocks }) => blocks)
  return (
    <>
      <Areas rows={rowsAfter(plan, around)} total={plan} />
      <p className={`lineage-verdict ${errors.length > 0 ? 'bad' : 'good'}`} role="status">
        <Icon name={errors.length > 0 ? 'warning' : 'check'} size={15} />{' '}
        {errors.length > 0 ? t('lineage.brings', { count: errors.length }) : t('lineage.holds')}
      </p>
      {outcome.brought.map((each) => (
        <p key={`${each.rule} ${each.rows.join()}`} className={each.blocks ? 'lineage-error none' : 'quiet none'}>
          {wordOr(t, `lineage-rule.${each.rule.replace('geometry/', '')}`, each.rule)}：
          <span className="number">{each.rows.join('、')}</span>
          {each.areaM2 !== null && <span className="number"> {each.areaM2.toFixed(2)} m²</span>}
        </p>
      ))}
      {plan.reshaped.some(({ woven }) => woven) && (
        <p className="quiet none">{t('lineage.woven', { count: plan.reshaped.filter(({ woven }) => woven).length })}</p>
      )}
    </>
  )
}

type Shown = RowAreas & {
  readonly key: string
  readonly number?: string | null
  readonly colour: string | null
  readonly was: GroundRow | null
}
function rowsAfter(plan: Plan, around: Around): Shown[] {
  const known = new Map(around.rows.map((row) => [row.id, row]))
  const coloured = (i: number) => PART_COLOURS[i % PART_COLOURS.length]
  if (plan.made.length > 0) return plan.made.map((row, i) => ({ ...row, colour: coloured(i), was: null }))
  return plan.reshaped.flatMap((row, i) => (row.woven ? [] : [{ ...row, colour: coloured(i), was: known.get(row.id) ?? null }]))
}

function Areas({ rows, total }: { readonly rows: readonly Shown[]; readonly total: Plan | null }) {
  const t = useText()
  return (
    <div className="scroll-x">
      <table className="plain lineage-areas">
        <thead>
          <tr>
            <th scope="col">{t('lineage.row')}</th>
            <th scope="col" className="right">
              {t('lineage.official')}
            </th>
            <th scope="col" className="right">
              {t('lineage.computed')}
            </th>
            <th scope="col" className="right">
              {t('lineage.difference')}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row" className="number">
                {row.colour && <span className="chip" style={{ backgroundColor: row.colour }} />} {row.key}
                {row.number && <small className="quiet"> {row.number}</small>}
              </th>
              <td className="right number">
                {m2(row.official)}
                {row.was && row.was.official !== null && row.official !== null && (
                  <small className="quiet by"> {signed(row.official - row.was.official)}</small>
                )}
              </td>
              <td className="right number">{m2(row.computed)}</td>
              <td className="right number">{row.official === null ? '—' : signed(row.official - row.computed)}</td>
            </tr>
          ))}
        </tbody>
        {total && (
          <tfoot>
            {(['before', 'after'] as const).map((when) => (
              <tr key={when}>
                <th scope="row">{t(`lineage.sum-${when}`)}</th>
                <td className="right number">{m2(total[when].official)}</td>
                <td className="right number">{m2(total[when].computed)}</td>
                <td className="right number">{signed(total[when].difference)}</td>
              </tr>
            ))}
          </tfoot>
        )}
      </table>
    </div>
  )
}

const CAUSES = ['split-merge', 're-survey', 'correction', 'project', 'contract'] as const

/** Why and by which document; then it is written, and can be taken back at once. */
export function Saving({
  around,
  operation,
  ready,
  onReload,
}: {
  readonly around: Around
  readonly operation: Operation | null
  readonly ready: boolean
  onReload(): void
}) {
  const t = useText()
  const place = usePlace()
  const address = useAddress()
  const [draft, setDraft, done] = useDraft(`lineage/${place.county}`, { cause: 'split-merge' as string, reason: '', document: '' })
  const [saved, setSaved] = useState<OperationReply | null>(null)
  const base = `/api/counties/${place.county}`
  // not the rows that were drawn on: one of them is no more, and what came of it is shown here
  const after = ['lineage/patch', 'lineage/parcel', 'patches', 'count', 'areas', 'revisions', 'changes', 'findings?', 'check'].map(
    (what) => `${base}/${what}`,
  )
  const act = useAct((asked: unknown) => send<OperationReply>(`${base}/lineage/operations`, asked), after)
  const undo = useAct((rev: number) => send(`${base}/revisions/${rev}/undo`, { reason: t('lineage.undo-reason', { rev }) }), after)
  const go = ready && operation !== null && draft.reason.trim() !== '' && !act.isPending
  const save = () => {
    if (!go || !operation) return
    const ids = operation.kind === 'split' ? [operation.id] : operation.ids
    const seen = around.rows.filter(({ id }) => ids.includes(id)).map(({ id, since }) => ({ id, since }))
    const asked = {
      layer: around.layer,
      operation,
      seen,
      day: around.day,
      cause: draft.cause,
      reason: draft.reason.trim(),
      document: draft.document.trim(),
    }
    act.mutate(asked, {
      onSuccess: (reply) => {
        done()
        setSaved(reply)
      },
    })
  }
  if (saved)
    return (
      <section className="card lineage-saved" role="status">
        <p>
          <Icon name="check" size={15} />{' '}
          {undo.isSuccess ? t('lineage.taken-back', { rev: saved.rev }) : t('lineage.saved', { rev: saved.rev })}
        </p>
        {!undo.isSuccess && around.layer === 'patch' && (
          <ul>
            {saved.made.map(({ id, key }) => (
              <li key={id}>
                <Link href={address.link(`/parcels/${id}`)} className="number">
                  {key}
                </Link>
              </li>
            ))}
          </ul>
        )}
        {!undo.isSuccess && (
          <Button loading={undo.isPending} onClick={() => undo.mutate(saved.rev)}>
            {t('lineage.take-back')}
          </Button>
        )}
        {undo.error && <Trouble failure={undo.error} />}
      </section>
    )
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Ctrl+Enter saves from any field of the form
    <section className="form lineage-form" onKeyDown={onSave(save)}>
      <label htmlFor="lineage-reason">{t('lineage.reason')}</label>
      <Input.TextArea
        id="lineage-reason"
        rows={2}
        maxLength={500}
        value={draft.reason}
        onChange={({ target }) => setDraft({ reason: target.value })}
      />
      <label htmlFor="lineage-document">{t('lineage.document')}</label>
      <Input id="lineage-document" maxLength={200} value={draft.document} onChange={({ target }) => setDraft({ document: target.value })} />
      <label htmlFor="lineage-cause">{t('fix.cause')}</label>
      <Select
        id="lineage-cause"
        value={draft.cause}
        onChange={(cause) => setDraft({ cause })}
        options={CAUSES.map((value) => ({ value, label: t(`cause.${value}`) }))}
      />
      <p className="quiet none">{t('lineage.from-day', { day: around.day })}</p>
      {act.error && <Trouble failure={act.error} />}
      {act.error?.refusal?.code === 'lineage/changed-meanwhile' && (
        <Button
          onClick={() => {
            act.reset()
            onReload()
          }}
        >
          {t('lineage.reload')}
        </Button>
      )}
      <div className="row gap">
        <Button type="primary" disabled={!go} loading={act.isPending} onClick={save}>
          {t('lineage.save')}
        </Button>
        <small className="quiet">{t('lineage.save-what')}</small>
      </div>
    </section>
  )
}
