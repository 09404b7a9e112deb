/** Writes what was staged: one revision for each county, all in one transaction, or nothing. */
import { createReadStream, existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { Refused } from '@dishu/base/refusal'
import { type Db, type Pool, transaction } from '@dishu/server-kit/sql'
import type { Vault } from '@dishu/server-kit/vault'
import { dayNumber, INFINITE_DAY, type OpenRevision, openRevision, type RowToWrite, type Span } from '../records/records.store.ts'
import type { Cause, Kind, Revision, SourceFile } from '../records/records.ts'
import { readDocument, writeDocument, writeSealed } from '../sealed/sealed.store.ts'
import type { SealedRow } from '../sealed/sealed.ts'
import { writeCrs, writeDone } from './intake.store.ts'
import type { Preview } from './preview.ts'
import { readStaged, readStagedBlocks, STATUS } from './staging.jobs.ts'

export type WritingTools = {
  readonly pool: Pool
  readonly vault: Vault
  readonly kinds: readonly Kind[]
  /** Makes anew what is derived from the rows of this revision, inside it. `unlaid`: see Written. */
  derive(db: Db, revision: OpenRevision): Promise<{ readonly unlaid: number }>
}

/** A written revision, and how many patches could not be laid under what lies on them: those count whole, as covered by nothing, and a person is told. */
export type Written = Revision & { readonly unlaid: number }

export type WritingRequest = {
  readonly id: string | null // of the import whose row says 'done' in the same transaction
  readonly folder: string
  readonly files: readonly string[]
  readonly preview: Preview
  readonly actor: string
  readonly reason: string
  readonly cause: Cause
  readonly now: Date
  readonly signal: AbortSignal
  onProgress(phase: 'writing' | 'counting', done: number, total: number | null): void
}

export async function writeStaged(tools: WritingTools, request: WritingRequest): Promise<readonly Written[]> {
  const { preview, signal } = request
  const staged = join(request.folder, 'staged')
  const counties = [...new Set(preview.staged.map((each) => each.county))].sort()
  if (counties.length === 0) throw new Refused({ code: 'intake/nothing-to-take', details: { rows: 0, refused: preview.refusedCount } })
  const total = preview.staged.reduce((sum, each) => sum + each.added + each.changed, 0)
  let done = 0
  const documents = await storeDocuments(tools, request, counties)

  return transaction(
    tools.pool,
    async (db) => {
      const revisions: Written[] = []
      done = 0
      for (const { srid, name, wkt } of preview.crs) await writeCrs(db, srid, name, wkt)
      // several counties are always taken in the same order, or two writers could wait for each other
      for (const county of counties) {
        const revision = await openRevision(db, county, tools.kinds, preview.base[county])
        for (const document of documents) if (document.county === county) await writeDocument(db, document)
        await copySealed(db, county, join(staged, 'sealed.jsonl'))
        for (const kind of tools.kinds) {
          const staging = preview.staged.find((each) => each.county === county && each.kind === kind.name)
          if (!staging) continue
          const path = join(staged, `${county}.${kind.name}.rows`)
          await revision.take(
            kind,
            await spansOf(path, staging.changed > 0, join(staged, `${county}.${kind.name}.ended`), preview.validFrom),
          )
          if (existsSync(path)) {
            const blocks = async function* (): AsyncGenerator<readonly RowToWrite[]> {
              for await (const rows of readStagedBlocks(path)) {
                signal.throwIfAborted()
                request.onProgress('writing', done, total)
                yield rows
                done += rows.length
              }
            }
            await revision.add(kind, blocks())
          }
        }
        signal.throwIfAborted()
        request.onProgress('counting', 0, null)
        const { unlaid } = await tools.derive(db, revision)
        const sealed = await revision.seal({
          what: 'import',
          cause: request.cause,
          actor: request.actor,
          reason: request.reason,
          sources: preview.sources[county] ?? [],
          now: request.now,
        })
        revisions.push({ ...sealed, unlaid })
      }
      if (request.id)
        await writeDone(
          db,
          request.id,
          revisions.map(({ county, rev, unlaid }) => ({ county, rev, ...(unlaid > 0 ? { unlaid } : {}) })),
          request.now,
        )
      signal.throwIfAborted()
      return revisions
    },
    { actor: request.actor, retries: 0 },
  )
}

/** What changed and ended rows say of the days that are now said anew. */
async function spansOf(path: string, changed: boolean, ended: string, validFrom: string): Promise<Span[]> {
  const spans: Span[] = []
  if (existsSync(path) && changed)
    for await (const row of readStaged(path))
      if (row.status === STATUS.changed && row.id !== null) spans.push({ id: row.id, validFrom: row.validFrom, validTo: row.validTo })
  if (existsSync(ended))
    for (const id of JSON.parse(await readFile(ended, 'utf8')) as number[])
      spans.push({ id, validFrom: dayNumber(validFrom), validTo: INFINITE_DAY })
  return spans
}

async function copySealed(db: Db, county: string, path: string): Promise<void> {
  if (!existsSync(path)) return
  let rows: SealedRow[] = []
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const entry = JSON.parse(line) as { county: string; ref: string; field: string; cipher: string }
    if (entry.county !== county) continue
    rows.push({ ref: Buffer.from(entry.ref, 'hex'), field: entry.field, cipher: Buffer.from(entry.cipher, 'base64') })
    if (rows.length < 5000) continue
    await writeSealed(db, county, rows)
    rows = []
  }
  await writeSealed(db, county, rows)
}

/** Puts the files into the content store first: a document without its row is only a file too many, a row without its file would be a loss. */
async function storeDocuments(tools: WritingTools, request: WritingRequest, counties: readonly string[]) {
  const stored = []
  for (const county of counties) {
    const done = new Set<string>()
    for (const source of request.preview.sources[county] ?? []) {
      if (done.has(source.sha256)) continue
      done.add(source.sha256)
      const known = await transaction(tools.pool, (db) => readDocument(db, county, Buffer.from(source.sha256, 'hex')), { readOnly: true })
      if (known?.wrappedKey) continue
      const path = pathOf(request.files, source)
      const document = await tools.vault.storeDocument(county, path, source.file, request.now)
      if (document.sha256.toString('hex') !== source.sha256)
        throw new Refused({ code: 'intake/file-changed', details: { file: source.file } })
      stored.push(document)
    }
  }
  return stored
}

function pathOf(files: readonly string[], source: SourceFile): string {
  const path = files.find((each) => basename(each) === source.file)
  if (!path) throw new Error(`expected the file ${source.file} among the import's files`)
  return path
}
