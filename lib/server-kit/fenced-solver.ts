/**
 * The solver behind a fence: HiGHS runs in a thread of its own, which is asked to stop, and ended where it does not hear, runs beyond its time or asks for more
 * memory than it may have. The calls are those of solver.ts and wait for their answer, so that kernels call them as any function. What HiGHS had found is kept.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { OpenProgram, Program, ProgramRows, Solved, Solver, WholeLimits } from './solver.ts'

export type Fence = {
  /** Asked while HiGHS works; false asks it to stop, and ends it where it goes on. */
  readonly goesOn?: () => boolean
  /** Of one call, by the clock: a guard against a call that never ends, far above what counted work takes. */
  readonly seconds?: number
  /** What HiGHS may grow to. */
  readonly memoryBytes?: number
}
export type FencedSolver = Pick<Solver, 'open' | 'linear' | 'whole'> & {
  /** Calls that had to be ended from outside. */
  readonly ended: () => number
  readonly close: () => void
}

/** What the thread is asked, in the order of asking; `call` is awaited where it is not 0. */
export type Asked =
  | { readonly what: 'open'; readonly id: number; readonly columns: Pick<Program, 'cost' | 'from' | 'to'> }
  | { readonly what: 'add'; readonly id: number; readonly rows: ProgramRows }
  | { readonly what: 'bound'; readonly id: number; readonly from: Float64Array; readonly to: Float64Array }
  | { readonly what: 'close'; readonly id: number }
  | { readonly what: 'solve'; readonly id: number; readonly call: number }
  | { readonly what: 'linear'; readonly program: Program; readonly call: number }
  | {
      readonly what: 'whole'
      readonly program: Program & { readonly whole?: Uint8Array }
      readonly limits: Pick<WholeLimits, 'iterations' | 'gap' | 'start'>
      readonly best: Float64Array
      readonly call: number
    }
export type Answered = { readonly call: number } & ({ readonly value: unknown } | { readonly fault: string; readonly isMemory: boolean })
export type ThreadStart = { readonly port: MessagePort; readonly control: Int32Array; readonly memoryBytes: number }

/** Places of what both sides see: the last call answered, whether to stop, and how often a better solution was written (odd while it is being written). */
export const [ANSWERED, STOP, WRITTEN] = [0, 1, 2]

const LOOK_MS = 40
/** How long a call may go on after it was asked to stop. */
const PATIENCE_MS = 700
const [MOST_SECONDS, MOST_BYTES] = [900, 2 * 2 ** 30]

type Thread = { readonly worker: Worker; readonly port: MessagePort; readonly control: Int32Array }
type Ended = 'ended'

/** Starts nothing before the first call. The caller closes it. */
export function fencedSolver({ goesOn = () => true, seconds = MOST_SECONDS, memoryBytes = MOST_BYTES }: Fence = {}): FencedSolver {
  let thread: Thread | null = null
  let calls = 0
  let programs = 0
  let ended = 0
  const start = (): Thread => {
    const { port1, port2 } = new MessageChannel()
    const control = new Int32Array(new SharedArrayBuffer(12))
    const workerData: ThreadStart = { port: port2, control, memoryBytes }
    const worker = new Worker(new URL('./fenced-solver.thread.ts', import.meta.url), { workerData, transferList: [port2] })
    worker.unref()
    worker.on('error', () => {}) // its call runs into the fence
    port1.unref()
    return { worker, port: port1, control }
  }
  const end = () => {
    if (!thread) return
    thread.port.close()
    void thread.worker.terminate()
    thread = null
    ended++
  }
  const tell = (asked: Asked) => {
    thread ??= start()
    thread.port.postMessage(asked)
    return thread
  }
  /** Waits for an answer; where none comes in time, the thread is gone with all its programs. */
  const wait = <T>(asked: Asked & { readonly call: number }, mayGoOn: () => boolean): T | Ended => {
    if (!mayGoOn()) return 'ended'
    const { port, control } = tell(asked)
    Atomics.store(control, STOP, 0)
    const begun = performance.now()
    let askedAt: number | null = null
    while (Atomics.load(control, ANSWERED) !== asked.call) {
      Atomics.wait(control, ANSWERED, Atomics.load(control, ANSWERED), LOOK_MS)
      const now = performance.now()
      if (askedAt === null && (!mayGoOn() || now - begun > seconds * 1000)) {
        Atomics.store(control, STOP, 1)
        askedAt = now
      }
      if (askedAt !== null && now - askedAt > PATIENCE_MS && Atomics.load(control, ANSWERED) !== asked.call) {
        end()
        return 'ended'
      }
    }
    for (let told = receiveMessageOnPort(port); told; told = receiveMessageOnPort(port)) {
      const answer = told.message as Answered
      if (answer.call !== asked.call) continue
      if ('value' in answer) return answer.value as T
      end() // what failed inside may have left anything behind
      if (answer.isMemory) return 'ended'
      throw new Error(`the solver failed: ${answer.fault}`)
    }
    throw new Error(`expected an answer to call ${asked.call}`)
  }
  return {
    ended: () => ended,
    close: () => {
      if (!thread) return
      thread.port.close()
      void thread.worker.terminate()
      thread = null
    },
    open: (columns) => {
      const id = ++programs
      let of: Thread | null = tell({ what: 'open', id, columns })
      const say = (asked: Asked) => {
        if (of !== null && of === thread) of.port.postMessage(asked) // a program of a thread that was ended is no more
      }
      const program: OpenProgram = {
        add: (rows) => say({ what: 'add', id, rows }),
        bound: (from, to) => say({ what: 'bound', id, from, to }),
        solve: () => {
          if (of === null || of !== thread) return null
          const found = wait<ReturnType<OpenProgram['solve']>>({ what: 'solve', id, call: ++calls }, goesOn)
          return found === 'ended' ? null : found
        },
        close: () => {
          say({ what: 'close', id })
          of = null
        },
      }
      return program
    },
    linear: (program) => {
      const found = wait<Solved | null>({ what: 'linear', program, call: ++calls }, goesOn)
      return found === 'ended' ? null : found
    },
    whole: (program, limits) => {
      const mayGoOn = () => goesOn() && limits.goesOn?.() !== false
      const columns = program.cost.length
      const best = new Float64Array(new SharedArrayBuffer(8 * (columns + 1)))
      const { iterations, gap, start: from } = limits
      const own = { iterations, gap, ...(from ? { start: from } : {}) }
      const before = thread // where it is ended, what it had written is still there
      const control = (before ?? tell({ what: 'close', id: 0 })).control
      Atomics.store(control, WRITTEN, 0)
      const found = wait<ReturnType<Solver['whole']>>({ what: 'whole', program, limits: own, best, call: ++calls }, mayGoOn)
      if (found !== 'ended') return found
      const written = Atomics.load(control, WRITTEN)
      if (written === 0 || written % 2 === 1) return null
      return { x: best.slice(0, columns), objective: best[columns], bound: Number.NEGATIVE_INFINITY, iterations }
    },
  }
}
