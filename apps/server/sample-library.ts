/** The invented library and limits of the sample county go into the ledger as an office's own would. */
import type { Day } from '@dishu/base/date'
import type { Language } from '@dishu/base/refusal'
import { openRevision, rowToWrite } from '@dishu/kernel/records/records.store'
import { groundKind } from '@dishu/land/parcels/parcels'
import { drawGrounds, drawLibrary } from '@dishu/land/sample/library'
import type { SampleCounty } from '@dishu/land/sample/sample'
import { sheetsFrom, writeLibrary } from '@dishu/land/technology/technology.jobs'
import { transaction } from '@dishu/server-kit/sql'
import type { App } from './app.ts'
import { KINDS } from './parts.ts'

const FROM = '2024-12-31' as Day

/** Two revisions: prices, crops, varieties and trials; and the layers of limits. */
export async function loadSampleLibrary(
  app: App,
  county: SampleCounty,
  { language = 'zh' }: { readonly language?: Language } = {},
): Promise<void> {
  const zh = language === 'zh'
  const { actor } = app
  await transaction(
    app.pool,
    (db) =>
      writeLibrary(db, county.code, sheetsFrom(drawLibrary()), {
        ...{ day: FROM, actor, now: new Date(), file: 'sample', kinds: KINDS },
        reason: zh ? '示例技术与品种（虚构数据）' : 'Sample technologies and varieties (synthetic data)',
      }),
    { actor },
  )
  await transaction(
    app.pool,
    async (db) => {
      const revision = await openRevision(db, county.code, KINDS)
      await revision.add(
        groundKind,
        drawGrounds(county).map(({ layer, key, name, outline, bbox }) =>
          rowToWrite(groundKind, {
            validFrom: FROM,
            content: { layer, key, class: null, name, computed_area: null, srid: 4490, outline, bbox, extra: { synthetic: true } },
          }),
        ),
      )
      const reason = zh ? '示例限制图层（虚构数据）' : 'Sample limits (synthetic data)'
      await revision.seal({ what: 'write', cause: 'correction', actor, reason, now: new Date() })
    },
    { actor },
  )
}
