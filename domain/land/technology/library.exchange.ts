/** Stated rows ↔ rows of the register. Every code that a row names must be there: in the same file, or in the library in force. */
import type { Content, Kind } from '@dishu/kernel/records/records'
import { type Crop, cropKind, type Trial, trialKind, trialResultKind, varietyKind } from '../crops/crops.ts'
import { limitKind } from '../ecology/ecology.ts'
import { cropContent, technologyContent } from './contents.ts'
import type { LibraryInForce } from './library.ts'
import type { StatedLibrary, StatedRow } from './library-rows.ts'
import { type SheetName, sheetOf } from './library-sheets.ts'
import type { Condition, Dose, Step, Technology } from './measures.ts'
import type { LibraryProblem } from './refusals.ts'
import { costKind, economicsKind, practiceKind, technologyKind } from './technology.ts'

export type LibraryContent = { readonly kind: Kind; readonly sheet: SheetName; readonly row: number; readonly content: Content }
/** What is there to be named: the library in force, with the registered trials. */
export type Known = LibraryInForce & { readonly trials: readonly Trial[] }

type Of = StatedRow['of']
const text = (of: Of, name: string) => (typeof of[name] === 'string' ? (of[name] as string) : null)
const number = (of: Of, name: string) => (typeof of[name] === 'number' ? (of[name] as number) : null)
const list = (of: Of, name: string) => (Array.isArray(of[name]) ? (of[name] as readonly string[]) : [])
const sourced = (of: Of) => ({ source: text(of, 'source') ?? '', mark: (text(of, 'mark') ?? 'own') as Condition['mark'] })
const named = (of: Of) => ({ name_zh: text(of, 'zh') ?? '', name_en: text(of, 'en') ?? text(of, 'zh') ?? '' })
const figure = (of: Of, name: string, factor = 1) => {
  const value = number(of, name)
  return value === null ? null : { value: value * factor, year: number(of, 'year') ?? 0, ...sourced(of) }
}
const FEN = 100

export function libraryContents(
  stated: StatedLibrary,
  known: Known,
): { readonly contents: readonly LibraryContent[]; readonly problems: readonly LibraryProblem[] } {
  const problems: LibraryProblem[] = []
  const contents: LibraryContent[] = []
  const rows = (sheet: SheetName) => stated[sheet] ?? []
  const title = (sheet: SheetName, column: string) => sheetOf(sheet).columns.find(({ name }) => name === column)?.title.zh ?? column
  const sheetTitle = (sheet: SheetName) => sheetOf(sheet).title.zh
  const add = (kind: Kind, sheet: SheetName, row: number, content: Content) => contents.push({ kind, sheet, row, content })
  const codesOf = (sheet: SheetName, there: readonly { readonly code: string }[]) =>
    new Set([...rows(sheet).map(({ of }) => text(of, 'code') ?? ''), ...there.map(({ code }) => code)])
  const technologies = codesOf('technologies', known.technologies)
  const practices = codesOf('practices', known.practices)
  const crops = codesOf('crops', known.crops)
  const varieties = codesOf('varieties', known.varieties)
  const trials = codesOf('trials', known.trials)
  const must = (sheet: SheetName, row: number, column: string, code: string | null, there: ReadonlySet<string>) => {
    if (code === null || there.has(code)) return true
    problems.push({ code: 'library/unknown-code', details: { sheet: sheetTitle(sheet), row, column: title(sheet, column), code } })
    return false
  }
  const incomplete = (sheet: SheetName, row: number, of: Of, columns: readonly string[]) => {
    const missing = columns.filter((column) => of[column] === null || of[column] === undefined)
    if (missing.length === 0) return false
    problems.push({
      code: 'library/incomplete',
      details: { sheet: sheetTitle(sheet), row, columns: missing.map((column) => title(sheet, column)) },
    })
    return true
  }
  const upwards = (sheet: SheetName, row: number, of: Of, low: string, high: string) => {
    const [from, to] = [number(of, low), number(of, high)]
    if (from === null || to === null || from < to) return true
    problems.push({
      code: 'library/wrong-way-round',
      details: { sheet: sheetTitle(sheet), row, low: title(sheet, low), high: title(sheet, high) },
    })
    return false
  }

  const conditions = grouped(rows('conditions'), ({ row, of }) => {
    if (!must('conditions', row, 'code', text(of, 'code'), new Set([...technologies, ...practices]))) return null
    const is = text(of, 'is') as Condition['is']
    if ((is === 'at-least' || is === 'at-most') && incomplete('conditions', row, of, ['value'])) return null
    return { indicator: text(of, 'indicator') as Condition['indicator'], is, value: number(of, 'value'), ...sourced(of) }
  })
  const effects = grouped(rows('effects'), ({ row, of }): Technology['effects'][number] | null => {
    if (!must('effects', row, 'code', text(of, 'code'), technologies) || !must('effects', row, 'crop', text(of, 'crop'), crops)) return null
    return {
      indicator: text(of, 'indicator') as 'ph',
      crop: text(of, 'crop'),
      kind: text(of, 'kind') as 'to',
      least: number(of, 'least') ?? 0,
      most: number(of, 'most') ?? 0,
      year: number(of, 'year') ?? 1,
      planned: of.planned === true,
      where: text(of, 'where') ?? '',
      ...sourced(of),
    }
  })
  const contaminants = grouped(rows('contaminants'), ({ row, of }): Technology['contaminants'][number] | null => {
    if (!must('contaminants', row, 'code', text(of, 'code'), technologies)) return null
    const [content, limit, background] = [number(of, 'content'), number(of, 'limit'), number(of, 'background')]
    return { substance: text(of, 'substance') ?? '', content, limit, of: text(of, 'of') as 'soil', background, ...sourced(of) }
  })

  const statedCodes = new Set<string>()
  for (const { row, of } of rows('technologies')) {
    const code = text(of, 'code') ?? ''
    statedCodes.add(code)
    const dose = doseOf(of, (columns) => incomplete('technologies', row, of, columns))
    const months = Array.from({ length: 12 }, (_, m) => number(of, `m${m + 1}`) ?? 0)
    const wet = months.some((each) => each > 0)
    if (wet && incomplete('technologies', row, of, ['leachingKind'])) continue
    add(technologyKind, 'technologies', row, {
      technology_code: code,
      ...named(of),
      family: text(of, 'family'),
      conditions: conditions.get(code) ?? [],
      dose,
      contaminants: contaminants.get(code) ?? [],
      effects: effects.get(code) ?? [],
      water: wet ? { months, kind: text(of, 'leachingKind'), ...sourced(of) } : null,
      note: text(of, 'note') ?? '',
      ...sourced(of),
    })
  }
  // a technology that is not restated keeps what it has; the sheets that speak of it replace their part
  const spokenOf = [...conditions.keys(), ...effects.keys(), ...contaminants.keys()]
  for (const technology of known.technologies) {
    const { code } = technology
    if (statedCodes.has(code) || !spokenOf.includes(code)) continue
    const changed = {
      ...technology,
      conditions: conditions.get(code) ?? technology.conditions,
      effects: effects.get(code) ?? technology.effects,
      contaminants: contaminants.get(code) ?? technology.contaminants,
    }
    add(technologyKind, 'technologies', 0, technologyContent(changed))
  }

  for (const { row, of } of rows('costs')) {
    if (!must('costs', row, 'technology', text(of, 'technology'), technologies)) continue
    add(costKind, 'costs', row, {
      technology_code: text(of, 'technology'),
      line: text(of, 'line'),
      scope: text(of, 'scope'),
      unit: text(of, 'unit'),
      fen: (number(of, 'yuan') ?? 0) * FEN,
      price_year: number(of, 'year'),
      ...sourced(of),
    })
  }
  for (const { row, of } of rows('practices')) {
    const code = text(of, 'code') ?? ''
    const steps = stepsFrom(text(of, 'steps') ?? '')
    if (steps === null) {
      const at = { sheet: sheetTitle('practices'), row, column: title('practices', 'steps') }
      problems.push({
        code: 'library/not-readable-cell',
        details: { ...at, found: (text(of, 'steps') ?? '').slice(0, 60), expected: 'fgd-gypsum@0-0;paddy@0-' },
      })
      continue
    }
    const fits = [
      ...steps.map(({ technology }) => must('practices', row, 'steps', technology, technologies)),
      ...list(of, 'crops').map((crop) => must('practices', row, 'crops', crop, crops)),
    ]
    if (fits.includes(false)) continue
    add(practiceKind, 'practices', row, {
      practice_code: code,
      ...named(of),
      steps,
      crops: list(of, 'crops'),
      conditions: conditions.get(code) ?? [],
      acts: list(of, 'acts'),
      note: text(of, 'note') ?? '',
      ...sourced(of),
    })
  }
  for (const { row, of } of rows('crops')) {
    const pairs = [
      ['saltThreshold', 'saltSlope'],
      ['espNoLossTo', 'espNoneFrom'],
      ['phNoLossTo', 'phNoneFrom'],
    ] as const
    let whole = upwards('crops', row, of, 'espNoLossTo', 'espNoneFrom') && upwards('crops', row, of, 'phNoLossTo', 'phNoneFrom')
    for (const pair of pairs) {
      const there = pair.filter((name) => number(of, name) !== null)
      if (there.length === 1 && incomplete('crops', row, of, pair)) whole = false
    }
    if (['potential', 'price', 'growingCost'].some((name) => number(of, name) !== null) && incomplete('crops', row, of, ['year']))
      whole = false
    if (whole) add(cropKind, 'crops', row, cropContent(cropFrom(of)))
  }
  for (const { row, of } of rows('varieties')) {
    if (!must('varieties', row, 'crop', text(of, 'crop'), crops)) continue
    if (number(of, 'seedPrice') !== null && incomplete('varieties', row, of, ['year'])) continue
    add(varietyKind, 'varieties', row, {
      variety_code: text(of, 'code'),
      crop_code: text(of, 'crop'),
      name: text(of, 'name'),
      approval: text(of, 'approval'),
      seed_source: text(of, 'seedSource'),
      seed_price: figure(of, 'seedPrice', FEN),
      seed_kg_per_mu: number(of, 'seedKgPerMu'),
      note: text(of, 'note') ?? '',
      ...sourced(of),
    })
  }
  for (const { row, of } of rows('trials')) {
    if (!must('trials', row, 'crop', text(of, 'crop'), crops)) continue
    add(trialKind, 'trials', row, {
      trial_code: text(of, 'code'),
      title: text(of, 'title'),
      crop_code: text(of, 'crop'),
      site: text(of, 'site'),
      longitude: number(of, 'longitude'),
      latitude: number(of, 'latitude'),
      trial_year: number(of, 'year'),
      design: text(of, 'design'),
      replicates: number(of, 'replicates'),
      blocks: number(of, 'blocks'),
      plot_m2: number(of, 'plotM2'),
      soil: { ph: number(of, 'ph'), esp: number(of, 'esp'), ece: number(of, 'ece'), saltGPerKg: number(of, 'saltGPerKg') },
      registered_on: text(of, 'registeredOn'),
      question: text(of, 'question'),
      ...sourced(of),
    })
  }
  for (const { row, of } of rows('results')) {
    if (
      ![must('results', row, 'trial', text(of, 'trial'), trials), must('results', row, 'variety', text(of, 'variety'), varieties)].every(
        Boolean,
      )
    )
      continue
    add(trialResultKind, 'results', row, {
      trial_code: text(of, 'trial'),
      block: text(of, 'block'),
      plot: text(of, 'plot'),
      variety_code: text(of, 'variety'),
      treatment: text(of, 'treatment'),
      yield_kg_per_mu: number(of, 'yieldKgPerMu'),
      note: text(of, 'note') ?? '',
    })
  }
  for (const { row, of } of rows('limits')) {
    if (text(of, 'layer') === null && list(of, 'classes').length === 0 && incomplete('limits', row, of, ['layer'])) continue
    add(limitKind, 'limits', row, {
      limit_code: text(of, 'code'),
      ...named(of),
      layer: text(of, 'layer'),
      classes: list(of, 'classes'),
      forbids: list(of, 'forbids'),
      law_from: text(of, 'from'),
      law_to: text(of, 'to'),
      ...sourced(of),
      note: text(of, 'note') ?? '',
    })
  }
  for (const { row, of } of rows('economics')) {
    const name = text(of, 'name') ?? ''
    const isWord = name === 'yield-rule' || name === 'ece-conversion' || name === 'year-type'
    if (incomplete('economics', row, of, [isWord ? 'word' : 'value'])) continue
    const value = number(of, 'value')
    add(economicsKind, 'economics', row, {
      name,
      value: isWord || value === null ? null : name === 'water-price' ? value * FEN : value,
      word: isWord ? text(of, 'word') : null,
      price_year: number(of, 'year'),
      ...sourced(of),
    })
  }
  return { contents, problems }
}

function grouped<T>(rows: readonly StatedRow[], read: (row: StatedRow) => T | null): Map<string, T[]> {
  const found = new Map<string, T[]>()
  for (const each of rows) {
    const read1 = read(each)
    const code = text(each.of, 'code') ?? ''
    if (read1 !== null) found.set(code, [...(found.get(code) ?? []), read1])
  }
  return found
}

function doseOf(of: Of, incomplete: (columns: readonly string[]) => boolean): Dose | null {
  const by = text(of, 'doseBy')
  if (by === null) return null
  const own = sourced(of)
  const from = { source: text(of, 'doseSource') ?? own.source, mark: (text(of, 'doseMark') ?? own.mark) as Dose['mark'] }
  const layer = { depthM: number(of, 'depthM') ?? 0.2, bulkDensity: number(of, 'bulkDensity') ?? 1.4, ...from }
  if (by === 'gypsum-requirement') {
    if (incomplete(['amendment', 'targetEsp', 'efficiency', 'purity', 'depthM', 'bulkDensity'])) return null
    const [targetEsp, efficiency, purity] = [number(of, 'targetEsp') ?? 0, number(of, 'efficiency') ?? 1, number(of, 'purity') ?? 1]
    return { by, amendment: text(of, 'amendment') as 'gypsum', targetEsp, efficiency, purity, ...layer }
  }
  if (incomplete(by === 'soil-mass' ? ['dose', 'depthM', 'bulkDensity'] : ['dose'])) return null
  const dose = number(of, 'dose') ?? 0
  return by === 'soil-mass' ? { by, percent: dose, ...layer } : { by: 'fixed', tPerHa: dose, ...layer }
}

/** `fgd-gypsum@0-0;paddy@0-`: technology, first year, last year (open: on and on). Null where it does not read. */
export function stepsFrom(words: string): Step[] | null {
  const steps: Step[] = []
  for (const part of words
    .split(/[;；]/)
    .map((each) => each.trim())
    .filter(Boolean)) {
    const found = /^([a-z0-9][a-z0-9-]*)@(\d{1,2})-(\d{1,2})?$/.exec(part)
    if (!found) return null
    const [from, to] = [Number(found[2]), found[3] === undefined ? null : Number(found[3])]
    if (to !== null && to < from) return null
    steps.push({ technology: found[1], from, to })
  }
  return steps.length === 0 ? null : steps
}

function cropFrom(of: Of): Crop {
  const own = sourced(of)
  const from = (part: string) => ({
    source: text(of, `${part}Source`) ?? own.source,
    mark: (text(of, `${part}Mark`) ?? own.mark) as Condition['mark'],
  })
  const [threshold, slope] = [number(of, 'saltThreshold'), number(of, 'saltSlope')]
  const [espNoLossTo, espNoneFrom] = [number(of, 'espNoLossTo'), number(of, 'espNoneFrom')]
  const [phNoLossTo, phNoneFrom] = [number(of, 'phNoLossTo'), number(of, 'phNoneFrom')]
  return {
    code: text(of, 'code') ?? '',
    zh: text(of, 'zh') ?? '',
    en: text(of, 'en') ?? text(of, 'zh') ?? '',
    method: text(of, 'method') as Crop['method'],
    salt:
      threshold === null || slope === null
        ? null
        : { threshold, slope, medium: (text(of, 'saltMedium') ?? 'ece') as 'ece', edition: text(of, 'saltEdition') ?? '', ...from('salt') },
    sodicity: espNoLossTo === null || espNoneFrom === null ? null : { noLossTo: espNoLossTo, noneFrom: espNoneFrom, ...from('esp') },
    ph:
      phNoLossTo === null || phNoneFrom === null
        ? null
        : { noneTo: null, noLossFrom: null, noLossTo: phNoLossTo, noneFrom: phNoneFrom, ...from('ph') },
    potential: figure(of, 'potential'),
    price: figure(of, 'price', FEN),
    growingCost: figure(of, 'growingCost', FEN),
    note: text(of, 'note') ?? '',
  }
}
