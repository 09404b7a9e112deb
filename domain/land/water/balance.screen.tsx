import { query } from '@dishu/web-kit/address'
import { AreaText } from '@dishu/web-kit/figures.tsx'
import { useRead } from '@dishu/web-kit/read'
import { useSettings } from '@dishu/web-kit/settings'
import { Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { Segmented } from 'antd'
import { BalanceChart, inTenThousand } from './balance-chart.screen.tsx'
import { choiceText, cropNameOf, isYearType, MONTH_NAMES, type Water, YEAR_TYPES } from './water.ts'
import type { BalanceReply, BalanceView } from './water.wire.ts'

const COLUMNS = ['supply', 'reserve', 'other', 'available', 'demand', 'delivered', 'short', 'lost', 'unused'] as const

/** Water against demand by month and year type, canals by how full they are, and the bound people reckon by hand. Of what is saved, not of the draft. */
export function BalanceSide({ water, isDraft }: { readonly water: Water; readonly isDraft: boolean }) {
  const t = useText()
  const { language } = useSettings()
  const place = usePlace()
  const address = useAddress()
  const level = address.get('level') === 'advanced' ? 'advanced' : 'general'
  const asked = address.get('year') ?? 'P75'
  const reading = useRead<BalanceReply>(
    query(`/api/counties/${place.county}/water/balance`, { level, asOf: place.asOf, known: place.known }),
  )
  if (reading.state !== 'ready') return <Waiting reading={reading} lines={8} />
  const yearType = isYearType(asked) ? asked : 'P75'
  const balance = reading.value.balances.find((each) => each.yearType === yearType)
  if (!balance) return null
  const sum = (key: (typeof COLUMNS)[number]) => balance.months.reduce((total, month) => total + month[key], 0)
  return (
    <div className="water-balance">
      <div className="row gap wrap">
        <Segmented
          aria-label={t('water.year-type')}
          value={yearType}
          options={YEAR_TYPES.map((value) => ({ value, label: value }))}
          onChange={(value) => address.set({ year: String(value) })}
        />
        <Segmented
          aria-label={t('water.level')}
          value={level}
          options={(['general', 'advanced'] as const).map((value) => ({ value, label: choiceText(value, language) }))}
          onChange={(value) => address.set({ level: String(value) })}
        />
      </div>
      {isDraft && <p className="note">{t('water.balance-of-saved')}</p>}
      <p className="water-short-sum">
        {t('water.year-sum', {
          year: yearType,
          available: inTenThousand(sum('available')),
          demand: inTenThousand(sum('demand')),
          short: inTenThousand(sum('short')),
        })}
      </p>
      <BalanceChart months={balance.months} label={t('water.chart', { year: yearType })} />
      <ul className="water-key">
        {(['reserve', 'other', 'available', 'delivered', 'short'] as const).map((name) => (
          <li key={name}>
            <i className={`water-${name}`} /> {t(`water.${name}`)}
          </li>
        ))}
      </ul>
      {balance.missing.length > 0 && (
        <p className="refused slim" role="note">
          {t('water.left-out', { count: balance.missing.length })}: {balance.missing.slice(0, 6).join(language === 'zh' ? '；' : '; ')}
          {balance.missing.length > 6 ? '…' : ''}
        </p>
      )}
      <div className="scroll-x">
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">{t('water.month')}</th>
              {COLUMNS.map((name) => (
                <th key={name} scope="col" className="right">
                  {t(`water.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {balance.months.map((month, m) => (
              <tr key={MONTH_NAMES[m]}>
                <th scope="row">{language === 'zh' ? `${m + 1}月` : MONTH_NAMES[m]}</th>
                {COLUMNS.map((name) => (
                  <td key={name} className={`right number${name === 'short' && month.short > 0.5 ? ' alarm' : ''}`}>
                    {inTenThousand(month[name])}
                  </td>
                ))}
              </tr>
            ))}
            <tr className="sum">
              <th scope="row">{t('water.year')}</th>
              {COLUMNS.map((name) => (
                <td key={name} className="right number">
                  {inTenThousand(sum(name))}
                </td>
              ))}
            </tr>
          </tbody>
        </table>
      </div>
      <p className="quiet">{t('water.unit-note')}</p>
      {balance.months.some(({ intoStore }) => intoStore > 0) && (
        <p className="quiet">{t('water.stored', { most: inTenThousand(Math.max(...balance.months.map(({ intoStore }) => intoStore))) })}</p>
      )}
      {balance.outlets.length > 0 && <Outlets balance={balance} />}
      <Screening balance={balance} water={water} />
      <Fullness balance={balance} />
    </div>
  )
}

/** Salt of drain outlets against their limits. */
function Outlets({ balance }: { readonly balance: BalanceView }) {
  const t = useText()
  const tonnes = (t_: number) => t_.toLocaleString('en-US', { maximumFractionDigits: 0 })
  return (
    <section>
      <h3>{t('water.outlets')}</h3>
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">{t('water.outlet')}</th>
            <th scope="col" className="right">
              {t('water.salt-load')}
            </th>
            <th scope="col" className="right">
              {t('water.salt-limit')}
            </th>
          </tr>
        </thead>
        <tbody>
          {balance.outlets.map(({ limitId, name, loadT, limitT }) => (
            <tr key={limitId}>
              <th scope="row">{name}</th>
              <td className={`right number${loadT !== null && loadT > limitT ? ' alarm' : ''}`}>
                {loadT === null ? t('water.not-configured') : tonnes(loadT)}
              </td>
              <td className="right number">{tonnes(limitT)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Screening({ balance, water }: { readonly balance: BalanceView; readonly water: Water }) {
  const t = useText()
  return (
    <section>
      <h3>{t('water.screening')}</h3>
      <p className="quiet">{t('water.screening-what')}</p>
      {balance.screening.map(({ crop, zone, method, m3PerMu, availableM3, efficiency, mostM2 }) => (
        <p key={`${crop}${zone}${method}`} className="water-screening">
          <strong>{cropNameOf(water, crop)}</strong> <AreaText area={Math.round(mostM2 * 100)} />
          <small className="quiet">
            {' '}
            = {t('water.screening-how', { efficiency: efficiency.toFixed(3), available: inTenThousand(availableM3), quota: m3PerMu })}
          </small>
        </p>
      ))}
      {balance.screeningMissing.length > 0 && (
        <p className="quiet">
          {t('water.not-configured')}: {balance.screeningMissing.join('; ')}
        </p>
      )}
    </section>
  )
}

/** Canals by the month in which they are fullest. */
function Fullness({ balance }: { readonly balance: BalanceView }) {
  const t = useText()
  const address = useAddress()
  const rows = balance.canals
    .map(({ reachId, name, entering, capacity }) => {
      const full = entering.map((each, m) => (capacity[m] ? each / (capacity[m] ?? 1) : 0))
      return { reachId, name, most: Math.max(...full), known: capacity.every((each) => each !== null) }
    })
    .sort((a, b) => b.most - a.most)
    .slice(0, 12)
  if (rows.length === 0) return null
  return (
    <section>
      <h3>{t('water.fullness')}</h3>
      <table className="plain">
        <tbody>
          {rows.map(({ reachId, name, most, known }) => (
            <tr key={reachId}>
              <th scope="row">
                <button type="button" className="link-button" onClick={() => address.set({ sel: `reach:${reachId}` })}>
                  {name}
                </button>
              </th>
              <td className="water-fullness">
                <i style={{ width: `${Math.min(100, most * 100)}%` }} className={most > 0.999 ? 'full' : ''} />
              </td>
              <td className="right number">{known ? `${Math.round(most * 100)} %` : t('water.not-configured')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
