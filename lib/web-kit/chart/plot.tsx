/** Points in a square of two values, with the line on which both are the same. Plain SVG: it prints and needs no library. */
import { axisOf } from './axis.ts'

const SIZE = 260
const EDGE = { left: 46, right: 12, top: 12, bottom: 40 }

export function SquarePlot({
  points,
  label,
  xName,
  yName,
  joined = false,
  format,
}: {
  readonly points: readonly (readonly [x: number, y: number])[]
  readonly label: string
  readonly xName: string
  readonly yName: string
  readonly joined?: boolean // by a line, in their order
  format(value: number): string
}) {
  const { low, high, ticks } = axisOf(points.flat())
  const inner = SIZE - EDGE.left - EDGE.right
  const down = SIZE - EDGE.top - EDGE.bottom
  const x = (value: number) => EDGE.left + ((value - low) / (high - low)) * inner
  const y = (value: number) => EDGE.top + (1 - (value - low) / (high - low)) * down
  return (
    <svg className="series plot" viewBox={`0 0 ${SIZE} ${SIZE}`} role="img" aria-label={label}>
      {ticks.map((tick) => (
        <g key={tick}>
          <line className="series-grid" x1={EDGE.left} x2={SIZE - EDGE.right} y1={y(tick)} y2={y(tick)} />
          <text className="series-label" x={EDGE.left - 6} y={y(tick) + 4} textAnchor="end">
            {format(tick)}
          </text>
          <text className="series-label" x={x(tick)} y={SIZE - EDGE.bottom + 14} textAnchor="middle">
            {format(tick)}
          </text>
        </g>
      ))}
      <line className="plot-same" x1={x(low)} y1={y(low)} x2={x(high)} y2={y(high)} />
      {joined && (
        <path
          className="series-line"
          d={points.map(([a, b], i) => `${i === 0 ? 'M' : 'L'}${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join('')}
        />
      )}
      {points.map(([a, b], i) => (
        <circle key={i} className={joined ? 'plot-point' : 'plot-point faint'} cx={x(a)} cy={y(b)} r={joined ? 3.5 : 2} />
      ))}
      <text className="series-label" x={EDGE.left + inner / 2} y={SIZE - 8} textAnchor="middle">
        {xName}
      </text>
      <text className="series-label" x={-(EDGE.top + down / 2)} y={12} textAnchor="middle" transform="rotate(-90)">
        {yName}
      </text>
    </svg>
  )
}
