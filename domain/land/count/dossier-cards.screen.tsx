import { AreaText } from '@dishu/web-kit/figures.tsx'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { useText, wordOr } from '@dishu/web-kit/words'
import { type ReactNode, useState } from 'react'
import type { Dossier } from './count.wire.ts'
import { ProfileTable, SampleTable } from './dossier-samples.screen.tsx'
import { History, RightsInTime, span } from './dossier-time.screen.tsx'
import { useVocabulary } from './vocabulary.screen.tsx'

const RIDGE = '1203' // 田坎: the class that a ridge counts under, whose name says so already

function Card({
  title,
  count,
  children,
  wide,
}: {
  readonly title: string
  readonly count?: number
  readonly children: ReactNode
  readonly wide?: boolean
}) {
  const t = useText()
  return (
    <section className={`card${wide ? ' wide' : ''}`}>
      <h3>
        {title}
        {count !== undefined && <span className="quiet"> {count}</span>}
      </h3>
      {count === 0 ? <p className="quiet none">{t('dossier.none')}</p> : children}
    </section>
  )
}

/** All that is known of a patch, one card to a subject. */
export function DossierCards({
  dossier,
  children,
  person,
}: {
  readonly dossier: Dossier
  readonly children?: ReactNode
  /** What stands beside the mask of a person, by the number of the party's row: the way to open it. */
  readonly person?: ((id: number) => ReactNode) | undefined
}) {
  const t = useText()
  const words = useVocabulary()
  const { patch, areas, cells, rights, contracts, samples, profiles, grades, findings, history } = dossier
  const [all, setAll] = useState(false)
  const attributes = all ? patch.attributes : patch.attributes.slice(0, 8)
  return (
    <div className="cards">
      <section className="card">
        <dl className="pairs">
          <dt>{t('column.class')}</dt>
          <dd>
            <span className="chip" style={{ backgroundColor: words.colour('class', patch.class) }} /> {patch.class}{' '}
            {words.name('class', patch.class)}
          </dd>
          <dt>{t('column.grade')}</dt>
          <dd>
            <span
              className={`chip${words.hatched('grade', patch.grade) ? ' hatched' : ''}`}
              style={{ backgroundColor: words.colour('grade', patch.grade) }}
            />{' '}
            {words.name('grade', patch.grade)}
          </dd>
          <dt>{t('column.saline')}</dt>
          <dd>{words.name('saline', patch.saline)}</dd>
          <dt>{t('column.village')}</dt>
          <dd>
            {patch.villageName ?? '—'} <span className="quiet number">{patch.village}</span>
          </dd>
          <dt>{t('column.owner')}</dt>
          <dd>
            {words.name('owner', patch.owner)} {patch.ownerName && <span className="quiet">{patch.ownerName}</span>}
          </dd>
          <dt>{t('column.contract')}</dt>
          <dd>{words.name('contract', patch.contract)}</dd>
        </dl>
      </section>

      <Card title={t('dossier.areas')}>
        <table className="plain areas">
          <tbody>
            <tr>
              <th scope="row">{t('dossier.official')}</th>
              <td className="right">
                <AreaText area={areas.official} />
              </td>
            </tr>
            <tr>
              <th scope="row">{t('dossier.computed')}</th>
              <td className="right">
                <AreaText area={areas.computed} />
              </td>
            </tr>
            <tr>
              <th scope="row">{t('dossier.difference')}</th>
              <td
                className={`right${areas.difference !== null && areas.official > 0 && Math.abs(areas.difference) / areas.official > 0.01 ? ' alarm' : ''}`}
              >
                <AreaText area={areas.difference} />
                {areas.difference !== null && areas.official > 0 && (
                  <small className="quiet"> {signed((areas.difference / areas.official) * 100)}%</small>
                )}
              </td>
            </tr>
            <tr>
              <th scope="row">{t('dossier.contract-area')}</th>
              <td className="right">
                <AreaText area={areas.contract} />
              </td>
            </tr>
          </tbody>
        </table>
      </Card>

      {children}

      <Card title={t('dossier.findings')} count={findings.length}>
        <ul className="finding-list">
          {findings.map((finding) => (
            <li key={finding.id} className={finding.accepted ? 'accepted' : ''}>
              <Severity severity={finding.severity} />
              <div>
                <b>{finding.name}</b> {finding.sample && <small className="quiet number">{finding.sample}</small>}
                <p>{finding.message}</p>
                {finding.accepted && <p className="quiet">{t('dossier.accepted', { reason: finding.accepted })}</p>}
              </div>
            </li>
          ))}
        </ul>
      </Card>

      <Card title={t('dossier.cells')} count={cells.length}>
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">{t('column.parcel')}</th>
              <th scope="col">{t('column.contract')}</th>
              <th scope="col">{t('column.class')}</th>
              <th scope="col" className="right">
                {t('column.area')}
              </th>
            </tr>
          </thead>
          <tbody>
            {cells.map((cell, i) => (
              <tr key={i}>
                <td className="number">{cell.parcelCode ?? <span className="quiet">{t('dossier.no-parcel')}</span>}</td>
                <td>
                  <span
                    className={`chip${words.hatched('contract', cell.contract) ? ' hatched' : ''}`}
                    style={{ backgroundColor: words.colour('contract', cell.contract) }}
                  />{' '}
                  {words.name('contract', cell.contract)}
                </td>
                <td>
                  {words.name('class', cell.class)}{' '}
                  {cell.part === 'ridge' && cell.class !== RIDGE && <small className="quiet">{t('dossier.ridge')}</small>}
                </td>
                <td className="right">
                  <AreaText area={cell.area} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Card>

      <Card title={t('dossier.rights')} count={rights.length}>
        <RightsInTime rights={rights} />
      </Card>

      <Card title={t('dossier.contracts')} count={contracts.length}>
        {contracts.map((contract) => (
          <dl className="pairs boxed" key={contract.code}>
            <dt>{t('column.code')}</dt>
            <dd className="number">{contract.code}</dd>
            <dt>{t('column.contractor')}</dt>
            <dd>
              {contract.contractor} {contract.personId !== null && person?.(contract.personId)}
            </dd>
            <dt>{t('column.term')}</dt>
            <dd className="number">
              {span(t, contract.from, contract.to)} <span className="quiet">{wordOr(t, `contract.${contract.state}`, contract.state)}</span>
            </dd>
            {contract.mode && (
              <>
                <dt>{t('column.mode')}</dt>
                <dd>{words.code('CBFS', contract.mode)}</dd>
              </>
            )}
            <dt>{t('column.area')}</dt>
            <dd>
              <AreaText area={contract.area} />
            </dd>
            <dt>{t('column.parcels')}</dt>
            <dd className="number">{contract.parcels.join(', ')}</dd>
          </dl>
        ))}
      </Card>

      <Card title={t('dossier.grades')} count={grades.length}>
        <table className="plain schemes">
          <tbody>
            {grades.map((grade) => (
              <tr key={grade.scheme}>
                <th scope="row">{grade.schemeName}</th>
                <td>
                  {words.name('grade', grade.grade)}
                  {grade.note && <small className="quiet"> {grade.note}</small>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Card>

      <Card title={t('dossier.samples')} count={samples.length}>
        <SampleTable samples={samples} />
      </Card>

      {profiles.length > 0 && (
        <Card title={t('dossier.profiles')} count={profiles.length}>
          <ProfileTable profiles={profiles} />
        </Card>
      )}

      <Card title={t('dossier.attributes')} count={patch.attributes.length}>
        <dl className="pairs">
          {attributes.map((attribute) => (
            <Pair key={attribute.name} name={attribute.label} hint={attribute.name} value={attribute.value} />
          ))}
        </dl>
        {patch.attributes.length > 8 && (
          <button type="button" className="link-button" onClick={() => setAll(!all)}>
            {t(all ? 'state.less' : 'state.more', { count: patch.attributes.length - 8 })}
          </button>
        )}
      </Card>

      <Card title={t('dossier.history')} count={history.length}>
        <History entries={history} />
      </Card>
    </div>
  )
}

const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`

function Pair({ name, hint, value }: { readonly name: string; readonly hint: string; readonly value: string | null }) {
  return (
    <>
      <dt title={hint}>{name}</dt>
      <dd>{value ?? <span className="quiet">—</span>}</dd>
    </>
  )
}

function Severity({ severity }: { readonly severity: string }) {
  const t = useText()
  return (
    <span className={`severity ${severity}`} title={wordOr(t, `severity.${severity}`, severity)}>
      <Icon name={severity === 'notice' ? 'info' : 'warning'} size={15} />
      <span className="sr">{wordOr(t, `severity.${severity}`, severity)}</span>
    </span>
  )
}
