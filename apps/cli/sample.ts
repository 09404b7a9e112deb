import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { generateSample, SAMPLE_SEED, SAMPLE_SIZE } from '@dishu/land/sample/sample'
import { writeSample } from '@dishu/land/sample/sample.exchange'
import { EXIT, type Exit, languageOfTerminal, note, wordsOf } from './terminal.ts'

export async function sample(words: readonly string[]): Promise<Exit> {
  const { values } = wordsOf(words, {
    out: { type: 'string' },
    patches: { type: 'string', default: String(SAMPLE_SIZE) },
    seed: { type: 'string', default: String(SAMPLE_SEED) },
  })
  const zh = languageOfTerminal() === 'zh'
  const [patches, seed] = [Number(values.patches), Number(values.seed)]
  if (!values.out || !Number.isInteger(patches) || patches < 100 || patches > 2_000_000 || !Number.isInteger(seed)) {
    process.stderr.write(
      zh
        ? '用法：dishu sample --out 目录 [--patches 100…2000000] [--seed 整数]\n'
        : 'Usage: dishu sample --out DIR [--patches 100…2000000] [--seed INTEGER]\n',
    )
    return EXIT.usage
  }
  const folder = resolve(values.out)
  await mkdir(folder, { recursive: true })
  note(zh ? '正在生成虚构的示例县…' : 'Making the invented county …')
  const county = generateSample(seed, patches)
  await writeSample(county, folder)
  const told = {
    folder,
    county: county.code,
    name: county.name,
    synthetic: true,
    seed,
    patches: county.patches.length,
    parcels: county.parcels.length,
    contracts: county.contracts.length,
    samples: county.soil.length,
    defects: county.truth.length,
  }
  if (values.json) process.stdout.write(`${JSON.stringify(told)}\n`)
  else
    process.stdout.write(
      zh
        ? `${folder}：${told.name}（虚构，${told.county}），图斑 ${told.patches}、地块 ${told.parcels}、合同 ${told.contracts}、土样 ${told.samples}，其中埋设缺陷 ${told.defects} 处（truth.json）。\n`
        : `${folder}: ${told.name} (invented, ${told.county}): ${told.patches} patches, ${told.parcels} parcels, ${told.contracts} contracts, ${told.samples} soil samples, ${told.defects} planted defects (truth.json).\n`,
    )
  return EXIT.done
}
