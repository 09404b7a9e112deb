/** GET /api/counties/:county/changes/map: where two states of the register differ. */
import { type Day, dayOf } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import { readWkb } from '@dishu/base/wkb'
import type { Route } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import type { Db } from '@dishu/server-kit/sql'
import { questionFrom } from './baseline.routes.ts'
import { type DifferenceDimension, type PlacedPatch, readPlaced, readTouched, readValues } from './differences.store.ts'
import { differences } from './differences.ts'
import type { DifferencesReply } from './differences.wire.ts'
import { projectionOf } from './plane.ts'
import type { Address } from './questions.ts'
import { learnSystems } from './systems.jobs.ts'

const BY: readonly DifferenceDimension[] = ['class', 'grade', 'mapgrade', 'owner', 'contract', 'saline']
/** More is no picture any more; figures and legend are of all. */
const MOST_SHAPES = 4000

export async function handleDifferences(db: Db, county: string, address: Address, today: Day): Promise<DifferencesReply> {
  const by = BY.find((each) => each === (address.by || 'class'))
  if (!by) throw new Refused({ code: 'count/unknown-word', details: { name: 'by', value: address.by ?? '', allowed: BY } })
  const { question, from, to } = await questionFrom(db, county, { ...address, by }, today)
  const touched = await readTouched(db, county, from, to)
  const { patches, values } = differences(await readValues(db, county, from, to, question.within, by, touched))
  const legend = new Map<string, { kind: string; from: string | null; to: string | null; area: number; patches: number }>()
  for (const { kind, from: was, to: is, moved } of patches) {
    const key = `${kind} ${was} ${is}`
    const entry = legend.get(key) ?? { kind, from: was, to: is, area: 0, patches: 0 }
    entry.area += moved
    entry.patches += 1
    legend.set(key, entry)
  }
  const shown = patches.slice(0, MOST_SHAPES)
  const gone = shown.filter(({ kind }) => kind === 'ended').map(({ id }) => id)
  const placed = [
    ...(await readPlaced(db, county, from, gone)),
    ...(await readPlaced(
      db,
      county,
      to,
      shown.filter(({ kind }) => kind !== 'ended').map(({ id }) => id),
    )),
  ]
  await learnSystems(db, new Set(placed.map(({ srid }) => srid)))
  const byId = new Map(placed.map((patch) => [patch.id, patch]))
  return {
    ...{ county, within: question.within, by, values, matched: patches.length },
    from: { day: from.day, known: from.rev, baseline: from.baseline },
    to: { day: to.day, known: to.rev, baseline: to.baseline },
    legend: [...legend.values()].sort((a, b) => b.area - a.area) as DifferencesReply['legend'],
    rows: shown.map((patch) => {
      const { patchKey = null, villageName = null, bbox = null } = byId.get(patch.id) ?? {}
      return { ...patch, patchKey, villageName, bbox }
    }),
    shapes: {
      type: 'FeatureCollection',
      features: shown.flatMap(({ id, kind, from: was, to: is }) => {
        const coordinates = inDegrees(byId.get(id))
        return coordinates
          ? [
              {
                type: 'Feature' as const,
                properties: { id, kind, from: was, to: is },
                geometry: { type: 'MultiPolygon' as const, coordinates },
              },
            ]
          : []
      }),
    },
  }
}

/** To 1e-7 degrees, a centimetre: enough to be drawn. */
function inDegrees(patch: PlacedPatch | undefined) {
  const projection = patch?.outline ? projectionOf(patch.srid) : null
  if (!patch?.outline || projection === null) return null
  const shape = readWkb(patch.outline)
  if (shape.type !== 'polygon') return null
  return shape.polygons.map(({ rings }) =>
    rings.map((ring) => {
      projection.toLonLat(ring)
      return Array.from(
        { length: ring.length / 2 },
        (_, i) => [Number(ring[2 * i].toFixed(7)), Number(ring[2 * i + 1].toFixed(7))] as const,
      )
    }),
  )
}

export const differencesRoutes = (): Route[] => [
  {
    method: 'GET',
    url: '/api/counties/:county/changes/map',
    schema: { params: Type.Object({ county: Type.String({ pattern: '^\\d{6}$' }) }) },
    handle: ({ db, params, query, now }) => handleDifferences(db, params.county, query, dayOf(now)),
  },
]
