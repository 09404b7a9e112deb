/**
 * Works and clusters as stated, laid out as the trees that the solver decides: parcels with the same works lie together, a work that serves the parcels of others encloses
 * them, and where works cross (a drain basin that is no canal district) the crossing part is a copy that may open only when the work itself is open.
 */
import { NO_NEED, type Works } from '@dishu/numeric/allocation/works'
import type { OptionNeeds } from './program-options.ts'

export type WorkToLay = {
  readonly id: string
  /** By stage: what opening brings and uses (accounts with amounts); null where it cannot be opened then. */
  readonly openings: readonly ({
    readonly benefit: number
    readonly uses: readonly (readonly [account: number, amount: number])[]
  } | null)[]
  readonly required: boolean
  readonly least: number
  /** Places of works that must be open by then. */
  readonly after: readonly number[]
}

export type LaidOut = {
  readonly works: Works
  /** Of each work of the layout, the stated one; copies name the same. */
  readonly stated: Int32Array
  /** Rows that were added, by name: limits of 0 after the given ones. */
  readonly links: readonly string[]
}

/**
 * `bundles`: parcels that share a cluster (or one alone), each with the works that its options need; the cluster itself is the last. `needs` of each option.
 * `linkAccount(n)` is the account of the n-th added row.
 */
export function layOut(
  works: readonly WorkToLay[],
  stages: number,
  bundles: readonly { readonly parcels: readonly number[]; readonly works: readonly number[]; readonly cluster: number }[],
  parcels: number,
  options: OptionNeeds,
  linkAccount: (n: number) => number,
): LaidOut {
  const parent: number[] = []
  const stated: number[] = []
  const links: string[] = []
  const extra: (readonly [account: number, amount: number])[][][] = [] // of each laid work, by stage
  const lay = (work: number, above: number): number => {
    parent.push(above)
    stated.push(work)
    extra.push(Array.from({ length: stages }, () => []))
    return parent.length - 1
  }
  /** Laid work `later` is open by a stage only when `earlier` is. */
  const link = (later: number, earlier: number) => {
    for (let t = 0; t < stages; t++) {
      const account = linkAccount(links.length)
      links.push(`${works[stated[later]].id} ≤ ${works[stated[earlier]].id}${stages > 1 ? ` / ${t + 1}` : ''}`)
      for (let s = 0; s <= t; s++) {
        extra[later][s].push([account, 1])
        extra[earlier][s].push([account, -1])
      }
    }
  }
  const serves = works.map((): number[] => [])
  bundles.forEach((bundle, b) => {
    for (const w of new Set(bundle.works)) serves[w].push(b)
  })
  const leaf = new Int32Array(bundles.length).fill(-1)
  const own = new Int32Array(works.length).fill(-1) // where each stated work itself lies
  const copies = new Set<number>()
  const isCluster = new Set(bundles.map(({ cluster }) => cluster))
  const order = works
    .map((_, w) => w)
    .sort((a, b) => Number(isCluster.has(a)) - Number(isCluster.has(b)) || serves[b].length - serves[a].length || a - b)
  for (const w of order) {
    const above = [...new Set(serves[w].map((b) => leaf[b]))]
    if (above.length <= 1) {
      own[w] = lay(w, above[0] ?? -1)
      for (const b of serves[w]) leaf[b] = own[w]
      continue
    }
    own[w] = lay(w, -1)
    for (const place of above) {
      const copy = lay(w, place)
      copies.add(copy)
      link(copy, own[w])
      for (const b of serves[w]) if (leaf[b] === place) leaf[b] = copy
    }
  }
  works.forEach(({ after }, w) => {
    for (const earlier of after) link(own[w], own[earlier])
  })
  const of = new Int32Array(parcels).fill(-1)
  bundles.forEach((bundle, b) => {
    for (const i of bundle.parcels) of[i] = leaf[b]
  })
  const depthOf: number[] = []
  parent.forEach((above, w) => {
    depthOf[w] = above < 0 ? 0 : depthOf[above] + 1
  })
  const depth = 1 + depthOf.reduce((most, each) => Math.max(most, each), 0)
  const need = new Uint8Array(options.end.length * depth).fill(NO_NEED)
  for (let k = 0; k < options.end.length; k++)
    for (let w = of[options.parcel[k]]; w >= 0; w = parent[w])
      for (let n = k === 0 ? 0 : options.end[k - 1]; n < options.end[k]; n++)
        if (stated[w] === options.work[n]) need[k * depth + depthOf[w]] = Math.min(need[k * depth + depthOf[w]], options.latest[n])
  const benefit = new Float64Array(parent.length * stages)
  const start = new Uint32Array(parent.length * stages + 1)
  const row: number[] = []
  const use: number[] = []
  stated.forEach((work, w) => {
    for (let s = 0; s < stages; s++) {
      const opening = works[work].openings[s]
      benefit[w * stages + s] = opening ? (copies.has(w) ? 0 : opening.benefit) : Number.NaN
      const summed = new Map<number, number>()
      for (const [account, amount] of [...(copies.has(w) ? [] : (opening?.uses ?? [])), ...extra[w][s]])
        summed.set(account, (summed.get(account) ?? 0) + amount)
      for (const [account, amount] of summed) {
        row.push(account)
        use.push(amount)
      }
      start[w * stages + s + 1] = row.length
    }
  })
  return {
    works: {
      stages,
      parent: Int32Array.from(parent),
      benefit,
      start,
      row: Uint32Array.from(row),
      use: Float64Array.from(use),
      least: Float64Array.from(stated, (work, w) => (copies.has(w) ? 0 : works[work].least)),
      required: Uint8Array.from(stated, (work, w) => (!copies.has(w) && works[work].required ? 1 : 0)),
      of,
      depth,
      need,
      size: options.size,
    },
    stated: Int32Array.from(stated),
    links,
  }
}
