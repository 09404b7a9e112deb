/** What hides the ground, cell by cell. */
import type { SceneMask } from './imagery.ts'

export const CLEAR = 0
export const HIDDEN = 1
export const NOTHING = 2

/** The state of each cell by the scene's own mask: clear, hidden (cloud, shadow, snow), or no data at all, which goes before the other. */
export function statesOf(
  mask: Pick<SceneMask, 'kind' | 'hidden' | 'nothing'>,
  samples: ArrayLike<number>,
  into = new Uint8Array(samples.length),
): Uint8Array {
  if (mask.kind === 'bits') {
    const hidden = mask.hidden.reduce((sum, bit) => sum | (1 << bit), 0)
    const nothing = mask.nothing.reduce((sum, bit) => sum | (1 << bit), 0)
    for (let i = 0; i < into.length; i++) into[i] = samples[i] & nothing ? NOTHING : samples[i] & hidden ? HIDDEN : CLEAR
    return into
  }
  const table = new Uint8Array(256)
  for (const value of mask.hidden) table[value] = HIDDEN
  for (const value of mask.nothing) table[value] = NOTHING
  for (let i = 0; i < into.length; i++) into[i] = table[samples[i]] ?? NOTHING
  return into
}
