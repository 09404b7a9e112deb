/** Samples as a dossier shows them: what was measured, what lies below a limit, what follows by which relation, and what to be wary of. */
import type { Refusal } from '@dishu/base/refusal'
import {
  type Derived,
  derive,
  type GradingConfig,
  gradeSample,
  harmonised,
  type LabFacts,
  POSSIBLE,
  profilesOf,
  RELATIONS,
  type Sample,
  STANDARD_DEPTHS,
  sayLimit,
  saySpan,
  schemeOf,
  sourceOfEce,
} from '../soil/soil.ts'
import type { Dossier } from './count.wire.ts'

export type SampleFacts = Sample &
  LabFacts & {
    readonly longitude: number | null
    readonly latitude: number | null
    readonly lab: string | null
    readonly method: string | null
  }
type Say = (refusal: Refusal) => string

/** The columns a dossier shows, by the names of grading, with the places they are written to. */
const SHOWN = [
  ['ph', 'ph', 2],
  ['ec', 'ec_ds_per_m', 3],
  ['ece', 'ece_ds_per_m', 2],
  ['salt', 'salt_g_per_kg', 2],
  ['esp', 'esp_percent', 1],
] as const
const DIGITS = { ece: 2, salt: 2, sar: 1, esp: 1 } as const

export function sampleViews(samples: readonly SampleFacts[], grading: GradingConfig, say: Say): Dossier['samples'] {
  const scheme = schemeOf(grading.scheme)
  return samples.map((sample) => ({
    code: sample.code,
    depth: sample.depthFromCm === null || sample.depthToCm === null ? '' : `${sample.depthFromCm}–${sample.depthToCm}`,
    sampledOn: sample.sampledOn,
    season: sample.season,
    ph: sample.ph,
    ec: sample.ec,
    ece: sample.ece,
    salt: sample.salt,
    esp: sample.esp,
    censored: Object.fromEntries(
      SHOWN.flatMap(([name, column]) => {
        const limit = sample.censored?.[column]
        return sample[name] === null && limit ? [[name, sayLimit(limit)]] : []
      }),
    ),
    phRatio: sample.phRatio ?? null,
    ecRatio: sample.ecRatio ?? null,
    derived: derive(sample, grading.conversion ?? null).map((each) => derivedView(each, say)),
    flags: scheme === null ? [] : gradeSample(scheme, sample, grading.conversion ?? null).flags,
    lab: sample.lab,
    method: sample.method,
    longitude: sample.longitude,
    latitude: sample.latitude,
  }))
}

function derivedView(each: Derived, say: Say): Dossier['samples'][number]['derived'][number] {
  const { quantity, relation, span, word, inputs, refusal } = each
  return {
    quantity,
    relation,
    source: RELATIONS[relation] ?? sourceOfEce(relation),
    text: span !== null && quantity !== 'salt-type' ? saySpan(span, DIGITS[quantity]) : null,
    word,
    inputs: Object.entries(inputs)
      .map(([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toPrecision(6)) : value}`)
      .join(', '),
    refused: refusal === null ? null : say(refusal),
  }
}

/** Holes with several layers, each quantity at the standard depths. A quantity that no layer of a hole has is left out. */
export function profileViews(samples: readonly SampleFacts[], say: Say): Dossier['profiles'] {
  return profilesOf(samples).flatMap((layers) =>
    SHOWN.flatMap(([quantity, column, digits]) => {
      const measured = layers.filter((each) => each[quantity] !== null || each.censored?.[column] !== undefined)
      // values of other extracts are other quantities
      const alike = quantity === 'ec' ? measured.every(({ ecRatio }) => ecRatio === measured[0].ecRatio) : true
      if (measured.length < 2 || !alike) return []
      const values = harmonised(
        measured.map((each) => ({ fromCm: each.depthFromCm ?? 0, toCm: each.depthToCm ?? 0, value: each[quantity] })),
        STANDARD_DEPTHS,
        POSSIBLE[quantity],
      )
      return [
        {
          codes: measured.map(({ code }) => code),
          sampledOn: layers[0].sampledOn,
          quantity,
          depths: values.map((value, i) => ({
            depth: STANDARD_DEPTHS[i].join('–'),
            text: value.ok ? value.value.toFixed(digits) : null,
            refused: value.ok ? null : say(value.refusal),
          })),
        },
      ]
    }),
  )
}
