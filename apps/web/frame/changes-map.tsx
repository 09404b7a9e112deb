import type { DifferencesReply } from '@dishu/land/count/differences.wire'
import { useVocabulary } from '@dishu/land/count/vocabulary.screen.tsx'
import { query } from '@dishu/web-kit/address'
import { formatArea, formatCount } from '@dishu/web-kit/areas'
import { useLook } from '@dishu/web-kit/look/theme.tsx'
import type { LayerSpec } from '@dishu/web-kit/map/layer-changes'
import { LazyMap } from '@dishu/web-kit/map/lazy-map.tsx'
import type { Bounds } from '@dishu/web-kit/map/map.tsx'
import { useRead } from '@dishu/web-kit/read'
import { useSettings } from '@dishu/web-kit/settings'
import { Trouble, Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { useMemo, useState } from 'react'
import { Link } from 'wouter'
import { useGround } from './ground.ts'

const DIMENSIONS = ['class', 'grade', 'mapgrade', 'owner', 'contract', 'saline'] as const
/** Told apart by anyone, light and dark: what came, what went, what turned, what grew or shrank. */
const COLOURS = { added: '#2F6DA8', ended: '#C1652F', changed: '#7A4FA3', resized: '#D9A400' } as const
const LISTED = 100
/** The ground is drawn by its lines only: its colours would be taken for differences. */
const FILLS = ['cells-fill', 'density-fill', 'cells-hatch', 'density-hatch', 'cells-alarm']

/** Where two states differ: patches that came, went, or count as something else, with a legend that adds up, and their list. */
export function ChangesMap({
  params,
  by,
}: {
  readonly params: Readonly<Record<'from' | 'to' | 'within', string | null>>
  readonly by: string
}) {
  const t = useText()
  const place = usePlace()
  const { unit } = useSettings()
  const { tokens } = useLook()
  const words = useVocabulary()
  const address = useAddress()
  const ground = useGround()
  const dimension = DIMENSIONS.find((each) => each === by) ?? 'class'
  const reading = useRead<DifferencesReply>(query(`/api/counties/${place.county}/changes/map`, { ...params, by: dimension }))
  const [fit, setFit] = useState<Bounds | null>(null)
  const chosen = address.get('diff')
  const layers = useMemo((): readonly LayerSpec[] => {
    const colour = ['match', ['get', 'kind'], ...Object.entries(COLOURS).flat(), COLOURS.changed]
    const key = ['concat', ['get', 'kind'], '|', ['coalesce', ['get', 'from'], ''], '|', ['coalesce', ['get', 'to'], '']]
    const filter = chosen ? ['==', key, chosen] : ['literal', true]
    return [
      { id: 'diff-fill', type: 'fill', source: 'diff', filter, paint: { 'fill-color': colour, 'fill-opacity': 0.6 } },
      { id: 'diff-halo', type: 'line', source: 'diff', filter, paint: { 'line-color': tokens.halo, 'line-width': 3 } },
      { id: 'diff-line', type: 'line', source: 'diff', filter, paint: { 'line-color': colour, 'line-width': 1.8 } },
      // what went lies under what came of it: its border is drawn on top
      {
        id: 'diff-ended',
        type: 'line',
        source: 'diff',
        filter: ['all', filter, ['==', ['get', 'kind'], 'ended']],
        paint: { 'line-color': COLOURS.ended, 'line-width': 3, 'line-dasharray': [2, 1.5] },
      },
    ]
  }, [chosen, tokens])
  const shapes = reading.state === 'ready' ? reading.value.shapes : null
  const sources = useMemo(
    () => ({ ...ground.sources, diff: { type: 'geojson' as const, data: shapes ?? { type: 'FeatureCollection', features: [] } } }),
    [ground.sources, shapes],
  )
  if (reading.state === 'failed') return <Trouble failure={reading.failure} retry={reading.retry} />
  if (reading.state === 'loading') return <Waiting reading={reading} lines={6} />
  const { legend, rows, matched } = reading.value
  if (matched === 0) return null
  const keyOf = ({ kind, from, to }: { kind: string; from: string | null; to: string | null }) => `${kind}|${from ?? ''}|${to ?? ''}`
  const nameOf = ({ kind, from, to }: { kind: keyof typeof COLOURS; from: string | null; to: string | null }) => {
    const [was, is] = [from === null ? '' : words.name(dimension, from), to === null ? '' : words.name(dimension, to)]
    return kind === 'changed' ? `${was} → ${is}` : `${t(`difference.${kind}`)} · ${is || was}`
  }
  const listed = rows.filter((row) => !chosen || keyOf(row) === chosen).slice(0, LISTED)
  const everything = boundsOf(rows.flatMap(({ bbox }) => (bbox ? [bbox] : [])))
  return (
    <section className={reading.refreshing ? 'dim' : ''} id="differences">
      <h2>{t('difference.title', { count: formatCount(matched) })}</h2>
      <div className="differences">
        <div className="differences-map">
          <LazyMap
            label={t('difference.title', { count: formatCount(matched) })}
            sources={sources}
            layers={[...ground.layers.filter(({ id }) => !FILLS.includes(id)), ...layers]}
            ground={tokens.land}
            fit={fit ?? everything ?? place.bbox}
            nearest={16}
            pickable={['diff-fill']}
            letters={ground.letters}
            onPick={([picked]) => {
              const row = picked && rows.find(({ id }) => id === Number(picked.properties.id))
              if (row) address.go(address.link(`/parcels/${row.id}`))
            }}
          />
        </div>
        <div>
          <p className="quiet none">{t('difference.legend', { unit: t(`unit.${unit}`) })}</p>
          <ul>
            {legend.slice(0, 14).map((entry) => (
              <li key={keyOf(entry)}>
                <button
                  type="button"
                  aria-pressed={chosen === keyOf(entry)}
                  onClick={() => address.set({ diff: chosen === keyOf(entry) ? null : keyOf(entry) })}
                >
                  <span className="chip" style={{ backgroundColor: COLOURS[entry.kind] }} />
                  <span>{nameOf(entry)}</span>
                  <span className="number">
                    {formatArea(entry.area, unit)} <small className="quiet">{formatCount(entry.patches)}</small>
                  </span>
                </button>
              </li>
            ))}
          </ul>
          {legend.length > 14 && <p className="quiet">{t('changes.first-rows', { count: 14 })}</p>}
        </div>
      </div>
      <div className="scroll-x">
        <table className="ledger">
          <thead>
            <tr>
              <th scope="col">{t('column.key')}</th>
              <th scope="col">{t('level.village')}</th>
              <th scope="col">{t('difference.what')}</th>
              <th scope="col" className="right">
                {t('changes.before')}
              </th>
              <th scope="col" className="right">
                {t('changes.after')}
              </th>
              <th scope="col" />
            </tr>
          </thead>
          <tbody>
            {listed.map((row) => (
              <tr key={row.id}>
                <td className="number">
                  <Link href={address.link(`/parcels/${row.id}`, row.kind === 'ended' ? stateOf(reading.value.from) : {})}>
                    {row.patchKey ?? row.id}
                  </Link>
                </td>
                <td>{row.villageName}</td>
                <td>
                  <span className="chip" style={{ backgroundColor: COLOURS[row.kind] }} /> {nameOf(row)}
                </td>
                <td className="right number">{formatArea(row.before, unit)}</td>
                <td className="right number">{formatArea(row.after, unit)}</td>
                <td className="right">
                  {row.bbox && (
                    <button type="button" className="link-button" onClick={() => setFit(row.bbox)}>
                      {t('difference.show')}
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {matched > listed.length && !chosen && <p className="quiet">{t('changes.first-rows', { count: formatCount(listed.length) })}</p>}
    </section>
  )
}

const stateOf = ({ day, known }: DifferencesReply['from']) => ({ asOf: day, known: String(known) })

function boundsOf(boxes: readonly Bounds[]): Bounds | null {
  if (boxes.length === 0) return null
  const least = (i: 0 | 1) => boxes.reduce((a, box) => Math.min(a, box[i]), Number.POSITIVE_INFINITY)
  const most = (i: 2 | 3) => boxes.reduce((a, box) => Math.max(a, box[i]), Number.NEGATIVE_INFINITY)
  return [least(0), least(1), most(2), most(3)]
}
