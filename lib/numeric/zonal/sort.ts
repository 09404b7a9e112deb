/** Sorting of two arrays together. */

const SHORT = 24

/** Sorts the first `count` of `keys` in ascending order (no NaN) and moves `values` along. Not stable. Quicksort, short stretches by insertion. */
export function sortPairs(keys: Float64Array, values: Float64Array, count: number): void {
  const stack = [0, count - 1]
  while (stack.length > 0) {
    let high = stack.pop() ?? 0
    let low = stack.pop() ?? 0
    while (high - low >= SHORT) {
      const pivot = middleOf(keys[low], keys[(low + high) >> 1], keys[high])
      let i = low
      let j = high
      while (i <= j) {
        while (keys[i] < pivot) i++
        while (keys[j] > pivot) j--
        if (i > j) break
        const key = keys[i]
        keys[i] = keys[j]
        keys[j] = key
        const value = values[i]
        values[i++] = values[j]
        values[j--] = value
      }
      // the longer side waits, so that at most log₂ n sides do
      if (j - low > high - i) {
        stack.push(low, j)
        low = i
      } else {
        stack.push(i, high)
        high = j
      }
    }
    for (let i = low + 1; i <= high; i++) {
      const key = keys[i]
      const value = values[i]
      let j = i - 1
      for (; j >= low && keys[j] > key; j--) {
        keys[j + 1] = keys[j]
        values[j + 1] = values[j]
      }
      keys[j + 1] = key
      values[j + 1] = value
    }
  }
}

const middleOf = (a: number, b: number, c: number): number => Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))
