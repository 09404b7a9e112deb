/** Rows of one import that are told in parts. */
import type { ReadRecord } from './intake.ts'

/** Two rows of one number as one, or null where they are two. */
export function joinRecords(kept: ReadRecord, other: ReadRecord): ReadRecord | null {
  const filled = <T extends object>(one: T, by: T): T =>
    Object.fromEntries(Object.keys({ ...by, ...one }).map((name) => [name, one[name as keyof T] ?? by[name as keyof T] ?? null])) as T
  const complete = (one: ReadRecord, by: ReadRecord): ReadRecord => {
    const content = filled(one.content, by.content)
    const extra = { ...(by.content.extra ?? {}), ...(one.content.extra ?? {}) }
    const { joins, ...rest } = one
    return { ...rest, content: { ...content, extra }, personal: filled(one.personal ?? {}, by.personal ?? {}) }
  }
  if (other.joins === 'complete') return complete(kept, other)
  if (kept.joins === 'complete') return complete(other, kept)
  if (!Array.isArray(kept.joins) || !Array.isArray(other.joins)) return null
  const sums = Object.fromEntries(
    (kept.joins as readonly string[]).map((column) => {
      const [a, b] = [kept.content[column], other.content[column]]
      return [column, a === null && b === null ? null : Number(a ?? 0) + Number(b ?? 0)]
    }),
  )
  return { ...complete(kept, other), joins: kept.joins, content: { ...complete(kept, other).content, ...sums } }
}
