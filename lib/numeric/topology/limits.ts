/** Where a layer is so tangled that no memory holds what comes of it. */

/** Lines of one layer may cross so often, and this many times as often as there are lines. */
export const MOST_CROSSINGS = { plain: 2 ** 20, each: 8 }

/** What could be answered is refused rather than left to run for hours: whoever drew the layer is told where. Place in units of the grid. */
export class TooTangled extends Error {
  constructor(what: string, x: number, y: number) {
    super(`${what}, near ${x} ${y} on the grid`)
    this.name = 'TooTangled'
  }
}
