/** The catalogue over HTTP. */
import { Refused } from '@dishu/base/refusal'
import { FileAnswer, type Route, type RouteRequest } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import type { Db } from '@dishu/server-kit/sql'
import { readScene, readScenes } from './imagery.store.ts'
import { collectionOf, countyOfCollection, itemId, itemOf, itemQuestion, itemsOf, landing, meets, sceneOfItem } from './stac.ts'

/** The counties whose scenes the one who asks may see. */
export type StacTools = {
  counties(db: Db): Promise<readonly { readonly county: string; readonly name: string }[]>
  /** The scheme and host by which the asker came. */
  origin(request: RouteRequest): string
}

const ALL = { day: '9999-12-31' as never, rev: null }
const MOST = 1000
const GEOJSON = 'application/geo+json'
const Query = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000_000 })),
  bbox: Type.Optional(Type.String({ maxLength: 200 })),
  datetime: Type.Optional(Type.String({ maxLength: 100 })),
  collections: Type.Optional(Type.String({ maxLength: 1000 })),
  ids: Type.Optional(Type.String({ maxLength: 10_000 })),
})
const Body = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000_000 })),
  bbox: Type.Optional(Type.Array(Type.Number(), { minItems: 4, maxItems: 6 })),
  datetime: Type.Optional(Type.String({ maxLength: 100 })),
  collections: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 100 })),
  ids: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: 1000 })),
})
type Asked = {
  readonly limit: number
  readonly offset: number
  readonly bbox: string | undefined
  readonly datetime: string | undefined
  readonly ids: readonly string[] | null
}

export function stacRoutes(tools: StacTools): Route[] {
  const root = tools.origin
  const base = (request: RouteRequest) => `${root(request)}/stac`
  const documents = (request: RouteRequest, county: string) => `${root(request)}/api/documents/${county}`
  const geojson = (value: unknown) => new FileAnswer(GEOJSON, JSON.stringify(value))
  const known = async (request: RouteRequest, id: string) => {
    const county = countyOfCollection(id)
    const found = (await tools.counties(request.db)).find((each) => each.county === county)
    if (!found) throw new Refused({ code: 'imagery/no-such-collection', details: { id } })
    return found
  }
  const askedIn = ({ query }: RouteRequest): Asked => ({
    limit: Number(query.limit ?? 100),
    offset: Number(query.offset ?? 0),
    bbox: query.bbox,
    datetime: query.datetime,
    ids: query.ids?.split(',') ?? null,
  })
  /** `next` makes the link to the page that begins at a row. */
  const page = async (
    request: RouteRequest,
    counties: readonly { readonly county: string }[],
    { limit, offset, bbox, datetime, ids }: Asked,
    links: (from: number | null) => readonly object[],
  ) => {
    const question = itemQuestion(bbox, datetime)
    if (question === null) throw new Refused({ code: 'imagery/not-a-search', details: { bbox: bbox ?? '', datetime: datetime ?? '' } })
    const found = []
    for (const { county } of counties)
      for (const scene of await readScenes(request.db, county, ALL))
        if (meets(scene, question) && (ids === null || ids.includes(itemId(scene)))) found.push({ county, scene })
    const shown = found.slice(offset, offset + limit)
    return geojson(
      itemsOf(
        shown.map(({ county, scene }) => itemOf(base(request), documents(request, county), county, scene)),
        found.length,
        [
          { rel: 'root', href: base(request), type: 'application/json' },
          ...links(offset + shown.length < found.length ? offset + limit : null),
        ],
      ),
    )
  }
  const pageByAddress = (request: RouteRequest, counties: readonly { readonly county: string }[], self: string) => {
    const asked = askedIn(request)
    const address = (from: number) => {
      const { offset: _, ...rest } = request.query
      const params = new URLSearchParams(
        Object.entries({ ...rest, limit: String(asked.limit), offset: String(from) }).filter(
          (pair): pair is [string, string] => pair[1] !== undefined,
        ),
      )
      return `${self}?${params}`
    }
    return page(request, counties, asked, (from) => [
      { rel: 'self', href: address(asked.offset), type: GEOJSON },
      ...(from === null ? [] : [{ rel: 'next', href: address(from), type: GEOJSON }]),
    ])
  }
  const searched = async (request: RouteRequest, collections: readonly string[] | undefined) =>
    (await tools.counties(request.db)).filter(
      ({ county }) => collections === undefined || collections.some((id) => countyOfCollection(id) === county),
    )
  return [
    { method: 'GET', url: '/stac', handle: async (request) => landing(base(request), root(request), await tools.counties(request.db)) },
    {
      method: 'GET',
      url: '/stac/conformance',
      handle: async (request) => ({ conformsTo: landing(base(request), root(request), []).conformsTo }),
    },
    {
      method: 'GET',
      url: '/stac/collections',
      handle: async (request) => {
        const collections = []
        for (const { county, name } of await tools.counties(request.db))
          collections.push(collectionOf(base(request), { county, name, scenes: await readScenes(request.db, county, ALL) }))
        return {
          collections,
          links: [
            { rel: 'self', href: `${base(request)}/collections`, type: 'application/json' },
            { rel: 'root', href: base(request), type: 'application/json' },
          ],
        }
      },
    },
    {
      method: 'GET',
      url: '/stac/collections/:collection',
      handle: async (request) => {
        const { county, name } = await known(request, request.params.collection)
        return collectionOf(base(request), { county, name, scenes: await readScenes(request.db, county, ALL) })
      },
    },
    {
      method: 'GET',
      url: '/stac/collections/:collection/items',
      schema: { querystring: Query },
      handle: async (request) => {
        const { collection } = request.params
        return pageByAddress(request, [await known(request, collection)], `${base(request)}/collections/${collection}/items`)
      },
    },
    {
      method: 'GET',
      url: '/stac/collections/:collection/items/:item',
      handle: async (request) => {
        const { county } = await known(request, request.params.collection)
        const id = sceneOfItem(request.params.item)
        const scene = id === null ? null : await readScene(request.db, county, id)
        if (!scene) throw new Refused({ code: 'imagery/no-such-scene', details: { id: id ?? request.params.item } })
        return geojson(itemOf(base(request), documents(request, county), county, scene))
      },
    },
    {
      method: 'GET',
      url: '/stac/search',
      schema: { querystring: Query },
      handle: async (request) =>
        pageByAddress(request, await searched(request, request.query.collections?.split(',')), `${base(request)}/search`),
    },
    {
      method: 'POST',
      url: '/stac/search',
      schema: { body: Body },
      handle: async (request) => {
        const body = request.body as {
          readonly limit?: number
          readonly offset?: number
          readonly bbox?: readonly number[]
          readonly datetime?: string
          readonly collections?: readonly string[]
          readonly ids?: readonly string[]
        }
        const { limit = 100, offset = 0, bbox, datetime, collections, ids } = body
        const asked: Asked = { limit, offset, bbox: bbox?.join(','), datetime, ids: ids ?? null }
        const self = `${base(request)}/search`
        // the body to be sent again with what is said here put over it (STAC API – Item Search, paging)
        return page(request, await searched(request, collections), asked, (from) =>
          from === null ? [] : [{ rel: 'next', href: self, method: 'POST', type: GEOJSON, body: { offset: from }, merge: true }],
        )
      },
    },
  ]
}
