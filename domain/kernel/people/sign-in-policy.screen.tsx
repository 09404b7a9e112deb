import { send, useAct, useRead } from '@dishu/web-kit/read'
import { Trouble, Waiting } from '@dishu/web-kit/state.tsx'
import { useText } from '@dishu/web-kit/words'
import { Switch } from 'antd'
import type { SignInPolicy } from './sign-in-policy.ts'

const PATH = '/api/office/sign-in-policy'

/** Whether the office demands a second factor of everyone; shown to all, changed by whoever holds the settings. */
export function SignInPolicyCard({ mayChange }: { readonly mayChange: boolean }) {
  const t = useText()
  const found = useRead<SignInPolicy>(PATH)
  const change = useAct((secondFactorRequired: boolean) => send<SignInPolicy>(PATH, { secondFactorRequired }), [PATH])
  return (
    <section>
      <h2>{t('sign-in-policy.title')}</h2>
      {found.state !== 'ready' ? (
        <Waiting reading={found} lines={1} />
      ) : (
        <p>
          <Switch
            checked={found.value.secondFactorRequired}
            aria-labelledby="second-factor-required"
            disabled={!mayChange}
            loading={change.isPending}
            onChange={(on) => change.mutate(on)}
          />{' '}
          <span id="second-factor-required">{t('sign-in-policy.second-factor')}</span>
        </p>
      )}
      <p className="quiet">{t('sign-in-policy.what')}</p>
      {change.error && <Trouble failure={change.error} />}
    </section>
  )
}
