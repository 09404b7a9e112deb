/** A QGIS style (QML) that gives each value of a field its colour, as QGIS 3 writes it; read by it from the table `layer_styles` of a GeoPackage. */

export type Categories = {
  readonly field: string
  readonly values: readonly { readonly value: string; readonly label: string; readonly colour: string }[] // colours as #rrggbb
  readonly other: { readonly label: string; readonly colour: string }
}

export function categoriesQml({ field, values, other }: Categories): string {
  const all = [...values, { value: '', ...other }]
  const category = ({ value, label }: (typeof all)[number], i: number) =>
    `<category render="true" type="string" symbol="${i}" value="${escaped(value)}" label="${escaped(label)}"/>`
  const symbol = ({ colour }: (typeof all)[number], i: number) =>
    `<symbol type="fill" name="${i}" alpha="1" clip_to_extent="1" force_rhr="0"><layer class="SimpleFill" pass="0" locked="0" enabled="1">` +
    `<prop k="color" v="${rgb(colour)},255"/><prop k="style" v="solid"/><prop k="outline_color" v="43,42,40,90"/><prop k="outline_style" v="solid"/>` +
    '<prop k="outline_width" v="0.1"/><prop k="outline_width_unit" v="MM"/></layer></symbol>'
  return (
    '<!DOCTYPE qgis PUBLIC \'http://mrcc.com/qgis.dtd\' \'SYSTEM\'><qgis version="3.22.0" styleCategories="Symbology">' +
    `<renderer-v2 type="categorizedSymbol" attr="${escaped(field)}" enableorderby="0" forceraster="0" symbollevels="0">` +
    `<categories>${all.map(category).join('')}</categories><symbols>${all.map(symbol).join('')}</symbols></renderer-v2>` +
    '<blendMode>0</blendMode><featureBlendMode>0</featureBlendMode><layerOpacity>1</layerOpacity></qgis>'
  )
}

const rgb = (colour: string) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)).join(',')
const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
