import { Icon, type IconName } from '@dishu/web-kit/look/icons.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { useText } from '@dishu/web-kit/words'
import { Link } from 'wouter'

export const PAGES: readonly {
  readonly path: string
  readonly icon: IconName
  readonly text: string
  readonly needs?: readonly string[]
}[] = [
  { path: '/', icon: 'overview', text: 'nav.overview' },
  { path: '/parcels', icon: 'parcels', text: 'nav.parcels' },
  { path: '/findings', icon: 'findings', text: 'nav.findings' },
  { path: '/soil', icon: 'soil', text: 'nav.soil' },
  { path: '/imagery', icon: 'imagery', text: 'nav.imagery' },
  { path: '/water', icon: 'water', text: 'nav.water' },
  { path: '/library', icon: 'library', text: 'nav.library' },
  { path: '/plan', icon: 'plan', text: 'nav.plan' },
  { path: '/changes', icon: 'compare', text: 'nav.changes' },
  { path: '/import', icon: 'import', text: 'nav.import' },
  { path: '/audit', icon: 'audit', text: 'nav.audit' },
  { path: '/people', icon: 'person', text: 'nav.people', needs: ['accounts', 'grants'] },
]

/** The pages there are; one that does not exist yet, or that this person has no business with, is not here. */
export function Rail({ powers, mode }: { readonly powers: readonly string[]; readonly mode: string | null }) {
  const t = useText()
  const address = useAddress()
  return (
    <nav className="rail" aria-label={t('frame.pages')}>
      {PAGES.filter(({ needs }) => !needs || (mode === 'office' && needs.some((power) => powers.includes(power)))).map(
        ({ path, icon, text }) => {
          const here = path === '/' ? address.path === '/' : address.path.startsWith(path)
          return (
            <Link key={path} href={address.link(path)} className={here ? 'here' : ''} aria-current={here ? 'page' : undefined}>
              <Icon name={icon} size={20} />
              <span>{t(text)}</span>
            </Link>
          )
        },
      )}
    </nav>
  )
}
