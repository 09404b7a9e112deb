import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '@dishu/numeric/shared/random'
import fc from 'fast-check'
import { Mesh } from './mesh.ts'

//  (0,0)–(1000,600), counter-clockwise
const BOX = [0, 0, 1000, 0, 1000, 600, 0, 600]

/** Cuts whatever can be cut at random, with bends, strips and islands. */
function shredded(seed: number, cuts: number): Mesh {
  const random = seededRandom(seed)
  const mesh = new Mesh(BOX)
  for (let i = 0; i < cuts; i++) {
    const face = 1 + Math.floor(random() * (mesh.faces - 1))
    const { x, y, axis, along } = mesh.shape(face)
    if (mesh.hasIslands(face)) continue
    const direction = axis + Math.PI / 2 + (random() - 0.5)
    const bend = random() < 0.5 ? { bend: (t: number, length: number) => 0.05 * length * Math.sin(6 * t), stepM: 20 } : {}
    const room = mesh.clearance(face, x, y)
    if (random() < 0.15 && room > 15) {
      mesh.addIsland(
        face,
        [0, 1, 2, 3, 4].flatMap((k) => [x + room * 0.8 * Math.cos(k * 1.2566), y + room * 0.8 * Math.sin(k * 1.2566)]),
      )
    } else if (random() < 0.3) mesh.strip(face, x, y, direction, along / 30, bend)
    else mesh.cut(face, x, y, direction, bend)
  }
  return mesh
}

const faces = (mesh: Mesh) => Array.from({ length: mesh.faces - 1 }, (_, i) => i + 1)

test('however it is cut, the parts add up to the whole and every point lies in one of them', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 60 }), (seed, cuts) => {
      const mesh = shredded(seed, cuts)
      const total = faces(mesh).reduce((sum, face) => sum + mesh.shape(face).area, 0)
      assert.ok(Math.abs(total - 600_000) < 1e-3, `${total}`)
      const random = seededRandom(seed + 1)
      for (let i = 0; i < 20; i++) {
        const [x, y] = [random() * 1000, random() * 600]
        assert.equal(faces(mesh).filter((face) => mesh.clearance(face, x, y) > 0).length, 1)
      }
    }),
    { numRuns: 60 },
  )
})

test('every side has the same two vertices on both sides', () => {
  const mesh = shredded(5, 400)
  assert.ok(mesh.faces > 100)
  const sides = new Set<string>()
  for (const face of faces(mesh)) {
    for (const ring of mesh.rings(face)) {
      for (let i = 0; i + 3 < ring.length; i += 2) {
        const side = ring.slice(i, i + 4).join()
        assert.ok(!sides.has(side), 'a side belongs to one face')
        sides.add(side)
      }
    }
  }
  for (const side of sides) {
    const [ax, ay, bx, by] = side.split(',').map(Number)
    const outer = (ax === bx && (ax === 0 || ax === 1000)) || (ay === by && (ay === 0 || ay === 600))
    assert.equal(sides.has([bx, by, ax, ay].join()), !outer)
  }
})

test('a strip has its width and lies between its neighbours', () => {
  //  ┌────┬─┬────┐
  //  │  L │ │ R  │   cut northwards at x = 500, 12 m wide: R begins at 512
  //  └────┴─┴────┘
  const mesh = new Mesh(BOX)
  const cut = mesh.strip(1, 500, 300, Math.PI / 2, 12)
  assert.ok(cut && cut.between !== null)
  const areas = [cut.left, cut.between, cut.right].map((face) => Math.round(mesh.shape(face).area))
  assert.deepEqual(areas, [500 * 600, 12 * 600, 488 * 600])
})

test('an island is taken out of the face around it', () => {
  const mesh = new Mesh(BOX)
  const island = mesh.addIsland(1, [100, 100, 200, 100, 200, 150, 100, 150])
  assert.equal(mesh.shape(island).area, 5000)
  assert.equal(mesh.shape(1).area, 595_000)
  assert.equal(mesh.rings(1).length, 2)
  assert.equal(mesh.clearance(1, 150, 125), -25)
})

test('the outline of a group of faces has no side between them', () => {
  const mesh = new Mesh(BOX)
  const first = mesh.cut(1, 500, 300, Math.PI / 2)
  assert.ok(first)
  const second = mesh.cut(first.right, 750, 300, 0)
  assert.ok(second)
  const all = mesh.outlines(() => 0).get(0) ?? []
  assert.equal(all.length, 1)
  assert.equal(all[0].length / 2, 4 + 3 + 1, 'four corners, three ends of cuts, closed')
  assert.deepEqual([...mesh.outlines((face) => (face === second.left ? 7 : -1)).keys()], [7])
})

test('a rectangle is as long and as wide as it is', () => {
  const { area, x, y, axis, along, across } = new Mesh(BOX).shape(1)
  const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9, `${a} ${b}`)
  near(area, 600_000)
  near(x, 500)
  near(y, 300)
  near(axis, 0)
  near(along, 1000)
  near(across, 600)
})
