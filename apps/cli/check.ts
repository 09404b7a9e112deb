import { readCounties } from '@dishu/kernel/records/records.store'
import { type CheckedLayer, readCheckedLayers } from '@dishu/land/quality/geometry.store'
import { ruleName } from '@dishu/land/quality/inspect'
import { countByRule } from '@dishu/land/quality/quality.store'
import { onConnection } from '@dishu/server-kit/sql'
import { EXIT, type Exit, languageOfTerminal, table, withApp, wordsOf } from './terminal.ts'

type Checked = Pick<CheckedLayer, 'layer' | 'sumM2' | 'outerM2' | 'differenceM2' | 'fault'> & { readonly rows: number }

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
      geometry: Checked[]
    }[] = []
    for (const { county } of counties) {
      await app.check(county)
      const rules = (await onConnection(app.pool, (db) => countByRule(db, { county, within: null }))).map((each) => ({
        ...each,
        name: ruleName(each.rule, language),
      }))
      const geometry = (await onConnection(app.pool, (db) => readCheckedLayers(db, county))).map(
        ({ layer, parcels: rows, sumM2, outerM2, differenceM2, fault }) => ({ layer, rows, sumM2, outerM2, differenceM2, fault }),
      )
      result.push({
        county,
        geometry,
        open: rules.reduce((sum, each) => sum + each.open, 0),
        accepted: rules.reduce((sum, each) => sum + each.accepted, 0),
        rules,
      })
    }
    if (values.json) process.stdout.write(`${JSON.stringify({ counties: result })}\n`)
    else {
      for (const { county, rules, open, accepted, geometry } of result) {
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
        for (const { layer, fault } of geometry)
          if (fault !== null)
            process.stderr.write(
              language === 'zh'
                ? `${county} ${layer}：图形检查未通过自身的验证：${fault}\n`
                : `${county} ${layer}: the check of outlines failed its own proof: ${fault}\n`,
            )
      }
    }
    if (result.some(({ geometry }) => geometry.some(({ fault }) => fault !== null))) return EXIT.fault
    return result.some((each) => each.open > 0) ? EXIT.found : EXIT.done
  })
}
