import { ApiAnswerMalformedError } from '../errors/ApiAnswerMalformedError.js'

/** One message of a stream of server-sent events. */
export type StreamMessage = {
  /** The last id that was sent, if any. */
  readonly id?: string
  /** `message` when none was given. */
  readonly event: string
  readonly data: string
}

/** What a reader of a stream gets: messages, and wishes of the server. */
export type StreamItem =
  | { readonly type: 'message'; readonly message: StreamMessage }
  | { readonly type: 'retry'; readonly retryMs: number }
  /** A comment or an unknown field: the server lives. */
  | { readonly type: 'alive' }

/** A line longer than this is no event of ours, and would fill the memory. */
const maxBufferedCharacters = 1_048_576

/**
 * Parses a stream of server-sent events as it comes in.
 *
 * Lines may end in LF, CR or CRLF and be cut anywhere, also within a character.
 * A message that is not complete when the stream ends is not given.
 *
 * @param stream - Bytes in UTF-8.
 * @param path - Where it comes from, for the error.
 * @throws {ApiAnswerMalformedError} when a line or a message has no end.
 */
export async function* parseEventStream(
  stream: ReadableStream<Uint8Array>,
  path: string,
): AsyncGenerator<StreamItem, void, void> {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let buffered = ''
  let id: string | undefined
  let event = ''
  let data: string[] = []
  let size = 0
  try {
    while (true) {
      const { done, value } = await reader.read()
      if (done) return
      buffered += decoder.decode(value, { stream: true })
      // A CR at the end may be the first half of a CRLF: wait for the rest.
      const lines = buffered.split(/\r\n|\n|\r(?!$)/)
      buffered = lines.pop() ?? ''
      if (buffered.length > maxBufferedCharacters)
        throw createEndlessError(path, 'line')
      for (const line of lines) {
        if (line === '') {
          if (data.length > 0)
            yield {
              type: 'message',
              message: {
                ...(id === undefined ? {} : { id }),
                event: event === '' ? 'message' : event,
                data: data.join('\n'),
              },
            }
          event = ''
          data = []
          size = 0
          continue
        }
        const colon = line.indexOf(':')
        const field = colon === -1 ? line : line.slice(0, colon)
        const text = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
        if (field === 'data') {
          size += text.length
          if (size > maxBufferedCharacters)
            throw createEndlessError(path, 'message')
          data.push(text)
        } else if (field === 'event') event = text
        else if (field === 'id' && !text.includes('\0')) id = text
        else if (field === 'retry' && /^\d{1,9}$/.test(text))
          yield { type: 'retry', retryMs: Number(text) }
        else yield { type: 'alive' }
      }
    }
  } finally {
    // Also when the reader leaves early: the connection must not stay open. A
    // stream that broke refuses with the error that is on its way already.
    await reader.cancel().catch(() => undefined)
  }
}

function createEndlessError(path: string, part: 'line' | 'message') {
  return new ApiAnswerMalformedError({
    method: 'GET',
    path,
    status: 200,
    problem: `a ${part} of its stream has no end`,
  })
}
