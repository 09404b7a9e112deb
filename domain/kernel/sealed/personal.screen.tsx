import { type Failure, send, useAct, useRead } from '@dishu/web-kit/read'
import { Refused, Trouble, Waiting } from '@dishu/web-kit/state.tsx'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText, wordOr } from '@dishu/web-kit/words'
import { Button, Input, Modal, Select } from 'antd'
import { useEffect, useState } from 'react'
import type { LookedReply, OpenedReply, PersonalReply } from './personal.wire.ts'

const minute = (iso: string) => new Date(iso).toLocaleString('sv-SE').slice(0, 16)

/** Beside a mask: the way to what it covers. */
export function PersonButton({ kind, id }: { readonly kind: string; readonly id: number }) {
  const t = useText()
  const [open, setOpen] = useState(false)
  return (
    <>
      <button type="button" className="link-button no-print" onClick={() => setOpen(true)}>
        {t('personal.open')}
      </button>
      {open && <PersonDialog kind={kind} id={id} onDone={() => setOpen(false)} />}
    </>
  )
}

/** The covered values of one row. What is opened is kept by this dialog alone, and forgotten when its time is over or the dialog goes. */
function PersonDialog({ kind, id, onDone }: { readonly kind: string; readonly id: number; onDone(): void }) {
  const t = useText()
  const { county } = usePlace()
  const base = `/api/counties/${county}/personal`
  const found = useRead<PersonalReply>(`${base}?kind=${kind}&id=${id}`)
  const [purpose, setPurpose] = useState<string | null>(null)
  const [note, setNote] = useState('')
  const [shown, setShown] = useState<Readonly<Record<string, OpenedReply>>>({})
  const seconds = useSecondsTo(shown, () => setShown({}))
  const broken = found.state === 'ready' && found.value.brokenUntil !== null && !found.value.mayOpen
  const act = useAct(
    (field: string) =>
      broken
        ? send<OpenedReply>(`${base}/open-broken`, { kind, id, field, note: note.trim() })
        : send<OpenedReply>(`${base}/open`, { kind, id, field, purpose: purpose ?? '', note: note.trim() }),
    [`${base}/log`],
  )
  const open = (field: string) => act.mutate(field, { onSuccess: (value) => setShown((before) => ({ ...before, [field]: value })) })
  const may = found.state === 'ready' && (found.value.mayOpen || broken)
  const ready = broken || purpose !== null
  return (
    <Modal open title={t('personal.title')} footer={null} onCancel={onDone} destroyOnHidden>
      {found.state !== 'ready' ? (
        <Waiting reading={found} lines={4} />
      ) : (
        <>
          {found.value.mayOpen && (
            <div className="form">
              <label htmlFor="personal-purpose">{t('personal.purpose')}</label>
              <Select
                id="personal-purpose"
                value={purpose}
                onChange={setPurpose}
                placeholder={t('personal.purpose-what')}
                options={found.value.purposes.map((each) => ({ value: each.id, label: each.name }))}
              />
              <label htmlFor="personal-note">{t('personal.note')}</label>
              <Input id="personal-note" maxLength={300} value={note} onChange={(event) => setNote(event.target.value)} />
            </div>
          )}
          <table className="plain personal">
            <tbody>
              {found.value.fields.map(({ field, name, mask, erased, purpose: held, basis, keepYears }) => (
                <tr key={field}>
                  <th scope="row" title={t('personal.held', { purpose: held, basis, years: keepYears })}>
                    {name}
                  </th>
                  <td className="break">
                    {shown[field] ? <b className="opened">{shown[field].value}</b> : <span className="number">{mask}</span>}
                    {erased && <small className="quiet"> {t('personal.erased', { on: erased })}</small>}
                  </td>
                  <td className="right">
                    {may && !shown[field] && !erased && (
                      <Button size="small" disabled={!ready} loading={act.isPending && act.variables === field} onClick={() => open(field)}>
                        {t('personal.open')}
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {seconds !== null && (
            <p className="countdown" role="timer">
              {t('personal.left', { time: `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}` })}{' '}
              <button type="button" className="link-button" onClick={() => setShown({})}>
                {t('personal.cover')}
              </button>
            </p>
          )}
          <Problem error={act.error} />
          <p className="quiet">{t(may ? 'personal.kept' : 'personal.may-not')}</p>
          {!may && <BreakGlass base={base} />}
          {found.value.mayAudit && <Looked path={`${base}/log?kind=${kind}&id=${id}`} />}
        </>
      )}
    </Modal>
  )
}

/** Seconds until the first of the opened values is covered again; null while none is open. */
function useSecondsTo(shown: Readonly<Record<string, OpenedReply>>, over: () => void): number | null {
  const [now, setNow] = useState(Date.now)
  const until = Object.values(shown).map((each) => new Date(each.until).getTime())
  const first = until.length === 0 ? null : Math.min(...until)
  const left = first === null ? null : Math.max(0, Math.ceil((first - now) / 1000))
  useEffect(() => {
    if (first === null) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [first])
  // a laptop that was shut has not counted: whenever the time is over, the values go
  useEffect(() => {
    if (left === 0) over()
  })
  return left
}

function BreakGlass({ base }: { readonly base: string }) {
  const t = useText()
  const [reason, setReason] = useState('')
  const [minutes, setMinutes] = useState(60)
  const act = useAct(() => send(`${base}/break-glass`, { reason: reason.trim(), minutes }), [base])
  return (
    <details className="break-glass">
      <summary>{t('personal.break')}</summary>
      <div className="form">
        <p className="quiet">{t('personal.break-what')}</p>
        <label htmlFor="break-reason">{t('personal.break-reason')}</label>
        <Input.TextArea id="break-reason" rows={2} value={reason} onChange={(event) => setReason(event.target.value)} />
        <label htmlFor="break-minutes">{t('personal.break-minutes')}</label>
        <Select
          id="break-minutes"
          value={minutes}
          onChange={setMinutes}
          options={[30, 60, 120, 180].map((value) => ({ value, label: t('personal.minutes', { minutes: value }) }))}
        />
        <Button danger disabled={reason.trim().length < 5} loading={act.isPending} onClick={() => act.mutate()}>
          {t('personal.break-go')}
        </Button>
        <Problem error={act.error} />
      </div>
    </details>
  )
}

/** Who looked at this person, and why. */
function Looked({ path }: { readonly path: string }) {
  const t = useText()
  const found = useRead<LookedReply>(path)
  return (
    <section className="looked">
      <h3>{t('personal.looked')}</h3>
      {found.state !== 'ready' ? (
        <Waiting reading={found} lines={3} />
      ) : found.value.looks.length === 0 ? (
        <p className="quiet">{t('personal.nobody')}</p>
      ) : (
        <table className="plain">
          <tbody>
            {found.value.looks.map((look, i) => (
              <tr key={i}>
                <td className="number nowrap">{minute(look.at)}</td>
                <td>{look.actor}</td>
                <td>
                  {wordOr(t, `access-act.${look.what}`, look.what)} {look.field}
                </td>
                <td className="break">
                  {look.purpose && wordOr(t, `purpose.${look.purpose}`, look.purpose)}{' '}
                  {look.note && <span className="quiet">{look.note}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function Problem({ error }: { readonly error: Failure | null }) {
  if (!error) return null
  return error.kind === 'refused' ? (
    <Refused message={error.refusal?.message ?? ''} hint={error.refusal?.hint} />
  ) : (
    <Trouble failure={error} />
  )
}
