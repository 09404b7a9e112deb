/** Technologies of amelioration, practices made of them, what they cost, and which of them a patch may see. */
import type { Kind } from '@dishu/kernel/records/records'

export * from './facts.ts'
export * from './library.ts'
export type { SheetName } from './library-sheets.ts'
export * from './measures.ts'
export * from './names.ts'
export { type LandOption, optionsOf, type PatchOptions, type RuledOut } from './options.ts'
export { PRACTICES } from './practices.data.ts'
export { sayOption, sayReason } from './say.ts'
export { SHIPPED_RULES, TECHNOLOGIES } from './technologies.data.ts'

export const technologyKind: Kind = {
  name: 'technology',
  table: 'land.technology',
  columns: [
    ['technology_code', 'text'],
    ['name_zh', 'text'],
    ['name_en', 'text'],
    ['family', 'text'],
    ['conditions', 'jsonb'],
    ['dose', 'jsonb'],
    ['contaminants', 'jsonb'],
    ['effects', 'jsonb'],
    ['water', 'jsonb'],
    ['note', 'text'],
    ['source', 'text'],
    ['mark', 'text'],
  ],
  key: ['technology_code'],
  scope: null,
  derived: false,
}
export const costKind: Kind = {
  name: 'technology-cost',
  table: 'land.technology_cost',
  columns: [
    ['technology_code', 'text'],
    ['line', 'text'],
    ['scope', 'text'],
    ['unit', 'text'],
    ['fen', 'float8'],
    ['price_year', 'int2'],
    ['source', 'text'],
    ['mark', 'text'],
  ],
  key: ['technology_code', 'line', 'price_year'],
  scope: null,
  derived: false,
}
export const practiceKind: Kind = {
  name: 'practice',
  table: 'land.practice',
  columns: [
    ['practice_code', 'text'],
    ['name_zh', 'text'],
    ['name_en', 'text'],
    ['steps', 'jsonb'],
    ['crops', 'jsonb'],
    ['conditions', 'jsonb'],
    ['acts', 'jsonb'],
    ['note', 'text'],
    ['source', 'text'],
    ['mark', 'text'],
  ],
  key: ['practice_code'],
  scope: null,
  derived: false,
}
export const economicsKind: Kind = {
  name: 'economics',
  table: 'land.economics',
  columns: [
    ['name', 'text'],
    ['value', 'float8'],
    ['word', 'text'],
    ['price_year', 'int2'],
    ['source', 'text'],
    ['mark', 'text'],
  ],
  key: ['name'],
  scope: null,
  derived: false,
}
export const TECHNOLOGY_KINDS: readonly Kind[] = [technologyKind, costKind, practiceKind, economicsKind]
