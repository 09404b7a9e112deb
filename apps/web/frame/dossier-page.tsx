import { DossierScreen } from '@dishu/land/count/dossier.screen.tsx'
import { SeriesCard } from '@dishu/land/imagery/series.screen.tsx'

/** A patch's page: what the register says of it, and what scenes show of it over time. */
export function DossierPage({ id }: { readonly id: string }) {
  return (
    <DossierScreen id={id}>
      <SeriesCard kind="patch" id={id} />
    </DossierScreen>
  )
}
