/** What freezing a baseline needs of the server: its key, its version, and what the county is called. */
import { createRequire } from 'node:module'
import { readCountyNames } from '@dishu/kernel/areas/areas.store'
import { readSetting } from '@dishu/kernel/intake/intake.store'
import type { FreezeTools } from '@dishu/land/count/baseline.jobs'
import { openSigner } from '@dishu/server-kit/signing'
import type { App } from './app.ts'
import { isSynthetic } from './county.ts'
import { KINDS } from './parts.ts'

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }

export const freezeTools = (app: Pick<App, 'dataDir'>): FreezeTools => ({
  kinds: KINDS,
  program: version,
  signer: () => openSigner(app.dataDir),
  isSynthetic,
  nameOf: async (db, county) =>
    (await readCountyNames(db)).find((each) => each.county === county)?.name ??
    (await readSetting<string>(db, county, 'name'))?.value ??
    county,
})
