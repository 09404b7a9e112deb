import { Button } from 'antd'
import type { ReactNode } from 'react'
import { Icon, type IconName } from './look/icons.tsx'
import type { Failure, Reading } from './read.ts'
import { useText } from './words.ts'

/** What a page shows while it has nothing to show yet: bones the first time, or what went wrong. */
export function Waiting<T>({ reading, lines = 6 }: { readonly reading: Reading<T>; readonly lines?: number }) {
  if (reading.state === 'failed') return <Trouble failure={reading.failure} retry={reading.retry} />
  return (
    <div className="bones" aria-busy="true">
      {Array.from({ length: lines }, (_, i) => (
        <span key={i} className="bone" style={{ width: `${55 + ((i * 37) % 40)}%` }} />
      ))}
    </div>
  )
}

/** A refusal in its own words, or a fault: what was kept, a code, details to copy, another try. */
export function Trouble({ failure, retry }: { readonly failure: Failure; readonly retry?: () => void }) {
  const t = useText()
  if (failure.kind === 'refused' && failure.refusal)
    return <Refused message={failure.refusal.message} {...(failure.refusal.hint ? { hint: failure.refusal.hint } : {})} />
  const details = `${failure.kind} ${failure.status} ${failure.path}\n${failure.refusal?.code ?? ''} ${failure.message}\n${new Date().toISOString()}`
  return (
    <div className="trouble" role="alert">
      <Icon name="warning" />
      <div>
        <strong>{t(failure.kind === 'offline' ? 'state.offline-title' : 'state.fault-title')}</strong>
        <p>{t(failure.kind === 'offline' ? 'state.offline' : 'state.fault')}</p>
        {failure.kind === 'fault' && <code>{`${failure.status} ${failure.refusal?.code ?? failure.path.split('?')[0]}`}</code>}
        <div className="row gap">
          {retry && (
            <Button size="small" onClick={retry}>
              {t('state.retry')}
            </Button>
          )}
          <Button size="small" type="text" onClick={() => void navigator.clipboard?.writeText(details)}>
            {t('state.copy-details')}
          </Button>
        </div>
      </div>
    </div>
  )
}

export function Refused({
  message,
  hint,
  children,
}: {
  readonly message: string
  readonly hint?: string | undefined
  readonly children?: ReactNode
}) {
  return (
    <div className="refused" role="alert">
      <Icon name="warning" />
      <div>
        <strong>{message}</strong>
        {hint && <p>{hint}</p>}
        {children}
      </div>
    </div>
  )
}

/** One sentence on what this is, and the one button that fills it. */
export function Empty({
  icon,
  title,
  text,
  action,
}: {
  readonly icon: IconName
  readonly title: string
  readonly text: string
  readonly action?: ReactNode
}) {
  return (
    <div className="empty">
      <Icon name={icon} size={40} />
      <h2>{title}</h2>
      <p>{text}</p>
      {action}
    </div>
  )
}
