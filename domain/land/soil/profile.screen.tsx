import { query } from '@dishu/web-kit/address'
import { axisOf } from '@dishu/web-kit/chart/axis'
import { useRead } from '@dishu/web-kit/read'
import { Waiting } from '@dishu/web-kit/state.tsx'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText, wordOr } from '@dishu/web-kit/words'
import { Segmented } from 'antd'
import { useState } from 'react'
import type { ProfileReply, ProfileView } from './samples.wire.ts'

const HEADS: Readonly<Record<ProfileView['quantity'], string>> = { ph: 'pH', ec: 'EC', ece: 'ECe', salt: '', esp: 'ESP' }

/** The hole that a sample belongs to, one quantity after the other: layers as they were measured, the spline through them, and its means at the standard depths. */
export function ProfileCard({ id }: { readonly id: number }) {
  const t = useText()
  const { county, asOf, known } = usePlace()
  const reading = useRead<ProfileReply>(query(`/api/counties/${county}/soil/samples/${id}/profile`, { asOf, known }))
  const [chosen, setChosen] = useState<string | null>(null)
  if (reading.state !== 'ready') return <Waiting reading={reading} lines={4} />
  const { profiles } = reading.value
  const profile = profiles.find(({ quantity }) => quantity === chosen) ?? profiles[0]
  if (!profile) return <p className="quiet none">{t('profile.none')}</p>
  const head = (quantity: ProfileView['quantity']) => HEADS[quantity] || t('column.salt')
  return (
    <section className="card profile-card">
      <h3>{t('profile.title')}</h3>
      <Segmented
        size="small"
        value={profile.quantity}
        options={profiles.map(({ quantity }) => ({ value: quantity, label: head(quantity) }))}
        onChange={(value) => setChosen(String(value))}
      />
      <ProfileChart profile={profile} label={t('profile.chart', { value: head(profile.quantity) })} />
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">{t('profile.depth')}</th>
            <th scope="col" className="right">
              {head(profile.quantity)} {wordOr(t, `soil-unit.${profile.quantity}`, '')}
            </th>
          </tr>
        </thead>
        <tbody>
          {profile.standard.map(({ depth, text, refused }) => (
            <tr key={depth}>
              <td className="number">{depth} cm</td>
              <td className={text === null ? 'quiet' : 'right number'}>{text ?? refused}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="quiet">{t('profile.note')}</p>
    </section>
  )
}

const WIDTH = 340
const HEIGHT = 220
const EDGE = { left: 44, right: 16, top: 26, bottom: 10 }

function ProfileChart({ profile, label }: { readonly profile: ProfileView; readonly label: string }) {
  const deepest = Math.max(...profile.layers.map(({ to }) => to), 1)
  const values = [...profile.layers.flatMap(({ value }) => (value === null ? [] : [value])), ...profile.curve.map(([, value]) => value)]
  const { low, high, ticks } = axisOf(values)
  const depths = axisOf([0, deepest])
  const x = (value: number) => EDGE.left + ((value - low) / (high - low)) * (WIDTH - EDGE.left - EDGE.right)
  const y = (depth: number) => EDGE.top + (depth / depths.high) * (HEIGHT - EDGE.top - EDGE.bottom)
  return (
    <svg className="profile" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {ticks.map((tick) => (
        <g key={tick}>
          <line className="series-grid" x1={x(tick)} x2={x(tick)} y1={EDGE.top} y2={HEIGHT - EDGE.bottom} />
          <text className="series-label" x={x(tick)} y={EDGE.top - 8} textAnchor="middle">
            {tick}
          </text>
        </g>
      ))}
      {depths.ticks.map((depth) => (
        <g key={depth}>
          <line className="series-grid" x1={EDGE.left} x2={WIDTH - EDGE.right} y1={y(depth)} y2={y(depth)} />
          <text className="series-label" x={EDGE.left - 6} y={y(depth) + 4} textAnchor="end">
            {depth}
          </text>
        </g>
      ))}
      {profile.layers.map(({ from, to, value, limit, code }) => (
        <g key={`${code}-${from}`}>
          <title>{`${code} · ${from}–${to} cm · ${value ?? limit ?? ''}`}</title>
          {value === null ? (
            <>
              <rect className="profile-limit" x={EDGE.left} y={y(from)} width={WIDTH - EDGE.left - EDGE.right} height={y(to) - y(from)} />
              <text className="series-label" x={EDGE.left + 6} y={(y(from) + y(to)) / 2 + 4}>
                {limit}
              </text>
            </>
          ) : (
            <>
              <rect
                className="profile-layer"
                x={EDGE.left}
                y={y(from)}
                width={Math.max(1, x(value) - EDGE.left)}
                height={y(to) - y(from)}
              />
              <line className="profile-mean" x1={x(value)} x2={x(value)} y1={y(from)} y2={y(to)} />
            </>
          )}
        </g>
      ))}
      <path
        className="profile-curve"
        d={profile.curve.map(([depth, value], i) => `${i === 0 ? 'M' : 'L'}${x(value).toFixed(1)} ${y(depth).toFixed(1)}`).join('')}
      />
    </svg>
  )
}
