/**
 * A layer drawn over public web maps: every place displaced by the public map shift of China (GCJ-02), some hundred metres. The whole county
 * is displaced at once, so nothing inside the layer looks wrong; only its boundary tells. It must be asked about, and nothing written before.
 */
import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { generateSample } from '@dishu/land/sample/sample'
import { SAMPLE_FILES, writeSample } from '@dishu/land/sample/sample.exchange'
import { toGcj02 } from '@dishu/numeric/geodesy/gcj02'
import { fromZone, toZone } from '@dishu/numeric/geodesy/zone'
import { dishuJson, type ImportReply, openFolder, registerHash, temporaryFolder } from './acceptance.testing.ts'
import { EXIT } from './terminal.ts'

const ZONE_41 = { centralMeridian: 123, falseEasting: 41_500_000 }

/** A shapefile of polygons in zone 41 with every vertex shifted: records and their order stay as they are. */
function shiftShapefile(bytes: Buffer): Buffer {
  const to = Buffer.from(bytes)
  for (let at = 100; at < to.length; ) {
    const length = to.readUInt32BE(at + 4) * 2
    const [parts, points] = [to.readUInt32LE(at + 8 + 36), to.readUInt32LE(at + 8 + 40)]
    const box = [Infinity, Infinity, -Infinity, -Infinity]
    for (let p = 0, place = at + 8 + 44 + 4 * parts; p < points; p++, place += 16) {
      const lonLat = fromZone(Float64Array.of(to.readDoubleLE(place), to.readDoubleLE(place + 8)), ZONE_41)
      const [x, y] = toZone(toGcj02(lonLat), ZONE_41)
      to.writeDoubleLE(x, place)
      to.writeDoubleLE(y, place + 8)
      box.splice(0, 4, Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y))
    }
    for (let i = 0; i < 4; i++) to.writeDoubleLE(box[i], at + 8 + 4 + 8 * i)
    at += 8 + length
  }
  return to
}

test('a county’s survey layer in GCJ-02 is asked about and not written; told to, it goes in with the shift in its notes', async () => {
  const root = temporaryFolder()
  const sample = join(root, 'sample')
  await writeSample(generateSample(11, 600), sample)
  const folder = join(root, 'shifted')
  mkdirSync(folder)
  const stem = SAMPLE_FILES.patches.replace(/\.shp$/, '')
  for (const ending of ['.dbf', '.shx', '.prj', '.cpg']) copyFileSync(join(sample, stem + ending), join(folder, stem + ending))
  writeFileSync(join(folder, SAMPLE_FILES.patches), shiftShapefile(readFileSync(join(sample, SAMPLE_FILES.patches))))

  const open = await openFolder(join(root, 'data'))
  after(() => open.close())
  const at = ['--data', open.data]
  await dishuJson(['import', join(sample, SAMPLE_FILES.areas), '--yes', ...at])
  const before = await registerHash(open.pool)

  const asked = await dishuJson<ImportReply>(['import', join(folder, SAMPLE_FILES.patches), '--yes', ...at], EXIT.unanswered)
  assert.ok(asked.import.questions.some(({ id }) => id.startsWith('shifted:')))
  const notes = asked.import.layers[0].notes
  const note = notes.find(({ code }) => code === 'intake/shift-suspected')
  assert.ok(note, JSON.stringify(notes))
  assert.equal(await registerHash(open.pool), before)

  const taken = await dishuJson<ImportReply>(['import', join(folder, SAMPLE_FILES.patches), '--yes', '--accept-shift', ...at])
  assert.equal(taken.revisions?.length, 1)
  assert.ok(taken.import.layers[0].notes.some(({ code }) => code === 'intake/shift-suspected'))

  // as the survey drew it, the same layer is not asked about
  const right = await dishuJson<ImportReply>(['import', join(sample, SAMPLE_FILES.patches), '--yes', ...at])
  assert.ok(!right.import.layers[0].notes.some(({ code }) => code === 'intake/shift-suspected'))
})
