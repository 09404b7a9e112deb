import { PersonButton } from '@dishu/kernel/sealed/personal.screen.tsx'
import type { Dossier } from '@dishu/land/count/count.wire'
import { DossierScreen, dossierPath } from '@dishu/land/count/dossier.screen.tsx'
import { useVocabulary } from '@dishu/land/count/vocabulary.screen.tsx'
import { SeriesCard } from '@dishu/land/imagery/series.screen.tsx'
import { LineageCard } from '@dishu/land/lineage/graph.screen.tsx'
import { PatchMapCard } from '@dishu/land/soil/patch-map.screen.tsx'
import { useRead } from '@dishu/web-kit/read'
import { usePlace } from '@dishu/web-kit/use-place'
import { useMemo } from 'react'

/** A patch's page: what the register says of it, where it came from, what the soil map gives it, and what scenes show of it over time. */
export function DossierPage({ id, powers }: { readonly id: string; readonly powers: readonly string[] | null }) {
  const words = useVocabulary()
  const place = usePlace()
  const dossier = useRead<Dossier>(dossierPath(place, id))
  const parcels = dossier.state === 'ready' ? [...new Set(dossier.value.cells.flatMap(({ parcelCode }) => parcelCode ?? []))] : []
  const grades = useMemo(
    () => words.values('grade').map((grade) => ({ id: grade, name: words.name('grade', grade), colour: words.colour('grade', grade) })),
    [words],
  )
  return (
    <DossierScreen id={id} person={(party) => <PersonButton kind="party" id={party} />}>
      <LineageCard id={id} parcels={parcels} mayEdit={powers === null || powers.includes('edit')} />
      <PatchMapCard id={id} grades={grades} />
      <SeriesCard kind="patch" id={id} />
    </DossierScreen>
  )
}
