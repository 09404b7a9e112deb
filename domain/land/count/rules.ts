/** The rules of the neighbouring subjects that the count stands on, under one grading. */
import { ownerOf } from '@dishu/kernel/areas/areas'
import { type GradingConfig, gradeChanges, gradePatch, type Sample, salineSet } from '../soil/soil.ts'
import { contractChanges, contractState } from '../tenure/tenure.ts'
import type { CellRules } from './cells.ts'

/** A change of the grading is a change of every cell: refresh with `affected: 'all'`. */
export const cellRules = (grading: GradingConfig): CellRules<Sample> => ({
  ownerOf,
  contractState,
  contractChanges,
  gradeOf: (samples, day) => (samples.length === 0 ? 'not-graded' : gradePatch(samples, grading, day).grade),
  gradeChanges,
  salineSet,
})
