/** GDAL, compiled to WebAssembly: turns one data set into a GeoPackage that our own reader then reads. */
import { constants } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, relative } from 'node:path'
import initGdalJs, { type Module } from 'gdal3.js/node.js'

/** What GDAL said when it could not; the caller knows what to call that. */
export class GdalTrouble extends Error {}

const VECTOR_READ_ONLY = 0x04
let loading: Promise<Module> | null = null
let errors: string[] = [] // what GDAL called an error since the last conversion began
let conversions = 0

async function gdal(): Promise<Module> {
  loading ??= (async () => {
    const folder = dirname(createRequire(import.meta.url).resolve('gdal3.js/dist/package/gdal3.node.js'))
    const { Module } = await withFileConstants(() =>
      initGdalJs({
        path: relative(process.cwd(), folder), // it puts ./ before the path itself
        useWorker: false,
        env: { OGR_SQLITE_SYNCHRONOUS: 'OFF', GML_FIELDTYPES: 'ALWAYS_STRING', GDAL_DISABLE_READDIR_ON_OPEN: 'FALSE' },
        logHandler: () => {},
        errorHandler: (message) => {
          const error = /^\s*ERROR \d+: (.*)/s.exec(message)
          if (error && errors.length < 20) errors.push(error[1])
        },
      }),
    )
    return Module
  })()
  return loading
}

// Emscripten asks the deprecated process.binding for the open flags, which Node's permission model denies: it gets them from node:fs.
async function withFileConstants<T>(load: () => Promise<T>): Promise<T> {
  const before = Object.getOwnPropertyDescriptor(process, 'binding')
  Object.defineProperty(process, 'binding', { configurable: true, writable: true, value: () => ({ fs: constants }) })
  try {
    return await load()
  } finally {
    if (before) Object.defineProperty(process, 'binding', before)
  }
}

/** A file in a folder, or a folder that is the data set itself (`file` null): GDAL sees that folder and nothing beside it. */
export type GdalInput = {
  readonly folder: string
  readonly file: string | null
  readonly driver: 'OpenFileGDB' | 'GML'
  readonly openOptions: readonly string[]
}

/**
 * Converts `input` to `output` in the folder `to`, with the one driver named and no other. Geometry becomes 2D with straight edges;
 * row order, field names and the coordinate system stay. Runs in one go, so call it where a parent can stop it.
 */
export async function convertToGeopackage(input: GdalInput, to: string, output: string): Promise<void> {
  const module = await gdal()
  const id = ++conversions
  const inputs = input.file === null ? `/in${id}.gdb` : `/in${id}`
  const outputs = `/out${id}`
  errors = []
  for (const [path, root] of [
    [inputs, input.folder],
    [outputs, to],
  ]) {
    module.FS.mkdir(path)
    module.FS.mount(module.NODEFS, { root }, path)
  }
  try {
    const source = withTexts(module, [input.driver], (drivers) =>
      withTexts(module, input.openOptions, (options) =>
        module.ccall(
          'GDALOpenEx',
          'number',
          ['string', 'number', 'number', 'number', 'number'],
          [input.file === null ? inputs : `${inputs}/${input.file}`, VECTOR_READ_ONLY, drivers, options, 0],
        ),
      ),
    )
    if (source === 0) throw new GdalTrouble(reason())
    try {
      translate(module, source, `${outputs}/${output}`)
      // it goes on past a torn record and calls the rest a success: we do not
      if (errors.length) throw new GdalTrouble(reason())
    } finally {
      module.ccall('GDALClose', null, ['number'], [source])
    }
  } catch (error) {
    // an abort or a trap inside WebAssembly: the module is of no use afterwards
    if (error instanceof WebAssembly.RuntimeError || (error instanceof Error && /abort|out of memory/i.test(error.message))) {
      loading = null
      throw new GdalTrouble(reason(error.message))
    }
    throw error
  } finally {
    for (const path of [inputs, outputs]) module.FS.unmount(path)
  }
}

function translate(module: Module, source: number, output: string): void {
  const words = ['-f', 'GPKG', '-dim', 'XY', '-nlt', 'CONVERT_TO_LINEAR', '-lco', 'SPATIAL_INDEX=NO', '-gt', '65536']
  withTexts(module, words, (pointer) => {
    const options = module.ccall('GDALVectorTranslateOptionsNew', 'number', ['number', 'number'], [pointer, 0])
    const sources = module._malloc(4)
    module.setValue(sources, source, '*')
    try {
      const made = module.ccall(
        'GDALVectorTranslate',
        'number',
        ['string', 'number', 'number', 'number', 'number', 'number'],
        [output, 0, 1, sources, options, 0],
      )
      if (made === 0) throw new GdalTrouble(reason())
      module.ccall('GDALClose', null, ['number'], [made])
    } finally {
      module._free(sources)
      module.ccall('GDALVectorTranslateOptionsFree', null, ['number'], [options])
    }
  })
}

const reason = (otherwise = 'no reason given') =>
  (errors.length ? errors.join(' · ') : otherwise).replaceAll(/\/(?:in|out)\d+(?:\.gdb)?\/?/g, '').slice(0, 400)

/** A null-terminated array of C strings for as long as `use` runs. */
function withTexts<T>(module: Module, texts: readonly string[], use: (pointer: number) => T): T {
  const pointers = texts.map((text) => {
    const bytes = module.lengthBytesUTF8(text) + 1
    const pointer = module._malloc(bytes)
    module.stringToUTF8(text, pointer, bytes)
    return pointer
  })
  const array = module._malloc(4 * (pointers.length + 1))
  for (const [i, pointer] of [...pointers, 0].entries()) module.setValue(array + 4 * i, pointer, '*')
  try {
    return use(array)
  } finally {
    for (const pointer of [...pointers, array]) module._free(pointer)
  }
}
