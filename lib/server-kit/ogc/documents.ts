/** The documents that say what a county's service has: landing page, conformance, collections, what can be filtered by, and what a row is made of. */
import type { Language } from '@dishu/base/refusal'
import type { Collection, CollectionField, Link, OgcPart, OgcPlace } from './collection.ts'
import { CRS84, crsList } from './crs.ts'
import { LIMIT } from './question.ts'

export const GEOJSON = 'application/geo+json'
export const SCHEMA = 'application/schema+json'
export const OPENAPI = {
  '3.0': 'application/vnd.oai.openapi+json;version=3.0',
  '3.1': 'application/vnd.oai.openapi+json;version=3.1',
} as const

const FEATURES = 'http://www.opengis.net/spec/ogcapi-features'
const CQL2 = 'http://www.opengis.net/spec/cql2/1.0/conf'

/** The classes of the standards that this machinery keeps, by the addresses the standards give them. */
const CONFORMANCE: readonly string[] = [
  ...['core', 'landing-page', 'json', 'oas30'].map((each) => `http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/${each}`),
  'http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections',
  ...['core', 'oas30', 'geojson'].map((each) => `${FEATURES}-1/1.0/conf/${each}`),
  `${FEATURES}-2/1.0/conf/crs`,
  ...['queryables', 'queryables-query-parameters', 'filter', 'features-filter'].map((each) => `${FEATURES}-3/1.0/conf/${each}`),
  ...['schemas', 'core-roles-features', 'returnables-and-receivables'].map((each) => `${FEATURES}-5/1.0/conf/${each}`),
  ...['cql2-text', 'cql2-json', 'basic-cql2', 'advanced-comparison-operators', 'case-insensitive-comparison'].map(
    (each) => `${CQL2}/${each}`,
  ),
  ...['basic-spatial-functions', 'basic-spatial-functions-plus'].map((each) => `${CQL2}/${each}`),
]

/** What is known of a county besides its rows. */
export type Served = {
  readonly county: string
  readonly name: string
  readonly head: number
  readonly recordedAt: Date
  readonly bbox: readonly [number, number, number, number] | null
  /** The systems offered besides longitude and latitude. */
  readonly offered: readonly number[]
  readonly synthetic: boolean
}

const json = 'application/json'
const WORDS = {
  title: { zh: (name: string) => `${name} · 底数`, en: (name: string) => `${name} · Dishu` },
  about: {
    zh: '盐碱地登记簿的图斑、地块、样点等，按日期（datetime）和已知版本（known）读取。',
    en: 'Patches, parcels, samples and more of the register of saline land, as of a day (datetime) and a state of knowledge (known).',
  },
  synthetic: { zh: '（虚构的示例数据）', en: ' (invented sample data)' },
} as const

export function landing(place: OgcPlace, served: Served, parts: readonly OgcPart[], openapi: string) {
  const { root, language } = place
  return {
    title: WORDS.title[language](served.name) + (served.synthetic ? WORDS.synthetic[language] : ''),
    description: WORDS.about[language],
    links: [
      { href: root, rel: 'self', type: json },
      { href: `${root}/api`, rel: 'service-desc', type: OPENAPI['3.0'], title: 'OpenAPI 3.0' },
      { href: openapi, rel: 'service-desc', type: OPENAPI['3.1'], title: 'OpenAPI 3.1' },
      { href: `${root}/conformance`, rel: 'conformance', type: json },
      { href: `${root}/conformance`, rel: 'http://www.opengis.net/def/rel/ogc/1.0/conformance', type: json },
      { href: `${root}/collections`, rel: 'data', type: json },
      { href: `${root}/collections`, rel: 'http://www.opengis.net/def/rel/ogc/1.0/data', type: json },
      ...parts.flatMap((part) => part.landing?.(place) ?? []),
    ] satisfies readonly Link[],
  }
}

export const conformance = (parts: readonly OgcPart[]) => ({
  conformsTo: [...new Set([...CONFORMANCE, ...parts.flatMap((part) => part.conformance)])],
})

export function collectionDocument(place: OgcPlace, collection: Collection, served: Served, parts: readonly OgcPart[]) {
  const { root, language } = place
  const self = `${root}/collections/${collection.id}`
  return {
    id: collection.id,
    title: collection.title[language],
    description: collection.description[language],
    itemType: 'feature',
    extent: {
      ...(served.bbox ? { spatial: { bbox: [served.bbox], crs: CRS84 } } : {}),
      ...(collection.versioned
        ? { temporal: { interval: [[null, null]], trs: 'http://www.opengis.net/def/uom/ISO-8601/0/Gregorian' } }
        : {}),
    },
    crs: crsList(served.offered),
    storageCrs: CRS84,
    links: [
      { href: self, rel: 'self', type: json },
      { href: `${self}/items`, rel: 'items', type: GEOJSON, title: collection.title[language] },
      { href: `${self}/queryables`, rel: 'http://www.opengis.net/def/rel/ogc/1.0/queryables', type: SCHEMA },
      { href: `${self}/schema`, rel: 'http://www.opengis.net/def/rel/ogc/1.0/schema', type: SCHEMA },
      { href: `${self}/schema`, rel: 'describedby', type: SCHEMA },
      ...parts.flatMap((part) => part.collection?.(place, collection) ?? []),
    ] satisfies readonly Link[],
  }
}

const GEOMETRY_FORMAT = { polygon: 'geometry-multipolygon', point: 'geometry-point', box: 'geometry-polygon' } as const

function fieldSchema({ name, type, title, unit, words }: CollectionField, language: Language) {
  return {
    title: title[language],
    ...(type === 'date' ? { type: 'string', format: 'date' } : { type: type === 'text' ? 'string' : type }),
    ...(unit ? { 'x-ogc-unit': unit, 'x-ogc-unitLang': 'UCUM' } : {}),
    ...(words ? { enum: words } : {}),
    ...(name === 'valid_from'
      ? { 'x-ogc-role': 'primary-interval-start' }
      : name === 'valid_to'
        ? { 'x-ogc-role': 'primary-interval-end' }
        : {}),
  }
}

/** JSON Schema of what a row is made of, or of what it can be asked by. Positions are counted in the order of the declaration. */
export function schemaDocument(place: OgcPlace, collection: Collection, what: 'schema' | 'queryables') {
  const { root, language } = place
  const fields = what === 'schema' ? collection.fields : collection.fields.filter((field) => field.queryable)
  const writable = (field: CollectionField) => field.writes !== undefined && (collection.changes?.length ?? 0) > 0
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `${root}/collections/${collection.id}/${what}`,
    type: 'object',
    title: collection.title[language],
    description: collection.description[language],
    properties: {
      ...(what === 'schema' ? { id: { type: 'integer', 'x-ogc-role': 'id', readOnly: true } } : {}),
      ...(collection.geometry ? { geometry: { format: GEOMETRY_FORMAT[collection.geometry.type], 'x-ogc-role': 'primary-geometry' } } : {}),
      ...Object.fromEntries(
        fields.map((field, i) => [
          field.name,
          {
            ...fieldSchema(field, language),
            'x-ogc-propertySeq': i + 1,
            ...(what === 'schema' && !writable(field) ? { readOnly: true } : {}),
          },
        ]),
      ),
    },
    additionalProperties: false,
  }
}

/** The service in OpenAPI 3.0, for programs that know no later version: they read the limits of a page from it. */
export function openapi30(place: OgcPlace, served: Served, collections: readonly Collection[], version: string) {
  const { root, language } = place
  const query = (name: string, schema: object, more: object = {}) => ({
    name,
    in: 'query',
    required: false,
    schema,
    style: 'form',
    explode: false,
    ...more,
  })
  const text = { type: 'string' }
  const answers = (type: string) => ({
    '200': { description: 'OK', content: { [type]: { schema: { type: 'object' } } } },
    '4XX': { description: 'Refused: { code, message, hint, details }', content: { [json]: { schema: { type: 'object' } } } },
  })
  const get = (operationId: string, summary: string, type: string, parameters: readonly object[] = []) => ({
    get: { operationId, summary, ...(parameters.length > 0 ? { parameters } : {}), responses: answers(type) },
  })
  const paths: Record<string, object> = {
    '/': get('landing', WORDS.title[language](served.name), json),
    '/conformance': get('conformance', 'Conformance', json),
    '/collections': get('collections', 'Collections', json),
  }
  for (const collection of collections) {
    const { id, title } = collection
    const crs = { type: 'string', enum: crsList(served.offered), default: CRS84 }
    paths[`/collections/${id}`] = get(id, title[language], json)
    paths[`/collections/${id}/queryables`] = get(`${id}-queryables`, title[language], SCHEMA)
    paths[`/collections/${id}/schema`] = get(`${id}-schema`, title[language], SCHEMA)
    paths[`/collections/${id}/items`] = get(`${id}-items`, title[language], GEOJSON, [
      query('limit', { type: 'integer', minimum: 1, maximum: LIMIT.most, default: LIMIT.usual }),
      query('bbox', { type: 'array', minItems: 4, maxItems: 6, items: { type: 'number' } }),
      query('bbox-crs', crs),
      query('crs', crs),
      query('datetime', text),
      query('known', text, { description: 'A revision or a day: what was known then.' }),
      query('filter', text),
      query('filter-lang', { type: 'string', enum: ['cql2-text', 'cql2-json', 'cql-text'], default: 'cql2-text' }),
      query('filter-crs', crs),
      query('properties', text),
      query('skipGeometry', { type: 'boolean', default: false }),
      ...collection.fields
        .filter((field) => field.queryable && field.type !== 'boolean')
        .map((field) => query(field.name, { type: field.type === 'integer' || field.type === 'number' ? field.type : 'string' })),
    ])
    paths[`/collections/${id}/items/{item}`] = get(`${id}-item`, title[language], GEOJSON, [
      { name: 'item', in: 'path', required: true, schema: { type: 'integer', minimum: 1 } },
      query('crs', crs),
      query('datetime', text),
      query('known', text),
    ])
  }
  return {
    openapi: '3.0.3',
    info: { title: WORDS.title[language](served.name), description: WORDS.about[language], version },
    servers: [{ url: root }],
    paths,
  }
}
