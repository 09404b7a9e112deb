/** What `dishu krige` says of its map to a person. */
import type { Sentence } from '@dishu/base/refusal'
import type { Errors, Structure } from '@dishu/numeric/kriging/validate'
import type { Lag } from '@dishu/numeric/kriging/variogram'
import type { MapFile } from './krige-map.ts'
import { table } from './terminal.ts'

export type Told = {
  readonly samples: { readonly read: number; readonly used: number }
  readonly model: string
  readonly fitted: boolean
  readonly variogram: readonly Lag[]
  readonly structure: Structure
  readonly leaveOneOut: Errors
  readonly squares: (Errors & { readonly side: number }) | null
  readonly map: MapFile | null
  readonly simulations: readonly string[]
  readonly blocks: { readonly file: string; readonly rows: number } | null
  readonly notes: readonly Sentence[]
}

export function inWords(told: Told, zh: boolean): string {
  const { samples, structure, leaveOneOut, squares, map, blocks, simulations } = told
  const short = (value: number) => String(Number(value.toPrecision(4)))
  const lines = [
    zh ? `样品 ${samples.read} 个，成图用 ${samples.used} 处。` : `${samples.read} samples; ${samples.used} places make the map.`,
    zh ? `变异函数${told.fitted ? '（自动拟合）' : ''}：${told.model}` : `Variogram${told.fitted ? ' (fitted)' : ''}: ${told.model}`,
  ]
  if (told.fitted) {
    const head = zh ? ['距离（米）', '样品对', 'γ'] : ['distance (m)', 'pairs', 'γ']
    const rows = told.variogram.map(({ distance, pairs, gamma }) => [distance.toFixed(0), String(pairs), short(gamma)])
    lines.push(table(head, rows, new Set([0, 1, 2])).trimEnd())
  }
  lines.push(
    zh
      ? `逐个留出验证：均方根误差 ${short(leaveOneOut.rmse)}（平均值 ${short(structure.meanRmse)}，反距离加权 ${short(structure.inverseDistanceRmse)}），偏差 ${short(leaveOneOut.bias)}，标准化误差的标准差 ${short(leaveOneOut.zScore)}。`
      : `Leaving out one at a time: RMSE ${short(leaveOneOut.rmse)} (the mean ${short(structure.meanRmse)}, inverse distances ${short(structure.inverseDistanceRmse)}), bias ${short(leaveOneOut.bias)}, deviation of scaled errors ${short(leaveOneOut.zScore)}.`,
  )
  if (squares)
    lines.push(
      zh
        ? `按 ${squares.side.toFixed(0)} 米方块留出：均方根误差 ${short(squares.rmse)}。`
        : `Leaving out squares of ${squares.side.toFixed(0)} m: RMSE ${short(squares.rmse)}.`,
    )
  for (const { message, hint } of told.notes) lines.push(hint ? `${message} ${hint}` : message)
  if (map) {
    const empty =
      map.empty > 0 ? (zh ? `，其中 ${map.empty} 格附近没有样品，无值` : `, ${map.empty} of them without a sample near enough`) : ''
    lines.push(
      zh
        ? `${map.file}：${map.columns} × ${map.rows} 格${empty}，两个波段（估值、方差）。`
        : `${map.file}: ${map.columns} × ${map.rows} cells${empty}; two bands, prediction and variance.`,
    )
  }
  if (simulations.length > 0)
    lines.push(zh ? `模拟图 ${simulations.length} 幅：${simulations[0]} …` : `${simulations.length} simulations: ${simulations[0]} …`)
  if (blocks) lines.push(zh ? `${blocks.file}：${blocks.rows} 个地块。` : `${blocks.file}: ${blocks.rows} parcels.`)
  return `${lines.join('\n')}\n`
}
