/** Samples as the page of samples shows them: one row for each, with its grade, what to be wary of, and holes by depth. */
import type { Refusal } from '@dishu/base/refusal'
import { fitDepthSpline, splineMean } from '@dishu/numeric/depth/spline'
import { campaignOf, type GradingConfig, gradeSample, POSSIBLE, type Sample, schemeIn, spanOfIndicator } from './grading.ts'
import { sayLimit } from './lab-values.ts'
import { harmonised, SPLINE_LAMBDA, STANDARD_DEPTHS } from './profiles.ts'
import type { ProfileView, SampleView } from './samples.wire.ts'

export type SampleRow = Sample & {
  readonly id: number
  readonly longitude: number | null
  readonly latitude: number | null
  readonly plotCode: string | null
  readonly lab: string | null
  readonly method: string | null
  readonly role: string | null
  readonly duplicateOf: string | null
  readonly bag: string | null
}

/** The quantities shown, with their columns in the register (as limits are kept by) and the places they are written to. */
const SHOWN = [
  ['ph', 'ph', 2],
  ['ec', 'ec_ds_per_m', 3],
  ['ece', 'ece_ds_per_m', 2],
  ['salt', 'salt_g_per_kg', 2],
  ['esp', 'esp_percent', 1],
] as const
const INDICATORS = ['ph', 'ece', 'salt', 'esp'] as const

export function sampleView(row: SampleRow, grading: GradingConfig, findings: SampleView['findings']): SampleView {
  const scheme = schemeIn(grading)
  const graded = scheme === null || row.role !== null ? null : gradeSample(scheme, row, grading.conversion ?? null)
  const {
    id,
    code,
    longitude,
    latitude,
    plotCode,
    depthFromCm,
    depthToCm,
    sampledOn,
    season,
    ph,
    ec,
    ece,
    salt,
    esp,
    lab,
    role,
    duplicateOf,
    bag,
  } = row
  return {
    ...{
      id,
      code,
      longitude,
      latitude,
      plotCode,
      depthFromCm,
      depthToCm,
      sampledOn,
      season,
      ph,
      ec,
      ece,
      salt,
      esp,
      lab,
      role,
      duplicateOf,
      bag,
      findings,
    },
    campaign: campaignOf(row)?.name ?? null,
    censored: Object.fromEntries(
      SHOWN.flatMap(([name, column]) => {
        const limit = row.censored?.[column]
        return row[name] === null && limit ? [[name, sayLimit(limit)]] : []
      }),
    ),
    // what a colour stands for: the middle of what a value may be, or its only known end
    values: Object.fromEntries(
      INDICATORS.flatMap((name) => {
        const span = spanOfIndicator(name, row, grading.conversion ?? null)
        if (span === null) return []
        return [[name, span[0] === span[1] ? span[0] : span[1] >= POSSIBLE[name][1] ? span[0] : (span[0] + span[1]) / 2]]
      }),
    ),
    grade: graded?.grade ?? 'not-graded',
    flags: graded?.flags ?? [],
  }
}

/** Points of a drawn curve at most. */
const STEP_CM = 2

/** The layers of one hole, each quantity with its curve and its means at the standard depths. */
export function profileOf(layers: readonly SampleRow[], say: (refusal: Refusal) => string): readonly ProfileView[] {
  return SHOWN.flatMap(([quantity, column, digits]): ProfileView[] => {
    const measured = layers.filter(
      (each) => each.depthFromCm !== null && each.depthToCm !== null && (each[quantity] !== null || each.censored?.[column]),
    )
    // values of other extracts are other quantities
    const alike = quantity === 'ec' ? measured.every(({ ecRatio }) => ecRatio === measured[0].ecRatio) : true
    if (measured.length === 0 || !alike) return []
    const shown = measured.map((each) => {
      const limit = each.censored?.[column]
      return {
        from: each.depthFromCm ?? 0,
        to: each.depthToCm ?? 0,
        value: each[quantity],
        limit: limit ? sayLimit(limit) : null,
        code: each.code,
      }
    })
    const given = shown.map(({ from, to, value }) => ({ fromCm: from, toCm: to, value }))
    const standard = harmonised(given, STANDARD_DEPTHS, POSSIBLE[quantity])
    return [
      {
        quantity,
        layers: shown,
        curve: curveOf(given),
        standard: standard.map((each, i) => ({
          depth: STANDARD_DEPTHS[i].join('–'),
          text: each.ok ? each.value.toFixed(digits) : null,
          refused: each.ok ? null : say(each.refusal),
        })),
      },
    ]
  })
}

/** The spline as it runs, [depth, value] each few centimetres; nothing where the layers do not carry one. */
function curveOf(
  layers: readonly { readonly fromCm: number; readonly toCm: number; readonly value: number | null }[],
): (readonly [number, number])[] {
  const ordered = [...layers].sort((a, b) => a.fromCm - b.fromCm)
  const fits =
    ordered.length > 1 &&
    ordered.every(({ fromCm, toCm, value }, i) => value !== null && fromCm < toCm && (i === 0 || fromCm >= ordered[i - 1].toCm - 1e-6))
  if (!fits) return []
  const column = (of: (layer: (typeof ordered)[number]) => number) => Float64Array.from(ordered, of)
  const spline = fitDepthSpline(
    column(({ fromCm }) => fromCm),
    column(({ toCm }) => toCm),
    column(({ value }) => value ?? Number.NaN),
    SPLINE_LAMBDA,
  )
  const points: (readonly [number, number])[] = []
  for (let from = ordered[0].fromCm; from < ordered[ordered.length - 1].toCm - 1e-9; from += STEP_CM) {
    const to = Math.min(from + STEP_CM, ordered[ordered.length - 1].toCm)
    const value = splineMean(spline, from, to)
    if (!Number.isNaN(value)) points.push([(from + to) / 2, Number(value.toPrecision(5))])
  }
  return points
}
