import { Refused } from '@dishu/base/refusal'
import { readCounties } from '@dishu/kernel/records/records.store'
import { onConnection } from '@dishu/server-kit/sql'
import { type App, openApp } from '../server/app.ts'
import { loadSample } from '../server/first-sample.ts'
import { firstPath, type Manner, mannerOf } from '../server/office.ts'
import { serve } from '../server/serve.ts'
import { dataDirOf, EXIT, type Exit, languageOfTerminal, note, progressLine, wordsOf } from './terminal.ts'

const DEFAULT_PORT = 7220

export async function start(words: readonly string[]): Promise<Exit> {
  const { values, positionals } = wordsOf(words, {
    'no-sample': { type: 'boolean', default: false },
    patches: { type: 'string' },
    office: { type: 'boolean', default: false },
    'single-user': { type: 'boolean', default: false },
    host: { type: 'string' },
    name: { type: 'string', multiple: true },
    certificate: { type: 'string' },
    key: { type: 'string' },
    'behind-proxy': { type: 'boolean', default: false },
    oidc: { type: 'string' },
    'oidc-client': { type: 'string' },
    'oidc-secret-file': { type: 'string' },
    'oidc-name': { type: 'string' },
    'oidc-host': { type: 'string', multiple: true },
  })
  const zh = languageOfTerminal() === 'zh'
  if (positionals.length > 0) {
    // words after a stray -- would be taken for nothing, and the default folder opened instead of the one that was named
    process.stderr.write(zh ? `dishu start 不认识“${positionals[0]}”。\n` : `dishu start does not know “${positionals[0]}”.\n`)
    return EXIT.usage
  }
  const port = values.port === undefined ? DEFAULT_PORT : Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    process.stderr.write(zh ? `--port 不认识“${values.port}”。\n` : `--port does not know “${values.port}”.\n`)
    return EXIT.usage
  }
  note(zh ? '正在打开数据库…' : 'Opening the database …')
  const opened = await openApp({ dataDir: dataDirOf(values), role: 'server' })
  if (!opened.ok) throw new Refused(opened.refusal)
  const app = opened.value
  let running: Awaited<ReturnType<typeof serve>> | undefined
  app.onClose(async () => running?.close())
  try {
    const counties = await onConnection(app.pool, readCounties)
    if (counties.length === 0 && !values['no-sample']) await loadWithWords(app, values.patches ? Number(values.patches) : undefined)
    const manner = await mannerOf(app, {
      office: values.office === true,
      singleUser: values['single-user'] === true,
      host: values.host,
      names: values.name ?? [],
      certificate: values.certificate,
      key: values.key,
      proxied: values['behind-proxy'] === true,
      oidc:
        values.oidc === undefined
          ? undefined
          : {
              issuer: values.oidc,
              client: values['oidc-client'],
              secretFile: values['oidc-secret-file'],
              name: values['oidc-name'],
              hosts: values['oidc-host'] ?? [],
            },
    })
    running = await listen(app, port, values.port === undefined, manner)
    note(zh ? `数据目录：${app.dataDir}` : `Data folder: ${app.dataDir}`)
    if (manner.mode === 'single-user')
      note(
        zh
          ? '单用户方式：只接受本机访问，不需口令。Ctrl-C 停止。'
          : 'Single-user mode: only this machine is answered, no password. Ctrl-C stops it.',
      )
    else {
      note(zh ? '办公室方式：各人登录。Ctrl-C 停止。' : 'Office mode: everyone signs in. Ctrl-C stops it.')
      const path = await firstPath(app, new Date())
      if (path !== null)
        note(
          zh
            ? `首位管理员请打开此一次性链接（24 小时内有效）：${running.address}${path}`
            : `The first administrator opens this one-time link (good for 24 hours): ${running.address}${path}`,
        )
    }
    process.stdout.write(`Dishu is ready: ${running.address}\n`)
  } catch (cause) {
    await app.close()
    throw cause
  }
  await new Promise(() => {}) // until a signal closes everything and ends the process
  return EXIT.done
}

/** The usual port, or the next free one where nobody asked for a certain one. */
async function listen(app: App, port: number, mayMove: boolean, manner: Manner) {
  for (let tried = port; ; tried++) {
    try {
      return await serve(app, tried, manner)
    } catch (cause) {
      const taken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
      if (!taken) throw cause
      if (!mayMove || tried >= port + 20) throw new Refused({ code: 'cli/port-taken', details: { port: tried } })
    }
  }
}

async function loadWithWords(app: App, patches: number | undefined): Promise<void> {
  const language = languageOfTerminal()
  const zh = language === 'zh'
  note(
    zh
      ? '首次启动：正在生成并导入虚构的示例县（约需一分钟）…'
      : 'First start: making and importing the invented sample county (about a minute) …',
  )
  const line = progressLine()
  try {
    const made = await loadSample(app, {
      patches,
      language,
      scenes: true,
      report: ({ phase, done, total }) => line.show(`${phase} ${done}${total ? ` / ${total}` : ''}`),
    })
    line.end()
    note(
      zh
        ? `示例县已就绪：${made.name}（虚构），图斑 ${made.patches} 个。`
        : `The sample county is there: ${made.name} (invented), ${made.patches} patches.`,
    )
  } finally {
    line.end()
  }
}
