/** What PostgreSQL said when it refused a statement, with the statement. */

/** Classes of SQLSTATE after which the same transaction may simply be run again: it lost to another one. */
const RETRY = new Set(['40001', '40P01'])

export class SqlFault extends Error {
  /** The five characters of SQLSTATE, or null when the connection itself failed. */
  readonly code: string | null
  /** The constraint that did not hold, by its name in the migration; a shard's number behind it is taken off. */
  readonly constraint: string | null
  readonly table: string | null
  readonly detail: string | null
  readonly statement: string

  constructor(cause: Error, statement: string) {
    super(`${cause.message} in: ${statement.trim().replace(/\s+/g, ' ').slice(0, 400)}`, { cause })
    this.name = 'SqlFault'
    const said = (key: string) => {
      const value: unknown = Reflect.get(cause, key)
      return typeof value === 'string' ? value : null
    }
    // The driver puts the system's code (`ECONNRESET`) where SQLSTATE would be; that one is longer or has no digits.
    const code = said('code')
    this.code = code !== null && /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('E') ? code : null
    this.constraint = said('constraint')?.replace(/_\d{6,}$/, '') ?? null
    this.table = said('table')
    this.detail = said('detail')
    this.statement = statement
  }

  get mayBeRetried(): boolean {
    return this.code !== null && RETRY.has(this.code)
  }

  /** No SQLSTATE, a connection exception (08), or the server going down (57P): the connection must not be used again. */
  get connectionLost(): boolean {
    return this.code === null || this.code.startsWith('08') || this.code.startsWith('57P')
  }

  static from(cause: unknown, statement: string): SqlFault {
    if (cause instanceof SqlFault) return cause
    return new SqlFault(cause instanceof Error ? cause : new Error(String(cause)), statement)
  }
}

/** The name of the constraint a fault is about, so that it can become the refusal of that name; null when it is about none. */
export function violatedConstraint(fault: unknown): string | null {
  for (let at = fault; at instanceof Error; at = at.cause)
    if (at instanceof SqlFault) return at.code?.startsWith('23') ? at.constraint : null
  return null
}
