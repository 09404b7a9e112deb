/** Seeded damage to bytes: the same seed and number give the same file on every machine. */

/** Numbers below `below`, from a seed (mulberry32, T. Ettinger 2017, public domain: a 32-bit state stepped by an odd constant and mixed). */
export function dice(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const WORTH_TRYING = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]

/** One to six wounds: bits turned, bytes and words set to what programs stumble on, pieces cut out, doubled, moved, the end cut off. */
export function mutated(bytes: Uint8Array, roll: (below: number) => number): Uint8Array {
  let now = Buffer.from(bytes)
  for (let wounds = 1 + roll(6); wounds > 0 && now.length > 0; wounds--) {
    const at = roll(now.length)
    const length = 1 + roll(Math.min(64, now.length))
    switch (roll(9)) {
      case 0:
        now[at] ^= 1 << roll(8)
        break
      case 1:
        now[at] = roll(256)
        break
      case 2:
      case 3: {
        const value = WORTH_TRYING[roll(WORTH_TRYING.length)]
        const width = [1, 2, 4][roll(3)]
        for (let i = 0; i < width && at + i < now.length; i++) now[at + i] = (value >>> (8 * (roll(2) === 0 ? i : width - 1 - i))) & 255
        break
      }
      case 4:
        now = Buffer.concat([now.subarray(0, at), now.subarray(Math.min(now.length, at + length))])
        break
      case 5:
        now = Buffer.concat([now.subarray(0, at), now.subarray(at, at + length), now.subarray(at)])
        break
      case 6:
        if (at + 8 <= now.length) now.writeDoubleLE([Number.NaN, Infinity, -1e300, 1e300, 5e-324, -0][roll(6)], at)
        break
      case 7: {
        const from = roll(now.length)
        now.copy(now, at, from, Math.min(now.length, from + length))
        break
      }
      default:
        if (roll(3) === 0) now = now.subarray(0, at)
        else now = Buffer.concat([now, now.subarray(at, at + length)])
    }
  }
  return now
}
