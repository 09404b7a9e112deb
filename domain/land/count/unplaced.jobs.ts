/** Contracts that lie on no parcel: looked for once for a state of the register, since every figure says how many there are. */
import type { AsOf } from '@dishu/kernel/records/records'
import type { Db } from '@dishu/server-kit/sql'
import { readTenureRevision, readUnplaced, readUnplacedByVillage, type Unplaced, unplacedIn } from './count.store.ts'

const KEPT = 200
const kept = new Map<string, Promise<Awaited<ReturnType<typeof readUnplacedByVillage>>>>()

/** `scope`: the areas whose rows the answer may count; what was found for one is not told to another. Without one nothing is kept. */
export async function unplacedWithin(
  db: Db,
  county: string,
  asOf: AsOf,
  within: string,
  scope: readonly string[] | undefined,
): Promise<Unplaced> {
  if (scope === undefined) return readUnplaced(db, county, asOf, within)
  const state = asOf.rev === null ? `since ${await readTenureRevision(db, county)}` : `at ${asOf.rev}`
  const key = `${county} ${scope.join()} ${asOf.day} ${state}`
  const others = kept.get(key)
  if (others) {
    const found = await others.catch(() => null)
    return found ? unplacedIn(found, within) : readUnplaced(db, county, asOf, within)
  }
  const own = readUnplacedByVillage(db, county, asOf)
  kept.set(key, own)
  own.catch(() => kept.delete(key))
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT) break
    kept.delete(oldest)
  }
  return unplacedIn(await own, within)
}
