/** What the topology rules say of the rows as an operation would leave them: findings that were not there before. */
import { findTopology } from '@dishu/numeric/topology/find'
import { geometryFindings, LayerBuilder, RULES, ruleBook, topologyOptions } from '../quality/quality.ts'
import type { Around, Brought, GroundRow, Plan, StoredOutline } from './lineage.ts'
import { drawingOf } from './shapes.ts'

type Drawn = {
  readonly id: number
  readonly key: string
  readonly village: string | null
  readonly outline: StoredOutline
  readonly srid: number | null
}

/** Findings of geometry that the plan brings. One that an ancestor had already, of no less ground, is not new. */
export function brought(plan: Plan, around: Around): Brought[] {
  const byId = new Map(around.rows.map((row) => [row.id, row]))
  const target = byId.get(plan.retired[0] ?? plan.reshaped[0]?.id ?? -1)
  if (!target) throw new Error(`expected a row that the ${plan.kind} is about`)
  const changed = new Map(plan.reshaped.map((row) => [row.id, row]))
  const after: Drawn[] = [
    ...around.rows
      .filter(({ id }) => !plan.retired.includes(id))
      .map((row) => ({ ...row, outline: changed.get(row.id)?.outline ?? row.outline })),
    ...plan.made.map((made, i) => ({ ...made, id: -1 - i })),
  ]
  const ancestors = new Map<string, string[]>()
  for (const { fromKey, toKey } of plan.passed) ancestors.set(toKey, [...(ancestors.get(toKey) ?? []), fromKey])
  const before = look(around.rows, target, around)
  const known = new Map<string, number>()
  for (const { rule, rows, areaM2 } of before)
    for (const name of namesOf(rule, rows, new Map())) known.set(name, Math.max(known.get(name) ?? 0, areaM2 ?? 0))
  return look(after, target, around).filter(
    ({ rule, rows, areaM2 }) =>
      !namesOf(rule, rows, ancestors).some((name) => known.has(name) && (areaM2 ?? 0) <= (known.get(name) ?? 0) + 0.01),
  )
}

/** What a finding may have been called before: each row by itself or by one of those it came from. */
function namesOf(rule: string, rows: readonly string[], ancestors: ReadonlyMap<string, readonly string[]>): string[] {
  let names: string[][] = [[]]
  for (const row of rows) names = [row, ...(ancestors.get(row) ?? [])].flatMap((name) => names.map((before) => [...before, name]))
  return names.map((each) => `${rule} ${[...new Set(each)].sort().join(' ')}`)
}

function look(rows: readonly Drawn[], target: GroundRow, { layer, day }: Around): Brought[] {
  const drawing = drawingOf(rows as readonly GroundRow[], target)
  if (!drawing) return []
  const book = ruleBook(day)
  const builder = new LayerBuilder()
  const there = rows.filter(({ id }) => drawing.polygons.has(id))
  for (const { id } of there) builder.add(drawing.polygons.get(id) ?? [], () => {})
  const ground = builder.layer()
  const named = there.map(({ id, key, village }) => ({ id, key, village, box: null }))
  return geometryFindings(layer, named, ground, findTopology(ground, topologyOptions(layer, book)), drawing.plane, book).map(
    ({ finding: { rule, details }, area, box }) => ({
      rule,
      rows: details.rows,
      areaM2: area === null ? null : area / 100,
      place: box && [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2],
      blocks: RULES.find(({ id }) => id === rule)?.severity === 'error',
    }),
  )
}
