/**
 * What may be done with many patches, and what limits leave of them, in CPU seconds. `npm run bench -- options`, `--patches=N` for another size. Invented and seeded.
 */
import { CROPS, type Figure } from '@dishu/land/crops/crops'
import { LIMITS, limitParts, limitsOn } from '@dishu/land/ecology/ecology'
import { type Library, optionsOf, type PatchFacts, PRACTICES, SHIPPED_RULES, TECHNOLOGIES } from '@dishu/land/technology/technology'
import { seededRandom } from '@dishu/numeric/shared/random'

const count = Number(process.argv.find((word) => word.startsWith('--patches='))?.slice('--patches='.length) ?? 20_000)
const RUNS = 5
const STATED = { source: 'bench', mark: 'invented' } as const
const figure = (value: number): Figure => ({ value, year: 2026, ...STATED })
const limits = limitsOn(LIMITS, [], '2026-11-24')
const months = Array<number>(12).fill(40)

const library: Library = {
  technologies: TECHNOLOGIES.map((each) =>
    each.family === 'leaching' ? { ...each, water: { months: months.map((m3) => m3 / 4), kind: 'clayLoam', ...STATED } } : each,
  ),
  practices: PRACTICES,
  crops: CROPS.map((crop) => ({
    ...crop,
    sodicity: crop.sodicity ?? { noLossTo: 15, noneFrom: 50, ...STATED },
    ph: { noneTo: null, noLossFrom: null, noLossTo: 8.5, noneFrom: 10.2, ...STATED },
    potential: figure(500),
    price: figure(250),
    growingCost: figure(50_000),
  })),
  costs: TECHNOLOGIES.flatMap(({ code }) =>
    (['t', 'mu'] as const).map((unit) => ({
      technology: code,
      line: unit,
      scope: 'material' as const,
      unit,
      fen: 9000,
      year: 2026,
      ...STATED,
    })),
  ),
  waterNeeds: CROPS.map(({ code }) => ({ crop: code, months, yearType: 75, ...STATED })),
  rules: SHIPPED_RULES,
  economics: { discountPercent: figure(6), horizonYears: figure(10), waterFenPerM3: figure(12), yieldRule: 'product' },
}

function patches(size: number): PatchFacts[] {
  const random = seededRandom(3)
  return Array.from({ length: size }, (_, i) => ({
    id: String(i),
    landClass: random() < 0.5 ? '1204' : '0103',
    areaM2: 40_000,
    slopeDegrees: null,
    soil: {
      ...{
        ph: 8 + 2.2 * random(),
        esp: 70 * random(),
        ece: 8 * random(),
        saltGPerKg: null,
        cec: 12 + 10 * random(),
        alkalinity: 4 * random(),
      },
      ...{ limeGPerKg: 40, bulkDensity: null, samples: [], campaign: null },
    },
    water: { district: 'D', paddy: random() < 0.6, irrigation: random() < 0.8, drainOutlet: random() < 0.8 },
    limits: [{ limits: random() < 0.2 ? ['ecological-red-line'] : [], areaM2: 40_000 }],
  }))
}

/** Squares of 200 m side by side, and limits as polygons of many corners over them. */
function ground(size: number) {
  const side = Math.ceil(Math.sqrt(size))
  const random = seededRandom(5)
  const squares = Array.from({ length: size }, (_, i) => {
    const [x, y] = [200 * (i % side), 200 * Math.floor(i / side)]
    return {
      polygons: [{ rings: [Float64Array.of(x, y, x + 200, y, x + 200, y + 200, x, y + 200, x, y)] }],
      landClass: '1204',
      areaM2: 40_000,
    }
  })
  const layers = limits.filter(({ layer }) => layer !== null)
  const blobs = Array.from({ length: 200 }, (_, i) => {
    const [x, y, reach] = [200 * side * random(), 200 * side * random(), 300 + 700 * random()]
    const corners = Array.from({ length: 65 }, (_, k) => (2 * Math.PI * (k % 64)) / 64)
    const ring = Float64Array.from(corners.flatMap((angle) => [x + reach * Math.cos(angle), y + reach * Math.sin(angle)]))
    return { limit: layers[i % layers.length].code, polygons: [{ rings: [ring] }] }
  })
  return { squares, blobs }
}

const facts = patches(count)
const { squares, blobs } = ground(count)
const work: readonly (readonly [name: string, run: () => number])[] = [
  [`options of ${count} patches`, () => facts.reduce((sum, each) => sum + optionsOf(each, library, limits).options.length, 0)],
  [`limits over ${count} patches, 200 polygons`, () => limitParts(squares, blobs, limits).reduce((sum, parts) => sum + parts.length, 0)],
]
for (const [name, run] of work) {
  const seconds: number[] = []
  let found = 0
  for (let i = 0; i < RUNS; i++) {
    const before = process.cpuUsage()
    found = run()
    const { user, system } = process.cpuUsage(before)
    seconds.push((user + system) / 1e6)
  }
  seconds.sort((a, b) => a - b)
  console.log(`${name}: ${found} found, least ${seconds[0].toFixed(2)} s, median ${seconds[RUNS >> 1].toFixed(2)} s`)
}
