import type { MessagesFor } from '@dishu/base/refusal'
import type { IntakeNote, IntakeRefusal, IntakeRowRefusal } from './preview.ts'

export const messages: MessagesFor<IntakeRefusal | IntakeRowRefusal | IntakeNote> = {
  'intake/no-files': () => ({
    zh: { message: '没有收到文件。', hint: '请选择或拖入要导入的文件。' },
    en: { message: 'No file came.', hint: 'Choose or drop the files to import.' },
  }),
  'intake/nothing-recognised': ({ files }) => ({
    zh: { message: `未能识别 ${files.join('、')} 属于哪种数据。`, hint: '请指定数据类别，或在字段对应页说明各列的含义。' },
    en: { message: `What ${files.join(', ')} hold(s) was not recognised.`, hint: 'Say what kind of data it is, or map its fields.' },
  }),
  'intake/nothing-to-take': ({ rows, refused }) => ({
    zh: {
      message: `读入 ${rows} 行，其中 ${refused} 行不能采用，其余与登记簿一致：没有可写入的变化。`,
      hint: '请查看被拒行的原因；若无被拒行，则无需导入。',
    },
    en: {
      message: `${rows} rows read, ${refused} refused, the rest as the register has them: nothing to write.`,
      hint: 'See why rows were refused; if none was, there is nothing to do.',
    },
  }),
  'intake/wrong-state': ({ state }) => ({
    zh: { message: `此导入当前为“${state}”状态，不能这样操作。`, hint: '请刷新页面查看它的最新状态。' },
    en: { message: `This import is in state “${state}”, where that cannot be done.`, hint: 'Reload the page to see how it stands.' },
  }),
  'intake/no-such-import': ({ id }) => ({
    zh: { message: `没有编号为 ${id} 的导入。`, hint: '请在导入页的列表中选择。' },
    en: { message: `There is no import ${id}.`, hint: 'The import page lists those there are.' },
  }),
  'intake/unanswered': ({ questions }) => ({
    zh: { message: `还有 ${questions.length} 个问题没有回答。`, hint: `请先回答：${questions.join('、')}。` },
    en: { message: `${questions.length} question(s) are open.`, hint: `Answer first: ${questions.join(', ')}.` },
  }),
  'intake/not-confirmed-unclassified': () => ({
    zh: { message: '尚未确认数据不涉及国家秘密。', hint: '本系统只处理非涉密数据；确认后方可导入（命令行：--unclassified 或 --yes）。' },
    en: {
      message: 'Nobody has confirmed that the data is not classified.',
      hint: 'Dishu is for unclassified data; confirm it first (command line: --unclassified or --yes).',
    },
  }),
  'intake/no-county': ({ files }) => ({
    zh: { message: `${files.join('、')} 中没有能说明所属县的代码。`, hint: '请指定县（命令行：--county 220882）。' },
    en: { message: `Nothing in ${files.join(', ')} tells the county.`, hint: 'Name the county (command line: --county 220882).' },
  }),
  'intake/interrupted': () => ({
    zh: { message: '导入中途被中断，没有写入任何内容。', hint: '请重新读取这些文件。' },
    en: { message: 'The import was interrupted; nothing was written.', hint: 'Read the files again.' },
  }),
  'intake/file-too-large': ({ file, limitMb }) => ({
    zh: { message: `《${file}》超过 ${limitMb} MB，不能经网页上传。`, hint: '请在服务器上用命令行导入：dishu import FILE。' },
    en: {
      message: `${file} is over ${limitMb} MB and cannot be uploaded through the page.`,
      hint: 'Import it on the server’s command line: dishu import FILE.',
    },
  }),
  'intake/file-changed': ({ file }) => ({
    zh: { message: `文件 ${file} 在预览之后被改动。`, hint: '请重新导入，以便预览与写入一致。' },
    en: { message: `The file ${file} changed after the preview.`, hint: 'Import it again, so that what is written is what was shown.' },
  }),
  'intake/disk-nearly-full': ({ freeMb, neededMb }) => ({
    zh: { message: `数据盘剩余 ${freeMb} MB，此次导入约需 ${neededMb} MB。`, hint: '请先腾出磁盘空间。' },
    en: { message: `${freeMb} MB are free where the data lies; this import needs about ${neededMb} MB.`, hint: 'Make room first.' },
  }),
  'intake/duplicate-row': ({ key, firstRow }) => ({
    zh: { message: `“${key}”在本文件中重复，首次出现在第 ${firstRow} 行。`, hint: '请删去其中一行，或更正编号。' },
    en: {
      message: `“${key}” stands twice in this file; first in row ${firstRow}.`,
      hint: 'Remove one of the rows, or correct its number.',
    },
  }),
  'intake/coordinates-impossible': ({ x, y, crs }) => ({
    zh: { message: `坐标 (${x}, ${y}) 在 ${crs} 下不在地球上。`, hint: '请检查坐标系是否选对，或 X、Y 是否颠倒。' },
    en: {
      message: `The coordinates (${x}, ${y}) are no place on Earth in ${crs}.`,
      hint: 'Is it the right coordinate system? Are x and y swapped?',
    },
  }),
  'intake/not-a-county': ({ code }) => ({
    zh: {
      message: code ? `“${code}”不是六位县级代码。` : '此行没有能说明所属县的代码。',
      hint: '请检查行政区代码字段，或为整个文件指定县。',
    },
    en: {
      message: code ? `“${code}” is not a county’s six digits.` : 'Nothing in this row tells its county.',
      hint: 'Check the code fields, or name the county for the whole file.',
    },
  }),
  'intake/crs-from-coordinates': ({ crs, example }) => ({
    zh: { message: `文件没有说明坐标系；按带号从东坐标 ${example.toFixed(0)} 认定为 ${crs}。`, hint: '如不正确，请在导入时指定坐标系。' },
    en: {
      message: `The file does not state its coordinate system; by the zone number in the easting ${example.toFixed(0)} it is ${crs}.`,
      hint: 'If that is wrong, name the system when importing.',
    },
  }),
  'intake/crs-not-the-zone': ({ crs, longitude }) => ({
    zh: { message: `${crs} 与数据所在经度 ${longitude.toFixed(2)}° 不相称。`, hint: '请核对带号。' },
    en: { message: `${crs} does not suit the longitude ${longitude.toFixed(2)}° where the data lies.`, hint: 'Check the zone.' },
  }),
  'intake/shift-suspected': ({ eastM, northM }) => ({
    zh: {
      message: `图层整体相对已知县界偏移约 ${Math.abs(eastM)} 米（${eastM >= 0 ? '东' : '西'}）、${Math.abs(northM)} 米（${northM >= 0 ? '北' : '南'}），疑为 GCJ-02 等加偏坐标。`,
      hint: '请向提供方索取 CGCS2000 成果；确认无误方可继续。',
    },
    en: {
      message: `The layer lies about ${Math.abs(eastM)} m ${eastM >= 0 ? 'east' : 'west'} and ${Math.abs(northM)} m ${northM >= 0 ? 'north' : 'south'} of the county’s known boundary, the same all over: perhaps shifted map coordinates (GCJ-02).`,
      hint: 'Ask for the CGCS2000 original; go on only when you are sure.',
    },
  }),
  'intake/renumbered': ({ rows, by }) => ({
    zh: { message: `${rows} 行使用了新的编号，已按 ${by} 或图形与原记录对应。`, hint: '请抽查对应是否正确。' },
    en: {
      message: `${rows} rows came under new numbers and were matched to the old ones by ${by} or by their outline.`,
      hint: 'Check a few of them.',
    },
  }),
  'intake/duplicate-keys': ({ rows, example }) => ({
    zh: { message: `${rows} 行的编号与前面的行重复（如 ${example}），已加“~2”区分并列入质检。`, hint: '请在数据源中更正编号。' },
    en: {
      message: `${rows} rows repeat the number of an earlier row (such as ${example}); they are kept with “~2” behind it and reported as findings.`,
      hint: 'Correct the numbers at the source.',
    },
  }),
  'intake/rows-joined': ({ rows }) => ({
    zh: { message: `${rows} 行与同编号的其他行合并为一条记录。`, hint: '' },
    en: { message: `${rows} rows were joined with others of the same number.`, hint: '' },
  }),
  'intake/stray-counties': ({ county, codes }) => ({
    zh: { message: `个别行的代码属于 ${codes.join('、')}，已按本文件的县 ${county} 登记并列入质检。`, hint: '请在数据源中更正代码。' },
    en: {
      message: `A few rows carry codes of ${codes.join(', ')}; they were taken as ${county}’s, as the rest of the file is, and are reported as findings.`,
      hint: 'Correct the codes at the source.',
    },
  }),
  'intake/layer-skipped': ({ reason }) => SKIPPED[reason] ?? SKIPPED.unknown,
  'intake/encoding-does-not-fit': ({ layer, encoding, row, field }) => ({
    zh: {
      message: `图层 ${layer} 第 ${row} 行的 ${field} 不是有效的 ${encoding} 文本：该文件不是这种编码。`,
      hint: '请去掉指定的编码，由程序识别；或改用正确的编码（多为 GBK）。',
    },
    en: {
      message: `${field} in row ${row} of ${layer} is no valid ${encoding}: the file is in another encoding.`,
      hint: 'Leave the encoding out and let it be recognised, or name the right one (mostly GBK).',
    },
  }),
  'intake/rows-without-geometry': ({ rows }) => ({
    zh: { message: `${rows} 行没有图形。`, hint: '这些行只登记属性，不上图。' },
    en: { message: `${rows} rows have no outline.`, hint: 'They are registered without a place on the map.' },
  }),
}

const SKIPPED = {
  empty: {
    zh: { message: '此图层没有数据行，已略过。', hint: '' },
    en: { message: 'This layer has no rows and was left out.', hint: '' },
  },
  unknown: {
    zh: { message: '未能识别此图层，已略过。', hint: '如需导入，请单独导入并说明其字段。' },
    en: { message: 'This layer was not recognised and was left out.', hint: 'Import it by itself and map its fields.' },
  },
  'no-fields': {
    zh: { message: '此图层只有图形，没有任何属性字段，已略过。', hint: '如为 Shapefile，请连同 .dbf 一起导入。' },
    en: {
      message: 'This layer has outlines but not a single field, and was left out.',
      hint: 'If it is a shapefile, bring its .dbf along.',
    },
  },
} as const
