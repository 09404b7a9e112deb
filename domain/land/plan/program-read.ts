/**
 * Reads what a file or a scenario states (program.ts) into the arrays that the solver takes. Everything wrong is found here, with its place,
 * before anything is solved; nothing is filled in.
 */
import { Refused, type Result } from '@dishu/base/refusal'
import { isBeyondMeasure, type PlanRefusal, type Program, programFrom } from './plan.ts'
import type {
  StatedAccount,
  StatedCluster,
  StatedLimit,
  StatedNetwork,
  StatedObjective,
  StatedOpening,
  StatedOption,
  StatedParcel,
  StatedWork,
  StatedYearType,
} from './program.ts'
import { compiled, no } from './program-compile.ts'

const STAGED_PARTS = ['years', 'yearTypes', 'objectives', 'accounts', 'networks', 'works', 'clusters'] as const

/** Reads a program in any of its forms: one of limits and parcels alone goes the short way. */
export function statedProgramFrom(json: unknown, file: string): Result<Program, PlanRefusal> {
  if (!isRecord(json) || !STAGED_PARTS.some((part) => json[part] !== undefined)) return programFrom(json, file)
  try {
    return new Reading(file).program(json)
  } catch (fault) {
    if (fault instanceof Refused) return { ok: false, refusal: fault.refusal as PlanRefusal } // thrown by `no` alone
    throw fault
  }
}

/** A program whose parcels come one after the other, so that a file of any length is read in little room; null where it states nothing but limits. */
export function programInParts(head: unknown, parcels: Iterable<unknown>, file: string): Result<Program, PlanRefusal> | null {
  if (!isRecord(head) || !STAGED_PARTS.some((part) => head[part] !== undefined)) return null
  try {
    return new Reading(file).program(head, parcels)
  } catch (fault) {
    if (fault instanceof Refused) return { ok: false, refusal: fault.refusal as PlanRefusal } // thrown by `no` alone
    throw fault
  }
}

type Json = Readonly<Record<string, unknown>>
const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
class Reading {
  readonly #file: string
  constructor(file: string) {
    this.#file = file
  }

  /** `parcels`: those of the file, or one after the other as they are read. */
  program(json: Json, parcels: Iterable<unknown> = this.#list(json.parcels, '$.parcels', true)): Result<Program, PlanRefusal> {
    const years = this.#list(json.years, '$.years').map((each, n) => this.#text(each, `$.years[${n}]`))
    this.#once('year', years)
    const yearTypes = this.#list(json.yearTypes, '$.yearTypes').map((each, n): StatedYearType => {
      const where = `$.yearTypes[${n}]`
      const { id, probability } = this.#record(each, where, '{ id, probability }')
      return { id: this.#text(id, `${where}.id`), probability: this.#share(probability, `${where}.probability`) }
    })
    const objectives = this.#list(json.objectives, '$.objectives').map((each, n): StatedObjective => {
      const where = `$.objectives[${n}]`
      const { id, sense } = this.#record(each, where, "{ id, sense: 'most' | 'least' }")
      if (sense !== 'most' && sense !== 'least') return this.#shape(`${where}.sense`, 'most | least')
      return { id: this.#text(id, `${where}.id`), sense }
    })
    this.#once(
      'objective',
      objectives.map(({ id }) => id),
    )
    const limits = this.#list(json.limits, '$.limits', true).map((each, n): StatedLimit => {
      const where = `$.limits[${n}]`
      const { id, kind, atMost, atLeast } = this.#record(each, where, '{ id, atMost | atLeast }')
      if ((atMost === undefined) === (atLeast === undefined)) return this.#shape(where, 'atMost | atLeast')
      const name = this.#text(id, `${where}.id`)
      const value = this.#amount(atMost ?? atLeast, `${where} (${name})`)
      return { id: name, ...(typeof kind === 'string' ? { kind } : {}), ...(atMost === undefined ? { atLeast: value } : { atMost: value }) }
    })
    const accounts = this.#list(json.accounts, '$.accounts').map((each, n): StatedAccount => {
      const where = `$.accounts[${n}]`
      const { id, draws } = this.#record(each, where, '{ id, draws: { name: amount } }')
      return { id: this.#text(id, `${where}.id`), draws: this.#amounts(draws, `${where}.draws`) }
    })
    const networks = this.#list(json.networks, '$.networks').map((each, n) => this.#network(each, `$.networks[${n}]`))
    const works = this.#list(json.works, '$.works').map((each, n): StatedWork => {
      const where = `$.works[${n}]`
      const { id, openings, after, locked } = this.#record(each, where, '{ id, openings: [{ year, benefit, uses }] }')
      return {
        id: this.#text(id, `${where}.id`),
        openings: this.#openings(openings, `${where}.openings`, true),
        after: this.#list(after, `${where}.after`).map((name, m) => this.#text(name, `${where}.after[${m}]`)),
        ...(locked === undefined ? {} : { locked: this.#text(locked, `${where}.locked`) }),
      }
    })
    const clusters = this.#list(json.clusters, '$.clusters').map((each, n): StatedCluster => {
      const where = `$.clusters[${n}]`
      const { id, parcels, atLeast, openings, locked } = this.#record(each, where, '{ id, parcels: [...], atLeast }')
      return {
        id: this.#text(id, `${where}.id`),
        parcels: this.#list(parcels, `${where}.parcels`, true).map((name, m) => this.#text(name, `${where}.parcels[${m}]`)),
        atLeast: this.#amount(atLeast, `${where}.atLeast`),
        ...(openings === undefined ? {} : { openings: this.#openings(openings, `${where}.openings`, true) }),
        ...(locked === undefined ? {} : { locked: this.#text(locked, `${where}.locked`) }),
      }
    })
    return compiled({ years, yearTypes, objectives, limits, accounts, networks, works, clusters }, this.#parcels(parcels), this.#file)
  }

  *#parcels(parcels: Iterable<unknown>): Generator<StatedParcel> {
    let n = 0
    for (const each of parcels) yield this.#parcel(each, `$.parcels[${n++}]`)
  }

  #parcel(each: unknown, where: string): StatedParcel {
    const { id, options, locked } = this.#record(each, where, '{ id, options: [...] }')
    const name = this.#text(id, `${where}.id`)
    return {
      id: name,
      options: this.#list(options, `${where}.options`, true).map((option, n) => this.#option(option, `${where}.options[${n}] (${name})`)),
      ...(locked === undefined ? {} : { locked: this.#text(locked, `${where}.locked`) }),
    }
  }

  #option(each: unknown, where: string): StatedOption {
    const { id, benefit, uses, needs, year, size, free, scores, revenue, byYearType } = this.#record(each, where, '{ id, benefit, uses }')
    const words = needs === undefined ? undefined : this.#record(needs, `${where}.needs`, '{ work: year }')
    return {
      id: this.#text(id, `${where}.id`),
      benefit: this.#number(benefit, `${where}.benefit`),
      uses: this.#amounts(uses, `${where}.uses`),
      ...(words
        ? { needs: Object.fromEntries(Object.entries(words).map(([work, by]) => [work, this.#text(by, `${where}.needs["${work}"]`)])) }
        : {}),
      ...(year === undefined ? {} : { year: this.#text(year, `${where}.year`) }),
      ...(size === undefined ? {} : { size: this.#amount(size, `${where}.size`) }),
      ...(free === true ? { free } : {}),
      ...(scores === undefined ? {} : { scores: this.#numbers(scores, `${where}.scores`) }),
      ...(revenue === undefined ? {} : { revenue: this.#number(revenue, `${where}.revenue`) }),
      ...(byYearType === undefined ? {} : { byYearType: this.#numbers(byYearType, `${where}.byYearType`) }),
    }
  }

  #network(each: unknown, where: string): StatedNetwork {
    const { id, kind, periods, reaches, sources, chains, together } = this.#record(each, where, '{ id, periods, reaches, sources }')
    const named = this.#list(periods, `${where}.periods`, true).map((period, n) => this.#text(period, `${where}.periods[${n}]`))
    const known = (period: unknown, at: string) => {
      const name = this.#text(period, at)
      return named.includes(name) ? name : no('plan/not-a-program', { file: this.#file, where: at, expected: named.slice(0, 3).join(', ') })
    }
    const ids = this.#list(sources, `${where}.sources`, true).map((source) => (isRecord(source) ? source.id : undefined))
    return {
      id: this.#text(id, `${where}.id`),
      ...(typeof kind === 'string' ? { kind } : {}),
      periods: named,
      reaches: this.#list(reaches, `${where}.reaches`, true).map((reach, n) => {
        const at = `${where}.reaches[${n}]`
        const { id: name, from, to, efficiency, capacity, cost } = this.#record(reach, at, '{ id, from, to, efficiency }')
        return {
          id: this.#text(name, `${at}.id`),
          from: this.#text(from, `${at}.from`),
          to: this.#text(to, `${at}.to`),
          efficiency: this.#share(efficiency, `${at}.efficiency`),
          ...(capacity === undefined
            ? {}
            : { capacity: isRecord(capacity) ? this.#amounts(capacity, `${at}.capacity`) : this.#amount(capacity, `${at}.capacity`) }),
          ...(cost === undefined ? {} : { cost: this.#amount(cost, `${at}.cost`) }),
        }
      }),
      sources: this.#list(sources, `${where}.sources`, true).map((source, n) => {
        const at = `${where}.sources[${n}]`
        const { id: name, node, volume, keeps, loses } = this.#record(source, at, '{ id, node, volume: { period: amount } }')
        return {
          id: this.#text(name, `${at}.id`),
          node: this.#text(node, `${at}.node`),
          volume: this.#amounts(volume, `${at}.volume`),
          ...(keeps === undefined ? {} : { keeps: this.#amount(keeps, `${at}.keeps`) }),
          ...(loses === undefined || loses === 0 ? {} : { loses: this.#share(loses, `${at}.loses`) }),
        }
      }),
      ...(chains === undefined
        ? {}
        : {
            chains: this.#list(chains, `${where}.chains`).map((chain, n) =>
              this.#list(chain, `${where}.chains[${n}]`, true).map((period, m) => known(period, `${where}.chains[${n}][${m}]`)),
            ),
          }),
      ...(together === undefined
        ? {}
        : {
            together: this.#list(together, `${where}.together`).map((group, n) => {
              const at = `${where}.together[${n}]`
              const { id: name, sources: own, periods: over, atMost } = this.#record(group, at, '{ id, sources, periods, atMost }')
              return {
                id: this.#text(name, `${at}.id`),
                sources: this.#list(own, `${at}.sources`, true).map((source, m) => {
                  const text = this.#text(source, `${at}.sources[${m}]`)
                  return ids.includes(text) ? text : this.#shape(`${at}.sources[${m}]`, ids.slice(0, 3).join(', '))
                }),
                periods: this.#list(over, `${at}.periods`, true).map((period, m) => known(period, `${at}.periods[${m}]`)),
                atMost: this.#amount(atMost, `${at}.atMost`),
              }
            }),
          }),
    }
  }

  #openings(each: unknown, where: string, needed: boolean): StatedOpening[] {
    return this.#list(each, where, needed).map((opening, n) => {
      const at = `${where}[${n}]`
      const { year, benefit, uses, scores } = this.#record(opening, at, '{ year, benefit, uses }')
      return {
        ...(year === undefined ? {} : { year: this.#text(year, `${at}.year`) }),
        benefit: this.#number(benefit, `${at}.benefit`),
        ...(uses === undefined ? {} : { uses: this.#amounts(uses, `${at}.uses`) }),
        ...(scores === undefined ? {} : { scores: this.#numbers(scores, `${at}.scores`) }),
      }
    })
  }

  #shape(where: string, expected: string): never {
    return no('plan/not-a-program', { file: this.#file, where, expected })
  }
  #list(value: unknown, where: string, needed = false): readonly unknown[] {
    if (value === undefined && !needed) return []
    return Array.isArray(value) ? value : this.#shape(where, '[...]')
  }
  #record(value: unknown, where: string, expected: string): Json {
    return isRecord(value) ? value : this.#shape(where, expected)
  }
  #text(value: unknown, where: string): string {
    return typeof value === 'string' && value !== '' ? value : this.#shape(where, '"…"')
  }
  #number(value: unknown, where: string): number {
    if (typeof value !== 'number' || !Number.isFinite(value)) return no('plan/not-a-number', { where })
    return isBeyondMeasure(value) ? no('plan/beyond-measure', { where, value }) : value
  }
  #amount(value: unknown, where: string): number {
    const amount = this.#number(value, where)
    return amount < 0 ? no('plan/negative', { where, value: amount }) : amount
  }
  #share(value: unknown, where: string): number {
    const share = this.#number(value, where)
    return share > 0 && share <= 1 ? share : no('plan/not-a-share', { where, value: share })
  }
  #amounts(value: unknown, where: string): Record<string, number> {
    return Object.fromEntries(
      Object.entries(this.#record(value, where, '{ name: amount }')).map(([name, amount]) => [
        name,
        this.#amount(amount, `${where}["${name}"]`),
      ]),
    )
  }
  #numbers(value: unknown, where: string): Record<string, number> {
    return Object.fromEntries(
      Object.entries(this.#record(value, where, '{ name: figure }')).map(([name, each]) => [
        name,
        this.#number(each, `${where}["${name}"]`),
      ]),
    )
  }
  #once(what: 'year' | 'objective', ids: readonly string[]): void {
    const twice = ids.find((id, n) => ids.indexOf(id) !== n)
    if (twice !== undefined) no('plan/named-twice', { what, id: twice })
  }
}
