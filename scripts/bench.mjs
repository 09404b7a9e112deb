// `npm run bench -- zonal import`: runs bench/NAME.bench.ts one after another; without names it lists them.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { environmentFor, ROOT, run, setup } from './setup.mjs'

const node = setup()
const names = process.argv.slice(2).filter((word) => !word.startsWith('-'))
const options = process.argv.slice(2).filter((word) => word.startsWith('-'))
if (names.length === 0) {
  console.log('npm run bench -- NAME…, of:')
  for (const file of readdirSync(join(ROOT, 'bench')).sort())
    if (file.endsWith('.bench.ts')) console.log(`  ${file.slice(0, -'.bench.ts'.length)}`)
}
for (const name of names) {
  const file = join(ROOT, 'bench', `${name}.bench.ts`)
  if (!existsSync(file)) {
    console.error(`there is no bench/${name}.bench.ts`)
    process.exitCode = 2
    break
  }
  const code = await run(node, ['--expose-gc', file, ...options], { env: environmentFor(node) })
  if (code !== 0) {
    process.exitCode = code
    break
  }
}
