import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Day } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import { totpStep } from '@dishu/server-kit/secrets'
import type { Db } from '@dishu/server-kit/sql'
import { inRolledBackTransaction } from '@dishu/testkit/rollback'
import { Secret, TOTP } from 'otpauth'
import { verifyCounty } from '../records/verify.jobs.ts'
import {
  beginSecondFactor,
  confirmSecondFactor,
  firstLink,
  followLink,
  grant,
  identityOfSession,
  identityOfToken,
  invite,
  leave,
  linkOf,
  makeToken,
  type OfficeKeys,
  signIn,
  withdraw,
} from './people.jobs.ts'
import { appendEvent, firstBrokenEvent, readEvents, readGrants, readPeople } from './people.store.ts'
import { grantKind, type Identity, personKind } from './people.ts'

// a reversible stand-in for the vault; what is sealed here is worth nothing
const KEYS: OfficeKeys = { encrypt: (clear) => clear.map((byte) => byte ^ 0x5a), decrypt: (sealed) => sealed.map((byte) => byte ^ 0x5a) }
const NOW = new Date('2026-03-02T01:00:00Z')
const after = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000)
const told = (now = NOW, address = '10.0.0.8') => ({ now, address, agent: 'test' })
const PASSWORD = '碱地 春天 三头牛 铁锹'

const refusedWith = (code: string) => (fault: unknown) => fault instanceof Refused && fault.refusal.code === code

/** The first administrator by the console's link, a security administrator named by them, and a person li with an account. */
async function office(db: Db): Promise<{ system: Identity; security: Identity; li: number }> {
  const first = await firstLink(db, NOW)
  assert.ok(first)
  const admin = await followLink(db, { secret: first, login: 'admin', displayName: '王管理', password: PASSWORD }, told())
  const system = (await identityOfSession(db, admin.secret, NOW))?.identity
  assert.ok(system)
  const asked = await invite(db, system, { login: 'guard', displayName: '赵安全', subject: null }, NOW)
  await grant(
    db,
    system,
    {
      personId: asked.person.id,
      role: 'security-administrator',
      area: '',
      from: '2026-03-02' as Day,
      until: 'infinity' as Day,
      reason: '首任',
    },
    NOW,
  )
  const guard = await followLink(db, { secret: asked.secret, login: null, displayName: null, password: PASSWORD }, told())
  const security = (await identityOfSession(db, guard.secret, NOW))?.identity
  assert.ok(security)
  const { person, secret } = await invite(db, system, { login: 'li', displayName: '李编辑', subject: null }, NOW)
  await followLink(db, { secret, login: null, displayName: null, password: PASSWORD }, told())
  return { system, security, li: person.id }
}

test('the first link makes one administrator, once; the office is built from there, and the chain keeps all of it', () =>
  inRolledBackTransaction(async (db) => {
    const { security, li } = await office(db)
    assert.equal(await firstLink(db, NOW), null)
    await grant(
      db,
      security,
      { personId: li, role: 'editor', area: '220899', from: '2026-03-02' as Day, until: '2027-01-01' as Day, reason: '汛期前调查' },
      NOW,
    )
    const signed = await signIn(db, KEYS, { login: 'LI', password: PASSWORD, code: null }, told())
    assert.ok(signed.kind === 'in')
    const found = await identityOfSession(db, signed.secret, NOW)
    assert.deepEqual(
      found?.identity.held.map(({ role, area }) => ({ role, area })),
      [{ role: 'editor', area: '220899' }],
    )
    // after the term the role is gone, though nobody did anything
    assert.deepEqual(
      (await identityOfSession(db, (await signedIn(db, new Date('2027-01-02T01:00:00Z'))).secret, new Date('2027-01-02T01:00:00Z')))
        ?.identity.held,
      [],
    )
    const [row] = await readGrants(db, { personId: li })
    assert.equal(row.grantedBy, 'guard')
    assert.equal(row.reason, '汛期前调查')
    await withdraw(db, security, row.id, '调岗', NOW)
    assert.deepEqual((await identityOfSession(db, signed.secret, NOW))?.identity.held, [])
    const verified = await verifyCounty(db, '000000', [personKind, grantKind])
    assert.deepEqual(verified.problems, [])
    const kept = await db.one<{ versions: number }>`select count(*) as versions from kernel.person_grant where person_id = ${li}`
    assert.equal(kept.versions, 1) // withdrawn on its first day: the closed version stays
  }))

const signedIn = async (db: Db, now: Date) => {
  const answered = await signIn(db, KEYS, { login: 'li', password: PASSWORD, code: null }, told(now))
  assert.ok(answered.kind === 'in')
  return answered
}

const GUESSES = Number(process.env.DISHU_GUESSES ?? 1500)
test(`${GUESSES} guesses in a row open nothing, and the owner still comes in at their own desk`, () =>
  inRolledBackTransaction(async (db) => {
    await office(db)
    await signedIn(db, NOW) // li is known from this address
    let heard = 0
    for (let i = 1; i <= GUESSES; i++) {
      // a guess every two seconds, half from one address and half from one of a thousand
      const now = new Date(NOW.getTime() + i * 2000)
      const address = i % 2 === 0 ? '203.0.113.9' : `198.51.${Math.floor(i / 250) % 4}.${i % 250}`
      const answered = await signIn(db, KEYS, { login: 'li', password: `Frühling ${i} Salz`, code: null }, told(now, address))
      assert.equal(answered.kind, 'refused')
      if (answered.kind === 'refused' && answered.refusal.code === 'people/wrong-sign-in') heard++
    }
    // of the guesses only some were even compared with the password
    assert.ok(heard < GUESSES / 10, `${heard} of ${GUESSES} were heard`)
    assert.equal(
      (await signIn(db, KEYS, { login: 'li', password: PASSWORD, code: null }, told(new Date(NOW.getTime() + GUESSES * 2000)))).kind,
      'in',
    )
  }))

test('a wrong password and a wrong account read the same; five tries shut the desk and the right password does not open it', () =>
  inRolledBackTransaction(async (db) => {
    await office(db)
    const tryWith = async (login: string, password: string, minute: number, address?: string) => {
      const answered = await signIn(db, KEYS, { login, password, code: null }, told(after(minute), address))
      return answered.kind === 'in' ? 'in' : answered.refusal.code
    }
    assert.equal(await tryWith('nobody', PASSWORD, 0), 'people/wrong-sign-in')
    for (let i = 0; i < 5; i++) assert.equal(await tryWith('li', 'wrong password here', i), 'people/wrong-sign-in')
    assert.equal(await tryWith('li', PASSWORD, 5), 'people/wait')
    assert.equal(await tryWith('li', PASSWORD, 5, '10.0.0.9'), 'in')
    assert.equal(await tryWith('li', PASSWORD, 30), 'in')
  }))

test('with a second factor the password alone opens nothing, and a code opens once', () =>
  inRolledBackTransaction(async (db) => {
    await office(db)
    const person = (await readPeople(db)).find(({ login }) => login === 'li')
    assert.ok(person)
    const { text } = await beginSecondFactor(db, KEYS, person, NOW)
    const totp = new TOTP({ secret: Secret.fromBase32(text), algorithm: 'SHA1', digits: 6, period: 30 })
    const codeAt = (minute: number) => totp.generate({ timestamp: after(minute).getTime() })
    const recovery = await confirmSecondFactor(db, KEYS, person, codeAt(0), NOW)
    assert.equal(recovery.length, 10)
    const tryWith = async (code: string | null, minute: number) => {
      const answered = await signIn(db, KEYS, { login: 'li', password: PASSWORD, code }, told(after(minute)))
      return answered.kind === 'in' ? 'in' : answered.refusal.code
    }
    assert.equal(await tryWith(null, 1), 'people/code-needed')
    assert.equal(await tryWith(codeAt(0), 0), 'people/wrong-code') // used for the confirmation already
    assert.equal(await tryWith(codeAt(1), 1), 'in')
    assert.equal(await tryWith(codeAt(1), 1), 'people/wrong-code')
    assert.equal(await tryWith(recovery[3], 2), 'in')
    assert.equal(await tryWith(recovery[3], 2), 'people/wrong-code')
  }))

test('codes are those of RFC 6238, appendix B', () => {
  // the six last digits of the eight that the table prints, for SHA-1 and the secret '12345678901234567890'
  const secret = new TextEncoder().encode('12345678901234567890')
  for (const [seconds, code] of [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
  ] as const)
    assert.equal(totpStep(secret, code, new Date(seconds * 1000), null), Math.floor(seconds / 30))
  assert.equal(totpStep(secret, '287082', new Date(59_000), 1), null) // that step was used
})

test('a link holds once and for its days; a new one makes the old void', () =>
  inRolledBackTransaction(async (db) => {
    const { system } = await office(db)
    const one = await invite(db, system, { login: 'sun', displayName: '孙', subject: null }, NOW)
    const two = await invite(db, system, { login: 'sun', displayName: '孙', subject: null }, NOW)
    const follow = (secret: string, now = NOW) => followLink(db, { secret, login: null, displayName: null, password: PASSWORD }, told(now))
    assert.equal(await linkOf(db, one.secret, NOW), null)
    await assert.rejects(follow(one.secret), refusedWith('people/link-spent'))
    await assert.rejects(follow(two.secret, after(8 * 24 * 60)), refusedWith('people/link-spent'))
    await follow(two.secret)
    await assert.rejects(follow(two.secret), refusedWith('people/link-spent'))
  }))

test('a person who leaves is signed out everywhere, holds nothing, hands over what was theirs, and stays in the history', () =>
  inRolledBackTransaction(async (db) => {
    const { system, security, li } = await office(db)
    await grant(
      db,
      security,
      { personId: li, role: 'editor', area: '220899', from: '2026-03-02' as Day, until: 'infinity' as Day, reason: '调查' },
      NOW,
    )
    const { secret } = await signedIn(db, NOW)
    const identity = (await identityOfSession(db, secret, NOW))?.identity
    assert.ok(identity)
    const token = await makeToken(db, identity, { name: 'qgis', powers: ['read'], area: '220899', days: 30 }, NOW)
    assert.ok(token.ok)
    const bare = token.value.secret.replace('dishu_', '')
    assert.deepEqual((await identityOfToken(db, bare, NOW))?.only, ['read'])
    const handed: string[] = []
    await leave(db, system, li, '调离', NOW, async (_, from) => void handed.push(from))
    assert.deepEqual(handed, ['li'])
    assert.equal(await identityOfSession(db, secret, NOW), null)
    assert.equal(await identityOfToken(db, bare, NOW), null)
    const again = await signIn(db, KEYS, { login: 'li', password: PASSWORD, code: null }, told(after(1)))
    assert.ok(again.kind === 'refused' && again.refusal.code === 'people/wrong-sign-in')
    assert.equal((await readPeople(db)).find(({ id }) => id === li)?.state, 'left')
    const guard = (await readPeople(db)).find(({ login }) => login === 'guard')
    await assert.rejects(
      leave(db, system, guard?.id ?? 0, '调离', NOW, async () => {}),
      refusedWith('people/last-administrator'),
    )
  }))

test('a token gives no more than its maker may, on no more than the area it names', () =>
  inRolledBackTransaction(async (db) => {
    const { security, li } = await office(db)
    await grant(
      db,
      security,
      { personId: li, role: 'reader', area: '2208', from: '2026-03-02' as Day, until: 'infinity' as Day, reason: '查阅' },
      NOW,
    )
    const identity = (await identityOfSession(db, (await signedIn(db, NOW)).secret, NOW))?.identity
    assert.ok(identity)
    const refused = await makeToken(db, identity, { name: 'x', powers: ['edit'], area: '', days: 1 }, NOW)
    assert.ok(!refused.ok && refused.refusal.code === 'people/not-allowed')
    const made = await makeToken(db, identity, { name: 'x', powers: ['read'], area: '220899', days: 1 }, NOW)
    assert.ok(made.ok)
    const bare = made.value.secret.replace('dishu_', '')
    assert.deepEqual((await identityOfToken(db, bare, NOW))?.held, [{ role: 'reader', area: '220899' }])
    assert.equal(await identityOfToken(db, bare, after(24 * 60)), null)
  }))

test('the record of access is a chain: an event altered or taken out is found, and which one', () =>
  inRolledBackTransaction(async (db) => {
    for (let i = 1; i <= 20; i++)
      await appendEvent(db, {
        county: '220899',
        at: after(i),
        actor: 'li',
        what: 'exported',
        outcome: 'done',
        subject: `export ${i}`,
        details: '{}',
        address: '10.0.0.8',
      })
    assert.equal(await firstBrokenEvent(db, '220899'), null)
    assert.equal(
      (await readEvents(db, { county: '220899', actor: 'li', what: null, subject: 'export 7', before: null, limit: 10 })).length,
      1,
    )
    const tamper = async (change: () => Promise<unknown>, expected: number) => {
      await db.raw('savepoint before_change')
      await change()
      assert.equal(await firstBrokenEvent(db, '220899'), expected)
      await db.raw('rollback to savepoint before_change')
    }
    await tamper(() => db.run`update kernel.access_event set actor = 'someone else' where event_id = 13`, 13)
    await tamper(() => db.run`delete from kernel.access_event where event_id = 5`, 5)
    await tamper(() => db.run`update kernel.access_event set at = at + interval '1 ms' where event_id = 1`, 1)
    await tamper(async () => {
      await db.run`update kernel.access_event set event_id = 100 where event_id = 8`
      await db.run`update kernel.access_event set event_id = 8 where event_id = 9`
      await db.run`update kernel.access_event set event_id = 9 where event_id = 100`
    }, 8)
  }))
