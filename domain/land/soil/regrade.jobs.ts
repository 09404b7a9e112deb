/** A county is graded by another scheme or another rule: all its patches in one revision, by sample and by map, out of what is kept of each map. */

import { Refused } from '@dishu/base/refusal'
import { dayNumber, type OpenRevision, openRevision, type RowToWrite, rowToWrite, type Span } from '@dishu/kernel/records/records.store'
import { readDocument } from '@dishu/kernel/sealed/sealed.store'
import type { Db } from '@dishu/server-kit/sql'
import { transaction } from '@dishu/server-kit/sql'
import { type EnsembleData, readEnsemble } from './ensemble.ts'
import { gradeDraws, indicatorsIn, neededSamples } from './map-grades.ts'
import { type MapTools, type Report, roundedChances } from './maps.jobs.ts'
import { type MapMove, readMap, readMapMoves, readStandingGrades, type StandingGrade } from './maps.store.ts'
import { mapGradeKind, type SoilMap } from './maps.ts'
import type { Moved } from './maps.wire.ts'
import { SCHEMES, type Scheme } from './schemes.data.ts'
import {
  ALWAYS,
  type CountyGrading,
  decideGrading,
  decideScheme,
  type GradingStated,
  gradingKind,
  gradingSchemeKind,
  type SchemeRefusal,
  type SchemeStated,
} from './schemes.ts'
import { type OwnScheme, readGrading, readGradingRow, readOwnSchemes } from './soil.store.ts'
import { schemeIn } from './soil.ts'

/** `scheme`: one that the county writes with it, or writes anew. */
export type Regrading = { readonly grading: GradingStated; readonly scheme: SchemeStated | null }

/** Who moves by another grading: by sample and by map, and the first patches with what decides. */
export type Moves = {
  readonly before: CountyGrading
  readonly after: CountyGrading
  readonly bySample: readonly Moved[]
  readonly moves: readonly MapMove[]
}

export type RegradeTools = MapTools & {
  /** Patches that a revision gave another grade by sample, from what to what. */
  readSampleMoves(db: Db, county: string, rev: number): Promise<readonly Moved[]>
  /** Makes anew what follows from samples and their grading: the cells of the count. */
  refresh(db: Db, revision: OpenRevision): Promise<void>
}

export type Regraded = { readonly rev: number; readonly patches: number }

type Decided = { readonly next: CountyGrading; readonly written: Scheme | null; readonly own: readonly OwnScheme[] }

/** What the county would grade by, or why not: asked before the work begins and again within it. */
export async function decideRegrading(db: Db, county: string, { grading, scheme }: Regrading): Promise<Decided> {
  const no = (refusal: SchemeRefusal): never => {
    throw new Refused(refusal)
  }
  const present = await readGrading(db, county)
  const own = await readOwnSchemes(db, county)
  const decided =
    scheme === null
      ? null
      : decideScheme(
          scheme,
          own.map((each) => each.scheme),
        )
  const written = decided === null ? null : decided.ok ? decided.value : no(decided.refusal)
  const all = [...own.map((each) => each.scheme).filter(({ id }) => id !== written?.id), ...(written ? [written] : []), ...SCHEMES]
  const before = own.find(({ id }) => id === written?.id)
  const differs = written !== null && JSON.stringify(before?.scheme.indicators) !== JSON.stringify(written.indicators)
  const chosen = decideGrading(grading, present, all, differs)
  return { next: chosen.ok ? chosen.value : no(chosen.refusal), written, own }
}

/** A look is never kept: its transaction ends with this. */
class Looked extends Error {}

/** What a regrading would change: it is done in full and taken back, so that what is seen is what will be. Nothing is written. */
export async function lookAtRegrading(
  tools: RegradeTools,
  county: string,
  asked: Regrading,
  { signal, report }: { readonly signal: AbortSignal; readonly report: Report },
): Promise<Moves> {
  let seen: Moves | null = null
  try {
    await transaction(
      tools.pool,
      async (db) => {
        const before = await readGrading(db, county)
        const open = await openRevision(db, county, tools.kinds)
        const { next } = await changeGrading(db, tools, county, open, asked, signal, report)
        seen = {
          ...{ before, after: next, bySample: await tools.readSampleMoves(db, county, open.rev) },
          moves: await readMapMoves(db, county, open.rev),
        }
        throw new Looked('taken back')
      },
      { actor: 'look', retries: 0 },
    )
  } catch (problem) {
    if (!(problem instanceof Looked)) throw problem
  }
  if (seen === null) throw new Error('expected a look at the moves')
  return seen
}

export async function regrade(
  tools: RegradeTools,
  county: string,
  asked: Regrading,
  {
    actor,
    reason,
    signal,
    report,
  }: { readonly actor: string; readonly reason: string; readonly signal: AbortSignal; readonly report: Report },
): Promise<Regraded> {
  return transaction(
    tools.pool,
    async (db) => {
      const open = await openRevision(db, county, tools.kinds)
      const { patches } = await changeGrading(db, tools, county, open, asked, signal, report)
      const sealed = await open.seal({ what: 'write', cause: 're-grade', actor, reason, now: new Date() })
      return { rev: sealed.rev, patches }
    },
    { actor, retries: 0 },
  )
}

/** Everything that another grading changes, into an open revision. */
async function changeGrading(
  db: Db,
  tools: RegradeTools,
  county: string,
  open: OpenRevision,
  asked: Regrading,
  signal: AbortSignal,
  report: Report,
): Promise<{ readonly next: CountyGrading; readonly patches: number }> {
  const { next, written, own } = await decideRegrading(db, county, asked)
  if (written) await writeScheme(open, written, asked.scheme?.copiedFrom ?? null, own.find(({ id }) => id === written.id)?.row ?? null)
  await writeGrading(open, next, (await readGradingRow(db, county))?.id ?? null)
  const patches = await regradeMaps(db, tools, county, open, next, signal, report)
  report({ phase: 'grading', done: patches, total: null })
  await tools.refresh(db, open)
  signal.throwIfAborted()
  return { next, patches }
}

const forEver = (id: number): Span => ({ id, validFrom: dayNumber(ALWAYS), validTo: dayNumber('infinity' as never) })

async function writeScheme(open: OpenRevision, scheme: Scheme, copiedFrom: string | null, row: number | null): Promise<void> {
  if (row !== null) await open.take(gradingSchemeKind, [forEver(row)])
  const content = {
    ...{ scheme_id: scheme.id, name_zh: scheme.zh, name_en: scheme.en, region: scheme.region, source: scheme.source, mark: scheme.mark },
    ...{ read_on: scheme.readOn, typed: scheme.typed, indicators: scheme.indicators, note: scheme.note, copied_from: copiedFrom },
  }
  await open.add(gradingSchemeKind, [rowToWrite(gradingSchemeKind, { id: row, validFrom: ALWAYS, content })])
}

async function writeGrading(open: OpenRevision, grading: CountyGrading, row: number | null): Promise<void> {
  if (row !== null) await open.take(gradingKind, [forEver(row)])
  const { scheme, depthFromCm, depthToCm, season, rule, conversion, map } = grading
  const content = {
    ...{ scheme, depth_from_cm: depthFromCm, depth_to_cm: depthToCm, season, rule, conversion: conversion ?? null },
    ...{ map_rule: map.rule, map_share: map.share },
  }
  await open.add(gradingKind, [rowToWrite(gradingKind, { id: row, validFrom: ALWAYS, content })])
}

/** Every patch that a map speaks of, of all days; gives how many there are. */
async function regradeMaps(
  db: Db,
  tools: MapTools,
  county: string,
  open: OpenRevision,
  grading: CountyGrading,
  signal: AbortSignal,
  report: Report,
): Promise<number> {
  const scheme = schemeIn(grading)
  if (scheme === null) throw new Error(`expected a scheme ${grading.scheme}`)
  const standing = await readStandingGrades(db, county)
  if (standing.length === 0) return 0
  const spans: Span[] = []
  const rows: RowToWrite[] = []
  for (const [mapKey, all] of groupBy(standing)) {
    signal.throwIfAborted()
    const map = await readMap(db, county, mapKey)
    if (!map) throw new Error(`expected the map ${mapKey} of ${all.length} grades`)
    const { draws, values } = map.ensemble
    const data = await readKept(db, tools, county, map)
    const at = new Map(Array.from(data.ids, (id, p) => [id, p]))
    const [wide, indicators] = [values.length * draws, indicatorsIn(scheme, values).join(',')]
    for (const row of all) {
      const p = at.get(row.patchId)
      if (p === undefined) throw new Error(`expected patch ${row.patchId} in the simulations of ${mapKey}`)
      spans.push({ id: row.id, validFrom: dayNumber(row.validFrom), validTo: dayNumber(row.validTo) })
      const means = data.means.subarray(p * wide, (p + 1) * wide)
      const grade = gradeDraws(scheme, values, means, draws, grading.map)
      if (grade === null) continue // the scheme asks about nothing that the map knows
      const ratios = [...data.ratios.subarray(p * values.length, (p + 1) * values.length)]
      const needed = neededSamples(scheme, values, means, draws, ratios, Math.max(...grade.chances.combined))
      const content = {
        ...{ patch_id: row.patchId, map_key: mapKey, scheme: scheme.id, grade: grade.grade, share: grade.share },
        ...{ chances: roundedChances(grade.chances), figures: row.figures, samples: row.samples, needed, indicators, draws: grade.draws },
      }
      rows.push(rowToWrite(mapGradeKind, { id: row.id, validFrom: row.validFrom, validTo: row.validTo, content }))
    }
    report({ phase: 'grading', done: rows.length, total: standing.length })
  }
  await open.take(mapGradeKind, spans)
  if (rows.length > 0) await open.add(mapGradeKind, rows)
  return standing.length
}

function groupBy(rows: readonly StandingGrade[]): Map<string, StandingGrade[]> {
  const groups = new Map<string, StandingGrade[]>()
  for (const row of rows) {
    const group = groups.get(row.mapKey)
    if (group) group.push(row)
    else groups.set(row.mapKey, [row])
  }
  return groups
}

async function readKept(db: Db, { vault }: MapTools, county: string, { ensemble }: SoilMap): Promise<EnsembleData> {
  const document = await readDocument(db, county, Buffer.from(ensemble.sha256, 'hex'))
  if (!document?.wrappedKey) throw new Error(`expected the simulations ${ensemble.sha256} in the content store`)
  const parts: Buffer[] = []
  for await (const part of (await vault.readDocument(document)) as AsyncIterable<Buffer>) parts.push(part)
  return readEnsemble(Buffer.concat(parts), ensemble.patches, ensemble.values.length, ensemble.draws)
}
