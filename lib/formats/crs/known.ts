/**
 * Foreign systems our users' files come in, by EPSG number: title, Esri's name in a .prj, and a definition.
 * Datum shifts are the EPSG registry's usual ones (metre level); a WKT without TOWGS84 would lose about 100 m there.
 */
export type KnownCrs = { readonly title: string; readonly esri: string; readonly proj: string }

const ETRS = '+ellps=GRS80 +units=m +no_defs'

export const KNOWN: Readonly<Record<number, KnownCrs>> = {
  3857: { title: 'WGS 84 / Pseudo-Mercator', esri: 'WGS_1984_Web_Mercator_Auxiliary_Sphere', proj: '+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null +no_defs' },
  2154: { title: 'RGF93 v1 / Lambert-93', esri: 'RGF_1993_Lambert_93', proj: `+proj=lcc +lat_0=46.5 +lon_0=3 +lat_1=49 +lat_2=44 +x_0=700000 +y_0=6600000 ${ETRS}` },
  2193: { title: 'NZGD2000 / New Zealand Transverse Mercator 2000', esri: 'NZGD_2000_New_Zealand_Transverse_Mercator', proj: `+proj=tmerc +lat_0=0 +lon_0=173 +k=0.9996 +x_0=1600000 +y_0=10000000 ${ETRS}` },
  2180: { title: 'ETRF2000-PL / CS92', esri: 'ETRF2000-PL_CS92', proj: `+proj=tmerc +lat_0=0 +lon_0=19 +k=0.9993 +x_0=500000 +y_0=-5300000 ${ETRS}` },
  3006: { title: 'SWEREF99 TM', esri: 'SWEREF99_TM', proj: `+proj=utm +zone=33 ${ETRS}` },
  3035: { title: 'ETRS89-extended / LAEA Europe', esri: 'ETRS_1989_LAEA', proj: `+proj=laea +lat_0=52 +lon_0=10 +x_0=4321000 +y_0=3210000 ${ETRS}` },
  3067: { title: 'ETRS89 / TM35FIN(E,N)', esri: 'EUREF_FIN_TM35FIN', proj: `+proj=utm +zone=35 ${ETRS}` },
  3116: { title: 'MAGNA-SIRGAS / Colombia Bogota zone', esri: 'MAGNA_Colombia_Bogota', proj: `+proj=tmerc +lat_0=4.59620041666667 +lon_0=-74.0775079166667 +k=1 +x_0=1000000 +y_0=1000000 ${ETRS}` },
  3310: { title: 'NAD83 / California Albers', esri: 'NAD_1983_California_Teale_Albers', proj: `+proj=aea +lat_0=0 +lon_0=-120 +lat_1=34 +lat_2=40.5 +x_0=0 +y_0=-4000000 ${ETRS}` },
  7801: { title: 'BGS2005 / CCS2005', esri: 'BGS2005_CCS2005', proj: `+proj=lcc +lat_0=42.6678756833333 +lon_0=25.5 +lat_1=42 +lat_2=43.3333333333333 +x_0=500000 +y_0=4725824.3591 ${ETRS}` },
  27700: { title: 'OSGB36 / British National Grid', esri: 'British_National_Grid', proj: '+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy +towgs84=446.448,-125.157,542.06,0.15,0.247,0.842,-20.489 +units=m +no_defs' },
  28992: { title: 'Amersfoort / RD New', esri: 'RD_New', proj: '+proj=sterea +lat_0=52.1561605555556 +lon_0=5.38763888888889 +k=0.9999079 +x_0=155000 +y_0=463000 +ellps=bessel +towgs84=565.4171,50.3319,465.5524,-0.398957,0.343988,-1.8774016,4.0725 +units=m +no_defs' },
  31287: { title: 'MGI / Austria Lambert', esri: 'MGI_Austria_Lambert', proj: '+proj=lcc +lat_0=47.5 +lon_0=13.3333333333333 +lat_1=49 +lat_2=46 +x_0=400000 +y_0=400000 +ellps=bessel +towgs84=577.326,90.129,463.919,5.137,1.474,5.297,2.4232 +units=m +no_defs' },
  31370: { title: 'BD72 / Belgian Lambert 72', esri: 'Belge_Lambert_1972', proj: '+proj=lcc +lat_0=90 +lon_0=4.36748666666667 +lat_1=51.1666672333333 +lat_2=49.8333339 +x_0=150000.013 +y_0=5400088.438 +ellps=intl +towgs84=-106.8686,52.2978,-103.7239,0.3366,-0.457,1.8422,-1.2747 +units=m +no_defs' },
  3812: { title: 'ETRS89 / Belgian Lambert 2008', esri: 'Belge_Lambert_2008', proj: `+proj=lcc +lat_0=50.797815 +lon_0=4.35921583333333 +lat_1=49.8333333333333 +lat_2=51.1666666666667 +x_0=649328 +y_0=665262 ${ETRS}` },
} // biome-ignore format: a table

/** Geographic systems within a metre or so of each other and of WGS 84: their degrees are taken as they are. */
export const GEOGRAPHIC_TITLES: Readonly<Record<number, string>> = {
  4326: 'WGS 84', 4490: 'China Geodetic Coordinate System 2000', 4258: 'ETRS89', 4269: 'NAD83', 4674: 'SIRGAS 2000', 4167: 'NZGD2000', 4979: 'WGS 84 (3D)', 4480: 'China Geodetic Coordinate System 2000 (3D)',
  4610: 'Xian 1980', 4214: 'Beijing 1954',
} // biome-ignore format: a table

type Utm = {
  readonly title: string
  readonly first: number
  readonly last: number
  readonly zone: number
  readonly south?: true
  readonly ellps: string
  readonly esri: string
}

const UTM: readonly Utm[] = [
  { title: 'WGS 84', esri: 'WGS_1984', first: 32601, last: 32660, zone: 1, ellps: 'WGS84' },
  { title: 'WGS 84', esri: 'WGS_1984', first: 32701, last: 32760, zone: 1, south: true, ellps: 'WGS84' },
  { title: 'ETRS89', esri: 'ETRS_1989', first: 25828, last: 25838, zone: 28, ellps: 'GRS80' },
  { title: 'NAD83', esri: 'NAD_1983', first: 26901, last: 26923, zone: 1, ellps: 'GRS80' },
  { title: 'SIRGAS 2000', esri: 'SIRGAS_2000', first: 31978, last: 31985, zone: 18, south: true, ellps: 'GRS80' },
] // biome-ignore format: a table

/** A UTM zone by its EPSG number. */
export function utmOfEpsg(epsg: number): KnownCrs | null {
  const s = UTM.find((u) => epsg >= u.first && epsg <= u.last)
  if (!s) return null
  const zone = s.zone + epsg - s.first
  const half = s.south ? 'S' : 'N'
  return {
    title: `${s.title} / UTM zone ${zone}${half}`,
    esri: `${s.esri}_UTM_Zone_${zone}${half}`,
    proj: `+proj=utm +zone=${zone} ${s.south ? '+south ' : ''}+ellps=${s.ellps} +units=m +no_defs`,
  }
}

/** The EPSG number behind a title (`WGS 84 / UTM zone 50N`) or Esri's name (`WGS_1984_UTM_Zone_50N`). */
export function epsgOfName(name: string): number | null {
  const plain = name.toLowerCase().replaceAll('_', ' ')
  for (const [epsg, known] of Object.entries(KNOWN)) {
    if (plain === known.title.toLowerCase() || plain === known.esri.toLowerCase().replaceAll('_', ' ')) return Number(epsg)
  }
  const utm = /^(.*?)[ /]*utm zone (\d{1,2})([ns])$/.exec(plain)
  if (!utm) return null
  const [, datum, zone, half] = utm
  const s = UTM.find(
    (u) => Boolean(u.south) === (half === 's') && (datum === u.title.toLowerCase() || datum === u.esri.toLowerCase().replaceAll('_', ' ')),
  )
  const epsg = s ? s.first + Number(zone) - s.zone : 0
  return s && epsg >= s.first && epsg <= s.last ? epsg : null
}
