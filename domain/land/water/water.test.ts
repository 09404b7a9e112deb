import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { months, node, reach, volume, WATER } from './invented.testing.ts'
import { lineBytes, lineFrom, lineFromText, lineText, outlineBytes, outlineFrom, outlineFromText, outlineText } from './shapes.ts'
import {
  afterChanges,
  balanceOf,
  decideChanges,
  deliver,
  efficiencyOf,
  findingsOf,
  gravityRings,
  keyOf,
  mostInto,
  NO_WATER,
  networkOf,
  rainRuleOf,
  SHEETS,
  screeningBound,
  type Water,
  waterAccounts,
  wayTo,
} from './water.ts'

const close = (a: number, b: number, relative = 1e-9) =>
  assert.ok(Math.abs(a - b) <= relative * Math.max(1, Math.abs(a), Math.abs(b)), `${a} is not ${b}`)
const codes = (water: Water) => findingsOf(water).map(({ code, key }) => `${code} ${key}`)

test('efficiencies multiply along the way', () => {
  const network = networkOf(WATER)
  close(efficiencyOf(network, wayTo(network, network.at.get('A') ?? -1) ?? []), 0.9 * 0.8)
  const accounts = waterAccounts(WATER, 'P75')
  const [a, b] = accounts.districts
  assert.deepEqual(
    a.canals?.map(({ index }) => accounts.canals[index].reachId),
    ['HJ', 'JA'],
  )
  close(a.canals?.[0].factor ?? 0, 1 / 0.72)
  close(a.canals?.[1].factor ?? 0, 1 / 0.8)
  close(a.conveyance ?? 0, 0.72)
  // the river from the head, the well at the gate itself
  assert.deepEqual(
    b.sources.map(({ index, factor }) => [accounts.sources[index].sourceId, Number(factor?.toFixed(9))]),
    [
      ['river', Number((1 / 0.45).toFixed(9))],
      ['well', 1],
    ],
  )
  assert.deepEqual(
    a.sources.map(({ index }) => accounts.sources[index].sourceId),
    ['river'],
  )
})

test('what is free is the supply less reserve and other users, and never below nothing', () => {
  const { sources } = waterAccounts(WATER, 'P75')
  assert.equal(sources[0].availableM3[0], 600_000 * 0.8 - 150_000)
  const dry = {
    ...WATER,
    volumes: [...WATER.volumes.filter(({ purpose }) => purpose !== 'supply'), volume('river', 'supply', 'P75', months(120_000))],
  }
  assert.equal(waterAccounts(dry, 'P75').sources[0].availableM3[5], 0)
  assert.equal(waterAccounts(dry, 'P75').sources[1].availableM3[5], null)
})

test('a month worked by hand: 1 000 m³ for two gates that ask for 720 each', () => {
  // asked at J: 720/0.8 = 900 and 720/0.5 = 1 440, together 2 340; at H 2 600. There are 1 000: each gets 1 000/2 600 of what it asks
  const network = networkOf(WATER)
  const at = (id: string) => network.at.get(id) ?? -1
  const [supply, demand] = [new Float64Array(5), new Float64Array(5)]
  supply[at('H')] = 1000
  demand[at('A')] = demand[at('B')] = 720
  const { delivered, entering, lost, unused } = deliver(network, 0, supply, demand)
  close(delivered[at('A')], (720 * 1000) / 2600)
  close(delivered[at('B')], (720 * 1000) / 2600)
  close(entering[0], 1000)
  close(
    lost.reduce((sum, each) => sum + each, 0),
    1000 - (2 * 720 * 1000) / 2600,
  )
  assert.equal(
    unused.reduce((sum, each) => sum + each, 0),
    0,
  )
})

/** A tree of some nodes, each below an earlier one, with efficiencies and capacities; supplies and demands at its nodes. */
const trees = fc
  .integer({ min: 2, max: 12 })
  .chain((count) =>
    fc.record({
      above: fc.tuple(...Array.from({ length: count - 1 }, (_, i) => fc.nat({ max: i }))),
      efficiency: fc.array(fc.double({ min: 0.3, max: 1, noNaN: true }), { minLength: count - 1, maxLength: count - 1 }),
      capacity: fc.array(fc.double({ min: 0, max: 0.01, noNaN: true }), { minLength: count - 1, maxLength: count - 1 }),
      supply: fc.array(fc.double({ min: 0, max: 20_000, noNaN: true }), { minLength: count, maxLength: count }),
      demand: fc.array(fc.double({ min: 0, max: 20_000, noNaN: true }), { minLength: count, maxLength: count }),
    }),
  )
  .map(({ above, efficiency, capacity, supply, demand }) => ({
    network: networkOf({
      nodes: supply.map((_, i) => node(`n${i}`, 123 + i / 100, 45)),
      reaches: above.map((up, i) => reach(`r${i}`, `n${up}`, `n${i + 1}`, { efficiency: efficiency[i], capacity: months(capacity[i]) })),
    }),
    supply: Float64Array.from(supply),
    demand: Float64Array.from(demand),
  }))
const sum = (values: Float64Array) => values.reduce((total, each) => total + each, 0)

test('no water is made or vanishes: what is supplied is delivered, lost or left', () =>
  fc.assert(
    fc.property(trees, ({ network, supply, demand }) => {
      const { delivered, entering, lost, unused } = deliver(network, 6, supply, demand)
      close(sum(supply), sum(delivered) + sum(lost) + sum(unused), 1e-9)
      for (const [node, each] of delivered.entries()) assert.ok(each >= 0 && each <= demand[node] * (1 + 1e-12))
      for (const [c, each] of entering.entries()) assert.ok(each <= network.canals[c].capacityM3[6] * (1 + 1e-12))
      // no canal gets more than it could at the most
      const most = mostInto(network, 6, supply)
      for (const [c, each] of entering.entries()) assert.ok(each <= (most?.[c] ?? 0) * (1 + 1e-9) + 1e-9)
    }),
  ))

test('more water never delivers less', () =>
  fc.assert(
    fc.property(trees, fc.double({ min: 0, max: 5000, noNaN: true }), ({ network, supply, demand }, more) => {
      const before = sum(deliver(network, 6, supply, demand).delivered)
      const after = sum(
        deliver(
          network,
          6,
          supply.map((each) => each + more),
          demand,
        ).delivered,
      )
      assert.ok(after >= before * (1 - 1e-9))
    }),
  ))

test('the balance of a year adds up, and names what it lacks', () => {
  const balance = balanceOf(WATER, 'P75')
  assert.ok(balance)
  assert.deepEqual(balance.missing, [])
  for (const month of balance.months) {
    close(month.supply, month.reserve + month.other + month.available)
    close(month.available, month.delivered + month.lost + month.unused)
    close(month.demand, month.delivered + month.short)
  }
  // 1 000 mu of rice at 600 m³/mu net, 0.9 at the field
  close(balance.districts[0].demand?.reduce((total, each) => total + each, 0) ?? 0, 600_000 / 0.9)
  // rice is flooded before it is planted on 25 May and asks for nothing in winter
  assert.ok((balance.districts[0].demand?.[4] ?? 0) > 0 && balance.districts[0].demand?.[0] === 0)
  const without = balanceOf({ ...WATER, quotas: [] }, 'P75')
  assert.deepEqual(
    without?.districts.map(({ demand }) => demand),
    [null, null],
  )
  assert.deepEqual(
    without?.missing.map(({ what }) => what),
    ['quota', 'quota'],
  )
  const unknown = balanceOf(
    { ...WATER, reaches: WATER.reaches.map((each) => (each.reachId === 'JA' ? { ...each, efficiency: null } : each)) },
    'P75',
  )
  assert.deepEqual(unknown?.missing, [{ what: 'efficiency', reach: 'JA' }])
  assert.deepEqual(
    unknown?.districts.map(({ demand }) => demand === null),
    [true, false],
  )
})

test('gross quotas are taken at the head: the way’s efficiency leaves the rest at the gate', () => {
  const gross = { ...WATER, quotas: WATER.quotas.map((quota) => ({ ...quota, basis: 'gross' as const })) }
  const balance = balanceOf(gross, 'P75')
  close(balance?.districts[0].demand?.reduce((total, each) => total + each, 0) ?? 0, 600_000 * 0.72)
})

test('the screening bound by hand: η (W − W_eco − W_other) / m', () => {
  const bound = screeningBound(WATER, 'P75', 600)
  assert.ok('mostM2' in bound)
  const available = 12 * (480_000 - 150_000 + 20_000)
  const efficiency = ((0.72 + 0.45) / 2) * 0.9
  close(bound.availableM3, available)
  close(bound.efficiency, efficiency)
  close(bound.mostM2, ((efficiency * available) / 600) * (2000 / 3))
  assert.ok(Array.isArray(screeningBound({ ...WATER, volumes: [] }, 'P75', 600)))
})

test('the invented county has nothing wrong but what is planted', () => assert.deepEqual(codes(WATER), []))

test('rings, loose ends, slips of units and lacks are found, each with its row', () => {
  const change = (more: Partial<Water>) => codes({ ...WATER, ...more })
  const reaches = (...extra: Parameters<typeof reach>[]) => ({ reaches: [...WATER.reaches, ...extra.map((each) => reach(...each))] })
  assert.ok(change(reaches(['AH', 'A', 'H'])).includes('ring HJ'))
  assert.ok(!change(reaches(['AH', 'A', 'H', { lifted: 'yes' }])).some((code) => code.startsWith('ring')))
  assert.ok(change(reaches(['AX', 'A', 'X'])).includes('no-such-node AX'))
  assert.ok(
    change({ nodes: [...WATER.nodes, node('Y', 124, 45), node('Z', 124, 46)], ...reaches(['YZ', 'Y', 'Z']) }).includes('unreachable YZ'),
  )
  assert.ok(change(reaches(['AJ2', 'B', 'A'])).includes('uphill AJ2'))
  assert.ok(change({ nodes: WATER.nodes.map((each) => ({ ...each, nodeKind: 'junction' as const })) }).includes('no-outlet BO'))
  assert.ok(change({ sources: WATER.sources.slice(1) }).includes('district-without-source DA'))
  assert.ok(change({ quotas: [] }).some((code) => code.startsWith('quota-missing DA')))
  // quotas of another kind of year than the source is meant for
  assert.ok(
    change({ quotas: WATER.quotas.filter(({ yearType }) => yearType === 'P50') }).some((code) => code.startsWith('quota-year-type DA')),
  )
  assert.ok(
    change({ quotas: WATER.quotas.map((quota) => ({ ...quota, m3PerMu: (quota.m3PerMu ?? 0) * 15 })) }).some((code) =>
      code.startsWith('magnitude rice'),
    ),
  )
  assert.ok(change({ quotas: WATER.quotas.map((quota) => ({ ...quota, m3PerMu: -1 })) }).some((code) => code.startsWith('negative rice')))
  assert.ok(
    change({ volumes: WATER.volumes.map((each) => ({ ...each, volume: each.volume.map((v) => (v ?? 0) * 1e4) })) }).some((code) =>
      code.startsWith('volume-unit'),
    ),
  )
  assert.ok(change({ volumes: WATER.volumes.filter(({ yearType }) => yearType !== 'P75') }).includes('supply-missing river'))
  assert.ok(change({ reaches: WATER.reaches.map((each) => ({ ...each, capacity: months(0.01) })) }).includes('capacity-below-demand JA'))
  assert.ok(change({ limits: [{ ...WATER.limits[0], volume: 100_000 }] }).includes('above-limit L1'))
  const square = [
    [
      [123, 45],
      [123.01, 45],
      [123.01, 45.01],
      [123, 45.01],
      [123, 45],
    ],
  ] as const
  // about 876 000 m² drawn, 2 000 000 stated
  assert.ok(change({ districts: WATER.districts.map((each) => ({ ...each, outline: [square] as never })) }).includes('area-unit DA'))
})

test('a long ring is found without a deep stack', () => {
  const chain = Array.from({ length: 50_000 }, (_, i) => reach(`c${i}`, `n${i}`, `n${(i + 1) % 50_000}`))
  assert.deepEqual(
    gravityRings(chain).map((ring) => ring.length),
    [50_000],
  )
})

test('changes are all or nothing, say what is new, different, the same and gone, and do not touch what stands', () => {
  const [first] = WATER.nodes
  const decided = decideChanges(WATER, [
    { sheet: 'node', put: [first, { ...first, nodeId: 'N', name: 'new' }, { ...WATER.nodes[1], name: 'other' }], remove: ['O'] },
  ])
  assert.ok(decided.ok)
  const [{ added, changed, removed, same }] = decided.value
  assert.deepEqual([added.length, changed.length, removed.length, same], [1, 1, 1, 1])
  const after = afterChanges(WATER, decided.value)
  assert.deepEqual(after.nodes.map((each) => keyOf(SHEETS.node, each)).sort(), ['A', 'B', 'H', 'J', 'N'])
  assert.equal(WATER.nodes[1].name, 'J')
  const refused = decideChanges(WATER, [
    { sheet: 'node', put: [{ ...first, lon: 400 }, { ...first, nodeId: 'M', nodeKind: 'pond' }, first], remove: [], rowOf: [7, 8, 9] },
  ])
  assert.ok(!refused.ok && refused.refusal.code === 'water/rows-refused')
  assert.deepEqual(
    refused.refusal.details.rows.map(({ row, code }) => [row, code]),
    [
      [7, 'out-of-range'],
      [8, 'not-a-choice'],
      [9, 'twice'],
    ],
  )
  assert.ok(!decideChanges(WATER, [{ sheet: 'node', put: [], remove: ['none'] }]).ok)
  const whole = decideChanges(WATER, [{ sheet: 'node', put: [first], remove: [], whole: true }])
  assert.ok(whole.ok && whole.value[0].removed.length === 4)
})

test('a shape that is not mentioned stays, and one that is emptied goes', () => {
  const line = [
    [123, 45.6],
    [123.05, 45.61],
    [123.1, 45.6],
  ] as const
  const with_ = { ...WATER, reaches: [reach('HJ', 'H', 'J', { line })] }
  const { line: _, ...bare } = with_.reaches[0]
  const kept = decideChanges(with_, [{ sheet: 'reach', put: [{ ...bare, name: 'other' }], remove: [] }])
  assert.ok(kept.ok)
  assert.deepEqual(kept.value[0].changed[0].after.line, line)
  const gone = decideChanges(with_, [{ sheet: 'reach', put: [{ ...bare, line: null }], remove: [] }])
  assert.ok(gone.ok && gone.value[0].changed[0].after.line === null)
})

test('shapes survive WKB and WKT', () => {
  const line = [
    [123, 45.6],
    [123.05, 45.61],
  ] as const
  assert.deepEqual(lineFrom(lineBytes(line)), line)
  assert.deepEqual(lineFromText(lineText(line)), line)
  const ring = [
    [0, 0],
    [4, 0],
    [4, 4],
    [0, 0],
  ] as const
  const hole = [
    [1, 0.5],
    [2, 0.5],
    [2, 1],
    [1, 0.5],
  ] as const
  for (const outline of [[[ring, hole]], [[ring], [hole]]]) {
    assert.deepEqual(outlineFrom(outlineBytes(outline)), outline)
    assert.deepEqual(outlineFromText(outlineText(outline)), outline)
  }
  for (const bad of [
    '',
    'POINT (1 2)',
    'LINESTRING (1 2)',
    'LINESTRING (1 2, x 3)',
    'LINESTRING 1 2, 3 4',
    'POLYGON ((0 0, 1 1))',
    'POLYGON ((0 0, 1 1, 1 0',
    'POLYGON (0 0, 1 1, 1 0)',
  ])
    assert.ok(lineFromText(bad) === null && outlineFromText(bad) === null, bad)
})

test('an empty county has no findings, no balance to speak of, and no bound', () => {
  assert.deepEqual(codes(NO_WATER), [])
  assert.equal(balanceOf(NO_WATER, 'P50')?.months.length, 12)
  assert.deepEqual(screeningBound(NO_WATER, 'P50', 500), [])
})

test('what a reservoir keeps comes back in a later month: no water is made, and salt of an outlet follows what the fields get', () => {
  const march = Array.from({ length: 12 }, (_, m) => (m === 2 ? 3_000_000 : 0))
  const water = {
    ...WATER,
    sources: [WATER.sources[0]],
    volumes: [{ ...WATER.volumes[0], yearType: 'P50' as const, volume: march }],
    limits: [{ ...WATER.limits[0], limitId: 'S', limitKind: 'salt-load' as const, nodeId: 'O', saltT: 10 }],
    drainages: [{ districtId: 'DA', nodeId: 'O', drainedShare: 0.5, saltKgPerM3: 2, mark: 'invented' as const, origin: 'test' }],
  }
  const kept = (storage: number, lossShare: number) =>
    balanceOf({ ...water, storages: [{ sourceId: 'river', storage, lossShare, mark: 'invented', origin: 'test' }] }, 'P50')
  const none = balanceOf(water, 'P50')
  const all = kept(1e9, 0)
  assert.ok(none && all)
  const sum = (balance: typeof none, of: 'delivered' | 'short') => balance.months.reduce((total, month) => total + month[of], 0)
  assert.equal(sum(none, 'delivered'), 0) // March has no crop
  assert.ok(sum(all, 'delivered') > 0 && sum(all, 'short') < sum(none, 'short'))
  for (const { available, fromStore, delivered, lost, unused, intoStore } of all.months)
    assert.ok(Math.abs(available + fromStore - delivered - lost - unused - intoStore) < 1e-3)
  const few = kept(500_000, 0.1)
  assert.ok(few && sum(few, 'delivered') < sum(all, 'delivered') && few.months.every(({ intoStore }) => intoStore <= 500_000))
  // half of what the field gets, 0.9 of what is delivered at the gate, with 2 kg in a m³
  const gate = all.districts.find(({ districtId }) => districtId === 'DA')?.delivered?.reduce((a, b) => a + b, 0) ?? 0
  assert.ok(Math.abs((all.outlets[0].loadT ?? 0) - (gate * 0.9 * 0.5 * 2) / 1000) < 1e-9)
  assert.equal(balanceOf({ ...water, drainages: [] }, 'P50')?.outlets[0].loadT, null)
})

test('how rain counts is the county’s: a share, the tables of TR-21, or the short form where nothing is set', () => {
  const set = (value: 'usda' | 'scs' | 'share', amount: number | null) =>
    rainRuleOf({ settings: [{ name: 'effective-rain', value, amount, mark: 'official', origin: 'test' }] })
  assert.deepEqual(rainRuleOf({ settings: [] }), { by: 'usda' })
  assert.deepEqual(set('share', 0.8), { by: 'share', share: 0.8 })
  assert.deepEqual(set('scs', 75), { by: 'scs', netDepthMm: 75 })
  assert.deepEqual(set('scs', null), { by: 'usda' }) // not whole: told as a finding, and not used
  assert.ok(
    findingsOf({ ...WATER, settings: [{ name: 'effective-rain', value: 'scs', amount: null, mark: 'official', origin: 't' }] }).some(
      ({ sheet }) => sheet === 'setting',
    ),
  )
})
