import { useVocabulary } from '@dishu/land/count/vocabulary.screen.tsx'
import { EditScreen } from '@dishu/land/lineage/edit.screen.tsx'
import type { RowsReply } from '@dishu/land/lineage/lineage.wire'
import { query } from '@dishu/web-kit/address'
import { useRead } from '@dishu/web-kit/read'
import { Waiting } from '@dishu/web-kit/state.tsx'
import { usePlace } from '@dishu/web-kit/use-place'
import { useMemo } from 'react'
import { useGround } from './ground.ts'

/** Split, merge and boundary adjustment on the map, over the count's own patches. */
export function EditPage({ layer, id }: { readonly layer: string; readonly id: string }) {
  const words = useVocabulary()
  const classes = useMemo(() => words.values('class').map((each) => ({ id: each, colour: words.colour('class', each) })), [words])
  const ground = useGround(classes)
  // a parcel is named by its code
  const { county } = usePlace()
  const named = useRead<RowsReply>(layer === 'parcel' ? query(`/api/counties/${county}/lineage/rows`, { key: id }) : null)
  if (layer !== 'parcel') return <EditScreen layer="patch" id={Number(id)} ground={ground} />
  if (named.state !== 'ready') return <Waiting reading={named} lines={8} />
  const row = named.value.rows.find((each) => each.layer === 'parcel')
  return <EditScreen layer="parcel" id={row?.id ?? 0} ground={ground} />
}
