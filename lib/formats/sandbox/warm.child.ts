/** Loads what the reading process needs for the common formats, so that Node compiles it, and says in which folder the code then lies. It reads no file. */
import { getCompileCacheDir } from 'node:module'
import { basename } from 'node:path'
import './child.ts'
import '../geopackage/geopackage.ts'
import '../shapefile/shapefile.ts'
import '../flatgeobuf/flatgeobuf.ts'
import '../geojson/geojson.ts'
import '../csv/csv.ts'
import '../xlsx/xlsx.ts'

process.stdout.write(basename(getCompileCacheDir() ?? ''))
