/**
 * The bytes that a revision's hash is taken over. The database has the same in SQL (`kernel.link`) and refuses a revision whose
 * hash does not fit; here it is written a second time, sharing nothing with it, for the program and for a check without the database.
 */
import { ByteWriter } from './bytes.ts'
import type { Cause, County } from './records.ts'

export type LinkFields = {
  readonly prev: Uint8Array
  readonly county: County
  readonly rev: number
  readonly what: 'write' | 'import' | 'undo'
  readonly cause: Cause
  readonly undoes: number | null
  readonly actor: string
  readonly recordedAt: Date // whole milliseconds
  readonly reason: string
  readonly sources: string // JSON text, as stored
  readonly made: number
  readonly closed: number
  readonly body: Uint8Array
}

const utf8 = new TextEncoder()
const MARK = utf8.encode('dishu/revision/1')
const ONE = Uint8Array.of(1)
const NULL = Uint8Array.of(0)

export function linkBytes(fields: LinkFields): Uint8Array {
  const to = new ByteWriter()
  const bytes = (value: Uint8Array) => {
    to.raw(ONE)
    to.int32(value.length)
    to.raw(value)
  }
  const text = (value: string) => bytes(utf8.encode(value))
  const whole = (size: 4 | 8, value: number | null) => {
    if (value === null) return to.raw(NULL)
    to.raw(ONE)
    to.int32(size)
    if (size === 4) to.int32(value)
    else to.int64(value)
  }
  to.raw(MARK)
  bytes(fields.prev)
  text(fields.county)
  whole(4, fields.rev)
  text(fields.what)
  text(fields.cause)
  whole(4, fields.undoes)
  text(fields.actor)
  whole(8, fields.recordedAt.getTime())
  text(fields.reason)
  text(fields.sources)
  whole(8, fields.made)
  whole(8, fields.closed)
  bytes(fields.body)
  return to.taken()
}
