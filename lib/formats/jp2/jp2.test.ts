// The two fixtures hold the numbers (37 x + 101 y) mod 4001 + 17 of invented ground, written by GDAL 3.6 (OpenJPEG 2.5), lossless, in tiles of 32:
// gdal_translate -of JP2OpenJPEG -co REVERSIBLE=YES -co QUALITY=100 -co BLOCKXSIZE=32 -co BLOCKYSIZE=32 -a_srs EPSG:32651 -a_ullr 580000 5020000 580700 5019500
// (ramp.jp2: 70 × 50, GeoJP2; gml.jp2: 48 × 40, GMLJP2 only, -a_ullr 580000 5020000 580480 5019600)
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { Jp2Trouble } from './codestream.ts'
import { openJp2 } from './jp2.ts'

const fixture = (name: string) => new Uint8Array(readFileSync(fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))))
const RAMP = fixture('ramp.jp2')
const valueAt = (x: number, y: number) => ((37 * x + 101 * y) % 4001) + 17

for (const [name, width, height, tiles] of [
  ['ramp.jp2', 70, 50, 6],
  ['gml.jp2', 48, 40, 4],
] as const)
  test(`${name} comes out number by number, tile by tile`, async () => {
    const jp2 = openJp2(fixture(name))
    assert.deepEqual([jp2.width, jp2.height, jp2.bands, jp2.bits, jp2.signed, jp2.tiles.length], [width, height, 1, 16, false, tiles])
    const seen = new Uint8Array(width * height)
    for (const tile of jp2.tiles) {
      const samples = await jp2.readTile(tile)
      for (let y = 0; y < tile.height; y++)
        for (let x = 0; x < tile.width; x++) {
          assert.equal(samples[y * tile.width + x], valueAt(tile.x + x, tile.y + y))
          seen[(tile.y + y) * width + tile.x + x]++
        }
    }
    assert.ok(seen.every((times) => times === 1))
  })

test('a file says where it lies by GeoJP2 or by GMLJP2', () => {
  assert.ok(openJp2(RAMP).geotiff)
  const gml = openJp2(fixture('gml.jp2'))
  assert.equal(gml.geotiff, null)
  assert.match(gml.gml ?? '', /EPSG::32651/)
})

test('a file that is cut short is refused, or its whole tiles are read', async () => {
  for (let length = 0; length < RAMP.length; length += 7) {
    try {
      const jp2 = openJp2(RAMP.slice(0, length))
      for (const tile of jp2.tiles) await jp2.readTile(tile)
    } catch (problem) {
      assert.ok(problem instanceof Jp2Trouble, `${length}: ${problem}`)
    }
  }
})

test('changed bytes are refused or decoded, and never more than the file says is made of them', { timeout: 60_000 }, async () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(RAMP.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), async (changes) => {
      const bytes = RAMP.slice()
      for (const [at, value] of changes) bytes[at] = value
      try {
        const jp2 = openJp2(bytes)
        const [tile] = jp2.tiles
        const samples = await jp2.readTile(tile)
        return samples.length === tile.width * tile.height * jp2.bands
      } catch (problem) {
        return problem instanceof Jp2Trouble
      }
    }),
    { numRuns: 150, seed: 11 },
  ),
)

test('sizes that no image has are refused before anything is made for them', () => {
  const at = RAMP.findIndex((_, i) => RAMP[i] === 0xff && RAMP[i + 1] === 0x4f && RAMP[i + 2] === 0xff && RAMP[i + 3] === 0x51) + 4
  const change = (offset: number, value: number) => {
    const bytes = RAMP.slice()
    new DataView(bytes.buffer).setUint32(at + offset, value)
    return () => openJp2(bytes)
  }
  assert.throws(change(4, 0xffffffff), Jp2Trouble) // width
  assert.throws(change(4, 0), Jp2Trouble)
  assert.throws(change(20, 0), Jp2Trouble) // width of a tile
  assert.throws(change(20, 1), Jp2Trouble) // tiles without number
  assert.throws(() => openJp2(new Uint8Array(4)), Jp2Trouble)
  assert.throws(() => openJp2(new TextEncoder().encode('II*\0 no image')), Jp2Trouble)
})
