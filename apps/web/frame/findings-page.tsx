import { countLayers, namesOf, tilesPath } from '@dishu/land/count/count.layer'
import { useVocabulary } from '@dishu/land/count/vocabulary.screen.tsx'
import { FindingsScreen } from '@dishu/land/quality/quality.screen.tsx'
import { useLook } from '@dishu/web-kit/look/theme.tsx'
import { childrenOf } from '@dishu/web-kit/place'
import { usePlace } from '@dishu/web-kit/use-place'
import { useMemo } from 'react'

const NO_FILTERS = { class: [], grade: [], owner: [], contract: [], saline: [] }

/** Findings over the count's map: the two slices meet here. */
export function FindingsPage() {
  const place = usePlace()
  const words = useVocabulary()
  const { tokens } = useLook()
  const ground = useMemo(() => {
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
        values: words.values('class').map((id) => ({ id, colour: words.colour('class', id) })),
        filters: NO_FILTERS,
        lit: null,
        selected: [],
        hovered: null,
        within: place.within,
        level: place.level,
        look: { ground: tokens.land, boundary: tokens.boundary, ink: tokens.mapInk, halo: tokens.halo, accent: tokens.accent },
      }).map((layer) =>
        layer.id === 'cells-fill' || layer.id === 'density-fill' ? { ...layer, paint: { ...layer.paint, 'fill-opacity': 0.35 } } : layer,
      ),
      letters: names.map(({ name }) => name).join(''),
    }
  }, [place, words, tokens])
  return <FindingsScreen ground={ground} />
}
