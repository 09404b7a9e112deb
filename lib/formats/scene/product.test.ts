// Metadata as the agencies write it (LSDS-1618, S2-PDGS-TAS-DI-PSD), shortened to what is read; file names and identifiers are invented.
import assert from 'node:assert/strict'
import test from 'node:test'
import { Refused } from '@dishu/base/refusal'
import { landsatProduct } from './landsat.ts'
import { commonIn, dayIn, plainProduct } from './plain.ts'
import { sentinel2Product } from './sentinel2.ts'

const refused = (code: string) => (problem: unknown) => problem instanceof Refused && problem.refusal.code === code

const ID = 'LC08_L2SP_119028_20240512_20240520_02_T1'
const MTL = `GROUP = LANDSAT_METADATA_FILE
  GROUP = PRODUCT_CONTENTS
    LANDSAT_PRODUCT_ID = "${ID}"
    PROCESSING_LEVEL = "L2SP"
    COLLECTION_NUMBER = 02
    FILE_NAME_BAND_1 = "${ID}_SR_B1.TIF"
    FILE_NAME_BAND_2 = "${ID}_SR_B2.TIF"
    FILE_NAME_BAND_4 = "${ID}_SR_B4.TIF"
    FILE_NAME_BAND_5 = "${ID}_SR_B5.TIF"
    FILE_NAME_BAND_ST_B10 = "${ID}_ST_B10.TIF"
    FILE_NAME_QUALITY_L1_PIXEL = "${ID}_QA_PIXEL.TIF"
  END_GROUP = PRODUCT_CONTENTS
  GROUP = IMAGE_ATTRIBUTES
    SPACECRAFT_ID = "LANDSAT_8"
    SENSOR_ID = "OLI_TIRS"
    DATE_ACQUIRED = 2024-05-12
    SCENE_CENTER_TIME = "02:31:04.1234560Z"
    CLOUD_COVER = 3.41
  END_GROUP = IMAGE_ATTRIBUTES
  GROUP = LEVEL2_SURFACE_REFLECTANCE_PARAMETERS
    REFLECTANCE_MULT_BAND_1 = 2.75e-05
    REFLECTANCE_MULT_BAND_2 = 2.75e-05
    REFLECTANCE_MULT_BAND_4 = 2.75e-05
    REFLECTANCE_MULT_BAND_5 = 2.75e-05
    REFLECTANCE_ADD_BAND_1 = -0.2
    REFLECTANCE_ADD_BAND_2 = -0.2
    REFLECTANCE_ADD_BAND_4 = -0.2
    REFLECTANCE_ADD_BAND_5 = -0.2
  END_GROUP = LEVEL2_SURFACE_REFLECTANCE_PARAMETERS
  GROUP = LEVEL2_SURFACE_TEMPERATURE_PARAMETERS
    TEMPERATURE_MULT_BAND_ST_B10 = 0.00341802
    TEMPERATURE_ADD_BAND_ST_B10 = 149.0
  END_GROUP = LEVEL2_SURFACE_TEMPERATURE_PARAMETERS
  GROUP = LEVEL1_RADIOMETRIC_RESCALING
    REFLECTANCE_MULT_BAND_2 = 2.0000E-05
    REFLECTANCE_ADD_BAND_2 = -0.100000
  END_GROUP = LEVEL1_RADIOMETRIC_RESCALING
END_GROUP = LANDSAT_METADATA_FILE
END
`
const LANDSAT_FILES = ['SR_B1', 'SR_B2', 'SR_B4', 'SR_B5', 'ST_B10', 'QA_PIXEL'].map((name) => `${ID}_${name}.TIF`)

test('Landsat: factors are those of surface reflectance, not the ones of Level 1 under the same names', () => {
  const product = landsatProduct(`${ID}_MTL.txt`, MTL, LANDSAT_FILES)
  assert.deepEqual(
    product.bands.map(({ name, common, scale, offset, unit, nodata }) => [name, common, scale, offset, unit, nodata]),
    [
      ['SR_B1', 'coastal', 2.75e-5, -0.2, 'reflectance', 0],
      ['SR_B2', 'blue', 2.75e-5, -0.2, 'reflectance', 0],
      ['SR_B4', 'red', 2.75e-5, -0.2, 'reflectance', 0],
      ['SR_B5', 'nir', 2.75e-5, -0.2, 'reflectance', 0],
      ['ST_B10', 'lwir11', 0.00341802, 149, 'K', 0],
    ],
  )
  assert.deepEqual(
    [product.takenOn, product.takenAt, product.platform, product.instrument],
    ['2024-05-12', '2024-05-12T02:31:04Z', 'landsat-8', 'oli_tirs'],
  )
  assert.equal(product.cloudPercent, 3.41)
  assert.deepEqual(product.mask?.hidden, [1, 2, 3, 4, 5])
  // 10 000 is a reflectance of 0.075
  assert.ok(Math.abs(10_000 * product.bands[1].scale + product.bands[1].offset - 0.075) < 1e-12)
})

test('Landsat: bands are numbered otherwise before Landsat 8', () => {
  const product = landsatProduct('a_MTL.txt', MTL.replace('LANDSAT_8', 'LANDSAT_5'), LANDSAT_FILES)
  assert.deepEqual(
    product.bands.map(({ name, common }) => [name, common]),
    [
      ['SR_B1', 'blue'],
      ['SR_B2', 'green'],
      ['SR_B4', 'nir'],
      ['SR_B5', 'swir16'],
    ],
  )
})

test('Landsat: the JSON says the same as the text', () => {
  const groups: Record<string, Record<string, string>> = {}
  let name = ''
  for (const line of MTL.split('\n')) {
    const [, key, value] = /^\s*(\w+) = "?(.*?)"?$/.exec(line) ?? []
    if (key === 'GROUP') name = value
    else if (key && key !== 'END_GROUP') groups[name] = { ...groups[name], [key]: value }
  }
  assert.deepEqual(
    landsatProduct('a_MTL.json', JSON.stringify({ LANDSAT_METADATA_FILE: groups }), LANDSAT_FILES),
    landsatProduct('a_MTL.txt', MTL, LANDSAT_FILES),
  )
})

test('Landsat: Level 1 is refused, and so are factors that are missing or no numbers, and a product without its files', () => {
  assert.throws(
    () => landsatProduct('a_MTL.txt', MTL.replace('"L2SP"', '"L1TP"'), LANDSAT_FILES),
    refused('formats/scene-not-surface-reflectance'),
  )
  assert.throws(
    () => landsatProduct('a_MTL.txt', MTL.replace('REFLECTANCE_ADD_BAND_4 = -0.2', ''), LANDSAT_FILES),
    refused('formats/scene-metadata-broken'),
  )
  assert.throws(
    () => landsatProduct('a_MTL.txt', MTL.replace('MULT_BAND_4 = 2.75e-05', 'MULT_BAND_4 = x'), LANDSAT_FILES),
    refused('formats/scene-metadata-broken'),
  )
  assert.throws(() => landsatProduct('a_MTL.txt', MTL, []), refused('formats/scene-without-raster'))
  assert.throws(() => landsatProduct('a_MTL.txt', 'no metadata', LANDSAT_FILES), refused('formats/scene-metadata-broken'))
  assert.throws(() => landsatProduct('a_MTL.json', '{', LANDSAT_FILES), refused('formats/scene-metadata-broken'))
})

const IMAGE = 'T51TXL_20240503T022551'
const image = (name: string, metres: number) =>
  `<IMAGE_FILE>GRANULE/L2A_T51TXL_A046295_20240503T022724/IMG_DATA/R${metres}m/${IMAGE}_${name}_${metres}m</IMAGE_FILE>`
const mtd = (baseline: string, offsets: string) => `<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<n1:Level-2A_User_Product xmlns:n1="https://psd-14.sentinel2.eo.esa.int/PSD/User_Product_Level-2A.xsd"><n1:General_Info><Product_Info>
<PRODUCT_START_TIME>2024-05-03T02:25:51.024Z</PRODUCT_START_TIME><PRODUCT_URI>S2A_MSIL2A_20240503T022551_N0510_R046_T51TXL_20240503T061234.SAFE</PRODUCT_URI>
<PROCESSING_BASELINE>${baseline}</PROCESSING_BASELINE><Datatake datatakeIdentifier="x"><SPACECRAFT_NAME>Sentinel-2A</SPACECRAFT_NAME></Datatake>
<Granule_List><Granule>${image('B02', 10)}${image('B04', 10)}${image('B02', 20)}${image('B11', 20)}${image('SCL', 20)}${image('TCI', 10)}</Granule></Granule_List></Product_Info>
<Product_Image_Characteristics><QUANTIFICATION_VALUES_LIST><BOA_QUANTIFICATION_VALUE unit="none">10000</BOA_QUANTIFICATION_VALUE></QUANTIFICATION_VALUES_LIST>${offsets}</Product_Image_Characteristics></n1:General_Info>
<n1:Quality_Indicators_Info><Cloud_Coverage_Assessment>12.5</Cloud_Coverage_Assessment></n1:Quality_Indicators_Info></n1:Level-2A_User_Product>`
const OFFSETS = `<BOA_ADD_OFFSET_VALUES_LIST>${Array.from({ length: 13 }, (_, i) => `<BOA_ADD_OFFSET band_id="${i}">${i === 11 ? -900 : -1000}</BOA_ADD_OFFSET>`).join('')}</BOA_ADD_OFFSET_VALUES_LIST>`
const TILE = `<n1:Level-2A_Tile_ID><n1:Geometric_Info><Tile_Geocoding metadataLevel="Brief"><HORIZONTAL_CS_NAME>WGS84 / UTM zone 51N</HORIZONTAL_CS_NAME><HORIZONTAL_CS_CODE>EPSG:32651</HORIZONTAL_CS_CODE>
<Geoposition resolution="10"><ULX>600000</ULX><ULY>5100000</ULY><XDIM>10</XDIM><YDIM>-10</YDIM></Geoposition>
<Geoposition resolution="20"><ULX>600000</ULX><ULY>5100000</ULY><XDIM>20</XDIM><YDIM>-20</YDIM></Geoposition></Tile_Geocoding></n1:Geometric_Info></n1:Level-2A_Tile_ID>`
const S2_FILES = ['B02_10m', 'B04_10m', 'B02_20m', 'B11_20m', 'SCL_20m', 'TCI_10m'].map(
  (name) => `x.SAFE/GRANULE/g/IMG_DATA/${IMAGE}_${name}.jp2`,
)
const TL = 'x.SAFE/GRANULE/g/MTD_TL.xml'
const s2 = (text: string, files = [...S2_FILES, TL]) =>
  sentinel2Product('x.SAFE/MTD_MSIL2A.xml', text, files, (file) => (file === TL ? TILE : null))

test('Sentinel-2: since baseline 04.00 each band has an offset of its own; before, none', () => {
  const now = s2(mtd('05.10', OFFSETS))
  assert.deepEqual(
    now.bands.map(({ name, common, scale, offset }) => [name, common, scale, offset]),
    [
      ['B02', 'blue', 1e-4, -0.1],
      ['B04', 'red', 1e-4, -0.1],
      ['B11', 'swir16', 1e-4, -0.09],
    ],
  )
  // (DN − 1000) / 10000 of the domain notes
  assert.ok(Math.abs(2500 * now.bands[0].scale + now.bands[0].offset - 0.15) < 1e-12)
  assert.deepEqual(
    s2(mtd('03.01', '')).bands.map(({ offset }) => offset),
    [0, 0, 0],
  )
})

test('Sentinel-2: each band is taken once at its finest, with day, clouds, classes and place', () => {
  const product = s2(mtd('05.10', OFFSETS))
  assert.deepEqual(
    [product.takenOn, product.takenAt, product.platform, product.cloudPercent],
    ['2024-05-03', '2024-05-03T02:25:51Z', 'sentinel-2a', 12.5],
  )
  assert.deepEqual([product.mask?.kind, product.mask?.hidden, product.mask?.nothing], ['classes', [3, 8, 9, 10, 11], [0, 1]])
  const b02 = product.bands[0].file
  assert.match(b02, /B02_10m/)
  assert.deepEqual(product.places[b02], { epsg: 32651, originX: 600000, originY: 5100000, stepX: 10, stepY: -10 })
  assert.equal(product.places[product.mask?.file ?? ''].stepX, 20)
})

test('Sentinel-2: without its offsets a new product is refused rather than read 0.1 too high; so are L1C and a DOCTYPE', () => {
  assert.throws(() => s2(mtd('04.00', '')), refused('formats/scene-metadata-broken'))
  assert.throws(() => s2(mtd('', '')), refused('formats/scene-metadata-broken'))
  assert.throws(() => s2(mtd('05.10', OFFSETS.replace('band_id="11"', 'band_id="41"'))), refused('formats/scene-metadata-broken'))
  assert.throws(() => s2(`<!DOCTYPE x [<!ENTITY e "y">]>${mtd('05.10', OFFSETS)}`), refused('formats/scene-metadata-broken'))
  assert.throws(() => s2(mtd('05.10', OFFSETS), []), refused('formats/scene-without-raster'))
  assert.throws(
    () => sentinel2Product('MTD_MSIL1C.xml', mtd('05.10', OFFSETS), S2_FILES, () => null),
    refused('formats/scene-not-surface-reflectance'),
  )
})

test('plain rasters: words tell a band, mere numbers do not; a day may stand in the name', () => {
  for (const [text, common] of [
    ['Blue', 'blue'],
    ['SWIR1', 'swir16'],
    ['NIR', 'nir'],
    ['nir08', 'nir08'],
    ['Red', 'red'],
    ['red_edge_1', 'rededge071'],
    ['近红外', 'nir'],
    ['B4', null],
    ['infrared', null],
    ['scattered', null],
  ] as const)
    assert.equal(commonIn(text), common, text)
  assert.equal(dayIn('scene_2024-05-12.tif'), '2024-05-12')
  assert.equal(dayIn('gf1_20240512_wfv.tif'), '2024-05-12')
  assert.equal(dayIn('20240230.tif'), null)
  assert.equal(dayIn('12020240512345.tif'), null)
  const product = plainProduct([{ file: 'a/rgb.tif', bands: 2, names: ['red', null], nodata: 0, scale: [1, 0.5], offset: [0, 1] }])
  assert.deepEqual(
    product.bands.map(({ name, common, band, scale, offset }) => [name, common, band, scale, offset]),
    [
      ['red', 'red', 0, 1, 0],
      ['rgb 2', null, 1, 0.5, 1],
    ],
  )
})
