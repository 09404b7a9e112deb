import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Compares `actual` with the file beside the test: text with text, anything else as JSON. `UPDATE_GOLDEN=1` writes the file
 * instead: read the difference before committing it.
 */
export function matchesGolden(file: string, actual: unknown): void {
  const text = typeof actual === 'string' ? actual : `${JSON.stringify(actual, null, 2)}\n`
  if (process.env.UPDATE_GOLDEN) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    return
  }
  assert.ok(existsSync(file), `no golden file ${file}; make it with UPDATE_GOLDEN=1`)
  assert.equal(text, readFileSync(file, 'utf8'))
}
