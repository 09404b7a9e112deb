import { existsSync, rmSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Refused } from '@dishu/base/refusal'
import { verifyBackup } from '@dishu/server-kit/backup'
import { backupName } from '@dishu/server-kit/backup-keep'
import type { Manifest } from '@dishu/server-kit/backup-parts'
import { newBackupKey, recipientOf } from '@dishu/server-kit/backup-seal'
import { backUpOffice, backupFolder, listBackups, readSchedule, writeSchedule } from '../server/backups.ts'
import { backupProgress, lockOf, megabytes, OPENER, openerOf } from './backup-words.ts'
import { dataDirOf, EXIT, type Exit, languageOfTerminal, withApp, wordsOf } from './terminal.ts'

/** Makes, checks, lists and schedules backups. */
export async function backup(words: readonly string[]): Promise<Exit> {
  const { values } = wordsOf(words, {
    ...OPENER,
    key: { type: 'string' },
    out: { type: 'string' },
    verify: { type: 'string' },
    'new-key': { type: 'string' },
    every: { type: 'string' },
    daily: { type: 'string', default: '7' },
    weekly: { type: 'string', default: '5' },
    folder: { type: 'string' },
    'no-schedule': { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  })
  const zh = languageOfTerminal() === 'zh'
  const dataDir = dataDirOf(values)
  const say = (document: unknown, text: string) => process.stdout.write(values.json ? `${JSON.stringify(document)}\n` : `${text}\n`)

  if (values['new-key'] !== undefined) return makeKey(values['new-key'], say)
  if (values.verify !== undefined) {
    const verified = await verifyBackup(values.verify, await openerOf(values))
    if (!verified.ok) throw new Refused(verified.refusal)
    say({ manifest: verified.value }, summary(verified.value, zh))
    return EXIT.done
  }
  if (values['no-schedule']) {
    await writeSchedule(dataDir, null)
    say({ schedule: null }, zh ? '不再自动备份。' : 'The server makes no more backups by itself.')
    return EXIT.done
  }
  if (values.every !== undefined) {
    const lock = await lockOf({ key: values.key }, null)
    const [everyHours, daily, weekly] = [Number(values.every), Number(values.daily), Number(values.weekly)]
    if (
      !(everyHours >= 1 && everyHours <= 8_760) ||
      ![daily, weekly].every((each) => Number.isInteger(each) && each >= 0 && each <= 1000) ||
      !('publicKey' in lock)
    ) {
      process.stderr.write(
        zh
          ? '--every 为 1 至 8760 小时，--daily 与 --weekly 为 0 至 1000。\n'
          : '--every is 1 to 8760 hours, --daily and --weekly 0 to 1000.\n',
      )
      return EXIT.usage
    }
    const schedule = {
      everyHours,
      daily,
      weekly,
      folder: values.folder === undefined ? null : resolve(values.folder),
      publicKey: lock.publicKey,
    }
    recipientOf(schedule.publicKey) // a text that is no key fails here and not at night
    await writeSchedule(dataDir, schedule)
    const folder = backupFolder(dataDir, schedule)
    say(
      { schedule: { everyHours, daily, weekly, folder } },
      zh
        ? `服务运行时每 ${everyHours} 小时备份到 ${folder}，保留最近 ${daily} 天与 ${weekly} 周各一份。`
        : `While the server runs it backs up every ${everyHours} hours to ${folder}, and keeps one of each of the last ${daily} days and ${weekly} weeks.`,
    )
    return EXIT.done
  }
  const schedule = await readSchedule(dataDir)
  if (values.list) {
    const folder = values.folder ?? backupFolder(dataDir, schedule)
    const backups = await listBackups(folder)
    const lines = backups.map(({ file, at, bytes }) => `${at.toISOString()}  ${megabytes(bytes).padStart(12)}  ${file}`)
    say({ folder, backups }, lines.length > 0 ? lines.join('\n') : zh ? `${folder} 中没有备份。` : `There is no backup in ${folder}.`)
    return EXIT.done
  }
  const lock = await lockOf(values, schedule?.publicKey ?? null)
  const now = new Date()
  const place = values.out ?? backupFolder(dataDir, schedule)
  const isFolder = values.out === undefined || /[\\/]$/.test(place) || (existsSync(place) && statSync(place).isDirectory())
  const file = isFolder ? join(place, backupName(now)) : place
  const progress = backupProgress()
  // nobody waits for a copy that nobody wants any more: the engine is told to stop by the process's own end
  for (const [signal, exit] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    process.once(signal, () => {
      rmSync(`${file}.part`, { force: true })
      process.exit(exit)
    })
  return withApp(values, async (app) => {
    const made = await backUpOffice(app, file, lock, now, progress.report)
    progress.end()
    say(
      { file: resolve(made.file), bytes: made.bytes, manifest: made.manifest },
      `${summary(made.manifest, zh)}\n${resolve(made.file)} ${megabytes(made.bytes)}`,
    )
    return EXIT.done
  })
}

async function makeKey(file: string, say: (document: unknown, text: string) => void): Promise<Exit> {
  const { publicKey, privateKey } = newBackupKey(null)
  const open = `${file}.pub`
  await writeFile(file, privateKey, { mode: 0o600, flag: 'wx' })
  await writeFile(open, publicKey, { flag: 'wx' })
  const recipient = recipientOf(publicKey)
  say(
    { recipient, privateKey: resolve(file), publicKey: resolve(open) },
    languageOfTerminal() === 'zh'
      ? `公钥 ${open} 留在本机用于加密；私钥 ${file} 请移到本机之外保管（没有它，任何人都打不开备份）。编号 ${recipient}`
      : `The public key ${open} stays here and seals. Take the private key ${file} off this machine: without it nobody opens a backup. Number ${recipient}`,
  )
  return EXIT.done
}

function summary({ at, parts, migrations }: Manifest, zh: boolean): string {
  const tables = parts.filter(({ kind }) => kind === 'table')
  const rows = tables.reduce((sum, each) => sum + (each.rows ?? 0), 0)
  const files = parts.length - tables.length
  return zh
    ? `备份时刻 ${at}：${tables.length} 张表 ${rows} 行，${files} 个文件，全部校验无误（结构 ${migrations.at(-1)}）。`
    : `As of ${at}: ${tables.length} tables with ${rows} rows and ${files} files, every digest agrees (schema ${migrations.at(-1)}).`
}
