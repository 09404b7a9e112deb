/** Threads that share a piece of work: each is set up once and then given tasks, one at a time. */
import { Worker } from 'node:worker_threads'

type Waiting<Task, Answer> = { readonly task: Task; readonly done: (answer: Answer) => void; readonly failed: (fault: unknown) => void }

/** What a thread sends back: the answer, or why there is none. */
export type Reply<Answer> = { readonly answer: Answer } | { readonly fault: string }

/**
 * `workers` threads of the module at `file`, or none for a crew of one, who is then this thread, by `alone`. Answers come back in any order; each task's own is
 * what `run` promises. `inHand`: tasks that lie with a thread at a time; more than one where tasks are alike and the main thread is busy between (it packs and writes), so that
 * nobody stands idle until it listens. When `signal` says so, nobody waits any longer: what is under way and what is queued fails with its reason.
 */
export class Crew<Setup, Task, Answer> {
  readonly #threads: Worker[] = []
  readonly #queue: Waiting<Task, Answer>[] = []
  /** Tasks of each thread in the order in which it was given them, and answers them. */
  readonly #inHand = new Map<Worker, Waiting<Task, Answer>[]>()
  readonly #alone: ((task: Task) => Answer) | null
  readonly #signal: AbortSignal | undefined
  readonly #most: number
  #closed = false

  constructor(file: URL, setup: Setup, workers: number, alone: (setup: Setup) => (task: Task) => Answer, signal?: AbortSignal, inHand = 1) {
    this.#most = inHand
    this.#signal = signal
    signal?.addEventListener('abort', () => this.#stop(), { once: true })
    this.#alone = workers <= 1 ? alone(setup) : null
    for (let w = 0; w < workers && !this.#alone; w++) {
      const thread = new Worker(file, { workerData: setup })
      thread.on('message', (reply: Reply<Answer>) => this.#hear(thread, reply))
      thread.on('error', (fault) => this.#lose(thread, fault))
      thread.on('exit', () => this.#lose(thread, new Error('a working thread ended')))
      this.#threads.push(thread)
      this.#inHand.set(thread, [])
    }
  }

  run(task: Task): Promise<Answer> {
    const alone = this.#alone
    // let other work (a signal, a file) come in between
    if (alone) return new Promise((done, failed) => setImmediate(() => this.#inTurn(alone, task, done, failed)))
    return new Promise((done, failed) => {
      if (this.#signal?.aborted) return failed(this.#signal.reason)
      this.#queue.push({ task, done, failed })
      this.#next()
    })
  }

  #inTurn(alone: (task: Task) => Answer, task: Task, done: (answer: Answer) => void, failed: (fault: unknown) => void): void {
    try {
      this.#signal?.throwIfAborted()
      if (this.#closed) throw new Error('the crew has gone home')
      done(alone(task))
    } catch (fault) {
      failed(fault)
    }
  }

  #stop(): void {
    for (const { failed } of [...[...this.#inHand.values()].flatMap((own) => own.splice(0)), ...this.#queue.splice(0)])
      failed(this.#signal?.reason)
  }

  /** Gives the next task to the thread with the fewest. */
  #next(): void {
    for (;;) {
      let freest: Worker | null = null
      let fewest = this.#most
      for (const [thread, own] of this.#inHand) {
        if (own.length >= fewest) continue
        freest = thread
        fewest = own.length
      }
      const waiting = freest ? this.#queue.shift() : undefined
      if (!freest || !waiting) return
      this.#inHand.get(freest)?.push(waiting)
      freest.postMessage(waiting.task)
    }
  }

  #hear(thread: Worker, reply: Reply<Answer>): void {
    const waiting = this.#inHand.get(thread)?.shift()
    this.#next()
    if ('fault' in reply) waiting?.failed(new Error(reply.fault))
    else waiting?.done(reply.answer)
  }

  #lose(thread: Worker, fault: unknown): void {
    for (const { failed } of this.#inHand.get(thread) ?? []) failed(fault)
    this.#inHand.delete(thread)
    if (!this.#closed) for (const { failed } of this.#queue.splice(0)) failed(fault)
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#threads.map((thread) => thread.terminate()))
  }
}

/** Values of a task list in their order, made by `start` some way ahead of where they are taken. */
export async function* inOrder<Answer>(count: number, ahead: number, start: (index: number) => Promise<Answer>): AsyncGenerator<Answer> {
  const started: Promise<Answer>[] = []
  for (let next = 0, taken = 0; taken < count; taken++) {
    while (next < count && next < taken + ahead) {
      const promise = start(next++)
      promise.catch(() => {}) // heard when it is taken
      started.push(promise)
    }
    const first = started.shift()
    if (first) yield await first
  }
}
