import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Refused } from '@dishu/base/refusal'
import fc from 'fast-check'
import { openTiff, type Samples, type SampleType } from './geotiff.ts'
import { samplesFor } from './samples.ts'
import { fileSource, memorySource } from './source.ts'
import { tiffOf } from './tiffs.testing.ts'
import { type WritableType, writeGeotiff } from './write.ts'

const folder = mkdtempSync(join(tmpdir(), 'geotiff-test-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const refused = (code: string) => (problem: unknown) => problem instanceof Refused && problem.refusal.code === code
const whole = (tiff: { width: number; height: number }) => ({ x: 0, y: 0, width: tiff.width, height: tiff.height })

/** Numbers that a smooth surface, a step and noise have in common: every predictor has something to do. */
function surface(type: SampleType, width: number, height: number, band: number): Samples {
  const cells = samplesFor(type, width * height)
  const [base, step] = type === 'uint8' ? [50, 40] : type === 'int8' ? [0, 50] : type === 'int16' ? [-200, 9000] : [3000, 20_000]
  for (let i = 0; i < cells.length; i++) {
    const x = i % width
    const value = base + step * Math.sin(x / 9 + band) + ((i * 7919) % 13) + (x > width / 2 ? step / 4 : 0)
    cells[i] = type.startsWith('float') ? value / 7 : Math.max(type.startsWith('u') ? 0 : -1e9, Math.round(value))
  }
  return cells
}

async function written(name: string, type: WritableType, width: number, height: number, bandCount: number, more = {}) {
  const path = join(folder, name)
  const bands = Array.from({ length: bandCount }, (_, b) => surface(type, width, height, b))
  await writeGeotiff(
    path,
    {
      ...{ width, height, bandCount, type, geotransform: [41_500_000, 10, 0, 5_000_000, 0, -10] as const, epsg: 4529 },
      rows: (y: number, n: number) => bands.map((cells) => cells.subarray(y * width, (y + n) * width)),
      ...more,
    },
    { tile: 32 },
  )
  return { path, bands }
}

const TYPES: readonly WritableType[] = ['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float32', 'float64']

for (const type of TYPES) {
  test(`what is written as ${type} is read again, whole and in any window`, async () => {
    const { path, bands } = await written(`${type}.tif`, type, 77, 50, 3)
    const source = fileSource(path)
    const tiff = await openTiff(source)
    assert.deepEqual([tiff.width, tiff.height, tiff.type, tiff.bands.length], [77, 50, type, 3])
    assert.deepEqual(await tiff.readWindow([0, 1, 2], whole(tiff)), bands)
    await fc.assert(
      fc.asyncProperty(fc.nat(76), fc.nat(49), fc.nat(76), fc.nat(49), async (x0, y0, w, h) => {
        const [width, height] = [1 + Math.min(w, 76 - x0), 1 + Math.min(h, 49 - y0)]
        const [cells] = await tiff.readWindow([1], { x: x0, y: y0, width, height })
        for (let r = 0; r < height; r++)
          assert.deepEqual(cells.slice(r * width, (r + 1) * width), bands[1].slice((y0 + r) * 77 + x0, (y0 + r) * 77 + x0 + width))
      }),
      { numRuns: 30 },
    )
    source.close()
  })
}

test('a file says where it lies, what its bands mean and what is no data', async () => {
  const { path } = await written('told.tif', 'int16', 70, 40, 2, {
    nodata: -200,
    bands: [{ name: '红光 <B4> & "more"', scale: 0.0001, offset: -0.1 }, {}],
    metadata: { SENSING: '2025-04-30' },
  })
  const tiff = await openTiff(fileSource(path))
  assert.equal(tiff.crs?.epsg, 4529)
  assert.deepEqual(tiff.geotransform, [41_500_000, 10, 0, 5_000_000, 0, -10])
  assert.deepEqual(tiff.bands[0], { name: '红光 <B4> & "more"', scale: 0.0001, offset: -0.1, isAlpha: false })
  assert.deepEqual([tiff.bands[1].scale, tiff.bands[1].offset, tiff.nodata, tiff.metadata.SENSING], [1, 0, -200, '2025-04-30'])
})

test('overviews halve, nodata left out of their means, and every file is there whole or not at all', async () => {
  const path = join(folder, 'halves.tif')
  const cells = Float32Array.of(1, 3, 10, 5, 7, -1, 20, 2, 2)
  //  1  3 10        (1+3+5+7)/4 = 4   10          nodata −1 left out
  //  5  7 −1   →    (20+2)/2 = 11      2
  // 20  2  2
  await writeGeotiff(
    path,
    {
      width: 3,
      height: 3,
      bandCount: 1,
      type: 'float32',
      geotransform: null,
      epsg: null,
      nodata: -1,
      rows: (y, n) => [cells.subarray(3 * y, 3 * (y + n))],
    },
    { tile: 16 },
  )
  const small = await openTiff(fileSource(path))
  assert.deepEqual(small.overviews, []) // it fits a tile: nothing to halve
  assert.equal(small.geotransform, null)

  const { path: large } = await written('large.tif', 'float32', 100, 70, 1)
  const tiff = await openTiff(fileSource(large))
  assert.deepEqual(tiff.overviews, [{ width: 50, height: 35 }, { width: 25, height: 18 }]) // biome-ignore format: a pair
  const [full] = await tiff.readWindow([0], whole(tiff))
  const [half] = await tiff.readWindow([0], { x: 0, y: 0, width: 50, height: 35 }, { overview: 0 })
  assert.equal(half[51], Math.fround((full[202] + full[203] + full[302] + full[303]) / 4))

  await assert.rejects(
    writeGeotiff(join(folder, 'never.tif'), {
      ...{ width: 3, height: 3, bandCount: 1, type: 'uint8', geotransform: null, epsg: null },
      rows: () => [new Uint8Array(2)],
    }),
    /expected 1 bands of 9 samples/,
  )
  assert.throws(() => readFileSync(join(folder, 'never.tif')))
})

test('any window of tiles of 16 bits with predictor 2 is the same part of the whole, in arrays of its own and in given ones', async () => {
  for (const type of ['uint16', 'int16'] as const) {
    const path = join(folder, `windows-${type}.tif`)
    const [width, height] = [77, 53]
    const bands = [0, 1].map((band) => surface(type, width, height, band))
    const rows = (y: number, n: number) => bands.map((cells) => cells.subarray(y * width, (y + n) * width) as Samples)
    await writeGeotiff(path, { width, height, bandCount: 2, type, geotransform: null, epsg: null, rows }, { tile: 16 })
    const tiff = await openTiff(fileSource(path))
    const side = (length: number) => fc.tuple(fc.nat(length - 1), fc.nat(length - 1)).map(([a, b]) => [Math.min(a, b), Math.abs(a - b) + 1])
    await fc.assert(
      fc.asyncProperty(side(width), side(height), async ([x, w], [y, h]) => {
        const window = { x, y, width: w, height: h }
        const expected = bands.map((cells) => Array.from({ length: w * h }, (_, i) => cells[(y + Math.floor(i / w)) * width + x + (i % w)]))
        const into = bands.map(() => samplesFor(type, w * h))
        const given = await tiff.readWindow([0, 1], window, { into })
        const own = await tiff.readWindow([0, 1], window)
        for (const b of [0, 1]) {
          assert.equal(given[b], into[b])
          assert.deepEqual([...given[b]], expected[b])
          assert.deepEqual([...own[b]], expected[b])
        }
      }),
      { numRuns: 60 },
    )
  }
})

test('strips, big-endian numbers, bands side by side, and packed bits, from bytes laid out by hand', async () => {
  // two rows of three cells, two bands of 16 bits side by side, a strip a row
  const pairs = [1, 100, 2, 200, 3, 300, 4, 400, 5, 500, 6, 600]
  const big = await openTiff(
    memorySource(
      'big',
      tiffOf({
        little: false,
        width: 3,
        height: 2,
        bits: 16,
        perCell: 2,
        rowsPerStrip: 1,
        strips: [words(pairs.slice(0, 6), false), words(pairs.slice(6), false)],
      }),
    ),
  )
  assert.deepEqual(await big.readWindow([1, 0], { x: 1, y: 0, width: 2, height: 2 }), [
    Uint16Array.of(200, 300, 500, 600),
    Uint16Array.of(2, 3, 5, 6),
  ])
  // one bit a cell, rows from a byte of their own: 1010 0000, 0111 0000
  const bits = await openTiff(
    memorySource('bits', tiffOf({ width: 4, height: 2, bits: 1, strips: [Uint8Array.of(0b1010_0000, 0b0111_0000)] })),
  )
  assert.deepEqual(await bits.readWindow([0], whole(bits)), [Uint8Array.of(1, 0, 1, 0, 0, 1, 1, 1)])
  // PackBits of TIFF 6.0, section 9: its own example
  const example = Uint8Array.of(0xfe, 0xaa, 0x02, 0x80, 0x00, 0x2a, 0xfd, 0xaa, 0x03, 0x80, 0x00, 0x2a, 0x22, 0xf7, 0xaa)
  const unpacked = [0xaa, 0xaa, 0xaa, 0x80, 0, 0x2a, 0xaa, 0xaa, 0xaa, 0xaa, 0x80, 0, 0x2a, 0x22, ...new Array(10).fill(0xaa)]
  const packed = await openTiff(memorySource('packed', tiffOf({ width: 24, height: 1, bits: 8, compression: 32773, strips: [example] })))
  assert.deepEqual(await packed.readWindow([0], whole(packed)), [Uint8Array.from(unpacked)])
  // LZW of TIFF 6.0, section 13: its own example, codes 256 7 258 8 8 258 6 257 for 7 7 7 8 8 7 7 6
  const codes = [256, 7, 258, 8, 8, 258, 6, 257]
  const lzw = await openTiff(memorySource('lzw', tiffOf({ width: 8, height: 1, bits: 8, compression: 5, strips: [nineBits(codes)] })))
  assert.deepEqual(await lzw.readWindow([0], whole(lzw)), [Uint8Array.of(7, 7, 7, 8, 8, 7, 7, 6)])
})

const words = (values: readonly number[], little: boolean) => {
  const bytes = new Uint8Array(2 * values.length)
  const view = new DataView(bytes.buffer)
  for (const [i, value] of values.entries()) view.setUint16(2 * i, value, little)
  return bytes
}

function nineBits(codes: readonly number[]): Uint8Array {
  const text = codes.map((code) => code.toString(2).padStart(9, '0')).join('')
  return Uint8Array.from({ length: Math.ceil(text.length / 8) }, (_, i) => Number.parseInt(text.slice(8 * i, 8 * i + 8).padEnd(8, '0'), 2))
}

test('hostile files are refused before anything large is made of them', async () => {
  const plain = { width: 4, height: 4, bits: 8, strips: [new Uint8Array(16)] }
  const open = (change: object) => openTiff(memorySource('x.tif', tiffOf({ ...plain, ...change })))
  const read = async (change: object) => {
    const tiff = await open(change)
    return tiff.readWindow([0], { x: 0, y: 0, width: Math.min(tiff.width, 64), height: Math.min(tiff.height, 64) })
  }
  await assert.rejects(openTiff(memorySource('x', new Uint8Array(3))), refused('formats/tiff-not-a-tiff'))
  await assert.rejects(openTiff(memorySource('x', Buffer.from('not an image at all'))), refused('formats/tiff-not-a-tiff'))
  await assert.rejects(open({ width: 4_000_000_000, height: 4_000_000_000 }), refused('formats/tiff-too-large'))
  await assert.rejects(open({ width: 100_000_000, height: 100_000_000, tile: 16 }), refused('formats/tiff-damaged')) // more tiles than are listed
  await assert.rejects(read({ width: 100_000_000, height: 1 }), refused('formats/tiff-damaged')) // sixteen bytes for a hundred million
  await assert.rejects(read({ offset: 1_000_000 }), refused('formats/tiff-cut-short'))
  await assert.rejects(open({ loop: true }), refused('formats/tiff-damaged'))
  await assert.rejects(open({ bits: 24 }), refused('formats/tiff-not-read'))
  await assert.rejects(open({ compression: 4 }), refused('formats/tiff-not-read'))
  await assert.rejects(open({ predictor: 3 }), refused('formats/tiff-not-read'))
  await assert.rejects(open({ perCell: 0 }), refused('formats/tiff-damaged'))
  await assert.rejects(open({ tagCount: 0xffffffff }), (p) => refused('formats/tiff-too-large')(p) || refused('formats/tiff-cut-short')(p))
  // 4 MB of zeros in 4 kB, for sixteen cells
  const { deflateSync } = await import('node:zlib')
  await assert.rejects(read({ compression: 8, strips: [deflateSync(new Uint8Array(4 << 20))] }), refused('formats/tiff-damaged'))
  await assert.rejects(read({ compression: 8, strips: [deflateSync(new Uint8Array(8))] }), refused('formats/tiff-damaged')) // too little
  await assert.rejects(read({ compression: 5, strips: [Uint8Array.of(255, 255, 255)] }), refused('formats/tiff-damaged'))
})

test('a file with any bytes changed, or cut anywhere, is read or refused, and quickly', async () => {
  const { path } = await written('fuzzed.tif', 'uint16', 70, 60, 2, { nodata: 7, metadata: { a: 'b' } })
  const good = readFileSync(path)
  const attempt = async (bytes: Uint8Array) => {
    try {
      const tiff = await openTiff(memorySource('fuzzed', bytes))
      const window = { x: 0, y: 0, width: Math.min(tiff.width, 256), height: Math.min(tiff.height, 256) }
      await tiff.readWindow([0], window)
      await tiff.readMask(window)
    } catch (problem) {
      if (!(problem instanceof Refused)) throw problem
    }
  }
  const began = performance.now()
  await fc.assert(
    fc.asyncProperty(
      // most of what is interesting stands in the directories, at the beginning
      fc.array(fc.tuple(fc.oneof(fc.nat(1500), fc.nat(good.length - 1)), fc.nat(255)), { minLength: 1, maxLength: 12 }),
      fc.option(fc.nat(good.length)),
      async (hits, cut) => {
        const bytes = Uint8Array.from(good.subarray(0, cut ?? good.length))
        for (const [at, value] of hits) if (at < bytes.length) bytes[at] = value
        await attempt(bytes)
      },
    ),
    { numRuns: 600 },
  )
  assert.ok(performance.now() - began < 30_000)
})

const GDAL = ['gdal_translate', 'gdalinfo'].every((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0)
const withoutGdal = GDAL ? false : 'what GDAL writes: gdal_translate is not installed'

test('every way in which GDAL writes a GeoTIFF is read as GDAL reads it', { skip: withoutGdal }, async () => {
  const ways = [
    ['uint8', 'COMPRESS=NONE'],
    ['uint8', 'COMPRESS=PACKBITS INTERLEAVE=BAND'],
    ['uint8', 'COMPRESS=LZW PREDICTOR=2 TILED=YES BLOCKXSIZE=32 BLOCKYSIZE=16'],
    ['uint8', 'COMPRESS=DEFLATE NBITS=7'],
    ['uint16', 'COMPRESS=LZW ENDIANNESS=BIG PREDICTOR=2'],
    ['uint16', 'COMPRESS=NONE ENDIANNESS=BIG TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=16'],
    ['uint16', 'COMPRESS=ZSTD PREDICTOR=2 INTERLEAVE=BAND'],
    ['uint16', 'COMPRESS=DEFLATE PREDICTOR=2 INTERLEAVE=PIXEL TILED=YES BLOCKXSIZE=48 BLOCKYSIZE=16 BIGTIFF=YES'],
    ['uint16', 'COMPRESS=LZW NBITS=15'],
    ['int16', 'COMPRESS=DEFLATE PREDICTOR=2 BLOCKYSIZE=7'],
    ['int16', 'COMPRESS=LZW INTERLEAVE=BAND BIGTIFF=YES ENDIANNESS=BIG'],
    ['int32', 'COMPRESS=DEFLATE PREDICTOR=2 INTERLEAVE=PIXEL'],
    ['int32', 'COMPRESS=ZSTD PREDICTOR=2 ENDIANNESS=BIG'],
    ['uint32', 'COMPRESS=LZW PREDICTOR=2 TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=16'],
    ['float32', 'COMPRESS=DEFLATE PREDICTOR=3 INTERLEAVE=PIXEL'],
    ['float32', 'COMPRESS=DEFLATE PREDICTOR=2 INTERLEAVE=BAND'],
    ['float32', 'COMPRESS=LZW PREDICTOR=3 ENDIANNESS=BIG INTERLEAVE=BAND TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=16'],
    ['float32', 'COMPRESS=ZSTD NBITS=16'],
    ['float64', 'COMPRESS=DEFLATE PREDICTOR=3'],
    ['float64', 'COMPRESS=LZW PREDICTOR=2 ENDIANNESS=BIG'],
    ['float64', 'COMPRESS=PACKBITS ENDIANNESS=BIG'],
  ] as const
  for (const [type, options] of ways) {
    const { path } = await written(`from-${type}.tif`, type, 77, 50, 3)
    const out = join(folder, 'gdal.tif')
    const raw = join(folder, 'gdal.raw')
    const run = (...args: string[]) => {
      const told = spawnSync('gdal_translate', ['-q', ...args], { encoding: 'utf8' })
      assert.equal(told.status, 0, told.stderr)
    }
    run(...options.split(' ').flatMap((option) => ['-co', option]), path, out)
    // the second route: GDAL's own reading, written as bare numbers, band after band
    run('-of', 'ENVI', '-co', 'INTERLEAVE=BSQ', out, raw)
    const expected = readFileSync(raw)
    const tiff = await openTiff(fileSource(out))
    const bands = await tiff.readWindow([0, 1, 2], whole(tiff))
    const bytes = Buffer.concat(bands.map((cells) => new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength)))
    assert.ok(bytes.equals(expected), `${type} ${options}`)
  }
})

test("GDAL's masks, overviews and sparse files are read as GDAL reads them", { skip: withoutGdal }, async () => {
  const { path } = await written('bare.tif', 'uint8', 90, 60, 1, { nodata: 100 })
  const masked = join(folder, 'masked.tif')
  const run = (program: string, ...args: string[]) => assert.equal(spawnSync(program, args, { encoding: 'utf8' }).status, 0)
  run(
    'gdal_translate',
    '-q',
    '-mask',
    '1',
    '--config',
    'GDAL_TIFF_INTERNAL_MASK',
    'YES',
    '-co',
    'COMPRESS=DEFLATE',
    '-a_nodata',
    'none',
    path,
    masked,
  )
  const tiff = await openTiff(fileSource(masked))
  const [cells] = await tiff.readWindow([0], whole(tiff))
  const mask = await tiff.readMask(whole(tiff))
  assert.ok(tiff.hasMask && mask)
  assert.deepEqual(
    mask,
    Uint8Array.from(cells, (cell) => (cell === 0 ? 0 : 1)),
  )
  const alpha = join(folder, 'alpha.tif')
  run('gdalwarp', '-q', '-dstalpha', '-srcnodata', '60', path, alpha)
  const turned = await openTiff(fileSource(alpha))
  assert.deepEqual(turned.bands.map((band) => band.isAlpha), [false, true]) // biome-ignore format: one line
  const sparse = join(folder, 'sparse.tif')
  run('gdal_create', '-q', '-outsize', '300', '200', '-ot', 'Int16', '-a_nodata', '-9', '-co', 'TILED=YES', '-co', 'SPARSE_OK=TRUE', sparse)
  const empty = await openTiff(fileSource(sparse))
  assert.ok((await empty.readWindow([0], whole(empty)))[0].every((cell) => cell === -9))
})
