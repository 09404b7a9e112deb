import { signOut } from '@dishu/kernel/people/sign-in.screen.tsx'
import type { SessionView } from '@dishu/kernel/records/records.wire'
import { AREA_UNITS } from '@dishu/web-kit/areas'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { useNarrow } from '@dishu/web-kit/look/theme.tsx'
import type { Place } from '@dishu/web-kit/place'
import { choose, useSettings } from '@dishu/web-kit/settings'
import { useAddress } from '@dishu/web-kit/use-address'
import { speak, useText } from '@dishu/web-kit/words'
import { useQueryClient } from '@tanstack/react-query'
import { Button, Dropdown } from 'antd'
import { lazy, Suspense, useEffect, useState } from 'react'
import { Link } from 'wouter'
import { AreaMenus } from './area-menus.tsx'
import { DateButton } from './date-button.tsx'
import { TasksButton } from './tasks-button.tsx'

const HelpDrawer = lazy(async () => ({ default: (await import('../help/help-drawer.tsx')).HelpDrawer }))
const Search = lazy(async () => ({ default: (await import('./search.tsx')).Search }))

export function TopBar({ place, session }: { readonly place: Place | null; readonly session: SessionView | null }) {
  const t = useText()
  const address = useAddress()
  const narrow = useNarrow()
  const { unit } = useSettings()
  const [searching, setSearching] = useState(false)
  const [helping, setHelping] = useState(false)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        setSearching(true)
      }
      if (event.key === 'F1') {
        event.preventDefault()
        setHelping(true)
      }
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
  return (
    <header className="top-bar">
      <Link href={address.link('/')} className="mark" aria-label={t('product.name')}>
        <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
          <rect width="32" height="32" rx="7" fill="#0B7A75" />
          <path
            d="M7 9.500h18M7 16h18M7 22.500h18M13 9.500V16M20 16v6.500"
            stroke="#fff"
            strokeWidth="2.200"
            strokeLinecap="round"
            fill="none"
          />
        </svg>
        {!narrow && (
          <>
            <b>底数</b>
            <span>Dishu</span>
          </>
        )}
      </Link>
      {place && session && <AreaMenus place={place} session={session} />}
      <span className="grow" />
      {place && <DateButton place={place} />}
      {!narrow && (
        <button type="button" className="search-button" onClick={() => setSearching(true)}>
          <Icon name="search" size={15} />
          <span>{t('search.button')}</span>
          <kbd>Ctrl K</kbd>
        </button>
      )}
      {narrow && <Button type="text" icon={<Icon name="search" />} aria-label={t('search.button')} onClick={() => setSearching(true)} />}
      {!narrow && (
        <fieldset className="unit-switch">
          <legend className="sr">{t('unit.switch')}</legend>
          {AREA_UNITS.map((name) => (
            <button key={name} type="button" aria-pressed={unit === name} onClick={() => choose({ unit: name })}>
              {t(`unit.${name}`)}
            </button>
          ))}
        </fieldset>
      )}
      <TasksButton />
      <Button type="text" icon={<Icon name="info" />} aria-label={t('help.open')} title={t('help.open')} onClick={() => setHelping(true)} />
      <PersonButton session={session} />
      {helping && (
        <Suspense fallback={null}>
          <HelpDrawer onClose={() => setHelping(false)} />
        </Suspense>
      )}
      {searching && (
        <Suspense fallback={null}>
          <Search county={place?.county ?? null} onClose={() => setSearching(false)} />
        </Suspense>
      )}
    </header>
  )
}

function PersonButton({ session }: { readonly session: SessionView | null }) {
  const t = useText()
  const narrow = useNarrow()
  const client = useQueryClient()
  const address = useAddress()
  const { language, theme, unit } = useSettings()
  const tick = (on: boolean) => (on ? <Icon name="check" size={14} /> : <span style={{ width: 14, display: 'inline-block' }} />)
  const speakTo = async (next: 'zh' | 'en') => {
    choose({ language: next })
    await speak(next)
    await client.invalidateQueries()
  }
  return (
    <>
      {!narrow && (
        <button
          type="button"
          className="language"
          onClick={() => void speakTo(language === 'zh' ? 'en' : 'zh')}
          title={t('frame.language')}
        >
          {language === 'zh' ? 'EN' : '中文'}
        </button>
      )}
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            { key: 'who', type: 'group', label: session ? `${session.actor} · ${t(`mode.${session.mode}`)}` : '…', children: [] },
            { type: 'divider' },
            ...(narrow
              ? [
                  { key: 'zh', label: '中文', icon: tick(language === 'zh') },
                  { key: 'en', label: 'English', icon: tick(language === 'en') },
                  { type: 'divider' as const },
                  ...AREA_UNITS.map((name) => ({ key: name, label: t(`unit.${name}`), icon: tick(unit === name) })),
                  { type: 'divider' as const },
                ]
              : []),
            ...(['system', 'light', 'dark'] as const).map((name) => ({ key: name, label: t(`theme.${name}`), icon: tick(theme === name) })),
            { type: 'divider' },
            ...(session?.mode === 'office'
              ? [{ key: 'me', label: t('me.title') }, { key: 'sign-out', label: t('me.sign-out') }, { type: 'divider' as const }]
              : []),
            ...(narrow ? [] : [{ key: 'wall', label: t('wall.open') }, { type: 'divider' as const }]),
            { key: 'version', disabled: true, label: `Dishu ${session?.version ?? ''}` },
          ],
          onClick: ({ key }) => {
            if (key === 'me') address.go('/me')
            if (key === 'wall') address.go(address.link('/wall', { by: address.get('by') }))
            if (key === 'sign-out') void signOut()
            if (key === 'system' || key === 'light' || key === 'dark') choose({ theme: key })
            if (key === 'zh' || key === 'en') void speakTo(key)
            const chosen = AREA_UNITS.find((name) => name === key)
            if (chosen) choose({ unit: chosen })
          },
        }}
      >
        <Button type="text" icon={<Icon name="person" />} aria-label={t('frame.person')} />
      </Dropdown>
    </>
  )
}
