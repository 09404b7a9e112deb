import { countLayers, namesOf, tilesPath } from '@dishu/land/count/count.layer'
import { useLook } from '@dishu/web-kit/look/theme.tsx'
import { childrenOf } from '@dishu/web-kit/place'
import { usePlace } from '@dishu/web-kit/use-place'
import { useMemo } from 'react'

const NO_FILTERS = { class: [], grade: [], mapgrade: [], owner: [], contract: [], saline: [] }
const NOT_FILLED: readonly { readonly id: string; readonly colour: string }[] = []

/** The count's map as the ground of another slice's page: boundaries, names, and patches filled by class where `classes` gives their colours. */
export function useGround(classes: readonly { readonly id: string; readonly colour: string }[] = NOT_FILLED) {
  const place = usePlace()
  const { tokens } = useLook()
  return useMemo(() => {
    const names = childrenOf(place.areas, place.within)
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
      layers: countLayers({
        dimension: 'class',
        values: classes,
        filters: NO_FILTERS,
        lit: null,
        selected: [],
        hovered: null,
        within: place.within,
        level: place.level,
        look: { ground: tokens.land, boundary: tokens.boundary, ink: tokens.mapInk, halo: tokens.halo, accent: tokens.accent },
      }),
      letters: names.map(({ name }) => name).join(''),
    }
  }, [place, tokens, classes])
}
