/** The cases that mapshaper's `clean` is tried on (MPL-2.0, not kept here): what is wrong in each, by hand where it can be counted, else by PostGIS 3.3. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { findTopology } from './find.ts'
import { type Drawn, layerFrom } from './layers.testing.ts'

const shared = process.env.DISHU_SHARED ?? resolve(dirname(fileURLToPath(import.meta.url)), '../../../../shared')
const folder = join(shared, 'data/06_golden/topology/mapshaper_clean')
const skip = existsSync(folder) ? false : `no shared data at ${folder}: set DISHU_SHARED`
if (skip) console.warn(`SKIPPED: the topology cases of mapshaper (${skip})`)

type Geometry = { readonly type: string; readonly coordinates: Drawn[number] & Drawn[number][number] }
type File = { readonly features?: readonly { readonly geometry: Geometry }[]; readonly geometries?: readonly Geometry[] } & Geometry

function parcelsOf(name: string, scale: number): Drawn {
  const file: File = JSON.parse(readFileSync(join(folder, name), 'utf8'))
  const geometries = file.features?.map(({ geometry }) => geometry) ?? file.geometries ?? [file]
  return geometries.map(({ type, coordinates }) => {
    const parts: Drawn[number] = type === 'Polygon' ? [coordinates] : type === 'MultiPolygon' ? coordinates : []
    return parts.map((rings) => rings.map((ring) => ring.map(([x, y]) => [x * scale, y * scale])))
  })
}

type Expected = {
  /** Files in degrees are stretched: the grid is made for metres. */
  readonly scale?: number
  readonly overlaps?: Readonly<Record<string, number>>
  readonly gaps?: readonly number[]
  readonly invalid?: readonly string[]
  /** Inside the outer outlines; or `covered`, the same without the gaps. */
  readonly outer?: number
  readonly covered?: number
  readonly within?: number
  readonly leastArea?: number
}

const DEGREE = 100_000
const CASES: Readonly<Record<string, Expected>> = {
  'ex3.json': { overlaps: { '0 1': 0.19, '0 2': 0.19, '1 2': 0.22 }, outer: 9 },
  'ex4.json': { overlaps: { '0 1': 0.22 }, gaps: [0.64], outer: 9 },
  'ex6.json': { overlaps: { '0 1': 1 }, outer: 11 },
  'ex10_bowtie.json': { overlaps: { '0 1': 0.5 }, invalid: ['0 self-touch'], outer: 6 },
  'ex11_ogc.geojson': { gaps: [2], outer: 22 }, // two parts that touch in two points
  'ex12_ogc.geojson': { invalid: ['0 self-intersection'], outer: 24 }, // two parts that share an edge
  'ex13_ogc.json': { invalid: ['0 spike'], outer: 8 },
  'ex14_ogc.json': { invalid: ['0 spike'], outer: 8 },
  'ex15_ogc.json': { gaps: [2], invalid: ['0 orientation'], outer: 4 },
  'ex16_ogc.json': { gaps: [1.71], invalid: ['0 orientation'], outer: 4 },
  'ex17_ogc.json': { gaps: [1.8], invalid: ['0 orientation'], outer: 4 },
  'ex18_ogc.json': { invalid: ['0 self-intersection'], outer: 3 }, // a hole along the shell: open to the outside
  'ex19_ogc.json': { invalid: ['0 self-intersection', '0 self-touch'], outer: 8 },
  'ex20_ogc_line.json': { invalid: ['0 no-geometry'], outer: 0 },
  'ex21_crossed_lines.json': { invalid: ['0 no-geometry', '1 no-geometry'], outer: 0 },
  // degrees, areas by PostGIS in squares of them
  'ex1_yemen.json': { scale: DEGREE, overlaps: { '0 1': 1.529583e-10 }, outer: 4.874409751798114, within: 1e-12, leastArea: 0.001 },
  'ex2_yemen.json': {
    scale: DEGREE,
    overlaps: { '0 1': 3.088502e-11, '0 2': 2.571565e-11 },
    outer: 5.080897562953987,
    within: 1e-12,
    leastArea: 0.001,
  },
  'ex5_three_precincts.json': {
    scale: DEGREE,
    overlaps: { '0 1': 9.083817600430508e-8, '0 2': 9.73711772941677e-10 },
    outer: 0.02257962310274989,
    within: 1e-13,
    leastArea: 0.05,
  },
  'ex9_FranklinTwoPrecinctsDetail.json': { scale: DEGREE, outer: 1.3914999971971467e-6, within: 1e-14, leastArea: 0.01 },
  // metres, edges of kilometres
  'ex7_britain.json': {
    overlaps: { '0 1': 1.0502756e-4, '0 2': 9.113179e-5, '1 2': 3.472535e-6 },
    outer: 5535104.551807959,
    within: 2e-5,
  },
  // areas by GEOS 3.9: what the union of all covers, gaps left out
  'ex8_britain.json': {
    overlaps: {
      '0 1': 1.0502756e-4, '0 2': 9.113179e-5, '1 2': 3.472534e-6, '3 4': 2.80906607e-4, '3 5': 3.01620492e-4, '4 5': 4.728239335e-3, '6 7': 3.59517762e-4,
      '6 8': 7.83173e-5, '7 8': 5.42832849e-4, '9 10': 9.266057823e-5, '9 11': 2.137569155e-5, '10 11': 3.962512626e-4,
    },
    covered: 91616242.7358656,
    within: 5e-5,
  }, // biome-ignore format: pairs
  'ex22_three_ia_precincts.json': { scale: DEGREE, covered: 0.0175720161021259, within: 1e-12, leastArea: 0.01 },
  // a power of two, so that no coordinate is rounded; the holes between the precincts are narrower than a micrometre, and so are the spikes
  'ex23_three_ca_precincts.json': {
    scale: 2 ** 20,
    invalid: ['1 spike', '1 zero-area', '2 spike'],
    covered: 0.00856945490274701,
    within: 1e-12,
    leastArea: 0.01,
  },
}

for (const [name, { scale = 1, overlaps = {}, gaps = [], invalid = [], outer, covered, within = 1e-6, leastArea = 0 }] of Object.entries(
  CASES,
))
  test(`mapshaper's ${name}`, { skip }, () => {
    const found = findTopology(layerFrom(parcelsOf(name, scale)), { leastArea, gapWidth: 0, outlines: false })
    const square = scale * scale
    const near = (value: number, expected: number, what: string) =>
      assert.ok(Math.abs(value / square - expected) <= within, `${what}: expected ${expected}, got ${value / square}`)
    const pairs = new Map(found.overlaps.map(({ a, b, areaM2 }) => [`${a} ${b}`, areaM2]))
    for (const [pair, area] of Object.entries(overlaps)) near(pairs.get(pair) ?? 0, area, `overlap of ${pair}`)
    assert.deepEqual([...pairs.keys()].sort(), Object.keys(overlaps).sort())
    if (scale === 1 && outer !== undefined) {
      assert.equal(found.gaps.length, gaps.length)
      for (const [i, { areaM2 }] of found.gaps.entries()) near(areaM2, gaps[i], 'gap')
    }
    assert.deepEqual(found.invalid.map(({ parcel, rule }) => `${parcel} ${rule}`).sort(), [...invalid].sort())
    const empty = found.gaps.reduce((sum, gap) => sum + gap.areaM2, 0)
    if (outer !== undefined) near(found.identity.outerM2 - (scale === 1 ? 0 : empty), outer, 'outer outlines')
    if (covered !== undefined) near(found.identity.outerM2 - empty, covered, 'covered ground')
  })
