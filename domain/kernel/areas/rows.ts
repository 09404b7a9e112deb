/** Small tools for reading a row of any standard: headers, codes, areas, and what must not stand in the register in the clear. */
import type { Language } from '@dishu/base/refusal'
import type { RowGeometry, RowValues, StandardField } from '../intake/intake.ts'
import { codeFrom, hundredths, hundredthsFromMu } from './codes.ts'

/** A header as it is compared: half-width, small letters, without blanks, brackets and marks. `EC（1:5） mS/cm` → `ec15mscm`. */
export const plainHeader = (header: string) =>
  header
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}%<]/gu, '')

type FieldOptions = {
  readonly as?: readonly string[]
  readonly required?: boolean
  readonly type?: StandardField['type']
  readonly unit?: string
}

/** Chinese sheets have full-width brackets as often as not. */
const inBothWidths = (spelling: string) =>
  spelling.includes('(') || spelling.includes('（')
    ? [spelling.replaceAll('（', '(').replaceAll('）', ')'), spelling.replaceAll('(', '（').replaceAll(')', '）')]
    : [spelling]

/** A field of a standard in one line; its Chinese name is also a way to spell it. */
export const field = (name: string, zh: string, en: string, options: FieldOptions = {}): StandardField => ({
  name,
  aliases: [...new Set([zh, ...(options.as ?? [])].flatMap(inBothWidths))],
  required: options.required ?? false,
  type: options.type ?? 'text',
  unit: options.unit ?? null,
  label: { zh, en } satisfies Record<Language, string>,
})

/** Which of a layer's fields stands for which field of the standard, compared as plain headers; the first spelling of a field's list wins. */
export function fieldsFound(fields: readonly StandardField[], headers: readonly string[]): ReadonlyMap<string, string> {
  const byHeader = new Map<string, string>()
  for (const header of headers) if (!byHeader.has(plainHeader(header))) byHeader.set(plainHeader(header), header)
  const found = new Map<string, string>()
  for (const { name, aliases } of fields) {
    const header = [name, ...aliases].map(plainHeader).find((spelling) => byHeader.has(spelling))
    if (header !== undefined) found.set(name, byHeader.get(header) ?? header)
  }
  return found
}

/**
 * How surely a layer is of a standard: all of `marks` must be there; the more of the standard's fields the layer has, and the more of the
 * layer's fields the standard knows, the nearer to 1.
 */
export function likeness(fields: readonly StandardField[], marks: readonly (readonly string[])[], headers: readonly string[]): number {
  const found = fieldsFound(fields, headers)
  if (!marks.every((oneOf) => oneOf.some((name) => found.has(name)))) return 0
  const known = new Set(found.values()).size / Math.max(1, headers.length)
  const covered = found.size / fields.length
  return Math.min(1, 0.6 + 0.2 * covered + 0.2 * known)
}

export const code = (values: RowValues, name: string): string | null => codeFrom(values.text(name))

/** A number, with NaN (text that is no number) as nothing. */
export function number(values: RowValues, name: string): number | null {
  const value = values.number(name)
  return value === null || !Number.isFinite(value) ? null : value
}
export const whole = (values: RowValues, name: string): number | null => {
  const value = number(values, name)
  return value === null || !Number.isInteger(value) ? null : value
}

/** An area in whole hundredths of a m² from the m² field, else from the 亩 field. */
export function statedArea(values: RowValues, m2: string, mu?: string): number | null {
  const inM2 = number(values, m2)
  if (inM2 !== null) return hundredths(inM2)
  const inMu = mu === undefined ? null : number(values, mu)
  return inMu === null ? null : hundredthsFromMu(inMu)
}

/** The columns that every outlined row has alike. */
export const outlineColumns = (geometry: RowGeometry | null) => ({
  srid: geometry?.srid ?? null,
  outline: geometry?.wkb ?? null,
  bbox: geometry?.bbox ?? null,
})

export type Extra = Readonly<Record<string, string | number | boolean>>

/** Named fields that have no column of their own, as text under the standard's names, without the empty ones. */
export function texts(values: RowValues, names: readonly string[]): Extra {
  const kept: Record<string, string> = {}
  for (const name of names) {
    const text = values.text(name)
    if (text !== null) kept[name] = text
  }
  return kept
}

// CZCSXM is the survey's code of built-up places, not a name (姓名, …XM)
const PERSONAL = new RegExp(
  [
    '姓名|身份证|证件号|电话|手机|联系方式|住址|地址|户主|承包方|承包人|承租人|农户|权利人|负责人|法人|代表人|采样人|调查员|指界人|银行|账号|卡号',
    '^CBFMC|(?<!CZCS)XM$|ZJHM|SFZ|LXDH|^DH$|^LXFS$|^SJHM?$|^CBFDZ$|^FBFDZ$|^QLR|^TXDZ$|^DK[DNXB]Z$',
    'phone|mobile|owner.?name|farmer|id.?card|address|e-?mail',
  ].join('|'),
  'i',
)
const BODY =
  /村委|居委|委员会|合作社|合作联社|公司|集团|农场|林场|牧场|渔场|苗圃|政府|人民银行|学校|中学|小学|大学|医院|管理局|管理站|管理处|服务中心|研究所|协会|部队|村集体|村民小组|村小组|经济组织|联合社|嘎查|街道/
// a single sign at the end is little: people are called so too, but rarely with four signs
const BODY_ENDING = /^.{3,}[局厅所站村组屯社镇乡]$/u

/** Whether a name is that of a body rather than of a person, by the words bodies have in their names; when in doubt it is a person. */
export const isBody = (name: string) => BODY.test(name) || BODY_ENDING.test(name)

/** Several texts as one, each after its name; null where there is none. Free text is full of people: it is sealed as one note. */
export function noteOf(parts: Readonly<Record<string, string | null>>): string | null {
  const said = Object.entries(parts).filter(([, text]) => text !== null && text !== '')
  return said.length === 0 ? null : said.map(([name, text]) => `${name}: ${text}`).join('; ')
}

// a layer has few fields and many rows
const personalNames = new Map<string, boolean>()
function isPersonal(name: string): boolean {
  const known = personalNames.get(name)
  if (known !== undefined) return known
  if (personalNames.size > 10_000) personalNames.clear()
  const found = PERSONAL.test(name)
  personalNames.set(name, found)
  return found
}

/** The fields no standard knows: those that look personal apart from the rest, both by the file's own names. */
export function rest(values: RowValues): { readonly extra: Extra; readonly personal: Readonly<Record<string, string>> } {
  const extra: Record<string, string | number | boolean> = {}
  const personal: Record<string, string> = {}
  for (const [name, value] of Object.entries(values.rest())) {
    if (value === null || value === '') continue
    if (isPersonal(name)) personal[name] = String(value)
    else extra[name] = value
  }
  return { extra, personal }
}

/** The same for kinds that can seal nothing: what looks personal is left out, and only said to have been there. */
export function openRest(values: RowValues): Extra {
  const { extra, personal } = rest(values)
  const left = Object.keys(personal)
  return left.length === 0 ? extra : { ...extra, leftOut: left.join(' ') }
}
