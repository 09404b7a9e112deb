/**
 * What has to happen to a map that shows `before` so that it shows `after`. Pure: it is tested without a map.
 */
export type Paint = Readonly<Record<string, unknown>>
export type LayerSpec = {
  readonly id: string
  readonly type: 'fill' | 'line' | 'circle' | 'symbol' | 'raster'
  readonly source: string
  readonly sourceLayer?: string
  readonly filter?: readonly unknown[]
  readonly paint: Paint
  readonly layout?: Paint
  readonly minzoom?: number
  readonly maxzoom?: number
}

export type LayerChange =
  | { readonly do: 'remove'; readonly id: string }
  | { readonly do: 'add'; readonly layer: LayerSpec; readonly before: string | null } // null: on top
  | { readonly do: 'move'; readonly id: string; readonly before: string | null }
  | { readonly do: 'filter'; readonly id: string; readonly filter: readonly unknown[] | null }
  | { readonly do: 'paint' | 'layout'; readonly id: string; readonly name: string; readonly value: unknown } // undefined: back to the default

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** A layer whose type, source or zoom range changed is another layer: it goes and comes again. */
const sameKind = (a: LayerSpec, b: LayerSpec) =>
  a.type === b.type && a.source === b.source && a.sourceLayer === b.sourceLayer && a.minzoom === b.minzoom && a.maxzoom === b.maxzoom

function propertyChanges(kind: 'paint' | 'layout', id: string, was: Paint = {}, is: Paint = {}): readonly LayerChange[] {
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((name) => !same(was[name], is[name]))
    .map((name) => ({ do: kind, id, name, value: is[name] }))
}

/** The steps, in the order in which they are to be done. Ids are unique within a list; the last layer lies on top. */
export function layerChanges(before: readonly LayerSpec[], after: readonly LayerSpec[]): readonly LayerChange[] {
  const was = new Map(before.map((layer) => [layer.id, layer]))
  const is = new Map(after.map((layer) => [layer.id, layer]))
  const stays = (layer: LayerSpec) => {
    const other = is.get(layer.id)
    return other !== undefined && sameKind(layer, other)
  }
  const changes: LayerChange[] = before.filter((layer) => !stays(layer)).map((layer) => ({ do: 'remove', id: layer.id }))

  // from the top down: what belongs above is already in its place when a layer comes
  const order = before.filter(stays).map((layer) => layer.id)
  for (let i = after.length - 1; i >= 0; i--) {
    const layer = after[i]
    const above = after[i + 1]?.id ?? null
    const at = order.indexOf(layer.id)
    if (at < 0) {
      changes.push({ do: 'add', layer, before: above })
      order.splice(above === null ? order.length : order.indexOf(above), 0, layer.id)
      continue
    }
    if ((order[at + 1] ?? null) !== above) {
      changes.push({ do: 'move', id: layer.id, before: above })
      order.splice(at, 1)
      order.splice(above === null ? order.length : order.indexOf(above), 0, layer.id)
    }
    const old = was.get(layer.id)
    if (!old) continue
    if (!same(old.filter, layer.filter)) changes.push({ do: 'filter', id: layer.id, filter: layer.filter ?? null })
    changes.push(
      ...propertyChanges('paint', layer.id, old.paint, layer.paint),
      ...propertyChanges('layout', layer.id, old.layout, layer.layout),
    )
  }
  return changes
}
