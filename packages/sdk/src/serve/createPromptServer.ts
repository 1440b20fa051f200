import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { Duplex } from 'node:stream'

/** A request that never became whole, as far as it is known. */
export type BrokenRequest = {
  readonly status: 400 | 408 | 431
  readonly title: string
  /** What happened and what to do next, in one or two sentences. */
  readonly detail: string
  /** What did not come in time may be sent again as it is. */
  readonly retry: 'never' | 'same-input'
  /** Without the query; absent where not even the headers came whole. */
  readonly path?: string
}

/** An answer in the words of whatever protocol was meant. */
export type BrokenRequestAnswer = {
  readonly contentType: string
  readonly body: object
}

/**
 * Creates a server that waits for nobody: headers in 5 s, the whole request in
 * 10 s. Node's own limits are minutes, in which a few slow callers hold every
 * connection.
 *
 * @param app - Answers the requests that came whole.
 * @param render - Words for the others; a problem of RFC 9457 unless told.
 */
export function createPromptServer(
  app: RequestListener,
  render: (request: BrokenRequest) => BrokenRequestAnswer = renderAsProblem,
): Server {
  const server = createServer(
    {
      headersTimeout: 5_000,
      requestTimeout: 10_000,
      // The limits above bite when they are looked at; Node looks every 30 s.
      connectionsCheckingInterval: 2_000,
    },
    app,
  )
  answerBrokenRequests(server, render)
  return server
}

/** Puts a request that never became whole into a problem of RFC 9457. */
export function renderAsProblem({
  status,
  title,
  detail,
  retry,
}: BrokenRequest): BrokenRequestAnswer {
  return {
    contentType: 'application/problem+json',
    body: {
      type: '/errors/REQUEST_MALFORMED',
      title,
      status,
      detail,
      code: 'REQUEST_MALFORMED',
      retry,
    },
  }
}

/**
 * Answers what is no HTTP request, is longer than a server reads, or did not come
 * in time, and ends its connection. Node's own answer has no body, which no client
 * of any protocol understands.
 *
 * @param server - Its `headersTimeout` and `requestTimeout` say what is too slow.
 * @param render - Puts it into the words of the protocol that was meant.
 */
function answerBrokenRequests(
  server: Server,
  render: (request: BrokenRequest) => BrokenRequestAnswer,
): void {
  const newest = new WeakMap<
    Duplex,
    {
      readonly request: IncomingMessage
      readonly response: ServerResponse
      readonly path: string | undefined
    }
  >()
  // First of all: a router cuts off what it has matched of the address.
  server.prependListener('request', (request, response) => {
    const path = request.url?.split('?', 1)[0]
    newest.set(request.socket, { request, response, path })
  })
  server.on('clientError', (error: Error & { code?: string }, socket) => {
    const asked = newest.get(socket)
    // One that was read to its end is not the one that broke: that has no path yet.
    const broken = asked?.request.complete === false ? asked : undefined
    if (
      error.code === 'ECONNRESET' ||
      !socket.writable ||
      broken?.response.headersSent
    ) {
      socket.destroy()
      return
    }
    const said = describe(error.code)
    const { contentType, body } = render({
      ...said,
      ...(broken?.path === undefined ? {} : { path: broken.path }),
    })
    const text = JSON.stringify(body)
    socket.end(
      `HTTP/1.1 ${said.status} ${said.title}\r\nContent-Type: ${contentType}\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
    )
  })
}

function describe(code: string | undefined): Omit<BrokenRequest, 'path'> {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return {
        status: 431,
        title: 'Request Header Fields Too Large',
        detail:
          'The request line and headers have more than 16 KB. Ask with fewer words.',
        retry: 'never',
      }
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        status: 408,
        title: 'Request Timeout',
        detail: 'The request did not come in time. Send it in one go.',
        retry: 'same-input',
      }
    default:
      return {
        status: 400,
        title: 'Bad Request',
        detail: 'This is no HTTP request. Send one.',
        retry: 'never',
      }
  }
}
