/**
 * The HTTP server: a slice declares routes, this mounts them. Every request passes the gate first, which says who asks and what of the
 * area tree the answer may show; the database holds the answer to that. Requests under a host name that is not this server's, or sent by a
 * page of another origin, are refused (a page elsewhere cannot use a browser here).
 */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type Language, type Refusal, Refused, type Sentence } from '@dishu/base/refusal'
import compress from '@fastify/compress'
import helmet from '@fastify/helmet'
import multipart from '@fastify/multipart'
import files from '@fastify/static'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import { databaseState } from './database-state.ts'
import { DATA_POLICY, isData, NONCE_MARK, newNonce, PERMISSIONS, pagePolicy } from './headers.ts'
import { Buckets, type Rate, type Rates, Turns, USUAL_RATES } from './rates.ts'
import { type Db, type Pool, SqlFault, type TransactionOptions, transaction } from './sql.ts'

/** What a route is told about its request. `db` is a transaction that ends with the answer: read-only for GET. */
export type RouteRequest = {
  readonly db: Db
  readonly actor: string
  readonly language: Language
  readonly now: Date
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string | undefined>>
  readonly body: unknown
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Who asks, as the gate found. */
  readonly caller: Caller
  /** The areas whose rows this request sees: whatever is kept from one request for the next is kept under them. */
  readonly scope: readonly string[]
  /** A transaction of the handler's own, under the rights of this request: for long answers and free routes. */
  begin<T>(body: (db: Db) => Promise<T>, options?: Omit<TransactionOptions, 'actor' | 'scope'>): Promise<T>
  /** Runs `body` once the transaction of this request is committed; not at all when it is rolled back. */
  afterCommit(body: () => Promise<void>): void
  /** The files of a multipart request, one by one; each must be read before the next. */
  uploads(): AsyncIterable<{ readonly field: string; readonly name: string; readonly stream: Readable }>
}

export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string // as Fastify writes it: /api/counties/:county/count
  readonly schema?: { readonly params?: TSchema; readonly querystring?: TSchema; readonly body?: TSchema }
  /** No transaction is opened: the handler works with jobs, files, or transactions of its own. */
  readonly free?: boolean
  /** The answer is written while its transaction is open, as long as the reader takes: only some of these are in work at once, the others wait. */
  readonly long?: true
  /** Its answers are packed by its handler, if at all. */
  readonly packs?: true
  /** How often one address may ask this, where that is less than for everything else: what costs much, or invites guessing. */
  readonly rate?: Rate
  /** The page to which a browser that was sent here, and not asked by a page of ours, is sent when it is refused. */
  readonly refusedTo?: string
  readonly handle: (request: RouteRequest) => Promise<unknown>
}

/** Who asks. `identity` is what the program knows of them; this kit only hands it on. */
export type Caller = { readonly actor: string; readonly address: string; readonly identity: unknown }

export type GateRequest = {
  readonly method: string
  readonly route: string // as it was declared
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string | undefined>>
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly address: string
  readonly now: Date
}
/** What the gate lets through: `scope` are the codes of the areas whose rows the transaction sees, '*' for all. */
export type Passed = { readonly caller: Caller; readonly scope: readonly string[] }

export type Gate = {
  /** Throws Refused where the caller may not. */
  pass(request: GateRequest): Promise<Passed>
  /** Whether what this request does is kept: all writing, and some reading. */
  keeps?(request: GateRequest): boolean
  /** Keeps that it was done: in the request's own transaction where that may write. */
  done?(db: Db, request: GateRequest, passed: Passed): Promise<void>
  /** Told once a request is over, however it ended. */
  settled?(request: GateRequest): void
  /** Keeps that it was refused or failed; `passed` is null when the gate itself refused. */
  notDone?(request: GateRequest, passed: Passed | null, outcome: 'refused' | 'failed', code: string): Promise<void>
}

/** An answer in JSON with headers or a status of its own. */
export class Answer {
  readonly value: unknown
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly status: number
  constructor(value: unknown, headers: Readonly<Record<string, string | string[]>> = {}, status = 200) {
    this.value = value
    this.headers = headers
    this.status = status
  }
}

/** A refusal whose transaction is kept all the same: a failed try to sign in must not be forgotten. */
export class KeptRefusal {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    this.refusal = refusal
  }
}

/** An answer that is not JSON. */
export class FileAnswer {
  readonly type: string
  readonly body: Uint8Array | Readable | string
  readonly headers: Readonly<Record<string, string>>
  readonly status: number
  constructor(type: string, body: Uint8Array | Readable | string, headers: Readonly<Record<string, string>> = {}, status = 200) {
    this.type = type
    this.body = body
    this.headers = headers
    this.status = status
  }
}

export type ServerOptions = {
  readonly pool: Pool
  /** Connections for what must not wait behind the answers that hold the others: what is kept of a long answer before it is sent. */
  readonly aside?: Pool
  readonly routes: readonly Route[]
  readonly gate: Gate
  /** The names under which browsers may ask, besides this machine's own; none: loopback only. */
  readonly hosts?: readonly string[]
  readonly tls?: { readonly key: Buffer; readonly cert: Buffer } | undefined
  /** TLS ends at a proxy in front, whose word about the asker's address is taken. */
  readonly proxied?: boolean
  readonly rates?: Rates
  /** The sentence for a refusal, in a language. */
  say(refusal: Refusal, language: Language): Sentence
  readonly webFolder: string | null
  readonly uploadLimitBytes?: number
  /** A fault, with the code that the person was shown. */
  onFault(code: string, fault: unknown, url: string): void
}

const BODY_LIMIT = 2 * 1024 * 1024
const REQUEST_TIMEOUT_MS = 30 * 60_000 // an upload of some gigabytes over a slow disk
const READ_TIMEOUT_MS = 10 * 60_000 // an export that begins late; a statement of a reader is ended sooner
const READ_STATEMENT_S = 120
const LONG_WAIT_MS = 120_000
const LONG_AT_ONCE = 3 // of some ten connections

export const languageOf = (header: string | undefined): Language => (/^\s*en\b/i.test(header ?? '') ? 'en' : 'zh')

export async function httpServer(options: ServerOptions): Promise<FastifyInstance> {
  const mayBeAsked = (host: string | undefined) =>
    isLoopbackHost(host) || (host !== undefined && (options.hosts ?? []).includes(host.toLowerCase().replace(/:\d+$/, '')))
  const server = Fastify({
    ...(options.tls ? { https: { key: options.tls.key, cert: options.tls.cert, minVersion: 'TLSv1.2' as const } } : {}),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    trustProxy: options.proxied ? (_address: string, hop: number) => hop === 0 : false,
    routerOptions: { maxParamLength: 200 },
    ajv: { customOptions: { removeAdditional: false } }, // a field nobody declared is refused, not dropped
    return503OnClosing: true,
    forceCloseConnections: true,
  })
  await server.register(helmet, {
    contentSecurityPolicy: false, // by what is answered, below
    crossOriginEmbedderPolicy: false,
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
    hsts: options.tls || options.proxied ? { maxAge: 31_536_000, includeSubDomains: false } : false,
  })
  // the same JSON under the names that standards give it
  server.addContentTypeParser(
    ['application/geo+json', 'application/merge-patch+json'],
    { parseAs: 'string' },
    server.getDefaultJsonParser('error', 'error'),
  )
  await server.register(compress, { threshold: 1024, encodings: ['gzip', 'identity'] })
  await server.register(multipart, { limits: { fileSize: options.uploadLimitBytes ?? 4 * 1024 ** 3, files: 200, fields: 20 } })

  const rates = options.rates ?? USUAL_RATES
  const turns = new Turns(LONG_AT_ONCE)
  const buckets = new Buckets()
  let atWork = 0
  server.addHook('onRequest', async (request, reply) => {
    void reply.headers({
      'content-security-policy': isData(request.url) ? DATA_POLICY : pagePolicy(null),
      'permissions-policy': PERMISSIONS,
      ...(isData(request.url) ? { 'cache-control': 'private, no-store' } : {}), // a route that may be kept says so itself
    })
    const seconds = buckets.take(`address ${request.ip}`, rates.address, Date.now())
    if (seconds > 0) return tooMany(request, reply, seconds)
    if (atWork >= rates.atOnce) return tooBusy(request, reply)
    atWork++
    const leave = () => {
      reply.raw.off('close', leave).off('finish', leave)
      atWork--
    }
    reply.raw.once('close', leave).once('finish', leave)
    if (!mayBeAsked(request.headers.host))
      return reply.code(421).send({ code: 'http/other-host', message: 'This server does not answer under that name.' })
    const { origin } = request.headers
    if (request.method !== 'GET' && request.method !== 'HEAD' && origin && !mayBeAsked(hostOf(origin)))
      return reply.code(403).send({ code: 'http/other-origin', message: 'Refused: the request comes from another site.' })
  })

  for (const route of options.routes) {
    server.route({
      method: route.method,
      url: route.url,
      ...(route.packs ? { compress: false as const } : {}),
      ...(route.schema ? { schema: closed(route.schema) } : {}),
      bodyLimit: BODY_LIMIT,
      handlerTimeout: route.method === 'GET' ? READ_TIMEOUT_MS : REQUEST_TIMEOUT_MS,
      // before the body is read: who may not ask need not be listened to
      onRequest: async (request, reply) => {
        if (route.rate) {
          const seconds = buckets.take(`${route.url} ${request.ip}`, route.rate, Date.now())
          if (seconds > 0) return tooMany(request, reply, seconds)
        }
        const found = await admit(route, request, options.gate)
        admitted.set(request, found)
        const seconds = buckets.take(`actor ${found.passed.caller.actor}`, rates.actor, Date.now())
        if (seconds > 0) return tooMany(request, reply, seconds)
      },
      preHandler: async (request, reply) => {
        // “1e999” is a whole number to the schema's eyes, and so is one that no id of ours can be
        const odd = [request.params, request.query].flatMap((said) => Object.entries(said ?? {})).find(([, value]) => isOdd(value))
        if (odd) return reply.code(400).send({ code: 'http/not-valid', message: `${odd[0]} is no number that anything here has` })
      },
      handler: async (request, reply) => {
        if (route.long) {
          const leave = await turns.take(LONG_WAIT_MS)
          if (leave === null) return tooBusy(request, reply)
          reply.raw.once('close', leave)
          if (reply.raw.destroyed) return leave()
        }
        return answer(reply, await run(route, request, options))
      },
    })
  }

  const refusedTo = new Map(options.routes.flatMap(({ url, refusedTo: page }) => (page === undefined ? [] : [[url, page]])))
  server.setErrorHandler((fault: unknown, request, reply) => {
    const language = languageOf(request.headers['accept-language'])
    const refusal = refusalOf(fault)
    if (refusal)
      return refusedTo.has(request.routeOptions.url ?? '')
        ? reply.redirect(`${refusedTo.get(request.routeOptions.url ?? '')}?refused=${encodeURIComponent(refusal.code)}`, 303)
        : reply.code(statusOf(refusal.code)).send({ code: refusal.code, ...options.say(refusal, language), details: refusal.details })
    const known = fault as {
      statusCode?: number
      validation?: { instancePath: string; message?: string }[]
      code?: string
      message?: string
    }
    if (known.statusCode && known.statusCode < 500) {
      const where = known.validation?.map((each) => `${each.instancePath || '/'} ${each.message ?? ''}`).join('; ')
      return reply
        .code(known.statusCode)
        .send({ code: known.validation ? 'http/not-valid' : 'http/refused', message: where ?? known.message ?? 'Refused.' })
    }
    if (known.statusCode === 503 || (fault instanceof SqlFault && fault.code === '57014')) return tooBusy(request, reply)
    const code = randomBytes(4).toString('hex')
    options.onFault(code, fault, request.url)
    return reply.code(500).send({
      code: 'http/fault',
      message: language === 'zh' ? `系统出错（${code}），没有写入任何内容。` : `Something went wrong (${code}); nothing was written.`,
      hint:
        language === 'zh'
          ? '请重试；如再次出现，请把此编号告诉管理员。'
          : 'Try again; if it comes back, give this code to whoever keeps the system.',
    })
  })

  const nothing = (reply: FastifyReply) => reply.code(404).send({ code: 'http/not-found', message: 'There is nothing here.' })
  const { webFolder } = options
  if (webFolder && existsSync(join(webFolder, 'index.html'))) {
    await server.register(files, {
      root: webFolder,
      wildcard: false,
      index: false,
      globIgnore: ['**/index.html'],
      setHeaders: (reply, path) =>
        void reply.header('cache-control', /assets/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache'),
    })
    server.setNotFoundHandler(async (request, reply) => {
      if (request.method !== 'GET' || isData(request.url) || request.url.startsWith('/assets/')) return nothing(reply)
      const nonce = newNonce()
      const page = await readFile(join(webFolder, 'index.html'), 'utf8')
      return reply
        .headers({ 'content-security-policy': pagePolicy(nonce), 'cache-control': 'no-store' })
        .type('text/html; charset=utf-8')
        .send(page.replaceAll(NONCE_MARK, nonce))
    })
  } else server.setNotFoundHandler((_, reply) => nothing(reply))
  return server
}

/** A body has the fields that were declared, and no others: what nobody reads cannot mean anything later. */
function closed(schema: NonNullable<Route['schema']>): Record<string, unknown> {
  const body = schema.body as Readonly<Record<string, unknown>> | undefined
  return body?.type === 'object' && !('additionalProperties' in body) && !('patternProperties' in body)
    ? { ...schema, body: { ...body, additionalProperties: false } }
    : { ...schema }
}

const tooMany = (request: FastifyRequest, reply: FastifyReply, seconds: number) => {
  const wait = Math.max(1, Math.ceil(seconds))
  const zh = languageOf(request.headers['accept-language']) === 'zh'
  return reply
    .code(429)
    .header('retry-after', String(wait))
    .send({
      code: 'http/too-many',
      message: zh ? `请求太快，请 ${wait} 秒后再试。` : `Too many requests; try again in ${wait} s.`,
      hint: zh ? '脚本请放慢，或少开几个并发。' : 'Let a script ask more slowly, or fewer things at once.',
    })
}

const tooBusy = (request: FastifyRequest, reply: FastifyReply) => {
  const zh = languageOf(request.headers['accept-language']) === 'zh'
  return reply
    .code(503)
    .header('retry-after', '2')
    .send({
      code: 'http/busy',
      message: zh ? '服务器正忙，没有写入任何内容。' : 'The server is busy; nothing was written.',
      hint: zh ? '请过几秒再试；范围很大时可缩小范围。' : 'Try again in a few seconds; ask for less where the question is large.',
    })
}

type Admitted = { readonly asked: GateRequest; readonly passed: Passed }
const admitted = new WeakMap<FastifyRequest, Admitted>()

async function admit(route: Route, request: FastifyRequest, gate: Gate): Promise<Admitted> {
  const asked: GateRequest = {
    method: route.method,
    route: route.url,
    params: request.params as Record<string, string>,
    query: request.query as Record<string, string | undefined>,
    headers: request.headers,
    address: request.ip,
    now: new Date(),
  }
  try {
    return { asked, passed: await gate.pass(asked) }
  } catch (fault) {
    const refused = refusalOf(fault)
    await gate.notDone?.(asked, null, refused ? 'refused' : 'failed', refused?.code ?? 'http/fault')
    throw fault
  }
}

async function run(route: Route, request: FastifyRequest, options: ServerOptions): Promise<unknown> {
  const found = admitted.get(request)
  if (!found) throw new Error('a request reached its route without passing the gate')
  const { asked, passed } = found
  try {
    const answered = await handled(route, request, options, asked, passed)
    if (answered instanceof KeptRefusal) throw new Refused(answered.refusal)
    return answered
  } catch (fault) {
    const refused = refusalOf(fault)
    await options.gate.notDone?.(asked, passed, refused ? 'refused' : 'failed', refused?.code ?? 'http/fault')
    throw fault
  } finally {
    options.gate.settled?.(asked)
  }
}

async function handled(
  route: Route,
  request: FastifyRequest,
  options: ServerOptions,
  asked: GateRequest,
  passed: Passed,
): Promise<unknown> {
  const { pool, gate } = options
  const keep = gate.keeps?.(asked) ? (db: Db) => gate.done?.(db, asked, passed) ?? Promise.resolve() : null
  const { actor } = passed.caller
  const after: (() => Promise<void>)[] = []
  const told: Omit<RouteRequest, 'db'> = {
    afterCommit: (body) => void after.push(body),
    actor,
    caller: passed.caller,
    scope: passed.scope,
    language: languageOf(asked.query.language ?? request.headers['accept-language']),
    now: asked.now,
    params: asked.params,
    query: asked.query,
    body: request.body,
    headers: request.headers,
    begin: (body, own = {}) => transaction(pool, body, { ...own, actor, scope: passed.scope }),
    async *uploads() {
      for await (const part of request.parts())
        if (part.type === 'file') yield { field: part.fieldname, name: part.filename, stream: part.file }
    },
  }
  if (route.free) {
    const answered = await route.handle({ ...told, db: NO_DB })
    try {
      if (keep && !(answered instanceof KeptRefusal)) await transaction(options.aside ?? pool, keep, { actor, scope: passed.scope })
    } catch (fault) {
      // what cannot be kept is not sent; its maker learns that nobody reads on
      if (answered instanceof FileAnswer && answered.body instanceof Readable) answered.body.destroy()
      throw fault
    }
    return answered
  }
  const reads = route.method === 'GET'
  const answered = await transaction(
    pool,
    async (db) => {
      after.length = 0 // a transaction that is run again begins anew
      const result = await route.handle({ ...told, db })
      if (!reads && !(result instanceof KeptRefusal)) await keep?.(db)
      return result
    },
    {
      actor,
      scope: passed.scope,
      readOnly: reads,
      isolation: reads ? 'repeatable read' : 'read committed',
      ...(reads ? { statementS: READ_STATEMENT_S } : {}),
    },
  )
  if (reads && keep && !(answered instanceof KeptRefusal)) await transaction(pool, keep, { actor, scope: passed.scope })
  for (const body of after) body().catch((fault: unknown) => options.onFault('after', fault, request.url))
  return answered
}

const NO_DB = new Proxy({} as Db, {
  get: () => {
    throw new Error('a free route opens its own transactions')
  },
})

function answer(reply: FastifyReply, value: unknown): unknown {
  if (value instanceof FileAnswer) {
    return reply
      .code(value.status)
      .headers({ ...value.headers })
      .type(value.type)
      .send(value.body instanceof Uint8Array ? Buffer.from(value.body.buffer, value.body.byteOffset, value.body.length) : value.body)
  }
  if (value instanceof Answer)
    return reply
      .code(value.status)
      .headers({ ...value.headers })
      .send(value.value ?? {})
  return reply.send(value ?? {})
}

const isOdd = (value: unknown) => typeof value === 'number' && !(Math.abs(value) <= Number.MAX_SAFE_INTEGER)

const refusalOf = (fault: unknown): Refusal | null => (fault instanceof Refused ? fault.refusal : databaseState(fault))

const statusOf = (code: string) =>
  code === 'people/sign-in-needed' || code === 'people/wrong-sign-in' || code === 'people/code-needed' || code === 'people/wrong-code'
    ? 401
    : code === 'people/not-allowed' || code === 'people/second-factor-needed'
      ? 403
      : code === 'people/wait'
        ? 429
        : statusOfRefusal(code)

const statusOfRefusal = (code: string) =>
  /^database\/(away|disk-full|read-only)$/.test(code)
    ? 503
    : /no-such|not-found/.test(code)
      ? 404
      : /cannot-undo|already|moved|wrong-state|in-use/.test(code)
        ? 409
        : 422

/** The value of a Result, or its refusal thrown to the edge. */
export function orRefused<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal }): T {
  if (!result.ok) throw new Refused(result.refusal)
  return result.value
}

/** The host of an origin; none for `null`, which a page in a sandbox sends, and for text that is no address. */
const hostOf = (origin: string) => (URL.canParse(origin) ? new URL(origin).host : undefined)

const isLoopbackHost = (host: string | undefined) => /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host ?? '')
