import assert from 'node:assert/strict'
import { test } from 'node:test'
import { context, rowValues, square } from '@dishu/kernel/areas/fixtures/row-values'
import fc from 'fast-check'
import { ownershipStandard, parcelStandard, parcelStandards } from './parcels.exchange.ts'
import { parcelKind, patchKind } from './parcels.ts'
import { patchStandard } from './patches.exchange.ts'

const patch = {
  BSM: '220899100200000001',
  YSDM: '2001010100',
  TBBH: '12',
  DLBM: '0103',
  DLMC: '旱地',
  QSXZ: '30',
  QSDWDM: '2208991002010000000',
  QSDWMC: '前甸村村民委员会',
  ZLDWDM: '2208991002010000000',
  ZLDWMC: '前甸村',
  TBMJ: 10000,
  KCDLBM: '1203',
  KCXS: 0.05,
  KCMJ: 500,
  TBDLMJ: 9500,
  SJNF: 2023,
}
const readPatch = (row: Record<string, string | number | null>, geometry: ReturnType<typeof square> | null = square(100)) =>
  patchStandard.read(rowValues(patchStandard.fields, row), geometry, context)

test('a survey row becomes a patch in our words', () => {
  const { records } = readPatch({ ...patch, XXTBKD: 4.5, GDZZSXDM: 'LS', 自定义: 'x' })
  const { outline, ...content } = records[0].content
  assert.ok(outline instanceof Uint8Array)
  assert.deepEqual(content, {
    patch_key: '220899100200000001',
    patch_number: '12',
    village: '220899100201',
    village_name: '前甸村',
    class: '0103',
    class_name: '旱地',
    owner_kind: '30',
    owner_unit: '2208991002010000000',
    owner_name: '前甸村村民委员会',
    official_area: 1000000,
    deducted_class: '1203',
    deduction: 0.05,
    deducted_area: 50000,
    class_area: 950000,
    computed_area: 1000000,
    survey_year: 2023,
    srid: 4529,
    bbox: [123.9, 45.3, 123.91, 45.31],
    extra: { 自定义: 'x', YSDM: '2001010100', XZDWKD: '4.5', ZZSXDM: 'LS' },
  })
  assert.equal(patchStandard.validFromOf(rowValues(patchStandard.fields, patch)), '2023-12-31')
  assert.equal(patchStandard.countyOf(rowValues(patchStandard.fields, patch)), '220899')
})

test('both spellings of a field are the same field', () => {
  const old = { ...patch, TKXS: patch.KCXS, TKMJ: patch.KCMJ, KCXS: undefined, KCMJ: undefined }
  const renamed = Object.fromEntries(Object.entries(old).filter(([, value]) => value !== undefined)) as typeof patch
  assert.deepEqual(readPatch(renamed).records, readPatch(patch).records)
})

test('a whole number in a code field gives its digits', () => {
  const { content } = readPatch({ ...patch, BSM: 17, QSXZ: 30, ZLDWDM: 2208991002010000, TBBH: 12 }).records[0]
  assert.deepEqual([content.patch_key, content.owner_kind, content.village, content.patch_number], ['17', '30', '220899100201', '12'])
})

test('without an identifier a patch is known by village and number', () => {
  assert.equal(readPatch({ ...patch, BSM: null }).records[0].content.patch_key, '220899100201-12')
  assert.equal(readPatch({ ...patch, BSM: '0' }).records[0].content.patch_key, '220899100201-12')
  assert.equal(readPatch({ ...patch, BSM: null, TBBH: null }).refusals[0].refusal.code, 'parcels/no-code')
})

test('areas not stated follow from the others, and it is noted', () => {
  const areas = (row: Partial<Record<keyof typeof patch, number | string | null>>) => {
    const { official_area, deducted_area, class_area, extra } = readPatch({ ...patch, ...row }).records[0].content
    return [official_area, deducted_area, class_area, (extra as Record<string, string>).officialAreaFrom]
  }
  assert.deepEqual(areas({ KCMJ: null, TBDLMJ: null }), [1000000, 50000, 950000, undefined])
  assert.deepEqual(areas({ KCXS: null, KCMJ: null, TBDLMJ: null }), [1000000, 0, 1000000, undefined])
  assert.deepEqual(areas({ KCMJ: null }), [1000000, 50000, 950000, undefined])
  assert.deepEqual(areas({ TBMJ: null }), [1000000, 50000, 950000, 'TBDLMJ+KCMJ'])
  assert.deepEqual(areas({ TBMJ: null, TBDLMJ: null, KCMJ: null }), [1000000, 50000, 950000, 'outline'])
})

test('what cannot be a patch is refused with its reason', () => {
  const code = (row: Record<string, string | number | null>, geometry: ReturnType<typeof square> | null = square(100)) =>
    readPatch(row, geometry).refusals[0]?.refusal.code
  assert.equal(code(patch, null), 'parcels/no-outline')
  assert.equal(code({ ...patch, ZLDWDM: '220899100' }), 'parcels/no-village')
  assert.equal(code({ ...patch, DLBM: null, DLMC: '不知道' }), 'parcels/no-class')
  assert.equal(code({ ...patch, TBMJ: -5 }), 'parcels/area-is-negative')
  assert.equal(code({ ...patch, TBMJ: '约五亩', TBDLMJ: null }, { ...square(1), area: null }), 'parcels/no-area')
  assert.equal(readPatch({ ...patch, DLBM: null }).records[0].content.class, '0103') // by its name
})

test('a patch covers its village', () => assert.equal(patchKind.scope?.(readPatch(patch).records[0].content), '220899100201'))

const parcel = {
  DKBM: '2208991002010100001',
  DKMC: '东大地',
  SYQXZ: '30',
  DKLB: '10',
  TDLYLX: '013',
  DLDJ: '05',
  TDYT: '1',
  SFJBNT: '1',
  SCMJ: 6666.67,
  SCMJM: 10,
  DKDZ: '张三',
  DKXZ: '李四',
  DKNZ: '水渠',
  DKBZ: '王五',
  ZJRXM: '赵六',
}

test('a registry parcel keeps its people apart from its content', () => {
  const { records } = parcelStandard.read(
    rowValues(parcelStandard.fields, { ...parcel, CBFMC: '钱七', 联系电话: '13800000000' }),
    square(81.65),
    context,
  )
  const { content, personal } = records[0]
  assert.deepEqual(personal, {
    neighbourEast: '张三',
    neighbourSouth: '水渠',
    neighbourWest: '李四',
    neighbourNorth: '王五',
    pointedOutBy: '赵六',
    contractorName: '钱七',
    note: '联系电话: 13800000000',
  })
  const clear = JSON.stringify({ ...content, outline: null })
  for (const name of ['张三', '李四', '王五', '赵六', '钱七', '13800000000']) assert.ok(!clear.includes(name), name)
  assert.equal(content.official_area, 666667)
  assert.equal(content.official_mu, 10)
  assert.equal(content.use_class, '013')
  assert.equal(parcelKind.scope?.(content), '22089910020101')
})

test('a parcel without m² takes its 亩', () => {
  const { records } = parcelStandard.read(rowValues(parcelStandard.fields, { ...parcel, SCMJ: null }), square(81.65), context)
  assert.equal(records[0].content.official_area, 666667)
})

test('an ownership parcel says who owns, without naming a person', () => {
  const read = (row: Record<string, string>) =>
    ownershipStandard.read(rowValues(ownershipStandard.fields, row), square(10), context).records[0].content
  const collective = read({ ZDDM: '220899100201JA00001', ZDTZM: 'JA', QLRMC: '前甸村农民集体经济组织' })
  assert.deepEqual([collective.class, collective.name, collective.layer], ['JA', '前甸村农民集体经济组织', 'ownership'])
  const person = read({ ZDDM: '220899100201JC00002', QLRMC: '张三' })
  assert.equal(person.class, 'JC') // from the code
  assert.ok(!JSON.stringify({ ...person, outline: null }).includes('张三'))
})

test('each kind of layer is recognised for what it is', () => {
  const layers: Record<string, readonly string[]> = {
    dltb: Object.keys(patch),
    'nyt2539-dk': Object.keys(parcel),
    zongdi: ['BSM', 'YSDM', 'ZDDM', 'BDCDYH', 'ZDTZM', 'ZL', 'ZDMJ', 'QLRMC'],
  }
  for (const [id, fields] of Object.entries(layers)) {
    const scores = parcelStandards.map((standard) => ({
      id: standard.id,
      score: standard.recognise({ name: 'layer1', fields, hasGeometry: true }),
    }))
    const best = scores.toSorted((a, b) => b.score - a.score)[0]
    assert.equal(best.id, id)
    assert.ok(best.score >= 0.75, `${id} ${best.score}`)
    assert.ok(
      scores.every((one) => one.id === id || one.score === 0),
      JSON.stringify(scores),
    )
  }
})

test('a patch never counts its area twice or loses any: class area and deduction make the whole when not all are stated', () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 0, max: 3000 }), (area, deduction) => {
      const { content } = readPatch({ ...patch, TBMJ: area / 100, KCXS: deduction / 10_000, KCMJ: null, TBDLMJ: null }).records[0]
      return content.official_area === area && Number(content.deducted_area) + Number(content.class_area) === area
    }),
  ))
