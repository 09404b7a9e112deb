/**
 * What a colleague sees when you send the link: county, area, both dates, dimension, filters and selection stand in the address.
 * Pure: text in, text out.
 */
export const PLACE = ['county', 'within', 'asOf', 'known'] as const // hold on every page
export type Changes = Readonly<Record<string, string | readonly string[] | null | undefined>>

/** The search part of an address after some parameters changed; null or nothing takes one away. The order is fixed, so that equal views have equal addresses. */
export function searchAfter(search: string, changes: Changes): string {
  const params = new URLSearchParams(search)
  for (const [name, value] of Object.entries(changes)) {
    const text = typeof value === 'object' && value !== null ? value.join(',') : value
    if (text === undefined) continue
    if (text === null || text === '') params.delete(name)
    else params.set(name, text)
  }
  params.sort()
  const written = params.toString().replaceAll('%2C', ',')
  return written === '' ? '' : `?${written}`
}

/** The address of another page that keeps the place (county, area, dates) and nothing else of the present one. */
export function linkTo(path: string, search: string, changes: Changes = {}): string {
  const now = new URLSearchParams(search)
  const kept = Object.fromEntries(PLACE.map((name) => [name, now.get(name)]))
  return path + searchAfter('', { ...kept, ...changes })
}

/** A list parameter; an absent one is empty. */
export const listFrom = (value: string | null) => (value === null || value === '' ? [] : value.split(','))

/** Adds the value to the list, or takes it out where it is there. */
export const toggled = (list: readonly string[], value: string) =>
  list.includes(value) ? list.filter((other) => other !== value) : [...list, value]

/** A path with a query: parameters without a value are left out. */
export function query(path: string, params: Changes): string {
  return path + searchAfter('', params)
}
