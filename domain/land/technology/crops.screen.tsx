import { axisOf } from '@dishu/web-kit/chart/axis'
import { useSettings } from '@dishu/web-kit/settings'
import { useAddress } from '@dishu/web-kit/use-address'
import { useText } from '@dishu/web-kit/words'
import { maasHoffman, type SaltTolerance, type Sourced, steppuhn, withinPh, withinUpper } from '../crops/crops.ts'
import { inLanguage, NotConfigured, Stated, short, yuan } from './stated.screen.tsx'
import { METHOD_NAMES } from './technology.ts'
import type { LibraryReply } from './technology.wire.ts'

type Crop = LibraryReply['crops'][number]

/** Crops with what salt, sodium and pH leave of their yield, as curves; their varieties and where seed comes from. */
export function CropsTab({ library }: { readonly library: LibraryReply }) {
  const t = useText()
  const address = useAddress()
  const { language } = useSettings()
  const chosen = library.crops.find(({ code }) => code === address.get('crop')) ?? library.crops[0]
  const varieties = library.varieties.filter(({ crop }) => crop === chosen.code)
  const { potential, price, growingCost } = chosen
  return (
    <div className="library-split">
      <nav className="library-list" aria-label={t('library.crops')}>
        {library.crops.map((crop) => (
          <button
            key={crop.code}
            type="button"
            className={crop.code === chosen.code ? 'here' : ''}
            aria-current={crop.code === chosen.code}
            onClick={() => address.set({ crop: crop.code })}
          >
            <span>{crop[language]}</span>
            <small className="quiet">
              {METHOD_NAMES[crop.method][language]}
              {crop.own && ` · ${t('library.own')}`}
              {crop.ph === null && ` · ${t('library.no-ph-limit')}`}
            </small>
          </button>
        ))}
      </nav>
      <div className="library-detail">
        <h2>{chosen[language]}</h2>
        {chosen.note && <p className="library-note">{inLanguage(chosen.note, language)}</p>}
        <p className="quiet">{t('library.soda-warning')}</p>
        <div className="library-curves">
          <Curve
            title={t(chosen.salt?.medium === 'soil-water' ? 'library.curve-water' : 'library.curve-salt')}
            of={chosen.salt}
            lines={chosen.salt ? saltLines(chosen.salt) : []}
            most={chosen.salt ? Math.ceil((chosen.salt.threshold + 100 / chosen.salt.slope) * 1.1) : 1}
            text={
              chosen.salt
                ? `${t('library.threshold')} ${chosen.salt.threshold} dS/m, ${chosen.salt.slope} % / (dS/m) · ${chosen.salt.edition}`
                : ''
            }
          />
          <Curve
            title={t('library.curve-esp')}
            of={chosen.sodicity}
            lines={chosen.sodicity ? [(esp) => withinUpper(chosen.sodicity as NonNullable<Crop['sodicity']>, esp)] : []}
            most={100}
            text={chosen.sodicity ? t('library.limits-text', { from: chosen.sodicity.noLossTo, to: chosen.sodicity.noneFrom }) : ''}
          />
          <Curve
            title={t('library.curve-ph')}
            of={chosen.ph}
            lines={chosen.ph ? [(ph) => withinPh(chosen.ph as NonNullable<Crop['ph']>, ph)] : []}
            least={6}
            most={11}
            text={chosen.ph ? t('library.limits-text', { from: chosen.ph.noLossTo, to: chosen.ph.noneFrom }) : ''}
          />
        </div>
        {chosen.salt && <p className="quiet">{t('library.two-curves')}</p>}
        <section className="card">
          <h3>{t('library.economics')}</h3>
          <dl className="pairs">
            <dt>{t('library.potential')}</dt>
            <dd>
              {potential ? (
                <>
                  {short(potential.value, 0)} kg/亩 ({potential.year}) <Stated {...potential} />
                </>
              ) : (
                <NotConfigured />
              )}
            </dd>
            <dt>{t('library.crop-price')}</dt>
            <dd>
              {price ? (
                <>
                  {yuan(price.value, 2)} 元/kg ({price.year}) <Stated {...price} />
                </>
              ) : (
                <NotConfigured />
              )}
            </dd>
            <dt>{t('library.growing-cost')}</dt>
            <dd>
              {growingCost ? (
                <>
                  {yuan(growingCost.value)} 元/亩 ({growingCost.year}) <Stated {...growingCost} />
                </>
              ) : (
                <NotConfigured />
              )}
            </dd>
          </dl>
        </section>
        <section className="card">
          <h3>{t('library.varieties')}</h3>
          {varieties.length === 0 ? (
            <p className="quiet none">{t('library.no-varieties')}</p>
          ) : (
            <div className="scroll-x">
              <table className="plain">
                <thead>
                  <tr>
                    <th>{t('library.variety')}</th>
                    <th>{t('library.seed-source')}</th>
                    <th className="right">{t('library.seed-price')}</th>
                    <th>{t('library.note')}</th>
                    <th>{t('library.source')}</th>
                  </tr>
                </thead>
                <tbody>
                  {varieties.map((each) => (
                    <tr key={each.code}>
                      <td>{each.name}</td>
                      <td>{each.seedSource ?? <NotConfigured />}</td>
                      <td className="right">
                        {each.seedPrice ? `${yuan(each.seedPrice.value, 2)} (${each.seedPrice.year})` : <NotConfigured />}
                      </td>
                      <td>{inLanguage(each.note, language)}</td>
                      <td>
                        <Stated {...each} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </section>
      </div>
    </div>
  )
}

const saltLines = (salt: SaltTolerance) => [(ec: number) => maasHoffman(salt, ec), steppuhn(salt).yieldAt]

const [WIDTH, HEIGHT] = [320, 180]
const EDGE = { left: 40, right: 10, top: 10, bottom: 26 }

/** Share of the yield left along an indicator; a second line is drawn dashed. */
function Curve(props: {
  readonly title: string
  readonly of: Sourced | null
  readonly lines: readonly ((value: number) => number)[]
  readonly least?: number
  readonly most: number
  readonly text: string
}) {
  const { title, of, lines, least = 0, most, text } = props
  const { ticks } = axisOf([least, most])
  const inner = { width: WIDTH - EDGE.left - EDGE.right, height: HEIGHT - EDGE.top - EDGE.bottom }
  const x = (value: number) => EDGE.left + ((value - least) / (most - least)) * inner.width
  const y = (share: number) => EDGE.top + (1 - share) * inner.height
  const path = (line: (value: number) => number) =>
    Array.from({ length: 81 }, (_, i) => least + ((most - least) * i) / 80)
      .map((value, i) => `${i === 0 ? 'M' : 'L'}${x(value).toFixed(1)} ${y(line(value)).toFixed(1)}`)
      .join('')
  return (
    <figure className="library-curve">
      <figcaption>{title}</figcaption>
      {of === null ? (
        <NotConfigured />
      ) : (
        <>
          <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${title}: ${text}`}>
            {[0, 0.5, 1].map((share) => (
              <g key={share}>
                <line className="series-grid" x1={EDGE.left} x2={WIDTH - EDGE.right} y1={y(share)} y2={y(share)} />
                <text className="series-label" x={EDGE.left - 6} y={y(share) + 4} textAnchor="end">
                  {share * 100} %
                </text>
              </g>
            ))}
            {ticks
              .filter((tick) => tick >= least && tick <= most)
              .map((tick) => (
                <text key={tick} className="series-label" x={x(tick)} y={HEIGHT - 8} textAnchor="middle">
                  {tick}
                </text>
              ))}
            {lines.map((line, i) => (
              <path key={i} className={`series-line${i > 0 ? ' dashed' : ''}`} d={path(line)} />
            ))}
          </svg>
          <p>
            {text} <Stated source={of.source} mark={of.mark} />
          </p>
        </>
      )}
    </figure>
  )
}
