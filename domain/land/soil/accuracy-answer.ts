/** What places that chance chose say of a map and of the land, in areas: the same answer at the terminal and on the screen. */
import type { Change, Share } from '@dishu/numeric/estimation/accuracy'
import { assess, changesAtPlaces, changesBetween, type ProbabilitySample, verdictOf } from './accuracy.ts'

export type AccuracyAnswer = ReturnType<typeof answerOf>

/** Shares become areas: `error` and the interval's ends are in the unit of the areas that were given. */
export function answerOf(sample: ProbabilitySample, before: ProbabilitySample | null) {
  const { classes, total, design } = sample
  const told = assess(sample)
  const inArea = ({ value, error, low, high }: Share) => ({
    area: value * total,
    error: error * total,
    low: low * total,
    high: high * total,
  })
  const counts = classes.map((_, i) => [...told.counts.subarray(i * classes.length, (i + 1) * classes.length)])
  const changeOf = (name: string, change: Change) => {
    const { verdict, detectable } = verdictOf(change)
    return {
      class: name,
      before: change.before.value * total,
      after: change.after.value * total,
      change: change.change * total,
      error: change.error * total,
      z: Number.isFinite(change.z) ? change.z : null,
      p: change.p,
      verdict,
      detectable: detectable * total,
    }
  }
  return {
    places: sample.map.length,
    strata: sample.strata.length,
    total,
    postStratified: sample.mapShares !== null,
    classes,
    counts, // rows: the map, columns: the truth
    overall: told.overall,
    byClass: classes.map((name, c) => ({
      class: name,
      mapped: mappedShare(told.matrix, c, classes.length) * total,
      ...inArea(told.area[c]),
      users: blankNaN(told.users[c]),
      producers: blankNaN(told.producers[c]),
    })),
    // the finest that can be said of the whole: areas of strata are taken as they were given
    strataShares: Object.fromEntries(sample.strata.map((name, h) => [name === '' ? '*' : name, design.shares[h]])),
    changes: before
      ? changesBetween(before, sample).map(({ name, change }) => changeOf(name, change))
      : changesAtPlaces(sample).map((change, c) => changeOf(classes[c], change)),
    paired: before === null && sample.earlier !== null,
  }
}

const mappedShare = (matrix: Float64Array, row: number, classes: number) =>
  matrix.subarray(row * classes, (row + 1) * classes).reduce((sum, each) => sum + each, 0)
const blankNaN = (share: Share): Share | null => (Number.isNaN(share.value) ? null : share)
