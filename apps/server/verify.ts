/** The whole proof of one county: the ledger, the kept files, the sealed values, and the count that is derived from the rows. */
import { firstBrokenEvent } from '@dishu/kernel/people/people.store'
import { tableOf } from '@dishu/kernel/records/records.store'
import { type Verified, verifyCounty } from '@dishu/kernel/records/verify.jobs'
import { stepsHold } from '@dishu/kernel/review/review.jobs'
import { readReviews, readSteps } from '@dishu/kernel/review/review.store'
import { unseal } from '@dishu/kernel/sealed/sealed'
import { countMissingSealed, readDocuments, readErasedDocuments, readSealedRows } from '@dishu/kernel/sealed/sealed.store'
import { countWrongSums } from '@dishu/land/count/cells.store'
import { compareCells } from '@dishu/land/count/count.jobs'
import { cellRules } from '@dishu/land/count/rules'
import { readGrading } from '@dishu/land/soil/soil.store'
import type { Db } from '@dishu/server-kit/sql'
import type { App } from './app.ts'
import { KINDS } from './parts.ts'

export type WholeProof = Verified & { readonly documents: number; readonly sealed: number }

export async function verifyAll(
  db: Db,
  county: string,
  app: Pick<App, 'vault'>,
  onRows: (rows: number) => void = () => {},
): Promise<WholeProof> {
  const verified = await verifyCounty(db, county, KINDS, onRows)
  const problems = [...verified.problems]
  const report = (problem: (typeof problems)[number]['problem']) => problems.push({ county, rev: null, kind: null, id: null, problem })

  const documents = await readDocuments(db, county)
  const destroyed = app.vault.ring.destroyed(county) !== null
  const erased = new Set((await readErasedDocuments(db, county)).map(({ sha256 }) => sha256.toString('hex')))
  for (const document of documents) {
    if (destroyed) continue
    if (document.wrappedKey === null) {
      // a key that is gone without a word is a file that was taken away
      if (!erased.has(document.sha256.toString('hex'))) report('document-missing')
      continue
    }
    const found = await app.vault.checkDocument(document)
    if (found === 'missing') report('document-missing')
    else if (found === 'altered' || !found.equals(document.sha256)) report('document-altered')
  }
  const kept = new Map(documents.map((each) => [each.sha256.toString('hex'), each]))
  const revisions = await db.all<{
    rev: number
    sources: string
  }>`select rev, sources from kernel.revision_now where county = ${county} order by rev`
  for (const { rev, sources } of revisions) {
    for (const source of JSON.parse(sources) as { sha256: string; size: number }[]) {
      const document = kept.get(source.sha256)
      if (!document) problems.push({ county, rev, kind: null, id: null, problem: 'document-missing' })
      else if (document.size !== source.size) problems.push({ county, rev, kind: null, id: null, problem: 'document-altered' })
    }
  }

  const keys = destroyed ? null : await app.vault.keysOf(county)
  const sealed = await readSealedRows(db, county)
  for (const row of keys === null ? [] : sealed) {
    try {
      if (keys !== null) unseal(keys, row)
    } catch {
      report('sealed-altered')
    }
  }

  for (const kind of KINDS) {
    if (!kind.columns.some(([column]) => column === 'sealed')) continue
    if ((await countMissingSealed(db, county, tableOf(kind))) > 0) report('sealed-missing')
  }

  for (const review of await readReviews(db, county, { limit: 1_000_000 }))
    if (!stepsHold(review, await readSteps(db, county, review.id)))
      problems.push({ county, rev: review.rev, kind: 'review', id: null, problem: 'review-altered' })

  const broken = await firstBrokenEvent(db, county)
  if (broken !== null) problems.push({ county, rev: broken, kind: 'access', id: null, problem: 'access-altered' })

  const grading = await readGrading(db, county)
  const { missing, unfounded } = await compareCells(db, county, verified.revisions, { rules: cellRules(grading) })
  if (missing + unfounded > 0 || (await countWrongSums(db, county)) > 0) report('cells-do-not-add-up')
  return { ...verified, problems, documents: documents.length, sealed: sealed.length }
}
