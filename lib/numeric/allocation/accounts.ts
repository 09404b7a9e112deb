/**
 * Two-level uses: an option names a few accounts, and one unit of an account draws on many rows (a crop's water in a district on every canal
 * upstream, month by month). A hundred thousand parcels under thousands of rows stay small this way, and the price of an account is one sum:
 *
 *   π_a = Σ_r coefficient[a, r] λ_r
 */

/** Account a has the entries `start[a] … start[a + 1] − 1` of `row` and `coefficient`. */
export type Accounts = { readonly start: Uint32Array; readonly row: Uint32Array; readonly coefficient: Float64Array }

/** What one unit of each account costs at these prices of the rows; the prices themselves where options name rows. */
export function accountPrices(accounts: Accounts | undefined, prices: Float64Array): Float64Array {
  if (!accounts) return prices
  const { start, row, coefficient } = accounts
  const priced = new Float64Array(start.length - 1)
  for (let a = 0; a < priced.length; a++) {
    let sum = 0
    for (let e = start[a]; e < start[a + 1]; e++) sum += coefficient[e] * prices[row[e]]
    priced[a] = sum
  }
  return priced
}

/** Each row as an account of its own. */
export function ownAccounts(rows: number): Accounts {
  return {
    start: Uint32Array.from({ length: rows + 1 }, (_, a) => a),
    row: Uint32Array.from({ length: rows }, (_, r) => r),
    coefficient: new Float64Array(rows).fill(1),
  }
}
