/** What the tests of the whole road share: the command line as a person runs it, folders to throw away, a second reader of DBF tables. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { IntakeView } from '@dishu/kernel/intake/intake.wire'
import type { Problem } from '@dishu/kernel/records/verify.jobs'
import { SAMPLE_FILES } from '@dishu/land/sample/sample.exchange'
import { openCluster } from '@dishu/server-kit/embedded'
import { ident, onConnection, openPool, type Pool } from '@dishu/server-kit/sql'
import type { Exit } from './terminal.ts'

/** What the commands print with --json, as docs/cli.md has it. */
export type ImportReply = {
  readonly import: IntakeView
  readonly revisions?: readonly { county: string; rev: number; made: number; closed: number; hash: string }[]
}
export type VerifyReply = {
  readonly counties: readonly {
    county: string
    revisions: number
    rows: number
    head: string
    documents: number
    problems: readonly Problem[]
  }[]
}
export type RefusalReply = {
  readonly refusal: {
    readonly code: string
    readonly details: Readonly<Record<string, unknown>>
    readonly message: string
    readonly hint?: string
  }
}

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))

/** The folder of real files, or null; a test that needs it says so with `noShared`. */
const beside = process.env.DISHU_SHARED ?? fileURLToPath(new URL('../../../shared', import.meta.url))
export const shared = existsSync(join(beside, 'data')) ? beside : null
export const noShared = shared === null ? 'shared data not present' : false

/** A folder in the temporary one that PostgreSQL's unprivileged user may pass through; gone at the end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dishu-road-'))
  chmodSync(folder, 0o711)
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  return folder
}

export type Said = { readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly out: string; readonly err: string }

/** The environment of a command: English, nobody's own database, the clock left alone. */
export const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  ...process.env,
  DISHU_LANGUAGE: 'en',
  DISHU_ACTOR: 'office',
  DISHU_DATABASE_URL: '',
  DISHU_DATA: '',
  ...more,
})

/** Starts `dishu WORDS…` as the leader of a process group of its own. */
export function begin(words: readonly string[], more: NodeJS.ProcessEnv = {}): ChildProcess & { readonly said: Promise<Said> } {
  const child = spawn(process.execPath, [MAIN, ...words], { env: environment(more), detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err]: [Buffer[], Buffer[]] = [[], []]
  child.stdout.on('data', (part: Buffer) => out.push(part))
  child.stderr.on('data', (part: Buffer) => err.push(part))
  const said = new Promise<Said>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) =>
      resolve({ code, signal, out: Buffer.concat(out).toString('utf8'), err: Buffer.concat(err).toString('utf8') }),
    )
  })
  return Object.assign(child, { said })
}

export const dishu = (words: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Said> => begin(words, more).said

/** Runs `dishu WORDS… --json` and reads what it prints; the exit code must be `code`. */
export async function dishuJson<Reply>(words: readonly string[], code: Exit = 0, more: NodeJS.ProcessEnv = {}): Promise<Reply> {
  const said = await dishu([...words, '--json'], more)
  if (said.code !== code)
    throw new Error(`dishu ${words.join(' ')}: expected exit code ${code}, got ${said.code}\n${said.out.slice(0, 2000)}\n${said.err}`)
  return JSON.parse(said.out) as Reply
}

export type OpenFolder = { readonly data: string; readonly pool: Pool; close(): Promise<void> }

/**
 * A data folder whose engine this process keeps running, so that every command joins it, as beside a server. Nothing waits for the disk.
 * The pool is the engine's superuser.
 */
export async function openFolder(data: string): Promise<OpenFolder> {
  const cluster = await openCluster({ dataDir: data, role: 'tests', durable: false })
  if (!cluster.ok) throw new Error(JSON.stringify(cluster.refusal))
  const pool = openPool(cluster.value.url(), { max: 2, idle: 'exit' })
  return {
    data,
    pool,
    async close() {
      if (!pool.ended) await pool.end()
      await cluster.value.stop()
    },
  }
}

/** The files of a sample folder that an office would hand in. */
export const officeFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name !== SAMPLE_FILES.truth && name !== SAMPLE_FILES.readme)
    .sort()
    .map((name) => join(folder, name))

/** SHA-256 over every row of the register: all tables of the schemas that hold it, whatever the order in which the rows lie. */
export async function registerHash(pool: Pool): Promise<string> {
  return onConnection(pool, async (db) => {
    const tables = await db.all<{ schema: string; name: string }>`
      select table_schema as schema, table_name as name from information_schema.tables
      where table_schema in ('kernel', 'land') and table_type = 'BASE TABLE' order by 1, 2`
    const hash = createHash('sha256')
    for (const { schema, name } of tables) {
      const { rows } = await db.one<{ rows: string }>`
        select coalesce(encode(sha256(string_agg(sha256(convert_to(line, 'UTF8')), ''::bytea order by line)), 'hex'), '') as rows
        from (select whole::text as line from ${ident(schema, name)} whole) lines`
      hash.update(`${schema}.${name} ${rows}\n`)
    }
    return hash.digest('hex')
  })
}

export type DbfRow = Readonly<Record<string, string>>

/** A DBF table read the plain way, apart from the program's own reader: fixed widths, texts trimmed. */
export function dbfRows(path: string, encoding = 'gbk'): DbfRow[] {
  const bytes = readFileSync(path)
  const text = new TextDecoder(encoding)
  const [count, head, width] = [bytes.readUInt32LE(4), bytes.readUInt16LE(8), bytes.readUInt16LE(10)]
  const fields: { name: string; from: number; to: number }[] = []
  for (let at = 32, from = 1; bytes[at] !== 0x0d; at += 32) {
    const name = bytes.toString('latin1', at, at + 11).split('\0')[0]
    fields.push({ name, from, to: from + bytes[at + 16] })
    from += bytes[at + 16]
  }
  return Array.from({ length: count }, (_, i) => {
    const row = bytes.subarray(head + i * width, head + (i + 1) * width)
    return Object.fromEntries(fields.map(({ name, from, to }) => [name, text.decode(row.subarray(from, to)).trim()]))
  })
}

/** A CSV as a spreadsheet reads it: commas, quotes doubled, a heading. */
export function csvRows(text: string): DbfRow[] {
  const lines: string[][] = [['']]
  let quoted = false
  const plain = text.replace(/^\ufeff/, '')
  for (let i = 0; i < plain.length; i++) {
    const line = lines[lines.length - 1]
    const c = plain[i]
    if (quoted && c === '"' && plain[i + 1] === '"') line[line.length - 1] += plain[++i]
    else if (c === '"') quoted = !quoted
    else if (quoted || !/[,\r\n]/.test(c)) line[line.length - 1] += c
    else if (c === ',') line.push('')
    else if (c === '\n') lines.push([''])
  }
  const [head, ...rest] = lines.filter((line) => line.length > 1 || line[0] !== '')
  return rest.map((line) => Object.fromEntries(head.map((name, i) => [name, line[i] ?? ''])))
}

/** Whole hundredths of a decimal as it is written: no floating point between the file and the sum. */
export function hundredthsOf(written: string): number {
  const [whole, part = ''] = written.split('.')
  return Number(whole) * 100 + Math.sign(Number(`${whole || 0}1`)) * Number(part.padEnd(2, '0').slice(0, 2))
}

/** Whether a process is still there. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
