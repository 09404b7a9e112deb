import type { MessagesFor } from '@dishu/base/refusal'
import type { FixRefusal } from './fixes.ts'

export const messages: MessagesFor<FixRefusal> = {
  'quality/no-fix': ({ rule }) => ({
    zh: { message: `规则 ${rule} 的问题没有可自动提出的修复。`, hint: '请在制图软件中改正后重新导入，或接受为例外。' },
    en: {
      message: `No repair can be proposed for a finding of ${rule}.`,
      hint: 'Correct it in the mapping program and import it again, or accept it.',
    },
  }),
  'quality/fix-finds-nothing': ({ keys }) => ({
    zh: { message: `${keys.join('、')} 处已没有可修复的内容：图形已改变，或超出容差。`, hint: '请重新检查；捕捉时可放宽容差。' },
    en: {
      message: `There is nothing to repair at ${keys.join(', ')}: the outlines have changed, or lie beyond the tolerance.`,
      hint: 'Check again; for snapping, try a wider tolerance.',
    },
  }),
  'quality/fix-leaves-nothing': ({ key }) => ({
    zh: { message: `这样切除后 ${key} 将没有任何面积。`, hint: '请从另一方切除，或核实该图形是否应当删除。' },
    en: {
      message: `Cut this way, nothing would be left of ${key}.`,
      hint: 'Cut the other one, or find out whether this row should be there at all.',
    },
  }),
  'quality/fix-does-not-help': ({ key }) => ({
    zh: { message: `这样修改 ${key} 后问题仍在。`, hint: '请换一种修复方式，或调整容差。' },
    en: { message: `With ${key} changed this way the finding would still be there.`, hint: 'Choose another repair, or another tolerance.' },
  }),
  'quality/fix-brings-new': ({ findings }) => ({
    zh: {
      message: `这样修复会产生 ${findings.length} 个新问题：${findings.slice(0, 2).join(' ')}`,
      hint: '请换一种修复方式，或调整容差。',
    },
    en: {
      message: `This repair would bring ${findings.length} new findings: ${findings.slice(0, 2).join(' ')}`,
      hint: 'Choose another repair, or another tolerance.',
    },
  }),
  'quality/fix-foreign-crs': ({ srid }) => ({
    zh: { message: `图形的坐标系（${srid ?? '未知'}）不能在此修复。`, hint: '请转换到 CGCS2000 后重新导入。' },
    en: {
      message: `Outlines in this coordinate system (${srid ?? 'unknown'}) cannot be repaired here.`,
      hint: 'Bring them to CGCS2000 and import them again.',
    },
  }),
  'quality/check-stopped': ({ county }) => ({
    zh: { message: `${county} 的质检已停止，原有结果未变。` },
    en: { message: `The check of ${county} was stopped; the findings are as they were.` },
  }),
  'quality/check-running': ({ county }) => ({
    zh: { message: `${county} 正在质检。`, hint: '请等待其完成，或先停止它。' },
    en: { message: `${county} is being checked already.`, hint: 'Wait for it, or stop it first.' },
  }),
}
