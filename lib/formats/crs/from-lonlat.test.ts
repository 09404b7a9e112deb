import assert from 'node:assert/strict'
import test from 'node:test'
import { crsFromEpsg, crsFromWkt, toLonLat } from './crs.ts'
import { fromLonLat } from './from-lonlat.ts'

const ALBERS = `PROJCS["Albers of a county",GEOGCS["CGCS2000",DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101]],PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]],
PROJECTION["Albers"],PARAMETER["False_Easting",0],PARAMETER["False_Northing",0],PARAMETER["Central_Meridian",105],PARAMETER["Standard_Parallel_1",25],PARAMETER["Standard_Parallel_2",47],PARAMETER["Latitude_Of_Origin",0],UNIT["Meter",1]]`

const PLACES = [122.84, 45.62, 123.9, 45.3, 121.55, 44.05]

for (const [name, crs] of Object.entries({
  'a zone of CGCS2000': crsFromEpsg(4529),
  'UTM 51 N': crsFromEpsg(32651),
  'the web’s Mercator': crsFromEpsg(3857),
  'a system that only its WKT describes': crsFromWkt(ALBERS),
  degrees: crsFromEpsg(4490),
}))
  test(`there and back again in ${name}`, () => {
    assert.ok(crs)
    const xy = Float64Array.from(PLACES)
    fromLonLat(crs)(xy)
    const there = toLonLat(crs)
    for (let i = 0; i < PLACES.length; i += 2) {
      const [lon, lat] = there(xy[i], xy[i + 1])
      assert.ok(Math.abs(lon - PLACES[i]) < 1e-10 && Math.abs(lat - PLACES[i + 1]) < 1e-10, `${lon} ${lat}`)
    }
  })
