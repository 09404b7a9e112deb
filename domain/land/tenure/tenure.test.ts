import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Day } from '@dishu/base/date'
import { context, rowValues } from '@dishu/kernel/areas/fixtures/row-values'
import fc from 'fast-check'
import { ledgerStandard, termFrom } from './ledger.exchange.ts'
import { registryStandards, tenureStandards } from './tenure.exchange.ts'
import { contractChanges, contractState, dayAfter, type PieceContract, partyKind } from './tenure.ts'

const day = (text: string) => text as Day
const piece = (code: string, from: string | null, to: string | null, share?: PieceContract['share']): PieceContract => ({
  code,
  from: from as Day | null,
  to: to as Day | null,
  ...(share ? { share } : {}),
})

test('the last day of a term is still under contract, the next is past it', () => {
  const contracts = [piece('A', '1998-01-01', '2027-12-31')]
  assert.equal(contractState(contracts, day('1997-12-31')), 'none') // not yet begun
  assert.equal(contractState(contracts, day('1998-01-01')), 'contracted')
  assert.equal(contractState(contracts, day('2027-12-31')), 'contracted')
  assert.equal(contractState(contracts, day('2028-01-01')), 'expired')
  assert.equal(contractState([], day('2020-01-01')), 'none')
  assert.equal(contractState([piece('A', null, null)], day('2020-01-01')), 'contracted') // open-ended
  assert.equal(contractState([piece('A', '2020-01-01', 'infinity')], day('2999-01-01')), 'contracted')
})

test('two contracts overlap where their shares are more than the whole', () => {
  const both = (a?: PieceContract['share'], b?: PieceContract['share']) =>
    contractState([piece('A', '2000-01-01', '2029-12-31', a), piece('B', '2010-01-01', '2019-12-31', b)], day('2015-06-01'))
  assert.equal(both(), 'overlapping')
  assert.equal(both({ part: 1, whole: 2 }, { part: 1, whole: 2 }), 'contracted')
  assert.equal(both({ part: 1, whole: 3 }, { part: 2, whole: 3 }), 'contracted') // not so in floating point for sevenths and the like
  assert.equal(both({ part: 2, whole: 3 }, { part: 1, whole: 2 }), 'overlapping')
  assert.equal(
    contractState([piece('A', '2000-01-01', '2029-12-31'), piece('A', '2000-01-01', '2029-12-31')], day('2015-06-01')),
    'contracted',
  )
})

const days = fc
  .integer({ min: 0, max: 20_000 })
  .map((n) => new Date(Date.UTC(1990, 0, 1) + n * 86_400_000).toISOString().slice(0, 10) as Day)
const pieces = fc.array(
  fc.record({
    code: fc.constantFrom('A', 'B', 'C', 'D'),
    from: fc.option(days),
    to: fc.option(days),
    share: fc
      .integer({ min: 1, max: 7 })
      .chain((whole) => fc.record({ part: fc.integer({ min: 1, max: whole }), whole: fc.constant(whole) })),
  }),
  { maxLength: 5 },
)

test('the state changes only on the days that are named for it', () =>
  fc.assert(
    fc.property(pieces, days, (contracts, at) => {
      const next = dayAfter(at)
      return contractState(contracts, at) === contractState(contracts, next) || contractChanges(contracts).includes(next)
    }),
    { numRuns: 2000 },
  ))

test('the order in which contracts are listed does not matter', () =>
  fc.assert(fc.property(pieces, days, (contracts, at) => contractState(contracts, at) === contractState(contracts.toReversed(), at))))

test('changes are in order and each once', () =>
  fc.assert(
    fc.property(pieces, (contracts) => {
      const changes = contractChanges(contracts)
      return changes.every((change, i) => i === 0 || changes[i - 1] < change)
    }),
  ))

const REGISTRY: Record<string, Record<string, string | number>> = {
  'nyt2539-fbf': {
    FBFBM: '22089910020101',
    FBFMC: '前甸村第一村民小组',
    FBFFZRXM: '孙八',
    FZRZJLX: '1',
    FZRZJHM: '220899197001011239',
    LXDH: '13800000000',
    FBFDZ: '前甸村1号',
  },
  'nyt2539-cbf': {
    CBFBM: '220899100201010001',
    CBFLX: '1',
    CBFMC: '张三',
    CBFZJLX: '1',
    CBFZJHM: '220899196001011239',
    CBFDZ: '前甸村12号',
    LXDH: '13800000001',
    CBFCYSL: 4,
  },
  'nyt2539-cbf-jtcy': {
    CBFBM: '220899100201010001',
    CYXM: '张小三',
    CYXB: '1',
    CYZJLX: '1',
    CYZJHM: '220899199001011239',
    YHZGX: '20',
    SFGYR: '1',
  },
  'nyt2539-cbht': {
    CBHTBM: '220899100201010001J',
    YCBHTBM: '',
    FBFBM: '22089910020101',
    CBFBM: '220899100201010001',
    CBFS: '110',
    CBQXQ: '1998-01-01',
    CBQXZ: '2027-12-31',
    HTZMJ: 6666.67,
    HTZMJM: 10,
    CBDKZS: 2,
    QDSJ: '1998-03-01',
  },
  'nyt2539-cbjyqzdjb': {
    CBJYQZBM: '220899100201010001J',
    FBFBM: '22089910020101',
    CBFBM: '220899100201010001',
    CBFS: '110',
    CBQX: '30年',
    CBQXQ: '19980101',
    CBQXZ: '20271231',
    CBJYQZLSH: '(2016)第1号',
    DBR: '周九',
    DJSJ: '2016-05-01',
  },
  'nyt2539-cbdkxx': {
    DKBM: '2208991002010100001',
    FBFBM: '22089910020101',
    CBFBM: '220899100201010001',
    CBJYQQDFS: '110',
    HTMJ: 3333.33,
    HTMJM: 5,
    CBHTBM: '220899100201010001J',
    CBJYQZBM: '220899100201010001J',
  },
  'nyt2539-lzht': {
    LZHTBM: '220899100201010001',
    CBHTBM: '220899100201010001J',
    CBFBM: '220899100201010001',
    SRFBM: '220899100201010009',
    LZFS: '200',
    LZQXKSRQ: '2020-01-01',
    LZQXJSRQ: '2024-12-31',
    LZMJ: 3333.33,
    LZDKS: 1,
  },
}

test('every registry table is recognised by its fields alone', () => {
  for (const [id, row] of Object.entries(REGISTRY)) {
    const scores = tenureStandards.map((standard) => ({
      id: standard.id,
      score: standard.recognise({ name: 'Sheet1', fields: Object.keys(row), hasGeometry: false }),
    }))
    const [best, second] = scores.toSorted((a, b) => b.score - a.score)
    assert.equal(best.id, id)
    assert.ok(best.score >= 0.7 && best.score - second.score >= 0.2, `${id}: ${JSON.stringify([best, second])}`)
  }
})

const readRegistry = (id: string, change: Record<string, string | number | null> = {}) => {
  const standard = registryStandards.find((one) => one.id === id)!
  return standard.read(rowValues(standard.fields, { ...REGISTRY[id], ...change }), null, context)
}

test('people stay out of the content of every table', () => {
  for (const id of Object.keys(REGISTRY)) {
    const { records, refusals } = readRegistry(id, { 备注电话: '13800000002' })
    assert.deepEqual(refusals, [])
    const clear = JSON.stringify(records.map(({ content }) => content))
    for (const secret of ['张三', '张小三', '孙八', '周九', '1239', '1380000', '12号'])
      assert.ok(!clear.includes(secret), `${id}: ${secret}`)
  }
})

test('a household’s name is sealed, a body’s is not', () => {
  const household = readRegistry('nyt2539-cbf').records[0]
  assert.equal(household.content.name, null)
  assert.equal(household.personal?.name, '张三')
  assert.equal(household.personal?.idNumber, '220899196001011239')
  const body = readRegistry('nyt2539-cbf', { CBFLX: '3', CBFMC: '碱泉县绿野农业合作社' }).records[0]
  assert.equal(body.content.name, '碱泉县绿野农业合作社')
  assert.equal(body.personal?.name, undefined)
  assert.equal(readRegistry('nyt2539-cbf', { CBFLX: null }).records[0].content.name, null) // in doubt a person
  assert.equal(partyKind.scope?.(household.content), 'contractor/22089910020101')
})

test('a contract has its term, areas and mode', () => {
  const contract = readRegistry('nyt2539-cbht').records[0].content
  assert.deepEqual(
    [contract.term_from, contract.term_to, contract.contract_area, contract.contract_mu, contract.mode],
    ['1998-01-01', '2027-12-31', 666667, 10, '110'],
  )
})

test('an entry of the register says that it completes the contract of its code', () => {
  const [entry] = readRegistry('nyt2539-cbjyqzdjb').records
  assert.equal(entry.joins, 'complete')
  assert.deepEqual(
    [entry.content.contract_code, entry.content.term_from],
    [readRegistry('nyt2539-cbht').records[0].content.contract_code, '1998-01-01'],
  )
  assert.equal((entry.content.extra as Record<string, string>).CBJYQZLSH, '(2016)第1号')
})

test('a row without its code is refused', () => {
  for (const [id, field] of [
    ['nyt2539-fbf', 'FBFBM'],
    ['nyt2539-cbht', 'CBHTBM'],
    ['nyt2539-cbdkxx', 'DKBM'],
    ['nyt2539-lzht', 'LZHTBM'],
  ]) {
    const { records, refusals } = readRegistry(id, { [field]: null })
    assert.deepEqual([records, refusals[0].field, refusals[0].refusal.code], [[], field, 'tenure/no-code'])
  }
})

const ledger = {
  合同编号: '东甸承字2018-07',
  '承包方（乙方）': '张三',
  身份证号: '220899196001011239',
  发包方: '前甸村村民委员会',
  地块名称: '南洼子',
  '面积(亩)': 150,
  东: '李四地',
  南: '水渠',
  西: '道路',
  北: '王五地',
  承包期限: '2018年1月1日至2027年12月31日',
  '租金(元/亩)': 120.5,
  承包方式: '公开协商承包',
  备注: '电话13800000000',
}

test('a ledger row becomes a contract, its parties and a parcel that waits for its place', () => {
  assert.ok(ledgerStandard.recognise({ name: '台账', fields: Object.keys(ledger), hasGeometry: false }) >= 0.7)
  const { records } = ledgerStandard.read(rowValues(ledgerStandard.fields, ledger), null, context)
  const of = (kind: string) => records.filter((record) => record.kind === kind)
  const contract = of('contract')[0].content
  assert.deepEqual(
    [contract.contract_code, contract.term_from, contract.term_to, contract.contract_area, contract.rent_fen, contract.mode],
    ['东甸承字2018-07', '2018-01-01', '2027-12-31', 10000000, 1807500, '123'], // 150 亩 = 100 000 m²; 150 × 120.50 元
  )
  const [contractor, issuer] = [of('party')[0], of('party')[1]]
  assert.deepEqual([contractor.content.name, contractor.personal?.name], [null, '张三'])
  assert.deepEqual(
    [issuer.content.name, issuer.content.role, issuer.content.party_code],
    ['前甸村村民委员会', 'issuer', '东甸承字2018-07/issuer'],
  )
  const parcel = of('parcel')[0]
  assert.deepEqual([parcel.content.outline, parcel.content.name, parcel.personal?.neighbourEast], [null, '南洼子', '李四地'])
  assert.equal(of('contract_parcel')[0].content.parcel_code, parcel.content.parcel_code)
  const clear = JSON.stringify(records.map(({ content }) => content))
  for (const secret of ['张三', '李四', '王五', '1239', '1380000']) assert.ok(!clear.includes(secret), secret)
})

test('a ledger row that names a registry parcel makes no other one', () => {
  const { records } = ledgerStandard.read(rowValues(ledgerStandard.fields, { ...ledger, 地块编码: '2208991002010100001' }), null, context)
  assert.equal(
    records.some(({ kind }) => kind === 'parcel'),
    false,
  )
  assert.equal(records.find(({ kind }) => kind === 'contract_parcel')?.content.parcel_code, '2208991002010100001')
})

test('terms are read as people write them', () => {
  const term = (text: string | null, from: string | null = null, to: string | null = null) => {
    const found = termFrom(text, from as Day | null, to as Day | null)
    return [found.from, found.to]
  }
  assert.deepEqual(term('2018.1.1-2027.12.31'), ['2018-01-01', '2027-12-31'])
  assert.deepEqual(term('自2018-01-01起至2027-12-31止'), ['2018-01-01', '2027-12-31'])
  assert.deepEqual(term('10年', '2018-01-01'), ['2018-01-01', '2027-12-31'])
  assert.deepEqual(term('30', '1998-01-01'), ['1998-01-01', '2027-12-31'])
  assert.deepEqual(term('长期', '2018-01-01'), ['2018-01-01', null])
  assert.deepEqual(term(null), [null, null])
})
