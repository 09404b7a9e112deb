import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { compiledCode, READER } from './compiled.ts'
import { openInSandbox } from './sandbox.ts'

const folder = mkdtempSync(join(tmpdir(), 'compiled-test-'))
const before = process.env.NODE_COMPILE_CACHE
after(() => {
  if (before === undefined) delete process.env.NODE_COMPILE_CACHE
  else process.env.NODE_COMPILE_CACHE = before
  rmSync(folder, { recursive: true, force: true })
})

test('the reader’s code is compiled once, each reader gets a copy, and without a place for it it reads all the same', async () => {
  delete process.env.NODE_COMPILE_CACHE
  assert.equal(compiledCode(READER, folder), null)
  process.env.NODE_COMPILE_CACHE = join(folder, 'kept')
  const scratch = (name: string) => {
    mkdirSync(join(folder, name))
    return join(folder, name)
  }
  const first = compiledCode(READER, scratch('a')) ?? ''
  assert.ok(first.startsWith(join(folder, 'a')), first)
  const [version] = readdirSync(first)
  const pieces = readdirSync(join(first, version))
  assert.ok(pieces.length > 20, `${pieces.length} pieces of code`)
  const made = join(folder, 'kept-reader')
  const at = statSync(join(made, 'made.json')).mtimeMs
  // what a reader does to its copy the next does not see
  writeFileSync(join(first, version, pieces[0]), 'written over')
  const second = compiledCode(READER, scratch('b'))
  assert.equal(statSync(join(made, 'made.json')).mtimeMs, at)
  assert.notEqual(statSync(join(second ?? '', version, pieces[0])).size, 12)

  const file = join(folder, 'x.csv')
  writeFileSync(file, 'a,b\n1,2\n')
  const read = async () => {
    const source = await openInSandbox([file])
    await source.close()
    return source.layers.map(({ fields }) => fields.map(({ name }) => name))
  }
  assert.deepEqual(await read(), [['a', 'b']])
  rmSync(made, { recursive: true })
  writeFileSync(made, 'a file where the folder should be')
  assert.equal(compiledCode(READER, scratch('c')), null)
  assert.deepEqual(await read(), [['a', 'b']])
})
