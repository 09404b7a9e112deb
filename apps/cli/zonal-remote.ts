/** Rasters on other machines, by ranges of bytes: only from hosts that were allowed by name, and never by way of another. */
import { Refused } from '@dishu/base/refusal'

const PATIENCE_MS = 30_000

export const isRemote = (path: string): boolean => /^https?:\/\//i.test(path)

/** Where a raster may be read: refused where its host is not among those allowed. */
export function allowedAddress(path: string, hosts: readonly string[]): URL {
  const address = new URL(path)
  const allowed = hosts.some((host) => host.toLowerCase() === address.hostname || host.toLowerCase() === address.host)
  if (!allowed || address.username || address.password)
    throw new Refused({ code: 'formats/raster-host-not-allowed', details: { host: address.host } })
  return address
}

/** Bytes of it in all. */
export async function sizeAt(address: URL): Promise<number> {
  const { total } = await rangeAt(address, 0, 1)
  return total
}

export async function bytesAt(address: URL, offset: number, length: number): Promise<Uint8Array> {
  return (await rangeAt(address, offset, length)).bytes
}

async function rangeAt(address: URL, offset: number, length: number): Promise<{ bytes: Uint8Array; total: number }> {
  const notServed = (why: string) => new Refused({ code: 'formats/raster-not-served', details: { host: address.host, why } })
  let response: Response
  try {
    // a redirect could lead to a host that nobody allowed
    response = await fetch(address, {
      headers: { range: `bytes=${offset}-${offset + length - 1}` },
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
  } catch (cause) {
    throw notServed(cause instanceof Error ? ((cause.cause as Error | undefined)?.message ?? cause.message) : String(cause))
  }
  if (response.status !== 206) {
    await response.body?.cancel()
    throw notServed(`HTTP ${response.status}`)
  }
  const total = Number(/^bytes \d+-\d+\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1])
  if (!(total > 0)) throw notServed('no Content-Range')
  const bytes = new Uint8Array(length)
  let n = 0
  for await (const chunk of response.body ?? []) {
    if (n + chunk.length > length) throw notServed('more bytes than were asked for')
    bytes.set(chunk, n)
    n += chunk.length
  }
  return { bytes: bytes.subarray(0, n), total }
}
