/**
 * Arrays for working with: of a small piece of work cut from memory that is kept from one piece to the next. An array of its own costs half a microsecond and
 * keeps the collector busy, which for a layer of a few parcels is more than the work itself.
 */

/** What a small piece of work needs at most; past it, arrays are their own. */
const POOL_BYTES = 2 ** 18

let pool: ArrayBuffer | null = null
let isOpen = false
let used = 0

/** Runs work whose arrays are given back when it ends: none of them may be in its answer. Work within such work has its arrays with it. */
export function pooled<Answer>(work: () => Answer): Answer {
  if (isOpen) return work()
  pool ??= new ArrayBuffer(POOL_BYTES)
  isOpen = true
  try {
    return work()
  } finally {
    isOpen = false
    new Uint8Array(pool, 0, used).fill(0)
    used = 0
  }
}

/** Where so many bytes of zeros begin in the pool, or −1. */
function room(bytes: number): number {
  if (!isOpen || used + bytes > POOL_BYTES) return -1
  const at = used
  used += (bytes + 7) & ~7
  return at
}

export function floats(n: number): Float64Array {
  const at = room(8 * n)
  return at >= 0 && pool ? new Float64Array(pool, at, n) : new Float64Array(n)
}

export function ints(n: number): Int32Array {
  const at = room(4 * n)
  return at >= 0 && pool ? new Int32Array(pool, at, n) : new Int32Array(n)
}

export function counts(n: number): Uint32Array {
  const at = room(4 * n)
  return at >= 0 && pool ? new Uint32Array(pool, at, n) : new Uint32Array(n)
}

export function flags(n: number): Uint8Array {
  const at = room(n)
  return at >= 0 && pool ? new Uint8Array(pool, at, n) : new Uint8Array(n)
}

export function signs(n: number): Int8Array {
  const at = room(n)
  return at >= 0 && pool ? new Int8Array(pool, at, n) : new Int8Array(n)
}

/** The numbers of those that are marked, ascending. */
export function marked(marks: Uint8Array): Uint32Array {
  let n = 0
  for (let i = 0; i < marks.length; i++) n += marks[i] === 0 ? 0 : 1
  const list = counts(n)
  n = 0
  for (let i = 0; i < marks.length; i++) if (marks[i] !== 0) list[n++] = i
  return list
}

/** Whole numbers that keep coming: an Int32Array that grows by half. */
export class IntList {
  values: Int32Array
  length = 0

  constructor(capacity = 1024) {
    this.values = ints(capacity)
  }

  push(value: number): void {
    if (this.length === this.values.length) {
      const grown = ints(this.length + (this.length >> 1) + 16)
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

/** A copy of starts, to count up from while groups are filled. */
export function cursorOf(starts: Uint32Array): Uint32Array {
  const at = counts(starts.length)
  at.set(starts)
  return at
}

/** A list of at most this many is sorted by putting each in its place. */
const SHORT = 16

/** Sorts list[begin] … list[end] in place. */
export function sortPart(list: Int32Array | Uint32Array, begin: number, end: number, compare: (a: number, b: number) => number): void {
  if (end - begin > SHORT) {
    list.subarray(begin, end).sort(compare)
    return
  }
  for (let k = begin + 1; k < end; k++) {
    const each = list[k]
    let l = k
    for (; l > begin && compare(list[l - 1], each) > 0; l--) list[l] = list[l - 1]
    list[l] = each
  }
}

/** The smallest power of two that is at least n (and at least 1). */
export function powerOfTwo(n: number): number {
  let power = 1
  while (power < n) power *= 2
  return power
}
