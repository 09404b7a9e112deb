/** What is known of the mean of each value before it is simulated: a trend with the place, covariates of a regression, what a forest says. */
import type { JointSamples } from '@dishu/numeric/kriging/areas'
import type { ValueModel } from './map-model.ts'
import type { ValueSamples } from './map-samples.ts'
import { rowsOf } from './map-trend.ts'

/** Drift at points: x and y in metres, and the covariates of the map there (q a point; empty where the map has none). */
type Drift = (x: Float64Array, y: Float64Array, rows: Float64Array) => Float64Array

/** Metres that a trend with the place counts by. */
const TREND_UNIT = 10_000

type Mapped = Pick<ValueModel, 'method' | 'trend'>
type Column = (x: Float64Array, y: Float64Array, rows: Float64Array) => Float64Array

/** Places of all values together, with the drift of each: coefficients are drawn in every simulation (areas.ts), so that what they are not sure of is in the intervals. */
export function jointSamples(samples: readonly ValueSamples[], models: readonly Mapped[]): JointSamples & { readonly drift: Drift | null } {
  const q = samples[0]?.columns?.length ?? 0
  const places = new Map<string, { x: number; y: number; z: number[]; own: number[]; row: number[] }>()
  for (const [v, { x, y, z, columns = [] }] of samples.entries()) {
    const own = models[v].trend?.kind === 'forest' ? models[v].trend.own : null
    for (let i = 0; i < x.length; i++) {
      const key = `${x[i]} ${y[i]}`
      const none = () => new Array<number>(samples.length).fill(Number.NaN)
      const place = places.get(key) ?? { x: x[i], y: y[i], z: none(), own: none(), row: columns.map((column) => column[i]) }
      place.z[v] = z[i]
      if (own) place.own[v] = own[i]
      places.set(key, place)
    }
  }
  const all = [...places.values()]
  const [x, y] = [Float64Array.from(all, (each) => each.x), Float64Array.from(all, (each) => each.y)]
  const z = samples.map((_, v) => Float64Array.from(all, (each) => each.z[v]))
  const joint: JointSamples = { x, y, z }
  const columns: Column[] = []
  const uses: number[][] = samples.map(() => [])
  const add = (of: readonly number[], made: readonly Column[]) => {
    for (const column of made) for (const v of of) uses[v].push(columns.length + made.indexOf(column))
    columns.push(...made)
  }
  const by = (is: (model: Mapped) => boolean) => models.flatMap((model, v) => (is(model) ? [v] : []))
  const universal = by(({ method }) => method === 'universal')
  if (universal.length > 0) add(universal, placeColumns(x, y))
  const linear = by(({ method }) => method === 'regression')
  if (linear.length > 0)
    add(
      linear,
      Array.from(
        { length: q },
        (_, a): Column =>
          (px, _py, rows) =>
            px.map((_each, i) => rows[i * q + a]),
      ),
    )
  for (const v of by(({ method }) => method === 'forest')) add([v], [(_x, _y, rows) => models[v].trend?.at(rows) ?? new Float64Array(0)])
  if (columns.length === 0) return { ...joint, drift: null }
  const drift: Drift = (px, py, rows) => rowsOf(columns.map((column) => column(px, py, rows)))
  const covariates = drift(x, y, rowsOf(Array.from({ length: q }, (_, a) => Float64Array.from(all, ({ row }) => row[a]))))
  // at a forest's own samples only the trees speak that did not see them
  for (const v of by(({ method }) => method === 'forest'))
    for (const [i, { own }] of all.entries()) if (!Number.isNaN(own[v])) covariates[i * columns.length + uses[v][0]] = own[v]
  return { ...joint, covariates, covariateCount: columns.length, uses, drift }
}

/** x and y from the middle of the samples. */
function placeColumns(x: Float64Array, y: Float64Array): Column[] {
  const middle = (all: Float64Array) => all.reduce((sum, each) => sum + each, 0) / all.length
  const [mx, my] = [middle(x), middle(y)]
  return [(px) => px.map((each) => (each - mx) / TREND_UNIT), (_, py) => py.map((each) => (each - my) / TREND_UNIT)]
}
