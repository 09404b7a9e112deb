import { query } from '@dishu/web-kit/address'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { useLook, useNarrow } from '@dishu/web-kit/look/theme.tsx'
import type { Bounds } from '@dishu/web-kit/map/draw'
import { LazyMap } from '@dishu/web-kit/map/lazy-map.tsx'
import { aboveSheet, Panes } from '@dishu/web-kit/panes.tsx'
import { ask, useAct, useRead } from '@dishu/web-kit/read'
import { Empty, Trouble, Waiting } from '@dishu/web-kit/state.tsx'
import { type Column, DataTable } from '@dishu/web-kit/table/table.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText, wordOr } from '@dishu/web-kit/words'
import { Button, Dropdown, Select } from 'antd'
import { useMemo, useState } from 'react'
import { designLayers, designShapes } from './design.layer.ts'
import type { DesignPointView, DesignsReply, DesignView, RedrawReply } from './design.wire.ts'
import { DesignForm } from './design-form.screen.tsx'
import { linesOf, type SoilGround } from './samples.layer.ts'
import { useSoilTasks } from './soil-task.screen.tsx'

const FORMATS = ['xlsx', 'csv', 'gpx', 'kml', 'geojson'] as const

/** Where the next samples are to be taken: drawn, kept, carried out, and what has become of it. */
export function DesignScreen({ ground }: { readonly ground: SoilGround }) {
  const t = useText()
  const { county, asOf, known } = usePlace()
  const address = useAddress()
  const list = useRead<DesignsReply>(query(`/api/counties/${county}/soil/designs`, { asOf, known }))
  // what is being drawn is in the address: the page may be left meanwhile
  const task = address.get('draw')
  const [opened, setOpened] = useState(false)
  const making = opened || task !== null
  const tasks = useSoilTasks(county)
  const isDrawn = tasks.some(({ id, state }) => id === task && state === 'done')
  const drawing = useRead<DesignView>(isDrawn ? `/api/counties/${county}/soil/tasks/${task}/design` : null)
  const drawn = isDrawn && drawing.state === 'ready' ? drawing.value : null
  const designs = list.state === 'ready' ? list.value.designs : []
  const key = designs.find((each) => each.key === address.get('design'))?.key ?? designs[0]?.key ?? null
  const reading = useRead<DesignView>(key === null ? null : `/api/counties/${county}/soil/designs/${key}`)
  if (list.state !== 'ready') return <Waiting reading={list} lines={10} />
  if (designs.length === 0 && !making)
    return (
      <Empty
        icon="soil"
        title={t('design.empty-title')}
        text={t('design.empty')}
        action={
          <Button type="primary" icon={<Icon name="plus" size={15} />} onClick={() => setOpened(true)}>
            {t('design.new')}
          </Button>
        }
      />
    )
  const design = making ? drawn : reading.state === 'ready' ? reading.value : null
  const form = making && (
    <DesignForm
      known={list.value}
      drawn={drawn}
      task={task}
      onDraw={(id) => address.set({ draw: id, sel: null })}
      onKeep={(kept) => {
        setOpened(false)
        address.set({ design: kept.key, draw: null, sel: null })
      }}
      onClose={() => {
        setOpened(false)
        address.set({ draw: null })
      }}
    />
  )
  const chooser = !making && (
    <header className="side-head">
      <Select
        aria-label={t('soil-page.design')}
        value={key}
        options={designs.map((each) => ({ value: each.key, label: `${each.key} · ${each.title} · ${each.taken} / ${each.points}` }))}
        onChange={(next) => address.set({ design: next, sel: null })}
      />
      <Button type="primary" icon={<Icon name="plus" size={15} />} onClick={() => setOpened(true)}>
        {t('design.new')}
      </Button>
    </header>
  )
  return (
    <DesignPanes ground={ground} design={design} before={form || chooser}>
      {!making && reading.state !== 'ready' && <Waiting reading={reading} lines={6} />}
    </DesignPanes>
  )
}

function DesignPanes(props: {
  readonly ground: SoilGround
  readonly design: DesignView | null
  readonly before: React.ReactNode
  readonly children: React.ReactNode
}) {
  const t = useText()
  const place = usePlace()
  const address = useAddress()
  const narrow = useNarrow()
  const { tokens } = useLook()
  const { ground, design } = props
  const points = design?.points ?? NONE
  const selected = address.list('sel')
  const shapes = useMemo(() => designShapes(points, design?.request.round ?? false), [points, design])
  const chosen = points.find(({ code }) => code === selected[0])
  return (
    <Panes
      name="soil-design"
      sideWidth={440}
      sideMost={900}
      sheetTitle={design ? `${design.key ?? t('design.not-kept')} · ${t('design.count', { count: points.length })}` : t('soil-page.design')}
      side={
        <div className="figures design-side">
          {props.before}
          {props.children}
          {design && <DesignFacts design={design} />}
          {design && (
            <div className="soil-table">
              <DataTable<DesignPointView>
                name="design-points"
                label={t('design.list')}
                columns={columnsOf(t, points)}
                count={points.length}
                rowAt={(index) => points[index]}
                keyOf={({ code }) => code}
                selected={selected}
                onSelect={(keys) => address.set({ sel: keys.slice(0, 200) })}
              />
            </div>
          )}
        </div>
      }
      map={
        <LazyMap
          label={t('design.map')}
          sources={{ ...ground.sources, design: { type: 'geojson', data: shapes } }}
          layers={[
            ...linesOf(ground),
            ...designLayers(selected, { ink: tokens.mapInk, accent: tokens.accent, halo: tokens.halo, good: tokens.good }),
          ]}
          ground={tokens.land}
          fit={(place.bbox ?? null) as Bounds | null}
          fitSelection={
            chosen ? [chosen.longitude - 0.004, chosen.latitude - 0.004, chosen.longitude + 0.004, chosen.latitude + 0.004] : null
          }
          pickable={['design-points']}
          letters={ground.letters}
          {...(narrow ? { padding: aboveSheet() } : {})}
          onPick={(picked) => address.set({ sel: picked.map(({ properties }) => String(properties.code)).slice(0, 200) })}
          onLeave={() => address.set({ sel: null })}
        >
          {design && !narrow && (
            <div className="legend">
              <ul>
                {(['planned', 'taken'] as const).map((state) => (
                  <li key={state} className="soil-legend-row">
                    <span className={`dot ${state}`} />
                    <span>{t(`design-state.${state}`)}</span>
                    <span className="number">{state === 'taken' ? design.taken : points.length - design.taken}</span>
                  </li>
                ))}
              </ul>
            </div>
          )}
          {place.synthetic && <p className="map-note">{t('synthetic.short')}</p>}
        </LazyMap>
      }
    />
  )
}
const NONE: readonly DesignPointView[] = []

const columnsOf = (t: ReturnType<typeof useText>, points: readonly DesignPointView[]): readonly Column<DesignPointView>[] => {
  const order = new Map(points.map(({ code }, i) => [code, i + 1]))
  return [
    { id: 'order', title: '#', width: 48, align: 'right', text: ({ code }) => String(order.get(code) ?? '') },
    { id: 'code', title: t('design.code'), width: 88, text: ({ code }) => code },
    { id: 'village', title: t('column.village'), width: 96, text: ({ villageName, village }) => villageName ?? village },
    { id: 'patch', title: t('design.patch'), width: 72, text: ({ patchNumber, patchId }) => patchNumber ?? String(patchId) },
    { id: 'state', title: t('design.state'), width: 72, text: ({ state }) => t(`design-state.${state}`) },
    {
      id: 'sample',
      title: t('column.sample'),
      width: 120,
      text: ({ sample, metres }) => (sample === null ? '' : `${sample}${metres === null ? '' : ` · ${metres} m`}`),
    },
    {
      id: 'place',
      title: t('design.coordinates'),
      width: 170,
      text: ({ longitude, latitude }) => `${longitude.toFixed(6)}, ${latitude.toFixed(6)}`,
    },
    {
      id: 'distance',
      title: t('design.distance'),
      width: 84,
      align: 'right',
      text: ({ distanceM }) => (distanceM === null ? '—' : `${distanceM} m`),
    },
  ]
}

/** What a design comes to: its way and cost, strata planned and taken, files, and whether it can be drawn again. */
function DesignFacts({ design }: { readonly design: DesignView }) {
  const t = useText()
  const { county } = usePlace()
  const { figures, frame, key } = design
  const redraw = useAct(() => ask<RedrawReply>(`/api/counties/${county}/soil/designs/${key}/redraw`), [])
  const again = redraw.data
  return (
    <section className="design-facts">
      <p>
        <b>{t(`design-method.${design.method}`)}</b> · {t('design.count', { count: design.points.length })} ·{' '}
        {t('design.route', { km: (figures.routeM / 1000).toFixed(1) })}
        {figures.cost > 0 && ` · ${t('design.costs', { yuan: Math.round(figures.cost) })}`} ·{' '}
        {t('design.seeded', { seed: design.request.seed })}
      </p>
      <p className="quiet">
        {t('design.frame', { candidates: frame.candidates, spacing: Math.round(frame.spacingM) })}
        {figures.errorBefore !== null &&
          figures.errorAfter !== null &&
          ` ${t('design.error', { before: figures.errorBefore.toFixed(3), after: figures.errorAfter.toFixed(3) })}`}
        {figures.objective !== null && ` ${t('design.objective', { objective: figures.objective.toFixed(3) })}`}
      </p>
      {(design.strata.length > 1 || design.key !== null) && (
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">{t('design.strata')}</th>
              <th scope="col" className="right">
                km²
              </th>
              <th scope="col" className="right">
                {t('design-state.planned')}
              </th>
              <th scope="col" className="right">
                {t('design-state.taken')}
              </th>
              <th scope="col" className="right" title={t('design.inclusion-why')}>
                {t('design.inclusion')}
              </th>
            </tr>
          </thead>
          <tbody>
            {design.strata.map((stratum) => (
              <tr key={stratum.id}>
                <td>{wordOr(t, `grade.${stratum.id}`, stratum.name)}</td>
                <td className="right number">{(stratum.areaM2 / 1e6).toFixed(2)}</td>
                <td className="right number">{stratum.planned}</td>
                <td className="right number">{stratum.taken}</td>
                <td className="right number">{stratum.inclusion === null ? '—' : stratum.inclusion.toFixed(4)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {key === null ? (
        <p className="no-structure">{t('design.not-kept-why')}</p>
      ) : (
        <div className="row gap wrap">
          <Dropdown
            trigger={['click']}
            menu={{
              items: FORMATS.map((format) => ({
                key: format,
                label: (
                  <a href={query(`/api/counties/${county}/soil/designs/${key}/export`, { format })} download>
                    {format.toUpperCase()}
                  </a>
                ),
              })),
            }}
          >
            <Button size="small" icon={<Icon name="download" size={14} />}>
              {t('design.export')}
            </Button>
          </Dropdown>
          <Button size="small" loading={redraw.isPending} onClick={() => redraw.mutate(undefined)}>
            {t('design.redraw')}
          </Button>
        </div>
      )}
      {redraw.error && <Trouble failure={redraw.error} />}
      {again && (
        <p role="status" className={again.same ? 'quiet' : 'no-structure'}>
          {t(again.same ? 'design.same' : again.sameGround ? 'design.differs' : 'design.ground-moved', {
            differing: again.differing,
            points: again.points,
          })}
        </p>
      )}
    </section>
  )
}
