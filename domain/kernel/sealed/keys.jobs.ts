/** New keys without a pause: a data key seals from now on, what lies under older ones is sealed anew in pieces, and only then do those go. */
import { type Pool, transaction } from '@dishu/server-kit/sql'
import type { Vault } from '@dishu/server-kit/vault'
import { readTotps, renewTotp } from '../people/people.store.ts'
import { OFFICE } from '../people/people.ts'
import type { County } from '../records/records.ts'
import { readSealedAfter, renewDocument, renewSealed } from './personal.store.ts'
import { readDocuments } from './sealed.store.ts'

const ROWS_AT_ONCE = 2000
/** An import that was read before the change may still be confirmed for so long: its values wait sealed with the older key. */
const GRACE_DAYS = 30

export type Rotation = { readonly county: County; readonly values: number; readonly documents: number; readonly dropped: number }

/**
 * Seals everything of a county with its newest data key; what is under it already stays. It may be broken off and begun again at any time: every piece is a
 * transaction of its own, and both keys open meanwhile. Keys retired longer ago than the days of grace are dropped at the end.
 */
export async function renewSeals(
  pool: Pool,
  vault: Vault,
  county: County,
  now: Date,
  onRows: (rows: number) => void = () => {},
): Promise<Rotation> {
  const keys = await vault.keysOf(county)
  let values = 0
  let seen = 0
  for (let after = ''; ; ) {
    const rows = await transaction(
      pool,
      async (db) => {
        const some = await readSealedAfter(db, county, after, ROWS_AT_ONCE)
        const fresh = some.flatMap(({ ref, field, cipher }) => {
          const hex = Buffer.from(ref).toString('hex')
          const renewed = keys.renew(cipher, `${field} ${hex}`)
          return renewed === null ? [] : [{ ref: hex, cipher: renewed.toString('base64') }]
        })
        if (fresh.length > 0) await renewSealed(db, county, fresh)
        values += fresh.length
        return some
      },
      { actor: 'keys' },
    )
    seen += rows.length
    onRows(seen)
    if (rows.length < ROWS_AT_ONCE) break
    after = Buffer.from(rows[rows.length - 1].ref).toString('hex')
  }
  let documents = 0
  await transaction(
    pool,
    async (db) => {
      documents = 0
      for (const { sha256, wrappedKey } of await readDocuments(db, county)) {
        if (wrappedKey === null) continue
        const renewed = keys.renew(wrappedKey, `document ${sha256.toString('hex')}`)
        if (renewed === null) continue
        await renewDocument(db, county, sha256, renewed)
        documents++
      }
      if (county !== OFFICE) return
      for (const { personId, totp } of await readTotps(db)) {
        const renewed = keys.renew(totp, `totp ${personId}`)
        if (renewed !== null) await renewTotp(db, personId, renewed)
      }
    },
    { actor: 'keys' },
  )
  const dropped = await vault.ring.drop(county, new Date(now.getTime() - GRACE_DAYS * 86_400_000))
  return { county, values, documents, dropped }
}
