import { PlanScreen } from '@dishu/land/plan/plan.screen.tsx'
import { useMemo } from 'react'
import { useGround } from './ground.ts'

/** Scenarios and their plans over the count's boundaries: the slices meet here. */
export function PlanPage() {
  const whole = useGround()
  // boundaries and names: what is filled here is the plan
  const ground = useMemo(() => ({ ...whole, layers: whole.layers.filter(({ type }) => type === 'line' || type === 'symbol') }), [whole])
  return <PlanScreen ground={ground} />
}
