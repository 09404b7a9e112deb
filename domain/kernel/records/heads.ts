/**
 * A signed head says how far every chain had come on a day, and by which hashes. Kept outside the office (printed, published, sent), it
 * shows what no chain can show by itself: that its end was cut off, or that all of it was written anew.
 */
import { accept, type Refusal, type Result, refuse } from '@dishu/base/refusal'

export const HEAD_FORMAT = 'dishu/head/1'

export type ChainHead = {
  readonly county: string
  readonly revisions: readonly string[] // the hash of each, in hex, from the first on
  readonly events: number // how many acts of access were on record, and the hash of the last
  readonly lastEvent: string | null
}
export type Head = { readonly format: typeof HEAD_FORMAT; readonly at: string; readonly chains: readonly ChainHead[] }
export type SignedHead = { readonly head: Head; readonly publicKey: string; readonly signature: string }

export type HeadProblem = {
  readonly county: string
  /** The first revision, or event, that is not as it was signed. */
  readonly rev: number | null
  readonly problem: 'revisions-missing' | 'revision-differs' | 'events-missing' | 'event-differs'
}

export type HeadRefusal =
  | Refusal<'records/not-a-head', { readonly file: string }>
  | Refusal<'records/head-not-signed', { readonly file: string }>
  | Refusal<'records/head-of-another-key', { readonly file: string; readonly found: string; readonly wanted: string }>

const isHash = (value: unknown) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

function chainFrom(value: unknown): ChainHead | null {
  if (!isRecord(value)) return null
  const { county, revisions, events, lastEvent } = value
  if (typeof county !== 'string' || !/^\d{6}$/.test(county)) return null
  if (!Array.isArray(revisions) || !revisions.every(isHash)) return null
  if (typeof events !== 'number' || !Number.isSafeInteger(events) || events < 0) return null
  if (lastEvent !== null && !isHash(lastEvent)) return null
  return { county, revisions: revisions as string[], events, lastEvent: lastEvent as string | null }
}

/** Reads a signed head out of a file's text; says nothing yet of whether its signature holds. */
export function signedHeadFrom(text: string, file: string): Result<SignedHead, HeadRefusal> {
  const no = refuse('records/not-a-head', { file })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return no
  }
  if (!isRecord(value) || !isRecord(value.head) || typeof value.publicKey !== 'string' || typeof value.signature !== 'string') return no
  const { format, at, chains } = value.head
  if (format !== HEAD_FORMAT || typeof at !== 'string' || !Array.isArray(chains)) return no
  const read = chains.map(chainFrom)
  if (read.some((each) => each === null)) return no
  return accept({ head: { format, at, chains: read as ChainHead[] }, publicKey: value.publicKey, signature: value.signature })
}

/** What is no longer as it was signed; chains may have grown since. `events` gives the hash of the event of a number, null where it is gone. */
export function compareWithHead(signed: ChainHead, revisions: readonly string[], eventHash: string | null): readonly HeadProblem[] {
  const { county } = signed
  const problems: HeadProblem[] = []
  const differs = signed.revisions.findIndex((hash, i) => i < revisions.length && revisions[i] !== hash)
  if (differs >= 0) problems.push({ county, rev: differs + 1, problem: 'revision-differs' })
  else if (revisions.length < signed.revisions.length) problems.push({ county, rev: revisions.length + 1, problem: 'revisions-missing' })
  if (signed.events > 0 && eventHash === null) problems.push({ county, rev: signed.events, problem: 'events-missing' })
  else if (signed.events > 0 && eventHash !== signed.lastEvent) problems.push({ county, rev: signed.events, problem: 'event-differs' })
  return problems
}
