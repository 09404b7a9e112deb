/** Invented inputs of the zonal bench: a county's parcels with shared, crooked borders, and a scene of a satellite. The same seed gives the same files. */
import { type WkbPolygon, writePolygonWkb } from '@dishu/base/wkb'
import type { Samples } from '@dishu/formats/geotiff/samples'
import { writeGeotiff } from '@dishu/formats/geotiff/write'
import { writeGeoPackage } from '@dishu/formats/write/geopackage'
import { gaussian, seededRandom } from '@dishu/numeric/shared/random'

const EPSG = 4547 // CGCS2000, 3° zone 39
const WEST = 500_000
const SOUTH = 4_100_000

type Place = readonly [number, number]

/** Nodes of a bent grid of cells and the vertices between them; borders are shared vertex by vertex. Millimetres, as surveys write them. */
function bentGrid(columns: number, rows: number, side: number, pieces: () => number, seed: number) {
  const random = seededRandom(seed)
  const [stepX, stepY] = [side / columns, side / rows]
  const rounded = (value: number) => Math.round(value * 1000) / 1000
  const nodes: Place[] = []
  for (let j = 0; j <= rows; j++) {
    for (let i = 0; i <= columns; i++) {
      const dx = i > 0 && i < columns ? (random() - 0.5) * 0.4 : 0
      const dy = j > 0 && j < rows ? (random() - 0.5) * 0.4 : 0
      nodes.push([rounded(WEST + stepX * (i + dx)), rounded(SOUTH + stepY * (j + dy))])
    }
  }
  const node = (i: number, j: number) => nodes[j * (columns + 1) + i]
  /** The vertices strictly between two nodes. */
  const between = ([ax, ay]: Place, [bx, by]: Place, straight: boolean): number[] => {
    const count = straight ? 1 : pieces()
    const points: number[] = []
    for (let s = 1; s < count; s++) {
      const t = (s + (random() - 0.5) * 0.5) / count
      const bend = (random() - 0.5) * 0.24 * Math.min(t, 1 - t, 8 / count)
      points.push(rounded(ax + (bx - ax) * t - (by - ay) * bend), rounded(ay + (by - ay) * t + (bx - ax) * bend))
    }
    return points
  }
  const along: number[][] = []
  const up: number[][] = []
  for (let j = 0; j <= rows; j++)
    for (let i = 0; i <= columns; i++) {
      along.push(i < columns ? between(node(i, j), node(i + 1, j), j === 0 || j === rows) : [])
      up.push(j < rows ? between(node(i, j), node(i, j + 1), i === 0 || i === columns) : [])
    }
  const at = (i: number, j: number) => j * (columns + 1) + i
  /** The closed shell of a cell, and two corners that lie across from each other. */
  return (i: number, j: number) => {
    const [a, b, c, d] = [node(i, j), node(i + 1, j), node(i + 1, j + 1), node(i, j + 1)]
    const shell = [a, along[at(i, j)], b, up[at(i + 1, j)], c, backwards(along[at(i, j + 1)]), d, backwards(up[at(i, j)]), a].flat()
    return { shell, corners: [a, c] as const }
  }
}

const backwards = (points: readonly number[]) => {
  const out: number[] = []
  for (let i = points.length - 2; i >= 0; i -= 2) out.push(points[i], points[i + 1])
  return out
}

/** About `count` parcels on a square of `side` metres, written as a GeoPackage; one in fifty has a pond cut out that is a parcel of its own. Returns how many. */
export async function writeParcels(path: string, count: number, side: number, seed: number): Promise<number> {
  const across = Math.round(Math.sqrt(count / 1.02))
  const random = seededRandom(seed + 1)
  const cell = bentGrid(across, across, side, () => (random() < 0.15 ? 1 : 2 + Math.floor(random() * 8)), seed)
  let id = 0
  const row = (polygon: WkbPolygon) => ({ values: [`P${id++}`], wkb: writePolygonWkb([polygon]) })
  function* rows() {
    for (let j = 0; j < across; j++) {
      for (let i = 0; i < across; i++) {
        const { shell, corners } = cell(i, j)
        if (random() >= 0.02) yield row({ rings: [Float64Array.from(shell)] })
        else {
          const pond = pondIn(corners, side / across, 8 + Math.floor(random() * 16))
          yield row({ rings: [Float64Array.from(shell), Float64Array.from(backwards(pond))] })
          yield row({ rings: [Float64Array.from(pond)] })
        }
      }
    }
  }
  await writeGeoPackage(path, [{ name: 'parcels', fields: [{ name: 'id', type: 'text' }], rows: rows(), geometry: 'polygon', epsg: EPSG }])
  return id
}

function pondIn([a, c]: readonly [Place, Place], step: number, corners: number): number[] {
  const ring: number[] = []
  for (let k = 0; k <= corners; k++) {
    const angle = ((k % corners) / corners) * 2 * Math.PI
    const radius = step * (0.09 + 0.04 * Math.cos(3 * angle))
    ring.push((a[0] + c[0]) / 2 + radius * Math.cos(angle), (a[1] + c[1]) / 2 + radius * Math.sin(angle))
  }
  return ring
}

/** Twenty counties that share the same square, each border of 2000 vertices. */
export async function writeCounties(path: string, side: number, seed: number): Promise<void> {
  const cell = bentGrid(5, 4, side, () => 2000, seed)
  const rows = Array.from({ length: 20 }, (_, k) => ({
    values: [`C${k}`],
    wkb: writePolygonWkb([{ rings: [Float64Array.from(cell(k % 5, Math.floor(k / 5)).shell)] }]),
  }))
  await writeGeoPackage(path, [{ name: 'counties', fields: [{ name: 'id', type: 'text' }], rows, geometry: 'polygon', epsg: EPSG }])
}

/**
 * A scene of `size` × `size` cells of 10 m, uint16 as a satellite delivers it: hills of brightness at three scales, a patchwork, and sensor noise of
 * a standard deviation of 25, which is what makes it cost to decompress.
 */
export async function writeScene(path: string, size: number, bandCount: number, seed: number): Promise<number> {
  const random = seededRandom(seed)
  // each hill is a product of a wave along the rows and one down the columns, so that a cell costs a few multiplications
  const waves = [3, 14, 60].map((turns, k) => {
    const wave = () => {
      const [length, phase] = [((random() + 0.5) * turns * 2 * Math.PI) / size, random() * 7]
      return Float64Array.from({ length: size }, (_, i) => Math.sin(length * i + phase))
    }
    return { along: wave(), down: wave(), height: [500, 300, 120][k] }
  })
  // noise is drawn once and begun at another place in every row and band: drawing it anew would take longer than all the rest
  const noise = Float32Array.from({ length: 1 << 20 }, () => 25 * gaussian(random))
  const rows = (y: number, n: number): Samples[] =>
    Array.from({ length: bandCount }, (_, band) => {
      const cells = new Uint16Array(n * size)
      for (let r = 0; r < n; r++) {
        const shift = Math.floor(random() * noise.length)
        const heights = waves.map(({ down, height }) => height * (0.5 + 0.1 * band) * down[y + r])
        for (let x = 0; x < size; x++) {
          let value = 2000.5 + noise[(shift + x) & (noise.length - 1)]
          for (let k = 0; k < waves.length; k++) value += heights[k] * waves[k].along[x]
          cells[r * size + x] = Math.max(1, Math.min(12_000, value))
        }
      }
      return cells
    })
  const bands = Array.from({ length: bandCount }, (_, i) => ({ name: `B${i + 1}` }))
  return writeGeotiff(
    path,
    {
      width: size,
      height: size,
      bandCount,
      type: 'uint16',
      geotransform: [WEST, 10, 0, SOUTH + 10 * size, 0, -10],
      epsg: EPSG,
      bands,
      rows,
    },
    { overviews: 'none' },
  )
}
