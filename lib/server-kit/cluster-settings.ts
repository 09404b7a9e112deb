/** The settings of the embedded PostgreSQL, for the machine it finds itself on. */
import { statfsSync } from 'node:fs'
import { totalmem } from 'node:os'

const MB = 1024 * 1024

/**
 * The text of `dishu.conf`, read after PostgreSQL's own file and before the office's `local.conf`.
 * `memory` is what the machine (or its container) has, in bytes; without `durable` a crash of the machine may lose everything (tests).
 */
export function settings({ durable = true, memory = availableMemory(), sharedMemory = sharedMemoryFolder() } = {}): string {
  // a large import touches all of them: with a quarter of a gigabyte here, all processes together stay within 1.5 GB; what is read often is in the system's own cache
  const sharedBuffersMb = Math.round(Math.min(256, Math.max(32, memory / 8 / MB)))
  const lines = [
    `shared_buffers = ${sharedBuffersMb}MB`,
    `effective_cache_size = ${Math.round(Math.max(64, memory / 2 / MB))}MB`,
    'work_mem = 64MB',
    'maintenance_work_mem = 256MB',
    'jit = off', // our queries are many and short; compiling one costs more than running it
    'max_parallel_workers_per_gather = 2',
    'max_connections = 60',
    'max_wal_size = 4GB',
    'wal_compression = on',
    'wal_level = replica',
    'track_commit_timestamp = off',
    'random_page_cost = 1.1', // the disks of today
    'logging_collector = off',
    "log_line_prefix = '%m [%p] %q%a '",
    'log_min_messages = warning',
    'log_checkpoints = off',
    "timezone = 'Asia/Shanghai'",
    "datestyle = 'ISO, YMD'",
    "password_encryption = 'scram-sha-256'",
    // parallel queries share memory through this folder; a container often has only 64 MB of it, and they would fail
    `dynamic_shared_memory_type = ${process.platform === 'win32' ? 'windows' : sharedMemory < 512 * MB ? 'mmap' : 'posix'}`,
  ]
  if (!durable) lines.push('fsync = off', 'synchronous_commit = off', 'full_page_writes = off')
  return `# Written by Dishu at every start. Own settings belong in local.conf beside this file: they are read last.\n${lines.join('\n')}\n`
}

function availableMemory(): number {
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}

function sharedMemoryFolder(): number {
  if (process.platform !== 'linux') return Number.POSITIVE_INFINITY
  try {
    const { blocks, bsize } = statfsSync('/dev/shm')
    return blocks * bsize
  } catch {
    return 0
  }
}
