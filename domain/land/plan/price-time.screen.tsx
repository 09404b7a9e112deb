import { useText } from '@dishu/web-kit/words'
import { Button, Select } from 'antd'
import { useEffect, useState } from 'react'
import { short } from './figures.screen.tsx'
import { priceSteps, pricesAt } from './prices.layer.ts'
import type { ResultReply } from './scenarios.wire.ts'

const PLAY_MS = 1400

/** The months in which water is worth something, one after the other, with what the colours mean. */
export function PriceTime({
  result,
  periods,
  period,
  onPeriod,
}: {
  readonly result: ResultReply
  readonly periods: readonly string[]
  readonly period: string
  onPeriod(period: string): void
}) {
  const t = useText()
  const [playing, setPlaying] = useState(false)
  useEffect(() => {
    if (!playing) return
    const next = setTimeout(() => {
      const i = periods.indexOf(period)
      if (i + 1 >= periods.length) setPlaying(false)
      else onPeriod(periods[i + 1])
    }, PLAY_MS)
    return () => clearTimeout(next)
  }, [playing, period, periods, onPeriod])
  const scale = result.terms.objective === 'npv' ? 1 / 100 : 1
  const { most } = pricesAt(result, period)
  const nameOf = (each: string) => {
    const [year, type, month] = each.split('/')
    return `${year} ${type} ${t(`plan.month-${Number(month)}`)}`
  }
  return (
    <>
      <div className="row gap">
        <Button
          size="small"
          aria-label={t(playing ? 'plan.pause' : 'plan.play')}
          onClick={() => {
            if (!playing && period === periods[periods.length - 1]) onPeriod(periods[0])
            setPlaying(!playing)
          }}
        >
          {playing ? '❚❚' : '▶'}
        </Button>
        <Select
          size="small"
          aria-label={t('plan.price-month')}
          value={period}
          options={periods.map((value) => ({ value, label: nameOf(value) }))}
          onChange={onPeriod}
        />
      </div>
      <p className="quiet">{t('plan.price-what', { unit: t(result.terms.objective === 'npv' ? 'plan.per-m3' : 'plan.per-unit') })}</p>
      <ul>
        {priceSteps(most * scale).map(({ colour, from }) => (
          <li key={colour}>
            <i style={{ backgroundColor: colour }} /> ≥ {short(from)}
          </li>
        ))}
        <li>
          <i style={{ backgroundColor: '#C9CFD3' }} /> {t('plan.price-none')}
        </li>
      </ul>
    </>
  )
}
