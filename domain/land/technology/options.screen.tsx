import { query } from '@dishu/web-kit/address'
import { formatArea } from '@dishu/web-kit/areas'
import { useRead } from '@dishu/web-kit/read'
import { useSettings } from '@dishu/web-kit/settings'
import { Empty, Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { Select } from 'antd'
import { useState } from 'react'
import type { PatchPage } from '../count/count.wire.ts'
import { Stated, short, yuan } from './stated.screen.tsx'
import { ACT_NAMES, SCOPE_NAMES } from './technology.ts'
import type { LibraryReply, OptionsReply, OptionView } from './technology.wire.ts'

/** A grade of salinity in the language of the page: the count's word. */
export type GradeName = (grade: string) => string

/** What would be done on one patch, and why each other thing would not. */
export function OptionsTab({ library, gradeName }: { readonly library: LibraryReply; readonly gradeName: GradeName }) {
  const t = useText()
  const address = useAddress()
  const { unit } = useSettings()
  const { county, within } = usePlace()
  const [q, setQ] = useState('')
  // without a word to look for, land of which something is known: sampled, and saline
  const search = q === '' ? { grade: 'moderate,heavy,extreme' } : { q }
  const list = useRead<PatchPage>(query(`/api/counties/${county}/patches`, { within, ...search, limit: '40' }))
  const rows = list.state === 'ready' ? list.value.rows : []
  const asked = address.get('patch')
  const patch = asked ?? (rows[0] ? String(rows[0].id) : null)
  const reading = useRead<OptionsReply>(patch === null ? null : query(`/api/counties/${county}/library/options`, { patch }))
  const area = (m2: number) => `${formatArea(Math.round(m2 * 100), unit)} ${t(`unit.${unit}`)}`
  return (
    <div className="library-scroll">
      <div className="row gap">
        <Select
          showSearch={{ filterOption: false, onSearch: setQ }}
          className="library-patch"
          aria-label={t('library.choose-patch')}
          placeholder={t('library.choose-patch')}
          value={patch}
          options={rows.map((row) => ({
            value: String(row.id),
            label: `${row.patchNumber ?? row.patchKey} · ${row.villageName ?? row.village} · ${row.className ?? row.class} · ${gradeName(row.grade)}`,
          }))}
          onChange={(value) => address.set({ patch: value })}
        />
        <span className="quiet">{t('library.choose-what')}</span>
      </div>
      {patch === null && list.state === 'ready' && (
        <Empty icon="parcels" title={t('library.no-patch-title')} text={t('library.no-patch')} />
      )}
      {patch !== null && reading.state !== 'ready' && <Waiting reading={reading} lines={8} />}
      {patch !== null && reading.state === 'ready' && <Answer reply={reading.value} library={library} area={area} />}
    </div>
  )
}

function Answer({ reply, library, area }: { readonly reply: OptionsReply; readonly library: LibraryReply; area(m2: number): string }) {
  const t = useText()
  const { language } = useSettings()
  const { facts, parts, options, out } = reply
  const { soil, water } = facts
  const practice = (code: string) => library.practices.find((each) => each.code === code)?.[language] ?? code
  const crop = (code: string) => library.crops.find((each) => each.code === code)?.[language] ?? code
  const limit = (code: string) => library.limits.find((each) => each.code === code)?.[language] ?? code
  const yes = (value: boolean | null) => t(value === null ? 'library.unknown' : value ? 'library.yes' : 'library.no')
  const figure = (value: number | null | undefined, digits: number) =>
    value === null || value === undefined ? t('library.unknown') : short(value, digits)
  return (
    <>
      <section className="card">
        <h3>{t('library.known-of', { key: reply.key, area: area(facts.areaM2) })}</h3>
        <dl className="pairs library-known">
          <dt>{t('library.soil')}</dt>
          <dd>
            {soil === null
              ? t('library.no-samples')
              : `pH ${figure(soil.ph, 2)} · ESP ${figure(soil.esp, 1)} · ECe ${figure(soil.ece, 2)} dS/m · CEC ${figure(soil.cec, 1)} · ${t('library.alkalinity')} ${figure(soil.alkalinity, 2)} cmol/kg (${soil.samples.length === 1 ? soil.samples[0] : t('library.samples', { count: soil.samples.length })}, ${soil.campaign ?? ''})`}
          </dd>
          <dt>{t('library.water')}</dt>
          <dd>
            {t('library.water-text', {
              paddy: yes(water.paddy),
              irrigation: yes(water.irrigation),
              outlet: yes(water.drainOutlet),
              district: water.district ?? t('library.no-district'),
            })}
          </dd>
          <dt>{t('library.limits')}</dt>
          <dd>
            {parts.length === 0
              ? t('library.unknown')
              : parts.map(({ limits, areaM2 }) => (
                  <span key={limits.join()} className="library-tag">
                    {limits.length === 0 ? t('library.free') : limits.map(limit).join(' + ')} {area(areaM2)}
                  </span>
                ))}
          </dd>
        </dl>
      </section>
      <h2>{t('library.would', { count: options.length })}</h2>
      {options.length === 0 && <p className="quiet">{t('library.would-none')}</p>}
      {options.map((option) => (
        <OptionCard
          key={option.id}
          option={option}
          title={`${practice(option.practice)} · ${crop(option.crop)}`}
          library={library}
          area={area}
          limit={limit}
        />
      ))}
      <h2>{t('library.out', { count: out.length })}</h2>
      <table className="plain library-out">
        <tbody>
          {out.map(({ id, practice: code, crop: of, reasons, doses }) => (
            <tr key={id}>
              <th scope="row">
                {practice(code)} · {crop(of)}
                {doses.length > 0 && (
                  <small>
                    {doses.map(({ technology, tPerHa }) => `${nameOf(library, technology, language)} ${short(tPerHa, 1)} t/ha`).join('、')}
                  </small>
                )}
              </th>
              <td>
                <ul>
                  {reasons.map(({ kind, text }) => (
                    <li key={text} className={kind === 'not-configured' || kind === 'unknown' ? 'quiet' : ''}>
                      {text}
                    </li>
                  ))}
                </ul>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

const nameOf = (library: LibraryReply, code: string, language: 'zh' | 'en') =>
  [...library.technologies, ...library.crops].find((each) => each.code === code)?.[language] ?? code

function OptionCard(props: {
  readonly option: OptionView
  readonly title: string
  readonly library: LibraryReply
  area(m2: number): string
  limit(code: string): string
}) {
  const { option, title, library, area, limit } = props
  const t = useText()
  const { language } = useSettings()
  const [open, setOpen] = useState(false)
  const first = option.costs.filter(({ year }) => year === 0).reduce((sum, { fenPerMu }) => sum + fenPerMu, 0)
  const water = option.water[0] ? [...option.water[0].crop, ...option.water[0].leaching].reduce((sum, each) => sum + each, 0) : 0
  return (
    <section className="card library-option">
      <h3>
        {title}
        <span className="grow" />
        <span className={`number${option.benefitFenPerMu < 0 ? ' alarm' : ''}`}>
          {t('library.npv', { yuan: yuan(option.benefitFenPerMu) })}
        </span>
      </h3>
      <p>{option.sentence}</p>
      <p className="quiet">
        {t('library.option-line', {
          usable: area(option.usableM2),
          dose:
            option.doses.length > 0
              ? option.doses.map(({ technology, tPerHa }) => `${nameOf(library, technology, language)} ${short(tPerHa, 1)} t/ha`).join('、')
              : t('library.none'),
          cost: yuan(first),
          water: short(water, 0),
        })}
        {option.forbidden.length > 0 &&
          ` · ${t('library.rest-forbidden')} ${option.forbidden.map((each) => `${limit(each.limit)} (${ACT_NAMES[each.act][language]}) ${area(each.areaM2)}`).join('、')}`}
      </p>
      <button type="button" className="link-button" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t(open ? 'library.less' : 'library.more')}
      </button>
      {open && (
        <div className="scroll-x">
          <table className="plain">
            <thead>
              <tr>
                <th>{t('library.year-head')}</th>
                <th className="right">pH</th>
                <th className="right">ESP</th>
                <th className="right">ECe</th>
                <th className="right">{t('library.yield')}</th>
                <th className="right">{t('library.water-m3')}</th>
                <th className="right">{t('library.cost-of-year')}</th>
              </tr>
            </thead>
            <tbody>
              {option.yields.map(({ year, kgPerMu, factor }) => {
                const soil = option.soil[year + 1]
                const used = option.water[year]
                return (
                  <tr key={year}>
                    <td>{year + 1}</td>
                    <td className="right number">{short(soil.ph, 2)}</td>
                    <td className="right number">{short(soil.esp, 1)}</td>
                    <td className="right number">{short(soil.ece, 2)}</td>
                    <td className="right number">
                      {short(kgPerMu, 0)} kg/亩 <small>({short(100 * factor, 0)} %)</small>
                    </td>
                    <td className="right number">
                      {short(
                        [...used.crop, ...used.leaching].reduce((sum, each) => sum + each, 0),
                        0,
                      )}
                    </td>
                    <td className="right number">
                      {yuan(option.costs.filter((cost) => cost.year === year).reduce((sum, { fenPerMu }) => sum + fenPerMu, 0))}
                    </td>
                  </tr>
                )
              })}
            </tbody>
          </table>
          <table className="plain">
            <thead>
              <tr>
                <th>{t('library.line')}</th>
                <th>{t('library.scope')}</th>
                <th className="right">{t('library.year-head')}</th>
                <th className="right">{t('library.per-mu')}</th>
                <th>{t('library.source')}</th>
              </tr>
            </thead>
            <tbody>
              {option.costs
                .filter(({ year }) => year === 0)
                .map((cost) => (
                  <tr key={`${cost.of} ${cost.line}`}>
                    <td>
                      {nameOf(library, cost.of, language)} {cost.line === 'growing' || cost.line === 'water' ? '' : cost.line}
                    </td>
                    <td>{SCOPE_NAMES[cost.scope][language]}</td>
                    <td className="right">{cost.year + 1}</td>
                    <td className="right number">{yuan(cost.fenPerMu)}</td>
                    <td>
                      <Stated {...cost} />
                    </td>
                  </tr>
                ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}
