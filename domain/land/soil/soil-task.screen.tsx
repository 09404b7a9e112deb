import { send, useAct, useRead } from '@dishu/web-kit/read'
import { Refused, Trouble } from '@dishu/web-kit/state.tsx'
import { useText, wordOr } from '@dishu/web-kit/words'
import { Button, Progress } from 'antd'
import type { SoilTasksReply, SoilTaskView } from './maps.wire.ts'

const isWorking = ({ state }: Pick<SoilTaskView, 'state'>) => state === 'working'

/** What is under way or has just ended; null before the first answer. Other readings follow when it ends. */
export function useSoilTasks(county: string): readonly SoilTaskView[] {
  const tasks = useRead<SoilTasksReply>(`/api/counties/${county}/soil/tasks`, (value) => (value?.tasks.some(isWorking) ? 1_000 : false))
  return tasks.state === 'ready' ? tasks.value.tasks : []
}

/** The newest task of a kind: its progress with a way to stop it, or why it was refused. A page may be left meanwhile. */
export function SoilTask({
  county,
  what,
  tasks,
}: {
  readonly county: string
  readonly what: SoilTaskView['what']
  readonly tasks: readonly SoilTaskView[]
}) {
  const t = useText()
  const cancel = useAct(
    (id: string) => send<SoilTaskView>(`/api/counties/${county}/soil/tasks/${id}/cancel`, {}),
    [`/api/counties/${county}/`],
  )
  const working = tasks.find(isWorking)
  const last = tasks.find((each) => each.what === what)
  if (working) {
    const { progress } = working
    const percent = progress?.total ? Math.floor((100 * progress.done) / progress.total) : 0
    return (
      <section className="soil-task" aria-live="polite">
        <header>
          <b>{working.title}</b>
          <Button size="small" loading={cancel.isPending} onClick={() => cancel.mutate(working.id)}>
            {t('soil-map.cancel')}
          </Button>
        </header>
        <span className="quiet">{wordOr(t, `soil-phase.${progress?.phase ?? 'reading'}`, progress?.phase ?? '')}</span>
        <Progress percent={percent} strokeLinecap="butt" size="small" status="active" />
        {cancel.error && <Trouble failure={cancel.error} />}
      </section>
    )
  }
  if (!last || last.state === 'done') return null
  if (last.refusal) return <Refused message={last.refusal.message} hint={last.refusal.hint} />
  return <p className="quiet">{t(`soil-map.task-${last.state}`, { title: last.title })}</p>
}
