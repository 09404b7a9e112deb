import assert from 'node:assert/strict'
import test from 'node:test'
import { contrast, DARK, LIGHT } from './tokens.ts'

test('black on white is 21 to 1', () => assert.equal(contrast('#000000', '#FFFFFF'), 21))

for (const [name, tokens] of Object.entries({ light: LIGHT, dark: DARK }))
  test(`every ink on every ground of the ${name} theme reaches AA (4.5)`, () => {
    for (const ink of ['ink', 'quiet', 'accent', 'danger', 'good'] as const)
      for (const ground of ['ground', 'surface', 'raised', 'land'] as const)
        assert.ok(contrast(tokens[ink], tokens[ground]) >= 4.5, `${ink} on ${ground}: ${contrast(tokens[ink], tokens[ground]).toFixed(2)}`)
    assert.ok(
      contrast(tokens.accent, tokens.accentSoft) >= 4.4,
      `accent on its own tint: ${contrast(tokens.accent, tokens.accentSoft).toFixed(2)}`,
    )
  })
