/** `dishu COMMAND …`: reads the words, runs the command, and ends with its exit code. */
import { Refused } from '@dishu/base/refusal'
import { COMMANDS } from './commands.ts'
import { EXIT, type Exit, languageOfTerminal } from './terminal.ts'

const [name, ...words] = process.argv.slice(2)
const command = COMMANDS.find((each) => each.name === name)

function overview(): string {
  const zh = languageOfTerminal() === 'zh'
  const lines = COMMANDS.map((each) => `  dishu ${each.usage.padEnd(64)} ${zh ? each.zh : each.en}`)
  return [
    zh ? '底数：盐碱地台账与统计。' : 'Dishu: the register and the true count of saline-alkali land.',
    '',
    ...lines,
    '',
    zh ? '各命令的说明：dishu COMMAND --help' : 'More on each: dishu COMMAND --help',
    '',
  ].join('\n')
}

async function run(): Promise<Exit> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(overview())
    return name === undefined ? EXIT.usage : EXIT.done
  }
  if (!command) {
    process.stderr.write(`${overview()}\n${languageOfTerminal() === 'zh' ? `没有“${name}”这个命令。` : `There is no command “${name}”.`}\n`)
    return EXIT.usage
  }
  if (words.includes('--help') || words.includes('-h')) {
    process.stdout.write(command.help)
    return EXIT.done
  }
  return (await command.load())(words)
}

run().then(
  (exit) => {
    process.exitCode = exit
  },
  async (cause: unknown) => {
    if (cause instanceof Refused) {
      const { say } = await import('../server/sentences.ts')
      const { message, hint } = say(cause.refusal, languageOfTerminal())
      if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ refusal: { ...cause.refusal, message, hint } })}\n`)
      else process.stderr.write(`${message}${hint ? `\n${hint}` : ''}\n`)
      process.exitCode = EXIT.refused
      return
    }
    if (cause instanceof TypeError && 'code' in cause && String(cause.code).startsWith('ERR_PARSE_ARGS')) {
      process.stderr.write(`${cause.message}\n\n${command?.help ?? ''}`)
      process.exitCode = EXIT.usage
      return
    }
    process.stderr.write(`${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}\n`)
    process.exitCode = EXIT.fault
  },
)
