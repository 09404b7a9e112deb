/** What `dishu doctor` makes of what it saw. Pure: facts in, findings with their remedy out. */
import type { Language } from '@dishu/base/refusal'

/** `good`: nothing to do. `note`: worth knowing. `warning`: will hurt one day. `fault`: hurts now. */
export type Level = 'good' | 'note' | 'warning' | 'fault'

type Words = { readonly what: string; readonly act?: string }
export type Finding = { readonly check: string; readonly level: Level } & Readonly<Record<Language, Words>>

export type MachineFacts = {
  readonly node: string
  readonly cores: number
  readonly memoryBytes: number
  readonly temporary: { readonly folder: string; readonly freeBytes: number }
  readonly pagesBuilt: boolean
  /** The packaged engine; null: none for this kind of machine. */
  readonly engine: string | null
}

export type FolderFacts = {
  readonly folder: string
  readonly freeBytes: number
  readonly mode: number
  /** The kind of file system where it is one over a network; null: a disk of this machine. */
  readonly network: string | null
  /** Files with a secret that others may read. */
  readonly openSecrets: readonly string[]
  readonly owner: { readonly pid: number; readonly role: string } | null
}

export type BackupFacts = {
  readonly everyHours: number | null
  readonly newest: Date | null
  readonly folder: string
  readonly sameDisk: boolean
}

export type DatabaseFacts = {
  readonly kind: 'embedded' | 'own'
  readonly version: string
  readonly bytes: number
  /** Settings without which an acknowledged write may be lost or altered unnoticed, where they are off. */
  readonly unsafe: readonly string[]
  readonly pending: readonly string[]
  /** A migration that the program does not know: the database is newer. */
  readonly unknown: string | null
}

export type OfficeFacts = {
  readonly counties: readonly { readonly county: string; readonly revisions: number; readonly newest: Date }[]
  readonly accounts: number
  readonly administratorsWithoutSecondFactor: number
  /** Work that began long ago and has not moved, and work that ended in a fault. */
  readonly stuck: readonly { readonly work: string; readonly id: string; readonly since: Date }[]
  readonly failed: readonly { readonly work: string; readonly id: string; readonly since: Date }[]
  readonly newestHead: string | null
}

const GB = 1024 ** 3
const gb = (bytes: number) => `${(bytes / GB).toFixed(1)} GB`
const hours = (from: Date, to: Date) => (to.getTime() - from.getTime()) / 3_600_000
const moment = (at: Date) => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`

/** Bytes free below which an import is refused, as `kernel/intake` has it. */
const FULL = 500 * 1024 * 1024
const TIGHT = 10 * GB

export function examineMachine({ node, cores, memoryBytes, temporary, pagesBuilt, engine }: MachineFacts): Finding[] {
  const weak = cores < 2 || memoryBytes < 3.5 * GB
  const full = temporary.freeBytes < FULL
  return [
    { check: 'node', level: 'good', zh: { what: `Node.js ${node}` }, en: { what: `Node.js ${node}` } },
    {
      check: 'machine',
      level: weak ? 'warning' : 'good',
      zh: {
        what: `${cores} 个处理器核，内存 ${gb(memoryBytes)}`,
        ...(weak && { act: '百万图斑的县需要 2 个核、4 GB 内存；小县可用，但大批导入会慢。' }),
      },
      en: {
        what: `${cores} processor cores, ${gb(memoryBytes)} of memory`,
        ...(weak && { act: 'A county of a million patches wants 2 cores and 4 GB; smaller ones work, large imports are slow.' }),
      },
    },
    {
      check: 'temporary',
      level: full ? 'fault' : temporary.freeBytes < 2 * GB ? 'warning' : 'good',
      zh: {
        what: `临时目录 ${temporary.folder} 剩余 ${gb(temporary.freeBytes)}`,
        ...(temporary.freeBytes < 2 * GB && { act: '请清理临时目录，或用环境变量 TMPDIR 指到更大的磁盘。' }),
      },
      en: {
        what: `temporary folder ${temporary.folder}: ${gb(temporary.freeBytes)} free`,
        ...(temporary.freeBytes < 2 * GB && { act: 'Make room there, or name a larger disk in TMPDIR.' }),
      },
    },
    {
      check: 'pages',
      level: pagesBuilt ? 'good' : 'fault',
      zh: pagesBuilt ? { what: '网页已生成' } : { what: '网页尚未生成', act: '请运行 npm start，它会生成网页。' },
      en: pagesBuilt ? { what: 'the pages are built' } : { what: 'the pages are not built', act: 'Run npm start: it builds them.' },
    },
    engine === null
      ? {
          check: 'engine',
          level: 'fault',
          zh: { what: '本机类型没有内置数据库', act: '请用 DISHU_DATABASE_URL 指定自己的 PostgreSQL（15 或更新）。' },
          en: {
            what: 'no database comes along for this kind of machine',
            act: 'Name your own PostgreSQL (15 or newer) in DISHU_DATABASE_URL.',
          },
        }
      : { check: 'engine', level: 'good', zh: { what: `内置 PostgreSQL ${engine}` }, en: { what: `PostgreSQL ${engine} comes along` } },
  ]
}

/** `null`: there is no data folder yet. */
export function examineFolder(folder: string, facts: FolderFacts | null): Finding[] {
  if (facts === null)
    return [
      {
        check: 'folder',
        level: 'note',
        zh: { what: `数据目录 ${folder} 尚未建立`, act: '运行 npm start 建立，首次会装入合成的样例县。' },
        en: { what: `there is no data folder at ${folder} yet`, act: 'npm start makes it, with the synthetic sample county.' },
      },
    ]
  const { freeBytes, mode, network, openSecrets, owner } = facts
  const room: Level = freeBytes < FULL ? 'fault' : freeBytes < TIGHT ? 'warning' : 'good'
  const findings: Finding[] = [
    {
      check: 'disk',
      level: room,
      zh: {
        what: `数据目录 ${folder} 所在磁盘剩余 ${gb(freeBytes)}`,
        ...(room !== 'good' && { act: room === 'fault' ? '不足 0.5 GB 时拒绝导入：请立即清理磁盘。' : '请在用完之前扩容或清理磁盘。' }),
      },
      en: {
        what: `the disk of ${folder} has ${gb(freeBytes)} free`,
        ...(room !== 'good' && {
          act: room === 'fault' ? 'Imports are refused below 0.5 GB: make room now.' : 'Make room before it is used up.',
        }),
      },
    },
    {
      check: 'owner',
      level: 'good',
      zh: { what: owner ? `正在使用：${owner.role}，进程 ${owner.pid}` : '当前没有程序在使用' },
      en: { what: owner ? `in use by the ${owner.role} of process ${owner.pid}` : 'nothing uses it now' },
    },
  ]
  if (network !== null)
    findings.push({
      check: 'network-disk',
      level: 'fault',
      zh: { what: `数据目录在网络文件系统上（${network}）`, act: '数据库放在网络盘上可能丢失数据：请移到本机磁盘。' },
      en: {
        what: `the data folder lies on a network file system (${network})`,
        act: 'A database there may lose data: move it to a disk of this machine.',
      },
    })
  if ((mode & 0o022) !== 0)
    findings.push({
      check: 'folder-open',
      level: 'fault',
      zh: { what: '他人可写入数据目录', act: `请运行 chmod go-w ${folder}。` },
      en: { what: 'others may write into the data folder', act: `Run chmod go-w ${folder}.` },
    })
  if (openSecrets.length > 0)
    findings.push({
      check: 'secrets',
      level: 'fault',
      zh: { what: `他人可读取密钥文件：${openSecrets.join('、')}`, act: '请对这些文件运行 chmod 600，并更换密钥（dishu keys rotate）。' },
      en: {
        what: `others may read files with secrets: ${openSecrets.join(', ')}`,
        act: 'Run chmod 600 on them, and turn the keys (dishu keys rotate).',
      },
    })
  return findings
}

export function examineDatabase({ kind, version, bytes, unsafe, pending, unknown }: DatabaseFacts): Finding[] {
  const findings: Finding[] = [
    {
      check: 'database',
      level: 'good',
      zh: { what: `${kind === 'own' ? '自有' : '内置'} PostgreSQL ${version}，${gb(bytes)}` },
      en: { what: `${kind === 'own' ? 'your own' : 'embedded'} PostgreSQL ${version}, ${gb(bytes)}` },
    },
    unknown !== null
      ? {
          check: 'schema',
          level: 'fault',
          zh: { what: `数据库比程序新（${unknown}）`, act: '请使用新版程序，或用备份恢复到旧版。' },
          en: {
            what: `the database is newer than the program (${unknown})`,
            act: 'Use the newer program, or restore a backup of the older.',
          },
        }
      : pending.length > 0
        ? {
            check: 'schema',
            level: 'note',
            zh: {
              what: `数据库结构有 ${pending.length} 项待更新（${pending[0]} 起）`,
              act: '下次启动时自动完成；请先备份（dishu backup）。',
            },
            en: {
              what: `${pending.length} change(s) of the schema wait (from ${pending[0]})`,
              act: 'The next start makes them; back up first (dishu backup).',
            },
          }
        : { check: 'schema', level: 'good', zh: { what: '数据库结构为最新' }, en: { what: 'the schema is up to date' } },
  ]
  if (unsafe.length > 0)
    findings.push({
      check: 'durability',
      level: 'fault',
      zh: { what: `数据库的安全设置被关闭：${unsafe.join('、')}`, act: '断电可能丢失已确认的写入：请在 PostgreSQL 中打开。' },
      en: {
        what: `safety is switched off in the database: ${unsafe.join(', ')}`,
        act: 'A power cut may lose acknowledged writes: switch it on in PostgreSQL.',
      },
    })
  return findings
}

/** The sample's invented county: a code that no county bears. */
const SAMPLE = '220899'

export function examineOffice(
  { counties, accounts, administratorsWithoutSecondFactor, stuck, failed, newestHead }: OfficeFacts,
  now: Date,
): Finding[] {
  const findings: Finding[] = []
  const revisions = counties.reduce((sum, each) => sum + each.revisions, 0)
  findings.push({
    check: 'register',
    level: counties.length === 0 ? 'note' : 'good',
    zh:
      counties.length === 0
        ? { what: '登记簿为空', act: '在“导入”页放入文件，或运行 dishu import 文件。' }
        : {
            what: `${counties.length} 个县，${revisions} 个修订${counties.every(({ county }) => county === SAMPLE) ? '（只有合成样例县）' : ''}`,
          },
    en:
      counties.length === 0
        ? { what: 'the register is empty', act: 'Drop files on the import page, or run dishu import FILE.' }
        : {
            what: `counties: ${counties.length}, revisions: ${revisions}${counties.every(({ county }) => county === SAMPLE) ? ' (the synthetic sample alone)' : ''}`,
          },
  })
  const ahead = counties.find(({ newest }) => hours(now, newest) > 5 / 60)
  if (ahead)
    findings.push({
      check: 'clock',
      level: 'fault',
      zh: { what: `本机时钟早于县 ${ahead.county} 的最新修订（${moment(ahead.newest)}）`, act: '请校准时钟后再写入。' },
      en: {
        what: `the clock is behind the newest revision of county ${ahead.county} (${moment(ahead.newest)})`,
        act: 'Set the clock before anything is written.',
      },
    })
  if (revisions > 0 && newestHead === null)
    findings.push({
      check: 'head',
      level: 'note',
      zh: { what: '还没有签名的链头', act: '运行中的服务每天签一次；也可运行 dishu head --out 文件，并存放在办公室之外。' },
      en: {
        what: 'no head has been signed yet',
        act: 'A running server signs one a day; dishu head --out FILE makes one to keep outside the office.',
      },
    })
  else if (newestHead !== null)
    findings.push({
      check: 'head',
      level: 'good',
      zh: { what: `最新签名链头：${newestHead}` },
      en: { what: `newest signed head: ${newestHead}` },
    })
  findings.push(
    accounts === 0
      ? {
          check: 'accounts',
          level: 'note',
          zh: { what: '单用户模式：无需密码，仅限本机访问', act: '多人使用请运行 dishu start --office，建立账户。' },
          en: {
            what: 'single-user mode: no password, this machine alone',
            act: 'For several people: dishu start --office makes accounts.',
          },
        }
      : {
          check: 'accounts',
          level: administratorsWithoutSecondFactor > 0 ? 'warning' : 'good',
          zh: {
            what: `${accounts} 个账户${administratorsWithoutSecondFactor > 0 ? `，其中 ${administratorsWithoutSecondFactor} 个管理员没有第二验证` : ''}`,
            ...(administratorsWithoutSecondFactor > 0 && { act: '请他们在“我的账户”页启用动态口令。' }),
          },
          en: {
            what: `${accounts} accounts${administratorsWithoutSecondFactor > 0 ? `, ${administratorsWithoutSecondFactor} administrator(s) without a second factor` : ''}`,
            ...(administratorsWithoutSecondFactor > 0 && { act: 'Have them set up a one-time code on their account page.' }),
          },
        },
  )
  for (const { work, id, since } of stuck)
    findings.push({
      check: 'stuck',
      level: 'warning',
      zh: { what: `任务 ${work} ${id} 自 ${moment(since)} 起没有进展`, act: '请在任务列表中取消，或重新启动服务：它会接着做。' },
      en: {
        what: `the ${work} ${id} has not moved since ${moment(since)}`,
        act: 'Cancel it in the list of tasks, or start the server again: it goes on.',
      },
    })
  if (failed.length > 0)
    findings.push({
      check: 'failed',
      level: 'warning',
      zh: {
        what: `${failed.length} 个任务以故障结束（最近：${failed[0].work} ${moment(failed[0].since)}）`,
        act: '数据目录中的 faults.log 有原因。',
      },
      en: {
        what: `${failed.length} task(s) ended in a fault (last: ${failed[0].work} ${moment(failed[0].since)})`,
        act: 'faults.log in the data folder says why.',
      },
    })
  return findings
}

export function examineBackups({ everyHours, newest, folder, sameDisk }: BackupFacts, hasOwnData: boolean, now: Date): Finding[] {
  const age = newest === null ? null : hours(newest, now)
  const findings: Finding[] = []
  if (everyHours === null)
    findings.push({
      check: 'backup-schedule',
      level: hasOwnData ? 'warning' : 'note',
      zh: { what: '没有定时备份', act: '运行 dishu backup --every 24 --key 公钥文件 设定（见 docs/backup.md）。' },
      en: { what: 'no backup is scheduled', act: 'dishu backup --every 24 --key FILE sets one (docs/backup.md).' },
    })
  else {
    const late = age === null || age > 2 * everyHours + 1
    findings.push({
      check: 'backup-schedule',
      level: late ? 'fault' : 'good',
      zh: {
        what: `每 ${everyHours} 小时备份一次，最新：${newest ? moment(newest) : '尚无'}`,
        ...(late && { act: '备份已逾期：请查看 faults.log，并运行 dishu backup。' }),
      },
      en: {
        what: `a backup every ${everyHours} h, the newest: ${newest ? moment(newest) : 'none yet'}`,
        ...(late && { act: 'It is overdue: look into faults.log, and run dishu backup.' }),
      },
    })
  }
  if (newest !== null && sameDisk)
    findings.push({
      check: 'backup-disk',
      level: 'warning',
      zh: { what: `备份与数据在同一块磁盘上（${folder}）`, act: '请把备份目录设在另一块磁盘或另一台机器。' },
      en: { what: `backups lie on the disk of the data (${folder})`, act: 'Put them on another disk or another machine.' },
    })
  return findings
}

const RANK: Readonly<Record<Level, number>> = { good: 0, note: 1, warning: 2, fault: 3 }
export const worstOf = (findings: readonly Finding[]): Level =>
  findings.reduce<Level>((worst, { level }) => (RANK[level] > RANK[worst] ? level : worst), 'good')
