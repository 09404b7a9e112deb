/** TIFF files that broke other people's parsers: each is read or refused, quickly and in little memory. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Refused } from '@dishu/base/refusal'
import { formatsMessages } from '../formats.messages.ts'
import { geotiffMessages } from './geotiff.messages.ts'
import { openTiff } from './geotiff.ts'
import { fileSource } from './source.ts'

const shared = process.env.DISHU_SHARED ?? join(import.meta.dirname, '../../../../shared')
const archive = join(shared, 'corpora/corpora-bad-input.tar.xz')
const folder = mkdtempSync(join(tmpdir(), 'hostile-tiff-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('hostile TIFFs of a dozen projects are read or refused, none hangs or eats memory', {
  skip: existsSync(archive) ? false : 'shared data not present',
}, async () => {
  const told = spawnSync('tar', ['xJf', archive, '-C', folder, '--wildcards', '*.tif', '*.tiff', '*.TIF', '*/exif_*.bin'], {
    stdio: 'ignore',
  })
  assert.ok(told.status === 0 || told.status === 2) // 2: one of the patterns matched nothing
  const files = globSync(join(folder, '**/*.*'))
  assert.ok(files.length > 10, `${files.length} files`)
  const before = process.memoryUsage().rss
  for (const file of files) {
    const began = performance.now()
    try {
      const source = fileSource(file)
      const tiff = await openTiff(source)
      const window = { x: 0, y: 0, width: Math.min(tiff.width, 1000), height: Math.min(tiff.height, 1000) }
      await tiff.readWindow([0], window)
      await tiff.readMask(window)
      source.close()
    } catch (problem) {
      if (!(problem instanceof Refused)) throw new Error(`${file}: no refusal but a fault`, { cause: problem })
      const { code } = problem.refusal
      assert.ok(code in geotiffMessages || code in formatsMessages, code)
    }
    assert.ok(performance.now() - began < 5000, file)
  }
  assert.ok(process.memoryUsage().rss - before < 400 << 20)
})
