import { query } from '@dishu/web-kit/address'
import { formatArea, writtenParts } from '@dishu/web-kit/areas'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import type { Place } from '@dishu/web-kit/place'
import { useRead } from '@dishu/web-kit/read'
import { useSettings } from '@dishu/web-kit/settings'
import { Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { Dossier, PatchPage } from './count.wire.ts'
import { CountMap } from './count-map.screen.tsx'
import { DossierCards } from './dossier-cards.screen.tsx'
import { span } from './dossier-time.screen.tsx'
import { useVocabulary } from './vocabulary.screen.tsx'

export const dossierPath = ({ county, asOf, known }: Place, id: string) => query(`/api/counties/${county}/patches/${id}`, { asOf, known })

const NO_FILTERS = { class: [], grade: [], mapgrade: [], owner: [], contract: [], saline: [] }
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
            <h2>{ids.length === 1 ? t('dossier.patch') : t('dossier.selected', { count: ids.length })}</h2>
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
          <Selection ids={ids} />
        ) : reading.state === 'ready' ? (
          <DossierCards dossier={reading.value} />
        ) : (
          <Waiting reading={reading} lines={10} />
        )}
      </div>
    </div>
  )
}

/** Several patches: their areas and the sum of them, which is the survey's. */
function Selection({ ids }: { readonly ids: readonly string[] }) {
  const t = useText()
  const { unit } = useSettings()
  const address = useAddress()
  const place = usePlace()
  const words = useVocabulary()
  const { asOf, known } = place
  const reading = useRead<PatchPage>(query(`/api/counties/${place.county}/patches`, { ids, asOf, known, limit: '500' }))
  if (reading.state !== 'ready') return <Waiting reading={reading} lines={6} />
  const { rows } = reading.value
  const written = writtenParts(
    rows.map(({ officialArea }) => officialArea),
    unit,
  )
  return (
    <section className={`card selection${reading.refreshing ? ' dim' : ''}`}>
      <p className="quiet">{t('dossier.many')}</p>
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">{t('column.key')}</th>
            <th scope="col">{t('column.class')}</th>
            <th scope="col" className="right">
              {t('column.official')} {t(`unit.${unit}`)}
            </th>
          </tr>
        </thead>
        <tfoot>
          <tr>
            <th scope="row" colSpan={2}>
              {t('print.sum')}
            </th>
            <td className="right number">
              <b>
                {formatArea(
                  rows.reduce((sum, { officialArea }) => sum + officialArea, 0),
                  unit,
                )}
              </b>
            </td>
          </tr>
        </tfoot>
        <tbody>
          {rows.map((row, i) => (
            <tr key={row.id}>
              <td className="number">
                <Link href={address.link(`/parcels/${row.id}`)}>{row.patchKey}</Link>
              </td>
              <td>
                <span className="chip" style={{ backgroundColor: words.colour('class', row.class) }} /> {words.name('class', row.class)}
              </td>
              <td className="right number">{written[i]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** A patch's own page: map beside everything that is known of it. `children`: what other subjects know of it. */
export function DossierScreen({
  id,
  children,
  person,
}: {
  readonly id: string
  readonly children?: ReactNode
  readonly person?: (id: number) => ReactNode
}) {
  const t = useText()
  const place = usePlace()
  const address = useAddress()
  const words = useVocabulary()
  const reading = useRead<Dossier>(dossierPath(place, id))
  if (reading.state !== 'ready')
    return (
      <div className="page dossier">
        <header className="page-head">
          <Link href={address.link('/parcels')} className="icon-link" aria-label={t('nav.parcels')}>
            <Icon name="left" />
          </Link>
        </header>
        <Waiting reading={reading} lines={12} />
      </div>
    )
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
        <DossierCards dossier={reading.value} person={person}>
          {children}
        </DossierCards>
      </div>
    </div>
  )
}
