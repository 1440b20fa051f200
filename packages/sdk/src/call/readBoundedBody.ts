import { BehestError } from '@behest/spec'

/**
 * Reads a response's decoded body, at most so much of it.
 *
 * @param response - The response; its body is consumed or cancelled.
 * @param options.maxBytes - Most decoded bytes.
 * @returns The bytes.
 * @throws {FetchTooLargeError} at the first byte past the limit.
 */
export async function readBoundedBody(
  response: Pick<Response, 'body' | 'headers'>,
  options: { readonly maxBytes: number; readonly url: string },
): Promise<Uint8Array<ArrayBuffer>> {
  const { maxBytes, url } = options
  const reader = response.body?.getReader()
  if (reader === undefined) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > maxBytes) {
      // Not awaited: whoever sends for ever may never let go.
      reader.cancel().catch(() => {})
      throw new FetchTooLargeError({ url, maxBytes })
    }
    chunks.push(value)
  }
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}

/** Thrown when a body is longer than what is read of it. */
export class FetchTooLargeError extends BehestError {
  readonly code = 'FETCH_TOO_LARGE'
  readonly retry = 'never'

  constructor(facts: { url: string; maxBytes: number }) {
    super(
      `The answer of ${facts.url} is longer than ${facts.maxBytes} bytes. Ask another server, or for less.`,
      { facts },
    )
  }
}
