/** A wall map: one page of paper from A4 to A0, nothing but the map and what a map must say. */

import { PAPERS } from '@dishu/documents/document'
import type { Measure } from '@dishu/documents/lines'
import { INK, QUIET } from '@dishu/documents/look'
import { furnitureHeight, type LegendEntry, type MapSheet, type MapWords, mapPicture } from '@dishu/documents/map'
import type { Laid } from '@dishu/documents/pages'
import { bandMarks } from '@dishu/documents/pages'
import { type Mark, mm, rectangle } from '@dishu/documents/picture'
import type { ReportRequest } from './reports.ts'

const LETTERS = 7.5

/** Everything grows with the paper, though less than the paper does: a wall map is read from nearer than its size. */
const growth = (width: number, height: number) => (Math.sqrt(width * height) / Math.sqrt(mm(210) * mm(297))) ** 0.85

export type PosterRoom = {
  readonly width: number
  readonly height: number
  readonly margin: number
  readonly top: number
  readonly size: number
  readonly mapWidth: number
  readonly mapHeight: number
  readonly columns: number
}

/** How much of the paper the map itself gets. */
export function posterRoom({ paper, landscape }: Pick<ReportRequest, 'paper' | 'landscape'>, entries: number, lines: number): PosterRoom {
  const [short, long] = PAPERS[paper].map(mm)
  const [width, height] = landscape ? [long, short] : [short, long]
  const k = growth(width, height)
  const [margin, size] = [mm(12) * k ** 0.6, LETTERS * k]
  const top = margin + 60 * k
  const mapWidth = width - 2 * margin
  const columns = Math.max(2, Math.floor(mapWidth / (size * 24)))
  const foot = furnitureHeight({
    legend: Array.from({ length: entries }) as LegendEntry[],
    columns,
    lines: Array.from({ length: lines }, () => ''),
    size,
  })
  return { width, height, margin, top, size, mapWidth, mapHeight: height - top - margin - foot, columns }
}

export function posterPage(
  room: PosterRoom,
  sheet: MapSheet,
  {
    title,
    subtitle,
    band,
    legend,
    lines,
    words,
  }: {
    readonly title: string
    readonly subtitle: string
    readonly band: string | null
    readonly legend: readonly LegendEntry[]
    readonly lines: readonly string[]
    readonly words: MapWords
  },
  measure: Measure,
): Laid {
  const { width, height, margin, top, size, columns } = room
  const picture = mapPicture(sheet, { legend, words, lines, columns, size }, measure)
  const titleSize = Math.min(size * 2.6, (size * 2.6 * (width - 2 * margin) * 0.7) / Math.max(1, measure(title, size * 2.6, 600)))
  const marks: Mark[] = [
    { draw: 'path', d: rectangle(0, 0, width, height), fill: '#FFFFFF' },
    { draw: 'text', x: margin, y: top - size * 1.1, size: titleSize, text: title, weight: 600, fill: INK },
    { draw: 'text', x: width - margin, y: top - size * 1.1, size: size * 1.05, text: subtitle, weight: 400, fill: QUIET, anchor: 'end' },
    { draw: 'group', x: margin, y: top, marks: picture.marks },
    ...(band === null ? [] : bandMarks(band, width, size / LETTERS)),
  ]
  return { pages: [{ width, height, marks, number: null }], bookmarks: [{ text: title, level: 1, page: 0, y: 0 }] }
}
