import type { RevisionView } from '@dishu/kernel/records/records.wire'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import type { Place } from '@dishu/web-kit/place'
import { useRead } from '@dishu/web-kit/read'
import { useAddress } from '@dishu/web-kit/use-address'
import { useText, wordOr } from '@dishu/web-kit/words'
import { Button, Checkbox } from 'antd'
import { useEffect, useRef, useState } from 'react'

const STEP_MS = 1500

/** The register's revisions as a line of time: where the thumb stands is what was known then. Arrows step, the space bar plays. */
export function TimeSlider({ place, onClose }: { readonly place: Place; onClose(): void }) {
  const t = useText()
  const address = useAddress()
  const reading = useRead<{ readonly revisions: readonly RevisionView[] }>(`/api/counties/${place.county}/revisions?limit=200`)
  const [playing, setPlaying] = useState(false)
  const [along, setAlong] = useState(() => place.asOf !== null && place.known !== null)
  const revisions = reading.state === 'ready' ? [...reading.value.revisions].reverse() : []
  const last = revisions.length - 1
  const at = place.known === null ? last : revisions.findLastIndex(({ rev, recordedAt }) => standsFor(place.known ?? '', rev, recordedAt))
  const here = revisions[Math.max(0, at)]
  const go = (i: number, together = along) => {
    const to = revisions[i]
    if (!to) return
    const day = dayInChina(to.recordedAt)
    address.set({ known: i === last ? null : String(to.rev), ...(together ? { asOf: day === place.today ? null : day } : {}) })
  }
  const next = useRef(() => {})
  next.current = () => {
    if (at >= last) setPlaying(false)
    else go(at + 1)
  }
  useEffect(() => {
    if (!playing) return
    const timer = setInterval(() => next.current(), STEP_MS)
    return () => clearInterval(timer)
  }, [playing])
  if (revisions.length === 0) return null
  const play = () => {
    if (!playing && at >= last) go(0)
    setPlaying(!playing)
  }
  const percent = (i: number) => `${last === 0 ? 50 : (100 * i) / last}%`
  return (
    <section className="time-slider" aria-label={t('time.title')}>
      <Button size="small" onClick={play} aria-pressed={playing} aria-label={t(playing ? 'time.stop' : 'time.play')}>
        {playing ? '❚❚' : '▶'}
      </Button>
      <div className="track">
        <input
          type="range"
          min={0}
          max={last}
          value={Math.max(0, at)}
          aria-label={t('time.title')}
          aria-valuetext={here ? `r${here.rev} ${dayInChina(here.recordedAt)}` : ''}
          onChange={({ target }) => go(Number(target.value))}
          onKeyDown={(event) => {
            if (event.key !== ' ') return
            event.preventDefault()
            play()
          }}
        />
        <div className="ticks" aria-hidden="true">
          {revisions.map(({ rev, cause, reason }, i) => (
            <i
              key={rev}
              className={cause}
              style={{ left: percent(i) }}
              title={`r${rev} · ${wordOr(t, `cause.${cause}`, cause)} · ${reason}`}
            />
          ))}
        </div>
      </div>
      {here && (
        <span className="said">
          <b className="number">r{here.rev}</b> <span className="number">{dayInChina(here.recordedAt)}</span>{' '}
          {wordOr(t, `cause.${here.cause}`, here.cause)}
          <span className="quiet"> {here.reason}</span>
        </span>
      )}
      <Checkbox
        checked={along}
        onChange={({ target }) => {
          setAlong(target.checked)
          if (target.checked) go(Math.max(0, at), true)
          else address.set({ asOf: null })
        }}
      >
        {t('time.along')}
      </Checkbox>
      <button type="button" className="icon-link" onClick={onClose} aria-label={t('state.close')}>
        <Icon name="close" />
      </button>
    </section>
  )
}

/** Whether a revision had been recorded by what is stated: a revision's number, or a day in China's time. */
const standsFor = (known: string, rev: number, recordedAt: string) =>
  /^\d+$/.test(known) ? rev <= Number(known) : dayInChina(recordedAt) <= known

const dayInChina = (iso: string) => new Date(Date.parse(iso) + 8 * 3_600_000).toISOString().slice(0, 10)
