import { useMemo } from 'react'
import { useLocation, useSearch } from 'wouter'
import { type Changes, linkTo, listFrom, searchAfter } from './address.ts'

export type Address = {
  readonly path: string
  readonly search: string
  get(name: string): string | null
  list(name: string): readonly string[]
  /** Changes parameters of this page, in place: the back button leaves the page rather than undoing one click in a list. */
  set(changes: Changes): void
  /** The same, as a step that the back button undoes. */
  step(changes: Changes): void
  go(to: string): void
  link(path: string, changes?: Changes): string
  here(changes: Changes): string
}

export function useAddress(): Address {
  const [path, navigate] = useLocation()
  const search = useSearch()
  return useMemo(() => {
    const params = new URLSearchParams(search)
    const here = (changes: Changes) => path + searchAfter(window.location.search, changes)
    return {
      path,
      search,
      get: (name: string) => params.get(name),
      list: (name: string) => listFrom(params.get(name)),
      set: (changes: Changes) => navigate(here(changes), { replace: true }),
      step: (changes: Changes) => navigate(here(changes)),
      go: (to: string) => navigate(to),
      link: (to: string, changes: Changes = {}) => linkTo(to, search, changes),
      here,
    }
  }, [path, search, navigate])
}
