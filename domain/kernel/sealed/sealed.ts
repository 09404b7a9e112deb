/**
 * Personal values: names, identity numbers, phones, addresses. They live encrypted in one place; the register and the ledger hold
 * a reference and a mask. The same value in the same county has the same reference, so a repeated import finds nothing changed.
 */

import { CATALOGUE } from './catalogue.data.ts'
import { mask } from './mask.ts'

export { CATALOGUE, OPENING, PURPOSES } from './catalogue.data.ts'

/** What may be sealed: the fields of the catalogue. One that is not listed there cannot be stored. */
export const SEALED_FIELDS = Object.keys(CATALOGUE) as readonly (keyof typeof CATALOGUE)[]
export type SealedField = keyof typeof CATALOGUE

/** How a sealed value stands in a register row. */
export type SealedValue = { readonly ref: string; readonly mask: string }
export type SealedValues = Readonly<Partial<Record<SealedField, SealedValue>>>

export const isSealedField = (name: string): name is SealedField => Object.hasOwn(CATALOGUE, name)

/** A value in the sealed store. */
export type SealedRow = { readonly ref: Uint8Array; readonly field: string; readonly cipher: Uint8Array }

/** What sealing needs of a county's keys. */
export type SealingKeys = {
  reference(text: string): Uint8Array
  encrypt(clear: Uint8Array, context: string): Uint8Array
  decrypt(sealed: Uint8Array, context: string): Uint8Array
}

const utf8 = new TextEncoder()
const hexOf = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** Seals clear values of one row: what stands in the register, and what the sealed store keeps. An undeclared field is a fault. */
export function seal(
  keys: SealingKeys,
  personal: Readonly<Record<string, string | null>>,
): { readonly values: SealedValues; readonly rows: readonly SealedRow[] } {
  const values: Partial<Record<SealedField, SealedValue>> = {}
  const rows: SealedRow[] = []
  for (const [field, clear] of Object.entries(personal)) {
    if (clear === null || clear === '') continue
    if (!isSealedField(field)) throw new Error(`expected a declared personal field, got ${field}`)
    const ref = referenceOf(keys, field, clear)
    values[field] = { ref: hexOf(ref), mask: mask(field, clear) }
    rows.push({ ref, field, cipher: keys.encrypt(utf8.encode(clear), `${field} ${hexOf(ref)}`) })
  }
  return { values, rows }
}

/** The reference of a value, by which an exact value is found without opening any. */
export const referenceOf = (keys: SealingKeys, field: SealedField, clear: string): Uint8Array => keys.reference(`${field}\0${clear}`)

/** The clear value of a sealed row; throws when it was altered. */
export function unseal(keys: SealingKeys, row: SealedRow): string {
  const clear = new TextDecoder().decode(keys.decrypt(row.cipher, `${row.field} ${hexOf(row.ref)}`))
  if (!isSealedField(row.field) || hexOf(referenceOf(keys, row.field, clear)) !== hexOf(row.ref))
    throw new Error('a sealed value is not what its reference says')
  return clear
}

/** A file behind a revision, as the content store keeps it; without its wrapped key it is erased. */
export type DocumentRow = {
  readonly county: string
  readonly sha256: Buffer
  readonly name: string
  readonly size: number
  readonly wrappedKey: Buffer | null
  readonly storedAt: Date
}
