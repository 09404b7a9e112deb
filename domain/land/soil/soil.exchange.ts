/** Soil sample sheets, with Chinese or English headers that carry unit and extract: `EC(1:5) mS/cm`, `pH（水土比 2.5:1）`, `全盐量 g/kg`. */
import { code, codeFrom, countyOf, fieldsFound, openRest, plainHeader, texts } from '@dishu/kernel/areas/areas'
import type { FieldRefusal, ReadOutcome, RowGeometry, RowValues, Standard } from '@dishu/kernel/intake/intake'
import { type Season, seasonOf } from './grading.ts'
import { MEASURED, NAMED } from './lab-fields.ts'
import { type HeaderUnit, isIon, type Quantity, ratioFrom, readHeader, unitIn, waterOf } from './lab-headers.ts'
import { type Censored, readCell } from './lab-values.ts'
import type { SoilRefusal } from './soil.messages.ts'
import { sampleKind } from './soil.ts'

const SEASON_WORDS: readonly (readonly [RegExp, Season])[] = [
  [/春|spring/i, 'spring'],
  [/夏|summer/i, 'summer'],
  [/秋|autumn|fall/i, 'autumn'],
  [/冬|winter/i, 'winter'],
]

const LONGEST_DEPTHS = 80 // two numbers and their units; a longer text is none, and would be tried at every place

/** `0-20`, `0～20cm`, `20—40 厘米`: two numbers with a line between them. Null where there are not two. */
export function depthsFrom(text: string | null): readonly [number, number] | null {
  if (text !== null && text.length > LONGEST_DEPTHS) return null
  const found = /^\D*(\d+(?:\.\d+)?)\s*(?:cm|厘米)?\s*[-–—―~～至到_]+\s*(\d+(?:\.\d+)?)\s*(cm|厘米|m|米)?\s*$/i.exec(
    (text ?? '').normalize('NFKC'),
  )
  if (!found) return null
  const factor = found[3] === 'm' || found[3] === '米' ? 100 : 1
  return [Number(found[1]) * factor, Number(found[2]) * factor]
}

const no = (name: string | null, refusal: SoilRefusal): ReadOutcome => ({
  records: [],
  refusals: [{ field: name, refusal } satisfies FieldRefusal],
})

export const sampleStandard: Standard = {
  id: 'soil-sheet',
  as: 'soil',
  name: { zh: '土壤样品检测表', en: 'Soil sample sheet' },
  kinds: [sampleKind],
  geometry: 'any',
  fields: [...NAMED, ...MEASURED.map((each) => each.field)],
  fieldsOf(headers) {
    const found = new Map<string, string>()
    const known = headers.map((header) => ({ header, read: readHeader(header) })).filter(({ read }) => read !== null)
    // ions that are said to be dissolved ones go before those of which nothing is said
    for (const { header, read } of [...known.filter(({ read }) => read?.soluble), ...known]) {
      const name = MEASURED.find((each) => each.quantity === read?.quantity)?.field.name
      if (name !== undefined && !found.has(name)) found.set(name, header)
    }
    return found
  },
  makerOf: (values) => values.text('lab'),
  recognise({ fields, name }) {
    if (fields.some((header) => /^(DLBM|DKBM|CBHTBM|ZDDM)$/i.test(header)) && !fields.some((header) => /pH|样/i.test(header))) return 0
    const found = new Set(fieldsFound(sampleStandard.fields, fields).keys())
    for (const name of sampleStandard.fieldsOf?.(fields).keys() ?? []) found.add(name)
    const soil = [found.has('ph') || found.has('ph_cacl2'), ...['ec', 'ece', 'salt', 'esp', 'cec'].map((each) => found.has(each))].filter(
      Boolean,
    ).length
    const placed = (found.has('longitude') && found.has('latitude')) || found.has('plot') || found.has('bag')
    if (!found.has('sample') || soil === 0) return 0
    const headers = fields.map(plainHeader).join(' ')
    const words = /样|土|sample|soil|depth|深度/i.test(`${name} ${headers}`)
    return Math.min(
      1,
      0.35 + 0.1 * Math.min(soil, 3) + (placed ? 0.2 : 0) + (found.has('depth') || found.has('depthFrom') ? 0.1 : 0) + (words ? 0.05 : 0),
    )
  },
  countyOf(values) {
    const plot = code(values, 'plot')
    return plot !== null && /^\d{12,19}$/.test(plot) ? countyOf(plot) : null
  },
  validFromOf: (values) => values.day('date'),
  read(values, geometry, context): ReadOutcome {
    const sample = codeFrom(values.text('sample'))
    if (sample === null) return no('sample', { code: 'soil/no-code', details: { field: '样品编号' } })
    const role = roleOf(values, sample)
    const bag = code(values, 'bag')
    // a laboratory's own samples stand nowhere: a blank is no soil, and a duplicate would count its soil twice
    const place = role === null ? placeOf(values, geometry) : null
    const plot = role === null ? code(values, 'plot') : null
    if (role === null && place === null && plot === null && bag === null) return no(null, { code: 'soil/nowhere', details: { sample } })

    const depth = depthOf(values, context.options)
    const sampledOn = values.day('date')
    const { columns, ions, ratios, notes } = valuesOf(values, context.options)
    return {
      records: [
        {
          kind: sampleKind.name,
          content: {
            sample_code: sample,
            longitude: place?.[0] ?? null,
            latitude: place?.[1] ?? null,
            place: place === null ? null : [place[0], place[1], place[0], place[1]],
            plot_code: plot,
            depth_from_cm: depth?.[0] ?? null,
            depth_to_cm: depth?.[1] ?? null,
            sampled_on: sampledOn,
            season:
              SEASON_WORDS.find(([word]) => word.test(values.text('season') ?? ''))?.[1] ??
              (sampledOn === null ? null : seasonOf(sampledOn)),
            ph: columns.ph ?? null,
            ph_ratio: ratios.ph ?? null,
            ec_ds_per_m: columns.ec_ds_per_m ?? null,
            ec_ratio: ratios.ec_ds_per_m ?? null,
            ece_ds_per_m: columns.ece_ds_per_m ?? null,
            salt_g_per_kg: columns.salt_g_per_kg ?? null,
            cec_cmol_per_kg: columns.cec_cmol_per_kg ?? null,
            esp_percent: columns.esp_percent ?? null,
            ions,
            texture: values.text('texture'),
            lab: values.text('lab'),
            method: values.text('method'),
            extra: {
              ...openRest(values),
              ...texts(values, ['village', 'bag', 'receivedOn', 'analysedOn']),
              ...(role === null ? {} : { role }),
              ...(role === 'duplicate' ? { duplicateOf: code(values, 'duplicateOf') ?? plainCode(sample) } : {}),
              ...(depth === null ? texts(values, ['depth']) : {}),
              ...notes,
            },
          },
          ...(sampledOn === null ? {} : { validFrom: sampledOn }),
        },
      ],
      refusals: [],
    }
  },
}

/** What a laboratory puts among the samples to look at itself. */
type Role = 'blank' | 'duplicate' | 'standard'
const ROLES: readonly (readonly [RegExp, Role])[] = [
  [/空白|blank/i, 'blank'],
  [/平行|重复|duplicate|replicate/i, 'duplicate'],
  [/标准|标样|质控|有证|standard|reference|\bcrm\b|\bqc\b/i, 'standard'],
]
/** By its own column, else by the word at the end of the number: `JQ24-0001-1-平行`, `空白2`. */
function roleOf(values: RowValues, sample: string): Role | null {
  const said = values.text('role')
  const stated = said === null ? undefined : ROLES.find(([word]) => word.test(said))?.[1]
  if (stated !== undefined || values.text('duplicateOf') !== null) return stated ?? 'duplicate'
  if (/^(?:空白|blank)/i.test(sample)) return 'blank'
  return AS_DUPLICATE.test(sample) ? 'duplicate' : null
}
const AS_DUPLICATE = /[-_ （(]?(?:平行样?|重复样?|dup(?:licate)?)\d*[)）]?$/i
const plainCode = (sample: string) => sample.replace(AS_DUPLICATE, '')

/**
 * Longitude and latitude from the sheet, else from the layer's point. Swapped ones stay as they are: that is for the rules to say. Numbers that are
 * no degrees in either order (metres of some zone) are no place.
 */
function placeOf(values: RowValues, geometry: RowGeometry | null): readonly [number, number] | null {
  const [longitude, latitude] = [values.number('longitude'), values.number('latitude')]
  if (longitude !== null && latitude !== null && Math.abs(longitude) <= 180 && Math.abs(latitude) <= 180) return [longitude, latitude]
  return geometry?.point ?? null
}

/** From two columns, one text, or, where the sheet says nothing, what the person said of the whole sheet. */
function depthOf(values: RowValues, options: Readonly<Record<string, string>>): readonly [number, number] | null {
  const [from, to] = [values.number('depthFrom'), values.number('depthTo')]
  if (from !== null && to !== null && Number.isFinite(from) && Number.isFinite(to)) return [from, to]
  return depthsFrom(values.text('depth')) ?? (values.text('depth') === null ? depthsFrom(options.depth ?? null) : null)
}

/**
 * The measured values of a row, in our units. Ions by litre of an extract come to kilograms of soil where the extract is known; of a saturated
 * paste they stay what they are, for its water is not known. `notes` go to the row's extra:
 *
 *   censored   what lies below or above what could be seen, by column or ion, in our unit
 *   unread     cells that are no number
 *   solution   ions as the extract had them, meq/L, with its `ratio`
 *   ionRatio   the extract of ions that are given by kg of soil
 *   exchangeable  cations that are those of the exchange complex
 *   unitAssumed   quantities whose header has no unit
 */
function valuesOf(values: RowValues, options: Readonly<Record<string, string>>) {
  const found = { columns: {} as Record<string, number>, ions: {} as Record<string, number>, ratios: {} as Record<string, string> }
  const censored: Record<string, Censored> = {}
  const unread: string[] = []
  const solution: Record<string, number | Censored> = {}
  const exchangeable: Record<string, number> = {}
  const assumed: string[] = []
  const notes: Record<string, unknown> = {}
  const rowRatio = ratioFrom(values.text('ratio')) ?? ratioFrom(options.ratio ?? null)
  const exchange = onTheComplex(values)
  let ionRatio: string | null = null
  for (const { quantity, column, field: own } of MEASURED) {
    const text = values.text(own.name)
    if (text === null || found.columns[column] !== undefined || censored[column] !== undefined) continue
    const head = headOf(values, own.name, quantity, options)
    const ratio = head.ratio ?? rowRatio
    const perLitre = isIon(quantity) && head.unit?.per === 'L'
    const water = perLitre ? waterOf(ratio) : null
    const factor = (head.unit?.factor ?? 1) * (water === null ? 1 : water / 10)
    const cell = readCell(text, factor, head.unit === null ? [] : [head.unit.unit])
    if (cell === null) continue
    if ('unread' in cell) {
      unread.push(`${column} ${cell.unread}`)
      continue
    }
    const said = 'value' in cell ? cell.value : cell.censored
    if (isIon(quantity)) {
      if (exchange.has(quantity)) {
        if (typeof said === 'number') exchangeable[quantity] = said
        continue
      }
      ionRatio ??= ratio
      if (perLitre && water === null) solution[quantity] = said
      else if (typeof said === 'number') found.ions[quantity] = said
      else censored[quantity] = said
      continue
    }
    if (quantity === 'exchangeableSodium') {
      if (typeof said === 'number') notes.exchangeableSodium = said
      continue
    }
    if (typeof said === 'number') found.columns[column] = said
    else censored[column] = said
    const extract = quantity === 'phCacl2' ? 'CaCl2' : quantity === 'ph' || quantity === 'ec' ? ratio : null
    if (extract !== null) found.ratios[column] = extract
    if (head.assumed) assumed.push(column)
  }
  if (Object.keys(censored).length > 0) notes.censored = censored
  if (unread.length > 0) notes.unread = unread.join('; ')
  if (Object.keys(solution).length > 0) notes.solution = { ...solution, ratio: ionRatio }
  else if (ionRatio !== null) notes.ionRatio = ionRatio
  if (Object.keys(exchangeable).length > 0) notes.exchangeable = exchangeable
  if (assumed.length > 0) notes.unitAssumed = assumed.join(' ')
  return { ...found, notes }
}

/** Unit and extract of a field's column, by its header, else by what the person said of the sheet. */
function headOf(values: RowValues, name: string, quantity: Quantity, options: Readonly<Record<string, string>>) {
  const header = values.header(name) ?? ''
  const known = readHeader(header)
  const own = known?.quantity === quantity ? known : null
  const said = options[`unit:${name}`]
  const unit: HeaderUnit | null = (said === undefined ? null : unitIn(said, quantity)) ?? own?.unit ?? unitIn(header, quantity)
  const needs = quantity === 'ec' || quantity === 'ece' || quantity === 'salt'
  return { unit, ratio: own?.ratio ?? ratioFrom(header), assumed: needs && unit === null }
}

/**
 * Cations by kg of soil beside a capacity and without any anion are those of the exchange complex, not of an extract, unless the header says so:
 * laboratories write `Na (cmol/kg)` of both.
 */
function onTheComplex(values: RowValues): ReadonlySet<string> {
  const there = (name: string) => values.header(name) !== null
  if (!there('cec') || ['co3', 'hco3', 'cl', 'so4'].some(there)) return new Set()
  return new Set(
    ['ca', 'mg', 'na', 'k'].filter((name) => {
      const header = readHeader(values.header(name) ?? '')
      return header !== null && !header.soluble && header.unit?.per === 'kg'
    }),
  )
}

export const soilStandards: readonly Standard[] = [sampleStandard]
