/** Hatches for what has no value: drawn, since the package carries no images. RGBA bytes of a square tile whose lines run on at every edge. */
export type Hatch = { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray }

export function hatch(colour: readonly [number, number, number], alpha: number, step = 8, thickness = 2, falling = false): Hatch {
  const data = new Uint8ClampedArray(step * step * 4)
  for (let y = 0; y < step; y++)
    for (let x = 0; x < step; x++) {
      const along = (falling ? x - y + step : x + y) % step
      if (along < thickness) data.set([...colour, Math.round(alpha * 255)], (y * step + x) * 4)
    }
  return { width: step, height: step, data }
}

export const HATCHES: Readonly<Record<string, Hatch>> = {
  'hatch-quiet': hatch([92, 105, 112], 0.55, 6, 1),
  'hatch-alarm': hatch([122, 46, 140], 0.9, 8, 2, true),
}
