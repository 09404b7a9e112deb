/**
 * A plan over several years, as people and files state it: limits, accounts that draw on many limits at once, canals, works that must be
 * opened before what needs them, clusters that are taken with a least area or not at all, and parcels with their options. The format of
 * docs/methods/plan.md; `plan.ts` reads and checks it, and makes of it the arrays that the solver takes.
 *
 * Ids are free text. Limits, accounts and the periods of networks share one set of names, to which `uses` and `draws` refer.
 */

/** Names of what the options use, and how much: ids of limits, of accounts, or `network/node/period`. Amounts are zero or more. */
export type Uses = Readonly<Record<string, number>>

/** A limit on what is used together (`atMost`), or a target for what is brought (`atLeast`). `kind` is what scenarios scale together: water, money, … */
export type StatedLimit = {
  readonly id: string
  readonly unit?: string
  readonly kind?: string
  readonly atMost?: number
  readonly atLeast?: number
}

/** What one unit of the account draws on limits, networks and other accounts: the water of one 亩 of a crop in a district, month by month. */
export type StatedAccount = { readonly id: string; readonly unit?: string; readonly draws: Uses }

/** A canal from node to node: of what enters, `efficiency` (0–1] arrives. `capacity`: what may enter in each period; one number for all, or by period. */
export type StatedReach = {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly efficiency: number
  readonly capacity?: number | Readonly<Record<string, number>>
  /** Money for each unit that enters: pumping. Counted against the objective. */
  readonly cost?: number
}

/** Water that may enter the network at a node, in each period. */
export type StatedSource = {
  readonly id: string
  readonly node: string
  readonly volume: Readonly<Record<string, number>>
  /** What it keeps from one period of a chain to the next, at most, and the share of that which is lost on the way. */
  readonly keeps?: number
  readonly loses?: number
}

/** Sources that together give no more than so much over some periods: a zone's groundwater in a year. */
export type StatedTogether = {
  readonly id: string
  readonly sources: readonly string[]
  readonly periods: readonly string[]
  readonly atMost: number
}

/**
 * Canals and what flows in them, or drains and their salt. Periods are of the caller's making (`2027/P75/06`: year, year type, month); what sources keep is carried
 * along `chains`, lists of periods that follow each other, from nothing at the beginning. Where each node has one reach leading to it, what is used there is charged to every reach on the way; otherwise flows are decided with the plan.
 */
export type StatedNetwork = {
  readonly id: string
  readonly unit?: string
  readonly kind?: string
  readonly periods: readonly string[]
  readonly reaches: readonly StatedReach[]
  readonly sources: readonly StatedSource[]
  readonly chains?: readonly (readonly string[])[]
  readonly together?: readonly StatedTogether[]
}

/** Opening a work in a year: what it brings (as a rule a cost, negative) and what it uses. `year` is one of `years`; without years, leave it out. */
export type StatedOpening = {
  readonly year?: string
  readonly benefit: number
  readonly uses?: Uses
  readonly scores?: Readonly<Record<string, number>>
}

/**
 * Something that is opened once, in one of the years stated, or never: a canal, a drain. `after`: works that must be open by then.
 * `locked`: `in` (opened, whenever), `out`, or a year.
 */
export type StatedWork = {
  readonly id: string
  readonly openings: readonly StatedOpening[]
  readonly after?: readonly string[]
  readonly locked?: string
}

/**
 * Adjacent parcels that are taken together or not at all: where it is opened, the chosen options of its parcels have at least the size
 * `atLeast` together. Every option of its parcels needs it, unless the option says `free`. Without openings, it opens at no cost in any year.
 */
export type StatedCluster = {
  readonly id: string
  readonly parcels: readonly string[]
  readonly atLeast: number
  readonly openings?: readonly StatedOpening[]
  readonly locked?: string
}

/** One way to treat a parcel: what it brings, and what it uses of each limit or brings towards each target. */
export type StatedOption = {
  readonly id: string
  readonly benefit: number
  readonly uses: Uses
  /** Works that must be open, and by which year: `{ "drain/7": "2028" }`; without years, any word. */
  readonly needs?: Readonly<Record<string, string>>
  /** The year in which it begins: the year by which its cluster must be open. */
  readonly year?: string
  /** What counts towards the least size of its cluster: as a rule the area. */
  readonly size?: number
  /** It does not count as a part of its cluster (dry farming of single parcels). */
  readonly free?: boolean
  /** What it brings by other objectives: area, grain, water. */
  readonly scores?: Readonly<Record<string, number>>
  /** The part of the benefit that follows price and yield, for sensitivity. */
  readonly revenue?: number
  /** The benefit in each hydrological year type, for a robust choice; all types of the program are stated. */
  readonly byYearType?: Readonly<Record<string, number>>
}

/** `locked`: the option that it must have, `in` (any of them) or `out` (none). */
export type StatedParcel = { readonly id: string; readonly options: readonly StatedOption[]; readonly locked?: string }

/** A second measure of plans besides the benefit: new area (most), grain (most), water (least). */
export type StatedObjective = { readonly id: string; readonly sense: 'most' | 'least'; readonly unit?: string }

/** A hydrological year type (P = 75 %): its probability weighs the expected benefit. */
export type StatedYearType = { readonly id: string; readonly probability: number }

export type StatedProgram = {
  /** In their order. */
  readonly years?: readonly string[]
  readonly yearTypes?: readonly StatedYearType[]
  readonly objectives?: readonly StatedObjective[]
  readonly limits: readonly StatedLimit[]
  readonly accounts?: readonly StatedAccount[]
  readonly networks?: readonly StatedNetwork[]
  readonly works?: readonly StatedWork[]
  readonly clusters?: readonly StatedCluster[]
  readonly parcels: readonly StatedParcel[]
}
