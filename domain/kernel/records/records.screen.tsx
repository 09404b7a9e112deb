import { formatCount } from '@dishu/web-kit/areas'
import { useDraft } from '@dishu/web-kit/draft'
import { onSave } from '@dishu/web-kit/keys'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { ask, type Failure, send, useAct } from '@dishu/web-kit/read'
import { settings } from '@dishu/web-kit/settings'
import { Empty, Refused, Trouble, Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText, wordOr } from '@dishu/web-kit/words'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, Input, Modal } from 'antd'
import { useState } from 'react'
import { Link } from 'wouter'
import type { RevisionView } from './records.wire.ts'

type Page = { readonly revisions: readonly RevisionView[]; readonly head: number }
const PAGE = 50
const minute = (iso: string) => {
  const at = new Date(iso)
  return Number.isNaN(at.getTime()) ? iso : at.toLocaleString('sv-SE').slice(0, 16)
}
const bytes = (size: number) => (size >= 1e6 ? `${(size / 1e6).toFixed(1)} MB` : size >= 1e3 ? `${Math.round(size / 1e3)} kB` : `${size} B`)

/** Audit: every revision of the county, who, when, why, from which file; an import can be undone. */
export function RevisionsScreen() {
  const t = useText()
  const { county, known } = usePlace()
  const address = useAddress()
  const undoing = address.get('undo')
  const [open, setOpen] = useState<number | null>(null)
  const found = useInfiniteQuery<Page, Failure, { pages: Page[] }, readonly string[], number | null>({
    queryKey: [`/api/counties/${county}/revisions`, settings().language],
    initialPageParam: null,
    queryFn: ({ pageParam, signal }) =>
      ask<Page>(`/api/counties/${county}/revisions?${pageParam === null ? '' : `before=${pageParam}&`}limit=${PAGE}`, { signal }),
    getNextPageParam: (last) => (last.revisions.length === PAGE ? (last.revisions.at(-1)?.rev ?? null) : null),
  })
  if (!found.data)
    return found.error ? (
      <Trouble failure={found.error} retry={() => void found.refetch()} />
    ) : (
      <Waiting reading={{ state: 'loading' }} lines={10} />
    )
  const revisions = found.data.pages.flatMap((page) => page.revisions)
  if (revisions.length === 0)
    return (
      <Empty
        icon="audit"
        title={t('audit.empty-title')}
        text={t('audit.empty')}
        action={
          <Button type="primary" onClick={() => address.go(address.link('/import'))}>
            {t('overview.empty-action')}
          </Button>
        }
      />
    )
  const toUndo = revisions.find(({ rev }) => String(rev) === undoing)
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <h1>{t('nav.audit')}</h1>
          <p className="quiet">{t('audit.what')}</p>
        </div>
      </header>
      <div className="scroll-x">
        <table className="ledger">
          <thead>
            <tr>
              <th scope="col" className="right">
                {t('audit.rev')}
              </th>
              <th scope="col">{t('audit.when')}</th>
              <th scope="col">{t('audit.who')}</th>
              <th scope="col">{t('audit.cause')}</th>
              <th scope="col">{t('audit.reason')}</th>
              <th scope="col">{t('audit.files')}</th>
              <th scope="col" className="right">
                {t('audit.made')}
              </th>
              <th scope="col" className="right">
                {t('audit.closed')}
              </th>
              <th scope="col">{t('audit.hash')}</th>
              <th scope="col">
                <span className="sr">{t('audit.undo')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {revisions.map((revision) => (
              <RevisionRows
                key={revision.rev}
                revision={revision}
                open={open === revision.rev}
                isKnown={known === String(revision.rev)}
                onOpen={() => setOpen(open === revision.rev ? null : revision.rev)}
                onUndo={() => address.set({ undo: String(revision.rev) })}
              />
            ))}
          </tbody>
        </table>
      </div>
      {found.hasNextPage && (
        <Button onClick={() => void found.fetchNextPage()} loading={found.isFetchingNextPage}>
          {t('audit.more')}
        </Button>
      )}
      {toUndo && toUndo.undoneBy === null && <UndoDialog county={county} revision={toUndo} onDone={() => address.set({ undo: null })} />}
    </div>
  )
}

function RevisionRows(props: {
  readonly revision: RevisionView
  readonly open: boolean
  readonly isKnown: boolean
  onOpen(): void
  onUndo(): void
}) {
  const t = useText()
  const address = useAddress()
  const { revision, open } = props
  const files = [...new Set(revision.sources.map(({ file }) => file))] // several layers may come from one
  return (
    <>
      <tr className={`${revision.undoneBy !== null ? 'undone' : ''}${props.isKnown ? ' chosen' : ''}`}>
        <td className="right">
          <button type="button" className="link-button number" aria-expanded={open} onClick={props.onOpen}>
            <Icon name={open ? 'down' : 'right'} size={12} /> {revision.rev}
          </button>
        </td>
        <td className="number">{minute(revision.recordedAt)}</td>
        <td>{revision.actor}</td>
        <td>
          {wordOr(t, `cause.${revision.cause}`, revision.cause)}
          {revision.undoes !== null && <span className="quiet"> {t('audit.undoes', { rev: revision.undoes })}</span>}
          {revision.undoneBy !== null && <span className="quiet"> {t('audit.undone-by', { rev: revision.undoneBy })}</span>}
        </td>
        <td className="reason">{revision.reason}</td>
        <td>
          {files.length === 0 ? (
            <span className="quiet">—</span>
          ) : files.length === 1 ? (
            files[0]
          ) : (
            t('audit.file-count', { count: files.length })
          )}
        </td>
        <td className="right number">{formatCount(revision.made)}</td>
        <td className="right number">{formatCount(revision.closed)}</td>
        <td>
          <code title={revision.hash}>{revision.hash.slice(0, 10)}</code>
        </td>
        <td className="right">
          {revision.undoneBy === null && (
            <Button size="small" type="text" danger icon={<Icon name="undo" size={14} />} onClick={props.onUndo}>
              {t('audit.undo')}
            </Button>
          )}
        </td>
      </tr>
      {open && (
        <tr className="ledger-more">
          <td />
          <td colSpan={9}>
            <Link href={address.link('/', { known: String(revision.rev) })}>{t('audit.see', { rev: revision.rev })}</Link>
            <p>
              <span className="quiet">{t('audit.hash')}</span> <code>{revision.hash}</code>
            </p>
            {revision.sources.map((source) => (
              <p key={`${source.file}-${source.layer}`} className="evidence">
                <Icon name="file" size={14} /> {source.file} · {source.layer} · <span className="number">{bytes(source.size)}</span>{' '}
                <code>sha256 {source.sha256}</code>
              </p>
            ))}
          </td>
        </tr>
      )}
    </>
  )
}

type Dependent = { readonly rev: number; readonly kind: string; readonly rows: number; readonly reason: string }
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

/** What stands in the way of an undo, as the refusal lists it: later revisions and how many of the same rows they changed. */
function dependentsFrom(failure: Failure | null): readonly Dependent[] {
  const { dependents, details } = failure?.refusal ?? {}
  const list = dependents ?? (isRecord(details) ? details.dependents : null)
  if (!Array.isArray(list)) return []
  return list.filter(isRecord).map(({ rev, kind, rows, reason }) => ({
    rev: Number(rev),
    kind: typeof kind === 'string' ? kind : '',
    rows: Number(rows ?? 0),
    reason: typeof reason === 'string' ? reason : '',
  }))
}

export function UndoDialog({ county, revision, onDone }: { readonly county: string; readonly revision: RevisionView; onDone(): void }) {
  const t = useText()
  const [{ reason }, draft, done] = useDraft(`undo/${county}/${revision.rev}`, { reason: '' })
  const undo = useAct((why: string) => send<RevisionView>(`/api/counties/${county}/revisions/${revision.rev}/undo`, { reason: why }))
  const dependents = dependentsFrom(undo.error)
  const close = () => {
    done()
    onDone()
  }
  const go = () => reason.trim() !== '' && undo.mutate(reason.trim(), { onSuccess: close })
  return (
    <Modal
      open
      wrapProps={{ onKeyDown: onSave(go) }}
      title={t('audit.undo-title', { rev: revision.rev })}
      okText={t('audit.undo-go', { count: revision.made + revision.closed })}
      okButtonProps={{ danger: true, disabled: reason.trim() === '' }}
      confirmLoading={undo.isPending}
      onOk={go}
      onCancel={onDone}
    >
      <p>{t('audit.undo-what', { made: formatCount(revision.made), closed: formatCount(revision.closed) })}</p>
      <div className="form">
        <label htmlFor="undo-reason">{t('audit.undo-reason')}</label>
        <Input.TextArea id="undo-reason" rows={2} autoFocus value={reason} onChange={(event) => draft({ reason: event.target.value })} />
      </div>
      {undo.error?.kind === 'refused' ? (
        <Refused message={undo.error.refusal?.message ?? ''} hint={undo.error.refusal?.hint}>
          {dependents.length > 0 && (
            <ul className="dependents">
              {dependents.slice(0, 50).map(({ rev, kind, rows, reason }) => (
                <li key={`${rev}-${kind}`} className="number">
                  {t('audit.dependent', { rev, rows: formatCount(rows), kind: wordOr(t, `kind.${kind}`, kind) })}{' '}
                  <span className="quiet">{reason}</span>
                </li>
              ))}
            </ul>
          )}
        </Refused>
      ) : (
        undo.error && <Trouble failure={undo.error} />
      )}
    </Modal>
  )
}
