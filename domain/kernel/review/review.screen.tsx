import { send, useAct, useRead } from '@dishu/web-kit/read'
import { Empty, Refused, Trouble, Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText, wordOr } from '@dishu/web-kit/words'
import { Button, Input, Modal, Segmented } from 'antd'
import { useState } from 'react'
import type { ReviewReply, ReviewsReply, TriedReply } from './review.wire.ts'

const minute = (iso: string) => new Date(iso).toLocaleString('sv-SE').slice(0, 16)

/** What was asked, flattened to lines a reviewer can read. */
function linesOf(asked: Readonly<Record<string, unknown>>, prefix = ''): readonly (readonly [string, string])[] {
  return Object.entries(asked).flatMap(([name, value]) => {
    if (value === null || value === '' || name === 'county' || name === 'route') return []
    if (typeof value === 'object' && !Array.isArray(value)) return linesOf(value as Readonly<Record<string, unknown>>, prefix)
    return [[`${prefix}${name}`, Array.isArray(value) ? value.join(', ') : String(value)] as const]
  })
}

/** Four eyes: what waits for a second person, and what has been decided. */
export function ReviewsScreen() {
  const t = useText()
  const { county } = usePlace()
  const address = useAddress()
  const asked = address.get('state')
  const state = asked === 'all' || asked === 'draft' ? asked : 'submitted'
  const found = useRead<ReviewsReply>(`/api/counties/${county}/reviews${state === 'all' ? '' : `?state=${state}`}`)
  const open = address.get('review')
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <h1>{t('review.title')}</h1>
          <p className="quiet">{t('review.what')}</p>
        </div>
        <Segmented<string>
          value={state}
          onChange={(value) => address.set({ state: value === 'submitted' ? null : value })}
          options={['submitted', 'draft', 'all'].map((value) => ({ value, label: t(`review.show-${value}`) }))}
        />
      </header>
      {found.state !== 'ready' ? (
        <Waiting reading={found} lines={8} />
      ) : found.value.reviews.length === 0 ? (
        <Empty
          icon="audit"
          title={t(state === 'draft' ? 'review.no-draft-title' : 'review.none-title')}
          text={t(state === 'draft' ? 'review.no-draft' : 'review.none')}
        />
      ) : (
        <div className="scroll-x">
          <table className="ledger">
            <thead>
              <tr>
                <th scope="col">{t('review.act')}</th>
                <th scope="col">{t('review.of')}</th>
                <th scope="col">{t('review.area')}</th>
                <th scope="col">{t('review.author')}</th>
                <th scope="col">{t('audit.when')}</th>
                <th scope="col">{t('review.state')}</th>
                <th scope="col">
                  <span className="sr">{t('review.look')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {found.value.reviews.map((review) => (
                <tr key={review.id}>
                  <td>{review.actName}</td>
                  <td className="break">{review.title}</td>
                  <td className="number">{review.area}</td>
                  <td>{review.author}</td>
                  <td className="number nowrap">{minute(review.madeAt)}</td>
                  <td>
                    {t(`review.state-${review.state}`)}
                    {review.rev !== null && <span className="number quiet"> r{review.rev}</span>}
                  </td>
                  <td className="right">
                    <Button size="small" type="text" onClick={() => address.step({ review: review.id })}>
                      {t('review.look')}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {open !== null && (
        <ReviewDialog
          key={open}
          county={county}
          id={open}
          mayApprove={found.state === 'ready' && found.value.mayApprove}
          onDone={() => address.set({ review: null })}
        />
      )}
    </div>
  )
}

function ReviewDialog({
  county,
  id,
  mayApprove,
  onDone,
}: {
  readonly county: string
  readonly id: string
  readonly mayApprove: boolean
  onDone(): void
}) {
  const t = useText()
  const path = `/api/counties/${county}/reviews/${id}`
  const found = useRead<ReviewReply>(path)
  const [note, setNote] = useState('')
  const act = useAct(({ step, seen }: { step: string; seen?: string }) =>
    send<{ rev: number | null }>(`${path}/${step}`, { note: note.trim(), ...(seen ? { seen } : {}) }),
  )
  const review = found.state === 'ready' ? found.value : null
  const judges = review !== null && review.state === 'submitted' && !review.own && mayApprove
  const takes = (step: string, seen?: string) => act.mutate({ step, ...(seen ? { seen } : {}) }, { onSuccess: onDone })
  return (
    <Modal
      open
      title={review ? `${review.actName} · ${review.title}` : t('review.title')}
      onCancel={onDone}
      footer={
        review && (
          <>
            {review.own && review.state !== 'approved' && review.state !== 'withdrawn' && (
              <Button onClick={() => takes('withdraw')}>{t('review.withdraw')}</Button>
            )}
            {review.own && (review.state === 'draft' || review.state === 'returned') && (
              <Button type="primary" onClick={() => takes('submit')}>
                {t('review.submit')}
              </Button>
            )}
            {judges && (
              <>
                <Button danger disabled={note.trim() === ''} loading={act.isPending} onClick={() => takes('return', review.seen)}>
                  {t('review.return')}
                </Button>
                <Button type="primary" loading={act.isPending} onClick={() => takes('approve', review.seen)}>
                  {t('review.approve')}
                </Button>
              </>
            )}
          </>
        )
      }
    >
      {!review ? (
        <Waiting reading={found} lines={6} />
      ) : (
        <>
          <dl className="pairs">
            {linesOf(review.asked).map(([name, value]) => (
              <div key={name} className="contents">
                <dt>{wordOr(t, `review-field.${name}`, name)}</dt>
                <dd className="break">{value}</dd>
              </div>
            ))}
          </dl>
          {review.state !== 'approved' && review.state !== 'withdrawn' && <Tried path={path} />}
          <ol className="steps">
            {review.steps.map((step, i) => (
              <li key={i}>
                <b>{t(`review.step-${step.what}`)}</b> {step.actor} <span className="quiet number">{minute(step.at)}</span>
                {step.note && <p>{step.note}</p>}
              </li>
            ))}
          </ol>
          <p className={review.holds ? 'quiet' : 'alarm'}>
            {t(review.holds ? 'review.holds' : 'review.broken')} <span className="number">{review.seen.slice(0, 16)}</span>
          </p>
          {review.own && review.state === 'submitted' && <p className="quiet">{t('review.own')}</p>}
          {judges && (
            <div className="form">
              <label htmlFor="review-note">{t('review.note')}</label>
              <Input.TextArea id="review-note" rows={2} value={note} onChange={(event) => setNote(event.target.value)} />
              <p className="quiet">{t('review.note-what')}</p>
            </div>
          )}
          {act.error &&
            (act.error.kind === 'refused' ? (
              <Refused message={act.error.refusal?.message ?? ''} hint={act.error.refusal?.hint} />
            ) : (
              <Trouble failure={act.error} />
            ))}
        </>
      )}
    </Modal>
  )
}

/** What an approval would write: done by the server and taken back, when somebody asks. */
function Tried({ path }: { readonly path: string }) {
  const t = useText()
  const attempt = useAct(() => send<TriedReply>(`${path}/try`, {}))
  if (attempt.data)
    return attempt.data.rows.length === 0 ? (
      <p className="quiet">{t('review.tried-none')}</p>
    ) : (
      <table className="ledger">
        <thead>
          <tr>
            <th scope="col">{t('review.tried')}</th>
            <th scope="col" className="right">
              {t('review.made')}
            </th>
            <th scope="col" className="right">
              {t('review.closed')}
            </th>
          </tr>
        </thead>
        <tbody>
          {attempt.data.rows.map(({ kind, made, closed }) => (
            <tr key={kind}>
              <td>{wordOr(t, `kind.${kind}`, kind)}</td>
              <td className="right number">+{made}</td>
              <td className="right number">−{closed}</td>
            </tr>
          ))}
        </tbody>
      </table>
    )
  return (
    <>
      <Button size="small" loading={attempt.isPending} onClick={() => attempt.mutate()}>
        {t('review.try')}
      </Button>
      {attempt.error && <Refused message={attempt.error.refusal?.message ?? ''} hint={attempt.error.refusal?.hint} />}
    </>
  )
}
