import { Refused } from '@dishu/base/refusal'
import { handleCount } from '@dishu/land/count/count.routes'
import { orRefused } from '@dishu/server-kit/http'
import { transaction } from '@dishu/server-kit/sql'
import { contextOf } from '../server/county.ts'
import { EXIT, type Exit, languageOfTerminal, m2Text, muText, table, withApp, wordsOf } from './terminal.ts'
import { onlyCounty } from './undo.ts'

export async function count(words: readonly string[]): Promise<Exit> {
  const { values } = wordsOf(words, {
    by: { type: 'string', default: 'class' },
    area: { type: 'string' },
    level: { type: 'string' },
    'as-of': { type: 'string' },
    known: { type: 'string' },
    class: { type: 'string' },
    grade: { type: 'string' },
    mapgrade: { type: 'string' },
    owner: { type: 'string' },
    contract: { type: 'string' },
    saline: { type: 'string' },
  })
  const language = languageOfTerminal()
  const zh = language === 'zh'
  return withApp(values, async (app) => {
    if (values.area && !/^\d{6}/.test(values.area))
      throw new Refused({ code: 'count/not-an-area', details: { value: values.area, county: '' } })
    const county = values.area ? values.area.slice(0, 6) : await onlyCounty(app.pool)
    const reply = await transaction(
      app.pool,
      async (db) => {
        const { by, area, level, known, class: landClass, grade, mapgrade, owner, contract, saline } = values
        const address = {
          by,
          within: area,
          level,
          asOf: values['as-of'],
          known,
          class: landClass,
          grade,
          mapgrade,
          owner,
          contract,
          saline,
        }
        return orRefused(await handleCount(db, county, address, await contextOf(db, county, new Date(), language)))
      },
      { readOnly: true, isolation: 'repeatable read' },
    )
    if (values.json) {
      process.stdout.write(`${JSON.stringify(reply)}\n`)
      return EXIT.done
    }
    const dimensions = (values.by ?? '').split(',').filter(Boolean)
    const withInterval = reply.rows.some(({ interval }) => interval !== undefined)
    const rows = reply.rows.map((row) => [
      ...dimensions.map((each) => String(row.by[each as keyof typeof row.by] ?? '')),
      muText(row.area),
      m2Text(row.area),
      String(row.patches),
      ...(withInterval
        ? [row.interval ? `${muText(row.interval.estimate)} ± ${muText((row.interval.high - row.interval.low) / 2)}` : '']
        : []),
    ])
    rows.push([
      ...dimensions.map((_, i) => (i === 0 ? (zh ? '合计' : 'total') : '')),
      muText(reply.total.area),
      m2Text(reply.total.area),
      String(reply.total.patches),
      ...(withInterval ? [''] : []),
    ])
    if (reply.synthetic) process.stdout.write(zh ? '虚构示例数据，不代表任何真实地区。\n' : 'Synthetic sample data; no real place.\n')
    process.stdout.write(
      zh
        ? `${reply.within}，时点 ${reply.asOf}，依据第 ${reply.known} 号修订；分级：${reply.scheme.name}，${reply.scheme.depth}，${reply.scheme.season}，${reply.scheme.rule}\n`
        : `${reply.within} as of ${reply.asOf}, known at revision ${reply.known}; graded by ${reply.scheme.name}, ${reply.scheme.depth}, ${reply.scheme.season}, ${reply.scheme.rule}\n`,
    )
    process.stdout.write(
      table(
        [
          ...dimensions,
          zh ? '亩' : 'mu',
          zh ? '平方米' : 'm²',
          zh ? '图斑' : 'patches',
          ...(withInterval ? [zh ? '估计（亩，95%）' : 'estimate (mu, 95 %)'] : []),
        ],
        rows,
        new Set([dimensions.length, dimensions.length + 1, dimensions.length + 2, dimensions.length + 3]),
      ),
    )
    if (reply.unplaced.contracts > 0)
      process.stdout.write(
        zh
          ? `另有 ${reply.unplaced.contracts} 份合同（${muText(reply.unplaced.area)} 亩）未能落图，不在合计内。\n`
          : `${reply.unplaced.contracts} contracts (${muText(reply.unplaced.area)} mu) lie on no parcel of the map and are not in the total.\n`,
      )
    return EXIT.done
  })
}
