/** How PostgreSQL's text becomes values here. The driver's own choices lose days to time zones and hand numbers over as text. */
import pg from 'pg'

const OID = {
  int8: 20,
  int8Array: 1016,
  numeric: 1700,
  numericArray: 1231,
  date: 1082,
  dateArray: 1182,
  timestamp: 1114,
  box: 603,
  textArray: 1009,
} as const

/** Areas in hundredths of m², counts and money fit a double; a number that does not is a fault, never a rounded value. */
function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`the whole number ${text} does not fit`)
  return value
}

/** `sum(bigint)` is numeric. Its whole values are numbers; one with decimals must be cast by the query, which knows what it means. */
function wholeNumeric(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new RangeError(`a numeric with decimals (${text}): cast it to float8, or to text, in the query`)
  return wholeNumber(text)
}

/** `(x2,y2),(x1,y1)` → [xmin, ymin, xmax, ymax]. */
function box(text: string): readonly [number, number, number, number] {
  const corners = text
    .split(/[(),]+/)
    .filter(Boolean)
    .map(Number)
  return [corners[2], corners[3], corners[0], corners[1]]
}

type Nested<T> = readonly (T | null | Nested<T>)[]
// the driver's table of names lacks the arrays; its readers do not
const readTextArray = pg.types.getTypeParser(OID.textArray as number, 'text') as (text: string) => Nested<string>
const arrayOf =
  <T>(read: (text: string) => T) =>
  (text: string): Nested<T> => {
    const convert = (list: Nested<string>): Nested<T> =>
      list.map((item) => (item === null ? null : typeof item === 'string' ? read(item) : convert(item)))
    return convert(readTextArray(text))
  }

const asItStands = (text: string) => text

const readers = new Map<number, (text: string) => unknown>([
  [OID.int8, wholeNumber],
  [OID.int8Array, arrayOf(wholeNumber)],
  [OID.numeric, wholeNumeric],
  [OID.numericArray, arrayOf(wholeNumeric)],
  [OID.date, asItStands],
  [OID.dateArray, arrayOf(asItStands)],
  [OID.timestamp, asItStands], // it has no zone, so it is no instant
  [OID.box, box],
])

export const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => readers.get(oid) ?? pg.types.getTypeParser(oid, format as 'text'),
}
