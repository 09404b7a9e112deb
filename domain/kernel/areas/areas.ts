/** Places and what is said of them: the area tree (county, town, village), owners and land classes. */
import type { Kind } from '../records/records.ts'
import { OWNER_KINDS } from './owners.data.ts'

export * from './classes.ts'
export * from './codes.ts'
export { OWNER_KINDS, type OwnerRow } from './owners.data.ts'
export * from './rows.ts'

export const areaKind: Kind = {
  name: 'area',
  table: 'kernel.area',
  columns: [
    ['code', 'text'],
    ['parent', 'text'],
    ['level', 'text'],
    ['name', 'text'],
    ['control_area', 'int8'],
    ['srid', 'int4'],
    ['outline', 'bytea'],
    ['bbox', 'box'],
    ['extra', 'jsonb'],
  ],
  key: ['code'],
  // a layer of villages says nothing of towns; one of two towns' villages nothing of a third town's
  scope: (row) => `${row.level}/${row.parent ?? row.code}`,
  derived: false,
}

export type Owner = 'state' | 'collective' | 'unknown'
const owners = new Map(OWNER_KINDS.map(({ code, owner }) => [code, owner]))

/** State or collective, from QSXZ or SYQXZ; an empty or unlisted code is unknown, never guessed from its first digit. */
export const ownerOf = (ownerKind: string | null): Owner => (ownerKind === null ? 'unknown' : (owners.get(ownerKind) ?? 'unknown'))
