/** The examination: rules on facts that are made up, then the command on real folders and a database that has something wrong with it. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { backupName } from '@dishu/server-kit/backup-keep'
import { onConnection } from '@dishu/server-kit/sql'
import { freshDatabase, type TestDatabase } from '@dishu/testkit/database'
import { writeSchedule } from '../server/backups.ts'
import { readDatabaseState, readRegisterState } from '../server/diagnosis.ts'
import { dishu, dishuJson, temporaryFolder } from './acceptance.testing.ts'
import {
  examineBackups,
  examineDatabase,
  examineFolder,
  examineMachine,
  examineOffice,
  type Finding,
  type Level,
  worstOf,
} from './doctor-rules.ts'

const GB = 1024 ** 3
const now = new Date('2026-11-24T12:00:00Z')
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000)
const levels = (findings: readonly Finding[]) => Object.fromEntries(findings.map(({ check, level }) => [check, level]))

const machine = {
  node: '24.0.0',
  cores: 2,
  memoryBytes: 8 * GB,
  temporary: { folder: '/tmp', freeBytes: 50 * GB },
  pagesBuilt: true,
  engine: '18.4',
}
const folder = { folder: '/data', freeBytes: 100 * GB, mode: 0o40700, network: null, openSecrets: [], owner: null }
const database = { kind: 'embedded', version: '18.4', bytes: GB, unsafe: [], pending: [], unknown: null } as const
const office = {
  counties: [{ county: '220882', revisions: 3, newest: hoursAgo(30) }],
  accounts: 4,
  administratorsWithoutSecondFactor: 0,
  stuck: [],
  failed: [],
  newestHead: '2026-11-24',
}
const backups = { everyHours: 24, newest: hoursAgo(20), folder: '/backups', sameDisk: false }

test('a sound office has nothing to do', () => {
  const findings = [
    ...examineMachine(machine),
    ...examineFolder('/data', folder),
    ...examineDatabase(database),
    ...examineOffice(office, now),
    ...examineBackups(backups, true, now),
  ]
  assert.equal(worstOf(findings), 'good', JSON.stringify(findings.filter(({ level }) => level !== 'good')))
  assert.ok(findings.length >= 12)
})

const cases: readonly [string, Level, readonly Finding[]][] = [
  ['machine', 'warning', examineMachine({ ...machine, cores: 1 })],
  ['machine', 'warning', examineMachine({ ...machine, memoryBytes: 2 * GB })],
  ['temporary', 'warning', examineMachine({ ...machine, temporary: { folder: '/tmp', freeBytes: GB } })],
  ['temporary', 'fault', examineMachine({ ...machine, temporary: { folder: '/tmp', freeBytes: GB / 10 } })],
  ['pages', 'fault', examineMachine({ ...machine, pagesBuilt: false })],
  ['engine', 'fault', examineMachine({ ...machine, engine: null })],
  ['folder', 'note', examineFolder('/data', null)],
  ['disk', 'warning', examineFolder('/data', { ...folder, freeBytes: 5 * GB })],
  ['disk', 'fault', examineFolder('/data', { ...folder, freeBytes: 0.4 * GB })],
  ['network-disk', 'fault', examineFolder('/data', { ...folder, network: 'NFS' })],
  ['folder-open', 'fault', examineFolder('/data', { ...folder, mode: 0o40722 })],
  ['secrets', 'fault', examineFolder('/data', { ...folder, openSecrets: ['keys/seal.pem'] })],
  ['schema', 'note', examineDatabase({ ...database, pending: ['0099_land_more.sql'] })],
  ['schema', 'fault', examineDatabase({ ...database, unknown: '9999_land_later.sql' })],
  ['durability', 'fault', examineDatabase({ ...database, unsafe: ['fsync'] })],
  ['register', 'note', examineOffice({ ...office, counties: [] }, now)],
  ['clock', 'fault', examineOffice({ ...office, counties: [{ county: '220882', revisions: 1, newest: hoursAgo(-1) }] }, now)],
  ['head', 'note', examineOffice({ ...office, newestHead: null }, now)],
  ['accounts', 'note', examineOffice({ ...office, accounts: 0 }, now)],
  ['accounts', 'warning', examineOffice({ ...office, administratorsWithoutSecondFactor: 1 }, now)],
  ['stuck', 'warning', examineOffice({ ...office, stuck: [{ work: 'plan', id: 'a', since: hoursAgo(3) }] }, now)],
  ['failed', 'warning', examineOffice({ ...office, failed: [{ work: 'soil', id: 'b', since: hoursAgo(3) }] }, now)],
  ['backup-schedule', 'warning', examineBackups({ ...backups, everyHours: null }, true, now)],
  ['backup-schedule', 'note', examineBackups({ ...backups, everyHours: null }, false, now)],
  ['backup-schedule', 'fault', examineBackups({ ...backups, newest: null }, true, now)],
  ['backup-schedule', 'fault', examineBackups({ ...backups, newest: hoursAgo(50) }, true, now)],
  ['backup-disk', 'warning', examineBackups({ ...backups, sameDisk: true }, true, now)],
]
for (const [check, level, findings] of cases)
  test(`${check}: ${level}`, () => {
    const found = findings.find((each) => each.check === check)
    assert.equal(found?.level, level)
    assert.equal(worstOf(findings), level, 'and nothing else is wrong')
    assert.ok(found?.zh.act && found.en.act, 'it says what to do, in both languages')
  })

let real: TestDatabase
before(async () => {
  real = await freshDatabase()
})
after(async () => {
  await real?.drop()
})

test('a folder that is not there is no fault, and is not made', async () => {
  const nowhere = join(temporaryFolder(), 'data')
  const { code, out } = await dishu(['doctor', '--data', nowhere, '--json'])
  const { worst, findings } = JSON.parse(out) as { worst: Level; findings: Finding[] }
  assert.equal(levels(findings).folder, 'note')
  assert.equal(code, worst === 'note' ? 0 : 6, 'pages that are not built, or a small machine, are told as well')
  assert.equal(existsSync(nowhere), false)
})

test('a real database with something wrong: seen, told, and left as it is', async () => {
  const data = join(temporaryFolder(), 'data')
  mkdirSync(join(data, 'keys'), { recursive: true, mode: 0o700 })
  writeFileSync(join(data, 'keys', 'seal.pem'), 'secret', { mode: 0o644 })
  chmodSync(join(data, 'keys', 'seal.pem'), 0o644)
  mkdirSync(join(data, 'backups'))
  writeFileSync(join(data, 'backups', backupName(new Date(Date.now() - 60 * 3_600_000))), '')
  await writeSchedule(data, { everyHours: 24, daily: 7, weekly: 5, folder: null, publicKey: 'key' })
  const longAgo = new Date(Date.now() - 5 * 3_600_000)
  await onConnection(real.pool, async (db) => {
    await db.run`insert into ops.soil_task (county, task_id, what, state, created_by, created_at, changed_at, progress, request, reason)
      values ('220882', 'slow', 'map', 'working', 'a', ${longAgo}, ${longAgo}, '{}', '{}', ''),
        ('220882', 'broken', 'map', 'failed', 'a', ${longAgo}, ${longAgo}, '{}', '{}', ''),
        ('220882', 'quick', 'map', 'working', 'a', ${longAgo}, ${new Date()}, '{}', '{}', '')`
    await db.run`delete from migration.applied where number = (select max(number) from migration.applied)`
  })
  const own = { DISHU_DATABASE_URL: real.url }
  const { worst, findings } = await dishuJson<{ worst: Level; findings: Finding[] }>(['doctor', '--data', data], 6, own)
  const found = levels(findings)
  assert.equal(worst, 'fault')
  assert.equal(found.secrets, 'fault')
  assert.equal(found['backup-schedule'], 'fault')
  assert.equal(found['backup-disk'], 'warning')
  assert.equal(found.stuck, 'warning')
  assert.equal(found.failed, 'warning')
  assert.equal(found.schema, 'note')
  assert.equal(found.register, 'note')
  assert.equal(findings.filter(({ check }) => check === 'stuck').length, 1, 'what moves is not stuck')
  await onConnection(real.pool, async (db) => {
    assert.equal((await readDatabaseState(db)).pending.length, 1, 'nothing was migrated')
    await db.run`insert into migration.applied (number, file, owner, sha256, applied_at) values (9999, '9999_land_later.sql', 'land', '', now())`
    assert.equal((await readDatabaseState(db)).unknown, '9999_land_later.sql')
  })
  const { code, out } = await dishu(['doctor', '--data', data, '--language', 'zh'], own)
  assert.equal(code, 6)
  assert.match(out, /他人可读取密钥文件：keys\/seal\.pem/)
  assert.match(out, /数据库比程序新（9999_land_later\.sql）/)
})

test('an empty database of no schema at all is looked at as well', async () => {
  await using empty = await freshDatabase({ migrations: null })
  await onConnection(empty.pool, async (db) => {
    const { pending, unknown } = await readDatabaseState(db)
    assert.ok(pending.length > 20)
    assert.equal(unknown, null)
    assert.deepEqual(await readRegisterState(db, now), {
      counties: [],
      accounts: 0,
      administratorsWithoutSecondFactor: 0,
      stuck: [],
      failed: [],
    })
  })
})
