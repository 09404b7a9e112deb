/** The words of a drawing: its tools, what was put down, the hand, and what the decision says of it. */
import type { Result } from '@dishu/base/refusal'
import type { SourceSpec } from '@dishu/web-kit/map/draw'
import type { Snapped } from '@dishu/web-kit/map/edit'
import type { LayerSpec } from '@dishu/web-kit/map/layer-changes'
import type { Brought, LineageRefusal, LonLat, Plan } from './lineage.ts'

export type Hand = Snapped
export const TOOLS = ['split', 'merge', 'corner', 'redraw'] as const
export type Tool = (typeof TOOLS)[number]
export const TOOL_KEYS: Readonly<Record<Tool, string>> = { split: '1', merge: '2', corner: '3', redraw: '4' }

/** What was drawn; every change of it is a step that can be taken back. */
export type Drawn = {
  readonly tool: Tool
  readonly chosen: readonly number[] // rows, the one that the page is about first
  readonly line: readonly LonLat[]
  readonly held: LonLat | null // a corner that was taken up and not yet put down
  readonly moves: readonly { readonly from: LonLat; readonly to: LonLat }[]
}

export type Ground = {
  readonly sources: Readonly<Record<string, SourceSpec>>
  readonly layers: readonly LayerSpec[]
  readonly letters: string
}

export type EditOutcome = { readonly decided: Result<Plan, LineageRefusal>; readonly brought: readonly Brought[] }
