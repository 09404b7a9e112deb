/** What we say when a table, workbook, archive, Access file or geodatabase is refused, or read with something left out. */
import type { MessagesFor } from '@dishu/base/refusal'
import type { TablesRefusal } from './tables/refusals.ts'

const mb = (bytes: number) => (bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0)
const inZh = (part: string, file: string) => (part === file ? `《${file}》` : `《${file}》中的 ${part}`)
const inEn = (part: string, file: string) => (part === file ? file : `${part} in ${file}`)
const WHAT = {
  rows: { zh: '行', en: 'rows' },
  columns: { zh: '列', en: 'columns' },
  texts: { zh: '个文本', en: 'texts' },
  cell: { zh: '个字符（单元格）', en: 'characters in one cell' },
}
const SAVE_AS_XLSX = { zh: '请在 Excel 或 WPS 中另存为 .xlsx 后再导入。', en: 'Save it as .xlsx in Excel or WPS and import that.' }
const REPACK = {
  zh: '请解压后重新打包为普通 zip，或直接导入解压后的文件。',
  en: 'Unpack it and zip it again as a plain zip, or import the unpacked files.',
}
const FROM_SOURCE = { zh: '请向提供方索要完好的文件，或重新导出。', en: 'Ask for an intact copy, or export it again.' }

/** How the zip reader says that the list of parts at the end of a file is not there. */
const NO_END = /end of central directory/i

export const tablesMessages: MessagesFor<TablesRefusal> = {
  'formats/text-is-empty': ({ file }) => ({
    zh: { message: `《${file}》是空的，没有可读的内容。`, hint: '请检查文件是否复制完整。' },
    en: { message: `${file} is empty.`, hint: 'Check that it was copied completely.' },
  }),
  'formats/text-is-binary': ({ file, byte }) => ({
    zh: { message: `《${file}》不是文本表格：第 ${byte} 字节处有二进制内容。`, hint: '请确认文件类型与扩展名一致。' },
    en: { message: `${file} is not a text table: there is binary content at byte ${byte}.`, hint: 'Check that its kind fits its name.' },
  }),
  'formats/text-encoding-unknown': ({ file, tried }) => ({
    zh: { message: `无法判断《${file}》的文字编码（试过 ${tried.join('、')}）。`, hint: '请在导入时指定编码，或另存为 UTF-8。' },
    en: {
      message: `The encoding of ${file} cannot be told (tried ${tried.join(', ')}).`,
      hint: 'State the encoding, or save the file as UTF-8.',
    },
  }),
  'formats/text-encoding-unsupported': ({ file, encoding }) => ({
    zh: { message: `为《${file}》指定的编码“${encoding}”不认识。`, hint: '可用的有 UTF-8、GB18030、GBK、Big5、UTF-16。' },
    en: { message: `The encoding “${encoding}” stated for ${file} is not known.`, hint: 'UTF-8, GB18030, GBK, Big5 and UTF-16 are.' },
  }),
  'formats/text-not-in-encoding': ({ file, encoding, nearByte }) => ({
    zh: { message: `《${file}》在第 ${nearByte} 字节附近有不属于 ${encoding} 的内容。`, hint: '请换一种编码再试，或检查文件是否损坏。' },
    en: {
      message: `${file} has bytes that are not ${encoding} near byte ${nearByte}.`,
      hint: 'Try another encoding, or check the file for damage.',
    },
  }),
  'formats/text-encoding-guessed': ({ file, encoding }) => ({
    zh: { message: `《${file}》没有写明编码，按 ${encoding} 读取。`, hint: '若文字显示为乱码，请指定编码重新打开。' },
    en: {
      message: `${file} does not state its encoding; it was read as ${encoding}.`,
      hint: 'If its texts look wrong, open it again with the encoding stated.',
    },
  }),

  'formats/column-names-mended': ({ layer, columns }) => ({
    zh: {
      message: `“${layer}”有 ${columns.length} 个列名为空、重复或含换行，已改名：${columns
        .slice(0, 5)
        .map(({ now }) => now)
        .join('、')}。`,
      hint: '对应字段时请核对这些列。',
    },
    en: {
      message: `${columns.length} column names of “${layer}” were blank, repeated or broken and have been changed: ${columns
        .slice(0, 5)
        .map(({ now }) => now)
        .join(', ')}.`,
      hint: 'Check these columns when matching fields.',
    },
  }),
  'formats/too-many-columns': ({ file, layer, columns, limit }) => ({
    zh: { message: `《${file}》的“${layer}”有 ${columns} 列，最多读 ${limit} 列。`, hint: '请删去不需要的列后再导入。' },
    en: {
      message: `“${layer}” in ${file} has ${columns} columns; at most ${limit} are read.`,
      hint: 'Remove the columns that are not needed.',
    },
  }),

  'formats/csv-quote-not-closed': ({ file, row }) => ({
    zh: { message: `《${file}》第 ${row} 行有一个引号没有配对，其后的内容无法分列。`, hint: '请补上或删去这个引号。' },
    en: { message: `A quote opened in row ${row} of ${file} is never closed.`, hint: 'Close it or remove it.' },
  }),
  'formats/csv-row-too-long': ({ file, row, limit }) => ({
    zh: { message: `《${file}》第 ${row} 行超过 ${limit} 个字符，不像是表格。`, hint: '请检查换行符和引号。' },
    en: {
      message: `Row ${row} of ${file} is longer than ${limit} characters; this does not look like a table.`,
      hint: 'Check its line ends and quotes.',
    },
  }),
  'formats/csv-ragged-row': ({ file, row, expected, got }) => ({
    zh: { message: `《${file}》第 ${row} 行有 ${got} 列，表头有 ${expected} 列；该行未读入。`, hint: '请检查该行是否多了或少了分隔符。' },
    en: {
      message: `Row ${row} of ${file} has ${got} fields where the heading has ${expected}; it was left out.`,
      hint: 'Check it for a separator too many or too few.',
    },
  }),
  'formats/csv-stray-quote': ({ file, row, column }) => ({
    zh: { message: `《${file}》第 ${row} 行第 ${column} 列的引号之后还有文字；该行未读入。`, hint: '引号内的引号应写成两个。' },
    en: {
      message: `Row ${row} of ${file} has text behind the closing quote in column ${column}; it was left out.`,
      hint: 'A quote inside quotes is written twice.',
    },
  }),

  'formats/xml-doctype': ({ file, part }) => ({
    zh: {
      message: `${inZh(part, file)}带有 DOCTYPE 或实体声明，出于安全不予读取。`,
      hint: '请用原软件重新导出；正常的数据文件不含这些声明。',
    },
    en: {
      message: `${inEn(part, file)} has a DOCTYPE or entity declaration and is not read, for safety.`,
      hint: 'Export it again from its program; data files do not need these.',
    },
  }),
  'formats/xml-malformed': ({ file, part, reason }) => ({
    zh: { message: `${inZh(part, file)}不是完整的 XML（${reason}）。`, hint: FROM_SOURCE.zh },
    en: { message: `${inEn(part, file)} is not well-formed XML: ${reason}.`, hint: FROM_SOURCE.en },
  }),
  'formats/xml-encoding': ({ file, part, encoding }) => ({
    zh: { message: `${inZh(part, file)}的 XML 编码“${encoding}”不予接受。`, hint: '请另存为 UTF-8。' },
    en: { message: `The XML encoding “${encoding}” of ${inEn(part, file)} is not accepted.`, hint: 'Save it as UTF-8.' },
  }),

  'formats/xlsx-old-format': ({ file }) => ({
    zh: { message: `《${file}》是旧版 .xls 格式，不能直接读取。`, hint: SAVE_AS_XLSX.zh },
    en: { message: `${file} is in the old .xls format, which is not read.`, hint: SAVE_AS_XLSX.en },
  }),
  'formats/xlsx-binary-format': ({ file }) => ({
    zh: { message: `《${file}》是二进制 .xlsb 格式，不能直接读取。`, hint: SAVE_AS_XLSX.zh },
    en: { message: `${file} is in the binary .xlsb format, which is not read.`, hint: SAVE_AS_XLSX.en },
  }),
  'formats/xlsx-encrypted': ({ file }) => ({
    zh: { message: `《${file}》设有打开密码，无法读取。`, hint: '请取消密码后另存为 .xlsx。' },
    en: { message: `${file} is protected by a password.`, hint: 'Remove the password and save it as .xlsx.' },
  }),
  'formats/xlsx-not-a-workbook': ({ file, reason }) => ({
    zh: {
      message: `《${file}》不是 Excel 工作簿：${reason === 'no zip' ? '不是 .xlsx 的格式' : `缺少 ${reason.replace(/^no /, '')}`}。`,
      hint: SAVE_AS_XLSX.zh,
    },
    en: {
      message: `${file} is not an Excel workbook: ${reason === 'no zip' ? 'it is not in the form of an .xlsx' : `it has ${reason}`}.`,
      hint: SAVE_AS_XLSX.en,
    },
  }),
  'formats/xlsx-no-data': ({ file }) => ({
    zh: { message: `《${file}》的工作表都是空的。`, hint: '请确认选对了文件。' },
    en: { message: `No sheet of ${file} has anything in it.`, hint: 'Check that it is the right file.' },
  }),
  'formats/xlsx-too-large': ({ file, what, limit }) => ({
    zh: { message: `《${file}》超过 ${limit} ${WHAT[what].zh}的上限。`, hint: '请拆分后导入，或改存为 CSV。' },
    en: { message: `${file} has more than ${limit} ${WHAT[what].en}.`, hint: 'Split it, or save it as CSV.' },
  }),
  'formats/xlsx-formulas-kept': ({ layer, cells, firstRow }) => ({
    zh: {
      message: `“${layer}”有 ${cells} 个公式单元格（自第 ${firstRow} 行起），按公式文字保留，未取计算结果。`,
      hint: '需要数值时，请在 Excel 中复制后“选择性粘贴为数值”，或选择取用已存结果。',
    },
    en: {
      message: `${cells} formula cells of “${layer}” (from row ${firstRow}) are kept as text, not as results.`,
      hint: 'Paste them as values in Excel, or choose to take the stored results.',
    },
  }),
  'formats/xlsx-formula-results-taken': ({ layer, cells, firstRow }) => ({
    zh: {
      message: `“${layer}”有 ${cells} 个公式单元格（自第 ${firstRow} 行起），取用了文件中上次保存的结果。`,
      hint: '若表格改动后未重算，结果可能过时。',
    },
    en: {
      message: `For ${cells} formula cells of “${layer}” (from row ${firstRow}) the results last stored in the file were taken.`,
      hint: 'They may be stale if the sheet was not recalculated.',
    },
  }),
  'formats/xlsx-errors-left-out': ({ layer, cells, firstRow }) => ({
    zh: {
      message: `“${layer}”有 ${cells} 个单元格是错误值（如 #N/A，自第 ${firstRow} 行起），按空值读取。`,
      hint: '请在表格中改正后重新导入。',
    },
    en: {
      message: `${cells} cells of “${layer}” hold errors such as #N/A (from row ${firstRow}); they were read as empty.`,
      hint: 'Correct them in the sheet and import again.',
    },
  }),
  'formats/xlsx-digits-lost': ({ layer, column, firstRow }) => ({
    zh: {
      message: `“${layer}”的“${column}”列自第 ${firstRow} 行起以数字存了超过 15 位的编码，Excel 已丢失末尾数字。`,
      hint: '请从原始数据重新以文本格式填写该列。',
    },
    en: {
      message: `Column “${column}” of “${layer}” holds codes of more than 15 digits as numbers from row ${firstRow}; Excel has lost their last digits.`,
      hint: 'Fill the column again from the source, formatted as text.',
    },
  }),
  'formats/xlsx-two-row-header': ({ layer, row }) => ({
    zh: { message: `“${layer}”的表头占第 ${row}、${row + 1} 两行，列名以“组_列”合并。`, hint: '对应字段时请核对。' },
    en: {
      message: `The heading of “${layer}” takes rows ${row} and ${row + 1}; names are joined as group_column.`,
      hint: 'Check them when matching fields.',
    },
  }),
  'formats/xlsx-no-header': ({ layer }) => ({
    zh: { message: `“${layer}”没有找到表头，列以 A、B、C 命名，第一行即作为数据。`, hint: '请在表格中加上表头行。' },
    en: {
      message: `No heading was found in “${layer}”; columns are called A, B, C and the first row is data.`,
      hint: 'Add a heading row to the sheet.',
    },
  }),
  'formats/xlsx-rows-above-header': ({ layer, row }) => ({
    zh: { message: `“${layer}”的表头在第 ${row} 行，其上的标题和说明未读入。`, hint: '若表头认错了行，请删去上方的说明行。' },
    en: {
      message: `The heading of “${layer}” is row ${row}; the lines above it were left out.`,
      hint: 'If that is not the heading, remove the lines above it.',
    },
  }),
  'formats/xlsx-hidden-sheet': ({ layer }) => ({
    zh: { message: `工作表“${layer}”在 Excel 中是隐藏的。`, hint: '不需要时请不要选它。' },
    en: { message: `Sheet “${layer}” is hidden in Excel.`, hint: 'Leave it out if it is not meant.' },
  }),

  'formats/zip-damaged': ({ file, reason }) => ({
    zh: { message: `《${file}》已损坏或不完整${NO_END.test(reason) ? '：结尾缺失，多半没有传完' : ''}。`, hint: FROM_SOURCE.zh },
    en: {
      message: `${file} is damaged or incomplete${NO_END.test(reason) ? ': its end is missing, so it was probably not sent whole' : ''}.`,
      hint: FROM_SOURCE.en,
    },
  }),
  'formats/zip-encrypted': ({ file, part }) => ({
    zh: { message: `${inZh(part, file)}设有密码。`, hint: '请去掉密码后重新打包。' },
    en: { message: `${inEn(part, file)} is protected by a password.`, hint: 'Zip it again without one.' },
  }),
  'formats/zip-method': ({ file, part, method }) => ({
    zh: { message: `${inZh(part, file)}用了不支持的压缩方法（${method}）。`, hint: REPACK.zh },
    en: { message: `${inEn(part, file)} is compressed by a method that is not read (${method}).`, hint: REPACK.en },
  }),
  'formats/zip-too-many-entries': ({ file, entries, limit }) => ({
    zh: { message: `压缩包《${file}》有 ${entries} 个文件，上限 ${limit} 个。`, hint: '请只打包要导入的数据文件。' },
    en: { message: `${file} holds ${entries} files; at most ${limit} are unpacked.`, hint: 'Zip only the data to import.' },
  }),
  'formats/zip-too-large': ({ file, bytes, limit }) => ({
    zh: { message: `压缩包《${file}》解开后至少 ${mb(bytes)} MB，上限 ${mb(limit)} MB。`, hint: '请分成几个包导入，或解压后直接导入。' },
    en: {
      message: `${file} unpacks to ${mb(bytes)} MB or more; the limit is ${mb(limit)} MB.`,
      hint: 'Split it, or import the unpacked files.',
    },
  }),
  'formats/zip-ratio': ({ file, part, ratio, limit }) => ({
    zh: { message: `${inZh(part, file)}压缩了 ${ratio} 倍，超过 ${limit} 倍，疑为压缩炸弹。`, hint: '若确为数据，请解压后直接导入。' },
    en: {
      message: `${inEn(part, file)} is compressed ${ratio} times, more than ${limit}: this looks like a zip bomb.`,
      hint: 'If it is data after all, import the unpacked file.',
    },
  }),
  'formats/zip-nested': ({ file, part }) => ({
    zh: { message: `${inZh(part, file)}是包中之包，不予解开。`, hint: '请先把里面的压缩包解开。' },
    en: { message: `${inEn(part, file)} is an archive inside the archive and is not unpacked.`, hint: 'Unpack the inner archive first.' },
  }),
  'formats/zip-link': ({ file, part }) => ({
    zh: { message: `${inZh(part, file)}是指向别处的链接，整个包不予解开。`, hint: REPACK.zh },
    en: { message: `${inEn(part, file)} is a link to elsewhere; the archive is not unpacked.`, hint: REPACK.en },
  }),
  'formats/zip-unsafe-name': ({ file, part }) => ({
    zh: { message: `${inZh(part, file)}的路径指向包外，整个包不予解开。`, hint: REPACK.zh },
    en: { message: `The path of ${inEn(part, file)} leads outside the archive; it is not unpacked.`, hint: REPACK.en },
  }),
  'formats/zip-duplicate': ({ file, part }) => ({
    zh: { message: `${inZh(part, file)}在包中出现了两次。`, hint: REPACK.zh },
    en: { message: `${inEn(part, file)} appears twice.`, hint: REPACK.en },
  }),
  'formats/zip-overlap': ({ file, part }) => ({
    zh: { message: `${inZh(part, file)}与另一文件共用同一段压缩数据，疑为压缩炸弹。`, hint: REPACK.zh },
    en: { message: `${inEn(part, file)} shares its bytes with another entry: this looks like a zip bomb.`, hint: REPACK.en },
  }),
  'formats/zip-size-lies': ({ file, part }) => ({
    zh: { message: `${inZh(part, file)}解开后与压缩包目录所写的大小或校验值不符。`, hint: FROM_SOURCE.zh },
    en: { message: `${inEn(part, file)} does not unpack to the size or checksum the archive states.`, hint: FROM_SOURCE.en },
  }),
  'formats/zip-nothing-inside': ({ file, found }) => ({
    zh: {
      message: `压缩包《${file}》里没有可导入的数据（只有 ${found.join('、') || '空目录'}）。`,
      hint: '可导入 Shapefile、GeoPackage、.gdb、GeoJSON、GML、CSV、XLSX、MDB。',
    },
    en: {
      message: `There is nothing to import in ${file} (only ${found.join(', ') || 'folders'}).`,
      hint: 'Shapefile, GeoPackage, .gdb, GeoJSON, GML, CSV, XLSX and MDB are read.',
    },
  }),
  'formats/zip-member-left-out': ({ file, part }) => ({
    zh: { message: `${inZh(part, file)}无法读取，已略过。`, hint: '可单独导入它以查看原因。' },
    en: { message: `${inEn(part, file)} could not be read and was left out.`, hint: 'Import it alone to see why.' },
  }),

  'formats/mdb-too-large': ({ file, bytes, limit }) => ({
    zh: {
      message: `《${file}》有 ${mb(bytes)} MB，Access 文件最多读 ${mb(limit)} MB。`,
      hint: '请在 Access 中压缩修复，或把要用的表导出为 CSV。',
    },
    en: {
      message: `${file} has ${mb(bytes)} MB; Access files are read up to ${mb(limit)} MB.`,
      hint: 'Compact it in Access, or export the tables as CSV.',
    },
  }),
  'formats/mdb-damaged': ({ file, reason }) => ({
    zh: { message: `《${file}》不是完好的 Access 数据库（${reason}）。`, hint: '请在 Access 中“压缩和修复数据库”后再试。' },
    en: { message: `${file} is not an intact Access database (${reason}).`, hint: 'Compact and repair it in Access.' },
  }),
  'formats/mdb-encrypted': ({ file }) => ({
    zh: { message: `《${file}》设有数据库密码。`, hint: '请在 Access 中取消密码。' },
    en: { message: `${file} has a database password.`, hint: 'Remove it in Access.' },
  }),
  'formats/mdb-no-tables': ({ file }) => ({
    zh: { message: `《${file}》里没有数据表。`, hint: '链接表的数据在别的文件中，请导入那个文件。' },
    en: { message: `${file} has no tables of its own.`, hint: 'Linked tables live in another file: import that one.' },
  }),
  'formats/mdb-table-damaged': ({ file, layer, reason }) => ({
    zh: { message: `《${file}》的表“${layer}”无法读取（${reason}）。`, hint: '请在 Access 中压缩修复，或导出该表为 CSV。' },
    en: {
      message: `Table “${layer}” of ${file} cannot be read (${reason}).`,
      hint: 'Repair the database in Access, or export the table as CSV.',
    },
  }),
  'formats/mdb-bytes-not-read': ({ layer, field }) => ({
    zh: { message: `“${layer}”的“${field}”是图片或对象，只读取其字节数。`, hint: '个人地理数据库的图形请导出为 Shapefile 或 .gdb。' },
    en: {
      message: `“${field}” of “${layer}” holds pictures or objects; only their length in bytes is read.`,
      hint: 'Export shapes of a personal geodatabase to Shapefile or .gdb.',
    },
  }),

  'formats/gdb-not-readable': ({ file, reason }) => ({
    zh: { message: `《${file}》不是完好的文件地理数据库（${reason}）。`, hint: '请把整个 .gdb 文件夹打成一个 zip 再导入。' },
    en: { message: `${file} is not an intact file geodatabase (${reason}).`, hint: 'Zip the whole .gdb folder and import that.' },
  }),
  'formats/gml-not-readable': ({ file, reason }) => ({
    zh: { message: `《${file}》不是可读的 GML（${reason}）。`, hint: '可读 GML 2、3 的简单要素；请重新导出或改用 GeoPackage。' },
    en: {
      message: `${file} is not GML that can be read (${reason}).`,
      hint: 'Simple features of GML 2 and 3 are; export it again, or as GeoPackage.',
    },
  }),
  'formats/gdb-several-in-zip': ({ file, found }) => ({
    zh: { message: `《${file}》里有 ${found.length} 个地理数据库。`, hint: '请一次导入一个。' },
    en: { message: `${file} holds ${found.length} geodatabases.`, hint: 'Import them one at a time.' },
  }),
  'formats/gdb-no-layers': ({ file }) => ({
    zh: { message: `《${file}》里没有图层或表。`, hint: '请确认选对了文件。' },
    en: { message: `${file} holds no layers or tables.`, hint: 'Check that it is the right file.' },
  }),
}
