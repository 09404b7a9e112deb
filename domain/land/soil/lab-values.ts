/** What a cell of a laboratory's sheet says: a number, a number that lies below or above what could be seen, or something else. */

/** A value of which only a side is known, in our unit. Neither: nothing was found, and the laboratory does not say how little it can find. */
export type Censored = { readonly text: string; readonly below?: number; readonly above?: number }
export type Cell = { readonly value: number } | { readonly censored: Censored } | { readonly unread: string } | null

const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`
const BELOW = new RegExp(`^(?:<|≤|<=|小于|低于)(${NUMBER})$`)
const ABOVE = new RegExp(`^(?:>|≥|>=|大于|高于)(${NUMBER})$`)
const NOT_FOUND = new RegExp(
  `^(?:未检出|未检测出|低于检出限|检不出|n\\.?d\\.?|bdl|<?lod|<?mdl|<?dl)(?:[(,]?(?:<|检出限|lod|mdl|dl)?[:=]?(${NUMBER})?\\)?)?$`,
)
/** `0.05L`: below a detection limit of 0.05, as Chinese environmental laboratories write it (the limit and the letter L). */
const WITH_L = new RegExp(`^(?:(${NUMBER})l|l(${NUMBER}))$`)
/** What people write into a cell to say that nothing was measured. */
const NOTHING = /^(?:[-—–/]*|无|未测|未检|未做|n\/?a)$/
const BARE = new RegExp(`^${NUMBER}$`)
const GROUPED = /^[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/

/**
 * `9.4`, `９．４`, `1,234.5`, `0.66 mS/cm` (with `units` it may end in), `<0.05`, `＜0.05`, `未检出`, `ND`, `未检出（<0.05）`, `>20`. A comma that is no thousands' comma
 * (`0,05`) is not guessed at; a dash, `/`, `未测` are nothing. `factor` brings the number to our unit.
 */
export function readCell(text: string, factor = 1, units: readonly string[] = []): Cell {
  const said = text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll('−', '-')
    .replaceAll(/[\s\u200b]/g, '')
  if (NOTHING.test(said)) return null
  const scaled = (number: string) => (factor === 1 ? Number(number) : Number((Number(number) * factor).toPrecision(12)))
  const unit = units.map((each) => each.normalize('NFKC').toLowerCase().replaceAll(/\s/g, '')).find((each) => said.endsWith(each))
  const bare = unit === undefined ? said : said.slice(0, -unit.length)
  if (BARE.test(bare)) return { value: scaled(bare) }
  if (GROUPED.test(bare)) return { value: scaled(bare.replaceAll(',', '')) }
  const below = BELOW.exec(bare) ?? WITH_L.exec(bare)
  if (below) return { censored: { text: text.trim(), below: scaled(below[1] ?? below[2]) } }
  const above = ABOVE.exec(bare)
  if (above) return { censored: { text: text.trim(), above: scaled(above[1]) } }
  const absent = NOT_FOUND.exec(bare)
  if (absent) return { censored: { text: text.trim(), ...(absent[1] === undefined ? {} : { below: scaled(absent[1]) }) } }
  return { unread: text.trim() }
}

/** What a value may be, from least to most; [v, v] of a number. Null where nothing was measured. */
export type Span = readonly [least: number, most: number]

export function spanOf(value: number | null | undefined, censored: Censored | undefined, [least, most]: Span): Span | null {
  if (value !== null && value !== undefined) return [value, value]
  if (censored === undefined) return null
  return [Math.max(least, censored.above ?? least), Math.min(most, censored.below ?? most)]
}

/** Every choice of one end from each span, for a formula that is monotone in each of them: its least and most stand among these. */
export function ends<Name extends string>(spans: Readonly<Record<Name, Span>>): Record<Name, number>[] {
  let all: Partial<Record<Name, number>>[] = [{}]
  for (const [name, [least, most]] of Object.entries(spans) as [Name, Span][]) {
    const values = least === most ? [least] : [least, most]
    all = all.flatMap((each) => values.map((value) => ({ ...each, [name]: value })))
  }
  return all as Record<Name, number>[]
}

/** `<0.05` in our unit where the laboratory gives a limit, else in its own words. */
export function sayLimit({ text, below, above }: Censored): string {
  const short = (limit: number) => Number(limit.toPrecision(4))
  return below !== undefined ? `<${short(below)}` : above !== undefined ? `>${short(above)}` : text
}
