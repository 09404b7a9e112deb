/** The sample's images as files: folders of GeoTIFFs with an MTL, as Landsat Collection 2 Level 2 comes. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeGeotiff } from '@dishu/formats/geotiff/write'
import type { SampleScene } from './scenes.ts'

/** Writes each scene into a folder of its own and gives the folders. */
export async function writeScenes(scenes: readonly SampleScene[], folder: string): Promise<string[]> {
  const folders: string[] = []
  for (const scene of scenes) {
    const { day, width, height, geotransform, bands, quality } = scene
    const id = `SYNTHETIC_L2SP_220899_${day.replaceAll('-', '')}_02`
    const to = join(folder, id)
    await mkdir(to, { recursive: true })
    for (const [name, samples] of [...Object.entries(bands), ['QA_PIXEL', quality] as const])
      await writeGeotiff(
        join(to, `${id}_${name}.TIF`),
        {
          ...{ width, height, geotransform },
          bandCount: 1,
          type: 'uint16',
          epsg: 32_651,
          geographic: false,
          nodata: name === 'QA_PIXEL' ? null : 0,
          rows: (y, n) => [samples.subarray(y * width, (y + n) * width)],
        },
        { overviews: 'none', level: 1 },
      )
    await writeFile(join(to, `${id}_MTL.txt`), mtlOf(id, scene))
    folders.push(to)
  }
  return folders
}

function mtlOf(id: string, { day, bands, quality }: SampleScene): string {
  const numbers = Object.keys(bands).map((name) => name.slice(4))
  const hidden = quality.reduce((sum, value) => sum + (value & 0b11000 ? 1 : 0), 0)
  const group = (name: string, lines: readonly string[]) => [
    `  GROUP = ${name}`,
    ...lines.map((line) => `    ${line}`),
    `  END_GROUP = ${name}`,
  ]
  return [
    'GROUP = LANDSAT_METADATA_FILE',
    ...group('PRODUCT_CONTENTS', [
      'ORIGIN = "Synthetic sample data, invented"',
      `LANDSAT_PRODUCT_ID = "${id}"`,
      'PROCESSING_LEVEL = "L2SP"',
      'COLLECTION_NUMBER = 02',
      ...numbers.map((n) => `FILE_NAME_BAND_${n} = "${id}_SR_B${n}.TIF"`),
      `FILE_NAME_QUALITY_L1_PIXEL = "${id}_QA_PIXEL.TIF"`,
    ]),
    ...group('IMAGE_ATTRIBUTES', [
      'SPACECRAFT_ID = "SYNTHETIC_8"',
      'SENSOR_ID = "INVENTED"',
      `DATE_ACQUIRED = ${day}`,
      'SCENE_CENTER_TIME = "02:27:00.0000000Z"',
      `CLOUD_COVER = ${((100 * hidden) / quality.length).toFixed(2)}`,
    ]),
    ...group('LEVEL2_SURFACE_REFLECTANCE_PARAMETERS', [
      ...numbers.map((n) => `REFLECTANCE_MULT_BAND_${n} = 2.75e-05`),
      ...numbers.map((n) => `REFLECTANCE_ADD_BAND_${n} = -0.2`),
    ]),
    'END_GROUP = LANDSAT_METADATA_FILE',
    'END',
    '',
  ].join('\n')
}
