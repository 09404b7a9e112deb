/** `dishu plan solve | explain | export`: a program from a file to a plan with a certified gap, and what its figures mean. */
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Refused } from '@dishu/base/refusal'
import type { Program } from '@dishu/land/plan/plan'
import { explainProgram, readProgram, solveProgram } from '@dishu/land/plan/program.jobs'
import { lpOf, mpsOf } from '@dishu/land/plan/program-files'
import { EXIT, type Exit, interruptible, languageOfTerminal, progressLine, table, wordsOf } from './terminal.ts'

const ACTIONS = ['solve', 'explain', 'export'] as const
const FORMATS = ['mps', 'lp'] as const
const LIMITS_EXPLAINED = 30

export async function plan(words: readonly string[]): Promise<Exit> {
  const { values, positionals } = wordsOf(words, {
    time: { type: 'string' },
    gap: { type: 'string' },
    seed: { type: 'string' },
    parcel: { type: 'string' },
    to: { type: 'string' },
    out: { type: 'string' },
  })
  const [said = '', file = ''] = positionals
  const action = ACTIONS.find((each) => each === said)
  if (!action) throw new Refused({ code: 'plan/unknown-word', details: { name: 'dishu plan', value: said, allowed: ACTIONS } })
  const read = await readProgram(file)
  if (!read.ok) throw new Refused(read.refusal)
  const program = read.value
  if (action === 'export') return exportProgram(program, values.to ?? 'mps', values.out)
  const numbers = { seed: numberOf('--seed', values.seed), gap: numberOf('--gap', values.gap), seconds: numberOf('--time', values.time) }
  const interruption = interruptible().signal
  const line = progressLine()
  const zh = languageOfTerminal() === 'zh'
  const solved = await solveProgram(
    program,
    numbers,
    (bound) => line.show(`${zh ? '上界' : 'bound'} ${bound.toPrecision(10)}`),
    () => interruption.aborted,
  )
  line.end()
  if (action === 'explain') {
    const explained = await explainProgram(program, solved, values.parcel)
    if (!explained.ok) throw new Refused(explained.refusal)
    process.stdout.write(values.json ? `${JSON.stringify(explained.value)}\n` : explanationText(explained.value))
    return solved.status === 'infeasible' ? EXIT.found : EXIT.done
  }
  const { user, system } = process.cpuUsage()
  const answer = {
    status: solved.status,
    objective: Number.isFinite(solved.benefit) ? solved.benefit : null,
    bound: solved.bound,
    gap: Number.isFinite(solved.gap) ? solved.gap : null,
    maxViolation: solved.violation,
    cpuSeconds: (user + system) / 1e6,
    chosen: Array.from(solved.choice, (option, unit) => (option < 0 ? -1 : program.statedOption(unit, option))),
  }
  if (values.json) process.stdout.write(`${JSON.stringify(answer)}\n`)
  else {
    const chosen = answer.chosen.filter((option) => option >= 0).length
    process.stdout.write(
      answer.objective === null
        ? zh
          ? `没有可行方案（${answer.status}）。原因见 dishu plan explain。\n`
          : `There is no plan within the limits (${answer.status}); dishu plan explain tells why.\n`
        : zh
          ? `效益 ${answer.objective}，上界 ${answer.bound}，差距 ${percent(answer.gap)}；${answer.chosen.length} 个地块中入选 ${chosen} 个；最大超限 ${answer.maxViolation}；CPU ${answer.cpuSeconds.toFixed(1)} 秒。\n`
          : `Benefit ${answer.objective}, bound ${answer.bound}, gap ${percent(answer.gap)}; ${chosen} of ${answer.chosen.length} parcels chosen; largest violation ${answer.maxViolation}; ${answer.cpuSeconds.toFixed(1)} CPU s.\n`,
    )
  }
  return solved.status === 'infeasible' ? EXIT.found : EXIT.done
}

const percent = (gap: number | null) => (gap === null ? '—' : `${(gap * 100).toPrecision(3)} %`)

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (!Number.isFinite(value) || value < 0)
    throw new Refused({ code: 'plan/unknown-word', details: { name, value: text, allowed: ['≥ 0'] } })
  return value
}

async function exportProgram(program: Program, to: string, out: string | undefined): Promise<Exit> {
  const format = FORMATS.find((each) => each === to)
  if (!format) throw new Refused({ code: 'plan/unknown-word', details: { name: '--to', value: to, allowed: FORMATS } })
  const text = Readable.from(format === 'mps' ? mpsOf(program) : lpOf(program))
  await pipeline(text, out === undefined ? process.stdout : createWriteStream(out), { end: out !== undefined })
  return EXIT.done
}

type Explanation = Extract<Awaited<ReturnType<typeof explainProgram>>, { ok: true }>['value']

function explanationText({ limits, parcel, conflict }: Explanation): string {
  const zh = languageOfTerminal() === 'zh'
  if (conflict) {
    const head = zh
      ? '下列限额与目标不能同时满足，单独放宽任一项所需的最小量：\n'
      : 'These limits cannot hold together; how much each alone would have to give:\n'
    return (
      head +
      table(
        zh ? ['限额', '至少放宽'] : ['limit', 'at least'],
        conflict.map(({ limit, atLeast }) => [limit, atLeast.toPrecision(8)]),
        new Set([1]),
      )
    )
  }
  const figure = (value: number) => (Number.isFinite(value) ? value.toPrecision(6) : '—')
  const worth = table(
    zh
      ? ['限额', '限量', '用量', '影子价格', '多一点', '少一点']
      : ['limit', 'stated', 'used', 'shadow price', 'a little more', 'a little less'],
    limits
      .slice(0, LIMITS_EXPLAINED)
      .map((each) => [each.limit, figure(each.stated), figure(each.used), figure(each.price), figure(each.more), figure(each.less)]),
    new Set([1, 2, 3, 4, 5]),
  )
  if (!parcel) return worth
  return `${worth}\n${table(
    zh
      ? ['地块方案', '效益', '按影子价格的净值', '改选的代价至少']
      : ['option', 'benefit', 'worth at the prices', 'cost of choosing it, at least'],
    parcel.options.map((each) => [
      `${each.chosen ? '* ' : '  '}${each.option ?? '—'}`,
      figure(each.benefit),
      figure(each.atPrices),
      figure(each.cost),
    ]),
    new Set([1, 2, 3]),
  )}`
}
