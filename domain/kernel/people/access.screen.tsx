import { useRead } from '@dishu/web-kit/read'
import { Empty, Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText, wordOr } from '@dishu/web-kit/words'
import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { ACCESS_ACTS } from './access.ts'
import type { AccessReply } from './people.wire.ts'

const PAGE = 100
const minute = (iso: string) => new Date(iso).toLocaleString('sv-SE').slice(0, 16)

/** Details in one line, without what stands in columns of its own. */
function detailsOf(text: string): string {
  try {
    const told = JSON.parse(text) as Readonly<Record<string, unknown>>
    return Object.entries(told)
      .filter(([, value]) => value !== null && value !== '')
      .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
      .join(' · ')
  } catch {
    return text
  }
}

/** Who did what that is no change of the register: signing in, refusals, openings of personal values, exports. The chain is checked as it is read. */
export function AccessScreen() {
  const t = useText()
  const { county } = usePlace()
  const address = useAddress()
  const [actor, setActor] = useState(address.get('actor') ?? '')
  const [before, setBefore] = useState<number | null>(null)
  const what = address.get('what') ?? ''
  const asked = new URLSearchParams({ county, limit: String(PAGE) })
  if (address.get('actor')) asked.set('actor', address.get('actor') ?? '')
  if (what) asked.set('what', what)
  if (before !== null) asked.set('before', String(before))
  const found = useRead<AccessReply>(`/api/access?${asked}`)
  const ask = (changes: Readonly<Record<string, string | null>>) => {
    setBefore(null)
    address.set(changes)
  }
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <h1>{t('access.title')}</h1>
          <p className="quiet">{t('access.what')}</p>
        </div>
      </header>
      <div className="filters no-print">
        <Input.Search
          aria-label={t('access.actor')}
          placeholder={t('access.actor')}
          allowClear
          value={actor}
          onChange={(event) => setActor(event.target.value)}
          onSearch={(value) => ask({ actor: value.trim() || null })}
        />
        <Select
          aria-label={t('access.act')}
          allowClear
          placeholder={t('access.act')}
          value={what || null}
          onChange={(value) => ask({ what: value ?? null })}
          options={ACCESS_ACTS.map((value) => ({ value, label: wordOr(t, `access-act.${value}`, value) }))}
          popupMatchSelectWidth={false}
        />
      </div>
      {found.state !== 'ready' ? (
        <Waiting reading={found} lines={10} />
      ) : (
        <>
          {found.value.broken !== null && (
            <p className="notice alarm" role="alert">
              {t('access.broken', { event: found.value.broken })}
            </p>
          )}
          {found.value.events.length === 0 ? (
            <Empty icon="audit" title={t('access.none-title')} text={t('access.none')} />
          ) : (
            <div className="scroll-x">
              <table className="ledger">
                <thead>
                  <tr>
                    <th scope="col" className="right">
                      {t('access.number')}
                    </th>
                    <th scope="col">{t('audit.when')}</th>
                    <th scope="col">{t('audit.who')}</th>
                    <th scope="col">{t('access.act')}</th>
                    <th scope="col">{t('access.subject')}</th>
                    <th scope="col">{t('access.details')}</th>
                  </tr>
                </thead>
                <tbody>
                  {found.value.events.map((event) => (
                    <tr key={event.id} className={found.value.broken !== null && event.id >= found.value.broken ? 'alarm' : ''}>
                      <td className="right number">{event.id}</td>
                      <td className="number nowrap">{minute(event.at)}</td>
                      <td>{event.actor}</td>
                      <td>
                        {wordOr(t, `access-act.${event.what}`, event.what)}
                        {event.outcome !== 'done' && event.what !== 'refused' && (
                          <small className="quiet"> {t(`access.outcome-${event.outcome}`)}</small>
                        )}
                      </td>
                      <td className="number break">{event.subject}</td>
                      <td className="quiet break">{detailsOf(event.details)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
          <p className="more no-print">
            {before !== null && <Button onClick={() => setBefore(null)}>{t('access.newest')}</Button>}
            {found.value.events.length === PAGE && (
              <Button onClick={() => setBefore(found.value.events.at(-1)?.id ?? null)}>{t('access.more')}</Button>
            )}
          </p>
        </>
      )}
    </div>
  )
}
