/** Web Map Tile Service 1.0.0 (OGC 07-057r7): what there is, as its document of capabilities, and what is asked for by key and value. */
import { matricesOf } from './tile-sets.ts'

export type MapLayer = {
  readonly id: string
  readonly title: string
  readonly abstract: string
  readonly bounds: readonly [west: number, south: number, east: number, north: number]
  readonly styles: readonly { readonly id: string; readonly title: string }[] // the first is the usual one
}
export type MapService = {
  readonly root: string // the address of the service, without a question mark
  readonly title: string
  readonly abstract: string
  readonly layers: readonly MapLayer[]
  readonly pixels: number // of a tile's side
}

/** Tiles are twice as fine as the usual set's at the same level: a set of its own. */
export const WMTS_SET = 'WebMercatorQuad512'

const escaped = (text: string) =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`).replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')

export function capabilities({ root, title, abstract, layers, pixels }: MapService): string {
  const get = (operation: string) =>
    `<ows:Operation name="${operation}"><ows:DCP><ows:HTTP><ows:Get xlink:href="${escaped(root)}?"><ows:Constraint name="GetEncoding"><ows:AllowedValues><ows:Value>KVP</ows:Value></ows:AllowedValues></ows:Constraint></ows:Get>` +
    `<ows:Get xlink:href="${escaped(root)}/rest/"><ows:Constraint name="GetEncoding"><ows:AllowedValues><ows:Value>RESTful</ows:Value></ows:AllowedValues></ows:Constraint></ows:Get></ows:HTTP></ows:DCP></ows:Operation>`
  const layer = (each: MapLayer) => {
    const [west, south, east, north] = each.bounds
    const styles = each.styles.map(
      ({ id, title: name }, i) =>
        `<Style${i === 0 ? ' isDefault="true"' : ''}><ows:Title>${escaped(name)}</ows:Title><ows:Identifier>${escaped(id)}</ows:Identifier></Style>`,
    )
    return `<Layer><ows:Title>${escaped(each.title)}</ows:Title><ows:Abstract>${escaped(each.abstract)}</ows:Abstract><ows:WGS84BoundingBox><ows:LowerCorner>${west} ${south}</ows:LowerCorner><ows:UpperCorner>${east} ${north}</ows:UpperCorner></ows:WGS84BoundingBox><ows:Identifier>${escaped(each.id)}</ows:Identifier>${styles.join('')}<Format>image/png</Format><TileMatrixSetLink><TileMatrixSet>${WMTS_SET}</TileMatrixSet></TileMatrixSetLink><ResourceURL format="image/png" resourceType="tile" template="${escaped(root)}/rest/${escaped(each.id)}/{Style}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}.png"/></Layer>`
  }
  const matrix = (each: ReturnType<typeof matricesOf>[number]) =>
    `<TileMatrix><ows:Identifier>${each.id}</ows:Identifier><ScaleDenominator>${each.scaleDenominator}</ScaleDenominator><TopLeftCorner>${each.pointOfOrigin.join(' ')}</TopLeftCorner><TileWidth>${each.tileWidth}</TileWidth><TileHeight>${each.tileHeight}</TileHeight><MatrixWidth>${each.matrixWidth}</MatrixWidth><MatrixHeight>${each.matrixHeight}</MatrixHeight></TileMatrix>`
  return `<?xml version="1.0" encoding="UTF-8"?>
<Capabilities xmlns="http://www.opengis.net/wmts/1.0" xmlns:ows="http://www.opengis.net/ows/1.1" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.0.0">
<ows:ServiceIdentification><ows:Title>${escaped(title)}</ows:Title><ows:Abstract>${escaped(abstract)}</ows:Abstract><ows:ServiceType>OGC WMTS</ows:ServiceType><ows:ServiceTypeVersion>1.0.0</ows:ServiceTypeVersion></ows:ServiceIdentification>
<ows:OperationsMetadata>${get('GetCapabilities')}${get('GetTile')}</ows:OperationsMetadata>
<Contents>
${layers.map(layer).join('\n')}
<TileMatrixSet><ows:Identifier>${WMTS_SET}</ows:Identifier><ows:SupportedCRS>urn:ogc:def:crs:EPSG::3857</ows:SupportedCRS>
${matricesOf('WebMercatorQuad', pixels).map(matrix).join('\n')}
</TileMatrixSet>
</Contents>
<ServiceMetadataURL xlink:href="${escaped(root)}/1.0.0/WMTSCapabilities.xml"/>
</Capabilities>
`
}

export type WmtsQuestion =
  | { readonly asks: 'capabilities' }
  | {
      readonly asks: 'tile'
      readonly layer: string
      readonly style: string
      readonly z: number
      readonly row: number
      readonly column: number
    }
/** As ows:ExceptionReport has it. */
export type WmtsFault = {
  readonly code: 'MissingParameterValue' | 'InvalidParameterValue' | 'OperationNotSupported'
  readonly locator: string
}

/** Keys are of any case (OGC 06-121r3 §11.5.2). */
export function wmtsQuestion(query: Readonly<Record<string, string | undefined>>): WmtsQuestion | WmtsFault {
  const values = new Map(Object.entries(query).map(([name, value]) => [name.toUpperCase(), value ?? '']))
  const request = values.get('REQUEST')
  if (!request) return { code: 'MissingParameterValue', locator: 'request' }
  if ((values.get('SERVICE') ?? 'WMTS').toUpperCase() !== 'WMTS') return { code: 'InvalidParameterValue', locator: 'service' }
  if (/^getcapabilities$/i.test(request)) return { asks: 'capabilities' }
  if (!/^gettile$/i.test(request)) return { code: 'OperationNotSupported', locator: request }
  for (const name of ['LAYER', 'TILEMATRIXSET', 'TILEMATRIX', 'TILEROW', 'TILECOL'])
    if (!values.get(name)) return { code: 'MissingParameterValue', locator: name.toLowerCase() }
  return wmtsTile(values.get('LAYER') ?? '', values.get('STYLE') ?? '', values.get('TILEMATRIXSET') ?? '', [
    values.get('TILEMATRIX') ?? '',
    values.get('TILEROW') ?? '',
    values.get('TILECOL') ?? '',
  ])
}

export function wmtsTile(
  layer: string,
  style: string,
  set: string,
  numbers: readonly [z: string, row: string, column: string],
): WmtsQuestion | WmtsFault {
  if (set !== WMTS_SET) return { code: 'InvalidParameterValue', locator: 'tilematrixset' }
  for (const [i, text] of numbers.entries())
    if (!/^\d{1,8}$/.test(text)) return { code: 'InvalidParameterValue', locator: ['tilematrix', 'tilerow', 'tilecol'][i] }
  const [z, row, column] = numbers.map(Number)
  return { asks: 'tile', layer, style, z, row, column }
}

export const exceptionReport = ({ code, locator }: WmtsFault): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1" version="1.1.0"><ows:Exception exceptionCode="${code}" locator="${escaped(locator)}"/></ows:ExceptionReport>
`
