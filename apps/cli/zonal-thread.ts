/** Threads of `dishu zonal` beside the first: what they are asked, and how. */
import { Worker } from 'node:worker_threads'
import { Refused } from '@dishu/base/refusal'
import type { Value } from '@dishu/formats/layers'
import type { PagedLayer } from '@dishu/formats/sqlite/layer-pages'
import type { ZonalRest } from '@dishu/numeric/zonal/zonal'
import type { LayerPart, PrepareShare } from './zonal-layer.ts'
import type { Share } from './zonal-measure.ts'
import type { Part } from './zonal-rows.ts'

/** A thread keeps the coordinates and names of the rows it has read. */
export type Asks = {
  /** Reads a share of the layer's pages. Coordinates and names stay with the thread. */
  read: { readonly asked: { readonly paged: PagedLayer; readonly from: number; readonly to: number }; readonly answer: ReadShare }
  /** Puts its coordinates among those of all, where they begin at `vertex`; `rowsBefore` rows lie before its own. */
  place: { readonly asked: { readonly xy: Float64Array; readonly vertex: number; readonly rowsBefore: number }; readonly answer: null }
  /** Brings coordinates of zones `from` … `to` − 1 to cells, and says of the zones what blocks ask. */
  prepare: { readonly asked: PrepareShare; readonly answer: null }
  names: { readonly asked: object; readonly answer: readonly Value[] }
  /** Takes blocks of one raster. */
  measure: { readonly asked: { readonly share: Share }; readonly answer: ZonalRest }
  /** Lines of CSV of the zones it has read, the first of which is `first`; bytes of them. They are then written where they belong. */
  text: { readonly asked: { readonly parts: readonly Part[]; readonly first: number }; readonly answer: number }
  write: { readonly asked: { readonly path: string; readonly position: number }; readonly answer: null }
}

type Shapes = { readonly rings: Uint32Array; readonly shells: Uint8Array; readonly zones: Uint32Array }
export type ReadShare = Shapes & Pick<LayerPart, 'leftOut' | 'rows'> & { readonly vertices: number }

export type Ask = { [K in keyof Asks]: { readonly ask: K } & Asks[K]['asked'] }[keyof Asks]
export type Told = { readonly answer: unknown } | { readonly refusal: Refused['refusal'] } | { readonly fault: string }

/** A thread beside this one. It is begun before there is work for it: its code is loaded while this one opens the files. */
export class Thread {
  readonly #worker = new Worker(new URL('./zonal.worker.ts', import.meta.url))
  #done: (answer: unknown) => void = () => {}
  #failed: (problem: unknown) => void = () => {}
  #ended: Error | null = null

  constructor() {
    this.#worker.on('message', (told: Told) => {
      if ('answer' in told) this.#done(told.answer)
      else this.#failed('refusal' in told ? new Refused(told.refusal) : new Error(told.fault))
    })
    this.#worker.on('error', (problem) => this.#end(problem instanceof Error ? problem : new Error(String(problem))))
    this.#worker.on('exit', () => this.#end(new Error('a thread ended before it was done')))
  }

  #end(problem: Error): void {
    this.#ended ??= problem
    this.#failed(this.#ended)
  }

  /** A thread is asked one thing at a time. */
  ask<K extends keyof Asks>(asked: { readonly ask: K } & Asks[K]['asked']): Promise<Asks[K]['answer']> {
    const answer = new Promise<unknown>((done, failed) => {
      this.#done = done
      this.#failed = failed
      if (this.#ended) failed(this.#ended)
      else this.#worker.postMessage(asked)
    })
    answer.catch(() => {}) // heard when all are awaited
    return answer as Promise<Asks[K]['answer']>
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }
}
