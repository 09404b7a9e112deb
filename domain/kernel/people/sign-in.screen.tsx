import { ask, type Failure, send, useRead } from '@dishu/web-kit/read'
import { Refused, Trouble } from '@dishu/web-kit/state.tsx'
import { useText } from '@dishu/web-kit/words'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { LinkState, SignInState } from './people.wire.ts'

/** Signing in, and following a one-time link; nothing else of the office is shown before. */
export function SignInScreen() {
  const link = /^#([\w-]{20,100})$/.exec(window.location.hash)?.[1]
  return window.location.pathname === '/sign-in' && link ? <FollowLink token={link} /> : <SignIn />
}

function Sheet({ title, children, onSubmit }: { readonly title: string; readonly children: ReactNode; onSubmit(): void }) {
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <main className="sign-in" id="page" tabIndex={-1}>
      <form className="form" onSubmit={submit}>
        <p className="sign-in-mark">
          <b>底数</b> Dishu
        </p>
        <h1>{title}</h1>
        {children}
      </form>
    </main>
  )
}

const Failed = ({ failure }: { readonly failure: Failure | null }) =>
  failure === null ? null : failure.kind === 'refused' ? (
    <Refused message={failure.refusal?.message ?? failure.message} hint={failure.refusal?.hint} />
  ) : (
    <Trouble failure={failure} />
  )

/** After a change of who is signed in nothing that was read before may stay. */
function useArrival() {
  const client = useQueryClient()
  return () => {
    client.clear()
    if (window.location.pathname === '/sign-in') window.location.replace('/')
    else window.location.reload()
  }
}

/** Why the office's own sign-in sent the browser back here. */
const SENT_BACK: Readonly<Record<string, string>> = {
  'people/unknown-subject': 'sign-in.unknown-subject',
  'people/office-sign-in-failed': 'sign-in.office-failed',
  'people/no-office-sign-in': 'sign-in.office-failed',
}

function SignIn() {
  const t = useText()
  const arrive = useArrival()
  const [login, setLogin] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const state = useRead<SignInState>('/api/sign-in')
  const go = useMutation<unknown, Failure>({
    mutationFn: () => send('/api/sign-in', { login, password, ...(code ? { code } : {}) }),
    onSuccess: arrive,
  })
  const needsCode = go.error?.refusal?.code === 'people/code-needed' || go.error?.refusal?.code === 'people/wrong-code'
  const sentBack = SENT_BACK[new URLSearchParams(window.location.search).get('refused') ?? ''] ?? null
  const ready = login.trim() !== '' && password !== '' && (!needsCode || code.trim() !== '')
  return (
    <Sheet title={t('sign-in.title')} onSubmit={() => ready && go.mutate()}>
      <label htmlFor="login">{t('sign-in.login')}</label>
      <Input
        id="login"
        name="username"
        autoComplete="username"
        autoFocus
        value={login}
        onChange={(event) => setLogin(event.target.value)}
      />
      <label htmlFor="password">{t('sign-in.password')}</label>
      <Input.Password
        id="password"
        autoComplete="current-password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      {needsCode && (
        <>
          <label htmlFor="code">{t('sign-in.code')}</label>
          <Input
            id="code"
            inputMode="numeric"
            autoComplete="one-time-code"
            autoFocus
            value={code}
            onChange={(event) => setCode(event.target.value)}
          />
        </>
      )}
      <Failed failure={go.error} />
      {go.error === null && sentBack !== null && <Refused message={t(sentBack)} />}
      <Button type="primary" htmlType="submit" block disabled={!ready} loading={go.isPending}>
        {t('sign-in.go')}
      </Button>
      {state.state === 'ready' && state.value.oidc !== null && (
        <Button block href="/api/sign-in/oidc">
          {t('sign-in.oidc', { name: state.value.oidc })}
        </Button>
      )}
    </Sheet>
  )
}

function FollowLink({ token }: { readonly token: string }) {
  const t = useText()
  const arrive = useArrival()
  const [login, setLogin] = useState('')
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const state = useRead<LinkState>(`/api/sign-in/link?token=${encodeURIComponent(token)}`)
  const link = state.state === 'ready' ? state.value : null
  const go = useMutation<unknown, Failure>({
    mutationFn: () => send('/api/sign-in/link', { token, password, ...(link?.first ? { login, displayName: name } : {}) }),
    onSuccess: arrive,
  })
  if (state.state === 'failed')
    return (
      <Sheet title={t('sign-in.link-title')} onSubmit={() => {}}>
        <Failed failure={state.failure} />
      </Sheet>
    )
  if (link && !link.holds)
    return (
      <Sheet title={t('sign-in.link-title')} onSubmit={() => window.location.replace('/')}>
        <Refused message={t('sign-in.link-spent')} hint={t('sign-in.link-spent-hint')} />
        <Button block onClick={() => window.location.replace('/')}>
          {t('sign-in.title')}
        </Button>
      </Sheet>
    )
  const differ = again !== '' && again !== password
  const ready = password !== '' && again === password && (!link?.first || login.trim() !== '')
  return (
    <Sheet title={link?.first ? t('sign-in.first-title') : t('sign-in.link-title')} onSubmit={() => ready && go.mutate()}>
      <p className="quiet">{link?.first ? t('sign-in.first-what') : t('sign-in.link-what', { login: link?.login ?? '' })}</p>
      {link?.first && (
        <>
          <label htmlFor="login">{t('sign-in.login')}</label>
          <Input id="login" autoComplete="username" autoFocus value={login} onChange={(event) => setLogin(event.target.value)} />
          <label htmlFor="name">{t('sign-in.name')}</label>
          <Input id="name" autoComplete="name" value={name} onChange={(event) => setName(event.target.value)} />
        </>
      )}
      <label htmlFor="password">{t('sign-in.new-password')}</label>
      <Input.Password id="password" autoComplete="new-password" value={password} onChange={(event) => setPassword(event.target.value)} />
      <p className="quiet">{t('sign-in.password-what')}</p>
      <label htmlFor="again">{t('sign-in.again')}</label>
      <Input.Password
        id="again"
        autoComplete="new-password"
        value={again}
        status={differ ? 'error' : ''}
        onChange={(event) => setAgain(event.target.value)}
      />
      {differ && <Refused message={t('sign-in.differ')} />}
      <Failed failure={go.error} />
      <Button type="primary" htmlType="submit" block disabled={!ready} loading={go.isPending}>
        {t('sign-in.set')}
      </Button>
    </Sheet>
  )
}

/** Leaves, and forgets what was read. */
export async function signOut(): Promise<void> {
  await ask('/api/sign-out', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }).catch(() => {})
  window.location.replace('/')
}
