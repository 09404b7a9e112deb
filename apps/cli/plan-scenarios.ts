/** `dishu plan scenario …`: the register's scenarios listed, checked, solved, shown and written out. */
import { Refused } from '@dishu/base/refusal'
import { blocking } from '@dishu/land/plan/findings'
import { resultReply, textsOf, writeAnnex } from '@dishu/land/plan/results.routes'
import { buildScenario } from '@dishu/land/plan/scenario-build.jobs'
import { solveScenario } from '@dishu/land/plan/scenario-solve.jobs'
import { requireResult, requireScenario, standingOf } from '@dishu/land/plan/scenarios.jobs'
import { readScenarios } from '@dishu/land/plan/scenarios.store'
import { onConnection } from '@dishu/server-kit/sql'
import { isSynthetic } from '../server/county.ts'
import { planTools } from '../server/plan.ts'
import { checkOutputs, intoPlace } from './outputs.ts'
import { EXIT, type Exit, interruptible, languageOfTerminal, muText, progressLine, table, withApp } from './terminal.ts'
import { onlyCounty } from './undo.ts'

export const SCENARIO_ACTIONS = ['list', 'show', 'build', 'solve', 'export'] as const
type Values = {
  readonly data?: string | undefined
  readonly county?: string | undefined
  readonly json?: boolean | undefined
  readonly out?: string | undefined
}

export const isScenarioKey = (word: string | undefined): word is string => /^S\d{1,6}$/.test(word ?? '')

export async function planScenario(action: (typeof SCENARIO_ACTIONS)[number], key: string | undefined, values: Values): Promise<Exit> {
  const language = languageOfTerminal()
  const zh = language === 'zh'
  return withApp(values, async (app) => {
    const tools = planTools(app)
    const county = values.county ?? (await onlyCounty(app.pool))
    const say = (text: string, json: unknown) => void process.stdout.write(values.json ? `${JSON.stringify(json)}\n` : text)
    if (action === 'list') {
      const scenarios = await onConnection(app.pool, async (db) => {
        const list = []
        for (const scenario of await readScenarios(db, county))
          list.push({ ...scenario, ...(await standingOf(db, tools, county, scenario)) })
        return list
      })
      const head = zh ? ['编号', '名称', '状态', '年份', '结果', '过期'] : ['key', 'title', 'state', 'years', 'result', 'out of date']
      say(
        table(
          head,
          scenarios.map(({ key: own, title, state, terms, result, stale }) => [
            own,
            title,
            state,
            terms.years.join(','),
            result ?? '—',
            stale ? '!' : '',
          ]),
        ),
        scenarios,
      )
      return EXIT.done
    }
    const scenario = await onConnection(app.pool, (db) => requireScenario(db, county, key ?? ''))
    if (action === 'build') {
      const built = await buildScenario(tools, county, scenario.terms, new Date())
      const findings = textsOf(built.findings, language)
      const planned = built.candidates.filter(({ ways }) => ways.length > 0).length
      const { parcels, limits } = built.program
      say(
        `${zh ? `图斑 ${built.candidates.length}，有措施 ${planned}，限额 ${limits.length}` : `${built.candidates.length} patches, ${planned} with options, ${limits.length} limits`}\n${findings.map(({ severity, message }) => `${severity}  ${message}\n`).join('')}`,
        { patches: built.candidates.length, planned, parcels: parcels.length, limits: limits.length, findings },
      )
      return blocking(built.findings).length > 0 ? EXIT.found : EXIT.done
    }
    if (action === 'solve') {
      const { signal } = interruptible()
      const line = progressLine()
      let solved: { result: string } | null
      try {
        solved = await solveScenario(tools, county, scenario.key, `cli-${process.pid}`, {
          ...{ actor: app.actor, now: new Date(), signal: new AbortController().signal },
          isStopping: async () => signal.aborted, // Ctrl-C keeps the best so far
          report: ({ phase, done, curve }) => line.show(`${phase} ${curve.at(-1)?.[1].toPrecision(8) ?? done}`),
        })
      } finally {
        line.end()
      }
      if (solved === null) return EXIT.interrupted
    }
    const { result: newest } = await onConnection(app.pool, (db) => standingOf(db, tools, county, scenario))
    if (newest === null) throw new Refused({ code: 'plan/not-solved', details: { scenario: scenario.key } })
    const result = await onConnection(app.pool, (db) => requireResult(db, county, newest))
    if (action === 'export') {
      const out = values.out ?? `${scenario.key}-${newest}.xlsx`
      await checkOutputs([out], [])
      await intoPlace(out, (draft) =>
        onConnection(app.pool, (db) => writeAnnex(db, { ...tools, isSynthetic }, county, result, language, draft)),
      )
      say(`${out}\n`, { file: out, result: newest })
      return EXIT.done
    }
    const reply = await onConnection(app.pool, (db) => resultReply(db, tools, county, result, language))
    const { figures } = reply
    const money = (fen: number) => (fen / 100).toLocaleString('en-US', { maximumFractionDigits: 2 })
    const lines = figures.land.map((row) => [
      row.town,
      String(row.year),
      reply.names[row.option] ?? row.option,
      String(row.patches),
      muText(Math.round(row.areaM2 * 100)),
      money(row.benefitFen),
      money(row.costFen),
    ])
    const head = zh
      ? ['乡镇', '年份', '措施', '图斑', '亩', '净现值 元', '投入 元']
      : ['town', 'year', 'option', 'patches', 'mu', 'value, yuan', 'cost, yuan']
    say(
      `${scenario.key} ${scenario.title} → ${newest}: ${figures.status}, ${figures.objective ?? '—'} ≤ ${figures.bound}, ${zh ? '差距' : 'gap'} ${figures.gap ?? '—'}${reply.stale ? (zh ? '（已过期）' : ' (out of date)') : ''}\n${table(head, lines, new Set([1, 3, 4, 5, 6]))}`,
      { scenario: scenario.key, result: newest, stale: reply.stale, ...figures, findings: reply.findings },
    )
    return figures.status === 'infeasible' ? EXIT.found : EXIT.done
  })
}
