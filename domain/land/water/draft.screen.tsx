import { forget, remember, remembered } from '@dishu/web-kit/settings'
import { useCallback, useMemo, useState } from 'react'
import { afterChanges, changesBetween, decideChanges, type SheetChange, type Water } from './water.ts'

const MOST_STEPS = 100
const LONGEST_KEPT = 1_500_000 // characters; browsers keep some millions for a site

export type Draft = {
  readonly water: Water
  readonly changes: readonly SheetChange[]
  readonly canUndo: boolean
  readonly canRedo: boolean
  apply(next: Water): void
  undo(): void
  redo(): void
  discard(): void
}

/** What was changed and not yet saved, with its steps; kept in the browser, so that nothing is lost with a closed tab. */
export function useDraft(county: string, base: Water): Draft {
  const name = `draft/water/${county}`
  const [steps, setSteps] = useState<{ readonly list: readonly Water[]; readonly at: number }>(() => ({
    list: [restored(name, base)],
    at: 0,
  }))
  const water = steps.list[steps.at] ?? base
  const changes = useMemo(() => changesBetween(base, water), [base, water])
  const keep = useCallback(
    (next: Water) => {
      const text = JSON.stringify(changesBetween(base, next))
      if (text === '[]') forget(name)
      else if (text.length < LONGEST_KEPT) remember(name, text)
    },
    [base, name],
  )
  const to = (at: number) => {
    const next = steps.list[at]
    if (!next) return
    setSteps({ list: steps.list, at })
    keep(next)
  }
  return {
    water,
    changes,
    canUndo: steps.at > 0,
    canRedo: steps.at + 1 < steps.list.length,
    apply(next) {
      if (next === water) return
      const list = [...steps.list.slice(0, steps.at + 1), next].slice(-MOST_STEPS)
      setSteps({ list, at: list.length - 1 })
      keep(next)
    },
    undo: () => to(steps.at - 1),
    redo: () => to(steps.at + 1),
    discard() {
      forget(name)
      setSteps({ list: [base], at: 0 })
    },
  }
}

/** The draft of another day, where it still fits what stands. */
function restored(name: string, base: Water): Water {
  try {
    const kept: unknown = JSON.parse(remembered(name) ?? 'null')
    if (!Array.isArray(kept)) return base
    const decided = decideChanges(base, kept as SheetChange[])
    return decided.ok ? afterChanges(base, decided.value) : base
  } catch {
    return base
  }
}
