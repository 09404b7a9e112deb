/** What we say when a vector file, a layer or a row of it is refused, or read with something mended or left out. */
import type { MessagesFor } from '@dishu/base/refusal'
import type { Format } from './layers.ts'
import type { FormatsRefusal } from './refusals.ts'

const TITLES: Readonly<Record<Format, { zh: string; en: string }>> = {
  shapefile: { zh: 'Shapefile', en: 'shapefile' },
  dbf: { zh: 'DBF 表', en: 'DBF table' },
  geopackage: { zh: 'GeoPackage', en: 'GeoPackage' },
  filegdb: { zh: '文件地理数据库', en: 'file geodatabase' },
  flatgeobuf: { zh: 'FlatGeobuf', en: 'FlatGeobuf' },
  geojson: { zh: 'GeoJSON', en: 'GeoJSON' },
  geojsonseq: { zh: 'GeoJSON 序列', en: 'GeoJSON sequence' },
  gml: { zh: 'GML', en: 'GML' },
  csv: { zh: 'CSV', en: 'CSV' },
  xlsx: { zh: 'XLSX', en: 'XLSX' },
  mdb: { zh: 'Access 数据库', en: 'Access database' },
}

type Place = { readonly file: string; readonly layer: string; readonly row: number }
const rowZh = ({ file, row }: Place) => `《${file}》第 ${row} 行`
const rowEn = ({ file, row }: Place) => `Row ${row} of ${file}`
const AGAIN = { zh: '请重新复制或从原软件重新导出。', en: 'Copy it again, or export it anew from the program it comes from.' }
const IN_SOURCE = { zh: '请在原软件中修正该图形后重新导出。', en: 'Mend the shape in the program it comes from and export again.' }
const KINDS = {
  zh: '可导入：Shapefile、GeoPackage、zip 压缩的 .gdb、FlatGeobuf、GeoJSON、GML、CSV、XLSX、Access（.mdb）。',
  en: 'We read shapefile, GeoPackage, zipped .gdb, FlatGeobuf, GeoJSON, GML, CSV, XLSX and Access (.mdb).',
}
const said = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}…` : text)

export const formatsMessages: MessagesFor<FormatsRefusal> = {
  'formats/not-found': ({ file }) => ({
    zh: { message: `找不到文件《${file}》。`, hint: '请检查路径，或确认文件未被移动。' },
    en: { message: `${file} is not there.`, hint: 'Check the path, and that it was not moved.' },
  }),
  'formats/no-permission': ({ file }) => ({
    zh: { message: `没有读取《${file}》的权限。`, hint: '请为运行本系统的用户开放读取权限。' },
    en: { message: `${file} may not be read.`, hint: 'Allow the user who runs Dishu to read it.' },
  }),
  'formats/is-a-folder': ({ file }) => ({
    zh: { message: `《${file}》是文件夹，不是文件。`, hint: '请选择其中的文件；.gdb 文件夹请整体选择或压缩为 zip。' },
    en: { message: `${file} is a folder, not a file.`, hint: 'Choose the files in it; a .gdb folder is chosen whole or zipped.' },
  }),
  'formats/not-a-plain-file': ({ file }) => ({
    zh: { message: `《${file}》不是普通文件。`, hint: '请选择磁盘上的数据文件。' },
    en: { message: `${file} is not a plain file.`, hint: 'Choose a data file on disk.' },
  }),
  'formats/file-empty': ({ file }) => ({
    zh: { message: `《${file}》是空文件（0 字节）。`, hint: AGAIN.zh },
    en: { message: `${file} is empty (0 bytes).`, hint: AGAIN.en },
  }),
  'formats/unknown-kind': ({ file }) => ({
    zh: { message: `无法识别《${file}》的格式。`, hint: KINDS.zh },
    en: { message: `${file} is of no kind we read.`, hint: KINDS.en },
  }),
  'formats/raster-not-yet': ({ file, kind }) => ({
    zh: { message: `《${file}》是影像（${kind}），不是矢量或表格数据。`, hint: '导入页只收矢量和表格数据；影像请在影像页登记。' },
    en: {
      message: `${file} is imagery (${kind}), not vector or table data.`,
      hint: 'The import takes vector and table data; register a scene on the imagery page.',
    },
  }),
  'formats/not-this-format': ({ file, format }) => ({
    zh: { message: `《${file}》的内容不是${TITLES[format].zh}。`, hint: '请确认扩展名与内容一致，或重新导出。' },
    en: {
      message: `${file} is no ${TITLES[format].en} by its content.`,
      hint: 'Check that its name fits its content, or export it again.',
    },
  }),
  'formats/damaged': ({ file, format, at, row }) => ({
    zh: {
      message: `《${file}》（${TITLES[format].zh}）已损坏${row ? `，从第 ${row} 行起无法读取` : at ? `，位置：第 ${at} 字节` : ''}。`,
      hint: AGAIN.zh,
    },
    en: {
      message: `${file} (${TITLES[format].en}) is damaged${row ? ` from row ${row} on` : at ? ` at byte ${at}` : ''}.`,
      hint: AGAIN.en,
    },
  }),
  'formats/truncated': ({ file, expected, found, of }) => ({
    zh: { message: `《${file}》不完整：应有 ${expected} ${of === 'bytes' ? '字节' : '行'}，只有 ${found}。`, hint: AGAIN.zh },
    en: { message: `${file} is cut short: ${expected} ${of} expected, ${found} there.`, hint: AGAIN.en },
  }),
  'formats/counts-differ': ({ file, shapes, records }) => ({
    zh: {
      message: `《${file}》有 ${shapes} 个图形，属性表却有 ${records} 条记录，无法确定对应关系。`,
      hint: '请确认 .shp 与 .dbf 来自同一次导出。',
    },
    en: {
      message: `${file} has ${shapes} shapes but its table ${records} records: which belongs to which cannot be told.`,
      hint: 'Check that the .shp and the .dbf come from one export.',
    },
  }),
  'formats/no-layers': ({ file }) => ({
    zh: { message: `《${file}》中没有图层或表。`, hint: '请确认导出时选中了图层。' },
    en: { message: `${file} has no layer and no table.`, hint: 'Check that a layer was chosen when it was exported.' },
  }),
  'formats/member-missing': ({ file, member }) => ({
    zh: { message: `《${file}》缺少同名的 ${member} 文件。`, hint: '请把同名的 .shp、.dbf、.shx、.prj、.cpg 一并提供。' },
    en: { message: `${file} has no ${member} beside it.`, hint: 'Give the .shp, .dbf, .shx, .prj and .cpg of one name together.' },
  }),
  'formats/shape-type-not-read': ({ file, type }) => ({
    zh: { message: `《${file}》的图形类型（${type}）不能读取。`, hint: '请转换为点、线或面后导出（三维面片请转为面）。' },
    en: {
      message: `${file} holds shapes of type ${type}, which are not read.`,
      hint: 'Export it as points, lines or polygons (a multipatch as polygons).',
    },
  }),
  'formats/unsaved-changes': ({ file }) => ({
    zh: { message: `《${file}》仍有未写入的修改（旁边有 -wal 文件）。`, hint: '请在 QGIS 等软件中关闭该文件后再导入。' },
    en: {
      message: `${file} has changes not yet written into it (a -wal file beside it).`,
      hint: 'Close it in QGIS or wherever it is open, then import.',
    },
  }),
  'formats/not-utf8': ({ file, row }) => ({
    zh: { message: `《${file}》${row ? `第 ${row} 行` : ''}不是 UTF-8 编码；GeoJSON 只能是 UTF-8。`, hint: '请用 UTF-8 编码重新导出。' },
    en: {
      message: `${file} is not UTF-8${row ? ` in row ${row}` : ''}; GeoJSON has no other encoding.`,
      hint: 'Export it again as UTF-8.',
    },
  }),
  'formats/json-broken': ({ file, row, line, byte }) => ({
    zh: {
      message: `《${file}》不是有效的 JSON：第 ${line} 行（第 ${byte} 字节${row ? `，第 ${row} 个要素` : ''}）有错误。`,
      hint: AGAIN.zh,
    },
    en: { message: `${file} is not valid JSON: line ${line} (byte ${byte}${row ? `, feature ${row}` : ''}).`, hint: AGAIN.en },
  }),
  'formats/not-geojson': ({ file }) => ({
    zh: { message: `《${file}》是 JSON，但不是 GeoJSON。`, hint: '需要 FeatureCollection；TopoJSON、Esri JSON 请转换后导入。' },
    en: { message: `${file} is JSON but not GeoJSON.`, hint: 'A FeatureCollection is needed; convert TopoJSON or Esri JSON first.' },
  }),
  'formats/too-many-fields': ({ file, limit }) => ({
    zh: { message: `《${file}》的字段超过 ${limit} 个。`, hint: '请只导出需要的字段。' },
    en: { message: `${file} has more than ${limit} fields.`, hint: 'Export only the fields that are needed.' },
  }),
  'formats/row-too-large': ({ file, row, limitMb }) => ({
    zh: { message: `《${file}》第 ${row} 行超过 ${limitMb} MB。`, hint: '请把该图形分割后导入。' },
    en: { message: `Row ${row} of ${file} is larger than ${limitMb} MB.`, hint: 'Split this shape before importing.' },
  }),
  'formats/encoding-not-known': ({ file, stated }) => ({
    zh: { message: `《${file}》注明的编码“${said(stated)}”无法识别。`, hint: '常用：GBK、GB18030、UTF-8、Big5。' },
    en: { message: `${file} states an encoding nobody knows: “${said(stated)}”.`, hint: 'Usual ones: GBK, GB18030, UTF-8, Big5.' },
  }),
  'formats/crs-not-known': ({ name, epsg }) => ({
    zh: {
      message: `无法换算坐标系“${said(name)}”${epsg ? `（EPSG:${epsg}）` : ''}。`,
      hint: '请转换为 CGCS2000（EPSG:4490 或其高斯-克吕格分带）后导入。',
    },
    en: {
      message: `There is no way from the coordinate system “${said(name)}”${epsg ? ` (EPSG:${epsg})` : ''} to degrees.`,
      hint: 'Convert it to CGCS2000 (EPSG:4490 or one of its zones) first.',
    },
  }),
  'formats/took-too-long': ({ file, seconds, rows }) => ({
    zh: { message: `读取《${file}》${seconds} 秒仍未完成（已读 ${rows} 行），已停止。`, hint: '文件可能已损坏；若确实很大，请分块导入。' },
    en: {
      message: `Reading ${file} was stopped after ${seconds} s, ${rows} rows in.`,
      hint: 'It may be damaged; if it really is large, import it in parts.',
    },
  }),
  'formats/needs-too-much-memory': ({ file, limitMb, rows }) => ({
    zh: {
      message: `读取《${file}》超出 ${limitMb} MB 内存限制（已读 ${rows} 行），已停止。`,
      hint: '文件可能已损坏；请分块导入，或由管理员提高限制。',
    },
    en: {
      message: `Reading ${file} needs more than ${limitMb} MB of memory and was stopped, ${rows} rows in.`,
      hint: 'It may be damaged; import it in parts, or have the limit raised.',
    },
  }),
  'formats/reader-failed': ({ file, rows, reason }) => ({
    zh: {
      message: `读取《${file}》的程序出错（已读 ${rows} 行）：${said(reason)}`,
      hint: '文件可能已损坏。请重新导出；若仍失败，请把文件交给管理员。',
    },
    en: {
      message: `The reader of ${file} failed ${rows} rows in: ${said(reason)}`,
      hint: 'The file may be damaged. Export it again; if that does not help, give it to your administrator.',
    },
  }),
  'formats/index-ignored': ({ file }) => ({
    zh: { message: `《${file}》的索引文件 .shx 与图形不符，已忽略，按顺序读取。` },
    en: { message: `The .shx index of ${file} does not fit its shapes and was ignored; they were read in order.` },
  }),
  'formats/header-wrong': ({ file, stated, found }) => ({
    zh: { message: `《${file}》文件头注明 ${stated}，实际为 ${found}，已按实际读取。` },
    en: { message: `The header of ${file} states ${stated}, there are ${found}; it was read as it is.` },
  }),
  'formats/encoding-guessed': ({ file, encoding }) => ({
    zh: { message: `《${file}》未注明编码，按内容判断为 ${encoding}。`, hint: '请核对几个名称；若为乱码，请在导入时指定编码。' },
    en: {
      message: `${file} does not state its encoding; by its bytes it is ${encoding}.`,
      hint: 'Look at a few names; if they are garbled, choose the encoding.',
    },
  }),
  'formats/encoding-differs': ({ file, stated, used }) => ({
    zh: {
      message: `《${file}》注明编码为 ${stated}，但内容是 ${used}，已按 ${used} 读取。`,
      hint: '请核对几个名称；若为乱码，请在导入时指定编码。',
    },
    en: {
      message: `${file} states ${stated}, but its bytes are ${used}; it was read as ${used}.`,
      hint: 'Look at a few names; if they are garbled, choose the encoding.',
    },
  }),
  'formats/fields-renamed': ({ file, fields }) => ({
    zh: { message: `《${file}》有重名或无名字段，已改名为：${fields.join('、')}。` },
    en: { message: `${file} has fields of one name or none; they were named ${fields.join(', ')}.` },
  }),
  'formats/fields-not-read': ({ file, fields }) => ({
    zh: { message: `《${file}》的二进制或备注字段未读取：${fields.join('、')}。` },
    en: { message: `Binary or memo fields of ${file} were not read: ${fields.join(', ')}.` },
  }),
  'formats/crs-unreadable': ({ file }) => ({
    zh: { message: `《${file}》注明的坐标系无法识别，按未注明处理。`, hint: '请在导入时选择坐标系。' },
    en: {
      message: `The coordinate system stated in ${file} cannot be read; it counts as not stated.`,
      hint: 'Choose the coordinate system when importing.',
    },
  }),
  'formats/coordinates-not-degrees': ({ file }) => ({
    zh: { message: `《${file}》的坐标不是经纬度（超出 ±180、±90），坐标系视为未注明。`, hint: '请在导入时选择坐标系。' },
    en: {
      message: `The coordinates in ${file} are no degrees (beyond ±180, ±90); its system counts as not stated.`,
      hint: 'Choose the coordinate system when importing.',
    },
  }),
  'formats/old-datum': ({ file, crs }) => ({
    zh: {
      message: `《${file}》使用旧坐标系（${said(crs)}），与 CGCS2000 可相差百米以上。`,
      hint: '请用测绘部门的转换参数转换为 CGCS2000 后导入。',
    },
    en: {
      message: `${file} is in an old national system (${said(crs)}), which may lie 100 m and more off CGCS2000.`,
      hint: 'Convert it with the surveying authority’s parameters first.',
    },
  }),
  'formats/row-cut-short': (place) => ({
    zh: { message: `${rowZh(place)}的图形数据不完整。`, hint: AGAIN.zh },
    en: { message: `${rowEn(place)} is cut short.`, hint: AGAIN.en },
  }),
  'formats/record-length-wrong': (place) => ({
    zh: { message: `${rowZh(place)}注明长度 ${place.stated} 字节，图形需要 ${place.needed} 字节。`, hint: AGAIN.zh },
    en: { message: `${rowEn(place)} states ${place.stated} bytes, its shape takes ${place.needed}.`, hint: AGAIN.en },
  }),
  'formats/bad-coordinate': (place) => ({
    zh: { message: `${rowZh(place)}有无效坐标（非数字或数值过大）。`, hint: IN_SOURCE.zh },
    en: { message: `${rowEn(place)} has a coordinate that is no number or far too large.`, hint: IN_SOURCE.en },
  }),
  'formats/ring-too-short': (place) => ({
    zh: { message: `${rowZh(place)}有只含 ${place.points} 个点的环，不能围成面。`, hint: IN_SOURCE.zh },
    en: { message: `${rowEn(place)} has a ring of ${place.points} points, which encloses nothing.`, hint: IN_SOURCE.en },
  }),
  'formats/line-too-short': (place) => ({
    zh: { message: `${rowZh(place)}有只含 ${place.points} 个点的线。`, hint: IN_SOURCE.zh },
    en: { message: `${rowEn(place)} has a line of ${place.points} point.`, hint: IN_SOURCE.en },
  }),
  'formats/geometry-broken': (place) => ({
    zh: { message: `${rowZh(place)}的图形数据已损坏。`, hint: IN_SOURCE.zh },
    en: { message: `The shape in ${rowEn(place).replace('Row', 'row')} is broken.`, hint: IN_SOURCE.en },
  }),
  'formats/geometry-not-read': (place) => ({
    zh: { message: `${rowZh(place)}的图形类型“${said(place.type)}”不能读取。`, hint: '请把曲线、三维面等转换为点、线或面。' },
    en: {
      message: `${rowEn(place)} is a ${said(place.type)}, which is not read.`,
      hint: 'Turn curves and surfaces into points, lines or polygons.',
    },
  }),
  'formats/too-deep': (place) => ({
    zh: { message: `${rowZh(place)}嵌套层数过多。`, hint: AGAIN.zh },
    en: { message: `${rowEn(place)} is nested too deeply.`, hint: AGAIN.en },
  }),
  'formats/row-not-json': (place) => ({
    zh: { message: `${rowZh(place)}不是有效的 JSON。`, hint: AGAIN.zh },
    en: { message: `${rowEn(place)} is not valid JSON.`, hint: AGAIN.en },
  }),
  'formats/row-not-geojson': (place) => ({
    zh: { message: `${rowZh(place)}不是 GeoJSON 要素。`, hint: '请检查 type、geometry、coordinates。' },
    en: { message: `${rowEn(place)} is no GeoJSON feature.`, hint: 'Look at its type, geometry and coordinates.' },
  }),
  'formats/hole-outside-shell': (place) => ({
    zh: { message: `${rowZh(place)}有 ${place.holes} 个孔不在任何外环内，已作为单独的面保留。`, hint: '请核对该图形。' },
    en: {
      message: `${rowEn(place)} has ${place.holes} hole(s) outside every shell, kept as polygons of their own.`,
      hint: 'Look at this shape.',
    },
  }),
  'formats/ring-direction-wrong': (place) => ({
    zh: { message: `${rowZh(place)}有 ${place.rings} 个环的方向与位置不符，已按位置判断外环和孔。` },
    en: { message: `${rowEn(place)} has ${place.rings} ring(s) that run the wrong way; shells and holes were told by where they lie.` },
  }),
  'formats/ring-closed': (place) => ({
    zh: { message: `${rowZh(place)}有未闭合的环，已闭合。` },
    en: { message: `${rowEn(place)} had a ring that was open; it was closed.` },
  }),
  'formats/bad-value': (place) => ({
    zh: { message: `${rowZh(place)}字段 ${place.field} 的值“${said(place.value)}”与字段类型不符，按空值读取。`, hint: '请在原表中更正。' },
    en: {
      message: `${rowEn(place)}, field ${place.field}: “${said(place.value)}” is not what the field holds; read as empty.`,
      hint: 'Correct it in the table it comes from.',
    },
  }),
}
