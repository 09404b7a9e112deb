import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { Refused } from '@dishu/base/refusal'
import { openFiles } from './formats.ts'
import { openInSandbox } from './sandbox/sandbox.ts'

const folder = mkdtempSync(join(tmpdir(), 'dishu-place-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

const MAKE_PIPE = 'mkfifo' // POSIX

for (const name of ['pipe.gpkg', 'pipe.shp', 'pipe.csv']) {
  const path = join(folder, name)
  const made = spawnSync(MAKE_PIPE, [path]).status === 0
  test(`a pipe called ${name} is refused at once, and nobody waits for what comes through it`, {
    skip: !made && 'no mkfifo here',
    timeout: 20_000,
  }, async () => {
    for (const open of [openFiles, openInSandbox]) {
      await assert.rejects(open([path]), (cause) => {
        assert.ok(cause instanceof Refused)
        assert.equal(cause.refusal.code, 'formats/not-a-plain-file')
        return true
      })
    }
  })
}
