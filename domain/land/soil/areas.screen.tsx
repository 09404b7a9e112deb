import { query } from '@dishu/web-kit/address'
import { formatArea } from '@dishu/web-kit/areas'
import { AreaText } from '@dishu/web-kit/figures.tsx'
import { inOrder, placeParams, unknownCodes } from '@dishu/web-kit/place'
import { useRead } from '@dishu/web-kit/read'
import { useSettings } from '@dishu/web-kit/settings'
import { Empty, Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { Segmented } from 'antd'
import { Fragment } from 'react'
import { Link } from 'wouter'
import type { AreaGrades, AreasReply } from './maps.wire.ts'
import type { SoilGround } from './samples.layer.ts'

const NEXT: Readonly<Record<string, string>> = { county: 'town', town: 'village', village: 'village' }
const GREY = '#9AA3A8'
type GradeRow = AreaGrades['grades'][number]

/** How much land has which grade, with 95 % intervals: of the place, and of each of its parts, out of the same simulations. */
export function AreasScreen({ ground }: { readonly ground: SoilGround }) {
  const t = useText()
  const place = usePlace()
  const address = useAddress()
  const indicator = address.get('indicator') ?? 'combined'
  const level = NEXT[place.level] ?? 'village'
  const reading = useRead<AreasReply>(
    query(`/api/counties/${place.county}/soil/areas`, {
      ...placeParams(place),
      level,
      indicator: indicator === 'combined' ? null : indicator,
      v: String(place.head),
    }),
  )
  if (reading.state !== 'ready') return <Waiting reading={reading} lines={12} />
  const { whole, areas, schemeName, rule, share, indicators, map, synthetic } = reading.value
  if (map === null)
    return (
      <Empty
        icon="soil"
        title={t('soil-map.empty-title')}
        text={t('soil-areas.empty')}
        action={<Link href={address.link('/soil', { tab: 'maps' })}>{t('soil-map.make')}</Link>}
      />
    )
  const named = new Map(place.areas.map(({ code, name }) => [code, name]))
  const unknown = unknownCodes(place.areas)
  const rows = [...areas].sort((a, b) => inOrder(unknown, a.code, b.code))
  const gradeOf = (id: string) => ground.grades.find((grade) => grade.id === id)
  return (
    <div className={`soil-scroll soil-areas${reading.refreshing ? ' dim' : ''}`}>
      <header className="side-head">
        <div>
          <h1>{t('soil-areas.title', { place: place.name })}</h1>
          <p className="quiet">
            {t('soil-areas.by', {
              map: map.title,
              scheme: schemeName,
              rule: t(`soil-rule.${rule}`, { share: Math.round(share * 100) }),
              day: reading.value.asOf,
            })}
          </p>
        </div>
        <Segmented
          aria-label={t('soil-areas.indicator')}
          value={indicator}
          options={['combined', ...indicators].map((value) => ({
            value,
            label: value === 'combined' ? t('soil-areas.combined') : t(`soil-value.${value}`),
          }))}
          onChange={(value) => address.set({ indicator: value === 'combined' ? null : String(value) })}
        />
      </header>
      {synthetic && <p className="soil-warning">{t('soil-map.synthetic')}</p>}
      <table className="soil-area-table">
        <thead>
          <tr>
            <th scope="col">{t('soil-areas.area')}</th>
            <th scope="col">{t('soil-areas.grade')}</th>
            <th scope="col" className="right">
              {t('soil-areas.counted')}
            </th>
            <th scope="col" className="right">
              {t('soil-areas.estimate')}
            </th>
            <th scope="col" className="soil-whisker-cell">
              {t('soil-areas.interval')}
            </th>
          </tr>
        </thead>
        <tbody>
          {[{ ...whole, code: '' }, ...rows].map((area) => (
            <Fragment key={area.code}>
              {area.grades.map((row, i) => (
                <tr key={row.grade} className={area.code === '' ? 'whole' : ''}>
                  {i === 0 && (
                    <th scope="rowgroup" rowSpan={area.grades.length}>
                      {area.code === '' ? (
                        place.name
                      ) : level === place.level ? (
                        (named.get(area.code) ?? area.code)
                      ) : (
                        <Link href={address.link('/soil', { tab: 'areas', within: area.code })}>{named.get(area.code) ?? area.code}</Link>
                      )}
                      <br />
                      <AreaText area={area.total} />
                    </th>
                  )}
                  <td>
                    <span
                      className={`chip${gradeOf(row.grade) ? '' : ' hatched'}`}
                      style={{ backgroundColor: gradeOf(row.grade)?.colour ?? GREY }}
                    />{' '}
                    {gradeOf(row.grade)?.name ?? t('soil-areas.not-mapped')}
                  </td>
                  <td className="right number">
                    <AreaText area={row.counted} />
                  </td>
                  <td className="right number">
                    <WithInterval row={row} />
                  </td>
                  <td className="soil-whisker-cell">
                    <Whisker
                      row={row}
                      total={area.total}
                      colour={gradeOf(row.grade)?.colour ?? GREY}
                      label={gradeOf(row.grade)?.name ?? ''}
                    />
                  </td>
                </tr>
              ))}
            </Fragment>
          ))}
        </tbody>
      </table>
      <p className="quiet">{t('soil-areas.note')}</p>
    </div>
  )
}

/** The estimate is less than this part of the interval's half width off its middle: then one number says both sides. */
const EVEN = 0.25

/** `12.31 ± 0.42` with half the width of the interval; where the interval is lopsided, its ends: `12.31 (0.40–21.05)`. */
export function WithInterval({ row }: { readonly row: Pick<GradeRow, 'estimate' | 'low' | 'high'> }) {
  const t = useText()
  const { unit } = useSettings()
  const half = (row.high - row.low) / 2
  const even = Math.abs((row.high + row.low) / 2 - row.estimate) <= EVEN * half
  return (
    <span title={t('soil-areas.ends', { low: formatArea(row.low, unit), high: formatArea(row.high, unit), unit: t(`unit.${unit}`) })}>
      {formatArea(row.estimate, unit)}{' '}
      {even ? `± ${formatArea(half, unit)}` : `(${formatArea(row.low, unit)}–${formatArea(row.high, unit)})`}
    </span>
  )
}

const WIDTH = 160
function Whisker({
  row,
  total,
  colour,
  label,
}: {
  readonly row: GradeRow
  readonly total: number
  readonly colour: string
  readonly label: string
}) {
  const { unit } = useSettings()
  const x = (area: number) => (total > 0 ? (area / total) * (WIDTH - 4) + 2 : 2)
  return (
    <svg
      viewBox={`0 0 ${WIDTH} 18`}
      className="soil-whisker"
      role="img"
      aria-label={`${label} ${formatArea(row.low, unit)}–${formatArea(row.high, unit)}`}
    >
      <rect x={2} y={4} width={Math.max(0.5, x(row.estimate) - 2)} height={10} fill={colour} stroke="var(--line)" strokeWidth={0.5} />
      <path d={`M${x(row.low)} 9H${x(row.high)}M${x(row.low)} 5v8M${x(row.high)} 5v8`} stroke="var(--ink)" strokeWidth={1.4} fill="none" />
    </svg>
  )
}
