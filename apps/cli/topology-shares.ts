/** A layer read by its pages: every thread reads the parcels that it surveys. */
import { type Refusal, Refused } from '@dishu/base/refusal'
import type { Value } from '@dishu/formats/layers'
import { type PagedLayer, readPages } from '@dishu/formats/sqlite/layer-pages'
import type { InvalidRule } from '@dishu/numeric/topology/layer'
import type { Survey } from '@dishu/numeric/topology/survey'
import { type Part, PartBuilder } from './topology-parts.ts'
import { RULES } from './topology-read.ts'
import { type SurveySetup, surveyOf } from './topology-survey.ts'

/** A share of a layer's pages, with about as many rows. */
export type Share = { readonly paged: PagedLayer; readonly from: number; readonly to: number; readonly rows: number }

/** Parcels and rows are numbered within the share, parcels from 0 and rows from 1. */
type ShareSurveyed = {
  readonly parts: readonly Part[]
  readonly surveys: readonly Survey[]
  readonly parcels: number
  readonly rows: number
  /** Rows that are no parcels. */
  readonly lost: readonly number[]
  readonly unreadable: readonly { readonly row: number; readonly rule: InvalidRule | 'unreadable' }[]
  readonly columns: readonly PackedValues[]
}

/** Texts are joined and numbers lie in an array: a million values one by one cost more to send than to read. */
type PackedValues = { readonly joined: string } | { readonly numbers: Float64Array } | { readonly values: readonly Value[] }
const BETWEEN = '\u0000'

/** What the reader refuses is an answer too: it has to reach the first thread. */
export type ShareAnswer = ShareSurveyed | { readonly refusal: Refusal }

export function shareOf(setup: SurveySetup, share: Share): ShareAnswer {
  try {
    return surveyed(share, setup)
  } catch (cause) {
    if (cause instanceof Refused) return { refusal: cause.refusal }
    throw cause
  }
}

function surveyed({ paged, from, to, rows }: Share, setup: SurveySetup): ShareSurveyed {
  const parts: Part[] = []
  const surveys: Survey[] = []
  const vertices = Math.max(4096, Math.ceil(((to - from) * paged.table.pageSize) / 16))
  const builder = new PartBuilder(rows, vertices, setup.stretch, (part) => {
    parts.push(part)
    surveys.push(surveyOf(setup, part))
  })
  const columns = paged.fields.map((): Value[] => [])
  const lost: number[] = []
  const unreadable: { row: number; rule: InvalidRule | 'unreadable' }[] = []
  let begun = false
  let last = 0
  readPages(paged, from, to, {
    geometry: (view, at, end) => {
      builder.begin(end - at)
      builder.geometry(view, at)
      begun = true
    },
    row: (row, values) => {
      if (!begun) builder.begin(0)
      builder.end()
      begun = false
      last = row
      for (let c = 0; c < columns.length; c++) columns[c].push(values[c])
    },
    problem: (row, { code }) => {
      last = row
      lost.push(row)
      unreadable.push({ row, rule: RULES[code] ?? 'unreadable' })
    },
    note: (row, { code }) => {
      const rule = RULES[code]
      if (rule) unreadable.push({ row, rule })
    },
  })
  builder.handOn()
  return { parts, surveys, parcels: last - lost.length, rows: last, lost, unreadable, columns: columns.map(packed) }
}

function packed(values: readonly Value[]): PackedValues {
  if (values.every((value) => typeof value === 'number')) return { numbers: Float64Array.from(values as readonly number[]) }
  if (values.every((value) => typeof value === 'string' && !value.includes(BETWEEN))) return { joined: values.join(BETWEEN) }
  return { values }
}

export function unpacked(column: PackedValues, count: number): ArrayLike<Value> {
  if ('numbers' in column) return column.numbers
  if ('joined' in column) return count === 0 ? [] : column.joined.split(BETWEEN)
  return column.values
}

/** Memory that goes with a message instead of being copied: what there is for every parcel. */
export function buffersOf(answer: ShareAnswer): ArrayBuffer[] {
  if ('refusal' in answer) return []
  const arrays = answer.surveys.flatMap(({ box, area, perimeter }) => [box, area, perimeter])
  const buffers = arrays.filter((array) => array.byteLength === array.buffer.byteLength).map(({ buffer }) => buffer)
  return [...new Set(buffers)].filter((buffer) => buffer instanceof ArrayBuffer && buffer.byteLength > 0) as ArrayBuffer[]
}
