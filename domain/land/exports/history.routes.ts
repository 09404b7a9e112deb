/** The whole history of one patch, parcel or contract, by its key. */
import { accept, type Result, refuse } from '@dishu/base/refusal'
import type { County } from '@dishu/kernel/records/records'
import type { Db } from '@dishu/server-kit/sql'
import type { ExportRefusal } from './exports.ts'
import type { HistoryReply } from './exports.wire.ts'
import { readIdsOfKey, readRevisionsNamed, readVersions } from './history.store.ts'
import { historyOf, type RowVersion, SUBJECTS, wordsOf } from './history.ts'

/** The first kind that ever had the key answers: patches, then parcels, then contracts. */
export async function handleHistory(db: Db, county: County, key: string): Promise<Result<HistoryReply, ExportRefusal>> {
  for (const subject of SUBJECTS) {
    const ids = await readIdsOfKey(db, subject.rows, subject.key, county, key)
    if (ids.length === 0) continue
    const versions: RowVersion[] = []
    for (const kind of [subject.rows, ...subject.with]) {
      const rows = kind === subject.rows ? ids : await readIdsOfKey(db, kind, subject.key, county, key)
      for (const version of await readVersions(db, kind, county, rows))
        versions.push({ ...version, kind: kind.name, words: wordsOf(version.words) })
    }
    const revs = [...new Set(versions.flatMap(({ since, until, origin }) => (until === null ? [since, origin] : [since, origin, until])))]
    const revisions = new Map(
      (await readRevisionsNamed(db, county, revs)).map(({ sources, recordedAt, ...each }) => [
        each.rev,
        {
          ...each,
          recordedAt: recordedAt.toISOString(),
          sources: JSON.parse(sources) as { file: string; layer: string; sha256: string }[],
        },
      ]),
    )
    return accept({ county, key, kind: subject.kind, ids, entries: historyOf(versions, revisions) })
  }
  return refuse('exports/no-such-row', { county, key })
}
