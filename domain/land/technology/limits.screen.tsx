import { formatArea, formatCount } from '@dishu/web-kit/areas'
import { send, useAct, useRead } from '@dishu/web-kit/read'
import { useSettings } from '@dishu/web-kit/settings'
import { Trouble } from '@dishu/web-kit/state.tsx'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { Button } from 'antd'
import { useEffect, useRef } from 'react'
import { inLanguage, Stated, short } from './stated.screen.tsx'
import { ACT_NAMES } from './technology.ts'
import type { LibraryReply, LimitsTask } from './technology.wire.ts'

const isBusy = (task: LimitsTask | null | undefined) => task?.state === 'working' || task?.state === 'stopping'

/** Limits with the acts each forbids and the ground it covers, and rights that stand on forbidden ground. */
export function LimitsTab({ library }: { readonly library: LibraryReply }) {
  const t = useText()
  const { county } = usePlace()
  const { language, unit } = useSettings()
  const place = `/api/counties/${county}/limits/measure`
  const reading = useRead<{ readonly task: LimitsTask | null }>(place, (value) => (isBusy(value?.task) ? 800 : false))
  const task = reading.state === 'ready' ? reading.value.task : null
  const working = isBusy(task)
  const measure = useAct<null, unknown>(() => send(place, {}), [place])
  const stop = useAct<string, unknown>((id) => send(`/api/counties/${county}/plan/tasks/${id}/stop`, {}), [place])
  const { mutate: refresh } = useAct<null, null>(async () => null, [`/api/counties/${county}/library`])
  const was = useRef(false)
  useEffect(() => {
    if (was.current && !working) refresh(null) // what it measured is shown here
    was.current = working
  }, [working, refresh])
  const { measured } = library
  const area = (m2: number) => `${formatArea(Math.round(m2 * 100), unit)} ${t(`unit.${unit}`)}`
  return (
    <div className="library-scroll">
      <div className="row gap">
        <p className="quiet grow">
          {measured
            ? t(measured.rev === measured.head ? 'library.measured' : 'library.measured-stale', {
                patches: formatCount(measured.patches),
                under: formatCount(measured.under),
                rev: measured.rev,
              })
            : t('library.not-measured')}
          {measured && measured.unplaced > 0 && ` ${t('library.unplaced', { count: measured.unplaced })}`}
        </p>
        {working && task ? (
          <>
            <span aria-live="polite">{t('library.measuring', { count: formatCount(task.done) })}</span>
            <Button disabled={task.state === 'stopping'} onClick={() => stop.mutate(task.id)}>
              {t('plan.stop')}
            </Button>
          </>
        ) : (
          <Button loading={measure.isPending} onClick={() => measure.mutate(null)}>
            {t('library.measure')}
          </Button>
        )}
      </div>
      {measure.error && <Trouble failure={measure.error} />}
      <div className="scroll-x">
        <table className="plain library-limits">
          <thead>
            <tr>
              <th>{t('library.limit')}</th>
              <th>{t('library.forbids')}</th>
              <th>{t('library.covers')}</th>
              <th className="right">{t('library.under')}</th>
              <th>{t('library.in-force')}</th>
              <th>{t('library.source')}</th>
            </tr>
          </thead>
          <tbody>
            {library.limits.map((limit) => (
              <tr key={limit.code}>
                <td>
                  <b>{limit[language]}</b>
                  {limit.note && <small> {inLanguage(limit.note, language)}</small>}
                </td>
                <td>
                  {limit.forbids.map((act) => (
                    <span key={act} className="library-tag">
                      {ACT_NAMES[act][language]}
                    </span>
                  ))}
                </td>
                <td>
                  {limit.layer !== null &&
                    (limit.features > 0 ? (
                      t('library.layer-there', { layer: limit.layer, count: limit.features })
                    ) : (
                      <span className="library-none">{t('library.layer-missing', { layer: limit.layer })}</span>
                    ))}
                  {limit.classes.length > 0 && <small> {t('library.classes', { classes: limit.classes.join('、') })}</small>}
                </td>
                <td className="right number">{limit.under ? (limit.under.patches > 0 ? area(limit.under.areaM2) : '0') : '—'}</td>
                <td>
                  {limit.from} – {limit.to ?? ''}
                </td>
                <td>
                  <Stated {...limit} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <section className="card">
        <h3>{t('library.collisions')}</h3>
        <p className="quiet">{t('library.collisions-what')}</p>
        {library.collisions.length === 0 ? (
          <p className="quiet none">{t(measured ? 'library.no-collisions' : 'library.not-measured')}</p>
        ) : (
          <div className="scroll-x">
            <table className="plain">
              <thead>
                <tr>
                  <th>{t('library.limit')}</th>
                  <th>{t('library.parcel')}</th>
                  <th>{t('library.contract')}</th>
                  <th className="right">{t('library.area')}</th>
                  <th className="right">{t('library.share')}</th>
                </tr>
              </thead>
              <tbody>
                {library.collisions.map(({ limit, parcelCode, contractCode, areaM2, share }) => (
                  <tr key={`${limit} ${parcelCode} ${contractCode}`}>
                    <td>{library.limits.find(({ code }) => code === limit)?.[language] ?? limit}</td>
                    <td>{parcelCode}</td>
                    <td>{contractCode}</td>
                    <td className="right number">{area(areaM2)}</td>
                    <td className="right number">{short(100 * share, 1)} %</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
    </div>
  )
}
