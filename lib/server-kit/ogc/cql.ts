/**
 * Filters of OGC CQL2 (OGC 21-065r2) as a tree, and what is wrong with them. Both encodings, text and JSON, become this tree; only what a collection
 * declares as queryable gets through, and every constant is held against the type of what it is compared with.
 *
 * Supported: Basic CQL2, advanced comparison (like, between, in), case-insensitive comparison (casei), and s_intersects with any point, line,
 * polygon, multiple of them or bounding box, anywhere in the tree.
 */
import { type Refusal, Refused } from '@dishu/base/refusal'
import type { Shape } from './meets.ts'

export type Comparison = '=' | '<>' | '<' | '>' | '<=' | '>='
export type Constant = { readonly kind: 'text' | 'number' | 'boolean' | 'date'; readonly value: string | number | boolean }
/** `folded`: compared without regard to the case of letters. */
export type Operand = { readonly property: string; readonly folded: boolean } | (Constant & { readonly folded: boolean })
export type Filter =
  | { readonly op: 'and' | 'or'; readonly args: readonly Filter[] }
  | { readonly op: 'not'; readonly arg: Filter }
  | { readonly op: 'compare'; readonly by: Comparison; readonly left: Operand; readonly right: Operand }
  | { readonly op: 'like'; readonly value: Operand; readonly pattern: string; readonly folded: boolean }
  | { readonly op: 'between'; readonly value: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly op: 'in'; readonly value: Operand; readonly list: readonly Operand[] }
  | { readonly op: 'null'; readonly value: Operand }
  | { readonly op: 'always'; readonly value: boolean }
  | { readonly op: 'meets'; readonly shape: Shape }

export type CqlRefusal =
  | Refusal<'ogc/filter-not-read', { readonly at: number; readonly near: string; readonly wanted: string }>
  | Refusal<'ogc/filter-too-large', { readonly what: 'length' | 'depth' | 'parts' | 'vertices' | 'wildcards'; readonly most: number }>
  | Refusal<'ogc/filter-not-supported', { readonly what: string; readonly supported: readonly string[] }>
  | Refusal<'ogc/filter-unknown-property', { readonly property: string; readonly known: readonly string[] }>
  | Refusal<'ogc/filter-types', { readonly property: string; readonly type: string; readonly stated: string }>

/** A filter of a person is a line or two; a program's may be long, and must still not keep the parser or the planner busy. */
export const FILTER_LIMITS = { length: 20_000, depth: 40, parts: 2000, vertices: 5000, wildcards: 8 } as const
export const SUPPORTED = [
  '=',
  '<>',
  '<',
  '>',
  '<=',
  '>=',
  'and',
  'or',
  'not',
  'like',
  'between',
  'in',
  'is null',
  'casei',
  's_intersects',
] as const

export const refusing = (refusal: CqlRefusal): never => {
  throw new Refused(refusal)
}

/** Counts what a filter is made of, and stops at the limits. */
export class Budget {
  #parts = 0
  #vertices = 0
  part(depth: number): void {
    if (depth > FILTER_LIMITS.depth) refusing({ code: 'ogc/filter-too-large', details: { what: 'depth', most: FILTER_LIMITS.depth } })
    if (++this.#parts > FILTER_LIMITS.parts)
      refusing({ code: 'ogc/filter-too-large', details: { what: 'parts', most: FILTER_LIMITS.parts } })
  }
  vertex(): void {
    if (++this.#vertices > FILTER_LIMITS.vertices)
      refusing({ code: 'ogc/filter-too-large', details: { what: 'vertices', most: FILTER_LIMITS.vertices } })
  }
}

/** The pattern of a `like`, as it stands: `%` and `_` are wild, a backslash takes their meaning away. */
export function patternOf(text: string): string {
  if ((text.match(/%/g)?.length ?? 0) > FILTER_LIMITS.wildcards)
    refusing({ code: 'ogc/filter-too-large', details: { what: 'wildcards', most: FILTER_LIMITS.wildcards } })
  return text.endsWith('\\') && !/(^|[^\\])(\\\\)+$/.test(text) ? `${text}\\` : text // a lone backslash at the end is itself
}

export const dateFrom = (text: string): string | null => {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return null
  const at = new Date(`${text}T00:00:00Z`)
  return Number.isFinite(at.getTime()) && at.toISOString().startsWith(text) ? text : null
}
