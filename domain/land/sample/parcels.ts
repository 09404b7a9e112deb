/**
 * Contract parcels (DK) laid into the patches: a whole patch, strips of one, or a part of one with the rest left over.
 */
import { writePolygonWkb } from '@dishu/base/wkb'
import { ellipsoidalAreaInZone } from '@dishu/numeric/geodesy/area'
import type { Ground } from './division.ts'
import { Mesh } from './mesh.ts'
import { CLASS_2007, isCropland } from './names.ts'
import { muOf, type Patch, toCents, type Village, ZONE } from './patches.ts'
import type { DkRow } from './rows.ts'

/** How a parcel is held: by a household under the family contract, by open contract (四荒), or by nobody (机动地). */
export type Holding = 'family' | 'open' | 'reserve'

export type Parcel = {
  readonly row: DkRow
  readonly patch: Patch
  readonly issuer: string
  readonly holding: Holding
  readonly siblings: readonly number[]
}

/** 14 digits: the village's 12 and the group; 00 is the village itself. */
export const issuerCode = (village: Village, group: number) => village.code + (village.owner === '31' ? `0${group + 1}` : '00')

/** All parcels in order of their issuer, numbered within it; `siblings` are the indices of the parcels of the same patch. */
export function drawParcels(ground: Ground, villages: readonly Village[], patches: readonly Patch[], random: () => number): Parcel[] {
  const byIssuer = new Map<string, { patch: Patch; outlines: (readonly Float64Array[])[]; holding: Holding }[]>()
  for (const patch of patches) {
    const village = villages[patch.village]
    if (!patch.row.QSXZ.startsWith('3')) continue
    const holding = holdingOf(patch.row.DLBM, random)
    if (!holding) continue
    const outlines = holding === 'open' ? [ground.mesh.rings(patch.face)] : outlinesWithin(ground.mesh.rings(patch.face), random)
    const issuer = issuerCode(village, patch.group)
    const list = byIssuer.get(issuer)
    if (list) list.push({ patch, outlines, holding })
    else byIssuer.set(issuer, [{ patch, outlines, holding }])
  }
  const parcels: Parcel[] = []
  for (const [issuer, list] of byIssuer) {
    let serial = 0
    for (const { patch, outlines, holding } of list) {
      const siblings = outlines.map((_, i) => parcels.length + i)
      for (const rings of outlines) {
        const row = parcelRow(parcels.length + 1, `${issuer}${String(++serial).padStart(5, '0')}`, patch, rings, holding, serial, random)
        parcels.push({ row, patch, issuer, holding, siblings })
      }
    }
  }
  return parcels
}

function holdingOf(landClass: string, random: () => number): Holding | null {
  const lot = random()
  if (isCropland(landClass)) return lot < 0.65 ? 'family' : lot < 0.68 ? 'reserve' : null
  if (landClass === '1204' || landClass === '0404') return lot < 0.12 ? 'open' : null
  return null
}

/** A patch's outline as one parcel, as two to four strips, or as one parcel on a part of it. */
function outlinesWithin(rings: readonly Float64Array[], random: () => number): (readonly Float64Array[])[] {
  const lot = random()
  if (lot < 0.79 || rings.length > 1) return [rings]
  const mesh = new Mesh(rings[0].subarray(0, -2))
  const strips = [1]
  const wanted = lot < 0.94 ? 2 + Math.floor(random() * 3) : 2
  for (let guard = 0; strips.length < wanted && guard < 8; guard++) {
    strips.sort((a, b) => mesh.shape(a).area - mesh.shape(b).area)
    const widest = strips.pop() ?? 1
    const { x, y, axis, along } = mesh.shape(widest)
    const shift = (random() - 0.5) * 0.15 * along
    const cut = mesh.cut(widest, x + shift * Math.cos(axis), y + shift * Math.sin(axis), axis + Math.PI / 2)
    strips.push(...(cut ? [cut.left, cut.right] : [widest]))
  }
  const outlines = strips.sort((a, b) => a - b).map((face) => mesh.rings(face))
  return lot < 0.94 || outlines.length < 2 ? outlines : [outlines[0]]
}

const AROUND = ['农道', '沟渠', '林带', '其他地块', '草地'] as const

function parcelRow(
  serial: number,
  code: string,
  patch: Patch,
  rings: readonly Float64Array[],
  holding: Holding,
  number: number,
  random: () => number,
): DkRow {
  const landClass = patch.row.DLBM
  const area = toCents(ellipsoidalAreaInZone([{ rings }], ZONE)) / 100
  const around = () => AROUND[Math.floor(random() * AROUND.length)]
  return {
    BSM: serial,
    YSDM: '211011',
    DKBM: code,
    DKMC: `${['东', '西', '南', '北', '中'][Math.floor(random() * 5)]}${holding === 'open' ? '荒' : '地'}${number}号`,
    SYQXZ: patch.row.QSXZ,
    DKLB: holding === 'family' ? '10' : holding === 'reserve' ? '22' : '99',
    TDLYLX: CLASS_2007[landClass],
    DLDJ: isCropland(landClass) ? String(4 + Math.floor(random() * 5)).padStart(2, '0') : '10',
    TDYT: landClass === '0404' ? '3' : '1',
    SFJBNT: isCropland(landClass) && random() < 0.8 ? '1' : '2',
    SCMJ: area,
    SCMJM: muOf(area),
    DKDZ: around(),
    DKXZ: around(),
    DKNZ: around(),
    DKBZ: around(),
    DKBZXX: '合成数据',
    ZJRXM: '',
    KJZB: '',
    wkb: writePolygonWkb([{ rings }]),
  }
}
