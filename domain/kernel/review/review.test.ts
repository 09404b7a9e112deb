import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Identity, ROLE_NAMES, ROLES } from '../people/people.ts'
import { areaWithin, decideStep, REVIEW_STATES } from './review.ts'

const person = (actor: string, role: (typeof ROLE_NAMES)[number], area: string): Identity => ({
  kind: 'person',
  actor,
  personId: 1,
  held: [{ role, area }],
  only: null,
})
const waiting = { state: 'submitted', author: 'li', area: '220899101', seen: 'a'.repeat(64) } as const

test('a reviewer of the area approves what was seen; nobody approves their own work', () => {
  assert.ok(decideStep(waiting, 'approved', person('wang', 'reviewer', '220899'), waiting.seen).ok)
  const code = (by: Identity, seen: string | null = waiting.seen, what: 'approved' | 'withdrawn' = 'approved') => {
    const decided = decideStep(waiting, what, by, seen)
    return decided.ok ? 'ok' : decided.refusal.code
  }
  assert.equal(code(person('li', 'reviewer', '220899')), 'people/own-work')
  assert.equal(code(person('wang', 'editor', '220899')), 'people/not-allowed')
  assert.equal(code(person('wang', 'reviewer', '220899102')), 'people/not-allowed')
  assert.equal(code(person('wang', 'reviewer', '220899'), 'b'.repeat(64)), 'review/not-what-was-seen')
  assert.equal(code(person('wang', 'reviewer', '220899'), null, 'withdrawn'), 'review/not-the-author')
  assert.equal(code(person('li', 'editor', '220899'), null, 'withdrawn'), 'ok')
})

test('no role, area or state lets an author approve, or a settled matter be settled again', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ROLE_NAMES),
      fc.constantFrom(...REVIEW_STATES),
      fc.constantFrom('', '22', '220899', '220899101', '220882'),
      fc.constantFrom('li', 'wang'),
      (role, state, area, actor) => {
        const decided = decideStep({ ...waiting, state }, 'approved', person(actor, role, area), waiting.seen)
        const may =
          actor !== 'li' &&
          state === 'submitted' &&
          (ROLES[role].powers as readonly string[]).includes('approve') &&
          '220899101'.startsWith(area)
        return decided.ok === may
      },
    ),
  )
})

test('what a person of one town proposes belongs to that town', () => {
  assert.equal(areaWithin(person('li', 'editor', '220899101'), 'edit', '220899', ['220899101']), '220899101')
  assert.equal(areaWithin(person('li', 'editor', '22'), 'edit', '220899', ['22']), '220899')
})
