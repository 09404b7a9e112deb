/** How right a map is by the samples of a design, as it crosses the network. Areas are hundredths of a square metre. */
import type { AccuracyAnswer } from './accuracy-answer.ts'
import type { Said } from './maps.wire.ts'

export type AccuracyView = {
  readonly design: string
  readonly title: string
  readonly planned: number
  readonly taken: number
  readonly used: number
  readonly strata: readonly {
    readonly id: string
    readonly area: number
    readonly planned: number
    readonly used: number
    readonly inclusion: number | null
  }[]
}
export type AccuracyReply = AccuracyAnswer & {
  readonly county: string
  readonly indicator: string
  readonly indicators: readonly string[]
  readonly map: string
  readonly mapTitle: string
  readonly scheme: string
  readonly visit: AccuracyView
  readonly earlier: AccuracyView | null
  readonly notes: readonly Said[]
  readonly synthetic: boolean
}
// GET /api/counties/:county/soil/accuracy?design=&map=&indicator=&from=&to=&earlierDesign=&earlierFrom=&earlierTo=  -> AccuracyReply
