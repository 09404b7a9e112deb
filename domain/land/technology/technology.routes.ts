import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Day, dayOf } from '@dishu/base/date'
import { type Language, type Refusal, Refused, type Sentence } from '@dishu/base/refusal'
import type { AsOf, Kind } from '@dishu/kernel/records/records'
import { readHead } from '@dishu/kernel/records/records.store'
import { writeDocument } from '@dishu/kernel/sealed/sealed.store'
import { FileAnswer, type Route, type RouteRequest } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import { type Db, onConnection, type Pool, transaction } from '@dishu/server-kit/sql'
import type { Vault } from '@dishu/server-kit/vault'
import { byVarietyAndSoil, rankAgainst } from '../crops/crops.ts'
import { countGrounds, readCollisions, readMeasured, sumUnderLimits } from '../ecology/ecology.store.ts'
import { phClass } from '../soil/soil.ts'
import { LIBRARY_SHEETS } from './library-sheets.ts'
import type { LibraryProblem } from './refusals.ts'
import {
  decideLibrary,
  type LibraryChanges,
  readCountyWater,
  readLibrary,
  readLibraryFile,
  readPatchFacts,
  writeLibrary,
  writeLibraryWorkbook,
} from './technology.jobs.ts'
import { optionsOf, sayOption, sayReason } from './technology.ts'
import type { LibraryPreview, LibraryReply, OptionsReply, TrialsReply } from './technology.wire.ts'

export type TechnologyRoutesTools = {
  readonly pool: Pool
  readonly vault: Vault
  readonly kinds: readonly Kind[]
  asOfFrom(db: Db, county: string, address: Readonly<Record<string, string | undefined>>, today: Day): Promise<AsOf>
  say(refusal: Refusal, language: Language): Sentence
}

const CountyParams = Type.Object({ county: Type.String({ pattern: '^\\d{6}$' }) })
const AsOfQuery = { asOf: Type.Optional(Type.String({ maxLength: 10 })), known: Type.Optional(Type.String({ maxLength: 10 })) }
const UPLOAD_MB = 50
const MOST_COLLISIONS = 200

export function technologyRoutes(tools: TechnologyRoutesTools): Route[] {
  return [
    {
      method: 'GET',
      url: '/api/counties/:county/library',
      schema: { params: CountyParams, querystring: Type.Object(AsOfQuery) },
      handle: async ({ db, params: { county }, query, now }): Promise<LibraryReply> => {
        const asOf = await tools.asOfFrom(db, county, query, dayOf(now))
        const { library, trials, results, limits, ownLimits } = await readLibrary(db, county, asOf)
        const isOwn =
          (kind: string) =>
          <T extends { readonly code: string }>(each: T) => ({ ...each, own: library.own.has(`${kind} ${each.code}`) })
        const features = new Map((await countGrounds(db, county, asOf.day)).map((each) => [each.layer, each.features]))
        const measured = await readMeasured(db, county)
        const under = new Map((await sumUnderLimits(db, county)).map((each) => [each.limit, each]))
        return {
          county,
          technologies: library.technologies.map(isOwn('technology')),
          costs: library.costs,
          practices: library.practices.map(isOwn('practice')),
          crops: library.crops.map(isOwn('crop')),
          varieties: library.varieties.map(isOwn('variety')),
          trials,
          results,
          limits: limits.map((each) => {
            const sum = under.get(each.code)
            return {
              ...each,
              own: ownLimits.has(each.code),
              features: each.layer === null ? 0 : (features.get(each.layer) ?? 0),
              under: measured ? { areaM2: sum?.areaM2 ?? 0, patches: sum?.patches ?? 0 } : null,
            }
          }),
          economics: library.economics,
          measured: measured && {
            rev: measured.rev,
            head: (await readHead(db, county)).rev,
            patches: measured.patches,
            under: measured.under,
            unplaced: measured.unplaced,
            at: measured.measuredAt.toISOString(),
          },
          collisions: await readCollisions(db, county, MOST_COLLISIONS),
        }
      },
    },
    {
      method: 'GET',
      url: '/api/counties/:county/library/trials',
      schema: {
        params: CountyParams,
        querystring: Type.Object({
          ...AsOfQuery,
          crop: Type.String({ maxLength: 60 }),
          check: Type.Optional(Type.String({ maxLength: 60 })),
        }),
      },
      handle: async ({ db, params: { county }, query, now, language }): Promise<TrialsReply> => {
        const asOf = await tools.asOfFrom(db, county, query, dayOf(now))
        const { library, trials, results } = await readLibrary(db, county, asOf)
        const crop = query.crop ?? ''
        if (!library.crops.some(({ code }) => code === crop)) throw new Refused({ code: 'crops/no-such-crop', details: { code: crop } })
        const own = trials.filter((trial) => trial.crop === crop)
        const codes = new Set(own.map(({ code }) => code))
        const yields = results.filter(({ trial }) => codes.has(trial))
        const check = query.check ?? oftenest(yields.map(({ variety }) => variety))
        const nameOf = (code: string) => library.varieties.find((each) => each.code === code)?.name ?? code
        return {
          crop,
          check,
          standings: (check === null ? [] : rankAgainst(own, yields, check)).map(({ variety, against }) => ({
            variety,
            comparison: against.ok ? against.value : null,
            refusal: against.ok ? null : { code: against.refusal.code, ...tools.say(named(against.refusal, nameOf), language) },
          })),
          bySoil: byVarietyAndSoil(own, yields, ({ ph }) => (ph === null ? null : `pH ${phClass(ph)}`)),
        }
      },
    },
    {
      method: 'GET',
      url: '/api/counties/:county/library/template.xlsx',
      schema: { params: CountyParams, querystring: Type.Object({ filled: Type.Optional(Type.String({ maxLength: 3 })) }) },
      handle: async ({ db, params: { county }, query, now, language }) => {
        const filled = query.filled === 'yes' ? await readLibrary(db, county, { day: dayOf(now), rev: null }) : null
        return inFolder(async (folder) => {
          const path = join(folder, 'library.xlsx')
          await writeLibraryWorkbook(path, language, filled)
          const name = { zh: filled ? '技术与品种' : '技术与品种模板', en: filled ? 'library' : 'library-template' }[language]
          return new FileAnswer('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', await readFile(path), {
            'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(`${name}.xlsx`)}`,
          })
        })
      },
    },
    {
      method: 'GET',
      url: '/api/counties/:county/library/options',
      schema: { params: CountyParams, querystring: Type.Object({ patch: Type.Integer({ minimum: 1 }) }) },
      handle: async ({ db, params: { county }, query, now, language }): Promise<OptionsReply> => {
        const day = dayOf(now)
        const { library, limits } = await readLibrary(db, county, { day, rev: null })
        const water = await readCountyWater(db, county, day)
        const [found] = await readPatchFacts(db, county, [Number(query.patch)], { library, limits, water, day })
        if (!found) throw new Refused({ code: 'library/no-such-patch', details: { id: query.patch ?? '' } })
        const { facts, id, key } = found
        const { options, out } = optionsOf(facts, found.library, limits)
        const limitName = (code: string) => limits.find((each) => each.code === code)?.[language] ?? code
        return {
          county,
          patch: id,
          key,
          facts,
          parts: facts.limits,
          options: options
            .toSorted((a, b) => b.benefitFenPerMu * b.usableM2 - a.benefitFenPerMu * a.usableM2)
            .map((option) => ({ ...option, sentence: sayOption(option, language) })),
          out: out.map(({ reasons, ...rest }) => ({
            ...rest,
            reasons: reasons.map((reason) => ({ kind: reason.kind, text: sayReason(reason, found.library, language, limitName) })),
          })),
        }
      },
    },
    {
      method: 'POST',
      url: '/api/counties/:county/library/preview',
      free: true,
      schema: { params: CountyParams },
      handle: async (request): Promise<LibraryPreview> => {
        const { county } = request.params
        return withUpload(request, async (path, file) => {
          const sheets = await readLibraryFile(path, file)
          return onConnection(tools.pool, async (db) => {
            const { rev } = await readHead(db, county)
            return previewOf(file, rev, await decideLibrary(db, county, sheets, dayOf(request.now)), (problem) =>
              tools.say(problem, request.language),
            )
          })
        })
      },
    },
    {
      method: 'POST',
      url: '/api/counties/:county/library/import',
      free: true,
      schema: {
        params: CountyParams,
        querystring: Type.Object({
          head: Type.Optional(Type.Integer({ minimum: 0 })),
          reason: Type.Optional(Type.String({ maxLength: 500 })),
        }),
      },
      handle: async (request) => {
        const { county } = request.params
        const { head, reason } = request.query
        return withUpload(request, async (path, file) => {
          const sheets = await readLibraryFile(path, file)
          const document = await tools.vault.storeDocument(county, path, file, request.now)
          const revision = await transaction(
            tools.pool,
            async (db) => {
              await writeDocument(db, document)
              return writeLibrary(db, county, sheets, {
                day: dayOf(request.now),
                actor: request.actor,
                reason: reason?.trim() || file,
                now: request.now,
                file,
                kinds: tools.kinds,
                sources: [{ file, layer: '', size: document.size, sha256: document.sha256.toString('hex') }],
                ...(head === undefined ? {} : { expected: Number(head) }),
              })
            },
            { actor: request.actor },
          )
          return { rev: revision.rev, made: revision.made }
        })
      },
    },
  ]
}

const oftenest = (names: readonly string[]): string | null => {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0]?.[0] ?? null
}

/** A refusal of a comparison with the varieties' names in place of their codes. */
function named(refusal: Refusal, nameOf: (code: string) => string): Refusal {
  const details = refusal.details as { readonly varieties?: readonly string[]; readonly a?: string; readonly b?: string }
  return {
    ...refusal,
    details: {
      ...details,
      ...(details.varieties && { varieties: details.varieties.map(nameOf) }),
      ...(details.a && { a: nameOf(details.a) }),
      ...(details.b && { b: nameOf(details.b) }),
    },
  }
}

/** What an import would do, sheet by sheet, and everything that stands in its way. */
export function previewOf(
  file: string,
  head: number,
  { decided, problems }: LibraryChanges,
  say: (problem: LibraryProblem) => Sentence,
): LibraryPreview {
  return {
    file,
    head,
    sheets: LIBRARY_SHEETS.flatMap(({ name, title }) => {
      const own = decided.filter(({ sheet }) => sheet === name)
      const count = (change: string) => own.filter((each) => each.change === change).length
      return own.length === 0
        ? []
        : [{ sheet: name, title: title.zh, added: count('added'), changed: count('changed'), same: count('same') }]
    }),
    problems: problems.map((problem) => {
      const details = problem.details as { readonly sheet: string; readonly row?: number; readonly column?: string }
      return { sheet: details.sheet, row: details.row ?? null, column: details.column ?? null, code: problem.code, ...say(problem) }
    }),
  }
}

async function inFolder<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'dishu-library-'))
  try {
    return await body(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The first file of a request, in a folder that goes with the answer. */
function withUpload<T>(request: RouteRequest, body: (path: string, file: string) => Promise<T>): Promise<T> {
  return inFolder(async (folder) => {
    let taken: { path: string; file: string } | null = null
    for await (const { name, stream } of request.uploads()) {
      const file = basename(name.replaceAll('\\', '/')).replaceAll(/[\0/]/g, '').slice(-120) || 'library.xlsx'
      const path = join(folder, 'upload.xlsx')
      let bytes = 0
      stream.on('data', (chunk: Uint8Array) => {
        bytes += chunk.length
        if (bytes > UPLOAD_MB * 1024 * 1024)
          stream.destroy(new Refused({ code: 'library/too-large', details: { file, limitMb: UPLOAD_MB } }))
      })
      await pipeline(stream as Readable, createWriteStream(path, { mode: 0o600 }))
      taken ??= { path, file }
    }
    if (!taken) throw new Refused({ code: 'library/nothing', details: { file: '—' } })
    return body(taken.path, taken.file)
  })
}
