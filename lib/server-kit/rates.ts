/**
 * How often somebody may ask. A bucket holds `burst` requests and fills by `perSecond`; an empty one says how long to wait. Kept in memory:
 * a restart forgets it, which costs one burst. Counted over all routes together, so that spreading requests over routes gains nothing.
 */
export type Rate = { readonly perSecond: number; readonly burst: number }

export type Rates = {
  /** One network address, whoever asks from there: an office behind one address is many desks. */
  readonly address: Rate
  /** One person or token. */
  readonly actor: Rate
  /** Requests in work at one time; beyond it everyone is asked to come again. */
  readonly atOnce: number
}

/** Moving a map asks for some fifty tiles in a second; twenty desks behind one address do so at their busiest. */
export const USUAL_RATES: Rates = { address: { perSecond: 400, burst: 6000 }, actor: { perSecond: 100, burst: 3000 }, atOnce: 256 }

export class Buckets {
  readonly #most: number
  readonly #buckets = new Map<string, { left: number; at: number }>()

  /** `most`: how many keys are remembered; of more, the ones that have not asked for longest are forgotten. */
  constructor(most = 20_000) {
    this.#most = most
  }

  /** Takes one request of `key` at the time `now` (ms); 0, or the seconds after which one is there again. */
  take(key: string, { perSecond, burst }: Rate, now: number): number {
    const known = this.#buckets.get(key)
    // a clock that was set back fills nothing
    const left = known ? Math.min(burst, known.left + (Math.max(0, now - known.at) / 1000) * perSecond) : burst
    this.#buckets.delete(key) // the newest stand last
    const passes = left >= 1
    this.#buckets.set(key, { left: passes ? left - 1 : left, at: now })
    if (this.#buckets.size > this.#most)
      for (const [oldest] of this.#buckets) {
        this.#buckets.delete(oldest)
        if (this.#buckets.size <= this.#most * 0.9) break
      }
    return passes ? 0 : (1 - left) / perSecond
  }

  get size(): number {
    return this.#buckets.size
  }
}

/** Some at once; whoever comes later waits for a turn, in the order of coming. */
export class Turns {
  #free: number
  readonly #waiting: ((leave: (() => void) | null) => void)[] = []

  constructor(atOnce: number) {
    this.#free = atOnce
  }

  /** The call that gives the turn back (once is enough, and more does no harm); null when none came in `mostMs`. */
  async take(mostMs: number): Promise<(() => void) | null> {
    if (this.#free > 0) {
      this.#free--
      return this.#leaving()
    }
    return new Promise((told) => {
      const heard = (leave: (() => void) | null) => {
        clearTimeout(timer)
        told(leave)
      }
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(heard), 1)
        heard(null)
      }, mostMs)
      this.#waiting.push(heard)
    })
  }

  #leaving(): () => void {
    let left = false
    return () => {
      if (left) return
      left = true
      const next = this.#waiting.shift()
      if (next) next(this.#leaving())
      else this.#free++
    }
  }
}
