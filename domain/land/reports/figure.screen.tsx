import { query } from '@dishu/web-kit/address'
import { formatArea, formatCount } from '@dishu/web-kit/areas'
import { useRead } from '@dishu/web-kit/read'
import { Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { Link } from 'wouter'
import type { PatchPage } from '../count/count.wire.ts'
import { squareMetres } from './facts.ts'
import type { FigureReply } from './reports.wire.ts'

const ROWS = 100
type Shown = FigureReply['figures'][number]

/** What a code in a report stands for: its question, its figure, the same counted again, and the rows behind it. */
export function FigureScreen({ code }: { readonly code: string }) {
  const t = useText()
  const { county } = usePlace()
  const reading = useRead<FigureReply>(`/api/counties/${county}/figures/${encodeURIComponent(code)}`)
  if (reading.state !== 'ready') return <div className="figure-page">{<Waiting reading={reading} />}</div>
  return (
    <div className="figure-page">
      <h1>
        {t('figure.title')} <code>{reading.value.code}</code>
      </h1>
      {reading.value.figures.length > 1 && <p className="quiet">{t('figure.several', { count: reading.value.figures.length })}</p>}
      {reading.value.figures.map((figure) => (
        <OneFigure key={JSON.stringify(figure.question) + figure.day + figure.known} figure={figure} />
      ))}
    </div>
  )
}

function OneFigure({ figure }: { readonly figure: Shown }) {
  const t = useText()
  const address = useAddress()
  const { words, day, known, baseline, stated, counted, reports, question } = figure
  const same = counted !== null && Object.keys(counted).every((name) => counted[name] === stated[name])
  return (
    <article className="figure-card">
      <h2>{words.join(' · ')}</h2>
      <dl>
        <dt>{t('figure.state')}</dt>
        <dd className="number">
          {baseline ? `${baseline} · ` : ''}
          {day} · r{known}
        </dd>
        {Object.entries(stated).map(([name, value]) => (
          <Value key={name} name={name} value={value} />
        ))}
        {counted !== null && (
          <>
            <dt>{t('figure.counted')}</dt>
            <dd className={same ? 'good' : 'bad'}>{t(same ? 'figure.same' : 'figure.differs')}</dd>
          </>
        )}
        <dt>{t('figure.in')}</dt>
        <dd>
          {reports.map(({ key, title }) => (
            <div key={key}>
              {key} {title}
            </div>
          ))}
        </dd>
      </dl>
      {question.of === 'count' && <Rows figure={figure} within={question.within} filters={question.filters} />}
      {question.of === 'findings' && <Link href={address.link('/findings', { rule: question.rule })}>{t('figure.to-findings')}</Link>}
      {question.of === 'plan' && <Link href={address.link('/plan')}>{t('figure.to-plan')}</Link>}
    </article>
  )
}

const AREAS = new Set(['area'])
function Value({ name, value }: { readonly name: string; readonly value: number }) {
  const t = useText()
  return (
    <>
      <dt>{t(`figure.value-${name}`)}</dt>
      <dd className="number">
        {AREAS.has(name) ? (
          <>
            <b>{formatArea(value, 'mu')}</b> {t('unit.mu')} · {squareMetres(value)} m²
          </>
        ) : name.endsWith('Fen') ? (
          `${(value / 100).toLocaleString('en-US', { minimumFractionDigits: 2 })} 元`
        ) : Number.isInteger(value) ? (
          formatCount(value)
        ) : (
          value.toLocaleString('en-US', { maximumFractionDigits: 6 })
        )}
      </dd>
    </>
  )
}

function Rows({
  figure,
  within,
  filters,
}: {
  readonly figure: Shown
  readonly within: string
  readonly filters: Readonly<Partial<Record<string, readonly string[]>>>
}) {
  const t = useText()
  const address = useAddress()
  const { county } = usePlace()
  const params = {
    ...Object.fromEntries(Object.entries(filters).map(([name, values]) => [name, values?.join(',') ?? ''])),
    within,
    asOf: figure.day,
    known: String(figure.known),
  }
  const reading = useRead<PatchPage>(
    query(`/api/counties/${county}/patches`, { ...params, limit: String(ROWS), sort: 'officialArea', descending: '1' }),
  )
  if (reading.state !== 'ready') return <Waiting reading={reading} />
  const { rows, matched, area } = reading.value
  return (
    <>
      <p>
        {t('figure.rows', { count: formatCount(matched), area: formatArea(area, 'mu') })}{' '}
        <Link href={address.link('/parcels', { ...params, within: within === county ? null : within })}>{t('figure.to-patches')}</Link>
      </p>
      <div className="table-scroll">
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{t('figure.patch')}</th>
              <th scope="col">{t('figure.village')}</th>
              <th scope="col">{t('figure.class')}</th>
              <th scope="col">{t('figure.official')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ id, patchKey, patchNumber, village, villageName, class: landClass, className, officialArea }) => (
              <tr key={id}>
                <td>
                  <Link href={address.link(`/parcels/${id}`, { asOf: figure.day, known: String(figure.known) })}>
                    {patchNumber ?? patchKey}
                  </Link>
                </td>
                <td>{villageName ?? village}</td>
                <td>
                  {landClass} {className}
                </td>
                <td className="number">{squareMetres(officialArea)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {matched > rows.length && <p className="quiet">{t('figure.first', { count: rows.length })}</p>}
    </>
  )
}
