import { query, toggled } from '@dishu/web-kit/address'
import { type AreaUnit, formatArea, writtenParts } from '@dishu/web-kit/areas'
import { AreaText, type Part, Parts } from '@dishu/web-kit/figures.tsx'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { useNarrow } from '@dishu/web-kit/look/theme.tsx'
import { Panes } from '@dishu/web-kit/panes.tsx'
import { inOrder, placeParams, unknownCodes } from '@dishu/web-kit/place'
import { type Reading, useRead } from '@dishu/web-kit/read'
import { useSettings } from '@dishu/web-kit/settings'
import { Empty, Trouble, Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { type Text, useText } from '@dishu/web-kit/words'
import { Button } from 'antd'
import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import { MAP_DIMENSIONS, type MapDimension } from './count.layer.ts'
import type { CountReply, CountRow, Dimension, Dossier } from './count.wire.ts'
import { CountMap, Legend } from './count-map.screen.tsx'
import { DossierPane, dossierPath } from './dossier.screen.tsx'
import { type Filters, filtersFrom, someFilter, useVocabulary } from './vocabulary.screen.tsx'

const NEXT: Readonly<Record<string, string | null>> = { county: 'town', town: 'village', village: null }

/** One roll-up of the place, under the filters of the page; a dimension's own filter does not narrow its own table. */
export function useCount(by: Dimension | null, filters: Filters, level?: string | null): Reading<CountReply> {
  const place = usePlace()
  const rest = Object.fromEntries(MAP_DIMENSIONS.filter((name) => name !== by).map((name) => [name, filters[name]]))
  return useRead<CountReply>(
    by === null ? null : query(`/api/counties/${place.county}/count`, { by, ...(level ? { level } : {}), ...placeParams(place), ...rest }),
  )
}

const rowsOf = (reading: Reading<CountReply>) => (reading.state === 'ready' ? reading.value.rows : [])
const stale = (reading: Reading<CountReply>) => reading.state === 'ready' && reading.refreshing

/** Overview: how much, where, whose, under which contract, how bad. */
export function CountScreen() {
  const t = useText()
  const place = usePlace()
  const address = useAddress()
  const words = useVocabulary()
  const narrow = useNarrow()
  const { unit } = useSettings()
  const filters = filtersFrom(address.list)
  const asked = address.get('by')
  const dimension = MAP_DIMENSIONS.find((name) => name === asked) ?? 'class'
  const selected = address.list('sel')
  const [lit, setLit] = useState<{ dimension: Dimension; value: string } | null>(null)

  const paper = address.link('/print', { by: dimension, ...filters })
  const { go } = address
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'p') return
      event.preventDefault()
      go(paper)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [go, paper])

  const counts: Readonly<Record<MapDimension, Reading<CountReply>>> = {
    class: useCount('class', filters),
    grade: useCount('grade', filters),
    mapgrade: useCount('mapgrade', filters),
    owner: useCount('owner', filters),
    contract: useCount('contract', filters),
    saline: useCount('saline', filters),
  }
  const shown = MAP_DIMENSIONS.filter((name) => name !== 'mapgrade' || filters.mapgrade.length > 0 || hasMap(counts.mapgrade))
  const next = NEXT[place.level] ?? null
  const areas = useCount(next === null ? null : 'area', filters, next)
  const dossier = useRead<Dossier>(selected.length === 1 ? dossierPath(place, selected[0]) : null)
  const bbox = dossier.state === 'ready' && selected.length === 1 ? dossier.value.patch.bbox : null

  const partsOf = (name: MapDimension): readonly Part[] =>
    inListOrder(name, rowsOf(counts[name]), words.values(name)).map((row) => {
      const id = row.by[name] ?? 'unknown'
      return {
        id,
        name: words.name(name, id),
        area: row.area,
        ...(row.interval ? { beside: besideOf(row.interval, unit, t) } : {}),
        count: row.patches,
        colour: words.colour(name, id),
        hatched: words.hatched(name, id),
        to: address.link('/parcels', { ...filters, [name]: [id] }),
        chosen: filters[name].includes(id),
      }
    })
  const nameOf = new Map(place.areas.map(({ code, name }) => [code, name]))
  const unknown = unknownCodes(place.areas)
  const areaParts: readonly Part[] = [...rowsOf(areas)]
    .sort((a, b) => inOrder(unknown, a.by.area ?? '', b.by.area ?? ''))
    .map((row) => {
      const code = row.by.area ?? ''
      return {
        id: code,
        name: nameOf.get(code) ?? code,
        ...(unknown.has(code) ? { note: t('area.unknown') } : {}),
        area: row.area,
        count: row.patches,
        to: address.link('/parcels', { ...filters, within: code }),
        ...(nameOf.has(code) ? { drill: address.here({ within: code, sel: null }) } : {}), // a code that no area has leads nowhere
      }
    })
  const toggle = (name: MapDimension, id: string) => address.step({ [name]: toggled(filters[name], id) })
  const light = (of: Dimension) => (value: string | null) => setLit(value === null ? null : { dimension: of, value })

  const lead = counts[dimension]
  const total = lead.state === 'ready' ? filteredTotal(lead.value, dimension, filters) : null
  const legendParts = partsOf(dimension)
  const legendAreas = writtenParts(
    legendParts.map(({ area }) => area),
    unit,
  )
  const failed = Object.values(counts).find((reading) => reading.state === 'failed')
  if (lead.state === 'ready' && lead.value.total.cells === 0 && !someFilter(filters) && place.within === place.county)
    return (
      <Empty
        icon="overview"
        title={t('overview.empty-title')}
        text={t('overview.empty')}
        action={
          <Link href={address.link('/import')} asChild>
            <Button type="primary">{t('overview.empty-action')}</Button>
          </Link>
        }
      />
    )

  const headline = total && (
    <div className="headline">
      <span className="quiet">{t('overview.total')}</span>
      <Link href={address.link('/parcels', filters)} className="figure big">
        {formatArea(total.area, unit)}
      </Link>
      <span className="quiet">
        {t(`unit.${unit}`)} · {t('overview.patches', { count: total.patches })}
      </span>
    </div>
  )

  const side = (
    <div className="figures">
      {!narrow && (
        <header className="side-head">
          <div>
            <h1>{place.name}</h1>
            <p className="quiet">
              {place.asOf ? t('overview.as-of', { date: place.asOf }) : t('overview.as-of-today', { date: place.today })}
            </p>
          </div>
          <Link href={paper} className="icon-link" title={t('overview.print')} aria-label={t('overview.print')}>
            <Icon name="print" />
          </Link>
        </header>
      )}
      {someFilter(filters) && (
        <div className="filter-line">
          <Icon name="filter" size={14} />
          {MAP_DIMENSIONS.flatMap((name) =>
            filters[name].map((id) => (
              <button key={`${name}-${id}`} type="button" className="tag" onClick={() => toggle(name, id)}>
                {words.name(name, id)} <Icon name="close" size={11} />
              </button>
            )),
          )}
          <button
            type="button"
            className="link-button"
            onClick={() => address.step(Object.fromEntries(MAP_DIMENSIONS.map((name) => [name, null])))}
          >
            {t('filter.clear')}
          </button>
        </div>
      )}
      {failed?.state === 'failed' ? (
        <Trouble failure={failed.failure} retry={failed.retry} />
      ) : lead.state !== 'ready' ? (
        <Waiting reading={lead} lines={14} />
      ) : null}
      {!narrow && headline}
      <SalineSets reading={counts.saline} filters={filters} onHover={light('saline')} />
      {next !== null && areaParts.length > 0 && (
        <Parts
          title={t(`level.${next}`)}
          countTitle={t('overview.patches-head')}
          parts={areaParts}
          dim={stale(areas)}
          onHover={light('area')}
        />
      )}
      {shown.map((name) => (
        <Parts
          key={name}
          title={t(`dimension.${name}`)}
          countTitle={t('overview.patches-head')}
          parts={partsOf(name)}
          dim={stale(counts[name])}
          onHover={light(name)}
          onToggle={(id) => toggle(name, id)}
          tools={
            <button type="button" className="link-button" aria-pressed={dimension === name} onClick={() => address.set({ by: name })}>
              <Icon name="map" size={14} /> {t(dimension === name ? 'overview.on-map' : 'overview.show-on-map')}
            </button>
          }
        />
      ))}
      {lead.state === 'ready' && (
        <>
          <p className="unplaced">
            <span className="chip hatched" style={{ backgroundColor: '#C9CED2' }} />
            {t('overview.unplaced', { count: lead.value.unplaced.contracts })} <AreaText area={lead.value.unplaced.area} />
          </p>
          <p className="source-line">
            {t('overview.source', { rev: lead.value.known, date: lead.value.knownAt?.slice(0, 10) ?? '—' })}
            <br />
            {t('overview.scheme', {
              name: lead.value.scheme.name,
              depth: lead.value.scheme.depth,
              season: lead.value.scheme.season,
              rule: lead.value.scheme.rule,
            })}
          </p>
        </>
      )}
    </div>
  )

  return (
    <Panes
      name="overview"
      sideWidth={380}
      side={side}
      sheetTitle={headline ?? place.name}
      map={
        <CountMap
          dimension={dimension}
          filters={filters}
          selected={selected}
          lit={lit}
          fitSelection={bbox}
          legend
          onSelect={(ids, how) => address.set({ sel: how === 'add' ? ids.reduce(toggled, selected) : ids.slice(0, 500) })}
        >
          {!narrow && (
            <div className="map-dimension">
              {shown.map((name) => (
                <button key={name} type="button" aria-pressed={name === dimension} onClick={() => address.set({ by: name })}>
                  {t(`dimension.${name}`)}
                </button>
              ))}
            </div>
          )}
          {!narrow && legendParts.length > 0 && (
            <Legend
              title={t(`dimension.${dimension}`)}
              unit={t(`unit.${unit}`)}
              rows={legendParts.map((part, i) => ({
                id: part.id,
                name: part.name,
                colour: part.colour ?? '',
                hatched: part.hatched ?? false,
                area: legendAreas[i],
                chosen: part.chosen ?? false,
              }))}
              onToggle={(id) => toggle(dimension, id)}
              onHover={light(dimension)}
            />
          )}
        </CountMap>
      }
      inspector={selected.length > 0 ? <DossierPane ids={selected} onClose={() => address.set({ sel: null })} /> : null}
    />
  )
}

/** Whether any of the land is mapped. */
export const hasMap = (reading: Reading<CountReply>) => rowsOf(reading).some(({ by }) => by.mapgrade !== 'not-mapped')

/** The estimate from the soil map's simulations, with half the width of its interval. */
export const besideOf = ({ estimate, low, high }: NonNullable<CountRow['interval']>, unit: AreaUnit, t: Text) =>
  t('overview.interval', {
    estimate: formatArea(estimate, unit),
    half: formatArea(Math.round((high - low) / 2), unit),
    low: formatArea(low, unit),
    high: formatArea(high, unit),
  })

/** The rows of a roll-up as every table has them: what is lost in rounding goes to the same ones everywhere. */
export const inListOrder = (name: MapDimension, rows: readonly CountRow[], values: readonly string[]): readonly CountRow[] =>
  [...rows].sort((a, b) => order(name, a.by[name] ?? '', b.by[name] ?? '', values) || b.area - a.area)

/** Closed lists keep their order (light before heavy); classes go by size. */
function order(name: MapDimension, a: string, b: string, values: readonly string[]): number {
  if (name === 'class') return 0
  const at = (value: string) => (values.includes(value) ? values.indexOf(value) : values.length)
  return at(a) - at(b)
}

/** The total of a reply that was asked for without the filter of its own dimension. */
function filteredTotal(reply: CountReply, dimension: MapDimension, filters: Filters): { readonly area: number; readonly patches: number } {
  if (filters[dimension].length === 0) return reply.total
  const rows = reply.rows.filter((row) => filters[dimension].includes(row.by[dimension] ?? ''))
  return { area: rows.reduce((sum, row) => sum + row.area, 0), patches: rows.reduce((sum, row) => sum + row.patches, 0) }
}

/** The two saline sets, always apart and never added up: unused saline land by its class, saline cultivated land by its soil. */
export function SalineSets({
  reading,
  filters,
  onHover,
}: {
  readonly reading: Reading<CountReply>
  readonly filters: Filters
  onHover?(value: string | null): void
}) {
  const t = useText()
  const address = useAddress()
  const words = useVocabulary()
  const { unit } = useSettings()
  // rounded with the whole list, in the order of the table below, so that a set reads the same here and there
  const values = words.values('saline')
  const rows = inListOrder('saline', rowsOf(reading), values)
  const written = writtenParts(
    rows.map(({ area }) => area),
    unit,
  )
  const found = new Map(rows.map((row, i) => [row.by.saline, { patches: row.patches, area: written[i] }]))
  return (
    <section
      className={`saline-sets${stale(reading) ? ' dim' : ''}`}
      onMouseLeave={() => onHover?.(null)}
      aria-label={t('dimension.saline')}
    >
      {(['unused', 'cultivated', 'unknown'] as const).map((id) => (
        <Link
          key={id}
          href={address.link('/parcels', { ...filters, saline: [id] })}
          onMouseEnter={() => onHover?.(id)}
          className="saline-set"
        >
          <span
            className={`saline-mark${words.hatched('saline', id) ? ' hatched' : ''}`}
            style={{ backgroundColor: words.colour('saline', id) }}
          />
          <span className="saline-name">
            {t(`saline-set.${id}`)}
            <small>{t(`saline-set.${id}-basis`)}</small>
          </span>
          <span className="saline-area">
            <b className="number">{reading.state === 'ready' ? (found.get(id)?.area ?? '0.00') : '…'}</b>
            <small>
              {t(`unit.${unit}`)} · {t('overview.patches', { count: found.get(id)?.patches ?? 0 })}
            </small>
          </span>
        </Link>
      ))}
    </section>
  )
}
