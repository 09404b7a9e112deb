/** The process behind the fence that looks over a layer: what its code is made of, and how the engine runs it. */
import { fileURLToPath } from 'node:url'
import type { FencedProgram } from '@dishu/formats/sandbox/compiled'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export const TOPOLOGY: FencedProgram = {
  name: 'topology',
  warm: at('./topology-warm.child.ts'),
  sources: [
    { folder: at('.'), deep: false },
    ...['base', 'formats', 'numeric/topology', 'numeric/geodesy'].map((folder) => ({ folder: at(`../../lib/${folder}`), deep: true })),
  ],
  // collecting and compiling on threads beside it costs a tenth more CPU and takes them from its own
  flags: ['--single-threaded-gc', '--no-concurrent-recompilation', '--min-semi-space-size=16'],
}
