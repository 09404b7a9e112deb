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
import { planeOf } from './planes.ts'

type Made = { readonly file: string; readonly rows: number; readonly notes: readonly KrigingNote[] }

/** Batches on their way to the threads at a time. */
const AHEAD = 6

/**
 * Every polygon of the first layer of polygons in `path`, written to `out` (.csv or .gpkg) with its attributes. Features without an area are written without a
 * value and counted. `run` has a batch worked on.
 */
export async function krigeBlocks(
  path: string,
  out: string,
  epsg: number | null,
  run: (task: KrigeTask) => Promise<KrigeAnswer>,
  signal: AbortSignal,
): Promise<Made> {
  const source = await openInSandbox([path], { signal })
  try {
    const at = source.layers.findIndex((layer) => layer.geometry === 'polygon' || layer.geometry === 'mixed')
    if (at < 0) throw new Refused({ code: 'kriging/no-blocks', details: { file: basename(path) } })
    const layer = source.layers[at]
    planeOf(layer.crs, epsg, basename(path)) // refuses what the threads could not bring to the plane
    const without: number[] = []
    const fields = [...layer.fields, ...addedFields(layer)]
    const rows = rowsOf(
      source.read(at),
      (batch) => run({ do: 'blocks', wkb: batch.wkb, offsets: batch.offsets, from: layer.crs, epsg }),
      without,
    )
    const written = await (out.toLowerCase().endsWith('.gpkg')
      ? writeGeoPackage(out, [
          { name: layer.name, fields, rows, geometry: 'polygon', ...(layer.crs?.epsg ? { epsg: layer.crs.epsg } : {}) },
        ])
      : writeCsv(out, fields, rows))
    if (written.rows === without.length) throw new Refused({ code: 'kriging/no-blocks', details: { file: basename(path) } })
    const notes: KrigingNote[] =
      without.length > 0 ? [{ code: 'kriging/blocks-without-area', details: { rows: without.length, first: without[0] } }] : []
    return { file: out, rows: written.rows, notes }
  } finally {
    await source.close()
  }
}

/** Names that the layer does not have yet. */
function addedFields(layer: Layer): Field[] {
  const taken = new Set(layer.fields.map(({ name }) => name.toLowerCase()))
  return ['prediction', 'variance'].map((name) => {
    let free = name
    for (let n = 2; taken.has(free); n++) free = `${name}_${n}`
    return { name: free, type: 'number' }
  })
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
      yield { values: [...values, ...added], wkb: batch.wkb.subarray(batch.offsets[i], batch.offsets[i + 1]) }
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
