import { resolve } from 'node:path'
import { type Restored, restoreOffice } from '../server/backups.ts'
import { backupProgress, OPENER, openerOf } from './backup-words.ts'
import { EXIT, type Exit, languageOfTerminal, wordsOf } from './terminal.ts'

/** Restores a backup into a new folder; it stands only when it is proved. */
export async function restore(words: readonly string[]): Promise<Exit> {
  const { values, positionals } = wordsOf(words, { ...OPENER, into: { type: 'string' } })
  const zh = languageOfTerminal() === 'zh'
  if (positionals.length !== 1 || values.data === undefined) {
    process.stderr.write(zh ? '用法：dishu restore 备份文件 --data 新目录\n' : 'Usage: dishu restore FILE --data NEWDIR\n')
    return EXIT.usage
  }
  const progress = backupProgress()
  const restored = await restoreOffice(positionals[0], await openerOf(values), values.data, { own: values.into, report: progress.report })
  progress.end()
  if (values.json) process.stdout.write(`${JSON.stringify(restored)}\n`)
  else {
    process.stdout.write(told(restored, zh))
    if (restored.problems.length === 0)
      process.stdout.write(zh ? `已恢复到 ${resolve(values.data)}\n` : `Restored to ${resolve(values.data)}\n`)
  }
  return restored.problems.length === 0 ? EXIT.done : EXIT.found
}

/** What a restore proved, or where it is not what was backed up. */
export function told({ manifest, counties, problems, seconds }: Restored, zh: boolean): string {
  const lines = counties.map(({ county, revisions, rows, documents }) =>
    zh
      ? `${county}：${revisions} 个修订、${rows} 行、${documents} 个文件，与备份时（${manifest.at}）一致。`
      : `${county}: ${revisions} revisions, ${rows} rows and ${documents} files as they were on ${manifest.at}.`,
  )
  const wrong = problems.slice(0, 50).map((each) => `  ${each}`)
  const head =
    problems.length === 0
      ? [
          ...lines,
          zh
            ? `全部行数相等，链与文件已证明，用时 ${seconds.toFixed(1)} 秒。`
            : `All counts are equal, chains and files are proved, in ${seconds.toFixed(1)} s.`,
        ]
      : [
          zh
            ? `恢复的内容与备份不一致（${problems.length} 处），没有留下。`
            : `What was restored is not what was backed up (${problems.length} problems); nothing of it was left.`,
          ...wrong,
        ]
  return `${head.join('\n')}\n`
}
