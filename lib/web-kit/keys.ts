import type { KeyboardEvent } from 'react'

/** Ctrl+Enter (⌘ on a Mac) saves, wherever the cursor is inside the element that gets this. */
export const onSave = (save: () => void) => (event: KeyboardEvent) => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
  event.preventDefault()
  save()
}
