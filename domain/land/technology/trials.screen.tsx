import { query } from '@dishu/web-kit/address'
import { useRead } from '@dishu/web-kit/read'
import { useSettings } from '@dishu/web-kit/settings'
import { Empty, Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { Select } from 'antd'
import type { Interval } from '../crops/crops.ts'
import { Stated, short } from './stated.screen.tsx'
import { DESIGN_NAMES } from './technology.ts'
import type { LibraryReply, TrialsReply } from './technology.wire.ts'

/** Varieties held against a check within site-years, with intervals; by class of soil; and the trials themselves. */
export function TrialsTab({ library }: { readonly library: LibraryReply }) {
  const t = useText()
  const address = useAddress()
  const { language } = useSettings()
  const { county, asOf, known } = usePlace()
  const crops = [...new Set(library.trials.map(({ crop }) => crop))]
  const crop = crops.find((each) => each === address.get('crop')) ?? crops[0] ?? null
  const own = library.trials.filter((trial) => trial.crop === crop)
  const codes = new Set(own.map(({ code }) => code))
  const varieties = [...new Set(library.results.filter(({ trial }) => codes.has(trial)).map(({ variety }) => variety))].sort()
  const asked = address.get('check')
  const check = varieties.find((each) => each === asked) ?? varieties[0] ?? null
  const reading = useRead<TrialsReply>(
    crop === null ? null : query(`/api/counties/${county}/library/trials`, { asOf, known, crop, ...(check ? { check } : {}) }),
  )
  const nameOf = (code: string) => library.varieties.find((each) => each.code === code)?.name ?? code
  if (crop === null) return <Empty icon="findings" title={t('library.no-trials-title')} text={t('library.no-trials')} />
  const reply = reading.state === 'ready' ? reading.value : null
  const ends =
    reply?.standings.flatMap(({ comparison }) => (comparison ? [comparison.difference.low, comparison.difference.high] : [])) ?? []
  const reach = Math.max(10, ...ends.map(Math.abs))
  return (
    <div className="library-scroll">
      <div className="row gap">
        <Select
          value={crop}
          aria-label={t('library.crops')}
          options={crops.map((code) => ({ value: code, label: library.crops.find((each) => each.code === code)?.[language] ?? code }))}
          onChange={(value) => address.set({ crop: value, check: null })}
        />
        <span className="quiet">{t('library.against')}</span>
        <Select
          value={check}
          aria-label={t('library.check')}
          options={varieties.map((code) => ({ value: code, label: nameOf(code) }))}
          onChange={(value) => address.set({ check: value })}
        />
      </div>
      <p className="quiet">{t('library.fair')}</p>
      {reading.state !== 'ready' && <Waiting reading={reading} lines={4} />}
      {reply && (
        <section className="card">
          <h3>{t('library.standings', { check: check ? nameOf(check) : '' })}</h3>
          <ul className="library-standings">
            {reply.standings.map(({ variety, comparison, refusal }) => (
              <li key={variety}>
                <b>{nameOf(variety)}</b>
                {comparison ? (
                  <>
                    <Whisker interval={comparison.difference} reach={reach} label={nameOf(variety)} />
                    <span className="number">
                      {signed(comparison.difference.mean)} kg/亩 ({signed(comparison.difference.low)} … {signed(comparison.difference.high)}
                      )
                    </span>
                    <span className={comparison.verdict === 'not-told-apart' ? 'quiet' : ''}>
                      {t(`library.verdict-${comparison.verdict}`)} · {t('library.site-years', { count: comparison.difference.n })}
                    </span>
                  </>
                ) : (
                  <span className="quiet library-refusal">
                    {refusal?.message} {refusal?.hint}
                  </span>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      {reply && (
        <section className="card">
          <h3>{t('library.by-soil')}</h3>
          <div className="scroll-x">
            <table className="plain">
              <thead>
                <tr>
                  <th>{t('library.soil')}</th>
                  <th>{t('library.variety')}</th>
                  <th className="right">{t('library.mean')}</th>
                  <th className="right">{t('library.interval')}</th>
                  <th className="right">{t('library.site-years-head')}</th>
                </tr>
              </thead>
              <tbody>
                {reply.bySoil.map(({ soil, variety, siteYears, meanKgPerMu, interval }) => (
                  <tr key={`${soil} ${variety}`}>
                    <td>{soil === '?' ? t('library.soil-unknown') : soil}</td>
                    <td>{nameOf(variety)}</td>
                    <td className="right number">{short(meanKgPerMu, 1)}</td>
                    <td className="right number">
                      {interval ? `${short(interval.low, 1)} … ${short(interval.high, 1)}` : t('library.no-interval')}
                    </td>
                    <td className="right">{siteYears}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
      <section className="card">
        <h3>{t('library.registered')}</h3>
        <div className="scroll-x">
          <table className="plain">
            <thead>
              <tr>
                <th>{t('library.trial')}</th>
                <th>{t('library.site')}</th>
                <th>{t('library.year-head')}</th>
                <th>{t('library.design')}</th>
                <th className="right">{t('library.plots')}</th>
                <th>{t('library.soil')}</th>
                <th>{t('library.registered-on')}</th>
                <th>{t('library.source')}</th>
              </tr>
            </thead>
            <tbody>
              {own.map((trial) => (
                <tr key={trial.code}>
                  <td>{trial.code}</td>
                  <td>{trial.site}</td>
                  <td>{trial.year}</td>
                  <td>
                    {t('library.design-text', {
                      design: DESIGN_NAMES[trial.design][language],
                      replicates: trial.replicates,
                      blocks: trial.blocks,
                    })}
                  </td>
                  <td className="right">{library.results.filter((row) => row.trial === trial.code).length}</td>
                  <td>
                    {[trial.soil.ph !== null ? `pH ${trial.soil.ph}` : null, trial.soil.esp !== null ? `ESP ${trial.soil.esp}` : null]
                      .filter(Boolean)
                      .join(', ') || t('library.soil-unknown')}
                  </td>
                  <td>{trial.registeredOn ?? t('library.not-registered')}</td>
                  <td>
                    <Stated {...trial} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </div>
  )
}

const signed = (value: number) => `${value > 0 ? '+' : value < 0 ? '−' : ''}${short(Math.abs(value), 1)}`

/** An interval beside zero. */
function Whisker({ interval, reach, label }: { readonly interval: Interval; readonly reach: number; readonly label: string }) {
  const x = (value: number) => 110 + (100 * value) / reach
  return (
    <svg
      className="library-whisker"
      viewBox="0 0 220 20"
      role="img"
      aria-label={`${label} ${signed(interval.low)} … ${signed(interval.high)}`}
    >
      <line className="zero" x1="110" x2="110" y1="0" y2="20" />
      <line x1={x(interval.low)} x2={x(interval.high)} y1="10" y2="10" />
      <line x1={x(interval.low)} x2={x(interval.low)} y1="5" y2="15" />
      <line x1={x(interval.high)} x2={x(interval.high)} y1="5" y2="15" />
      <circle cx={x(interval.mean)} cy="10" r="4" />
    </svg>
  )
}
