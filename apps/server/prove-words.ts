/** The words of the proof: what is drawn, what an interface said of it. */
import type { Day } from '@dishu/base/date'
import type { Dimension } from '@dishu/land/count/count.wire'

export const INTERFACES = ['api', 'parts', 'list', 'sql', 'csv', 'xlsx', 'gpkg', 'ogc', 'word', 'pdf', 'command', 'page'] as const
export type Interface = (typeof INTERFACES)[number]
export type Draw = {
  readonly county: string
  readonly day: Day
  readonly rev: number
  readonly within: string
  readonly filters: Readonly<Partial<Record<Dimension, string>>>
}
export type Figure = { readonly area: number; readonly patches: number | null } // null: the interface does not say
export type Mismatch = {
  readonly draw: Draw
  readonly interface: Interface
  readonly expected: Figure
  readonly found: Figure
  readonly note: string
}
/** Holds what an interface said against `wanted`; without it, against the figure that was drawn. */
export type Hold = (by: Interface, found: Figure, note?: string, wanted?: Figure) => void

export const pick = <T>(from: readonly T[], random: () => number): T => from[Math.min(from.length - 1, Math.floor(random() * from.length))]

export const hundredths = (m2: unknown): number => Math.round(Number(m2) * 100)
