import { query } from '@dishu/web-kit/address'
import { SeriesChart } from '@dishu/web-kit/chart/series.tsx'
import { useRead } from '@dishu/web-kit/read'
import { Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { Select } from 'antd'
import { useState } from 'react'
import { Link } from 'wouter'
import type { SeriesReply } from './imagery.wire.ts'

const FIRST = ['NDVI', 'sqrtGR', 'NDSI_salt'] as const

/** Bands and indices of a patch or parcel by date; dates on which clouds hide too much of it are grey, and have no figure. */
export function SeriesCard({ kind, id }: { readonly kind: 'patch' | 'parcel'; readonly id: string }) {
  const t = useText()
  const place = usePlace()
  const address = useAddress()
  const { asOf, known, county } = place
  const reading = useRead<SeriesReply>(query(`/api/counties/${county}/series`, { kind, id, asOf, known }))
  const [chosen, setChosen] = useState<string | null>(null)
  if (reading.state !== 'ready') return <Waiting reading={reading} lines={4} />
  const { measures, dates, limits } = reading.value
  const measure = chosen ?? FIRST.find((each) => measures.some((one) => one.id === each)) ?? measures[0]?.id ?? null
  const format = (value: number) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(3)).replace('-', '−')
  const why = (date: SeriesReply['dates'][number]) =>
    date.withheld === null
      ? ''
      : t(`series.${date.withheld}`, { hidden: Math.round(date.hiddenShare * 100), seen: Math.round(date.seenShare * 100) })
  return (
    <section className="card wide series-card">
      <h3>
        {t('series.title')} <span className="quiet">{dates.length}</span>
      </h3>
      {dates.length === 0 || measure === null ? (
        <p className="quiet none">{t('series.none')}</p>
      ) : (
        <>
          <Select
            showSearch
            size="small"
            aria-label={t('series.measure')}
            value={measure}
            options={measures.map(({ id: value, name }) => ({ value, label: `${value} · ${name}` }))}
            optionFilterProp="label"
            onChange={(value: string) => setChosen(value)}
          />
          <SeriesChart
            label={t('series.chart', { measure })}
            format={format}
            points={dates.map((date) => {
              const figure = date.figures[measure]
              return {
                day: date.takenOn,
                value: figure?.mean ?? null,
                spread: figure?.stdev ?? null,
                note: figure ? `${measure} ${format(figure.mean)} ± ${format(figure.stdev)}` : why(date) || t('series.not-measured'),
              }
            })}
          />
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">{t('column.date')}</th>
                <th scope="col" className="right">
                  {t('series.mean')}
                </th>
                <th scope="col" className="right">
                  ±
                </th>
                <th scope="col" className="right">
                  {t('series.range')}
                </th>
                <th scope="col" className="right">
                  {t('series.clouds')}
                </th>
              </tr>
            </thead>
            <tbody>
              {dates.map((date) => {
                const figure = date.figures[measure]
                return (
                  <tr key={date.sceneId} className={date.withheld ? 'withheld' : ''}>
                    <td className="number">
                      <Link
                        href={address.link('/imagery', { scene: String(date.sceneId), show: measure.startsWith('band:') ? null : measure })}
                        title={date.title}
                      >
                        {date.takenOn}
                      </Link>
                    </td>
                    {figure ? (
                      <>
                        <td className="right number">{format(figure.mean)}</td>
                        <td className="right number">{format(figure.stdev)}</td>
                        <td className="right number">
                          {format(figure.low)} … {format(figure.high)}
                        </td>
                      </>
                    ) : (
                      <td className="quiet" colSpan={3}>
                        {why(date) || t('series.not-measured')}
                      </td>
                    )}
                    <td className="right number">{date.masked ? `${Math.round(date.hiddenShare * 100)} %` : t('series.unknown')}</td>
                  </tr>
                )
              })}
            </tbody>
          </table>
          <p className="quiet">
            {t('series.note', { hidden: Math.round(limits.mostHidden * 100), seen: Math.round(limits.leastSeen * 100) })}
          </p>
        </>
      )}
    </section>
  )
}
