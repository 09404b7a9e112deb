/** The options of a program as they come, one parcel after the other, in columns that grow: a province's do not lie about as objects. */
import type { StagedNames } from './plan.ts'
import type { StatedOption } from './program.ts'

/** Numbers one after the other. */
class Growing<A extends Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer>> {
  #values: A
  length = 0
  readonly #make: (size: number) => A
  constructor(make: (size: number) => A) {
    this.#make = make
    this.#values = make(1024)
  }
  push(value: number): void {
    if (this.length === this.#values.length) {
      const wider = this.#make(2 * this.length)
      wider.set(this.#values)
      this.#values = wider
    }
    this.#values[this.length++] = value
  }
  get values(): A {
    return this.#values.subarray(0, this.length) as A
  }
}
const figures = () => new Growing((size) => new Float64Array(size))
const places = () => new Growing((size) => new Int32Array(size))

export type KeptOption = {
  readonly parcel: number
  /** Its place among those that the parcel states. */
  readonly place: number
  readonly option: StatedOption
  readonly needs: readonly { readonly work: number; readonly latest: number }[]
  readonly uses: readonly (readonly [account: number, amount: number])[]
  readonly byType: readonly number[]
}

export class OptionColumns {
  readonly #parcel = places()
  readonly #place = places()
  readonly #name = places()
  readonly #benefit = figures()
  readonly #size = figures()
  readonly #revenue = figures()
  readonly #scores: ReturnType<typeof figures>[]
  readonly #byType: ReturnType<typeof figures>[]
  readonly #useEnd = places()
  readonly #account = places()
  readonly #amount = figures()
  readonly #needEnd = places()
  readonly #work = places()
  readonly #latest = places()
  readonly #objectives: readonly string[]
  readonly #names: string[] = []
  readonly #placeOfName = new Map<string, number>()
  #hasRevenue = false

  constructor(objectives: readonly string[], yearTypes: number) {
    this.#objectives = objectives
    this.#scores = objectives.map(figures)
    this.#byType = Array.from({ length: yearTypes }, figures)
  }

  get length(): number {
    return this.#benefit.length
  }

  push({ parcel, place, option, needs, uses, byType }: KeptOption): void {
    this.#parcel.push(parcel)
    this.#place.push(place)
    const known = this.#placeOfName.get(option.id) ?? this.#names.length
    if (known === this.#names.length) {
      this.#names.push(option.id)
      this.#placeOfName.set(option.id, known)
    }
    this.#name.push(known)
    this.#benefit.push(option.benefit)
    this.#size.push(option.size ?? 0)
    this.#revenue.push(option.revenue ?? 0)
    this.#hasRevenue ||= option.revenue !== undefined
    this.#objectives.forEach((id, o) => {
      this.#scores[o].push(option.scores?.[id] ?? 0)
    })
    byType.forEach((benefit, t) => {
      this.#byType[t].push(benefit)
    })
    for (const [account, amount] of uses) {
      this.#account.push(account)
      this.#amount.push(amount)
    }
    this.#useEnd.push(this.#account.length)
    for (const { work, latest } of needs) {
      this.#work.push(work)
      this.#latest.push(latest)
    }
    this.#needEnd.push(this.#work.length)
  }

  /** The needs of all options: of option k the places from `end[k − 1]`. */
  get needs(): OptionNeeds {
    return {
      parcel: this.#parcel.values,
      size: this.#size.values.slice(),
      end: this.#needEnd.values,
      work: this.#work.values,
      latest: this.#latest.values,
    }
  }
  get benefit(): Float64Array {
    return this.#benefit.values.slice()
  }
  /** Accounts and amounts, as many entries to an option as the widest has. */
  get wide(): { readonly width: number; readonly row: Uint32Array; readonly use: Float64Array } {
    const end = this.#useEnd.values
    const [account, amount] = [this.#account.values, this.#amount.values]
    let width = 1
    for (let k = 0; k < end.length; k++) width = Math.max(width, end[k] - (k === 0 ? 0 : end[k - 1]))
    const row = new Uint32Array(end.length * width)
    const use = new Float64Array(row.length)
    for (let k = 0; k < end.length; k++) {
      const from = k === 0 ? 0 : end[k - 1]
      row.set(account.subarray(from, end[k]), k * width)
      use.set(amount.subarray(from, end[k]), k * width)
    }
    return { width, row, use }
  }
  scores(objective: number): Float64Array {
    return this.#scores[objective].values.slice()
  }
  byType(type: number): Float64Array {
    return this.#byType[type].values.slice()
  }
  get revenue(): StagedNames['revenue'] {
    return this.#hasRevenue ? this.#revenue.values.slice() : null
  }
  nameOf(k: number): string {
    return this.#names[this.#name.values[k]]
  }
  placeOf(k: number): number {
    return this.#place.values[k]
  }
}

export type OptionNeeds = {
  readonly parcel: Int32Array
  readonly size: Float64Array
  readonly end: Int32Array
  readonly work: Int32Array
  readonly latest: Int32Array
}
