import { existsSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { Refused } from '@dishu/base/refusal'
import type { IntakeView } from '@dishu/kernel/intake/intake.wire'
import type { Answers, SavedMapping } from '@dishu/kernel/intake/preview'
import { answerIntake, beginIntake, cancelIntake, confirmIntake, readIntakeFiles } from '@dishu/kernel/intake/service.jobs'
import { viewOf } from '@dishu/kernel/intake/view'
import { CAUSES, type Cause } from '@dishu/kernel/records/records'
import { EXIT, type Exit, interruptible, languageOfTerminal, m2Text, muText, progressLine, table, withApp, wordsOf } from './terminal.ts'

export async function importFiles(words: readonly string[]): Promise<Exit> {
  const { values, positionals } = wordsOf(words, {
    as: { type: 'string' },
    yes: { type: 'boolean', default: false },
    'dry-run': { type: 'boolean', default: false },
    county: { type: 'string' },
    crs: { type: 'string' },
    encoding: { type: 'string' },
    map: { type: 'string' },
    'valid-from': { type: 'string' },
    reason: { type: 'string' },
    cause: { type: 'string', default: 're-survey' },
    'accept-shift': { type: 'boolean', default: false },
    unclassified: { type: 'boolean', default: false },
  })
  const zh = languageOfTerminal() === 'zh'
  const wrong = (text: string) => {
    process.stderr.write(`${text}\n`)
    return EXIT.usage
  }
  if (positionals.length === 0) return wrong(zh ? '请给出要导入的文件。' : 'Name the files to import.')
  if (values.as && !['areas', 'patches', 'contracts', 'soil', 'layer'].includes(values.as))
    return wrong(zh ? `--as 不认识“${values.as}”。` : `--as does not know “${values.as}”.`)
  if (!CAUSES.includes(values.cause as Cause))
    return wrong(zh ? `--cause 不认识“${values.cause}”。` : `--cause does not know “${values.cause}”.`)
  const paths = positionals.map((each) => resolve(each))
  const missing = paths.filter((path) => !existsSync(path))
  if (missing.length > 0) throw new Refused({ code: 'formats/not-found', details: { file: missing[0] } })
  // a pipe or a device would be waited for without end
  const strange = paths.find((path) => !statSync(path).isFile() && !statSync(path).isDirectory())
  if (strange) throw new Refused({ code: 'formats/not-a-plain-file', details: { file: basename(strange) } })
  const mapping = values.map ? (JSON.parse(await readFile(values.map, 'utf8')) as SavedMapping) : null

  const names = positionals.map((each) => basename(each)).join(zh ? '、' : ', ')

  return withApp(values, async (app) => {
    const controller = interruptible()
    const line = progressLine()
    const report = ({ phase, done, total }: { phase: string; done: number; total: number | null }) =>
      line.show(`${PHASES[phase]?.[languageOfTerminal()] ?? phase} ${done}${total ? ` / ${total}` : ''}`)
    const answers: Answers = {
      unclassified: values.yes || values.unclassified,
      as: values.as ?? null,
      county: values.county ?? null,
      encoding: values.encoding ?? null,
      validFrom: values['valid-from'] ?? null,
    }
    // Ctrl-C closes the database too: not before this import has taken back what it staged
    const left = Promise.withResolvers<void>()
    app.onClose(async () => {
      controller.abort(new Error('interrupted'))
      await left.promise
    })
    const id = await beginIntake(app.pool, app.dataDir, app.actor, answers, new Date())
    let finished = false
    try {
      const first = await readIntakeFiles(app.tools, id, { now: new Date(), signal: controller.signal, report, paths: withSiblings(paths) })
      if (!first.ok) throw new Refused(first.refusal)
      let intake = first.value
      // answers that go by layer can be given only when the layers are known
      const layered = layeredAnswers(
        intake.preview?.questions.map((each) => each.id) ?? [],
        intake.preview?.layers.map((each) => each.key) ?? [],
        values.crs,
        mapping,
        values['accept-shift'],
      )
      if (layered) {
        const signatures = Object.fromEntries((intake.preview?.layers ?? []).map((layer) => [layer.key, layer.signature]))
        const merged = await answerIntake(app.pool, id, layered, signatures, app.actor, new Date())
        if (!merged.ok) throw new Refused(merged.refusal)
        const again = await readIntakeFiles(app.tools, id, {
          now: new Date(),
          signal: controller.signal,
          report,
          paths: withSiblings(paths),
        })
        if (!again.ok) throw new Refused(again.refusal)
        intake = again.value
      }
      line.end()
      const view = viewOf({ ...intake, files: [] }, app.viewTools(languageOfTerminal()), new Date())
      if (view.state === 'refused') {
        if (values.json) printJson({ import: view })
        else show(view)
        return intake.preview?.refusal?.code === 'intake/nothing-to-take' && nothingRefused(view) ? EXIT.done : EXIT.refused
      }
      if (view.state === 'needs-answers') {
        if (values.json) printJson({ import: view })
        else {
          show(view)
          for (const question of view.questions.filter((each) => each.id !== 'unclassified'))
            process.stderr.write(`${question.text}\n${howToAnswer(question)}`)
        }
        return EXIT.unanswered
      }
      if (!values.json) show(view)
      if (values['dry-run']) {
        if (values.json) printJson({ import: view })
        return EXIT.done
      }
      if (!values.yes && !(await confirmed(values.json))) {
        if (values.json) printJson({ import: view })
        return EXIT.notConfirmed
      }
      if (!answers.unclassified) {
        await answerIntake(app.pool, id, { unclassified: true }, {}, app.actor, new Date())
      }
      const written = await confirmIntake(app.tools, id, {
        actor: app.actor,
        reason: values.reason ?? (zh ? `导入 ${names}` : `import of ${names}`),
        cause: values.cause as Cause,
        now: new Date(),
        signal: controller.signal,
        report,
        paths: withSiblings(paths),
      })
      line.end()
      if (!written.ok) throw new Refused(written.refusal)
      finished = true
      const revisions = written.value.map(({ county, rev, made, closed, hash, unlaid }) => ({ county, rev, made, closed, hash, unlaid }))
      if (values.json)
        printJson({ import: { ...view, state: 'done', revisions: revisions.map(({ county, rev }) => ({ county, rev })) }, revisions })
      else
        for (const each of revisions)
          process.stdout.write(
            zh
              ? `已写入 ${each.county} 第 ${each.rev} 号修订：新增 ${each.made} 条，截止 ${each.closed} 条。撤销：dishu undo ${each.rev}\n`
              : `Written as revision ${each.rev} of ${each.county}: ${each.made} rows made, ${each.closed} closed. To take it back: dishu undo ${each.rev}\n`,
          )
      const unlaid = revisions.reduce((sum, each) => sum + each.unlaid, 0)
      if (unlaid > 0)
        process.stderr.write(
          zh
            ? `有 ${unlaid} 个图斑没能与其上的承包地块叠加（坐标系无法换算，或界线缠绕过多），暂按整块“无承包”统计。请核对坐标系和界线。\n`
            : `${unlaid} patches could not be laid under the contract parcels on them (a coordinate system that cannot be converted, or outlines too tangled): each counts whole, as under no contract. Check the systems and outlines.\n`,
        )
      return EXIT.done
    } catch (cause) {
      line.end()
      if (controller.signal.aborted) {
        process.stderr.write(zh ? '已中断，没有写入任何内容。\n' : 'Interrupted; nothing was written.\n')
        return EXIT.interrupted
      }
      throw cause
    } finally {
      try {
        if (!finished) await cancelIntake(app.pool, app.dataDir, id, new Date())
      } finally {
        left.resolve()
      }
    }
  })
}

const PHASES: Readonly<Record<string, { zh: string; en: string }>> = {
  reading: { zh: '读取', en: 'reading' },
  comparing: { zh: '比较', en: 'comparing' },
  writing: { zh: '写入', en: 'writing' },
  counting: { zh: '统计', en: 'counting' },
  checking: { zh: '质检', en: 'checking' },
}

const printJson = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`)

const nothingRefused = (view: IntakeView) => view.layers.every((layer) => layer.refused === 0)

/** The parts of a shapefile that were not named come along: a .shp says little without its .dbf. */
function withSiblings(paths: readonly string[]): string[] {
  const all = new Set(paths)
  for (const path of paths) {
    if (!/\.shp$/i.test(path)) continue
    for (const ending of ['.dbf', '.shx', '.prj', '.cpg']) {
      for (const each of [ending, ending.toUpperCase()]) {
        const beside = path.slice(0, -4) + each
        if (existsSync(beside)) {
          all.add(beside)
          break
        }
      }
    }
  }
  return [...all]
}

function layeredAnswers(
  questions: readonly string[],
  layers: readonly string[],
  crs: string | undefined,
  mapping: SavedMapping | null,
  acceptShift: boolean,
): Answers | null {
  const answers: { -readonly [K in keyof Answers]: Answers[K] } = {}
  const asked = (kind: string) => questions.filter((id) => id.startsWith(`${kind}:`)).map((id) => id.slice(kind.length + 1))
  if (crs) {
    const keys = asked('crs')
    if (keys.length > 0) answers.crs = Object.fromEntries(keys.map((key) => [key, crs]))
  }
  if (mapping) answers.mapping = Object.fromEntries(layers.map((key) => [key, mapping]))
  if (acceptShift) {
    const keys = asked('shifted')
    if (keys.length > 0) answers.shifted = Object.fromEntries(keys.map((key) => [key, 'accept']))
  }
  return Object.keys(answers).length > 0 ? answers : null
}

function howToAnswer(question: IntakeView['questions'][number]): string {
  if (question.id === 'county') return '  --county CODE\n'
  if (question.id.startsWith('crs:') && 'choices' in question)
    return `${question.choices.map((each) => (typeof each === 'string' ? each : `  --crs ${each.value}  ${each.label}`)).join('\n')}\n`
  if (question.id.startsWith('shifted:')) return '  --accept-shift\n'
  return '  --as areas|patches|contracts|soil|layer\n  --map FILE.json\n'
}

async function confirmed(json: boolean): Promise<boolean> {
  if (json || !process.stdin.isTTY) return false
  const zh = languageOfTerminal() === 'zh'
  const ask = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await ask.question(
    zh ? '这些文件不涉密，写入登记簿？(y/N) ' : 'The files hold no state secret, and this shall be written? (y/N) ',
  )
  ask.close()
  return /^(y|yes|是)$/i.test(answer.trim())
}

/** The preview as a person reads it. */
function show(view: IntakeView): void {
  const zh = languageOfTerminal() === 'zh'
  const out = (text: string) => process.stdout.write(text)
  const head = zh
    ? ['图层', '类别', '坐标系', '读入', '新增', '变更', '不变', '截止', '拒收', '面积（亩）']
    : ['layer', 'kind', 'CRS', 'read', 'added', 'changed', 'same', 'ended', 'refused', 'area (mu)']
  const rows = view.layers.map((each) => [
    each.layer,
    each.standardName ?? '—',
    each.crs ?? '—',
    ...[each.rowsRead, each.added, each.changed, each.unchanged, each.ended, each.refused].map(String),
    each.areaInM2 === null ? '—' : muText(each.areaInM2 * 100),
  ])
  if (rows.length > 0) out(table(head, rows, new Set([3, 4, 5, 6, 7, 8, 9])))
  for (const layer of view.layers)
    for (const each of layer.notes) out(`${layer.layer}: ${each.message}${each.hint ? ` ${each.hint}` : ''}\n`)
  for (const each of view.refusedRows.slice(0, 20))
    out(
      `${each.layer} ${zh ? '第' : 'row '}${each.row}${zh ? ' 行' : ''}${each.field ? ` ${each.field}` : ''}: ${each.message}${each.hint ? ` ${each.hint}` : ''}\n`,
    )
  const refused = view.layers.reduce((sum, each) => sum + each.refused, 0)
  if (refused > 20) out(zh ? `… 共 ${refused} 行被拒收\n` : `… ${refused} rows refused in all\n`)
  for (const layer of view.layers)
    if (layer.areaOutM2)
      out(
        zh
          ? `${layer.layer}：拒收面积 ${m2Text(layer.areaOutM2 * 100)} 平方米\n`
          : `${layer.layer}: area refused ${m2Text(layer.areaOutM2 * 100)} m²\n`,
      )
  if (view.changedFields.length > 0)
    out(
      table(
        zh ? ['变更字段', '行数'] : ['changed field', 'rows'],
        view.changedFields.map((each) => [`${each.kind}.${each.name}`, String(each.rows)]),
        new Set([1]),
      ),
    )
  if (view.findings.length > 0)
    out(
      table(
        zh ? ['质检', '行数'] : ['findings', 'rows'],
        view.findings.map((each) => [each.name, String(each.rows)]),
        new Set([1]),
      ),
    )
  if (view.refusal) out(`${view.refusal.message}${view.refusal.hint ? `\n${view.refusal.hint}` : ''}\n`)
}
