import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const PASSED_OVER = new Set(['node_modules', 'dist', '.git'])

/** The files below `folder` whose path fits `pattern`, in order; what is installed or built is passed over. */
export function filesUnder(folder, pattern) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return PASSED_OVER.has(entry.name) ? [] : filesUnder(path, pattern)
      return pattern.test(path.replaceAll('\\', '/')) ? [path] : []
    })
}
