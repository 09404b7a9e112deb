/** Parcels (DK of NY/T 2539) and other ground layers from files. */
import {
  code,
  countyOf,
  field,
  hundredths,
  isBody,
  likeness,
  noteOf,
  number,
  openRest,
  outlineColumns,
  rest,
  statedArea,
  texts,
} from '@dishu/kernel/areas/areas'
import type { FieldRefusal, ReadOutcome, RowGeometry, RowValues, Standard, StandardField } from '@dishu/kernel/intake/intake'
import type { ParcelsRefusal } from './parcels.messages.ts'
import { groundKind, OWNERSHIP_LAYER, parcelKind } from './parcels.ts'
import { patchStandard } from './patches.exchange.ts'

const no = (name: string | null, refusal: ParcelsRefusal): ReadOutcome => ({
  records: [],
  refusals: [{ field: name, refusal } satisfies FieldRefusal],
})
const isPolygon = (geometry: RowGeometry | null): geometry is RowGeometry => geometry?.type === 'polygon'

/** The neighbours on four sides and who pointed the bounds out, by the registry's field names. */
const SIDES = {
  DKDZ: 'neighbourEast',
  DKNZ: 'neighbourSouth',
  DKXZ: 'neighbourWest',
  DKBZ: 'neighbourNorth',
  ZJRXM: 'pointedOutBy',
  CBFMC: 'contractorName',
} as const

const PARCEL_FIELDS: readonly StandardField[] = [
  field('DKBM', '地块编码', 'Parcel code', { as: ['地块编码', '地块代码'], required: true }),
  field('DKMC', '地块名称', 'Parcel name', { as: ['地块名称'] }),
  field('SYQXZ', '所有权性质', 'Kind of owner', { as: ['所有权性质'] }),
  field('DKLB', '地块类别', 'Parcel category', { as: ['地块类别'] }),
  field('TDLYLX', '土地利用类型', 'Land class (2007)', { as: ['土地利用类型'] }),
  field('DLDJ', '地力等级', 'Fertility grade', { as: ['地力等级'] }),
  field('TDYT', '土地用途', 'Land use', { as: ['土地用途'] }),
  field('SFJBNT', '是否基本农田', 'Basic farmland', { as: ['是否基本农田', '是否永久基本农田'] }),
  field('SCMJ', '实测面积', 'Surveyed area', { type: 'number', unit: 'm²', as: ['实测面积'] }),
  field('SCMJM', '实测面积（亩）', 'Surveyed area (亩)', { type: 'number', unit: '亩', as: ['实测面积亩'] }),
  field('DKDZ', '东至', 'Neighbour to the east', { as: ['地块东至', '东至'] }),
  field('DKNZ', '南至', 'Neighbour to the south', { as: ['地块南至', '南至'] }),
  field('DKXZ', '西至', 'Neighbour to the west', { as: ['地块西至', '西至'] }),
  field('DKBZ', '北至', 'Neighbour to the north', { as: ['地块北至', '北至'] }),
  field('ZJRXM', '指界人姓名', 'Who pointed out the bounds', { as: ['指界人姓名'] }),
  field('CBFMC', '承包方名称', 'Contractor’s name', { as: ['承包方名称'] }),
  field('DKBZXX', '地块备注信息', 'Remarks', { as: ['地块备注信息'] }),
  field('BSM', '标识码', 'Identifier'),
  field('YSDM', '要素代码', 'Feature code'),
  field('KJZB', '空间坐标', 'Points of the outline'),
]

/** 地块 of NY/T 2539. The surveyed area is SCMJ in m²; SCMJM in 亩 stands beside it as the file states it. */
export const parcelStandard: Standard = {
  id: 'nyt2539-dk',
  as: 'contracts',
  name: { zh: '承包地块（NY/T 2539 DK）', en: 'Contract parcels (NY/T 2539 DK)' },
  kinds: [parcelKind],
  geometry: 'polygon',
  fields: PARCEL_FIELDS,
  recognise: ({ fields, name, hasGeometry }) => {
    // CBDKXX has the parcel's code too, with a contract instead of an outline
    if (!hasGeometry || fields.some((header) => /^CBHTBM$/i.test(header))) return 0
    const score = likeness(PARCEL_FIELDS, [['DKBM'], ['DKMC', 'SCMJ', 'SCMJM', 'DKLB', 'SYQXZ']], fields)
    return score === 0 ? 0 : Math.min(1, score + (/^DK|地块/i.test(name) ? 0.2 : 0.05))
  },
  countyOf: (values) => countyOf(code(values, 'DKBM') ?? ''),
  validFromOf: () => null,
  read(values, geometry): ReadOutcome {
    const parcelCode = code(values, 'DKBM')
    if (parcelCode === null) return no('DKBM', { code: 'parcels/no-code', details: { fields: ['DKBM'] } })
    if (!isPolygon(geometry)) return no(null, { code: 'parcels/no-outline', details: { key: parcelCode } })
    const area = statedArea(values, 'SCMJ', 'SCMJM') ?? geometry.area
    if (area === null) return no('SCMJ', { code: 'parcels/no-area', details: { field: 'SCMJ', stated: values.text('SCMJ') } })
    if (area < 0) return no('SCMJ', { code: 'parcels/area-is-negative', details: { field: 'SCMJ', area: area / 100 } })

    const more = rest(values)
    return {
      records: [
        {
          kind: parcelKind.name,
          content: {
            parcel_code: parcelCode,
            name: values.text('DKMC'),
            owner_kind: code(values, 'SYQXZ'),
            category: code(values, 'DKLB'),
            use_class: code(values, 'TDLYLX'),
            fertility: code(values, 'DLDJ'),
            purpose: code(values, 'TDYT'),
            basic_farmland: code(values, 'SFJBNT'),
            official_area: area,
            official_mu: number(values, 'SCMJM'),
            computed_area: geometry.area,
            ...outlineColumns(geometry),
            extra: { ...more.extra, ...texts(values, ['BSM', 'YSDM', 'DKBZXX', 'KJZB']) },
          },
          personal: { ...sidesOf(values), note: noteOf(more.personal) },
        },
      ],
      refusals: [],
    }
  },
}

function sidesOf(values: RowValues): Record<string, string> {
  const sides: Record<string, string> = {}
  for (const [name, side] of Object.entries(SIDES)) {
    const text = values.text(name)
    if (text !== null) sides[side] = text
  }
  return sides
}

const OWNERSHIP_FIELDS: readonly StandardField[] = [
  field('ZDDM', '宗地代码', 'Ownership parcel code', { as: ['宗地代码', '宗地号', 'DJH', 'ZDH'], required: true }),
  field('ZDTZM', '宗地特征码', 'Kind of ownership parcel', { as: ['宗地特征码'] }),
  field('BDCDYH', '不动产单元号', 'Real-estate unit number', { as: ['不动产单元号'] }),
  field('QLRMC', '权利人名称', 'Right holder', { as: ['权利人名称', '权利人', 'TDQLR', 'QLR'] }),
  field('QLLX', '权利类型', 'Kind of right', { as: ['权利类型'] }),
  field('QLXZ', '权利性质', 'Nature of the right', { as: ['权利性质', 'QSXZ', '权属性质'] }),
  field('ZDMJ', '宗地面积', 'Area', { type: 'number', unit: 'm²', as: ['宗地面积', 'SCMJ'] }),
  field('ZL', '坐落', 'Place', { as: ['坐落', 'TDZL'] }),
  field('BSM', '标识码', 'Identifier'),
  field('YSDM', '要素代码', 'Feature code'),
]

/** 宗地 of the real-estate register: kept as a ground layer of its own; it says who owns, to be held against QSXZ. */
export const ownershipStandard: Standard = {
  id: 'zongdi',
  as: 'layer',
  name: { zh: '宗地（所有权）', en: 'Ownership parcels (宗地)' },
  kinds: [groundKind],
  geometry: 'polygon',
  fields: OWNERSHIP_FIELDS,
  recognise: ({ fields, name, hasGeometry }) => {
    if (!hasGeometry || fields.some((header) => /^(DLBM|DKBM)$/i.test(header))) return 0
    const score = likeness(OWNERSHIP_FIELDS, [['ZDDM'], ['ZDTZM', 'BDCDYH', 'QLRMC', 'QLXZ', 'QLLX']], fields)
    return score === 0 ? 0 : Math.min(1, score + (/ZD|宗地/i.test(name) ? 0.2 : 0.1))
  },
  countyOf: (values) => countyOf(code(values, 'ZDDM') ?? ''),
  validFromOf: () => null,
  read(values, geometry): ReadOutcome {
    const key = code(values, 'ZDDM')
    if (key === null) return no('ZDDM', { code: 'parcels/no-code', details: { fields: ['ZDDM'] } })
    if (!isPolygon(geometry)) return no(null, { code: 'parcels/no-outline', details: { key } })
    const holder = values.text('QLRMC')
    // ground rows can seal nothing: the name of a body may stand, that of a person is left out
    const extra = { ...openRest(values), ...texts(values, ['ZDTZM', 'BDCDYH', 'QLLX', 'QLXZ', 'ZL', 'BSM', 'YSDM', 'ZDMJ']) }
    return {
      records: [
        {
          kind: groundKind.name,
          content: {
            layer: OWNERSHIP_LAYER,
            key,
            class: code(values, 'ZDTZM') ?? characteristicOf(key),
            name: holder !== null && isBody(holder) ? holder : null,
            computed_area: geometry.area,
            ...outlineColumns(geometry),
            extra: holder !== null && !isBody(holder) ? { ...extra, leftOut: 'QLRMC' } : extra,
          },
        },
      ],
      refusals: [],
    }
  },
}

/** Digits 13 and 14 of a 19-place 宗地代码 are its 特征码 (GB state-owned, JA collective ownership …). */
const characteristicOf = (key: string) => /^\d{12}([A-Z]{2})\d{5}/i.exec(key)?.[1].toUpperCase() ?? null

const GROUND_FIELDS: readonly StandardField[] = [
  field('key', '编号', 'Number', { as: ['BSM', '标识码', 'id', 'fid', 'objectid', 'code', '编号', '编码'] }),
  field('class', '类别', 'Class', { as: ['LX', 'type', 'class', '类型', '类别'] }),
  field('name', '名称', 'Name', { as: ['MC', 'name', '名称'] }),
  field('area', '面积', 'Stated area', { type: 'number', unit: 'm²', as: ['MJ', 'area', 'shape_area', '面积'] }),
]

/** Any other layer of outlines (a red line, a reserve, a project's bounds). It is never taken without being asked for. */
export const groundStandard: Standard = {
  id: 'layer',
  as: 'layer',
  name: { zh: '其他图层', en: 'Another layer' },
  kinds: [groundKind],
  geometry: 'any',
  fields: GROUND_FIELDS,
  recognise: () => 0,
  countyOf: () => null,
  validFromOf: () => null,
  read(values, geometry, context): ReadOutcome {
    if (geometry === null) return no(null, { code: 'parcels/no-outline', details: { key: code(values, 'key') } })
    const stated = number(values, 'area')
    const key = code(values, 'key') ?? placeKey(geometry)
    const name = values.text('name')
    return {
      records: [
        {
          kind: groundKind.name,
          content: {
            layer: context.options.layer ?? context.layer,
            key,
            class: values.text('class'),
            name,
            computed_area: geometry.area,
            ...outlineColumns(geometry),
            extra: { ...openRest(values), ...(stated === null ? {} : { statedArea: hundredths(stated) }) },
          },
        },
      ],
      refusals: [],
    }
  },
}

/** A layer without numbers: the feature is known by where it lies, to about a metre. */
const placeKey = ({ bbox: [minX, minY, maxX, maxY] }: RowGeometry) =>
  [minX, minY, maxX, maxY].map((degrees) => degrees.toFixed(5)).join(' ')

export const parcelStandards: readonly Standard[] = [patchStandard, parcelStandard, ownershipStandard, groundStandard]
