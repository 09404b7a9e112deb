/** The same program for other solvers: MPS (fixed fields kept apart by blanks) and CPLEX LP, in pieces of text. Minimising, as MPS has it. */
import type { Program } from './plan.ts'
import { type FileColumn, fileColumns, fileRows } from './program-columns.ts'

/** Names that every reader takes: x and the unit's and option's places; what they stand for is in the remarks at the head. */
const columnName = (unit: number, option: number) => `x${unit}_${option}`
const PIECE = 1 << 16
/** Names stand where readers of the fixed format look for them (from column 15): CBC takes `bnd x0_0` for one name of eight letters otherwise. */
const bound = (kind: 'UP' | 'LO' | 'FR', name: string, value: number | '') => ` ${kind} bnd       ${name}    ${value}\n`

export function* mpsOf(program: Program): Generator<string> {
  if (program.staged) {
    yield* stagedMps(program)
    return
  }
  const { problem, rowName, sign } = program
  const { firstOption, benefit, width, row, use, limit, required } = problem
  let text = '* maximise benefit: stated with the opposite sign, to be minimised\n'
  for (let r = 0; r < limit.length; r++) text += `* r${r} ${sign[r] < 0 ? 'target' : 'limit'} ${JSON.stringify(rowName(r))}\n`
  text += 'NAME plan\nROWS\n N benefit\n'
  for (let r = 0; r < limit.length; r++) text += ` L r${r}\n`
  for (let i = 0; i + 1 < firstOption.length; i++)
    if (firstOption[i + 1] > firstOption[i]) text += ` ${required?.[i] === 1 ? 'E' : 'L'} u${i}\n`
  text += "COLUMNS\n M1 'MARKER' 'INTORG'\n"
  for (let i = 0; i + 1 < firstOption.length; i++) {
    for (let k = firstOption[i]; k < firstOption[i + 1]; k++) {
      const name = columnName(i, k - firstOption[i])
      text += ` ${name} benefit ${-benefit[k]}\n`
      for (let q = k * width; q < (k + 1) * width; q++) if (use[q] !== 0) text += ` ${name} r${row[q]} ${use[q]}\n`
      text += ` ${name} u${i} 1\n`
    }
    if (text.length > PIECE) {
      yield text
      text = ''
    }
  }
  text += " M2 'MARKER' 'INTEND'\nRHS\n"
  for (let r = 0; r < limit.length; r++) text += ` rhs r${r} ${limit[r]}\n`
  for (let i = 0; i + 1 < firstOption.length; i++) if (firstOption[i + 1] > firstOption[i]) text += ` rhs u${i} 1\n`
  text += 'BOUNDS\n'
  for (let i = 0; i + 1 < firstOption.length; i++) {
    for (let k = firstOption[i]; k < firstOption[i + 1]; k++) text += bound('UP', columnName(i, k - firstOption[i]), 1)
    if (text.length > PIECE) {
      yield text
      text = ''
    }
  }
  yield `${text}ENDATA\n`
}

export function* lpOf(program: Program): Generator<string> {
  if (program.staged) {
    yield* stagedLp(program)
    return
  }
  const { problem, rowName, sign } = program
  const { firstOption, benefit, width, row, use, limit, required } = problem
  const terms: string[][] = Array.from({ length: limit.length }, () => [])
  const objective: string[] = []
  const columns: string[] = []
  const units: string[] = []
  const signed = (value: number, name: string) => `${value < 0 ? '-' : '+'} ${Math.abs(value)} ${name}`
  for (let i = 0; i + 1 < firstOption.length; i++) {
    const names: string[] = []
    for (let k = firstOption[i]; k < firstOption[i + 1]; k++) {
      const name = columnName(i, k - firstOption[i])
      names.push(name)
      objective.push(signed(benefit[k], name))
      for (let q = k * width; q < (k + 1) * width; q++) if (use[q] !== 0) terms[row[q]].push(signed(use[q], name))
    }
    columns.push(...names)
    if (names.length > 0) units.push(` u${i}: ${names.join(' + ')} ${required?.[i] === 1 ? '=' : '<='} 1\n`)
  }
  for (let r = 0; r < limit.length; r++) yield `\\ r${r} ${sign[r] < 0 ? 'target' : 'limit'} ${JSON.stringify(rowName(r))}\n`
  yield 'Maximize\n benefit:'
  yield* wrapped(objective)
  yield 'Subject To\n'
  for (let r = 0; r < limit.length; r++) {
    if (terms[r].length === 0) continue
    yield ` r${r}:`
    yield* wrapped(terms[r])
    yield ` <= ${limit[r]}\n`
  }
  for (const line of units) yield line
  yield 'Binary\n'
  yield* wrapped(columns)
  yield 'End\n'
}

/** Lines of a few terms each: some readers stop at 510 characters. */
function* wrapped(words: readonly string[]): Generator<string> {
  for (let n = 0; n < words.length; n += 8) yield ` ${words.slice(n, n + 8).join(' ')}\n`
}

/** With works and accounts: x of options, z of works, y of accounts, f of flows; what they stand for is in the remarks at the head. */
function* stagedMps(program: Program): Generator<string> {
  const rows = fileRows(program)
  yield '* maximise benefit: stated with the opposite sign, to be minimised\n'
  yield* remarks('*', program, rows)
  let text = 'NAME plan\nROWS\n N benefit\n'
  for (const { name, sense } of rows) text += ` ${sense} ${name}\n`
  yield text
  text = 'COLUMNS\n'
  let isWhole = false
  let bounds = ''
  for (const column of fileColumns(program)) {
    if ((column.kind === 'whole') !== isWhole) {
      isWhole = !isWhole
      text += isWhole ? " M1 'MARKER' 'INTORG'\n" : " M2 'MARKER' 'INTEND'\n"
    }
    text += ` ${column.name} benefit ${-column.benefit}\n`
    for (const [row, value] of column.entries) text += ` ${column.name} ${row} ${value}\n`
    bounds += mpsBounds(column)
    if (text.length > PIECE) {
      yield text
      text = ''
    }
  }
  text += `${isWhole ? " M2 'MARKER' 'INTEND'\n" : ''}RHS\n`
  for (const { name, right } of rows) if (right !== 0) text += ` rhs ${name} ${right}\n`
  yield `${text}BOUNDS\n`
  yield bounds
  yield 'ENDATA\n'
}

const mpsBounds = ({ name, kind, from, to }: FileColumn) =>
  kind === 'free' ? bound('FR', name, '') : `${from === 0 ? '' : bound('LO', name, from)}${bound('UP', name, to)}`

function* stagedLp(program: Program): Generator<string> {
  const rows = fileRows(program)
  yield* remarks('\\', program, rows)
  const signed = (value: number, name: string) => `${value < 0 ? '-' : '+'} ${Math.abs(value)} ${name}`
  const terms = new Map(rows.map(({ name }) => [name, [] as string[]]))
  const objective: string[] = []
  const whole: string[] = []
  const bounds: string[] = []
  for (const { name, benefit, entries, kind, from, to } of fileColumns(program)) {
    objective.push(signed(benefit, name))
    for (const [row, value] of entries) terms.get(row)?.push(signed(value, name))
    if (kind === 'whole') whole.push(name)
    if (kind === 'free') bounds.push(` ${name} free\n`)
    else bounds.push(` ${from} <= ${name} <= ${to}\n`)
  }
  yield 'Maximize\n benefit:'
  yield* wrapped(objective)
  yield 'Subject To\n'
  const relation = { L: '<=', G: '>=', E: '=' } as const
  for (const { name, sense, right } of rows) {
    const list = terms.get(name) ?? []
    if (list.length === 0) continue
    yield ` ${name}:`
    yield* wrapped(list)
    yield ` ${relation[sense]} ${right}\n`
  }
  yield 'Bounds\n'
  yield* bounds
  yield 'General\n'
  yield* wrapped(whole)
  yield 'End\n'
}

function* remarks(mark: string, program: Program, rows: ReturnType<typeof fileRows>): Generator<string> {
  for (const { name, remark } of rows) if (remark !== '') yield `${mark} ${name} ${remark}\n`
  for (const { name, remark } of fileColumns(program)) if (remark !== '') yield `${mark} ${name} ${remark}\n`
}
