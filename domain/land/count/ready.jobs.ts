/** Ground of a whole county made ready for maps: after an import, so that nobody waits for it. */
import { type Looking, outlinesOf, parentsOf, summariesOf } from './blocks.jobs.ts'
import { LAST_SUMMARY_ZOOM, outlinesUnder, PARENT_ZOOM } from './blocks.ts'

/** Makes ready what is not; the number of parents looked at. `between` is awaited after each, so that others get their turn. */
export async function makeReady(looking: Looking, between: (done: number, of: number) => Promise<void> = async () => {}): Promise<number> {
  const extent = await parentsOf(looking)
  if (extent === null) return 0
  const [west, north, east, south] = extent
  const all = (east - west + 1) * (south - north + 1)
  let done = 0
  for (let y = north; y <= south; y++)
    for (let x = west; x <= east; x++) {
      await outlinesOf(looking, { x, y }, outlinesUnder(PARENT_ZOOM, x, y))
      await summariesOf(looking, LAST_SUMMARY_ZOOM, [{ x, y }])
      await between(++done, all)
    }
  return done
}
