/** What a person wants changed, held against what stands: rows that are new, different, the same, gone. Nothing is written from here. */
import { accept, type Result, refuse } from '@dishu/base/refusal'
import type { RowRefusal, WaterRefusal } from './refusals.ts'
import { SHEETS } from './sheets.data.ts'
import { faultOf, keyOf, type Row, type Sheet, type SheetId } from './sheets.ts'
import type { Water } from './things.ts'

/** Rows to stand and keys to go, of one sheet. A shape that is not mentioned (undefined) stays as it was. `rowOf` says where each row was read. */
export type SheetChange = {
  readonly sheet: SheetId
  readonly put: readonly Row[]
  readonly remove: readonly string[]
  /** The rows are the whole sheet: what stands and is not among them goes. */
  readonly whole?: boolean
  readonly rowOf?: readonly number[]
}
export type Decided = {
  readonly sheet: SheetId
  readonly added: readonly Row[]
  readonly changed: readonly { readonly before: Row; readonly after: Row }[]
  readonly removed: readonly Row[]
  readonly same: number
}
const MOST_ROWS = 50_000
const MOST_TOLD = 200

export const rowsOf = (water: Water, id: SheetId): readonly Row[] => water[SHEETS[id].of as keyof Water] as readonly Row[]

/** Refuses all where one row cannot stand, with every place; else says what would change. Order of the sheets is that of the description. */
export function decideChanges(water: Water, changes: readonly SheetChange[]): Result<readonly Decided[], WaterRefusal> {
  const faults: RowRefusal[] = []
  const decided: Decided[] = []
  for (const change of changes) {
    const sheet = SHEETS[change.sheet]
    if (sheet === undefined) return refuse('water/no-such-sheet', { sheet: String(change.sheet) })
    if (change.put.length > MOST_ROWS) return refuse('water/too-many-rows', { sheet: sheet.id, limit: MOST_ROWS })
    const standing = new Map(rowsOf(water, change.sheet).map((row) => [keyOf(sheet, row), row]))
    const [added, changed]: [Row[], { before: Row; after: Row }[]] = [[], []]
    const seen = new Set<string>()
    let same = 0
    change.put.forEach((stated, i) => {
      const before = standing.get(keyOf(sheet, stated))
      const { row, refused } = complete(sheet, stated, before, change.rowOf?.[i] ?? i + 1)
      faults.push(...refused)
      const key = keyOf(sheet, row)
      if (seen.has(key))
        faults.push({
          sheet: sheet.id,
          row: change.rowOf?.[i] ?? i + 1,
          field: sheet.key[0],
          month: null,
          code: 'twice',
          stated: key,
          expected: '',
        })
      seen.add(key)
      if (before === undefined) added.push(row)
      else if (isSame(sheet, before, row)) same++
      else changed.push({ before, after: row })
    })
    const going = change.whole ? [...standing.keys()].filter((key) => !seen.has(key)) : change.remove
    const removed = going.map((key) => standing.get(key))
    const unknown = removed.indexOf(undefined)
    if (unknown >= 0) return refuse('water/no-such-row', { sheet: sheet.id, key: going[unknown] })
    decided.push({ sheet: change.sheet, added, changed, removed: removed.filter((row) => row !== undefined), same })
  }
  if (faults.length > 0) return refuse('water/rows-refused', { count: faults.length, first: faults[0], rows: faults.slice(0, MOST_TOLD) })
  return accept(decided)
}

const statedText = (value: unknown, factor: number) =>
  value === null || value === undefined ? '' : (typeof value === 'number' ? String(value / factor) : String(value)).slice(0, 80)

/** The row with every field of its sheet, and what is wrong with it. */
function complete(sheet: Sheet, stated: Row, before: Row | undefined, at: number): { row: Row; refused: RowRefusal[] } {
  const row: Record<string, unknown> = {}
  const refused: RowRefusal[] = []
  for (const field of sheet.fields) {
    const said = stated[field.name]
    const isShape = field.kind === 'line' || field.kind === 'polygon'
    const value =
      said === undefined ? (isShape ? (before?.[field.name] ?? null) : sheet.key.includes(field.name) && !field.needed ? '' : null) : said
    const fault = faultOf(field, value)
    if (fault)
      refused.push({
        sheet: sheet.id,
        row: at,
        field: field.name,
        month: fault.month ?? null,
        code: fault.code,
        stated: statedText(fault.month === undefined ? value : (value as readonly unknown[])[fault.month - 1], field.factor),
        expected: fault.expected,
      })
    row[field.name] = value
  }
  return { row, refused }
}

const isSame = (sheet: Sheet, a: Row, b: Row) => sheet.fields.every(({ name }) => isEqual(a[name] ?? null, b[name] ?? null))

/** Equal but for the last digits, which a unit's factor leaves behind on the way through a sheet. */
function isEqual(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a === b || Math.abs(a - b) <= 1e-11 * Math.max(Math.abs(a), Math.abs(b))
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((each, i) => isEqual(each, b[i]))
  return a === b
}

export const changesNothing = (decided: readonly Decided[]) =>
  decided.every(({ added, changed, removed }) => added.length + changed.length + removed.length === 0)

/** The water as it would stand. */
export function afterChanges(water: Water, decided: readonly Decided[]): Water {
  const after: Record<string, readonly Row[]> = { ...water } as never
  for (const { sheet: id, added, changed, removed } of decided) {
    const sheet = SHEETS[id]
    const gone = new Set(removed.map((row) => keyOf(sheet, row)))
    const now = new Map(changed.map(({ after: row }) => [keyOf(sheet, row), row]))
    after[sheet.of] = [
      ...rowsOf(water, id).flatMap((row) => (gone.has(keyOf(sheet, row)) ? [] : [now.get(keyOf(sheet, row)) ?? row])),
      ...added,
    ]
  }
  return after as unknown as Water
}

/** The changes that make one state of the water out of another: what a draft sends. */
export function changesBetween(before: Water, after: Water): readonly SheetChange[] {
  return Object.values(SHEETS).flatMap((sheet): SheetChange[] => {
    const was = new Map(rowsOf(before, sheet.id).map((row) => [keyOf(sheet, row), row]))
    const is = new Map(rowsOf(after, sheet.id).map((row) => [keyOf(sheet, row), row]))
    const put = [...is].flatMap(([key, row]) => {
      const old = was.get(key)
      return old === row || (old && isSame(sheet, old, row)) ? [] : [row]
    })
    const remove = [...was.keys()].filter((key) => !is.has(key))
    return put.length + remove.length === 0 ? [] : [{ sheet: sheet.id, put, remove }]
  })
}
