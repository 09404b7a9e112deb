import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Refused } from '@dishu/base/refusal'
import { FileAnswer, orRefused, type Route, type RouteRequest } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import { onConnection, type Pool } from '@dishu/server-kit/sql'
import { passportOf, reach } from '../people/people.ts'
import { CAUSES, type Cause } from '../records/records.ts'
import { type IntakeRow, readIntake, readIntakes } from './intake.store.ts'
import type { Standard } from './intake.ts'
import type { IntakeView } from './intake.wire.ts'
import type { Answers } from './preview.ts'
import {
  answerIntake,
  beginIntake,
  cancelIntake,
  claimReading,
  claimWriting,
  clearIntake,
  filesFolder,
  intakeFiles,
  refusedRows,
} from './service.jobs.ts'
import { type ViewTools, viewOf } from './view.ts'

/** A process that does the long work of an import, and can be stopped. */
export type IntakeRunner = {
  start(
    id: string,
    work: { readonly do: 'read' } | { readonly do: 'write'; readonly reason: string; readonly cause: Cause; readonly actor: string },
  ): void
  stop(id: string): Promise<void>
}

export type IntakeRoutesTools = {
  readonly pool: Pool
  readonly dataDir: string
  readonly standards: readonly Standard[]
  readonly runner: IntakeRunner
  viewTools(language: RouteRequest['language']): ViewTools
}

const IdParams = Type.Object({ id: Type.String({ pattern: '^[0-9a-f-]{8,40}$' }) })
const AnswersBody = Type.Object({ answers: Type.Record(Type.String(), Type.Unknown()) })

export function intakeRoutes(tools: IntakeRoutesTools): Route[] {
  const { pool, dataDir, runner } = tools
  const view = async (intake: IntakeRow, request: RouteRequest): Promise<IntakeView> =>
    viewOf(
      { ...intake, files: (await intakeFiles(dataDir, intake.id)).map(({ name, size }) => ({ name, size })) },
      tools.viewTools(request.language),
      request.now,
    )
  const current = async (id: string): Promise<IntakeRow> => {
    const intake = await onConnection(pool, (db) => readIntake(db, id))
    if (!intake) throw new Refused({ code: 'intake/no-such-import', details: { id } })
    return intake
  }
  /** An import that the caller may look into: a preview shows the register's own rows, so it is for those who hold its counties. */
  const mine = async (request: RouteRequest): Promise<IntakeRow> => {
    const intake = await current(request.params.id)
    if (!concerns(intake, request)) throw new Refused({ code: 'intake/no-such-import', details: { id: intake.id } })
    return intake
  }
  // the state is moved before the worker starts, so that whoever asks next is told what goes on
  const read = async (id: string, now: Date) => {
    if (!(await claimReading(pool, id, now)))
      throw new Refused({ code: 'intake/wrong-state', details: { id, state: (await current(id)).state } })
    runner.start(id, { do: 'read' })
  }
  return [
    {
      method: 'POST',
      url: '/api/intakes',
      free: true,
      handle: async (request) => {
        const id = await beginIntake(pool, dataDir, request.actor, {}, request.now)
        let files = 0
        try {
          for await (const { name, stream } of request.uploads()) {
            // the name is kept for its ending and for the person; a path in it means nothing here
            const plain = basename(name.replaceAll('\\', '/')).replaceAll(/[\0/]/g, '').slice(-180)
            if (plain === '' || plain === '.' || plain === '..') throw new Refused({ code: 'intake/no-files', details: {} })
            await pipeline(stream, createWriteStream(join(filesFolder(dataDir, id), plain), { flags: 'wx', mode: 0o600 }))
            if ((stream as Readable & { truncated?: boolean }).truncated)
              throw new Refused({ code: 'intake/file-too-large', details: { file: plain, limitMb: 4096 } })
            files++
          }
          if (files === 0) throw new Refused({ code: 'intake/no-files', details: {} })
        } catch (cause) {
          await cancelIntake(pool, dataDir, id, request.now)
          await rm(filesFolder(dataDir, id), { recursive: true, force: true })
          throw cause
        }
        await read(id, request.now)
        return view(await current(id), request)
      },
    },
    {
      method: 'GET',
      url: '/api/intakes',
      free: true,
      handle: async (request) => {
        const rows = await onConnection(pool, (db) => readIntakes(db))
        const intakes = await Promise.all(rows.filter((row) => concerns(row, request)).map((row) => view(row, request)))
        return {
          intakes: intakes.map((each) => ({
            ...each,
            refusedRows: [],
            changedRows: [],
            layers: each.layers.map((layer) => ({ ...layer, fields: [] })),
            questions: each.questions.filter(({ id }) => !id.startsWith('mapping:')),
          })),
        }
      },
    },
    {
      method: 'GET',
      url: '/api/intakes/:id',
      free: true,
      schema: { params: IdParams },
      handle: async (request) => view(await mine(request), request),
    },
    {
      method: 'POST',
      url: '/api/intakes/:id/answers',
      free: true,
      schema: { params: IdParams, body: AnswersBody },
      handle: async (request) => {
        const { id } = request.params
        const intake = await mine(request)
        const answers = answersFrom((request.body as { answers: Record<string, unknown> }).answers)
        orRefused(await answerIntake(pool, id, answers, signaturesOf(intake), request.actor, request.now))
        // the confirmation that nothing is classified changes no row, so nothing need be read again for it
        if (Object.keys(answers).some((each) => each !== 'unclassified')) await read(id, request.now)
        return view(await current(id), request)
      },
    },
    {
      method: 'POST',
      url: '/api/intakes/:id/confirm',
      free: true,
      schema: {
        params: IdParams,
        body: Type.Object({ reason: Type.String({ minLength: 1, maxLength: 500 }), cause: Type.Optional(Type.String()) }),
      },
      handle: async (request) => {
        const { id } = request.params
        const { reason, cause = 're-survey' } = request.body as { reason: string; cause?: string }
        const intake = await mine(request)
        if (intake.state !== 'ready') throw new Refused({ code: 'intake/wrong-state', details: { id, state: intake.state } })
        if (!intake.answers.unclassified) throw new Refused({ code: 'intake/not-confirmed-unclassified', details: {} })
        if (!(await claimWriting(pool, id, request.now)))
          throw new Refused({ code: 'intake/wrong-state', details: { id, state: 'writing' } })
        runner.start(id, {
          do: 'write',
          reason,
          cause: CAUSES.includes(cause as Cause) ? (cause as Cause) : 're-survey',
          actor: request.actor,
        })
        return view(await current(id), request)
      },
    },
    {
      method: 'POST',
      url: '/api/intakes/:id/cancel',
      free: true,
      schema: { params: IdParams },
      handle: async (request) => {
        const { id } = request.params
        await mine(request)
        await runner.stop(id)
        const intake = await current(id)
        if (intake.state === 'cancelled') await clearIntake(dataDir, id)
        else orRefused(await cancelIntake(pool, dataDir, id, request.now))
        return view(await current(id), request)
      },
    },
    {
      method: 'GET',
      url: '/api/intakes/:id/refused.csv',
      free: true,
      schema: { params: IdParams },
      handle: async (request) => {
        await mine(request)
        const { say } = tools.viewTools(request.language)
        const head =
          request.language === 'zh'
            ? ['文件', '图层', '行', '字段', '问题', '怎么办']
            : ['file', 'layer', 'row', 'field', 'what is wrong', 'what to do']
        async function* lines() {
          yield `\ufeff${head.map(cell).join(',')}\r\n`
          for await (const { file, layer, row, field, refusal } of refusedRows(dataDir, request.params.id)) {
            const { message, hint } = say(refusal)
            yield `${[file, layer, String(row), field ?? '', message, hint ?? ''].map(cell).join(',')}\r\n`
          }
        }
        return new FileAnswer('text/csv; charset=utf-8', Readable.from(lines()), {
          'content-disposition': `attachment; filename="refused-${request.params.id}.csv"`,
        })
      },
    },
  ]
}

/** Whose import this is: of whoever began it while its counties are not known; then of those who may import into all of them. */
function concerns({ createdBy, preview }: IntakeRow, request: RouteRequest): boolean {
  const { identity } = passportOf(request)
  if (identity.kind === 'machine') return true
  const counties = [...new Set((preview?.staged ?? []).map(({ county }) => county))]
  if (counties.length === 0) return createdBy === request.actor
  return counties.every((county) => reach(identity, 'import', county) === 'whole')
}

/** A CSV cell; one that a spreadsheet would take for a formula gets an apostrophe before it. */
const cell = (text: string) => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`

/** Answers come by question id: `crs:KEY`, `mapping:KEY`, `shifted:KEY`, and plain ones. */
function answersFrom(raw: Readonly<Record<string, unknown>>): Answers {
  const answers: { -readonly [K in keyof Answers]: Answers[K] } = {}
  for (const [id, value] of Object.entries(raw)) {
    const at = id.indexOf(':')
    const [name, key] = at < 0 ? [id, ''] : [id.slice(0, at), id.slice(at + 1)]
    const text = typeof value === 'string' ? value.slice(0, 200) : null
    if (name === 'unclassified') answers.unclassified = value === true || value === 'true' || value === 'yes'
    else if (name === 'county' && text) answers.county = text
    else if (name === 'validFrom' && text) answers.validFrom = text
    else if (name === 'as') answers.as = text
    else if (name === 'encoding') answers.encoding = text
    else if (name === 'crs' && text) answers.crs = { ...answers.crs, [key]: text }
    else if (name === 'shifted' && text) answers.shifted = { ...answers.shifted, [key]: text }
    else if (name === 'mapping' && value !== null && typeof value === 'object') {
      const {
        standard,
        fields = {},
        options = {},
      } = value as { standard?: unknown; fields?: Record<string, unknown>; options?: Record<string, unknown> }
      if (typeof standard === 'string')
        answers.mapping = { ...answers.mapping, [key]: { standard, fields: texts(fields), options: texts(options) } }
    }
  }
  return answers
}

const texts = (from: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(from).filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== ''))

const signaturesOf = (intake: IntakeRow) => Object.fromEntries((intake.preview?.layers ?? []).map((layer) => [layer.key, layer.signature]))
