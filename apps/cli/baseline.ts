import { createReadStream } from 'node:fs'
import { mkdir, open, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { dayOf } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import { signedBaselineFrom } from '@dishu/land/count/baseline'
import { freezeBaseline, recountBaseline, recountFolder, requireBaseline, stateBatches } from '@dishu/land/count/baseline.jobs'
import { handleChanges, signedFile, statedDay } from '@dishu/land/count/baseline.routes'
import { readBaselines } from '@dishu/land/count/baseline.store'
import type { ChangesReply, RecountView } from '@dishu/land/count/baseline.wire'
import { batchFrom, batchLine, type StateBatch } from '@dishu/land/count/baseline-rows'
import { orRefused } from '@dishu/server-kit/http'
import { transaction } from '@dishu/server-kit/sql'
import type { App } from '../server/app.ts'
import { freezeTools } from '../server/baselines.ts'
import { isSynthetic } from '../server/county.ts'
import { EXIT, type Exit, languageOfTerminal, m2Text, note, progressLine, table, withApp, wordsOf } from './terminal.ts'
import { onlyCounty } from './undo.ts'

const ACTS = ['freeze', 'list', 'recount', 'export', 'compare'] as const

/** The two files of a kept baseline: what was signed, and the rows it was counted from, some patches on each line. */
const SIGNED = 'baseline.json'
const ROWS = 'rows.ndjson'

export async function baseline(words: readonly string[]): Promise<Exit> {
  const { values, positionals } = wordsOf(words, {
    county: { type: 'string' },
    title: { type: 'string' },
    day: { type: 'string' },
    out: { type: 'string' },
    by: { type: 'string' },
    area: { type: 'string' },
    level: { type: 'string' },
    class: { type: 'string' },
    grade: { type: 'string' },
    mapgrade: { type: 'string' },
    owner: { type: 'string' },
    contract: { type: 'string' },
    saline: { type: 'string' },
  })
  const zh = languageOfTerminal() === 'zh'
  const act = ACTS.find((each) => each === positionals[0])
  const named = positionals.slice(1)
  const wanted = { freeze: [0], list: [0], recount: [0, 1], export: [1], compare: [1, 2] }
  if (act === undefined || !wanted[act].includes(named.length)) {
    process.stderr.write(
      zh
        ? `请说明做什么：${ACTS.join('、')}。见 dishu baseline --help\n`
        : `Say what to do: ${ACTS.join(', ')}. See dishu baseline --help\n`,
    )
    return EXIT.usage
  }
  const line = progressLine()
  const onProgress = (patches: number) => line.show(zh ? `已统计 ${patches} 个图斑` : `${patches} patches counted`)
  // a folder that was handed on needs no register
  if (act === 'recount' && named.length === 1 && !/^B\d+$/i.test(named[0])) {
    const found = await recountKept(resolve(named[0]), onProgress)
    line.end()
    return tellRecounts([found], values.json, zh)
  }
  return withApp(values, async (app) => {
    const county = values.county ?? values.area?.slice(0, 6) ?? (await onlyCounty(app.pool))
    const now = new Date()
    const inOneState = <T>(body: Parameters<typeof transaction<T>>[1]) =>
      transaction(app.pool, body, { readOnly: true, isolation: 'repeatable read', retries: 0 })
    switch (act) {
      case 'freeze': {
        const asked = { title: values.title ?? '', day: statedDay(values.day, dayOf(now)) }
        const made = await transaction(
          app.pool,
          (db) => freezeBaseline(db, freezeTools(app), county, asked, { actor: app.actor, now }, onProgress),
          {
            actor: app.actor,
            retries: 0,
          },
        )
        line.end()
        if (values.json) process.stdout.write(`${JSON.stringify({ county, ...made })}\n`)
        else
          process.stdout.write(
            zh
              ? `底数 ${made.key}“${made.title}”已冻结：${made.day}，依据第 ${made.known} 号修订，${m2Text(made.area)} 平方米，${made.patches} 个图斑（第 ${made.since} 号修订）。\n`
              : `Baseline ${made.key} "${made.title}" is frozen: ${made.day}, counted at revision ${made.known}, ${m2Text(made.area)} m², ${made.patches} patches (revision ${made.since}).\n`,
          )
        return EXIT.done
      }
      case 'list': {
        const all = await inOneState((db) => readBaselines(db, county))
        if (values.json) process.stdout.write(`${JSON.stringify({ county, baselines: all })}\n`)
        else
          process.stdout.write(
            table(
              zh ? ['编号', '名称', '时点', '依据修订', '平方米', '图斑'] : ['key', 'title', 'day', 'revision', 'm²', 'patches'],
              all.map(({ key, title, day, known, area, patches }) => [key, title, day, String(known), m2Text(area), String(patches)]),
              new Set([3, 4, 5]),
            ),
          )
        return EXIT.done
      }
      case 'recount': {
        const keys =
          named.length === 1 ? [named[0].toUpperCase()] : (await inOneState((db) => readBaselines(db, county))).map(({ key }) => key)
        const found: RecountView[] = []
        for (const key of keys) found.push(await inOneState((db) => recountBaseline(db, county, key, onProgress)))
        line.end()
        return tellRecounts(found, values.json, zh)
      }
      case 'export': {
        const folder = resolve(values.out ?? `baseline-${county}-${named[0].toUpperCase()}`)
        const patches = await keep(app, county, named[0].toUpperCase(), folder)
        if (values.json) process.stdout.write(`${JSON.stringify({ county, key: named[0].toUpperCase(), folder, patches })}\n`)
        else note(zh ? `${folder}：${patches} 个图斑的底数与登记行。` : `${folder}: the baseline and the rows of ${patches} patches.`)
        return EXIT.done
      }
      case 'compare': {
        const { by, level, area: within, class: landClass, grade, mapgrade, owner, contract, saline } = values
        const address = {
          from: named[0],
          to: named[1],
          by: by ?? 'saline',
          level,
          within,
          class: landClass,
          grade,
          mapgrade,
          owner,
          contract,
          saline,
        }
        const reply = await inOneState(async (db) =>
          handleChanges(db, county, address, { today: dayOf(now), synthetic: await isSynthetic(db, county) }),
        )
        if (values.json) process.stdout.write(`${JSON.stringify(reply)}\n`)
        else tellChanges(reply, zh)
        return reply.adds ? EXIT.done : EXIT.found
      }
    }
  })
}

/** Writes a baseline and the rows behind it into a folder that recounts anywhere. */
export async function keep(app: Pick<App, 'pool'>, county: string, key: string, folder: string): Promise<number> {
  await mkdir(folder, { recursive: true })
  return transaction(
    app.pool,
    async (db) => {
      const signed = await requireBaseline(db, county, key)
      const file = await open(join(folder, ROWS), 'w')
      let patches = 0
      try {
        for await (const batch of stateBatches(db, county, { day: signed.day, rev: signed.known })) {
          await file.write(`${batchLine(batch)}\n`)
          patches += batch.patches.length
        }
      } finally {
        await file.close()
      }
      await writeFile(join(folder, SIGNED), signedFile(signed))
      return patches
    },
    { readOnly: true, isolation: 'repeatable read', retries: 0 },
  )
}

/** Recounts such a folder. */
export async function recountKept(folder: string, onProgress?: (patches: number) => void): Promise<RecountView> {
  const file = join(folder, SIGNED)
  const text = await readFile(file, 'utf8').catch(() => '')
  return recountFolder(orRefused(signedBaselineFrom(text, file)), batchesIn(join(folder, ROWS)), file, onProgress)
}

async function* batchesIn(file: string): AsyncGenerator<StateBatch> {
  const source = createReadStream(file)
  const missing = new Promise<never>((_, fail) =>
    source.once('error', () => fail(new Refused({ code: 'baseline/not-a-baseline', details: { file } }))),
  )
  missing.catch(() => {})
  const lines = createInterface({ input: source, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]()
  for (;;) {
    const next = await Promise.race([lines.next(), missing])
    if (next.done) return
    if (next.value !== '') yield orRefused(batchFrom(next.value, file))
  }
}

function tellRecounts(found: readonly RecountView[], json: boolean, zh: boolean): Exit {
  if (json) process.stdout.write(`${JSON.stringify({ baselines: found })}\n`)
  else
    for (const { key, day, known, signature, chain, methods, rows, fromRows, fromSums, patches, holds } of found) {
      process.stdout.write(
        zh
          ? `${key}（${day}，第 ${known} 号修订）：重新统计 ${patches} 个图斑，相差 ${m2Text(fromRows.area)} 平方米、${fromRows.patches} 个图斑${holds ? '，一致' : '，不一致'}。\n`
          : `${key} (${day}, revision ${known}): ${patches} patches counted anew, difference ${m2Text(fromRows.area)} m², ${fromRows.patches} patches; ${holds ? 'it holds' : 'IT DOES NOT HOLD'}.\n`,
      )
      if (!signature) process.stdout.write(zh ? '  签名不符\n' : '  the signature does not hold\n')
      if (chain === false) process.stdout.write(zh ? '  修订哈希与冻结时不同\n' : '  the revision has another hash than was frozen\n')
      if (fromSums !== null && fromSums.rows > 0)
        process.stdout.write(zh ? `  汇总表 ${fromSums.rows} 行不同\n` : `  ${fromSums.rows} rows of the sums differ\n`)
      for (const { kind, frozen, found: now, same } of rows)
        if (!same)
          process.stdout.write(
            zh ? `  ${kind} 的登记行已不同（${frozen} → ${now}）\n` : `  rows of ${kind} are others (${frozen} → ${now})\n`,
          )
      if (methods.length > 0)
        process.stdout.write(zh ? `  此后方法有更新：${methods.join('、')}\n` : `  methods changed since: ${methods.join(', ')}\n`)
    }
  return found.every(({ holds }) => holds) ? EXIT.done : EXIT.found
}

const signedText = (area: number) => `${area > 0 ? '+' : ''}${m2Text(area)}`

function tellChanges(reply: ChangesReply, zh: boolean): void {
  const name = ({ day, known, baseline: key }: ChangesReply['from']) => `${key ?? ''}${key ? ' ' : ''}${day}@${known}`
  const causes = reply.causes.map(({ cause }) => cause)
  if (reply.synthetic) process.stdout.write(zh ? '虚构示例数据，不代表任何真实地区。\n' : 'Synthetic sample data; no real place.\n')
  process.stdout.write(`${reply.within}  ${name(reply.from)} → ${name(reply.to)}\n`)
  const rows = reply.rows.map((row) => [
    Object.values(row.by).join(' '),
    m2Text(row.before.area),
    ...causes.map((cause) => (row.causes[cause] ? signedText(row.causes[cause].area) : '')),
    m2Text(row.after.area),
    String(row.after.patches - row.before.patches),
  ])
  const last = [
    zh ? '合计' : 'total',
    m2Text(reply.before.area),
    ...reply.causes.map(({ area }) => signedText(area)),
    m2Text(reply.after.area),
  ]
  process.stdout.write(
    table(
      ['', zh ? '之前（平方米）' : 'before (m²)', ...causes, zh ? '之后' : 'after', zh ? '图斑增减' : 'patches ±'],
      [...rows, [...last, String(reply.after.patches - reply.before.patches)]],
      new Set(Array.from({ length: causes.length + 3 }, (_, i) => i + 1)),
    ),
  )
  process.stdout.write(
    reply.adds
      ? zh
        ? '每行：之前加各原因等于之后。\n'
        : 'In every row before and all causes come to after.\n'
      : zh
        ? '各原因之和与差额不符，请运行 dishu verify。\n'
        : 'The causes do not come to the difference: run dishu verify.\n',
  )
}
