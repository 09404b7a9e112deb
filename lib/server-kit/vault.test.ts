import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test from 'node:test'
import { openVault } from './vault.ts'

async function inFolder(body: (folder: string) => Promise<void>) {
  const folder = mkdtempSync(join(tmpdir(), 'dishu-vault-'))
  try {
    await body(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('a value opens with its county’s keys at its own place, and nowhere else', () =>
  inFolder(async (folder) => {
    const keys = await (await openVault(folder)).keysOf('220899')
    const sealed = keys.encrypt(Buffer.from('张三'), 'name 1')
    assert.equal(keys.decrypt(sealed, 'name 1').toString(), '张三')
    assert.ok(!sealed.includes(Buffer.from('张三')))
    assert.throws(() => keys.decrypt(sealed, 'name 2'))
    const other = await (await openVault(folder)).keysOf('220898')
    assert.throws(() => other.decrypt(sealed, 'name 1'))
    for (let i = 0; i < sealed.length; i++) {
      const altered = Buffer.from(sealed)
      altered[i] ^= 1
      assert.throws(() => keys.decrypt(altered, 'name 1'), `byte ${i}`)
    }
    // the same keys after a restart, and the same reference for the same value
    const again = await (await openVault(folder)).keysOf('220899')
    assert.equal(again.decrypt(sealed, 'name 1').toString(), '张三')
    assert.ok(again.reference('张三').equals(keys.reference('张三')))
    assert.ok(!other.reference('张三').equals(keys.reference('张三')))
  }))

test('a stored file is encrypted, opens to the letter, and an altered or missing one is noticed', () =>
  inFolder(async (folder) => {
    const vault = await openVault(folder)
    const clear = join(folder, 'clear.bin')
    for (const bytes of [Buffer.alloc(0), Buffer.from('承包方：张三'), Buffer.alloc(700_000, 'x')]) {
      writeFileSync(clear, bytes)
      const document = await vault.storeDocument('220899', clear, 'clear.bin', new Date())
      assert.equal(document.size, bytes.length)
      assert.deepEqual(await vault.checkDocument(document), document.sha256)
      const chunks: Buffer[] = []
      for await (const chunk of await vault.readDocument(document)) chunks.push(chunk)
      assert.ok(Buffer.concat(chunks).equals(bytes))
      const at = dirname(vault.documentPath('220899', document.sha256.toString('hex')))
      const [name] = readdirSync(at).filter((each) => each.startsWith(document.sha256.toString('hex')))
      const kept = readFileSync(join(at, name))
      if (bytes.length > 0) assert.ok(!kept.includes(bytes.subarray(0, 8)))
      const altered = Buffer.from(kept)
      altered[Math.floor(altered.length / 2)] ^= 1
      writeFileSync(join(at, name), altered)
      assert.equal(await vault.checkDocument(document), 'altered')
      rmSync(join(at, name))
      assert.equal(await vault.checkDocument(document), 'missing')
      // without its wrapped key a file is erased for good
      assert.equal(await vault.checkDocument({ ...document, wrappedKey: null }), 'missing')
    }
  }))
