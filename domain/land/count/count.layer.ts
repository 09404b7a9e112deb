/** How the count looks on a map: one dimension gives the colour, filters fade what they leave out, selection and light lie on top. */
import type { LayerSpec } from '@dishu/web-kit/map/layer-changes'
import type { Dimension } from './count.wire.ts'

export type MapDimension = Exclude<Dimension, 'area'>
export const MAP_DIMENSIONS: readonly MapDimension[] = ['class', 'grade', 'mapgrade', 'owner', 'contract', 'saline']

const NOTHING = '#C9CED2' // a category of its own for what has no value: grey and hatched

/** Value to colour where the list is closed. */
const COLOURS: Readonly<Record<'owner' | 'contract' | 'saline', Readonly<Record<string, string>>>> = {
  owner: { state: '#2F6DA8', collective: '#C98A1B', unknown: NOTHING },
  contract: { none: '#B9BEC4', contracted: '#3A8F5C', expired: '#B5432E', overlapping: '#7A2E8C' },
  saline: { unused: '#7A2E1D', cultivated: '#E0A458', none: '#E3E7DC', unknown: NOTHING },
}

/** Land-use classes by code, or by the first two digits of it; muted, so that saline land (1204) stands out. */
const CLASS_COLOURS: Readonly<Record<string, string>> = {
  '0101': '#8FC1C9',
  '0102': '#C9D48A',
  '0103': '#E8DFA0',
  '01': '#E8DFA0',
  '02': '#C8A96B',
  '03': '#6FA57A',
  '04': '#B4CF9C',
  '05': '#D98C8C',
  '06': '#B08FA8',
  '07': '#D9A79A',
  '08': '#D9B3C4',
  '09': '#BFA3A3',
  '10': '#8D949A',
  '11': '#7FA8CF',
  '1108': '#9CC3B4',
  '1106': '#AFC8D6',
  '12': '#D8D3C6',
  '1204': '#7A2E1D',
  '1203': '#CFC49A',
  '1202': '#C9B7A0',
  '1206': '#B9B2A6',
}
const GRADES = ['#F2EFE6', '#E9D8A6', '#E0A458', '#C1652F', '#7A2E1D']

export const isHatched = (dimension: MapDimension, value: string) =>
  value === 'not-graded' ||
  value === 'not-mapped' ||
  value === 'unknown' ||
  (dimension === 'contract' && (value === 'none' || value === 'overlapping'))

/** The colour of a value; grades bring their own, in the order of the scheme. */
export function colourOf(
  dimension: MapDimension,
  value: string,
  grades: readonly { readonly id: string; readonly colour?: string | null }[],
): string {
  if (dimension === 'class') return CLASS_COLOURS[value] ?? CLASS_COLOURS[value.slice(0, 2)] ?? NOTHING
  if (dimension !== 'grade' && dimension !== 'mapgrade') return COLOURS[dimension][value] ?? NOTHING
  const at = grades.findIndex(({ id }) => id === value)
  return at < 0 ? NOTHING : (grades[at].colour ?? GRADES[at] ?? NOTHING)
}

export type CountMap = {
  readonly dimension: MapDimension
  readonly values: readonly { readonly id: string; readonly colour: string }[]
  readonly filters: Readonly<Partial<Record<MapDimension, readonly string[]>>>
  readonly lit: { readonly dimension: Dimension; readonly value: string } | null
  readonly selected: readonly string[] // patch ids
  readonly hovered: string | null // a patch id
  readonly within: string
  readonly level: string
  readonly look: {
    readonly ground: string
    readonly boundary: string
    readonly ink: string
    readonly halo: string
    readonly accent: string
  }
}

const SOURCE = 'register'
export const PICKABLE = ['cells-fill']

/** Where the tiles of a county come from, on a day and at a revision. */
export function tilesPath(county: string, asOf: string | null, known: string | null): string {
  const params = [asOf && `asOf=${asOf}`, known && `known=${known}`].filter(Boolean).join('&')
  return `/tiles/${county}/{z}/{x}/{y}.mvt${params ? `?${params}` : ''}`
}

const isOneOf = (name: string, values: readonly string[]) => ['in', ['to-string', ['get', name]], ['literal', values]] as const

function passes(filters: CountMap['filters']): readonly unknown[] {
  const tests = MAP_DIMENSIONS.flatMap((name) => {
    const values = filters[name]
    return values && values.length > 0 ? [isOneOf(name, values)] : []
  })
  return ['all', ...tests]
}

export function countLayers(map: CountMap): readonly LayerSpec[] {
  const { look, within, level } = map
  const pairs = map.values.flatMap(({ id, colour }) => [id, colour])
  const colour = pairs.length > 0 ? ['match', ['to-string', ['get', map.dimension]], ...pairs, NOTHING] : NOTHING
  const opacity = ['case', passes(map.filters), 0.92, 0.08]
  const hatched = map.values.filter(({ id }) => isHatched(map.dimension, id) && id !== 'overlapping').map(({ id }) => id)
  const alarming = map.values.filter(({ id }) => id === 'overlapping').map(({ id }) => id)
  const fill = (id: string, sourceLayer: string): LayerSpec => ({
    id,
    type: 'fill',
    source: SOURCE,
    sourceLayer,
    paint: { 'fill-color': colour, 'fill-opacity': opacity, 'fill-antialias': false },
  })
  const hatch = (id: string, sourceLayer: string, values: readonly string[], pattern: string): LayerSpec => ({
    id,
    type: 'fill',
    source: SOURCE,
    sourceLayer,
    filter: ['all', passes(map.filters), isOneOf(map.dimension, values)],
    paint: { 'fill-pattern': pattern, 'fill-opacity': 0.5 },
  })
  const lit = map.lit
  const litArea = lit?.dimension === 'area' ? lit.value : '—'
  const litCells = lit && lit.dimension !== 'area' ? isOneOf(lit.dimension, [lit.value]) : ['literal', false]
  return [
    fill('density-fill', 'density'),
    fill('cells-fill', 'cells'),
    hatch('density-hatch', 'density', hatched, 'hatch-quiet'),
    hatch('cells-hatch', 'cells', hatched, 'hatch-quiet'),
    hatch('cells-alarm', 'cells', alarming, 'hatch-alarm'),
    {
      id: 'cells-line',
      type: 'line',
      source: SOURCE,
      sourceLayer: 'cells',
      minzoom: 12,
      paint: { 'line-color': look.ink, 'line-opacity': ['interpolate', ['linear'], ['zoom'], 12, 0.08, 15, 0.32], 'line-width': 0.6 },
    },
    {
      id: 'lit-density',
      type: 'fill',
      source: SOURCE,
      sourceLayer: 'density',
      filter: ['all', passes(map.filters), litCells],
      paint: { 'fill-color': look.accent, 'fill-opacity': 0.75 },
    },
    {
      id: 'lit-cells',
      type: 'fill',
      source: SOURCE,
      sourceLayer: 'cells',
      filter: ['all', passes(map.filters), litCells],
      paint: { 'fill-color': look.accent, 'fill-opacity': 0.75 },
    },
    {
      id: 'mask',
      type: 'fill',
      source: SOURCE,
      sourceLayer: 'areas',
      filter: level === 'county' ? ['literal', false] : ['all', ['==', ['get', 'level'], level], ['!=', ['get', 'code'], within]],
      paint: { 'fill-color': look.ground, 'fill-opacity': 0.82, 'fill-antialias': false },
    },
    {
      id: 'villages-line',
      type: 'line',
      source: SOURCE,
      sourceLayer: 'areas',
      minzoom: 9.5,
      filter: ['==', ['get', 'level'], 'village'],
      paint: { 'line-color': look.boundary, 'line-width': 0.7, 'line-opacity': 0.7, 'line-dasharray': [3, 2] },
    },
    {
      id: 'towns-line',
      type: 'line',
      source: SOURCE,
      sourceLayer: 'areas',
      filter: ['==', ['get', 'level'], 'town'],
      paint: { 'line-color': look.boundary, 'line-width': 1.1, 'line-opacity': 0.9 },
    },
    {
      id: 'county-line',
      type: 'line',
      source: SOURCE,
      sourceLayer: 'areas',
      filter: ['==', ['get', 'code'], within],
      paint: { 'line-color': look.ink, 'line-width': 1.8 },
    },
    {
      id: 'lit-area',
      type: 'fill',
      source: SOURCE,
      sourceLayer: 'areas',
      filter: ['==', ['get', 'code'], litArea],
      paint: { 'fill-color': look.accent, 'fill-opacity': 0.28 },
    },
    {
      id: 'lit-area-line',
      type: 'line',
      source: SOURCE,
      sourceLayer: 'areas',
      filter: ['==', ['get', 'code'], litArea],
      paint: { 'line-color': look.accent, 'line-width': 2 },
    },
    {
      id: 'samples',
      type: 'circle',
      source: SOURCE,
      sourceLayer: 'samples',
      minzoom: 12.5,
      paint: { 'circle-radius': 3, 'circle-color': look.halo, 'circle-stroke-color': look.ink, 'circle-stroke-width': 1.2 },
    },
    {
      id: 'hovered',
      type: 'line',
      source: SOURCE,
      sourceLayer: 'cells',
      filter: isOneOf('id', map.hovered === null ? [] : [map.hovered]),
      paint: { 'line-color': look.accent, 'line-width': 2 },
    },
    {
      id: 'selected-halo',
      type: 'line',
      source: SOURCE,
      sourceLayer: 'cells',
      filter: isOneOf('id', map.selected),
      paint: { 'line-color': look.halo, 'line-width': 6, 'line-opacity': 0.95 },
    },
    {
      id: 'selected',
      type: 'line',
      source: SOURCE,
      sourceLayer: 'cells',
      filter: isOneOf('id', map.selected),
      paint: { 'line-color': look.accent, 'line-width': 2 },
    },
    {
      id: 'names',
      type: 'symbol',
      source: 'names',
      layout: {
        'text-field': ['get', 'name'],
        'text-font': ['Noto Sans SC'],
        'text-size': 12.5,
        'text-max-width': 8,
        'text-padding': 6,
      },
      paint: { 'text-color': look.ink, 'text-halo-color': look.halo, 'text-halo-width': 1.6 },
    },
  ]
}

/** The names of areas as points in the middle of their outlines' boxes. */
export function namesOf(
  areas: readonly { readonly name: string; readonly bbox: readonly [number, number, number, number] | null }[],
): unknown {
  return {
    type: 'FeatureCollection',
    features: areas.flatMap(({ name, bbox }) =>
      bbox
        ? [
            {
              type: 'Feature',
              properties: { name },
              geometry: { type: 'Point', coordinates: [(bbox[0] + bbox[2]) / 2, (bbox[1] + bbox[3]) / 2] },
            },
          ]
        : [],
    ),
  }
}
