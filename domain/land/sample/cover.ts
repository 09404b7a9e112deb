/** What covers the ground: which classes the fields of a block have, and what lies in them as islands. */

export type Mix = readonly (readonly [share: number, landClass: string])[]

/** What the fields of a block are, and how large they run beside the county's mean. */
export const BLOCKS: Record<string, { readonly size: number; readonly natural: boolean; readonly mix: Mix }> = {
  dry: {
    size: 1,
    natural: false,
    mix: [
      [0.925, '0103'],
      [0.03, '0307'],
      [0.02, '0301'],
      [0.01, '1202'],
      [0.005, '0201'],
      [0.01, '0404'],
    ],
  },
  irrigated: {
    size: 0.9,
    natural: false,
    mix: [
      [0.96, '0102'],
      [0.02, '1202'],
      [0.02, '0301'],
    ],
  },
  paddy: {
    size: 0.75,
    natural: false,
    mix: [
      [0.95, '0101'],
      [0.03, '1104'],
      [0.02, '1104A'],
    ],
  },
  saline: {
    size: 1.6,
    natural: true,
    mix: [
      [0.64, '1204'],
      [0.21, '0404'],
      [0.1, '0401'],
      [0.05, '1108'],
    ],
  },
  grass: {
    size: 1.8,
    natural: true,
    mix: [
      [0.62, '0401'],
      [0.18, '0404'],
      [0.14, '1204'],
      [0.06, '0403'],
    ],
  },
  wet: {
    size: 1.5,
    natural: true,
    mix: [
      [0.42, '1108'],
      [0.25, '1106'],
      [0.21, '0402'],
      [0.12, '1102'],
    ],
  },
  // whole blocks of marsh with a lake in each
  lake: { size: 12, natural: true, mix: [[1, '1108']] },
}

/** Islands within natural fields: bare patches in grass, grass on bare ground, ponds in marsh. */
export const ISLANDS: Record<string, Mix> = {
  '1204': [
    [0.5, '0404'],
    [0.3, '1108'],
    [0.2, '1102'],
  ],
  '0401': [
    [0.75, '1204'],
    [0.25, '1102'],
  ],
  '0404': [
    [0.8, '1204'],
    [0.2, '1106'],
  ],
  '1108': [
    [0.8, '1102'],
    [0.2, '0402'],
  ],
  '1106': [[1, '1102']],
  '0402': [
    [0.7, '1102'],
    [0.3, '1204'],
  ],
}

/** The class at `lot` (0…1) of a mix. */
export function pick(mix: Mix, lot: number): string {
  let sum = 0
  for (const [share, landClass] of mix) {
    sum += share
    if (lot < sum) return landClass
  }
  return mix[0][1]
}
