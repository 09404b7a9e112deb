/** What is answered about a result: its figures, one patch, the annexes. */
import { type Language, Refused } from '@dishu/base/refusal'
import { writeXlsx } from '@dishu/formats/write/xlsx'
import type { Db } from '@dishu/server-kit/sql'
import { readWater } from '../water/water.store.ts'
import type { Water } from '../water/water.ts'
import { type AnnexPatch, annexSheets } from './annex.exchange.ts'
import type { PlanFinding } from './findings.ts'
import { optionOf, type PlanResult, unpackChoices, yearOf } from './results.ts'
import { whyOfPatch } from './scenario-solve.jobs.ts'
import { isStale, type PlanTools } from './scenarios.jobs.ts'
import { outText, planFindingText } from './scenarios.messages.ts'
import { readPatchByKey, readPatchNames, readPatchPlaces, readScenario } from './scenarios.store.ts'
import type { FindingText, ResultReply, WhyReply } from './scenarios.wire.ts'

/** Beyond, the map shows outlines alone. */
const MOST_PLACES = 30_000

export const textsOf = (findings: readonly PlanFinding[], language: Language): FindingText[] =>
  findings.map((finding) => ({
    code: finding.code,
    severity: finding.severity,
    place: finding.place,
    count: finding.count,
    ...planFindingText(finding, language),
  }))

export async function resultReply(
  db: Db,
  tools: Pick<PlanTools, 'inputKinds' | 'optionNames'>,
  county: string,
  result: PlanResult,
  language: Language,
): Promise<ResultReply> {
  const { prices: _, findings, ...figures } = result.figures
  const scenario = await readScenario(db, county, result.scenario)
  const nameOf = await tools.optionNames(db, county, language)
  const options = new Set(result.labels.filter((label) => yearOf(label) !== null).map(optionOf))
  const all = unpackChoices(result)
  const choices = Map.groupBy(all, ({ label }) => label)
  const placed = all.filter(({ label }) => !label.startsWith('!')).slice(0, MOST_PLACES)
  const places = await readPatchPlaces(
    db,
    county,
    placed.map(({ patch }) => patch),
  )
  return {
    ...{
      key: result.key,
      scenario: result.scenario,
      title: result.basis.title,
      terms: result.basis.terms,
      rev: result.basis.rev,
      day: result.basis.day,
    },
    ...{ sha256: result.basis.sha256, figures, findings: textsOf(findings, language) },
    stale: scenario === null || (await isStale(db, tools, county, scenario, result)),
    choices: [...choices].map(([label, patches]) => ({ label, patches: patches.map(({ patch }) => patch) })),
    names: Object.fromEntries([...options].map((option) => [option, nameOf(option)])),
    places: places.map(({ id, lon, lat }) => [id, Number(lon.toFixed(6)), Number(lat.toFixed(6))] as const),
  }
}

/** `patch`: its id or its key. */
export async function explainPatch(
  db: Db,
  tools: PlanTools,
  county: string,
  result: PlanResult,
  patch: string,
  language: Language,
): Promise<WhyReply> {
  const all = unpackChoices(result)
  const id = all.some((each) => String(each.patch) === patch) ? Number(patch) : ((await readPatchByKey(db, county, patch))?.id ?? -1)
  const found = all.find((each) => each.patch === id)
  const [named] = found ? await readPatchNames(db, county, [found.patch]) : []
  if (!found || !named) throw new Refused({ code: 'plan/no-such-patch', details: { patch } })
  const place = { patch: id, key: named.key, village: named.villageName ?? named.village, areaM2: named.areaM2, label: found.label }
  if (found.label.startsWith('!')) return { ...place, out: outText(found.label.slice(1), language), options: [] }
  const nameOf = await tools.optionNames(db, county, language)
  const withName = <T extends { readonly option: string | null }>(each: T) => ({
    ...each,
    name: each.option === null ? null : `${nameOf(optionOf(each.option))} ${yearOf(each.option)}`,
  })
  const options = await whyOfPatch(tools, county, result, { parcel: named.key, label: found.label })
  return { ...place, out: null, options: (options ?? []).toSorted((a, b) => a.cost - b.cost || b.benefit - a.benefit).map(withName) }
}

/** The annexes of a result into a file. */
export async function writeAnnex(
  db: Db,
  tools: Pick<PlanTools, 'optionNames'> & { isSynthetic(db: Db, county: string): Promise<boolean> },
  county: string,
  result: PlanResult,
  language: Language,
  file: string,
): Promise<void> {
  const chosen = unpackChoices(result)
  const names = new Map(
    (
      await readPatchNames(
        db,
        county,
        chosen.map(({ patch }) => patch),
      )
    ).map((each) => [each.id, each]),
  )
  const water = await readWater(db, county, { day: result.basis.day as never, rev: null })
  const things = thingNames(water)
  const patches = chosen.flatMap(({ patch, label }): AnnexPatch[] => {
    const named = names.get(patch)
    return named ? [{ ...named, patch, label }] : []
  })
  const words = {
    optionName: await tools.optionNames(db, county, language),
    townName: (code: string) => code,
    thingName: (id: string) =>
      id
        .split('+')
        .map((each) => things.get(each) ?? each)
        .join('+'),
  }
  await writeXlsx(file, annexSheets(result, patches, words, language, await tools.isSynthetic(db, county)))
}
const thingNames = ({ reaches, sources }: Water) =>
  new Map([
    ...reaches.map(({ reachId, name }) => [reachId, name] as const),
    ...sources.map(({ sourceId, name }) => [sourceId, name] as const),
  ])
