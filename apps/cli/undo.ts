import { Refused } from '@dishu/base/refusal'
import { readCounties, undoRevision } from '@dishu/kernel/records/records.store'
import { onConnection, transaction } from '@dishu/server-kit/sql'
import { KINDS } from '../server/parts.ts'
import { EXIT, type Exit, languageOfTerminal, withApp, wordsOf } from './terminal.ts'

export async function undo(words: readonly string[]): Promise<Exit> {
  const { values, positionals } = wordsOf(words, { county: { type: 'string' }, reason: { type: 'string' } })
  const zh = languageOfTerminal() === 'zh'
  const rev = Number(positionals[0])
  if (positionals.length !== 1 || !Number.isInteger(rev) || rev < 1) {
    process.stderr.write(zh ? '请给出一个修订号。\n' : 'Name one revision.\n')
    return EXIT.usage
  }
  return withApp(values, async (app) => {
    const county = values.county ?? (await onlyCounty(app.pool))
    const result = await transaction(
      app.pool,
      (db) =>
        undoRevision(
          db,
          county,
          rev,
          KINDS,
          { actor: app.actor, reason: values.reason ?? (zh ? `撤销第 ${rev} 号修订` : `undo of revision ${rev}`), now: new Date() },
          (open) => app.derive(db, open),
        ),
      { actor: app.actor },
    )
    if (!result.ok) throw new Refused(result.refusal)
    await app.check(county)
    const { rev: made, hash } = result.value
    if (values.json)
      process.stdout.write(
        `${JSON.stringify({ county, rev: made, undoes: rev, made: result.value.made, closed: result.value.closed, hash })}\n`,
      )
    else process.stdout.write(zh ? `第 ${rev} 号修订已撤销（第 ${made} 号修订）。\n` : `Revision ${rev} is undone, by revision ${made}.\n`)
    return EXIT.done
  })
}

/** The county meant where a command names none: the only one there is. */
export async function onlyCounty(pool: Parameters<typeof onConnection>[0]): Promise<string> {
  const counties = await onConnection(pool, readCounties)
  if (counties.length === 1) return counties[0].county
  throw new Refused({ code: 'cli/which-county', details: { counties: counties.map(({ county }) => county) } })
}
