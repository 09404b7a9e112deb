import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Day, dayFrom, dayOf } from '@dishu/base/date'
import { type Language, Refused } from '@dishu/base/refusal'
import type { AsOf, Kind } from '@dishu/kernel/records/records'
import { readHead } from '@dishu/kernel/records/records.store'
import { writeDocument } from '@dishu/kernel/sealed/sealed.store'
import { FileAnswer, orRefused, type Route } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import type { Db } from '@dishu/server-kit/sql'
import type { Vault } from '@dishu/server-kit/vault'
import { readWorkbook, writeWorkbook } from './water.exchange.ts'
import { openMeshSolver, recordChanges } from './water.jobs.ts'
import { findingText, missingText } from './water.messages.ts'
import { readWater } from './water.store.ts'
import {
  afterChanges,
  balanceOf,
  changesNothing,
  cropNameOf,
  type Decided,
  decideChanges,
  demandOf,
  findingsOf,
  type MeshSolver,
  networkOf,
  SHEETS,
  type SheetChange,
  screeningBound,
  type Water,
  type WaterFinding,
  YEAR_TYPES,
  type YearType,
} from './water.ts'
import type { BalanceReply, BalanceView, ChangesReply, FindingView, WaterReply } from './water.wire.ts'

export type WaterRoutesTools = {
  readonly kinds: readonly Kind[]
  readonly vault: Pick<Vault, 'storeDocument'>
  /** The state of the register that an address asks for. */
  asOfFrom(db: Db, county: string, address: Readonly<Record<string, string | undefined>>, today: Day): Promise<AsOf>
  isSynthetic(db: Db, county: string): Promise<boolean>
  nameOf(db: Db, county: string): Promise<string>
}

const CountyParams = Type.Object({ county: Type.String({ pattern: '^\\d{6}$' }) })
const ChangesBody = Type.Object({
  changes: Type.Array(
    Type.Object({
      sheet: Type.String({ maxLength: 20 }),
      put: Type.Array(Type.Record(Type.String(), Type.Unknown()), { maxItems: 50_000 }),
      remove: Type.Array(Type.String({ maxLength: 500 }), { maxItems: 50_000 }),
    }),
    { maxItems: 20 },
  ),
  reason: Type.String({ maxLength: 500 }),
  expected: Type.Optional(Type.Integer({ minimum: 0 })),
  validFrom: Type.Optional(Type.String({ maxLength: 20 })),
  look: Type.Optional(Type.Boolean()),
})
const MOST_MB = 50

export const waterRoutes = (tools: WaterRoutesTools): Route[] => [
  {
    method: 'GET',
    url: '/api/counties/:county/water',
    schema: { params: CountyParams },
    handle: async ({ db, params: { county }, query, now, language }): Promise<WaterReply> => {
      const asOf = await tools.asOfFrom(db, county, query, dayOf(now))
      const water = await readWater(db, county, asOf)
      return {
        county,
        rev: (await readHead(db, county)).rev,
        asOf: asOf.day,
        water,
        findings: findingViews(findingsOf(water), language),
        synthetic: await tools.isSynthetic(db, county),
      }
    },
  },
  {
    method: 'GET',
    url: '/api/counties/:county/water/balance',
    schema: { params: CountyParams },
    handle: async ({ db, params: { county }, query, now, language }): Promise<BalanceReply> => {
      const level = query.level === 'advanced' ? 'advanced' : 'general'
      const water = await readWater(db, county, await tools.asOfFrom(db, county, query, dayOf(now)))
      return { county, level, balances: await balancesOf(water, level, language) }
    },
  },
  {
    method: 'GET',
    url: '/api/counties/:county/water/template',
    schema: { params: CountyParams },
    handle: async ({ db, params: { county }, query, now, language }) => {
      const water = query.filled === '1' ? await readWater(db, county, await tools.asOfFrom(db, county, query, dayOf(now))) : null
      const synthetic = (await tools.isSynthetic(db, county))
        ? language === 'zh'
          ? '（合成数据，虚构）'
          : ' (synthetic data, invented)'
        : ''
      const title = `${await tools.nameOf(db, county)}${language === 'zh' ? ' · 水资源表' : ' · water'}${water ? synthetic : ''}`
      const bytes: Buffer[] = []
      const to = new PassThrough()
      to.on('data', (part: Buffer) => bytes.push(part))
      await writeWorkbook(to, language, water, title)
      const name = `water-${county}${water ? '' : '-template'}.xlsx`
      return new FileAnswer('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', Buffer.concat(bytes), {
        'content-disposition': `attachment; filename="${name}"`,
        'cache-control': 'no-store',
      })
    },
  },
  {
    method: 'POST',
    url: '/api/counties/:county/water/changes',
    schema: { params: CountyParams, body: ChangesBody },
    handle: async ({ db, params: { county }, body, actor, now, language }): Promise<ChangesReply> => {
      const asked = body as { changes: readonly SheetChange[]; reason: string; expected?: number; validFrom?: string; look?: boolean }
      const day = dayFrom(asked.validFrom ?? '') ?? dayOf(now)
      const water = await readWater(db, county, { day, rev: null })
      const decided = orRefused(decideChanges(water, asked.changes))
      const base = (await readHead(db, county)).rev
      const revision = asked.look
        ? null
        : await recordChanges(db, county, decided, {
            kinds: tools.kinds,
            actor,
            now,
            reason: asked.reason || (language === 'zh' ? '修改水资源数据' : 'Water edited'),
            validFrom: day,
            ...(asked.expected === undefined ? {} : { expected: asked.expected }),
          })
      return changesReply(decided, water, revision?.rev ?? null, base, language)
    },
  },
  {
    method: 'POST',
    url: '/api/counties/:county/water/import',
    free: true,
    schema: { params: CountyParams },
    handle: async (request): Promise<ChangesReply> => {
      const { county } = request.params
      const { query, language, now } = request
      const folder = await mkdtemp(join(tmpdir(), 'dishu-water-'))
      try {
        const name = await takeUpload(request, folder)
        const changes = await readWorkbook(join(folder, name), name, query.whole === '1')
        const document = query.look === '1' ? null : await tools.vault.storeDocument(county, join(folder, name), name, now)
        const day = dayFrom(query.validFrom ?? '') ?? dayOf(now)
        return await request.begin(async (db) => {
          const water = await readWater(db, county, { day, rev: null })
          const decided = orRefused(decideChanges(water, changes))
          const base = (await readHead(db, county)).rev
          if (document === null) return changesReply(decided, water, null, base, language)
          if (!changesNothing(decided)) await writeDocument(db, document)
          const revision = await recordChanges(db, county, decided, {
            kinds: tools.kinds,
            actor: request.actor,
            now,
            what: 'import',
            reason: query.reason || (language === 'zh' ? `导入水资源表 ${name}` : `Water imported from ${name}`),
            sources: [{ file: name, layer: '', size: document.size, sha256: document.sha256.toString('hex') }],
            validFrom: day,
            ...(query.expected && /^\d+$/.test(query.expected) ? { expected: Number(query.expected) } : {}),
          })
          return changesReply(decided, water, revision.rev, base, language)
        })
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  },
]

async function takeUpload(request: Parameters<Route['handle']>[0], folder: string): Promise<string> {
  for await (const { name, stream } of request.uploads()) {
    const plain = basename(name.replaceAll('\\', '/')).replaceAll(/[\0/]/g, '').slice(-180)
    if (plain === '' || plain === '.' || plain === '..') break
    let size = 0
    stream.on('data', (part: Buffer) => {
      size += part.length
      if (size > MOST_MB * 1e6) stream.destroy(new Refused({ code: 'intake/file-too-large', details: { file: plain, limitMb: MOST_MB } }))
    })
    await pipeline(stream, createWriteStream(join(folder, plain), { flags: 'wx', mode: 0o600 }))
    return plain
  }
  throw new Refused({ code: 'water/no-file', details: {} })
}

const findingViews = (findings: readonly WaterFinding[], language: Language): FindingView[] =>
  findings.map((finding) => {
    const { message, hint } = findingText(finding, language)
    const { code, severity, sheet, key, name, at } = finding
    return { code, severity, sheet, key, name, at, message, hint: hint ?? null }
  })

const changesReply = (decided: readonly Decided[], water: Water, rev: number | null, base: number, language: Language): ChangesReply => ({
  rev,
  base,
  changes: decided.map(({ sheet, ...rest }) => ({ sheet, title: SHEETS[sheet].title[language], ...rest })),
  findings: findingViews(findingsOf(afterChanges(water, decided)), language),
})

/** The balances of all year types; the solver is only fetched for a network that is no tree. */
export async function balancesOf(water: Water, level: 'advanced' | 'general', language: Language): Promise<BalanceView[]> {
  const mesh = networkOf(water).isForest ? null : await openMeshSolver()
  return YEAR_TYPES.map((yearType) => balanceView(water, yearType, level, mesh, language))
}

function balanceView(
  water: Water,
  yearType: YearType,
  level: 'advanced' | 'general',
  mesh: MeshSolver | null,
  language: Language,
): BalanceView {
  const balance = balanceOf(water, yearType, demandOf(water, level), mesh)
  if (balance === null) throw new Error('expected a solver for a network that is no forest')
  const planted = new Map(
    water.plantings.flatMap(({ crop, method, districtId }) => {
      const zone = water.districts.find((each) => each.districtId === districtId)?.zone
      return zone ? [[`${crop}\0${zone}\0${method}`, { crop, zone, method }] as const] : []
    }),
  )
  const lacking = new Set<string>()
  const named = (crop: string) => cropNameOf(water, crop)
  const screening = [...planted.values()].flatMap(({ crop, zone, method }) => {
    const quota = water.quotas.find(
      (each) =>
        each.crop === crop &&
        each.zone === zone &&
        each.method === method &&
        each.yearType === yearType &&
        each.level === level &&
        each.basis === 'net' &&
        each.m3PerMu !== null,
    )
    if (!quota?.m3PerMu) {
      lacking.add(missingText({ what: 'quota', crop, zone, method, yearType }, language, named))
      return []
    }
    const bound = screeningBound(water, yearType, quota.m3PerMu)
    if (!('mostM2' in bound)) {
      for (const each of bound) lacking.add(missingText(each, language, named))
      return []
    }
    const { m3PerMu, availableM3, efficiency, mostM2 } = bound
    return [{ crop, zone, method, m3PerMu, availableM3, efficiency, mostM2 }]
  })
  return {
    ...balance,
    missing: balance.missing.map((each) => missingText(each, language, named)),
    screening,
    screeningMissing: [...lacking],
  }
}
