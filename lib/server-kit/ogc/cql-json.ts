/** CQL2 JSON: the same filters as `cql-text.ts` reads, written as operators with arguments. */
import { Budget, type Comparison, dateFrom, FILTER_LIMITS, type Filter, type Operand, patternOf, refusing, SUPPORTED } from './cql.ts'
import { shapeFrom } from './meets.ts'

const COMPARISONS: readonly string[] = ['=', '<>', '<', '>', '<=', '>=']

export function filterFromJson(text: string, geometry: readonly string[]): Filter {
  if (text.length > FILTER_LIMITS.length)
    refusing({ code: 'ogc/filter-too-large', details: { what: 'length', most: FILTER_LIMITS.length } })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    refusing({ code: 'ogc/filter-not-read', details: { at: 0, near: text.slice(0, 20), wanted: 'JSON' } })
  }
  return filterOf(value, geometry, new Budget(), 0)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const wrong = (value: unknown, wanted: string): never =>
  refusing({ code: 'ogc/filter-not-read', details: { at: 0, near: JSON.stringify(value)?.slice(0, 40) ?? '', wanted } })

function filterOf(value: unknown, geometry: readonly string[], budget: Budget, depth: number): Filter {
  budget.part(depth)
  if (typeof value === 'boolean') return { op: 'always', value }
  if (!isObject(value)) return wrong(value, '{"op": …, "args": […]}')
  if ('property' in value)
    return { op: 'compare', by: '=', left: operandOf(value, budget, depth + 1), right: { kind: 'boolean', value: true, folded: false } }
  const { op, args } = value
  if (typeof op !== 'string' || !Array.isArray(args)) return wrong(value, '{"op": …, "args": […]}')
  const operand = (i: number) => operandOf(args[i], budget, depth + 1)
  const need = (n: number) => {
    if (args.length !== n) wrong(value, `${n} args of ${op}`)
  }
  if (op === 'and' || op === 'or') {
    if (args.length < 2) wrong(value, `two or more args of ${op}`)
    return { op, args: args.map((each) => filterOf(each, geometry, budget, depth + 1)) }
  }
  if (op === 'not') {
    need(1)
    return { op, arg: filterOf(args[0], geometry, budget, depth + 1) }
  }
  if (COMPARISONS.includes(op)) {
    need(2)
    return { op: 'compare', by: op as Comparison, left: operand(0), right: operand(1) }
  }
  if (op === 'like') {
    need(2)
    const pattern = operand(1)
    if ('property' in pattern || pattern.kind !== 'text') return wrong(args[1], 'a pattern')
    return { op, value: operand(0), pattern: patternOf(String(pattern.value)), folded: pattern.folded }
  }
  if (op === 'between') {
    need(3)
    return { op, value: operand(0), low: operand(1), high: operand(2) }
  }
  if (op === 'in') {
    need(2)
    const list: unknown = args[1]
    if (!Array.isArray(list) || list.length === 0) return wrong(list, 'a list of values')
    return { op, value: operand(0), list: list.map((each) => operandOf(each, budget, depth + 1)) }
  }
  if (op === 'isNull') {
    need(1)
    return { op: 'null', value: operand(0) }
  }
  if (op === 's_intersects') {
    need(2)
    const isName = (each: unknown) => isObject(each) && typeof each.property === 'string' && geometry.includes(each.property)
    const stated: unknown = isName(args[0])
      ? args[1]
      : isName(args[1])
        ? args[0]
        : wrong(value, `{"property": "${geometry[0] ?? ''}"} and a geometry`)
    countVertices(stated, budget)
    return { op: 'meets', shape: (isObject(stated) ? shapeFrom(stated) : null) ?? wrong(stated, 'a GeoJSON geometry, or {"bbox": […]}') }
  }
  return refusing({ code: 'ogc/filter-not-supported', details: { what: op, supported: SUPPORTED } })
}

function operandOf(value: unknown, budget: Budget, depth: number): Operand {
  budget.part(depth)
  if (typeof value === 'string') return { kind: 'text', value, folded: false }
  if (typeof value === 'number' && Number.isFinite(value)) return { kind: 'number', value, folded: false }
  if (typeof value === 'boolean') return { kind: 'boolean', value, folded: false }
  if (isObject(value)) {
    if (typeof value.property === 'string') return { property: value.property, folded: false }
    if (typeof value.date === 'string')
      return { kind: 'date', value: dateFrom(value.date) ?? wrong(value.date, 'a day, YYYY-MM-DD'), folded: false }
    if (value.op === 'casei' && Array.isArray(value.args) && value.args.length === 1)
      return { ...operandOf(value.args[0], budget, depth + 1), folded: true }
    if (typeof value.op === 'string')
      return refusing({ code: 'ogc/filter-not-supported', details: { what: value.op, supported: SUPPORTED } })
  }
  return wrong(value, 'a value, {"property": …} or {"date": …}')
}

function countVertices(value: unknown, budget: Budget): void {
  if (Array.isArray(value)) {
    if (typeof value[0] === 'number') budget.vertex()
    else for (const each of value) countVertices(each, budget)
  } else if (isObject(value)) for (const each of Object.values(value)) countVertices(each, budget)
}
