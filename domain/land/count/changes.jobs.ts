/** Every change between two states of the count, by its cause: in area and number, for any area and dimensions, down to the patches behind it. */
import type { Db } from '@dishu/server-kit/sql'
import type { Amount, ChangedPatch, ChangedPatches, ChangesReply } from './baseline.wire.ts'
import { type ChangeQuestion, type Known, readCauses, readPatchNames, readStepCells, readSteps, type StepRow } from './changes.store.ts'
import { readCount } from './count.store.ts'
import { DIGITS } from './count.ts'
import type { Dimension } from './count.wire.ts'

/** The cause of what changed by the passing of days alone: a contract ended, a version that was known before began. */
const DAY = 'day'
const nothing = (): { area: number; patches: number } => ({ area: 0, patches: 0 })
const sign = (question: ChangeQuestion): 1 | -1 => (question.from.rev > question.to.rev ? -1 : 1)
/** Steps are taken from the earlier knowledge to the later; asked the other way round, they count with the other sign. */
const forwards = (question: ChangeQuestion): ChangeQuestion =>
  sign(question) === 1 ? question : { ...question, from: question.to, to: question.from }

async function steps(db: Db, question: ChangeQuestion): Promise<StepRow[]> {
  const { by, filters } = question
  if (!by.includes('mapgrade') && !(filters.mapgrade && filters.mapgrade.length > 0)) return readSteps(db, question)
  const out: StepRow[] = []
  for (const { rev, before, after } of await allSteps(db, question)) {
    const sums = new Map<string, { by: StepRow['by']; area: number; patches: number }>()
    for (const { words, area, patches } of await readStepCells(db, question.county, before, after, question)) {
      const place = (name: Dimension) => (name === 'area' ? words.village.slice(0, DIGITS[question.level]) : words[name])
      const of = Object.fromEntries(by.map((name) => [name, place(name)]))
      const key = JSON.stringify(of)
      const sum = sums.get(key) ?? { by: of, ...nothing() }
      sum.area += area
      sum.patches += patches
      sums.set(key, sum)
    }
    for (const sum of sums.values()) if (sum.area !== 0 || sum.patches !== 0) out.push({ rev, ...sum })
  }
  return out
}

type Step = { readonly rev: number | null; readonly cause: string; readonly before: Known; readonly after: Known }

/** The days first, then the revisions one by one. */
async function allSteps(db: Db, { county, from, to }: ChangeQuestion): Promise<Step[]> {
  const days: Step[] = from.day === to.day ? [] : [{ rev: null, cause: DAY, before: from, after: { day: to.day, rev: from.rev } }]
  const revisions = await readCauses(db, county, from.rev, to.rev)
  return [
    ...days,
    ...revisions.map(({ rev, cause }) => ({ rev, cause, before: { day: to.day, rev: rev - 1 }, after: { day: to.day, rev } })),
  ]
}

/** The two states, and what lies between them by cause. */
export async function compareStates(
  db: Db,
  asked: ChangeQuestion,
): Promise<Pick<ChangesReply, 'before' | 'after' | 'causes' | 'rows' | 'adds'>> {
  const question = forwards(asked)
  const turn = sign(asked)
  const causeOf = new Map((await readCauses(db, asked.county, question.from.rev, question.to.rev)).map(({ rev, cause }) => [rev, cause]))
  type Row = { by: StepRow['by']; before: Amount; after: Amount; causes: Record<string, { area: number; patches: number }> }
  const rows = new Map<string, Row>()
  const keyOf = (by: StepRow['by']) => JSON.stringify(asked.by.map((name) => by[name]))
  const rowOf = (by: StepRow['by']) => {
    const key = keyOf(by)
    const row = rows.get(key) ?? { by, before: nothing(), after: nothing(), causes: {} }
    rows.set(key, row)
    return row
  }
  const [before, after] = [nothing(), nothing()]
  for (const [side, state, total] of [
    ['before', asked.from, before],
    ['after', asked.to, after],
  ] as const) {
    for (const { by, area, patches } of await readCount(db, { ...asked, asOf: state })) {
      if (asked.by.length > 0 || area !== 0 || patches !== 0) rowOf(by)[side] = { area, patches }
      total.area += area
      total.patches += patches
    }
  }
  const causes = new Map<string, { cause: string; area: number; patches: number; gained: number; lost: number; revisions: Set<number> }>()
  for (const step of await steps(db, question)) {
    const cause = step.rev === null ? DAY : (causeOf.get(step.rev) ?? DAY)
    const row = rowOf(step.by)
    row.causes[cause] ??= nothing()
    row.causes[cause].area += turn * step.area
    row.causes[cause].patches += turn * step.patches
    const sum = causes.get(cause) ?? { cause, ...nothing(), gained: 0, lost: 0, revisions: new Set<number>() }
    causes.set(cause, sum)
    sum.area += turn * step.area
    sum.patches += turn * step.patches
    if (step.rev !== null) sum.revisions.add(step.rev)
  }
  let adds = true
  for (const row of rows.values()) {
    const sum = { ...row.before }
    const into = sum as { area: number; patches: number }
    for (const [cause, amount] of Object.entries(row.causes)) {
      into.area += amount.area
      into.patches += amount.patches
      const all = causes.get(cause)
      if (all) {
        all.gained += Math.max(0, amount.area)
        all.lost += Math.max(0, -amount.area)
      }
    }
    adds &&= sum.area === row.after.area && sum.patches === row.after.patches
  }
  const changed = [...rows.entries()].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, row]) => row)
  return {
    ...{ before, after, adds, rows: changed },
    causes: [...causes.values()].map((each) => ({ ...each, revisions: [...each.revisions].sort((a, b) => a - b) })),
  }
}

/** The patches behind a cause, or a revision, or all of it: those of one step together, in the order of the steps. */
export async function changedPatches(
  db: Db,
  asked: ChangeQuestion,
  {
    cause,
    rev,
    offset,
    limit,
  }: { readonly cause: string | null; readonly rev: number | null; readonly offset: number; readonly limit: number },
): Promise<ChangedPatches> {
  const question = forwards(asked)
  const turn = sign(asked)
  const wanted = (await allSteps(db, question)).filter(
    (step) => (cause === null || step.cause === cause) && (rev === null || step.rev === rev),
  )
  const page: (Omit<ChangedPatch, 'patchKey' | 'villageName'> & { readonly parts: ChangedPatch['parts'] })[] = []
  let [matched, area, patches] = [0, 0, 0]
  for (const step of wanted) {
    const groups = new Map<number, { area: number; patches: number; parts: ChangedPatch['parts'][number][] }>()
    for (const cell of await readStepCells(db, asked.county, step.before, step.after, asked)) {
      const group = groups.get(cell.patchId) ?? { ...nothing(), parts: [] }
      groups.set(cell.patchId, group)
      group.area += turn * cell.area
      group.patches += turn * cell.patches
      group.parts.push({ ...cell.words, area: turn * cell.area, patches: turn * cell.patches })
    }
    for (const [id, group] of groups) {
      if (matched >= offset && page.length < limit) page.push({ id, cause: step.cause, rev: step.rev, ...group })
      matched++
      area += group.area
      patches += group.patches
    }
  }
  const names = new Map(
    (
      await readPatchNames(
        db,
        asked.county,
        page.map(({ id }) => id),
      )
    ).map((each) => [each.id, each]),
  )
  const rows = page.map((each) => ({
    ...each,
    patchKey: names.get(each.id)?.patchKey ?? null,
    villageName: names.get(each.id)?.villageName ?? null,
  }))
  const end = offset + page.length
  return { rows, matched, area, patches, next: page.length > 0 && end < matched ? end : null }
}
