import { type Db, transaction } from '@dishu/server-kit/sql'
import { sharedDatabase } from './database.ts'

const UNDO = Symbol('taken back')

/** Runs `body` in a transaction that is rolled back, so that tests share one migrated database and never meet. */
export async function inRolledBackTransaction(body: (db: Db) => Promise<void>): Promise<void> {
  const pool = await sharedDatabase()
  try {
    await transaction(
      pool,
      async (db) => {
        await body(db)
        throw UNDO
      },
      { actor: 'test', retries: 0 },
    )
  } catch (thrown) {
    if (thrown !== UNDO) throw thrown
  }
}
