/** Files of the content store, copied out for a person. */
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { readDocument } from '@dishu/kernel/sealed/sealed.store'
import { onConnection } from '@dishu/server-kit/sql'
import type { App } from '../server/app.ts'
import { intoPlace } from './outputs.ts'

/** Writes the document into a folder that is there, and gives its path. */
export async function copyFile(app: App, county: string, sha256: string, folder: string, name: string): Promise<string> {
  const document = await onConnection(app.pool, (db) => readDocument(db, county, Buffer.from(sha256, 'hex')))
  if (!document) throw new Error(`expected the file ${sha256} in the content store`)
  const path = join(folder, name)
  await intoPlace(path, async (draft) => pipeline(await app.vault.readDocument(document), createWriteStream(draft)))
  return path
}
