import type { SessionView } from '@dishu/kernel/records/records.wire'
import type { Proposed } from '@dishu/kernel/review/review.wire'
import type { BaselineView, ChangedPatches, ChangesReply, RecountView } from '@dishu/land/count/baseline.wire'
import { useVocabulary } from '@dishu/land/count/vocabulary.screen.tsx'
import { query } from '@dishu/web-kit/address'
import { formatArea, formatCount } from '@dishu/web-kit/areas'
import { send, useAct, useRead } from '@dishu/web-kit/read'
import { useSettings } from '@dishu/web-kit/settings'
import { Empty, Refused, Trouble, Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText, wordOr } from '@dishu/web-kit/words'
import { Button, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { Link } from 'wouter'
import { ChangesMap } from './changes-map.tsx'

const BY = ['saline', 'class', 'grade', 'owner', 'contract', 'area'] as const
type By = (typeof BY)[number]
const PAGE = 100

/** 变化: the frozen baselines, and what changed between two states, by cause, down to the patches. */
export function ChangesPage() {
  const t = useText()
  const address = useAddress()
  const { county, within, today } = usePlace()
  const baselines = useRead<{ baselines: readonly BaselineView[] }>(`/api/counties/${county}/baselines`)
  const [freezing, setFreezing] = useState(false)
  const all = baselines.state === 'ready' ? baselines.value.baselines : []
  const from = address.get('from') ?? all.at(-1)?.key ?? null
  const to = address.get('to')
  const by = BY.find((each) => each === address.get('by')) ?? 'saline'
  const params = { from, to, within: within === county ? null : within }
  const reading = useRead<ChangesReply>(from === null ? null : query(`/api/counties/${county}/changes`, { ...params, by }))
  if (baselines.state === 'failed') return <Trouble failure={baselines.failure} retry={baselines.retry} />
  if (baselines.state === 'loading') return <Waiting reading={{ state: 'loading' }} lines={10} />
  const states = all.map(({ key, title, day }) => ({ value: key, label: `${key} ${title} · ${day}` }))
  const stated = (value: string | null) => (value && !states.some((each) => each.value === value) ? [{ value, label: value }] : [])
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <h1>{t('nav.changes')}</h1>
          <p className="quiet">{t('changes.what')}</p>
        </div>
        <Button type="primary" onClick={() => setFreezing(true)}>
          {t('changes.freeze')}
        </Button>
      </header>
      {all.length > 0 && <Baselines all={all} county={county} />}
      <div className="changes-question">
        <div>
          <span>{t('changes.from')}</span>
          <Select
            aria-label={t('changes.from')}
            value={from}
            placeholder={t('changes.choose')}
            options={[...states, ...stated(from), { value: '@1', label: t('changes.first') }]}
            onChange={(value: string) => address.set({ from: value, cause: null })}
          />
        </div>
        <div>
          <span>{t('changes.to')}</span>
          <Select
            aria-label={t('changes.to')}
            value={to ?? ''}
            options={[{ value: '', label: t('changes.now', { date: today }) }, ...states, ...stated(to)]}
            onChange={(value: string) => address.set({ to: value, cause: null })}
          />
        </div>
        <div>
          <span>{t('changes.by')}</span>
          <Select
            aria-label={t('changes.by')}
            value={by}
            options={BY.map((value) => ({ value, label: t(`changes.by-${value}`) }))}
            onChange={(value: By) => address.set({ by: value })}
          />
        </div>
      </div>
      {from === null ? (
        <Empty
          icon="compare"
          title={t('changes.empty-title')}
          text={t('changes.empty')}
          action={<Button onClick={() => setFreezing(true)}>{t('changes.freeze')}</Button>}
        />
      ) : reading.state === 'failed' ? (
        <Trouble failure={reading.failure} retry={reading.retry} />
      ) : reading.state === 'loading' ? (
        <Waiting reading={reading} lines={8} />
      ) : (
        <Found reply={reading.value} by={by} params={params} dim={reading.refreshing} />
      )}
      {freezing && <FreezeDialog county={county} today={today} onDone={() => setFreezing(false)} />}
    </div>
  )
}

function Baselines({ all, county }: { readonly all: readonly BaselineView[]; readonly county: string }) {
  const t = useText()
  const { unit } = useSettings()
  const recount = useAct((key: string) => send<RecountView>(`/api/counties/${county}/baselines/${key}/recount`, {}), [])
  return (
    <div className="scroll-x">
      <table className="ledger">
        <thead>
          <tr>
            <th scope="col">{t('changes.baseline')}</th>
            <th scope="col">{t('changes.day')}</th>
            <th scope="col" className="right">
              {t('audit.rev')}
            </th>
            <th scope="col" className="right">
              {t(`unit.${unit}`)}
            </th>
            <th scope="col" className="right">
              {t('changes.patches')}
            </th>
            <th scope="col" />
          </tr>
        </thead>
        <tbody>
          {all.map(({ key, title, day, known, area, patches }) => (
            <tr key={key}>
              <td>
                <a href={`/api/counties/${county}/baselines/${key}`}>
                  {key} {title}
                </a>
              </td>
              <td className="number">{day}</td>
              <td className="right number">{known}</td>
              <td className="right number">{formatArea(area, unit)}</td>
              <td className="right number">{formatCount(patches)}</td>
              <td className="right">
                {recount.data?.key === key && (
                  <span role="status" className={recount.data.holds ? 'quiet' : 'changes-broken'}>
                    {t(recount.data.holds ? 'changes.holds' : 'changes.broken', {
                      area: (recount.data.fromRows.area / 100).toFixed(2),
                    })}{' '}
                  </span>
                )}
                <Button size="small" loading={recount.isPending && recount.variables === key} onClick={() => recount.mutate(key)}>
                  {t('changes.recount')}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {recount.error && <Trouble failure={recount.error} />}
    </div>
  )
}

type Params = Readonly<Record<'from' | 'to' | 'within', string | null>>

function Found(props: { readonly reply: ChangesReply; readonly by: By; readonly params: Params; readonly dim: boolean }) {
  const t = useText()
  const { unit } = useSettings()
  const words = useVocabulary()
  const place = usePlace()
  const address = useAddress()
  const { reply, by, params } = props
  const cause = address.get('cause')
  const names = new Map(place.areas.map(({ code, name }) => [code, name]))
  const nameOf = (value: string) => (by === 'area' ? (names.get(value) ?? value) : words.name(by, value))
  const changed = reply.rows.some(({ causes }) => Object.keys(causes).length > 0)
  return (
    <section className={props.dim ? 'dim' : ''}>
      <p className="quiet">
        {t('changes.states', { from: `${reply.from.day}@${reply.from.known}`, to: `${reply.to.day}@${reply.to.known}` })}
        {' · '}
        {t(reply.adds ? 'changes.adds' : 'changes.does-not-add')}
      </p>
      {!changed ? (
        <Empty icon="check" title={t('changes.none-title')} text={t('changes.none')} />
      ) : (
        <>
          <Waterfall reply={reply} />
          <div className="scroll-x">
            <table className="ledger">
              <thead>
                <tr>
                  <th scope="col">{t(`changes.by-${by}`)}</th>
                  <th scope="col" className="right">
                    {t('changes.before')}
                  </th>
                  {reply.causes.map((each) => (
                    <th scope="col" className="right" key={each.cause}>
                      <button
                        type="button"
                        className="link-button"
                        aria-pressed={cause === each.cause}
                        onClick={() => address.set({ cause: cause === each.cause ? null : each.cause })}
                      >
                        {causeName(t, each.cause)}
                      </button>
                    </th>
                  ))}
                  <th scope="col" className="right">
                    {t('changes.after')}
                  </th>
                  <th scope="col" className="right">
                    {t('changes.patches-more')}
                  </th>
                </tr>
              </thead>
              <tbody>
                {reply.rows.map((row) => {
                  const value = row.by[by] ?? ''
                  return (
                    <tr key={value}>
                      <th scope="row">{nameOf(value)}</th>
                      <td className="right number">{formatArea(row.before.area, unit)}</td>
                      {reply.causes.map((each) => (
                        <td className="right number" key={each.cause}>
                          {row.causes[each.cause] ? signed(row.causes[each.cause].area, unit) : ''}
                        </td>
                      ))}
                      <td className="right number">{formatArea(row.after.area, unit)}</td>
                      <td className="right number">{formatCount(row.after.patches - row.before.patches)}</td>
                    </tr>
                  )
                })}
              </tbody>
              <tfoot>
                <tr>
                  <th scope="row">
                    {t('changes.total')} <small>{t(`unit.${unit}`)}</small>
                  </th>
                  <td className="right number">{formatArea(reply.before.area, unit)}</td>
                  {reply.causes.map((each) => (
                    <td className="right number" key={each.cause}>
                      {signed(each.area, unit)}
                    </td>
                  ))}
                  <td className="right number">{formatArea(reply.after.area, unit)}</td>
                  <td className="right number">{formatCount(reply.after.patches - reply.before.patches)}</td>
                </tr>
              </tfoot>
            </table>
          </div>
          {cause && <Behind cause={cause} params={params} />}
          <ChangesMap params={params} by={by} />
        </>
      )}
    </section>
  )
}

type Text = ReturnType<typeof useText>
const causeName = (t: Text, cause: string) => wordOr(t, cause === 'day' ? 'changes.cause-day' : `cause.${cause}`, cause)
const signed = (area: number, unit: Parameters<typeof formatArea>[1]) => `${area > 0 ? '+' : ''}${formatArea(area, unit)}`

const WIDTH = 640
const LINE = 26
const LEFT = 130

/** What every cause brought and took, over the rows asked for: bars to the right and to the left of one line. What only moved shows on both sides. */
function Waterfall({ reply }: { readonly reply: ChangesReply }) {
  const t = useText()
  const { unit } = useSettings()
  const most = Math.max(1, ...reply.causes.flatMap(({ gained, lost }) => [gained, lost]))
  const middle = LEFT + (WIDTH - LEFT) / 2
  const scale = ((WIDTH - LEFT) / 2 - 90) / most
  return (
    <svg className="changes-chart" viewBox={`0 0 ${WIDTH} ${reply.causes.length * LINE + 8}`} role="img" aria-label={t('changes.chart')}>
      {reply.causes.map(({ cause, gained, lost }, i) => {
        const y = 4 + i * LINE
        return (
          <g key={cause}>
            <text className="series-label" x={LEFT - 8} y={y + 15} textAnchor="end">
              {causeName(t, cause)}
            </text>
            <rect className="changes-lost" x={middle - lost * scale} y={y + 3} width={lost * scale} height={LINE - 10} />
            <rect className="changes-gained" x={middle} y={y + 3} width={gained * scale} height={LINE - 10} />
            <text className="series-label" x={middle - lost * scale - 4} y={y + 15} textAnchor="end">
              {lost > 0 ? formatArea(-lost, unit) : ''}
            </text>
            <text className="series-label" x={middle + gained * scale + 4} y={y + 15}>
              {gained > 0 ? `+${formatArea(gained, unit)}` : ''}
            </text>
          </g>
        )
      })}
      <line className="series-grid" x1={middle} x2={middle} y1={0} y2={reply.causes.length * LINE + 8} />
    </svg>
  )
}

function Behind({ cause, params }: { readonly cause: string; readonly params: Params }) {
  const t = useText()
  const { unit } = useSettings()
  const { county } = usePlace()
  const words = useVocabulary()
  const address = useAddress()
  const reading = useRead<ChangedPatches>(query(`/api/counties/${county}/changes/patches`, { ...params, cause, limit: String(PAGE) }))
  if (reading.state === 'failed') return <Trouble failure={reading.failure} retry={reading.retry} />
  if (reading.state === 'loading') return <Waiting reading={reading} lines={5} />
  const { rows, matched } = reading.value
  return (
    <section>
      <h2>{t('changes.behind', { cause: causeName(t, cause), count: formatCount(matched) })}</h2>
      <div className="scroll-x">
        <table className="ledger">
          <tbody>
            {rows.map(({ id, rev, patchKey, villageName, parts }) => (
              <tr key={`${rev} ${id}`}>
                <td>
                  <Link href={address.link(`/parcels/${id}`)}>{patchKey ?? id}</Link>
                </td>
                <td>{villageName}</td>
                <td className="number">{rev === null ? '' : t('changes.rev', { rev })}</td>
                <td>
                  {parts.map((part, i) => (
                    <div key={i} className="number">
                      {signed(part.area, unit)}{' '}
                      <span className="quiet">
                        {(['class', 'grade', 'contract', 'saline'] as const)
                          .map((name) => words.name(name, String(part[name])))
                          .join(' · ')}
                      </span>
                    </div>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {matched > rows.length && <p className="quiet">{t('changes.first-rows', { count: formatCount(rows.length) })}</p>}
    </section>
  )
}

function FreezeDialog({ county, today, onDone }: { readonly county: string; readonly today: string; onDone(): void }) {
  const t = useText()
  const [title, setTitle] = useState('')
  const [day, setDay] = useState(today)
  const session = useRead<SessionView>('/api/session')
  const office = session.state === 'ready' && session.value.mode === 'office'
  const [put, setPut] = useState<Proposed['state'] | null>(null)
  const freeze = useAct(({ draft, ...asked }: { title: string; day: string; draft: boolean }) =>
    send<BaselineView | Proposed>(`/api/counties/${county}/baselines${draft ? '?draft=true' : ''}`, asked),
  )
  // in an office it waits for another person
  const go = (draft: boolean) =>
    freeze.mutate({ title, day, draft }, { onSuccess: (done) => ('review' in done ? setPut(done.state) : onDone()) })
  if (put)
    return (
      <Modal open title={t('changes.freeze')} onCancel={onDone} onOk={onDone} cancelButtonProps={{ hidden: true }}>
        <p>{t(put === 'draft' ? 'review.drafted' : 'review.put')}</p>
      </Modal>
    )
  return (
    <Modal
      open
      title={t('changes.freeze')}
      okText={t('changes.freeze-go')}
      confirmLoading={freeze.isPending}
      onOk={() => go(false)}
      onCancel={onDone}
      footer={(_, { OkBtn, CancelBtn }) => (
        <>
          <CancelBtn />
          {office && <Button onClick={() => go(true)}>{t('review.put-draft')}</Button>}
          <OkBtn />
        </>
      )}
    >
      <p>{t('changes.freeze-what')}</p>
      <div className="form">
        <label htmlFor="baseline-title">{t('changes.title')}</label>
        <Input id="baseline-title" value={title} maxLength={100} autoFocus onChange={(event) => setTitle(event.target.value)} />
        <label htmlFor="baseline-day">{t('changes.day')}</label>
        <Input id="baseline-day" type="date" value={day} onChange={(event) => setDay(event.target.value)} />
      </div>
      {freeze.error?.kind === 'refused' ? (
        <Refused message={freeze.error.refusal?.message ?? ''} hint={freeze.error.refusal?.hint} />
      ) : (
        freeze.error && <Trouble failure={freeze.error} />
      )}
    </Modal>
  )
}
