/**
 * Files that broke other people's parsers, read as a user's upload would be: in a process of its own, with limits.
 * A sample with a fixed seed by default; all of them with DISHU_CORPUS=full.
 */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Refused } from '@dishu/base/refusal'
import { formatsMessages } from './formats.messages.ts'
import { openInSandbox } from './sandbox/sandbox.ts'
import { tablesMessages } from './tables.messages.ts'

const shared = process.env.DISHU_SHARED ?? join(import.meta.dirname, '../../../shared')
const archive = join(shared, 'corpora/corpora-bad-input.tar.xz')
const skip = existsSync(archive) ? false : 'shared data not present'
const full = process.env.DISHU_CORPUS === 'full'
const SECONDS = 15
const LIMITS = { rssMb: 1024, idleS: SECONDS, wallS: SECONDS }
const AT_ONCE = 2

/** What each folder's files are taken for where their own names do not say, and how many of them are read by default. */
const corpora: Record<string, { extension: string; sample: number }> = {
  zip: { extension: '.zip', sample: 70 },
  csv: { extension: '.csv', sample: 50 },
  xlsx: { extension: '.xlsx', sample: 40 },
  'xml-xlsx': { extension: '.gml', sample: 40 },
  xls: { extension: '.xls', sample: 10 },
  shp: { extension: '.shp', sample: 40 },
  json: { extension: '.geojson', sample: 60 },
  geom: { extension: '.gml', sample: 15 },
  xml: { extension: '.gml', sample: 25 },
  tiff: { extension: '.tif', sample: 15 },
  parquet: { extension: '.parquet', sample: 9 },
  text: { extension: '.csv', sample: 1 },
}

/** `many` of `items`, the same ones every time. */
function sampled<T>(items: readonly T[], many: number): T[] {
  let seed = 20_261_124
  const keyed = items.map((item) => {
    seed = (seed * 48_271) % 2_147_483_647
    return { item, key: seed }
  })
  return keyed
    .sort((a, b) => a.key - b.key)
    .slice(0, many)
    .map(({ item }) => item)
}

type Outcome = { readonly file: string; readonly said: string; readonly seconds: number }

/** Reads a file to its end; what came of it in one word. Anything but rows or a refusal is thrown on. */
async function outcomeOf(file: string): Promise<Outcome> {
  const began = performance.now()
  let said = 'read'
  try {
    const source = await openInSandbox([file], { limits: LIMITS })
    try {
      for (const layer of source.layers.keys()) for await (const _ of source.read(layer));
    } finally {
      await source.close()
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw new Error(`${file}: no refusal but a fault`, { cause: error })
    said = error.refusal.code
  }
  return { file, said, seconds: (performance.now() - began) / 1000 }
}

describe('bad input', { skip, concurrency: false }, () => {
  let folder = ''
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'corpus-test-'))
    const { status, stderr } = spawnSync('tar', ['xJf', archive, '-C', folder, '--no-same-owner'], { encoding: 'utf8' })
    assert.equal(status, 0, stderr)
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  for (const [name, { extension, sample }] of Object.entries(corpora)) {
    test(`${name}: every file is read or refused with a reason, within ${SECONDS} s`, async (t) => {
      const all = globSync(`${folder}/${name}/**/*`)
        .filter((path) => statSync(path).isFile())
        .sort()
      assert.ok(all.length > 0)
      const chosen = full ? all : sampled(all, sample)
      const copies = join(folder, `${name}-named`)
      mkdirSync(copies)
      const paths = chosen.map((path, i) => {
        const known = /\.(zip|csv|xlsx|xls|xml|shp|shx|dbf|prj|cpg|json|geojson|tiff?)$/i.test(path) && extname(path) !== '.xml'
        if (known) return path
        const copy = join(copies, `${i}${extension}`)
        copyFileSync(path, copy)
        return copy
      })
      const outcomes: Outcome[] = []
      const queue = paths.values()
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (const path of queue) outcomes.push(await outcomeOf(path))
        }),
      )

      const tally: Record<string, number> = {}
      for (const { said } of outcomes) tally[said] = (tally[said] ?? 0) + 1
      const slowest = outcomes.reduce((a, b) => (b.seconds > a.seconds ? b : a))
      t.diagnostic(`${outcomes.length} of ${all.length} files: ${JSON.stringify(tally)}; slowest ${slowest.seconds.toFixed(1)} s`)
      for (const { file, said, seconds } of outcomes) {
        assert.ok(seconds <= SECONDS + 1, `${file} took ${seconds.toFixed(1)} s`)
        assert.notEqual(said, 'formats/reader-failed', `${file}: a fault of the reader`)
        assert.ok(said === 'read' || said in formatsMessages || said in tablesMessages, `${said} has no message (${file})`)
      }
    })
  }
})
