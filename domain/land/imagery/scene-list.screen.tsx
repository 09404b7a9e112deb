import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { send, useAct, useRead } from '@dishu/web-kit/read'
import { Trouble } from '@dishu/web-kit/state.tsx'
import { useText, wordOr } from '@dishu/web-kit/words'
import { Button, Progress } from 'antd'
import type { ScenesReply, SceneTaskView, SceneView } from './imagery.wire.ts'

/** Scenes, newest first: a click shows one, the small button lays another behind the curtain. */
export function SceneList({
  scenes,
  selected,
  other,
  onSelect,
  onCompare,
}: {
  readonly scenes: readonly SceneView[]
  readonly selected: number
  readonly other: number | null
  onSelect(id: number): void
  onCompare(id: number | null): void
}) {
  const t = useText()
  return (
    <ul className="scene-list">
      {scenes.map((scene) => (
        <li key={scene.id} className={scene.id === selected ? 'here' : ''}>
          <button type="button" className="scene-open" aria-pressed={scene.id === selected} onClick={() => onSelect(scene.id)}>
            <b className="number">{scene.takenOn}</b>
            <span>{scene.title}</span>
            <small className="quiet">
              {scene.platform}
              {scene.metresPerCell !== null && ` · ${scene.metresPerCell} m`}
              {scene.cloudPercent !== null && ` · ${t('imagery.cloud', { percent: scene.cloudPercent.toFixed(0) })}`}
              {!scene.masked && ` · ${t('imagery.no-mask')}`}
            </small>
          </button>
          {scene.id !== selected && (
            <button
              type="button"
              className="link-button"
              aria-pressed={scene.id === other}
              onClick={() => onCompare(scene.id === other ? null : scene.id)}
            >
              <Icon name="compare" size={14} /> {t(scene.id === other ? 'imagery.compared' : 'imagery.compare')}
            </button>
          )}
        </li>
      ))}
    </ul>
  )
}

const UNDER_WAY = ['uploaded', 'reading', 'writing', 'measuring']
export const isSceneUnderWay = ({ state }: Pick<SceneTaskView, 'state'>) => UNDER_WAY.includes(state)

/** What is measured, what is under way, and the button that measures what is new. */
export function MeasureLine({
  county,
  scenes,
  limits,
  onTask,
}: {
  readonly county: string
  readonly scenes: readonly SceneView[]
  readonly limits: ScenesReply['limits']
  onTask(id: string): void
}) {
  const t = useText()
  const path = `/api/counties/${county}/scene-tasks`
  const tasks = useRead<{ readonly tasks: readonly SceneTaskView[] }>(path, (value) => (value?.tasks.some(isSceneUnderWay) ? 1_500 : false))
  const measure = useAct(() => send<SceneTaskView>(`/api/counties/${county}/scenes/measure`, {}), ['/api/counties/'])
  const under = tasks.state === 'ready' ? tasks.value.tasks.filter(isSceneUnderWay) : []
  const waiting =
    tasks.state === 'ready'
      ? tasks.value.tasks.filter(({ state, what }) => what === 'add' && ['needs-answers', 'ready'].includes(state))
      : []
  return (
    <section className="measure-line">
      <h3>{t('imagery.measured-title')}</h3>
      <p className="quiet">
        {t('imagery.measured', { count: scenes.reduce((sum, { measured }) => sum + measured, 0) })}{' '}
        {t('imagery.limits', { hidden: Math.round(limits.mostHidden * 100), seen: Math.round(limits.leastSeen * 100) })}
      </p>
      {under.map((task) => (
        <div key={task.id} className="scene-progress">
          <span>{wordOr(t, `scene-phase.${task.progress?.phase ?? task.state}`, task.state)}</span>
          <Progress
            percent={task.progress?.total ? Math.floor((100 * task.progress.done) / task.progress.total) : 0}
            strokeLinecap="butt"
            size="small"
            status="active"
          />
          {task.what === 'add' && (
            <button type="button" className="link-button" onClick={() => onTask(task.id)}>
              {t('imagery.open-task')}
            </button>
          )}
        </div>
      ))}
      {waiting.map((task) => (
        <p key={task.id}>
          <button type="button" className="link-button" onClick={() => onTask(task.id)}>
            {t('imagery.waiting', { name: task.files.map(({ name }) => name).join(', ') || (task.found?.id ?? task.id) })}
          </button>
        </p>
      ))}
      <Button
        size="small"
        loading={measure.isPending}
        disabled={under.some(({ what }) => what === 'measure')}
        onClick={() => measure.mutate(undefined)}
      >
        {t('imagery.measure')}
      </Button>
      {measure.error && <Trouble failure={measure.error} />}
    </section>
  )
}
