/** What may be wrong with the register's rows: rules, the findings they make, and exceptions a person has granted. */
import type { Kind } from '@dishu/kernel/records/records'

export * from './check-laboratory.ts'
export * from './check-rows.ts'
export * from './check-sets.ts'
export * from './findings.ts'
export { geometryFindings, LayerBuilder, topologyOptions } from './geometry.ts'
export { type GroundPlane, groundArea, groundPlane, inPlane } from './ground-plane.ts'
export * from './outline.ts'
export { RULES, type Rule } from './rules.data.ts'
export * from './rules.ts'
export * from './vocabulary.ts'

export const exceptionKind: Kind = {
  name: 'exception',
  table: 'land.exception',
  columns: [
    ['rule', 'text'],
    ['subject_kind', 'text'],
    ['subject_key', 'text'],
    ['reason', 'text'],
    ['accepted_by', 'text'],
  ],
  key: ['rule', 'subject_kind', 'subject_key'],
  scope: null,
  derived: false,
}
