/** What is too small to be drawn, added up by squares: of each square, for every one of the words, the one with most of the value. */
import type { Packer } from './packed.ts'

export class SquareSums {
  readonly #tuples: (readonly string[])[] = []
  readonly #numbers = new Map<string, number>()
  readonly #squares = new Map<number, Map<number, number>>()

  /** The number of a tuple of words here. */
  words(tuple: readonly string[]): number {
    const key = tuple.join('\u001f')
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.#tuples.length)
    this.#tuples.push(tuple)
    return this.#tuples.length - 1
  }

  add(place: number, words: number, value: number): void {
    const square = this.#squares.get(place)
    if (square) square.set(words, (square.get(words) ?? 0) + value)
    else this.#squares.set(place, new Map([[words, value]]))
  }

  /** Squares by growing place. */
  each(visit: (place: number, dominant: readonly string[], value: number) => void): void {
    for (const place of [...this.#squares.keys()].sort((a, b) => a - b)) {
      const parts = [...(this.#squares.get(place) ?? [])].map(([words, value]) => ({ tuple: this.#tuples[words], value }))
      const whole = parts.reduce((sum, { value }) => sum + value, 0)
      visit(
        place,
        parts.length === 1 ? parts[0].tuple : parts[0].tuple.map((_, i) => mostOf(parts.map(({ tuple, value }) => [tuple[i], value]))),
        whole,
      )
    }
  }

  packInto(packer: Packer): void {
    this.each((place, dominant, value) => packer.square({ place, words: packer.words(dominant), value }))
  }
}

/** The word with the largest sum; of equals the first by name. */
function mostOf(parts: readonly (readonly [word: string, value: number])[]): string {
  const sums = new Map<string, number>()
  for (const [word, value] of parts) sums.set(word, (sums.get(word) ?? 0) + value)
  return [...sums].reduce((best, each) => (each[1] > best[1] || (each[1] === best[1] && each[0] < best[0]) ? each : best))[0]
}
