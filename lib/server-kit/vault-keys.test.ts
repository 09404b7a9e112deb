import assert from 'node:assert/strict'
import { createCipheriv, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { openVault } from './vault.ts'

async function inFolder(body: (folder: string) => Promise<void>) {
  const folder = mkdtempSync(join(tmpdir(), 'dishu-keys-'))
  try {
    await body(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()
const COUNTY = '220899'

test('a new key seals from now on, the old one opens until it is dropped, and references stay', () =>
  inFolder(async (folder) => {
    const vault = await openVault(folder)
    const keys = await vault.keysOf(COUNTY)
    const old = keys.encrypt(Buffer.from('张三'), 'name 1')
    const reference = keys.reference('张三')
    const elsewhere = await (await openVault(folder)).keysOf(COUNTY) // another process, which read the keys before
    await vault.ring.rotate(COUNTY, new Date('2026-01-01T00:00:00Z'))
    const renewed = keys.renew(old, 'name 1')
    assert.ok(renewed)
    assert.equal(keys.renew(renewed, 'name 1'), null)
    assert.ok(keys.reference('张三').equals(reference))
    assert.equal(text(keys.decrypt(old, 'name 1')), '张三')
    assert.equal(text(elsewhere.decrypt(renewed, 'name 1')), '张三', 'what a newer key sealed is opened by looking again')
    assert.equal(await vault.ring.drop(COUNTY, new Date('2026-01-01T00:00:00Z')), 0)
    assert.equal(await vault.ring.drop(COUNTY, new Date('2026-01-02T00:00:00Z')), 1)
    assert.throws(() => keys.decrypt(old, 'name 1'))
    assert.equal(text(keys.decrypt(renewed, 'name 1')), '张三')
    assert.throws(() => keys.renew(old, 'name 1'))
  }))

test('keys of the time when there was but one open, and change like the others', () =>
  inFolder(async (folder) => {
    const [master, data, lookup] = [randomBytes(32), randomBytes(32), randomBytes(32)]
    const wrap = (key: Buffer, context: string) => {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', master, nonce).setAAD(Buffer.from(context))
      return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]).toString('base64')
    }
    mkdirSync(join(folder, 'keys'), { recursive: true })
    writeFileSync(join(folder, 'keys', 'master.key'), master.toString('hex'))
    writeFileSync(
      join(folder, 'keys', `${COUNTY}.json`),
      JSON.stringify({ data: wrap(data, `${COUNTY} data`), lookup: wrap(lookup, `${COUNTY} lookup`) }),
    )
    const vault = await openVault(folder)
    const keys = await vault.keysOf(COUNTY)
    const sealed = keys.encrypt(Buffer.from('张三'), 'x')
    await vault.ring.rotate(COUNTY, new Date())
    assert.equal(text(keys.decrypt(sealed, 'x')), '张三')
    assert.deepEqual(
      (await vault.ring.list(COUNTY)).map(({ retired }) => retired === null),
      [true, false],
    )
  }))

test('a new master key: broken off at any file everything opens, and called again it is finished; the old master opens nothing', () =>
  inFolder(async (folder) => {
    const counties = ['220899', '220882', '220181']
    const first = await openVault(folder)
    const sealed = new Map<string, Buffer>()
    for (const county of counties) sealed.set(county, (await first.keysOf(county)).encrypt(Buffer.from(county), 'x'))
    const keysFolder = join(folder, 'keys')
    const before = readFileSync(join(keysFolder, 'master.key'), 'utf8')
    const files = () => new Map(readdirSync(keysFolder).map((name) => [name, readFileSync(join(keysFolder, name))]))
    const old = files()
    await first.ring.changeMaster()
    const done = files()
    assert.ok(!done.has('master.next.key'))
    for (let rewrapped = 0; rewrapped <= counties.length; rewrapped++) {
      // as a power cut leaves it: the next master is there, so many files are wrapped by it, the rest by the one before
      for (const name of readdirSync(keysFolder)) rmSync(join(keysFolder, name))
      writeFileSync(join(keysFolder, 'master.key'), before)
      writeFileSync(join(keysFolder, 'master.next.key'), done.get('master.key') ?? '')
      for (const [i, county] of [...counties].sort().entries())
        writeFileSync(join(keysFolder, `${county}.json`), (i < rewrapped ? done : old).get(`${county}.json`) ?? '')
      const again = await openVault(folder)
      for (const county of counties)
        assert.equal(text((await again.keysOf(county)).decrypt(sealed.get(county) ?? Buffer.alloc(0), 'x')), county)
      await again.ring.changeMaster()
      const after = await openVault(folder)
      for (const county of counties)
        assert.equal(text((await after.keysOf(county)).decrypt(sealed.get(county) ?? Buffer.alloc(0), 'x')), county)
    }
    writeFileSync(join(keysFolder, 'master.key'), before)
    await assert.rejects(async () => (await openVault(folder)).keysOf('220899'), /do not open with the master key/)
  }))

test('two that make a county’s first keys at once have the same', () =>
  inFolder(async (folder) => {
    const vaults = await Promise.all(Array.from({ length: 8 }, () => openVault(folder)))
    const keys = await Promise.all(vaults.map((vault) => vault.keysOf(COUNTY)))
    const sealed = keys.map((each) => each.encrypt(Buffer.from('y'), 'x'))
    for (const each of keys) for (const bytes of sealed) assert.equal(text(each.decrypt(bytes, 'x')), 'y')
  }))

test('destroyed keys open nothing again, here or in a process that had them, and no new ones are made in their place', () =>
  inFolder(async (folder) => {
    const vault = await openVault(folder)
    const elsewhere = await (await openVault(folder)).keysOf(COUNTY)
    const sealed = elsewhere.encrypt(Buffer.from('张三'), 'x')
    await vault.ring.destroy(COUNTY, new Date('2026-11-24T00:00:00Z'))
    assert.equal(vault.ring.destroyed(COUNTY), '2026-11-24T00:00:00.000Z')
    await assert.rejects(() => vault.keysOf(COUNTY), /keys-destroyed/)
    const file = join(folder, 'keys', `${COUNTY}.json`)
    utimesSync(file, new Date(), new Date())
    await new Promise((done) => setTimeout(done, 1100))
    assert.throws(() => elsewhere.decrypt(sealed, 'x'), /keys-destroyed/)
    assert.ok(!/lookup|keys"/.test(readFileSync(file, 'utf8')))
  }))
