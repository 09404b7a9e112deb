/** A thread of `dishu zonal`: reads a share of the layer, takes blocks of every raster beside the others, and writes the lines of the rows it has read. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { Refused } from '@dishu/base/refusal'
import { openTiff } from '@dishu/formats/geotiff/geotiff'
import { fileSource } from '@dishu/formats/geotiff/source'
import type { Value } from '@dishu/formats/layers'
import { Digits } from './digits.ts'
import { prepareShare, readShare, verticesIn } from './zonal-layer.ts'
import { openWeights, type Share, workShare } from './zonal-measure.ts'
import { csvRows, type Part } from './zonal-rows.ts'
import type { Ask, Asks, Told } from './zonal-thread.ts'

const say = (told: Told) => parentPort?.postMessage(told)

let coordinates = new Float64Array(0)
let names: readonly Value[] = []
let isNumbered = false
let lines: Uint8Array[] = []

function read({ paged, from, to }: Asks['read']['asked']): Asks['read']['answer'] {
  const { keys, leftOut, outlines, rows } = readShare(paged, from, to, false, verticesIn(paged, to - from))
  coordinates = outlines.xy as Float64Array<ArrayBuffer>
  names = keys
  isNumbered = paged.fields.length === 0
  const { rings, shells, zones } = outlines
  return { rings, shells, zones, leftOut, rows, vertices: outlines.xy.length / 2 }
}

function place({ xy, vertex, rowsBefore }: Asks['place']['asked']): null {
  xy.set(coordinates, 2 * vertex)
  coordinates = new Float64Array(0)
  if (isNumbered) names = names.map((row) => Number(row) + rowsBefore)
  return null
}

async function measure(share: Share): Promise<Asks['measure']['answer']> {
  const source = fileSource(share.path)
  const tiff = await openTiff(source)
  const weights = share.weights ? await openWeights(share.weights, tiff, source.name) : null
  const work = await workShare(share, tiff, weights)
  source.close()
  return work.rest()
}

function text(parts: readonly Part[], first: number): number {
  lines = []
  const out = new Digits((bytes) => void lines.push(new Uint8Array(bytes)))
  csvRows(out, names, { parts }, [], first)
  out.flush()
  return lines.reduce((sum, { length }) => sum + length, 0)
}

function write({ path, position }: Asks['write']['asked']): null {
  const file = openSync(path, 'r+')
  let at = position
  for (const bytes of lines)
    for (let n = 0; n < bytes.length; ) {
      const written = writeSync(file, bytes, n, bytes.length - n, at)
      n += written
      at += written
    }
  closeSync(file)
  lines = []
  return null
}

function answerTo(ask: Ask): unknown {
  switch (ask.ask) {
    case 'read':
      return read(ask)
    case 'place':
      return place(ask)
    case 'prepare':
      prepareShare(ask)
      return null
    case 'names':
      return names
    case 'measure':
      return measure(ask.share)
    case 'text':
      return text(ask.parts, ask.first)
    case 'write':
      return write(ask)
  }
}

parentPort?.on('message', async (ask: Ask) => {
  try {
    say({ answer: await answerTo(ask) })
  } catch (cause) {
    if (cause instanceof Refused) say({ refusal: cause.refusal })
    else say({ fault: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) })
  }
})
