/**
 * Exports all patches of a county to a file in a process of its own, so that its memory can be measured: `node large.child.ts URL COUNTY FORMAT FILE`.
 * Prints rows and the most memory the process ever held, in bytes.
 */
import type { Day } from '@dishu/base/date'
import { openPool, transaction } from '@dishu/server-kit/sql'
import { exportTo } from './exports.jobs.ts'
import { EXPORT_FORMATS, wordFrom } from './exports.ts'

const [url, county, to, file] = process.argv.slice(2)
const format = wordFrom('to', to, EXPORT_FORMATS)
if (!format.ok) throw new Error(`expected a format, got ${to}`)
const pool = openPool(url, { max: 1 })
const written = await transaction(
  pool,
  (db) =>
    exportTo(
      db,
      {
        county,
        what: 'patches',
        asOf: { day: '2026-06-01' as Day, rev: null },
        within: county,
        filters: {},
        q: null,
        sort: 'patchKey',
        descending: false,
        columns: null,
      },
      format.value,
      file,
      { known: 1, actor: 'office', now: new Date(), grading: '', synthetic: true, areas: async () => [] },
    ),
  { readOnly: true, isolation: 'repeatable read' },
)
await pool.end()
if (!written.ok) throw new Error(written.refusal.code)
process.stdout.write(`${JSON.stringify({ rows: written.value.rows, mostBytes: process.resourceUsage().maxRSS * 1024 })}\n`)
