/** Whole scenes through the reading process: what is found, what is packed, what is refused. */
import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Refused } from '@dishu/base/refusal'
import { openTiff, type Samples } from '../geotiff/geotiff.ts'
import { memorySource } from '../geotiff/source.ts'
import { writeGeotiff } from '../geotiff/write.ts'
import { type Look, lookAtScene, type PackGroup, packScene } from './scene.ts'

const root = mkdtempSync(join(tmpdir(), 'dishu-scene-'))
after(() => rmSync(root, { recursive: true, force: true }))
const RAMP = fileURLToPath(new URL('../jp2/fixtures/ramp.jp2', import.meta.url))
const GML = fileURLToPath(new URL('../jp2/fixtures/gml.jp2', import.meta.url))
const valueAt = (x: number, y: number) => ((37 * x + 101 * y) % 4001) + 17

let count = 0
const folder = () => {
  const path = join(root, String(count++))
  mkdirSync(path)
  return path
}
const refused = (code: string) => (problem: unknown) => {
  assert.ok(problem instanceof Refused, String(problem))
  assert.equal(problem.refusal.code, code)
  return true
}

async function tiff(
  path: string,
  options: {
    readonly geotransform?: readonly [number, number, number, number, number, number] | null
    readonly epsg?: number | null
    readonly width?: number
  } = {},
) {
  const width = options.width ?? 40
  await writeGeotiff(
    path,
    {
      width,
      height: 30,
      bandCount: 1,
      type: 'uint16',
      geotransform: options.geotransform === undefined ? [580_000, 10, 0, 5_020_000, 0, -10] : options.geotransform,
      epsg: options.epsg === undefined ? 32_651 : options.epsg,
      geographic: false,
      nodata: 0,
      rows: (y, n) => [Uint16Array.from({ length: n * width }, (_, i) => valueAt(i % width, y + Math.floor(i / width)))],
    },
    { tile: 16, overviews: 'none' },
  )
  return path
}

function groupOf(look: Look): PackGroup {
  const [raster] = look.rasters
  assert.ok(raster.geotransform)
  const { width, height, type, geotransform, epsg, wkt, geographic, nodata } = raster
  return { out: '0.tif', classes: false, width, height, type, geotransform, epsg, wkt, geographic, nodata, bands: look.product.bands }
}

async function readBack(path: string): Promise<{ samples: Samples; width: number }> {
  const opened = await openTiff(memorySource('a.tif', new Uint8Array(readFileSync(path))))
  const [samples] = await opened.readWindow([0], { x: 0, y: 0, width: opened.width, height: opened.height })
  return { samples, width: opened.width }
}

for (const [name, path, width, height] of [
  ['a JP2 that says its place by GeoJP2', RAMP, 70, 50],
  ['a JP2 that says its place by GMLJP2', GML, 48, 40],
] as const)
  test(`${name} becomes a COG with the same numbers in the same place`, async () => {
    const scratch = folder()
    const look = await lookAtScene([path], { scratch })
    const [raster] = look.rasters
    assert.deepEqual([raster.width, raster.height, raster.type, raster.epsg], [width, height, 'uint16', 32_651])
    assert.deepEqual(raster.geotransform, [580_000, 10, 0, 5_020_000, 0, -10])
    const [packed] = await packScene([path], look, [groupOf(look)], { scratch })
    const { samples } = await readBack(join(scratch, '0.tif'))
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) assert.equal(samples[y * width + x], valueAt(x, y))
    assert.deepEqual(packed.bands[0], { valid: width * height, min: Math.min(...samples), max: Math.max(...samples) })
  })

test('a folder of plain rasters: every band, guesses from names, progress to its end', async () => {
  const path = folder()
  await tiff(join(path, 'Red_20240512.tif'))
  await tiff(join(path, 'NIR_20240512.tif'))
  writeFileSync(join(path, 'notes.txt'), 'not a raster')
  const scratch = folder()
  const look = await lookAtScene([path], { scratch })
  assert.deepEqual(
    look.product.bands.map(({ name, common }) => [name, common]),
    [
      ['NIR_20240512', 'nir'],
      ['Red_20240512', 'red'],
    ],
  )
  assert.equal(look.product.takenOn, '2024-05-12')
  let last = 0
  await packScene([path], look, [groupOf(look)], {
    scratch,
    onProgress: (done, of) => {
      last = done / of
    },
  })
  assert.equal(last, 1)
})

test('a Landsat product in a tar is unpacked and recognised', async () => {
  const path = folder()
  const id = 'LC09_L2SP_119028_20240520_20240522_02_T1'
  await tiff(join(path, `${id}_SR_B4.TIF`))
  const mtl = [
    'GROUP = LANDSAT_METADATA_FILE',
    'GROUP = PRODUCT_CONTENTS',
    `LANDSAT_PRODUCT_ID = "${id}"`,
    'PROCESSING_LEVEL = "L2SP"',
    `FILE_NAME_BAND_4 = "${id}_SR_B4.TIF"`,
    'END_GROUP = PRODUCT_CONTENTS',
    'GROUP = IMAGE_ATTRIBUTES',
    'SPACECRAFT_ID = "LANDSAT_9"',
    'DATE_ACQUIRED = 2024-05-20',
    'END_GROUP = IMAGE_ATTRIBUTES',
    'GROUP = LEVEL2_SURFACE_REFLECTANCE_PARAMETERS',
    'REFLECTANCE_MULT_BAND_4 = 2.75e-05',
    'REFLECTANCE_ADD_BAND_4 = -0.2',
    'END_GROUP = LEVEL2_SURFACE_REFLECTANCE_PARAMETERS',
    'END_GROUP = LANDSAT_METADATA_FILE',
  ].join('\n')
  const tar = join(folder(), `${id}.tar`)
  const members = [
    [`${id}_MTL.txt`, Buffer.from(mtl)],
    [`../../${id}_SR_B4.TIF`, readFileSync(join(path, `${id}_SR_B4.TIF`))], // a path that leads elsewhere is only a name
    ['thumbnail.jpeg', Buffer.from('x')],
  ] as const
  writeFileSync(tar, Buffer.concat([...members.map(([name, bytes]) => tarMember(name, bytes)), Buffer.alloc(1024)]))
  const scratch = folder()
  const look = await lookAtScene([tar], { scratch })
  assert.equal(look.product.kind, 'landsat-c2-l2')
  assert.deepEqual([look.product.bands.length, look.product.bands[0].common, look.rasters.length], [1, 'red', 1])
  writeFileSync(tar, readFileSync(tar).subarray(0, 2000))
  await assert.rejects(lookAtScene([tar], { scratch: folder() }), refused('formats/tar-not-read'))
})

test('a raster larger than a tile gets smaller copies', async () => {
  const path = await tiff(join(folder(), 'Red.tif'), { width: 1100 })
  const scratch = folder()
  const look = await lookAtScene([path], { scratch })
  await packScene([path], look, [groupOf(look)], { scratch })
  const opened = await openTiff(memorySource('a.tif', new Uint8Array(readFileSync(join(scratch, '0.tif')))))
  assert.deepEqual(opened.overviews, [
    { width: 550, height: 15 },
    { width: 275, height: 8 },
  ])
})

function tarMember(name: string, bytes: Buffer): Buffer {
  const head = Buffer.alloc(512)
  head.write(name, 0)
  head.write('0000644\0', 100)
  head.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124)
  head.write('0', 156)
  head.write('ustar\0', 257)
  head.write('        ', 148)
  head.write(
    `${head
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  )
  return Buffer.concat([head, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)])
}

test('what lies nowhere, is turned, is empty or holds no raster is refused', async () => {
  const path = folder()
  const one = async (name: string, code: string) =>
    assert.rejects(lookAtScene([join(path, name)], { scratch: folder() }), refused(code), name)
  await tiff(join(path, 'nowhere.tif'), { geotransform: null, epsg: null })
  await one('nowhere.tif', 'formats/scene-without-place')
  await tiff(join(path, 'turned.tif'), { geotransform: [580_000, 8, 6, 5_020_000, 6, -8] })
  await one('turned.tif', 'formats/scene-turned')
  await tiff(join(path, 'upside-down.tif'), { geotransform: [580_000, 10, 0, 5_020_000, 0, 10] })
  await one('upside-down.tif', 'formats/scene-turned')
  writeFileSync(join(path, 'empty.tif'), '')
  await one('empty.tif', 'formats/scene-empty')
  writeFileSync(join(path, 'notes.txt'), 'x')
  await one('notes.txt', 'formats/scene-without-raster')
  await one('missing.tif', 'formats/not-found')
  writeFileSync(join(path, 'garbage.tif'), 'II*\0garbage that is no directory at all, only words')
  await assert.rejects(
    lookAtScene([join(path, 'garbage.tif')], { scratch: folder() }),
    (problem: unknown) => problem instanceof Refused && /^formats\/tiff-/.test(problem.refusal.code),
  )
  copyFileSync(RAMP, join(path, 'short.jp2'))
  writeFileSync(join(path, 'short.jp2'), readFileSync(RAMP).subarray(0, 900))
  await one('short.jp2', 'formats/jp2-not-read')
  const unknown = folder()
  await tiff(join(unknown, 'unplaced.tif'), { epsg: null })
  const look = await lookAtScene([unknown], { scratch: folder() })
  assert.deepEqual([look.rasters[0].epsg, look.rasters[0].wkt], [null, null]) // asked of the person
})

test('the reading process sees the files it was given and nothing beside them', async () => {
  const [mine, secret] = [folder(), folder()]
  await tiff(join(secret, 'Red.tif'))
  symlinkSync(join(secret, 'Red.tif'), join(mine, 'Red.tif'))
  await assert.rejects(lookAtScene([mine], { scratch: folder() }), refused('formats/scene-without-raster'))
})

test('a process that takes too long is ended, and an abort ends it with its own reason', async () => {
  const path = await tiff(join(folder(), 'Red.tif'))
  await assert.rejects(lookAtScene([path], { scratch: folder(), limits: { wallS: 0.01 } }), refused('formats/took-too-long'))
  await assert.rejects(lookAtScene([path], { scratch: folder(), limits: { rssMb: 20 } }), refused('formats/needs-too-much-memory'))
  const reason = new Error('no longer wanted')
  await assert.rejects(lookAtScene([path], { scratch: folder(), signal: AbortSignal.abort(reason) }), reason)
})
