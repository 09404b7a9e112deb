// What `npm test` shows: a line for each file, every failure in full, every skip with its reason; the counts as a message to the parent.
import { appendFileSync } from 'node:fs'
import { relative } from 'node:path'
import { inspect } from 'node:util'
import { ROOT } from './setup.mjs'

export default async function* report(events) {
  const files = new Map()
  const of = (file) => {
    const name = file ? relative(ROOT, file) : '(no file)'
    if (!files.has(name)) files.set(name, { passed: 0, failed: 0, skipped: [], ms: 0 })
    return files.get(name)
  }
  for await (const { type, data } of events) {
    if (type === 'test:stdout' || type === 'test:stderr') {
      if (process.env.DISHU_TEST_OUTPUT) yield data.message
      continue
    }
    if (type === 'test:summary' && data.file) {
      const { passed, failed, skipped, ms } = of(data.file)
      const counts = `${passed} passed${failed ? `, ${failed} FAILED` : ''}${skipped.length ? `, ${skipped.length} skipped` : ''}`
      yield `  ${failed ? '✖' : '✔'} ${relative(ROOT, data.file)}  ${counts}  ${((data.duration_ms ?? ms) / 1000).toFixed(1)} s\n`
      continue
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue
    if (data.details?.type === 'suite' && type === 'test:pass') continue
    const file = of(data.file)
    file.ms += data.details?.duration_ms ?? 0
    if (data.skip !== undefined && data.skip !== false)
      file.skipped.push({ name: data.name, reason: typeof data.skip === 'string' && data.skip !== '' ? data.skip : 'no reason given' })
    else if (type === 'test:pass') file.passed++
    else if (data.todo === undefined || data.todo === false) {
      // a test fails with its subtests; only the innermost is counted and shown
      if (data.details?.error?.failureType === 'subtestsFailed') continue
      file.failed++
      const error = data.details?.error
      yield `\n  ✖ ${data.file ? relative(ROOT, data.file) : ''}:${data.line ?? ''} ${data.name}\n${indent(inspect(error?.cause ?? error, { colors: false, depth: 6 }))}\n\n`
    }
  }
  if (process.env.DISHU_TEST_COUNTS) {
    const all = [...files.values()]
    const counts = {
      files: files.size,
      passed: all.reduce((sum, each) => sum + each.passed, 0),
      failed: all.reduce((sum, each) => sum + each.failed, 0),
      skipped: [...files].flatMap(([file, each]) => each.skipped.map((skip) => ({ file, ...skip }))),
    }
    appendFileSync(process.env.DISHU_TEST_COUNTS, `${JSON.stringify(counts)}\n`)
  }
}

const indent = (text) =>
  text
    .split('\n')
    .slice(0, 60)
    .map((line) => `      ${line}`)
    .join('\n')
