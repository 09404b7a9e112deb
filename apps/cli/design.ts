import { writeFile } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { dayOf } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import { readCounties } from '@dishu/kernel/records/records.store'
import { type DesignRequest, decideRequest } from '@dishu/land/soil/design'
import { DESIGN_FORMATS } from '@dishu/land/soil/design.exchange'
import { designFile, keepDesign, redrawDesign, requireDesign, viewOfDesign } from '@dishu/land/soil/design.routes'
import { readDesigns } from '@dishu/land/soil/design.store'
import type { DesignView } from '@dishu/land/soil/design.wire'
import { onConnection, transaction } from '@dishu/server-kit/sql'
import type { App } from '../server/app.ts'
import { isSynthetic } from '../server/county.ts'
import { designTools } from '../server/soil-design.ts'
import { checkOutputs, intoPlace } from './outputs.ts'
import { EXIT, type Exit, languageOfTerminal, table, withApp, wordsOf } from './terminal.ts'

const WHAT = ['draw', 'list', 'show', 'redraw', 'export'] as const
const USAGE = {
  zh: '用法：dishu design draw [选项] | list | show P1 | redraw P1 | export P1 --out 文件.xlsx\n',
  en: 'Usage: dishu design draw [OPTIONS] | list | show P1 | redraw P1 | export P1 --out FILE.xlsx\n',
}

export async function design(words: readonly string[]): Promise<Exit> {
  const language = languageOfTerminal()
  const { values, positionals } = wordsOf(words, {
    county: { type: 'string' },
    within: { type: 'string' },
    method: { type: 'string' },
    points: { type: 'string' },
    money: { type: 'string' },
    'per-point': { type: 'string' },
    'per-km': { type: 'string' },
    'max-distance': { type: 'string' },
    strata: { type: 'string' },
    allocation: { type: 'string' },
    covariates: { type: 'string' },
    classes: { type: 'string' },
    exclude: { type: 'string' },
    value: { type: 'string' },
    seed: { type: 'string' },
    reach: { type: 'string' },
    start: { type: 'string' },
    title: { type: 'string' },
    'one-way': { type: 'boolean', default: false },
    out: { type: 'string' },
  })
  const [what, key = ''] = positionals
  const needsKey = what === 'show' || what === 'redraw' || what === 'export'
  if (!WHAT.includes(what as (typeof WHAT)[number]) || (needsKey && key === '') || (what === 'export' && !values.out)) {
    process.stderr.write(USAGE[language])
    return EXIT.usage
  }
  if (values.out) await checkOutputs([values.out], [])
  return withApp(values, async (app) => {
    const county = values.county ?? (await onlyCounty(app))
    if (what === 'list') return list(app, county, values.json)
    if (what === 'draw') {
      const request = decideRequest(requestFrom(values), county)
      if (!request.ok) throw new Refused(request.refusal)
      const kept = await transaction(
        app.pool,
        (db) => keepDesign(db, designTools, county, request.value, { actor: app.actor, now: new Date() }),
        { actor: app.actor },
      )
      return show(app, county, kept.key, values.json, kept.rev)
    }
    if (what === 'show') return show(app, county, key, values.json)
    if (what === 'redraw') {
      const again = await transaction(app.pool, async (db) => redrawDesign(db, county, await requireDesign(db, county, key)), {
        actor: app.actor,
        readOnly: true,
      })
      if (values.json) process.stdout.write(`${JSON.stringify({ county, design: key, ...again })}\n`)
      else process.stdout.write(`${sayRedraw(again, language)}\n`)
      return again.same ? EXIT.done : EXIT.found
    }
    return exportTo(app, county, key, values.out ?? '', values.json)
  })
}

async function onlyCounty(app: App): Promise<string> {
  const counties = (await onConnection(app.pool, readCounties)).map(({ county }) => county)
  if (counties.length !== 1) throw new Refused({ code: 'cli/which-county', details: { counties } })
  return counties[0]
}

type Values = Readonly<Partial<Record<string, string | boolean>>>

/** The words of the command as a request; what was not said is left out. A word that is no number stays a word, and is refused with its field. */
function requestFrom(values: Values): Record<string, unknown> {
  const text = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined)
  const number = (name: string) => {
    const said = text(name)
    return said === undefined ? undefined : said.trim() !== '' && Number.isFinite(Number(said)) ? Number(said) : said
  }
  const parts = (name: string) =>
    text(name)
      ?.split(',')
      .map((each) => each.trim())
      .filter(Boolean)
  const money = number('money')
  const stated: Record<string, unknown> = {
    within: text('within'),
    method: text('method'),
    points: money === undefined ? number('points') : null,
    money,
    perPoint: number('per-point'),
    perKm: number('per-km'),
    maxDistanceM: number('max-distance'),
    strataBy: text('strata'),
    allocation: text('allocation'),
    covariates: parts('covariates'),
    classes: parts('classes'),
    exclude: parts('exclude'),
    value: text('value'),
    seed: number('seed'),
    reachM: number('reach'),
    start: parts('start')?.map(Number),
    title: text('title'),
    round: values['one-way'] === true ? false : undefined,
  } satisfies Partial<Record<keyof DesignRequest, unknown>>
  return Object.fromEntries(Object.entries(stated).filter(([, value]) => value !== undefined))
}

const viewed = (app: App, county: string, key: string): Promise<DesignView> =>
  onConnection(app.pool, async (db) => viewOfDesign(db, designTools, county, await requireDesign(db, county, key), languageOfTerminal()))

async function list(app: App, county: string, json: boolean): Promise<Exit> {
  const designs = await onConnection(app.pool, (db) => readDesigns(db, county, { day: dayOf(new Date()), rev: null }))
  const rows = designs.map(({ key, title, method, points, request, validFrom }) => ({
    key,
    title,
    method,
    points: points.length,
    seed: request.seed,
    from: validFrom,
  }))
  if (json) process.stdout.write(`${JSON.stringify({ county, designs: rows })}\n`)
  else {
    const zh = languageOfTerminal() === 'zh'
    const head = zh ? ['编号', '名称', '方法', '点数', '种子', '日期'] : ['key', 'title', 'method', 'points', 'seed', 'from']
    process.stdout.write(
      table(
        head,
        rows.map((row) => [row.key, row.title, row.method, String(row.points), String(row.seed), row.from]),
        new Set([3, 4]),
      ),
    )
  }
  return EXIT.done
}

async function show(app: App, county: string, key: string, json: boolean, rev?: number): Promise<Exit> {
  const view = await viewed(app, county, key)
  if (json) {
    process.stdout.write(`${JSON.stringify({ county, ...(rev === undefined ? {} : { revision: rev }), ...view })}\n`)
    return EXIT.done
  }
  const zh = languageOfTerminal() === 'zh'
  const { figures, request, points, taken, strata, title } = view
  const name = title === key ? key : `${key} ${title}`
  process.stdout.write(
    zh
      ? `${name}：${view.method}，${points.length} 个点（已采 ${taken}），路线约 ${(figures.routeM / 1000).toFixed(1)} km，种子 ${request.seed}\n`
      : `${name}: ${view.method}, ${points.length} points (${taken} taken), about ${(figures.routeM / 1000).toFixed(1)} km, seed ${request.seed}\n`,
  )
  const head = zh ? ['分层', 'km²', '待采', '已采', '抽中概率'] : ['stratum', 'km²', 'planned', 'taken', 'chance']
  process.stdout.write(
    table(
      head,
      strata.map((each) => [
        each.name,
        (each.areaM2 / 1e6).toFixed(2),
        String(each.planned),
        String(each.taken),
        each.inclusion?.toFixed(4) ?? '—',
      ]),
      new Set([1, 2, 3, 4]),
    ),
  )
  return EXIT.done
}

const sayRedraw = ({ same, sameGround, points, differing }: Awaited<ReturnType<typeof redrawDesign>>, language: 'zh' | 'en') =>
  language === 'zh'
    ? same
      ? `用同一种子重画，${points} 个点全部相同。`
      : `重画后有 ${differing} 个点不同：${sameGround ? '样品或土壤图已有变化' : '图斑已有变化'}。`
    : same
      ? `Drawn again from its seed: all ${points} points are the same.`
      : `Drawn again, ${differing} points differ: ${sameGround ? 'samples or maps have changed' : 'the patches have changed'}.`

async function exportTo(app: App, county: string, key: string, out: string, json: boolean): Promise<Exit> {
  const named = extname(out).slice(1).toLowerCase()
  const format = DESIGN_FORMATS.find((each) => each === named)
  if (!format)
    throw new Refused({
      code: 'design/not-understood',
      details: { field: 'out', stated: out, wanted: DESIGN_FORMATS.map((each) => `.${each}`).join(', ') },
    })
  const view = await viewed(app, county, key)
  const synthetic = await onConnection(app.pool, (db) => isSynthetic(db, county))
  const bytes = await designFile(view, format, languageOfTerminal(), new Date(), synthetic)
  await intoPlace(out, (draft) => writeFile(draft, bytes))
  if (json) process.stdout.write(`${JSON.stringify({ county, design: key, file: resolve(out), points: view.points.length, synthetic })}\n`)
  else process.stdout.write(`${resolve(out)}\n`)
  return EXIT.done
}
