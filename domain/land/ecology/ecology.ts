/** Limits of nature and law on land: which acts each forbids, and which parts of a patch it covers. */
import type { Refusal } from '@dishu/base/refusal'
import type { Kind } from '@dishu/kernel/records/records'

export { LIMITS } from './limits.data.ts'
export * from './limits.ts'
export * from './parts.ts'

export const limitKind: Kind = {
  name: 'limit',
  table: 'land.limit_rule',
  columns: [
    ['limit_code', 'text'],
    ['name_zh', 'text'],
    ['name_en', 'text'],
    ['layer', 'text'],
    ['classes', 'jsonb'],
    ['forbids', 'jsonb'],
    ['law_from', 'date'],
    ['law_to', 'date'],
    ['source', 'text'],
    ['mark', 'text'],
    ['note', 'text'],
  ],
  key: ['limit_code'],
  scope: null,
  derived: false,
}

export type EcologyRefusal =
  | Refusal<'ecology/foreign-plane', { readonly subject: string; readonly srid: number | null }>
  | Refusal<'ecology/no-such-patch', { readonly id: number }>
