/** The process in which damaged files are read: fenced in as the one that reads the files of strangers. Says each case before it begins it. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Refused } from '@dishu/base/refusal'
import { Bytes, RowTrouble } from '../batches.ts'
import { openFile } from '../formats.ts'
import { openTiff } from '../geotiff/geotiff.ts'
import { memorySource } from '../geotiff/source.ts'
import { Jp2Trouble, openJp2 } from '../jp2/jp2.ts'
import { appendWkb } from '../wkb/wkb.ts'
import { dice, mutated } from './mutate.testing.ts'
import type { Target } from './seeds.testing.ts'

export type FuzzOrder = {
  readonly target: Target
  readonly seed: number
  readonly from: number
  readonly count: number
  readonly scratch: string
}
export type FuzzWord =
  | { readonly begins: number }
  | { readonly ends: number; readonly how: 'read' | 'refused' | 'fault'; readonly what: string }
  | { readonly done: true }

const MOST_CELLS = 4e6

async function readIt(name: string, paths: readonly string[], scratch: string): Promise<void> {
  if (name === 'wkb') {
    const bytes = readFileSync(paths[0])
    appendWkb(new Bytes(), bytes, 0, bytes.length, { file: 'a.wkb', layer: 'a', row: 1 })
    return
  }
  if (name === 'jp2') {
    openJp2(readFileSync(paths[0]))
    return
  }
  if (name === 'tiff') {
    const tiff = await openTiff(memorySource('a.tif', readFileSync(paths[0])))
    const { width, height, bands } = tiff
    if (width * height * bands.length <= MOST_CELLS)
      await tiff.readWindow(
        bands.map((_, i) => i),
        { x: 0, y: 0, width, height },
      )
    return
  }
  const source = await openFile(paths[0], { scratch })
  try {
    for (const layer of source.layers.keys()) for await (const _ of source.read(layer));
  } finally {
    await source.close()
  }
}

async function obey({ target, seed, from, count, scratch }: FuzzOrder, say: (word: FuzzWord) => void): Promise<void> {
  const seeds = target.files.map((file) => readFileSync(file))
  for (let n = from; n < from + count; n++) {
    say({ begins: n })
    const roll = dice(seed * 1_000_003 + n)
    const chosen = roll(seeds.length)
    const folder = join(scratch, 'case')
    const unpacked = join(scratch, 'unpacked')
    for (const each of [folder, unpacked]) {
      rmSync(each, { recursive: true, force: true })
      mkdirSync(each)
    }
    const paths = target.files.map((file, i) => {
      const path = join(folder, basename(file))
      writeFileSync(path, i === chosen && n > 0 ? mutated(seeds[i], roll) : seeds[i])
      return path
    })
    try {
      await readIt(target.name, paths, unpacked)
      say({ ends: n, how: 'read', what: '' })
    } catch (problem) {
      const refused = problem instanceof Refused || problem instanceof Jp2Trouble || problem instanceof RowTrouble
      // the first file of each kind is whole: were it refused, the damaged ones would tell nothing
      say(
        refused && n > 0
          ? { ends: n, how: 'refused', what: problem instanceof Refused ? problem.refusal.code : problem.constructor.name }
          : {
              ends: n,
              how: 'fault',
              what:
                problem instanceof Refused
                  ? `the whole file is refused: ${problem.refusal.code} ${JSON.stringify(problem.refusal.details)}`
                  : problem instanceof Error
                    ? (problem.stack ?? problem.message).slice(0, 600)
                    : String(problem),
            },
      )
    }
  }
  say({ done: true })
}

process.on('message', (order: FuzzOrder) => void obey(order, (word) => process.send?.(word)))
