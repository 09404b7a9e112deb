import { query } from '@dishu/web-kit/address'
import { useRead } from '@dishu/web-kit/read'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText, wordOr } from '@dishu/web-kit/words'
import { useMemo } from 'react'
import { colourOf, isHatched, MAP_DIMENSIONS, type MapDimension } from './count.layer.ts'

type Named = { readonly id: string; readonly name: string; readonly colour?: string | null }
type VocabularyView = {
  readonly classes: readonly { readonly code: string; readonly name: string }[]
  readonly grades: readonly Named[]
  readonly schemes?: readonly Named[]
  readonly owners?: readonly Named[]
  readonly contractStates?: readonly Named[]
  readonly salineSets?: readonly Named[]
  readonly ownerKinds?: readonly { readonly code: string; readonly name: string }[]
  readonly lists?: readonly { readonly field: string; readonly rows: readonly { readonly code: string; readonly name: string }[] }[]
}

export type Vocabulary = {
  readonly ready: boolean
  readonly grades: readonly Named[]
  readonly classes: readonly { readonly code: string; readonly name: string }[]
  name(dimension: MapDimension, value: string): string
  colour(dimension: MapDimension, value: string): string
  hatched(dimension: MapDimension, value: string): boolean
  /** What a code of one of the standards' lists says, by the field that carries it; a code that is not listed stands for itself. */
  code(field: string, code: string): string
  ownerKind(code: string): string
  /** Every value that the list of a dimension knows; classes are as many as the register's edition has. */
  values(dimension: MapDimension): readonly string[]
}

const CLOSED: Readonly<Record<'owner' | 'contract' | 'saline', readonly string[]>> = {
  owner: ['state', 'collective', 'unknown'],
  contract: ['none', 'contracted', 'expired', 'overlapping'],
  saline: ['unused', 'cultivated', 'none', 'unknown'],
}

/** What the codes are called in the person's language, and how they are drawn. */
export function useVocabulary(): Vocabulary {
  const t = useText()
  const { county } = usePlace()
  const reading = useRead<VocabularyView>(query(`/api/counties/${county}/vocabulary`, {}))
  const value = reading.state === 'ready' ? reading.value : null
  return useMemo(() => {
    const classes = value?.classes ?? []
    const grades = value?.grades ?? []
    const classNames = new Map(classes.map(({ code, name }) => [code, name]))
    // a code of an older edition may bear the name of today's class: its number tells them apart
    const todays = new Set(classes.filter(({ code }) => code.length === 4).map(({ name }) => name))
    const className = (code: string) => {
      const name = classNames.get(code) ?? code
      return code.length !== 4 && todays.has(name) ? `${name} ${code}` : name
    }
    const gradeNames = new Map(grades.map(({ id, name }) => [id, name]))
    const words = { owner: value?.owners ?? [], contract: value?.contractStates ?? [], saline: value?.salineSets ?? [] }
    const kinds = new Map((value?.ownerKinds ?? []).map(({ code, name }) => [code, name]))
    const lists = new Map((value?.lists ?? []).map(({ field, rows }) => [field, new Map(rows.map(({ code, name }) => [code, name]))]))
    return {
      code: (field, code) => lists.get(field)?.get(code) ?? code,
      ownerKind: (code) => kinds.get(code) ?? code,
      ready: value !== null,
      grades,
      classes,
      name: (dimension, id) => {
        if (dimension === 'class') return className(id)
        if (dimension === 'grade' || dimension === 'mapgrade') return gradeNames.get(id) ?? wordOr(t, `grade.${id}`, id)
        return words[dimension].find((word) => word.id === id)?.name ?? wordOr(t, `${dimension}.${id}`, id)
      },
      colour: (dimension, id) => colourOf(dimension, id, grades),
      hatched: isHatched,
      values: (dimension) => {
        // four digits: the survey's own edition and its finest level
        if (dimension === 'class') return [...new Set(classes.map(({ code }) => code).filter((code) => code.length === 4))]
        if (dimension === 'grade') return [...new Set([...grades.map(({ id }) => id), 'not-graded'])]
        if (dimension === 'mapgrade') return [...grades.map(({ id }) => id).filter((id) => id !== 'not-graded'), 'not-mapped']
        return CLOSED[dimension]
      },
    }
  }, [value, t])
}

/** The filters that stand in the address. */
export type Filters = Readonly<Record<MapDimension, readonly string[]>>
export function filtersFrom(list: (name: string) => readonly string[]): Filters {
  return {
    class: list('class'),
    grade: list('grade'),
    mapgrade: list('mapgrade'),
    owner: list('owner'),
    contract: list('contract'),
    saline: list('saline'),
  }
}
export const someFilter = (filters: Filters) => MAP_DIMENSIONS.some((name) => filters[name].length > 0)
