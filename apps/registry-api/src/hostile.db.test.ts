import { connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  startTestRegistry,
  type TestRegistry,
  testOperatorToken,
} from './testing/startTestRegistry.js'

type Operation = { readonly method: string; readonly path: string }

/** No answer takes longer, also where the machine is busy. */
const quicklyMs = 5_000

let api: TestRegistry
let operations: Operation[]
beforeAll(async () => {
  api = await startTestRegistry({ probes: 'off' })
  await api.registry.importAgents(['{"name":"there","description":"an agent"}'])
  const document = await (await fetch(`${api.url}/openapi.json`)).json()
  operations = Object.entries(document.paths as Record<string, object>).flatMap(
    ([path, methods]) =>
      Object.keys(methods).map((method) => ({ method, path })),
  )
})
afterAll(async () => {
  await api.stop()
})

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '',
    '\u0000',
    '%00',
    '..%2f..%2fetc',
    "' or 1=1 --",
    '\ud800',
    '\u202e',
    '1e400',
    '-1',
    '99999999999999999999',
    'null',
    '[object Object]',
    '__proto__',
    '🦄',
    'a'.repeat(600),
  ),
  fc.nat().map(String),
)
const queryNames = [
  'q',
  'action',
  'chain',
  'token',
  'venue',
  'maxFeeBps',
  'status',
  'limit',
  'cursor',
  'minSeq',
  'seed',
  'agent',
  'removed',
  'updated_since',
  'search',
  'version',
  'include_deleted',
  'q[a]',
  '__proto__',
]
const caseArbitrary = fc.record({
  operation: fc.nat(1000),
  segments: fc.array(nasty, { minLength: 2, maxLength: 2 }),
  query: fc.array(fc.tuple(fc.constantFrom(...queryNames), nasty), {
    maxLength: 4,
  }),
  body: fc.oneof(
    fc.json({ maxDepth: 5 }),
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.integer({ min: 15, max: 5000 }).map((depth) => '['.repeat(depth)),
    fc
      .record({
        card: fc.oneof(fc.json(), nasty),
        message: fc.record({
          agentId: fc.oneof(nasty, fc.constant('there-00000000')),
          cardHash: fc.constant(`0x${'00'.repeat(32)}`),
          url: nasty,
          operator: fc.constant(`0x${'11'.repeat(20)}`),
          sequence: fc.oneof(fc.maxSafeInteger(), fc.double()),
          expiresAtUnixSeconds: fc.nat(),
        }),
        signature: fc.oneof(fc.constant(`0x${'ff'.repeat(65)}`), nasty),
      })
      .map((body) => JSON.stringify(body)),
  ),
  type: fc.constantFrom(
    'application/json',
    'application/json; charset=utf-16',
    'text/plain',
    'application/x-ndjson',
    '',
  ),
})

function encode(text: string): string {
  // Not encodeURIComponent: it refuses lone surrogates, and so tests nothing.
  return [...Buffer.from(text)]
    .map((byte) => `%${byte.toString(16).padStart(2, '0')}`)
    .join('')
}

async function ask(
  made: typeof caseArbitrary extends fc.Arbitrary<infer Made> ? Made : never,
) {
  const operation = operations[made.operation % operations.length] as Operation
  let segment = 0
  const path = operation.path.replace(/\{\w+\}/g, () => {
    const value = made.segments[segment] ?? ''
    segment += 1
    return encode(value) || 'x'
  })
  const query = made.query
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&')
  const response = await fetch(
    `${api.url}${path}${query === '' ? '' : `?${query}`}`,
    {
      method: operation.method.toUpperCase(),
      headers: {
        ...(made.type === '' ? {} : { 'content-type': made.type }),
        authorization: `Bearer ${testOperatorToken}`,
      },
      ...(operation.method === 'get' ? {} : { body: made.body }),
      signal: AbortSignal.timeout(quicklyMs),
    },
  )
  const text = await response.text()
  return {
    operation,
    status: response.status,
    type: response.headers.get('content-type'),
    text,
  }
}

/** Says the start of something and never the rest; gives what came back. */
function hang(start: string): Promise<string> {
  const { port } = new URL(api.url)
  return new Promise((done, failed) => {
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write(start)
    })
    let text = ''
    socket.on('data', (piece) => {
      text += piece
    })
    socket.once('error', failed)
    socket.once('close', () => done(text))
  })
}

describe('hostile input', () => {
  test('behavior: no input gives a 500, and every refusal is a problem', async () => {
    await fc.assert(
      fc.asyncProperty(caseArbitrary, async (made) => {
        const answer = await ask(made)
        expect(
          answer.status,
          `${JSON.stringify(made)} → ${answer.text}`,
        ).toBeLessThan(500)
        if (answer.status >= 400) {
          expect(answer.type).toBe('application/problem+json')
          expect(JSON.parse(answer.text)).toMatchObject({
            status: answer.status,
            code: expect.any(String),
            retry: expect.any(String),
          })
        }
      }),
      { numRuns: 1_500 },
    )
    expect(api.errors).toEqual([])
  })

  test('behavior: a compressed bomb, a megabyte and a deep nest are refused unread', async () => {
    const send = (
      body: string | Uint8Array<ArrayBuffer>,
      headers: Record<string, string> = {},
    ) =>
      fetch(`${api.url}/v1/agents`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      }).then((response) => response.status)
    expect(await send(new Uint8Array(1_048_576).fill(97))).toBe(413)
    expect(
      await send(new Uint8Array([0x1f, 0x8b, 8, 0]), {
        'content-encoding': 'gzip',
      }),
    ).toBe(415)
    expect(await send(`{"a":${'['.repeat(30)}${']'.repeat(30)}}`)).toBe(400)
  })

  test('behavior: a client that never finishes is told so, and costs the others nothing', async () => {
    const slow = Promise.all(
      Array.from({ length: 50 }, () =>
        hang(
          'POST /v1/agents HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{',
        ),
      ),
    )
    const nowhere = hang('GET /v1/search?q=agent HTTP/1.1\r\nhost: x\r\n')
    let isOver = false
    const over = Promise.all([slow, nowhere]).finally(() => {
      isOver = true
    })
    while (!isOver) {
      const response = await fetch(`${api.url}/v1/search?q=agent`, {
        signal: AbortSignal.timeout(quicklyMs),
      })
      expect(response.status).toBe(200)
      await response.arrayBuffer()
    }
    const [answers, first] = await over
    for (const answer of [...answers, first]) {
      expect(answer).toMatch(/^HTTP\/1\.1 408 /)
      expect(answer).toContain('application/problem+json')
      expect(answer).toContain('"retry":"same-input"')
    }
    expect(api.errors).toEqual([])
  }, 120_000)

  test('behavior: one source is slowed down, with a time to come back', async () => {
    const limited = await startTestRegistry({
      probes: 'off',
      database: api.database,
      limits: { searchPerMinute: 5 },
    })
    const statuses: number[] = []
    let retryAfter: string | null = null
    for (let number = 0; number < 8; number += 1) {
      const response = await fetch(`${limited.url}/v1/search?q=agent`)
      statuses.push(response.status)
      retryAfter = response.headers.get('retry-after') ?? retryAfter
    }
    await limited.stop()
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429])
    expect(Number(retryAfter)).toBeGreaterThan(0)
  })

  test('behavior: while it drains, nothing new is begun', async () => {
    const draining = await startTestRegistry({
      probes: 'off',
      database: api.database,
    })
    draining.drain()
    expect((await fetch(`${draining.url}/readyz`)).status).toBe(503)
    expect((await fetch(`${draining.url}/v1/search?q=a`)).status).toBe(503)
    expect((await fetch(`${draining.url}/healthz`)).status).toBe(200)
    await draining.stop()
  })

  test('error: a request line that is too long, or no HTTP, is a problem too', async () => {
    const long = await fetch(`${api.url}/v1/search?q=${'a'.repeat(20_000)}`)
    expect(long.status).toBe(431)
    expect(await long.json()).toMatchObject({ code: 'REQUEST_MALFORMED' })
    const answer = await hang('\u0016\u0003\u0001 hello\r\n\r\n')
    expect(answer).toContain('400 Bad Request')
    expect(answer).toContain('application/problem+json')
  })
})
