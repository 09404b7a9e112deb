import { formatCount } from '@dishu/web-kit/areas'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { type Failure, useRead } from '@dishu/web-kit/read'
import { Trouble, Waiting } from '@dishu/web-kit/state.tsx'
import { upload } from '@dishu/web-kit/upload'
import { useAddress } from '@dishu/web-kit/use-address'
import { useText, wordOr } from '@dishu/web-kit/words'
import { Button, Progress } from 'antd'
import { useRef, useState } from 'react'
import { Link } from 'wouter'
import type { IntakeState, IntakeView } from './intake.wire.ts'

export const isUnderWay = (state: IntakeState) => state === 'uploaded' || state === 'reading' || state === 'writing'
export const bytes = (size: number) =>
  size >= 1e9
    ? `${(size / 1e9).toFixed(2)} GB`
    : size >= 1e6
      ? `${(size / 1e6).toFixed(1)} MB`
      : size >= 1e3
        ? `${Math.round(size / 1e3)} kB`
        : `${size} B`
const minute = (iso: string) => {
  const at = new Date(iso)
  return Number.isNaN(at.getTime()) ? iso : at.toLocaleString('sv-SE').slice(0, 16)
}

/** The files of an import by name; once they are put away, the names that its layers came from. */
export const fileNames = ({ files, layers }: IntakeView): readonly string[] =>
  files.length > 0 ? withoutCompanions(files.map(({ name }) => name)) : [...new Set(layers.map(({ file }) => file))]

/** A shapefile is several files with one name: the others are left out where their .shp is there. */
function withoutCompanions(names: readonly string[]): readonly string[] {
  const stem = (name: string) => name.replace(/(\.shp)?\.[^.]*$/, '').toLowerCase()
  const shapes = new Set(names.filter((name) => /\.shp$/i.test(name)).map(stem))
  return names.filter((name) => !/\.(cpg|dbf|prj|shx|sbn|sbx|qix|xml)$/i.test(name) || !shapes.has(stem(name)))
}

/** Import: drop the office's files; below, every import so far. */
export function IntakesScreen() {
  const t = useText()
  const address = useAddress()
  const list = useRead<{ readonly intakes: readonly IntakeView[] }>('/api/intakes', (value) =>
    value?.intakes.some(({ state }) => isUnderWay(state)) ? 2_000 : false,
  )
  return (
    <div className="page narrow-page">
      <header className="page-head">
        <div>
          <h1>{t('nav.import')}</h1>
          <p className="quiet">{t('import.what')}</p>
        </div>
      </header>
      <DropZone onUploaded={(intake) => address.go(address.link(`/import/${intake.id}`))} />
      <h2>{t('import.past')}</h2>
      {list.state !== 'ready' ? (
        <Waiting reading={list} lines={4} />
      ) : list.value.intakes.length === 0 ? (
        <p className="quiet">{t('import.none-yet')}</p>
      ) : (
        <div className="scroll-x">
          <table className="ledger">
            <thead>
              <tr>
                <th scope="col">{t('audit.when')}</th>
                <th scope="col">{t('audit.who')}</th>
                <th scope="col">{t('audit.files')}</th>
                <th scope="col">{t('findings.state')}</th>
                <th scope="col" className="right">
                  {t('audit.rev')}
                </th>
                <th scope="col">
                  <span className="sr">{t('audit.undo')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {list.value.intakes.map((intake) => (
                <tr key={intake.id}>
                  <td className="number">
                    <Link href={address.link(`/import/${intake.id}`)}>{minute(intake.createdAt)}</Link>
                  </td>
                  <td>{intake.createdBy}</td>
                  <td className="reason" title={fileNames(intake).join('\n')}>
                    {fileNames(intake).slice(0, 3).join(', ')}
                    {fileNames(intake).length > 3 && <span className="quiet"> +{fileNames(intake).length - 3}</span>}
                  </td>
                  <td>
                    <StateMark state={intake.state} />
                  </td>
                  <td className="right number">{intake.revisions.map(({ rev }) => rev).join(', ')}</td>
                  <td className="right">
                    {intake.state === 'done' &&
                      intake.revisions.map(({ county, rev }) => (
                        <Link key={`${county}-${rev}`} href={address.link('/audit', { county, undo: String(rev) })} className="danger-link">
                          <Icon name="undo" size={14} /> {t('audit.undo')}
                        </Link>
                      ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  )
}

export function StateMark({ state }: { readonly state: IntakeState }) {
  const t = useText()
  const tone = state === 'done' ? 'good' : state === 'refused' || state === 'failed' ? 'bad' : state === 'cancelled' ? 'quiet' : 'busy'
  return <span className={`state-mark ${tone}`}>{wordOr(t, `intake.${state}`, state)}</span>
}

type Sending = { readonly sent: number; readonly total: number; readonly seconds: number; stop(): void }

function DropZone({ onUploaded }: { onUploaded(intake: IntakeView): void }) {
  const t = useText()
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const [sending, setSending] = useState<Sending | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const take = (files: readonly File[]) => {
    if (files.length === 0 || sending) return
    setFailure(null)
    const started = performance.now()
    const going = upload<IntakeView>('/api/intakes', files, (sent, total) =>
      setSending({ sent, total, seconds: (performance.now() - started) / 1_000, stop: going.stop }),
    )
    setSending({ sent: 0, total: files.reduce((sum, { size }) => sum + size, 0), seconds: 0, stop: going.stop })
    going.done.then(onUploaded, setFailure).finally(() => setSending(null))
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
          <p>
            {t('import.sending', { sent: bytes(sending.sent), total: bytes(sending.total) })}
            {sending.seconds > 1 && <span className="quiet"> · {bytes(sending.sent / sending.seconds)}/s</span>}
          </p>
          <Progress
            percent={sending.total > 0 ? Math.floor((sending.sent / sending.total) * 100) : 0}
            strokeLinecap="butt"
            status="active"
          />
          <Button onClick={sending.stop}>{t('import.cancel')}</Button>
        </div>
      ) : (
        <>
          <Icon name="import" size={36} />
          <p className="drop-title">{t('import.drop')}</p>
          <Button type="primary" onClick={() => input.current?.click()}>
            {t('import.choose')}
          </Button>
          <p className="quiet">{t('import.formats')}</p>
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

/** How far a long work is: phase, bar, rate, time left. */
export function ProgressLine({ progress }: { readonly progress: NonNullable<IntakeView['progress']> }) {
  const t = useText()
  const { phase, done, total, seconds } = progress
  const rate = seconds > 0 ? done / seconds : 0
  const left = total !== null && rate > 0 ? Math.max(0, (total - done) / rate) : null
  return (
    <div className="progress-line">
      <p>
        <b>{wordOr(t, `phase.${phase}`, phase)}</b>{' '}
        <span className="number">
          {formatCount(done)}
          {total !== null && ` / ${formatCount(total)}`}
        </span>
        {rate > 0 && <span className="quiet number"> · {t('import.rate', { rate: formatCount(rate) })}</span>}
        {left !== null && (
          <span className="quiet number">
            {' '}
            ·{' '}
            {left >= 90 ? t('import.minutes-left', { count: Math.ceil(left / 60) }) : t('import.seconds-left', { count: Math.ceil(left) })}
          </span>
        )}
      </p>
      <Progress
        percent={total ? Math.min(100, Math.floor((done / total) * 100)) : 0}
        showInfo={total !== null}
        strokeLinecap="butt"
        status="active"
      />
    </div>
  )
}
