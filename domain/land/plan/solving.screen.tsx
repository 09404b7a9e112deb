import { Refused } from '@dishu/web-kit/state.tsx'
import { useText } from '@dishu/web-kit/words'
import { Button } from 'antd'
import { CurveChart } from './figures.screen.tsx'
import { FindingsList } from './findings.screen.tsx'
import type { PlanTaskView } from './scenarios.wire.ts'

/** A scenario being solved: the bound comes down, the best plan goes up. Or why it was not. */
export function SolvingView({ task, format, onStop }: { readonly task: PlanTaskView; format(value: number): string; onStop(): void }) {
  const t = useText()
  if (task.state === 'working' || task.state === 'stopping') {
    const [, bound, best] = task.curve[task.curve.length - 1] ?? [0, null, null]
    return (
      <section className="plan-solving" aria-live="polite">
        <header className="row gap">
          <b>{t(task.state === 'stopping' ? 'plan.stopping' : `plan.phase-${task.phase ?? 'reading'}`)}</b>
          <span className="quiet">
            {task.phase === 'reading' && task.done > 0 ? t('plan.patches-read', { count: task.done.toLocaleString('en-US') }) : ''}
          </span>
          <Button size="small" disabled={task.state === 'stopping'} onClick={onStop}>
            {t('plan.stop')}
          </Button>
        </header>
        <CurveChart curve={task.curve} label={t('plan.curve')} format={format} />
        {bound !== null && <p className="quiet">{t('plan.closing', { bound: format(bound), best: best === null ? '—' : format(best) })}</p>}
      </section>
    )
  }
  if (task.state === 'refused' && task.refusal)
    return (
      <section className="plan-solving">
        <Refused message={task.refusal.message} hint={task.refusal.hint} />
        <FindingsList findings={task.findings} />
      </section>
    )
  if (task.what === 'recompute' && task.state === 'done')
    return <p className={task.same ? 'quiet' : 'plan-differs'}>{t(task.same ? 'plan.same' : 'plan.not-same')}</p>
  return task.state === 'done' ? null : <p className="quiet">{t(`plan.task-${task.state}`)}</p>
}
