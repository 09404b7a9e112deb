import { useRead } from '@dishu/web-kit/read'
import { Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { Typography } from 'antd'
import { Link } from 'wouter'

type Collections = { readonly collections: readonly { readonly id: string; readonly title: string; readonly description: string }[] }

/** Where other programs read the register, and how they are told to. */
export function InterfacesPage({ office }: { readonly office: boolean }) {
  const t = useText()
  const address = useAddress()
  const { county } = usePlace()
  const found = useRead<Collections>(`/ogc/${county}/collections?f=json`)
  const here = window.location.origin
  const root = `${here}/ogc/${county}`
  const items = `${root}/collections/patches/items`
  return (
    <div className="page interfaces">
      <header className="page-head">
        <div>
          <h1>{t('interfaces.title')}</h1>
          <p className="quiet">{t('interfaces.text')}</p>
        </div>
      </header>
      <p>
        {office ? (
          <>
            {t('interfaces.token')} <Link href={address.link('/me')}>{t('interfaces.to-me')}</Link>
          </>
        ) : (
          t('interfaces.no-token')
        )}
      </p>
      <section>
        <h2>{t('interfaces.addresses')}</h2>
        <dl className="interfaces-list">
          <Line name={t('interfaces.features')} text={root} open />
          <Line name={t('interfaces.openapi')} text={`${here}/api/openapi.json`} open />
          <Line name={t('interfaces.feed')} text={`${here}/api/changes?county=${county}&since=0`} open />
          <Line name={t('interfaces.stac')} text={`${here}/stac`} open />
        </dl>
      </section>
      <section>
        <h2>{t('interfaces.collections')}</h2>
        {found.state !== 'ready' ? (
          <Waiting reading={found} lines={5} />
        ) : (
          <ul className="interfaces-collections">
            {found.value.collections.map(({ id, title, description }) => (
              <li key={id}>
                <b>{title}</b> <code>{id}</code>
                <p className="quiet">{description}</p>
                <a href={`/ogc/${county}/collections/${id}/items?limit=10&f=html`}>{t('interfaces.rows')}</a>{' '}
                <a href={`/ogc/${county}/collections/${id}/schema?f=html`}>{t('interfaces.fields')}</a>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section>
        <h2>{t('interfaces.how')}</h2>
        <p>{t('interfaces.qgis')}</p>
        <dl className="interfaces-list">
          <Line name={t('interfaces.ogr')} text={`ogr2ogr -f GPKG patches.gpkg OAPIF:${root} patches -oo PAGE_SIZE=10000`} />
          <Line name={t('interfaces.r')} text={`sf::st_read("OAPIF:${root}", "patches")`} />
          <Line name={t('interfaces.time')} text={`${items}?datetime=2026-06-01&known=1`} />
          <Line name={t('interfaces.filter')} text={`${items}?filter=class LIKE '12%' AND official_area_m2 > 10000`} />
        </dl>
        <p>{t('interfaces.sql')}</p>
      </section>
    </div>
  )
}

function Line({ name, text, open = false }: { readonly name: string; readonly text: string; readonly open?: boolean }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <Typography.Text copyable={{ text }} code={!open}>
          {open ? <a href={text}>{text}</a> : text}
        </Typography.Text>
      </dd>
    </>
  )
}
