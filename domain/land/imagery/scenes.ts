/** From what files say of themselves, and what a person says of them, to a scene that can be written; or to what must still be asked. */
import { dayFrom } from '@dishu/base/date'
import { accept, type Result, refuse } from '@dishu/base/refusal'
import { type BandRole, isRole } from './bands.ts'
import type { Grid, ImageryRefusal, SceneBand, SceneMask } from './imagery.ts'

export type RasterFacts = Pick<Grid, 'width' | 'height' | 'type' | 'geotransform' | 'epsg' | 'wkt' | 'geographic' | 'nodata'> & {
  readonly file: string
  readonly crs: string | null
}
export type BandFacts = {
  readonly name: string
  readonly role: BandRole | null
  readonly raster: number
  readonly band: number
  readonly scale: number
  readonly offset: number
  readonly unit: SceneBand['unit']
  readonly nodata: number | null
}
export type SceneFacts = {
  readonly product: string
  readonly id: string | null
  readonly takenOn: string | null
  readonly takenAt: string | null
  readonly platform: string | null
  readonly instrument: string | null
  readonly level: string | null
  readonly cloudPercent: number | null
  readonly rasters: readonly RasterFacts[]
  readonly bands: readonly BandFacts[]
  readonly mask: (Omit<SceneMask, 'grid'> & { readonly raster: number }) | null
}

/** What a person says. `scale: 1, offset: 0` says that the numbers stand for themselves; without an answer nobody knows. */
export type SceneAnswers = {
  readonly takenOn?: string
  readonly platform?: string
  readonly title?: string
  readonly provider?: string
  readonly crs?: number
  readonly roles?: Readonly<Record<string, string>> // by band; '' is none
  readonly scale?: number
  readonly offset?: number
  readonly nodata?: number
}

export type SceneQuestion = 'takenOn' | 'platform' | 'crs' | 'roles' | 'scale'

/** A COG to be made, with the raster that each of its bands comes from. */
export type GridDraft = Omit<Grid, 'sha256' | 'bytes'> & {
  readonly from: readonly {
    readonly name: string
    readonly raster: number
    readonly band: number
    readonly scale: number
    readonly offset: number
  }[]
}
export type SceneDraft = {
  readonly product: string
  readonly id: string | null
  readonly title: string
  readonly takenOn: string
  readonly takenAt: string | null
  readonly platform: string
  readonly instrument: string | null
  readonly level: string | null
  readonly provider: string | null
  readonly cloudPercent: number | null
  readonly grids: readonly GridDraft[]
  readonly bands: readonly Omit<SceneBand, 'min' | 'max'>[]
  readonly mask: SceneMask | null
}

export type SceneDecision = { readonly questions: readonly SceneQuestion[]; readonly draft: SceneDraft | null }

const FIRST_SATELLITE = '1972-07-23' // Landsat 1; air photographs may be older, no scene with bands is
const MOST_BANDS = 64

/** `today`: the office's day. A draft is given once nothing is left to ask. */
export function decideScene(facts: SceneFacts, answers: SceneAnswers, today: string): Result<SceneDecision, ImageryRefusal> {
  const questions: SceneQuestion[] = []
  const stated = answers.takenOn ?? facts.takenOn
  const takenOn = stated === null ? null : dayFrom(stated)
  if (stated === null) questions.push('takenOn')
  else if (takenOn === null || takenOn < FIRST_SATELLITE) return refuse('imagery/not-a-day', { stated })
  else if (takenOn > today) return refuse('imagery/day-to-come', { stated, today })
  const platform = (answers.platform ?? facts.platform ?? '').trim()
  if (platform === '') questions.push('platform')
  if (answers.crs !== undefined && !(Number.isInteger(answers.crs) && answers.crs > 1000 && answers.crs < 1_000_000))
    return refuse('imagery/crs-not-usable', { stated: String(answers.crs) })
  if (answers.crs === undefined && facts.rasters.some(({ epsg, wkt }) => epsg === null && wkt === null)) questions.push('crs')

  const [first, ...others] = facts.rasters
  const differ = others.filter(({ epsg, wkt }) => epsg !== first.epsg || (epsg === null && wkt !== first.wkt))
  if (differ.length > 0) return refuse('imagery/grids-differ', { files: [first, ...differ].map(({ file }) => file) })

  const rolesBy = decideRoles(facts, answers)
  if (!rolesBy.ok) return rolesBy
  // a product tells them itself; of plain rasters a name may say it, and a person confirms
  if (facts.product === 'plain' && answers.roles === undefined && facts.bands.some(({ role }) => role === null)) questions.push('roles')
  const scaled = facts.product !== 'plain' || facts.bands.every(({ scale, offset }) => scale !== 1 || offset !== 0)
  const floats = facts.rasters.every(({ type }) => type.startsWith('float'))
  if (!scaled && !floats && answers.scale === undefined) questions.push('scale')
  for (const value of [answers.scale, answers.offset, answers.nodata])
    if (value !== undefined && !Number.isFinite(value)) return refuse('imagery/not-a-scale', { stated: String(value) })
  if (answers.scale === 0) return refuse('imagery/not-a-scale', { stated: '0' })

  if (questions.length > 0 || takenOn === null) return accept({ questions, draft: null })
  const bands = facts.bands.slice(0, MOST_BANDS)
  const { grids, places, maskPlace } = gridsOf(facts, bands, answers)
  return accept({
    questions,
    draft: {
      product: facts.product,
      id: facts.id,
      title: answers.title?.trim() || facts.id || `${platform} ${takenOn}`,
      takenOn,
      takenAt: answers.takenOn === undefined ? facts.takenAt : null,
      platform,
      instrument: facts.instrument,
      level: facts.level,
      provider: answers.provider?.trim() || null,
      cloudPercent: facts.cloudPercent,
      grids,
      bands: bands.map((band, i) => ({
        name: band.name,
        role: rolesBy.value.get(band.name) ?? null,
        ...places[i],
        ...scaleOf(band, answers),
        unit: band.unit ?? (answers.scale !== undefined && answers.scale !== 1 ? 'reflectance' : null),
      })),
      mask: facts.mask &&
        maskPlace && { name: facts.mask.name, ...maskPlace, kind: facts.mask.kind, hidden: facts.mask.hidden, nothing: facts.mask.nothing },
    },
  })
}

function decideRoles(facts: SceneFacts, answers: SceneAnswers): Result<Map<string, BandRole>, ImageryRefusal> {
  const names = facts.bands.map(({ name }) => name)
  const roles = new Map<string, BandRole>()
  for (const { name, role } of facts.bands) {
    const said = answers.roles?.[name]
    if (said === undefined) {
      if (role !== null) roles.set(name, role)
    } else if (said !== '') {
      if (!isRole(said)) return refuse('imagery/not-a-role', { role: said })
      roles.set(name, said)
    }
  }
  for (const band of Object.keys(answers.roles ?? {}))
    if (!names.includes(band)) return refuse('imagery/no-such-band', { band, there: names })
  for (const role of new Set(roles.values())) {
    const bands = [...roles].filter(([, each]) => each === role).map(([name]) => name)
    if (bands.length > 1) return refuse('imagery/role-twice', { role, bands })
  }
  return accept(roles)
}

/** A person's factors go before those of plain rasters; a product's own are never changed. */
const scaleOf = ({ scale, offset, unit }: BandFacts, answers: SceneAnswers) =>
  unit !== null ? { scale, offset } : { scale: answers.scale ?? scale, offset: answers.offset ?? offset }

/** Bands that share grid, type and nodata lie together; what is classes lies apart, since of classes no mean is taken. */
function gridsOf(facts: SceneFacts, bands: readonly BandFacts[], answers: SceneAnswers) {
  const grids: (GridDraft & { from: GridDraft['from'][number][] })[] = []
  const byKey = new Map<string, number>()
  const put = (name: string, raster: number, band: number, nodata: number | null, classes: boolean, scale: number, offset: number) => {
    const { file: _, crs, nodata: __, ...rest } = facts.rasters[raster]
    const epsg = rest.epsg ?? (rest.wkt === null ? (answers.crs ?? null) : null)
    const grid = { ...rest, epsg, crs: crs ?? (epsg === null ? '' : `EPSG:${epsg}`), nodata, classes }
    const key = JSON.stringify(grid)
    let at = byKey.get(key)
    if (at === undefined) {
      at = grids.length
      byKey.set(key, at)
      grids.push({ ...grid, from: [] })
    }
    grids[at].from.push({ name, raster, band, scale, offset })
    return { grid: at, band: grids[at].from.length - 1 }
  }
  const places = bands.map((band) => {
    const { scale, offset } = scaleOf(band, answers)
    return put(band.name, band.raster, band.band, answers.nodata ?? band.nodata, false, scale, offset)
  })
  const { mask } = facts
  return { grids, places, maskPlace: mask && put(mask.name, mask.raster, mask.band, null, true, 1, 0) }
}

type Box = readonly [minX: number, minY: number, maxX: number, maxY: number]

/** A scene that shows nothing of the county is of no use to it, and most often the wrong file. Without a known county box nothing is asked. */
export function decidePlace(scene: Box, county: Box | null): Result<null, ImageryRefusal> {
  const meets = county === null || (scene[0] <= county[2] && county[0] <= scene[2] && scene[1] <= county[3] && county[1] <= scene[3])
  return meets ? accept(null) : refuse('imagery/elsewhere', { scene, county: county ?? [] })
}
