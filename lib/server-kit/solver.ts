/**
 * Linear and integer programs by HiGHS (Huangfu and Hall 2018), compiled to WebAssembly. For masters and small cores: its memory is 32-bit,
 * and it runs on this thread until it is done or out of time.
 */
import { createRequire } from 'node:module'
import type * as Highs from 'highs'

// the package's types describe its CommonJS form, so that form is loaded
const openHighs: typeof Highs.default.default = createRequire(import.meta.url)('highs')

/** Minimise Σ cost x with `from ≤ x ≤ to`; row n's Σ coefficient x is at least `atLeast[n]`. The same shape as the kernels' masters. */
export type Program = {
  readonly cost: Float64Array
  readonly from: Float64Array
  readonly to: Float64Array
  readonly rowStart: Uint32Array
  readonly column: Uint32Array
  readonly coefficient: Float64Array
  readonly atLeast: Float64Array
}
/** Rows of a linear program that stays open: `atLeast ≤ Σ coefficient x ≤ atMost`; without `atMost` there is none. */
export type ProgramRows = Pick<Program, 'rowStart' | 'column' | 'coefficient' | 'atLeast'> & { readonly atMost?: Float64Array }
/**
 * A linear program that is minimised again and again while rows are added and bounds of columns move; each run begins where the last ended. `solve`: null where
 * HiGHS reports no optimum, or has not taken a row.
 */
export type OpenProgram = {
  readonly add: (rows: ProgramRows) => void
  readonly bound: (from: Float64Array, to: Float64Array) => void
  readonly solve: () => (Solved & { readonly rowDual: Float64Array }) | null
  readonly close: () => void
}
/** `iterations`: of the simplex method, all told; counted, so that the same program ends at the same place everywhere. */
export type WholeLimits = {
  readonly iterations: number
  readonly gap: number
  /** A solution to begin from. */
  readonly start?: Float64Array
  /** Asked now and then; false ends the work with what there is. */
  readonly goesOn?: () => boolean
  /** Told every better solution as it is found. */
  readonly onBetter?: (x: Float64Array, objective: number) => void
}
export type Solved = { readonly x: Float64Array; readonly objective: number }

export type Solver = {
  /** The optimum of a program written out in one of the solvers' own formats, or null where there is none: the check of an export. */
  optimumOf(format: 'lp' | 'mps', text: string): Promise<number | null>
  /** Opens a linear program without rows. */
  open(columns: Pick<Program, 'cost' | 'from' | 'to'>): OpenProgram
  /** The optimum of a linear program, or null where HiGHS reports none. */
  linear(program: Program): Solved | null
  /** The best plan of a program in whole numbers (all columns, or those marked in `whole`) found within the limits, and the bound that HiGHS proves; null where it found none. */
  whole(
    program: Program & { readonly whole?: Uint8Array },
    limits: WholeLimits,
  ): (Solved & { readonly bound: number; readonly iterations: number }) | null
}

/** Loads the solver: some tens of milliseconds. */
export async function openSolver(): Promise<Solver> {
  const highs = await openHighs()
  const run = <T>(
    program: Program & { readonly whole?: Uint8Array },
    integer: boolean,
    limits: WholeLimits | null,
    read: (model: ReturnType<typeof highs.createModel>, iterations: number) => T,
  ): T => {
    const columns = program.cost.length
    const rows = program.atLeast.length
    const model = highs.createModel({
      numCols: columns,
      numRows: rows,
      colCost: program.cost,
      colLower: program.from,
      colUpper: program.to,
      rowLower: program.atLeast,
      rowUpper: new Float64Array(rows).fill(Number.POSITIVE_INFINITY),
      matrix: {
        format: 'csr',
        numRows: rows,
        numCols: columns,
        starts: Int32Array.from(program.rowStart),
        indices: Int32Array.from(program.column),
        values: program.coefficient,
      },
      ...(integer ? { integrality: program.whole ? Int32Array.from(program.whole) : new Int32Array(columns).fill(1) } : {}),
    })
    let iterations = 0
    try {
      model.options.set('output_flag', false)
      if (limits) {
        model.options.set('mip_rel_gap', limits.gap)
        model.options.set('mip_abs_gap', 0)
        if (limits.start && columns > 0) model.setSolution({ colValue: limits.start })
      }
      model.run(
        limits
          ? {
              [highs.constants.callbackType.mipInterrupt](event) {
                iterations = Math.max(iterations, Number(event.data.mip_total_lp_iterations))
                if (iterations > limits.iterations || limits.goesOn?.() === false) event.interrupt()
              },
              ...(limits.onBetter
                ? {
                    [highs.constants.callbackType.mipImprovingSolution]({ data }) {
                      if (data.mip_solution) limits.onBetter?.(data.mip_solution, data.objective_function_value ?? Number.NaN)
                    },
                  }
                : {}),
            }
          : undefined,
      )
      return read(model, iterations)
    } finally {
      model.dispose()
    }
  }
  const { modelStatus } = highs.constants
  return {
    optimumOf: async (format, text) => {
      const model = highs.createModel(format === 'lp' ? { format, data: text } : { format, data: new TextEncoder().encode(text) })
      try {
        model.options.set('output_flag', false)
        model.run()
        return model.getModelStatus() === modelStatus.optimal ? model.getObjectiveValue() : null
      } finally {
        model.dispose()
      }
    },
    open: ({ cost, from, to }) => {
      const columns = cost.length
      const model = highs.createModel({
        numCols: columns,
        numRows: 0,
        colCost: cost,
        colLower: from,
        colUpper: to,
        rowLower: new Float64Array(0),
        rowUpper: new Float64Array(0),
        matrix: {
          format: 'csr',
          numRows: 0,
          numCols: columns,
          starts: new Int32Array(1),
          indices: new Int32Array(0),
          values: new Float64Array(0),
        },
      })
      model.options.set('output_flag', false)
      let isRefused = false
      const addRows = (rows: Parameters<typeof model.addRows>[0]) => {
        try {
          model.addRows(rows)
        } catch (fault) {
          // figures too far apart (10¹⁵): without these rows an optimum would be one of another program, so there is none from here on
          if (!(fault instanceof highs.errors.HighsError)) throw fault
          isRefused = true
        }
      }
      return {
        add: ({ rowStart, column, coefficient, atLeast, atMost }) => {
          const count = atLeast.length
          addRows({
            lower: atLeast,
            upper: atMost ?? new Float64Array(count).fill(Number.POSITIVE_INFINITY),
            matrix: {
              format: 'csr',
              numRows: count,
              numCols: columns,
              starts: Int32Array.from(rowStart),
              indices: Int32Array.from(column),
              values: coefficient,
            },
          })
        },
        bound: (lower, upper) => {
          model.changeColsBounds({ kind: 'range', from: 0, to: lower.length - 1 }, lower, upper)
        },
        solve: () => {
          if (isRefused) return null
          model.run()
          if (model.getModelStatus() !== modelStatus.optimal) return null
          const { colValue, rowDual } = model.getSolution()
          return { x: colValue, objective: model.getObjectiveValue(), rowDual }
        },
        close: () => model.dispose(),
      }
    },
    linear: (program) =>
      run(program, false, null, (model) =>
        model.getModelStatus() === modelStatus.optimal ? { x: model.getSolution().colValue, objective: model.getObjectiveValue() } : null,
      ),
    whole: (program, limits) =>
      run(program, true, limits, (model, iterations) => {
        const objective = model.getObjectiveValue()
        const status = model.getModelStatus()
        if (!Number.isFinite(objective) || (status !== modelStatus.optimal && status !== modelStatus.interrupted)) return null
        return { x: model.getSolution().colValue, objective, bound: Number(model.info.get('mip_dual_bound')), iterations }
      }),
  }
}
