import { send, useAct, useRead } from '@dishu/web-kit/read'
import { Refused, Trouble, Waiting } from '@dishu/web-kit/state.tsx'
import { useText } from '@dishu/web-kit/words'
import { Button, Input, QRCode, Select } from 'antd'
import { useState } from 'react'
import type { MeReply } from './people.wire.ts'

const minute = (iso: string) => iso.slice(0, 16).replace('T', ' ')

/** One's own account: password, second factor, where one is signed in, tokens for scripts and map clients. */
export function MeScreen() {
  const t = useText()
  const found = useRead<MeReply>('/api/me')
  const end = useAct((id: string) => send(`/api/me/sessions/${id}/end`, {}))
  if (found.state !== 'ready') return <Waiting reading={found} lines={10} />
  const me = found.value
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <h1>{me.displayName}</h1>
          <p className="quiet">{me.login}</p>
        </div>
      </header>
      <section>
        <h2>{t('me.roles')}</h2>
        {me.grants.length === 0 ? (
          <p className="quiet">{t('people.no-grants')}</p>
        ) : (
          <ul className="plain">
            {me.grants.map(({ id, roleName, area, from, until, state }) => (
              <li key={id} className={state === 'ended' ? 'quiet' : ''}>
                {roleName} · <span className="number">{area || t('people.everywhere')}</span> · {from}–{until ?? t('people.open-end')}
              </li>
            ))}
          </ul>
        )}
      </section>
      <SecondFactor on={me.secondFactor} />
      <Password />
      <section>
        <h2>{t('me.sessions')}</h2>
        <ul className="plain">
          {me.sessions.map(({ id, seenAt, address, agent, current }) => (
            <li key={id}>
              <span className="number">{minute(seenAt)}</span> · {address} · <span className="quiet">{agent.slice(0, 60)}</span>{' '}
              {current ? (
                <b>{t('me.this-session')}</b>
              ) : (
                <Button size="small" type="text" danger onClick={() => end.mutate(id)}>
                  {t('me.end')}
                </Button>
              )}
            </li>
          ))}
        </ul>
      </section>
      <Tokens me={me} />
    </div>
  )
}

function SecondFactor({ on }: { readonly on: boolean }) {
  const t = useText()
  const [code, setCode] = useState('')
  const begin = useAct(() => send<{ address: string; text: string }>('/api/me/second-factor', {}), [])
  const confirm = useAct(
    (typed: string) => send<{ recovery: readonly string[] }>('/api/me/second-factor/confirm', { code: typed }),
    ['/api/me'],
  )
  return (
    <section>
      <h2>{t('me.factor')}</h2>
      <p className="quiet">{on ? t('me.factor-on') : t('me.factor-off')}</p>
      {confirm.data ? (
        <>
          <p>{t('me.recovery')}</p>
          <pre className="recovery">{confirm.data.recovery.join('\n')}</pre>
        </>
      ) : begin.data ? (
        <div className="form">
          <QRCode value={begin.data.address} size={180} bgColor="#fff" />
          <p className="quiet">
            {t('me.factor-scan')} <code>{begin.data.text}</code>
          </p>
          <label htmlFor="first-code">{t('sign-in.code')}</label>
          <Input
            id="first-code"
            inputMode="numeric"
            value={code}
            onChange={(event) => setCode(event.target.value)}
            onPressEnter={() => confirm.mutate(code)}
          />
          {confirm.error && <Refused message={confirm.error.message} hint={confirm.error.refusal?.hint} />}
          <Button type="primary" loading={confirm.isPending} onClick={() => confirm.mutate(code)}>
            {t('me.factor-confirm')}
          </Button>
        </div>
      ) : (
        <Button loading={begin.isPending} onClick={() => begin.mutate(undefined)}>
          {on ? t('me.factor-new') : t('me.factor-begin')}
        </Button>
      )}
      {begin.error && <Trouble failure={begin.error} />}
    </section>
  )
}

function Password() {
  const t = useText()
  const [was, setWas] = useState('')
  const [next, setNext] = useState('')
  const act = useAct(() => send('/api/me/password', { was, next }), ['/api/me'])
  const go = () =>
    act.mutate(undefined, {
      onSuccess: () => {
        setWas('')
        setNext('')
      },
    })
  return (
    <section>
      <h2>{t('me.password')}</h2>
      <div className="form">
        <label htmlFor="was">{t('me.was')}</label>
        <Input.Password id="was" autoComplete="current-password" value={was} onChange={(event) => setWas(event.target.value)} />
        <label htmlFor="next">{t('sign-in.new-password')}</label>
        <Input.Password id="next" autoComplete="new-password" value={next} onChange={(event) => setNext(event.target.value)} />
        <p className="quiet">{t('sign-in.password-what')}</p>
        {act.error && <Refused message={act.error.message} hint={act.error.refusal?.hint} />}
        {act.isSuccess && <p role="status">{t('me.password-done')}</p>}
        <Button disabled={was === '' || next === ''} loading={act.isPending} onClick={go}>
          {t('me.password-go')}
        </Button>
      </div>
    </section>
  )
}

function Tokens({ me }: { readonly me: MeReply }) {
  const t = useText()
  const [name, setName] = useState('')
  const [powers, setPowers] = useState<readonly string[]>(['read'])
  const [area, setArea] = useState('')
  const make = useAct(() => send<{ secret: string; expiresAt: string }>('/api/me/tokens', { name, powers, area, days: 180 }), ['/api/me'])
  const end = useAct((id: string) => send(`/api/me/tokens/${id}/end`, {}), ['/api/me'])
  return (
    <section>
      <h2>{t('me.tokens')}</h2>
      <p className="quiet">{t('me.tokens-what')}</p>
      <ul className="plain">
        {me.tokens
          .filter(({ ended }) => !ended)
          .map(({ id, name: label, powers: may, area: where, expiresAt, usedAt }) => (
            <li key={id}>
              <b>{label}</b> · {may.map((each) => t(`power.${each}`)).join('、')} ·{' '}
              <span className="number">{where || t('people.everywhere')}</span> · {t('me.token-until', { until: expiresAt.slice(0, 10) })} ·{' '}
              {usedAt ? t('me.token-used', { at: minute(usedAt) }) : t('me.token-unused')}{' '}
              <Button size="small" type="text" danger onClick={() => end.mutate(id)}>
                {t('me.end')}
              </Button>
            </li>
          ))}
      </ul>
      {make.data ? (
        <>
          <p>{t('me.token-once')}</p>
          <Input.TextArea readOnly autoSize value={make.data.secret} aria-label={t('me.tokens')} />
        </>
      ) : (
        <div className="form">
          <label htmlFor="token-name">{t('me.token-name')}</label>
          <Input id="token-name" value={name} placeholder="qgis" onChange={(event) => setName(event.target.value)} />
          <label htmlFor="token-powers">{t('me.token-powers')}</label>
          <Select
            id="token-powers"
            mode="multiple"
            value={[...powers]}
            onChange={setPowers}
            options={me.powers.map((each) => ({ value: each, label: t(`power.${each}`) }))}
          />
          <label htmlFor="token-area">{t('people.area')}</label>
          <Input id="token-area" inputMode="numeric" value={area} onChange={(event) => setArea(event.target.value)} />
          {make.error && <Refused message={make.error.message} hint={make.error.refusal?.hint} />}
          <Button
            disabled={!/^[\w.-]{1,40}$/.test(name) || powers.length === 0}
            loading={make.isPending}
            onClick={() => make.mutate(undefined)}
          >
            {t('me.token-make')}
          </Button>
        </div>
      )}
    </section>
  )
}
