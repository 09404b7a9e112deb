/** A thread of `dishu zonal`: takes blocks beside the others and sends what it holds of zones in several blocks. */
import { parentPort, workerData } from 'node:worker_threads'
import { Refused } from '@dishu/base/refusal'
import { openTiff } from '@dishu/formats/geotiff/geotiff'
import { fileSource } from '@dishu/formats/geotiff/source'
import { openWeights, type Share, workShare } from './zonal-measure.ts'

const share: Share = workerData
try {
  const source = fileSource(share.path)
  const tiff = await openTiff(source)
  const weights = share.weights ? await openWeights(share.weights, tiff, source.name) : null
  const work = await workShare(share, tiff, weights)
  parentPort?.postMessage({ rest: work.rest() })
} catch (cause) {
  if (cause instanceof Refused) parentPort?.postMessage({ refusal: cause.refusal })
  else parentPort?.postMessage({ fault: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) })
}
