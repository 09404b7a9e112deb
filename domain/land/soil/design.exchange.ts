/** A design as files that field devices and offices read. */
import type { Language } from '@dishu/base/refusal'
import type { Field, Value } from '@dishu/formats/layers'
import type { DesignPointView, DesignView } from './design.wire.ts'

export const DESIGN_FORMATS = ['xlsx', 'csv', 'gpx', 'kml', 'geojson'] as const
export type DesignFormat = (typeof DESIGN_FORMATS)[number]

const COLUMNS: readonly (readonly [
  zh: string,
  en: string,
  type: Field['type'],
  value: (point: DesignPointView, order: number, language: Language) => Value,
])[] = [
  ['序号', 'order', 'number', (_, order) => order],
  ['点号', 'code', 'text', ({ code }) => code],
  ['经度', 'longitude', 'number', ({ longitude }) => longitude],
  ['纬度', 'latitude', 'number', ({ latitude }) => latitude],
  ['村代码', 'village', 'text', ({ village }) => village],
  ['村名', 'village_name', 'text', ({ villageName }) => villageName],
  ['图斑编号', 'patch', 'text', ({ patchNumber, patchId }) => patchNumber ?? String(patchId)],
  ['地类', 'land_class', 'text', ({ landClass }) => landClass],
  ['分层', 'stratum', 'text', ({ stratum }) => stratum],
  ['距道路或村庄（米）', 'distance_m', 'number', ({ distanceM }) => distanceM],
  ['费用（元）', 'cost_yuan', 'number', ({ cost }) => cost],
  ['状态', 'state', 'text', ({ state }, _, language) => STATES[state][language]],
  ['样品编号', 'sample', 'text', ({ sample }) => sample],
  ['采样日期', 'sampled_on', 'text', ({ sampledOn }) => sampledOn],
]

export const designFields = (language: Language): Field[] => COLUMNS.map(([zh, en, type]) => ({ name: language === 'zh' ? zh : en, type }))
export const designRow = (point: DesignPointView, order: number, language: Language): Value[] =>
  COLUMNS.map(([, , , value]) => value(point, order, language))

const STATES = { planned: { zh: '待采', en: 'planned' }, taken: { zh: '已采', en: 'taken' } } as const

/** A point in WKB, little-endian. */
export function pointWkb({ longitude, latitude }: Pick<DesignPointView, 'longitude' | 'latitude'>): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(21))
  bytes.setUint8(0, 1)
  bytes.setUint32(1, 1, true)
  bytes.setFloat64(5, longitude, true)
  bytes.setFloat64(13, latitude, true)
  return new Uint8Array(bytes.buffer)
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }
/** Text as it stands in XML: what XML 1.0 has no sign for is left out. */
const xml = (text: string) =>
  text.replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '').replaceAll(/[&<>"']/g, (sign) => ESCAPES[sign])
const says = (point: DesignPointView) =>
  [point.villageName ?? point.village, point.patchNumber ?? '', point.landClass, point.stratum].filter(Boolean).join(' · ')

/** GPX 1.1: a waypoint for every point, and the way as a route. Degrees of CGCS2000, which differ from those of WGS 84 by centimetres. */
export function designGpx(design: DesignView, at: Date): string {
  const place = ({ longitude, latitude }: DesignPointView) => `lat="${latitude}" lon="${longitude}"`
  const way = design.points.map((point) => `    <rtept ${place(point)}><name>${xml(point.code)}</name></rtept>`)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<gpx version="1.1" creator="Dishu" xmlns="http://www.topografix.com/GPX/1/1">',
    `  <metadata><name>${xml(design.title)}</name><time>${at.toISOString()}</time></metadata>`,
    ...design.points.map(
      (point) => `  <wpt ${place(point)}><name>${xml(point.code)}</name><desc>${xml(says(point))}</desc><type>${point.state}</type></wpt>`,
    ),
    `  <rte><name>${xml(design.title)}</name>`,
    ...way,
    '  </rte>',
    '</gpx>',
    '',
  ].join('\n')
}

/** KML 2.2 with the points in the order of the way, and the way as a line. */
export function designKml(design: DesignView): string {
  const place = ({ longitude, latitude }: DesignPointView) => `${longitude},${latitude}`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>',
    `  <name>${xml(design.title)}</name>`,
    ...design.points.map(
      (point) =>
        `  <Placemark><name>${xml(point.code)}</name><description>${xml(says(point))}</description><Point><coordinates>${place(point)}</coordinates></Point></Placemark>`,
    ),
    ...(design.points.length > 1
      ? [
          `  <Placemark><name>${xml(design.title)}</name><LineString><coordinates>${design.points.map(place).join(' ')}</coordinates></LineString></Placemark>`,
        ]
      : []),
    '</Document></kml>',
    '',
  ].join('\n')
}
