/** The values of a batch's rows under a standard's field names. One object serves all rows: `at(i)` moves it. */
import { type Day, dayFrom } from '@dishu/base/date'
import type { RowValues, Standard, StandardField } from './intake.ts'

type Value = string | number | boolean | null
type LayerField = { readonly name: string; readonly type: string }

/** Which field of the layer is used for which field of the standard: by the person's mapping, else by name or a known spelling, whatever the case. */
export function matchFields(
  standard: Standard,
  fields: readonly LayerField[],
  mapping: Readonly<Record<string, string>> = {},
): Map<string, number> {
  const byName = new Map(fields.map((field, i) => [plain(field.name), i]))
  const matched = new Map<string, number>()
  const used = new Set<number>()
  const use = (field: Pick<StandardField, 'name'>, index: number | undefined) => {
    if (index === undefined || used.has(index) || matched.has(field.name)) return
    matched.set(field.name, index)
    used.add(index)
  }
  for (const field of standard.fields) if (mapping[field.name]) use(field, byName.get(plain(mapping[field.name])))
  for (const field of standard.fields) use(field, byName.get(plain(field.name)))
  for (const field of standard.fields) for (const alias of field.aliases) use(field, byName.get(plain(alias)))
  const left = standard.fieldsOf ? fields.filter((_, i) => !used.has(i)).map(({ name }) => name) : []
  for (const [name, header] of standard.fieldsOf?.(left) ?? []) use({ name }, byName.get(plain(header)))
  return matched
}

const plain = (name: string) => name.trim().toUpperCase()

/** Without the blanks around it; null where nothing is left. Nearly every text begins and ends with a sign, and is left alone. */
function trimmed(text: string): string | null {
  if (text.length === 0) return null
  return isSign(text.charCodeAt(0)) && isSign(text.charCodeAt(text.length - 1)) ? text : text.trim() || null
}
const isSign = (c: number) => (c > 0x20 && c < 0x7f) || (c > 0x3000 && c < 0xfe00)

const GROUPED = /^[+-]?[1-9]\d{0,2}(?:[,，]\d{3})+(?:\.\d*)?$/

export class BatchValues implements RowValues {
  private readonly columns: readonly (readonly Value[])[]
  private readonly matched: ReadonlyMap<string, number>
  private readonly fields: readonly LayerField[]
  private readonly left: readonly (readonly [name: string, index: number])[]
  private row = 0

  constructor(columns: readonly (readonly Value[])[], fields: readonly LayerField[], matched: ReadonlyMap<string, number>) {
    this.columns = columns
    this.matched = matched
    this.fields = fields
    const used = new Set(matched.values())
    this.left = fields.map((field, i) => [field.name, i] as const).filter(([, i]) => !used.has(i))
  }

  at(row: number): this {
    this.row = row
    return this
  }

  private value(name: string): Value {
    const index = this.matched.get(name)
    return index === undefined ? null : this.columns[index][this.row]
  }

  text(name: string): string | null {
    const value = this.value(name)
    if (value === null) return null
    if (typeof value === 'string') return trimmed(value)
    if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 1e21 ? BigInt(value).toString() : String(value)
    return value ? '1' : '0'
  }

  number(name: string): number | null {
    const value = this.value(name)
    if (value === null || value === '') return null
    if (typeof value === 'number') return value
    if (typeof value === 'boolean') return Number.NaN
    const spaceless = value.replace(/\s/g, '')
    if (spaceless === '') return null
    // a comma between thousands is dropped; any other (0,05) may be a decimal one, and then the number would be another
    const text = GROUPED.test(spaceless) ? spaceless.replace(/[,，]/g, '') : spaceless
    return /^[+-]?(\d+(?:\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN
  }

  day(name: string): Day | null {
    const text = this.text(name)
    return text === null ? null : dayFrom(text)
  }

  header(name: string): string | null {
    const index = this.matched.get(name)
    return index === undefined ? null : this.fields[index].name
  }

  rest(): Record<string, Value> {
    const rest: Record<string, Value> = {}
    for (const [name, index] of this.left) {
      const value = this.columns[index][this.row]
      if (value !== null && value !== '') rest[name] = value
    }
    return rest
  }
}
