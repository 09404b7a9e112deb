import { axisOf } from '@dishu/web-kit/chart/axis'
import { useSettings } from '@dishu/web-kit/settings'
import { useText } from '@dishu/web-kit/words'
import type { MonthBalance } from './water.ts'
import { MONTH_NAMES } from './water.ts'

const WIDTH = 460
const HEIGHT = 250
const EDGE = { left: 52, right: 8, top: 14, bottom: 26 }
export const TEN_THOUSAND = 1e4
export const inTenThousand = (m3: number) => {
  const value = m3 / TEN_THOUSAND
  return value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 1 : 2 })
}

/** Month by month: reserve, other users and what is free as a column; what fields ask for beside it, and of that what is short. 10⁴ m³. */
export function BalanceChart({ months, label }: { readonly months: readonly MonthBalance[]; readonly label: string }) {
  const t = useText()
  const { language } = useSettings()
  const { high, ticks } = axisOf([
    0,
    ...months.flatMap(({ reserve, other, available, demand }) => [reserve + other + available, demand].map((each) => each / TEN_THOUSAND)),
  ])
  const inner = { width: WIDTH - EDGE.left - EDGE.right, height: HEIGHT - EDGE.top - EDGE.bottom }
  const step = inner.width / 12
  const y = (value: number) => EDGE.top + (1 - value / TEN_THOUSAND / high) * inner.height
  const bar = (x: number, width: number, from: number, to: number, name: string) =>
    to > from ? <rect className={name} x={x} width={width} y={y(to)} height={Math.max(0, y(from) - y(to))} /> : null
  return (
    <svg className="water-chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <title>{label}</title>
      <defs>
        <pattern id="water-short" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="6" height="6" className="water-short-ground" />
          <line x1="0" y1="0" x2="0" y2="6" className="water-short-line" />
        </pattern>
      </defs>
      {ticks
        .filter((tick) => tick >= 0)
        .map((tick) => (
          <g key={tick}>
            <line className="series-grid" x1={EDGE.left} x2={WIDTH - EDGE.right} y1={y(tick * TEN_THOUSAND)} y2={y(tick * TEN_THOUSAND)} />
            <text className="series-label" x={EDGE.left - 6} y={y(tick * TEN_THOUSAND) + 4} textAnchor="end">
              {tick.toLocaleString('en-US')}
            </text>
          </g>
        ))}
      {months.map(({ reserve, other, available, demand, delivered }, m) => {
        const x = EDGE.left + m * step
        const [a, b] = [step * 0.42, step * 0.36]
        const name = language === 'zh' ? `${m + 1}月` : MONTH_NAMES[m]
        return (
          <g key={MONTH_NAMES[m]}>
            <title>
              {`${name}: ${t('water.available')} ${inTenThousand(available)}, ${t('water.demand')} ${inTenThousand(demand)}, ${t('water.short')} ${inTenThousand(demand - delivered)}`}
            </title>
            {bar(x + step * 0.08, a, 0, reserve, 'water-reserve')}
            {bar(x + step * 0.08, a, reserve, reserve + other, 'water-other')}
            {bar(x + step * 0.08, a, reserve + other, reserve + other + available, 'water-available')}
            {bar(x + step * 0.54, b, 0, delivered, 'water-delivered')}
            {bar(x + step * 0.54, b, delivered, demand, 'water-short')}
            <text className="series-label" x={x + step / 2} y={HEIGHT - 8} textAnchor="middle">
              {language === 'zh' ? m + 1 : MONTH_NAMES[m].slice(0, 1)}
            </text>
          </g>
        )
      })}
    </svg>
  )
}
