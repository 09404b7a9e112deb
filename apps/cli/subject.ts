import { readFile, writeFile } from 'node:fs/promises'
import { writeXlsx } from '@dishu/formats/write/xlsx'
import { decidePurpose, fieldNamed } from '@dishu/kernel/sealed/opening'
import { CATALOGUE, type SealedField } from '@dishu/kernel/sealed/sealed'
import { correctSubject, eraseSubject, type Subject, type SubjectView, showSubject } from '@dishu/kernel/sealed/subject.jobs'
import { orRefused } from '@dishu/server-kit/http'
import { transaction } from '@dishu/server-kit/sql'
import { subjectTools } from '../server/personal.ts'
import { EXIT, type Exit, languageOfTerminal, withApp, wordsOf } from './terminal.ts'
import { onlyCounty } from './undo.ts'

/** What a person may ask of the office: to see, take along, put right and delete what is held of them. */
export async function subject(words: readonly string[]): Promise<Exit> {
  const { values, positionals } = wordsOf(words, {
    county: { type: 'string' },
    'id-number-file': { type: 'string' },
    kind: { type: 'string' },
    id: { type: 'string' },
    field: { type: 'string' },
    'value-file': { type: 'string' },
    note: { type: 'string' },
    out: { type: 'string' },
    yes: { type: 'boolean', default: false },
  })
  const zh = languageOfTerminal() === 'zh'
  const usage = (text: string) => {
    process.stderr.write(`${text}\n`)
    return EXIT.usage
  }
  const [act] = positionals
  if (positionals.length !== 1 || !['show', 'export', 'correct', 'erase'].includes(act))
    return usage(zh ? '请说明做什么：show、export、correct 或 erase。' : 'Say what to do: show, export, correct or erase.')
  // numbers come from a file: what is typed on a command line stays in its history and is seen by other users
  const who = async (): Promise<Subject | null> => {
    if (values['id-number-file']) return { idNumber: (await readFile(values['id-number-file'], 'utf8')).trim() }
    return values.kind && values.id ? { kind: values.kind, id: Number(values.id) } : null
  }
  const person = await who()
  if (!person)
    return usage(
      zh
        ? '请用 --id-number-file FILE，或 --kind KIND --id N 指明本人。'
        : 'Name the person with --id-number-file FILE, or --kind KIND --id N.',
    )
  if (act === 'export' && !values.out?.match(/\.(json|xlsx)$/i))
    return usage(zh ? '请用 --out 指定 .json 或 .xlsx 文件。' : 'Name a .json or .xlsx file with --out.')
  if (act === 'erase' && !values.yes) {
    process.stderr.write(zh ? '删除不能恢复。确认请加 --yes。\n' : 'What is deleted does not come back. Add --yes to go on.\n')
    return EXIT.notConfirmed
  }
  const { note } = orRefused(decidePurpose('subject-request', values.note ?? ''))
  return withApp(values, async (app) => {
    const county = values.county ?? (await onlyCounty(app.pool))
    const asked = { actor: app.actor, now: new Date(), note: note || (zh ? '本人申请' : 'asked by the person') }
    const tools = subjectTools(app)
    if (act === 'erase') {
      const done = await transaction(app.pool, (db) => eraseSubject(db, county, person, tools, asked), { actor: app.actor })
      const count = Object.values(done.erased).reduce((sum, some) => sum + some, 0)
      process.stdout.write(
        values.json
          ? `${JSON.stringify({ county, ...done })}\n`
          : zh
            ? `已删除 ${count} 个值；${done.shared} 个值因同时属于他人而保留。\n`
            : `${count} values deleted; ${done.shared} stay because they are others’ as well.\n`,
      )
      return EXIT.done
    }
    if (act === 'correct') {
      if (!('kind' in person) || !values.field || !values['value-file'])
        return usage(zh ? '更正须有 --kind、--id、--field 和 --value-file。' : 'A correction needs --kind, --id, --field and --value-file.')
      const field = orRefused(fieldNamed(values.field))
      const value = (await readFile(values['value-file'], 'utf8')).trim()
      const { rev } = await transaction(app.pool, (db) => correctSubject(db, county, person, { field, value }, tools, asked), {
        actor: app.actor,
      })
      process.stdout.write(
        values.json ? `${JSON.stringify({ county, rev })}\n` : zh ? `已更正（第 ${rev} 号修订）。\n` : `Corrected, revision ${rev}.\n`,
      )
      return EXIT.done
    }
    const view = await transaction(app.pool, (db) => showSubject(db, county, person, tools, asked), { actor: app.actor })
    if (act === 'export' && values.out) {
      if (/\.json$/i.test(values.out)) await writeFile(values.out, `${JSON.stringify(view, null, 1)}\n`, { mode: 0o600 })
      else await asWorkbook(values.out, view, zh)
      process.stdout.write(zh ? `已写入 ${values.out}。\n` : `Written to ${values.out}.\n`)
      return EXIT.done
    }
    if (values.json) process.stdout.write(`${JSON.stringify(view)}\n`)
    else
      for (const { kind, key, validFrom, validTo, present, values: some } of view.rows) {
        process.stdout.write(
          `${kind} ${key} ${validFrom}–${validTo === 'infinity' ? '' : validTo}${present ? '' : zh ? '（历史）' : ' (history)'}\n`,
        )
        for (const [field, value] of Object.entries(some))
          process.stdout.write(`  ${CATALOGUE[field as SealedField][zh ? 'zh' : 'en']}: ${value ?? (zh ? '已删除' : 'deleted')}\n`)
      }
    return EXIT.done
  })
}

async function asWorkbook(file: string, view: SubjectView, zh: boolean): Promise<void> {
  const fields = Object.keys(CATALOGUE) as SealedField[]
  const text = (name: string) => ({ name, type: 'text' as const })
  await writeXlsx(file, [
    {
      name: zh ? '登记内容' : 'register',
      fields: [
        ...['kind', 'key', 'valid from', 'valid to', 'present'].map(text),
        ...fields.map((field) => text(CATALOGUE[field][zh ? 'zh' : 'en'])),
      ],
      rows: view.rows.map((row) => ({
        values: [row.kind, row.key, row.validFrom, row.validTo, String(row.present), ...fields.map((field) => row.values[field] ?? null)],
      })),
    },
    {
      name: zh ? '谁看过' : 'who looked',
      fields: ['at', 'actor', 'what', 'details'].map(text),
      rows: view.looks.map(({ at, actor, what, details }) => ({ values: [at, actor, what, details] })),
    },
  ])
}
