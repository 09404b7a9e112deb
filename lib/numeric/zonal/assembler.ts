/**
 * A small assembler for WebAssembly: instructions as arrays of bytes, and a module of one function around them.
 * Numbers are those of the WebAssembly specification 2.0, appendix "Index of Instructions".
 */

export type Code = readonly number[]

/** Unsigned LEB128. */
function leb(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  do {
    const more = rest >= 128
    bytes.push((rest & 127) | (more ? 128 : 0))
    rest >>>= 7
  } while (rest > 0)
  return bytes
}

const signedLeb = (value: number): number[] => {
  const bytes: number[] = []
  for (let rest = value; ; rest >>= 7) {
    const low = rest & 127
    const done = (rest >> 7 === 0 && (low & 64) === 0) || (rest >> 7 === -1 && (low & 64) !== 0)
    bytes.push(done ? low : low | 128)
    if (done) return bytes
  }
}

export const VALUE = { i32: 0x7f, f64: 0x7c, v128: 0x7b } as const

const lanes = (instruction: number) => [0xfd, ...leb(instruction)]
/** Alignment is a hint; all that is read here may lie anywhere. */
const at = (offset: number) => [0, ...leb(offset)]
const sixteen = (bytes: readonly number[]) => [...bytes]

export const get = (local: number): Code => [0x20, ...leb(local)]
export const set = (local: number): Code => [0x21, ...leb(local)]
export const block = (...code: readonly Code[]): Code => [0x02, 0x40, ...code.flat(), 0x0b]
export const loop = (...code: readonly Code[]): Code => [0x03, 0x40, ...code.flat(), 0x0b]
export const when = (...code: readonly Code[]): Code => [0x04, 0x40, ...code.flat(), 0x0b]
export const otherwise: Code = [0x05]
export const again = (depth: number): Code => [0x0c, ...leb(depth)]
export const againIf = (depth: number): Code => [0x0d, ...leb(depth)]

export const i32 = {
  const: (value: number): Code => [0x41, ...signedLeb(value)],
  load: (offset = 0): Code => [0x28, ...at(offset)],
  store: (offset = 0): Code => [0x36, ...at(offset)],
  add: [0x6a],
  sub: [0x6b],
  double: [0x41, 1, 0x74],
  isZero: [0x45],
  below: [0x49],
  atMost: [0x4d],
} as const

export const f64 = {
  load: (offset = 0): Code => [0x2b, ...at(offset)],
  store: (offset = 0): Code => [0x39, ...at(offset)],
  add: [0xa0],
  mul: [0xa2],
  fromI32: [0xb7],
  fromI64: [0xb9],
} as const

export const i64Add: Code = [0x7c]

export const v128 = {
  load: (offset = 0): Code => [...lanes(0x00), ...at(offset)],
  load16Splat: (offset = 0): Code => [...lanes(0x08), ...at(offset)],
  const: (bytes: readonly number[]): Code => [...lanes(0x0c), ...sixteen(bytes)],
  shuffle: (bytes: readonly number[]): Code => [...lanes(0x0d), ...sixteen(bytes)],
  xor: lanes(0x51),
  bitSelect: lanes(0x52),
} as const

export const i16x8 = {
  splat: lanes(0x10),
  first: [...lanes(0x18), 0],
  sub: lanes(0x91),
  min: lanes(0x96),
  max: lanes(0x98),
} as const

export const i32x4 = { add: lanes(0xae), dot: lanes(0xba) } as const

export const i64x2 = {
  lane: (lane: number): Code => [...lanes(0x1d), lane],
  lowOfI32: lanes(0xc7),
  highOfI32: lanes(0xc8),
  add: lanes(0xce),
} as const

const vector = (items: readonly (readonly number[])[]) => [...leb(items.length), ...items.flat()]
const section = (id: number, bytes: readonly number[]) => [id, ...leb(bytes.length), ...bytes]
const name = (text: string) => vector([...text].map((letter) => [letter.charCodeAt(0)]))

/** A module that exports one function `run` of so many i32 without a result, and works in the memory `env.memory`. */
export function moduleOf(parameters: number, locals: readonly number[], body: readonly Code[]): Uint8Array<ArrayBuffer> {
  const type = [0x60, ...vector(Array.from({ length: parameters }, () => [VALUE.i32])), 0]
  const code = [...vector(locals.map((kind) => [1, kind])), ...body.flat(), 0x0b]
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector([type])),
    ...section(2, vector([[...name('env'), ...name('memory'), 2, 0, 1]])),
    ...section(3, vector([[0]])),
    ...section(7, vector([[...name('run'), 0, 0]])),
    ...section(10, vector([[...leb(code.length), ...code]])),
  ])
}
