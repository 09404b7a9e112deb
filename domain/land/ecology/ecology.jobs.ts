/** What limits leave of the patches of a county, and the rights that they collide with. */
import type { Day } from '@dishu/base/date'
import { readHead } from '@dishu/kernel/records/records.store'
import type { Db } from '@dishu/server-kit/sql'
import {
  type Collision,
  type ContractedParcel,
  clearMeasure,
  type Measured,
  readContractedUnder,
  readGroundsIn,
  readOwnLimits,
  readPatchOutlines,
  writeCollisions,
  writeMeasured,
  writeParts,
} from './ecology.store.ts'
import { boxOf, type GroundOutline, LIMITS, type LimitRule, limitsOn, partsOf } from './ecology.ts'

const BATCH = 400

export type MeasureProgress = { readonly done: number; readonly under: number }

/**
 * Lays the limits of a day over every patch of a county and writes what they leave, in place of what was measured before. Ground is read in parts, and the
 * process is left to others between them.
 */
export async function measureLimits(
  db: Db,
  county: string,
  day: Day,
  now: Date,
  report: (progress: MeasureProgress) => void = () => {},
): Promise<Measured> {
  const rules = limitsOn(LIMITS, await readOwnLimits(db, county, { day, rev: null }), day)
  const layers = rules.flatMap(({ layer }) => (layer === null ? [] : [layer]))
  const { rev } = await readHead(db, county)
  await clearMeasure(db, county)
  let [patches, under, unplaced, after] = [0, 0, 0, 0]
  for (;;) {
    const batch = await readPatchOutlines(db, county, after, BATCH, day)
    if (batch.length === 0) break
    after = batch[batch.length - 1].id
    const grounds = await readGroundsIn(db, county, layers, boxOf(batch), day)
    const found = partsOf(batch, grounds, rules)
    const limited = [...found.parts].filter(([, parts]) => parts.some(({ limits }) => limits.length > 0))
    if (limited.length > 0)
      await writeParts(
        db,
        county,
        limited.map(([id, parts]) => ({ id, parts })),
      )
    patches += batch.length
    under += limited.length
    unplaced += found.unplaced.length
    report({ done: patches, under })
    await new Promise(setImmediate)
  }
  await writeCollided(db, county, day, rules)
  const measured: Measured = { rev, rulesDay: day, patches, under, unplaced, measuredAt: now }
  await writeMeasured(db, county, measured)
  return measured
}

/** Parcels under contract on ground that may not be tilled. */
async function writeCollided(db: Db, county: string, day: Day, rules: readonly LimitRule[]): Promise<void> {
  const against = rules.filter(({ forbids, layer }) => layer !== null && forbids.includes('farm'))
  const layers = against.flatMap(({ layer }) => (layer === null ? [] : [layer]))
  if (layers.length === 0) return
  const parcels = await readContractedUnder(db, county, layers, day)
  for (let i = 0; i < parcels.length; i += BATCH) {
    const batch = parcels.slice(i, i + BATCH)
    const grounds = await readGroundsIn(db, county, layers, boxOf(batch), day)
    const collided = batch.flatMap((parcel) => collisionsOf(parcel, grounds, against))
    if (collided.length > 0) await writeCollisions(db, county, collided)
    await new Promise(setImmediate)
  }
}

function collisionsOf(parcel: ContractedParcel, grounds: readonly GroundOutline[], rules: readonly LimitRule[]): Collision[] {
  const [x0, y0, x1, y1] = parcel.bbox
  const near = grounds.filter(({ bbox }) => bbox[0] <= x1 && bbox[2] >= x0 && bbox[1] <= y1 && bbox[3] >= y0)
  if (near.length === 0) return []
  const { parts } = partsOf([{ ...parcel, landClass: '', area: parcel.area ?? 0 }], near, rules)
  const own = parts.get(parcel.id) ?? []
  const whole = own.reduce((sum, { areaM2 }) => sum + areaM2, 0)
  return rules.flatMap(({ code }) => {
    const areaM2 = own.filter(({ limits }) => limits.includes(code)).reduce((sum, part) => sum + part.areaM2, 0)
    if (areaM2 <= 0) return []
    return [
      { limit: code, parcelCode: parcel.parcelCode, contractCode: parcel.contractCode, areaM2, share: areaM2 / whole, place: parcel.bbox },
    ]
  })
}
