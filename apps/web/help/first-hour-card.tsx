import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { remember, remembered } from '@dishu/web-kit/settings'
import { useAddress } from '@dishu/web-kit/use-address'
import { useText } from '@dishu/web-kit/words'
import { Button, Progress } from 'antd'
import { useEffect, useSyncExternalStore } from 'react'
import { Link } from 'wouter'
import { nextStep, progressAt, progressFrom, progressText, STEPS } from './first-hour.ts'

/** What this browser has done of the first hour, and whether the card is put away. */
type Kept = { readonly done: ReadonlySet<string>; readonly open: boolean }
let kept: Kept | null = null
const listeners = new Set<() => void>()
const now = (): Kept => {
  kept ??= { done: progressFrom(remembered('first-hour')), open: remembered('first-hour-card') === 'open' }
  return kept
}
const keep = (next: Kept) => {
  kept = next
  remember('first-hour', progressText(next.done))
  remember('first-hour-card', next.open ? 'open' : 'closed')
  for (const listener of listeners) listener()
}
const useKept = () =>
  useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, now)

/** The steps with their marks (`whole`), or the next one in a corner of every page while the hour goes on. */
export function FirstHour({ whole = false }: { readonly whole?: boolean }) {
  const t = useText()
  const address = useAddress()
  const { done, open } = useKept()
  useEffect(() => {
    if (!open) return
    const after = progressAt(now().done, address.path, address.search)
    if (after !== now().done) keep({ done: after, open: true })
  }, [address.path, address.search, open])
  const next = nextStep(done)
  if (whole)
    return (
      <section className="first-hour-steps">
        <div className="row gap">
          <Button type="primary" onClick={() => keep({ done, open: true })} disabled={open && next !== null}>
            {t(done.size === 0 ? 'first-hour.begin' : 'first-hour.go-on')}
          </Button>
          {done.size > 0 && <Button onClick={() => keep({ done: new Set(), open: true })}>{t('first-hour.again')}</Button>}
          <span className="quiet">{t('first-hour.progress', { done: done.size, all: STEPS.length })}</span>
        </div>
        <ol>
          {STEPS.map(({ id, to }) => (
            <li key={id} className={done.has(id) ? 'done' : ''}>
              <Icon name={done.has(id) ? 'check' : 'right'} size={14} />
              <div>
                <Link href={address.link(to)}>{t(`first-hour-step.${id}`)}</Link>
                <p>{t(`first-hour-what.${id}`)}</p>
              </div>
            </li>
          ))}
        </ol>
      </section>
    )
  if (!open || address.path === '/help/first-hour' || address.path === '/print') return null
  return (
    <aside className="first-hour" aria-label={t('help-page.first-hour')}>
      <header>
        <b>{t('help-page.first-hour')}</b>
        <Button
          size="small"
          type="text"
          icon={<Icon name="close" size={14} />}
          aria-label={t('first-hour.put-away')}
          onClick={() => keep({ done, open: false })}
        />
      </header>
      <Progress
        percent={Math.round((done.size / STEPS.length) * 100)}
        size="small"
        showInfo={false}
        aria-label={t('help-page.first-hour')}
      />
      {next === null ? (
        <p>{t('first-hour.over')}</p>
      ) : (
        <>
          <p>
            <b>{t(`first-hour-step.${next.id}`)}</b>
          </p>
          <p>{t(`first-hour-what.${next.id}`)}</p>
          <div className="row gap">
            {address.path !== next.to && (
              <Link href={address.link(next.to)} asChild>
                <Button size="small" type="primary">
                  {t('first-hour.there')}
                </Button>
              </Link>
            )}
            <Button size="small" onClick={() => keep({ done: new Set([...done, next.id]), open: true })}>
              {t('first-hour.skip')}
            </Button>
          </div>
        </>
      )}
    </aside>
  )
}
