import type { SessionView } from '@dishu/kernel/records/records.wire'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { useNarrow } from '@dishu/web-kit/look/theme.tsx'
import { childrenOf, type Place } from '@dishu/web-kit/place'
import { useAddress } from '@dishu/web-kit/use-address'
import { useText } from '@dishu/web-kit/words'
import { Dropdown } from 'antd'

/** County › town › village; each step is a menu of its neighbours, the last of what lies below. */
export function AreaMenus({ place, session }: { readonly place: Place; readonly session: SessionView }) {
  const t = useText()
  const address = useAddress()
  const narrow = useNarrow()
  const page = address.path.startsWith('/parcels/') ? '/parcels' : address.path
  const go = (within: string | null) => address.go(page + address.here({ within, sel: null }).slice(address.path.length))
  const steps = place.path.length > 0 ? place.path : [{ code: place.county, name: place.countyName, parent: null }]
  const below = childrenOf(place.areas, place.within)
  const shown = narrow ? steps.slice(-1) : steps
  return (
    <nav className="area-menus" aria-label={t('frame.area')}>
      {shown.map((step) => {
        const isCounty = step.code === place.county
        const neighbours = isCounty
          ? session.counties.map(({ county, name }) => ({ key: `county ${county}`, label: name }))
          : childrenOf(place.areas, step.parent ?? '').map(({ code, name }) => ({ key: code, label: name }))
        const up =
          narrow && steps.length > 1
            ? [{ key: steps[steps.length - 2].code, label: `↑ ${steps[steps.length - 2].name}` }, { type: 'divider' as const }]
            : []
        return (
          <span key={step.code} className="area-step">
            <button
              type="button"
              className={`area-name${step.code === place.within ? ' here' : ''}`}
              onClick={() => go(isCounty ? null : step.code)}
            >
              {step.name}
            </button>
            <Dropdown
              trigger={['click']}
              menu={{
                items: [
                  ...up,
                  ...neighbours,
                  ...(narrow && below.length > 0
                    ? [{ type: 'divider' as const }, ...below.map(({ code, name }) => ({ key: code, label: `↳ ${name}` }))]
                    : []),
                ],
                selectedKeys: [step.code, `county ${step.code}`],
                style: { maxHeight: '60vh', overflow: 'auto' },
                onClick: ({ key }) => {
                  const county = key.startsWith('county ') ? key.slice(7) : null
                  if (county !== null) address.go(`${page}?county=${county}`)
                  else go(key === place.county ? null : key)
                },
              }}
            >
              <button type="button" className="area-drop" aria-label={t('frame.area-menu', { name: step.name })}>
                <Icon name="down" size={12} />
              </button>
            </Dropdown>
          </span>
        )
      })}
      {!narrow && below.length > 0 && (
        <span className="area-step">
          <Dropdown
            trigger={['click']}
            menu={{
              items: below.map(({ code, name }) => ({ key: code, label: name })),
              style: { maxHeight: '60vh', overflow: 'auto' },
              onClick: ({ key }) => go(key),
            }}
          >
            <button type="button" className="area-name next">
              {t(`frame.all-${place.level === 'county' ? 'towns' : 'villages'}`)} <Icon name="down" size={12} />
            </button>
          </Dropdown>
        </span>
      )}
    </nav>
  )
}
