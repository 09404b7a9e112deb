import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Refused } from '@dishu/base/refusal'
import { backupFolder, listBackups, readSchedule, restoreOffice } from '../server/backups.ts'
import { backupProgress, OPENER, openerOf } from './backup-words.ts'
import { told } from './restore.ts'
import { dataDirOf, EXIT, type Exit, languageOfTerminal, wordsOf } from './terminal.ts'

/** Restores a backup (the newest, where none is named) into a temporary folder, proves it, tells, and removes it. */
export async function rehearse(words: readonly string[]): Promise<Exit> {
  const { values, positionals } = wordsOf(words, { ...OPENER, scratch: { type: 'string' } })
  const dataDir = dataDirOf(values)
  const folder = backupFolder(dataDir, await readSchedule(dataDir))
  const file = positionals[0] ?? (await listBackups(folder))[0]?.file
  if (file === undefined) throw new Refused({ code: 'backup/no-backups', details: { folder } })
  const opener = await openerOf(values)
  const scratch = await mkdtemp(join(values.scratch ?? tmpdir(), 'dishu-rehearsal-'))
  await chmod(scratch, 0o711) // under root the engine's own user passes through
  const progress = backupProgress()
  try {
    const restored = await restoreOffice(file, opener, join(scratch, 'data'), { report: progress.report })
    progress.end()
    if (values.json) process.stdout.write(`${JSON.stringify({ file, ...restored })}\n`)
    else process.stdout.write(`${file}\n${told(restored, languageOfTerminal() === 'zh')}`)
    return restored.problems.length === 0 ? EXIT.done : EXIT.found
  } finally {
    await rm(scratch, { recursive: true, force: true, maxRetries: 3 })
  }
}
