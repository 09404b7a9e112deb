import { readCounties } from '@dishu/kernel/records/records.store'
import { ruleName } from '@dishu/land/quality/inspect'
import { countByRule } from '@dishu/land/quality/quality.store'
import { onConnection } from '@dishu/server-kit/sql'
import { EXIT, type Exit, languageOfTerminal, table, withApp, wordsOf } from './terminal.ts'

export async function check(words: readonly string[]): Promise<Exit> {
  const { values } = wordsOf(words, { county: { type: 'string' } })
  const language = languageOfTerminal()
  return withApp(values, async (app) => {
    const counties = values.county ? [{ county: values.county }] : await onConnection(app.pool, readCounties)
    const result: {
      county: string
      open: number
      accepted: number
      rules: { rule: string; name: string; severity: string; open: number; accepted: number }[]
    }[] = []
    for (const { county } of counties) {
      await app.check(county)
      const rules = (await onConnection(app.pool, (db) => countByRule(db, county))).map((each) => ({
        ...each,
        name: ruleName(each.rule, language),
      }))
      result.push({
        county,
        open: rules.reduce((sum, each) => sum + each.open, 0),
        accepted: rules.reduce((sum, each) => sum + each.accepted, 0),
        rules,
      })
    }
    if (values.json) process.stdout.write(`${JSON.stringify({ counties: result })}\n`)
    else {
      for (const { county, rules, open, accepted } of result) {
        process.stdout.write(
          language === 'zh'
            ? `${county}：未处理 ${open}，已接受为例外 ${accepted}\n`
            : `${county}: ${open} open, ${accepted} accepted as exceptions\n`,
        )
        if (rules.length > 0)
          process.stdout.write(
            table(
              language === 'zh' ? ['规则', '级别', '未处理', '例外'] : ['rule', 'severity', 'open', 'accepted'],
              rules.map((each) => [each.name, each.severity, String(each.open), String(each.accepted)]),
              new Set([2, 3]),
            ),
          )
      }
    }
    return result.some((each) => each.open > 0) ? EXIT.found : EXIT.done
  })
}
