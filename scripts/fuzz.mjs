// `npm run fuzz -- SECONDS`: damaged files of every kind that is read, in a fenced process; ends with 1 where anything was found.
//   --seed=N          another series (printed; the same number gives the same files)
//   --target=NAME     one kind only; several: --target=zip,tiff
//   --case=N          one file only, as a finding names it
import { fileURLToPath } from 'node:url'
import { nodeForSources, underNode } from './setup.mjs'

await underNode(nodeForSources(), fileURLToPath(import.meta.url))
const { fuzz } = await import('../lib/formats/fuzz/fuzz.testing.ts')

const words = process.argv.slice(2)
const option = (name) => words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)
const seconds = Number(words.find((word) => !word.startsWith('--')) ?? 60)
const seed = Number(option('seed') ?? Math.floor(Date.now() / 1000) % 1_000_000)
const only = option('case')
const { cases, byTarget, findings, peakMb, network } = await fuzz({
  seconds,
  seed,
  ...(option('target') ? { targets: option('target').split(',') } : {}),
  ...(only === undefined ? {} : { only: Number(only) }),
})
console.log(
  `seed ${seed}: ${cases} files in ${seconds} s, at most ${peakMb} MB${network ? '; this system cannot take the network away' : ''}`,
)
console.table(byTarget)
for (const { target, n, what } of findings) console.log(`FOUND npm run fuzz -- 1 --target=${target} --seed=${seed} --case=${n}\n  ${what}`)
console.log(findings.length === 0 ? 'nothing was found' : `${findings.length} found`)
process.exitCode = findings.length === 0 ? 0 : 1
