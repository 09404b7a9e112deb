import { WaterScreen } from '@dishu/land/water/water.screen.tsx'
import { useMemo } from 'react'
import { useGround } from './ground.ts'

/** The water network over the count's boundaries: the two slices meet here. */
export function WaterPage() {
  const whole = useGround()
  // boundaries alone: what is counted here is water
  const ground = useMemo(() => ({ ...whole, layers: whole.layers.filter(({ type }) => type === 'line') }), [whole])
  return <WaterScreen ground={ground} />
}
