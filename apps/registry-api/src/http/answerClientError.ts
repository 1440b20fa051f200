import type { Duplex } from 'node:stream'

/**
 * Answers what is no HTTP request, or one whose line and headers are longer than
 * a server reads: a problem, as everywhere, and the connection ends.
 */
export function answerClientError(
  error: Error & { readonly code?: string },
  socket: Duplex,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, title, detail] = toAnswer(error.code)
  const body = JSON.stringify({
    type: '/errors/REQUEST_MALFORMED',
    title,
    status,
    detail,
    code: 'REQUEST_MALFORMED',
    retry: 'never',
  })
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

function toAnswer(code: string | undefined): [number, string, string] {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return [
        431,
        'Request Header Fields Too Large',
        'The request line and headers have more than 16 KB. Ask with fewer words.',
      ]
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return [
        408,
        'Request Timeout',
        'The request did not come in time. Send it in one go.',
      ]
    default:
      return [
        400,
        'Bad Request',
        'This is no HTTP request. Correct it as /openapi.json describes.',
      ]
  }
}
