// The archive of a release: the same bytes for the same files, read by tar as what went in, and signed.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { archiveOf, isSigned, sha256, signatureOf } from './release.mjs'

const file = (name, text) => ({ name, bytes: () => Buffer.from(text) })
const files = [
  file('README.md', '# Dishu\n'),
  file(`lib/${'deep/'.repeat(24)}x.ts`, 'x'.repeat(1000)),
  file('empty.ts', ''),
  file('scripts/start.mjs', 'go'),
]

test('the order in which files are found does not show, and every file comes out of tar as it went in', (t) => {
  const archive = archiveOf(files, 'dishu-1')
  assert.equal(sha256(archiveOf([...files].reverse(), 'dishu-1')), sha256(archive))
  assert.notEqual(sha256(archiveOf([...files, file('one-more', '')], 'dishu-1')), sha256(archive))
  const folder = mkdtempSync(join(tmpdir(), 'dishu-release-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'a.tgz'), archive)
  const told = spawnSync('tar', ['xzf', 'a.tgz'], { cwd: folder, encoding: 'utf8' })
  if (told.error) return t.skip('SKIPPED: there is no tar here')
  assert.equal(told.status, 0, told.stderr)
  for (const { name, bytes } of files) assert.ok(readFileSync(join(folder, 'dishu-1', name)).equals(bytes()), name)
})

test('a signature holds for its archive and its key alone', () => {
  const archive = archiveOf(files, 'dishu-1')
  const [own, other] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')]
  const pem = (key) => key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' })
  const signature = signatureOf(archive, pem(own.privateKey))
  assert.equal(isSigned(archive, signature, pem(own.publicKey)), true)
  assert.equal(isSigned(archive, signature, pem(other.publicKey)), false)
  for (const at of [0, 10, archive.length - 1]) {
    const altered = Buffer.from(archive)
    altered[at] ^= 1
    assert.equal(isSigned(altered, signature, pem(own.publicKey)), false)
  }
  assert.equal(isSigned(archive, 'bm8=', pem(own.publicKey)), false)
  assert.equal(isSigned(archive, signature, 'no key'), false)
})
