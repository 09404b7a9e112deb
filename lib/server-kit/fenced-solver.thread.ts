/** The thread of fenced-solver.ts: HiGHS and nothing else. */
import { workerData } from 'node:worker_threads'
import { ANSWERED, type Answered, type Asked, STOP, type ThreadStart, WRITTEN } from './fenced-solver.ts'
import { type OpenProgram, openSolver } from './solver.ts'

const { port, control, memoryBytes } = workerData as ThreadStart

// the compiled solver asks here for memory: refused, it ends its call
let refusedMemory = false
const grow = WebAssembly.Memory.prototype.grow
WebAssembly.Memory.prototype.grow = function (this: WebAssembly.Memory, pages: number) {
  if (this.buffer.byteLength + pages * 65_536 > memoryBytes) {
    refusedMemory = true
    throw new RangeError(`more memory than ${memoryBytes} bytes`)
  }
  return grow.call(this, pages)
}

const answer = (told: Answered) => {
  port.postMessage(told)
  Atomics.store(control, ANSWERED, told.call)
  Atomics.notify(control, ANSWERED)
}
const opening = openSolver()
const programs = new Map<number, OpenProgram>()
const open = (id: number) => {
  const program = programs.get(id)
  if (!program) throw new Error(`expected the open program ${id}`)
  return program
}

port.on('message', (asked: Asked) => {
  void work(asked).then(
    (value) => 'call' in asked && answer({ call: asked.call, value }),
    (fault) => 'call' in asked && answer({ call: asked.call, fault: String(fault?.message ?? fault), isMemory: refusedMemory }),
  )
})

async function work(asked: Asked): Promise<unknown> {
  const solver = await opening
  switch (asked.what) {
    case 'open':
      programs.set(asked.id, solver.open(asked.columns))
      return null
    case 'add':
      return open(asked.id).add(asked.rows)
    case 'bound':
      return open(asked.id).bound(asked.from, asked.to)
    case 'close':
      programs.get(asked.id)?.close()
      programs.delete(asked.id)
      return null
    case 'solve':
      return open(asked.id).solve()
    case 'linear':
      return solver.linear(asked.program)
    case 'whole': {
      const { best, program, limits } = asked
      const columns = program.cost.length
      return solver.whole(program, {
        ...limits,
        goesOn: () => Atomics.load(control, STOP) === 0,
        onBetter: (x, objective) => {
          Atomics.add(control, WRITTEN, 1)
          best.set(x)
          best[columns] = objective
          Atomics.add(control, WRITTEN, 1)
        },
      })
    }
  }
}
