import { formatArea, formatCount, formatShare, shownParts, shownShares, writeHundredths, writtenParts } from '@dishu/web-kit/areas'
import { Chip } from '@dishu/web-kit/figures.tsx'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { Paper, paperVariables } from '@dishu/web-kit/look/theme.tsx'
import { inOrder, unknownCodes } from '@dishu/web-kit/place'
import { useSettings } from '@dishu/web-kit/settings'
import { Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { Button, Segmented } from 'antd'
import { useState } from 'react'
import { Link } from 'wouter'
import { MAP_DIMENSIONS, type MapDimension } from './count.layer.ts'
import { besideOf, hasMap, SalineSets, useCount } from './count.screen.tsx'
import type { CountReply } from './count.wire.ts'
import { CountMap } from './count-map.screen.tsx'
import { filtersFrom, someFilter, useVocabulary } from './vocabulary.screen.tsx'

const PIXEL_MM = 25.4 / 96

/** The overview on A4, as it will lie on the table: title, area, date, scale, sources, page numbers. */
export function PrintScreen() {
  const t = useText()
  const place = usePlace()
  const address = useAddress()
  const words = useVocabulary()
  const { unit } = useSettings()
  const filters = filtersFrom(address.list)
  const asked = address.get('by')
  const dimension = MAP_DIMENSIONS.find((name) => name === asked) ?? 'class'
  const landscape = address.get('paper') === 'landscape'
  const [scale, setScale] = useState<number | null>(null)
  const counts = {
    class: useCount('class', filters),
    grade: useCount('grade', filters),
    mapgrade: useCount('mapgrade', filters),
    owner: useCount('owner', filters),
    contract: useCount('contract', filters),
    saline: useCount('saline', filters),
  }
  const next = place.level === 'county' ? 'town' : place.level === 'town' ? 'village' : null
  const areas = useCount(next === null ? null : 'area', filters, next)
  const lead = counts[dimension]
  if (lead.state !== 'ready') return <Waiting reading={lead} />
  const reply = lead.value
  const nameOf = new Map(place.areas.map(({ code, name }) => [code, name]))
  const unknown = unknownCodes(place.areas)
  const areaName = place.path.map(({ name }) => name).join(' › ') || place.countyName
  const filterText = MAP_DIMENSIONS.flatMap((name) => filters[name].map((id) => words.name(name, id))).join('、')
  return (
    <div className={`print-page${landscape ? ' landscape' : ''}`}>
      <style>{`.paper { ${paperVariables} }`}</style>
      <style>{`@page { size: A4 ${landscape ? 'landscape' : 'portrait'}; margin: 14mm 14mm 16mm;
        @bottom-left { content: ${JSON.stringify(`${areaName} · r${reply.known}${place.synthetic ? ` · ${t('synthetic.short')}` : ''}`)}; font: 8pt 'Noto Sans SC', sans-serif; color: #5C6970 }
        @bottom-right { content: counter(page) " / " counter(pages); font: 8pt 'Noto Sans SC', sans-serif; color: #5C6970 } }`}</style>
      <div className="print-bar">
        <Link href={address.link('/', { by: dimension, ...filters })} className="icon-link" aria-label={t('nav.overview')}>
          <Icon name="left" />
        </Link>
        <Segmented<string>
          value={landscape ? 'landscape' : 'portrait'}
          onChange={(paper) => address.set({ paper: paper === 'portrait' ? null : paper })}
          options={[
            { value: 'portrait', label: t('print.portrait') },
            { value: 'landscape', label: t('print.landscape') },
          ]}
        />
        <Button type="primary" icon={<Icon name="print" />} disabled={scale === null} onClick={() => window.print()}>
          {t('overview.print')}
        </Button>
      </div>
      <article className="paper">
        <header>
          <h1>{t('print.title', { name: place.name })}</h1>
          {place.synthetic && <p className="print-synthetic">{t('synthetic.band')}</p>}
          <dl>
            <dt>{t('print.area')}</dt>
            <dd>{areaName}</dd>
            <dt>{t('print.date')}</dt>
            <dd className="number">{place.asOf ?? place.today}</dd>
            <dt>{t('print.known')}</dt>
            <dd className="number">
              r{reply.known} {reply.knownAt?.slice(0, 10)}
            </dd>
            <dt>{t('print.total')}</dt>
            <dd>
              <b className="number">{formatArea(reply.total.area, unit)}</b> {t(`unit.${unit}`)}
            </dd>
            {someFilter(filters) && (
              <>
                <dt>{t('filter.title')}</dt>
                <dd>{filterText}</dd>
              </>
            )}
          </dl>
        </header>
        <div className="paper-map" key={String(landscape)}>
          <Paper>
            <CountMap
              dimension={dimension}
              filters={filters}
              selected={[]}
              paper
              still
              onIdle={(metresPerPixel) => setScale(Math.round((metresPerPixel * 1_000) / PIXEL_MM / 100) * 100)}
            />
          </Paper>
        </div>
        <p className="paper-scale number">
          {t('print.scale', { scale: scale === null ? '…' : formatCount(scale) })} · CGCS2000 / EPSG:4490 · {t(`dimension.${dimension}`)}
        </p>
        <SalineSets reading={counts.saline} filters={filters} />
        <div className="paper-tables">
          {next !== null && areas.state === 'ready' && (
            <PaperTable
              title={t(`level.${next}`)}
              rows={[...areas.value.rows]
                .sort((a, b) => inOrder(unknown, a.by.area ?? '', b.by.area ?? ''))
                .map(({ by: { area: code = '' }, area, patches }) => ({
                  id: code,
                  name: unknown.has(code) ? `${nameOf.get(code) ?? code} ${t('area.unknown')}` : (nameOf.get(code) ?? code),
                  area,
                  count: patches,
                }))}
            />
          )}
          {MAP_DIMENSIONS.map((name) => {
            const reading = counts[name]
            if (name === 'mapgrade' && !hasMap(reading)) return null
            return reading.state === 'ready' ? <DimensionTable key={name} dimension={name} reply={reading.value} /> : null
          })}
        </div>
        <footer>
          <p>
            {t('overview.unplaced', { count: reply.unplaced.contracts })} {formatArea(reply.unplaced.area, unit)} {t(`unit.${unit}`)}
          </p>
          <p>
            {t('overview.scheme', {
              name: reply.scheme.name,
              depth: reply.scheme.depth,
              season: reply.scheme.season,
              rule: reply.scheme.rule,
            })}
          </p>
          <p>{t('print.source', { rev: reply.known })}</p>
        </footer>
      </article>
    </div>
  )
}

function DimensionTable({ dimension, reply }: { readonly dimension: MapDimension; readonly reply: CountReply }) {
  const t = useText()
  const words = useVocabulary()
  const { unit } = useSettings()
  return (
    <PaperTable
      title={t(`dimension.${dimension}`)}
      rows={[...reply.rows]
        .sort((a, b) => b.area - a.area)
        .map((row) => {
          const id = row.by[dimension] ?? 'unknown'
          return {
            id,
            name: row.interval ? `${words.name(dimension, id)}（${besideOf(row.interval, unit, t)}）` : words.name(dimension, id),
            area: row.area,
            count: row.patches,
            colour: words.colour(dimension, id),
            hatched: words.hatched(dimension, id),
          }
        })}
    />
  )
}

type PaperRow = {
  readonly id: string
  readonly name: string
  readonly area: number
  readonly count: number
  readonly colour?: string
  readonly hatched?: boolean
}

function PaperTable({ title, rows }: { readonly title: string; readonly rows: readonly PaperRow[] }) {
  const t = useText()
  const { unit } = useSettings()
  const areas = rows.map(({ area }) => area)
  const shown = shownParts(areas, unit)
  const written = writtenParts(areas, unit)
  const shares = shownShares(areas)
  return (
    <table>
      <caption>{title}</caption>
      <thead>
        <tr>
          <th scope="col">{title}</th>
          <th scope="col">{t(`unit.${unit}`)}</th>
          <th scope="col">%</th>
          <th scope="col">{t('overview.patches-head')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, i) => (
          <tr key={row.id}>
            <th scope="row">
              {row.colour !== undefined && <Chip colour={row.colour} hatched={row.hatched ?? false} />}
              {row.name}
            </th>
            <td>{written[i]}</td>
            <td>{formatShare(shares[i], row.area)}</td>
            <td>{formatCount(row.count)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{t('print.sum')}</th>
          <td>{writeHundredths(shown.reduce((sum, part) => sum + part, 0))}</td>
          <td>{areas.some((area) => area > 0) ? '100.0%' : '—'}</td>
          <td>{formatCount(rows.reduce((sum, { count }) => sum + count, 0))}</td>
        </tr>
      </tfoot>
    </table>
  )
}
