import { countLayers, namesOf, tilesPath } from '@dishu/land/count/count.layer'
import { PlanScreen } from '@dishu/land/plan/plan.screen.tsx'
import { useLook } from '@dishu/web-kit/look/theme.tsx'
import { childrenOf } from '@dishu/web-kit/place'
import { usePlace } from '@dishu/web-kit/use-place'
import { useMemo } from 'react'

const NO_FILTERS = { class: [], grade: [], mapgrade: [], owner: [], contract: [], saline: [] }

/** Scenarios and their plans over the count's boundaries: the slices meet here. */
export function PlanPage() {
  const place = usePlace()
  const { tokens } = useLook()
  const ground = useMemo(() => {
    const names = childrenOf(place.areas, place.within)
    const layers = countLayers({
      dimension: 'class',
      values: [],
      filters: NO_FILTERS,
      lit: null,
      selected: [],
      hovered: null,
      within: place.within,
      level: place.level,
      look: { ground: tokens.land, boundary: tokens.boundary, ink: tokens.mapInk, halo: tokens.halo, accent: tokens.accent },
    })
    return {
      sources: {
        register: {
          type: 'vector' as const,
          tiles: window.location.origin + tilesPath(place.county, place.asOf, place.known),
          minzoom: 4,
          maxzoom: 16,
        },
        names: { type: 'geojson' as const, data: namesOf(names) },
      },
      // boundaries and names: what is filled here is the plan
      layers: layers.filter(({ type }) => type === 'line' || type === 'symbol'),
      letters: names.map(({ name }) => name).join(''),
    }
  }, [place, tokens])
  return <PlanScreen ground={ground} />
}
