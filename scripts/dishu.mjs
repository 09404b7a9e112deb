#!/usr/bin/env node
// `npm run dishu -- count --by class`: the command line, without building the web pages.
import { join } from 'node:path'
import { environmentFor, ROOT, run, setup } from './setup.mjs'

const node = setup()
// npm changes into the project; files are named from where the person stands
const cwd = process.env.INIT_CWD ?? process.cwd()
// a command works alone and soon ends: its memory is collected by its own thread, and not before there is some of it (a tenth less work in an import)
const collector = ['--single-threaded-gc', '--initial-old-space-size=256', '--max-semi-space-size=32']
process.exitCode = await run(node, [...collector, join(ROOT, 'apps/cli/main.ts'), ...process.argv.slice(2)], {
  cwd,
  env: environmentFor(node),
})
