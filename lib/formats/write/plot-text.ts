/**
 * Boundary points as text, the form in which land offices hand in plots (国土界址点坐标 TXT): a head of `name=value` under [属性描述], then under
 * [地块坐标] for each plot a line of eight values ended by @ and its points, one a line: number, ring, northing, easting. Recalled from files of such
 * offices and not found as a published text (docs/formats.md). A file has one projection; the closing point repeats the first.
 */

import { Refused } from '@dishu/base/refusal'
import iconv from 'iconv-lite'
import { zoneOfEpsg } from './crswkt.ts'
import type { Rows, Written } from './rows.ts'
import { FileSink } from './sink.ts'
import { partsOf } from './wkb-parts.ts'

/** The values of a plot's line, by their place in the rows' values: area in m² (written as hectares), number, name, sheet, use, land class. */
export type PlotColumns = Readonly<Record<'areaM2' | 'number' | 'name' | 'sheet' | 'use' | 'landClass', number | null>>
export type PlotTextOptions = {
  readonly epsg: number // a zone of CGCS2000
  readonly columns: PlotColumns
  readonly producer: string
  readonly day: string
  readonly note?: string
  readonly encoding?: 'GBK' | 'UTF-8'
}

/** Coordinates have three decimals, areas in hectares four. */
export async function writePlotText(path: string, rows: Rows, options: PlotTextOptions): Promise<Written> {
  const { epsg, columns, producer, day, note, encoding = 'GBK' } = options
  const zone = zoneOfEpsg(epsg)
  if (!zone) throw new Refused({ code: 'formats/crs-not-known', details: { file: path, epsg } })
  const sink = await FileSink.create(path)
  const put = (text: string) => sink.append(encoding === 'GBK' ? iconv.encode(text, 'gbk') : Buffer.from(text))
  let count = 0
  try {
    put(
      `${[
        '[属性描述]',
        '格式版本号=1.01版本',
        `数据产生单位=${oneLine(producer)}`,
        `数据产生日期=${day}`,
        '坐标系=2000国家大地坐标系',
        `几度分带=${zone.width}`,
        '投影类型=高斯克吕格',
        '计量单位=米',
        `带号=${zone.zone ?? ''}`,
        '精度=0.001',
        '转换参数=,,,,,,',
        ...(note ? [`备注=${oneLine(note)}`] : []),
        '[地块坐标]',
      ].join('\r\n')}\r\n`,
    )
    for await (const { values, wkb } of rows) {
      const parts = wkb?.length ? partsOf(wkb) : null
      if (!parts) continue
      const value = (column: number | null) => (column === null ? '' : oneLine(String(values[column] ?? '')))
      const area = columns.areaM2 === null ? null : values[columns.areaM2]
      const points = parts.parts.reduce((sum, ring) => sum + ring.length / 2, 0)
      const head = [
        points,
        typeof area === 'number' ? (area / 10_000).toFixed(4) : '',
        value(columns.number),
        value(columns.name),
        '面',
        value(columns.sheet),
        value(columns.use),
        value(columns.landClass),
        '@',
      ]
      let text = `${head.join(',')}\r\n`
      let n = 1
      for (const [r, ring] of parts.parts.entries()) {
        const start = n
        for (let i = 0; i < ring.length; i += 2) {
          const closes = i === ring.length - 2 && ring[i] === ring[0] && ring[i + 1] === ring[1]
          text += `J${closes ? start : n},${r + 1},${ring[i + 1].toFixed(3)},${ring[i].toFixed(3)}\r\n`
          if (!closes) n++
        }
      }
      put(text)
      count++
      if (sink.isFull) await sink.settle()
    }
    await sink.close()
    return { rows: count, bytes: sink.length }
  } catch (fault) {
    await sink.abandon()
    throw fault
  }
}

/** A comma or a line's end in a value would be read as the next one. */
const oneLine = (text: string) => text.replace(/[,\r\n@]+/g, ' ').trim()
