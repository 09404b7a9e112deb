/** Processes of their own for long work, at both ends: kept by the server by the id of what they work on, and told what to do in one message. */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A worker that something killed (the kernel for its memory, a person) begins again so many times, after so long; then it is left to the caller. */
const AGAIN_AFTER_MS = [500, 2_000]

/** Time for a worker to leave its transaction when it is told to stop; then it is killed, which leaves nothing either. */
const GRACE_MS = 3_000

export type WorkProcesses<Order> = {
  /**
   * Does nothing while there is one for the id. Work that is killed is begun again: nothing of it stands before its end. `lost`: it ended by
   * itself and not well, or was killed each time; what is to be said of that is the caller's to know.
   */
  start(id: string, order: Order, lost: () => Promise<unknown>): void
  stop(id: string): Promise<void>
  stopAll(): Promise<void>
}

/** The server's end. `script` is a URL of a file that calls `workOnOrder`. */
export function workProcesses<Order extends object>(
  script: URL,
  flags: readonly string[],
  onFault: (fault: string) => void,
): WorkProcesses<Order> {
  const running = new Map<string, ChildProcess>()
  const asked = new Set<string>() // to stop: what becomes of those is for the one who asked to say
  const waiting = new Map<string, NodeJS.Timeout>() // to begin again
  const stop = async (id: string) => {
    clearTimeout(waiting.get(id))
    waiting.delete(id)
    const child = running.get(id)
    if (!child) return
    asked.add(id)
    child.kill('SIGTERM')
    const kill = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
    await new Promise<void>((resolve) =>
      child.exitCode !== null || child.signalCode !== null ? resolve() : child.once('exit', () => resolve()),
    )
    clearTimeout(kill)
  }
  const begin = (id: string, order: Order, lost: () => Promise<unknown>, killed: number) => {
    const child = fork(fileURLToPath(script), [], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [...flags, '--disable-warning=ExperimentalWarning'],
    })
    running.set(id, child)
    let said = ''
    child.stderr?.on('data', (text: Buffer) => {
      said = (said + text.toString()).slice(-4000)
    })
    child.on('message', (message: { fault?: string }) => {
      if (message.fault) onFault(message.fault)
    })
    child.once('exit', (code, signal) => {
      running.delete(id)
      if (asked.delete(id) || code === 0) return
      if (said) onFault(said)
      const delay = signal === null ? undefined : AGAIN_AFTER_MS[killed]
      if (delay === undefined) return void lost().catch(() => {})
      onFault(`a worker was killed by ${signal} and begins again in ${delay} ms`)
      const again = setTimeout(() => {
        waiting.delete(id)
        begin(id, order, lost, killed + 1)
      }, delay)
      waiting.set(id, again)
    })
    child.send(order)
  }
  return {
    start(id, order, lost) {
      if (!running.has(id) && !waiting.has(id)) begin(id, order, lost, 0)
    },
    stop,
    async stopAll() {
      await Promise.all([...running.keys(), ...waiting.keys()].map(stop))
    },
  }
}

/** The worker's end: ends when the one order is done or when the server is gone. SIGTERM aborts the signal. */
export function workOnOrder<Order>(work: (order: Order, signal: AbortSignal) => Promise<void>): void {
  const controller = new AbortController()
  process.on('disconnect', () => process.exit(1))
  if (!process.connected) process.exit(1) // the server was gone before we had loaded
  process.on('SIGTERM', () => controller.abort(new Error('cancelled')))
  process.on('SIGINT', () => {}) // Ctrl-C reaches the whole group; the server says what to do
  process.once('message', (order: Order) => {
    work(order, controller.signal).then(
      () => process.exit(0),
      (cause: unknown) => {
        if (!controller.signal.aborted) process.send?.({ fault: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) })
        process.exit(controller.signal.aborted ? 0 : 1)
      },
    )
  })
}
