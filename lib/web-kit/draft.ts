import { useRef, useState } from 'react'
import { forget, remember, remembered } from './settings.ts'

/** What was typed into a form and not yet sent; another shape than the form's is as good as nothing. */
export function draftFrom<T extends object>(text: string | null, initial: T): T {
  if (text === null) return initial
  try {
    const kept: unknown = JSON.parse(text)
    if (typeof kept !== 'object' || kept === null) return initial
    const own = Object.entries(kept).filter(([name, value]) => name in initial && typeof value === typeof initial[name as keyof T])
    return { ...initial, ...Object.fromEntries(own) }
  } catch {
    return initial
  }
}

/**
 * A form's fields, kept in the browser under a name until the form is sent, so that nothing is lost with a closed tab.
 * `done` forgets the draft.
 */
export function useDraft<T extends object>(name: string, initial: T) {
  const [fields, setFields] = useState<T>(() => draftFrom(remembered(`draft/${name}`), initial))
  const latest = useRef(fields) // two fields may change before the form is drawn again, as when a browser fills both
  const set = (changes: Partial<T>) => {
    latest.current = { ...latest.current, ...changes }
    setFields(latest.current)
    remember(`draft/${name}`, JSON.stringify(latest.current))
  }
  return [fields, set, () => forget(`draft/${name}`)] as const
}
