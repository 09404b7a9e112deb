import { Icon, type IconName } from '@dishu/web-kit/look/icons.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { useText } from '@dishu/web-kit/words'
import { Link } from 'wouter'

export const PAGES: readonly { readonly path: string; readonly icon: IconName; readonly text: string }[] = [
  { path: '/', icon: 'overview', text: 'nav.overview' },
  { path: '/parcels', icon: 'parcels', text: 'nav.parcels' },
  { path: '/findings', icon: 'findings', text: 'nav.findings' },
  { path: '/imagery', icon: 'imagery', text: 'nav.imagery' },
  { path: '/import', icon: 'import', text: 'nav.import' },
  { path: '/audit', icon: 'audit', text: 'nav.audit' },
]

/** The pages there are; one that does not exist yet is not here. */
export function Rail() {
  const t = useText()
  const address = useAddress()
  return (
    <nav className="rail" aria-label={t('frame.pages')}>
      {PAGES.map(({ path, icon, text }) => {
        const here = path === '/' ? address.path === '/' : address.path.startsWith(path)
        return (
          <Link key={path} href={address.link(path)} className={here ? 'here' : ''} aria-current={here ? 'page' : undefined}>
            <Icon name={icon} size={20} />
            <span>{t(text)}</span>
          </Link>
        )
      })}
    </nav>
  )
}
