import { createContext, useContext } from 'react'
import type { Place } from './place.ts'

export const PlaceContext = createContext<Place | null>(null)

/** The place of the page; pages are only shown once there is one. */
export function usePlace(): Place {
  const place = useContext(PlaceContext)
  if (!place) throw new Error('a page that speaks of a place was shown outside of one')
  return place
}
