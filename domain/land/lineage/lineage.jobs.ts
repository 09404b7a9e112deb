/** An operation read, decided and written as one revision; and the graph of lineage gathered step by step. */
import type { Day } from '@dishu/base/date'
import { type Refusal, Refused } from '@dishu/base/refusal'
import { readWkb, wkbBounds, writePolygonWkb } from '@dishu/base/wkb'
import type { AsOf, Cause, Content, Kind, Revision, SourceFile } from '@dishu/kernel/records/records'
import { dayNumber, type OpenRevision, openRevision, readHead, rowToWrite } from '@dishu/kernel/records/records.store'
import { orRefused } from '@dishu/server-kit/http'
import type { Db } from '@dishu/server-kit/sql'
import { contractParcelKind } from '../tenure/tenure.ts'
import { brought } from './judge.ts'
import {
  KIND_OF,
  type LinkRow,
  MOST_AROUND,
  readAroundRows,
  readLastKey,
  readLastNumber,
  readLastTouches,
  readLinks,
  readMadeIds,
  readNodes,
  readPinned,
  readPresent,
  readSteps,
  type StepRow,
  type WholeRow,
} from './lineage.store.ts'
import {
  type Around,
  type GroundRow,
  type LineageLayer,
  type LineageRefusal,
  lineageKind,
  type Made,
  type Operation,
  type Passed,
  type Plan,
  type RowAreas,
  type Series,
  type StoredOutline,
} from './lineage.ts'
import type { LineageReply, OperationReply, PreviewReply } from './lineage.wire.ts'
import { decide } from './operations.ts'

const no = (refusal: LineageRefusal & Refusal): never => {
  throw new Refused(refusal)
}
/** A few metres, in degrees: what touches. */
const MARGIN_DEGREES = 5e-5

/** What rows must have alike to become one. */
const ALIKE: Readonly<Record<LineageLayer, readonly string[]>> = {
  patch: ['village', 'class', 'owner_kind', 'owner_unit', 'deducted_class', 'deduction'],
  parcel: ['owner_kind', 'category', 'use_class', 'fertility', 'purpose', 'basic_farmland'],
}

type Known = {
  readonly around: Around
  readonly whole: ReadonlyMap<number, WholeRow>
  readonly links: readonly LinkRow[]
  readonly later: readonly LinkRow[]
}

/** Reads what an operation on `ids` is decided on. */
export async function readAround(db: Db, county: string, layer: LineageLayer, ids: readonly number[], day: Day): Promise<Known> {
  const rows = await readAroundRows(db, county, layer, day, ids, MARGIN_DEGREES)
  if (rows.length > MOST_AROUND) return no({ code: 'lineage/too-many-around', details: { most: MOST_AROUND } })
  const own = rows.filter(({ id }) => ids.includes(id))
  const missing = ids.find((id) => !own.some((row) => row.id === id))
  if (missing !== undefined) return no({ code: 'lineage/no-such-row', details: { layer, id: missing } })
  const keys = own.map(({ key }) => key)
  const pinned = await readPinned(db, county, day, keys)
  const all = layer === 'parcel' ? await readLinks(db, county, day, keys, contractParcelKind) : []
  const links = all.filter(({ validFrom }) => validFrom <= day)
  const later = all.filter(({ validFrom }) => validFrom > day)
  const series: Record<string, { key: Series; number: Series | null }> = {}
  for (const row of own) series[row.id] = await seriesOf(db, county, layer, row)
  const { rev } = await readHead(db, county)
  const around: Around = {
    ...{ county, layer, day, head: rev, series },
    rows: rows.map((row) =>
      groundRow(
        layer,
        row,
        pinned.filter(({ key }) => key === row.key).map(({ code }) => code),
        links.filter(({ content }) => content.parcel_code === row.key),
      ),
    ),
  }
  return { around, whole: new Map(rows.map((row) => [row.id, row])), links, later }
}

/** Numbers begin as the row's own does, and go on after the greatest there ever was: one that was given out is not given out again. */
async function seriesOf(db: Db, county: string, layer: LineageLayer, row: WholeRow): Promise<{ key: Series; number: Series | null }> {
  // a registry's code is its issuer and five digits; any other number counts up in its last digits
  const width = layer === 'parcel' && /^\d{19}$/.test(row.key) ? 5 : Math.min(8, digitsAtEnd(row.key))
  const prefix = width === 0 ? `${row.key}-` : row.key.slice(0, -width)
  const key = { prefix, width: Math.max(1, width), last: await readLastKey(db, county, layer, prefix, Math.max(1, width)) }
  const number = typeof row.content.patch_number === 'string' ? row.content.patch_number : null
  if (layer !== 'patch' || number === null || row.village === null) return { key, number: null }
  return { key, number: { prefix: '', width: number.length, last: await readLastNumber(db, county, row.village) } }
}

function digitsAtEnd(text: string): number {
  let n = 0
  while (n < text.length && text.charAt(text.length - 1 - n) >= '0' && text.charAt(text.length - 1 - n) <= '9') n++
  return n
}

function groundRow(layer: LineageLayer, row: WholeRow, pinned: readonly string[], links: readonly LinkRow[]): GroundRow {
  const { content } = row
  const number = (name: string) => (typeof content[name] === 'number' ? (content[name] as number) : null)
  const shape = content.outline instanceof Uint8Array ? readWkb(content.outline) : null
  return {
    ...{ id: row.id, key: row.key, since: row.since, validFrom: row.validFrom, validTo: row.validTo, village: row.village, pinned },
    number: typeof content.patch_number === 'string' ? content.patch_number : null,
    srid: number('srid'),
    outline: shape?.type === 'polygon' ? shape.polygons.map(({ rings }) => rings.map((ring) => [...ring])) : [],
    official: number('official_area'),
    computed: number('computed_area') ?? 0,
    deducted: layer === 'patch' ? number('deducted_area') : null,
    classArea: layer === 'patch' ? number('class_area') : null,
    deduction: number('deduction'),
    words: Object.fromEntries(ALIKE[layer].map((name) => [name, content[name] == null ? null : String(content[name])])),
    contracts: links.map(({ content: link }) => ({
      code: String(link.contract_code),
      area: typeof link.contract_area === 'number' ? link.contract_area : null,
      sharePart: Number(link.share_part),
      shareWhole: Number(link.share_whole),
    })),
  }
}

export const idsOf = (operation: Operation): readonly number[] =>
  operation.kind === 'split' ? [operation.id] : [...new Set(operation.ids)]

/** Works an operation out; nothing is written. */
export async function previewOperation(db: Db, county: string, layer: LineageLayer, operation: Operation, day: Day): Promise<PreviewReply> {
  const { around, later } = await readAround(db, county, layer, idsOf(operation), day)
  const plan = orRefused(decide(operation, around))
  noLaterContract(operation, later)
  const found = brought(plan, around)
  return { head: around.head, plan, brought: found, holds: !found.some(({ blocks }) => blocks) }
}

export type LineageTools = { readonly kinds: readonly Kind[]; derive(db: Db, revision: OpenRevision): Promise<void> }
export type OperationAsked = {
  readonly layer: LineageLayer
  readonly operation: Operation
  readonly day: Day
  /** The rows as they were seen: by the revision that made their versions. */
  readonly seen: readonly { readonly id: number; readonly since: number }[]
  readonly cause: Cause
  readonly reason: string
  readonly document: string | null
  readonly sources?: readonly SourceFile[]
  readonly actor: string
  readonly now: Date
}

/**
 * Writes an operation as one revision. Refuses where a row is no longer the one that was seen, where the decision is no, and where an error of geometry would come.
 */
export async function applyOperation(db: Db, county: string, asked: OperationAsked, tools: LineageTools): Promise<OperationReply> {
  const { layer, operation, day } = asked
  const revision = await openRevision(db, county, tools.kinds)
  await stillAsSeen(db, county, asked)
  const { around, whole, links, later } = await readAround(db, county, layer, idsOf(operation), day)
  const plan = orRefused(decide(operation, around))
  noLaterContract(operation, later)
  const errors = brought(plan, around).filter(({ blocks }) => blocks)
  if (errors.length > 0)
    return no({ code: 'lineage/brings-findings', details: { findings: errors.map(({ rule, rows, areaM2 }) => ({ rule, rows, areaM2 })) } })

  const kind = KIND_OF[layer]
  const from = dayNumber(day)
  const rowOf = (id: number) => {
    const row = whole.get(id)
    if (!row) throw new Error(`expected the row ${id} among those round the operation`)
    return row
  }
  await revision.take(
    kind,
    // a neighbour that only takes in a corner may be recorded otherwise later: those versions stay
    [...plan.retired, ...plan.reshaped.map(({ id }) => id)].map((id) => ({ id, validFrom: from, validTo: dayNumber(rowOf(id).validTo) })),
  )
  const reshaped = plan.reshaped.map((row) =>
    rowToWrite(kind, {
      id: row.id,
      validFrom: day,
      validTo: rowOf(row.id).validTo,
      content: { ...rowOf(row.id).content, ...areaColumns(layer, row), ...shapeColumns(row) },
    }),
  )
  const made = plan.made.map((row) => rowToWrite(kind, { validFrom: day, content: contentOf(layer, row, rowOf(row.lead).content) }))
  await revision.add(kind, [...reshaped, ...made])
  if (layer === 'parcel') await handOnContracts(revision, plan, around, links, day)
  const ids = await readMadeIds(
    db,
    county,
    layer,
    revision.rev,
    plan.made.map(({ key }) => key),
  )
  await revision.add(lineageKind, lineageRows(plan, around, ids, asked))
  await tools.derive(db, revision)
  const { rev }: Revision = await revision.seal({
    ...{ what: 'write', cause: asked.cause, actor: asked.actor, reason: asked.reason, now: asked.now },
    ...(asked.sources ? { sources: asked.sources } : {}),
  })
  return { rev, made: ids.map(({ id, key }) => ({ id, key })) }
}

/** A contract recorded for a day after the operation's names a parcel that would be no more: the ground would lose it. */
function noLaterContract(operation: Operation, later: readonly LinkRow[]): void {
  const [first] = later
  if (operation.kind !== 'adjust' && first)
    no({ code: 'lineage/changes-again', details: { key: String(first.content.parcel_code), validTo: first.validFrom } })
}

async function stillAsSeen(db: Db, county: string, { layer, operation, seen, day }: OperationAsked): Promise<void> {
  const ids = idsOf(operation)
  const present = new Map((await readPresent(db, county, layer, day, ids)).map((row) => [row.id, row.since]))
  const changed = ids.filter((id) => {
    const before = seen.find((row) => row.id === id)
    return before !== undefined && present.get(id) !== before.since
  })
  if (changed.length === 0) return
  const touches = await readLastTouches(db, county, layer, changed)
  no({ code: 'lineage/changed-meanwhile', details: { rows: touches.map(({ at, ...row }) => ({ ...row, on: at.toISOString() })) } })
}

const areaColumns = (layer: LineageLayer, { computed, official, deducted, classArea }: RowAreas): Content =>
  layer === 'patch'
    ? { computed_area: computed, official_area: official, deducted_area: deducted, class_area: classArea }
    : { computed_area: computed, official_area: official, official_mu: official === null ? null : Math.round(official * 0.0015) / 100 }

const wkbOf = (outline: StoredOutline) => writePolygonWkb(outline.map((rings) => ({ rings: rings.map((ring) => Float64Array.from(ring)) })))
const shapeColumns = ({ outline, lonLat }: { readonly outline: StoredOutline; readonly lonLat: StoredOutline }): Content => ({
  outline: wkbOf(outline),
  bbox: wkbBounds(wkbOf(lonLat)),
})

const contentOf = (layer: LineageLayer, row: Made, lead: Content): Content => ({
  ...lead,
  ...(layer === 'patch' ? { patch_key: row.key, patch_number: row.number } : { parcel_code: row.key }),
  ...areaColumns(layer, row),
  ...shapeColumns(row),
})

/** The contracts that had a parcel have what came of it, from the day on. */
async function handOnContracts(revision: OpenRevision, plan: Plan, around: Around, links: readonly LinkRow[], day: Day): Promise<void> {
  const gone = new Set(plan.retired.map((id) => around.rows.find((row) => row.id === id)?.key))
  const ended = links.filter(({ content }) => gone.has(String(content.parcel_code)))
  if (ended.length === 0) return
  await revision.take(
    contractParcelKind,
    ended.map(({ id, validTo }) => ({ id, validFrom: dayNumber(day), validTo: dayNumber(validTo) })),
  )
  const rows = plan.made.flatMap((made) => {
    const lead = around.rows.find(({ id }) => id === made.lead)
    return made.contracts.flatMap((contract) => {
      const before = ended.find(({ content }) => content.contract_code === contract.code && content.parcel_code === lead?.key)
      if (!before) return []
      const mu = contract.area === null ? before.content.contract_mu : Math.round(contract.area * 0.0015) / 100
      const content = { ...before.content, parcel_code: made.key, contract_area: contract.area, contract_mu: mu }
      return [rowToWrite(contractParcelKind, { validFrom: day, validTo: before.validTo, content })]
    })
  })
  await revision.add(contractParcelKind, rows)
}

function lineageRows(plan: Plan, around: Around, made: readonly { id: number; key: string }[], { document, layer, day }: OperationAsked) {
  const idOf = ({ toId, toKey }: Passed) => toId ?? made.find(({ key }) => key === toKey)?.id
  return plan.passed.map((step) => {
    const to = idOf(step)
    if (to === undefined) throw new Error(`expected ${step.toKey} among the ${made.length} rows that the revision made`)
    const village = around.rows.find(({ id }) => id === step.fromId)?.village ?? around.county
    const content = {
      layer,
      operation: plan.kind,
      village,
      from_id: step.fromId,
      from_key: step.fromKey,
      to_id: to,
      to_key: step.toKey,
      area: step.area,
      document,
    }
    return rowToWrite(lineageKind, { validFrom: day, content })
  })
}

/** A family of some thousand rows is no picture any more. */
const MOST_NODES = 600

/** All that a row came from and all that came of it, in one state of the register; ground exchanged with neighbours is shown, but leads no further. */
export async function readLineage(db: Db, county: string, layer: LineageLayer, id: number, asOf: AsOf): Promise<LineageReply> {
  const generation = new Map([[id, 0]])
  const steps = new Map<string, StepRow>()
  let cut = false
  for (const way of [-1, 1] as const) {
    let front = [id]
    while (front.length > 0 && generation.size < MOST_NODES) {
      const next: number[] = []
      for (const step of await readSteps(db, county, layer, front, asOf)) {
        const [near, far] = way < 0 ? [step.toId, step.fromId] : [step.fromId, step.toId]
        if (!front.includes(near)) {
          if (step.operation !== 'adjust') continue
        }
        steps.set(`${step.rev} ${step.fromId} ${step.toId}`, step)
        const other = front.includes(near) ? far : near
        if (generation.has(other)) continue
        const own = generation.get(front.includes(near) ? near : far) ?? 0
        generation.set(other, step.operation === 'adjust' ? own : own + way)
        if (step.operation !== 'adjust') next.push(other)
      }
      front = next
    }
    cut ||= generation.size >= MOST_NODES
  }
  const nodes = await readNodes(db, county, layer, [...generation.keys()], asOf)
  if (!nodes.some((node) => node.id === id)) return no({ code: 'lineage/no-such-row', details: { layer, id } })
  return {
    ...{ county, layer, id, cut },
    nodes: nodes.map((node) => ({ ...node, generation: generation.get(node.id) ?? 0 })),
    steps: [...steps.values()]
      .sort((a, b) => a.rev - b.rev || a.fromId - b.fromId || a.toId - b.toId)
      .map(({ fromId, toId, fromKey: _, toKey: __, recordedAt, ...step }) => ({
        ...step,
        from: fromId,
        to: toId,
        recordedAt: recordedAt.toISOString(),
      })),
  }
}
