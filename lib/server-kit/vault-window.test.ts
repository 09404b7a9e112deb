import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { openVault } from './vault.ts'
import { openDocumentWindow } from './vault-window.ts'

const folder = mkdtempSync(join(tmpdir(), 'dishu-window-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('any piece of a stored file is the piece of the file that was stored', async () => {
  const bytes = Uint8Array.from({ length: 100_003 }, (_, i) => (i * i * 31 + (i >> 3)) % 251)
  const path = join(folder, 'a.tif')
  writeFileSync(path, bytes)
  const vault = await openVault(join(folder, 'data'))
  const window = await openDocumentWindow(vault, await vault.storeDocument('220899', path, 'a.tif', new Date()))
  assert.equal(window.size, bytes.length)
  for (const [offset, length] of [
    [0, bytes.length],
    [0, 1],
    [15, 2],
    [16, 16],
    [31, 70_000],
    [bytes.length - 1, 1],
    [bytes.length - 5, 50],
    [bytes.length, 3],
    [bytes.length + 9, 3],
  ])
    assert.deepEqual(await window.read(offset, length), bytes.slice(offset, offset + length), `${offset} ${length}`)
  for (let i = 0; i < 50; i++) {
    const offset = (i * 7919 * 13) % bytes.length
    const length = (i * 104_729) % 5000
    assert.deepEqual(await window.read(offset, length), bytes.slice(offset, offset + length), `${offset} ${length}`)
  }
  await window.close()
})
