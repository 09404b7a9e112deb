/** The proof's questions to reports: a document is made of the state that was drawn, and a row is read out of it by the code that stands in it. */
import { spawnSync } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openZip } from '@dishu/formats/archive/zip'
import { FILTERS } from '@dishu/land/count/count'
import type { Dimension } from '@dishu/land/count/count.wire'
import { requestFrom, SECTIONS } from '@dishu/land/reports/reports'
import { orRefused } from '@dishu/server-kit/http'
import { transaction } from '@dishu/server-kit/sql'
import type { App } from './app.ts'
import { type Draw, type Figure, type Hold, hundredths, pick } from './prove-words.ts'
import { makeReport } from './reports.ts'

/** Without poppler's reader of texts what stands in a PDF cannot be asked. */
export const noPdfReader = spawnSync('pdftotext', ['-v']).error !== undefined

/** Tables by one dimension, whose rows have patches and square metres: of these a figure is picked. */
const TABLES = ['classes', 'grades', 'mapgrades', 'owners', 'contracts']

type Asked = Pick<Draw, 'county' | 'within' | 'filters'>

export async function askReports(
  app: Pick<App, 'pool' | 'vault' | 'dataDir'>,
  draw: Draw,
  folder: string,
  random: () => number,
  expected: (asked: Asked) => Figure,
  hold: Hold,
): Promise<void> {
  for (const [by, format] of [
    ['word', 'docx'],
    ['pdf', 'pdf'],
  ] as const) {
    if (by === 'pdf' && noPdfReader) continue
    const stated = {
      ...{ template: 'baseline', format, within: draw.within, day: draw.day },
      without: SECTIONS.baseline.filter((section) => !TABLES.includes(section)),
    }
    const request = { ...orRefused(requestFrom(stated, draw.county, 'zh')), known: draw.rev }
    const told = { today: draw.day, report: () => {}, signal: null }
    const { file, figures } = await transaction(
      app.pool,
      async (db) => {
        const made = await makeReport(db, app, draw.county, request, told)
        const path = join(folder, `report.${format}`)
        await writeFile(path, Buffer.concat(await Array.fromAsync(made.write())))
        return { file: path, figures: made.figures }
      },
      { readOnly: true, isolation: 'repeatable read', retries: 0 },
    )
    const lines = format === 'docx' ? await linesOfWord(file) : linesOfPdf(file)
    await rm(file)
    const inTables = figures.flatMap(({ code, question }) => {
      if (question.of !== 'count') return []
      const set = FILTERS.filter((dimension) => (question.filters[dimension]?.length ?? 0) > 0)
      const values = question.filters[set[0]]
      return set.length === 1 && values?.length === 1
        ? [{ code, within: question.within, dimension: set[0] as Dimension, value: values[0] }]
        : []
    })
    const { code, within, dimension, value } = pick(inTables, random)
    const wanted = expected({ county: draw.county, within, filters: { [dimension]: value } })
    hold(by, figureIn(lines, code), `${code} ${dimension}=${value}`, wanted)
  }
}

/** Patches and square metres of the row that bears the code; a row that is not there is no figure at all. */
function figureIn(lines: readonly (readonly string[])[], code: string): Figure {
  for (const words of lines) {
    if (!words.includes(code)) continue
    const at = words.findIndex((word, i) => /^[\d,]+$/.test(word) && /^[\d,]+\.\d\d$/.test(words[i + 1] ?? ''))
    if (at >= 0) return { patches: Number(words[at].replaceAll(',', '')), area: hundredths(words[at + 1].replaceAll(',', '')) }
  }
  return { patches: -1, area: -1 }
}

const wordsOf = (line: string) => line.split(/\s+/).filter(Boolean)

function linesOfPdf(file: string): string[][] {
  const told = spawnSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8', maxBuffer: 2 ** 28 })
  if (told.status !== 0) throw new Error(`pdftotext: ${told.stderr}`)
  return told.stdout.split('\n').map(wordsOf)
}

/** The rows of all tables of a Word file, cell after cell. */
async function linesOfWord(file: string): Promise<string[][]> {
  const zip = await openZip(file)
  try {
    const entry = zip.entries.find(({ name }) => name === 'word/document.xml')
    if (!entry) throw new Error(`expected a Word document in ${file}`)
    const xml = Buffer.concat(await Array.fromAsync(zip.read(entry))).toString('utf8')
    return xml.split('</w:tr>').map((row) =>
      row
        .slice(Math.max(row.lastIndexOf('<w:tr>'), row.lastIndexOf('<w:tr ')))
        .split('</w:tc>')
        .flatMap((cell) => wordsOf(cell.replaceAll(/<[^<>]*>/g, ''))),
    )
  } finally {
    zip.close()
  }
}
