import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { dayOf } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import { readCounties } from '@dishu/kernel/records/records.store'
import { allIndices, isRole, ROLES } from '@dishu/land/imagery/imagery'
import { answerScene, beginScene, cancelScene, draftOf, readScene, type TaskFacts, writeScene } from '@dishu/land/imagery/imagery.jobs'
import { readOwnIndices, readScenes, type TaskRow } from '@dishu/land/imagery/imagery.store'
import { measureCounty } from '@dishu/land/imagery/measure.jobs'
import type { SceneAnswers } from '@dishu/land/imagery/scenes'
import { countMeasured } from '@dishu/land/imagery/stats.store'
import { onConnection } from '@dishu/server-kit/sql'
import type { App } from '../server/app.ts'
import { imageryTools } from '../server/imagery.ts'
import { EXIT, type Exit, interruptible, languageOfTerminal, progressLine, table, withApp, wordsOf } from './terminal.ts'

const WHAT = ['add', 'list', 'indices', 'measure'] as const

export async function scene(words: readonly string[]): Promise<Exit> {
  const zh = languageOfTerminal() === 'zh'
  const { values, positionals } = wordsOf(joined(words), {
    county: { type: 'string' },
    date: { type: 'string' },
    sensor: { type: 'string' },
    bands: { type: 'string' },
    scale: { type: 'string' },
    offset: { type: 'string' },
    nodata: { type: 'string' },
    crs: { type: 'string' },
    title: { type: 'string' },
    provider: { type: 'string' },
    reason: { type: 'string' },
    yes: { type: 'boolean', default: false },
    'no-measure': { type: 'boolean', default: false },
  })
  const [what, ...paths] = positionals
  const wrong = (text: string) => {
    process.stderr.write(`${text}\n`)
    return EXIT.usage
  }
  if (!WHAT.includes(what as (typeof WHAT)[number]))
    return wrong(zh ? '用法：dishu scene add|list|indices|measure' : 'Usage: dishu scene add|list|indices|measure')
  if (what === 'add' && paths.length === 0) return wrong(zh ? '请给出影像文件或文件夹。' : 'Name the scene’s files or folder.')
  return withApp(values, async (app) => {
    if (what === 'indices') return listIndices(app, values.county, values.json)
    const county = await countyOf(app, values.county)
    if (what === 'list') return listScenes(app, county, values.json)
    if (what === 'measure') return measure(app, county, values.json)
    return add(app, county, paths, values)
  })
}

/** `--offset -0.2`: a number below zero is not taken for the next option. */
const joined = (words: readonly string[]): string[] =>
  words.flatMap((word, i) =>
    /^-[\d.]/.test(word) && /^--(offset|scale|nodata)$/.test(words[i - 1] ?? '')
      ? []
      : [/^--(offset|scale|nodata)$/.test(word) && /^-[\d.]/.test(words[i + 1] ?? '') ? `${word}=${words[i + 1]}` : word],
  )

async function countyOf(app: App, stated: string | undefined): Promise<string> {
  if (stated) return stated
  const counties = (await onConnection(app.pool, readCounties)).map(({ county }) => county)
  if (counties.length !== 1) throw new Refused({ code: 'cli/which-county', details: { counties } })
  return counties[0]
}

type Values = {
  readonly [name in 'date' | 'sensor' | 'bands' | 'scale' | 'offset' | 'nodata' | 'crs' | 'title' | 'provider' | 'reason']?:
    | string
    | undefined
} & { readonly yes: boolean; readonly json: boolean; readonly 'no-measure': boolean }

async function add(app: App, county: string, given: readonly string[], values: Values): Promise<Exit> {
  const language = languageOfTerminal()
  const zh = language === 'zh'
  const paths = given.map((path) => resolve(path))
  for (const path of paths) if (!existsSync(path)) throw new Refused({ code: 'formats/not-found', details: { file: basename(path) } })
  const tools = imageryTools(app)
  const controller = interruptible()
  const line = progressLine()
  const report = ({ phase, done, total }: { phase: string; done: number; total: number | null }) =>
    line.show(`${PHASES[phase]?.[language] ?? phase} ${total ? `${Math.floor((100 * done) / total)} %` : ''}`)
  const options = { now: new Date(), signal: controller.signal, report }
  const left = Promise.withResolvers<void>()
  app.onClose(async () => {
    controller.abort(new Error('interrupted'))
    await left.promise
  })
  const id = await beginScene(tools, county, app.actor, answersFrom(values), options.now)
  let finished = false
  try {
    let task = await readScene(tools, county, id, { ...options, paths })
    if (values.bands && task.facts)
      task = await answerScene(tools, county, id, { roles: rolesFrom(values.bands, task.facts as TaskFacts) }, options.now)
    line.end()
    if (task.state === 'refused') throw new Refused(task.outcome as { code: string; details: unknown })
    const decided = draftOf(task, options.now)
    if (!decided?.ok) throw new Refused(decided ? decided.refusal : { code: 'imagery/no-such-task', details: { id } })
    const { questions, draft } = decided.value
    if (!values.json) show(task, zh)
    if (draft === null) {
      if (values.json) process.stdout.write(`${JSON.stringify({ county, state: 'needs-answers', questions, found: found(task) })}\n`)
      else for (const question of questions) process.stdout.write(`${QUESTIONS[question][language]}\n`)
      return EXIT.unanswered
    }
    if (!values.yes && !(await confirmed(values.json, zh))) {
      if (values.json) process.stdout.write(`${JSON.stringify({ county, state: 'ready', found: found(task) })}\n`)
      return EXIT.notConfirmed
    }
    const reason = values.reason ?? (zh ? `登记影像 ${draft.title}` : `Scene ${draft.title}`)
    const written = await writeScene(tools, county, id, { ...options, actor: app.actor, reason })
    finished = true
    line.end()
    if (!written.ok) throw new Refused(written.refusal)
    const { scene: number, revision } = written.value
    const measured = values['no-measure']
      ? null
      : await measureCounty(tools, county, {
          scenes: [number],
          signal: controller.signal,
          onProgress: ({ done, total }) => report({ phase: 'measuring', done, total }),
        })
    line.end()
    if (values.json)
      process.stdout.write(
        `${JSON.stringify({ county, state: 'done', scene: number, revision: revision.rev, found: found(task), measured })}\n`,
      )
    else
      process.stdout.write(
        zh
          ? `已登记影像 ${number}（修订 ${revision.rev}）${measured ? `，统计图斑和地块 ${measured.subjects} 个` : ''}。\n`
          : `Registered as scene ${number} (revision ${revision.rev})${measured ? `; measured under ${measured.subjects} patches and parcels` : ''}.\n`,
      )
    return EXIT.done
  } finally {
    line.end()
    if (!finished) await cancelScene(tools, county, id, new Date()).catch(() => {})
    left.resolve()
  }
}

const PHASES: Readonly<Record<string, Readonly<Record<'zh' | 'en', string>>>> = {
  reading: { zh: '正在查看', en: 'Looking' },
  packing: { zh: '正在转换', en: 'Packing' },
  storing: { zh: '正在保存', en: 'Storing' },
  measuring: { zh: '正在统计', en: 'Measuring' },
}
const QUESTIONS = {
  takenOn: { zh: '缺拍摄日期：  --date 2024-05-12', en: 'When was it taken?  --date 2024-05-12' },
  platform: { zh: '缺卫星或传感器：  --sensor landsat-8', en: 'Which satellite or sensor?  --sensor landsat-8' },
  crs: { zh: '缺坐标系：  --crs 32651', en: 'In which coordinate system?  --crs 32651' },
  roles: {
    zh: '波段各是什么（按顺序，- 表示不用）：  --bands B,G,R,N,S1,S2',
    en: 'Which band is what (in their order, - for none)?  --bands B,G,R,N,S1,S2',
  },
  scale: {
    zh: '存储的数如何变为反射率：  --scale 0.0001 --offset 0（本来就是所求的值：--scale 1）',
    en: 'How do stored numbers become reflectance?  --scale 0.0001 --offset 0 (as they stand: --scale 1)',
  },
} as const

function answersFrom(values: Values): SceneAnswers {
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text.replace(/^EPSG:/i, '')))
  const stated = {
    takenOn: values.date,
    platform: values.sensor,
    title: values.title,
    provider: values.provider,
    crs: number(values.crs),
    scale: number(values.scale),
    offset: number(values.offset),
    nodata: number(values.nodata),
  }
  return Object.fromEntries(Object.entries(stated).filter(([, value]) => value !== undefined))
}

/** `B,G,R,-,S1` in the order of the bands, or `Red=R,NIR=N` by their names. */
function rolesFrom(text: string, { facts }: TaskFacts): Readonly<Record<string, string>> {
  const said = text.split(',').map((each) => each.trim())
  const names = facts.bands.map(({ name }) => name)
  if (said.every((each) => each.includes('=')))
    return Object.fromEntries(said.map((each) => each.split('=', 2)).map(([name, role]) => [name, role === '-' ? '' : role]))
  if (said.length > names.length)
    throw new Refused({ code: 'imagery/no-such-band', details: { band: String(names.length + 1), there: names } })
  return Object.fromEntries(names.map((name, i) => [name, said[i] === undefined || said[i] === '-' ? '' : said[i]]))
}

async function confirmed(json: boolean, zh: boolean): Promise<boolean> {
  if (json || !process.stdin.isTTY) return false
  const ask = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await ask.question(zh ? '影像不涉密，登记？(y/N) ' : 'The scene holds no state secret, and shall be registered? (y/N) ')
  ask.close()
  return /^(y|yes|是)$/i.test(answer.trim())
}

function found(task: TaskRow) {
  const { facts, footprint } = task.facts as TaskFacts
  const answers = task.answers as SceneAnswers
  return {
    product: facts.product,
    id: facts.id,
    takenOn: answers.takenOn ?? facts.takenOn,
    platform: answers.platform ?? facts.platform,
    cloudPercent: facts.cloudPercent,
    masked: facts.mask !== null,
    bbox: footprint,
    bands: facts.bands.map(({ name, role, scale, offset }) => ({ name, role: answers.roles?.[name] ?? role, scale, offset })),
  }
}

function show(task: TaskRow, zh: boolean): void {
  const language = zh ? 'zh' : 'en'
  const { facts } = task.facts as TaskFacts
  const told = found(task)
  process.stdout.write(
    zh
      ? `${told.id ?? facts.rasters[0].file}：${told.product}，${told.takenOn ?? '日期不明'}，${told.platform ?? '传感器不明'}，${facts.rasters[0].crs ?? '坐标系不明'}${told.masked ? '，有云掩膜' : '，无云掩膜'}\n`
      : `${told.id ?? facts.rasters[0].file}: ${told.product}, ${told.takenOn ?? 'day not known'}, ${told.platform ?? 'sensor not known'}, ${facts.rasters[0].crs ?? 'coordinate system not known'}, ${told.masked ? 'with' : 'without'} a cloud mask\n`,
  )
  process.stdout.write(
    table(
      zh ? ['波段', '字母', '含义', '像元', '比例', '偏移'] : ['band', 'letter', 'meaning', 'cells', 'scale', 'offset'],
      facts.bands.map(({ name, raster, scale, offset }, i) => {
        const role = told.bands[i].role ?? ''
        const { width, height } = facts.rasters[raster]
        return [name, role || '—', isRole(role) ? ROLES[role][language] : '—', `${width} × ${height}`, String(scale), String(offset)]
      }),
      new Set([4, 5]),
    ),
  )
}

async function listScenes(app: App, county: string, json: boolean): Promise<Exit> {
  const zh = languageOfTerminal() === 'zh'
  const { scenes, measured } = await onConnection(app.pool, async (db) => ({
    scenes: await readScenes(db, county, { day: dayOf(new Date()), rev: null }),
    measured: new Map((await countMeasured(db, county)).map((each) => [each.sceneId, each.subjects])),
  }))
  const rows = scenes.map(({ id, takenOn, platform, title, product, bands, grids, bbox, cloudPercent, mask }) => ({
    id,
    takenOn,
    platform,
    title,
    product,
    bands: bands.map(({ role, name }) => role ?? name),
    crs: grids[0].crs,
    bbox,
    cloudPercent,
    masked: mask !== null,
    bytes: grids.reduce((sum, each) => sum + each.bytes, 0),
    measured: measured.get(id) ?? 0,
  }))
  if (json) process.stdout.write(`${JSON.stringify({ county, scenes: rows })}\n`)
  else
    process.stdout.write(
      table(
        zh ? ['编号', '日期', '传感器', '名称', '波段', '已统计'] : ['id', 'day', 'sensor', 'title', 'bands', 'measured'],
        rows.map((row) => [String(row.id), row.takenOn, row.platform, row.title, row.bands.join(' '), String(row.measured)]),
        new Set([0, 5]),
      ),
    )
  return EXIT.done
}

async function listIndices(app: App, county: string | undefined, json: boolean): Promise<Exit> {
  const language = languageOfTerminal()
  const zh = language === 'zh'
  const counties = county ? [county] : (await onConnection(app.pool, readCounties)).map((each) => each.county)
  const own = counties.length === 1 ? await onConnection(app.pool, (db) => readOwnIndices(db, counties[0])) : []
  const rows = allIndices(own).map(({ id, formula, bands, range, source, elsewhere, own, ...names }) => ({
    id,
    name: names[language],
    formula,
    bands,
    range,
    source,
    elsewhere,
    own,
  }))
  if (json) process.stdout.write(`${JSON.stringify({ indices: rows })}\n`)
  else
    process.stdout.write(
      table(
        zh ? ['指数', '公式', '名称', '出处', '别处的名字'] : ['index', 'formula', 'name', 'source', 'elsewhere'],
        rows.map((row) => [row.id, row.formula, row.name, row.source, row.elsewhere]),
      ),
    )
  return EXIT.done
}

async function measure(app: App, county: string, json: boolean): Promise<Exit> {
  const language = languageOfTerminal()
  const controller = interruptible()
  const line = progressLine()
  const measured = await measureCounty(imageryTools(app), county, {
    signal: controller.signal,
    onProgress: ({ done, total }) => line.show(`${PHASES.measuring[language]} ${done} / ${total}`),
  })
  line.end()
  if (json) process.stdout.write(`${JSON.stringify({ county, ...measured })}\n`)
  else
    process.stdout.write(
      language === 'zh'
        ? `统计影像 ${measured.scenes} 景、图斑和地块 ${measured.subjects} 个${measured.crossing ? `；${measured.crossing} 个边界自相交，未统计` : ''}${measured.unplaced ? `；${measured.unplaced} 个坐标系不明，未统计` : ''}。\n`
        : `Measured ${measured.scenes} scenes under ${measured.subjects} patches and parcels${measured.crossing ? `; ${measured.crossing} whose outlines cross themselves were not` : ''}${measured.unplaced ? `; ${measured.unplaced} of unknown coordinate systems were not` : ''}.\n`,
    )
  return EXIT.done
}
