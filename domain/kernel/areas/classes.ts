import { CLASS_EDITIONS, type ClassEdition, type ClassMark, FROM_2007 } from './classes.data.ts'

export type LandClass = {
  readonly code: string
  readonly zh: string
  readonly en: string
  readonly edition: string
  readonly level: 'group' | 'class'
  readonly source: string
  readonly mark: ClassMark
}

const listed = (edition: ClassEdition): LandClass[] =>
  edition.rows.map(([code, zh, en, level, mark]) => ({ code, zh, en, level, mark, edition: edition.id, source: edition.source }))

/** Every listed class. Codes of 2007 have three digits and those of 2017 four, so that only the group headings stand twice: the newer wins. */
export const LAND_CLASSES: readonly LandClass[] = CLASS_EDITIONS.flatMap(listed).filter(
  (row, i, all) => all.findIndex(({ code }) => code === row.code) === i,
)
const byCode = new Map(LAND_CLASSES.map((row) => [row.code, row]))

/** A class by its code; a suffix the list does not know (a local letter) falls back to the code without it. */
export const classOf = (code: string): LandClass | null => byCode.get(code) ?? byCode.get(code.replace(/[A-Z]+$/, '')) ?? null

/** Whether the code itself is on a list (a group heading is no class for a patch). */
export const isListedClass = (code: string) => byCode.get(code)?.level === 'class'

export type UsedAs = 'agricultural' | 'construction' | 'unused'
const UNUSED = new Set(['0404', '1101', '1102', '1105', '1106', '1108', '1110', '1204', '1205', '1206', '1207'])
const CONSTRUCTION = /^(?:05|06|07|08|09|100[1-5]|100[7-9]|1109|1201|20[1-5]$)/

/**
 * Agricultural, construction or unused, by the survey's rule for classes of 2017 (S9). A code of 2007 is taken by the 2017 class it usually
 * became; a code on no list gives null.
 */
export function usedAs(code: string): UsedAs | null {
  const known = classOf(code)
  if (known === null || known.level === 'group') return null
  const plain = known.edition === 'gbt21010-2007' ? FROM_2007[known.code][0] : known.code
  if (UNUSED.has(plain)) return 'unused'
  return CONSTRUCTION.test(plain) ? 'construction' : 'agricultural'
}

/** The classes of 2017 that a class of 2007 may be; several where the old one was split; a code that is not of 2007 stands for itself. */
export const classesFrom2007 = (code: string): readonly string[] => FROM_2007[code] ?? [code]

/** Cultivated land in either edition: 0101–0103, 011–013, and what a survey writes with a suffix. */
export const isCultivated = (code: string) => /^01(?:0[1-3]|[1-3](?!\d))/.test(code)

/** Saline-alkali land that is not in use: 1204, or 124 of 2007. */
export const isUnusedSaline = (code: string) => /^(?:1204|124(?!\d))/.test(code)
