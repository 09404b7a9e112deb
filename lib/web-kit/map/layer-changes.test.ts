import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { type LayerChange, type LayerSpec, layerChanges } from './layer-changes.ts'

const layer = (id: string, more: Partial<LayerSpec> = {}): LayerSpec => ({ id, type: 'fill', source: 's', paint: {}, ...more })

/** A map that does as it is told, and minds when it is told nonsense. */
function obey(before: readonly LayerSpec[], changes: readonly LayerChange[]): readonly LayerSpec[] {
  let layers = [...before]
  const place = (layer: LayerSpec, above: string | null) => {
    const at = above === null ? layers.length : layers.findIndex(({ id }) => id === above)
    assert.ok(at >= 0, `there is no layer ${above} to lie below`)
    layers.splice(at, 0, layer)
  }
  const taken = (id: string) => {
    const found = layers.find((layer) => layer.id === id)
    assert.ok(found, `there is no layer ${id}`)
    return found
  }
  for (const change of changes) {
    if (change.do === 'add') {
      assert.ok(!layers.some(({ id }) => id === change.layer.id), 'a layer comes once')
      place(change.layer, change.before)
      continue
    }
    const found = taken(change.id)
    if (change.do === 'remove' || change.do === 'move') layers = layers.filter((layer) => layer !== found)
    if (change.do === 'move') place(found, change.before)
    if (change.do === 'filter') {
      const { filter: _, ...rest } = found
      layers = layers.map((layer) => (layer === found ? (change.filter ? { ...rest, filter: change.filter } : rest) : layer))
    }
    if (change.do === 'paint' || change.do === 'layout') {
      const { [change.name]: _, ...rest } = found[change.do] ?? {}
      const next = change.value === undefined ? rest : { ...rest, [change.name]: change.value }
      layers = layers.map((layer) => (layer === found ? { ...layer, [change.do]: next } : layer))
    }
  }
  return layers
}

test('only what changed is touched', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((id) => layer(id))
  assert.deepEqual(layerChanges([a, b], [a, b]), [])
  assert.deepEqual(layerChanges([a, b], [b, c]), [
    { do: 'remove', id: 'a' },
    { do: 'add', layer: c, before: null },
  ])
  assert.deepEqual(layerChanges([a, b], [a, { ...b, paint: { 'fill-color': '#333' } }]), [
    { do: 'paint', id: 'b', name: 'fill-color', value: '#333' },
  ])
  assert.deepEqual(layerChanges([a], [{ ...a, filter: ['==', 'x', 1] }]), [{ do: 'filter', id: 'a', filter: ['==', 'x', 1] }])
})

test('a layer that changed its source goes and comes again, in its old place', () => {
  const [a, b] = [layer('a'), layer('b')]
  const moved = { ...a, source: 'other' }
  assert.deepEqual(layerChanges([a, b], [moved, b]), [
    { do: 'remove', id: 'a' },
    { do: 'add', layer: moved, before: 'b' },
  ])
})

const anyLayers = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    type: fc.constantFrom('fill' as const, 'line' as const),
    source: fc.constantFrom('s', 't'),
    paint: fc.dictionary(fc.constantFrom('fill-color', 'fill-opacity'), fc.integer({ min: 0, max: 3 }), { noNullPrototype: true }),
  }),
  { selector: ({ id }) => id },
)

test('whatever a map shows, the changes make it show the other', () =>
  fc.assert(
    fc.property(anyLayers, anyLayers, (before, after) => {
      assert.deepEqual(
        obey(before, layerChanges(before, after)).map((layer) => ({ ...layer })),
        after.map((layer) => ({ ...layer })),
      )
    }),
  ))
