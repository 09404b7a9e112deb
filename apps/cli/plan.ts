/** `dishu plan solve | explain | export`: a program from a file to a plan with a certified gap, and what its figures mean. */
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { getHeapStatistics } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { Refused } from '@dishu/base/refusal'
import { readProgram } from '@dishu/land/plan/program.jobs'
import { lpOf, mpsOf } from '@dishu/land/plan/program-files'
import { checkOutputs, intoPlace } from './outputs.ts'
import { isScenarioKey, planScenario, SCENARIO_ACTIONS } from './plan-scenarios.ts'
import type { Explanation, PlanAnswer, PlanTask } from './plan-work.ts'
import { EXIT, type Exit, interruptible, languageOfTerminal, progressLine, table, wordsOf } from './terminal.ts'

const ACTIONS = ['solve', 'explain', 'export', 'front'] as const
const [FEWEST_POINTS, MOST_POINTS] = [2, 50]
const FORMATS = ['mps', 'lp'] as const
const LIMITS_EXPLAINED = 30

const USAGE = {
  zh: '用法：dishu plan solve|explain FILE.json，dishu plan front FILE.json --of benefit,water [--points 2–50]，dishu plan export FILE.json --to mps|lp（详见 dishu plan --help）\n',
  en: 'Usage: dishu plan solve|explain FILE.json, dishu plan front FILE.json --of benefit,water [--points 2–50], dishu plan export FILE.json --to mps|lp (more: dishu plan --help)\n',
}

export async function plan(words: readonly string[]): Promise<Exit> {
  const { values, positionals } = wordsOf(words, {
    time: { type: 'string' },
    gap: { type: 'string' },
    seed: { type: 'string' },
    parcel: { type: 'string' },
    sensitivity: { type: 'boolean' },
    to: { type: 'string' },
    out: { type: 'string' },
    objective: { type: 'string' },
    of: { type: 'string' },
    points: { type: 'string' },
    county: { type: 'string' },
  })
  const [said, file, ...more] = positionals
  const asked =
    said === 'scenario'
      ? SCENARIO_ACTIONS.find((each) => each === file)
      : isScenarioKey(file)
        ? SCENARIO_ACTIONS.find((each) => each === said)
        : undefined
  const key = said === 'scenario' ? more[0] : file
  if (asked && (asked === 'list' || isScenarioKey(key)) && (asked !== 'export' || (values.to ?? 'xlsx') === 'xlsx'))
    return planScenario(asked, key, values)
  const action = ACTIONS.find((each) => each === said)
  const format = FORMATS.find((each) => each === (values.to ?? 'mps'))
  const [seed, gap, seconds] = [values.seed, values.gap, values.time].map(numberOf)
  const of = values.of?.split(',') ?? []
  const points = numberOf(values.points ?? '5') ?? Number.NaN
  const isFront = action === 'front'
  const isSoundFront = of.length === 2 && of[0] !== of[1] && Number.isInteger(points) && points >= FEWEST_POINTS && points <= MOST_POINTS
  const isUnsound = [seed, gap, seconds].some(Number.isNaN) || (isFront && !isSoundFront)
  if (!action || !file || more.length > 0 || !format || isUnsound) {
    process.stderr.write(USAGE[languageOfTerminal()])
    return EXIT.usage
  }
  if (action === 'export') return exportProgram(file, format, values.out)
  const explain = action === 'explain' ? { parcel: values.parcel, sensitivity: values.sensitivity === true } : null
  const front = isFront ? { of: [of[0], of[1]] as const, points } : null
  const answer = await answerTo({ file, words: { seed, gap, seconds }, objective: values.objective, front, explain })
  if (!answer) return EXIT.interrupted
  if (answer.front) {
    process.stdout.write(values.json ? `${JSON.stringify(answer.front)}\n` : frontText(of, answer.front))
    return answer.interrupted ? EXIT.interrupted : answer.front.length > 0 ? EXIT.done : EXIT.found
  }
  const { solved, chosen, opened, explained, interrupted } = answer
  const exit = interrupted ? EXIT.interrupted : solved.status === 'infeasible' ? EXIT.found : EXIT.done
  if (explained) {
    process.stdout.write(values.json ? `${JSON.stringify(explained)}\n` : explanationText(explained))
    return exit
  }
  const { user, system } = process.cpuUsage()
  const told = {
    status: solved.status,
    objective: Number.isFinite(solved.benefit) ? solved.benefit : null,
    bound: solved.bound,
    gap: Number.isFinite(solved.gap) ? solved.gap : null,
    maxViolation: solved.violation,
    cpuSeconds: (user + system) / 1e6,
    chosen,
    ...(opened ? { opened } : {}),
  }
  process.stdout.write(values.json ? `${JSON.stringify(told)}\n` : solutionText(told))
  return exit
}

/** What the thread tells. */
export type FromPlan =
  | { readonly told: 'bound'; readonly bound: number }
  | { readonly told: 'done'; readonly answer: PlanAnswer }
  | { readonly told: 'refused'; readonly refusal: Refused['refusal'] }

/** The answer of a thread. Interrupted, it is the best so far; null where nothing is to be told (an explanation needs its end). */
async function answerTo(task: Omit<PlanTask, 'stop'>): Promise<(PlanAnswer & { readonly interrupted: boolean }) | null> {
  const { signal } = interruptible()
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const line = progressLine()
  const zh = languageOfTerminal() === 'zh'
  const thread = new Worker(new URL('./plan.child.ts', import.meta.url), {
    workerData: { ...task, stop },
    resourceLimits: { maxOldGenerationSizeMb: Math.floor(getHeapStatistics().heap_size_limit / 2 ** 20) },
  })
  try {
    const answer = await new Promise<PlanAnswer | null>((done, failed) => {
      signal.addEventListener('abort', () => {
        Atomics.store(stop, 0, 1)
        if (task.explain) done(null)
      })
      thread.on('message', (told: FromPlan) => {
        if (told.told === 'bound') line.show(`${zh ? '上界' : 'bound'} ${told.bound.toPrecision(10)}`)
        else if (told.told === 'done') done(told.answer)
        else failed(new Refused(told.refusal))
      })
      thread.on('error', failed)
      thread.on('exit', () => failed(new Error('the solving thread ended without an answer')))
    })
    return answer && { ...answer, interrupted: signal.aborted }
  } finally {
    line.end()
    await thread.terminate()
  }
}

type Told = Pick<PlanAnswer['solved'], 'status' | 'bound'> & {
  readonly objective: number | null
  readonly gap: number | null
  readonly maxViolation: number
  readonly cpuSeconds: number
  readonly chosen: readonly number[]
  readonly opened?: Readonly<Record<string, string | null>>
}

function solutionText({ status, objective, bound, gap, maxViolation, cpuSeconds, chosen, opened }: Told): string {
  const zh = languageOfTerminal() === 'zh'
  const count = chosen.filter((option) => option >= 0).length
  if (objective === null && status === 'infeasible')
    return zh
      ? '没有可行方案（已证明）。原因见 dishu plan explain。\n'
      : 'There is no plan within the limits (proven); dishu plan explain tells why.\n'
  if (objective === null)
    return zh ? '没有找到可行方案，也没有证明其不存在。\n' : 'No plan was found within the limits, nor a proof that there is none.\n'
  const works = opened ? Object.values(opened) : null
  const open = works?.filter((year) => year !== null).length ?? 0
  const told = works
    ? zh
      ? `；${works.length} 项工程和连片中开工 ${open} 项`
      : `; ${open} of ${works.length} works and clusters opened`
    : ''
  return zh
    ? `效益 ${objective}，上界 ${bound}，差距 ${percent(gap)}；${chosen.length} 个地块中入选 ${count} 个${told}；最大超限 ${maxViolation}；CPU ${cpuSeconds.toFixed(1)} 秒。\n`
    : `Benefit ${objective}, bound ${bound}, gap ${percent(gap)}; ${count} of ${chosen.length} parcels chosen${told}; largest violation ${maxViolation}; ${cpuSeconds.toFixed(1)} CPU s.\n`
}

function frontText(of: readonly string[], points: NonNullable<PlanAnswer['front']>): string {
  const zh = languageOfTerminal() === 'zh'
  if (points.length === 0) return zh ? '没有找到可行方案。\n' : 'No plan was found within the limits.\n'
  return table(
    [...of, zh ? '差距' : 'gap'],
    points.map(({ values, gap }) => [...of.map((id) => String(values[id])), percent(gap)]),
    new Set([0, 1, 2]),
  )
}

const percent = (gap: number | null) => (gap === null ? '—' : `${(gap * 100).toPrecision(3)} %`)

/** NaN where it is no number of zero or more. */
const numberOf = (text: string | undefined): number | undefined =>
  text === undefined
    ? undefined
    : /^\s*$|^\s*[-+]?0[box]/i.test(text) || !(Number(text) >= 0 && Number.isFinite(Number(text)))
      ? Number.NaN
      : Number(text)

async function exportProgram(file: string, format: (typeof FORMATS)[number], out: string | undefined): Promise<Exit> {
  if (out !== undefined) await checkOutputs([out], [file])
  const read = await readProgram(file)
  if (!read.ok) throw new Refused(read.refusal)
  const text = Readable.from(format === 'mps' ? mpsOf(read.value) : lpOf(read.value))
  if (out === undefined) {
    await pipeline(text, process.stdout, { end: false }).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EPIPE') throw cause // a reader that has seen enough
    })
    return EXIT.done
  }
  const { signal } = interruptible()
  try {
    await intoPlace(out, (draft) => pipeline(text, createWriteStream(draft), { signal }))
    return EXIT.done
  } catch (fault) {
    if (signal.aborted) return EXIT.interrupted
    throw fault
  }
}

function explanationText({ limits, parcel, sensitivity, conflict }: Explanation): string {
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
  const changed =
    sensitivity.length === 0
      ? ''
      : `\n${table(
          zh ? ['变化', '效益', '上界', '差距'] : ['change', 'benefit', 'bound', 'gap'],
          sensitivity.map((each) => [
            `${zh ? { water: '水量', price: '价格', yield: '单产' }[each.what] : each.what} ${each.change > 0 ? '+' : '−'}${Math.abs(each.change) * 100} %`,
            each.benefit === null ? '—' : figure(each.benefit),
            figure(each.bound),
            percent(each.gap),
          ]),
          new Set([1, 2, 3]),
        )}`
  const worth = table(
    zh
      ? ['限额', '限量', '用量', '影子价格', '多一点', '少一点']
      : ['limit', 'stated', 'used', 'shadow price', 'a little more', 'a little less'],
    limits
      .slice(0, LIMITS_EXPLAINED)
      .map((each) => [each.limit, figure(each.stated), figure(each.used), figure(each.price), figure(each.more), figure(each.less)]),
    new Set([1, 2, 3, 4, 5]),
  )
  if (!parcel) return worth + changed
  return `${worth}${changed}\n${table(
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
