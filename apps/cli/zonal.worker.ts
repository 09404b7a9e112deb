/** A thread of `dishu zonal`: for every raster takes blocks beside the others and sends what it holds of zones in several blocks. */
import { parentPort } from 'node:worker_threads'
import { Refused } from '@dishu/base/refusal'
import { openTiff } from '@dishu/formats/geotiff/geotiff'
import { fileSource } from '@dishu/formats/geotiff/source'
import { openWeights, type Share, type Told, workShare } from './zonal-measure.ts'

const say = (told: Told) => parentPort?.postMessage(told)

parentPort?.on('message', async (share: Share) => {
  try {
    const source = fileSource(share.path)
    const tiff = await openTiff(source)
    const weights = share.weights ? await openWeights(share.weights, tiff, source.name) : null
    const work = await workShare(share, tiff, weights)
    source.close()
    say({ rest: work.rest() })
  } catch (cause) {
    if (cause instanceof Refused) say({ refusal: cause.refusal })
    else say({ fault: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) })
  }
})
