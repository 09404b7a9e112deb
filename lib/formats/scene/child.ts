/** The reading process of scenes: one order on standard input, lines of JSON on descriptor 3 (progress, then the answer, or why not), and it ends. */
import { writeSync } from 'node:fs'
import { Refused } from '@dishu/base/refusal'
import { type Look, lookAt } from './look.ts'
import { type Packed, type PackOrder, pack } from './pack.ts'

export type SceneOrder =
  | { readonly do: 'look'; readonly paths: readonly string[]; readonly scratch: string }
  | ({ readonly do: 'pack' } & PackOrder)
export type SceneLine =
  | { readonly progress: number; readonly of: number }
  | { readonly answer: Look | readonly Packed[] }
  | { readonly refused: { readonly code: string; readonly details: unknown } }
  | { readonly failed: string }

const OUT = 3

function say(line: SceneLine): void {
  const bytes = Buffer.from(`${JSON.stringify(line)}\n`)
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(OUT, bytes, at)
    } catch (problem) {
      if ((problem as NodeJS.ErrnoException).code !== 'EAGAIN') throw problem
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}

async function obey(order: SceneOrder): Promise<void> {
  try {
    const answer =
      order.do === 'look' ? await lookAt(order.paths, order.scratch) : await pack(order, (progress, of) => say({ progress, of }))
    say({ answer })
  } catch (problem) {
    if (problem instanceof Refused) say({ refused: problem.refusal })
    else say({ failed: problem instanceof Error ? `${problem.name}: ${problem.message}` : String(problem) })
  }
  process.exit(0)
}

let text = ''
process.stdin.setEncoding('utf8')
process.stdin.on('data', (piece: string) => {
  text += piece
  const end = text.indexOf('\n')
  if (end >= 0) void obey(JSON.parse(text.slice(0, end)) as SceneOrder)
})
process.stdin.on('end', () => process.exit(0)) // whoever asked is gone
