/** Faults that are a state of the machine and pass by themselves: said to whoever asks, so that nobody takes them for an error in what they did. */
import type { Refusal } from '@dishu/base/refusal'
import { SqlFault } from './sql-fault.ts'

export type DatabaseState = Refusal<'database/away', null> | Refusal<'database/disk-full', null> | Refusal<'database/read-only', null>

/** Connections that were refused or ended, and the server's own word that it starts or stops (SQLSTATE 57P01 to 57P05, class 08). */
const AWAY = /^(ECONNREFUSED|ECONNRESET|EPIPE|57P0\d|08\w{3})$/

function codeOf(fault: Error): string {
  const code: unknown = Reflect.get(fault, 'code')
  // the socket of a database that is not running is not there
  if (code === 'ENOENT') return Reflect.get(fault, 'syscall') === 'connect' ? 'ECONNREFUSED' : ''
  return typeof code === 'string' ? code : ''
}

/** The state behind a fault, looked for through its causes; null where it is an error like any other. */
export function databaseState(fault: unknown): DatabaseState | null {
  for (let at = fault; at instanceof Error; at = at.cause) {
    const code = codeOf(at)
    // 53100: disk full, as PostgreSQL says it; ENOSPC where a file of ours is written
    if (code === '53100' || code === 'ENOSPC') return { code: 'database/disk-full', details: null }
    if (code === '25006' || code === 'EROFS') return { code: 'database/read-only', details: null }
    if (AWAY.test(code)) return { code: 'database/away', details: null }
    const lost = at instanceof SqlFault && at.code === null && /connection (terminated|error)|not queryable/i.test(at.message)
    if (lost || /timeout exceeded when trying to connect|Connection terminated/i.test(at.message))
      return { code: 'database/away', details: null }
  }
  return null
}
