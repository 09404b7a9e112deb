/** GET /api/counties/:county/patches/:id: one patch with all that stands behind its figures. */
import { accept, type Refusal, type Result, refuse } from '@dishu/base/refusal'
import { readWkb } from '@dishu/base/wkb'
import type { SourceFile } from '@dishu/kernel/records/records'
import type { Db } from '@dishu/server-kit/sql'
import { type GradingConfig, gradePatch, SCHEMES } from '../soil/soil.ts'
import { contractState } from '../tenure/tenure.ts'
import { asOfFrom, type CountyContext } from './count.routes.ts'
import { countFindings, readPatch } from './count.store.ts'
import type { Dossier } from './count.wire.ts'
import {
  type ContractOfParcel,
  type DossierSample,
  type Happening,
  type PatchWords,
  readCellsOfPatch,
  readContractsOn,
  readFindingsOf,
  readHistory,
  readPatchWords,
  readSamplesNear,
  readTransfersOf,
} from './dossier.store.ts'
import { profileViews, sampleViews } from './dossier-samples.ts'
import { holds, projectionOf } from './plane.ts'
import type { Address, CountRefusal } from './questions.ts'
import { learnSystems } from './systems.jobs.ts'

/** What a dossier is told besides: words for attributes and findings in the reader's language, and the county's grading. */
export type DossierContext = CountyContext & {
  readonly language: 'zh' | 'en'
  readonly grading: GradingConfig
  /** The name of an attribute: a column of the register, or a field of the file. */
  readonly labelOf: (name: string) => string
  /** The year and season of the samples that gave a grade. */
  readonly sayCampaign: (campaign: string) => string
  readonly sayRefusal: (refusal: Refusal) => string
  readonly sayFinding: (rule: string, details: Readonly<Record<string, unknown>>) => { readonly name: string; readonly message: string }
}

export async function handleDossier(
  db: Db,
  county: string,
  id: number,
  address: Address,
  context: DossierContext,
): Promise<Result<Dossier, CountRefusal>> {
  const when = await asOfFrom(db, county, address, context.today)
  if (!when.ok) return when
  const { asOf } = when.value
  const row = await readPatch(db, county, id, asOf)
  const words = await readPatchWords(db, county, id, asOf)
  if (row === null || words === null) return refuse('count/no-such-patch', { county, id })
  await learnSystems(db, [words.srid])

  const cells = await readCellsOfPatch(db, county, id, asOf)
  const parcelCodes = [...new Set(cells.map((cell) => cell.parcelCode).filter((code) => code !== null))]
  const contracts = await readContractsOn(db, county, parcelCodes, asOf)
  const contractCodes = [...new Set(contracts.map((contract) => contract.code))]
  const transfers = await readTransfersOf(db, county, contractCodes, asOf)
  const samples = (await readSamplesNear(db, county, id, [row.patchKey, ...parcelCodes], asOf)).filter((sample) => liesIn(sample, words))
  const sampleCodes = [...new Set(samples.map(({ code }) => code))]
  const findings = await readFindingsOf(db, county, id, parcelCodes, contractCodes, sampleCodes)
  const findingCount = (await countFindings(db, county, [id]))[0]?.findings ?? 0
  const history = await readHistory(db, county, id, asOf.rev)
  const contractArea = contracts.some((contract) => contract.area !== null)
    ? contracts.reduce((sum, contract) => sum + (contract.area ?? 0), 0)
    : null

  return accept({
    patch: {
      ...row,
      findings: findingCount,
      bbox: words.bbox,
      validFrom: words.validFrom,
      validTo: words.validTo,
      attributes: attributesOf(words, context.labelOf),
    },
    outline: words.outline && geoJsonOf(words.outline, words.srid),
    cells: cells.map(({ parcelId: _, part, ...cell }) => ({ ...cell, part: part === 1 ? 'ridge' : 'land' })),
    areas: {
      official: row.officialArea,
      computed: row.computedArea,
      contract: contractArea,
      difference: row.computedArea === null ? null : row.computedArea - row.officialArea,
    },
    rights: [
      {
        right: 'ownership',
        party: row.ownerName ?? '',
        share: '1/1',
        code: words.owner_unit,
        from: null,
        to: null,
        basis: words.owner_kind,
      },
      ...contracts.map((contract) => ({
        right: 'contract' as const,
        party: contract.contractor ?? contract.contractorCode ?? '',
        share: `${contract.sharePart}/${contract.shareWhole}`,
        code: contract.code,
        from: contract.from,
        to: contract.to,
        basis: contract.mode,
      })),
      ...transfers.map((transfer) => ({
        right: 'transfer' as const,
        party: transfer.party ?? transfer.partyCode ?? '',
        share: '1/1',
        code: transfer.code,
        from: transfer.from,
        to: transfer.to,
        basis: transfer.mode,
      })),
    ],
    contracts: byCode(contracts).map(([contract, area]) => ({
      code: contract.code,
      contractor: contract.contractor ?? contract.contractorCode ?? '',
      personId: contract.personId,
      mode: contract.mode,
      from: contract.from,
      to: contract.to,
      area,
      state: contractState([contract], asOf.day),
      parcels: contract.parcels,
    })),
    samples: sampleViews(samples, context.grading, context.sayRefusal),
    profiles: profileViews(samples, context.sayRefusal),
    grades: SCHEMES.map((scheme) => {
      const { grade, why } = gradePatch(samples, { ...context.grading, scheme: scheme.id }, asOf.day)
      return {
        scheme: scheme.id,
        schemeName: scheme[context.language],
        grade,
        note: why.campaign && [why.depth, context.sayCampaign(why.campaign), context.scheme.rule].join(' · '),
      }
    }),
    findings: findings.map(({ id: findingId, rule, severity, sample, details, accepted }) => ({
      id: findingId,
      rule,
      severity,
      sample,
      accepted,
      ...context.sayFinding(rule, details),
    })),
    history: history.map((happening) => happeningOf(happening, context.labelOf)),
  })
}

function liesIn(sample: DossierSample, patch: { readonly srid: number | null; readonly outline: Uint8Array | null }): boolean {
  if (sample.longitude === null || sample.latitude === null) return true // it came by its plot
  const projection = projectionOf(patch.srid)
  if (patch.outline === null || projection === null) return false
  const xy = Float64Array.of(sample.longitude, sample.latitude)
  projection.fromLonLat(xy)
  return holds(patch.outline, xy[0], xy[1])
}

/** Each contract once, with the area of its parcels that lie on the patch. */
function byCode(contracts: readonly ContractOfParcel[]): [ContractOfParcel, number | null][] {
  const found = new Map<string, [ContractOfParcel, number | null]>()
  for (const contract of contracts) {
    const before = found.get(contract.code)
    if (before === undefined) found.set(contract.code, [contract, contract.area])
    else if (contract.area !== null) before[1] = (before[1] ?? 0) + contract.area
  }
  return [...found.values()]
}

/** GeoJSON in longitude and latitude, to 1e-8 degrees: a millimetre. Null where the coordinates are of a foreign code. */
function geoJsonOf(wkb: Uint8Array, srid: number | null): unknown {
  const projection = projectionOf(srid)
  const geometry = readWkb(wkb)
  if (projection === null || geometry.type !== 'polygon') return null
  const coordinates = geometry.polygons.map(({ rings }) =>
    rings.map((ring) => {
      projection.toLonLat(ring)
      return Array.from({ length: ring.length / 2 }, (_, i) => [Number(ring[2 * i].toFixed(8)), Number(ring[2 * i + 1].toFixed(8))])
    }),
  )
  return coordinates.length === 1 ? { type: 'Polygon', coordinates: coordinates[0] } : { type: 'MultiPolygon', coordinates }
}

const FRAME = new Set(['validFrom', 'validTo', 'srid', 'outline', 'bbox', 'extra', 'valid_from', 'valid_to'])
/** Columns that hold whole hundredths of a square metre; a person reads them in square metres. */
const AREAS = new Set(['official_area', 'deducted_area', 'class_area', 'computed_area'])
const shownAs = (name: string, value: unknown) =>
  AREAS.has(name) && typeof value === 'number' ? `${(value / 100).toFixed(2)} m²` : shown(value)
const shown = (value: unknown) =>
  value === null || value === undefined || value === '' ? null : typeof value === 'object' ? JSON.stringify(value) : String(value)

function attributesOf(words: PatchWords, labelOf: (name: string) => string) {
  const own = Object.entries(words).filter(([name]) => !FRAME.has(name))
  const all = [...own, ...Object.entries(words.extra)]
  return all.map(([name, value]) => ({ name, label: labelOf(name), value: shownAs(name, value) }))
}

function happeningOf(
  { made, ended, sources, sourceFile, sourceRow, recordedAt, ...revision }: Happening,
  labelOf: (name: string) => string,
): Dossier['history'][number] {
  const files = JSON.parse(sources) as readonly SourceFile[]
  const file = sourceFile === null ? undefined : files[sourceFile]
  return {
    ...revision,
    recordedAt: recordedAt.toISOString(),
    source: file ? { file: file.file, layer: file.layer, row: sourceRow, sha256: file.sha256 } : null,
    changes: changesBetween(ended, made).map(({ name, ...change }) => ({ name: labelOf(name), ...change })),
  }
}

/** What differs, by name; a first version differs from nothing and is not listed word by word. */
export function changesBetween(
  before: PatchWords | null,
  after: PatchWords | null,
): { name: string; before: string | null; after: string | null }[] {
  if (before === null || after === null) return []
  const flat = ({ extra, ...words }: PatchWords): Readonly<Record<string, unknown>> => ({ ...extra, ...words })
  const [a, b] = [flat(before), flat(after)]
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])]
  return names
    .map((name) => ({ name, before: shownAs(name, a[name]), after: shownAs(name, b[name]) }))
    .filter((change) => change.before !== change.after)
}
