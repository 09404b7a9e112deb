import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refused } from '@dishu/base/refusal'
import fc from 'fast-check'
import { crsFromEpsg, crsFromName, crsFromWkt, oldDatum, toLonLat, toLonLatInPlace, zoneFromEasting } from './crs.ts'
import { centralMeridian, epsgOfZone, falseEasting, zoneOfEpsg } from './zones.ts'

test('the EPSG numbers of the CGCS2000 zones', () => {
  // EPSG prefixed = 4488 + zone (3°), 4478 + zone (6°); the others by central meridian, 75° to 135°
  for (let zone = 25; zone <= 45; zone++) {
    assert.equal(epsgOfZone({ datum: 'cgcs2000', degrees: 3, zone, prefixed: true }), 4488 + zone)
    assert.equal(epsgOfZone({ datum: 'cgcs2000', degrees: 3, zone, prefixed: false }), 4509 + zone)
  }
  for (let zone = 13; zone <= 23; zone++) assert.equal(epsgOfZone({ datum: 'cgcs2000', degrees: 6, zone, prefixed: true }), 4478 + zone)
  for (let epsg = 4491; epsg <= 4554; epsg++) {
    const zone = zoneOfEpsg(epsg)
    assert.ok(zone)
    assert.equal(epsgOfZone(zone), epsg)
    assert.ok(centralMeridian(zone) >= 75 && centralMeridian(zone) <= 135)
    assert.equal(falseEasting(zone) % 1e6, 500_000)
  }
  assert.equal(zoneOfEpsg(4490), null)
  assert.equal(zoneOfEpsg(4555), null)
})

test('points of the domain file, computed with PROJ', () => {
  const near = (epsg: number, x: number, y: number, lon: number, lat: number) => {
    const [a, b] = toLonLat(crsFromEpsg(epsg))(x, y)
    assert.ok(Math.abs(a - lon) < 1e-9 && Math.abs(b - lat) < 1e-9, `${epsg}: ${a} ${b}`)
  }
  near(4529, 41487521.302, 5053862.2889, 122.84, 45.62)
  near(4550, 487521.302, 5053862.2889, 122.84, 45.62)
  near(4499, 21487521.302, 5053862.2889, 122.84, 45.62)
  near(4529, 41593955.4738, 5030099.2654, 124.2, 45.4)
  near(4490, 122.84, 45.62, 122.84, 45.62)
})

test('foreign systems, against gdaltransform (GDAL 3.6, PROJ 9.1) to 1e-6 degrees, about 0.1 m', () => {
  const cases: [number, number, number, number, number][] = [
    [31287, 500000, 500000, 14.6831643364563, 48.3913403427622],
    [28992, 150000, 460000, 5.31418464947772, 52.1281859501567],
    [27700, 400000, 300000, -2.00143311551089, 52.5977924308338],
    [31370, 150000, 170000, 4.36875214090419, 50.8404112831179],
    [3812, 650000, 665000, 4.36874747340179, 50.7954593093041],
    [2193, 1700000, 5500000, 174.182699622667, -40.6447996505625],
    [3067, 283097, 7009879, 22.6929270449068, 63.1526779268589],
    [3310, 0, 0, -120, 38.0163654676038],
    [7801, 500000, 4700000, 25.5, 42.4353846948467],
    [3116, 1000000, 1000000, -74.0775079166667, 4.59620041666667],
    [2154, 700000, 6600000, 3, 46.5],
    [3006, 600000, 6600000, 16.7677653657294, 59.5264083055813],
    [2180, 500000, 500000, 19, 52.3659476206342],
    [3035, 4321000, 3210000, 10, 52],
    [3857, 13000000, 5000000, 116.780986935538, 40.9162744706758],
    [32648, 600000, 2300000, 105.960871136097, 20.7971889977949],
    [31983, 400000, 8600000, -45.92089308233, -12.6625947444803],
    [25832, 500000, 6200000, 9, 55.9453750028629],
  ]
  for (const [epsg, x, y, lon, lat] of cases) {
    const [a, b] = toLonLat(crsFromEpsg(epsg))(x, y)
    assert.ok(Math.abs(a - lon) < 1e-6 && Math.abs(b - lat) < 1e-6, `${epsg}: ${a} ${b}`)
  }
})

const ESRI = (name: string, datum: string, spheroid: string, easting: number, meridian: number) =>
  `PROJCS["${name}",GEOGCS["GCS_${datum}",DATUM["D_${datum}",SPHEROID[${spheroid}]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",${easting}.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",${meridian}.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]`
const CGCS = ['China_2000', '"CGCS2000",6378137.0,298.257222101'] as const
const XIAN = ['Xian_1980', '"Xian_1980",6378140.0,298.257'] as const

test('a .prj without a code is recognised by its numbers; without a prefix the name tells 3° from 6°', () => {
  const epsg = (wkt: string) => crsFromWkt(wkt)?.epsg
  assert.equal(epsg(ESRI('CGCS2000_3_Degree_GK_Zone_41', ...CGCS, 41500000, 123)), 4529)
  assert.equal(epsg(ESRI('anything', ...CGCS, 41500000, 123)), 4529)
  assert.equal(epsg(ESRI('CGCS2000_3_Degree_GK_CM_123E', ...CGCS, 500000, 123)), 4550)
  assert.equal(epsg(ESRI('CGCS2000_GK_Zone_21', ...CGCS, 21500000, 123)), 4499)
  assert.equal(epsg(ESRI('CGCS2000_GK_CM_123E', ...CGCS, 500000, 123)), 4510)
  assert.equal(epsg(ESRI('自定义', ...CGCS, 500000, 123)), 4550)
  assert.equal(epsg(ESRI('Xian_1980_3_Degree_GK_CM_123E', ...XIAN, 500000, 123)), 2386)
  assert.equal(epsg(ESRI('Xian_1980_3_Degree_GK_Zone_41', ...XIAN, 41500000, 123)), 2365)
  assert.equal(epsg(ESRI('odd', ...CGCS, 400000, 122)), null)
  assert.equal(
    epsg(
      'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]]',
    ),
    4326,
  )
  assert.equal(
    epsg(
      'PROJCS["WGS_1984_UTM_Zone_51N",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"]]',
    ),
    32651,
  )
  assert.equal(oldDatum(crsFromEpsg(2386)), 'xian80')
  assert.equal(oldDatum(crsFromEpsg(4214)), 'beijing54')
  assert.equal(oldDatum(crsFromEpsg(4529)), null)
})

test('a Gauss–Kruger of no national zone goes by its own numbers', () => {
  const crs = crsFromWkt(ESRI('odd', ...CGCS, 400000, 122))
  assert.ok(crs)
  const [lon, lat] = toLonLat(crs)(400000, 5053862.2889)
  assert.ok(Math.abs(lon - 122) < 1e-12 && Math.abs(lat - 45.62) < 2e-4) // on its meridian the easting is the false one
})

test('a WKT of another projection goes through proj4', () => {
  // polygons.prj of the zonal golden set; the point by gdaltransform
  const albers =
    'PROJCS["unnamed",GEOGCS["GRS 1980(IUGG, 1980)",DATUM["unknown",SPHEROID["GRS80",6378137,298.257222101]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Albers_Conic_Equal_Area"],PARAMETER["standard_parallel_1",43],PARAMETER["standard_parallel_2",48],PARAMETER["latitude_of_center",34],PARAMETER["longitude_of_center",-120],PARAMETER["false_easting",600000],PARAMETER["false_northing",0],UNIT["metre",1,AUTHORITY["EPSG","9001"]]]'
  const crs = crsFromWkt(albers)
  assert.ok(crs)
  const xy = Float64Array.of(245000, 1000300, 245000, 1000300)
  toLonLatInPlace(crs, xy)
  assert.ok(Math.abs(xy[0] + 124.354531630109) < 1e-9 && Math.abs(xy[1] - 42.9832343747081) < 1e-9)
  assert.deepEqual(xy.slice(0, 2), xy.slice(2))
})

test('what nobody can convert is refused', () => {
  const refused = (problem: unknown) => problem instanceof Refused && problem.refusal.code === 'formats/crs-not-known'
  assert.throws(() => toLonLat(crsFromEpsg(99999)), refused)
  assert.throws(() => toLonLat({ epsg: null, name: 'x', wkt: 'PROJCS["x",PROJECTION["Unknown Projection"]]', geographic: false }), refused)
})

test('zones by prefixed eastings', () => {
  assert.deepEqual(zoneFromEasting(41487521.3), { datum: 'cgcs2000', degrees: 3, zone: 41, prefixed: true })
  assert.deepEqual(zoneFromEasting(21487521.3), { datum: 'cgcs2000', degrees: 6, zone: 21, prefixed: true })
  for (const x of [487521.3, 41999999, 24500000, 46500000, 12500000, 1e9, Number.NaN, -41487521])
    assert.equal(zoneFromEasting(x), null, String(x))
})

test('names of coordinate systems', () => {
  for (const name of [
    'urn:ogc:def:crs:EPSG::4490',
    'EPSG:4490',
    'urn:ogc:def:crs:EPSG:9.9:4490',
    'http://www.opengis.net/def/crs/EPSG/0/4490',
  ])
    assert.equal(crsFromName(name)?.epsg, 4490, name)
  assert.equal(crsFromName('urn:ogc:def:crs:OGC:1.3:CRS84')?.epsg, 4326)
  assert.equal(crsFromName('mine'), null)
})

test('no text breaks the reader of WKT', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('[', ']', '"', ',', 'A', '1', ' ', 'PROJCS[', 'GEOGCS["x"', '('), maxLength: 60 }),
      (text) => void crsFromWkt(text),
    ),
  )
  assert.equal(crsFromWkt('A['.repeat(9000)), null)
  assert.equal(crsFromWkt(''), null)
})
