/**
 * The survey's two layers: patches (DLTB) with every field filled as the survey fills it, and the areas (XZQ) they add up to.
 */
import { writePolygonWkb } from '@dishu/base/wkb'
import { ellipsoidalAreaInZone } from '@dishu/numeric/geodesy/area'
import { zoneOfEpsg } from '@dishu/numeric/geodesy/zone'
import { seededRandom } from '@dishu/numeric/shared/random'
import type { Ground } from './division.ts'
import { CLASS_NAMES, COUNTY, isCropland, placeNames } from './names.ts'
import type { DltbRow, XzqRow } from './rows.ts'

export type Village = {
  readonly code: string // 12 digits
  readonly name: string // 某某村
  readonly town: number
  readonly townCode: string // 9 digits
  readonly townName: string
  /** 20: a state farm; 31: owned by village groups; 32: by the village. */
  readonly owner: '20' | '31' | '32'
  readonly groups: number
}

/** A patch and what the generator still needs to know of it. */
export type Patch = {
  readonly row: DltbRow
  readonly face: number
  readonly village: number
  readonly group: number
  readonly x: number
  readonly y: number
  readonly areaM2: number
}

export const ZONE = zoneOfEpsg(4529) ?? { centralMeridian: 123, falseEasting: 41_500_000 }

export const SURVEY_YEAR = 2024
const NOTE = '合成数据'

/** Ridges are taken off cropland at a rate for its kind and slope. */
const RIDGES: Readonly<Record<string, number>> = { '0101': 0.0412, '0102': 0.0235, '0103': 0.0182 }
const STEEP_RIDGES = 0.056

/** m² with two decimals, and the same as whole hundredths, which add up exactly. */
export const toCents = (areaM2: number) => Math.round(areaM2 * 100)
export const round2 = (value: number) => Math.round(value * 100) / 100
export const muOf = (areaM2: number) => round2((areaM2 * 3) / 2000)

export function nameVillages(ground: Ground, seed: number): Village[] {
  const random = seededRandom(seed ^ 0x6e61)
  const names = placeNames(random)
  const towns = new Map<number, { code: string; name: string; villages: number }>()
  return ground.townOf.map((town) => {
    let of = towns.get(town)
    if (!of) {
      const isTown = towns.size % 3 !== 2 // 镇 from 100 on, 乡 from 200 on
      of = { code: `${COUNTY.code}${(isTown ? 100 : 200) + towns.size}`, name: names.town() + (isTown ? '镇' : '乡'), villages: 0 }
      towns.set(town, of)
    }
    const lot = random()
    const owner = of.villages > 0 && lot < 0.035 ? '20' : lot < 0.23 ? '31' : '32'
    return {
      code: `${of.code}${200 + of.villages++}`,
      name: `${names.village()}${owner === '20' ? '农场' : '村'}`,
      town,
      townCode: of.code,
      townName: of.name,
      owner,
      groups: owner === '31' ? 2 + Math.floor(random() * 2) : 1,
    }
  })
}

export function drawPatches(ground: Ground, villages: readonly Village[], seed: number): Patch[] {
  const random = seededRandom(seed ^ 0x7474)
  const { mesh } = ground
  const faces: { face: number; village: number; x: number; y: number }[] = []
  for (let face = 1; face < mesh.faces; face++) {
    const { x, y } = mesh.shape(face)
    faces.push({ face, village: ground.villageOf[face], x, y })
  }
  // numbered village by village, from the north-west, in bands of 500 m
  const band = (y: number) => Math.floor(y / 500)
  faces.sort((a, b) => a.village - b.village || band(b.y) - band(a.y) || a.x - b.x || a.face - b.face)
  let number = 0
  let before = -1
  return faces.map(({ face, village, x, y }, i) => {
    number = village === before ? number + 1 : 1
    before = village
    const polygon = { rings: mesh.rings(face) }
    const areaM2 = ellipsoidalAreaInZone([polygon], ZONE)
    const group = villages[village].groups > 1 ? Math.floor(random() * villages[village].groups) : 0
    const row = patchRow(ground, villages[village], { face, areaM2, group, serial: i + 1, number }, random)
    row.wkb = writePolygonWkb([polygon])
    return { row, face, village, group, x, y, areaM2 }
  })
}

type Facts = { readonly face: number; readonly areaM2: number; readonly group: number; readonly serial: number; readonly number: number }

function patchRow(ground: Ground, village: Village, { face, areaM2, group, serial, number }: Facts, random: () => number): DltbRow {
  const landClass = ground.classOf[face]
  const width = ground.widthOf.get(face) ?? null
  const crop = isCropland(landClass)
  const sloping = landClass === '0103' && random() < 0.03
  const rate = crop ? (sloping ? STEEP_RIDGES : RIDGES[landClass]) : 0
  const cents = toCents(areaM2)
  const ridgeCents = Math.round(cents * rate)
  const planting = crop ? pick(random()) : null
  const refined = crop && random() < 0.02 ? REFINED[Math.floor(random() * REFINED.length)] : null
  return {
    BSM: `${COUNTY.code}2001${String(serial).padStart(8, '0')}`,
    YSDM: '2001010100',
    TBYBH: String(100000 + number * 7).slice(-6),
    TBBH: String(number).padStart(4, '0'),
    DLBM: landClass,
    DLMC: CLASS_NAMES[landClass],
    ...ownerOf(landClass, ground.settled.get(face), width, areaM2, village, group),
    ZLDWDM: `${village.code}0000000`,
    ZLDWMC: village.name,
    TBMJ: cents / 100,
    KCDLBM: crop ? '1203' : '',
    KCXS: rate,
    KCMJ: ridgeCents / 100,
    TBDLMJ: (cents - ridgeCents) / 100,
    GDLX: sloping ? 'PD' : '',
    GDPDJB: crop ? (sloping ? '2' : '1') : '',
    XZDWKD: width === null ? null : Math.round(width * 10) / 10,
    TBXHDM: refined?.[0] ?? '',
    TBXHMC: refined?.[1] ?? '',
    ZZSXDM: planting?.[0] ?? '',
    ZZSXMC: planting?.[1] ?? '',
    GDDB: crop ? 10 + Math.floor(random() * 4) : null,
    FRDBS: '0',
    CZCSXM: ground.settled.get(face) ?? '',
    SJNF: SURVEY_YEAR,
    MSSM: '00',
    HDMC: '',
    BZ: NOTE,
    wkb: new Uint8Array(0),
  }
}

const REFINED = [
  ['HDGD', '河道耕地'],
  ['HQGD', '湖区耕地'],
  ['SHGD', '沙荒耕地'],
] as const

function pick(lot: number): readonly [string, string] {
  if (lot < 0.9) return ['LS', '种植粮食作物']
  if (lot < 0.96) return ['FLS', '种植非粮食作物']
  if (lot < 0.985) return ['LYFL', '粮与非粮轮作']
  return ['WG', '未耕种']
}

function ownerOf(landClass: string, settled: string | undefined, width: number | null, areaM2: number, village: Village, group: number) {
  const state = (QSXZ: string, whose: string) => ({ QSXZ, QSDWDM: `${COUNTY.code}0000000000000`, QSDWMC: `国有（${whose}）` })
  if (landClass === '1101' || (landClass === '1102' && areaM2 > 150_000) || (landClass === '1107' && (width ?? 0) > 20))
    return state('10', `${COUNTY.name}水利局`)
  if (landClass === '1003') return state('10', `${COUNTY.name}交通运输局`)
  if (settled === '201') return state('10', `${COUNTY.name}人民政府`)
  if (village.owner === '20') return state('20', `${COUNTY.name}${village.name}`)
  if (village.owner === '31' && landClass !== '1006' && landClass !== '1107') {
    return { QSXZ: '31', QSDWDM: `${village.code}0${group + 1}00000`, QSDWMC: `${village.name}${'一二三'[group]}组农民集体` }
  }
  return { QSXZ: '32', QSDWDM: `${village.code}0000000`, QSDWMC: `${village.name}农民集体` }
}

/** County, towns and villages with their outlines; each control area is the exact sum of the patches below it. */
export function drawAreas(ground: Ground, villages: readonly Village[], patches: readonly Patch[]): XzqRow[] {
  const rows: XzqRow[] = []
  const add = (rings: readonly Float64Array[], code: string, name: string, cents: number, kind: string) =>
    rows.push({
      BSM: `${COUNTY.code}1000${String(rows.length + 1).padStart(8, '0')}`,
      YSDM: kind,
      XZQDM: code,
      XZQMC: name,
      DCMJ: cents / 100,
      JSMJ: cents / 100,
      MS: '00',
      HDMC: '',
      BZ: NOTE,
      wkb: writePolygonWkb(polygonsOf(rings)),
    })
  const sums = (of: (village: number) => number) => {
    const cents = new Map<number, number>()
    for (const { village, row } of patches) cents.set(of(village), (cents.get(of(village)) ?? 0) + toCents(row.TBMJ))
    return cents
  }
  const { mesh, villageOf, townOf } = ground
  const outlines = (of: (village: number) => number) => mesh.outlines((face) => of(villageOf[face]))
  const county = sums(() => 0)
  for (const [, rings] of outlines(() => 0)) add(rings, COUNTY.code, COUNTY.name, county.get(0) ?? 0, '1000600100')
  const [townSums, villageSums] = [sums((village) => townOf[village]), sums((village) => village)]
  for (const [town, rings] of byKey(outlines((village) => townOf[village]))) {
    const any = villages.find((village) => village.town === town)
    if (any) add(rings, any.townCode, any.townName, townSums.get(town) ?? 0, '1000600200')
  }
  for (const [village, rings] of byKey(outlines((village) => village))) {
    add(rings, villages[village].code, villages[village].name, villageSums.get(village) ?? 0, '1000600300')
  }
  return rows
}

const byKey = <V>(map: Map<number, V>) => [...map].sort(([a], [b]) => a - b)

/** Shells (counter-clockwise) with the holes that lie in them. */
function polygonsOf(rings: readonly Float64Array[]): { rings: Float64Array[] }[] {
  const shells = rings.filter((ring) => signedArea(ring) > 0).map((ring) => ({ rings: [ring] }))
  for (const hole of rings) {
    if (signedArea(hole) > 0) continue
    const host =
      shells.filter(({ rings: [shell] }) => contains(shell, (hole[0] + hole[2]) / 2, (hole[1] + hole[3]) / 2)).at(-1) ?? shells[0]
    host?.rings.push(hole)
  }
  return shells
}

function signedArea(xy: Float64Array): number {
  let twice = 0
  for (let i = 2; i + 3 < xy.length; i += 2) twice += (xy[i] - xy[0]) * (xy[i + 3] - xy[1]) - (xy[i + 2] - xy[0]) * (xy[i + 1] - xy[1])
  return twice / 2
}

function contains(ring: Float64Array, x: number, y: number): boolean {
  let inside = false
  for (let i = 0; i + 3 < ring.length; i += 2) {
    const [ax, ay, bx, by] = [ring[i], ring[i + 1], ring[i + 2], ring[i + 3]]
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside
  }
  return inside
}
