import { query, toggled } from '@dishu/web-kit/address'
import { formatCount } from '@dishu/web-kit/areas'
import { useDraft } from '@dishu/web-kit/draft'
import { AreaText } from '@dishu/web-kit/figures.tsx'
import { onSave } from '@dishu/web-kit/keys'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { useLook, useNarrow } from '@dishu/web-kit/look/theme.tsx'
import type { LayerSpec } from '@dishu/web-kit/map/layer-changes'
import { LazyMap } from '@dishu/web-kit/map/lazy-map.tsx'
import type { Bounds, SourceSpec } from '@dishu/web-kit/map/map.tsx'
import { aboveSheet, Panes } from '@dishu/web-kit/panes.tsx'
import { send, useAct } from '@dishu/web-kit/read'
import { Empty, Trouble } from '@dishu/web-kit/state.tsx'
import { usePages } from '@dishu/web-kit/table/paged'
import { type Column, DataTable } from '@dishu/web-kit/table/table.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText, wordOr } from '@dishu/web-kit/words'
import { Button, Input, Modal, Segmented } from 'antd'
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { Link } from 'wouter'
import { CheckButton, CheckLine, useCheck } from './check-button.screen.tsx'
import { fixLayers } from './fixes.layer.ts'
import { FixCard, type FixView, isOfGeometry } from './fixes.screen.tsx'
import { findingLayers, findingShapes } from './quality.layer.ts'
import type { FindingsReply, FindingView } from './quality.wire.ts'

const STATES = ['open', 'accepted', 'all'] as const
const NONE: readonly FindingView[] = []

/** Findings by rule and place; accept as an exception with a reason and a name, or hand on. */
export function FindingsScreen({
  ground,
}: {
  readonly ground: {
    readonly sources: Readonly<Record<string, SourceSpec>>
    readonly layers: readonly LayerSpec[]
    readonly letters: string
  }
}) {
  const t = useText()
  const place = usePlace()
  const address = useAddress()
  const { tokens } = useLook()
  const mapLook = { ink: tokens.mapInk, accent: tokens.accent, danger: tokens.danger, halo: tokens.halo }
  const narrow = useNarrow()
  const rule = address.get('rule')
  const asked = address.get('state')
  const state = STATES.find((name) => name === asked) ?? 'open'
  const selected = address.list('sel')
  const within = place.within === place.county ? null : place.within
  const pages = usePages<FindingView, FindingsReply>((offset, limit) =>
    query(`/api/counties/${place.county}/findings`, { rule, within, state, offset: String(offset), limit: String(limit) }),
  )
  const run = useCheck()
  const [fixView, setFixView] = useState<FixView | null>(null)
  const [showing, setShowing] = useState<'before' | 'after'>('before')
  const [written, setWritten] = useState<{ readonly rev: number; readonly text: string } | null>(null)
  // a check that ran by itself, after an import, an undo or a repair, has made new findings
  const { running } = run
  const ran = useRef(running)
  const { retry } = pages
  useEffect(() => {
    if (ran.current && !running) retry()
    ran.current = running
  }, [running, retry])
  const reply = pages.first
  const rows = reply?.rows ?? NONE
  const [lead] = selected
  const shown = useMemo(() => rows.find(({ id }) => String(id) === lead) ?? null, [rows, lead])
  const shapes = useMemo(() => findingShapes(rows), [rows])
  const columns: readonly Column<FindingView>[] = [
    {
      id: 'severity',
      title: '',
      width: 34,
      text: (row) => wordOr(t, `severity.${row.severity}`, row.severity),
      show: (row) => <SeverityMark severity={row.severity} />,
    },
    ...(rule === null ? [{ id: 'ruleName', title: t('findings.rule'), width: 150, text: (row: FindingView) => row.ruleName }] : []),
    { id: 'subject', title: t('findings.subject'), width: 160, text: (row) => row.rows.join(' / ') },
    { id: 'message', title: t('findings.message'), width: 330, text: (row) => row.message },
    {
      id: 'village',
      title: t('column.village'),
      width: 110,
      text: (row) => place.areas.find(({ code }) => code === row.village)?.name ?? row.village ?? '—',
    },
    {
      id: 'area',
      title: t('column.area'),
      width: 110,
      align: 'right',
      text: (row) => String(row.area ?? ''),
      show: (row) => <AreaText area={row.area} />,
    },
    {
      id: 'state',
      title: t('findings.state'),
      width: 120,
      text: (row) =>
        row.accepted ? t('findings.accepted') : row.assigned ? t('findings.assigned-to', { name: row.assigned.to }) : t('findings.open'),
    },
  ]

  if (reply && reply.checkedRev === null)
    return (
      <Empty
        icon="findings"
        title={t('findings.never-title')}
        text={t('findings.never')}
        action={
          <>
            <CheckButton run={run} primary />
            <CheckLine run={run} />
          </>
        }
      />
    )
  const side = (
    <div className="list">
      <div className="list-tools">
        <Segmented<string>
          value={state}
          onChange={(next) => address.set({ state: next === 'open' ? null : next, sel: null })}
          options={STATES.map((name) => ({ value: name, label: t(`findings.${name}`) }))}
        />
        <span className="grow" />
        <CheckButton run={run} />
      </div>
      <CheckLine run={run} />
      {reply && !running && reply.checkedRev !== null && reply.outdated && (
        <p className="note">{t('findings.outdated', { checked: reply.checkedRev, head: reply.head })}</p>
      )}
      {reply?.geometry
        .filter(({ fault }) => fault !== null)
        .map(({ layer }) => (
          <p key={layer} className="note">
            {t('findings.no-proof', { layer: t(`fix-layer.${layer}`) })}
          </p>
        ))}
      {written !== null && (
        <p className="note">
          {t(written.text, { rev: written.rev })} <Link href={address.link('/audit')}>{t('nav.audit')}</Link>
        </p>
      )}
      {reply && (
        <ul className="rules" aria-label={t('findings.rules')}>
          <li>
            <button type="button" aria-pressed={rule === null} onClick={() => address.set({ rule: null, sel: null })}>
              <span className="severity" />
              <span>{t('findings.all-rules')}</span>
              <b className="number">{formatCount(reply.rules.reduce((sum, { open }) => sum + open, 0))}</b>
            </button>
          </li>
          {[...reply.rules]
            .sort((a, b) => b.open - a.open)
            .filter(({ open, accepted }) => open + accepted > 0)
            .map((item) => (
              <li key={item.rule}>
                <button
                  type="button"
                  aria-pressed={rule === item.rule}
                  title={item.source}
                  onClick={() => address.set({ rule: rule === item.rule ? null : item.rule, sel: null })}
                >
                  <SeverityMark severity={item.severity} />
                  <span>{item.name}</span>
                  {item.accepted > 0 && <small className="quiet">{t('findings.accepted-count', { count: item.accepted })}</small>}
                  <b className="number">{formatCount(item.open)}</b>
                </button>
              </li>
            ))}
        </ul>
      )}
      {pages.failure ? (
        <Trouble failure={pages.failure} retry={pages.retry} />
      ) : reply && pages.matched === 0 ? (
        <Empty icon="check" title={t('findings.none-title')} text={t('findings.none')} />
      ) : (
        <DataTable<FindingView>
          name="findings"
          label={t('nav.findings')}
          columns={columns}
          count={pages.matched}
          rowAt={pages.rowAt}
          keyOf={(row) => String(row.id)}
          selected={selected}
          dim={pages.refreshing}
          onSelect={(keys) => address.set({ sel: keys, fix: null })}
          onLook={pages.look}
        />
      )}
    </div>
  )
  return (
    <Panes
      name="findings"
      sideWidth={Math.round(Math.min(720, window.innerWidth * 0.5))}
      sideMost={1100}
      side={side}
      sheetTitle={t('findings.count', { count: pages.matched })}
      map={
        <LazyMap
          label={t('map.label', { name: place.name })}
          sources={{
            ...ground.sources,
            findings: { type: 'geojson', data: shapes },
            fix: { type: 'geojson', data: fixView?.shapes ?? NO_SHAPES },
          }}
          layers={[
            ...ground.layers,
            ...(fixView ? fixLayers(showing, mapLook) : []),
            ...findingLayers(lead ?? null, tokens, fixView !== null),
          ]}
          ground={tokens.land}
          fit={shown?.bbox ? around(shown.bbox, isOfGeometry(shown)) : place.bbox}
          fitSelection={shown?.bbox ? around(shown.bbox, isOfGeometry(shown)) : null}
          nearest={shown && isOfGeometry(shown) ? 19 : 17}
          {...(narrow ? { padding: aboveSheet() } : {})}
          pickable={['finding-boxes', 'finding-points']}
          letters={ground.letters}
          onPick={(picked) => address.set({ sel: picked.map(({ properties }) => String(properties.id)).slice(0, 1), fix: null })}
        />
      }
      inspector={
        shown ? (
          <FindingPane
            finding={shown}
            onClose={() => address.set({ sel: toggled(selected, String(shown.id)), fix: null })}
            onAccepted={(rev) => {
              setWritten({ rev: rev ?? 0, text: rev === undefined ? 'findings.proposed' : 'findings.accepted-as' })
              address.set({ sel: null, fix: null })
            }}
            onFlip={() => setShowing(showing === 'before' ? 'after' : 'before')}
          >
            {isOfGeometry(shown) && (
              <FixCard
                key={shown.id}
                finding={shown}
                showing={showing}
                onShowing={setShowing}
                onView={setFixView}
                onDone={(rev) => {
                  setWritten({ rev: rev ?? 0, text: rev === undefined ? 'findings.proposed' : 'fix.written' })
                  setShowing('before')
                  address.set({ sel: null, fix: null })
                }}
              />
            )}
          </FindingPane>
        ) : null
      }
    />
  )
}

const NO_SHAPES = { type: 'FeatureCollection', features: [] }

/** A box with room round it, so that a small parcel is seen among its neighbours; a defect of outlines is seen from nearer. */
function around([west, south, east, north]: Bounds, near: boolean): Bounds {
  const least = near ? 0.0003 : 0.002
  const [w, h] = [Math.max(east - west, least), Math.max(north - south, 0.75 * least)]
  const room = near ? 0.5 : 1
  return [west - room * w, south - room * h, east + room * w, north + room * h]
}

function SeverityMark({ severity }: { readonly severity: string }) {
  const t = useText()
  return (
    <span className={`severity ${severity}`} title={wordOr(t, `severity.${severity}`, severity)}>
      <Icon name={severity === 'notice' ? 'info' : 'warning'} size={15} />
    </span>
  )
}

type PaneProps = {
  readonly finding: FindingView
  readonly children: ReactNode
  onClose(): void
  onFlip(): void
  onAccepted(rev: number | undefined): void
}

function FindingPane({ finding, children, onClose, onFlip, onAccepted }: PaneProps) {
  const t = useText()
  const address = useAddress()
  const [doing, setDoing] = useState<'accept' | 'assign' | null>(null)
  // B turns the map from before to after wherever the cursor is: in the list, on the map or here
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLInputElement && event.target.type !== 'radio'
      if (event.key.toLowerCase() !== 'b' || event.ctrlKey || event.metaKey || typing || event.target instanceof HTMLTextAreaElement) return
      onFlip()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [onFlip])
  return (
    <div className="inspector">
      <header>
        <div>
          <small className="quiet">{wordOr(t, `severity.${finding.severity}`, finding.severity)}</small>
          <h2>{finding.ruleName}</h2>
        </div>
        <button type="button" className="icon-link" onClick={onClose} aria-label={t('state.close')}>
          <Icon name="close" />
        </button>
      </header>
      <div className="inspector-body">
        <div className="cards">
          <section className="card">
            <p className="lead">{finding.message}</p>
            {finding.hint && <p className="quiet">{finding.hint}</p>}
            <dl className="pairs">
              <dt>{t('findings.subject')}</dt>
              <dd className="number">
                {finding.subjectKind === 'patch' && finding.subjectId !== null && finding.rows.length === 1 ? (
                  <Link href={address.link(`/parcels/${finding.subjectId}`)}>{finding.rows[0]}</Link>
                ) : (
                  finding.rows.join(' / ')
                )}
              </dd>
              <dt>{t('column.area')}</dt>
              <dd>
                <AreaText area={finding.area} />
              </dd>
            </dl>
            {finding.accepted ? (
              <p className="note">
                {t('findings.accepted-by', { by: finding.accepted.by, reason: finding.accepted.reason, rev: finding.accepted.rev })}
              </p>
            ) : (
              <div className="row gap">
                <Button onClick={() => setDoing('accept')}>{t('findings.accept')}</Button>
                <Button onClick={() => setDoing('assign')}>{t('findings.assign')}</Button>
              </div>
            )}
            {finding.assigned && (
              <p className="note">
                {t('findings.assigned-note', { to: finding.assigned.to, by: finding.assigned.by, note: finding.assigned.note })}
              </p>
            )}
          </section>
          {!finding.accepted && children}
        </div>
      </div>
      {doing && <FindingDialog finding={finding} doing={doing} onDone={() => setDoing(null)} onAccepted={onAccepted} />}
    </div>
  )
}

function FindingDialog({
  finding,
  doing,
  onDone,
  onAccepted,
}: {
  readonly finding: FindingView
  readonly doing: 'accept' | 'assign'
  onDone(): void
  onAccepted(rev: number | undefined): void
}) {
  const t = useText()
  const { county } = usePlace()
  const [{ name, text }, draft, done] = useDraft(`${doing}/${county}/${finding.rule}/${finding.subjectKey}`, { name: '', text: '' })
  const base = `/api/counties/${county}/findings/${finding.id}`
  const act = useAct(async () => {
    if (doing === 'assign') await send<FindingView>(`${base}/assign`, { to: name.trim(), note: text.trim() })
    const accepted = doing === 'accept' ? await send<{ rev?: number }>(`${base}/accept`, { reason: text.trim(), name: name.trim() }) : null
    // here and not when all is read anew: the finding may be gone from the list by then, and this form with it
    done()
    if (accepted) onAccepted(accepted.rev)
  }, [`/api/counties/${county}/`])
  const ready = name.trim() !== '' && (doing === 'assign' || text.trim() !== '')
  const go = () => ready && !act.isPending && act.mutate(undefined, { onSuccess: onDone })
  return (
    <Modal
      open
      wrapProps={{ onKeyDown: onSave(go) }}
      title={t(`findings.${doing}-title`)}
      okText={t(`findings.${doing}`)}
      onOk={go}
      onCancel={onDone}
      confirmLoading={act.isPending}
      okButtonProps={{ disabled: !ready }}
    >
      <p className="quiet">{t(`findings.${doing}-what`)}</p>
      <div className="form">
        <label htmlFor="finding-name">{t(doing === 'accept' ? 'findings.name' : 'findings.to')}</label>
        <Input id="finding-name" autoFocus value={name} onChange={(event) => draft({ name: event.target.value })} />
        <label htmlFor="finding-text">{t(doing === 'accept' ? 'findings.reason' : 'findings.note')}</label>
        <Input.TextArea id="finding-text" rows={3} value={text} onChange={(event) => draft({ text: event.target.value })} />
      </div>
      {act.error && <Trouble failure={act.error} />}
    </Modal>
  )
}
