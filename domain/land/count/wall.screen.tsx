import type { RevisionView } from '@dishu/kernel/records/records.wire'
import { query } from '@dishu/web-kit/address'
import { formatCount, writeHundredths, writtenParts } from '@dishu/web-kit/areas'
import { Chip } from '@dishu/web-kit/figures.tsx'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { Wall, wallVariables } from '@dishu/web-kit/look/theme.tsx'
import { placeParams } from '@dishu/web-kit/place'
import { useRead } from '@dishu/web-kit/read'
import { useSettings } from '@dishu/web-kit/settings'
import { Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { useEffect } from 'react'
import { Link } from 'wouter'
import { MAP_DIMENSIONS, type MapDimension } from './count.layer.ts'
import { inListOrder } from './count.screen.tsx'
import type { CountReply } from './count.wire.ts'
import { CountMap } from './count-map.screen.tsx'
import { filtersFrom, useVocabulary } from './vocabulary.screen.tsx'
import { wallFigures } from './wall-figures.screen.ts'

/** A wall is looked at, not worked on: it asks anew by itself. */
const EVERY_MS = 60_000

/** The overview for a wall: one area, six figures, a map, the newest changes; readable at five metres. */
export function WallScreen() {
  const t = useText()
  const place = usePlace()
  const address = useAddress()
  const words = useVocabulary()
  const { unit } = useSettings()
  const dimension = MAP_DIMENSIONS.find((name) => name === address.get('by')) ?? 'class'
  const filters = filtersFrom(() => [])
  const asked = (by: string, more: Readonly<Record<string, string>> = {}) =>
    query(`/api/counties/${place.county}/count`, { by, ...placeParams(place), ...more })
  const saline = useRead<CountReply>(asked('saline'), EVERY_MS)
  const contracts = useRead<CountReply>(asked('contract', { saline: 'unused' }), EVERY_MS)
  const grades = useRead<CountReply>(asked('grade', { saline: 'cultivated' }), EVERY_MS)
  const shown = useRead<CountReply>(asked(dimension), EVERY_MS)
  const news = useRead<{ readonly revisions: readonly RevisionView[] }>(
    query(`/api/counties/${place.county}/revisions`, { limit: '6' }),
    EVERY_MS,
  )
  const back = address.link('/', { by: dimension })
  const { go } = address
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !document.fullscreenElement) go(back)
      if (event.key.toLowerCase() === 'f') void document.documentElement.requestFullscreen()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [go, back])
  if (saline.state !== 'ready') return <Waiting reading={saline} />
  if (contracts.state !== 'ready') return <Waiting reading={contracts} />
  if (grades.state !== 'ready') return <Waiting reading={grades} />
  const sorted = (name: MapDimension, reply: CountReply) => ({ ...reply, rows: inListOrder(name, reply.rows, words.values(name)) })
  const ordered = [sorted('saline', saline.value), sorted('contract', contracts.value), sorted('grade', grades.value)] as const
  const legend = shown.state === 'ready' ? sorted(dimension, shown.value).rows : []
  const written = writtenParts(
    legend.map(({ area }) => area),
    unit,
  )
  return (
    <div className="wall">
      <style>{`.wall { ${wallVariables} color-scheme: dark }`}</style>
      <header>
        <h1>{t('print.title', { name: place.name })}</h1>
        {place.synthetic && <strong className="wall-synthetic">{t('synthetic.short')}</strong>}
        <span className="grow" />
        <span className="number">
          {place.asOf ?? place.today} · r{saline.value.known}
        </span>
        <button
          type="button"
          className="icon-link"
          title={t('wall.full')}
          aria-label={t('wall.full')}
          onClick={() => void document.documentElement.requestFullscreen()}
        >
          <Icon name="fit" size={22} />
        </button>
        <Link href={back} className="icon-link" title={t('wall.leave')} aria-label={t('wall.leave')}>
          <Icon name="close" size={22} />
        </Link>
      </header>
      <section className="wall-figures">
        {wallFigures(...ordered, unit).map(({ id, shown: figure, patches, filter }) => (
          <Link key={id} href={address.link('/parcels', filter)} className={`wall-figure ${id}`}>
            <span>{t(`wall-figure.${id}`)}</span>
            <b className="number">{writeHundredths(figure)}</b>
            <small>
              {t(`unit.${unit}`)} · {t('overview.patches', { count: patches })}
            </small>
          </Link>
        ))}
      </section>
      <section className="wall-map">
        <Wall>
          <CountMap dimension={dimension} filters={filters} selected={[]} still />
        </Wall>
        <ul className="wall-legend">
          {legend
            .map((row, i) => ({ ...row, written: written[i] }))
            .sort((a, b) => b.area - a.area)
            .slice(0, 8)
            .map(({ by, written: area }) => {
              const value = by[dimension] ?? 'unknown'
              return (
                <li key={value}>
                  <Chip colour={words.colour(dimension, value)} hatched={words.hatched(dimension, value)} />
                  <span>{words.name(dimension, value)}</span>
                  <span className="number">{area}</span>
                </li>
              )
            })}
        </ul>
      </section>
      {news.state === 'ready' && (
        <ol className="wall-news" aria-label={t('wall.news')}>
          {news.value.revisions.map(({ rev, recordedAt, cause, reason, made, closed }) => (
            <li key={rev}>
              <span className="number">r{rev}</span> {recordedAt.slice(0, 16).replace('T', ' ')} <b>{t(`cause.${cause}`)}</b> {reason}{' '}
              <span className="number">
                +{formatCount(made)} −{formatCount(closed)}
              </span>
            </li>
          ))}
        </ol>
      )}
    </div>
  )
}
