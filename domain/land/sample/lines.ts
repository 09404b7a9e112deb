/** Lines as nature draws them: the county's outline, rivers and borders that wind. */
import { gaussian } from '@dishu/numeric/shared/random'
import { round4 } from './plane.ts'

/** A lateral offset along a line for `Mesh.cut`: five waves, nothing at both ends. `amplitude` is a share of the line's length. */
export function meander(random: () => number, amplitude: number) {
  const waves = [1, 2, 3, 5, 8].map((k) => ({ k, phase: random() * 2 * Math.PI, size: (0.6 + 0.8 * random()) / k }))
  return (t: number, length: number) => {
    const held = Math.min(1, 8 * t, 8 * (1 - t)) // both ends stay where the line meets the outline
    return length * amplitude * held * waves.reduce((sum, { k, phase, size }) => sum + size * Math.sin(2 * Math.PI * k * t + phase), 0)
  }
}

/** An irregular closed line around the centre with exactly the area wanted (before rounding), counter-clockwise, not closed. */
export function outline(area: number, centre: readonly [number, number], random: () => number): number[] {
  const waves = [2, 3, 4, 5, 7, 11, 17].map((k) => ({ k, phase: random() * 2 * Math.PI, size: (0.16 * (0.5 + random())) / k }))
  const n = Math.max(60, Math.min(900, Math.round(Math.sqrt(area) / 60)))
  const ring: number[] = []
  for (let i = 0; i < n; i++) {
    const angle = (2 * Math.PI * i) / n
    const wave = waves.reduce((sum, { k, phase, size }) => sum + size * Math.sin(k * angle + phase), 0)
    const radius = 1 + wave + 0.004 * gaussian(random)
    ring.push(1.15 * radius * Math.cos(angle), radius * Math.sin(angle))
  }
  let twice = 0
  for (let i = 0; i < ring.length; i += 2) {
    const j = (i + 2) % ring.length
    twice += ring[i] * ring[j + 1] - ring[j] * ring[i + 1]
  }
  const scale = Math.sqrt(area / (twice / 2))
  return ring.map((value, i) => round4(centre[i % 2] + value * scale))
}
