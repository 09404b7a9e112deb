/** The file of a map's simulations: numbers of the patches, what a sample there is worth, and the simulated means; little-endian, one block after the other. */
export type EnsembleData = {
  readonly ids: Float64Array // patches
  readonly ratios: Float32Array // patches × values: variance of one sample about the patch's mean, over the variance of that mean
  readonly means: Float32Array // patches × values × draws
}

export function ensembleBytes({ ids, ratios, means }: EnsembleData): Uint8Array {
  const bytes = new Uint8Array(8 * ids.length + 4 * ratios.length + 4 * means.length)
  bytes.set(new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength), 0)
  bytes.set(new Uint8Array(ratios.buffer, ratios.byteOffset, ratios.byteLength), ids.byteLength)
  bytes.set(new Uint8Array(means.buffer, means.byteOffset, means.byteLength), ids.byteLength + ratios.byteLength)
  return bytes
}

/** Bytes that are of another size than they should be are a fault. */
export function readEnsemble(bytes: Uint8Array, patches: number, values: number, draws: number): EnsembleData {
  const [atRatios, atMeans] = [8 * patches, 8 * patches + 4 * patches * values]
  const expected = atMeans + 4 * patches * values * draws
  if (bytes.length !== expected) throw new Error(`expected ${expected} bytes of simulations, got ${bytes.length}`)
  const whole = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
  return {
    ids: new Float64Array(whole, 0, patches),
    ratios: new Float32Array(whole, atRatios, patches * values),
    means: new Float32Array(whole, atMeans, patches * values * draws),
  }
}
