import { PersonButton } from '@dishu/kernel/sealed/personal.screen.tsx'
import { DossierScreen } from '@dishu/land/count/dossier.screen.tsx'
import { useVocabulary } from '@dishu/land/count/vocabulary.screen.tsx'
import { SeriesCard } from '@dishu/land/imagery/series.screen.tsx'
import { PatchMapCard } from '@dishu/land/soil/patch-map.screen.tsx'
import { useMemo } from 'react'

/** A patch's page: what the register says of it, what the soil map gives it, and what scenes show of it over time. */
export function DossierPage({ id }: { readonly id: string }) {
  const words = useVocabulary()
  const grades = useMemo(
    () => words.values('grade').map((grade) => ({ id: grade, name: words.name('grade', grade), colour: words.colour('grade', grade) })),
    [words],
  )
  return (
    <DossierScreen id={id} person={(party) => <PersonButton kind="party" id={party} />}>
      <PatchMapCard id={id} grades={grades} />
      <SeriesCard kind="patch" id={id} />
    </DossierScreen>
  )
}
