import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { useText } from '@dishu/web-kit/words'
import { Link } from 'wouter'
import { PAGES } from './pages.data.ts'

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
