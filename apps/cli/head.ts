import { writeFile } from 'node:fs/promises'
import { signHead } from '../server/heads.ts'
import { EXIT, type Exit, languageOfTerminal, withApp, wordsOf } from './terminal.ts'

/** Signs how far every chain has come, for a place outside the office. */
export async function head(words: readonly string[]): Promise<Exit> {
  const { values } = wordsOf(words, { out: { type: 'string' } })
  const zh = languageOfTerminal() === 'zh'
  return withApp(values, async (app) => {
    const { fingerprint, ...signed } = await signHead(app, new Date())
    const text = `${JSON.stringify(signed, null, 1)}\n`
    if (values.out === undefined) process.stdout.write(text)
    else await writeFile(values.out, text)
    process.stderr.write(zh ? `公钥指纹 ${fingerprint}\n` : `Fingerprint of the key ${fingerprint}\n`)
    return EXIT.done
  })
}
