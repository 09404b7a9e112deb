import { query } from '@dishu/web-kit/address'
import { formatCount } from '@dishu/web-kit/areas'
import { AreaText } from '@dishu/web-kit/figures.tsx'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import type { Place } from '@dishu/web-kit/place'
import { useRead } from '@dishu/web-kit/read'
import { Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { type Text, useText, wordOr } from '@dishu/web-kit/words'
import { Button } from 'antd'
import { type ReactNode, useState } from 'react'
import { Link } from 'wouter'
import type { Dossier } from './count.wire.ts'
import { CountMap } from './count-map.screen.tsx'
import { useVocabulary } from './vocabulary.screen.tsx'

export const dossierPath = ({ county, asOf, known }: Place, id: string) => query(`/api/counties/${county}/patches/${id}`, { asOf, known })

const NO_FILTERS = { class: [], grade: [], owner: [], contract: [], saline: [] }
const day = (text: string | null) => (text === null ? '—' : text === 'infinity' ? '' : text.slice(0, 10))
/** From and to as one text; an open end says from when. */
const span = (t: Text, from: string | null, to: string | null) =>
  to === null || to === 'infinity' ? t('dossier.from', { date: day(from) }) : `${day(from)} – ${day(to)}`
const minute = (iso: string) => {
  const at = new Date(iso)
  return Number.isNaN(at.getTime()) ? iso : at.toLocaleString('sv-SE').slice(0, 16)
}

/** The inspector: one patch, or how many are selected. */
export function DossierPane({ ids, onClose }: { readonly ids: readonly string[]; onClose(): void }) {
  const t = useText()
  const address = useAddress()
  const place = usePlace()
  const reading = useRead<Dossier>(ids.length === 1 ? dossierPath(place, ids[0]) : null)
  return (
    <div className="inspector">
      <header>
        <div>
          {ids.length === 1 && reading.state === 'ready' ? (
            <>
              <small className="quiet">{t('dossier.patch')}</small>
              <h2 className="number">{reading.value.patch.patchKey}</h2>
            </>
          ) : (
            <h2>{ids.length === 1 ? t('dossier.patch') : t('dossier.selected', { count: formatCount(ids.length) })}</h2>
          )}
        </div>
        {ids.length === 1 && (
          <Link href={address.link(`/parcels/${ids[0]}`)} className="icon-link" title={t('dossier.open')} aria-label={t('dossier.open')}>
            <Icon name="open" />
          </Link>
        )}
        <button type="button" className="icon-link" onClick={onClose} aria-label={t('state.close')} title="Esc">
          <Icon name="close" />
        </button>
      </header>
      <div className="inspector-body">
        {ids.length > 1 ? (
          <p className="quiet">{t('dossier.many')}</p>
        ) : reading.state === 'ready' ? (
          <DossierCards dossier={reading.value} />
        ) : (
          <Waiting reading={reading} lines={10} />
        )}
      </div>
    </div>
  )
}

/** A patch's own page: map beside everything that is known of it. */
export function DossierScreen({ id }: { readonly id: string }) {
  const t = useText()
  const place = usePlace()
  const address = useAddress()
  const words = useVocabulary()
  const reading = useRead<Dossier>(dossierPath(place, id))
  if (reading.state !== 'ready') return <Waiting reading={reading} lines={12} />
  const { patch } = reading.value
  return (
    <div className={`page dossier${reading.refreshing ? ' dim' : ''}`}>
      <header className="page-head">
        <Link href={address.link('/parcels', { sel: id })} className="icon-link" aria-label={t('nav.parcels')}>
          <Icon name="left" />
        </Link>
        <div>
          <h1 className="number">{patch.patchKey}</h1>
          <p className="quiet">
            {patch.villageName ?? patch.village} · {words.name('class', patch.class)} · {span(t, patch.validFrom, patch.validTo)}
          </p>
        </div>
      </header>
      <div className="dossier-grid">
        <div className="dossier-map">
          <CountMap still dimension="class" filters={NO_FILTERS} selected={[id]} fit={patch.bbox} fitSelection={patch.bbox} />
        </div>
        <DossierCards dossier={reading.value} />
      </div>
    </div>
  )
}

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

export function DossierCards({ dossier }: { readonly dossier: Dossier }) {
  const t = useText()
  const words = useVocabulary()
  const { patch, areas, cells, rights, contracts, samples, grades, findings, history } = dossier
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

      <Card title={t('dossier.findings')} count={findings.length}>
        <ul className="finding-list">
          {findings.map((finding) => (
            <li key={finding.id} className={finding.accepted ? 'accepted' : ''}>
              <Severity severity={finding.severity} />
              <div>
                <b>{finding.name}</b>
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
                  {words.name('class', cell.class)} {cell.part === 'ridge' && <small className="quiet">{t('dossier.ridge')}</small>}
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
            <dd>{contract.contractor}</dd>
            <dt>{t('column.term')}</dt>
            <dd className="number">
              {span(t, contract.from, contract.to)} <span className="quiet">{wordOr(t, `contract.${contract.state}`, contract.state)}</span>
            </dd>
            {contract.mode && (
              <>
                <dt>{t('column.mode')}</dt>
                <dd>{contract.mode}</dd>
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
        <table className="plain">
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
        <div className="scroll-x">
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">{t('column.sample')}</th>
                <th scope="col">{t('column.depth')}</th>
                <th scope="col">{t('column.date')}</th>
                <th scope="col" className="right">
                  pH
                </th>
                <th scope="col" className="right" title={t('dossier.ec-unit')}>
                  EC
                </th>
                <th scope="col" className="right" title={t('dossier.ec-unit')}>
                  ECe
                </th>
                <th scope="col" className="right" title={t('dossier.salt-unit')}>
                  {t('column.salt')}
                </th>
                <th scope="col" className="right" title="%">
                  ESP
                </th>
              </tr>
            </thead>
            <tbody>
              {samples.map((sample) => (
                <tr key={`${sample.code}-${sample.depth}-${sample.sampledOn}`} title={sample.lab ?? undefined}>
                  <td className="number">{sample.code}</td>
                  <td className="number">{sample.depth}</td>
                  <td className="number">
                    {day(sample.sampledOn)}{' '}
                    {sample.season && <small className="quiet">{wordOr(t, `season.${sample.season}`, sample.season)}</small>}
                  </td>
                  {[sample.ph, sample.ec, sample.ece, sample.salt, sample.esp].map((value, i) => (
                    <td key={i} className="right number">
                      {value === null ? '—' : value.toFixed(2)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Card>

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
        <ol className="history">
          {history.map((entry) => (
            <li key={`${entry.rev}-${entry.what}`}>
              <div className="history-head">
                <b className="number">r{entry.rev}</b> <span className="number">{minute(entry.recordedAt)}</span> <span>{entry.actor}</span>
              </div>
              <p>
                {wordOr(t, `cause.${entry.cause}`, entry.cause)} · {entry.what}
                {entry.reason && <span className="quiet"> — {entry.reason}</span>}
              </p>
              {entry.changes.length > 0 && (
                <table className="plain changes">
                  <tbody>
                    {entry.changes.map((change) => (
                      <tr key={change.name}>
                        <th scope="row">{change.name}</th>
                        <td>
                          <del>{change.before ?? '—'}</del> <span aria-hidden="true">→</span> <ins>{change.after ?? '—'}</ins>
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              )}
              {entry.source && (
                <p className="evidence">
                  <Icon name="file" size={14} /> {entry.source.file} · {entry.source.layer}
                  {entry.source.row !== null && <> · {t('dossier.row', { row: entry.source.row })}</>}
                  <code title={entry.source.sha256}>sha256 {entry.source.sha256.slice(0, 12)}…</code>
                  <Button
                    size="small"
                    type="text"
                    onClick={() => void navigator.clipboard?.writeText(entry.source?.sha256 ?? '')}
                    aria-label={t('state.copy')}
                    icon={<Icon name="copy" size={13} />}
                  />
                </p>
              )}
            </li>
          ))}
        </ol>
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

export function Severity({ severity }: { readonly severity: string }) {
  const t = useText()
  return (
    <span className={`severity ${severity}`} title={wordOr(t, `severity.${severity}`, severity)}>
      <Icon name={severity === 'notice' ? 'info' : 'warning'} size={15} />
      <span className="sr">{wordOr(t, `severity.${severity}`, severity)}</span>
    </span>
  )
}

/** Rights as bars on one axis of years, so that a gap or an overlap is seen. */
function RightsInTime({ rights }: { readonly rights: Dossier['rights'] }) {
  const t = useText()
  const year = (text: string | null, otherwise: number) =>
    text === null || text === 'infinity' ? otherwise : Number(text.slice(0, 4)) + Number(text.slice(5, 7)) / 12
  const starts = rights.flatMap(({ from }) => (from ? [year(from, 0)] : []))
  const ends = rights.flatMap(({ to }) => (to && to !== 'infinity' ? [year(to, 0)] : []))
  const first = Math.floor(Math.min(...starts, ...ends.map((end) => end - 5), 2020))
  const last = Math.ceil(Math.max(...ends, ...starts.map((start) => start + 5), 2030))
  const at = (value: number) => `${((value - first) / (last - first)) * 100}%`
  return (
    <div className="rights">
      <div className="rights-axis">
        <span>{first}</span>
        <span>{last}</span>
      </div>
      {rights.map((right, i) => (
        <div key={i} className="right-row">
          <div className="right-text">
            <b>{t(`right.${right.right}`)}</b> {right.party} <span className="number">{right.share}</span>
            {right.code && <span className="quiet number"> {right.code}</span>}
            {right.basis && <span className="quiet"> {right.basis}</span>}
          </div>
          <div className="right-track" title={span(t, right.from, right.to)}>
            <span
              className={`right-bar ${right.right}${right.to === null || right.to === 'infinity' ? ' open' : ''}`}
              style={{ left: at(year(right.from, first)), right: `calc(100% - ${at(year(right.to, last))})` }}
            />
          </div>
        </div>
      ))}
    </div>
  )
}
