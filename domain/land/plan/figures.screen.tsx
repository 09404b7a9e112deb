import { axisOf } from '@dishu/web-kit/chart/axis'
import type { ReactNode } from 'react'

const MU = 2000 / 3
export const muOf = (m2: number, digits = 0) => (m2 / MU).toLocaleString('en-US', { maximumFractionDigits: digits })
export const wanYuan = (fen: number, digits = 1) => (fen / 1e6).toLocaleString('en-US', { maximumFractionDigits: digits })
export const wanM3 = (m3: number, digits = 1) => (m3 / 1e4).toLocaleString('en-US', { maximumFractionDigits: digits })
export const percent = (share: number | null) =>
  share === null ? '—' : `${(100 * share).toLocaleString('en-US', { maximumFractionDigits: share < 0.001 ? 4 : 2 })} %`
export const short = (value: number) => value.toLocaleString('en-US', { maximumSignificantDigits: 4 })

const [WIDTH, HEIGHT] = [400, 170]
const EDGE = { left: 58, right: 10, top: 10, bottom: 20 }

/** Bound and best plan, step by step: the truth lies between the two lines. */
export function CurveChart({
  curve,
  label,
  format,
}: {
  readonly curve: readonly (readonly [number, number, number | null])[]
  readonly label: string
  format(value: number): string
}) {
  if (curve.length === 0) return null
  const tail = curve.slice(-Math.max(12, Math.ceil(curve.length * 0.7))) // the first bounds are far off and would flatten the rest
  const values = tail.flatMap(([, bound, best]) => [bound, ...(best === null ? [] : [best])])
  const { low, high, ticks } = axisOf(values)
  const span = Math.max(1, tail.length - 1)
  const x = (i: number) => EDGE.left + (i / span) * (WIDTH - EDGE.left - EDGE.right)
  const y = (value: number) => EDGE.top + (1 - (value - low) / (high - low || 1)) * (HEIGHT - EDGE.top - EDGE.bottom)
  const path = (of: readonly (number | null)[]) => {
    let begun = false
    return of
      .map((value, i) => {
        if (value === null) return ''
        const step = `${begun ? 'L' : 'M'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`
        begun = true
        return step
      })
      .join('')
  }
  return (
    <svg className="series plan-curve" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <title>{label}</title>
      {ticks.map((tick) => (
        <g key={tick}>
          <line className="series-grid" x1={EDGE.left} x2={WIDTH - EDGE.right} y1={y(tick)} y2={y(tick)} />
          <text className="series-label" x={EDGE.left - 6} y={y(tick) + 4} textAnchor="end">
            {format(tick)}
          </text>
        </g>
      ))}
      <path className="plan-bound" d={path(tail.map(([, bound]) => bound))} />
      <path className="plan-best" d={path(tail.map(([, , best]) => best))} />
    </svg>
  )
}

/** A small table that scrolls by itself. */
export function Rows({
  head,
  rows,
  numbers,
}: {
  readonly head: readonly string[]
  readonly rows: readonly (readonly ReactNode[])[]
  readonly numbers: ReadonlySet<number>
}) {
  return (
    <div className="plan-rows">
      <table className="plain">
        <thead>
          <tr>
            {head.map((each, i) => (
              <th key={each} className={numbers.has(i) ? 'number' : ''}>
                {each}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, r) => (
            <tr key={r}>
              {row.map((cell, i) => (
                <td key={head[i]} className={numbers.has(i) ? 'number' : ''}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
