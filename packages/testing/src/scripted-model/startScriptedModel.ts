import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** What the server does with one request. */
export type Turn =
  /** A completion whose text is the JSON of a value, or a text as it is. */
  | {
      readonly kind: 'answer'
      readonly json?: unknown
      readonly text?: string
      readonly finishReason?: string
      /** Cut into pieces of so many bytes, inside characters too. */
      readonly fragmentBytes?: number
      readonly gapMs?: number
      readonly totalTokens?: number
    }
  | {
      readonly kind: 'raw'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body: string
    }
  /** Never answers. */
  | { readonly kind: 'hang' }
  /** Headers at once, then one byte now and then, without end. */
  | { readonly kind: 'drip'; readonly everyMs: number }
  /** Breaks the connection in the middle of an answer. */
  | {
      readonly kind: 'reset'
      readonly afterBytes: number
      readonly json: unknown
    }
  /** Streams text without end. */
  | { readonly kind: 'endless' }

/** A request as it came in. */
export type RecordedRequest = {
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** A running server. */
export type ScriptedModel = {
  /** To be given as the endpoint's base URL. */
  readonly baseUrl: string
  readonly requests: readonly RecordedRequest[]
  /** Answers that somebody still waits for. */
  openAnswers(): number
  close(): Promise<void>
}

/**
 * Starts an OpenAI-compatible server on a free port of loopback that answers
 * by script: turn by turn, the last one again and again.
 *
 * @param script - The turns, in order.
 */
export async function startScriptedModel(
  script: readonly Turn[],
): Promise<ScriptedModel> {
  const requests: RecordedRequest[] = []
  const sockets = new Set<Socket>()
  const timers = new Set<NodeJS.Timeout>()
  const open = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    open.add(response)
    response.on('close', () => open.delete(response))
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const path = request.url ?? ''
      if (path.endsWith('/models')) {
        respondJson(response, {
          object: 'list',
          data: [{ id: 'scripted', object: 'model' }],
        })
        return
      }
      const body = JSON.parse(
        Buffer.concat(chunks).toString('utf8') || '{}',
      ) as Record<string, unknown>
      requests.push({
        path,
        body,
        headers: request.headers as Record<string, string | undefined>,
      })
      if (path.endsWith('/embeddings')) {
        respondJson(response, {
          object: 'list',
          data: [{ object: 'embedding', index: 0, embedding: [1, 0] }],
        })
        return
      }
      const turn = script[Math.min(requests.length, script.length) - 1]
      if (turn === undefined) respondJson(response, {})
      else play(turn, response, timers)
    })
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    openAnswers: () => open.size,
    close: async () => {
      for (const timer of timers) clearInterval(timer)
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

function respondJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}

function play(
  turn: Turn,
  response: ServerResponse,
  timers: Set<NodeJS.Timeout>,
): void {
  const open = () =>
    response.writeHead(200, { 'content-type': 'text/event-stream' })
  const every = (ms: number, act: () => void) => {
    const timer = setInterval(act, ms)
    timers.add(timer)
    response.on('close', () => {
      clearInterval(timer)
      timers.delete(timer)
    })
  }
  switch (turn.kind) {
    case 'raw':
      response.writeHead(turn.status, turn.headers ?? {})
      response.end(turn.body)
      return
    case 'hang':
      return
    case 'drip':
      open()
      every(turn.everyMs, () => response.write(' '))
      return
    case 'endless':
      open()
      every(1, () => response.write(toEvent({ content: 'a'.repeat(4000) })))
      return
    case 'reset': {
      open()
      const bytes = Buffer.from(toStream(JSON.stringify(turn.json), 'stop', 10))
      response.write(bytes.subarray(0, turn.afterBytes), () => {
        response.socket?.destroy()
      })
      return
    }
    case 'answer': {
      const text = turn.text ?? JSON.stringify(turn.json)
      const bytes = Buffer.from(
        toStream(text, turn.finishReason ?? 'stop', turn.totalTokens ?? 100),
      )
      open()
      if (turn.fragmentBytes === undefined) {
        response.end(bytes)
        return
      }
      const size = turn.fragmentBytes
      let at = 0
      every(turn.gapMs ?? 0, () => {
        if (at >= bytes.length) {
          response.end()
          return
        }
        response.write(bytes.subarray(at, at + size))
        at += size
      })
    }
  }
}

function toStream(
  text: string,
  finishReason: string,
  totalTokens: number,
): string {
  return [
    toEvent({ role: 'assistant', content: '' }),
    toEvent({ content: text.slice(0, text.length >> 1) }),
    toEvent({ content: text.slice(text.length >> 1) }),
    toEvent({}, finishReason),
    `data: ${JSON.stringify({
      id: 'c1',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'scripted',
      choices: [],
      usage: {
        prompt_tokens: totalTokens - 1,
        completion_tokens: 1,
        total_tokens: totalTokens,
      },
    })}\n\n`,
    'data: [DONE]\n\n',
  ].join('')
}

function toEvent(delta: unknown, finishReason: string | null = null): string {
  return `data: ${JSON.stringify({
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'scripted',
    choices: [{ index: 0, delta, finish_reason: finishReason }],
  })}\n\n`
}
