/** The signed head of a data folder: made once a day while the server runs, and on demand; compared with what the database has now. */
import { existsSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dayOf } from '@dishu/base/date'
import { accept, type Result, refuse } from '@dishu/base/refusal'
import { eventAt, readCut, readEventEnds } from '@dishu/kernel/people/people.store'
import {
  type ChainHead,
  compareWithHead,
  HEAD_FORMAT,
  type Head,
  type HeadProblem,
  type HeadRefusal,
  type SignedHead,
} from '@dishu/kernel/records/heads'
import { canonicalJson, readChains, readHashes } from '@dishu/kernel/records/records.store'
import { fingerprintOf, openSigner, signatureHolds } from '@dishu/server-kit/signing'
import { type Db, transaction } from '@dishu/server-kit/sql'
import type { App } from './app.ts'

const bytesOf = (head: Head) => Buffer.from(canonicalJson(head))

async function readHead(db: Db, now: Date): Promise<Head> {
  const ends = new Map((await readEventEnds(db)).map((each) => [each.county, each]))
  const chains: ChainHead[] = []
  const counties = new Set([...(await readChains(db)).map(({ county }) => county), ...ends.keys()])
  for (const county of [...counties].sort()) {
    const end = ends.get(county)
    chains.push({ county, revisions: await readHashes(db, county), events: end?.events ?? 0, lastEvent: end?.hash ?? null })
  }
  return { format: HEAD_FORMAT, at: now.toISOString(), chains }
}

export async function signHead(app: Pick<App, 'pool' | 'dataDir'>, now: Date): Promise<SignedHead & { readonly fingerprint: string }> {
  const signer = await openSigner(app.dataDir)
  const head = await transaction(app.pool, (db) => readHead(db, now), { readOnly: true, isolation: 'repeatable read' })
  return { head, publicKey: signer.publicKey, signature: signer.sign(bytesOf(head)), fingerprint: signer.fingerprint }
}

/** The file of a day's head; made when it is not there yet. */
export async function dailyHead(app: Pick<App, 'pool' | 'dataDir'>, now: Date): Promise<string> {
  const folder = join(app.dataDir, 'heads')
  const file = join(folder, `${dayOf(now)}.json`)
  if (existsSync(file)) return file
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const { head, publicKey, signature } = await signHead(app, now)
  await writeFile(`${file}.new`, `${JSON.stringify({ head, publicKey, signature }, null, 1)}\n`, { mode: 0o600, flush: true })
  await rename(`${file}.new`, file)
  return file
}

/**
 * Whether the signature holds, and what the database has no longer as it was signed. `wanted`: the fingerprint the key must have; a head
 * signed anew with another key says nothing.
 */
export async function checkHead(
  db: Db,
  signed: SignedHead,
  file: string,
  wanted: string | null,
): Promise<Result<readonly HeadProblem[], HeadRefusal>> {
  const found = fingerprintOf(signed.publicKey) ?? 'none'
  if (!signatureHolds(signed.publicKey, bytesOf(signed.head), signed.signature)) return refuse('records/head-not-signed', { file })
  if (wanted !== null && wanted !== found) return refuse('records/head-of-another-key', { file, found, wanted })
  const problems: HeadProblem[] = []
  for (const chain of signed.head.chains) {
    // events that retention has deleted since are certified in the chain that goes on from them
    const isCut = chain.events > 0 && chain.events <= ((await readCut(db, chain.county))?.upTo ?? 0)
    const event = chain.events === 0 ? null : isCut ? chain.lastEvent : await eventAt(db, chain.county, chain.events)
    problems.push(...compareWithHead(chain, await readHashes(db, chain.county), event))
  }
  return accept(problems)
}
