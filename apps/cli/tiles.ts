import { resolve } from 'node:path'
import { dayOf } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import { readSetting } from '@dishu/kernel/intake/intake.store'
import { readHead, readRevision } from '@dishu/kernel/records/records.store'
import { ARCHIVE_ZOOMS, writeArchive } from '@dishu/land/count/archive.jobs'
import { type BlockRow, writeBlocks } from '@dishu/land/count/blocks.store'
import { makeReady } from '@dishu/land/count/ready.jobs'
import type { Db } from '@dishu/server-kit/sql'
import { transaction } from '@dishu/server-kit/sql'
import { isSynthetic } from '../server/county.ts'
import { styleOf, VECTOR_LAYERS } from '../server/tile-style.ts'
import { archivePath } from '../server/tiles.ts'
import { checkOutputs, intoPlace } from './outputs.ts'
import { EXIT, type Exit, languageOfTerminal, note, progressLine, withApp, wordsOf } from './terminal.ts'
import { onlyCounty } from './undo.ts'

/** Map tiles of a whole county. */
export async function tiles(words: readonly string[]): Promise<Exit> {
  const { values, positionals } = wordsOf(words, { county: { type: 'string' }, out: { type: 'string' } })
  const zh = languageOfTerminal() === 'zh'
  const [what] = positionals
  if (positionals.length !== 1 || (what !== 'build' && what !== 'ready')) {
    process.stderr.write(zh ? '请写 dishu tiles build 或 dishu tiles ready。\n' : 'Say dishu tiles build, or dishu tiles ready.\n')
    return EXIT.usage
  }
  return withApp(values, async (app) => {
    const county = values.county ?? (await onlyCounty(app.pool))
    const line = progressLine()
    const show = async (done: number, of: number) => line.show(`${done}/${of}`)
    const waiting: BlockRow[] = []
    const write = async () => {
      const rows = waiting.splice(0)
      if (rows.length > 0) await transaction(app.pool, (db) => writeBlocks(db, county, rows))
    }
    const path = values.out ? resolve(values.out) : what === 'build' ? await archivePath(app, county) : null
    if (path !== null) await checkOutputs([path], [])
    const done = await transaction(
      app.pool,
      async (db) => {
        const { rev } = await readHead(db, county)
        if (rev === 0) throw new Refused({ code: 'exports/no-such-county', details: { county } })
        const asOf = { day: dayOf(new Date()), rev: null }
        const looking = { db, county, asOf, known: rev, scope: ['*'], keep: (rows: readonly BlockRow[]) => void waiting.push(...rows) }
        if (path === null)
          return {
            path,
            parents: await makeReady(looking, async (...at) => {
              await write()
              await show(...at)
            }),
          }
        const metadata = await metadataOf(db, county, rev, asOf.day)
        return { path, ...(await intoPlace(path, (draft) => writeArchive(looking, draft, metadata, show))) }
      },
      { readOnly: true, isolation: 'repeatable read', retries: 0 },
    )
    line.end()
    await write()
    if (values.json) process.stdout.write(`${JSON.stringify({ county, ...done })}\n`)
    else if ('tiles' in done)
      note(
        zh
          ? `${done.path}：${done.tiles} 张瓦片，${((done.bytes ?? 0) / 2 ** 20).toFixed(1)} MiB。`
          : `${done.path}: ${done.tiles} tiles, ${((done.bytes ?? 0) / 2 ** 20).toFixed(1)} MiB.`,
      )
    else note(zh ? '地图底数已备好。' : 'The ground is ready.')
    return EXIT.done
  })
}

async function metadataOf(db: Db, county: string, rev: number, day: string): Promise<Record<string, unknown>> {
  const name = (await readSetting<string>(db, county, 'name'))?.value ?? county
  const synthetic = await isSynthetic(db, county)
  const revision = await readRevision(db, county, rev)
  return {
    name: `${name} ${county}${synthetic ? ' 虚构示例数据 / SYNTHETIC SAMPLE' : ''}`,
    description: `底数 Dishu: as of ${day}, known at revision ${rev} (${revision?.hash ?? ''})`,
    attribution: '底数 Dishu',
    type: 'overlay',
    version: String(rev),
    vector_layers: VECTOR_LAYERS,
    'dishu:state': { county, asOf: day, known: rev, hash: revision?.hash ?? null, synthetic },
    'dishu:style': styleOf(county, name, 'class', languageOfTerminal(), {
      type: 'vector',
      url: `pmtiles://${county}.pmtiles`,
      minzoom: ARCHIVE_ZOOMS[0],
      maxzoom: ARCHIVE_ZOOMS[1],
    }),
  }
}
