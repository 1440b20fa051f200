/**
 * One file because it is one table: the same bad input at every surface of the
 * server, and what each protocol's own client would understand.
 */
import { request } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type World } from '../testing/createWorld.js'
import { type ServedFaces, serveFaces } from './testing/serveFaces.js'

let world: World
let faces: ServedFaces

beforeAll(async () => {
  world = await createWorld()
  faces = await serveFaces(world)
  world.setCandidates(await world.serve([world.honest]))
}, 60_000)
afterAll(async () => {
  await world?.stop()
})

type Answer = {
  readonly status: number
  readonly type: string
  readonly body: Record<string, unknown>
}

/** A surface: where a good request goes, and how its errors look. */
type Surface = {
  readonly name: string
  readonly path: string
  readonly headers?: Record<string, string>
  /** A request that asks for a swap; `stream` where it is told as it goes. */
  readonly say: (utterance: string) => object
  readonly stream: {
    readonly path: string
    readonly body: (utterance: string) => object
  } | null
  /** What nothing answers to. */
  readonly unknown: { readonly path?: string; readonly body?: object }
  /** Throws unless it is an error in the protocol's own shape; gives its code. */
  readonly readError: (answer: Answer) => unknown
}

const rpc = (method: string, params: object = {}) => ({
  jsonrpc: '2.0',
  id: 1,
  method,
  params,
})
const message = (utterance: string) => ({
  message: {
    messageId: crypto.randomUUID(),
    role: 'ROLE_USER',
    parts: [{ text: utterance }],
  },
})
const readRpc = ({ type, body }: Answer): unknown => {
  expect(type).toContain('application/json')
  expect(body).toMatchObject({ jsonrpc: '2.0' })
  const { code, message: said } = body.error as {
    code: number
    message: string
  }
  expect(said.length).toBeGreaterThan(5)
  return code
}
const readOpenAi = ({ type, body }: Answer): unknown => {
  expect(type).toContain('application/json')
  const error = body.error as Record<string, unknown>
  expect(Object.keys(error).sort()).toEqual([
    'code',
    'message',
    'param',
    'type',
  ])
  return error.type
}
const surfaces: readonly Surface[] = [
  {
    name: 'the intent API',
    path: '/v1/intents',
    say: (utterance) => ({ utterance }),
    stream: null,
    unknown: { path: '/v1/nonsense' },
    readError: ({ status, type, body }) => {
      expect(type).toContain('application/problem+json')
      expect(body).toMatchObject({
        status,
        type: expect.stringContaining('/errors/'),
        title: expect.any(String),
        detail: expect.any(String),
        retry: expect.any(String),
      })
      return body.code
    },
  },
  {
    name: 'chat completions',
    path: '/v1/chat/completions',
    say: (utterance) => ({
      model: 'behest',
      messages: [{ role: 'user', content: utterance }],
    }),
    stream: {
      path: '/v1/chat/completions',
      body: (utterance) => ({
        model: 'behest',
        stream: true,
        messages: [{ role: 'user', content: utterance }],
      }),
    },
    unknown: {
      body: { model: 'nobody', messages: [{ role: 'user', content: 'hi' }] },
    },
    readError: readOpenAi,
  },
  {
    name: 'responses',
    path: '/v1/responses',
    say: (utterance) => ({ model: 'behest', input: utterance }),
    stream: {
      path: '/v1/responses',
      body: (utterance) => ({
        model: 'behest',
        stream: true,
        input: utterance,
      }),
    },
    unknown: { body: { model: 'nobody', input: 'hi' } },
    readError: readOpenAi,
  },
  {
    name: 'MCP',
    path: '/mcp',
    headers: {
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
    },
    say: (utterance) =>
      rpc('tools/call', { name: 'quote', arguments: { utterance } }),
    stream: {
      path: '/mcp',
      body: (utterance) =>
        rpc('tools/call', {
          name: 'quote',
          arguments: { utterance },
          _meta: { progressToken: 1 },
        }),
    },
    unknown: { body: rpc('nonsense/method') },
    readError: readRpc,
  },
  {
    name: 'A2A over JSON-RPC',
    path: '/a2a',
    headers: { 'a2a-version': '1.0' },
    say: (utterance) => rpc('SendMessage', message(utterance)),
    stream: {
      path: '/a2a',
      body: (utterance) => rpc('SendStreamingMessage', message(utterance)),
    },
    unknown: { body: rpc('Nonsense') },
    readError: readRpc,
  },
  {
    name: 'A2A over REST',
    path: '/a2a/message:send',
    headers: { 'a2a-version': '1.0' },
    say: message,
    stream: { path: '/a2a/message:stream', body: message },
    unknown: { path: '/a2a/message:nonsense' },
    readError: ({ status, body }) => {
      const error = body.error as Record<string, unknown>
      expect(error).toMatchObject({
        code: status,
        message: expect.any(String),
        status: expect.any(String),
      })
      return error.status
    },
  },
]

async function post(
  surface: Surface,
  body: string,
  options: { path?: string; type?: string } = {},
): Promise<Answer> {
  const response = await fetch(`${faces.url}${options.path ?? surface.path}`, {
    method: 'POST',
    headers: {
      'content-type': options.type ?? 'application/json',
      ...surface.headers,
    },
    body,
  })
  const text = await response.text()
  const type = response.headers.get('content-type') ?? ''
  const json = type.includes('event-stream')
    ? /^data: (\{.*)$/m.exec(text)?.[1]
    : text
  return {
    status: response.status,
    type: type.includes('event-stream') ? 'application/json' : type,
    body: JSON.parse(json ?? '{}') as Record<string, unknown>,
  }
}

const countIntents = async () =>
  Number(
    (await world.database.query('select count(*) from intent')).rows[0].count,
  )
const readNonce = () =>
  world.chain.client.getTransactionCount({ address: world.user })

describe.each(surfaces)('bad input at $name', (surface) => {
  test('error: each is refused in its own words, and nothing is begun', async () => {
    const before = [await countIntents(), await readNonce()]
    const good = JSON.stringify(surface.say('swap 1 ETH for USDC'))
    const { unknown } = surface
    const cases = {
      'cut off': await post(surface, good.slice(0, -3)),
      'no JSON': await post(surface, 'swap 1 ETH for USDC'),
      'a list': await post(surface, '[]'),
      nothing: await post(surface, '{}'),
      'too deep': await post(surface, `${'['.repeat(5000)}${']'.repeat(5000)}`),
      'ten megabytes': await post(
        surface,
        JSON.stringify(surface.say('x'.repeat(10 * 1024 * 1024))),
      ),
      'another type': await post(surface, good, { type: 'text/plain' }),
      'a form': await post(surface, 'utterance=swap', {
        type: 'application/x-www-form-urlencoded',
      }),
      unknown: await post(
        surface,
        JSON.stringify(unknown.body ?? surface.say('swap 1 ETH for USDC')),
        unknown.path === undefined ? {} : { path: unknown.path },
      ),
    }
    for (const [name, answer] of Object.entries(cases)) {
      expect([name, surface.readError(answer)]).not.toContain(undefined)
      expect([name, answer.status < 500]).toEqual([name, true])
    }
    expect(cases['ten megabytes'].status).toBe(413)
    expect([await countIntents(), await readNonce()]).toEqual(before)
    expect(faces.defects).toEqual([])
  })
})

const streaming = surfaces.flatMap((surface) =>
  surface.stream === null ? [] : [{ ...surface, stream: surface.stream }],
)
describe.each(streaming)('$name', (surface) => {
  test('behavior: a stream that is dropped ends for its reader, and not for the intent', async () => {
    const { stream } = surface
    const before = await countIntents()
    const amount = `0.${1 + streaming.indexOf(surface)}`
    await dropAfterFirstByte(
      surface,
      stream.path,
      stream.body(`swap ${amount} ETH for USDC`),
    )
    const readNewest = async () =>
      (await world.store.list({ limit: 1 })).intents[0]
    await expect
      .poll(async () => (await readNewest())?.status, { timeout: 20_000 })
      .toBe('needs-approval')
    expect(await countIntents()).toBe(before + 1)
    const newest = await readNewest()
    const record = await world.engine.get(newest?.id ?? '')
    expect(record.preview?.youGive[0]?.boundDecimal).toBe(amount)
    await world.engine.cancel(record.id)
    expect(faces.defects).toEqual([])
  })
})

describe('a slow client', () => {
  test('error: who does not say what they want is sent away, and others are served meanwhile', async () => {
    const slow = Promise.all(
      ['POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n'].flatMap((start) => [
        hang(start),
        hang(
          `${start}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"json`,
        ),
      ]),
    )
    const other = await fetch(`${faces.url}/healthz`)
    expect(other.status).toBe(200)
    for (const said of await slow) expect(said).toMatch(/^HTTP\/1\.1 408 /)
    expect(faces.defects).toEqual([])
  }, 30_000)
})

/** Says the start of something and never the rest; gives what came back. */
function hang(start: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(faces.url)
    const socket = connect(Number(port), hostname, () => socket.write(start))
    let said = ''
    socket.on('data', (data) => {
      said += data.toString()
    })
    socket.once('error', reject)
    socket.once('close', () => resolve(said))
  })
}

/** Reads the start of an answer and is gone, as a phone in a tunnel. */
function dropAfterFirstByte(
  surface: Surface,
  path: string,
  body: object,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const asking = request(
      `${faces.url}${path}`,
      {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'text/event-stream',
          ...surface.headers,
        },
      },
      (response) => {
        expect(response.headers['content-type']).toContain('event-stream')
        response.once('data', () => {
          asking.destroy()
          resolve()
        })
        response.once('error', () => undefined)
      },
    )
    asking.once('error', reject)
    asking.end(JSON.stringify(body))
  })
}
