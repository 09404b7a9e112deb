// dependency-cruiser with the rules of .dependency-cruiser.cjs, and the certainty that it has seen every source file.
import { spawnSync } from 'node:child_process'
import { join, relative } from 'node:path'
import { filesUnder } from './files.mjs'
import { ROOT } from './setup.mjs'

export const FLOORS = ['lib', 'domain', 'apps', 'bench']

/** Gives the number of modules and of imports of the house at `root`, and the faults. A cruise that read nothing passes by itself; so the files are counted. */
export function checkImports(node, root = ROOT, tools = ROOT) {
  const told = spawnSync(
    node,
    [
      join(tools, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'json',
      ...FLOORS,
    ],
    { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 },
  )
  if (!told.stdout.startsWith('{'))
    return { modules: 0, imports: 0, faults: [`dependency-cruiser ended with ${told.status}: ${told.stderr.trim().slice(0, 2000)}`] }
  const { modules, summary } = JSON.parse(told.stdout)
  const seen = new Set(modules.map((module) => module.source))
  const sources = FLOORS.flatMap((floor) => filesUnder(join(root, floor), /\.(ts|tsx|mts|cts)$/))
    .map((file) => relative(root, file).replaceAll('\\', '/'))
    .filter((file) => !file.endsWith('.d.ts'))
  const unseen = sources.filter((file) => !seen.has(file))
  const faults = summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)
  if (unseen.length > 0)
    faults.push(`${unseen.length} of ${sources.length} source files were not seen, among them ${unseen.slice(0, 3).join(', ')}`)
  if (sources.length === 0) faults.push('no source files found')
  return { modules: sources.length - unseen.length, imports: summary.totalDependenciesCruised ?? 0, faults: [...new Set(faults)] }
}
