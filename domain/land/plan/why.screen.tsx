import { query } from '@dishu/web-kit/address'
import { useRead } from '@dishu/web-kit/read'
import { Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { useText } from '@dishu/web-kit/words'
import { Button } from 'antd'
import { Link } from 'wouter'
import { muOf, Rows } from './figures.screen.tsx'
import type { ResultReply, WhyReply } from './scenarios.wire.ts'

/** Why a patch is in or out, and what it would cost to decide it the other way. */
export function WhyPanel({
  county,
  result,
  patch,
  format,
  onClose,
}: {
  readonly county: string
  readonly result: ResultReply
  readonly patch: number
  format(value: number): string
  onClose(): void
}) {
  const t = useText()
  const address = useAddress()
  const reading = useRead<WhyReply>(query(`/api/counties/${county}/plan/results/${result.key}/why`, { patch: String(patch) }))
  return (
    <div className="plan-why">
      <header className="side-head">
        <h2>{t('plan.why')}</h2>
        <Button size="small" type="text" aria-label={t('plan.close')} onClick={onClose}>
          ×
        </Button>
      </header>
      {reading.state !== 'ready' || reading.value.patch !== patch ? (
        <Waiting reading={reading.state === 'ready' ? { state: 'loading' } : reading} lines={6} />
      ) : (
        <Why why={reading.value} format={format} />
      )}
      <p>
        <Link href={address.link(`/parcels/${patch}`)}>{t('plan.dossier')}</Link>
        {' · '}
        <Link href={address.link('/library', { tab: 'options', patch: String(patch) })}>{t('plan.options-of')}</Link>
      </p>
    </div>
  )
}

function Why({ why, format }: { readonly why: WhyReply; format(value: number): string }) {
  const t = useText()
  const cheapest = why.options.find(({ chosen }) => !chosen)
  const chosen = why.options.find((each) => each.chosen)
  return (
    <>
      <p>
        <b>{why.key}</b> · {why.village} · {muOf(why.areaM2, 1)} {t('unit.mu')}
      </p>
      {why.out !== null && <p className="plan-out">{t('plan.out-because', { why: why.out })}</p>}
      {why.out === null && (
        <p>
          {why.label === '' ? t('plan.is-out') : t('plan.is-in', { option: chosen?.name ?? why.label })}
          {chosen &&
            cheapest &&
            ` ${t(why.label === '' ? 'plan.force-in' : 'plan.force-other', { option: cheapest.name ?? t('plan.nothing'), cost: format(cheapest.cost) })}`}
        </p>
      )}
      {why.options.length > 0 && (
        <Rows
          head={[t('plan.option'), t('plan.benefit'), t('plan.force')]}
          numbers={new Set([1, 2])}
          rows={why.options.slice(0, 60).map(({ option, name, benefit, cost, chosen: is }) => [
            <span key={option ?? ''}>
              {is ? '● ' : ''}
              {name ?? t('plan.nothing')}
            </span>,
            format(benefit),
            is ? '—' : format(cost),
          ])}
        />
      )}
    </>
  )
}
