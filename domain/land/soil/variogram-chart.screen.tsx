import { axisOf } from '@dishu/web-kit/chart/axis'
import { useText } from '@dishu/web-kit/words'
import type { LagView } from './variogram.wire.ts'
import { semivariance, stretchOf, type VariogramModel } from './variograms.ts'

const WIDTH = 720
const HEIGHT = 380
const EDGE = { left: 56, right: 20, top: 16, bottom: 46 }
const STEPS = 160

/** How much farther a distance counts that lies in a direction than along the model's own. */
function stretchIn(model: VariogramModel, direction: number): number {
  const stretch = stretchOf(model)
  if (!stretch) return 1
  const turn = ((direction - stretch.angle) * Math.PI) / 180
  return Math.hypot(Math.cos(turn), Math.sin(turn) / stretch.ratio)
}

/** Classes of distance as points, as large as they have pairs; the model as a curve, and of a model with a direction the curve across it. */
export function VariogramChart(props: {
  readonly lags: readonly LagView[]
  readonly cutoff: number
  readonly variance: number
  readonly model: VariogramModel | null
  readonly direction: number | null // of the points; null: all directions
  readonly unit: string
}) {
  const t = useText()
  const { lags, cutoff, variance, model, direction } = props
  const along = model && direction !== null ? stretchIn(model, direction) : 1
  const curve = (stretch: number) =>
    model === null
      ? []
      : Array.from(
          { length: STEPS + 1 },
          (_, i) => [(i / STEPS) * cutoff, semivariance(model, Math.max(1e-9, (i / STEPS) * cutoff * stretch))] as const,
        )
  const stretch = model ? stretchOf(model) : null
  const curves = [curve(along), ...(stretch && direction === null ? [curve(1 / stretch.ratio)] : [])]
  const highest = Math.max(variance, ...lags.map(({ gamma }) => gamma), ...curves.flat().map(([, gamma]) => gamma))
  const { high, ticks } = axisOf([0, highest])
  const across = axisOf([0, cutoff / 1000])
  const x = (metres: number) => EDGE.left + (metres / 1000 / across.high) * (WIDTH - EDGE.left - EDGE.right)
  const y = (gamma: number) => HEIGHT - EDGE.bottom - (gamma / high) * (HEIGHT - EDGE.top - EDGE.bottom)
  const most = Math.max(1, ...lags.map(({ pairs }) => pairs))
  return (
    <svg className="variogram" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t('variogram.chart')}>
      {ticks.map((tick) => (
        <g key={tick}>
          <line className="series-grid" x1={EDGE.left} x2={WIDTH - EDGE.right} y1={y(tick)} y2={y(tick)} />
          <text className="series-label" x={EDGE.left - 8} y={y(tick) + 4} textAnchor="end">
            {tick}
          </text>
        </g>
      ))}
      {across.ticks.map((km) => (
        <text key={km} className="series-label" x={x(km * 1000)} y={HEIGHT - EDGE.bottom + 18} textAnchor="middle">
          {km}
        </text>
      ))}
      <text className="series-label" x={WIDTH - EDGE.right} y={HEIGHT - 8} textAnchor="end">
        {t('variogram.distance')}
      </text>
      <text className="series-label" x={EDGE.left} y={12}>
        γ {props.unit}
      </text>
      <line className="variogram-sill" x1={EDGE.left} x2={WIDTH - EDGE.right} y1={y(variance)} y2={y(variance)} />
      <text className="series-label" x={WIDTH - EDGE.right} y={y(variance) - 5} textAnchor="end">
        {t('variogram.variance')}
      </text>
      {curves.map((points, i) => (
        <path
          key={i}
          className={i === 0 ? 'variogram-curve' : 'variogram-curve across'}
          d={points.map(([metres, gamma], k) => `${k === 0 ? 'M' : 'L'}${x(metres).toFixed(1)} ${y(gamma).toFixed(1)}`).join('')}
        />
      ))}
      {lags.map(({ pairs, distance, gamma }) => (
        <g key={distance} className="variogram-lag">
          <title>{t('variogram.lag', { pairs, distance: Math.round(distance), gamma })}</title>
          <circle cx={x(distance)} cy={y(gamma)} r={3 + 5 * Math.sqrt(pairs / most)} />
          <text x={x(distance)} y={y(gamma) - 11} textAnchor="middle">
            {pairs}
          </text>
        </g>
      ))}
    </svg>
  )
}
