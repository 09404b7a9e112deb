/**
 * A text cell that begins like a formula is run by a spreadsheet when it opens a CSV or someone edits the cell. So such text
 * leaves with an apostrophe in front and loses it again when it comes back.
 *
 * Apostrophes already there in front of such a beginning get one more, so that the way back is exact for every text.
 */
const DANGEROUS = /^'*[=+\-@\t\r]/
const MARKED = /^'+[=+\-@\t\r]/

/** Text as it may stand in a cell. */
export const neutralise = (text: string): string => (DANGEROUS.test(text) ? `'${text}` : text)

/** What `neutralise` was given; text that it never marked comes back as it is. */
export const unneutralise = (text: string): string => (MARKED.test(text) ? text.slice(1) : text)
