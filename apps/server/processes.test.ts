/** Work that is killed: begun again, and left as lost when it is killed each time. The worker is written into a file by the test. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { workProcesses } from './processes.ts'

const folder = mkdtempSync(join(tmpdir(), 'dishu-processes-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** Kills itself the first `kills` times it is begun; notes every beginning, and the end. */
const worker = join(folder, 'worker.mjs')
writeFileSync(
  worker,
  `import { appendFileSync, readFileSync } from 'node:fs'
process.on('disconnect', () => process.exit(1))
process.on('SIGTERM', () => process.exit(0))
process.once('message', ({ notes, kills, code }) => {
  appendFileSync(notes, 'begun ')
  const begun = readFileSync(notes, 'utf8').split('begun').length - 1
  if (begun <= kills) process.kill(process.pid, 'SIGKILL')
  else if (code === 'wait') setInterval(() => {}, 1000)
  else { appendFileSync(notes, 'ended'); process.exit(code) }
})`,
)

type Order = { readonly notes: string; readonly kills: number; readonly code: number | 'wait' }
const notesOf = (name: string) => join(folder, name)
const said = (notes: string) => (existsSync(notes) ? readFileSync(notes, 'utf8').trim() : '')
async function until(question: () => boolean) {
  for (const end = Date.now() + 30_000; !question(); await pause(10)) if (Date.now() > end) throw new Error('it did not come to that')
}

test('a worker that is killed begins again, two times at most, ever later; one that fails by itself does not', async () => {
  const faults: string[] = []
  const lost: string[] = []
  const work = workProcesses<Order>(pathToFileURL(worker), [], (fault) => faults.push(fault))
  const start = (name: string, kills: number, code: Order['code']) =>
    work.start(name, { notes: notesOf(name), kills, code }, async () => void lost.push(name))
  start('once', 1, 0)
  start('twice', 2, 0)
  start('always', 9, 0)
  start('fails', 0, 1)
  await until(() => said(notesOf('once')).endsWith('ended') && said(notesOf('twice')).endsWith('ended') && lost.length === 2)
  assert.equal(said(notesOf('once')), 'begun begun ended')
  assert.equal(said(notesOf('twice')), 'begun begun begun ended')
  assert.equal(said(notesOf('always')), 'begun begun begun')
  assert.equal(said(notesOf('fails')), 'begun ended')
  assert.deepEqual(lost.sort(), ['always', 'fails'])
  assert.deepEqual(faults.filter((each) => each.includes('in 500 ms')).length, 3)
  assert.deepEqual(faults.filter((each) => each.includes('in 2000 ms')).length, 2)
})

test('work that waits to begin again can be cancelled, and is not begun twice', async () => {
  const lost: string[] = []
  const faults: string[] = []
  const work = workProcesses<Order>(pathToFileURL(worker), [], (fault) => faults.push(fault))
  const order: Order = { notes: notesOf('waits'), kills: 1, code: 'wait' }
  work.start('waits', order, async () => void lost.push('waits'))
  await until(() => faults.length === 1)
  work.start('waits', order, async () => void lost.push('waits'))
  await work.stop('waits')
  await pause(800)
  assert.equal(said(notesOf('waits')), 'begun')
  work.start('waits', order, async () => void lost.push('waits'))
  await until(() => said(notesOf('waits')) === 'begun begun')
  await work.stopAll()
  assert.deepEqual(lost, [])
})
