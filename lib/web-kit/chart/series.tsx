/** Values by day as a small chart: a point and its spread for each day, a grey mark where there is no figure and why. Plain SVG: it prints and needs no library. */
import { axisOf, daysApart, monthsOf } from './axis.ts'

export type SeriesPoint = {
  readonly day: string // YYYY-MM-DD
  readonly value: number | null // null: none is shown
  readonly spread: number | null // half the length of the whisker
  readonly note: string // what stands in the tip, and is read out
}

const WIDTH = 400
const HEIGHT = 180
const EDGE = { left: 46, right: 10, top: 12, bottom: 30 }

export function SeriesChart({
  points,
  label,
  format,
  onPick,
  picked,
}: {
  readonly points: readonly SeriesPoint[]
  readonly label: string
  format(value: number): string
  onPick?(day: string): void
  readonly picked?: string | null
}) {
  const shown = points.filter(({ value }) => value !== null)
  const ends = shown.flatMap(({ value, spread }) => [(value ?? 0) - (spread ?? 0), (value ?? 0) + (spread ?? 0)])
  const { low, high, ticks } = axisOf(ends)
  const first = points[0]?.day ?? ''
  const last = points[points.length - 1]?.day ?? ''
  const span = Math.max(1, daysApart(first, last))
  const inner = { width: WIDTH - EDGE.left - EDGE.right, height: HEIGHT - EDGE.top - EDGE.bottom }
  const x = (day: string) => EDGE.left + (points.length === 1 ? 0.5 : 0.03 + (0.94 * daysApart(first, day)) / span) * inner.width
  const y = (value: number) => EDGE.top + (1 - (value - low) / (high - low)) * inner.height
  const line = shown.map(({ day, value }, i) => `${i === 0 ? 'M' : 'L'}${x(day).toFixed(1)} ${y(value ?? 0).toFixed(1)}`).join('')
  return (
    <svg className="series" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {ticks.map((tick) => (
        <g key={tick}>
          <line className="series-grid" x1={EDGE.left} x2={WIDTH - EDGE.right} y1={y(tick)} y2={y(tick)} />
          <text className="series-label" x={EDGE.left - 8} y={y(tick) + 4} textAnchor="end">
            {format(tick)}
          </text>
        </g>
      ))}
      {monthsOf(first, last).map(({ day, name }) => (
        <text key={day} className="series-label" x={x(day)} y={HEIGHT - 10} textAnchor="middle">
          {name}
        </text>
      ))}
      <path className="series-line" d={line} />
      {points.map(({ day, value, spread, note }, i) => {
        const at = x(day)
        const title = <title>{`${day} ${note}`}</title>
        if (value === null)
          return (
            <g key={i} className="series-none">
              {title}
              <rect x={at - 5} y={EDGE.top} width={10} height={inner.height} />
              <path d={`M${at - 4} ${HEIGHT - EDGE.bottom - 8}l8 -8m-8 0l8 8`} />
            </g>
          )
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: the table below has the same as buttons
          <g key={i} className={`series-point${picked === day ? ' picked' : ''}`} onClick={() => onPick?.(day)}>
            {title}
            {spread !== null && <line x1={at} x2={at} y1={y(value - spread)} y2={y(value + spread)} />}
            <circle cx={at} cy={y(value)} r={4.5} />
          </g>
        )
      })}
    </svg>
  )
}
