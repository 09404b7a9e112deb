/** Whether a patch meets what a practice, its technologies and its crop ask of it, and what no practice may do. */
import type { Crop } from '../crops/crops.ts'
import type { Because, OutReason, PatchFacts, SoilFacts } from './facts.ts'
import type { Condition, Indicator, PlanRule, Practice, Technology } from './measures.ts'

const SOIL: Readonly<Partial<Record<Indicator, keyof SoilFacts>>> = {
  ph: 'ph',
  esp: 'esp',
  ece: 'ece',
  salt: 'saltGPerKg',
  cec: 'cec',
  alkalinity: 'alkalinity',
  lime: 'limeGPerKg',
  'bulk-density': 'bulkDensity',
}

/** What is known of an indicator at a patch; null: nothing. */
export function factOf({ soil, water, slopeDegrees }: PatchFacts, indicator: Indicator): number | boolean | null {
  if (indicator === 'slope') return slopeDegrees
  if (indicator === 'paddy-water') return water.paddy
  if (indicator === 'irrigation') return water.irrigation
  if (indicator === 'drain-outlet') return water.drainOutlet
  const field = SOIL[indicator]
  return field === undefined || soil === null ? null : (soil[field] as number | null)
}

const isMet = ({ is, value }: Condition, fact: number | boolean): boolean => {
  if (typeof fact === 'boolean') return fact === (is === 'yes')
  return value !== null && (is === 'at-least' ? fact >= value : is === 'at-most' ? fact <= value : false)
}

type Asked = { readonly because: readonly Because[]; readonly reasons: readonly OutReason[] }

export function askConditions(
  facts: PatchFacts,
  practice: Practice,
  measures: readonly Technology[],
  crop: Crop,
  rules: readonly PlanRule[],
): Asked {
  const because = new Map<Indicator, Because>()
  const reasons: OutReason[] = []
  const ask = (of: string, condition: Condition) => {
    const { indicator, is, value: limit, source, mark } = condition
    const value = factOf(facts, indicator)
    if (value === null)
      reasons.push(
        facts.soil === null && indicator in SOIL ? { kind: 'unknown', of, indicator: 'soil' } : { kind: 'unknown', of, indicator },
      )
    else if (isMet(condition, value)) because.set(indicator, { indicator, value })
    else reasons.push({ kind: 'condition', of, indicator, is, limit, value, source, mark })
  }
  for (const condition of practice.conditions) ask(practice.code, condition)
  for (const { code, conditions } of measures) for (const condition of conditions) ask(code, condition)
  // what grows in water, or by it, must have it: no source is needed for that
  const own = { value: null, is: 'yes', source: '', mark: 'computed' } as const
  if (crop.method === 'paddy') ask(crop.code, { ...own, indicator: 'paddy-water' })
  else if (crop.method === 'irrigated' || measures.some(({ water }) => water !== null)) ask(crop.code, { ...own, indicator: 'irrigation' })
  for (const rule of rules) {
    const broken = brokenRule(rule, facts, practice, measures)
    if (broken) reasons.push(broken)
  }
  // the soil is always a reason: what a plan does follows from it
  for (const indicator of ['ph', 'esp', 'ece'] as const) {
    const value = factOf(facts, indicator)
    if (value !== null && !because.has(indicator)) because.set(indicator, { indicator, value })
  }
  return { because: [...because.values()].sort((a, b) => ORDER.indexOf(a.indicator) - ORDER.indexOf(b.indicator)), reasons }
}
const ORDER: readonly Indicator[] = [
  'ph',
  'esp',
  'ece',
  'salt',
  'cec',
  'alkalinity',
  'lime',
  'bulk-density',
  'slope',
  'paddy-water',
  'irrigation',
  'drain-outlet',
]

/** Water does not get into a sodic soil that no amendment has opened: leaching needs one in the same year or before, above the rule's ESP. */
function brokenRule(rule: PlanRule, facts: PatchFacts, { steps }: Practice, measures: readonly Technology[]): OutReason | null {
  const washes = (i: number) => measures[i].family === 'leaching' || measures[i].family === 'paddy'
  const opened = Math.min(...steps.map(({ from }, i) => (measures[i].family === 'amendment' ? from : Number.POSITIVE_INFINITY)))
  const untreated = steps.find(({ from }, i) => washes(i) && from < opened)
  if (!untreated) return null
  const esp = facts.soil?.esp ?? null
  if (esp === null) return { kind: 'unknown', of: rule.id, indicator: facts.soil === null ? 'soil' : 'esp' }
  if (esp <= rule.espAbove) return null
  return { kind: 'rule', rule: rule.id, value: esp, limit: rule.espAbove, source: rule.source, mark: rule.mark }
}
