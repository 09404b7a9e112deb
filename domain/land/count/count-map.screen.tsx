import { Chip } from '@dishu/web-kit/figures.tsx'
import { useLook, useNarrow } from '@dishu/web-kit/look/theme.tsx'
import { LazyMap } from '@dishu/web-kit/map/lazy-map.tsx'
import type { Bounds, Picked } from '@dishu/web-kit/map/map.tsx'
import { aboveSheet } from '@dishu/web-kit/panes.tsx'
import { childrenOf, unknownCodes } from '@dishu/web-kit/place'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { type ReactNode, useMemo, useState } from 'react'
import { countLayers, type MapDimension, namesOf, PICKABLE, tilesPath } from './count.layer.ts'
import type { Dimension } from './count.wire.ts'
import { type Filters, useVocabulary } from './vocabulary.screen.tsx'

type Props = {
  readonly dimension: MapDimension
  readonly filters: Filters
  readonly selected: readonly string[]
  readonly hovered?: string | null
  readonly lit?: { readonly dimension: Dimension; readonly value: string } | null
  readonly values?: readonly string[] // that occur here; else all that the list knows
  readonly fit?: Bounds | null
  readonly fitSelection?: Bounds | null
  readonly still?: boolean // a figure in a page, not the page's own map
  readonly paper?: boolean
  readonly legend?: boolean // lies on the map's lower left
  readonly children?: ReactNode
  onSelect?(ids: readonly string[], how: 'one' | 'add' | 'box'): void
  onIdle?(metresPerPixel: number): void
}

const AROUND = { top: 56, right: 60, bottom: 36, left: 24 } // past the tools
const BESIDE_LEGEND = 150 // of a map wide enough, so that the legend lies on the edge of the county and not on it
const AROUND_STILL = { top: 16, right: 16, bottom: 24, left: 16 }

const idOf = ({ properties }: Picked) => String(properties.id)

/** The register on a map, coloured by one dimension of the count. */
export function CountMap(props: Props) {
  const t = useText()
  const place = usePlace()
  const words = useVocabulary()
  const { tokens } = useLook()
  const narrow = useNarrow()
  const [tip, setTip] = useState<{ x: number; y: number; text: string } | null>(null)
  const { dimension, filters, selected, lit } = props
  const names = useMemo(() => childrenOf(place.areas, place.within), [place.areas, place.within])
  const sources = useMemo(
    () => ({
      register: {
        type: 'vector' as const,
        tiles: window.location.origin + tilesPath(place.county, place.asOf, place.known),
        minzoom: 4,
        maxzoom: 16,
      },
      names: { type: 'geojson' as const, data: namesOf(names) },
    }),
    [place.county, place.asOf, place.known, names],
  )
  const values = props.values ?? words.values(dimension)
  const layers = useMemo(
    () =>
      countLayers({
        dimension,
        values: values.map((id) => ({ id, colour: words.colour(dimension, id) })),
        filters,
        lit: lit ?? null,
        selected,
        hovered: props.hovered ?? null,
        within: place.within,
        level: place.level,
        look: { ground: tokens.land, boundary: tokens.boundary, ink: tokens.mapInk, halo: tokens.halo, accent: tokens.accent },
      }),
    [dimension, values, words, filters, lit, selected, props.hovered, place.within, place.level, tokens],
  )
  return (
    <LazyMap
      label={t('map.label', { name: place.name })}
      sources={sources}
      layers={layers}
      ground={tokens.land}
      fit={props.fit ?? place.bbox}
      fitSelection={props.fitSelection ?? null}
      padding={
        props.still
          ? AROUND_STILL
          : narrow
            ? aboveSheet()
            : { ...AROUND, left: props.legend && window.innerWidth >= 1_280 ? BESIDE_LEGEND : AROUND.left }
      }
      pickable={PICKABLE}
      letters={names.map(({ name }) => name).join('')}
      {...(props.onIdle ? { onIdle: props.onIdle } : {})}
      onHover={(picked, at) => {
        if (!picked) return setTip(null)
        const value = String(picked.properties[dimension] ?? '')
        setTip({ x: at.x, y: at.y, text: words.name(dimension, value) })
      }}
      {...(props.onSelect
        ? {
            onPick: (picked: readonly Picked[], how: 'one' | 'add' | 'box') => props.onSelect?.([...new Set(picked.map(idOf))], how),
            onLeave: () => props.onSelect?.([], 'one'),
          }
        : {})}
    >
      {tip && !props.paper && (
        <div className="map-tip" style={{ left: tip.x + 12, top: tip.y + 12 }}>
          {tip.text}
        </div>
      )}
      {!props.still && unknownCodes(place.areas).has(place.within) && (
        <p className="map-note">{t('map.no-outline', { code: place.within })}</p>
      )}
      {props.children}
    </LazyMap>
  )
}

export type LegendRow = {
  readonly id: string
  readonly name: string
  readonly colour: string
  readonly hatched: boolean
  readonly area: string
  readonly chosen: boolean
}

/** What the colours mean, how much there is of each; a click filters. */
export function Legend(props: {
  readonly title: string
  readonly unit: string
  readonly rows: readonly LegendRow[]
  onToggle?(id: string): void
  onHover?(id: string | null): void
}) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: leaving puts the light out; it needs no key
    <div className="legend" onMouseLeave={() => props.onHover?.(null)}>
      <header>
        <strong>{props.title}</strong>
        <span className="quiet">{props.unit}</span>
      </header>
      <ul>
        {props.rows.map((row) => (
          <li key={row.id}>
            <button
              type="button"
              aria-pressed={row.chosen}
              onClick={() => props.onToggle?.(row.id)}
              onMouseEnter={() => props.onHover?.(row.id)}
            >
              <Chip colour={row.colour} hatched={row.hatched} />
              <span>{row.name}</span>
              <span className="number">{row.area}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
