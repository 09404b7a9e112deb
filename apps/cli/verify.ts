import { readFile } from 'node:fs/promises'
import { Refused } from '@dishu/base/refusal'
import { type HeadProblem, signedHeadFrom } from '@dishu/kernel/records/heads'
import { readChains } from '@dishu/kernel/records/records.store'
import { onConnection, transaction } from '@dishu/server-kit/sql'
import type { App } from '../server/app.ts'
import { checkHead } from '../server/heads.ts'
import { verifyAll } from '../server/verify.ts'
import { EXIT, type Exit, languageOfTerminal, progressLine, withApp, wordsOf } from './terminal.ts'

export async function verify(words: readonly string[]): Promise<Exit> {
  const { values } = wordsOf(words, { county: { type: 'string' }, head: { type: 'string' }, fingerprint: { type: 'string' } })
  const zh = languageOfTerminal() === 'zh'
  return withApp(values, async (app) => {
    const counties = values.county ? [values.county] : (await onConnection(app.pool, readChains)).map(({ county }) => county)
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
    const against = values.head === undefined ? null : await compare(app, values.head, values.fingerprint ?? null)
    if (values.json) process.stdout.write(`${JSON.stringify({ counties: results, ...(against === null ? {} : { head: against }) })}\n`)
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
    if (!values.json && against !== null) {
      const { at, problems } = against
      if (problems.length === 0)
        process.stdout.write(zh ? `与 ${at} 签名的链头一致。\n` : `Everything signed on ${at} is still there as it was.\n`)
      for (const { county, rev, problem } of problems) process.stdout.write(`  ${county} ${problem} ${rev ?? ''}\n`)
    }
    if (against !== null && against.problems.length > 0) return EXIT.found
    return results.some((each) => each.problems.length > 0) ? EXIT.found : EXIT.done
  })
}

/** What is no longer as a signed head says. */
async function compare(
  app: App,
  file: string,
  fingerprint: string | null,
): Promise<{ readonly at: string; readonly problems: readonly HeadProblem[] }> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const signed = signedHeadFrom(text, file)
  if (!signed.ok) throw new Refused(signed.refusal)
  const checked = await onConnection(app.pool, (db) => checkHead(db, signed.value, file, fingerprint))
  if (!checked.ok) throw new Refused(checked.refusal)
  return { at: signed.value.head.at, problems: checked.value }
}
