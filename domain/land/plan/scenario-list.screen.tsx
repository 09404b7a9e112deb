import { useText } from '@dishu/web-kit/words'
import { Button } from 'antd'
import { muOf, percent, wanYuan } from './figures.screen.tsx'
import type { ScenarioState } from './scenarios.ts'
import type { ScenarioView } from './scenarios.wire.ts'

type Props = {
  readonly scenarios: readonly ScenarioView[]
  readonly selected: string | null
  readonly me: string
  readonly busy: boolean
  readonly compared: string | null
  onSelect(key: string): void
  onEdit(key: string): void
  onCopy(key: string): void
  onSolve(key: string): void
  onMove(key: string, to: ScenarioState): void
  onCompare(key: string): void
}

/** Scenarios with their state and newest result; what may be done with the one that is chosen. */
export function ScenarioList(props: Props) {
  const t = useText()
  const { scenarios, selected, compared } = props
  return (
    <ul className="plan-list">
      {scenarios.map((scenario) => {
        const { key, title, state, result, terms } = scenario
        const years = terms.years.length > 1 ? `${terms.years[0]}–${terms.years[terms.years.length - 1]}` : String(terms.years[0])
        return (
          <li key={key} className={key === selected ? 'here' : ''}>
            <button type="button" aria-pressed={key === selected} onClick={() => props.onSelect(key)}>
              <b>{title}</b>
              <span className={`tag plan-${state}`}>{t(`plan.state-${state}`)}</span>
              {result?.stale && <span className="tag plan-stale">{t('plan.stale')}</span>}
              <small className="quiet">
                {key} · {years} · {terms.yearTypes.map(({ id }) => id).join('/')} · {t(`plan.measure-${terms.objective}`)}
                {result
                  ? ` · ${t('plan.summary', { area: muOf(result.totals.areaM2), npv: wanYuan(result.totals.npvFen), gap: percent(result.gap) })}`
                  : ` · ${t('plan.not-solved')}`}
              </small>
            </button>
            {key === selected ? <Acts scenario={scenario} {...props} /> : null}
            {key !== selected && result && selected !== null && (
              <Button
                size="small"
                type={compared === key ? 'primary' : 'default'}
                aria-pressed={compared === key}
                onClick={() => props.onCompare(key)}
              >
                {t('plan.compare')}
              </Button>
            )}
          </li>
        )
      })}
    </ul>
  )
}

function Acts({
  scenario: { key, state, result, author, submittedBy, decidedBy, notes },
  me,
  busy,
  onEdit,
  onCopy,
  onSolve,
  onMove,
}: Props & { readonly scenario: ScenarioView }) {
  const t = useText()
  const mine = me === author || me === submittedBy
  return (
    <div className="plan-acts">
      {notes !== '' && <p className="quiet">{notes}</p>}
      <p className="quiet">
        {t('plan.by', { author })}
        {submittedBy && ` · ${t('plan.submitted-by', { who: submittedBy })}`}
        {decidedBy && ` · ${t('plan.approved-by', { who: decidedBy })}`}
      </p>
      <div className="row gap">
        <Button size="small" type="primary" disabled={busy || state !== 'draft'} onClick={() => onSolve(key)}>
          {t(result ? 'plan.solve-again' : 'plan.solve')}
        </Button>
        <Button size="small" disabled={state !== 'draft'} onClick={() => onEdit(key)}>
          {t('plan.change')}
        </Button>
        <Button size="small" onClick={() => onCopy(key)}>
          {t('plan.copy')}
        </Button>
        {state === 'draft' && (
          <Button size="small" disabled={!result || result.stale} onClick={() => onMove(key, 'submitted')}>
            {t('plan.submit')}
          </Button>
        )}
        {state === 'submitted' && (
          <Button size="small" disabled={mine} title={mine ? t('plan.another-person') : undefined} onClick={() => onMove(key, 'approved')}>
            {t('plan.approve')}
          </Button>
        )}
        {state !== 'draft' && (
          <Button size="small" onClick={() => onMove(key, 'draft')}>
            {t('plan.take-back')}
          </Button>
        )}
      </div>
    </div>
  )
}
