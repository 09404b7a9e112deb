import { query } from '@dishu/web-kit/address'
import { useRead } from '@dishu/web-kit/read'
import { Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { Link } from 'wouter'
import type { PatchMapReply } from './maps.wire.ts'

const PLACES = ['none', 'light', 'moderate', 'heavy', 'extreme'] as const
/** More samples than are counted one by one. */
const MORE_THAN_TEN = 11

/** What the map says of a patch: probabilities as bars, the rule, the samples behind it, and how many more would decide it. */
export function PatchMapCard({
  id,
  grades,
}: {
  readonly id: string
  readonly grades: readonly { readonly id: string; readonly name: string; readonly colour: string }[]
}) {
  const t = useText()
  const place = usePlace()
  const address = useAddress()
  const { asOf, known } = place
  const reading = useRead<PatchMapReply>(query(`/api/counties/${place.county}/soil/patches/${id}`, { asOf, known, v: String(place.head) }))
  if (reading.state !== 'ready') return <Waiting reading={reading} lines={4} />
  const { graded } = reading.value
  const grade = (name: string) => grades.find((each) => each.id === name)
  if (!graded)
    return (
      <section className="card">
        <h3>{t('patch-map.title')}</h3>
        <p className="quiet">{t('patch-map.none')}</p>
      </section>
    )
  const percent = (share: number) => `${Math.round(share * 100)} %`
  return (
    <section className="card patch-map">
      <header>
        <h3>{t('patch-map.title')}</h3>
        <Link href={address.link('/soil', { tab: 'maps', map: graded.map })}>
          {graded.title} · {graded.validFrom}
        </Link>
      </header>
      <p>
        <span className="chip" style={{ backgroundColor: grade(graded.grade)?.colour ?? '#9AA3A8' }} />{' '}
        <b>{grade(graded.grade)?.name ?? graded.grade}</b> {t('patch-map.with', { share: percent(graded.share) })}
        <br />
        <small className="quiet">
          {graded.schemeName} · {t(`soil-rule.${graded.rule}`, { share: Math.round(graded.ruleShare * 100) })}
        </small>
      </p>
      <table className="patch-chances">
        <thead>
          <tr>
            <th scope="col">{t('soil-schemes.indicator')}</th>
            {PLACES.map((name) => (
              <th key={name} scope="col" className="right">
                {grade(name)?.name ?? name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Object.entries(graded.chances).map(([name, chances]) => (
            <tr key={name} className={name === 'combined' ? 'whole' : ''}>
              <th scope="row">{name === 'combined' ? t('soil-areas.combined') : t(`soil-value.${name}`)}</th>
              {chances.map((chance, i) => (
                <td key={PLACES[i]} className="right number">
                  <span
                    className="chance-bar"
                    style={{ width: `${100 * chance}%`, backgroundColor: grade(PLACES[i])?.colour ?? '#9AA3A8' }}
                  />
                  <span>{percent(chance)}</span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="number">
        {graded.figures.map(({ value, unit, mean, deviation, low, high }) => (
          <span key={value} className="patch-figure" title={t('patch-map.ends', { low, high })}>
            {t(`soil-value.${value}`)} {mean} ± {Number((1.96 * deviation).toPrecision(2))} {unit === 'pH' ? '' : unit}
          </span>
        ))}
      </p>
      <p>
        {graded.needed === 0
          ? t('patch-map.decided')
          : graded.needed === null
            ? ''
            : graded.needed >= MORE_THAN_TEN
              ? t('patch-map.more-than-ten')
              : t('patch-map.needed', { count: graded.needed })}
      </p>
      {!graded.isShown && <p className="soil-warning">{t('patch-map.not-shown')}</p>}
      <p className="quiet">
        {t('patch-map.samples')} {graded.samples.map(({ code, metres }) => `${code} (${metres} m)`).join('、')}
      </p>
    </section>
  )
}
