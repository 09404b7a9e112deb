/**
 * The text of a coordinate system, generated: CGCS2000 in degrees (EPSG 4490) and its 64 Gauss–Krüger zones (EPSG 4491–4554).
 * Names and numbers as in the EPSG register and, for .prj files, as ArcGIS writes them; compared with GDAL's own output in the test.
 */

/** A Gauss–Krüger zone of CGCS2000: width in degrees, central meridian, false easting in metres. `zone` is null where the eastings have no zone in front. */
export type Zone = { readonly width: 3 | 6; readonly zone: number | null; readonly meridian: number; readonly falseEasting: number }

/** EPSG 4491–4501 and 4513–4533 carry the zone in front of the easting, 4502–4512 and 4534–4554 do not. Null for any other code. */
export function zoneOfEpsg(epsg: number): Zone | null {
  if (epsg >= 4491 && epsg <= 4501) return prefixed(6, epsg - 4478)
  if (epsg >= 4502 && epsg <= 4512) return { width: 6, zone: null, meridian: 6 * (epsg - 4489) - 3, falseEasting: 500_000 }
  if (epsg >= 4513 && epsg <= 4533) return prefixed(3, epsg - 4488)
  if (epsg >= 4534 && epsg <= 4554) return { width: 3, zone: null, meridian: 3 * (epsg - 4509), falseEasting: 500_000 }
  return null
}

const prefixed = (width: 3 | 6, zone: number): Zone => ({
  width,
  zone,
  meridian: width === 3 ? 3 * zone : 6 * zone - 3,
  falseEasting: zone * 1_000_000 + 500_000,
})

/** WKT 1 as ESRI writes it into a .prj; null for a system we do not know. */
export function esriWkt(epsg: number): string | null {
  if (epsg === 4490) return ESRI_4490
  if (epsg === 4326) return ESRI_4326
  const zone = zoneOfEpsg(epsg)
  if (!zone) return null
  const name = `CGCS2000_${zone.width === 3 ? '3_Degree_' : ''}GK_${zone.zone === null ? `CM_${zone.meridian}E` : `Zone_${zone.zone}`}`
  return (
    `PROJCS["${name}",${ESRI_4490},PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",${zone.falseEasting}.0],` +
    `PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",${zone.meridian}.0],PARAMETER["Scale_Factor",1.0],` +
    `PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]`
  )
}

/** WKT 1 with the register's codes, as GeoPackage wants it; null for a system we do not know. */
export function ogcWkt(epsg: number): string | null {
  if (epsg === 4490) return `${OGC_4490.slice(0, -TAIL_4490.length)},${DEGREE_AXES},${TAIL_4490.slice(1)}`
  if (epsg === 4326) return OGC_4326
  const zone = zoneOfEpsg(epsg)
  if (!zone) return null
  return (
    `PROJCS["${crsName(epsg)}",${OGC_4490},PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],` +
    `PARAMETER["central_meridian",${zone.meridian}],PARAMETER["scale_factor",1],PARAMETER["false_easting",${zone.falseEasting}],` +
    `PARAMETER["false_northing",0],UNIT["metre",1,AUTHORITY["EPSG","9001"]],AXIS["Northing",NORTH],AXIS["Easting",EAST],` +
    `AUTHORITY["EPSG","${epsg}"]]`
  )
}

/** The register's name of a system we know. */
export function crsName(epsg: number): string | null {
  if (epsg === 4490) return 'China Geodetic Coordinate System 2000'
  if (epsg === 4326) return 'WGS 84'
  const zone = zoneOfEpsg(epsg)
  if (!zone) return null
  return `CGCS2000 / ${zone.width === 3 ? '3-degree ' : ''}Gauss-Kruger ${zone.zone === null ? `CM ${zone.meridian}E` : `zone ${zone.zone}`}`
}

const DEGREE = 0.0174532925199433

const ESRI_4490 =
  'GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],' +
  `PRIMEM["Greenwich",0.0],UNIT["Degree",${DEGREE}]]`
const ESRI_4326 = `GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",${DEGREE}]]`

const DEGREE_AXES = 'AXIS["Latitude",NORTH],AXIS["Longitude",EAST]'
const TAIL_4490 = ',AUTHORITY["EPSG","4490"]]'
const OGC_4490 =
  'GEOGCS["China Geodetic Coordinate System 2000",DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101,AUTHORITY["EPSG","1024"]],' +
  `AUTHORITY["EPSG","1043"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",${DEGREE},AUTHORITY["EPSG","9122"]]${TAIL_4490}`
const OGC_4326 =
  'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],' +
  `PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",${DEGREE},AUTHORITY["EPSG","9122"]],${DEGREE_AXES},AUTHORITY["EPSG","4326"]]`
