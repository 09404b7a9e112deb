import { useSettings } from '@dishu/web-kit/settings'
import { useAddress } from '@dishu/web-kit/use-address'
import { useText } from '@dishu/web-kit/words'
import { inLanguage, NotConfigured, Stated, short, yuan } from './stated.screen.tsx'
import { type Condition, type Dose, type Effect, FAMILY_NAMES, INDICATOR_NAMES, SCOPE_NAMES, UNIT_NAMES } from './technology.ts'
import type { LibraryReply } from './technology.wire.ts'

type Technology = LibraryReply['technologies'][number]

/** Technologies by family with evidence, conditions, dose and cost lines; practices made of them. */
export function TechnologiesTab({ library }: { readonly library: LibraryReply }) {
  const t = useText()
  const address = useAddress()
  const { language } = useSettings()
  const chosen = library.technologies.find(({ code }) => code === address.get('technology')) ?? library.technologies[0]
  return (
    <div className="library-split">
      <nav className="library-list" aria-label={t('library.technologies')}>
        {library.technologies.map((each) => {
          const priced = library.costs.some(({ technology }) => technology === each.code)
          return (
            <button
              key={each.code}
              type="button"
              className={each.code === chosen.code ? 'here' : ''}
              aria-current={each.code === chosen.code}
              onClick={() => address.set({ technology: each.code })}
            >
              <span>{each[language]}</span>
              <small className="quiet">
                {FAMILY_NAMES[each.family][language]}
                {each.own && ` · ${t('library.own')}`}
                {!priced && ` · ${t('library.no-price')}`}
              </small>
            </button>
          )
        })}
      </nav>
      <div className="library-detail">
        <TechnologyCards technology={chosen} library={library} />
        <h2>{t('library.practices')}</h2>
        <p className="quiet">{t('library.practices-what')}</p>
        <div className="scroll-x">
          <table className="plain">
            <thead>
              <tr>
                <th>{t('library.practice')}</th>
                <th>{t('library.steps')}</th>
                <th>{t('library.crops-of')}</th>
                <th>{t('library.source')}</th>
              </tr>
            </thead>
            <tbody>
              {library.practices.map((practice) => (
                <tr key={practice.code} className={practice.steps.some(({ technology }) => technology === chosen.code) ? 'lit' : ''}>
                  <td>{practice[language]}</td>
                  <td>
                    {practice.steps
                      .map(({ technology, from, to }) => {
                        const name = library.technologies.find(({ code }) => code === technology)?.[language] ?? technology
                        return `${name} (${to === null ? t('library.from-year', { from: from + 1 }) : from === to ? t('library.year-n', { year: from + 1 }) : t('library.years', { from: from + 1, to: to + 1 })})`
                      })
                      .join(' + ')}
                  </td>
                  <td>{practice.crops.map((crop) => library.crops.find(({ code }) => code === crop)?.[language] ?? crop).join('、')}</td>
                  <td>
                    <Stated {...practice} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
    </div>
  )
}

function TechnologyCards({ technology, library }: { readonly technology: Technology; readonly library: LibraryReply }) {
  const t = useText()
  const { language } = useSettings()
  const costs = library.costs.filter((cost) => cost.technology === technology.code)
  const needsDose = ['amendment', 'organic', 'sand'].includes(technology.family)
  const { water } = technology
  return (
    <>
      <h2>{technology[language]}</h2>
      <p>
        <Stated {...technology} />
      </p>
      {technology.note && <p className="library-note">{inLanguage(technology.note, language)}</p>}
      <section className="card">
        <h3>{t('library.conditions')}</h3>
        {technology.conditions.length === 0 && <p className="quiet none">{t('library.no-conditions')}</p>}
        <ul className="library-facts">
          {technology.conditions.map((condition) => (
            <li key={`${condition.indicator} ${condition.is}`}>
              {conditionText(condition, language)} <Stated {...condition} />
            </li>
          ))}
        </ul>
      </section>
      <section className="card">
        <h3>{t('library.dose')}</h3>
        {technology.dose ? (
          <p>
            {doseText(technology.dose, t)} <Stated {...technology.dose} />
          </p>
        ) : needsDose ? (
          <NotConfigured />
        ) : (
          <p className="quiet none">{t('library.no-dose')}</p>
        )}
        {water ? (
          <p>
            {t('library.leaching-water', {
              m3: short(
                water.months.reduce((sum, each) => sum + each, 0),
                0,
              ),
            })}{' '}
            <Stated {...water} />
          </p>
        ) : (
          technology.family === 'leaching' && (
            <p>
              {t('library.leaching-depth')} <NotConfigured />
            </p>
          )
        )}
      </section>
      {technology.contaminants.length > 0 && (
        <section className="card">
          <h3>{t('library.contaminants')}</h3>
          <table className="plain">
            <thead>
              <tr>
                <th>{t('library.substance')}</th>
                <th className="right">{t('library.content')}</th>
                <th className="right">{t('library.limit-value')}</th>
                <th>{t('library.source')}</th>
              </tr>
            </thead>
            <tbody>
              {technology.contaminants.map((each) => (
                <tr key={each.substance}>
                  <td>{each.substance}</td>
                  <td className="right">{each.content ?? <NotConfigured />}</td>
                  <td className="right">{each.limit ?? <NotConfigured />}</td>
                  <td>
                    <Stated {...each} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <section className="card">
        <h3>{t('library.effects')}</h3>
        {technology.effects.length === 0 && <p className="quiet none">{t('library.no-effects')}</p>}
        <ul className="library-facts">
          {technology.effects.map((effect, i) => (
            <li key={i}>
              <b>{effectText(effect, language)}</b>{' '}
              {t(effect.planned ? 'library.effect-planned' : 'library.effect-shown', { year: effect.year })} · {effect.where}{' '}
              <Stated {...effect} />
            </li>
          ))}
        </ul>
      </section>
      <section className="card">
        <h3>{t('library.costs')}</h3>
        {costs.length === 0 ? (
          <NotConfigured />
        ) : (
          <table className="plain">
            <thead>
              <tr>
                <th>{t('library.line')}</th>
                <th>{t('library.scope')}</th>
                <th className="right">{t('library.price')}</th>
                <th className="right">{t('library.price-year')}</th>
                <th>{t('library.source')}</th>
              </tr>
            </thead>
            <tbody>
              {costs.map((cost) => (
                <tr key={cost.line}>
                  <td>{cost.line}</td>
                  <td>{SCOPE_NAMES[cost.scope][language]}</td>
                  <td className="right number">
                    {yuan(cost.fen, 2)} / {UNIT_NAMES[cost.unit][language]}
                  </td>
                  <td className="right">{cost.year}</td>
                  <td>
                    <Stated {...cost} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
    </>
  )
}

type T = ReturnType<typeof useText>
function doseText(dose: Dose, t: T): string {
  const depth = short(dose.depthM)
  if (dose.by === 'fixed') return t('library.dose-fixed', { dose: short(dose.tPerHa) })
  if (dose.by === 'soil-mass') return t('library.dose-mass', { percent: short(dose.percent), depth })
  return t('library.dose-requirement', {
    target: short(dose.targetEsp),
    efficiency: short(dose.efficiency),
    purity: short(dose.purity * 100),
    depth,
    density: short(dose.bulkDensity),
  })
}

function conditionText({ indicator, is, value }: Condition, language: 'zh' | 'en'): string {
  const name = INDICATOR_NAMES[indicator][language]
  if (is === 'yes') return name
  if (is === 'no') return language === 'zh' ? `无${name}` : `no ${name}`
  return `${name} ${is === 'at-least' ? '≥' : '≤'} ${value ?? '—'}`
}

function effectText({ indicator, kind, least, most, crop }: Effect, language: 'zh' | 'en'): string {
  const name =
    indicator === 'yield'
      ? language === 'zh'
        ? '产量'
        : 'yield'
      : indicator === 'salt'
        ? language === 'zh'
          ? '含盐量'
          : 'salt'
        : { ph: 'pH', esp: 'ESP', ece: 'ECe' }[indicator]
  const range = least === most ? short(least) : `${short(least)} … ${short(most)}`
  const unit =
    kind === 'change-percent' ? ' %' : indicator === 'yield' ? ' kg/亩' : indicator === 'esp' ? ' %' : indicator === 'salt' ? ' g/kg' : ''
  const arrow = kind === 'to' ? '→' : least > 0 ? '+' : ''
  return `${name}${crop ? ` (${crop})` : ''} ${arrow} ${range}${unit}`
}
