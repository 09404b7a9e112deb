/**
 * Divides a whole number in proportion to weights, into whole parts that add up to it exactly: the method of the largest remainder
 * (Hamilton 1792). Every part is its exact share rounded down or up. Where remainders are equal the larger weight is served first,
 * then the lower index, so that the same input gives the same parts.
 *
 * A weight of zero gets nothing, unless all weights are zero: then nothing tells the parts apart and they are made as equal as they
 * can be. A negative total is divided like its opposite. A number gives numbers, a bigint gives bigints.
 *
 * Throws RangeError for a total that is not whole or beyond 2⁵³, for weights that are negative, not finite or add up to more than a
 * double holds, and for a total other than zero with no parts to take it.
 */
export function apportion(total: number, weights: Float64Array): Float64Array
export function apportion(total: bigint, weights: Float64Array): BigInt64Array
export function apportion(total: number | bigint, weights: Float64Array): Float64Array | BigInt64Array {
  const parts = shares(Number(total), weights)
  return typeof total === 'bigint' ? BigInt64Array.from(parts, BigInt) : parts
}

function shares(total: number, weights: Float64Array): Float64Array {
  if (!Number.isSafeInteger(total)) throw new RangeError(`expected a whole total within ±2⁵³, got ${total}`)
  const parts = new Float64Array(weights.length)
  if (total === 0 && weights.length === 0) return parts
  if (weights.length === 0) throw new RangeError(`no parts to divide ${total} among`)

  const size = Math.abs(total)
  let sum = 0
  for (let i = 0; i < weights.length; i++) {
    if (!(weights[i] >= 0)) throw new RangeError(`expected weights of zero or more, got ${weights[i]} at ${i}`)
    sum += weights[i]
  }
  if (!Number.isFinite(size * sum)) throw new RangeError(`weights add up to ${sum}, too much to divide ${total} by`)
  const weightOf = sum > 0 ? (i: number) => weights[i] : () => 1
  const whole = sum > 0 ? sum : weights.length

  const remainders = new Float64Array(weights.length)
  let left = size
  for (let i = 0; i < weights.length; i++) {
    const share = (size * weightOf(i)) / whole // the product first: exact where weights are whole numbers
    parts[i] = Math.floor(share)
    remainders[i] = share - parts[i]
    left -= parts[i]
  }
  if (left !== 0) serve(parts, remainders, weightOf, left)
  if (total < 0) for (let i = 0; i < parts.length; i++) parts[i] = 0 - parts[i]
  return parts
}

/** Gives the `left` ones that rounding down kept back, the largest remainder first; takes back where rounding of the shares gave too many. */
function serve(parts: Float64Array, remainders: Float64Array, weightOf: (i: number) => number, left: number): void {
  const order = [...parts.keys()].filter((i) => weightOf(i) > 0)
  order.sort((i, j) => remainders[j] - remainders[i] || weightOf(j) - weightOf(i) || i - j)
  for (let k = 0; left > 0; k = (k + 1) % order.length, left--) parts[order[k]]++
  for (let k = order.length - 1; left < 0; k = k === 0 ? order.length - 1 : k - 1) {
    if (parts[order[k]] === 0) continue
    parts[order[k]]--
    left++
  }
}
