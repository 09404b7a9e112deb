/** The first start shows something: the files of an invented county go the same road as an office's own. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Language } from '@dishu/base/refusal'
import { writeSetting } from '@dishu/kernel/intake/intake.store'
import { beginIntake, confirmIntake, type Report, readIntakeFiles } from '@dishu/kernel/intake/service.jobs'
import { generateSample, SAMPLE_SEED, SAMPLE_SIZE } from '@dishu/land/sample/sample'
import { SAMPLE_FILES, writeSample } from '@dishu/land/sample/sample.exchange'
import { orRefused } from '@dishu/server-kit/http'
import { transaction } from '@dishu/server-kit/sql'
import type { App } from './app.ts'
import { loadSampleLibrary } from './sample-library.ts'
import { loadSamplePlans } from './sample-plans.ts'
import { loadSampleScenes } from './sample-scenes.ts'
import { loadSampleWater } from './sample-water.ts'

/** `scenes`: its invented water, library and two images too. */
export type SampleOptions = {
  readonly patches?: number | undefined
  readonly language?: Language
  readonly report?: Report
  readonly scenes?: boolean
}

/** Makes the sample county and imports it; gives its name and the number of its patches. */
export async function loadSample(app: App, options: SampleOptions = {}): Promise<{ name: string; patches: number }> {
  const { patches = SAMPLE_SIZE, language = 'zh', report = () => {} } = options
  const folder = await mkdtemp(join(tmpdir(), 'dishu-sample-'))
  try {
    const county = generateSample(SAMPLE_SEED, patches)
    await writeSample(county, folder)
    const paths = (await readdir(folder))
      .filter((name) => name !== SAMPLE_FILES.truth && name !== SAMPLE_FILES.readme)
      .map((name) => join(folder, name))
    const id = await beginIntake(app.pool, app.dataDir, app.actor, { unclassified: true, county: county.code }, new Date())
    const { signal } = new AbortController()
    const read = orRefused(await readIntakeFiles(app.tools, id, { now: new Date(), signal, report, paths }))
    if (read.preview?.refusal) orRefused({ ok: false, refusal: read.preview.refusal })
    await transaction(app.pool, (db) => writeSetting(db, county.code, 'synthetic', true), { actor: app.actor })
    const reason = language === 'zh' ? '示例县（虚构数据）' : 'Sample county (synthetic data)'
    orRefused(await confirmIntake(app.tools, id, { actor: app.actor, reason, cause: 're-survey', now: new Date(), signal, report, paths }))
    if (options.scenes) await loadSampleWater(app, county, { language })
    if (options.scenes) await loadSampleLibrary(app, county, { language })
    if (options.scenes) await loadSampleScenes(app, county, { language })
    if (options.scenes) await loadSamplePlans(app, county, { language })
    return { name: county.name, patches: county.patches.length }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
