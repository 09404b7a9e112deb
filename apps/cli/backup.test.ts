/** A whole office backed up from one's own PostgreSQL and restored into the embedded one, by the functions and by the commands; schedules by a clock of the test's. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import test, { after, before } from 'node:test'
import { backupName } from '@dishu/server-kit/backup-keep'
import { newBackupKey } from '@dishu/server-kit/backup-seal'
import { onConnection } from '@dishu/server-kit/sql'
import { freshDatabase, type TestDatabase } from '@dishu/testkit/database'
import { type App, joinApp } from '../server/app.ts'
import { backUpOffice, listBackups, type Restored, restoreOffice, scheduledBackup, writeSchedule } from '../server/backups.ts'
import { loadSample } from '../server/first-sample.ts'
import { dishu, dishuJson, openFolder, type RefusalReply, registerHash, temporaryFolder, type VerifyReply } from './acceptance.testing.ts'

const folder = temporaryFolder()
const office = newBackupKey(null)
const opener = { privateKey: office.privateKey }
let database: TestDatabase
let app: App

before(async () => {
  database = await freshDatabase()
  app = await joinApp(join(folder, 'data'), database.url)
  await loadSample(app, { patches: 120 })
  writeFileSync(join(folder, 'office-backup'), office.privateKey)
  writeFileSync(join(folder, 'words'), '一二三四五六七八九十十一\n')
})
after(async () => {
  await app?.close()
  await database?.drop()
})

test('an office restored: every row of every table, every document and sealed value, and the commands say so', async (t) => {
  const file = join(folder, 'office.backup')
  const backedUp = await registerHash(app.pool) // that it was made is kept after it
  const { bytes } = await backUpOffice(app, file, { publicKey: office.publicKey }, new Date())
  const whole = readFileSync(file)
  const names = await onConnection(app.pool, (db) => db.all<{ name: string }>`select area_name as name from kernel.area_now limit 3`).catch(
    () => [],
  )
  for (const { name } of names) assert.ok(!whole.includes(Buffer.from(name)), 'nothing can be read in it')

  const target = join(folder, 'restored')
  const key = ['--key-file', join(folder, 'office-backup')]
  const restored = await dishuJson<Restored>(['restore', file, '--data', target, ...key])
  assert.deepEqual(restored.problems, [])
  t.diagnostic(`${bytes} bytes, restored and proved in ${restored.seconds.toFixed(1)} s`)
  assert.equal(existsSync(`${target}.restoring`), false)
  const { counties } = await dishuJson<VerifyReply>(['verify', '--data', target])
  assert.deepEqual(
    counties.map(({ problems }) => problems),
    [[]],
  )
  const open = await openFolder(target)
  try {
    assert.equal(await registerHash(open.pool), backedUp)
  } finally {
    await open.close()
  }

  const { events } = await onConnection(
    app.pool,
    (db) =>
      db.one<{ events: number }>`select count(*) as events from kernel.access_event_now where what = 'backed-up' and outcome = 'done'`,
  )
  assert.equal(events, 1)

  const onto = await dishuJson<RefusalReply>(['restore', file, '--data', target, ...key], 3)
  assert.equal(onto.refusal.code, 'backup/target-not-empty')
  const without = await dishuJson<RefusalReply>(['backup', '--verify', file, '--passphrase-file', join(folder, 'words')], 3)
  assert.deepEqual([without.refusal.code, without.refusal.details.needs], ['backup/wrong-key', 'key'])
  writeFileSync(join(folder, 'cut.backup'), whole.subarray(0, whole.length - 1))
  const cut = await dishu(['restore', join(folder, 'cut.backup'), '--data', join(folder, 'from-cut'), ...key])
  assert.equal(cut.code, 3)
  assert.match(cut.err, /was cut or altered/)
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('from-cut')),
    [],
  )
  const rehearsed = await dishuJson<Restored & { file: string }>(['rehearse', file, ...key, '--scratch', folder])
  assert.deepEqual([rehearsed.file, rehearsed.problems], [file, []])
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('dishu-rehearsal')),
    [],
  )
})

test('a register that was tampered with before the backup is not taken for a good one: the restore says what differs and leaves nothing', async () => {
  const file = join(folder, 'tampered.backup')
  await onConnection(database.pool, (db) =>
    db.raw(
      'alter table land.patch disable row level security; update land.patch set official_area = official_area + 100 where id = (select min(id) from land.patch)',
    ),
  )
  try {
    await backUpOffice(app, file, { publicKey: office.publicKey }, new Date())
  } finally {
    await onConnection(database.pool, (db) =>
      db.raw('update land.patch set official_area = official_area - 100 where id = (select min(id) from land.patch)'),
    )
  }
  const target = join(folder, 'tampered')
  const { problems } = await restoreOffice(file, opener, target)
  assert.ok(problems.length > 0)
  assert.deepEqual([existsSync(target), existsSync(`${target}.restoring`)], [false, false])
})

test('the schedule: one when it is due, the old ones go, a clock that jumps deletes nothing and stops nothing', async () => {
  const place = join(folder, 'scheduled')
  assert.equal(await scheduledBackup(app, new Date()), null, 'without a schedule there is none')
  await writeSchedule(app.dataDir, { everyHours: 24, daily: 2, weekly: 1, folder: place, publicKey: office.publicKey })
  const start = Date.UTC(2026, 10, 16, 2) // a Monday
  const at = (hours: number) => scheduledBackup(app, new Date(start + hours * 3_600_000))
  const names = async () => (await listBackups(place)).map(({ file }) => basename(file))
  const named = (hours: number) => backupName(new Date(start + hours * 3_600_000))
  assert.ok(await at(0))
  assert.equal(await at(23), null)
  assert.ok(await at(24))
  assert.deepEqual((await at(48))?.removed, [named(0)])
  assert.deepEqual(await names(), [named(48), named(24)])
  // the battery of the clock was empty: 1970, and then ten years on; nothing that was kept goes, and what was made looks old until the next
  assert.deepEqual((await scheduledBackup(app, new Date(3_600_000)))?.removed, [])
  assert.deepEqual(await names(), [named(48), named(24), backupName(new Date(3_600_000))])
  assert.ok(await at(24 * 3650))
  assert.deepEqual(await names(), [named(24 * 3650), named(48)])
  assert.ok(await at(72), 'one from the future does not keep today from being backed up')
  assert.ok((await names()).includes(named(24 * 3650)))
})
