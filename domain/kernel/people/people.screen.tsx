import { onSave } from '@dishu/web-kit/keys'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { send, useAct, useRead } from '@dishu/web-kit/read'
import { Refused, Trouble, Waiting } from '@dishu/web-kit/state.tsx'
import { useText } from '@dishu/web-kit/words'
import { Button, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import type { GrantView, InvitedReply, PeopleReply, PersonView, RoleView } from './people.wire.ts'
import { SignInPolicyCard } from './sign-in-policy.screen.tsx'

type Asked =
  | { readonly what: 'invite' }
  | { readonly what: 'link'; readonly invited: InvitedReply }
  | { readonly what: 'grant' | 'leave'; readonly person: PersonView }
  | { readonly what: 'withdraw'; readonly grant: GrantView; readonly person: PersonView }

/** Who works here, with which roles where and until when; inviting, granting, withdrawing, leaving. */
export function PeopleScreen({ powers, today }: { readonly powers: readonly string[]; readonly today: string }) {
  const t = useText()
  const found = useRead<PeopleReply>('/api/people')
  const [asked, setAsked] = useState<Asked | null>(null)
  if (found.state !== 'ready') return <Waiting reading={found} lines={10} />
  const { people, roles } = found.value
  const mayInvite = powers.includes('accounts')
  const mayGrant = powers.includes('grants') || mayInvite
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <h1>{t('nav.people')}</h1>
          <p className="quiet">{t('people.what')}</p>
        </div>
        {mayInvite && (
          <Button type="primary" icon={<Icon name="person" size={16} />} onClick={() => setAsked({ what: 'invite' })}>
            {t('people.invite')}
          </Button>
        )}
      </header>
      <div className="scroll-x">
        <table className="ledger">
          <thead>
            <tr>
              <th scope="col">{t('people.login')}</th>
              <th scope="col">{t('people.name')}</th>
              <th scope="col">{t('people.state')}</th>
              <th scope="col">{t('people.factor')}</th>
              <th scope="col">{t('people.seen')}</th>
              <th scope="col">{t('people.grants')}</th>
              <th scope="col">
                <span className="sr">{t('people.acts')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {people.map((person) => (
              <tr key={person.id} className={person.state === 'left' ? 'undone' : ''}>
                <td>{person.login}</td>
                <td>{person.displayName}</td>
                <td>{t(`people.state-${person.state}`)}</td>
                <td>{person.secondFactor ? t('people.factor-on') : <span className="quiet">{t('people.factor-off')}</span>}</td>
                <td className="number">
                  {person.lastSeen ? person.lastSeen.slice(0, 16).replace('T', ' ') : <span className="quiet">—</span>}
                </td>
                <td>
                  {person.grants.length === 0 && <span className="quiet">{t('people.no-grants')}</span>}
                  {person.grants.map((grant) => (
                    <span
                      key={grant.id}
                      className={`grant ${grant.state}`}
                      title={t('people.grant-by', { by: grant.grantedBy, reason: grant.reason })}
                    >
                      {grant.roleName} · <span className="number">{grant.area || t('people.everywhere')}</span> · {grant.from}–
                      {grant.until ?? t('people.open-end')}
                      {mayGrant && grant.state !== 'ended' && (
                        <button
                          type="button"
                          className="link-button"
                          aria-label={t('people.withdraw')}
                          onClick={() => setAsked({ what: 'withdraw', grant, person })}
                        >
                          ×
                        </button>
                      )}
                    </span>
                  ))}
                </td>
                <td className="right nowrap">
                  {person.state !== 'left' && mayGrant && (
                    <Button size="small" type="text" onClick={() => setAsked({ what: 'grant', person })}>
                      {t('people.grant')}
                    </Button>
                  )}
                  {person.state !== 'left' && mayInvite && (
                    <Button size="small" type="text" danger onClick={() => setAsked({ what: 'leave', person })}>
                      {t('people.leave')}
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <SignInPolicyCard mayChange={powers.includes('settings')} />
      <RolesTable roles={roles} />
      {asked?.what === 'invite' && <Invite onDone={(invited) => setAsked(invited ? { what: 'link', invited } : null)} />}
      {asked?.what === 'link' && <ShowLink invited={asked.invited} onDone={() => setAsked(null)} />}
      {asked?.what === 'grant' && <GiveGrant person={asked.person} roles={roles} today={today} onDone={() => setAsked(null)} />}
      {asked?.what === 'withdraw' && (
        <Reasoned
          title={t('people.withdraw-title', { role: asked.grant.roleName, name: asked.person.displayName })}
          path={`/api/grants/${asked.grant.id}/withdraw`}
          go={t('people.withdraw')}
          onDone={() => setAsked(null)}
        />
      )}
      {asked?.what === 'leave' && (
        <Reasoned
          title={t('people.leave-title', { name: asked.person.displayName })}
          what={t('people.leave-what', { count: asked.person.grants.filter(({ state }) => state !== 'ended').length })}
          path={`/api/people/${asked.person.id}/leave`}
          go={t('people.leave')}
          successors={people.filter(({ id, state }) => state === 'active' && id !== asked.person.id)}
          onDone={() => setAsked(null)}
        />
      )}
    </div>
  )
}

/** What each role may do: the list an office reads before it grants one. */
function RolesTable({ roles }: { readonly roles: readonly RoleView[] }) {
  const t = useText()
  return (
    <details className="roles">
      <summary>{t('people.roles')}</summary>
      <div className="scroll-x">
        <table className="ledger">
          <tbody>
            {roles.map(({ id, name, side, powers }) => (
              <tr key={id}>
                <th scope="row">{name}</th>
                <td>{t(`people.side-${side}`)}</td>
                <td>{powers.map((power) => power.name).join('、')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

function Invite({ onDone }: { onDone(invited: InvitedReply | null): void }) {
  const t = useText()
  const [login, setLogin] = useState('')
  const [displayName, setDisplayName] = useState('')
  const act = useAct((body: { login: string; displayName: string }) => send<InvitedReply>('/api/people', body))
  const go = () => login.trim() !== '' && act.mutate({ login: login.trim(), displayName: displayName.trim() }, { onSuccess: onDone })
  return (
    <Modal
      open
      wrapProps={{ onKeyDown: onSave(go) }}
      title={t('people.invite')}
      okText={t('people.make-link')}
      okButtonProps={{ disabled: login.trim() === '' }}
      confirmLoading={act.isPending}
      onOk={go}
      onCancel={() => onDone(null)}
    >
      <div className="form">
        <label htmlFor="invite-login">{t('people.login')}</label>
        <Input id="invite-login" autoFocus value={login} onChange={(event) => setLogin(event.target.value)} />
        <p className="quiet">{t('people.login-what')}</p>
        <label htmlFor="invite-name">{t('people.name')}</label>
        <Input id="invite-name" value={displayName} onChange={(event) => setDisplayName(event.target.value)} />
        <Problem act={act} />
      </div>
    </Modal>
  )
}

function ShowLink({ invited, onDone }: { readonly invited: InvitedReply; onDone(): void }) {
  const t = useText()
  const address = `${window.location.origin}${invited.path}`
  return (
    <Modal
      open
      title={t('people.link-title', { login: invited.login })}
      onCancel={onDone}
      footer={
        <Button type="primary" onClick={onDone}>
          {t('people.link-done')}
        </Button>
      }
    >
      <p>{t('people.link-what', { until: invited.expiresAt.slice(0, 10) })}</p>
      <Input.TextArea readOnly autoSize value={address} aria-label={t('people.link')} />
      <Button icon={<Icon name="copy" size={14} />} onClick={() => void navigator.clipboard?.writeText(address)}>
        {t('people.copy')}
      </Button>
    </Modal>
  )
}

function GiveGrant({
  person,
  roles,
  today,
  onDone,
}: {
  readonly person: PersonView
  readonly roles: readonly RoleView[]
  readonly today: string
  onDone(): void
}) {
  const t = useText()
  const [role, setRole] = useState<string>('reader')
  const [area, setArea] = useState('')
  const [from, setFrom] = useState(today)
  const [until, setUntil] = useState('')
  const [reason, setReason] = useState('')
  const act = useAct(() =>
    send(`/api/people/${person.id}/grants`, { role, area: area.trim(), from, until: until || null, reason: reason.trim() }),
  )
  const go = () => reason.trim() !== '' && act.mutate(undefined, { onSuccess: onDone })
  const chosen = roles.find(({ id }) => id === role)
  return (
    <Modal
      open
      wrapProps={{ onKeyDown: onSave(go) }}
      title={t('people.grant-title', { name: person.displayName })}
      okText={t('people.grant')}
      okButtonProps={{ disabled: reason.trim() === '' }}
      confirmLoading={act.isPending}
      onOk={go}
      onCancel={onDone}
    >
      <div className="form">
        <label htmlFor="grant-role">{t('people.role')}</label>
        <Select id="grant-role" value={role} onChange={setRole} options={roles.map(({ id, name }) => ({ value: id, label: name }))} />
        <p className="quiet">{chosen?.powers.map(({ name }) => name).join('、')}</p>
        {chosen?.side !== 'separated' && (
          <>
            <label htmlFor="grant-area">{t('people.area')}</label>
            <Input id="grant-area" inputMode="numeric" value={area} onChange={(event) => setArea(event.target.value)} />
            <p className="quiet">{t('people.area-what')}</p>
          </>
        )}
        <label htmlFor="grant-from">{t('people.from')}</label>
        <Input id="grant-from" type="date" value={from} onChange={(event) => setFrom(event.target.value)} />
        <label htmlFor="grant-until">{t('people.until')}</label>
        <Input id="grant-until" type="date" value={until} onChange={(event) => setUntil(event.target.value)} />
        <label htmlFor="grant-reason">{t('people.reason')}</label>
        <Input.TextArea id="grant-reason" rows={2} value={reason} onChange={(event) => setReason(event.target.value)} />
        <Problem act={act} />
      </div>
    </Modal>
  )
}

function Reasoned(props: {
  readonly title: string
  readonly what?: string
  readonly path: string
  readonly go: string
  readonly successors?: readonly PersonView[]
  onDone(): void
}) {
  const t = useText()
  const [reason, setReason] = useState('')
  const [successor, setSuccessor] = useState<string | null>(null)
  const act = useAct(() => send(props.path, { reason: reason.trim(), ...(successor ? { successor } : {}) }))
  const go = () => reason.trim() !== '' && act.mutate(undefined, { onSuccess: props.onDone })
  return (
    <Modal
      open
      wrapProps={{ onKeyDown: onSave(go) }}
      title={props.title}
      okText={props.go}
      okButtonProps={{ danger: true, disabled: reason.trim() === '' }}
      confirmLoading={act.isPending}
      onOk={go}
      onCancel={props.onDone}
    >
      <div className="form">
        {props.what && <p>{props.what}</p>}
        {props.successors && (
          <>
            <label htmlFor="successor">{t('people.successor')}</label>
            <Select
              id="successor"
              allowClear
              value={successor}
              onChange={setSuccessor}
              options={props.successors.map(({ login, displayName }) => ({ value: login, label: `${displayName} (${login})` }))}
            />
          </>
        )}
        <label htmlFor="act-reason">{t('people.reason')}</label>
        <Input.TextArea id="act-reason" rows={2} autoFocus value={reason} onChange={(event) => setReason(event.target.value)} />
        <Problem act={act} />
      </div>
    </Modal>
  )
}

function Problem({ act }: { readonly act: { readonly error: Parameters<typeof Trouble>[0]['failure'] | null } }) {
  if (!act.error) return null
  return act.error.kind === 'refused' ? (
    <Refused message={act.error.refusal?.message ?? ''} hint={act.error.refusal?.hint} />
  ) : (
    <Trouble failure={act.error} />
  )
}
