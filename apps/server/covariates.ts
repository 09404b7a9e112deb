/** Covariates of soil maps out of the register's scenes: bands and indices, clouds cut out, read block by block. */
import { Refused } from '@dishu/base/refusal'
import { fromLonLat } from '@dishu/formats/crs/from-lonlat'
import { allIndices, type Scene } from '@dishu/land/imagery/imagery'
import { crsOf } from '@dishu/land/imagery/imagery.exchange'
import { readOwnIndices, readScenes } from '@dishu/land/imagery/imagery.store'
import { CLEAR } from '@dishu/land/imagery/mask'
import { jobsOf } from '@dishu/land/imagery/measure.jobs'
import { ScenePixels } from '@dishu/land/imagery/pixels.jobs'
import type { CovariateChoice, OpenCovariates } from '@dishu/land/soil/covariates'
import type { CovariateTools } from '@dishu/land/soil/maps.jobs'
import { type Db, onConnection, type Pool } from '@dishu/server-kit/sql'
import type { Vault } from '@dishu/server-kit/vault'

/** Side of a block, cells of the scene: whole tiles of its COG. */
const BLOCK = 512
/** Values of blocks that are kept at a time, single precision: 64 MB. */
const MOST_KEPT = 16_000_000
/** Whatever their day is: which scene explains the soil of a campaign is for the map's maker to say. */
const EVER = { day: '9999-12-31' as never, rev: null }

type Measure = ReturnType<typeof jobsOf>[number]
type Chosen = { readonly scene: Scene; readonly measures: readonly { readonly at: number; readonly job: Measure }[] }

async function everyMeasure(db: Db, county: string) {
  const [scenes, indices] = [await readScenes(db, county, EVER), allIndices(await readOwnIndices(db, county))]
  return scenes.flatMap((scene) => jobsOf(scene, indices).map((job) => ({ scene, job, id: `${scene.id}/${job.measure.id}` })))
}

export function covariateTools({ pool, vault }: { readonly pool: Pool; readonly vault: Vault }): CovariateTools {
  return {
    async list(db, county, language): Promise<CovariateChoice[]> {
      return (await everyMeasure(db, county)).map(({ scene, job: { measure, index }, id }) => ({
        ...{ id, scene: scene.title, takenOn: scene.takenOn, measure: measure.id.replace(/^band:/, '') },
        name: index ? index[language] : measure.id.replace(/^band:/, ''),
      }))
    },
    async open(db, county, ids): Promise<OpenCovariates> {
      const known = await everyMeasure(db, county)
      const scenes = new Map<number, Chosen>()
      for (const [at, id] of ids.entries()) {
        const found = known.find((each) => each.id === id)
        if (!found)
          throw new Refused({
            code: 'soil-map/no-such-covariate',
            details: { covariate: id, there: known.map((each) => each.id).slice(0, 20) },
          })
        const chosen = scenes.get(found.scene.id) ?? { scene: found.scene, measures: [] }
        scenes.set(found.scene.id, { ...chosen, measures: [...chosen.measures, { at, job: found.job }] })
      }
      const opened: SceneBlocks[] = []
      const close = async () => {
        for (const each of opened) await each.close()
      }
      try {
        for (const chosen of scenes.values())
          opened.push(
            new SceneBlocks(await onConnection(pool, (own) => ScenePixels.open(own, vault, county, chosen.scene)), chosen, ids.length),
          )
      } catch (fault) {
        await close()
        throw fault
      }
      const at = async (lonLat: Float64Array) => {
        const out = new Float64Array((lonLat.length / 2) * ids.length).fill(Number.NaN)
        for (const each of opened) await each.fill(lonLat, out, ids.length)
        return out
      }
      return { names: ids, at, close }
    },
  }
}

/** One scene's measures at places, through blocks of its finest grid. */
class SceneBlocks {
  readonly #pixels: ScenePixels
  readonly #measures: Chosen['measures']
  readonly #toGrid: (lonLat: Float64Array) => void
  readonly #kept = new Map<number, readonly Float32Array[]>()
  readonly #most: number

  constructor(pixels: ScenePixels, { scene, measures }: Chosen, all: number) {
    this.#pixels = pixels
    this.#measures = measures
    this.#toGrid = fromLonLat(crsOf(scene.grids[pixels.base]))
    this.#most = Math.max(2, Math.floor(MOST_KEPT / (BLOCK * BLOCK * all)))
  }

  close = () => this.#pixels.close()

  async fill(lonLat: Float64Array, out: Float64Array, q: number): Promise<void> {
    const {
      width,
      height,
      geotransform: [x0, dx, , y0, , dy],
    } = this.#pixels.scene.grids[this.#pixels.base]
    const places = lonLat.slice()
    this.#toGrid(places)
    const across = Math.ceil(width / BLOCK)
    const blocks = new Map<number, number[]>()
    for (let i = 0; i < places.length; i += 2) {
      const [column, row] = [Math.floor((places[i] - x0) / dx), Math.floor((places[i + 1] - y0) / dy)]
      if (!(column >= 0 && row >= 0 && column < width && row < height)) continue
      places[i] = column
      places[i + 1] = row
      const block = Math.floor(row / BLOCK) * across + Math.floor(column / BLOCK)
      const members = blocks.get(block)
      if (members) members.push(i)
      else blocks.set(block, [i])
    }
    for (const [block, members] of [...blocks].sort(([a], [b]) => a - b)) {
      const [left, top] = [(block % across) * BLOCK, Math.floor(block / across) * BLOCK]
      const wide = Math.min(BLOCK, width - left)
      const values = await this.#block(block, { x: left, y: top, width: wide, height: Math.min(BLOCK, height - top) })
      for (const i of members) {
        const cell = (places[i + 1] - top) * wide + (places[i] - left)
        for (const [m, { at }] of this.#measures.entries()) out[(i / 2) * q + at] = values[m][cell]
      }
    }
  }

  async #block(number: number, window: Parameters<ScenePixels['values']>[1]): Promise<readonly Float32Array[]> {
    const kept = this.#kept.get(number)
    this.#kept.delete(number)
    const values = kept ?? (await this.#read(window))
    this.#kept.set(number, values)
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#most) break
      this.#kept.delete(oldest)
    }
    return values
  }

  async #read(window: Parameters<ScenePixels['values']>[1]): Promise<Float32Array[]> {
    const states = await this.#pixels.states(window)
    const out: Float32Array[] = []
    for (const {
      job: { bands, index },
    } of this.#measures) {
      const values = await this.#pixels.values(bands, window)
      const worked = index ? new Float64Array(values[0].length) : values[0]
      if (index) index.evaluate(Object.fromEntries(index.bands.map((role, k) => [role, values[k]])), worked)
      out.push(Float32Array.from(worked, (each, i) => (states === null || states[i] === CLEAR ? each : Number.NaN)))
    }
    return out
  }
}
