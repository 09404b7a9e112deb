import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { compiledCode } from '@dishu/formats/sandbox/compiled'
import { temporaryFolder } from './acceptance.testing.ts'
import { ZONAL } from './zonal-code.ts'

const folder = temporaryFolder()
const before = process.env.NODE_COMPILE_CACHE
after(() => {
  if (before === undefined) delete process.env.NODE_COMPILE_CACHE
  else process.env.NODE_COMPILE_CACHE = before
})

test('code is compiled once, each process gets a copy, and without a place for it there is none', () => {
  delete process.env.NODE_COMPILE_CACHE
  assert.equal(compiledCode(ZONAL, folder), null)
  process.env.NODE_COMPILE_CACHE = join(folder, 'kept')
  const made = join(folder, 'kept-zonal')
  const scratch = (name: string) => {
    mkdirSync(join(folder, name))
    return join(folder, name)
  }
  const first = compiledCode(ZONAL, scratch('a'))
  assert.ok(first)
  assert.ok(first.startsWith(folder))
  const [version] = readdirSync(first)
  const originals = readdirSync(join(made, version))
  assert.ok(originals.length > 40, `${originals.length} pieces of code`)
  assert.deepEqual(readdirSync(join(first, version)), originals)
  const at = statSync(join(made, 'made.json')).mtimeMs
  // the second is not compiled anew, and what one process does to its copy the next does not see
  writeFileSync(join(first, version, originals[0]), 'written over')
  const second = compiledCode(ZONAL, scratch('b'))
  assert.ok(second)
  assert.equal(statSync(join(made, 'made.json')).mtimeMs, at)
  assert.notEqual(statSync(join(second, version, originals[0])).size, 12)
  // a place that cannot be written stops nothing
  rmSync(made, { recursive: true })
  writeFileSync(made, 'a file where the folder should be')
  assert.equal(compiledCode(ZONAL, scratch('c')), null)
})
