import assert from 'node:assert/strict'
import test from 'node:test'
import { tsvFrom } from './tsv.ts'

test('cells are parted by tabs and rows by line ends', () => {
  assert.equal(
    tsvFrom([
      ['地块', '亩'],
      ['1', '-2.50'],
    ]),
    '地块\t亩\r\n1\t-2.50',
  )
})
test('what a spreadsheet would take apart or run is made safe', () => {
  assert.equal(tsvFrom([['a\tb', 'say "x"', '=1+1', '@x', '-a']]), `"a\tb"\t"say ""x"""\t'=1+1\t'@x\t'-a`)
})
