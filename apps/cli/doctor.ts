import { existsSync, readdirSync, statfsSync, statSync } from 'node:fs'
import { availableParallelism, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Language } from '@dishu/base/refusal'
import { engineUser, prepareEngine } from '@dishu/server-kit/cluster-engine'
import { livingOwner } from '@dishu/server-kit/cluster-lock'
import { openDatabase } from '@dishu/server-kit/embedded'
import { onConnection, openPool } from '@dishu/server-kit/sql'
import { WEB_FOLDER } from '../server/app.ts'
import { backupFolder, listBackups, readSchedule } from '../server/backups.ts'
import { readDatabaseState, readRegisterState } from '../server/diagnosis.ts'
import { say } from '../server/sentences.ts'
import {
  type BackupFacts,
  examineBackups,
  examineDatabase,
  examineFolder,
  examineMachine,
  examineOffice,
  type Finding,
  type FolderFacts,
  type Level,
  type MachineFacts,
  worstOf,
} from './doctor-rules.ts'
import { dataDirOf, EXIT, type Exit, languageOfTerminal, table, wordsOf } from './terminal.ts'

/** Looks at the machine, the data folder, the database, the register and the backups, changes nothing, and says what to do. */
export async function doctor(words: readonly string[]): Promise<Exit> {
  const { values } = wordsOf(words, {})
  const now = new Date()
  const folder = dataDirOf(values)
  const findings = [...examineMachine(machineFacts(folder)), ...examineFolder(folder, folderFacts(folder))]
  findings.push(...(await lookInside(folder, now)))
  const worst = worstOf(findings)
  if (values.json) process.stdout.write(`${JSON.stringify({ at: now.toISOString(), folder, worst, findings })}\n`)
  else process.stdout.write(told(findings, worst, languageOfTerminal()))
  return worst === 'fault' || worst === 'warning' ? EXIT.found : EXIT.done
}

function machineFacts(folder: string): MachineFacts {
  const user = engineUser()
  const engine = user.ok ? prepareEngine(existsSync(folder) ? folder : tmpdir(), user.value) : user
  const limit = process.constrainedMemory()
  return {
    node: process.versions.node,
    cores: availableParallelism(),
    memoryBytes: limit > 0 ? Math.min(limit, totalmem()) : totalmem(),
    temporary: { folder: tmpdir(), freeBytes: freeBytes(tmpdir()) },
    pagesBuilt: existsSync(join(WEB_FOLDER, 'index.html')),
    engine: engine.ok ? engine.value.version : null,
  }
}

const freeBytes = (path: string) => {
  const { bavail, bsize } = statfsSync(path)
  return bavail * bsize
}

/** Linux's magic numbers of file systems that lie elsewhere (statfs(2)). */
const NETWORK: Readonly<Record<number, string>> = {
  26985: 'NFS',
  20859: 'SMB',
  4266872130: 'SMB2',
  4283649346: 'CIFS',
  16914839: '9P',
  1937076805: 'Coda',
}

function folderFacts(folder: string): FolderFacts | null {
  if (!existsSync(folder)) return null
  const secrets = [
    'pg-password',
    'connection.json',
    'request-role.json',
    ...filesIn(join(folder, 'keys')).map((name) => join('keys', name)),
  ]
  return {
    folder,
    freeBytes: freeBytes(folder),
    mode: statSync(folder).mode,
    network: process.platform === 'linux' ? (NETWORK[statfsSync(folder).type] ?? null) : null,
    openSecrets:
      process.platform === 'win32' // its permissions are not told by a mode
        ? []
        : secrets.filter((name) => existsSync(join(folder, name)) && (statSync(join(folder, name)).mode & 0o077) !== 0),
    owner: livingOwner(join(folder, 'owner.lock')),
  }
}

const filesIn = (folder: string) => (existsSync(folder) ? readdirSync(folder) : [])

async function lookInside(folder: string, now: Date): Promise<Finding[]> {
  const own = Boolean(process.env.DISHU_DATABASE_URL)
  if (!own && !existsSync(join(folder, 'pg'))) return []
  const opened = await openDatabase({ dataDir: folder, role: 'cli' })
  if (!opened.ok) {
    const [zh, en] = (['zh', 'en'] as const).map((language) => {
      const { message, hint } = say(opened.refusal, language)
      return { what: message, ...(hint ? { act: hint } : {}) }
    })
    return [{ check: 'database', level: 'fault', zh, en }]
  }
  const database = opened.value
  const pool = openPool(database.url, { max: 1, idle: 'exit' })
  try {
    const { state, register } = await onConnection(pool, async (db) => ({
      state: await readDatabaseState(db),
      register: await readRegisterState(db, now),
    }))
    const heads = filesIn(join(folder, 'heads')).filter((name) => /^\d{4}-\d{2}-\d{2}\.json$/.test(name))
    const newestHead = heads.sort().at(-1)?.slice(0, 10) ?? null
    const isSampleOnly = register.counties.every(({ county }) => county === '220899')
    return [
      ...examineDatabase({ kind: database.kind, ...state }),
      ...examineOffice({ ...register, newestHead }, now),
      ...examineBackups(await backupFacts(folder), !isSampleOnly, now),
    ]
  } finally {
    await pool.end()
    await database.close()
  }
}

async function backupFacts(folder: string): Promise<BackupFacts> {
  const schedule = await readSchedule(folder)
  const kept = backupFolder(folder, schedule)
  return {
    everyHours: schedule?.everyHours ?? null,
    newest: (await listBackups(kept))[0]?.at ?? null,
    folder: kept,
    sameDisk: existsSync(kept) && existsSync(folder) && statSync(kept).dev === statSync(folder).dev,
  }
}

const MARKS: Readonly<Record<Level, string>> = { good: '✓', note: 'i', warning: '!', fault: '✗' }
const SUMMARY: Readonly<Record<Level, Readonly<Record<Language, string>>>> = {
  good: { zh: '一切正常。', en: 'All is well.' },
  note: { zh: '可以使用；有说明供参考。', en: 'Ready for use; there are notes.' },
  warning: { zh: '可以使用，但有问题应当处理。', en: 'Usable, but something should be seen to.' },
  fault: { zh: '有故障，请先处理标有 ✗ 的各项。', en: 'Something is wrong: see to the lines marked ✗ first.' },
}

function told(findings: readonly Finding[], worst: Level, language: Language): string {
  const rows = findings.map(({ level, ...each }) => [MARKS[level], each[language].what, each[language].act ?? ''])
  const head = language === 'zh' ? ['', '情况', '怎么办'] : ['', 'what', 'what to do']
  return `${table(head, rows)}\n${SUMMARY[worst][language]}\n`
}
