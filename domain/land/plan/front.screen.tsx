import { axisOf } from '@dishu/web-kit/chart/axis'
import { send, useAct } from '@dishu/web-kit/read'
import { Refused, Trouble } from '@dishu/web-kit/state.tsx'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { Button, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { muOf, percent, Rows, short, wanM3, wanYuan } from './figures.screen.tsx'
import type { FrontOfPlan } from './results.ts'
import { FEWEST_POINTS, MEASURES, type Measure, MOST_POINTS, type PlanTerms } from './scenarios.ts'
import type { PlanTaskView, ScenarioView } from './scenarios.wire.ts'

const SHOWN: Readonly<Record<Measure, (value: number) => string>> = {
  npv: wanYuan,
  area: (m2) => muOf(m2),
  grain: (kg) => short(kg / 1000),
  water: wanM3,
}

/** What one measure costs of another: plans along the front of two, each with its gap; a point becomes a scenario of its own. */
export function FrontPanel({
  scenario,
  task,
  busy,
  onAsk,
  onStop,
  onMade,
}: {
  readonly scenario: ScenarioView
  readonly task: PlanTaskView | null
  readonly busy: boolean
  onAsk(second: Measure, points: number): void
  onStop(): void
  onMade(key: string): void
}) {
  const t = useText()
  const { county } = usePlace()
  const others = MEASURES.filter((each) => each !== scenario.terms.objective)
  const [second, setSecond] = useState<Measure>(others.includes('water') ? 'water' : others[0])
  const [points, setPoints] = useState(6)
  const [chosen, setChosen] = useState(0)
  const front = task?.front ?? null
  const make = useAct(
    (terms: PlanTerms) =>
      send<{ key: string }>(`/api/counties/${county}/plan/scenarios`, {
        from: scenario.key,
        title: t('plan.front-title', { title: scenario.title, n: chosen + 1 }),
        terms,
      }),
    [`/api/counties/${county}/plan`],
  )
  const isWorking = task?.state === 'working' || task?.state === 'stopping'
  return (
    <details className="plan-front" open={isWorking || front !== null}>
      <summary>{t('plan.front')}</summary>
      <p className="quiet">{t('plan.front-what')}</p>
      <div className="row gap">
        <span>{t(`plan.measure-${scenario.terms.objective}`)} ×</span>
        <Select
          aria-label={t('plan.front-second')}
          value={second}
          options={others.map((value) => ({ value, label: t(`plan.measure-${value}`) }))}
          onChange={setSecond}
        />
        <InputNumber
          aria-label={t('plan.front-points')}
          min={FEWEST_POINTS}
          max={MOST_POINTS}
          value={points}
          onChange={(value) => setPoints(value ?? 6)}
          suffix={t('plan.front-points')}
        />
        <Button size="small" disabled={busy} onClick={() => onAsk(second, points)}>
          {t('plan.front-go')}
        </Button>
      </div>
      {isWorking && (
        <p className="row gap" aria-live="polite">
          <span>
            {task.phase === 'front'
              ? t('plan.front-at', { done: task.done, total: task.total ?? points })
              : t(`plan.phase-${task.phase ?? 'reading'}`)}
          </span>
          <Button size="small" disabled={task.state === 'stopping'} onClick={onStop}>
            {t('plan.stop')}
          </Button>
        </p>
      )}
      {task?.state === 'refused' && task.refusal && <Refused message={task.refusal.message} hint={task.refusal.hint} />}
      {front && front.points.length === 0 && <p className="quiet">{t('plan.no-plan')}</p>}
      {front && front.points.length > 0 && (
        <>
          <FrontChart front={front} chosen={chosen} onChoose={setChosen} />
          <Rows
            head={['', t(`plan.measure-${front.first}`), t(`plan.measure-${front.second}`), t('plan.patches'), t('plan.gap')]}
            numbers={new Set([1, 2, 3, 4])}
            rows={front.points.map(({ values, gap, chosen: patches }, n) => [
              <button key={n} type="button" className="plan-link" aria-pressed={n === chosen} onClick={() => setChosen(n)}>
                {n === chosen ? '●' : '○'} {n + 1}
              </button>,
              SHOWN[front.first](values[front.first]),
              SHOWN[front.second](values[front.second]),
              patches,
              percent(gap),
            ])}
          />
          <Button
            size="small"
            type="primary"
            loading={make.isPending}
            onClick={() => make.mutate(pointTerms(scenario.terms, front, chosen), { onSuccess: ({ key }) => onMade(key) })}
          >
            {t('plan.front-make', { n: chosen + 1 })}
          </Button>
          {make.error && <Trouble failure={make.error} />}
        </>
      )}
    </details>
  )
}

/** The scenario of a point: its objective, with the other measure held where the point has it. */
export function pointTerms(terms: PlanTerms, { first, second, points }: FrontOfPlan, n: number): PlanTerms {
  const { values } = points[n] ?? points[0]
  const { afterwards: _, giveUp: __, ...rest } = terms
  return {
    ...rest,
    objective: first,
    floors: [
      ...terms.floors.filter(({ measure }) => measure !== second && measure !== first),
      { measure: second, value: Math.max(0, values[second]) },
    ],
  }
}

const [WIDTH, HEIGHT] = [400, 220]
const EDGE = { left: 62, right: 14, top: 12, bottom: 34 }

function FrontChart({ front, chosen, onChoose }: { readonly front: FrontOfPlan; readonly chosen: number; onChoose(n: number): void }) {
  const t = useText()
  const { first, second, points } = front
  const [across, up] = [axisOf(points.map(({ values }) => values[second])), axisOf(points.map(({ values }) => values[first]))]
  const x = (value: number) => EDGE.left + ((value - across.low) / (across.high - across.low || 1)) * (WIDTH - EDGE.left - EDGE.right)
  const y = (value: number) => EDGE.top + (1 - (value - up.low) / (up.high - up.low || 1)) * (HEIGHT - EDGE.top - EDGE.bottom)
  const label = t('plan.front-chart', { first: t(`plan.measure-${first}`), second: t(`plan.measure-${second}`) })
  const line = [...points].sort((a, b) => a.values[second] - b.values[second])
  return (
    <svg className="series plan-curve" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <title>{label}</title>
      {up.ticks.map((tick) => (
        <g key={tick}>
          <line className="series-grid" x1={EDGE.left} x2={WIDTH - EDGE.right} y1={y(tick)} y2={y(tick)} />
          <text className="series-label" x={EDGE.left - 6} y={y(tick) + 4} textAnchor="end">
            {SHOWN[first](tick)}
          </text>
        </g>
      ))}
      {across.ticks.map((tick) => (
        <text key={tick} className="series-label" x={x(tick)} y={HEIGHT - EDGE.bottom + 16} textAnchor="middle">
          {SHOWN[second](tick)}
        </text>
      ))}
      <text className="series-label" x={WIDTH - EDGE.right} y={HEIGHT - 4} textAnchor="end">
        {t(`plan.measure-${second}`)} {t(`plan.unit-${second}`)}
      </text>
      <path
        className="plan-best"
        d={line.map(({ values }, i) => `${i === 0 ? 'M' : 'L'}${x(values[second]).toFixed(1)} ${y(values[first]).toFixed(1)}`).join('')}
      />
      {points.map(({ values }, n) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: the table beneath has a button for each point
        <circle
          key={n}
          className={n === chosen ? 'plan-point here' : 'plan-point'}
          cx={x(values[second])}
          cy={y(values[first])}
          r={n === chosen ? 6 : 4}
          onClick={() => onChoose(n)}
        />
      ))}
    </svg>
  )
}
