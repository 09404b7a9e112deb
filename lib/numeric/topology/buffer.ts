/** Whole numbers that keep coming: an Int32Array that grows by half. */
export class IntList {
  values: Int32Array
  length = 0

  constructor(capacity = 1024) {
    this.values = new Int32Array(capacity)
  }

  push(value: number): void {
    if (this.length === this.values.length) {
      const grown = new Int32Array(this.length + (this.length >> 1) + 16)
      grown.set(this.values)
      this.values = grown
    }
    this.values[this.length++] = value
  }

  done(): Int32Array {
    return this.values.subarray(0, this.length)
  }
}

/** Starts of `n` groups in one list, from how many members each has: length n + 1, the last is the sum. `counts` has length n + 1 and is overwritten. */
export function startsFrom(counts: Uint32Array): Uint32Array {
  let sum = 0
  for (let i = 0; i < counts.length; i++) {
    const n = counts[i]
    counts[i] = sum
    sum += n
  }
  return counts
}

/** The smallest power of two that is at least n (and at least 1). */
export function powerOfTwo(n: number): number {
  let power = 1
  while (power < n) power *= 2
  return power
}
