/** What one thread of `dishu topology` does: the survey of a part of the layer. */
import type { TopologyOptions } from '@dishu/numeric/topology/layer'
import { type Survey, surveyParcels } from '@dishu/numeric/topology/survey'
import type { TopologyLimits } from './topology-job.ts'
import type { Part } from './topology-parts.ts'
import { areaIn, type Stretch } from './topology-plane.ts'

export type SurveySetup = {
  readonly limits: TopologyLimits
  readonly stretch: Stretch
  readonly grid: { readonly x: number; readonly y: number }
}

export function optionsOf(limits: TopologyLimits, stretch: Stretch, outlines: boolean): TopologyOptions {
  const areaOf = areaIn(stretch)
  return { ...limits, outlines, ...(areaOf ? { areaOf } : {}) }
}

export function surveyWork({ limits, stretch, grid }: SurveySetup): (part: Part) => Survey {
  const options = optionsOf(limits, stretch, false)
  return ({ layer, first }) => surveyParcels(layer, options, first, grid).survey
}
