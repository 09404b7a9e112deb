/**
 * The reading process: opens the files it is told to and sends their batches, as many as were asked for.
 * Orders come as lines of JSON on standard input, frames go out on descriptor 3; stray prints of a library go nowhere.
 */
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Refused } from '@dishu/base/refusal'
import { type OpenOptions, openFiles } from '../formats.ts'
import type { Source } from '../layers.ts'
import { batchFrame, FRAME, frameHead } from './codec.ts'

export type Order =
  | { readonly do: 'open'; readonly paths: readonly string[]; readonly options: OpenOptions }
  | { readonly do: 'read'; readonly id: number; readonly layer: number; readonly batches: number }
  | { readonly do: 'more'; readonly id: number; readonly batches: number }
  | { readonly do: 'stop'; readonly id: number }
  | { readonly do: 'close' }

const OUT = 3

let source: Source | null = null
const reads = new Map<number, { owed: number; wake: () => void }>()

function send(frame: Buffer): void {
  for (let at = 0; at < frame.length; ) {
    try {
      at += writeSync(OUT, frame, at)
    } catch (problem) {
      if ((problem as NodeJS.ErrnoException).code !== 'EAGAIN') throw problem
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}

function sendJson(kind: number, id: number, value: unknown): void {
  const payload = Buffer.from(JSON.stringify(value))
  send(Buffer.concat([frameHead(kind, id, payload.length), payload]))
}

function sendProblem(id: number, problem: unknown): void {
  if (problem instanceof Refused) sendJson(FRAME.refused, id, problem.refusal)
  else sendJson(FRAME.failed, id, problem instanceof Error ? `${problem.name}: ${problem.message}` : String(problem))
}

async function read(id: number, layer: number, batches: number): Promise<void> {
  const state = { owed: batches, wake: () => {} }
  reads.set(id, state)
  try {
    if (!source) throw new Error('asked to read before anything was opened')
    for await (const batch of source.read(layer)) {
      while (state.owed === 0 && reads.has(id)) await new Promise<void>((wake) => (state.wake = wake))
      if (!reads.has(id)) return
      state.owed--
      send(batchFrame(id, batch))
      // a turn of the loop, so that an order to stop is heard
      await new Promise(setImmediate)
    }
    sendJson(FRAME.end, id, null)
  } catch (problem) {
    sendProblem(id, problem)
  } finally {
    reads.delete(id)
  }
}

async function obey(order: Order): Promise<void> {
  switch (order.do) {
    case 'open':
      try {
        source = await openFiles(order.paths, order.options)
        sendJson(FRAME.opened, 0, source.layers)
      } catch (problem) {
        sendProblem(0, problem)
      }
      return
    case 'read':
      return read(order.id, order.layer, order.batches)
    case 'more': {
      const state = reads.get(order.id)
      if (!state) return
      state.owed += order.batches
      state.wake()
      return
    }
    case 'stop': {
      const state = reads.get(order.id)
      reads.delete(order.id)
      state?.wake()
      return
    }
    case 'close':
      await source?.close()
      process.exit(0)
  }
}

const orders = createInterface({ input: process.stdin })
orders.on('line', (line) => void obey(JSON.parse(line)))
orders.on('close', () => process.exit(0)) // whoever asked is gone
