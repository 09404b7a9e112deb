import { CATALOGUE, type SealedField } from '@dishu/kernel/sealed/sealed'
import { retainAll } from '../server/personal.ts'
import { EXIT, type Exit, languageOfTerminal, withApp, wordsOf } from './terminal.ts'

/** Deletes what is past its term, or says what would be. */
export async function retention(words: readonly string[]): Promise<Exit> {
  const { values } = wordsOf(words, { county: { type: 'string' }, 'dry-run': { type: 'boolean', default: false } })
  const language = languageOfTerminal()
  const zh = language === 'zh'
  const dryRun = values['dry-run']
  return withApp(values, async (app) => {
    const certificates = await retainAll(app, { actor: app.actor, now: new Date(), dryRun }, values.county ?? null)
    if (values.json) process.stdout.write(`${JSON.stringify({ dryRun, certificates })}\n`)
    else
      for (const { county, fields, values: deleted, waiting, events, files } of certificates) {
        const byField = Object.entries(fields)
          .map(([field, { values: some }]) => `${CATALOGUE[field as SealedField][language]} ${some}`)
          .join(zh ? '、' : ', ')
        process.stdout.write(
          zh
            ? `${county}：${dryRun ? '将删除' : '已删除'} ${deleted} 个值${byField && `（${byField}）`}、${files} 个原文件、${events} 条访问记录；${waiting} 个值尚在保存期内。\n`
            : `${county}: ${deleted} values${byField && ` (${byField})`}, ${files} kept files and ${events} access events ${dryRun ? 'would be deleted' : 'deleted'}; ${waiting} values wait for their term.\n`,
        )
      }
    return EXIT.done
  })
}
