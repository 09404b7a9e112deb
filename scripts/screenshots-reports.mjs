// Makes the pictures in docs/screens/reports/ from a data folder with the sample county: node scripts/screenshots-reports.mjs DATA_FOLDER [--out DIR]
// A baseline is frozen where there is none; the plan's pages need a scenario that has been solved (dishu plan solve S1). Pages are drawn by poppler's pdftoppm.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT, setup } from './setup.mjs'

const [data, ...args] = process.argv.slice(2)
if (!data) {
  console.error('usage: node scripts/screenshots-reports.mjs DATA_FOLDER [--out DIR]')
  process.exit(64)
}
const out = args[0] === '--out' ? args[1] : join(ROOT, 'docs/screens/reports')
mkdirSync(out, { recursive: true })
const node = setup()
const folder = mkdtempSync(join(tmpdir(), 'dishu-pages-'))

function dishu(...words) {
  const told = spawnSync(node, [join(ROOT, 'apps/cli/main.ts'), ...words, '--data', data, '--language', 'zh'], { encoding: 'utf8' })
  if (told.status !== 0) throw new Error(`dishu ${words.join(' ')}: ${told.stderr}`)
  return told.stdout
}
function picture(pdf, page, name, dots) {
  const made = spawnSync('pdftoppm', [
    '-r',
    String(dots),
    '-f',
    String(page),
    '-l',
    String(page),
    '-singlefile',
    '-png',
    pdf,
    join(out, name),
  ])
  if (made.status !== 0) throw new Error(`pdftoppm: ${made.stderr}`)
}
try {
  const { baselines } = JSON.parse(dishu('baseline', 'list', '--json'))
  if (baselines.length === 0) dishu('baseline', 'freeze', '--title', '示例')
  const report = (name, ...words) => {
    const file = join(folder, `${name}.pdf`)
    dishu('report', ...words, '--not-kept', '--out', file)
    return file
  }
  const own = ['--baseline', 'B1', '--office', '示例县自然资源局']
  const baseline = report('baseline', 'baseline', ...own, '--signed-on', '2026年6月1日')
  picture(baseline, 1, 'cover', 45)
  picture(baseline, 3, 'baseline', 60)
  picture(baseline, 4, 'map', 60)
  picture(report('brief', 'brief', ...own), 1, 'brief', 60)
  picture(report('poster', 'poster', ...own, '--paper', 'A3', '--landscape', '--subject', 'class'), 1, 'poster', 45)
  try {
    const plan = report('plan', 'plan', '--result', 'R1')
    picture(plan, 3, 'plan', 60)
  } catch (cause) {
    console.error(`no picture of a plan: ${cause.message}`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
