import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { PMTiles, zxyToTileId } from 'pmtiles'
import { tileId } from './pmtiles.ts'
import { PmtilesWriter } from './write.ts'

const folder = mkdtempSync(join(tmpdir(), 'dishu-pmtiles-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** The format's own reader over a file in memory. */
function readerOf(path: string): PMTiles {
  const bytes = readFileSync(path)
  return new PMTiles({
    getKey: () => path,
    getBytes: async (offset: number, length: number) => ({ data: Uint8Array.from(bytes.subarray(offset, offset + length)).buffer }),
  })
}

test('tiles are numbered as the format’s own library numbers them', () => {
  const tile = fc.integer({ min: 0, max: 20 }).chain((z) => fc.tuple(fc.constant(z), fc.nat(2 ** z - 1), fc.nat(2 ** z - 1)))
  fc.assert(
    fc.property(tile, ([z, x, y]) => assert.equal(tileId(z, x, y), zxyToTileId(z, x, y))),
    { numRuns: 500 },
  )
  assert.deepEqual([tileId(0, 0, 0), tileId(1, 0, 0), tileId(1, 0, 1), tileId(1, 1, 1), tileId(1, 1, 0)], [0, 1, 2, 3, 4])
})

test('an archive gives back its tiles, what it says of itself, and nothing where nothing is', async () => {
  for (const [name, count] of [
    ['small', 40],
    ['large', 15_000], // more than a root directory holds
  ] as const) {
    const path = join(folder, `${name}.pmtiles`)
    const writer = await PmtilesWriter.create(path)
    const at = (i: number) => [16, 55_000 + (i % 250), 23_000 + Math.floor(i / 250)] as const
    const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => tileId(...at(a)) - tileId(...at(b)))
    // every third tile is the same: stored once
    const contentOf = (i: number) => gzipSync(i % 3 === 0 ? 'same' : `tile ${i} ${'x'.repeat(i % 50)}`)
    for (const i of order) await writer.add(...at(i), contentOf(i))
    const written = await writer.finish({
      zooms: [16, 16],
      bounds: [122, 45, 124, 46],
      metadata: { name: '虚构', vector_layers: [{ id: 'cells', fields: {} }] },
    })
    assert.equal(written.tiles, count)
    assert.equal(written.bytes, readFileSync(path).length)
    const reader = readerOf(path)
    const header = await reader.getHeader()
    assert.deepEqual([header.minZoom, header.maxZoom, header.clustered, header.numAddressedTiles], [16, 16, true, count])
    assert.deepEqual([header.minLon, header.minLat, header.maxLon, header.maxLat], [122, 45, 124, 46])
    assert.equal(header.numTileContents, count - Math.floor((count - 1) / 3)) // those of a kind of their own and the one that is shared
    assert.equal(((await reader.getMetadata()) as { name: string }).name, '虚构')
    for (const i of [0, 1, 2, 3, 7, count - 1, Math.floor(count / 2)]) {
      const tile = await reader.getZxy(...at(i))
      assert.equal(Buffer.from(tile?.data ?? new ArrayBuffer(0)).toString(), i % 3 === 0 ? 'same' : `tile ${i} ${'x'.repeat(i % 50)}`)
    }
    assert.equal(await reader.getZxy(16, 1, 1), undefined)
  }
})
