/**
 * A small assembler for WebAssembly: instructions as arrays of bytes, and modules of functions around them.
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
  store16: (offset = 0): Code => [0x3b, ...at(offset)],
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
  load64Splat: (offset = 0): Code => [...lanes(0x0a), ...at(offset)],
  load16Lane: (lane: number, offset = 0): Code => [...lanes(0x55), ...at(offset), lane],
  store: (offset = 0): Code => [...lanes(0x0b), ...at(offset)],
  const: (bytes: readonly number[]): Code => [...lanes(0x0c), ...sixteen(bytes)],
  shuffle: (bytes: readonly number[]): Code => [...lanes(0x0d), ...sixteen(bytes)],
  xor: lanes(0x51),
  bitSelect: lanes(0x52),
} as const

export const i16x8 = {
  splat: lanes(0x10),
  first: [...lanes(0x18), 0],
  add: lanes(0x8e),
  sub: lanes(0x91),
  min: lanes(0x96),
  max: lanes(0x98),
} as const

export const i32x4 = { lowOfI16: lanes(0xa7), add: lanes(0xae), dot: lanes(0xba) } as const

export const i64x2 = {
  lane: (lane: number): Code => [...lanes(0x1d), lane],
  lowOfI32: lanes(0xc7),
  highOfI32: lanes(0xc8),
  add: lanes(0xce),
} as const

export const f64x2 = {
  splat: lanes(0x14),
  lane: (lane: number): Code => [...lanes(0x21), lane],
  withLane: (lane: number): Code => [...lanes(0x22), lane],
  add: lanes(0xf0),
  mul: lanes(0xf2),
  lowOfI32: lanes(0xfe),
} as const

const vector = (items: readonly (readonly number[])[]) => [...leb(items.length), ...items.flat()]
const section = (id: number, bytes: readonly number[]) => [id, ...leb(bytes.length), ...bytes]
const name = (text: string) => vector([...text].map((letter) => [letter.charCodeAt(0)]))

/** A function of so many i32, without a result. */
export type Routine = {
  readonly name: string
  readonly parameters: number
  readonly locals: readonly number[]
  readonly body: readonly Code[]
}

/** A module that exports routines by their names and works in the memory `env.memory`. */
export function moduleOf(routines: readonly Routine[]): Uint8Array<ArrayBuffer> {
  const types = routines.map(({ parameters }) => [0x60, ...vector(Array.from({ length: parameters }, () => [VALUE.i32])), 0])
  const codes = routines.map(({ locals, body }) => {
    const code = [...vector(locals.map((kind) => [1, kind])), ...body.flat(), 0x0b]
    return [...leb(code.length), ...code]
  })
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(2, vector([[...name('env'), ...name('memory'), 2, 0, 1]])),
    ...section(3, vector(routines.map((_, i) => leb(i)))),
    ...section(7, vector(routines.map((routine, i) => [...name(routine.name), 0, ...leb(i)]))),
    ...section(10, vector(codes)),
  ])
}
