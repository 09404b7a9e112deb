import { useText, wordOr } from '@dishu/web-kit/words'
import type { Dossier } from './count.wire.ts'
import { day } from './dossier-time.screen.tsx'

type Sample = Dossier['samples'][number]
const MEASURED = ['ph', 'ec', 'ece', 'salt', 'esp'] as const

/** Samples in rows: measured values, limits as `<0.05`, derived values in italics with their relation, and flags. */
export function SampleTable({ samples }: { readonly samples: Dossier['samples'] }) {
  const t = useText()
  const heads = { ph: 'pH', ec: 'EC', ece: 'ECe', salt: t('column.salt'), esp: 'ESP' }
  const units = { ph: '', ec: t('dossier.ec-unit'), ece: t('dossier.ec-unit'), salt: t('dossier.salt-unit'), esp: '%' }
  return (
    <div className="scroll-x">
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">{t('column.sample')}</th>
            <th scope="col">{t('column.depth')}</th>
            <th scope="col">{t('column.date')}</th>
            {MEASURED.map((name) => (
              <th key={name} scope="col" className="right" title={units[name]}>
                {heads[name]}
              </th>
            ))}
            <th scope="col">{t('dossier.derived')}</th>
          </tr>
        </thead>
        <tbody>
          {samples.map((sample) => (
            <tr
              key={`${sample.code}-${sample.depth}-${sample.sampledOn}`}
              title={[sample.lab, sample.method].filter((each) => each !== null).join(' · ') || undefined}
            >
              <td className="number">{sample.code}</td>
              <td className="number">{sample.depth}</td>
              <td className="number">
                {day(sample.sampledOn)}{' '}
                {sample.season && <small className="quiet">{wordOr(t, `season.${sample.season}`, sample.season)}</small>}
              </td>
              {MEASURED.map((name) => (
                <td key={name} className="right number" title={ratioOf(sample, name) ?? undefined}>
                  {sample[name]?.toFixed(2) ?? sample.censored[name] ?? '—'}
                </td>
              ))}
              <td>
                <DerivedList sample={sample} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const ratioOf = (sample: Sample, name: (typeof MEASURED)[number]) =>
  name === 'ph' ? sample.phRatio : name === 'ec' ? sample.ecRatio : null

function DerivedList({ sample: { derived, flags } }: { readonly sample: Sample }) {
  const t = useText()
  if (derived.length === 0 && flags.length === 0) return <span className="quiet">—</span>
  return (
    <>
      {derived.map((each) => (
        <div
          key={each.relation}
          title={`${each.source}${each.inputs === '' ? '' : `\n${each.inputs}`}${each.refused ? `\n${each.refused}` : ''}`}
        >
          {wordOr(t, `derived.${each.quantity}`, each.quantity)}{' '}
          <i className="number">{each.text ?? (each.word ? wordOr(t, `salt-type.${each.word}`, each.word) : t('derived.refused'))}</i>{' '}
          <small className="quiet">{each.relation}</small>
        </div>
      ))}
      {flags.map((flag) => (
        <small key={flag} className="quiet">
          {wordOr(t, `flag.${flag}`, flag)}{' '}
        </small>
      ))}
    </>
  )
}

/** Holes with several layers at the standard depths, by the spline. */
export function ProfileTable({ profiles }: { readonly profiles: Dossier['profiles'] }) {
  const t = useText()
  const names = { ph: 'pH', ec: 'EC', ece: 'ECe', salt: t('column.salt'), esp: 'ESP' }
  return (
    <div className="scroll-x">
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">{t('column.sample')}</th>
            <th scope="col">{t('column.date')}</th>
            <th scope="col">{t('dossier.quantity')}</th>
            {profiles[0]?.depths.map(({ depth }) => (
              <th key={depth} scope="col" className="right">
                {depth} cm
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {profiles.map(({ codes, sampledOn, quantity, depths }) => (
            <tr key={`${codes.join()}-${sampledOn}-${quantity}`}>
              <td className="number">{codes.join(', ')}</td>
              <td className="number">{day(sampledOn)}</td>
              <td>{names[quantity]}</td>
              {depths.map(({ depth, text, refused }) => (
                <td key={depth} className="right number" title={refused ?? undefined}>
                  {text ?? '—'}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
