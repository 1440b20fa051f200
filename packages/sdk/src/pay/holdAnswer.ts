import type { PaidAnswer } from '@behest/spec'
import type { Response } from 'express'

/** What happens to an answer that was held. */
export type Release =
  | {
      readonly type: 'send'
      readonly headers?: Readonly<Record<string, string>>
    }
  | { readonly type: 'replace'; readonly write: () => void }

/**
 * Holds everything that a handler writes until it has ended, and then lets it
 * go, or something else in its place.
 *
 * @param response - The response whose body is held.
 * @param decide - Called once, with the whole answer; must not throw.
 */
export function holdAnswer(
  response: Response,
  decide: (answer: PaidAnswer, isGone: boolean) => Promise<Release>,
): void {
  const { write, end, flushHeaders } = response
  const chunks: Buffer[] = []
  let isEnded = false

  const keep = (chunk: unknown, encoding: unknown): void => {
    if (typeof chunk === 'string')
      chunks.push(
        Buffer.from(
          chunk,
          typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8',
        ),
      )
    else if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk))
  }
  const restore = (): void => {
    Object.assign(response, { write, end, flushHeaders })
  }

  Object.assign(response, {
    flushHeaders: () => {},
    write: (chunk: unknown, encoding?: unknown) => {
      keep(chunk, encoding)
      return true
    },
    end: (chunk?: unknown, encoding?: unknown) => {
      if (isEnded) return response
      isEnded = true
      keep(chunk, encoding)
      const body = Buffer.concat(chunks)
      const answer: PaidAnswer = {
        status: response.statusCode,
        contentType: String(response.getHeader('content-type') ?? ''),
        body,
      }
      void decide(answer, response.destroyed).then((release) => {
        restore()
        if (release.type === 'send') {
          response.set({ ...release.headers })
          response.end(body)
          return
        }
        replace(response, release.write)
      })
      return response
    },
  })
}

/**
 * Holds the first byte that a handler writes until something is decided, and
 * then lets all go on as it comes, or something else leave in its place.
 *
 * @param response - The response whose first byte is held.
 * @param decide - Called once, with the status; must not throw.
 */
export function holdFirstByte(
  response: Response,
  decide: (status: number) => Promise<Release>,
): void {
  const { write, end, flushHeaders } = response
  const waiting: (() => void)[] = []

  const hold = (go: () => void): void => {
    waiting.push(go)
    if (waiting.length > 1) return
    void decide(response.statusCode).then((release) => {
      Object.assign(response, { write, end, flushHeaders })
      if (release.type === 'replace') return replace(response, release.write)
      response.set({ ...release.headers })
      for (const next of waiting) next()
    })
  }

  Object.assign(response, {
    flushHeaders: () => hold(() => flushHeaders.call(response)),
    write: (...given: Parameters<Response['write']>) => {
      hold(() => write.apply(response, given))
      return true
    },
    end: (...given: Parameters<Response['end']>) => {
      hold(() => end.apply(response, given))
      return response
    },
  })
}

function replace(response: Response, write: () => void): void {
  for (const name of ['content-length', 'content-type', 'etag'])
    response.removeHeader(name)
  write()
}
