/** Well-known text of coordinate systems (WKT 1, Esri's and WKT 2), read as a tree of nodes. */

export type WktNode = { readonly name: string; readonly items: readonly (WktNode | string | number)[] }

const LONGEST = 20_000
const DEEPEST = 20

/** The tree of a WKT; null where it is not one. Brackets may be square or round. */
export function parseWkt(text: string): WktNode | null {
  if (text.length > LONGEST) return null
  let at = 0
  const blank = () => {
    while (at < text.length && /[\s,]/.test(text[at])) at++
  }
  const value = (depth: number): WktNode | string | number | null => {
    blank()
    if (text[at] === '"') {
      let out = ''
      for (at++; at < text.length; at++) {
        if (text[at] === '"') {
          if (text[at + 1] !== '"') break
          at++
        }
        out += text[at]
      }
      at++
      return out
    }
    const word = /^[^\s,()[\]"]+/.exec(text.slice(at, at + 200))?.[0]
    if (!word) return null
    at += word.length
    blank()
    if (text[at] !== '[' && text[at] !== '(') return Number.isFinite(Number(word)) ? Number(word) : word
    if (depth > DEEPEST) return null
    at++
    const items: (WktNode | string | number)[] = []
    for (;;) {
      blank()
      if (at >= text.length) return null
      if (text[at] === ']' || text[at] === ')') {
        at++
        return { name: word.toUpperCase(), items }
      }
      const item = value(depth + 1)
      if (item === null) return null
      items.push(item)
    }
  }
  const root = value(0)
  return root !== null && typeof root === 'object' ? root : null
}

export const isNode = (item: WktNode | string | number | undefined): item is WktNode => typeof item === 'object'

/** The first child with one of these names. */
export const child = (node: WktNode | undefined, ...names: string[]): WktNode | undefined =>
  node?.items.find((item): item is WktNode => isNode(item) && names.includes(item.name))

/** A node's own title, its first text. */
export const title = (node: WktNode | undefined): string => {
  const first = node?.items[0]
  return typeof first === 'string' ? first : ''
}

/** The EPSG code a node states for itself; of a child's code it says nothing. */
export function epsgOf(node: WktNode): number | null {
  const id = child(node, 'AUTHORITY', 'ID')
  if (!id || String(id.items[0]).toUpperCase() !== 'EPSG') return null
  const code = Number(id.items[1])
  return Number.isInteger(code) && code > 0 ? code : null
}

/** Parameters of a projection by lower-case name with underscores: `central_meridian`, `false_easting`. */
export function parametersOf(node: WktNode): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  const holder = child(node, 'CONVERSION') ?? node
  for (const item of holder.items) {
    if (!isNode(item) || item.name !== 'PARAMETER') continue
    const [name, value] = item.items
    if (typeof name === 'string' && typeof value === 'number') found.set(name.toLowerCase().replaceAll(' ', '_'), value)
  }
  return found
}
