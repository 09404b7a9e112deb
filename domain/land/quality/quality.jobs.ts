/** The check of a county: every rule over its present rows, and the findings in place of those before. */
import { type Day, dayOf } from '@dishu/base/date'
import { wkbBounds } from '@dishu/base/wkb'
import { wkbHolds } from '@dishu/base/wkb-inside'
import { readHead } from '@dishu/kernel/records/records.store'
import { toZone, zoneOfEpsg } from '@dishu/numeric/geodesy/zone'
import type { Db } from '@dishu/server-kit/sql'
import type { PieceContract } from '../tenure/tenure.ts'
import { checkLaboratory, type LabSample } from './check-laboratory.ts'
import { checkContractParcel } from './check-rows.ts'
import {
  checkAreas,
  checkContracts,
  checkDuplicates,
  checkIssuers,
  checkMembers,
  checkOwners,
  checkParcelOwners,
  checkPieces,
  checkPlaces,
  type OwnerFacts,
  type PieceFacts,
  type SubjectFinding,
} from './check-sets.ts'
import type { Finding } from './findings.ts'
import { type CheckProgress, checkGeometry } from './geometry.jobs.ts'
import { checkRow, severityOf } from './inspect.ts'
import {
  areasToCheck,
  type Box,
  contractsToCheck,
  doubleCovers,
  type FindingRow,
  lockCheck,
  ownersOfPatches,
  parcelContracts,
  parcelsOnPatches,
  parcelsToCheck,
  partiesToCheck,
  patchesAtSamples,
  patchesToCheck,
  plotNames,
  repeatedKeys,
  repeatedNumbers,
  replaceFindings,
  samplesToCheck,
  villageTotals,
  writeChecked,
} from './quality.store.ts'
import { numberOf, type RuleBook, ruleBook } from './rules.ts'

/** Where a subject lies and how it is named, for the findings of checks that know it by its key alone. */
type Place = { readonly id: number | null; readonly village: string | null; readonly place: Box | null; readonly area: number | null }
const NOWHERE: Place = { id: null, village: null, place: null, area: null }

/** Rows made by `rev` were asked about by themselves on their way in: `remarked` are the keys, by kind, of those that rules say something of. */
export type InspectedRows = { readonly rev: number; readonly day: Day; readonly remarked: Readonly<Record<string, readonly string[]>> }

/** `inspected`: what need not be asked again, where it was asked today. Gives the number of findings. */
export async function checkCounty(
  db: Db,
  county: string,
  now: Date,
  inspected: InspectedRows | null = null,
  report: CheckProgress = () => {},
): Promise<number> {
  await lockCheck(db, county)
  const day = dayOf(now)
  const known = inspected?.day === day ? { rev: inspected.rev, keys: inspected.remarked.patch ?? [] } : null
  const book = ruleBook(day)
  const found: FindingRow[] = []
  const add = (finding: Finding, subjectKind: string, subjectKey: string, at: Place) =>
    found.push({
      rule: finding.rule,
      severity: severityOf(finding.rule, book),
      subjectKind,
      subjectId: at.id,
      subjectKey,
      village: at.village,
      place: at.place,
      area: at.area,
      details: finding.details,
    })
  const addAll = (findings: readonly SubjectFinding[], subjectKind: string, places: (key: string) => Place) => {
    for (const { subject, ...finding } of findings) add(finding as Finding, subjectKind, subject, places(subject))
  }

  for await (const batch of patchesToCheck(db, county, day, known)) {
    for (const row of batch) {
      const findings = checkRow('patch', row, book)
      for (const finding of findings)
        add(finding, 'patch', row.patch_key as string, {
          id: row.id as number,
          village: row.village as string,
          place: row.bbox as Box | null,
          area: row.official_area as number,
        })
    }
  }

  const parcels = new Map<string, Place & { readonly category: string | null; readonly surveyed: number | null }>()
  for await (const batch of parcelsToCheck(db, county, day)) {
    for (const row of batch) {
      const code = row.parcel_code as string
      const at = {
        id: row.id as number,
        village: villageOfParcel(code),
        place: row.bbox as Box | null,
        area: row.official_area as number | null,
      }
      parcels.set(code, { ...at, category: row.category as string | null, surveyed: row.official_area as number | null })
      for (const finding of checkRow('parcel', row, book)) add(finding, 'parcel', code, at)
    }
  }

  await checkTenure(db, county, day, book, parcels, addAll, add)
  await checkKeys(db, county, day, book, parcels, addAll)
  await checkSamples(db, county, day, book, addAll, add)

  const areas = await areasToCheck(db, county)
  const totals = new Map((await villageTotals(db, county, day)).map(({ village, area, patches }) => [village, { area, patches }]))
  const boxes = new Map(areas.map(({ code, bbox }) => [code, bbox]))
  addAll(checkAreas(areas, totals, book), 'area', (code) => ({
    id: null,
    village: code.length === 12 ? code : null,
    place: boxes.get(code) ?? null,
    area: totals.get(code)?.area ?? null,
  }))

  const least = numberOf(book, 'parcel/ground-covered-twice', 'leastM2')
  for (const { patchId, patchKey, village, parcels: codes, area, bbox } of await doubleCovers(db, county)) {
    if (area / 100 < least) continue
    add({ rule: 'parcel/ground-covered-twice', details: { patch: patchKey, parcels: codes, area: area / 100 } }, 'patch', patchKey, {
      id: patchId,
      village,
      place: bbox,
      area,
    })
  }
  for (const fact of await ownerFacts(db, county, day))
    for (const { subject, ...finding } of checkOwners([fact], book)) add(finding as Finding, 'patch', subject, { ...NOWHERE, id: fact.id })
  const { rev } = await readHead(db, county)
  const geometry = await checkGeometry(db, county, rev, day, book, report)
  const written = await replaceFindings(db, county, rev, [...found, ...geometry.found], geometry.kept)
  await writeChecked(db, county, rev, now)
  return written
}

type AddAll = (findings: readonly SubjectFinding[], subjectKind: string, places: (key: string) => Place) => void
type Add = (finding: Finding, subjectKind: string, subjectKey: string, at: Place) => void
type Parcels = ReadonlyMap<string, Place & { readonly category: string | null; readonly surveyed: number | null }>

/** A parcel's code begins with its issuer: county, town and village stand in the first twelve digits. */
const villageOfParcel = (code: string) => (/^\d{12}/.test(code) ? code.slice(0, 12) : null)

async function checkTenure(db: Db, county: string, day: Day, book: RuleBook, parcels: Parcels, addAll: AddAll, add: Add): Promise<void> {
  const links = await parcelContracts(db, county, day)
  const byParcel = new Map<string, PieceContract[]>()
  const byContract = new Map<string, { parcel_code: string; contract_area: number | null; known: boolean; surveyed: number | null }[]>()
  for (const link of links) {
    const parcel = parcels.get(link.parcelCode)
    const areas = { parcel_code: link.parcelCode, contract_area: link.contractArea, contract_mu: link.contractMu }
    const at = { ...(parcel ?? NOWHERE), id: null }
    for (const finding of checkContractParcel(areas, book)) add(finding, 'contract', link.contractCode, at)
    append(byContract, link.contractCode, {
      parcel_code: link.parcelCode,
      contract_area: link.contractArea,
      known: parcel !== undefined,
      surveyed: parcel?.surveyed ?? null,
    })
    append(byParcel, link.parcelCode, {
      code: link.contractCode,
      from: link.termFrom,
      to: link.termTo,
      share: { part: link.sharePart, whole: link.shareWhole },
    })
  }
  const anyContract = links.length > 0
  const pieces: PieceFacts[] = []
  for (const [code, { category, place }] of parcels)
    pieces.push({ parcel_code: code, category: anyContract ? category : null, onMap: place !== null, contracts: byParcel.get(code) ?? [] })
  for (const [code, contracts] of byParcel)
    if (!parcels.has(code)) pieces.push({ parcel_code: code, category: null, onMap: false, contracts })
  addAll(checkPieces(pieces, book), 'parcel', (code) => parcels.get(code) ?? { ...NOWHERE, village: villageOfParcel(code) })

  const listed = await partiesToCheck(db, county)
  const parties = listed.length === 0 ? null : new Set(listed.map(({ code }) => code))
  const issuers = new Set(listed.filter(({ role }) => role === 'issuer').map(({ code }) => code))
  const parcelAt = (code: string) => parcels.get(code) ?? NOWHERE
  addAll(checkIssuers(parcels.keys(), issuers, book), 'parcel', parcelAt)
  addAll(
    checkMembers(
      listed.filter(({ role }) => role === 'contractor').map(({ code, stated }) => ({ party_code: code, member_count: stated })),
      new Map(listed.flatMap(({ code, listed }) => (listed === null ? [] : [[code, listed]]))),
      book,
    ),
    'party',
    (code) => ({ ...NOWHERE, village: villageOfParcel(code) }),
  )
  const onPatches = await parcelsOnPatches(db, county, day)
  addAll(
    checkParcelOwners(
      onPatches.map((each) => ({
        parcel_code: each.parcelCode,
        owner_kind: each.ownerKind,
        patch_key: each.patchKey,
        patch_owner_kind: each.patchOwnerKind,
        share: each.share,
      })),
      book,
    ),
    'parcel',
    parcelAt,
  )
  for await (const batch of contractsToCheck(db, county, day)) {
    const facts = batch.map((row) => ({
      contract_code: row.contract_code as string,
      issuer_code: row.issuer_code as string | null,
      contractor_code: row.contractor_code as string | null,
      contract_area: row.contract_area as number | null,
      parcel_count: row.parcel_count as number | null,
      parcels: byContract.get(row.contract_code as string) ?? [],
    }))
    const places = new Map(
      batch.map((row) => {
        const first = byContract
          .get(row.contract_code as string)
          ?.map(({ parcel_code }) => parcels.get(parcel_code))
          .find((each) => each?.place)
        return [
          row.contract_code as string,
          {
            id: row.id as number,
            village: villageOfParcel((row.issuer_code as string | null) ?? ''),
            place: first?.place ?? null,
            area: row.contract_area as number | null,
          },
        ] as const
      }),
    )
    const at = (code: string) => places.get(code) ?? NOWHERE
    for (const row of batch)
      for (const finding of checkRow('contract', row, book))
        add(finding, 'contract', row.contract_code as string, at(row.contract_code as string))
    addAll(checkContracts(facts, parties, book), 'contract', at)
  }
}

async function checkKeys(db: Db, county: string, day: Day, book: RuleBook, parcels: Parcels, addAll: AddAll): Promise<void> {
  for (const [table, rule] of [
    ['patch', 'patch/duplicate-key'],
    ['parcel', 'parcel/duplicate-code'],
    ['contract', 'contract/duplicate-code'],
    ['sample', 'sample/duplicate'],
  ] as const) {
    const rows = await repeatedKeys(db, county, table)
    const ids = new Map(rows.map(({ key, id }) => [key, id]))
    addAll(
      checkDuplicates(
        rule,
        rows.map(({ key }) => key),
        rows.map(({ key }) => key),
        book,
      ),
      table,
      (key) => ({ ...(table === 'parcel' ? (parcels.get(key) ?? NOWHERE) : NOWHERE), id: ids.get(key) ?? null }),
    )
  }
  const numbers = await repeatedNumbers(db, county, day)
  const byKey = new Map(numbers.map((row) => [row.patchKey, row]))
  addAll(
    checkDuplicates(
      'patch/duplicate-number',
      numbers.map(({ village, patchNumber }) => `${village}-${patchNumber}`),
      numbers.map(({ patchKey }) => patchKey),
      book,
    ),
    'patch',
    (key) => ({ ...NOWHERE, id: byKey.get(key)?.id ?? null, village: byKey.get(key)?.village ?? null }),
  )
}

async function checkSamples(db: Db, county: string, day: Day, book: RuleBook, addAll: AddAll, add: Add): Promise<void> {
  const samples = await samplesToCheck(db, county, day)
  if (samples.length === 0) return
  const places = new Map(
    samples.map((row) => [row.sample_code as string, { id: row.id as number, village: null, place: row.bbox as Box | null, area: null }]),
  )
  for (const row of samples)
    for (const finding of checkRow('sample', row, book))
      add(finding, 'sample', row.sample_code as string, places.get(row.sample_code as string) ?? NOWHERE)
  // a finding of two laboratories has no place of its own
  addAll(checkLaboratory(samples as unknown as readonly LabSample[], book), 'sample', (code) => places.get(code) ?? NOWHERE)
  const inside = new Set<number>()
  for (const { sampleId, longitude, latitude, srid, outline } of await patchesAtSamples(db, county, day)) {
    if (inside.has(sampleId)) continue
    const zone = zoneOfEpsg(srid)
    const [x, y] = zone ? toZone(Float64Array.of(longitude, latitude), zone) : [longitude, latitude]
    if (wkbHolds(outline, x, y)) inside.add(sampleId)
  }
  const plots = new Set((await plotNames(db, county)).map(({ code }) => code))
  const rows = samples.map((row) => ({
    sample_code: row.sample_code as string,
    longitude: row.longitude as number | null,
    latitude: row.latitude as number | null,
    plot_code: row.plot_code as string | null,
  }))
  addAll(
    checkPlaces(
      rows,
      samples.map((row) => (row.longitude === null ? null : inside.has(row.id as number))),
      rows.map(({ plot_code }) => (plot_code === null ? null : plots.has(plot_code))),
      book,
    ),
    'sample',
    (code) => places.get(code) ?? NOWHERE,
  )
}

/** Ownership parcels that hold the middle of a patch: which of them lies over it in truth is the overlay's business, not this rule's. */
async function ownerFacts(db: Db, county: string, day: Day): Promise<(OwnerFacts & { readonly id: number })[]> {
  const facts: (OwnerFacts & { readonly id: number })[] = []
  for (const { id, patchKey, ownerKind, srid, outline, register, holder, groundSrid, ground } of await ownersOfPatches(db, county, day)) {
    if (srid !== groundSrid) continue
    const [minX, minY, maxX, maxY] = wkbBounds(outline)
    // a grid of points in the patch stands for its area: share of those that the ownership parcel holds
    let [inPatch, inGround] = [0, 0]
    for (let i = 0; i < GRID; i++) {
      for (let j = 0; j < GRID; j++) {
        const [x, y] = [minX + ((i + 0.5) / GRID) * (maxX - minX), minY + ((j + 0.5) / GRID) * (maxY - minY)]
        if (!wkbHolds(outline, x, y)) continue
        inPatch++
        if (wkbHolds(ground, x, y)) inGround++
      }
    }
    if (inPatch > 0 && inGround > 0)
      facts.push({ id, patch_key: patchKey, owner_kind: ownerKind, register, holder, share: inGround / inPatch })
  }
  return facts
}
const GRID = 8

const append = <Key, Value>(to: Map<Key, Value[]>, key: Key, value: Value) => {
  const list = to.get(key)
  if (list) list.push(value)
  else to.set(key, [value])
}
