/** Means over the polygons of a layer: its rows with two columns more. */
import { basename } from 'node:path'
import { Refused } from '@dishu/base/refusal'
import type { Batch, Field, Layer } from '@dishu/formats/layers'
import { openInSandbox } from '@dishu/formats/sandbox/sandbox'
import { writeCsv } from '@dishu/formats/write/csv'
import { writeGeoPackage } from '@dishu/formats/write/geopackage'
import type { Row } from '@dishu/formats/write/rows'
import type { KrigingNote } from '@dishu/land/soil/interpolation'
import type { KrigeAnswer, KrigeTask } from './krige-work.ts'
import { intoPlace } from './outputs.ts'
import { planeOf } from './planes.ts'

type Made = { readonly file: string; readonly rows: number; readonly notes: readonly KrigingNote[] }

/** Batches on their way to the threads at a time. */
const AHEAD = 6

type Box = KrigeAnswer['middles']

/**
 * Every polygon of the first layer of polygons in `path`, written to `out` (.csv or .gpkg) with its attributes. Features without an area are written without a
 * value and counted. `run` has a batch worked on;
 * `checkPlaces` is shown the box around them all (metres), and may refuse it.
 */
export async function krigeBlocks(
  path: string,
  out: string,
  epsg: number | null,
  run: (task: KrigeTask) => Promise<KrigeAnswer>,
  checkPlaces: (box: Box) => void,
  signal: AbortSignal,
): Promise<Made> {
  const source = await openInSandbox([path], { signal })
  try {
    const at = source.layers.findIndex((layer) => layer.geometry === 'polygon' || layer.geometry === 'mixed')
    if (at < 0) throw new Refused({ code: 'kriging/no-blocks', details: { file: basename(path) } })
    const layer = source.layers[at]
    planeOf(layer.crs, epsg, basename(path)) // refuses what the threads could not bring to the plane
    const without: number[] = []
    const boxes: Box[] = []
    const fields = [...layer.fields, ...addedFields(layer)]
    const rows = rowsOf(
      source.read(at),
      async (batch) => {
        const answer = await run({ do: 'blocks', wkb: batch.wkb, offsets: batch.offsets, from: layer.crs, epsg })
        boxes.push(answer.middles)
        return answer
      },
      without,
    )
    const written = await intoPlace(out, async (draft) => {
      const wrote = await (out.toLowerCase().endsWith('.gpkg')
        ? writeGeoPackage(draft, [
            { name: layer.name, fields, rows, geometry: 'polygon', ...(layer.crs?.epsg ? { epsg: layer.crs.epsg } : {}) },
          ])
        : writeCsv(draft, fields, rows))
      if (wrote.rows === without.length) throw new Refused({ code: 'kriging/no-blocks', details: { file: basename(path) } })
      checkPlaces(around(boxes))
      return wrote
    })
    const notes: KrigingNote[] =
      without.length > 0 ? [{ code: 'kriging/blocks-without-area', details: { rows: without.length, first: without[0] } }] : []
    return { file: out, rows: written.rows, notes }
  } finally {
    await source.close()
  }
}

const around = (boxes: readonly Box[]): Box => [
  Math.min(...boxes.map(([minX]) => minX)),
  Math.min(...boxes.map(([, minY]) => minY)),
  Math.max(...boxes.map(([, , maxX]) => maxX)),
  Math.max(...boxes.map(([, , , maxY]) => maxY)),
]

/** Names that the layer does not have yet. */
function addedFields(layer: Layer): Field[] {
  const taken = new Set(layer.fields.map(({ name }) => name.toLowerCase()))
  return ['prediction', 'variance'].map((name) => {
    let free = name
    for (let n = 2; taken.has(free); n++) free = `${name}_${n}`
    return { name: free, type: 'number' }
  })
}

const NO_SHAPE = new Uint8Array(0)
/** A layer of polygons takes no points or collections: such a row goes without its shape. The type is the low byte of 3, 6 and what z and m make of them. */
function isPolygon(wkb: Uint8Array): boolean {
  if (wkb.length < 5) return false
  const type = (new DataView(wkb.buffer, wkb.byteOffset).getUint32(1, wkb[0] === 1) & 0xffff) % 1000
  return type === 3 || type === 6
}

async function* rowsOf(batches: AsyncIterable<Batch>, run: (batch: Batch) => Promise<KrigeAnswer>, without: number[]): AsyncGenerator<Row> {
  type Working = { readonly batch: Batch; readonly answer: Promise<KrigeAnswer> }
  const working: Working[] = []
  async function* rows({ batch, answer }: Working): AsyncGenerator<Row> {
    const { prediction, variance } = await answer
    for (let i = 0; i < batch.rows.length; i++) {
      const hasValue = !Number.isNaN(prediction[i])
      if (!hasValue) without.push(batch.rows[i])
      const values = batch.columns.map((column) => column[i])
      const added = hasValue ? [prediction[i], variance[i]] : [null, null]
      const shape = batch.wkb.subarray(batch.offsets[i], batch.offsets[i + 1])
      yield { values: [...values, ...added], wkb: hasValue || isPolygon(shape) ? shape : NO_SHAPE }
    }
  }
  for await (const batch of batches) {
    const answer = run(batch)
    answer.catch(() => {}) // heard when its rows are taken
    working.push({ batch, answer })
    if (working.length >= AHEAD) yield* rows(working[0])
    if (working.length >= AHEAD) working.shift()
  }
  for (const each of working) yield* rows(each)
}
