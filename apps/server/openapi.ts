/** The whole interface in OpenAPI 3.1, made from the declarations of the routes: what a route checks is what stands here. */
import type { Language } from '@dishu/base/refusal'
import { FileAnswer, type Route } from '@dishu/server-kit/http'
import { ROUTES } from './access.ts'
import { TOLD } from './openapi.data.ts'

type Schema = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value)

const REFUSAL = {
  type: 'object',
  description: 'Why it was refused, in the language asked for.',
  properties: {
    code: { type: 'string', examples: ['count/not-a-day'] },
    message: { type: 'string' },
    hint: { type: 'string' },
    details: {},
  },
  required: ['code', 'message'],
} as const

const LEAD: Readonly<Record<Language, string>> = {
  zh: '所有读取都限于提问者可见的地区；datetime / asOf 是生效日，known 是已知的版本或日期。拒绝时返回 { code, message, hint, details }。',
  en: 'Everything read is cut to the areas that the asker may see; datetime and asOf are the day that is asked about, known the revision or day up to which the register is known. A refusal is { code, message, hint, details }.',
}

/** The description of these routes. Deterministic: the same routes give the same text. */
export function openapi(routes: readonly Route[], version: string, origin: string, language: Language) {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of [...routes].sort((a, b) => (a.url < b.url ? -1 : a.url > b.url ? 1 : 0))) {
    const address = route.url.replace(/:(\w+)/g, '{$1}')
    paths[address] = { ...paths[address], [route.method.toLowerCase()]: operation(route, language) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: language === 'zh' ? '底数' : 'Dishu',
      version,
      description: LEAD[language],
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: origin }],
    // single-user mode asks for nothing; an office for one of the others
    security: [{}, { session: [] }, { token: [] }, { basic: [] }],
    paths,
    components: {
      schemas: { Refusal: REFUSAL },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'dishu_session' },
        token: { type: 'http', scheme: 'bearer', description: 'dishu_…' },
        basic: {
          type: 'http',
          scheme: 'basic',
          description: language === 'zh' ? '令牌作为密码，用户名任意。' : 'A token as the password; any name.',
        },
      },
    },
  }
}

function operation({ method, url, schema }: Route, language: Language) {
  const name = `${method} ${url}`
  const told = TOLD[name]
  const need = ROUTES[name]
  const example = told?.example
  return {
    operationId: operationId(method, url),
    summary: told?.[language] ?? url,
    tags: [tagOf(url)],
    parameters: [...parameters(url, 'path', schema?.params, example), ...parameters(url, 'query', schema?.querystring, example)],
    ...(schema?.body ? { requestBody: { required: true, content: { 'application/json': { schema: plain(schema.body) } } } } : {}),
    responses: {
      '200': { description: 'OK', content: { [told?.answers ?? 'application/json']: { schema: {} } } },
      ...(method === 'GET'
        ? {}
        : { '202': { description: 'Waits for the approval of a second person.', content: { 'application/json': { schema: {} } } } }),
      '4XX': { description: 'Refused', content: { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } } },
    },
    'x-dishu-power': need?.power ?? 'none',
    ...(need?.whole ? { 'x-dishu-whole-county': true } : {}),
    ...(example ? { 'x-dishu-example': exampleAddress(url, example) } : {}),
  }
}

const operationId = (method: string, url: string) =>
  [method.toLowerCase(), ...url.split('/').filter(Boolean)].map((part) => part.replace(/\W+/g, '_').replace(/^_/, 'by_')).join('-')

/** /api/counties/:county/soil/maps is of soil; /ogc and /stac are of themselves. */
function tagOf(url: string): string {
  const parts = url.split('/').filter((part) => part !== '' && !part.startsWith(':'))
  return parts[0] === 'api' ? ((parts[1] === 'counties' ? parts[2] : parts[1]) ?? 'api') : parts[0]
}

function parameters(url: string, where: 'path' | 'query', schema: unknown, example: Readonly<Record<string, string>> = {}) {
  const declared = isObject(schema) && isObject(schema.properties) ? schema.properties : {}
  const required = isObject(schema) && Array.isArray(schema.required) ? (schema.required as readonly unknown[]) : []
  const inPath = [...url.matchAll(/:(\w+)/g)].map(([, name]) => name)
  // handlers that read an address by themselves declare no query: what the example asks is at least named
  const names =
    where === 'path' ? inPath : [...new Set([...Object.keys(declared), ...Object.keys(example).filter((name) => !inPath.includes(name))])]
  return names.map((name) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: isObject(declared[name]) ? plain(declared[name]) : { type: 'string' },
    ...(example[name] === undefined ? {} : { example: example[name] }),
  }))
}

/** A declaration as JSON Schema alone. */
const plain = (schema: unknown): unknown => JSON.parse(JSON.stringify(schema)) as unknown

export function exampleAddress(url: string, example: Readonly<Record<string, string>>): string {
  const used = new Set<string>()
  const path = url.replace(/:(\w+)/g, (_, name: string) => {
    used.add(name)
    return encodeURIComponent(example[name] ?? '')
  })
  const query = new URLSearchParams(Object.entries(example).filter(([name]) => !used.has(name))).toString()
  return query === '' ? path : `${path}?${query}`
}

/** The route under which the description of all `routes`, itself among them, is served. */
export function openapiRoute(
  routes: readonly Route[],
  version: string,
  origin: (request: { readonly headers: Readonly<Record<string, string | string[] | undefined>> }) => string,
): Route {
  const route: Route = {
    method: 'GET',
    url: '/api/openapi.json',
    free: true,
    handle: async (request) =>
      new FileAnswer('application/json', JSON.stringify(openapi([...routes, route], version, origin(request), request.language))),
  }
  return route
}
