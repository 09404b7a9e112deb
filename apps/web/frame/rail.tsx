import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { useText } from '@dishu/web-kit/words'
import { useEffect, useRef } from 'react'
import { Link } from 'wouter'
import { PAGES } from './pages.data.ts'

/** The pages there are; one that does not exist yet, or that this person has no business with, is not here. */
export function Rail({ powers, mode }: { readonly powers: readonly string[]; readonly mode: string | null }) {
  const t = useText()
  const address = useAddress()
  const rail = useRef<HTMLElement>(null)
  // on a phone the rail is wider than the screen: the page one is on shall be seen
  useEffect(() => {
    if (address.path !== '') rail.current?.querySelector('.here')?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [address.path])
  return (
    <nav className="rail" ref={rail} aria-label={t('frame.pages')}>
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
