/** The open interfaces put together: which collections there are, and what the register says of a county. */
import { dayOf } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'

import { areasCollection } from '@dishu/kernel/areas/areas.collection'
import { readCountyNames } from '@dishu/kernel/areas/areas.store'
import { readSetting } from '@dishu/kernel/intake/intake.store'
import { feedRoutes } from '@dishu/kernel/records/feed.routes'
import { openChangesRoutes } from '@dishu/kernel/records/open-changes.routes'
import type { Kind } from '@dishu/kernel/records/records'
import { readCounties, readHead, revisionAt } from '@dishu/kernel/records/records.store'
import { matchedPatches } from '@dishu/land/count/count.collection'
import { countCollection } from '@dishu/land/count/sums.collection'
import { waysIn, zoneAt } from '@dishu/land/exports/ways.jobs'
import { parcelsCollection, patchesCollection } from '@dishu/land/parcels/parcels.collection'
import { inspectRow } from '@dishu/land/quality/inspect'
import { findingsCollection } from '@dishu/land/quality/quality.collection'
import { samplesCollection } from '@dishu/land/soil/soil.collection'
import type { Route, RouteRequest } from '@dishu/server-kit/http'
import type { Collection } from '@dishu/server-kit/ogc/collection'
import type { Served } from '@dishu/server-kit/ogc/documents'
import { ogcRoutes } from '@dishu/server-kit/ogc/routes'
import type { Db } from '@dishu/server-kit/sql'
import type { App } from './app.ts'
import type { Checks } from './checks.ts'
import { isSynthetic } from './county.ts'
import type { Manner } from './office.ts'
import { ogcTilesRoutes, TILES_PART } from './ogc-tiles.ts'
import { KINDS } from './parts.ts'
import { wmtsRoutes } from './wmts.ts'

export const COLLECTIONS: readonly Collection[] = [
  { ...patchesCollection, matched: matchedPatches },
  parcelsCollection,
  samplesCollection,
  areasCollection,
  findingsCollection,
  countCollection,
]

/** The collection in which rows of a kind are shown. */
const SHOWN: Readonly<Record<string, string>> = { patch: 'patches', parcel: 'parcels', sample: 'samples', area: 'areas' }

export const kindOfCollection = (collection: string): Kind | null => KINDS.find(({ name }) => SHOWN[name] === collection) ?? null

/** The routes that change rows: in an office each of them is proposed first. */
export const OPEN_CHANGES = [
  'POST /ogc/:county/collections/:collection/items',
  'PUT /ogc/:county/collections/:collection/items/:item',
  'PATCH /ogc/:county/collections/:collection/items/:item',
  'DELETE /ogc/:county/collections/:collection/items/:item',
] as const

/** The scheme and host by which the asker came: where TLS ends in front of this server, theirs is https all the same. */
export const originOf =
  (manner: Pick<Manner, 'tls' | 'proxied'>) =>
  ({ headers }: Pick<RouteRequest, 'headers'>) =>
    `${manner.tls || manner.proxied ? 'https' : 'http'}://${String(headers.host)}`

async function servedOf(db: Db, county: string): Promise<Served | null> {
  const head = await readHead(db, county)
  if (head.rev === 0) return null
  const named = (await readCountyNames(db)).find((each) => each.county === county)
  const bbox = named?.bbox ?? null
  const zones = bbox ? [zoneAt(bbox[0]), zoneAt((bbox[0] + bbox[2]) / 2), zoneAt(bbox[2])] : []
  return {
    county,
    name: named?.name ?? (await readSetting<string>(db, county, 'name'))?.value ?? county,
    head: head.rev,
    recordedAt: head.recordedAt,
    bbox,
    offered: [4490, 4326, ...new Set(zones.filter((zone) => zone !== null))],
    synthetic: await isSynthetic(db, county),
  }
}

async function servedOrRefused(db: Db, county: string): Promise<Served> {
  const served = await servedOf(db, county)
  if (served === null) throw new Refused({ code: 'people/not-found', details: {} })
  return served
}

export function openRoutes(app: App, checks: Pick<Checks, 'follow'>, manner: Manner, version: string): Route[] {
  const origin = originOf(manner)
  return [
    {
      method: 'GET',
      url: '/ogc',
      handle: async (request) => {
        const names = new Map((await readCountyNames(request.db)).map(({ county, name }) => [county, name]))
        return {
          title: request.language === 'zh' ? '底数 · 开放接口' : 'Dishu · open interfaces',
          links: (await readCounties(request.db)).map(({ county }) => ({
            href: `${origin(request)}/ogc/${county}`,
            rel: 'child',
            type: 'application/json',
            title: names.get(county) ?? county,
          })),
        }
      },
    },
    ...feedRoutes({ kinds: KINDS, collectionOf: (kind) => SHOWN[kind] ?? null }),
    ...openChangesRoutes({
      kinds: KINDS,
      collections: COLLECTIONS,
      kindOf: kindOfCollection,
      derive: app.derive,
      afterwards: checks.follow,
      inspect: (kind, content, county) => inspectRow(dayOf(new Date()))(kind, content, county),
    }),
    ...ogcRoutes({ collections: COLLECTIONS, parts: [TILES_PART], version, origin, served: servedOf, revisionAt, ways: waysIn }),
    ...ogcTilesRoutes(app, { origin, served: servedOrRefused }),
    ...wmtsRoutes(app, { origin, served: servedOrRefused }),
  ]
}
