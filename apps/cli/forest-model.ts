/** A forest in a file: JSON that says what it is, with its arrays as base64. */
import { readFileSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { Refused } from '@dishu/base/refusal'
import type { Applicability } from '@dishu/numeric/forest/applicability'
import type { Forest } from '@dishu/numeric/forest/forest'
import { LEAF } from '@dishu/numeric/forest/grow'
import type { LeafLevels } from '@dishu/numeric/forest/quantiles'
import { intoPlace } from './outputs.ts'

export type ForestModel = {
  /** What was learnt: column, covariates, names of classes (none for measured values). */
  readonly value: string
  readonly covariates: readonly string[]
  readonly classNames: readonly string[]
  readonly forest: Forest
  readonly quantiles: LeafLevels | null
  readonly applicability: Applicability | null
  /** How it was trained and how well it does, for people. */
  readonly about: Readonly<Record<string, unknown>>
}

const FORMAT = 'dishu-forest'
const MOST_BYTES = 2 ** 29

type Typed = Float64Array | Int32Array | Uint16Array
const packed = (values: Typed) => Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64')

export async function writeModel(path: string, { forest, quantiles, applicability, ...model }: ForestModel): Promise<void> {
  const { thresholds, classes, roots, nodes, leafOf, values } = forest
  const text = JSON.stringify({
    format: FORMAT,
    version: 1,
    ...model,
    forest: {
      thresholds: thresholds.map(packed),
      classes,
      roots: packed(roots),
      nodes: packed(nodes),
      leafOf: packed(leafOf),
      values: packed(values),
    },
    quantiles: quantiles && { levels: packed(quantiles.levels), members: packed(quantiles.members), starts: packed(quantiles.starts) },
    applicability: applicability && {
      axes: packed(applicability.axes),
      centre: packed(applicability.centre),
      factor: packed(applicability.factor),
      points: packed(applicability.points),
      meanDistance: applicability.meanDistance,
      limit: applicability.limit,
    },
  })
  await intoPlace(path, (draft) => writeFile(draft, text))
}

/** Reads what `writeModel` wrote. Refused with `forest/not-a-model` for anything that would not run to its end: every index is looked at. */
export function readModel(path: string): ForestModel {
  const file = basename(path)
  const stop = (why: string): never => {
    throw new Refused({ code: 'forest/not-a-model', details: { file, why } })
  }
  const read = parsed(path, stop)
  if (field(read, 'format') !== FORMAT || field(read, 'version') !== 1) stop('format')
  const list = (name: string): string[] => {
    const found = field(read, name)
    return Array.isArray(found) && found.every((each) => typeof each === 'string') ? found : stop(name)
  }
  const array = <T extends Typed>(from: unknown, kind: { new (buffer: ArrayBuffer): T; readonly BYTES_PER_ELEMENT: number }): T => {
    const bytes = Buffer.from(typeof from === 'string' ? from : stop('array'), 'base64')
    if (bytes.length % kind.BYTES_PER_ELEMENT !== 0) stop('array')
    return new kind(new Uint8Array(bytes).buffer)
  }
  const number = (from: unknown): number => (typeof from === 'number' && Number.isFinite(from) ? from : stop('number'))

  const own = field(read, 'forest')
  const edges = field(own, 'thresholds')
  const forest: Forest = {
    thresholds: (Array.isArray(edges) ? edges : stop('thresholds')).map((each: unknown) => array(each, Float64Array)),
    classes: number(field(own, 'classes')),
    roots: array(field(own, 'roots'), Int32Array),
    nodes: array(field(own, 'nodes'), Int32Array),
    leafOf: array(field(own, 'leafOf'), Int32Array),
    values: array(field(own, 'values'), Float64Array),
  }
  const covariates = list('covariates')
  const classNames = list('classNames')
  const why = faultOf(forest, covariates.length, classNames.length)
  if (why) stop(why)
  const leaves = forest.values.length / Math.max(1, forest.classes)

  const levels = field(read, 'quantiles')
  const quantiles = levels
    ? {
        levels: array(field(levels, 'levels'), Float64Array),
        members: array(field(levels, 'members'), Uint16Array),
        starts: array(field(levels, 'starts'), Int32Array),
      }
    : null
  if (quantiles) {
    const { starts, members } = quantiles
    const rises = starts.length === leaves + 1 && starts.every((each, i) => (i === 0 ? each === 0 : each > starts[i - 1]))
    if (!rises || starts[leaves] !== members.length || members.some((each) => each >= quantiles.levels.length)) stop('quantiles')
  }
  const where = field(read, 'applicability')
  const applicability = where
    ? {
        axes: array(field(where, 'axes'), Int32Array),
        centre: array(field(where, 'centre'), Float64Array),
        factor: array(field(where, 'factor'), Float64Array),
        points: array(field(where, 'points'), Float64Array),
        meanDistance: number(field(where, 'meanDistance')),
        limit: number(field(where, 'limit')),
      }
    : null
  if (applicability) {
    const { axes, centre, factor, points } = applicability
    const d = axes.length
    const fits = axes.every((axis) => axis >= 0 && axis < covariates.length) && centre.length === d && factor.length === d
    if (!fits || (d === 0 ? points.length > 0 : points.length % d !== 0 || points.length === 0)) stop('applicability')
  }
  const about = field(read, 'about')
  return {
    value: String(field(read, 'value') ?? ''),
    covariates,
    classNames,
    forest,
    quantiles,
    applicability,
    about: typeof about === 'object' && about !== null ? Object.fromEntries(Object.entries(about)) : {},
  }
}

function parsed(path: string, stop: (why: string) => never): unknown {
  try {
    if (statSync(path).size > MOST_BYTES) stop(`> ${MOST_BYTES >> 20} MB`)
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (problem) {
    if (problem instanceof Refused) throw problem
    return stop(problem instanceof Error ? problem.message : 'JSON')
  }
}

const field = (of: unknown, name: string): unknown =>
  typeof of === 'object' && of !== null ? Object.getOwnPropertyDescriptor(of, name)?.value : undefined

/** What would make a forest point outside itself or walk in circles; null for a sound one. */
function faultOf({ thresholds, classes, roots, nodes, leafOf, values }: Forest, covariates: number, classNames: number): string | null {
  const count = leafOf.length
  const leaves = values.length / Math.max(1, classes)
  if (thresholds.length !== covariates || covariates === 0) return 'thresholds'
  if (!Number.isInteger(classes) || classes < 0 || classes !== classNames || !Number.isInteger(leaves)) return 'classes'
  if (roots.length === 0 || nodes.length !== 2 * count || roots.some((root) => root < 0 || root >= count)) return 'roots'
  for (let i = 0; i < count; i++) {
    const [split, child] = [nodes[2 * i], nodes[2 * i + 1]]
    if (
      leafOf[i] >= 0
        ? child !== i || split !== LEAF || leafOf[i] >= leaves
        : child <= i || child + 1 >= count || split < 0 || split >> 8 >= covariates
    )
      return 'nodes'
  }
  return null
}
