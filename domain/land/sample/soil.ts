/**
 * The laboratory's sheet. Chemistry of a soda soil: sodium leads the cations, bicarbonate the anions, pH and ESP rise with salt.
 *
 * Anchors (domain facts, section 1): Songnen cations in the 1:5 extract are about 9.8 meq/L for each dS/m; pH of Da'an's saline land 9–10.5;
 * a sodic soil of pH 9.4 has EC 0.66 mS/cm and ESP 43 %. The relations themselves are invented, good for trying the system and for nothing else.
 */
import { fromZone } from '@dishu/numeric/geodesy/zone'
import { gaussian } from '@dishu/numeric/shared/random'
import type { Ground } from './division.ts'
import { isCropland } from './names.ts'
import { type Patch, round2, type Village, ZONE } from './patches.ts'
import type { SoilRow } from './rows.ts'

/** Equivalent weights, g per mol of charge. */
const WEIGHT = {
  carbonate: 30.005,
  bicarbonate: 61.017,
  chloride: 35.453,
  sulfate: 48.03,
  calcium: 20.039,
  magnesium: 12.152,
  potassium: 39.098,
  sodium: 22.99,
}

const LAB = '碱泉县农业技术推广中心化验室（虚构）'
const METHOD = 'pH 电位法 1:5；EC 电导法 1:5；ESP 乙酸铵-氢氧化铵交换'

/** About `sites` sampling places in two depths: two thirds on cropland, the rest on bare ground and grass. */
export function drawSoil(
  ground: Ground,
  villages: readonly Village[],
  patches: readonly Patch[],
  sites: number,
  random: () => number,
): SoilRow[] {
  const crop = patches.filter(({ row }) => isCropland(row.DLBM))
  const bare = patches.filter(({ row }) => ['1204', '0404', '0401'].includes(row.DLBM))
  const rows: SoilRow[] = []
  const taken = new Set<number>()
  for (let site = 1, tries = 0; site <= sites && tries < sites * 20; tries++) {
    const from = random() < 0.66 || bare.length === 0 ? crop : bare
    const patch = from[Math.floor(random() * from.length)]
    if (!patch || taken.has(patch.face)) continue
    const x = patch.x + (random() - 0.5) * 20
    const y = patch.y + (random() - 0.5) * 20
    if (ground.mesh.clearance(patch.face, x, y) < 5) continue // in the middle of the field, not on its edge
    taken.add(patch.face)
    const [lon, lat] = fromZone(Float64Array.of(x, y), ZONE)
    const spring = random() < 0.7
    const date = spring ? `2024-04-${20 + Math.floor(random() * 10)}` : `2024-10-${String(5 + Math.floor(random() * 20)).padStart(2, '0')}`
    const salt = Math.min(1, Math.max(0, (ground.salinity(x, y) - 0.28) / 0.46 + 0.06 * gaussian(random) - (spring ? 0 : 0.03)))
    for (const [d, depth] of ['0-20', '20-40'].entries()) {
      rows.push({
        code: `JQ24-${String(site).padStart(4, '0')}-${d + 1}`,
        site: `JQ24-${String(site).padStart(4, '0')}`,
        town: villages[patch.village].townName,
        village: villages[patch.village].name,
        longitude: Math.round(lon * 1e7) / 1e7,
        latitude: Math.round(lat * 1e7) / 1e7,
        depth,
        sampledOn: date,
        ...chemistry(Math.max(0, salt * (d === 0 ? 1 : 0.86)), d, random),
        lab: LAB,
        method: METHOD,
        note: '合成数据',
      })
    }
    site++
  }
  return rows
}

/** `salt` from 0 (none) to 1 (bare soda ground); `d` 0 for the upper layer. */
function chemistry(salt: number, d: number, random: () => number) {
  const noise = (size: number) => size * gaussian(random)
  const ecMsPerCm = round2(Math.max(0.06, 0.09 * Math.exp(3.1 * salt + noise(0.18))))
  const ph = round2(Math.min(10.8, 7.7 + 2.55 * salt ** 0.75 + 0.12 * d + noise(0.15)))
  const cec = round2(Math.max(8, 18 - 3 * salt + noise(2.4)))
  const exchangeableSodium = round2((cec * Math.min(88, Math.max(1, 2.5 + 72 * salt ** 1.25 + 3 * d + noise(2.5)))) / 100)
  // cmol of charge per kg: meq/L of the extract × 5 L/kg ÷ 10
  const charge = (9.8 * ecMsPerCm * 5) / 10
  const sodiumShare = Math.min(0.96, 0.5 + 0.46 * salt + noise(0.03))
  const rest = charge * (1 - sodiumShare)
  const cations = {
    calcium: round3(0.55 * rest),
    magnesium: round3(0.35 * rest),
    potassium: round3(0.1 * rest),
    sodium: round3(charge * sodiumShare),
  }
  const total = charge * (1 + noise(0.015)) // a laboratory's anions never quite meet its cations
  const carbonateShare = ph > 8.7 ? Math.min(0.3, 0.16 * (ph - 8.7)) : 0
  const bicarbonateShare = Math.min(0.72, 0.52 + 0.15 * salt + noise(0.03))
  const chlorideShare = (1 - carbonateShare - bicarbonateShare) * 0.6
  const anions = {
    carbonate: round3(total * carbonateShare),
    bicarbonate: round3(total * bicarbonateShare),
    chloride: round3(total * chlorideShare),
    sulfate: round3(total * (1 - carbonateShare - bicarbonateShare - chlorideShare)),
  }
  let saltGPerKg = 0
  for (const [ion, amount] of Object.entries({ ...cations, ...anions })) saltGPerKg += (amount * WEIGHT[ion as keyof typeof WEIGHT]) / 100
  return {
    ph,
    ecMsPerCm,
    saltGPerKg: round2(saltGPerKg),
    ...anions,
    ...cations,
    cec,
    exchangeableSodium,
    espPercent: Math.round((1000 * exchangeableSodium) / cec) / 10,
    organicMatterGPerKg: round2(Math.max(2, 24 - 14 * salt - 5 * d + noise(2.5))),
  }
}

const round3 = (value: number) => Math.round(value * 1000) / 1000
