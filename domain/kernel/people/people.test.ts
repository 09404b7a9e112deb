import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Day } from '@dishu/base/date'
import fc from 'fast-check'
import {
  type Attempt,
  areasOf,
  clashOf,
  decideApproval,
  decideAttempt,
  decideGrant,
  decidePassword,
  decideRemoval,
  type Identity,
  lies,
  ofThisMachine,
  POWERS,
  type Power,
  powersOf,
  ROLE_NAMES,
  ROLES,
  type Role,
  reach,
  sessionHolds,
} from './people.ts'

const holder = (...held: [Role, string][]): Identity => ({
  kind: 'person',
  actor: '测试',
  personId: 7,
  held: held.map(([role, area]) => ({ role, area })),
  only: null,
})
const code = fc.constantFrom('', '22', '2208', '220882', '220899', '220899101', '220899101201', '220882100')
const role = fc.constantFrom(...ROLE_NAMES)

test('a role on a county reaches its towns and villages wholly, the province in part, and the neighbour not at all', () => {
  const editor = holder(['editor', '220899'])
  assert.equal(reach(editor, 'edit', '220899101201'), 'whole')
  assert.equal(reach(editor, 'edit', '220899'), 'whole')
  assert.equal(reach(editor, 'edit', '22'), 'part')
  assert.equal(reach(editor, 'edit', '220882'), 'none')
  assert.equal(reach(editor, 'open-personal', '220899'), 'none')
  assert.equal(reach(holder(['reader', '220899101']), 'read', '220899'), 'part')
})

test('law: what is reached is exactly what lies in a held area, and wider grants swallow narrower ones', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(role, code), { maxLength: 6 }),
      code,
      fc.constantFrom(...(Object.keys(POWERS) as Power[])),
      (held, area, power) => {
        const identity = holder(...held)
        const giving = held.filter(([each]) => (ROLES[each].powers as readonly Power[]).includes(power)).map(([, where]) => where)
        const expected = giving.some((where) => lies(area, where)) ? 'whole' : giving.some((where) => lies(where, area)) ? 'part' : 'none'
        assert.equal(reach(identity, power, area), expected)
        const areas = areasOf(identity, power)
        for (const one of areas) for (const other of areas) assert.ok(one === other || !lies(one, other))
      },
    ),
  )
})

test('nobody can both act and erase: no set of roles that may be held together has a power of land and of oversight, or of two administrators', () => {
  const acts: Power[] = ['record', 'settle', 'edit', 'import', 'approve', 'soil', 'plan', 'open-personal']
  const oversees: Power[] = ['retain', 'backup', 'grants', 'accounts', 'audit']
  fc.assert(
    fc.property(fc.uniqueArray(role, { maxLength: 12 }), (wanted) => {
      const held: Role[] = []
      for (const each of wanted) if (clashOf(held, each) === null) held.push(each)
      const powers = powersOf(holder(...held.map((each): [Role, string] => [each, ''])))
      assert.ok(!(powers.some((each) => acts.includes(each)) && powers.some((each) => oversees.includes(each))), held.join(' '))
      const separated = held.filter((each) => ROLES[each].side === 'separated')
      assert.ok(separated.length <= 1)
    }),
    { numRuns: 500 },
  )
  // and the other way: the pairs that do go together
  assert.equal(clashOf(['editor'], 'agronomist'), null)
  assert.equal(clashOf(['auditor'], 'editor'), 'auditor')
  assert.equal(clashOf(['backup-operator'], 'audit-administrator'), 'backup-operator')
})

const person = { id: 9, login: 'li', displayName: '李', state: 'active', subject: null } as const
const asked = {
  to: person,
  held: [] as Role[],
  role: 'editor' as Role,
  area: '220899',
  from: '2026-01-01' as Day,
  until: 'infinity' as Day,
  hasSecurityAdministrator: true,
}
const codeOf = (result: { ok: boolean; refusal?: { code: string } }) => (result.ok ? 'granted' : result.refusal?.code)

test('a grant is given by the security administrator, never to oneself, and the first one is named by the system administrator', () => {
  const security = holder(['security-administrator', ''])
  const system = holder(['system-administrator', ''])
  assert.equal(codeOf(decideGrant({ ...asked, by: security })), 'granted')
  assert.equal(codeOf(decideGrant({ ...asked, by: system })), 'people/not-allowed')
  assert.equal(codeOf(decideGrant({ ...asked, by: system, role: 'security-administrator', hasSecurityAdministrator: false })), 'granted')
  assert.equal(codeOf(decideGrant({ ...asked, by: system, role: 'security-administrator' })), 'people/not-allowed')
  assert.equal(codeOf(decideGrant({ ...asked, by: security, to: { ...person, id: 7 } })), 'people/own-grant')
  assert.equal(codeOf(decideGrant({ ...asked, by: security, held: ['auditor'] })), 'people/clash')
  assert.equal(codeOf(decideGrant({ ...asked, by: security, area: '2208991' })), 'people/no-such-area')
  assert.equal(codeOf(decideGrant({ ...asked, by: security, until: '2026-01-01' as Day })), 'people/grant-term')
  assert.equal(codeOf(decideGrant({ ...asked, by: security, to: { ...person, state: 'left' } })), 'people/has-left')
})

test('the last administrator stays, and nobody approves what they wrote', () => {
  assert.equal(codeOf(decideRemoval('security-administrator', 0)), 'people/last-administrator')
  assert.equal(codeOf(decideRemoval('security-administrator', 1)), 'granted')
  assert.equal(codeOf(decideRemoval('reader', 0)), 'granted')
  assert.equal(codeOf(decideApproval('li', 'li')), 'people/own-work')
  assert.equal(codeOf(decideApproval('li', 'wang')), 'granted')
})

test('a password is judged by its length and by what everyone tries first', () => {
  const cases: [string, string][] = [
    ['short', 'people/password-too-short'],
    ['aaaaaaaaaaaa', 'people/password-too-easy'],
    ['password1234', 'people/password-too-easy'],
    ['123456qwerty!', 'people/password-too-easy'],
    ['wangwu-12345', 'people/password-too-easy'], // the account's name and a few letters
    ['碱地 春天 三头牛 铁锹 两把', 'granted'],
    ['correct horse battery', 'granted'],
    ['x'.repeat(60) + 'yzwvu'.repeat(20), 'people/password-too-long'],
  ]
  for (const [password, expected] of cases) assert.equal(codeOf(decidePassword(password, 'wangwu')), expected, password)
})

const at = (minute: number) => new Date(Date.UTC(2026, 0, 5, 8, minute))
const fail = (login: string, address: string, minute: number): Attempt => ({ login, address, at: at(minute), ok: false })

test('five failures shut one desk for a quarter of an hour, and not the account', () => {
  const tries = [0, 1, 2, 3, 4].map((minute) => fail('li', 'desk', minute))
  const shut = decideAttempt({ login: 'li', address: 'desk', now: at(5) }, tries, true)
  assert.ok(!shut.ok && shut.refusal.code === 'people/wait' && shut.refusal.details.minutes === 14)
  assert.equal(codeOf(decideAttempt({ login: 'li', address: 'desk', now: at(20) }, tries, true)), 'granted')
  assert.equal(codeOf(decideAttempt({ login: 'li', address: 'other desk', now: at(5) }, tries, false)), 'granted')
  assert.equal(codeOf(decideAttempt({ login: 'wang', address: 'desk', now: at(5) }, tries, false)), 'granted')
  // a good sign-in in between begins the count anew
  const good = [...tries.slice(0, 4), { login: 'li', address: 'desk', at: at(4), ok: true }]
  assert.equal(codeOf(decideAttempt({ login: 'li', address: 'desk', now: at(5) }, good, true)), 'granted')
})

test('an account that strangers try from everywhere still hears the desks it knows', () => {
  const tries = Array.from({ length: 20 }, (_, i) => fail('li', `stranger ${i}`, i % 10))
  assert.equal(codeOf(decideAttempt({ login: 'li', address: 'new place', now: at(10) }, tries, false)), 'people/wait')
  assert.equal(codeOf(decideAttempt({ login: 'li', address: 'own desk', now: at(10) }, tries, true)), 'granted')
})

test('ten thousand guesses: at most five are heard in a quarter of an hour from one address, twenty from all strangers', () => {
  let heard = 0
  const tries: Attempt[] = []
  for (let i = 0; i < 10_000; i++) {
    const now = new Date(at(0).getTime() + i * 10) // a hundred a second
    if (decideAttempt({ login: 'li', address: 'one', now }, tries, false).ok) {
      heard++
      tries.push({ login: 'li', address: 'one', at: now, ok: false })
    }
  }
  assert.equal(heard, 5)
  heard = 0
  const many: Attempt[] = []
  for (let i = 0; i < 10_000; i++) {
    const now = new Date(at(0).getTime() + i * 10)
    const address = `address ${i}`
    if (decideAttempt({ login: 'li', address, now }, many, false).ok) {
      heard++
      many.push({ login: 'li', address, at: now, ok: false })
    }
  }
  assert.equal(heard, 20)
})

test('a session ends half an hour after its last request, and twelve hours after its first', () => {
  const session = { createdAt: at(0), seenAt: at(0), endedAt: null }
  const later = (minutes: number) => new Date(at(0).getTime() + minutes * 60_000)
  assert.equal(sessionHolds(session, later(29)), true)
  assert.equal(sessionHolds(session, later(30)), false)
  assert.equal(sessionHolds({ ...session, seenAt: later(719) }, later(719.5)), true)
  assert.equal(sessionHolds({ ...session, seenAt: later(719) }, later(720)), false)
  assert.equal(sessionHolds({ ...session, endedAt: later(1) }, later(2)), false)
})

test('whoever sits at a single-user machine may do everything everywhere', () => {
  const machine = ofThisMachine('office')
  for (const power of Object.keys(POWERS) as Power[]) assert.equal(reach(machine, power, ''), 'whole')
  assert.deepEqual([...powersOf(machine)].sort(), Object.keys(POWERS).sort())
})
