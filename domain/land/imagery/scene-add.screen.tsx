import { onSave } from '@dishu/web-kit/keys'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { type Failure, send, useAct, useRead } from '@dishu/web-kit/read'
import { Refused, Trouble, Waiting } from '@dishu/web-kit/state.tsx'
import { upload } from '@dishu/web-kit/upload'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText, wordOr } from '@dishu/web-kit/words'
import { Button, Checkbox, Input, InputNumber, Progress, Select } from 'antd'
import { useRef, useState } from 'react'
import type { ScenesReply, SceneTaskView } from './imagery.wire.ts'
import { isSceneUnderWay } from './scene-list.screen.tsx'

type Roles = ScenesReply['roles']

/** A scene on its way in: files, a look, what must be said, the preview, a yes, and how far it is. */
export function AddScene({
  task,
  roles,
  onTask,
  onClose,
}: {
  readonly task: string | null
  readonly roles: Roles
  onTask(id: string | null): void
  onClose(made: SceneTaskView | null): void
}) {
  const t = useText()
  return (
    <div className="page narrow-page">
      <header className="page-head">
        <button type="button" className="icon-link" onClick={() => onClose(null)} aria-label={t('nav.imagery')}>
          <Icon name="left" />
        </button>
        <div>
          <h1>{t('imagery.add')}</h1>
          <p className="quiet">{t('imagery.add-what')}</p>
        </div>
      </header>
      {task === null ? <SceneDrop onTask={onTask} /> : <SceneTask id={task} roles={roles} onAgain={() => onTask(null)} onClose={onClose} />}
    </div>
  )
}

function SceneDrop({ onTask }: { onTask(id: string): void }) {
  const t = useText()
  const { county } = usePlace()
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const [sending, setSending] = useState<{ readonly share: number; stop(): void } | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const take = (files: readonly File[]) => {
    if (files.length === 0 || sending) return
    setFailure(null)
    const going = upload<SceneTaskView>(`/api/counties/${county}/scene-tasks`, files, (sent, total) =>
      setSending({ share: total > 0 ? sent / total : 0, stop: going.stop }),
    )
    setSending({ share: 0, stop: going.stop })
    going.done.then(({ id }) => onTask(id), setFailure).finally(() => setSending(null))
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is the other way to the button inside
    <div
      className={`drop${over ? ' over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        take([...event.dataTransfer.files])
      }}
    >
      {sending ? (
        <div className="drop-sending">
          <Progress percent={Math.floor(sending.share * 100)} strokeLinecap="butt" status="active" />
          <Button onClick={sending.stop}>{t('import.cancel')}</Button>
        </div>
      ) : (
        <>
          <Icon name="imagery" size={36} />
          <p className="drop-title">{t('imagery.drop')}</p>
          <Button type="primary" onClick={() => input.current?.click()}>
            {t('import.choose')}
          </Button>
          <p className="quiet">{t('imagery.formats')}</p>
          <p className="quiet">{t('import.unclassified-note')}</p>
          <input
            ref={input}
            type="file"
            multiple
            hidden
            aria-label={t('import.choose')}
            onChange={(event) => {
              take([...(event.target.files ?? [])])
              event.target.value = ''
            }}
          />
        </>
      )}
      {failure && <Trouble failure={failure} />}
    </div>
  )
}

function SceneTask({
  id,
  roles,
  onAgain,
  onClose,
}: {
  readonly id: string
  readonly roles: Roles
  onAgain(): void
  onClose(made: SceneTaskView | null): void
}) {
  const t = useText()
  const { county } = usePlace()
  const path = `/api/counties/${county}/scene-tasks/${id}`
  const reading = useRead<SceneTaskView>(path, (value) => (value === undefined || isSceneUnderWay(value) ? 700 : false))
  const cancel = useAct(() => send<SceneTaskView>(`${path}/cancel`, {}), ['/api/counties/'])
  // the list of scenes that is kept does not have the new one
  const see = useAct(async (made: SceneTaskView) => made, ['/api/counties/'])
  if (reading.state !== 'ready') return <Waiting reading={reading} lines={6} />
  const task = reading.value
  return (
    <>
      {isSceneUnderWay(task) && (
        <section className="card">
          <h3>{wordOr(t, `scene-phase.${task.progress?.phase ?? task.state}`, task.state)}</h3>
          <Progress
            percent={task.progress?.total ? Math.floor((100 * task.progress.done) / task.progress.total) : 0}
            strokeLinecap="butt"
            status="active"
          />
          <p className="quiet scene-way">{t('import.may-leave')}</p>
          <Button onClick={() => cancel.mutate(undefined)}>{t('import.cancel')}</Button>
        </section>
      )}
      {task.refusal && <Refused message={task.refusal.message} hint={task.refusal.hint} />}
      {(task.state === 'refused' || task.state === 'failed' || task.state === 'cancelled') && (
        <p>
          {task.state !== 'refused' && t(task.state === 'failed' ? 'import.nothing-written' : 'import.cancelled')}{' '}
          <Button onClick={onAgain}>{t('imagery.choose-other')}</Button>
        </p>
      )}
      {task.found && (task.state === 'needs-answers' || task.state === 'ready') && (
        <SceneForm task={task} path={path} roles={roles} onCancel={() => cancel.mutate(undefined, { onSuccess: () => onClose(null) })} />
      )}
      {task.state === 'done' && (
        <section className="card done">
          <h2>{t('imagery.done')}</h2>
          <p>{t('imagery.done-what', { rev: task.rev ?? 0 })}</p>
          <Button type="primary" onClick={() => see.mutate(task, { onSuccess: onClose })}>
            {t('imagery.see')}
          </Button>
        </section>
      )}
    </>
  )
}

type Answers = {
  takenOn?: string
  platform?: string
  title?: string
  provider?: string
  crs?: number
  scale?: number
  offset?: number
  nodata?: number
  roles?: Record<string, string>
}

/** What was found, what is still to be said, and the yes. */
function SceneForm({
  task,
  path,
  roles,
  onCancel,
}: {
  readonly task: SceneTaskView
  readonly path: string
  readonly roles: Roles
  onCancel(): void
}) {
  const t = useText()
  const [answers, setAnswers] = useState<Answers>({})
  const [told, setTold] = useState(true) // whether the server has had these answers
  const [unclassified, setUnclassified] = useState(false)
  const answer = useAct((said: Answers) => send<SceneTaskView>(`${path}/answers`, said), ['/api/counties/'])
  const confirm = useAct(
    () =>
      send<SceneTaskView>(`${path}/confirm`, {
        reason: t('imagery.reason', { title: answers.title ?? found?.id ?? found?.takenOn ?? '' }),
        unclassified: true,
      }),
    ['/api/counties/'],
  )
  const { found } = task
  if (!found) return null
  const asks = (question: string) => task.questions.includes(question)
  const plain = found.product === 'plain'
  const set = (change: Answers) => {
    setAnswers({ ...answers, ...change })
    setTold(false)
  }
  const roleOf = (name: string, otherwise: string | null) => answers.roles?.[name] ?? otherwise ?? ''
  const all = Object.fromEntries(found.bands.map(({ name, role }) => [name, roleOf(name, role)]))
  const go = () => answer.mutate({ ...answers, ...(plain ? { roles: all } : {}) }, { onSuccess: () => setTold(true) })
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Ctrl+Enter saves wherever the cursor is in the form
    <section
      className="card scene-form"
      onKeyDown={onSave(task.state === 'ready' && told ? () => unclassified && confirm.mutate(undefined) : go)}
    >
      <h2>{wordOr(t, `scene-product.${found.product}`, found.product)}</h2>
      <dl className="pairs">
        {found.id && (
          <>
            <dt>{t('imagery.product')}</dt>
            <dd className="number">{found.id}</dd>
          </>
        )}
        <dt>{t('imagery.rasters')}</dt>
        <dd>
          {found.rasters
            .map(({ file, width, height, type }) => `${file} ${width} × ${height} ${type}`)
            .slice(0, 4)
            .join('; ')}
          {found.rasters.length > 4 && ` +${found.rasters.length - 4}`}
        </dd>
        <dt>{t('imagery.crs')}</dt>
        <dd>{found.crs ?? '—'}</dd>
        <dt>{t('imagery.clouds')}</dt>
        <dd>
          {t(found.masked ? 'imagery.with-mask' : 'imagery.no-mask')}
          {found.cloudPercent !== null && ` · ${t('imagery.cloud', { percent: found.cloudPercent.toFixed(0) })}`}
        </dd>
      </dl>
      <div className="form two">
        <div className={asks('takenOn') ? 'asked' : ''}>
          <span className="field-label">{t('imagery.taken-on')}</span>
          <Input
            type="date"
            aria-label={t('imagery.taken-on')}
            value={answers.takenOn ?? found.takenOn ?? ''}
            onChange={(event) => set({ takenOn: event.target.value })}
          />
        </div>
        <div className={asks('platform') ? 'asked' : ''}>
          <span className="field-label">{t('imagery.platform')}</span>
          <Input
            aria-label={t('imagery.platform')}
            placeholder="landsat-8, gf-1, drone"
            value={answers.platform ?? found.platform ?? ''}
            onChange={(event) => set({ platform: event.target.value })}
          />
        </div>
        {(asks('crs') || answers.crs !== undefined) && (
          <div className="asked">
            <span className="field-label">{t('imagery.crs')} EPSG</span>
            <InputNumber
              aria-label={t('imagery.crs')}
              placeholder="4529"
              value={answers.crs ?? null}
              onChange={(crs) => crs !== null && set({ crs })}
            />
          </div>
        )}
        <div>
          <span className="field-label">{t('imagery.name')}</span>
          <Input
            aria-label={t('imagery.name')}
            value={answers.title ?? ''}
            placeholder={found.id ?? ''}
            onChange={(event) => set({ title: event.target.value })}
          />
        </div>
        <div>
          <span className="field-label">{t('imagery.provider')}</span>
          <Input
            aria-label={t('imagery.provider')}
            value={answers.provider ?? ''}
            onChange={(event) => set({ provider: event.target.value })}
          />
        </div>
        {plain && (
          <>
            <div className={asks('scale') ? 'asked' : ''}>
              <span className="field-label">{t('imagery.scale')}</span>
              <InputNumber
                aria-label={t('imagery.scale')}
                placeholder="0.0001"
                step={0.0001}
                value={answers.scale ?? null}
                onChange={(scale) => scale !== null && set({ scale })}
              />
            </div>
            <div>
              <span className="field-label">{t('imagery.offset')}</span>
              <InputNumber
                aria-label={t('imagery.offset')}
                placeholder="0"
                value={answers.offset ?? null}
                onChange={(offset) => offset !== null && set({ offset })}
              />
            </div>
            <div>
              <span className="field-label">{t('imagery.nodata')}</span>
              <InputNumber
                aria-label={t('imagery.nodata')}
                value={answers.nodata ?? null}
                onChange={(nodata) => nodata !== null && set({ nodata })}
              />
            </div>
          </>
        )}
      </div>
      {plain && <p className="quiet">{t('imagery.scale-what')}</p>}
      <div className="scroll-x">
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">{t('imagery.band')}</th>
              <th scope="col">{t('imagery.meaning')}</th>
              <th scope="col" className="right">
                {t('imagery.scale')}
              </th>
              <th scope="col" className="right">
                {t('imagery.offset')}
              </th>
            </tr>
          </thead>
          <tbody>
            {found.bands.map(({ name, role, scale, offset }) => (
              <tr key={name}>
                <td>{name}</td>
                <td>
                  {plain ? (
                    <Select
                      size="small"
                      aria-label={`${t('imagery.meaning')} ${name}`}
                      status={asks('roles') && roleOf(name, role) === '' ? 'warning' : ''}
                      value={roleOf(name, role)}
                      options={[
                        { value: '', label: t('imagery.role-none') },
                        ...roles.map((each) => ({ value: each.id, label: `${each.id} ${each.name}` })),
                      ]}
                      onChange={(value: string) => set({ roles: { ...answers.roles, [name]: value } })}
                    />
                  ) : (
                    `${role ?? '—'} ${roles.find((each) => each.id === role)?.name ?? ''}`
                  )}
                </td>
                <td className="right number">{answers.scale ?? scale}</td>
                <td className="right number">{answers.offset ?? offset}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {answer.error && <Trouble failure={answer.error} />}
      {confirm.error && <Trouble failure={confirm.error} />}
      {task.questions.length > 0 && (
        <p className="asked-note">
          {t('imagery.asked', { what: task.questions.map((question) => t(`imagery.question-${question}`)).join(' · ') })}
        </p>
      )}
      <div className="row gap">
        {(task.state === 'needs-answers' || !told) && (
          <Button type="primary" loading={answer.isPending} onClick={go}>
            {t('questions.go')}
          </Button>
        )}
        {task.state === 'ready' && told && (
          <>
            <Checkbox checked={unclassified} onChange={(event) => setUnclassified(event.target.checked)}>
              {t('questions.unclassified-yes')}
            </Checkbox>
            <Button type="primary" disabled={!unclassified} loading={confirm.isPending} onClick={() => confirm.mutate(undefined)}>
              {t('imagery.register')}
            </Button>
          </>
        )}
        <Button type="text" onClick={onCancel}>
          {t('import.cancel')}
        </Button>
      </div>
    </section>
  )
}
