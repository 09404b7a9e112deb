import { useVocabulary } from '@dishu/land/count/vocabulary.screen.tsx'
import { FindingsScreen } from '@dishu/land/quality/quality.screen.tsx'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { useMemo } from 'react'
import { useGround } from './ground.ts'

/** Findings over the count's map: the two slices meet here. */
export function FindingsPage() {
  const t = useText()
  const { asOf, known } = usePlace()
  const words = useVocabulary()
  const classes = useMemo(() => words.values('class').map((id) => ({ id, colour: words.colour('class', id) })), [words])
  const whole = useGround(classes)
  const ground = useMemo(
    () => ({
      ...whole,
      layers: whole.layers.map((layer) =>
        layer.id === 'cells-fill' || layer.id === 'density-fill' ? { ...layer, paint: { ...layer.paint, 'fill-opacity': 0.35 } } : layer,
      ),
    }),
    [whole],
  )
  return (
    <>
      {(asOf !== null || known !== null) && (
        <p className="band dated-findings" role="note">
          {t('findings.not-dated')}
        </p>
      )}
      <FindingsScreen ground={ground} />
    </>
  )
}
