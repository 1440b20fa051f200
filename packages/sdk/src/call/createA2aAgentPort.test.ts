import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import {
  type Candidate,
  type Quote,
  quoteRequestSchema,
  quoteSchema,
} from '@behest/spec'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { payAgent } from '../define/defineAgent.examples.js'
import { quoteInProcess } from '../quote/quoteInProcess.js'
import { type AgentServer, serveAgent } from '../serve/serveAgent.js'
import { createTestRequest } from '../testing/createTestRequest.js'
import {
  AgentAnswerMalformedError,
  AgentTimeoutError,
  AgentUnreachableError,
  createA2aAgentPort,
} from './createA2aAgentPort.js'
import { createGuardedFetch, type Fetch } from './createGuardedFetch.js'

const signer = privateKeyToAccount(`0x${'01'.repeat(32)}`)
const stranger = privateKeyToAccount(`0x${'02'.repeat(32)}`)
const request = createTestRequest({
  instruction: {
    action: 'transfer',
    token: {
      chainId: 31_337,
      address: '0x0000000000000000000000000000000000000c01',
      symbol: 'USDC',
      decimals: 6,
    },
    amount: { type: 'exact', units: 5n },
    to: '0x00000000000000000000000000000000000000bb',
  },
})
const candidate = (url: string): Candidate => ({
  agentId: 'pay-00000000',
  name: 'pay',
  agent: signer.address,
  url,
  reference: false,
  kept: true,
  why: 'serves transfer',
})
const guarded = createGuardedFetch({ allowedLoopbackHosts: ['127.0.0.1:*'] })
const port = createA2aAgentPort({ fetch: guarded })
const closers: (() => unknown)[] = [guarded.close]

let server: AgentServer
let wireQuote: Record<string, unknown>
beforeAll(async () => {
  server = await serveAgent(payAgent, { signer })
  closers.push(server.close)
  wireQuote = z.encode(
    quoteSchema,
    (await quoteInProcess(payAgent, { request, signer })) as Quote,
  )
})
afterAll(async () => {
  for (const close of closers.reverse()) await close()
})

async function startPeer(listener: RequestListener): Promise<string> {
  const peer = createServer(listener)
  await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    peer.closeAllConnections()
    peer.close()
  })
  return `http://127.0.0.1:${(peer.address() as AddressInfo).port}`
}
const reply =
  (body: unknown, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
const envelope = (...data: readonly unknown[]) => ({
  jsonrpc: '2.0',
  id: request.requestId,
  result: { message: { parts: data.map((one) => ({ data: one })) } },
})
const askPeer = async (listener: RequestListener, timeoutMs = 2_000) =>
  port.requestQuote({
    candidate: candidate(await startPeer(listener)),
    request,
    timeoutMs,
  })

describe('createA2aAgentPort', () => {
  test('default: a served agent’s quote, verified', async () => {
    await expect(
      port.requestQuote({
        candidate: candidate(server.url),
        request,
        timeoutMs: 2_000,
      }),
    ).resolves.toEqual(quoteSchema.parse(wireQuote))
  })

  test('behavior: a decline comes through', async () => {
    await expect(
      port.requestQuote({
        candidate: candidate(server.url),
        request: { ...request, deadlineUnixSeconds: 1 },
        timeoutMs: 2_000,
      }),
    ).resolves.toMatchObject({
      type: 'behest.decline',
      code: 'DEADLINE_PASSED',
    })
  })

  test('behavior: a quote in a task’s artifact is understood', async () => {
    await expect(
      askPeer(
        reply({
          jsonrpc: '2.0',
          id: request.requestId,
          result: { task: { artifacts: [{ parts: [{ data: wireQuote }] }] } },
        }),
      ),
    ).resolves.toMatchObject({ quoteId: wireQuote.quoteId })
  })

  test('behavior: what is sent is an A2A 1.0 SendMessage', async () => {
    let seen: { headers: object; body: unknown } | undefined
    await askPeer((incoming, response) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk) => chunks.push(chunk))
      incoming.on('end', () => {
        seen = {
          headers: incoming.headers,
          body: JSON.parse(Buffer.concat(chunks).toString()),
        }
        reply(envelope(wireQuote))(incoming, response)
      })
    })
    expect(seen?.headers).toMatchObject({
      'a2a-version': '1.0',
      'content-type': 'application/json',
    })
    expect(seen?.body).toMatchObject({
      jsonrpc: '2.0',
      method: 'SendMessage',
      params: {
        message: {
          role: 'ROLE_USER',
          parts: [{ data: z.encode(quoteRequestSchema, request) }],
        },
      },
    })
  })

  test('behavior: an expired quote is refused by the given clock', async () => {
    const late = createA2aAgentPort({
      fetch: guarded,
      nowUnixSeconds: () => request.deadlineUnixSeconds,
    })
    await expect(
      late.requestQuote({
        candidate: candidate(server.url),
        request,
        timeoutMs: 2_000,
      }),
    ).rejects.toMatchObject({ facts: { detail: 'QUOTE_EXPIRED' } })
  })

  test.each<[string, RequestListener]>([
    ['hangs', () => {}],
    [
      'hangs in the body',
      (_incoming, response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.write('{')
      },
    ],
    [
      'drips',
      (_incoming, response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        const timer = setInterval(() => response.write(' '), 5)
        response.on('close', () => clearInterval(timer))
      },
    ],
  ])('error: AgentTimeoutError when it %s', async (_name, listener) => {
    await expect(askPeer(listener, 60)).rejects.toBeInstanceOf(
      AgentTimeoutError,
    )
  })

  test('error: AgentTimeoutError even when the given fetch ignores its signal', async () => {
    const deaf: Fetch = () => new Promise(() => {})
    await expect(
      createA2aAgentPort({ fetch: deaf }).requestQuote({
        candidate: candidate('http://127.0.0.1:1'),
        request,
        timeoutMs: 20,
      }),
    ).rejects.toBeInstanceOf(AgentTimeoutError)
  })

  test('L-MSG-07: one that hangs holds back none of the others', async () => {
    const hanging = await startPeer(() => {})
    const ask = (url: string) =>
      port.requestQuote({
        candidate: candidate(url),
        request,
        timeoutMs: 1_000,
      })
    const order: string[] = []
    await Promise.allSettled([
      ask(hanging).catch(() => order.push('hanging')),
      ask(server.url).then(() => order.push('good')),
      ask(server.url).then(() => order.push('good')),
    ])
    expect(order).toEqual(['good', 'good', 'hanging'])
  })

  test.each<[string, string | RequestListener]>([
    ['nobody is there', 'http://127.0.0.1:1'],
    ['the address is private', 'http://10.0.0.1'],
    ['the address is none', 'agent'],
    ['it crashes', (incoming) => incoming.socket.destroy()],
    [
      'it crashes in the body',
      (incoming, response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.write('{', () => incoming.socket.destroy())
      },
    ],
    [
      'it says 503',
      (_incoming, response) => {
        response.writeHead(503).end()
      },
    ],
  ])('error: AgentUnreachableError when %s', async (_name, peer) => {
    const url = typeof peer === 'string' ? peer : await startPeer(peer)
    await expect(
      port.requestQuote({
        candidate: candidate(url),
        request,
        timeoutMs: 2_000,
      }),
    ).rejects.toBeInstanceOf(AgentUnreachableError)
  })

  test.each<[string, () => RequestListener]>([
    ['garbage', () => reply('<html>')],
    ['nothing', () => reply('')],
    [
      'no UTF-8',
      () => (_incoming, response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(Buffer.from([0x22, 0xff, 0x22]))
      },
    ],
    [
      'another content type',
      () => reply(envelope(wireQuote), { 'content-type': 'text/html' }),
    ],
    [
      'no content type',
      () => (_incoming, response) => {
        response.end(JSON.stringify(envelope(wireQuote)))
      },
    ],
    [
      'a redirect',
      () => (_incoming, response) => {
        response.writeHead(307, { location: server.url }).end()
      },
    ],
    [
      'status 404',
      () => (_incoming, response) => {
        response
          .writeHead(404, { 'content-type': 'application/json' })
          .end('{}')
      },
    ],
    [
      'too much',
      () => reply(envelope({ ...wireQuote, summary: 'x'.repeat(300_000) })),
    ],
    [
      'a gzip bomb',
      () => (_incoming, response) => {
        response.writeHead(200, {
          'content-type': 'application/json',
          'content-encoding': 'gzip',
        })
        response.end(gzipSync(Buffer.alloc(50_000_000, 0x20)))
      },
    ],
    ['too deep', () => reply(`{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`)],
    [
      'an error',
      () =>
        reply({
          jsonrpc: '2.0',
          id: request.requestId,
          error: { code: -32_603, message: 'x' },
        }),
    ],
    ['another id', () => reply({ ...envelope(wireQuote), id: 'other' })],
    ['no part', () => reply(envelope())],
    ['two quotes', () => reply(envelope(wireQuote, wireQuote))],
    ['a foreign part', () => reply(envelope({ type: 'hello' }))],
    ['a broken decline', () => reply(envelope({ type: 'behest.decline' }))],
    [
      'a decline of another request',
      () =>
        reply(
          envelope({
            type: 'behest.decline',
            version: 1,
            requestId: 'x',
            code: 'A',
            message: 'b',
          }),
        ),
    ],
  ])('error: AgentAnswerMalformedError for %s', async (_name, listener) => {
    await expect(askPeer(listener())).rejects.toBeInstanceOf(
      AgentAnswerMalformedError,
    )
  })

  test.each<[string, (quote: Record<string, unknown>) => unknown]>([
    ['QUOTE_SIGNATURE_INVALID', (quote) => ({ ...quote, summary: 'better' })],
    ['QUOTE_REQUEST_MISMATCH', (quote) => ({ ...quote, requestId: 'other' })],
    [
      'QUOTE_REQUEST_MISMATCH',
      (quote) => ({ ...quote, agent: stranger.address }),
    ],
    ['QUOTE_EXPIRED', (quote) => ({ ...quote, validUntilUnixSeconds: 1 })],
    ['QUOTE_MALFORMED', (quote) => ({ ...quote, surprise: 1 })],
  ])('L-MSG-09: a lie is refused with %s', async (detail, lie) => {
    await expect(
      askPeer(reply(envelope(lie(wireQuote)))),
    ).rejects.toMatchObject({
      code: 'AGENT_ANSWER_MALFORMED',
      facts: { detail },
    })
  })

  test('behavior: what a peer says in an error stays plain text', async () => {
    const error = await askPeer(
      reply({
        jsonrpc: '2.0',
        id: request.requestId,
        error: { code: -32_603, message: 'a\u0000\u001b[2Jb\u202ec\ud800' },
      }),
    ).catch((thrown) => thrown)
    expect(error.shortMessage).toContain('a  [2Jb c\ufffd')
  })

  test('L-MSG-05: fifty at once get their own answers', async () => {
    const quotes = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        port.requestQuote({
          candidate: candidate(server.url),
          request: { ...request, requestId: `request-${index}` },
          timeoutMs: 10_000,
        }),
      ),
    )
    for (const [index, quote] of quotes.entries())
      expect(quote.requestId).toBe(`request-${index}`)
  })
})
