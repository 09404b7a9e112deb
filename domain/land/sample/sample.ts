/**
 * An invented county (碱泉县, 220899: a code no county has) as an office's files would hold it: survey patches and areas, contract parcels and
 * registry, soil samples, with defects planted and listed. For demonstration, tests and benches; nothing in it is real.
 */
import { seededRandom } from '@dishu/numeric/shared/random'
import { plantDefects } from './defects.ts'
import { divide } from './division.ts'
import { drawHoldings } from './holdings.ts'
import { COUNTY } from './names.ts'
import { drawParcels } from './parcels.ts'
import { drawAreas, drawPatches, nameVillages } from './patches.ts'
import type { SampleCounty } from './rows.ts'
import { drawSoil } from './soil.ts'

export type { SampleCounty, Truth } from './rows.ts'

/** About twenty thousand patches on 1 200 km²: the density of the real neighbour, a quarter of its area. */
export const SAMPLE_SIZE = 20_000
export const SAMPLE_SEED = 7

/**
 * The county for a seed and about `size` patches (at least 100; the number comes out within a few per cent of it). Up to 80 000 patches the county grows with them, beyond that
 * the patches get smaller. The same seed and size give the same county to the last digit. Not `planted`: without a defect.
 */
export function generateSample(seed: number = SAMPLE_SEED, size: number = SAMPLE_SIZE, planted = true): SampleCounty {
  if (!Number.isInteger(size) || size < 100) throw new RangeError(`expected a size of 100 patches or more, got ${size}`)
  const ground = divide(seed, size)
  const villages = nameVillages(ground, seed)
  const patches = drawPatches(ground, villages, seed)
  const areas = drawAreas(ground, villages, patches)
  const parcels = drawParcels(ground, villages, patches, seededRandom(seed ^ 0x646b))
  const holdings = drawHoldings(villages, parcels, seededRandom(seed ^ 0x6362))
  const soil = drawSoil(ground, villages, patches, Math.max(6, Math.round(size * 0.0175)), seededRandom(seed ^ 0x7375))
  const truth = planted ? plantDefects({ areas, patches, parcels, holdings, soil }, size, seededRandom(seed ^ 0x6465)) : []
  return {
    seed,
    size,
    code: COUNTY.code,
    name: COUNTY.name,
    epsg: 4529,
    areas,
    patches: patches.map(({ row }) => row),
    parcels: parcels.map(({ row }) => row),
    ...holdings,
    soil,
    truth,
  }
}
