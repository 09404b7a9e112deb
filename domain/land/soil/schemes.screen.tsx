import { query } from '@dishu/web-kit/address'
import { AreaText } from '@dishu/web-kit/figures.tsx'
import { send, useAct, useRead } from '@dishu/web-kit/read'
import { Trouble, Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText, wordOr } from '@dishu/web-kit/words'
import { Button, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { Link } from 'wouter'
import type { GradingReply, GradingView, MovesReply, SchemeView, SoilTaskView } from './maps.wire.ts'
import type { SoilGround } from './samples.layer.ts'
import { SchemeForm } from './scheme-form.screen.tsx'
import type { GradingStated, SchemeStated } from './schemes.ts'
import { SoilTask, useSoilTasks } from './soil-task.screen.tsx'

const BOUNDS = ['light', 'moderate', 'heavy', 'extreme'] as const

/** By which scheme and rules the county grades: seen, chosen, copied and changed; and who moved when it was. */
export function SchemesScreen({ ground }: { readonly ground: SoilGround }) {
  const t = useText()
  const place = usePlace()
  const address = useAddress()
  const { county } = place
  const tasks = useSoilTasks(county)
  const ended = tasks.filter(({ what, state }) => what === 'regrade' && state === 'done').length
  const reading = useRead<GradingReply>(query(`/api/counties/${county}/soil/grading`, { v: `${place.head}-${ended}` }))
  const [editing, setEditing] = useState<SchemeView | null>(null)
  const [change, setChange] = useState<GradingStated>({})
  const [written, setWritten] = useState<SchemeStated | null>(null)
  const [reason, setReason] = useState('')
  const [looked, setLooked] = useState<string | null>(null)
  const look = useAct(
    () =>
      send<SoilTaskView>(`/api/counties/${county}/soil/regrades`, { grading: change, scheme: written, reason: reason || '-', look: true }),
    [`/api/counties/${county}/soil/`],
  )
  const act = useAct(
    () => send<SoilTaskView>(`/api/counties/${county}/soil/regrades`, { grading: change, scheme: written, reason }),
    ['/api/counties/'],
  )
  if (reading.state !== 'ready') return <Waiting reading={reading} lines={12} />
  const { present, schemes, regrades } = reading.value
  const next: GradingView = { ...present, ...definedOf(change) }
  const shownId = next.scheme
  const shown = schemes.find(({ id }) => id === shownId) ?? null
  const changed =
    Object.keys(definedOf(change)).some((name) => next[name as keyof GradingView] !== present[name as keyof GradingView]) ||
    written !== null
  const gradeName = (id: string) => ground.grades.find((grade) => grade.id === id)?.name ?? wordOr(t, `grade.${id}`, id)
  const working = tasks.some(({ state }) => state === 'working')
  const rev = Number(address.get('regrade')) || null
  // what was looked at is no longer what is chosen
  const choose = (next: GradingStated) => {
    setChange(next)
    setLooked(null)
  }
  const go = () =>
    act.mutate(undefined, {
      onSuccess: () => {
        setChange({})
        setWritten(null)
        setReason('')
        setLooked(null)
      },
    })
  return (
    <div className="soil-scroll soil-schemes">
      <header className="side-head">
        <div>
          <h1>{t('soil-page.schemes')}</h1>
          <p className="quiet">{t('soil-schemes.intro')}</p>
        </div>
      </header>
      <SoilTask county={county} what="regrade" tasks={tasks} />
      <section className="soil-scheme-choice">
        <div className="soil-form-row">
          <div className="field">
            <span>{t('soil-schemes.scheme')}</span>
            <Select
              aria-label={t('soil-schemes.scheme')}
              value={shownId}
              options={[
                ...schemes.map(({ id, name, own }) => ({ value: id, label: own ? `${name} · ${t('soil-schemes.own')}` : name })),
                ...(written && !schemes.some(({ id }) => id === written.id)
                  ? [{ value: written.id, label: written.nameZh || written.nameEn }]
                  : []),
              ]}
              onChange={(scheme: string) => choose({ ...change, scheme })}
            />
          </div>
          <div className="field">
            <span>{t('soil-schemes.map-rule')}</span>
            <Select
              aria-label={t('soil-schemes.map-rule')}
              value={next.mapRule}
              options={['most-probable', 'worst-likely'].map((value) => ({
                value,
                label: t(`soil-rule.${value}`, { share: Math.round(next.mapShare * 100) }),
              }))}
              onChange={(mapRule: string) => choose({ ...change, mapRule })}
            />
          </div>
          {next.mapRule === 'worst-likely' && (
            <div className="field">
              <span>{t('soil-schemes.share')}</span>
              <InputNumber
                aria-label={t('soil-schemes.share')}
                min={1}
                max={99}
                value={Math.round(next.mapShare * 100)}
                onChange={(value) => value !== null && choose({ ...change, mapShare: value / 100 })}
              />
            </div>
          )}
          <div className="field">
            <span>{t('soil-schemes.rule')}</span>
            <Select
              aria-label={t('soil-schemes.rule')}
              value={next.rule}
              options={['median', 'worst', 'latest'].map((value) => ({ value, label: t(`soil-schemes.rule-${value}`) }))}
              onChange={(rule: string) => choose({ ...change, rule })}
            />
          </div>
        </div>
        {shown && <SchemeTable scheme={shown} gradeName={gradeName} />}
        <div className="row gap wrap">
          {shown && <Button onClick={() => setEditing(shown)}>{t(shown.own ? 'soil-schemes.edit' : 'soil-schemes.copy')}</Button>}
          {written && (
            <span className="soil-warning">
              {t('soil-schemes.written', { name: written.nameZh || written.nameEn })}{' '}
              <button type="button" className="link-button" onClick={() => setWritten(null)}>
                {t('soil-schemes.drop')}
              </button>
            </span>
          )}
        </div>
        <div className="soil-form-row">
          <div className="field">
            <span>{t('soil-schemes.reason')}</span>
            <Input
              aria-label={t('soil-schemes.reason')}
              value={reason}
              maxLength={500}
              onChange={(event) => setReason(event.target.value)}
            />
          </div>
          <Button
            disabled={!changed || working}
            loading={look.isPending}
            onClick={() => look.mutate(undefined, { onSuccess: ({ id }) => setLooked(id) })}
          >
            {t('soil-schemes.look')}
          </Button>
          <Button type="primary" disabled={!changed || reason.trim() === '' || working} loading={act.isPending} onClick={go}>
            {t('soil-schemes.regrade')}
          </Button>
        </div>
        {look.error && <Trouble failure={look.error} />}
        {looked !== null && (
          <SoilTask county={county} what="look" tasks={tasks.filter(({ id, state }) => id === looked || state === 'working')} />
        )}
        {looked !== null && tasks.some(({ id, state }) => id === looked && state === 'done') && (
          <section className="soil-look">
            <h3>{t('soil-schemes.would-move')}</h3>
            <Moves path={`/api/counties/${county}/soil/tasks/${looked}/moves`} gradeName={gradeName} />
          </section>
        )}
        {act.error && <Trouble failure={act.error} />}
      </section>
      <section>
        <h3>{t('soil-schemes.history')}</h3>
        {regrades.length === 0 && <p className="quiet">{t('soil-schemes.history-none')}</p>}
        <ul className="soil-notes">
          {regrades.map(({ rev: each, recordedAt, actor, reason: why, undoneBy }) => (
            <li key={each}>
              <Link
                href={address.link('/soil', { tab: 'schemes', regrade: String(each) })}
              >{`#${each} ${recordedAt.slice(0, 10)} ${why}`}</Link>
              <span className="quiet">
                {' '}
                {actor}
                {undoneBy !== null && ` · ${t('soil-schemes.undone', { rev: undoneBy })}`}
              </span>
            </li>
          ))}
        </ul>
        {rev !== null && <Moves path={`/api/counties/${county}/soil/regrades/${rev}`} gradeName={gradeName} />}
      </section>
      {editing && (
        <SchemeForm
          scheme={editing}
          today={place.today}
          gradeName={gradeName}
          onClose={(made) => {
            setEditing(null)
            if (made === null) return
            setWritten(made)
            choose({ ...change, scheme: made.id })
          }}
        />
      )}
    </div>
  )
}

const definedOf = (change: GradingStated) =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Partial<GradingView>

function SchemeTable({ scheme, gradeName }: { readonly scheme: SchemeView; gradeName(id: string): string }) {
  const t = useText()
  return (
    <div className="soil-scheme">
      <table>
        <thead>
          <tr>
            <th scope="col">{t('soil-schemes.indicator')}</th>
            {BOUNDS.map((bound) => (
              <th key={bound} scope="col" className="right">
                {gradeName(bound)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {scheme.indicators.map(({ name, unit, bounds, above }) => (
            <tr key={name}>
              <th scope="row">
                {t(`soil-value.${name}`)} <small className="quiet">{unit}</small>
              </th>
              {bounds.map((bound, i) => (
                <td key={BOUNDS[i]} className="right number">
                  {above && i === 3 ? '>' : '≥'} {bound}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="quiet">
        {t('soil-schemes.source', { source: scheme.source, day: scheme.readOn, mark: t(`soil-schemes.mark-${scheme.mark}`) })}
        {scheme.copiedFrom && ` · ${t('soil-schemes.copied-from', { id: scheme.copiedFrom })}`}
        {scheme.note && ` · ${scheme.note}`}
      </p>
    </div>
  )
}

/** Who moved from what to what, and why. */
function Moves({ path, gradeName }: { readonly path: string; gradeName(id: string): string }) {
  const t = useText()
  const address = useAddress()
  const reading = useRead<MovesReply>(path)
  if (reading.state !== 'ready') return <Waiting reading={reading} lines={5} />
  const { before, after, byMap, bySample, patches } = reading.value
  const list = (moves: MovesReply['byMap'], title: string) => (
    <div>
      <h4>{title}</h4>
      {moves.length === 0 && <p className="quiet">{t('soil-schemes.nobody')}</p>}
      <ul className="soil-notes">
        {moves.map((each) => (
          <li key={`${each.before} ${each.after}`}>
            {t('soil-schemes.moved', { before: gradeName(each.before), after: gradeName(each.after), patches: each.patches })}{' '}
            <AreaText area={each.area} />
          </li>
        ))}
      </ul>
    </div>
  )
  const changes = boundsChanged(before.schemeView, after.schemeView)
  return (
    <div className="soil-moves">
      <p>
        {t('soil-schemes.from-to', { before: before.schemeView?.name ?? before.scheme, after: after.schemeView?.name ?? after.scheme })}
        {before.mapRule !== after.mapRule || before.mapShare !== after.mapShare
          ? ` · ${t(`soil-rule.${before.mapRule}`, { share: Math.round(before.mapShare * 100) })} → ${t(`soil-rule.${after.mapRule}`, { share: Math.round(after.mapShare * 100) })}`
          : ''}
        {before.rule !== after.rule ? ` · ${t(`soil-schemes.rule-${before.rule}`)} → ${t(`soil-schemes.rule-${after.rule}`)}` : ''}
      </p>
      <ul className="soil-notes">
        {changes.map(({ name, grade, from, to }) => (
          <li key={`${name} ${grade}`}>
            {t(`soil-value.${name}`)} {gradeName(grade)}: {from ?? '—'} → {to ?? '—'}
          </li>
        ))}
      </ul>
      <div className="soil-form-row">
        {list(bySample, t('soil-schemes.by-sample'))}
        {list(byMap, t('soil-schemes.by-map'))}
      </div>
      {patches.length > 0 && (
        <table className="soil-area-table">
          <thead>
            <tr>
              <th scope="col">{t('soil-schemes.patch')}</th>
              <th scope="col">{t('soil-schemes.grade')}</th>
              <th scope="col" className="right">
                {t('soil-schemes.area')}
              </th>
              <th scope="col">{t('soil-schemes.why')}</th>
            </tr>
          </thead>
          <tbody>
            {patches.slice(0, 100).map(({ id, before: from, after: to, area, figures }) => (
              <tr key={id}>
                <td>
                  <Link href={address.link(`/parcels/${id}`)}>{id}</Link>
                </td>
                <td>
                  {gradeName(from)} → {gradeName(to)}
                </td>
                <td className="right number">
                  <AreaText area={area} />
                </td>
                <td>
                  {figures
                    .map(
                      ({ value, mean, before: was, after: is }) =>
                        `${t(`soil-value.${value}`)} ${mean}${was === is ? '' : ` (${was === null ? '—' : gradeName(was)} → ${is === null ? '—' : gradeName(is)})`}`,
                    )
                    .join('；')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}

function boundsChanged(before: SchemeView | null, after: SchemeView | null) {
  const names = new Set([...(before?.indicators ?? []), ...(after?.indicators ?? [])].map(({ name }) => name))
  return [...names].flatMap((name) =>
    BOUNDS.flatMap((grade, i) => {
      const of = (scheme: SchemeView | null) => scheme?.indicators.find((each) => each.name === name)?.bounds[i] ?? null
      return of(before) === of(after) ? [] : [{ name, grade, from: of(before), to: of(after) }]
    }),
  )
}
