/**
 * Random numbers that are the same wherever and whenever they are drawn: uniform in [0, 1), 32 bits each, by Tommy Ettinger's
 * mulberry32 (2017, public domain). For samples, tests and kernels that need chance; not for secrets. The period is 2³², so draw
 * at most some tens of millions from one seed. Of a seed only its low 32 bits count.
 */
export function seededRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** One draw from the normal distribution with mean 0 and deviation 1 (Box and Muller 1958; the second of the pair is not kept, so that the state is the generator's alone). */
export function gaussian(random: () => number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random())) // 1 − u is never 0
  return radius * Math.cos(2 * Math.PI * random())
}
