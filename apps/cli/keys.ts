import { OFFICE } from '@dishu/kernel/people/people'
import { type Rotation, renewSeals } from '@dishu/kernel/sealed/keys.jobs'
import { EXIT, type Exit, languageOfTerminal, progressLine, withApp, wordsOf } from './terminal.ts'

/** Lists, changes and destroys the keys of personal values and kept files. */
export async function keys(words: readonly string[]): Promise<Exit> {
  const { values, positionals } = wordsOf(words, { county: { type: 'string' }, yes: { type: 'boolean', default: false } })
  const zh = languageOfTerminal() === 'zh'
  const [act] = positionals
  if (positionals.length !== 1 || !['list', 'rotate', 'master', 'destroy'].includes(act)) {
    process.stderr.write(zh ? '请说明做什么：list、rotate、master 或 destroy。\n' : 'Say what to do: list, rotate, master or destroy.\n')
    return EXIT.usage
  }
  if (act === 'destroy' && (!values.county || !/^\d{6}$/.test(values.county) || values.county === OFFICE)) {
    process.stderr.write(zh ? '请用 --county 指明一个县。\n' : 'Name one county with --county.\n')
    return EXIT.usage
  }
  return withApp(values, async (app) => {
    const { ring } = app.vault
    const say = (document: unknown, text: string) => process.stdout.write(values.json ? `${JSON.stringify(document)}\n` : `${text}\n`)
    if (act === 'master') {
      const counties = await ring.changeMaster()
      say(
        { counties },
        zh ? `主密钥已更换，${counties} 组密钥已重新封装。` : `The master key is new; ${counties} sets of keys are wrapped with it.`,
      )
      return EXIT.done
    }
    const now = new Date()
    if (act === 'destroy') {
      const county = values.county ?? ''
      if (!values.yes) {
        process.stderr.write(
          zh
            ? `销毁后，${county} 的个人信息和原文件在本数据目录中永远打不开（备份里可能还有密钥）。确认请加 --yes。\n`
            : `After this the personal values and files of ${county} never open again in this folder (a backup may still hold the keys). Add --yes to go on.\n`,
        )
        return EXIT.notConfirmed
      }
      await ring.destroy(county, now)
      say({ county, destroyed: now.toISOString() }, zh ? `${county} 的密钥已销毁。` : `The keys of ${county} are destroyed.`)
      return EXIT.done
    }
    const counties = values.county ? [values.county] : await ring.counties()
    if (act === 'list') {
      const list = []
      for (const county of counties) list.push({ county, destroyed: ring.destroyed(county), keys: await ring.list(county) })
      say(
        { counties: list },
        list
          .map(({ county, destroyed, keys: some }) =>
            destroyed === null
              ? `${county}  ${some.map(({ made, retired }) => `${made?.slice(0, 10) ?? '—'}${retired === null ? '' : ` → ${retired.slice(0, 10)}`}`).join(', ')}`
              : `${county}  ${zh ? '已销毁' : 'destroyed'} ${destroyed.slice(0, 10)}`,
          )
          .join('\n'),
      )
      return EXIT.done
    }
    const line = progressLine()
    const done: Rotation[] = []
    for (const county of counties) {
      if (ring.destroyed(county) !== null) continue
      await ring.rotate(county, now)
      done.push(await renewSeals(app.pool, app.vault, county, now, (rows) => line.show(`${county} ${rows}`)))
    }
    line.end()
    say(
      { counties: done },
      done
        .map(({ county, values: some, documents, dropped }) =>
          zh
            ? `${county}：${some} 个值、${documents} 个文件已用新密钥封存，${dropped} 把旧密钥已删除。`
            : `${county}: ${some} values and ${documents} files sealed anew; ${dropped} old key(s) dropped.`,
        )
        .join('\n'),
    )
    return EXIT.done
  })
}
