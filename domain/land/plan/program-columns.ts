/**
 * A program with works, accounts and networks as columns and rows of an ordinary mixed-integer program, with names: what its files are written from. Accounts are
 * columns of their own, so that the file stays as small as the program.
 */
import { NO_NEED } from '@dishu/numeric/allocation/works'
import type { Program } from './plan.ts'

export type FileRow = { readonly name: string; readonly sense: 'L' | 'G' | 'E'; readonly right: number; readonly remark: string }
export type FileColumn = {
  readonly name: string
  readonly benefit: number
  readonly entries: readonly (readonly [row: string, value: number])[]
  readonly kind: 'whole' | 'free' | 'between'
  readonly from: number
  readonly to: number
  readonly remark: string
}

/** Rows first: limits, accounts, units, works, needs (x may be 1 only where its work is open in time), least sizes. */
export function fileRows(program: Program): FileRow[] {
  const { problem, rowName, unitName, sign, staged } = program
  const { firstOption, limit, required, works, accounts } = problem
  const rows: FileRow[] = Array.from(limit, (right, r) => ({
    name: `r${r}`,
    sense: 'L',
    right,
    remark: `${sign[r] < 0 ? 'target' : 'limit'} ${JSON.stringify(rowName(r))}`,
  }))
  for (let a = 0; accounts && a + 1 < accounts.start.length; a++) rows.push({ name: `a${a}`, sense: 'E', right: 0, remark: '' })
  for (let i = 0; i + 1 < firstOption.length; i++)
    if (firstOption[i + 1] > firstOption[i])
      rows.push({ name: `u${i}`, sense: required?.[i] === 1 ? 'E' : 'L', right: 1, remark: `parcel ${JSON.stringify(unitName(i))}` })
  if (!works) return rows
  works.parent.forEach((_, w) => {
    const remark = `work ${JSON.stringify(staged?.workName(w) ?? String(w))}${staged?.isCopy[w] === 1 ? ' (where it crosses others)' : ''}`
    rows.push({ name: `w${w}`, sense: works.required[w] === 1 ? 'E' : 'L', right: 1, remark })
    if (works.least[w] > 0) rows.push({ name: `m${w}`, sense: 'G', right: 0, remark: '' })
  })
  for (const { name } of needRows(program)) rows.push({ name, sense: 'G', right: 0, remark: '' })
  return rows
}

type NeedRow = {
  readonly name: string
  readonly unit: number
  readonly work: number
  readonly stage: number
  readonly options: readonly number[]
}

/** For each unit, work and stage: the options that need the work by then, all those that need it earlier among them. */
function* needRows({ problem }: Program): Generator<NeedRow> {
  const { firstOption, works } = problem
  if (!works) return
  for (let i = 0; i + 1 < firstOption.length; i++) {
    const chain: number[] = []
    for (let w = works.of[i]; w >= 0; w = works.parent[w]) chain.unshift(w)
    for (const [d, work] of chain.entries()) {
      const latest = (k: number) => works.need[k * works.depth + d]
      for (let stage = 0; stage < works.stages; stage++) {
        const options: number[] = []
        let isOwn = false
        for (let k = firstOption[i]; k < firstOption[i + 1]; k++) {
          if (latest(k) === NO_NEED || latest(k) > stage) continue
          options.push(k)
          if (latest(k) === stage) isOwn = true
        }
        if (isOwn) yield { name: `n${i}_${work}_${stage}`, unit: i, work, stage, options }
      }
    }
  }
}

export function* fileColumns(program: Program): Generator<FileColumn> {
  const { problem, unitName, optionName, staged } = program
  const { firstOption, benefit, width, row, use, accounts, works, flows } = problem
  const account = (a: number) => (accounts ? `a${a}` : `r${a}`)
  const needs = new Map<number, string[]>() // of each option
  const openers = new Map<number, string[]>() // of each work × stage
  for (const { name, work, stage, options } of needRows(program)) {
    for (const k of options) needs.set(k, [...(needs.get(k) ?? []), name])
    for (let s = 0; works && s <= stage; s++) {
      const n = work * works.stages + s
      const list = openers.get(n)
      if (list) list.push(name)
      else openers.set(n, [name])
    }
  }
  for (let i = 0; i + 1 < firstOption.length; i++) {
    const w = works?.of[i] ?? -1
    let depth = 0
    for (let above = w; works && above >= 0 && works.parent[above] >= 0; above = works.parent[above]) depth++
    for (let k = firstOption[i]; k < firstOption[i + 1]; k++) {
      const entries: [string, number][] = []
      for (let q = k * width; q < (k + 1) * width; q++) if (use[q] !== 0) entries.push([account(row[q]), use[q]])
      entries.push([`u${i}`, 1])
      for (const name of needs.get(k) ?? []) entries.push([name, -1])
      if (works && w >= 0 && works.least[w] > 0 && works.need[k * works.depth + depth] !== NO_NEED && works.size[k] !== 0)
        entries.push([`m${w}`, works.size[k]])
      const option = k - firstOption[i]
      const remark = `${JSON.stringify(unitName(i))} ${JSON.stringify(optionName(i, option))}`
      yield { name: `x${i}_${option}`, benefit: benefit[k], entries, kind: 'whole', from: 0, to: 1, remark }
    }
  }
  for (let w = 0; works && w < works.parent.length; w++) {
    for (let s = 0; s < works.stages; s++) {
      const n = w * works.stages + s
      const entries: [string, number][] = [[`w${w}`, 1]]
      for (let e = works.start[n]; e < works.start[n + 1]; e++) entries.push([account(works.row[e]), works.use[e]])
      if (works.least[w] > 0) entries.push([`m${w}`, -works.least[w]])
      for (const name of openers.get(n) ?? []) entries.push([name, 1])
      const isOut = Number.isNaN(works.benefit[n])
      const remark = `${JSON.stringify(staged?.workName(w) ?? String(w))} ${JSON.stringify(staged?.stageName(s) ?? String(s))}`
      yield { name: `z${w}_${s}`, benefit: isOut ? 0 : works.benefit[n], entries, kind: 'whole', from: 0, to: isOut ? 0 : 1, remark }
    }
  }
  for (let a = 0; accounts && a + 1 < accounts.start.length; a++) {
    const entries: [string, number][] = [[`a${a}`, -1]]
    for (let e = accounts.start[a]; e < accounts.start[a + 1]; e++) entries.push([`r${accounts.row[e]}`, accounts.coefficient[e]])
    yield { name: `y${a}`, benefit: 0, entries, kind: 'free', from: 0, to: 0, remark: '' }
  }
  for (let c = 0; flows && c < flows.benefit.length; c++) {
    const entries: [string, number][] = []
    for (let e = flows.start[c]; e < flows.start[c + 1]; e++) entries.push([`r${flows.row[e]}`, flows.coefficient[e]])
    yield {
      name: `f${c}`,
      benefit: flows.benefit[c],
      entries,
      kind: 'between',
      from: flows.from[c],
      to: flows.to[c],
      remark: staged?.flowName(c) ?? '',
    }
  }
}
