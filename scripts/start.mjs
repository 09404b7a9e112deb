// `npm start`: packages, the web pages when their sources have changed, then the server.
import { join } from 'node:path'
import { buildWeb } from './build-web.mjs'
import { environmentFor, ROOT, run, setup } from './setup.mjs'

const node = setup()
await buildWeb(node)
process.exitCode = await run(node, [join(ROOT, 'apps/cli/main.ts'), 'start', ...process.argv.slice(2)], { env: environmentFor(node) })
