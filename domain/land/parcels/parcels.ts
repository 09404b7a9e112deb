/** Ground: patches (图斑) of the survey, parcels (地块) of the contract registry, and other layers laid over them. */
import type { Content, Kind } from '@dishu/kernel/records/records'

export { PARCEL_LISTS, PATCH_LISTS } from './lists.ts'

export const patchKind: Kind = {
  name: 'patch',
  table: 'land.patch',
  columns: [
    ['patch_key', 'text'],
    ['patch_number', 'text'],
    ['village', 'text'],
    ['village_name', 'text'],
    ['class', 'text'],
    ['class_name', 'text'],
    ['owner_kind', 'text'],
    ['owner_unit', 'text'],
    ['owner_name', 'text'],
    ['official_area', 'int8'],
    ['deducted_class', 'text'],
    ['deduction', 'float8'],
    ['deducted_area', 'int8'],
    ['class_area', 'int8'],
    ['computed_area', 'int8'],
    ['survey_year', 'int2'],
    ['srid', 'int4'],
    ['outline', 'bytea'],
    ['bbox', 'box'],
    ['extra', 'jsonb'],
  ],
  key: ['patch_key'],
  scope: (row) => text(row.village),
  derived: false,
  // a survey made anew may number its patches anew: then the village's own number, or the same ground, tells which it is
  alternatives: [['village', 'patch_number'], ['outline']],
}

export const parcelKind: Kind = {
  name: 'parcel',
  table: 'land.parcel',
  columns: [
    ['parcel_code', 'text'],
    ['name', 'text'],
    ['owner_kind', 'text'],
    ['category', 'text'],
    ['use_class', 'text'],
    ['fertility', 'text'],
    ['purpose', 'text'],
    ['basic_farmland', 'text'],
    ['official_area', 'int8'],
    ['official_mu', 'float8'],
    ['computed_area', 'int8'],
    ['srid', 'int4'],
    ['outline', 'bytea'],
    ['bbox', 'box'],
    ['sealed', 'jsonb'],
    ['extra', 'jsonb'],
  ],
  key: ['parcel_code'],
  // a layer of parcels is complete for the issuers in it; a parcel without a registry code stands for itself and is ended by no file
  scope: (row) => issuerOfParcel(text(row.parcel_code)) ?? `office/${text(row.parcel_code)}`,
  derived: false,
  alternatives: [['outline']],
}

export const groundKind: Kind = {
  name: 'ground',
  table: 'land.ground',
  columns: [
    ['layer', 'text'],
    ['key', 'text'],
    ['class', 'text'],
    ['name', 'text'],
    ['computed_area', 'int8'],
    ['srid', 'int4'],
    ['outline', 'bytea'],
    ['bbox', 'box'],
    ['extra', 'jsonb'],
  ],
  key: ['layer', 'key'],
  scope: (row) => text(row.layer),
  derived: false,
}

const text = (value: Content[string]) => (typeof value === 'string' ? value : '')

/** The issuer's 14 digits of a registry parcel code (19 digits); null for a code of another kind. */
export const issuerOfParcel = (parcelCode: string): string | null => (/^\d{19}$/.test(parcelCode) ? parcelCode.slice(0, 14) : null)

/** The layer name under which ownership parcels (宗地) are kept among the ground layers. */
export const OWNERSHIP_LAYER = 'ownership'
