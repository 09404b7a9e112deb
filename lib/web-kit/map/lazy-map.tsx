import { lazy, Suspense } from 'react'
import type { MapProps } from './map.tsx'

const MapLayers = lazy(() => import('./map.tsx'))

/** The map, fetched when a page first shows one: the rest of the page does not wait for it. */
export function LazyMap(props: MapProps) {
  return (
    <Suspense fallback={<div className="map map-coming" style={{ background: props.ground }} />}>
      <MapLayers {...props} />
    </Suspense>
  )
}
