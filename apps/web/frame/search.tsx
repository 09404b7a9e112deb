import { query } from '@dishu/web-kit/address'
import { Icon, type IconName } from '@dishu/web-kit/look/icons.tsx'
import { useRead } from '@dishu/web-kit/read'
import { useAddress } from '@dishu/web-kit/use-address'
import { useText } from '@dishu/web-kit/words'
import { Modal } from 'antd'
import { useEffect, useState } from 'react'
import { PAGES } from './pages.data.ts'

type Hit = {
  readonly kind: 'patch' | 'parcel' | 'contract' | 'area'
  readonly id: string
  readonly label: string
  readonly detail: string | null
}
type Found = { readonly key: string; readonly icon: IconName; readonly label: string; readonly detail: string; readonly to: string }
const ICONS = { patch: 'parcels', parcel: 'parcels', contract: 'file', area: 'map' } as const

/** Ctrl K: parcel code, village, contract, or a page. */
export function Search({ county, onClose }: { readonly county: string | null; onClose(): void }) {
  const t = useText()
  const address = useAddress()
  const [text, setText] = useState('')
  const [asked, setAsked] = useState('')
  const [at, setAt] = useState(0)
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text.trim()), 150)
    return () => clearTimeout(timer)
  }, [text])
  const reading = useRead<{ readonly hits: readonly Hit[] }>(
    asked === '' || county === null ? null : query('/api/search', { county, q: asked }),
  )
  const hits = asked !== '' && reading.state === 'ready' ? reading.value.hits : []
  const toOf = (hit: Hit) => {
    if (hit.kind === 'patch') return address.link('/parcels', { sel: String(hit.id) })
    if (hit.kind === 'area') return address.link('/', { within: String(hit.id) })
    return address.link('/parcels', { q: hit.label })
  }
  const found: readonly Found[] = [
    ...PAGES.filter(({ text: name }) => text.trim() === '' || t(name).toLowerCase().includes(text.trim().toLowerCase())).map(
      ({ path, icon, text: name }) => ({
        key: path,
        icon,
        label: t(name),
        detail: t('search.page'),
        to: address.link(path),
      }),
    ),
    ...hits.map((hit) => ({
      key: `${hit.kind} ${hit.id}`,
      icon: ICONS[hit.kind],
      label: hit.label,
      detail: [t(`search.${hit.kind}`), hit.detail].filter(Boolean).join(' · '),
      to: toOf(hit),
    })),
  ]
  const go = (to: string) => {
    onClose()
    address.go(to)
  }
  return (
    <Modal
      open
      footer={null}
      closable={false}
      onCancel={onClose}
      width={560}
      style={{ top: 72 }}
      className="search"
      destroyOnHidden
      title={null}
    >
      <div className="search-field">
        <Icon name="search" />
        <input
          // biome-ignore lint/a11y/noAutofocus: the person asked for this field a moment ago
          autoFocus
          value={text}
          aria-label={t('search.button')}
          placeholder={t('search.hint')}
          role="combobox"
          aria-expanded="true"
          aria-controls="search-found"
          aria-activedescendant={found[at] ? `found-${at}` : undefined}
          onChange={(event) => {
            setText(event.target.value)
            setAt(0)
          }}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') setAt(Math.min(found.length - 1, at + 1))
            else if (event.key === 'ArrowUp') setAt(Math.max(0, at - 1))
            else if (event.key === 'Enter' && found[at]) go(found[at].to)
            else return
            event.preventDefault()
          }}
        />
      </div>
      <div id="search-found" role="listbox" className="search-found" aria-label={t('search.button')}>
        {found.map((item, i) => (
          <button
            key={item.key}
            id={`found-${i}`}
            type="button"
            role="option"
            aria-selected={i === at}
            className={i === at ? 'at' : ''}
            onMouseEnter={() => setAt(i)}
            onClick={() => go(item.to)}
          >
            <Icon name={item.icon} size={16} />
            <span className="ellipsis">{item.label}</span>
            <span className="quiet ellipsis">{item.detail}</span>
          </button>
        ))}
        {found.length === 0 && <p className="quiet">{t(asked === '' ? 'search.hint' : 'search.none', { q: asked })}</p>}
      </div>
    </Modal>
  )
}
