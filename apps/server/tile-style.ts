/** What tells other programs how our tiles are to be read and drawn: their layers and fields, and the page's own style. */
import type { Language } from '@dishu/base/refusal'
import { colourOf, countLayers, type MapDimension } from '@dishu/land/count/count.layer'
import { vocabulary } from '@dishu/land/quality/quality'
import type { VectorLayer } from '@dishu/server-kit/ogc/tile-sets'

const LOOK = { ground: '#F6F4EE', boundary: '#6B6357', ink: '#2B2A28', halo: '#FFFFFF', accent: '#1F6FB2' } as const

/** The values of a dimension with their words and colours, as the page's legend has them. */
function legendOf(dimension: MapDimension, language: Language): { readonly id: string; readonly name: string; readonly colour: string }[] {
  const words = vocabulary(language)
  const lists = {
    class: words.classes.map(({ code, name }) => ({ id: code, name })),
    grade: words.grades,
    mapgrade: words.grades,
    owner: words.owners,
    contract: words.contractStates,
    saline: words.salineSets,
  } as const
  return lists[dimension].map(({ id, name }) => ({ id, name, colour: colourOf(dimension, id, words.grades) }))
}

/** The land-use classes for files that have styles: offices' files are Chinese throughout. */
export const classLegend = () => legendOf('class', 'zh').map(({ id, name, colour }) => ({ value: id, label: `${id} ${name}`, colour }))

/** As TileJSON and PMTiles name them. */
export const VECTOR_LAYERS: readonly VectorLayer[] = [
  {
    id: 'cells',
    geometryDimension: 2,
    description: '图斑与计数单元 / patches and their counted parts',
    fields: {
      id: 'Number',
      cell: 'Number',
      class: 'String',
      grade: 'String',
      mapgrade: 'String',
      owner: 'String',
      contract: 'String',
      saline: 'String',
      area: 'Number',
    },
    minzoom: 5,
  },
  {
    id: 'density',
    geometryDimension: 2,
    description: '小图斑的汇总方格 / squares of what is too small to draw',
    fields: { class: 'String', grade: 'String', mapgrade: 'String', owner: 'String', contract: 'String', saline: 'String', area: 'Number' },
    minzoom: 0,
    maxzoom: 13,
  },
  {
    id: 'areas',
    geometryDimension: 2,
    description: '行政区 / areas',
    fields: { code: 'String', level: 'String', name: 'String' },
    minzoom: 0,
  },
  {
    id: 'samples',
    geometryDimension: 0,
    description: '土壤样点 / soil samples',
    fields: { code: 'String', ph: 'Number', ec: 'Number' },
    minzoom: 11,
  },
]

/** A MapLibre style of the tiles under `source`, coloured by one dimension. */
export function styleOf(
  county: string,
  name: string,
  dimension: MapDimension,
  language: Language,
  source: Readonly<Record<string, unknown>>,
) {
  const layers = countLayers({
    dimension,
    values: legendOf(dimension, language),
    filters: {},
    lit: null,
    selected: [],
    hovered: null,
    within: county,
    level: 'county',
    look: LOOK,
  })
  const plain = layers.filter(
    ({ id, source: from }) => from === 'register' && !/^(lit|hovered|selected|mask)/.test(id) && !/hatch|alarm/.test(id),
  )
  return {
    version: 8,
    name,
    sources: { register: source },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': LOOK.ground } },
      ...plain.map(({ sourceLayer, ...layer }) => ({ ...layer, ...(sourceLayer ? { 'source-layer': sourceLayer } : {}) })),
    ],
  }
}
