/** Every route of the server: each slice's own, and those that join slices. */
import { dayOf } from '@dishu/base/date'
import { accept, Refused } from '@dishu/base/refusal'
import { readCountyNames } from '@dishu/kernel/areas/areas.store'
import { type IntakeRunner, intakeRoutes } from '@dishu/kernel/intake/intake.routes'
import { readSetting } from '@dishu/kernel/intake/intake.store'
import { OFFICE, passportOf, powersOf } from '@dishu/kernel/people/people'
import { peopleRoutes } from '@dishu/kernel/people/people.routes'
import { officeSignInRoutes } from '@dishu/kernel/people/sign-in-office.routes'
import { signInPolicyRoutes } from '@dishu/kernel/people/sign-in-policy.routes'
import { CountyParams, recordsRoutes } from '@dishu/kernel/records/records.routes'
import { readCounties } from '@dishu/kernel/records/records.store'
import type { SessionView } from '@dishu/kernel/records/records.wire'
import { readDocument, readErasedDocuments } from '@dishu/kernel/sealed/sealed.store'
import { baselineRoutes } from '@dishu/land/count/baseline.routes'
import { asOfFrom, handleAreas, handleCount, handlePatches } from '@dishu/land/count/count.routes'
import { differencesRoutes } from '@dishu/land/count/differences.routes'
import { handleDossier } from '@dishu/land/count/dossier.routes'
import { filtersFrom, withinFrom } from '@dishu/land/count/questions'
import { handleTile } from '@dishu/land/count/tiles.routes'
import { exportsRoutes } from '@dishu/land/exports/exports.routes'
import { imageryRoutes, type SceneRunner } from '@dishu/land/imagery/imagery.routes'
import { stacRoutes } from '@dishu/land/imagery/stac.routes'
import { lineageRoutes } from '@dishu/land/lineage/lineage.routes'
import { ruleName } from '@dishu/land/quality/inspect'
import { type Finding, vocabulary } from '@dishu/land/quality/quality'
import { isRule, sentenceOf } from '@dishu/land/quality/quality.messages'
import { qualityRoutes } from '@dishu/land/quality/quality.routes'
import { handOverAssignments } from '@dishu/land/quality/quality.store'
import type { SoilRunner } from '@dishu/land/soil/maps.routes'
import { technologyRoutes } from '@dishu/land/technology/technology.routes'
import { waterRoutes } from '@dishu/land/water/water.routes'
import { FileAnswer, orRefused, type Route, type RouteRequest } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import { singleSignOn } from '@dishu/server-kit/single-sign-on'
import type { App } from './app.ts'
import { freezeTools } from './baselines.ts'
import type { Checks } from './checks.ts'
import { contextOf, isSynthetic } from './county.ts'
import { imageryTools } from './imagery.ts'
import { labelOf } from './labels.ts'
import { type Manner, signInPolicy } from './office.ts'
import { openRoutes, originOf } from './ogc.ts'
import { archiveRoute } from './ogc-tiles.ts'
import { KINDS, STANDARDS } from './parts.ts'
import { personal } from './personal.ts'
import { clearanceRoutes, clearExport, mapApprovalOf, underReview } from './reviews.ts'
import { say } from './sentences.ts'
import { soilRoutes } from './soil.ts'
import { sampleRoutes } from './soil-design.ts'
import { classLegend } from './tile-style.ts'
import { keepBlocks, tileAnswer } from './tiles.ts'

const IdParams = Type.Object({ county: Type.String({ pattern: '^\\d{6}$' }), id: Type.Integer({ minimum: 1 }) })
const TileParams = Type.Object({
  county: Type.String({ pattern: '^\\d{6}$' }),
  z: Type.Integer({ minimum: 0, maximum: 24 }),
  x: Type.Integer({ minimum: 0 }),
  y: Type.String({ pattern: '^\\d+(\\.mvt)?$' }),
})

export function allRoutes(
  app: App,
  runner: IntakeRunner,
  checks: Checks,
  scenes: SceneRunner,
  soil: SoilRunner,
  version: string,
  manner: Manner,
): Route[] {
  const told = (request: RouteRequest) => contextOf(request.db, request.params.county, request.now, request.language)
  const sayFinding = (language: RouteRequest['language']) => (rule: string, details: Readonly<Record<string, unknown>>) => ({
    name: ruleName(rule, language),
    message: isRule(rule) ? sentenceOf({ rule, details } as Finding, language).message : rule,
  })
  const sayCampaign = (language: RouteRequest['language']) => {
    const names = new Map(vocabulary(language).seasons.map(({ id, name }) => [id as string, name]))
    return (campaign: string) => campaign.replace(/[a-z-]+$/, (season) => names.get(season) ?? season)
  }
  const routes: Route[] = [
    {
      method: 'GET',
      url: '/api/session',
      handle: async ({ db, actor, caller, now }): Promise<SessionView> => {
        const names = new Map((await readCountyNames(db)).map((each) => [each.county, each]))
        const counties = await readCounties(db)
        return {
          actor,
          mode: manner.mode,
          powers: powersOf(passportOf({ caller }).identity),
          version,
          today: dayOf(now),
          counties: await Promise.all(
            counties.map(async ({ county, rev }) => ({
              county,
              name: names.get(county)?.name ?? (await readSetting<string>(db, county, 'name'))?.value ?? county,
              head: rev,
              bbox: names.get(county)?.bbox ?? (await patchesBox(db, county)),
              synthetic: await isSynthetic(db, county),
            })),
          ),
        }
      },
    },
    {
      method: 'GET',
      url: '/api/counties/:county/vocabulary',
      schema: { params: CountyParams },
      handle: async ({ language }) => vocabulary(language),
    },
    {
      method: 'GET',
      url: '/api/counties/:county/areas',
      schema: { params: CountyParams },
      handle: async (request) => orRefused(await handleAreas(request.db, request.params.county, request.query, await told(request))),
    },
    {
      method: 'GET',
      url: '/api/counties/:county/count',
      schema: { params: CountyParams },
      handle: async (request) =>
        orRefused(await handleCount(request.db, request.params.county, request.query, { ...(await told(request)), scope: request.scope })),
    },
    {
      method: 'GET',
      url: '/api/counties/:county/patches',
      schema: { params: CountyParams },
      handle: async (request) => orRefused(await handlePatches(request.db, request.params.county, request.query, await told(request))),
    },
    {
      method: 'GET',
      url: '/api/counties/:county/patches/:id',
      schema: { params: IdParams },
      handle: async (request) => {
        const { language, params } = request
        return orRefused(
          await handleDossier(request.db, params.county, Number(params.id), request.query, {
            ...(await told(request)),
            language,
            labelOf: (name) => labelOf(name, language),
            sayCampaign: sayCampaign(language),
            sayFinding: sayFinding(language),
            sayRefusal: (refusal) => say(refusal, language).message,
          }),
        )
      },
    },
    {
      method: 'GET',
      url: '/tiles/:county/:z/:x/:y',
      schema: { params: TileParams },
      handle: async ({ db, params, query, now, headers, scope }) => {
        const tile = { z: Number(params.z), x: Number(params.x), y: Number(params.y.replace('.mvt', '')) }
        const bytes = orRefused(await handleTile(db, params.county, tile, query, dayOf(now), { scope, keep: keepBlocks(app) }))
        return tileAnswer(bytes, headers, query.known)
      },
    },
    ...peopleRoutes({
      mode: manner.mode,
      secure: manner.tls !== undefined || manner.proxied,
      oidc: manner.oidc?.name ?? null,
      keys: () => app.vault.keysOf(OFFICE),
      handOver: handOverAssignments,
    }),
    ...officeSignInRoutes({
      provider: manner.oidc ? singleSignOn(manner.oidc) : null,
      secure: manner.tls !== undefined || manner.proxied,
      keys: () => app.vault.keysOf(OFFICE),
    }),
    ...signInPolicyRoutes(signInPolicy),
    ...recordsRoutes({ kinds: KINDS, derive: app.derive, afterwards: checks.follow }),
    ...baselineRoutes(freezeTools(app)),
    ...differencesRoutes(),
    ...lineageRoutes({
      kinds: KINDS,
      derive: app.derive,
      checks,
      asOfFrom: async (db, county, address, today) => orRefused(await asOfFrom(db, county, address, today)).asOf,
    }),
    ...intakeRoutes({ pool: app.pool, dataDir: app.dataDir, standards: STANDARDS, runner, viewTools: app.viewTools }),
    ...qualityRoutes({ kinds: KINDS, derive: app.derive, checks }),
    ...imageryRoutes({
      ...imageryTools(app),
      runner: scenes,
      asOfFrom: async (db, county, address, today) => orRefused(await asOfFrom(db, county, address, today)).asOf,
      say,
    }),
    ...soilRoutes(app, soil),
    ...sampleRoutes(app.pool, soil),
    ...waterRoutes({
      kinds: KINDS,
      vault: app.vault,
      asOfFrom: async (db, county, address, today) => orRefused(await asOfFrom(db, county, address, today)).asOf,
      isSynthetic,
      nameOf: async (db, county) => (await readSetting<string>(db, county, 'name'))?.value ?? county,
    }),
    ...technologyRoutes({
      pool: app.pool,
      vault: app.vault,
      kinds: KINDS,
      asOfFrom: async (db, county, address, today) => orRefused(await asOfFrom(db, county, address, today)).asOf,
      say,
    }),
    ...stacRoutes({ counties: async (db) => namedCounties(db), origin: originOf(manner) }),
    ...openRoutes(app, checks, manner, version),
    ...exportsRoutes({
      classes: classLegend(),
      contextOf,
      asOfFrom,
      withinFrom,
      filtersFrom,
      handleAreas,
      clear: async (db, request, day) => {
        await clearExport(db, request, manner.mode, day)
        return request.query.public === 'true' ? mapApprovalOf(db, request.params.county) : null
      },
    }),
    archiveRoute(app, (db, request) =>
      clearExport(db, { ...request, query: { what: 'patches', to: 'gpkg' } }, manner.mode, dayOf(request.now)),
    ),
    ...personal(app),
    ...clearanceRoutes(app),
    {
      method: 'GET',
      url: '/api/documents/:county/:sha256',
      schema: { params: Type.Object({ county: Type.String({ pattern: '^\\d{6}$' }), sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }) }) },
      handle: async ({ db, params }) => {
        const sha256 = Buffer.from(params.sha256, 'hex')
        const document = await readDocument(db, params.county, sha256)
        if (!document) throw new Refused({ code: 'records/no-such-document', details: { sha256: params.sha256 } })
        if (document.wrappedKey === null) {
          const erased = (await readErasedDocuments(db, params.county)).find((each) => each.sha256.equals(sha256))
          if (erased) throw new Refused({ code: 'sealed/file-erased', details: { name: document.name, on: dayOf(erased.erasedAt) } })
        }
        return new FileAnswer('application/octet-stream', await app.vault.readDocument(document), {
          'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(document.name)}`,
        })
      },
    },
    { method: 'GET', url: '/api/health', free: true, handle: async () => accept({ ok: true }).value },
  ]
  return underReview(app, routes, manner)
}

/** The counties of the register by name. */
async function namedCounties(db: RouteRequest['db']): Promise<{ county: string; name: string }[]> {
  const names = new Map((await readCountyNames(db)).map(({ county, name }) => [county, name]))
  return (await readCounties(db)).map(({ county }) => ({ county, name: names.get(county) ?? county }))
}

const patchesBox = async (db: RouteRequest['db'], county: string) =>
  (
    await db.maybe<{ box: readonly [number, number, number, number] | null }>`
      select box(point(min((bbox[1])[0]), min((bbox[1])[1])), point(max((bbox[0])[0]), max((bbox[0])[1]))) as box from land.patch_now where county = ${county} and bbox is not null`
  )?.box ?? null
