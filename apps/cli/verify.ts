import { readCounties } from '@dishu/kernel/records/records.store'
import { onConnection, transaction } from '@dishu/server-kit/sql'
import { verifyAll } from '../server/verify.ts'
import { EXIT, type Exit, languageOfTerminal, progressLine, withApp, wordsOf } from './terminal.ts'

export async function verify(words: readonly string[]): Promise<Exit> {
  const { values } = wordsOf(words, { county: { type: 'string' } })
  const zh = languageOfTerminal() === 'zh'
  return withApp(values, async (app) => {
    const counties = values.county ? [values.county] : (await onConnection(app.pool, readCounties)).map(({ county }) => county)
    const line = progressLine()
    const results = []
    for (const county of counties) {
      results.push(
        await transaction(app.pool, (db) => verifyAll(db, county, app, (rows) => line.show(`${county} ${rows}`)), {
          isolation: 'repeatable read',
          retries: 0,
        }),
      )
    }
    line.end()
    if (values.json) process.stdout.write(`${JSON.stringify({ counties: results })}\n`)
    else {
      for (const { county, revisions, rows, documents, sealed, head, problems } of results) {
        process.stdout.write(
          problems.length === 0
            ? zh
              ? `${county}：${revisions} 个修订、${rows} 行、${documents} 个文件、${sealed} 个封存值全部一致。链头 ${head}\n`
              : `${county}: ${revisions} revisions, ${rows} rows, ${documents} files and ${sealed} sealed values all agree. Head ${head}\n`
            : zh
              ? `${county}：发现 ${problems.length} 处不一致。\n`
              : `${county}: ${problems.length} problem(s).\n`,
        )
        for (const each of problems.slice(0, 50))
          process.stdout.write(
            `  ${each.problem}${each.rev === null ? '' : ` rev ${each.rev}`}${each.kind === null ? '' : ` ${each.kind}`}${each.id === null ? '' : ` ${each.id}`}\n`,
          )
      }
    }
    return results.some((each) => each.problems.length > 0) ? EXIT.found : EXIT.done
  })
}
