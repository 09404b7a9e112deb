/**
 * Variogram models: a nugget and any number of structures added up, written as people write them: "0.2 Nug + 0.8 Sph(6000)".
 *
 * With u = h / range the correlations are (Cressie 1993, 2.3; Stein 1999 for Matérn, in the parameters gstat uses):
 *   Sph     1 − 1.5u + 0.5u³ for u < 1, else 0        reaches its sill at the range
 *   Exp     exp(−u)                                    95 % of the sill at three ranges
 *   Gau     exp(−u²)                                   95 % of the sill at √3 ranges
 *   Mat κ   2^(1−κ)/Γ(κ) · u^κ · K_κ(u)                κ = 0.5 is Exp
 *   Nug     1 at h = 0, else 0
 *
 * "Sph(6000, 45, 0.5)" reaches 6,000 m towards 45° (clockwise from north) and half of that across (geometric anisotropy; the `anis` of gstat's vgm): u is then taken
 * on ground stretched twofold across that direction, where the model is the same in all. All structures of a model have the one direction and ratio.
 */
import { besselK, gamma } from './bessel.ts'

export type StructureKind = 'Nug' | 'Sph' | 'Exp' | 'Gau' | 'Mat'

/**
 * `sill`: the variance of this part, in the square of the values' unit. `range`: metres (0 for a nugget). `kappa`: smoothness, of Mat only. `angle`: degrees clockwise
 * from north towards which the range is reached; `ratio`: the range across over the range along, above 0 and at most 1. Without them all directions are the same.
 */
export type Structure = {
  readonly kind: StructureKind
  readonly sill: number
  readonly range: number
  readonly kappa?: number
  readonly angle?: number
  readonly ratio?: number
}
export type VariogramModel = readonly Structure[]

export const nuggetOf = (model: VariogramModel): number => sum(model.filter(({ kind }) => kind === 'Nug'))
/** Variance far away: what all parts come to. */
export const sillOf = (model: VariogramModel): number => sum(model)
/** The longest range of the parts, metres; 0 for a pure nugget. */
export const rangeOf = (model: VariogramModel): number => Math.max(0, ...model.filter(({ sill }) => sill > 0).map(({ range }) => range))

const sum = (model: VariogramModel) => model.reduce((total, { sill }) => total + sill, 0)

const PART = /^([0-9.eE+-]+)\s*\*?\s*(Nug|Sph|Exp|Gau|Mat)\s*(?:\(([^()]*)\))?$/i
const KINDS: Readonly<Record<string, StructureKind>> = { nug: 'Nug', sph: 'Sph', exp: 'Exp', gau: 'Gau', mat: 'Mat' }

/**
 * Reads "0.2 Nug + 0.8 Sph(6000)", "1 Mat(500, 1.5)", "0.8 Sph(6000, 45, 0.5)", "1 Mat(500, 1.5, 45, 0.5)"; kinds in either case, parts parted by + . A string where it
 * cannot be read: the part that is wrong. Sills are not negative and not all nothing, ranges and κ positive (κ ≤ 20), ratios above 0 and at most 1; a part whose
 * direction differs from that of the parts before it is wrong.
 */
export function parseModel(text: string): VariogramModel | string {
  const model: Structure[] = []
  for (const part of text.split(/\+(?![0-9])|(?<![eE])\+/)) {
    const structure = structureFrom(part.trim())
    if (structure === null) return part.trim()
    model.push(structure)
    if (hasTwoDirections(model)) return part.trim()
  }
  return sillOf(model) > 0 ? model : text.trim()
}

function structureFrom(part: string): Structure | null {
  const found = PART.exec(part)
  const kind = found && KINDS[found[2].toLowerCase()]
  if (!found || !kind) return null
  const sill = Number(found[1])
  const told =
    found[3] === undefined || found[3].trim() === ''
      ? []
      : found[3].split(',').map((each) => (each.trim() === '' ? Number.NaN : Number(each)))
  if (!(sill === 0 || isMeasurable(sill))) return null
  if (kind === 'Nug') return told.length === 0 || (told.length === 1 && told[0] === 0) ? { kind, sill, range: 0 } : null
  const own = kind === 'Mat' ? 2 : 1
  if (told.length !== own && told.length !== own + 2) return null
  const [range, kappa] = told
  const [angle, ratio] = told.slice(own)
  if (!isMeasurable(range) || (kind === 'Mat' && !(kappa > 0 && kappa <= 20))) return null
  if (angle !== undefined && !(Math.abs(angle) <= 360 && ratio > 0 && ratio <= 1)) return null
  const smoothness = kind === 'Mat' ? { kappa } : {}
  return angle === undefined || ratio === 1
    ? { kind, sill, range, ...smoothness }
    : { kind, sill, range, ...smoothness, angle: ((angle % 180) + 180) % 180, ratio }
}

/** Positive, and neither so small nor so large that its square leaves the doubles. */
const isMeasurable = (value: number) => value >= 1e-100 && value <= 1e100

/** The model as `parseModel` reads it, with up to ten digits. */
export const modelText = (model: VariogramModel): string => model.map(structureText).join(' + ')

function structureText({ kind, sill, range, kappa, angle, ratio }: Structure): string {
  const digits = (value: number) => String(Number(value.toPrecision(10)))
  if (kind === 'Nug') return `${digits(sill)} Nug`
  const numbers = [range, kappa, angle, ratio].filter((value) => value !== undefined)
  return `${digits(sill)} ${kind}(${numbers.map(digits).join(', ')})`
}

/** Ground stretched so that a model is the same in all directions: along its longest range as it is, across it by one over the ratio. */
export type Stretch = {
  readonly angle: number
  readonly ratio: number
  /** Coordinates there: [along, across], metres. */
  to(x: number, y: number): readonly [number, number]
}

const structuresOf = (model: VariogramModel) => model.filter(({ kind, sill }) => kind !== 'Nug' && sill > 0)
const hasTwoDirections = (model: VariogramModel) => new Set(structuresOf(model).map(({ angle, ratio }) => `${angle} ${ratio}`)).size > 1

/** The stretch of a model; null where all directions are the same. */
export function stretchOf(model: VariogramModel): Stretch | null {
  const [first] = structuresOf(model)
  if (first?.angle === undefined || first.ratio === undefined || first.ratio === 1) return null
  const { angle, ratio } = first
  const [sin, cos] = [Math.sin((angle * Math.PI) / 180), Math.cos((angle * Math.PI) / 180)]
  return { angle, ratio, to: (x, y) => [x * sin + y * cos, (x * cos - y * sin) / ratio] }
}

/** The model as it is on stretched ground. */
export const withoutDirection = (model: VariogramModel): VariogramModel => model.map(({ angle: _, ratio: __, ...structure }) => structure)

/** Half the mean squared difference of values `distance` metres apart (along the direction of a model that has one); 0 at 0, where the nugget begins only beyond it. */
export function semivariance(model: VariogramModel, distance: number): number {
  const d2 = Float64Array.of(distance * distance)
  new Covariance(withoutDirection(model)).fill(d2, 1)
  return sillOf(model) - d2[0]
}

/**
 * Covariances of a model, many at a time, so that no call is paid for each pair. It knows distances alone: of a model with a direction take `withoutDirection`, and
 * distances on its stretched ground.
 */
export class Covariance {
  readonly sill: number
  readonly nugget: number
  readonly #structures: readonly Structure[]
  #sums = new Float64Array(256)
  #part = new Float64Array(256)

  constructor(model: VariogramModel) {
    if (stretchOf(model)) throw new RangeError(`expected a model that is the same in all directions, got ${modelText(model)}`)
    this.sill = sillOf(model)
    this.nugget = nuggetOf(model)
    this.#structures = structuresOf(model)
  }

  /** Turns the first `count` squared distances into covariances, in place. The nugget counts where the distance is 0. */
  fill(d2: Float64Array, count: number): void {
    const sums = this.#sum(d2, count)
    const { nugget } = this
    if (nugget > 0) for (let i = 0; i < count; i++) d2[i] = d2[i] === 0 ? sums[i] + nugget : sums[i]
    else for (let i = 0; i < count; i++) d2[i] = sums[i]
  }

  /** The same without the nugget: the covariance of means over areas, where single places have no weight. */
  fillContinuous(d2: Float64Array, count: number): void {
    const sums = this.#sum(d2, count)
    for (let i = 0; i < count; i++) d2[i] = sums[i]
  }

  #sum(d2: Float64Array, count: number): Float64Array {
    if (this.#sums.length < count) {
      this.#sums = new Float64Array(2 * count)
      this.#part = new Float64Array(2 * count)
    }
    const [sums, part] = [this.#sums, this.#part]
    const [first, ...others] = this.#structures
    if (first) put(first, d2, count, sums)
    else sums.fill(0, 0, count)
    for (const structure of others) {
      put(structure, d2, count, part)
      for (let i = 0; i < count; i++) sums[i] += part[i]
    }
    return sums
  }
}

function put({ kind, sill, range, kappa }: Structure, d2: Float64Array, count: number, out: Float64Array): void {
  const inverse = 1 / range
  if (kind === 'Sph') {
    const reach = range * range
    for (let i = 0; i < count; i++) {
      const d = d2[i]
      if (d >= reach) out[i] = 0
      else {
        const u = Math.sqrt(d) * inverse
        out[i] = sill * (1 - u * (1.5 - 0.5 * u * u))
      }
    }
  } else if (kind === 'Exp') {
    for (let i = 0; i < count; i++) out[i] = sill * Math.exp(-Math.sqrt(d2[i]) * inverse)
  } else if (kind === 'Gau') {
    for (let i = 0; i < count; i++) out[i] = sill * Math.exp(-d2[i] * inverse * inverse)
  } else {
    const matern = maternOf(kappa ?? 0.5)
    for (let i = 0; i < count; i++) out[i] = sill * matern(Math.sqrt(d2[i]) * inverse)
  }
}

/** Correlation at u ranges. Half-integers have closed forms (Rasmussen & Williams 2006, 4.16, with u for √(2ν)·r/ℓ); others take K_κ. */
function maternOf(kappa: number): (u: number) => number {
  if (kappa === 0.5) return (u) => Math.exp(-u)
  if (kappa === 1.5) return (u) => (1 + u) * Math.exp(-u)
  if (kappa === 2.5) return (u) => (1 + u + (u * u) / 3) * Math.exp(-u)
  const scale = 2 ** (1 - kappa) / gamma(kappa)
  return (u) => {
    if (u < 1e-10) return 1
    return u > 700 ? 0 : scale * u ** kappa * besselK(kappa, u)
  }
}
