/** A program for tests: opens the database of a folder, says so as one line of JSON, and keeps it until a signal comes. */
import { closeOnSignals, openDatabase } from '@dishu/server-kit/embedded'

const [dataDir, role] = process.argv.slice(2)
const opened = await openDatabase({
  dataDir,
  role: role === 'cli' ? 'cli' : 'server',
  durable: process.env.DURABLE === '1',
  onProgress: (step) => console.error(step),
})
if (opened.ok) {
  closeOnSignals(opened.value.close)
  console.log(JSON.stringify({ url: opened.value.url, owner: opened.value.owner, kind: opened.value.kind }))
  setInterval(() => {}, 60_000)
} else {
  console.log(JSON.stringify(opened.refusal))
  process.exitCode = 3
}
