/** The description of the whole interface: every route is in it, it is valid OpenAPI 3.1, and each of its examples is answered by a running server. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { freshDatabase, type TestDatabase } from '@dishu/testkit/database'
import { ROUTES } from './access.ts'
import { type App, joinApp } from './app.ts'
import { loadSample } from './first-sample.ts'
import { TOLD } from './openapi.data.ts'
import { type Running, serve } from './serve.ts'

const folder = mkdtempSync(join(tmpdir(), 'dishu-openapi-'))
let database: TestDatabase
let app: App
let running: Running

before(async () => {
  database = await freshDatabase()
  app = await joinApp(join(folder, 'data'), database.url)
  await loadSample(app, { patches: 200 })
  running = await serve(app, 0)
})
after(async () => {
  await running?.close()
  await app?.close()
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
})

type Operation = {
  readonly operationId: string
  readonly summary: string
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[]
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>
  readonly 'x-dishu-power': string
  readonly 'x-dishu-example'?: string
}
type Document = { readonly openapi: string; readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> }
const read = async (language: string) =>
  (await (await fetch(`${running.address}/api/openapi.json`, { headers: { 'accept-language': language } })).json()) as Document
const operations = (document: Document) =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )

test('every route stands in it once, with its power, its parameters in the path, and a name of its own', async () => {
  const document = await read('zh')
  assert.match(document.openapi, /^3\.1\./)
  const found = operations(document)
  const lines = found.map(({ path, method }) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`)
  assert.deepEqual(lines.toSorted(), Object.keys(ROUTES).toSorted())
  assert.equal(new Set(found.map(({ operation }) => operation.operationId)).size, found.length)
  for (const { path, operation } of found) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    assert.deepEqual(
      operation.parameters.filter((each) => each.in === 'path').map(({ name, required }) => [name, required]),
      inPath.map((name) => [name, true]),
      path,
    )
    assert.ok('4XX' in operation.responses && operation.summary.length > 0)
  }
})

test('what is told of routes is told of routes that there are, in both languages', async () => {
  for (const line of Object.keys(TOLD)) assert.ok(line in ROUTES, line)
  const english = operations(await read('en'))
  for (const { operation } of english) assert.doesNotMatch(operation.summary, /[一-鿿]/)
})

test('each example is answered, and in the type that is promised', async () => {
  const examples = operations(await read('en')).filter(({ operation }) => operation['x-dishu-example'] !== undefined)
  assert.ok(examples.length >= 35, `${examples.length} examples`)
  for (const { method, operation } of examples) {
    assert.equal(method, 'get')
    const answer = await fetch(running.address + operation['x-dishu-example'])
    assert.equal(answer.status, 200, `${operation['x-dishu-example']}: ${await answer.text()}`)
    const [promised] = Object.keys(operation.responses['200'].content ?? {})
    assert.equal(answer.headers.get('content-type')?.split(';')[0], promised, operation['x-dishu-example'])
  }
})
