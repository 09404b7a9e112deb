import { useVocabulary } from '@dishu/land/count/vocabulary.screen.tsx'
import { LibraryScreen } from '@dishu/land/technology/library.screen.tsx'

/** Technologies, crops, trials and limits, with the count's words for grades: the slices meet here. */
export function LibraryPage() {
  const words = useVocabulary()
  return <LibraryScreen gradeName={(grade) => words.name('grade', grade)} />
}
