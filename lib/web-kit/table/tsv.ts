/** Rows as tab-separated text for a spreadsheet: a cell with a tab, a line end or a quote is quoted; one that would be read as a formula is made text. */
export function tsvFrom(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => row.map(cell).join('\t')).join('\r\n')
}

function cell(text: string): string {
  const plain = /^[=+\-@]/.test(text) && !/^-?[\d,.]+$/.test(text) ? `'${text}` : text
  return /[\t\r\n"]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}
