/**
 * The ground of the invented county: its outline, a river, towns and villages, roads and canals, and every patch with its class.
 * Salt and water are smooth fields over the plane; what grows or lies where follows from them, and the soil samples read the same fields.
 */
import { seededRandom } from '@dishu/numeric/shared/random'
import { BLOCKS, ISLANDS, pick } from './cover.ts'
import { meander, outline } from './lines.ts'
import { type Cut, Mesh } from './mesh.ts'
import { round4, smoothField } from './plane.ts'

export type Ground = {
  readonly mesh: Mesh
  /** Of each face: its class (GB/T 21010-2017), '' for the outside. */
  readonly classOf: readonly string[]
  readonly villageOf: readonly number[]
  readonly townOf: readonly number[] // of each village
  readonly widthOf: ReadonlyMap<number, number> // of the long narrow faces: roads, canals, the river, in metres
  readonly settled: ReadonlyMap<number, '201' | '202' | '203'> // faces inside a town or village, CZCSXM
  readonly salinity: (x: number, y: number) => number // 0…1
  readonly wetness: (x: number, y: number) => number
  readonly centre: readonly [number, number]
}

/** 45.3° N, 123.9° E in EPSG:4529, rounded to 500 m. */
const CENTRE: readonly [number, number] = [41_570_500, 5_018_000]
/** 6 ha a patch, until the county has the size of the real neighbour (4 800 km²); from there on patches get smaller instead. */
const PATCH_M2 = 60_000
const COUNTY_M2 = 4.8e9
const VILLAGE_M2 = 8.5e6
const TOWN_M2 = 86e6

/** Makes the ground for about `size` patches. The same seed and size give the same coordinates to the last digit. */
export function divide(seed: number, size: number): Ground {
  const surveyor = new Surveyor(seed, size)
  surveyor.drawRiver()
  surveyor.drawTowns()
  surveyor.drawVillages()
  surveyor.drawBlocks()
  surveyor.shareStrips()
  surveyor.settle()
  surveyor.drawFields()
  return surveyor
}

class Surveyor implements Ground {
  readonly mesh: Mesh
  readonly classOf: string[] = ['', '']
  readonly villageOf: number[] = [-1, -1]
  readonly townOf: number[] = []
  readonly widthOf = new Map<number, number>()
  readonly settled = new Map<number, '201' | '202' | '203'>()
  readonly salinity: (x: number, y: number) => number
  readonly wetness: (x: number, y: number) => number
  readonly centre = CENTRE
  readonly #random: () => number
  readonly #area: number
  readonly #patch: number // mean area of a patch
  readonly #size: number
  #open = [1] // faces still to be divided
  #towns: number[] = [-1, -1] // town of each face
  #strips: number[] = [] // faces of county and towns that lie in no village yet

  constructor(seed: number, size: number) {
    this.#random = seededRandom(seed)
    this.#size = size
    this.#area = Math.min(size * PATCH_M2, COUNTY_M2)
    this.#patch = this.#area / size
    this.salinity = smoothField(seed ^ 0x5a17, 5200)
    this.wetness = smoothField(seed ^ 0x3a7e, 7400)
    this.mesh = new Mesh(outline(this.#area, CENTRE, this.#random))
  }

  drawRiver() {
    const width = Math.min(140, Math.sqrt(this.#area) / 180)
    for (const bend of [0.05, 0.04, 0.03, 0.02, 0.01, 0]) {
      const cut = this.#divide(1, { width, landClass: '1101', bend, turnBy: 1.2, stepM: Math.max(60, width) })
      if (!cut) continue
      this.#open = [cut.left, cut.right]
      return
    }
  }

  drawTowns() {
    this.#divideLargest(Math.max(1, Math.round(this.#area / TOWN_M2)), () => {
      const lot = this.#random()
      if (lot < 0.3) return { width: 22, landClass: '1107', bend: 0.01 }
      if (lot < 0.65) return { width: 14, landClass: '1003', bend: 0.012 }
      return { bend: 0.035 }
    })
    this.#open.forEach((face, town) => {
      this.#towns[face] = town
    })
  }

  drawVillages() {
    this.#divideLargest(Math.max(3, this.#open.length, Math.round(this.#area / VILLAGE_M2)), () => {
      const lot = this.#random()
      if (lot < 0.35) return { width: 7, landClass: '1006', bend: 0.006 }
      if (lot < 0.55) return { width: 11, landClass: '1107', bend: 0.006 }
      return { bend: 0.02 }
    })
    this.#open.forEach((face, village) => {
      this.villageOf[face] = village
      this.townOf[village] = this.#towns[face]
    })
  }

  /** Villages fall into blocks between farm roads, ditches and shelterbelts. */
  drawBlocks() {
    const blocks: number[] = []
    while (this.#open.length > 0) {
      const face = this.#open.pop() ?? 0
      const target = 11 * this.#patch * (0.7 + 0.6 * this.#random())
      const lot = this.#random()
      const narrow = Math.min(1, Math.sqrt(this.#patch / PATCH_M2) + 0.25)
      const line =
        lot < 0.42
          ? { width: 6 * narrow, landClass: '1006', bend: 0 }
          : lot < 0.72
            ? { width: 8 * narrow, landClass: '1107', bend: 0 }
            : lot < 0.84
              ? { width: 18 * narrow, landClass: '0301', bend: 0 }
              : { bend: 0.012 }
      const cut = this.mesh.shape(face).area > 1.45 * target ? this.#divide(face, line) : null
      if (cut) this.#open.push(cut.left, cut.right)
      else blocks.push(face)
    }
    this.#open = blocks
  }

  /** The river, main canals and highways are counted village by village: cut to pieces, each with the village it runs along most. */
  shareStrips() {
    const waiting = this.#strips
    this.#strips = []
    while (waiting.length > 0) {
      const face = waiting.pop() ?? 0
      const cut = this.mesh.perimeter(face) > 3600 ? this.mesh.halve(face) : null
      if (!cut) this.#strips.push(face)
      else {
        this.#inherit(face, cut)
        waiting.push(cut.left, cut.right)
      }
    }
    for (let round = 0; round < 4; round++) {
      for (const face of this.#strips) {
        if (this.villageOf[face] < 0) this.villageOf[face] = this.mesh.mainNeighbour(face, (other) => this.villageOf[other])
      }
    }
  }

  /** Each village gets its houses, on the block nearest to its middle; the first of a town is the town's seat. */
  settle() {
    const middles = this.townOf.map(() => ({ x: 0, y: 0, area: 0, best: -1, distance: Infinity }))
    const shapes = this.#open.map((face) => ({ face, ...this.mesh.shape(face) }))
    for (const { face, x, y, area } of shapes) {
      const middle = middles[this.villageOf[face]]
      middle.x += x * area
      middle.y += y * area
      middle.area += area
    }
    for (const { face, x, y } of shapes) {
      const middle = middles[this.villageOf[face]]
      const distance = Math.hypot(x - middle.x / middle.area, y - middle.y / middle.area)
      if (distance < middle.distance) Object.assign(middle, { best: face, distance })
    }
    const seats = new Set<number>()
    middles.forEach(({ best, area }, village) => {
      if (best < 0) return
      const isSeat = !seats.has(this.townOf[village])
      seats.add(this.townOf[village])
      this.#build(best, area * (isSeat ? 0.05 : 0.03), isSeat ? (this.townOf[village] === 0 ? '201' : '202') : '203')
    })
  }

  #build(block: number, wanted: number, kind: '201' | '202' | '203') {
    this.#open.splice(this.#open.indexOf(block), 1)
    let home = block
    for (let guard = 0; guard < 8 && this.mesh.shape(home).area > 1.6 * wanted; guard++) {
      const cut = this.#divide(home, { bend: 0 })
      if (!cut) break
      home = this.#random() < 0.5 ? cut.left : cut.right
      this.#open.push(home === cut.left ? cut.right : cut.left)
    }
    const lots = [home]
    const done: number[] = []
    const lotSize = Math.max(wanted / (kind === '203' ? 4 : 9), this.#patch / 8)
    while (lots.length > 0) {
      const face = lots.pop() ?? 0
      const lane = this.#random() < 0.6
      const cut =
        this.mesh.shape(face).area > 1.4 * lotSize
          ? this.#divide(face, lane ? { width: 5, landClass: '1004', bend: 0 } : { bend: 0 })
          : null
      if (cut) {
        lots.push(cut.left, cut.right)
        if (cut.between !== null) this.settled.set(cut.between, kind)
      } else done.push(face)
    }
    const uses =
      kind === '203' ? ['0702', '0702', '0702', '0809', '0803'] : ['0701', '0701', '0501', '08H1', '0601', '0810', '0508', '0803', '0702']
    done.forEach((face, i) => {
      this.classOf[face] = uses[i % uses.length]
      this.settled.set(face, kind)
    })
  }

  /** Blocks are ranked by salt and water, become bare, grass, marsh or cropland by quota, and fall into fields. */
  drawFields() {
    const blocks = this.#open.map((face) => ({ face, ...this.mesh.shape(face), kind: '' }))
    const total = blocks.reduce((sum, block) => sum + block.area, 0)
    const take = (share: number, kind: string, score: (x: number, y: number) => number, from = '') => {
      const ranked = blocks.filter((block) => block.kind === from).sort((a, b) => score(b.x, b.y) - score(a.x, a.y))
      let taken = 0
      for (const block of ranked) {
        if (taken + block.area / 2 > share * total) break
        block.kind = kind
        taken += block.area
      }
    }
    const { salinity, wetness } = this
    take(0.012, 'lake', wetness)
    take(0.078, 'wet', (x, y) => wetness(x, y) + 0.25 * salinity(x, y))
    take(0.21, 'saline', salinity)
    take(0.15, 'grass', (x, y) => salinity(x, y) + 0.1 * wetness(y, x))
    take(0.14, 'paddy', wetness)
    take(0.08, 'irrigated', wetness)
    for (const block of blocks) block.kind ||= 'dry'
    // as many fields as are still wanted; islands come on top of them (7 % of the patches)
    const weight = blocks.reduce((sum, block) => sum + block.area / BLOCKS[block.kind].size, 0)
    const fieldArea = (weight / Math.max(blocks.length, (this.#size - (this.mesh.faces - 1 - blocks.length)) / 1.07)) * FIELD_SIZE
    for (const { face, kind, axis } of blocks) this.#drawBlock(face, kind, axis, fieldArea)
  }

  #drawBlock(block: number, kind: string, axis: number, fieldArea: number) {
    const { size, natural, mix } = BLOCKS[kind]
    const waiting = [block]
    while (waiting.length > 0) {
      const face = waiting.pop() ?? 0
      const { area } = this.mesh.shape(face)
      const cut = area > 1.4 * size * fieldArea ? this.#divide(face, { bend: natural ? 0.03 : 0, ...(natural ? {} : { axis }) }) : null
      if (cut) {
        waiting.push(cut.left, cut.right)
        continue
      }
      this.classOf[face] = pick(mix, this.#random())
      if (natural && (kind === 'lake' || this.#random() < 0.3)) this.#drawIsland(face)
    }
  }

  #drawIsland(face: number) {
    const mix = ISLANDS[this.classOf[face]]
    if (!mix) return
    const { x, y, along, across, axis } = this.mesh.shape(face)
    let best = { x, y, room: 0 }
    for (let i = 0; i < 8; i++) {
      const [u, v] = [(this.#random() - 0.5) * along * 0.6, (this.#random() - 0.5) * across * 0.4]
      const [px, py] = [x + u * Math.cos(axis) - v * Math.sin(axis), y + u * Math.sin(axis) + v * Math.cos(axis)]
      const room = this.mesh.clearance(face, px, py)
      if (room > best.room) best = { x: px, y: py, room }
    }
    if (best.room < Math.min(30, Math.sqrt(this.#patch) / 7)) return
    const n = Math.max(9, Math.min(48, Math.round(best.room / 7)))
    const [p1, p2] = [this.#random() * 6.28, this.#random() * 6.28]
    const ring: number[] = []
    for (let i = 0; i < n; i++) {
      const angle = (2 * Math.PI * i) / n
      const radius = best.room * (0.72 + 0.12 * Math.sin(2 * angle + p1) + 0.08 * Math.sin(3 * angle + p2))
      ring.push(round4(best.x + radius * Math.cos(angle)), round4(best.y + radius * Math.sin(angle)))
    }
    const island = this.mesh.addIsland(face, ring)
    this.classOf[island] = pick(mix, this.#random())
    this.villageOf[island] = this.villageOf[face]
    this.#towns[island] = this.#towns[face]
  }

  #divideLargest(count: number, line: () => Line) {
    const area = new Map(this.#open.map((face) => [face, this.mesh.shape(face).area]))
    const stuck: number[] = []
    while (this.#open.length > 0 && this.#open.length + stuck.length < count) {
      this.#open.sort((a, b) => (area.get(b) ?? 0) - (area.get(a) ?? 0))
      const face = this.#open.shift() ?? 0
      const cut = this.#divide(face, line())
      if (!cut) {
        stuck.push(face)
        continue
      }
      for (const part of [cut.left, cut.right]) {
        area.set(part, this.mesh.shape(part).area)
        this.#open.push(part)
      }
      if (cut.between !== null) this.#strips.push(cut.between)
    }
    this.#open.push(...stuck)
  }

  /** Cuts a face about in half across its longer axis (or the block's), trying other places and straighter lines until one is clean. */
  #divide(face: number, line: Line): Cut | null {
    const { x, y, axis: own, along, across } = this.mesh.shape(face)
    const random = this.#random
    for (let attempt = 0; attempt < 14; attempt++) {
      let direction = own + Math.PI / 2 + (random() - 0.5) * (line.bend > 0 ? 0.5 : 0.12) + (line.turnBy ?? 0) * (random() - 0.5)
      if (line.axis !== undefined) {
        // fields of a block lie square to each other: the block's own axis, or across it, whichever is nearer
        const quarter = Math.round((own + Math.PI / 2 - line.axis) / (Math.PI / 2))
        direction = line.axis + (quarter * Math.PI) / 2 + (random() - 0.5) * 0.02 * (attempt + 1)
      }
      const shift = (random() - 0.5) * along * (0.22 + 0.03 * attempt)
      const side = attempt < 4 ? 0 : (random() - 0.5) * across * 0.6
      const px = x + shift * Math.cos(own) - side * Math.sin(own)
      const py = y + shift * Math.sin(own) + side * Math.cos(own)
      const amplitude = (line.bend * (14 - attempt)) / 14
      const options = amplitude > 0 ? { bend: meander(random, amplitude), stepM: line.stepM ?? 70 } : {}
      const cut = line.width
        ? this.mesh.strip(face, px, py, direction, line.width, options)
        : this.mesh.cut(face, px, py, direction, options)
      if (!cut) continue
      this.#inherit(face, cut)
      if (cut.between !== null && line.width && line.landClass) {
        this.classOf[cut.between] = line.landClass
        this.widthOf.set(cut.between, line.width)
        if (line.landClass === '1101') this.#strips.push(cut.between)
      }
      return cut
    }
    return null
  }

  #inherit(face: number, cut: Cut) {
    const [village, town, landClass, width] = [this.villageOf[face], this.#towns[face], this.classOf[face], this.widthOf.get(face)]
    for (const part of [cut.left, cut.right, cut.between]) {
      if (part === null) continue
      this.villageOf[part] = village
      this.#towns[part] = town
      this.classOf[part] = landClass
      if (width) this.widthOf.set(part, width)
    }
  }
}

type Line = {
  readonly bend: number // amplitude as a share of the length
  readonly width?: number
  readonly landClass?: string
  readonly turnBy?: number
  readonly stepM?: number
  readonly axis?: number
}

/** A field's mean area over the cut-while-larger rule's target, found by measuring (see the test that counts patches). */
const FIELD_SIZE = 1.07
