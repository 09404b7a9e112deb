/**
 * Short codes of figures: `B1-3F7K9Q`. Before the hyphen the state (a baseline, `R4` for a revision, `P1` for a plan's result), behind it five signs that
 * stand for the question and one that shows a slip of the pen. Thirty-one signs, a prime number, none that looks like another: so every single wrong sign
 * and every pair that was swapped is found.
 */
import { type Result, refuse } from '@dishu/base/refusal'
import type { ReportRefusal } from './reports.ts'

const SIGNS = '0123456789ABCDEFGHJKMNPQRSTVWXY'
const BASE = SIGNS.length
const LENGTH = 5
const SPACE = BASE ** LENGTH

/** FNV-1a (Fowler, Noll, Vo 1991) with the last mixing of MurmurHash3 (Appleby 2011); 32 bits. */
function mixed(text: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Weighted by place: a prime number of signs makes the sum change with every single sign and every swap of two that differ. */
function checkSign(state: string, signs: string): string {
  let sum = 0
  const all = [...state, ...signs]
  all.forEach((sign, i) => {
    sum = (sum + (i + 1) * Math.max(0, SIGNS.indexOf(sign))) % BASE
  })
  return SIGNS[sum]
}

/** The code of a question in a state. `turn`: 0, or how many questions of one report had the same signs before. */
export function figureCode(state: string, question: string, turn: number): string {
  let value = mixed(`${state} ${question}`, turn) % SPACE
  let signs = ''
  for (let i = 0; i < LENGTH; i++) {
    signs = SIGNS[value % BASE] + signs
    value = Math.floor(value / BASE)
  }
  return `${state}-${signs}${checkSign(state, signs)}`
}

/** A code as somebody typed it: blanks and small letters do not matter, `O` is a zero, `I` and `L` a one. */
export function readCode(typed: string): Result<string, ReportRefusal> {
  const plain = typed
    .trim()
    .toUpperCase()
    .replaceAll(/\s/g, '')
    .replaceAll(/[－–—]/g, '-')
  const found = /^([BRP]\d{1,7})-([0-9A-Z]{6})$/.exec(plain)
  if (!found) return refuse('reports/not-a-code', { code: typed.slice(0, 40) })
  const signs = found[2].replaceAll('O', '0').replaceAll(/[IL]/g, '1').replaceAll('Z', '2').replaceAll('U', 'V')
  return signs[LENGTH] === checkSign(found[1], signs.slice(0, LENGTH))
    ? { ok: true, value: `${found[1]}-${signs}` }
    : refuse('reports/code-misspelt', { code: plain })
}
