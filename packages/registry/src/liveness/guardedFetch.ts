/** The one way to reach an address that a stranger named. */
export type GuardedFetch = (
  url: string,
  init?: {
    readonly method?: 'GET' | 'POST'
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string
    readonly signal?: AbortSignal
  },
) => Promise<Response>

const maxBodyBytes = 262_144

/** Reads a stranger's answer, and no more of it than 256 KB. */
export async function readBody(response: Response): Promise<string> {
  const reader = response.body?.getReader()
  if (reader === undefined) return ''
  const pieces: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.byteLength
    // Counted after decompression: a small bomb is a large body.
    if (size > maxBodyBytes) {
      await reader.cancel()
      throw new DOMException('the answer is too large', 'QuotaExceededError')
    }
    pieces.push(value)
  }
  return Buffer.concat(pieces).toString('utf8')
}
