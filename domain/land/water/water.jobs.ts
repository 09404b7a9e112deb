/** Writes decided changes into the ledger; solves networks that are no tree. */
import { type Day, dayOf, FOREVER } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import type { Cause, Kind, Revision, SourceFile } from '@dishu/kernel/records/records'
import { dayNumber, openRevision, rowToWrite } from '@dishu/kernel/records/records.store'
import { openSolver, type Solver } from '@dishu/server-kit/solver'
import type { Db } from '@dishu/server-kit/sql'
import { meshProgram } from './mesh.ts'
import { boxOf, lineBytes, outlineBytes } from './shapes.ts'
import { readStandingRows } from './water.store.ts'
import { changesNothing, type Decided, keyOf, type MeshSolver, type Row, SHEETS, type SheetField, WATER_KINDS } from './water.ts'

export type Recording = {
  readonly kinds: readonly Kind[]
  readonly actor: string
  readonly reason: string
  readonly now: Date
  readonly what?: 'write' | 'import'
  readonly cause?: Cause
  readonly sources?: readonly SourceFile[]
  /** From which day the rows hold; today where not said. */
  readonly validFrom?: Day
  /** Refuses when the county is no longer at this revision. */
  readonly expected?: number
}

/** One revision with all of the changes, or none: refuses when nothing would change, or the register has moved on. */
export async function recordChanges(db: Db, county: string, decided: readonly Decided[], recording: Recording): Promise<Revision> {
  if (changesNothing(decided)) throw new Refused({ code: 'water/nothing-changed', details: { county } })
  const { actor, reason, now, what = 'write', cause = 'correction', sources = [], validFrom = dayOf(now) } = recording
  const revision = await openRevision(db, county, recording.kinds, recording.expected)
  for (const { sheet: id, added, changed, removed } of decided) {
    const kind = WATER_KINDS[id]
    const sheet = SHEETS[id]
    const going = [...changed.map(({ before }) => before), ...removed]
    const ids = new Map<string, number>()
    if (going.length + added.length > 0) {
      const standing = await readStandingRows(db, county, id, validFrom)
      for (const row of standing) ids.set(row.key.map((each) => String(each ?? '')).join(' · '), row.id)
    }
    const spans = [...going, ...added].flatMap((row) => {
      const found = ids.get(keyOf(sheet, row))
      return found === undefined ? [] : [{ id: found, validFrom: dayNumber(validFrom), validTo: dayNumber(FOREVER) }]
    })
    await revision.take(kind, spans)
    const rows = [...changed.map(({ after }) => after), ...added]
    if (rows.length > 0)
      await revision.add(
        kind,
        rows.map((row) => rowToWrite(kind, { id: ids.get(keyOf(sheet, row)) ?? null, validFrom, content: contentOf(sheet.fields, row) })),
      )
  }
  return revision.seal({ what, cause, actor, reason, sources, now })
}

function contentOf(fields: readonly SheetField[], row: Row): Record<string, unknown> {
  const content: Record<string, unknown> = {}
  for (const { name, column, kind } of fields) {
    const value = row[name] ?? null
    if (kind === 'line') content[column] = value && lineBytes(value as never)
    else if (kind === 'polygon') {
      content[column] = value && outlineBytes(value as never)
      content.bbox = value && boxOf(value as never)
    } else content[column] = value
  }
  return content
}

/** Shares a month's water in any network by linear programs (HiGHS): as much as can be delivered, then with the least drawn from the sources. */
export async function openMeshSolver(solver?: Solver): Promise<MeshSolver> {
  const { linear } = solver ?? (await openSolver())
  return (network, month, supply, demand) => {
    const { program, read } = meshProgram(network, month, supply, demand)
    const solved = linear(program)
    if (!solved) throw new Error(`the water of month ${month + 1} has no solution, though nothing delivered is always one`)
    return read(solved.x)
  }
}
