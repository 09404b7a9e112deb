import { at, type Box } from './picture.ts'

/** Lines from lower left to upper right over a box. They are counted from the page's corner, so that neighbouring areas carry one pattern. */
export function hatchLines([x0, y0, x1, y1]: Box, step: number): string {
  const height = y1 - y0
  let d = ''
  for (let sum = Math.ceil((x0 + y0) / step) * step; sum <= x1 + y1; sum += step)
    d += `M${at(sum - y0)} ${at(y0)}L${at(sum - y0 - height)} ${at(y1)}`
  return d
}
