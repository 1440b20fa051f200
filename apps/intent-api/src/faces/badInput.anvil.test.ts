/**
 * One file because it is one table: the same bad input at every surface of the
 * server, and what each protocol's own client would understand.
 */
import { request } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type World } from '../testing/createWorld.js'
import { type ServedFaces, serveFaces } from './testing/serveFaces.js'

/**
 * A refusal that takes longer is not quick. Far above what a busy machine needs, far
 * below the limits on connections.
 */
const quicklyMs = 5000

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
  /** The code of a request that never came whole. */
  readonly brokenCode: string | number
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
    brokenCode: 'REQUEST_MALFORMED',
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
    brokenCode: 'invalid_request_error',
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
    brokenCode: 'invalid_request_error',
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
    brokenCode: -32_600,
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
    brokenCode: -32_602,
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
    brokenCode: 'INVALID_ARGUMENT',
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
    signal: AbortSignal.timeout(quicklyMs),
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

/**
 * Asks as everybody else does, one question after another, for as long as something
 * else goes on. Throws when one of the answers is not the good one, or not quick.
 */
async function askMeanwhile<Result>(during: Promise<Result>): Promise<Result> {
  let isOver = false
  let answered = 0
  const over = during.finally(() => {
    isOver = true
  })
  const asking = (async () => {
    do {
      const response = await fetch(`${faces.url}/v1/parse`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ utterance: 'swap 1 ETH for USDC' }),
        signal: AbortSignal.timeout(quicklyMs),
      })
      expect(await response.json()).toMatchObject({ type: 'intent' })
      answered += 1
      // As one person types; who asks without a pause is told to wait.
      await new Promise((resume) => setTimeout(resume, 100))
    } while (!isOver)
  })()
  const [result] = await Promise.all([over, asking])
  expect(answered).toBeGreaterThan(0)
  return result
}

describe.each(surfaces)('bad input at $name', (surface) => {
  test('error: each is refused in its own words, quickly, and nothing is begun', async () => {
    const before = [await countIntents(), await readNonce()]
    const good = JSON.stringify(surface.say('swap 1 ETH for USDC'))
    const { unknown } = surface
    const sendAll = async () => ({
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
    })
    // Others are served meanwhile, each as quickly.
    const cases = await askMeanwhile(sendAll())
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
  test('error: who never says the rest is told so in the words of what they meant, and others are served meanwhile', async () => {
    const before = [await countIntents(), await readNonce()]
    // Neither of these got as far as saying where they wanted to go.
    const nowhere = ['POST /v1/int', 'GET /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n']
    const slow = Promise.all([
      ...surfaces.map(async (surface) => {
        const headers = Object.entries({
          host: '127.0.0.1',
          'content-type': 'application/json',
          'content-length': '100',
          ...surface.headers,
        }).map(([name, value]) => `${name}: ${value}\r\n`)
        return {
          surface,
          said: await hang(
            `POST ${surface.path} HTTP/1.1\r\n${headers.join('')}\r\n{"json`,
          ),
        }
      }),
      ...nowhere.map(async (start) => ({
        surface: surfaces[0],
        said: await hang(start),
      })),
    ])
    for (const { surface, said } of await askMeanwhile(slow)) {
      const answer = readRaw(said)
      expect([surface?.name, answer.status]).toEqual([surface?.name, 408])
      expect(surface?.readError(answer)).toBe(surface?.brokenCode)
    }
    expect([await countIntents(), await readNonce()]).toEqual(before)
    expect(faces.defects).toEqual([])
  }, 120_000)

  test('error: what is no HTTP, or too long for it, is a problem too', async () => {
    const [intents] = surfaces
    for (const [start, status] of [
      ['\u0016\u0003\u0001 hello\r\n\r\n', 400],
      [`GET /v1/intents?x=${'x'.repeat(20_000)} HTTP/1.1\r\n`, 431],
    ] as const) {
      const answer = readRaw(await hang(start))
      expect(answer.status).toBe(status)
      expect(intents?.readError(answer)).toBe('REQUEST_MALFORMED')
    }
    expect(faces.defects).toEqual([])
  })
})

describe('the events of an intent', () => {
  test('behavior: a stream that is dropped frees what it held, and is taken up where it was', async () => {
    let held = 0
    const counted = await serveFaces(world, {
      store: {
        ...world.store,
        subscribe: (options) => {
          held += 1
          const leave = world.store.subscribe(options)
          return () => {
            held -= 1
            leave()
          }
        },
      },
    })
    const call = async (path: string, body: object): Promise<SeenIntent> => {
      const response = await fetch(`${counted.url}/v1/intents${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return (await response.json()) as SeenIntent
    }
    const { id } = await call('', { utterance: 'swap 0.7 ETH for USDC' })
    const path = `${counted.url}/v1/intents/${id}/events`

    // Two readers; the one that is gone does not take the other with it.
    const staying = readEvents(path)
    const seen = await dropAtApproval(path)
    await expect.poll(() => held, { timeout: 60_000 }).toBe(1)

    const { preview } = await world.engine.get(id)
    await call(`/${id}/approval`, {
      planHash: preview?.planHash,
      decision: 'approve',
    })
    const whole = await staying
    expect(whole.map(({ id: sequence }) => sequence)).toEqual(
      whole.map((_, index) => index + 1),
    )
    expect(whole.at(-1)?.status).toBe('done')
    expect(whole.slice(0, seen.length)).toEqual(seen)

    const rest = await readEvents(path, seen.at(-1)?.id)
    expect(rest.length).toBeGreaterThan(0)
    expect([...seen, ...rest]).toEqual(whole)
    await expect.poll(() => held, { timeout: 60_000 }).toBe(0)
    expect(counted.defects).toEqual([])
  }, 120_000)
})

type SeenIntent = { readonly id: string }
type SeenEvent = { readonly id: number; readonly status: string }

/** The events in what has come of a stream so far: whole ones only. */
function parseEvents(text: string): SeenEvent[] {
  return [...text.matchAll(/^id: (\d+)\nevent: .*\ndata: (\{.*\})\n\n/gm)].map(
    ([, id, data]) => ({
      id: Number(id),
      status: (JSON.parse(data ?? '') as { status: string }).status,
    }),
  )
}

/** Reads a stream of events to its end; after the last one seen, where one is given. */
async function readEvents(path: string, after?: number): Promise<SeenEvent[]> {
  const response = await fetch(path, {
    headers: after === undefined ? {} : { 'last-event-id': `${after}` },
  })
  expect(response.headers.get('content-type')).toContain('event-stream')
  return parseEvents(await response.text())
}

/** Reads a stream up to where the intent waits, and is gone; gives what was seen. */
function dropAtApproval(path: string): Promise<SeenEvent[]> {
  return new Promise((resolve, reject) => {
    const asking = request(path, (response) => {
      let said = ''
      response.on('error', () => undefined)
      response.on('data', (data: Buffer) => {
        said += data.toString('utf8')
        const events = parseEvents(said)
        if (events.at(-1)?.status !== 'needs-approval') return
        asking.destroy()
        resolve(events)
      })
    })
    asking.once('error', reject)
    asking.end()
  })
}

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

/** What came over a bare connection, as `fetch` would tell it. */
function readRaw(said: string): Answer {
  const [head = '', body = ''] = said.split('\r\n\r\n', 2)
  return {
    status: Number(/^HTTP\/1\.1 (\d+) /.exec(head)?.[1]),
    type: /^content-type: (.*)$/im.exec(head)?.[1] ?? '',
    body: JSON.parse(body || '{}') as Record<string, unknown>,
  }
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
