/**
 * The spectral indices that come with the program, under names of our own. Other packages give one name to several formulas and one formula
 * several names (SI1 to SI14, NDSI, NDMI, BI mean different things in different places), so here a name says the formula where it can.
 * `elsewhere` tells what a formula is called where; ⚠ marks a name that means another formula there.
 *
 * Letters are surface reflectance, 0 to 1. `range` is where the values of farmland lie and only sets the first stretch of a map.
 */
export type IndexData = {
  readonly id: string
  readonly formula: string
  readonly zh: string
  readonly en: string
  readonly range: readonly [low: number, high: number]
  readonly ramp: RampName
  readonly source: string
  readonly elsewhere: string
}

/** salt: pale to dark, one hue; green: bare to grown; water; change: both ways from the middle. All can be told apart without red and green. */
export type RampName = 'salt' | 'green' | 'water' | 'change'

const S17 = 'soilassessment (R)'
const S18 = 'SoilSaltIndex (R)'
const KHAN = 'Khan et al. 2005, Agric. Water Manage. 77:96'

export const INDICES: readonly IndexData[] = [
  { id: 'NDVI', formula: '(N - R) / (N + R)', zh: '归一化植被指数', en: 'normalised difference vegetation index', range: [-0.1, 0.9], ramp: 'green', source: 'Rouse et al. 1974, NASA SP-351', elsewhere: 'NDVI' },
  { id: 'SAVI', formula: '1.5 * (N - R) / (N + R + 0.5)', zh: '土壤调节植被指数', en: 'soil-adjusted vegetation index, L 0.5', range: [-0.1, 0.8], ramp: 'green', source: 'Huete 1988, Remote Sens. Environ. 25:295', elsewhere: 'SAVI' },
  { id: 'EVI', formula: '2.5 * (N - R) / (N + 6 * R - 7.5 * B + 1)', zh: '增强型植被指数', en: 'enhanced vegetation index', range: [-0.1, 0.9], ramp: 'green', source: 'Huete et al. 2002, Remote Sens. Environ. 83:195', elsewhere: 'EVI' },
  { id: 'GARI', formula: '(N - (G - 1.7 * (B - R))) / (N + (G - 1.7 * (B - R)))', zh: '绿波段大气阻抗指数', en: 'green atmospherically resistant index, λ 1.7', range: [-0.2, 0.9], ramp: 'green', source: 'Gitelson et al. 1996, Remote Sens. Environ. 58:289', elsewhere: 'GARI' },
  { id: 'COSRI', formula: '(B + G) / (R + N) * (N - R) / (N + R)', zh: '综合光谱响应指数', en: 'combined spectral response index', range: [-0.1, 0.5], ramp: 'green', source: 'Fernández-Buces et al. 2006, J. Arid Environ. 65:644', elsewhere: `${S18}: COSRI` },
  { id: 'NDWI', formula: '(G - N) / (G + N)', zh: '归一化水体指数', en: 'normalised difference water index (open water)', range: [-0.8, 0.5], ramp: 'water', source: 'McFeeters 1996, Int. J. Remote Sens. 17:1425', elsewhere: 'NDWI; ⚠ Gao’s NDWI is ndNS1' },
  { id: 'MNDWI', formula: '(G - S1) / (G + S1)', zh: '改进的归一化水体指数', en: 'modified normalised difference water index', range: [-0.8, 0.6], ramp: 'water', source: 'Xu 2006, Int. J. Remote Sens. 27:3025', elsewhere: '⚠ the snow index NDSI is the same formula' },
  { id: 'ndNS1', formula: '(N - S1) / (N + S1)', zh: '近红外与短波红外 1 归一化差', en: 'normalised difference of N and S1 (moisture)', range: [-0.4, 0.5], ramp: 'water', source: 'Gao 1996, Remote Sens. Environ. 58:257', elsewhere: `NDMI, NDII, −NDBI; ${S18}: SI5; ⚠ ${S17}: NDMI is (N−½(S1+S2))/(N+½(S1+S2))` },
  { id: 'NDSI_salt', formula: '(R - N) / (R + N)', zh: '归一化盐分指数（= −NDVI）', en: 'normalised difference salinity index, −NDVI', range: [-0.6, 0.1], ramp: 'salt', source: KHAN, elsewhere: `NDSI; ⚠ NDSI elsewhere is snow, (G−S1)/(G+S1)` },
  { id: 'sqrtGR', formula: 'sqrt(G * R)', zh: '盐分指数 √(G·R)', en: 'salinity index √(G·R)', range: [0.03, 0.35], ramp: 'salt', source: KHAN, elsewhere: `${S17}: SI1; ${S18}: SI1` },
  { id: 'sqrtBR', formula: 'sqrt(B * R)', zh: '盐分指数 √(B·R)', en: 'salinity index √(B·R)', range: [0.03, 0.3], ramp: 'salt', source: 'Abbas & Khan 2007, MODSIM07', elsewhere: `SI, S4; ${S17}: SI2; ${S18}: SI10` },
  { id: 'sqrtG2R2', formula: 'sqrt(G^2 + R^2)', zh: '盐分指数 √(G²+R²)', en: 'intensity √(G²+R²)', range: [0.05, 0.5], ramp: 'salt', source: 'Douaoui et al. 2006, Geoderma 134:217', elsewhere: `${S17}: SI3; ${S18}: SI3` },
  { id: 'sqrtG2R2N2', formula: 'sqrt(G^2 + R^2 + N^2)', zh: '盐分指数 √(G²+R²+N²)', en: 'intensity √(G²+R²+N²)', range: [0.15, 0.7], ramp: 'salt', source: 'Douaoui et al. 2006, Geoderma 134:217', elsewhere: `${S18}: SI2; ⚠ ${S17}: BI` },
  { id: 'sqrtR2N2', formula: 'sqrt(R^2 + N^2)', zh: '亮度指数 √(R²+N²)', en: 'brightness √(R²+N²)', range: [0.15, 0.65], ramp: 'salt', source: KHAN, elsewhere: `BI; ${S18}: BI` },
  { id: 'ratioBR', formula: 'B / R', zh: '蓝红比', en: 'ratio of B to R', range: [0.4, 1.2], ramp: 'change', source: 'Abbas & Khan 2007, MODSIM07', elsewhere: `S1; ${S17}: SI5; ${S18}: SI7` },
  { id: 'ndBR', formula: '(B - R) / (B + R)', zh: '蓝红归一化差', en: 'normalised difference of B and R', range: [-0.4, 0.1], ramp: 'change', source: 'Abbas & Khan 2007, MODSIM07', elsewhere: `S2; ${S18}: SI8` },
  { id: 'GRoverB', formula: 'G * R / B', zh: '盐分指数 G·R/B', en: 'salinity index G·R/B', range: [0.04, 0.4], ramp: 'salt', source: 'Abbas & Khan 2007, MODSIM07', elsewhere: `S3; ${S18}: SI9` },
  { id: 'BRoverG', formula: 'B * R / G', zh: '盐分指数 B·R/G', en: 'salinity index B·R/G', range: [0.03, 0.3], ramp: 'salt', source: 'Abbas & Khan 2007, MODSIM07', elsewhere: `S5; ${S18}: SI11; SI8 in a paper` },
  { id: 'RNoverG', formula: 'R * N / G', zh: '盐分指数 R·N/G', en: 'salinity index R·N/G', range: [0.1, 0.6], ramp: 'salt', source: 'Abbas & Khan 2007, MODSIM07', elsewhere: `S6; ${S17}: SI6; ${S18}: SI12; SI9 in a paper` },
  { id: 'sqrtRN', formula: 'sqrt(R * N)', zh: '盐分指数 √(R·N)', en: 'salinity index √(R·N)', range: [0.08, 0.5], ramp: 'salt', source: S18, elsewhere: `${S18}: SI13` },
  { id: 'RoverN100', formula: '100 * R / N', zh: '盐分指数 100·R/N', en: 'salinity index 100·R/N', range: [10, 110], ramp: 'salt', source: 'Tripathi et al. 1997', elsewhere: `SI-T; ${S18}: SI14; ⚠ ${S18}: SIT is N/S1` },
  { id: 'NoverS1', formula: 'N / S1', zh: '近红外与短波红外 1 之比', en: 'ratio of N to S1', range: [0.5, 2], ramp: 'change', source: S18, elsewhere: `${S17}: ROCK; ${S18}: SIT` },
  { id: 'ratioS1S2', formula: 'S1 / S2', zh: '短波红外比（黏土）', en: 'ratio of S1 to S2 (clay)', range: [0.9, 2], ramp: 'change', source: 'Sabins 1999, Ore Geol. Rev. 14:157', elsewhere: `${S17}: CLAY; ${S18}: SI4` },
  { id: 'ndS1S2', formula: '(S1 - S2) / (S1 + S2)', zh: '短波红外归一化差', en: 'normalised difference of S1 and S2', range: [-0.1, 0.4], ramp: 'change', source: S18, elsewhere: `NSDS; ${S18}: SI6; ⚠ ${S17}: NBR` },
  { id: 'aster', formula: '(N * S1 - S1^2) / N', zh: '盐分指数（ASTER）', en: 'salinity index for ASTER', range: [-0.3, 0.2], ramp: 'change', source: 'Al-Khaier 2003 (ITC thesis)', elsewhere: `${S17}: SI4` },
  { id: 'siAster', formula: '(S1 - N) / (S1 + S2)', zh: '盐分指数（ASTER，归一）', en: 'salinity index for ASTER, ratio', range: [-0.3, 0.3], ramp: 'salt', source: S18, elsewhere: `${S18}: SI.ASTER` },
  { id: 'sssi1', formula: 'S1 - S2', zh: '土壤盐分光谱指数 1', en: 'soil salinity spectral index 1', range: [-0.05, 0.2], ramp: 'change', source: 'Bannari et al. 2008, Commun. Soil Sci. Plant Anal. 39:2795', elsewhere: `${S18}: SSSI1` },
  { id: 'sssi2', formula: '(S1 * S2 - S2^2) / S1', zh: '土壤盐分光谱指数 2', en: 'soil salinity spectral index 2', range: [-0.05, 0.15], ramp: 'change', source: 'Bannari et al. 2008, Commun. Soil Sci. Plant Anal. 39:2795', elsewhere: `${S18}: SSSI2` },
  { id: 'NSI', formula: '(S1 - S2) / (S1 - N)', zh: '归一化盐分指数（短波红外）', en: 'newly developed salinity index; has no value where S1 equals N', range: [-3, 3], ramp: 'change', source: S18, elsewhere: `${S18}: NSI` },
  { id: 'NSI_001', formula: '(S1 - S2) / (S1 - N + 0.001)', zh: '归一化盐分指数（分母加 0.001）', en: 'the same with 0.001 added below', range: [-3, 3], ramp: 'change', source: S17, elsewhere: `${S17}: NSI` },
  { id: 'VSSI', formula: '2 * G - 5 * (R + N)', zh: '植被土壤盐分指数', en: 'vegetation soil salinity index', range: [-4, 0], ramp: 'salt', source: 'Dehni & Lounis 2012, Procedia Eng. 33:188', elsewhere: 'VSSI' },
  { id: 'CRSI', formula: 'sqrt((N * R - G * B) / (N * R + G * B))', zh: '冠层响应盐分指数', en: 'canopy response salinity index; none where the root is negative', range: [0.3, 1], ramp: 'green', source: 'Scudiero et al. 2015, Remote Sens. Environ. 169:335', elsewhere: `${S18}: CSRI; ⚠ ${S17}: CRSI has N·G instead of N·R below` },
] // biome-ignore format: a table
