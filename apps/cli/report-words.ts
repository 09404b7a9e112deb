/** The words of `dishu report`. */
export const HELP = `dishu report baseline|plan|brief|poster|ledger [--area CODE] [--baseline B1 | --day DAY] --out FILE

Makes a report of one state of the register and keeps it, with a code for every figure. The same state and words give the same bytes.

  baseline            the county's report to be signed: cover, contents, maps, tables, quality, method, signatures (pdf, docx)
  plan                a solved scenario: maps, years and towns, water, money, ecology, certificate (pdf, docx; --result R1)
  brief               one page: six figures, one map, changes (pdf, docx)
  poster              a wall map at a true scale (pdf; --paper A4|A3|A2|A1|A0, --landscape, --scale 50000, --subject saline|grade|mapgrade|class|owner|contract)
  ledger              a workbook whose sums are formulas (xlsx)

  --area CODE         county, town or village (default: the county)
  --baseline B1       the state that was frozen; without it a day as it is known now (--day, default today)
  --to pdf|docx|xlsx  (default: by the ending of --out)
  --out FILE          where it is written
  --title TEXT --office TEXT --signed-on TEXT
  --signer "ROLE: NAME"   several times
  --without LIST      sections left out, parted by commas (maps,villages,…)
  --evidence URL      the office's address: codes become links to URL/figure/CODE
  --public            a public map: carries the county's map review number (审图号), or is refused
  --not-kept          only write the file: its codes open nothing
  --county CODE       where the data folder has several

dishu report figure CODE   what a code of a report stands for, and the figure counted again
dishu report list          the reports that are kept

  dishu report baseline --baseline B1 --out 底数报告.pdf
  dishu report poster --area 220899101 --paper A1 --subject class --out map.pdf
`
