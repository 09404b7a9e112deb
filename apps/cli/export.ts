import { once } from 'node:events'
import { resolve } from 'node:path'
import { PassThrough } from 'node:stream'
import { Refused } from '@dishu/base/refusal'
import { asOfFrom, handleAreas } from '@dishu/land/count/count.routes'
import { filtersFrom, withinFrom } from '@dishu/land/count/questions'
import { EXPORT_FORMATS, needsFile, WHATS, wordFrom } from '@dishu/land/exports/exports'
import type { PreparedExport } from '@dishu/land/exports/exports.jobs'
import { handleExport } from '@dishu/land/exports/exports.routes'
import { orRefused } from '@dishu/server-kit/http'
import { transaction } from '@dishu/server-kit/sql'
import { contextOf } from '../server/county.ts'
import { classLegend } from '../server/tile-style.ts'
import { checkOutputs, intoPlace } from './outputs.ts'
import { EXIT, type Exit, languageOfTerminal, note, withApp, wordsOf } from './terminal.ts'
import { onlyCounty } from './undo.ts'

export async function exportRows(words: readonly string[]): Promise<Exit> {
  const { values, positionals } = wordsOf(words, {
    to: { type: 'string' },
    out: { type: 'string' },
    county: { type: 'string' },
    area: { type: 'string' },
    'as-of': { type: 'string' },
    known: { type: 'string' },
    class: { type: 'string' },
    grade: { type: 'string' },
    owner: { type: 'string' },
    contract: { type: 'string' },
    saline: { type: 'string' },
    q: { type: 'string' },
    sort: { type: 'string' },
    descending: { type: 'boolean', default: false },
    columns: { type: 'string' },
    accept: { type: 'boolean', default: false },
  })
  const language = languageOfTerminal()
  const zh = language === 'zh'
  if (positionals.length !== 1) {
    process.stderr.write(
      zh
        ? `请说明导出哪张表：${WHATS.join('、')}。例如：dishu export patches --to csv\n`
        : `Say which table: ${WHATS.join(', ')}. For instance: dishu export patches --to csv\n`,
    )
    return EXIT.usage
  }
  const what = orRefused(wordFrom('what', positionals[0], WHATS))
  // the ending of the file says the format where --to does not
  const to = orRefused(wordFrom('to', values.to ?? values.out?.match(/\.(\w+)$/)?.[1]?.toLowerCase(), EXPORT_FORMATS))
  if (!values.out && needsFile(to)) throw new Refused({ code: 'exports/needs-a-file', details: { format: to } })
  if (values.area && !/^\d{6}/.test(values.area))
    throw new Refused({ code: 'count/not-an-area', details: { value: values.area, county: values.county ?? '' } })

  return withApp(values, async (app) => {
    const county = values.county ?? (values.area ? values.area.slice(0, 6) : await onlyCounty(app.pool))
    const { area, known, class: landClass, grade, owner, contract, saline, q, sort, columns } = values
    const address = {
      ...{ what, to, within: area, asOf: values['as-of'], known, class: landClass, grade, owner, contract, saline, q, sort, columns },
      descending: values.descending ? 'true' : undefined,
      accept: values.accept ? 'true' : undefined,
    }
    const told = await transaction(
      app.pool,
      async (db) => {
        const reading = { asOfFrom, withinFrom, filtersFrom, handleAreas, contextOf, classes: classLegend() }
        const prepared = orRefused(await handleExport(db, county, address, reading, { actor: app.actor, now: new Date(), language }))
        const written = values.out ? await toFile(resolve(values.out), prepared.write) : await toStandardOutput(prepared.write)
        return { written, provenance: prepared.provenance }
      },
      { readOnly: true, isolation: 'repeatable read', retries: 0 },
    )
    const { written, provenance } = told
    if (written === null) return EXIT.done
    if (values.out && values.json) {
      const { county: code, asOf, known: rev, hash, synthetic } = provenance
      process.stdout.write(
        `${JSON.stringify({ file: resolve(values.out), what, to, county: code, asOf, known: rev, hash, synthetic, rows: written.rows, bytes: written.bytes })}\n`,
      )
    } else {
      const where = values.out ? `${resolve(values.out)}` : zh ? '标准输出' : 'standard output'
      note(
        zh
          ? `${where}：${written.rows} 行，时点 ${provenance.asOf}，依据第 ${provenance.known} 号修订（${provenance.hash.slice(0, 12)}…）。${provenance.synthetic ? '虚构示例数据。' : ''}`
          : `${where}: ${written.rows} rows as of ${provenance.asOf}, known at revision ${provenance.known} (${provenance.hash.slice(0, 12)}…).${provenance.synthetic ? ' Synthetic sample data.' : ''}`,
      )
    }
    return EXIT.done
  })
}

type Write = PreparedExport['write']

async function toFile(path: string, write: Write) {
  await checkOutputs([path], [])
  return intoPlace(path, write)
}

/** Standard output is not ours to end; a reader that has seen enough (`| head`) ends the export without a word. */
async function toStandardOutput(write: Write) {
  const through = new PassThrough()
  let seenEnough = false
  process.stdout.once('error', (cause: NodeJS.ErrnoException) => {
    seenEnough = cause.code === 'EPIPE'
    through.destroy(cause)
  })
  through.pipe(process.stdout, { end: false })
  try {
    const written = await write(through)
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain')
    return written
  } catch (cause) {
    if (seenEnough) return null
    throw cause
  }
}
