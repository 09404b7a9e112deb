/**
 * Whether stated intervals hold: invented soils, sampled, the variogram fitted anew each time, and the 95 % interval of the area of each grade compared with the true area; and whether
 * parcels said to be of a grade with probability p are so in a share p of cases. Prints the tables of docs/methods/soil.md; `--svg=FILE` draws the reliability diagram.
 *
 *   npm run bench -- coverage --trials=1000 --workers=2
 *
 * In parts, on several machines: `--first=500 --trials=500 --tally=b.json` each, then `--merge=a.json,b.json`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { kindOfTrial, runTrial, type TrialKind, type TrialResult } from '@dishu/numeric/kriging/coverage.testing'

const option = (name: string, otherwise: string) => process.argv.find((word) => word.startsWith(`--${name}=`))?.split('=')[1] ?? otherwise
const TRIALS = Number(option('trials', '200'))
const WORKERS = Number(option('workers', '1'))
const FIRST = Number(option('first', '0'))
const CLASSES = 10

type Counted = { all: number; held: number; above: number; below: number }
type Tally = {
  readonly county: Record<string, Counted>
  readonly village: Counted
  readonly stated: number[]
  readonly came: number[]
  readonly of: number[]
  /** Of probabilities from 0.6 to 0.9, by the number of samples: their sum, how many came so, how many there were. */
  readonly likely: Record<string, [stated: number, came: number, of: number]>
}
const nothing = (): Counted => ({ all: 0, held: 0, above: 0, below: 0 })
const emptyTally = (): Tally => {
  const zeros = () => new Array<number>(CLASSES).fill(0)
  return { county: {}, village: nothing(), stated: zeros(), came: zeros(), of: zeros(), likely: {} }
}

if (isMainThread) await lead()
else {
  const { from, step } = workerData as { from: number; step: number }
  for (let i = from; i < FIRST + TRIALS; i += step) {
    const tally = emptyTally()
    const kind = kindOfTrial(i)
    add(tally, kind, runTrial(kind, 1000 + i))
    parentPort?.postMessage(tally)
  }
}

async function lead(): Promise<void> {
  const began = process.cpuUsage()
  const all = emptyTally()
  let done = 0
  const parts = option('merge', '')
  if (parts !== '') {
    for (const file of parts.split(',')) merge(all, JSON.parse(readFileSync(file, 'utf8')))
    return report(all, all.county.all.all / 4, began) // four grades
  }
  process.once('SIGINT', () => {
    report(all, done, began)
    process.exit(130)
  })
  await Promise.all(
    Array.from(
      { length: WORKERS },
      (_, w) =>
        new Promise<void>((resolve, reject) => {
          const worker = new Worker(new URL(import.meta.url), {
            workerData: { from: FIRST + w, step: WORKERS },
            argv: process.argv.slice(2),
          })
          worker.on('message', (part: Tally) => {
            merge(all, part)
            if (++done % 100 === 0) process.stderr.write(`${done} trials, county ${percent(all.county.all)}\n`)
          })
          worker.on('error', reject)
          worker.on('exit', () => resolve())
        }),
    ),
  )
  report(all, done, began)
}

function report(all: Tally, done: number, began: NodeJS.CpuUsage): void {
  const used = process.cpuUsage(began)
  const seconds = (used.user + used.system) / 1e6
  console.log(`${done} trials, ${seconds.toFixed(0)} CPU s (${(seconds / done).toFixed(2)} each)\n`)
  console.log('| intervals of | intervals | hold the truth | truth above | truth below |\n|---|---|---|---|---|')
  const line = (name: string, c: Counted) =>
    console.log(
      `| ${name} | ${c.all} | ${percent(c)} | ${((100 * c.above) / c.all).toFixed(1)} % | ${((100 * c.below) / c.all).toFixed(1)} % |`,
    )
  line('the county', all.county.all)
  line('villages', all.village)
  for (const name of Object.keys(all.county).sort()) if (name !== 'all') line(name, all.county[name])
  console.log('\n| stated | parcels and grades | came so |\n|---|---|---|')
  for (let k = 0; k < CLASSES; k++)
    console.log(`| ${(all.stated[k] / all.of[k]).toFixed(3)} | ${all.of[k]} | ${(all.came[k] / all.of[k]).toFixed(3)} |`)
  console.log('\n| samples | stated, of 0.6 to 0.9 | came so | parcels and grades |\n|---|---|---|---|')
  for (const [samples, [stated, came, of]] of Object.entries(all.likely).sort(([a], [b]) => Number(a) - Number(b)))
    console.log(`| ${samples} | ${(stated / of).toFixed(3)} | ${(came / of).toFixed(3)} | ${of} |`)
  const tally = option('tally', '')
  if (tally !== '') writeFileSync(tally, JSON.stringify(all))
  const svg = option('svg', '')
  if (svg !== '') writeFileSync(svg, reliability(all))
}

function percent({ all, held }: Counted): string {
  return `${((100 * held) / all).toFixed(1)} %`
}

function count(into: Counted, { low, high, truth }: TrialResult['areas'][number]): void {
  const slack = 1e-9 * Math.max(1, truth)
  into.all++
  if (truth > high + slack) into.above++
  else if (truth < low - slack) into.below++
  else into.held++
}

function add(tally: Tally, kind: TrialKind, { areas, stated, came }: TrialResult): void {
  for (const each of areas) {
    if (each.group > 0) count(tally.village, each)
    else {
      const strata = [
        'all',
        `${kind.kind === 'Sph' ? 'spherical' : 'exponential'} fields`,
        `nugget ${kind.nugget}`,
        kind.skew > 0 ? 'lognormal values' : 'normal values',
        `${String(kind.samples).padStart(3)} samples`,
        kind.clustered ? 'samples in knots' : 'samples scattered',
        `${kind.kind === 'Exp' ? kind.range * 3 : kind.range} of the side in reach`,
        `grade ${each.grade}`,
      ]
      for (const name of strata) {
        tally.county[name] ??= nothing()
        count(tally.county[name], each)
      }
    }
  }
  for (const [i, p] of stated.entries()) {
    const k = Math.min(CLASSES - 1, Math.floor(p * CLASSES))
    tally.of[k]++
    tally.stated[k] += p
    tally.came[k] += came[i]
    if (p < 0.6 || p > 0.9) continue
    tally.likely[kind.samples] ??= [0, 0, 0]
    const own = tally.likely[kind.samples]
    own[0] += p
    own[1] += came[i]
    own[2]++
  }
}

function merge(into: Tally, part: Tally): void {
  const join = (a: Counted, b: Counted) => {
    a.all += b.all
    a.held += b.held
    a.above += b.above
    a.below += b.below
  }
  join(into.village, part.village)
  for (const [name, own] of Object.entries(part.county)) {
    into.county[name] ??= nothing()
    join(into.county[name], own)
  }
  for (let k = 0; k < CLASSES; k++) {
    into.of[k] += part.of[k]
    into.stated[k] += part.stated[k]
    into.came[k] += part.came[k]
  }
  for (const [samples, counted] of Object.entries(part.likely)) {
    into.likely[samples] ??= [0, 0, 0]
    const own = into.likely[samples]
    for (const k of [0, 1, 2] as const) own[k] += counted[k]
  }
}

/** Stated probability against the share that came so; the line is where they agree, a circle's area how many there were. */
function reliability({ stated, came, of }: Tally): string {
  const side = 300
  const [left, top] = [52, 12]
  const most = Math.max(...of)
  const x = (value: number) => (left + side * value).toFixed(1)
  const y = (value: number) => (top + side * (1 - value)).toFixed(1)
  const ticks = [0, 0.25, 0.5, 0.75, 1]
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + side + 16} ${top + side + 48}" font-family="sans-serif" font-size="12" role="img">`,
    '<title>Reliability: stated probability of a grade against the share that came so</title>',
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...ticks.flatMap((t) => [
      `<path d="M${x(t)} ${y(0)}V${y(1)}M${x(0)} ${y(t)}H${x(1)}" stroke="#e4e7eb"/>`,
      `<text x="${x(t)}" y="${top + side + 18}" text-anchor="middle" fill="#4a5560">${t}</text>`,
      `<text x="${left - 8}" y="${Number(y(t)) + 4}" text-anchor="end" fill="#4a5560">${t}</text>`,
    ]),
    `<path d="M${x(0)} ${y(0)}L${x(1)} ${y(1)}" stroke="#8a96a3" stroke-dasharray="4 4"/>`,
    ...of.map((n, k) =>
      n === 0
        ? ''
        : `<circle cx="${x(stated[k] / n)}" cy="${y(came[k] / n)}" r="${(3 + 9 * Math.sqrt(n / most)).toFixed(1)}" fill="#1f6fb2" fill-opacity="0.75"/>`,
    ),
    `<text x="${x(0.5)}" y="${top + side + 40}" text-anchor="middle" fill="#1d2733">stated probability</text>`,
    `<text transform="translate(14 ${y(0.5)}) rotate(-90)" text-anchor="middle" fill="#1d2733">share that came so</text>`,
    '</svg>',
  ]
  return `${parts.filter(Boolean).join('\n')}\n`
}
