/** Loads all that `dishu topology` may need behind its fence, so that Node compiles it, and says in which folder the code then lies. It reads no file. */
import { getCompileCacheDir } from 'node:module'
import { basename } from 'node:path'
import './topology-file.ts'
import './topology-thread.child.ts'
import '@dishu/formats/geopackage/geopackage'
import '@dishu/formats/shapefile/shapefile'
import '@dishu/formats/flatgeobuf/flatgeobuf'
import '@dishu/formats/geojson/geojson'

process.stdout.write(basename(getCompileCacheDir() ?? ''))
