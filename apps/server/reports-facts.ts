/** What a report is written from, read from one state of the register in one transaction; and how things are called and coloured. */
import type { Day } from '@dishu/base/date'
import { type Language, Refused } from '@dishu/base/refusal'
import { readSetting } from '@dishu/kernel/intake/intake.store'
import { readHead, readRevision, readSources } from '@dishu/kernel/records/records.store'
import { type BaselineDocument, compareTables, tableOf } from '@dishu/land/count/baseline'
import { documentOf, requireBaseline } from '@dishu/land/count/baseline.jobs'
import { handleChanges } from '@dishu/land/count/baseline.routes'
import { readBaselines } from '@dishu/land/count/baseline.store'
import { colourOf, isHatched } from '@dishu/land/count/count.layer'
import { handleAreas, handleCount } from '@dishu/land/count/count.routes'
import { readCount } from '@dishu/land/count/count.store'
import { DIMENSIONS } from '@dishu/land/count/count.wire'
import { ruleName } from '@dishu/land/quality/inspect'
import { vocabulary } from '@dishu/land/quality/quality'
import { countByRule, readCheckedRev } from '@dishu/land/quality/quality.store'
import type { AreaName, ChangeFacts, QualityFacts, ReportWords, StateFacts } from '@dishu/land/reports/facts'
import type { ReportRequest } from '@dishu/land/reports/reports'
import { readExceptions, readQuality } from '@dishu/land/reports/reports.store'
import { type GradingConfig, schemeIn } from '@dishu/land/soil/soil'
import { readGrading } from '@dishu/land/soil/soil.store'
import { orRefused } from '@dishu/server-kit/http'
import { fingerprintOf } from '@dishu/server-kit/signing'
import type { Db } from '@dishu/server-kit/sql'
import { formatArea, formatCount, formatShare, shownShares, writtenParts } from '@dishu/web-kit/areas'
import { isSynthetic } from './county.ts'

export function reportWords(language: Language): ReportWords {
  const words = vocabulary(language)
  const named = (list: readonly { readonly id: string; readonly name: string }[]) => new Map(list.map(({ id, name }) => [id, name]))
  const grades = named(words.grades)
  grades.set('not-mapped', language === 'zh' ? '未制图' : 'Not mapped')
  const names = {
    class: new Map(words.classes.map(({ code, name }) => [code, name])),
    grade: grades,
    mapgrade: grades,
    owner: named(words.owners),
    contract: named(words.contractStates),
    saline: named(words.salineSets),
  }
  const severities = named(words.severities)
  return {
    language,
    mu: (area) => formatArea(area, 'mu'),
    muParts: (areas) => writtenParts(areas, 'mu'),
    shares: (areas) => {
      const shown = shownShares(areas)
      return areas.map((area, i) => formatShare(shown[i], area))
    },
    count: formatCount,
    nameOf: (dimension, value) => names[dimension].get(value) ?? value,
    colourOf: (dimension, value) => colourOf(dimension, value, words.grades),
    isHatched,
    ruleName: (rule) => ruleName(rule, language),
    severityName: (severity) => severities.get(severity) ?? severity,
  }
}

/** The state of a request with its revision settled: from here on the register may move. */
export async function settledRequest(db: Db, county: string, request: ReportRequest, today: Day): Promise<ReportRequest> {
  if (request.baseline !== null) {
    const { day, known } = await requireBaseline(db, county, request.baseline)
    return { ...request, day, known }
  }
  const { rev } = await readHead(db, county)
  const known = request.known ?? rev
  if (known > rev) throw new Refused({ code: 'count/no-such-revision', details: { county, rev: known, newest: rev } })
  return { ...request, day: request.day ?? today, known }
}

/** `request`: settled. Refused where nothing is counted; where a baseline's frozen table is not what the register gives, nothing is written. */
export async function stateFacts(db: Db, county: string, request: ReportRequest): Promise<StateFacts> {
  const { within, language, known } = request
  const day = request.day
  if (day === null || known === null) throw new Error('expected a request whose state is settled')
  const asOf = { day, rev: known }
  const counted = await readCount(db, { county, asOf, within, level: 'village', by: DIMENSIONS, filters: {} })
  if (counted.length === 0) throw new Refused({ code: 'reports/nothing-counted', details: { area: within, day } })
  const signed = request.baseline === null ? null : await requireBaseline(db, county, request.baseline)
  const document = signed && documentOf(signed, signed.key)
  if (document) holdAgainst(document, county, within, tableOf(counted))
  const context = {
    today: day,
    synthetic: await isSynthetic(db, county),
    scheme: schemeWords(document?.grading ?? (await readGrading(db, county, known)), language),
  }
  const address = { asOf: day, known: String(known), within }
  const mapped = orRefused(await handleCount(db, county, { ...address, by: 'mapgrade' }, { ...context, scheme: NO_SCHEME }))
  const areas = orRefused(await handleAreas(db, county, address, { ...context, scheme: NO_SCHEME })).areas.map(
    ({ code, parent, level, name }): AreaName => ({ code, parent, level, name }),
  )
  const own = areas.find(({ code }) => code === within)
  if (!own && within !== county) throw new Refused({ code: 'reports/no-such-area', details: { area: within } })
  const nameAt = (code: string) => areas.find((area) => area.code === code)?.name ?? code
  const countyName =
    document?.countyName ??
    (own?.level === 'county' ? own.name : ((await readSetting<string>(db, county, 'name'))?.value ?? nameAt(county)))
  const path = [countyName, ...[9, 12].filter((digits) => within.length >= digits).map((digits) => nameAt(within.slice(0, digits)))]
  const sources = await readSources(db, county)
  const revision = await readRevision(db, county, known)
  return {
    ...{ county, countyName, within, areaName: path.join(''), day, known },
    ...{ knownAt: revision?.recordedAt.toISOString() ?? null, hash: revision?.hash ?? '' },
    baseline:
      signed && document
        ? {
            key: signed.key,
            title: signed.title,
            frozenAt: document.frozenAt,
            frozenBy: document.frozenBy,
            fingerprint: fingerprintOf(signed.publicKey) ?? '',
            methods: methodsText(document),
          }
        : null,
    synthetic: context.synthetic,
    scheme: context.scheme.name,
    mapApproval: request.isPublic ? ((await readSetting<string>(db, county, 'map-approval'))?.value ?? null) : null,
    rows: counted.map(({ by, area, patches }) => ({
      ...{
        village: by.area ?? '',
        class: by.class ?? '',
        grade: by.grade ?? '',
        mapgrade: by.mapgrade ?? '',
        owner: by.owner ?? '',
        contract: by.contract ?? '',
        saline: by.saline ?? '',
      },
      ...{ area, patches },
    })),
    areas,
    intervals: mapped.rows.every(({ by }) => by.mapgrade === 'not-mapped')
      ? []
      : mapped.rows.map(({ by, area, interval }) => ({
          grade: by.mapgrade ?? '',
          area,
          low: interval?.low ?? area,
          estimate: interval?.estimate ?? area,
          high: interval?.high ?? area,
        })),
    unplaced: mapped.unplaced,
    quality: (await readQuality(db, county, within, day, known)) ?? (await qualityNow(db, county, within)),
    exceptions: await readExceptions(db, county, asOf),
    sources: [...sources].flatMap(([rev, files]) =>
      rev <= known ? files.map(({ file, layer, sha256 }) => ({ rev, file, layer, sha256 })) : [],
    ),
    changes: await changeFacts(db, county, request, context.synthetic),
  }
}

const NO_SCHEME = { id: '', name: '', depth: '', season: '', rule: '' }

function schemeWords(grading: GradingConfig, language: Language) {
  const words = vocabulary(language)
  const season = words.seasons.find(({ id }) => id === grading.season)?.name ?? grading.season
  const rule = words.gradingRules.find(({ id }) => id === grading.rule)?.name ?? grading.rule
  const name = schemeIn(grading)?.[language] ?? grading.scheme
  const comma = language === 'zh' ? '，' : ', '
  return { ...NO_SCHEME, id: grading.scheme, name: [name, `${grading.depthFromCm}–${grading.depthToCm} cm`, season, rule].join(comma) }
}

const methodsText = ({ methods }: BaselineDocument) =>
  Object.entries(methods)
    .map(([name, form]) => `${name} ${form}`)
    .join(', ')

/** The register's answer against what was signed: a report of a baseline has the baseline's figures or is not written. */
function holdAgainst(document: BaselineDocument, county: string, within: string, found: ReturnType<typeof tableOf>): void {
  const frozen = within === county ? document.table : document.table.filter(([village]) => village.startsWith(within))
  const { rows, area } = compareTables(frozen, found)
  if (rows > 0) throw new Refused({ code: 'reports/not-what-was-frozen', details: { baseline: document.key, rows, area } })
}

async function qualityNow(db: Db, county: string, within: string): Promise<QualityFacts> {
  const rules = await countByRule(db, { county, within })
  return {
    checkedRev: await readCheckedRev(db, county),
    findings: rules
      .map(({ rule, severity, open, accepted }) => ({ rule, severity, count: open + accepted, accepted }))
      .sort((a, b) => (a.rule < b.rule ? -1 : 1)),
  }
}

/** Since the baseline before: by cause, and what the saline sets were and are. */
async function changeFacts(db: Db, county: string, request: ReportRequest, synthetic: boolean): Promise<ChangeFacts | null> {
  const { within, language, day, known } = request
  const before = (await readBaselines(db, county))
    .filter((each) => each.known < (known ?? 0) || (each.known === known && each.day < (day ?? '')))
    .at(-1)
  if (!before || day === null) return null
  const reply = await handleChanges(
    db,
    county,
    { from: before.key, to: `${day}@${known}`, within, by: 'saline' },
    { today: day, synthetic },
  )
  return {
    ...{ from: before.key, fromDay: before.day, before: reply.before.area, after: reply.after.area },
    causes: reply.causes.map(({ cause, area, patches }) => ({ cause, name: CAUSE_NAMES[cause]?.[language] ?? cause, area, patches })),
    sets: reply.rows.map((row) => ({ set: row.by.saline ?? '', before: row.before.area, after: row.after.area })),
  }
}

const CAUSE_NAMES: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  day: { zh: '时日经过', en: 'Days that passed' },
  're-survey': { zh: '重新调查', en: 'Re-survey' },
  'split-merge': { zh: '分割合并', en: 'Split or merge' },
  're-grade': { zh: '重新分级', en: 'Re-grade' },
  contract: { zh: '合同变动', en: 'Contract' },
  project: { zh: '项目', en: 'Project' },
  correction: { zh: '更正', en: 'Correction' },
  undo: { zh: '撤销', en: 'Undo' },
  method: { zh: '方法', en: 'Method' },
}
