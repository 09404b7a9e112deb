/** What only a person can say of an import, and what is supposed where nobody says it. */
import { type Day, dayOf } from '@dishu/base/date'
import { zoneOfEpsg } from '@dishu/numeric/geodesy/zone'
import type { Db } from '@dishu/server-kit/sql'
import { readCounties } from '../records/records.store.ts'
import { settleCrs, shiftBetween } from './crs.jobs.ts'
import { countyOfFirstRow, type OpenLayer, type ReadingRequest, type ReadingTools, valuesOf } from './layers.jobs.ts'
import type { Answers, QuestionData } from './preview.ts'
import { crsLabel } from './tally.jobs.ts'

/** Half a 6° zone and a county's breadth. */
const WIDEST_ZONE_DEGREES = 4

/** What only a person can say. Unrecognised layers beside recognised ones are left out with a note instead of stopping everything. */
export async function questionsOf(db: Db, tools: ReadingTools, answers: Answers, layers: readonly OpenLayer[]): Promise<QuestionData[]> {
  const questions: QuestionData[] = []
  if (!answers.unclassified) questions.push({ id: 'unclassified' })
  const anyKnown = layers.some((each) => each.standard)
  for (const open of layers) {
    if (!open.first) {
      open.notes.push({ code: 'intake/layer-skipped', details: { reason: 'empty' } })
    } else if (open.first.rows.length === 0) {
    } else if (!open.standard && open.layer.fields.length === 0) {
      open.notes.push({ code: 'intake/layer-skipped', details: { reason: 'no-fields' } })
    } else if (!open.standard) {
      if (anyKnown && !answers.mapping) open.notes.push({ code: 'intake/layer-skipped', details: { reason: 'unknown' } })
      else if (!answers.mapping?.[open.key]) questions.push({ id: `mapping:${open.key}`, layer: open.layer.name })
    } else if (open.standard.geometry !== 'none' && open.layer.geometry !== 'none') {
      const county = countyOfFirstRow(open) ?? answers.county ?? null
      const box = county ? await tools.knownBox(db, county) : null
      const settled = settleCrs({ layer: open.layer, key: open.key, first: open.first, box, answer: answers.crs?.[open.key] ?? null })
      open.crs = settled.crs
      open.notes.push(...settled.notes)
      if (settled.question) questions.push(settled.question)
    }
  }
  const homeless = layers.filter((each) => each.standard && each.first?.rows.length && countyOfFirstRow(each) === null)
  if (homeless.length > 0 && !answers.county) {
    const told = new Set(layers.filter((each) => each.standard && each.first).flatMap((each) => countyOfFirstRow(each) ?? []))
    const there = await readCounties(db)
    if (told.size === 0 || homeless.length > 0) {
      const proposal = told.size === 1 ? [...told][0] : told.size === 0 && there.length === 1 ? there[0].county : null
      // the other layers of the same import name one county, and then so do these
      if (told.size !== 1) questions.push({ id: 'county', proposal, choices: there.map(({ county }) => county) })
    }
  }
  return questions
}

/** Layers that lie beside the county's known boundary by the same way at both ends: asked about, never passed over. */
export async function shiftsOf(db: Db, tools: ReadingTools, answers: Answers, layers: readonly OpenLayer[]): Promise<QuestionData[]> {
  const questions: QuestionData[] = []
  for (const open of layers) {
    const county = countyOfFirstRow(open) ?? answers.county
    const known = county ? await tools.knownBox(db, county) : null
    const zone = open.crs?.crs.epsg ? zoneOfEpsg(open.crs.crs.epsg) : null
    const longitude = open.box ? (open.box[0] + open.box[2]) / 2 : 0
    if (zone && open.crs && open.box && Math.abs(longitude - zone.centralMeridian) > WIDEST_ZONE_DEGREES)
      open.notes.push({ code: 'intake/crs-not-the-zone', details: { crs: crsLabel(open.crs.crs), longitude } })
    const shift = known && open.box && shiftBetween(known, open.box)
    if (!shift) continue
    open.notes.push({ code: 'intake/shift-suspected', details: shift })
    if (answers.shifted?.[open.key] !== 'accept') questions.push({ id: `shifted:${open.key}`, layer: open.layer.name, ...shift })
  }
  return questions
}

/** From which day rows hold that do not say so: as answered, else the survey year of these files, else of the register, else today. */
export async function validFromOf(
  db: Db,
  tools: ReadingTools,
  { answers, now }: ReadingRequest,
  layers: readonly OpenLayer[],
): Promise<Day> {
  if (answers.validFrom) return answers.validFrom as Day
  // the survey of the land says for all of an import from when it holds; the days of other sheets (of sampling, of signing) stand in their own rows
  const days: { readonly day: Day; readonly survey: boolean }[] = []
  const counties = new Set<string>()
  for (const open of layers) {
    if (!open.first || !open.standard || open.first.rows.length === 0) continue
    const day = open.standard.validFromOf(valuesOf(open, open.first).at(0))
    if (day) days.push({ day, survey: open.standard.as === 'patches' })
    const county = countyOfFirstRow(open) ?? answers.county
    if (county) counties.add(county)
  }
  const stated = days.filter(({ survey }) => survey).sort((a, b) => (a.day < b.day ? -1 : 1))[0]
  if (stated) return stated.day
  for (const county of counties) {
    const day = await tools.surveyDay(db, county)
    if (day) return day
  }
  const other = days.map(({ day }) => day).sort()[0]
  if (other) return other
  return dayOf(now)
}
