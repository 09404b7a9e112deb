/** The invented images of the sample county go the same road as an office's own. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Language } from '@dishu/base/refusal'
import { Refused } from '@dishu/base/refusal'
import { beginScene, newTaskId, readScene, writeScene } from '@dishu/land/imagery/imagery.jobs'
import { createTask } from '@dishu/land/imagery/imagery.store'
import type { SampleCounty } from '@dishu/land/sample/sample'
import { drawScenes } from '@dishu/land/sample/scenes'
import { writeScenes } from '@dishu/land/sample/scenes.exchange'
import { orRefused } from '@dishu/server-kit/http'
import { transaction } from '@dishu/server-kit/sql'
import type { App } from './app.ts'
import { imageryTools } from './imagery.ts'

/** Registers the two images of a sample county and leaves their measuring to the server, which takes it up when it starts; gives their numbers. */
export async function loadSampleScenes(
  app: App,
  county: SampleCounty,
  { language = 'zh' }: { readonly language?: Language } = {},
): Promise<number[]> {
  const folder = await mkdtemp(join(tmpdir(), 'dishu-scenes-'))
  try {
    const tools = imageryTools(app)
    const { signal } = new AbortController()
    const scenes: number[] = []
    for (const path of await writeScenes(drawScenes(county), folder)) {
      const options = { now: new Date(), signal, report: () => {} }
      const title = language === 'zh' ? '示例影像（虚构数据）' : 'Sample image (synthetic data)'
      const id = await beginScene(tools, county.code, app.actor, { title, provider: title }, options.now)
      const task = await readScene(tools, county.code, id, { ...options, paths: [path] })
      if (task.state !== 'ready') throw new Refused(task.outcome as { code: string; details: unknown })
      scenes.push(orRefused(await writeScene(tools, county.code, id, { ...options, actor: app.actor, reason: title })).scene)
    }
    const now = new Date()
    await transaction(app.pool, (db) => createTask(db, county.code, newTaskId(now), 'measure', 'measuring', app.actor, {}, now), {
      actor: app.actor,
    })
    return scenes
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
