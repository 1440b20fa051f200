// One file because it is one server: in front of the agent, passing everything
// on, and showing what passed.
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
  request as sendRequest,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { PortTakenError } from '../stack/startStack.js'
import {
  inspectorPage,
  inspectorScript,
  inspectorStyle,
} from './inspectorPage.js'

const mostBytes = 262_144
const mostMessages = 200
const agentTimeoutMs = 60_000
const base = '/_inspector'

/** One question to the agent, and its answer. */
export type InspectedMessage = {
  readonly id: number
  readonly at: string
  readonly method: string
  readonly path: string
  readonly status: number
  readonly milliseconds: number
  readonly request: string
  readonly response: string
}

/** How the agent behind the inspector is doing. */
export type InspectedState = {
  readonly type: 'building' | 'running' | 'failed'
  readonly says: string
}

/** A server in front of an agent. */
export type Inspector = {
  readonly url: string
  readonly pageUrl: string
  /** Where questions go from now on; `undefined` while nobody answers. */
  readonly setAgent: (url: string | undefined) => void
  readonly setState: (state: InspectedState) => void
  readonly close: () => Promise<void>
}

/**
 * Starts the inspector: passes on whatever is asked, keeps the last messages,
 * and shows them on a page as they pass.
 *
 * @param options.port - Where the agent is reached; 0 for a free port.
 * @param options.buildSample - A request to try the agent with.
 * @throws {PortTakenError} when somebody else is at the port.
 */
export async function startInspector(options: {
  readonly port: number
  readonly buildSample: () => Promise<unknown>
}): Promise<Inspector> {
  let agentUrl: string | undefined
  let state: InspectedState = { type: 'building', says: '' }
  let lastId = 0
  const messages: InspectedMessage[] = []
  const watchers = new Set<ServerResponse>()

  function tell(event: string, data: unknown): void {
    for (const watcher of watchers)
      watcher.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }

  async function inspect(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://agent').pathname
    const page = pages[path]
    response.setHeader('x-content-type-options', 'nosniff')
    if (!isOwnHost(request.headers.host)) {
      response.writeHead(403).end('Open it as 127.0.0.1 or localhost.')
    } else if (page !== undefined) {
      response
        .writeHead(200, {
          'content-type': page.type,
          'content-security-policy':
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'",
        })
        .end(page.text)
    } else if (path === `${base}/events`) {
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
      })
      watchers.add(response)
      response.once('close', () => watchers.delete(response))
      response.write(`event: state\ndata: ${JSON.stringify(state)}\n\n`)
      for (const message of messages)
        response.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`)
    } else if (path === `${base}/sample`) {
      const sample = await options.buildSample()
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify(sample, null, 2))
    } else response.writeHead(404).end()
  }

  async function pass(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const startedMs = performance.now()
    const asked = await readBody(request)
    const answer = await forward(agentUrl, request, asked)
    response.writeHead(answer.status, answer.headers).end(answer.body)
    lastId += 1
    const message: InspectedMessage = {
      id: lastId,
      at: new Date().toISOString(),
      method: request.method ?? '',
      path: request.url ?? '',
      status: answer.status,
      milliseconds: Math.round(performance.now() - startedMs),
      request: asked.toString('utf8'),
      response: answer.body.toString('utf8'),
    }
    messages.push(message)
    if (messages.length > mostMessages) messages.shift()
    tell('message', message)
  }

  const server = createServer((request, response) => {
    const work = request.url?.startsWith(base) ? inspect : pass
    work(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(502)
      response.end(error instanceof Error ? error.message : String(error))
    })
  })
  await new Promise<void>((done, fail) => {
    server.once('error', () =>
      fail(new PortTakenError({ variable: '--port', port: options.port })),
    )
    server.listen(options.port, '127.0.0.1', done)
  })
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    pageUrl: `${url}${base}`,
    setAgent: (next) => {
      agentUrl = next
    },
    setState: (next) => {
      state = next
      tell('state', next)
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

const pages: Readonly<Record<string, { type: string; text: string }>> = {
  [base]: { type: 'text/html; charset=utf-8', text: inspectorPage },
  [`${base}/page.js`]: {
    type: 'text/javascript; charset=utf-8',
    text: inspectorScript,
  },
  [`${base}/page.css`]: {
    type: 'text/css; charset=utf-8',
    text: inspectorStyle,
  },
}

/** A name that leads here from elsewhere must not read what passed. */
function isOwnHost(host: string | undefined): boolean {
  return /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(host ?? '')
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.byteLength
    // The agent refuses more than this by itself, and is still to be the one.
    if (size <= mostBytes + 1) pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly body: Buffer
}

function forward(
  agentUrl: string | undefined,
  request: IncomingMessage,
  body: Buffer,
): Promise<Answer> {
  if (agentUrl === undefined)
    return Promise.resolve({
      status: 503,
      headers: { 'content-type': 'text/plain', 'retry-after': '1' },
      body: Buffer.from('The agent is not running. Its page says why.\n'),
    })
  const { connection: _, 'transfer-encoding': __, ...headers } = request.headers
  return new Promise((done, fail) => {
    const sent = sendRequest(
      new URL(request.url ?? '/', agentUrl),
      {
        method: request.method,
        headers: { ...headers, 'content-length': body.byteLength },
        timeout: agentTimeoutMs,
        agent: false,
      },
      (answer) => {
        const pieces: Buffer[] = []
        answer.on('data', (piece: Buffer) => pieces.push(piece))
        answer.once('error', fail)
        answer.once('end', () => {
          const {
            connection: _,
            'transfer-encoding': __,
            'keep-alive': ___,
            ...rest
          } = answer.headers
          done({
            status: answer.statusCode ?? 502,
            headers: Object.fromEntries(
              Object.entries(rest).flatMap(([name, value]) =>
                value === undefined ? [] : [[name, value]],
              ),
            ),
            body: Buffer.concat(pieces),
          })
        })
      },
    )
    sent.once('timeout', () => sent.destroy())
    sent.once('error', fail)
    sent.end(body)
  })
}
