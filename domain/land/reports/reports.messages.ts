import type { MessagesFor } from '@dishu/base/refusal'
import type { ReportRefusal } from './reports.ts'

export const messages: MessagesFor<ReportRefusal> = {
  'reports/not-understood': ({ field, stated, wanted }) => ({
    zh: { message: `“${field}”写作“${stated}”，无法识别。`, hint: `可以写：${wanted}` },
    en: { message: `"${field}" says "${stated}", which is not understood.`, hint: `It can be: ${wanted}` },
  }),
  'reports/not-this-format': ({ template, format, allowed }) => ({
    zh: { message: `报告“${template}”不能写成“${format}”。`, hint: `可以写成：${allowed.join('、')}` },
    en: { message: `A report "${template}" cannot be written as "${format}".`, hint: `It can be: ${allowed.join(', ')}` },
  }),
  'reports/no-such-report': ({ report }) => ({
    zh: { message: `没有报告 ${report}。`, hint: '请在报告列表中选择。' },
    en: { message: `There is no report ${report}.`, hint: 'Choose one of the list.' },
  }),
  'reports/no-such-task': ({ task }) => ({
    zh: { message: `没有任务 ${task}。` },
    en: { message: `There is no task ${task}.` },
  }),
  'reports/no-such-area': ({ area }) => ({
    zh: { message: `本县没有代码为 ${area} 的乡镇或村。`, hint: '请写 6、9 或 12 位代码，并以县代码开头。' },
    en: { message: `The county has no town or village ${area}.`, hint: "Give a code of 6, 9 or 12 digits that begins with the county's." },
  }),
  'reports/nothing-counted': ({ area, day }) => ({
    zh: { message: `${area} 在 ${day} 没有纳入统计的图斑，没有可写的数字。`, hint: '请换一个范围或时点，或先导入图斑。' },
    en: { message: `Nothing is counted in ${area} on ${day}.`, hint: 'Choose another area or day, or import patches first.' },
  }),
  'reports/no-outlines': ({ area }) => ({
    zh: { message: `${area} 的图斑没有图形，不能制图。`, hint: '请导入带图形的图斑，或改用不含地图的报告。' },
    en: {
      message: `The patches of ${area} have no outlines, so there is no map.`,
      hint: 'Import patches with outlines, or a report without maps.',
    },
  }),
  'reports/does-not-fit': ({ denominator, smallest, paper }) => ({
    zh: { message: `1:${denominator} 在 ${paper} 纸上放不下，至少要 1:${smallest}。`, hint: '请用更小的比例尺或更大的纸。' },
    en: {
      message: `1:${denominator} does not fit on ${paper}; it takes at least 1:${smallest}.`,
      hint: 'Take a smaller scale or larger paper.',
    },
  }),
  'reports/needs-a-result': () => ({
    zh: { message: '规划报告要指明规划结果。', hint: '请在规划页求解情景，再选择结果（如 R1）。' },
    en: { message: "A plan's report needs a result.", hint: 'Solve a scenario on the plan page and choose its result, such as R1.' },
  }),
  'reports/no-such-result': ({ result }) => ({
    zh: { message: `没有规划结果 ${result}。`, hint: '请在规划页查看已有的结果。' },
    en: { message: `There is no result ${result}.`, hint: 'See the plan page for those there are.' },
  }),
  'reports/not-a-code': ({ code }) => ({
    zh: { message: `“${code}”不是证据码。`, hint: '证据码写作 B1-3F7K9Q：横线前是底数、修订或规划结果，横线后六位。' },
    en: {
      message: `"${code}" is no code of a figure.`,
      hint: 'A code reads like B1-3F7K9Q: before the hyphen the state, behind it six signs.',
    },
  }),
  'reports/code-misspelt': ({ code }) => ({
    zh: { message: `证据码 ${code} 的校验位不符，可能抄错了一位。`, hint: '请对照报告重新输入。' },
    en: { message: `The check sign of ${code} does not fit: a sign may have been copied wrongly.`, hint: 'Type it again from the report.' },
  }),
  'reports/no-such-code': ({ code, county }) => ({
    zh: { message: `${county} 没有任何报告含有证据码 ${code}。`, hint: '请确认报告属于本县，并由本系统生成。' },
    en: { message: `No report of ${county} has the code ${code}.`, hint: 'See whether the report is of this county and was made here.' },
  }),
  'reports/already-at-work': ({ task }) => ({
    zh: { message: `本县已有一份报告正在生成（${task}）。`, hint: '请等它完成，或先取消。' },
    en: { message: `A report of this county is being made already (${task}).`, hint: 'Wait for it, or cancel it.' },
  }),
  'reports/not-what-was-frozen': ({ baseline, rows, area }) => ({
    zh: {
      message: `登记簿给出的数字与底数 ${baseline} 冻结的不同（${rows} 行，${(area / 100).toFixed(2)} 平方米），没有生成报告。`,
      hint: '请运行 dishu baseline recount 和 dishu verify 查明原因。',
    },
    en: {
      message: `The register gives other figures than baseline ${baseline} froze (${rows} rows, ${(area / 100).toFixed(2)} m²): no report is written.`,
      hint: 'Run dishu baseline recount and dishu verify.',
    },
  }),
}
