import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { Refused } from '@dishu/base/refusal'
import { openTiff } from './geotiff.ts'
import { fileSource, memorySource } from './source.ts'
import { tiffOf } from './tiffs.testing.ts'

const GDAL = spawnSync('gdal_translate', ['--version'], { stdio: 'ignore' }).status === 0
const withoutGdal = GDAL ? false : 'what GDAL writes: gdal_translate is not installed'
const [WIDTH, HEIGHT] = [150, 90]

const TYPES = {
  Byte: { envi: 1, array: Uint8Array, top: 250 },
  UInt16: { envi: 12, array: Uint16Array, top: 60_000 },
  Int16: { envi: 2, array: Int16Array, top: 9000 },
  Float32: { envi: 4, array: Float32Array, top: 1.7 },
  Float64: { envi: 5, array: Float64Array, top: 1.7 },
} as const

/** Hills of several wave lengths, a little different in every band, band after band; where asked for, a corner that is no number. */
function hills(type: keyof typeof TYPES, bands: number, corner: boolean): Buffer {
  const { array, top } = TYPES[type]
  const cells = new array(WIDTH * HEIGHT * bands)
  for (let b = 0, i = 0; b < bands; b++)
    for (let y = 0; y < HEIGHT; y++)
      for (let x = 0; x < WIDTH; x++, i++)
        cells[i] =
          corner && x < 20 && y < 20
            ? Number.NaN
            : top * (0.5 + 0.2 * Math.sin(x / 9 + b) + 0.2 * Math.cos((x + 3 * y) / 17) + 0.1 * Math.sin(y * b))
  return Buffer.from(cells.buffer)
}

for (const [type, bands, options, corner] of [
  ['Byte', 1, 'COMPRESS=JPEG'],
  ['Byte', 1, 'COMPRESS=JPEG TILED=YES BLOCKXSIZE=64 BLOCKYSIZE=32 JPEG_QUALITY=40'],
  ['Byte', 3, 'COMPRESS=JPEG PHOTOMETRIC=YCBCR TILED=YES BLOCKXSIZE=64 BLOCKYSIZE=64'],
  ['Byte', 3, 'COMPRESS=JPEG PHOTOMETRIC=YCBCR BLOCKYSIZE=16 JPEGTABLESMODE=0'],
  ['Byte', 3, 'COMPRESS=JPEG PHOTOMETRIC=RGB JPEG_QUALITY=90'],
  ['Byte', 3, 'COMPRESS=JPEG INTERLEAVE=BAND'],
  ['Byte', 3, 'COMPRESS=WEBP TILED=YES BLOCKXSIZE=64 BLOCKYSIZE=64'],
  ['Byte', 3, 'COMPRESS=WEBP WEBP_LOSSLESS=YES BLOCKYSIZE=40'],
  ['Byte', 3, 'COMPRESS=LERC'],
  ['UInt16', 1, 'COMPRESS=LERC TILED=YES BLOCKXSIZE=64 BLOCKYSIZE=32 ENDIANNESS=BIG'],
  ['Int16', 3, 'COMPRESS=LERC_DEFLATE INTERLEAVE=BAND'],
  ['Int16', 3, 'COMPRESS=LERC_ZSTD INTERLEAVE=PIXEL'],
  ['Float32', 1, 'COMPRESS=LERC MAX_Z_ERROR=0.01', true],
  ['Float64', 2, 'COMPRESS=LERC_ZSTD MAX_Z_ERROR=0.001'],
] as const)
  test(`${bands} × ${type} ${options} is read as GDAL reads it`, { skip: withoutGdal }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'dishu-foreign-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const at = (name: string) => join(folder, name)
    const run = (...args: string[]) => {
      const told = spawnSync('gdal_translate', ['-q', ...args], { encoding: 'utf8' })
      assert.equal(told.status, 0, told.stderr)
    }
    writeFileSync(at('hills.raw'), hills(type, bands, corner === true))
    writeFileSync(
      at('hills.hdr'),
      `ENVI\nsamples = ${WIDTH}\nlines = ${HEIGHT}\nbands = ${bands}\nheader offset = 0\ndata type = ${TYPES[type].envi}\ninterleave = bsq\nbyte order = 0\n`,
    )
    run(...options.split(' ').flatMap((option) => ['-co', option]), at('hills.raw'), at('packed.tif'))
    run('-of', 'ENVI', '-co', 'INTERLEAVE=BSQ', at('packed.tif'), at('read.raw'))
    const tiff = await openTiff(fileSource(at('packed.tif')))
    const all = Array.from({ length: bands }, (_, b) => b)
    const cells = await tiff.readWindow(all, { x: 0, y: 0, width: WIDTH, height: HEIGHT })
    const bytes = Buffer.concat(cells.map((band) => new Uint8Array(band.buffer, band.byteOffset, band.byteLength)))
    const expected = readFileSync(at('read.raw'))
    const { array } = TYPES[type]
    const ours = new array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
    const its = new array(expected.buffer.slice(expected.byteOffset, expected.byteOffset + expected.length))
    const apart = ours.findIndex((cell, i) => !Object.is(cell, its[i]))
    assert.equal(apart < 0 ? '' : `cell ${apart}: ${ours[apart]}, not ${its[apart]}`, '')
    assert.equal(ours.length, its.length)
    // a window within, over the borders of blocks
    const [part] = await tiff.readWindow([bands - 1], { x: 50, y: 20, width: 40, height: 30 })
    const from = (bands - 1) * WIDTH * HEIGHT
    for (let y = 0; y < 30; y++)
      for (let x = 0; x < 40; x++) assert.ok(Object.is(Number(part[y * 40 + x]), Number(its[from + (20 + y) * WIDTH + 50 + x])))
  })

test('blocks that are not what they are said to be are refused: another size, cut short, no such picture', {
  skip: withoutGdal,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'dishu-foreign-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'hills.raw'), hills('Byte', 3, false))
  writeFileSync(
    join(folder, 'hills.hdr'),
    `ENVI\nsamples = ${WIDTH}\nlines = ${HEIGHT}\nbands = 3\nheader offset = 0\ndata type = 1\ninterleave = bsq\nbyte order = 0\n`,
  )
  const isDamaged = (problem: unknown) => problem instanceof Refused && problem.refusal.code === 'formats/tiff-damaged'
  for (const way of ['JPEG', 'WEBP', 'LERC']) {
    const path = join(folder, `${way}.tif`)
    const options = ['COMPRESS', 'TILED', 'BLOCKXSIZE', 'BLOCKYSIZE'].flatMap((name, i) => ['-co', `${name}=${[way, 'YES', 256, 256][i]}`])
    assert.equal(spawnSync('gdal_translate', ['-q', ...options, join(folder, 'hills.raw'), path]).status, 0)
    const good = readFileSync(path)
    const whole = await openTiff(memorySource(way, good))
    const window = { x: 0, y: 0, width: WIDTH, height: HEIGHT }
    assert.equal((await whole.readWindow([0], window))[0].length, WIDTH * HEIGHT)
    // every byte of the only block made another, one region at a time: a refusal, or cells that are wrong only as a picture can be
    for (let k = 0; k < 12; k++) {
      const bad = Buffer.from(good)
      const from = Math.floor((good.length * (k + 1)) / 14)
      bad.fill(0xa5 ^ k, from, Math.min(good.length, from + 40))
      try {
        const tiff = await openTiff(memorySource(way, bad))
        await tiff.readWindow([0], { x: 0, y: 0, width: Math.min(tiff.width, WIDTH), height: Math.min(tiff.height, HEIGHT) })
      } catch (problem) {
        assert.ok(problem instanceof Refused, `${way} ${k}: ${problem}`)
      }
    }
    // good again afterwards: a decoder that was trapped is loaded anew
    assert.equal((await whole.readWindow([0], window))[0].length, WIDTH * HEIGHT)
  }
  for (const compression of [7, 50001, 34887]) {
    const perCell = compression === 50001 ? 3 : 1
    const strips = [Uint8Array.from({ length: 64 }, (_, i) => i)]
    const tiff = await openTiff(memorySource('x', tiffOf({ width: 8, height: 8, bits: 8, perCell, compression, strips })))
    await assert.rejects(tiff.readWindow([0], { x: 0, y: 0, width: 8, height: 8 }), isDamaged, String(compression))
  }
})

test('what no decoder is there for is refused by name: CCITT, LZMA, JPEG of 12 bits, JPEG of two colours', async () => {
  const opened = (bits: number, perCell: number, compression: number) =>
    openTiff(memorySource('x', tiffOf({ width: 4, height: 4, bits, perCell, compression, strips: [new Uint8Array(64)] })))
  const isNotRead = (problem: unknown) => problem instanceof Refused && problem.refusal.code === 'formats/tiff-not-read'
  await assert.rejects(opened(1, 1, 4), isNotRead)
  await assert.rejects(opened(8, 1, 34925), isNotRead)
  await assert.rejects(opened(12, 1, 7), isNotRead)
  await assert.rejects(opened(8, 2, 7), isNotRead)
})
