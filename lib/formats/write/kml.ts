/** KML 2.2 (OGC 07-147r2) as a stream: one placemark for each row, its values as typed data, its colour by a style of its own. Coordinates are degrees. */
import type { Field } from '../layers.ts'
import type { Rows, Written } from './rows.ts'
import { type Target, writeText } from './sink.ts'
import { type Parts, partsOf } from './wkb-parts.ts'

export type KmlOptions = {
  readonly name: string
  readonly note?: string
  /** The field whose value names a placemark. */
  readonly nameField?: string
  /** The field that colours, and its colours as #rrggbb. */
  readonly colours?: { readonly field: string; readonly of: ReadonlyMap<string, string> }
  readonly decimals?: number // of a degree: 9 is a tenth of a millimetre
}

const TYPES = { text: 'string', number: 'double', date: 'string', boolean: 'bool', bytes: 'string' } as const

export async function writeKml(target: Target, fields: readonly Field[], rows: Rows, options: KmlOptions): Promise<Written> {
  const scale = 10 ** (options.decimals ?? 9)
  const nameAt = fields.findIndex(({ name }) => name === options.nameField)
  const colourAt = fields.findIndex(({ name }) => name === options.colours?.field)
  const styles = new Map([...(options.colours?.of ?? [])].map(([value, colour], i) => [value, { id: `s${i}`, colour }]))
  let count = 0
  const bytes = await writeText(target, async (put, settle) => {
    put('<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>')
    put(`<name>${escaped(options.name)}</name>`)
    if (options.note) put(`<description>${escaped(options.note)}</description>`)
    for (const { id, colour } of styles.values())
      put(
        `<Style id="${id}"><LineStyle><color>ff404040</color><width>0.8</width></LineStyle><PolyStyle><color>b3${colour.slice(5, 7)}${colour.slice(3, 5)}${colour.slice(1, 3)}</color></PolyStyle></Style>`,
      )
    put('<Schema id="row" name="row">')
    for (const field of fields)
      put(
        `<SimpleField name="${escaped(field.name)}" type="${field.type === 'number' && field.decimals === 0 ? 'int' : TYPES[field.type]}"/>`,
      )
    put('</Schema><Folder>\n')
    for await (const row of rows) {
      const named = nameAt < 0 ? null : row.values[nameAt]
      const style = colourAt < 0 ? undefined : styles.get(String(row.values[colourAt] ?? ''))
      let text = '<Placemark>'
      if (named !== null && named !== undefined) text += `<name>${escaped(String(named))}</name>`
      if (style) text += `<styleUrl>#${style.id}</styleUrl>`
      text += '<ExtendedData><SchemaData schemaUrl="#row">'
      for (let f = 0; f < fields.length; f++) {
        const value = row.values[f] ?? null
        if (value !== null)
          text += `<SimpleData name="${escaped(fields[f].name)}">${escaped(typeof value === 'boolean' ? (value ? '1' : '0') : String(value))}</SimpleData>`
      }
      text += '</SchemaData></ExtendedData>'
      const parts = row.wkb?.length ? partsOf(row.wkb) : null
      put(`${text}${parts ? shape(parts, scale) : ''}</Placemark>\n`)
      count++
      await settle()
    }
    put('</Folder></Document></kml>\n')
  })
  return { rows: count, bytes }
}

function shape({ kind, parts, shells }: Parts, scale: number): string {
  const each: string[] = []
  if (kind === 'point') for (const part of parts) each.push(`<Point><coordinates>${tuples(part, scale)}</coordinates></Point>`)
  else if (kind === 'line')
    for (const part of parts) each.push(`<LineString><coordinates>${tuples(part, scale)}</coordinates></LineString>`)
  else {
    for (const [i, ring] of parts.entries()) {
      const text = `<LinearRing><coordinates>${tuples(ring, scale)}</coordinates></LinearRing>`
      if (shells[i]) each.push(`<outerBoundaryIs>${text}</outerBoundaryIs>`)
      else each[each.length - 1] += `<innerBoundaryIs>${text}</innerBoundaryIs>`
    }
    for (let i = 0; i < each.length; i++) each[i] = `<Polygon>${each[i]}</Polygon>`
  }
  return each.length === 1 ? each[0] : `<MultiGeometry>${each.join('')}</MultiGeometry>`
}

function tuples(xy: Float64Array, scale: number): string {
  let out = ''
  for (let i = 0; i < xy.length; i += 2)
    out += `${i > 0 ? ' ' : ''}${Math.round(xy[i] * scale) / scale},${Math.round(xy[i + 1] * scale) / scale}`
  return out
}

/** XML has no place for most control characters. */
const escaped = (text: string) =>
  text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`).replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '�')
