import { query } from '@dishu/web-kit/address'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { useLook, useNarrow } from '@dishu/web-kit/look/theme.tsx'
import type { Bounds, SourceSpec } from '@dishu/web-kit/map/draw'
import type { LayerSpec } from '@dishu/web-kit/map/layer-changes'
import { LazyMap } from '@dishu/web-kit/map/lazy-map.tsx'
import { aboveSheet, Panes } from '@dishu/web-kit/panes.tsx'
import { send, useAct, useRead } from '@dishu/web-kit/read'
import { Empty, Trouble, Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { Button, Segmented } from 'antd'
import { useEffect, useMemo, useState } from 'react'
import type { WaterReply } from '../water/water.wire.ts'
import { CompareView } from './compare.screen.tsx'
import { short, wanYuan } from './figures.screen.tsx'
import { FrontPanel } from './front.screen.tsx'
import { boundsOfPlan, coloursOf, PLAN_PICKABLE, planLayers, planShapes } from './plan.layer.ts'
import { PriceTime } from './price-time.screen.tsx'
import { pricedPeriods, priceLayers, priceShapes, pricesAt } from './prices.layer.ts'
import { ResultView } from './result.screen.tsx'
import { ScenarioForm } from './scenario-form.screen.tsx'
import { ScenarioList } from './scenario-list.screen.tsx'
import type { CompareReply, PlanTasksReply, ResultReply, ScenariosReply } from './scenarios.wire.ts'
import { SolvingView } from './solving.screen.tsx'
import { WhyPanel } from './why.screen.tsx'

export type PlanGround = {
  readonly sources: Readonly<Record<string, SourceSpec>>
  readonly layers: readonly LayerSpec[]
  readonly letters: string
}
const PLAY_MS = 1400

/** Scenarios of a plan: what is asked, how it is solved, and what comes out, on the map by year. */
export function PlanScreen({ ground }: { readonly ground: PlanGround }) {
  const t = useText()
  const narrow = useNarrow()
  const address = useAddress()
  const { tokens } = useLook()
  const place = usePlace()
  const { county } = place
  const tasks = useRead<PlanTasksReply>(`/api/counties/${county}/plan/tasks`, (value) =>
    value?.tasks.some(({ state }) => state === 'working' || state === 'stopping') ? 800 : false,
  )
  const list = tasks.state === 'ready' ? tasks.value.tasks : []
  const ended = list.filter(({ state }) => state === 'done').length
  const reading = useRead<ScenariosReply>(query(`/api/counties/${county}/plan/scenarios`, { v: `${place.head}-${ended}` }))
  const scenarios = reading.state === 'ready' ? reading.value.scenarios : []
  const scenario = scenarios.find(({ key }) => key === address.get('scenario')) ?? scenarios[0] ?? null
  const resultKey = scenario?.result?.key ?? null
  const result = useRead<ResultReply>(
    resultKey === null ? null : query(`/api/counties/${county}/plan/results/${resultKey}`, { v: String(place.head) }),
  )
  const shown = result.state === 'ready' && result.value.key === resultKey ? result.value : null
  const withKey = address.get('with')
  const other = scenarios.find(({ key }) => key === withKey)?.result?.key ?? null
  const comparing = useRead<CompareReply>(
    other && resultKey && other !== resultKey ? query(`/api/counties/${county}/plan/compare`, { a: resultKey, b: other }) : null,
  )
  const compared = other && comparing.state === 'ready' && comparing.value.b.key === other ? comparing.value : null
  const editing = address.get('edit')
  const years = shown?.terms.years ?? []
  const last = years[years.length - 1] ?? 0
  const asked = Number(address.get('year'))
  const year = years.includes(asked) ? asked : last
  const [playing, setPlaying] = useState(false)
  useEffect(() => {
    if (!playing) return
    const next = setTimeout(() => {
      const i = years.indexOf(year)
      if (i + 1 >= years.length) setPlaying(false)
      else address.set({ year: String(years[i + 1]) })
    }, PLAY_MS)
    return () => clearTimeout(next)
  }, [playing, year, years, address])
  const selected = Number(address.get('patch')) || null
  const act = useAct((path: string) => send<unknown>(`/api/counties/${county}/plan/${path}`, {}), [`/api/counties/${county}/plan`])
  const move = useAct(
    ({ key, to }: { readonly key: string; readonly to: string }) =>
      send<unknown>(`/api/counties/${county}/plan/scenarios/${key}/state`, { to }),
    [`/api/counties/${county}/plan`],
  )
  const ask = useAct(
    ({ key, ...front }: { readonly key: string; readonly second: string; readonly points: number }) =>
      send<unknown>(`/api/counties/${county}/plan/scenarios/${key}/front`, front),
    [`/api/counties/${county}/plan`],
  )
  const copy = useAct(
    (key: string) =>
      send<{ key: string }>(`/api/counties/${county}/plan/scenarios`, {
        from: key,
        title: t('plan.copy-of', { title: scenario?.title ?? '' }),
      }),
    [`/api/counties/${county}/plan`],
  )
  const periods = useMemo(() => (shown ? pricedPeriods(shown) : []), [shown])
  const isPriced = address.get('map') === 'prices' && periods.length > 0
  const askedPeriod = address.get('month') ?? ''
  const period = periods.includes(askedPeriod) ? askedPeriod : (periods[0] ?? '')
  const waterReading = useRead<WaterReply>(isPriced ? query(`/api/counties/${county}/water`, { v: String(place.head) }) : null)
  const water = waterReading.state === 'ready' ? waterReading.value.water : null
  const map = useMemo(() => {
    const look = { ink: tokens.mapInk, halo: tokens.halo, accent: tokens.accent }
    const of = (each: ResultReply) => ({
      sources: { ...ground.sources, plan: { type: 'geojson' as const, data: planShapes(each, year) } },
      layers: [
        ...ground.layers.filter(({ type }) => type === 'fill'),
        ...planLayers(each, year, selected, look),
        ...ground.layers.filter(({ type }) => type !== 'fill'),
      ],
    })
    if (isPriced && shown && water)
      return {
        one: {
          sources: { ...ground.sources, prices: { type: 'geojson' as const, data: priceShapes(water, pricesAt(shown, period)) } },
          layers: [...ground.layers.filter(({ type }) => type !== 'symbol'), ...priceLayers(look)],
        },
        two: null,
      }
    return { one: shown ? of(shown) : { sources: ground.sources, layers: ground.layers }, two: compared ? of(compared.b) : null }
  }, [shown, compared, year, selected, ground, tokens, isPriced, water, period])
  const fit = useMemo(() => (shown ? boundsOfPlan(shown) : null), [shown])

  if (reading.state !== 'ready') return <Waiting reading={reading} lines={10} />
  const close = (key: string | null) => address.set({ edit: null, ...(key ? { scenario: key } : {}) })
  const add = (
    <Button type="primary" icon={<Icon name="plus" size={15} />} onClick={() => address.set({ edit: 'new' })}>
      {t('plan.new')}
    </Button>
  )
  const own = list.filter(({ scenario: of }) => of === scenario?.key)
  // what ended before the newest result was written, by whatever way, is of no interest beside it
  const task =
    own.find(
      ({ what, state, at }) => what !== 'front' && (state === 'working' || state === 'stopping' || at > (scenario?.result?.at ?? '')),
    ) ?? null
  const frontTask = own.find(({ what }) => what === 'front') ?? null
  const working = list.find(({ state }) => state === 'working' || state === 'stopping') ?? null
  const unit = scenario?.terms.objective ?? 'npv'
  const format = (value: number) => (unit === 'npv' ? wanYuan(value) : short(value))
  const side = (
    <div className="figures plan-side">
      {editing ? (
        <ScenarioForm key={editing} scenario={scenarios.find(({ key }) => key === editing) ?? null} onDone={close} />
      ) : (
        <>
          <header className="side-head">
            <div>
              <h1>{t('nav.plan')}</h1>
              <p className="quiet">{t('plan.count', { count: scenarios.length })}</p>
            </div>
            {add}
          </header>
          {scenarios.length === 0 && <Empty icon="plan" title={t('plan.empty-title')} text={t('plan.empty')} />}
          <ScenarioList
            scenarios={scenarios}
            selected={scenario?.key ?? null}
            me={reading.value.me}
            busy={working !== null}
            compared={withKey}
            onSelect={(key) => address.set({ scenario: key, patch: null, year: null, with: null })}
            onEdit={(key) => address.set({ edit: key })}
            onCopy={(key) => copy.mutate(key, { onSuccess: ({ key: made }) => address.set({ scenario: made, with: null }) })}
            onSolve={(key) => act.mutate(`scenarios/${key}/solve`)}
            onMove={(key, to) => (to === 'approved' ? act.mutate(`scenarios/${key}/approve`) : move.mutate({ key, to }))}
            onCompare={(key) => address.set({ with: key === withKey ? null : key })}
          />
          {[act.error, move.error, copy.error, ask.error].map((error) => error && <Trouble key={error.message} failure={error} />)}
          {task && <SolvingView task={task} format={format} onStop={() => act.mutate(`tasks/${task.id}/stop`)} />}
          {scenario && !compared && (
            <FrontPanel
              key={scenario.key}
              scenario={scenario}
              task={frontTask}
              busy={working !== null}
              onAsk={(second, points) => ask.mutate({ key: scenario.key, second, points })}
              onStop={() => frontTask && act.mutate(`tasks/${frontTask.id}/stop`)}
              onMade={(key) => address.set({ scenario: key, with: null })}
            />
          )}
          {compared && <CompareView reply={compared} onPatch={(patch) => address.set({ patch: String(patch) })} />}
          {resultKey !== null && !shown && <Waiting reading={result} lines={6} />}
          {shown && !compared && (
            <ResultView result={shown} county={county} onRecompute={() => act.mutate(`results/${shown.key}/recompute`)} />
          )}
        </>
      )}
    </div>
  )
  return (
    <Panes
      name="plan"
      side={side}
      sideWidth={500}
      sideMost={900}
      sheetTitle={scenario ? `${t('nav.plan')} · ${scenario.title}` : t('nav.plan')}
      map={
        <LazyMap
          label={t('plan.map', { title: shown?.title ?? '', year })}
          sources={map.one.sources}
          layers={map.one.layers}
          ground={tokens.land}
          fit={(fit ?? place.bbox) as Bounds | null}
          pickable={PLAN_PICKABLE}
          letters={ground.letters}
          {...(narrow ? { padding: aboveSheet() } : {})}
          onPick={(picked) => address.set({ patch: picked[0] ? String(picked[0].properties.id) : null })}
          curtain={map.two && compared ? { ...map.two, label: t('plan.curtain'), left: compared.a.title, right: compared.b.title } : null}
        >
          {shown && (
            <div className="plan-time">
              {periods.length > 0 && !compared && (
                <Segmented
                  size="small"
                  aria-label={t('plan.map-of')}
                  value={isPriced ? 'prices' : 'plan'}
                  options={(['plan', 'prices'] as const).map((value) => ({ value, label: t(`plan.map-${value}`) }))}
                  onChange={(value) => address.set({ map: value === 'prices' ? 'prices' : null })}
                />
              )}
              {isPriced ? (
                <PriceTime result={shown} periods={periods} period={period} onPeriod={(next) => address.set({ month: next })} />
              ) : (
                <>
                  <div className="row gap">
                    <Button
                      size="small"
                      aria-label={t(playing ? 'plan.pause' : 'plan.play')}
                      onClick={() => {
                        if (!playing && year === last) address.set({ year: String(years[0]) })
                        setPlaying(!playing)
                      }}
                    >
                      {playing ? '❚❚' : '▶'}
                    </Button>
                    {years.map((each) => (
                      <button
                        key={each}
                        type="button"
                        className={each === year ? 'here' : ''}
                        aria-pressed={each === year}
                        onClick={() => address.set({ year: String(each) })}
                      >
                        {each}
                      </button>
                    ))}
                  </div>
                  <ul>
                    {[...coloursOf(shown)].slice(0, 8).map(([option, colour]) => (
                      <li key={option}>
                        <i style={{ backgroundColor: colour }} /> {shown.names[option] ?? option}
                      </li>
                    ))}
                    <li>
                      <i style={{ backgroundColor: '#9AA3A8' }} /> {t('plan.left')}
                    </li>
                  </ul>
                </>
              )}
            </div>
          )}
          {place.synthetic && !narrow && <p className="map-note">{t('plan.synthetic')}</p>}
        </LazyMap>
      }
      inspector={
        selected !== null && shown ? (
          <WhyPanel county={county} result={shown} patch={selected} format={format} onClose={() => address.set({ patch: null })} />
        ) : null
      }
    />
  )
}
