import { writeScene, writeCounties } from './z2inputs.tmp.ts'
await writeCounties('/tmp/Z2/counties.gpkg',50000,2)
await writeScene('/tmp/Z2/scene.tif',5000,10,3)
