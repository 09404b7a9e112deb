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

export function surveyOf({ limits, stretch, grid }: SurveySetup, { layer, first }: Part): Survey {
  return surveyParcels(layer, optionsOf(limits, stretch, false), first, grid).survey
}
