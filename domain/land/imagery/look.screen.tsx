import { useRead } from '@dishu/web-kit/read'
import { useText } from '@dishu/web-kit/words'
import { Button, InputNumber, Segmented, Select, Slider } from 'antd'
import { useState } from 'react'
import { bandsOf, isBands } from './imagery.layer.ts'
import type { IndexView, SceneView, SummaryReply } from './imagery.wire.ts'
import { IndexForm } from './index-form.screen.tsx'

const COMBINATIONS: readonly (readonly [key: string, bands: string])[] = [
  ['natural', 'R,G,B'],
  ['false', 'N,R,G'],
  ['moisture', 'S1,N,R'],
  ['salt', 'S2,S1,R'],
]

/** What the map shows of a scene. */
export function LookChooser({
  county,
  scene,
  indices,
  show,
  stretch,
  opacity,
  onShow,
  onStretch,
  onOpacity,
}: {
  readonly county: string
  readonly scene: SceneView
  readonly indices: readonly IndexView[]
  readonly show: string
  readonly stretch: readonly number[] | null
  readonly opacity: number
  onShow(show: string): void
  onStretch(stretch: readonly number[] | null): void
  onOpacity(opacity: number): void
}) {
  const t = useText()
  const [writing, setWriting] = useState(false)
  const has = (ids: string) => ids.split(',').every((id) => scene.bands.some((band) => band.id === id))
  const asBands = isBands(show)
  const there = COMBINATIONS.filter(([, bands]) => has(bands))
  const index = indices.find(({ id }) => id === show) ?? null
  const usable = indices.filter(({ id }) => scene.indices.includes(id))
  const bandOptions = scene.bands.map(({ id, name, roleName }) => ({ value: id, label: roleName ? `${roleName} (${name})` : name }))
  return (
    <section className="look">
      <Segmented
        block
        value={asBands ? 'bands' : 'index'}
        options={[
          { value: 'bands', label: t('imagery.bands') },
          { value: 'index', label: t('imagery.index'), disabled: usable.length === 0 },
        ]}
        onChange={(next) =>
          onShow(
            next === 'bands'
              ? `bands:${there[0]?.[1] ?? bandsOf(`bands:${scene.bands[0].id}`).join(',')}`
              : (usable.find(({ id }) => id === 'NDVI') ?? usable[0]).id,
          )
        }
      />
      {asBands ? (
        <>
          {there.length > 0 && (
            <div className="row gap wrap">
              {there.map(([key, bands]) => (
                <button
                  key={key}
                  type="button"
                  className="tag"
                  aria-pressed={show === `bands:${bands}`}
                  onClick={() => onShow(`bands:${bands}`)}
                >
                  {t(`imagery.combination-${key}`)}
                </button>
              ))}
            </div>
          )}
          <div className="rgb">
            {(['red', 'green', 'blue'] as const).map((channel, i) => (
              <div key={channel}>
                <span>{t(`imagery.channel-${channel}`)}</span>
                <Select
                  size="small"
                  popupMatchSelectWidth={false}
                  aria-label={t(`imagery.channel-${channel}`)}
                  value={bandsOf(show)[i] ?? bandsOf(show)[0]}
                  options={bandOptions}
                  onChange={(value: string) =>
                    onShow(
                      `bands:${bandsOf(show)
                        .map((id, k) => (k === i ? value : id))
                        .join(',')}`,
                    )
                  }
                />
              </div>
            ))}
          </div>
          <BandStretch county={county} scene={scene} show={show} stretch={stretch} onStretch={onStretch} />
        </>
      ) : (
        <>
          <Select
            showSearch
            aria-label={t('imagery.index')}
            value={show}
            options={usable.map(({ id, name }) => ({ value: id, label: `${id} · ${name}` }))}
            optionFilterProp="label"
            onChange={(value: string) => onShow(value)}
          />
          {index && (
            <p className="quiet formula">
              <code>{index.formula}</code>
              <br />
              {index.source}
              {index.elsewhere && ` · ${t('imagery.elsewhere', { names: index.elsewhere })}`}
            </p>
          )}
          <IndexStretch county={county} scene={scene} show={show} usual={index?.range ?? null} stretch={stretch} onStretch={onStretch} />
          <button type="button" className="link-button" onClick={() => setWriting(true)}>
            {t('imagery.index-add')}
          </button>
        </>
      )}
      <div className="opacity">
        <span>{t('imagery.opacity')}</span>
        <Slider
          min={0}
          max={100}
          value={Math.round(opacity * 100)}
          onChange={(value) => onOpacity(value / 100)}
          ariaLabelForHandle={t('imagery.opacity')}
        />
      </div>
      {writing && (
        <IndexForm
          county={county}
          roles={scene.bands}
          onClose={(id) => {
            setWriting(false)
            if (id !== null) onShow(id)
          }}
        />
      )}
    </section>
  )
}

const CUTS = ['1', '2', '5', 'all'] as const

/** Three bands are stretched alike: between percentiles of each, as the server takes them where nothing is said (2 and 98). */
function BandStretch({
  county,
  scene,
  show,
  stretch,
  onStretch,
}: {
  readonly county: string
  readonly scene: SceneView
  readonly show: string
  readonly stretch: readonly number[] | null
  onStretch(stretch: readonly number[] | null): void
}) {
  const t = useText()
  const [cut, setCut] = useState<(typeof CUTS)[number]>('2')
  const of = bandsOf(show)
  const readings = [useSummary(county, scene, of[0]), useSummary(county, scene, of[1] ?? of[0]), useSummary(county, scene, of[2] ?? of[0])]
  const pick = (next: (typeof CUTS)[number]) => {
    setCut(next)
    const summaries = readings.map((reading) => (reading.state === 'ready' ? reading.value.summary : null))
    if (next === '2' || summaries.some((each) => each === null)) return onStretch(null)
    onStretch(
      summaries.flatMap((each) =>
        each === null ? [] : next === 'all' ? [each.min, each.max] : [each.percentiles[next], each.percentiles[String(100 - Number(next))]],
      ),
    )
  }
  return (
    <div className="stretch">
      <span>{t('imagery.stretch')}</span>
      <Segmented
        size="small"
        value={stretch === null ? '2' : cut}
        options={CUTS.map((value) => ({ value, label: value === 'all' ? t('imagery.stretch-all') : `${value}–${100 - Number(value)} %` }))}
        onChange={(value) => pick(value as (typeof CUTS)[number])}
      />
    </div>
  )
}

const useSummary = (county: string, scene: SceneView, of: string) =>
  useRead<SummaryReply>(`/api/counties/${county}/scenes/${scene.id}/summary?of=${encodeURIComponent(of)}&v=${scene.version}`)

function IndexStretch({
  county,
  scene,
  show,
  usual,
  stretch,
  onStretch,
}: {
  readonly county: string
  readonly scene: SceneView
  readonly show: string
  readonly usual: readonly [number, number] | null
  readonly stretch: readonly number[] | null
  onStretch(stretch: readonly number[] | null): void
}) {
  const t = useText()
  const reading = useSummary(county, scene, show)
  const summary = reading.state === 'ready' ? reading.value.summary : null
  const [low, high] = stretch ?? usual ?? [summary?.percentiles['2'] ?? 0, summary?.percentiles['98'] ?? 1]
  const set = (next: readonly [number, number]) => next[0] < next[1] && onStretch(next)
  const most = summary ? Math.max(1, ...summary.bins) : 1
  return (
    <div className="index-stretch">
      {summary && (
        <svg
          viewBox={`0 0 ${summary.bins.length} 24`}
          preserveAspectRatio="none"
          className="histogram"
          role="img"
          aria-label={t('imagery.histogram')}
        >
          {summary.bins.map((count, i) => (
            <rect key={i} x={i + 0.1} width={0.8} y={24 - (24 * count) / most} height={(24 * count) / most} />
          ))}
        </svg>
      )}
      <div className="row gap">
        <InputNumber
          size="small"
          aria-label={t('imagery.low')}
          value={Number(low.toPrecision(4))}
          step={0.05}
          onChange={(value) => value !== null && set([value, high])}
        />
        <span>–</span>
        <InputNumber
          size="small"
          aria-label={t('imagery.high')}
          value={Number(high.toPrecision(4))}
          step={0.05}
          onChange={(value) => value !== null && set([low, value])}
        />
        <Button size="small" disabled={!summary} onClick={() => summary && set([summary.percentiles['2'], summary.percentiles['98']])}>
          2–98 %
        </Button>
        {usual && (
          <Button size="small" disabled={stretch === null} onClick={() => onStretch(null)}>
            {t('imagery.usual')}
          </Button>
        )}
      </div>
    </div>
  )
}

/** What the colours of an index mean. */
export function RampLegend({
  index,
  stretch,
  masked,
}: {
  readonly index: IndexView
  readonly stretch: readonly number[] | null
  readonly masked: boolean
}) {
  const t = useText()
  const [low, high] = stretch ?? index.range
  const text = (value: number) => String(Number(value.toPrecision(3))).replace('-', '−')
  return (
    <div className="legend ramp">
      <header>
        <strong>{index.id}</strong>
        <span className="quiet">{index.name}</span>
      </header>
      <div className="ramp-bar" style={{ background: `linear-gradient(to right, ${index.colours.join(', ')})` }} />
      <div className="ramp-ticks number">
        <span>{text(low)}</span>
        <span>{text((low + high) / 2)}</span>
        <span>{text(high)}</span>
      </div>
      {masked && (
        <p className="ramp-hidden">
          <span className="chip" style={{ backgroundColor: '#9AA3A8' }} /> {t('imagery.hidden-ground')}
        </p>
      )}
    </div>
  )
}
