import type { IntakeView } from '@dishu/kernel/intake/intake.wire'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { useRead } from '@dishu/web-kit/read'
import { useAddress } from '@dishu/web-kit/use-address'
import { useText, wordOr } from '@dishu/web-kit/words'
import { Button, Popover } from 'antd'
import { Link } from 'wouter'

const busy = ({ state }: IntakeView) => state === 'uploaded' || state === 'reading' || state === 'writing'
const waits = ({ state }: IntakeView) => state === 'needs-answers' || state === 'ready'

/** What is under way or waits for a word. */
export function TasksButton() {
  const t = useText()
  const address = useAddress()
  const list = useRead<{ readonly intakes: readonly IntakeView[] }>('/api/intakes', (value) => (value?.intakes.some(busy) ? 2_000 : 30_000))
  const tasks = list.state === 'ready' ? list.value.intakes.filter((intake) => busy(intake) || waits(intake)) : []
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      content={
        <div className="tasks">
          {tasks.length === 0 && <p className="quiet">{t('tasks.none')}</p>}
          {tasks.map((task) => (
            <Link key={task.id} href={address.link(`/import/${task.id}`)} className="task">
              <b>{task.files.map(({ name }) => name).join(', ')}</b>
              <span className="quiet">
                {task.progress && busy(task) ? wordOr(t, `phase.${task.progress.phase}`, task.progress.phase) : t(`intake.${task.state}`)}
              </span>
              {busy(task) && task.progress?.total && <progress max={task.progress.total} value={task.progress.done} />}
            </Link>
          ))}
        </div>
      }
    >
      <span className={`badge${tasks.some(busy) ? ' busy' : ''}`} data-count={tasks.length > 0 ? tasks.length : undefined}>
        <Button
          type="text"
          icon={<Icon name="task" />}
          aria-label={t('tasks.title', { count: tasks.length })}
          title={t('tasks.title', { count: tasks.length })}
        />
      </span>
    </Popover>
  )
}
