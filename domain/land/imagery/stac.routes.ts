/** The catalogue over HTTP. */
import { Refused } from '@dishu/base/refusal'
import { FileAnswer, type Route, type RouteRequest } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import type { Db } from '@dishu/server-kit/sql'
import { readScene, readScenes } from './imagery.store.ts'
import { collectionOf, countyOfCollection, itemOf, itemQuestion, itemsOf, landing, meets, sceneOfItem } from './stac.ts'

/** The counties whose scenes the one who asks may see. */
export type StacTools = { counties(db: Db): Promise<readonly { readonly county: string; readonly name: string }[]> }

const ALL = { day: '9999-12-31' as never, rev: null }
const MOST = 1000
const GEOJSON = 'application/geo+json'
const Query = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000_000 })),
  bbox: Type.Optional(Type.String({ maxLength: 200 })),
  datetime: Type.Optional(Type.String({ maxLength: 100 })),
  collections: Type.Optional(Type.String({ maxLength: 1000 })),
})

export function stacRoutes(tools: StacTools): Route[] {
  const root = ({ headers }: RouteRequest) => `http://${String(headers.host)}`
  const base = (request: RouteRequest) => `${root(request)}/stac`
  const documents = (request: RouteRequest, county: string) => `${root(request)}/api/documents/${county}`
  const geojson = (value: unknown) => new FileAnswer(GEOJSON, JSON.stringify(value))
  const known = async (request: RouteRequest, id: string) => {
    const county = countyOfCollection(id)
    const found = (await tools.counties(request.db)).find((each) => each.county === county)
    if (!found) throw new Refused({ code: 'imagery/no-such-collection', details: { id } })
    return found
  }
  const page = async (request: RouteRequest, counties: readonly { readonly county: string }[], self: string) => {
    const { query } = request
    const question = itemQuestion(query.bbox, query.datetime)
    if (question === null)
      throw new Refused({ code: 'imagery/not-a-search', details: { bbox: query.bbox ?? '', datetime: query.datetime ?? '' } })
    const found = []
    for (const { county } of counties)
      for (const scene of await readScenes(request.db, county, ALL)) if (meets(scene, question)) found.push({ county, scene })
    const [limit, offset] = [Number(query.limit ?? 100), Number(query.offset ?? 0)]
    const shown = found.slice(offset, offset + limit)
    const address = (from: number) => {
      const { offset: _, ...rest } = query
      const params = new URLSearchParams(
        Object.entries({ ...rest, limit: String(limit), offset: String(from) }).filter(
          (pair): pair is [string, string] => pair[1] !== undefined,
        ),
      )
      return `${self}?${params}`
    }
    return geojson(
      itemsOf(
        shown.map(({ county, scene }) => itemOf(base(request), documents(request, county), county, scene)),
        found.length,
        [
          { rel: 'self', href: address(offset), type: GEOJSON },
          { rel: 'root', href: base(request), type: 'application/json' },
          ...(offset + shown.length < found.length ? [{ rel: 'next', href: address(offset + limit), type: GEOJSON }] : []),
        ],
      ),
    )
  }
  return [
    { method: 'GET', url: '/stac', handle: async (request) => landing(base(request), await tools.counties(request.db)) },
    {
      method: 'GET',
      url: '/stac/conformance',
      handle: async (request) => ({ conformsTo: landing(base(request), []).conformsTo }),
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
        return page(request, [await known(request, collection)], `${base(request)}/collections/${collection}/items`)
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
      handle: async (request) => {
        const asked = request.query.collections?.split(',')
        const counties = (await tools.counties(request.db)).filter(
          ({ county }) => asked === undefined || asked.some((id) => countyOfCollection(id) === county),
        )
        return page(request, counties, `${base(request)}/search`)
      },
    },
  ]
}
