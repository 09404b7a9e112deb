import { query } from '@dishu/web-kit/address'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { useNarrow } from '@dishu/web-kit/look/theme.tsx'
import type { Bounds } from '@dishu/web-kit/map/draw'
import { Panes } from '@dishu/web-kit/panes.tsx'
import { Failure, send, useAct, useRead } from '@dishu/web-kit/read'
import { useSettings } from '@dishu/web-kit/settings'
import { Refused, Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { Button, Input, Segmented } from 'antd'
import { useDeferredValue, useMemo, useState } from 'react'
import { BalanceSide } from './balance.screen.tsx'
import { type Draft, useDraft } from './draft.screen.tsx'
import { ImportBox } from './import-box.screen.tsx'
import { type Ground, NetworkMap } from './network-map.screen.tsx'
import { RowForm } from './row-form.screen.tsx'
import { SheetTable } from './sheet-table.screen.tsx'
import { findingText } from './water.messages.ts'
import { findingsOf, keyOf, type Row, rowsOf, SHEETS, type SheetId, type Water, type WaterFinding } from './water.ts'
import type { ChangesReply, WaterReply } from './water.wire.ts'

const VIEWS = ['balance', 'sheets', 'findings', 'files'] as const
type View = (typeof VIEWS)[number]

/** Water: the network on the map, balance, tables, findings, files. What is changed is a draft until it is saved as one revision. */
export function WaterScreen({ ground }: { readonly ground: Ground }) {
  const place = usePlace()
  const { county, asOf, known } = place
  const reading = useRead<WaterReply>(query(`/api/counties/${county}/water`, { asOf, known }))
  if (reading.state !== 'ready') return <Waiting reading={reading} lines={10} />
  const { value } = reading
  return <Desk key={`${county} ${value.rev} ${asOf} ${known}`} reply={value} ground={ground} locked={asOf !== null || known !== null} />
}

function Desk({ reply, ground, locked }: { readonly reply: WaterReply; readonly ground: Ground; readonly locked: boolean }) {
  const t = useText()
  const narrow = useNarrow()
  const address = useAddress()
  const draft = useDraft(reply.county, reply.water)
  const { water } = draft
  const settled = useDeferredValue(water)
  const findings = useMemo(() => findingsOf(settled), [settled])
  const asked = address.get('view') as View
  const view: View = VIEWS.includes(asked) ? asked : 'balance'
  const selected = address.get('sel')
  const [adding, setAdding] = useState<SheetId | null>(null)
  const select = (next: string | null) => {
    setAdding(null)
    address.set({ sel: next })
  }
  const [sheet, key] = partsOf(selected)
  const row = sheet && key !== null ? (rowsOf(water, sheet).find((each) => keyOf(SHEETS[sheet], each) === key) ?? null) : null
  const shownSheet: SheetId = (address.get('sheet') as SheetId) in SHEETS ? (address.get('sheet') as SheetId) : (sheet ?? 'source')
  const count = (severity: string) => findings.filter((each) => each.severity === severity).length
  const nothing = Object.values(water).every((rows) => rows.length === 0)

  const side = (
    <div className="figures water-side">
      {!narrow && (
        <header className="side-head">
          <div>
            <h1>{t('nav.water')}</h1>
            <p className="quiet">
              {t('water.summary', {
                sources: water.sources.length,
                reaches: water.reaches.length,
                districts: water.districts.length,
                quotas: water.quotas.length,
              })}
            </p>
          </div>
        </header>
      )}
      {locked && <p className="note">{t('water.past')}</p>}
      <SaveBar draft={draft} reply={reply} />
      <Segmented
        block
        value={view}
        options={VIEWS.map((value) => ({
          value,
          label:
            value === 'findings' && findings.length > 0
              ? `${t('water.view-findings')} ${count('error') + count('warning')}`
              : t(`water.view-${value}`),
        }))}
        onChange={(value) => address.set({ view: String(value) })}
      />
      {nothing && view !== 'files' && <p className="quiet none">{t('water.empty')}</p>}
      {view === 'balance' && <BalanceSide water={water} isDraft={draft.changes.length > 0} />}
      {view === 'sheets' && (
        <SheetTable
          water={water}
          sheet={shownSheet}
          selected={sheet === shownSheet ? key : null}
          locked={locked}
          onSheet={(next) => address.set({ sheet: next, sel: null })}
          onSelect={(next) => select(next === null ? null : `${shownSheet}:${next}`)}
          onAdd={() => {
            address.set({ sel: null })
            setAdding(shownSheet)
          }}
        />
      )}
      {view === 'findings' && <FindingsList findings={findings} selected={selected} onSelect={select} />}
      {view === 'files' && <ImportBox onDone={() => address.set({ view: 'findings' })} />}
    </div>
  )
  const form =
    adding !== null
      ? { sheet: SHEETS[adding], row: blank(adding), isNew: true, key: `new ${adding}` }
      : row && sheet
        ? { sheet: SHEETS[sheet], row, isNew: false, key: `${selected} ${JSON.stringify(row).length}` }
        : null
  return (
    <Panes
      name="water"
      side={side}
      sideWidth={520}
      sideMost={900}
      sheetTitle={t('nav.water')}
      map={
        <NetworkMap
          draft={draft}
          ground={ground}
          findings={findings}
          selected={selected}
          locked={locked}
          fit={focusOf(findings, view === 'findings' ? selected : null)}
          onSelect={select}
        />
      }
      inspector={
        form && (
          <RowForm
            key={form.key}
            sheet={form.sheet}
            row={form.row}
            isNew={form.isNew}
            locked={locked}
            taken={new Set(rowsOf(water, form.sheet.id).flatMap((each) => (each === form.row ? [] : [keyOf(form.sheet, each)])))}
            onApply={(next) => {
              draft.apply(replaced(water, form.sheet.id, form.isNew ? null : form.row, next))
              select(`${form.sheet.id}:${keyOf(form.sheet, next)}`)
            }}
            onRemove={() => {
              draft.apply(replaced(water, form.sheet.id, form.row, null))
              select(null)
            }}
            onClose={() => select(null)}
          />
        )
      }
    />
  )
}

/** `reach:Q1` as its sheet and key. */
function partsOf(selected: string | null): readonly [SheetId | null, string | null] {
  const at = selected?.indexOf(':') ?? -1
  const sheet = selected?.slice(0, at) ?? ''
  return selected && sheet in SHEETS ? [sheet as SheetId, selected.slice(at + 1)] : [null, null]
}

function replaced(water: Water, id: SheetId, before: Row | null, after: Row | null): Water {
  const { of } = SHEETS[id]
  const rows = rowsOf(water, id)
  const next =
    before === null ? [...rows, ...(after ? [after] : [])] : rows.flatMap((each) => (each === before ? (after ? [after] : []) : [each]))
  return { ...water, [of]: next }
}

const blank = (id: SheetId): Row =>
  Object.fromEntries(
    SHEETS[id].fields.map(({ name, kind, choices }) => [
      name,
      kind === 'months'
        ? Array(12).fill(null)
        : name === 'mark'
          ? 'official'
          : name === 'soil'
            ? ''
            : kind === 'choice'
              ? (choices[0] ?? null)
              : null,
    ]),
  )

/** Brings the place of a chosen finding into view. */
function focusOf(findings: readonly WaterFinding[], selected: string | null): Bounds | null {
  const at = selected === null ? null : (findings.find(({ sheet, key }) => `${sheet}:${key}` === selected)?.at ?? null)
  const room = 0.02
  return at ? [at[0] - room, at[1] - room, at[0] + room, at[1] + room] : null
}

function FindingsList(props: {
  readonly findings: readonly WaterFinding[]
  readonly selected: string | null
  onSelect(selected: string): void
}) {
  const t = useText()
  const { language } = useSettings()
  if (props.findings.length === 0) return <p className="quiet none">{t('water.no-findings')}</p>
  return (
    <ul className="water-findings" aria-label={t('water.view-findings')}>
      {props.findings.map((finding) => {
        const { message, hint } = findingText(finding, language)
        const selected = `${finding.sheet}:${finding.key}`
        return (
          <li key={`${selected}${finding.code}${message}`} className={`${finding.severity}${props.selected === selected ? ' here' : ''}`}>
            <button type="button" onClick={() => props.onSelect(selected)}>
              <span className={`tag ${finding.severity}`}>{t(`water.severity-${finding.severity}`)}</span> {message}
              {hint && <small className="quiet">{hint}</small>}
            </button>
          </li>
        )
      })}
    </ul>
  )
}

/** How much is changed and not saved; saving is one revision, with a reason, refused where the register has moved on. */
function SaveBar({ draft, reply }: { readonly draft: Draft; readonly reply: WaterReply }) {
  const t = useText()
  const { county } = usePlace()
  const [reason, setReason] = useState('')
  const act = useAct<null, ChangesReply>(
    () => send<ChangesReply>(`/api/counties/${county}/water/changes`, { changes: draft.changes, reason, expected: reply.rev }),
    [`/api/counties/${county}`, '/api/session'],
  )
  const count = draft.changes.reduce((sum, { put, remove }) => sum + put.length + remove.length, 0)
  if (count === 0) return null
  const refusal = act.error instanceof Failure ? act.error.refusal : null
  return (
    <section className="water-save">
      <strong>{t('water.unsaved', { count })}</strong>
      <div className="row gap">
        <Input
          size="small"
          aria-label={t('water.reason')}
          placeholder={t('water.reason')}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
        <Button type="primary" size="small" loading={act.isPending} onClick={() => act.mutate(null, { onSuccess: draft.discard })}>
          {t('water.save')}
        </Button>
        <Button size="small" icon={<Icon name="undo" size={14} />} disabled={!draft.canUndo} onClick={draft.undo}>
          {t('water.undo')}
        </Button>
        <Button size="small" type="text" onClick={draft.discard}>
          {t('water.discard')}
        </Button>
      </div>
      {refusal && <Refused message={refusal.message} hint={refusal.hint} />}
      {act.error && !refusal && <p className="alarm">{act.error.message}</p>}
    </section>
  )
}
