/** `dishu topology`: what is wrong with how the parcels of a layer lie together. */
import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { filesBehind } from '@dishu/formats/formats'
import { checkOutputs, intoPlace } from './outputs.ts'
import { EXIT, type Exit, interruptible, languageOfTerminal, note, table, wordsOf } from './terminal.ts'
import { bytesOf } from './topology-bytes.ts'
import type { TopologyJob, TopologyLimits, TopologyReport } from './topology-job.ts'
import { processLimits, runTopology } from './topology-process.ts'

const USAGE = {
  zh: '用法：dishu topology 图层 [--tolerance 米] [--out 结果.gpkg] [--workers N] [--json]（详见 dishu topology --help）\n',
  en: 'Usage: dishu topology LAYER [--tolerance M] [--out FINDINGS.gpkg] [--workers N] [--json] (more: dishu topology --help)\n',
}

export async function topology(words: readonly string[]): Promise<Exit> {
  const { values, positionals } = wordsOf(words, {
    tolerance: { type: 'string', default: '0' },
    'least-area': { type: 'string', default: '0.01' },
    'gap-width': { type: 'string', default: '0.5' },
    'sliver-width': { type: 'string', default: '0.2' },
    layer: { type: 'string' },
    key: { type: 'string' },
    within: { type: 'string' },
    out: { type: 'string' },
    workers: { type: 'string', default: '1' },
    county: { type: 'string' },
    level: { type: 'string' },
    strict: { type: 'boolean', default: false },
  })
  const language = languageOfTerminal()
  const limits: TopologyLimits = {
    tolerance: Number(values.tolerance),
    leastArea: Number(values['least-area']),
    gapWidth: Number(values['gap-width']),
    sliverWidth: Number(values['sliver-width']),
  }
  const workers = Number(values.workers)
  const isLimit = (value: number, most: number) => value >= 0 && value <= most
  const areLimits =
    isLimit(limits.tolerance, 10) && isLimit(limits.leastArea, 1e6) && isLimit(limits.gapWidth, 20) && isLimit(limits.sliverWidth, 100)
  if (
    positionals.length !== 1 ||
    !areLimits ||
    !Number.isInteger(workers) ||
    workers < 1 ||
    workers > 64 ||
    (values.out !== undefined && !/\.gpkg$/i.test(values.out))
  ) {
    process.stderr.write(USAGE[language])
    return EXIT.usage
  }
  const out = values.out ? resolve(values.out) : null
  const asked = positionals[0]
  const register = await registerLayer(asked)
  // a word that would be passed over is not what was meant
  const idle = (register ? (['layer', 'key', 'within'] as const) : (['county', 'level'] as const)).find(
    (name) => values[name] !== undefined,
  )
  if (idle !== undefined) {
    const zh = register ? `--${idle} 只用于文件` : `--${idle} 只用于台账图层（${[...REGISTER.keys()].join('、')}）`
    const en = register ? `--${idle} is for files` : `--${idle} is for layers of the register (${[...REGISTER.keys()].join(', ')})`
    process.stderr.write(`${language === 'zh' ? zh : en}\n`)
    return EXIT.usage
  }
  if (register) await checkOutputs([out], [])
  const shared = { limits, workers: Math.min(workers, availableParallelism()), out }
  const report = register
    ? await (await import('./topology-register.ts')).topologyOfRegister(register, {
        ...shared,
        data: values.data,
        county: values.county,
        level: values.level ?? 'village',
      })
    : await topologyOf(asked, { ...shared, layer: values.layer ?? null, key: values.key ?? null, within: values.within ?? null })
  if (!report) return EXIT.interrupted
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`)
  else inWords(report, language)
  if (out) note(language === 'zh' ? `结果已写入 ${out}` : `Findings written to ${out}`)
  return values.strict && found(report) > 0 ? EXIT.found : EXIT.done
}

const REGISTER = new Map([
  ['patches', 'patch'],
  ['parcels', 'parcel'],
  ['areas', 'area'],
] as const) as ReadonlyMap<string, 'patch' | 'parcel' | 'area'>

/** A word for a layer of the register, unless a file has that name. */
async function registerLayer(word: string): Promise<'patch' | 'parcel' | 'area' | null> {
  const layer = REGISTER.get(word)
  return layer !== undefined && !(await stat(word).catch(() => null)) ? layer : null
}

type FileOptions = {
  readonly limits: TopologyLimits
  readonly workers: number
  readonly out: string | null
  readonly layer: string | null
  readonly key: string | null
  readonly within: string | null
}

/** Null where it was interrupted. */
async function topologyOf(word: string, { limits, workers, out, layer, key, within }: FileOptions): Promise<TopologyReport | null> {
  const [path, named] = await fileAndLayer(word)
  const siblings = filesBehind(path)
  const areas = within === null ? null : await fileAndLayer(within)
  await checkOutputs([out], [path, ...siblings, areas?.[0]])
  const job: TopologyJob = {
    path,
    siblings,
    layer: layer ?? named,
    key,
    within: areas && { path: areas[0], siblings: filesBehind(areas[0]), layer: areas[1] },
    limits,
    workers,
    out,
  }
  const scratch = await mkdtemp(join(tmpdir(), 'dishu-topology-'))
  const { signal } = interruptible()
  try {
    const report = await runTopology(job, scratch, processLimits(bytesOf([...siblings, ...(job.within?.siblings ?? [])])), signal)
    if (out) await intoPlace(out, (draft) => copyFile(join(scratch, 'findings.gpkg'), draft))
    return report
  } catch (fault) {
    if (signal.aborted) return null
    throw fault
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** `file.gpkg:layer` names a layer, unless a file is called so. */
async function fileAndLayer(word: string): Promise<[string, string | null]> {
  const cut = word.lastIndexOf(':')
  if (cut > 1 && !(await stat(word).catch(() => null)) && (await stat(word.slice(0, cut)).catch(() => null)))
    return [resolve(word.slice(0, cut)), word.slice(cut + 1)]
  return [resolve(word), null]
}

const KINDS = ['overlaps', 'gaps', 'duplicates', 'contained', 'slivers', 'oneSided', 'outside', 'invalid'] as const

const found = (report: TopologyReport) => KINDS.reduce((sum, kind) => sum + report[kind].length, 0)

const NAMES: Readonly<Record<(typeof KINDS)[number], { readonly zh: string; readonly en: string }>> = {
  overlaps: { zh: '重叠', en: 'overlaps' },
  gaps: { zh: '缝隙', en: 'gaps' },
  duplicates: { zh: '重复绘制', en: 'drawn twice' },
  contained: { zh: '被包含', en: 'contained' },
  slivers: { zh: '狭长面', en: 'slivers' },
  oneSided: { zh: '单侧节点', en: 'one-sided vertices' },
  outside: { zh: '越界', en: 'outside' },
  invalid: { zh: '图形错误', en: 'invalid rings' },
}

function inWords(report: TopologyReport, language: 'zh' | 'en'): void {
  const zh = language === 'zh'
  const m2 = (area: number) => area.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  const { identity, layer } = report
  const key = layer.key ?? (zh ? '行号' : 'row number')
  process.stdout.write(
    zh
      ? `${basename(layer.file)}（${layer.name}）：${report.parcels} 个地块，${m2(report.areaM2)} 平方米；标识字段 ${key}\n`
      : `${basename(layer.file)} (${layer.name}): ${report.parcels} parcels, ${m2(report.areaM2)} m²; key ${key}\n`,
  )
  const areas = (rows: readonly object[]) => {
    const sum = rows.reduce((total: number, row) => total + ('areaM2' in row ? Number(row.areaM2) : 0), 0)
    return sum > 0 ? m2(sum) : ''
  }
  const rows = KINDS.map((kind) => [NAMES[kind][language], String(report[kind].length), areas(report[kind])])
  process.stdout.write(table(zh ? ['检查项', '数量', '面积（平方米）'] : ['finding', 'number', 'area, m²'], rows, new Set([1, 2])))
  process.stdout.write(
    zh
      ? `面积恒等式：外轮廓 ${m2(identity.outerM2)}，地块合计减重叠加缝隙 ${m2(identity.sumM2)}，差 ${identity.differenceM2.toExponential(1)} 平方米\n`
      : `identity: outer outlines ${m2(identity.outerM2)}, parcels less overlaps plus gaps ${m2(identity.sumM2)}, difference ${identity.differenceM2.toExponential(1)} m²\n`,
  )
}
