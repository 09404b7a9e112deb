/** The sentences of findings of soil samples and of laboratories. */
import type { Language, Sentence } from '@dishu/base/refusal'
import type { SampleFinding, SentencesFor } from './findings.ts'

const both = (zh: string, zhHint: string, en: string, enHint: string): Record<Language, Sentence> => ({
  zh: { message: zh, hint: zhHint },
  en: { message: en, hint: enHint },
})
const CHECK_SOURCE = ['请对照原始资料核实后更正。', 'Check it against the source and correct it.'] as const

export const sampleSentences: Pick<SentencesFor, Exclude<SampleFinding['rule'], 'sample/duplicate'>> = {
  'sample/outside': ({ longitude, latitude }) =>
    both(
      `样点（${longitude.toFixed(5)}，${latitude.toFixed(5)}）不在任何图斑内。`,
      '请核对坐标与坐标系。',
      `The sample at ${longitude.toFixed(5)}, ${latitude.toFixed(5)} lies in no patch.`,
      'Check the position and its datum.',
    ),
  'sample/plot-unknown': ({ plot }) =>
    both(`样品所在地块 ${plot} 不在库中。`, CHECK_SOURCE[0], `The sample's plot ${plot} is not known.`, CHECK_SOURCE[1]),
  'sample/coordinates-swapped': ({ longitude, latitude }) =>
    both(
      `经度 ${longitude}、纬度 ${latitude} 像是填反了。`,
      '请互换两列后重新导入。',
      `Longitude ${longitude} and latitude ${latitude} look swapped.`,
      'Exchange the columns and import again.',
    ),
  'sample/coordinates-impossible': ({ longitude, latitude }) =>
    both(
      `经度 ${longitude}、纬度 ${latitude} 超出范围。`,
      '是否为投影坐标或度分秒？',
      `Longitude ${longitude}, latitude ${latitude} are out of range.`,
      'Are they projected, or degrees, minutes and seconds?',
    ),
  'sample/value-impossible': ({ value, stated, from, to }) =>
    both(
      `${value} = ${stated}，应在 ${from} 至 ${to} 之间；该值不参与分级。`,
      '请核对数值与单位。',
      `${value} is ${stated}; it should be from ${from} to ${to}, and is not used for grading.`,
      'Check the value and its unit.',
    ),
  'sample/value-unread': ({ stated }) =>
    both(`检测值“${stated}”不是数。`, '低于检出限请写“<0.05”。', `"${stated}" is no number.`, 'Below the detection limit write "<0.05".'),
  'sample/depth-backwards': ({ from, to }) =>
    both(`采样深度 ${from}–${to} 厘米上下颠倒。`, CHECK_SOURCE[0], `The depth ${from}–${to} cm runs backwards.`, CHECK_SOURCE[1]),
  'sample/depth-missing': () =>
    both('没有采样深度，不参与分级。', '请填如“0-20”。', 'There is no depth, so it is not used for grading.', 'Enter for example "0-20".'),
  'sample/date-missing': () =>
    both('没有采样日期，季节不明。', '请补填采样日期。', 'There is no day of sampling, so its season is not known.', 'Enter the day.'),
  'sample/ratio-missing': ({ value }) =>
    both(`${value} 没有水土比。`, '请在表头注明，如“EC(1:5)”。', `${value} has no extract ratio.`, 'Say it in the header, as "EC(1:5)".'),
  'sample/ions-unbalanced': ({ cations, anions, percent: off }) =>
    both(
      `阳离子 ${cations}、阴离子 ${anions} cmol/kg，相差 ${off} %。`,
      '请核对各离子的数值与单位。',
      `Cations ${cations} and anions ${anions} cmol/kg are ${off} % apart.`,
      'Check each ion and its unit.',
    ),
  'sample/esp-does-not-fit': ({ esp, sodium, cec, expected }) =>
    both(
      `碱化度 ${esp} %，而交换性钠 ${sodium} ÷ 交换量 ${cec} = ${expected} %。`,
      '请核对三项数值。',
      `ESP is ${esp} %, but ${sodium} of exchangeable sodium over a CEC of ${cec} make ${expected} %.`,
      'Check the three values.',
    ),
  'sample/unit-missing': ({ columns }) =>
    both(
      `${columns} 的表头没有单位，按默认单位读取。`,
      '请在表头注明，如“EC(mS/cm)”。',
      `The header of ${columns} has no unit; it was read in our own.`,
      'Say it in the header, as "EC(mS/cm)".',
    ),
  'sample/ec-does-not-fit-ions': ({ ec, cations, expected }) =>
    both(
      `电导率 ${ec} dS/m，而阳离子合计 ${cations} cmol/kg 约合 ${expected} dS/m。`,
      '请核对电导率与离子的单位和水土比。',
      `EC is ${ec} dS/m, but ${cations} cmol/kg of cations make about ${expected} dS/m.`,
      'Check units and extract ratio of both.',
    ),
  'sample/replicates-differ': ({ value, of, first, second, difference, limit, relative }) =>
    both(
      `${value} 与原样 ${of} 分别为 ${first} 与 ${second}，相差 ${difference}${relative ? ' %' : ''}，限 ${limit}${relative ? ' %' : ''}。`,
      '请化验室复测该批样品。',
      `${value} of this duplicate and of ${of} are ${first} and ${second}: ${difference}${relative ? ' %' : ''} apart, ${limit}${relative ? ' %' : ''} allowed.`,
      'Have the batch measured again.',
    ),
  'sample/blank-not-empty': ({ value, stated, limit }) =>
    both(
      `空白样的 ${value} 为 ${stated}，限 ${limit}。`,
      '该批样品可能受污染，请复测。',
      `${value} of the blank is ${stated}; ${limit} is allowed.`,
      'The batch may be contaminated; have it measured again.',
    ),
  'sample/labs-differ': ({ labs, value, pairs, mean, from, to, relative }) =>
    both(
      `${labs[0]} 的 ${value} 平均比 ${labs[1]} ${mean < 0 ? '低' : '高'} ${Math.abs(mean)}${relative ? ' %' : ''}（${pairs} 对，95 % 区间 ${from} 至 ${to}）。`,
      '合并两家结果之前请先查明原因。',
      `${value} of ${labs[0]} is on average ${Math.abs(mean)}${relative ? ' %' : ''} ${mean < 0 ? 'below' : 'above'} that of ${labs[1]} (${pairs} pairs, 95 % interval ${from} to ${to}).`,
      'Find the reason before the two are used together.',
    ),
  'sample/bag-missing': ({ lab }) =>
    both(
      `该样品没有样袋编号${lab === null ? '' : `，而 ${lab} 的其他样品有`}。`,
      '请补填样袋编号。',
      `The sample has no bag code${lab === null ? '' : `; others of ${lab} have`}.`,
      'Enter the bag code.',
    ),
  'sample/bag-twice': ({ bag, samples }) =>
    both(
      `样袋 ${bag} 出现在 ${samples.length} 个样品上：${samples.join('、')}。`,
      '请核对采样单与送检单。',
      `Bag ${bag} is on ${samples.length} samples: ${samples.join(', ')}.`,
      'Check the field sheets and the list sent to the laboratory.',
    ),
  'sample/bag-not-taken': ({ bag }) =>
    both(
      `样袋 ${bag} 有检测结果，没有采样记录，位置不明，不参与分级。`,
      '请导入采样记录，或在检测表中补填坐标。',
      `Bag ${bag} has results but no record of where it was taken; it is not used for grading.`,
      'Import the record of sampling, or add the position to the sheet.',
    ),
  'sample/bag-not-analysed': ({ bag }) =>
    both(`样袋 ${bag} 没有检测结果。`, '请向化验室查询。', `Bag ${bag} has no result.`, 'Ask the laboratory.'),
}
