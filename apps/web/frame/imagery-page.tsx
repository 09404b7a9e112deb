import { ImageryScreen } from '@dishu/land/imagery/imagery.screen.tsx'
import { useGround } from './ground.ts'

/** Scenes under the count's boundaries: the two slices meet here. */
export function ImageryPage() {
  return <ImageryScreen ground={useGround()} />
}
