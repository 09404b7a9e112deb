/** What is found of a scenario before it is solved, each with its place; `error` stands against solving. */
export type PlanFinding = {
  readonly code:
    | 'nothing-to-plan'
    | 'no-soil'
    | 'not-configured'
    | 'unknown'
    | 'economics'
    | 'water-fault'
    | 'water-doubtful'
    | 'no-water'
    | 'canal-not-configured'
    | 'volume-not-configured'
    | 'field-efficiency'
    | 'present-fields'
    | 'groundwater-shared'
    | 'salt-not-planned'
    | 'salt-above-limit'
    | 'target-above-land'
    | 'no-budget'
    | 'no-budget-in-year'
    | 'lock-unknown'
    | 'lock-impossible'
    | 'work-unknown'
    | 'block-too-small'
  readonly severity: 'error' | 'warning' | 'note'
  readonly place: string // a patch, district, canal, area, …
  readonly count: number
  readonly details: Readonly<Record<string, string | number>>
}
export type Tell = (
  code: PlanFinding['code'],
  severity: PlanFinding['severity'],
  place: string,
  details?: PlanFinding['details'],
  count?: number,
) => void

/** Findings that stand against solving. */
export const blocking = (findings: readonly PlanFinding[]) => findings.filter(({ severity }) => severity === 'error')
