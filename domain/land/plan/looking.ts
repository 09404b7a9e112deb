/** What can be said of a scenario's terms while they are still being written: from sums of land, money and the water tables, without looking at any patch. */
import { findingsOf, type Water, waterAccounts } from '../water/water.ts'
import type { PlanFinding } from './findings.ts'
import type { PlanTerms } from './scenarios.ts'

export type LandSum = { readonly village: string; readonly landClass: string; readonly areaM2: number; readonly patches: number }

export function lookAt(terms: PlanTerms, land: readonly LandSum[], water: Water) {
  const own = land.filter(
    ({ village, landClass }) =>
      village.startsWith(terms.within) && (terms.classes.length === 0 || terms.classes.some((each) => landClass.startsWith(each))),
  )
  const areaOf = (code: string) => own.reduce((sum, { village, areaM2 }) => sum + (village.startsWith(code) ? areaM2 : 0), 0)
  const landM2 = areaOf(terms.within)
  const patches = own.reduce((sum, each) => sum + each.patches, 0)
  const findings: PlanFinding[] = []
  const tell = (
    code: PlanFinding['code'],
    severity: PlanFinding['severity'],
    place: string,
    details: PlanFinding['details'] = {},
    count = 1,
  ) => void findings.push({ code, severity, place, count, details })
  if (patches === 0) tell('nothing-to-plan', 'error', terms.within, { patches })
  for (const { area, measure, atLeast } of terms.targets)
    if (measure === 'area' && atLeast !== null && atLeast > areaOf(area))
      tell('target-above-land', 'error', area, { measure, stated: atLeast, reachable: areaOf(area) })
  if (terms.budgets.length === 0) tell('no-budget', 'warning', terms.within)
  else
    for (const year of terms.years)
      if (!terms.budgets.some((each) => each.year === year && each.fen > 0)) tell('no-budget-in-year', 'warning', String(year))
  for (const { code, name, sheet } of findingsOf(water)) if (code === 'ring') tell('water-fault', 'error', name, { code, sheet })
  for (const { id } of terms.yearTypes)
    for (const { sourceId, availableM3 } of waterAccounts(water, id).sources)
      if (availableM3.some((each) => each === null)) tell('volume-not-configured', 'error', sourceId, { yearType: id })
  const targetM2 = terms.targets.reduce((sum, { measure, atLeast }) => sum + (measure === 'area' ? (atLeast ?? 0) : 0), 0)
  return { findings, landM2, patches, moneyFen: terms.budgets.reduce((sum, { fen }) => sum + fen, 0), targetM2 }
}
