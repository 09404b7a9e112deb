import { formatCount } from '@dishu/web-kit/areas'
import { useDraft } from '@dishu/web-kit/draft'
import { AreaText } from '@dishu/web-kit/figures.tsx'
import { onSave } from '@dishu/web-kit/keys'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { send, useAct, useRead } from '@dishu/web-kit/read'
import { Refused, Trouble, Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { useText, wordOr } from '@dishu/web-kit/words'
import { Button, Checkbox, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { Link } from 'wouter'
import { CAUSES } from '../records/records.ts'
import { bytes, fileNames, isUnderWay, ProgressLine, StateMark } from './intake.screen.tsx'
import type { IntakeView, LayerPreview } from './intake.wire.ts'
import { QuestionsForm } from './intake-questions.screen.tsx'

const hundredths = (m2: number | null) => (m2 === null ? null : Math.round(m2 * 100))

/** One import from its files to its revision. The page can be left and come back to at any time. */
export function IntakeScreen({ id }: { readonly id: string }) {
  const t = useText()
  const address = useAddress()
  const path = `/api/intakes/${id}`
  const reading = useRead<IntakeView>(path, (value) => (value === undefined || isUnderWay(value.state) ? 1_000 : false))
  const cancel = useAct((_: null) => send<IntakeView>(`${path}/cancel`, {}), ['/api/intakes'])
  if (reading.state !== 'ready') return <Waiting reading={reading} lines={8} />
  const intake = reading.value
  const open = isUnderWay(intake.state) || intake.state === 'needs-answers' || intake.state === 'ready'
  return (
    <div className="page wide-page">
      <header className="page-head">
        <Link href={address.link('/import')} className="icon-link" aria-label={t('nav.import')}>
          <Icon name="left" />
        </Link>
        <div className="grow">
          <h1>
            {fileNames(intake).slice(0, 2).join(', ')}
            {fileNames(intake).length > 2 && <span className="quiet"> +{fileNames(intake).length - 2}</span>}
          </h1>
          <p className="quiet">
            <StateMark state={intake.state} />{' '}
            {intake.files.length > 0 &&
              t('import.files-size', { count: intake.files.length, size: bytes(intake.files.reduce((sum, { size }) => sum + size, 0)) })}
          </p>
        </div>
        {open && (
          <Button onClick={() => cancel.mutate(null)} loading={cancel.isPending}>
            {t('import.cancel')}
          </Button>
        )}
      </header>
      {cancel.error && <Trouble failure={cancel.error} />}
      {isUnderWay(intake.state) && (
        <section className="card">
          {intake.progress ? <ProgressLine progress={intake.progress} /> : <p>{t('import.starting')}</p>}
          <p className="quiet">{t('import.may-leave')}</p>
        </section>
      )}
      {intake.refusal && <Refused message={intake.refusal.message} hint={intake.refusal.hint} />}
      {intake.state === 'failed' && !intake.refusal && <Refused message={t('import.failed')} hint={t('import.nothing-written')} />}
      {intake.state === 'cancelled' && <p className="note">{t('import.cancelled')}</p>}
      {intake.state === 'needs-answers' && <QuestionsForm key={intake.questions.map((question) => question.id).join()} intake={intake} />}
      {intake.state === 'done' && <Done intake={intake} />}
      {intake.layers.length > 0 && !isUnderWay(intake.state) && intake.state !== 'needs-answers' && <Preview intake={intake} />}
    </div>
  )
}

function Done({ intake }: { readonly intake: IntakeView }) {
  const t = useText()
  const address = useAddress()
  const unlaid = intake.revisions.reduce((sum, each) => sum + (each.unlaid ?? 0), 0)
  return (
    <section className="card done">
      <Icon name="check" size={24} />
      <div className="grow">
        <h2>{t('import.done')}</h2>
        <p className="quiet">{intake.revisions.map(({ county, rev }) => t('import.done-revision', { county, rev })).join(' ')}</p>
        {unlaid > 0 && <p className="note warn">{t('import.done-unlaid', { patches: formatCount(unlaid) })}</p>}
      </div>
      {intake.revisions.map(({ county, rev }) => (
        <span key={`${county}-${rev}`} className="row gap">
          <Link href={address.link('/audit', { county, within: null, known: null, undo: String(rev) })} className="danger-link">
            <Icon name="undo" size={14} /> {t('audit.undo')}
          </Link>
          <Link href={address.link('/', { county, within: null, known: null })} asChild>
            <Button type="primary">{t('import.to-overview')}</Button>
          </Link>
        </span>
      ))}
    </section>
  )
}

function Preview({ intake }: { readonly intake: IntakeView }) {
  const t = useText()
  const [confirming, setConfirming] = useState(false)
  const { layers, refusedRows, changedRows, changedFields, findings } = intake
  const sum = (of: (layer: LayerPreview) => number) => layers.reduce((total, layer) => total + of(layer), 0)
  const [added, changed, ended, refused] = [sum((l) => l.added), sum((l) => l.changed), sum((l) => l.ended), sum((l) => l.refused)]
  return (
    <>
      <section className="totals">
        {(
          [
            ['read', sum((l) => l.rowsRead)],
            ['added', added],
            ['changed', changed],
            ['unchanged', sum((l) => l.unchanged)],
            ['ended', ended],
            ['refused', refused],
          ] as const
        ).map(([name, value]) => (
          <div key={name} className={name === 'refused' && value > 0 ? 'alarm' : ''}>
            <b className="number">{formatCount(value)}</b>
            <span>{t(`import.${name}`)}</span>
          </div>
        ))}
      </section>
      <section className="card">
        <h3>{t('import.layers')}</h3>
        <div className="scroll-x">
          <table className="ledger">
            <thead>
              <tr>
                <th scope="col">{t('import.layer')}</th>
                <th scope="col">{t('import.standard')}</th>
                <th scope="col">{t('import.crs')}</th>
                {(['read', 'added', 'changed', 'unchanged', 'ended', 'refused'] as const).map((name) => (
                  <th key={name} scope="col" className="right">
                    {t(`import.${name}`)}
                  </th>
                ))}
                <th scope="col" className="right">
                  {t('import.area-in')}
                </th>
                <th scope="col" className="right">
                  {t('import.area-out')}
                </th>
              </tr>
            </thead>
            <tbody>
              {layers.map((layer) => (
                <LayerRow key={`${layer.file}/${layer.layer}`} layer={layer} />
              ))}
            </tbody>
          </table>
        </div>
      </section>
      {changedFields.length > 0 && (
        <section className="card">
          <h3>{t('import.changed-fields')}</h3>
          <p className="chips">
            {changedFields.map((field) => (
              <span key={`${field.kind}-${field.name}`} className="tag still">
                {wordOr(t, `kind.${field.kind}`, field.kind)} · {field.label} <b className="number">{formatCount(field.rows)}</b>
              </span>
            ))}
          </p>
          <div className="scroll-x tall">
            <table className="ledger">
              <tbody>
                {changedRows.slice(0, 200).map((row) => (
                  <tr key={`${row.layer}-${row.row}-${row.key}`}>
                    <td className="number">
                      {wordOr(t, `kind.${row.kind}`, row.kind)} {row.key}
                    </td>
                    <td className="quiet number">
                      {row.layer} · {t('dossier.row', { row: row.row })}
                    </td>
                    <td>
                      {row.fields.map((field) => (
                        <span key={field.name} className="change">
                          {field.label}:{' '}
                          <del>
                            <Value name={field.name} text={field.before} />
                          </del>{' '}
                          →{' '}
                          <ins>
                            <Value name={field.name} text={field.after} />
                          </ins>
                        </span>
                      ))}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
      {findings.length > 0 && (
        <section className="card">
          <h3>{t('import.findings')}</h3>
          <p className="chips">
            {findings.map((finding) => (
              <span key={finding.rule} className={`tag still ${finding.severity}`}>
                {finding.name} <b className="number">{formatCount(finding.rows)}</b>
              </span>
            ))}
          </p>
        </section>
      )}
      {refused > 0 && (
        <section className="card">
          <h3>
            {t('import.refused-rows')} <span className="quiet number">{formatCount(refused)}</span>
            <a className="right-link" href={`/api/intakes/${intake.id}/refused.csv`} download>
              <Icon name="download" size={14} /> {t('import.download-refused')}
            </a>
          </h3>
          <div className="scroll-x tall">
            <table className="ledger">
              <thead>
                <tr>
                  <th scope="col">{t('import.layer')}</th>
                  <th scope="col" className="right">
                    {t('import.row')}
                  </th>
                  <th scope="col">{t('import.field')}</th>
                  <th scope="col">{t('import.wrong')}</th>
                  <th scope="col">{t('import.to-do')}</th>
                </tr>
              </thead>
              <tbody>
                {refusedRows.map((row) => (
                  <tr key={`${row.file}-${row.layer}-${row.row}-${row.field}-${row.code}`}>
                    <td title={row.file}>{row.layer}</td>
                    <td className="right number">{row.row}</td>
                    <td className="number">{row.field ?? '—'}</td>
                    <td className="wrap">{row.message}</td>
                    <td className="quiet wrap">{row.hint ?? ''}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {refused > refusedRows.length && (
            <p className="quiet">{t('import.first-of', { shown: formatCount(refusedRows.length), count: refused })}</p>
          )}
        </section>
      )}
      {intake.state === 'ready' && (
        <div className="page-foot">
          <span>
            {t('import.would', {
              added: formatCount(added),
              changed: formatCount(changed),
              ended: formatCount(ended),
              refused: formatCount(refused),
            })}
          </span>
          <Button type="primary" onClick={() => setConfirming(true)} disabled={added + changed + ended === 0}>
            {t('import.confirm')}
          </Button>
        </div>
      )}
      {confirming && <ConfirmDialog intake={intake} counts={{ added, changed, ended, refused }} onDone={() => setConfirming(false)} />}
    </>
  )
}

/** A value as it stands in the register; its areas are whole hundredths of a square metre. */
function Value({ name, text }: { readonly name: string; readonly text: string | null }) {
  if (text === null || text === '') return '—'
  return name.endsWith('_area') && /^\d+$/.test(text) ? <AreaText area={Number(text)} /> : text
}

function LayerRow({ layer }: { readonly layer: LayerPreview }) {
  const t = useText()
  return (
    <>
      <tr>
        <td>
          {layer.layer} <small className="quiet">{layer.file}</small>
        </td>
        <td>
          {layer.standardName ?? <span className="alarm">{t('import.not-recognised')}</span>}{' '}
          <small className="quiet">{layer.format}</small>
        </td>
        <td className="number crs">
          {layer.crs ?? '—'} <small className="quiet">{layer.encoding}</small>
        </td>
        {[layer.rowsRead, layer.added, layer.changed, layer.unchanged, layer.ended, layer.refused].map((value, i) => (
          <td key={i} className={`right number${i === 5 && value > 0 ? ' alarm' : value === 0 ? ' quiet' : ''}`}>
            {formatCount(value)}
          </td>
        ))}
        <td className="right">
          <AreaText area={hundredths(layer.areaInM2)} />
        </td>
        <td className="right">
          <AreaText area={hundredths(layer.areaOutM2)} />
        </td>
      </tr>
      {layer.notes.map((note) => (
        <tr key={note.code + note.message} className="note-row">
          <td colSpan={11}>
            <Icon name="info" size={14} /> {note.message} {note.hint && <span className="quiet">{note.hint}</span>}
          </td>
        </tr>
      ))}
    </>
  )
}

type Counts = { readonly added: number; readonly changed: number; readonly ended: number; readonly refused: number }

function ConfirmDialog({ intake, counts, onDone }: { readonly intake: IntakeView; readonly counts: Counts; onDone(): void }) {
  const t = useText()
  const address = useAddress()
  const [{ reason, cause }, draft, done] = useDraft(`confirm/${intake.id}`, { reason: '', cause: 're-survey' })
  const secrecy = intake.questions.find(({ id }) => id === 'unclassified') // still to be said; asked here, so that nobody confirms without it
  const [unclassified, setUnclassified] = useState(secrecy === undefined)
  const confirm = useAct(
    async (_: null) => {
      if (secrecy) await send<IntakeView>(`/api/intakes/${intake.id}/answers`, { answers: { unclassified: 'yes' } })
      return send<IntakeView | { readonly review: string }>(`/api/intakes/${intake.id}/confirm`, { reason: reason.trim(), cause })
    },
    ['/api/'],
  )
  const complete = reason.trim() !== '' && unclassified
  const close = () => {
    done()
    onDone()
  }
  const go = () =>
    complete &&
    confirm.mutate(null, {
      onSuccess: (answer) => {
        close()
        // contracts and rights are written once another person has approved them
        if ('review' in answer) address.go(address.link('/audit', { tab: 'reviews' }))
      },
    })
  return (
    <Modal
      open
      wrapProps={{ onKeyDown: onSave(go) }}
      title={t('import.confirm-title')}
      okText={t('import.confirm-go', { count: counts.added + counts.changed + counts.ended })}
      okButtonProps={{ disabled: !complete }}
      confirmLoading={confirm.isPending}
      onOk={go}
      onCancel={onDone}
    >
      <p>
        {t('import.would', {
          added: formatCount(counts.added),
          changed: formatCount(counts.changed),
          ended: formatCount(counts.ended),
          refused: formatCount(counts.refused),
        })}
      </p>
      <p className="quiet">{t('import.can-undo')}</p>
      <div className="form">
        <label htmlFor="confirm-cause">{t('audit.cause')}</label>
        <Select<string>
          id="confirm-cause"
          value={cause}
          onChange={(next) => draft({ cause: next })}
          options={CAUSES.filter((name) => name !== 'undo').map((name) => ({ value: name, label: wordOr(t, `cause.${name}`, name) }))}
        />
        <label htmlFor="confirm-reason">{t('audit.reason')}</label>
        <Input.TextArea
          id="confirm-reason"
          rows={2}
          autoFocus
          value={reason}
          placeholder={t('import.reason-example')}
          onChange={(event) => draft({ reason: event.target.value })}
        />
      </div>
      {secrecy && (
        <Checkbox checked={unclassified} onChange={(event) => setUnclassified(event.target.checked)} className="confirm-tick">
          {secrecy.text}
        </Checkbox>
      )}
      {confirm.error && <Trouble failure={confirm.error} />}
    </Modal>
  )
}
