/** What a person may ask of an office that holds something of theirs: to see it, to have it put right, to take it along, to have it deleted. */
import { type Day, dayOf } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import type { Db } from '@dishu/server-kit/sql'
import { appendEvent, readEventsAbout } from '../people/people.store.ts'
import { canonicalJson, dayNumber, type OpenRevision, openRevision, rowToWrite } from '../records/records.store.ts'
import type { Content, County, Kind } from '../records/records.ts'
import { eraseSealed, findRowsByRef, type PersonalRow, readContent, readPersonalRow, readSealedValue } from './personal.store.ts'
import { writeSealed } from './sealed.store.ts'
import { referenceOf, type SealedField, type SealedValues, type SealingKeys, seal, unseal } from './sealed.ts'

export type SubjectTools = {
  readonly kinds: readonly Kind[] // those with sealed values
  readonly all: readonly Kind[]
  keysOf(county: County): Promise<SealingKeys>
  derive(db: Db, revision: OpenRevision): Promise<void>
}
export type Asked = { readonly actor: string; readonly now: Date; readonly note: string }

/** A person by the number of their document, or by a row of the register. */
export type Subject = { readonly idNumber: string } | { readonly kind: string; readonly id: number }

const noSuch = (kind: string, id: number) => new Refused({ code: 'sealed/no-such-value', details: { kind, id, field: '' } })

/** All rows of a person: those that name the same document number; without one, the one row that was named. */
async function rowsOf(db: Db, county: County, subject: Subject, { kinds, keysOf }: SubjectTools): Promise<readonly PersonalRow[]> {
  let idRef: string | undefined
  if ('idNumber' in subject) idRef = Buffer.from(referenceOf(await keysOf(county), 'idNumber', subject.idNumber)).toString('hex')
  else {
    const kind = kinds.find(({ name }) => name === subject.kind)
    const own = kind ? await readPersonalRow(db, county, kind, subject.id) : []
    if (own.length === 0) throw noSuch(subject.kind, subject.id)
    idRef = own[0].sealed.idNumber?.ref
    if (idRef === undefined) return own
  }
  const rows = await findRowsByRef(db, county, kinds, [idRef], true)
  if (rows.length === 0) throw noSuch('', 0)
  return rows
}

const refsOf = (rows: readonly PersonalRow[]) => [
  ...new Map(rows.flatMap(({ sealed }) => Object.entries(sealed).map(([field, { ref }]) => [ref, field as SealedField] as const))),
]

export type SubjectView = {
  readonly county: County
  readonly rows: readonly {
    readonly kind: string
    readonly key: string
    readonly validFrom: Day
    readonly validTo: Day
    readonly present: boolean
    readonly values: Readonly<Partial<Record<SealedField, string | null>>> // null: deleted
  }[]
  readonly looks: readonly { readonly at: string; readonly actor: string; readonly what: string; readonly details: string }[]
}

/** Everything held of a person in the clear, and who has looked at it. The showing is itself kept. */
export async function showSubject(db: Db, county: County, subject: Subject, tools: SubjectTools, asked: Asked): Promise<SubjectView> {
  const rows = await rowsOf(db, county, subject, tools)
  const keys = await tools.keysOf(county)
  const refs = refsOf(rows)
  const clear = new Map<string, string | null>()
  for (const [ref] of refs) {
    const kept = await readSealedValue(db, county, ref)
    clear.set(ref, kept ? unseal(keys, kept) : null)
  }
  const looks = await readEventsAbout(
    db,
    county,
    refs.map(([ref]) => ref),
    1000,
  )
  await keep(db, county, 'shown', refs, rows, asked)
  return {
    county,
    rows: rows.map(({ kind, key, validFrom, validTo, present, sealed }) => ({
      kind,
      key,
      validFrom,
      validTo,
      present,
      values: Object.fromEntries(Object.entries(sealed).map(([field, { ref }]) => [field, clear.get(ref) ?? null])),
    })),
    looks: looks.map(({ at, actor, what, details }) => ({ at: at.toISOString(), actor, what, details })),
  }
}

/** Puts a value right through the ledger: a new version of the row, with its reason, from today on. */
export async function correctSubject(
  db: Db,
  county: County,
  row: { readonly kind: string; readonly id: number },
  change: { readonly field: SealedField; readonly value: string },
  tools: SubjectTools,
  asked: Asked,
): Promise<{ readonly rev: number }> {
  const kind = tools.kinds.find(({ name }) => name === row.kind)
  const open = await openRevision(db, county, tools.all)
  const standing = kind ? await readContent(db, county, kind, row.id) : null
  if (!kind || !standing) throw noSuch(row.kind, row.id)
  const { validFrom, validTo, ...content } = standing
  const { values, rows } = seal(await tools.keysOf(county), { [change.field]: change.value })
  await writeSealed(db, county, rows)
  const sealed = { ...(content.sealed as SealedValues), ...values }
  // a mistake was one from the first day: the whole term is put right, and what was known before stays in the history
  await open.take(kind, [{ id: row.id, validFrom: dayNumber(validFrom), validTo: dayNumber(validTo) }])
  await open.add(kind, [rowToWrite(kind, { id: row.id, validFrom, validTo, content: { ...content, sealed } as Content })])
  await tools.derive(db, open)
  const { rev } = await open.seal({ what: 'write', cause: 'correction', actor: asked.actor, reason: asked.note, now: asked.now })
  const [ref] = Object.values(values).map((each) => each.ref)
  await keep(db, county, 'corrected', [[ref, change.field]], [], asked)
  return { rev }
}

export type Erasure = { readonly erased: Readonly<Partial<Record<SealedField, number>>>; readonly shared: number }

/**
 * Deletes what is held of a person. Refused while a present row names them: the register must name the holder of a right. A value that stands for
 * others as well (a name that several bear) stays for them; the certificate counts both.
 */
export async function eraseSubject(db: Db, county: County, subject: Subject, tools: SubjectTools, asked: Asked): Promise<Erasure> {
  const rows = await rowsOf(db, county, subject, tools)
  const today = dayOf(asked.now)
  const standing = rows.filter(({ present, validTo }) => present && validTo > today)
  if (standing.length > 0)
    throw new Refused({
      code: 'sealed/still-holds',
      details: { rows: standing.length, kinds: [...new Set(standing.map(({ kind }) => kind))] },
    })
  const own = new Set(rows.map(({ kind, id }) => `${kind} ${id}`))
  const gone: [string, SealedField][] = []
  let shared = 0
  for (const [ref, field] of refsOf(rows)) {
    const naming = await findRowsByRef(db, county, tools.kinds, [ref], true)
    if (naming.every(({ kind, id }) => own.has(`${kind} ${id}`))) gone.push([ref, field])
    else shared++
  }
  await eraseSealed(
    db,
    county,
    gone.map(([ref]) => ref),
    'request',
    asked.now,
  )
  const erased: Partial<Record<SealedField, number>> = {}
  for (const [, field] of gone) erased[field] = (erased[field] ?? 0) + 1
  await keep(db, county, 'erased', gone, rows, asked, { erased, shared })
  return { erased, shared }
}

const keep = (
  db: Db,
  county: County,
  right: 'shown' | 'corrected' | 'erased',
  refs: readonly (readonly [string, SealedField])[],
  rows: readonly PersonalRow[],
  { actor, now, note }: Asked,
  more: Readonly<Record<string, unknown>> = {},
) =>
  appendEvent(db, {
    county,
    at: now,
    actor,
    what: 'subject-right',
    outcome: 'done',
    // the person by the reference of their document number, where there is one
    subject: (refs.find(([, field]) => field === 'idNumber') ?? refs[0])?.[0] ?? 'none',
    details: canonicalJson({ right, note, rows: [...new Set(rows.map(({ kind, id }) => `${kind} ${id}`))], ...more }),
    address: '',
  })
