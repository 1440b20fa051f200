import { get } from 'node:http'
import { connect } from 'node:net'
import { Role } from '@a2a-js/sdk'
import { ClientFactory } from '@a2a-js/sdk/client'
import { quoteRequestSchema } from '@behest/spec'
import fc from 'fast-check'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { payAgent } from '../define/defineAgent.examples.js'
import { defineAgent } from '../define/defineAgent.js'
import { verifyQuote } from '../sign/verifyQuote.js'
import { createTestRequest } from '../testing/createTestRequest.js'
import {
  type AgentServer,
  AgentSignerMissingError,
  ServerAddressUnusableError,
  serveAgent,
} from './serveAgent.js'

const signer = privateKeyToAccount(`0x${'01'.repeat(32)}`)
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
const wire = z.encode(quoteRequestSchema, request)
const failures: unknown[] = []
const moody = defineAgent({
  name: 'moody',
  version: '1.0.0',
  summary: 'Fails in the way that it is asked to.',
  chainIds: 'any',
  serves: ['ask', 'revoke'],
  limits: { spenders: [], maxValidForSeconds: 60 },
  quote(instruction, { signal }) {
    if (instruction.action === 'revoke')
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve(null))
      })
    throw new TypeError('https://user:secret@node.example is down')
  },
})

let server: AgentServer
beforeAll(async () => {
  server = await serveAgent([payAgent, moody], {
    signer,
    onError: (error) => failures.push(error),
  })
})
afterAll(() => server.close())

const rpc = (data: unknown, method = 'SendMessage') => ({
  jsonrpc: '2.0',
  id: 7,
  method,
  params: {
    message: {
      messageId: 'm1',
      role: 'ROLE_USER',
      parts: [{ data, mediaType: 'application/json' }],
    },
  },
})
const post = (
  body: unknown,
  options: { path?: string; headers?: Record<string, string> } = {},
) =>
  fetch(`${server.localUrl}${options.path ?? '/pay'}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'a2a-version': '1.0',
      ...options.headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
const postJson = async (...args: Parameters<typeof post>) =>
  (await post(...args)).json() as Promise<{
    id: unknown
    result?: { message: { parts: { data: Record<string, unknown> }[] } }
    error?: { code: number; message: string }
  }>

describe('serveAgent', () => {
  test('default: a request in, a signed quote out', async () => {
    const { id, result } = await postJson(rpc(wire))
    expect(id).toBe(7)
    await expect(
      verifyQuote({
        quote: result?.message.parts[0]?.data,
        request,
        expectedAgent: signer.address,
        nowUnixSeconds: request.block.timestampUnixSeconds,
      }),
    ).resolves.toMatchObject({ agentName: 'pay' })
  })

  test('behavior: the A2A SDK’s own client understands it', async () => {
    const client = await new ClientFactory().createFromUrl(`${server.url}/`)
    const answer = await client.sendMessage({
      tenant: '',
      metadata: undefined,
      configuration: undefined,
      message: {
        messageId: 'm1',
        contextId: 'c1',
        taskId: '',
        role: Role.ROLE_USER,
        parts: [
          {
            content: { $case: 'data', value: wire },
            mediaType: 'application/json',
            filename: '',
            metadata: undefined,
          },
        ],
        metadata: undefined,
        extensions: [],
        referenceTaskIds: [],
      },
    })
    expect(answer).toMatchObject({
      contextId: 'c1',
      role: Role.ROLE_AGENT,
      parts: [{ content: { value: { type: 'behest.quote' } } }],
    })
  })

  test('behavior: the REST binding gives the same quote', async () => {
    const { result } = await postJson(rpc(wire))
    const rest = await post(
      { message: rpc(wire).params.message },
      {
        path: '/pay/message:send',
        headers: { 'content-type': 'application/a2a+json' },
      },
    )
    expect(rest.status).toBe(200)
    expect(rest.headers.get('content-type')).toContain('application/a2a+json')
    expect(await rest.json()).toEqual(result)
  })

  test('behavior: the card is the signed text, byte for byte', async () => {
    const [pay] = server.agents
    const address = `${pay?.url}/.well-known/agent-card.json`
    const response = await fetch(address)
    expect(response.headers.get('content-type')).toContain('application/json')
    expect(await response.text()).toBe(pay?.cardText)
    const etag = response.headers.get('etag') ?? ''
    // fetch would ask caches not to answer; a plain client does not.
    const status = await new Promise((resolve) => {
      get(address, { headers: { 'if-none-match': etag } }, (again) => {
        again.resume()
        resolve(again.statusCode)
      })
    })
    expect(status).toBe(304)
  })

  test('behavior: several agents are listed, one is at the root', async () => {
    const list = await (await fetch(`${server.localUrl}/`)).json()
    expect(list).toMatchObject({
      agents: [
        { name: 'pay', url: `${server.localUrl}/pay` },
        { name: 'moody' },
      ],
    })
    const single = await serveAgent(payAgent, {
      signer,
      publicUrl: 'https://pay.example/',
    })
    try {
      expect(single.url).toBe('https://pay.example')
      const card = await fetch(`${single.localUrl}/.well-known/agent-card.json`)
      expect(await card.json()).toMatchObject({
        supportedInterfaces: [{ url: 'https://pay.example' }, {}],
      })
    } finally {
      await single.close()
    }
  })

  test('behavior: echoes the extension that it used', async () => {
    const uri = 'https://behest.dev/extensions/capabilities/v1'
    const response = await post(rpc(wire), {
      headers: { 'a2a-extensions': `${uri}, https://other.example` },
    })
    expect(response.headers.get('a2a-extensions')).toBe(uri)
  })

  test('behavior: a request that is not served is declined', async () => {
    const { result } = await postJson(rpc({ ...wire, chainId: 5 }))
    expect(result?.message.parts[0]?.data).toMatchObject({
      type: 'behest.decline',
      code: 'CHAIN_NOT_SERVED',
    })
  })

  test.each([
    ['no version', rpc(wire), { 'a2a-version': '' }, -32_009],
    ['version 0.3', rpc(wire), { 'a2a-version': '0.3' }, -32_009],
    ['no JSON', '{"jsonrpc":', {}, -32_700],
    ['an array', [], {}, -32_602],
    ['text', '"hello"', {}, -32_602],
    ['another protocol', { ...rpc(wire), jsonrpc: '1.0' }, {}, -32_602],
    ['an unknown method', rpc(wire, 'DoIt'), {}, -32_601],
    ['streaming', rpc(wire, 'SendStreamingMessage'), {}, -32_004],
    ['subscribing', rpc(wire, 'SubscribeToTask'), {}, -32_004],
    ['a task', rpc(wire, 'GetTask'), {}, -32_001],
    ['a webhook', rpc(wire, 'CreateTaskPushNotificationConfig'), {}, -32_003],
    ['no message', { ...rpc(wire), params: {} }, {}, -32_602],
    [
      'no data part',
      {
        ...rpc(wire),
        params: { message: { messageId: 'm', parts: [{ text: 'hi' }] } },
      },
      {},
      -32_005,
    ],
    [
      'two data parts',
      {
        ...rpc(wire),
        params: {
          message: { messageId: 'm', parts: [{ data: wire }, { data: wire }] },
        },
      },
      {},
      -32_602,
    ],
    [
      'another content type',
      'hello',
      { 'content-type': 'text/plain' },
      -32_005,
    ],
    ['a compressed body', rpc(wire), { 'content-encoding': 'gzip' }, -32_700],
    ['a changed request', rpc({ ...wire, surprise: 1 }), {}, -32_602],
    [
      'a number for money',
      rpc({ ...wire, block: { ...wire.block, number: 1 } }),
      {},
      -32_602,
    ],
    [
      'too deep',
      `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
      {},
      -32_602,
    ],
  ])('error: JSON-RPC for %s', async (_name, body, headers, code) => {
    const response = await post(body, { headers })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      jsonrpc: '2.0',
      error: { code },
    })
  })

  test('error: who never says the rest is told so in A2A’s words', async () => {
    const hang = (start: string) =>
      new Promise<string>((resolve, reject) => {
        const { port } = new URL(server.localUrl)
        const socket = connect({ port: Number(port) }, () => {
          socket.write(start)
        })
        let said = ''
        socket.on('data', (data) => {
          said += data
        })
        socket.once('error', reject)
        socket.once('close', () => resolve(said))
      })
    const headers =
      'host: x\r\na2a-version: 1.0\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{'
    const answers = await Promise.all([
      hang(`POST /pay HTTP/1.1\r\n${headers}`),
      hang(`POST /pay/message:send HTTP/1.1\r\n${headers}`),
      hang('POST /pay HTTP/1.1\r\nhost: x\r\n'),
      hang('\u0016\u0003\u0001 hello\r\n\r\n'),
    ])
    const bodies = answers.map((said) => ({
      status: Number(/^HTTP\/1\.1 (\d+) /.exec(said)?.[1]),
      body: JSON.parse(said.split('\r\n\r\n')[1] ?? '') as unknown,
    }))
    const inRpc = {
      jsonrpc: '2.0',
      id: null,
      error: { code: -32_602, message: expect.any(String) },
    }
    expect(bodies).toMatchObject([
      { status: 408, body: inRpc },
      {
        status: 408,
        body: { error: { code: 408, message: expect.any(String) } },
      },
      { status: 408, body: inRpc },
      { status: 400, body: inRpc },
    ])
  }, 60_000)

  test('L-MSG-04: a byte too many is refused before it is read', async () => {
    const response = await post(`"${'x'.repeat(262_144)}"`)
    expect(response.status).toBe(413)
    const announced = connect({
      port: Number(new URL(server.localUrl).port),
    })
    const answer = await new Promise<string>((resolve) => {
      announced.once('data', (data) => resolve(data.toString()))
      announced.write(
        'POST /pay HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 27000000\r\n\r\n{',
      )
    })
    announced.destroy()
    expect(answer).toContain('413')
  })

  test('error: an agent’s failure says nothing, but its author is told', async () => {
    failures.length = 0
    const ask = createTestRequest({
      instruction: { action: 'ask', topic: 'help', account: signer.address },
    })
    const { error } = await postJson(rpc(z.encode(quoteRequestSchema, ask)), {
      path: '/moody',
    })
    expect(error).toMatchObject({ code: -32_006 })
    expect(JSON.stringify(error)).not.toContain('secret')
    expect(failures).toMatchObject([
      {
        code: 'AGENT_FAILED',
        cause: { message: expect.stringContaining('secret') },
      },
    ])
  })

  test('error: an agent that hangs is given up at the request’s own deadline', async () => {
    const revoke = createTestRequest({
      instruction: {
        action: 'revoke',
        token: {
          chainId: 31_337,
          address: signer.address,
          symbol: 'X',
          decimals: 0,
        },
        spender: signer.address,
      },
      respondWithinMs: 10,
    })
    const { error } = await postJson(
      rpc(z.encode(quoteRequestSchema, revoke)),
      {
        path: '/moody',
      },
    )
    expect(error).toMatchObject({
      message: 'The agent did not answer in time.',
    })
  })

  test.each([
    ['POST', '/pay/message:stream', 400],
    ['GET', '/pay/tasks/t1:subscribe', 400],
    ['GET', '/pay/tasks/t1', 404],
    ['POST', '/pay/tenant/message:send', 404],
    ['PUT', '/pay', 404],
    ['GET', '/elsewhere', 404],
    ['GET', '/%', 404],
    ['GET', '/pay/tasks/%zz', 400],
  ])('error: %s %s gives %d', async (method, path, status) => {
    const response = await fetch(`${server.localUrl}${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
      ...(method === 'GET' ? {} : { body: '{}' }),
    })
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ error: { code: status } })
  })

  test('behavior: no JSON gives a 500', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.jsonValue(),
        fc.constantFrom('body', 'params', 'message', 'part', 'data', 'block'),
        fc.constantFrom('/pay', '/pay/message:send'),
        async (value, where, path) => {
          const whole = rpc(wire)
          const body =
            where === 'body'
              ? value
              : where === 'params'
                ? { ...whole, params: value }
                : where === 'message'
                  ? { ...whole, params: { message: value }, message: value }
                  : where === 'part'
                    ? {
                        ...whole,
                        params: { message: { messageId: 'm', parts: [value] } },
                      }
                    : where === 'data'
                      ? rpc(value)
                      : rpc({ ...wire, block: value })
          const response = await post(body, { path })
          expect(response.status).toBeLessThan(500)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('behavior: says busy instead of queueing without end', async () => {
    const narrow = await serveAgent(moody, {
      signer,
      maxConcurrentRequests: 1,
      quoteTimeoutMs: 300,
    })
    try {
      const revoke = createTestRequest({
        instruction: {
          action: 'revoke',
          token: {
            chainId: 31_337,
            address: signer.address,
            symbol: 'X',
            decimals: 0,
          },
          spender: signer.address,
        },
      })
      const send = () =>
        fetch(narrow.url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
          body: JSON.stringify(rpc(z.encode(quoteRequestSchema, revoke))),
        })
      const statuses = (await Promise.all([send(), send(), send()])).map(
        ({ status }) => status,
      )
      expect(statuses.toSorted()).toEqual([200, 503, 503])
    } finally {
      await narrow.close()
    }
  })

  test('behavior: senders that never finish take nobody’s place', async () => {
    const narrow = await serveAgent(payAgent, {
      signer,
      maxConcurrentRequests: 1,
      drainTimeoutMs: 50,
    })
    const slow = Array.from({ length: 5 }, () =>
      connect({ port: Number(new URL(narrow.url).port) }),
    )
    try {
      for (const socket of slow) {
        socket.on('error', () => {})
        socket.write(
          'POST / HTTP/1.1\r\nhost: x\r\na2a-version: 1.0\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{',
        )
      }
      const { status } = await fetch(narrow.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
        body: JSON.stringify(rpc(wire)),
      })
      expect(status).toBe(200)
    } finally {
      for (const socket of slow) socket.destroy()
      await narrow.close()
    }
  })

  test('behavior: close lets a running request end, and can be called twice', async () => {
    let release = () => {}
    let entered = () => {}
    const running = new Promise<void>((resolve) => {
      entered = resolve
    })
    const slow = defineAgent({
      name: 'slow',
      version: '1.0.0',
      summary: 'Waits.',
      chainIds: 'any',
      serves: ['transfer'],
      limits: { spenders: [], maxValidForSeconds: 60 },
      quote: () =>
        new Promise((resolve) => {
          release = () => resolve(null)
          entered()
        }),
    })
    const one = await serveAgent(slow, { signer })
    const pending = fetch(one.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
      body: JSON.stringify(rpc(wire)),
    })
    await running
    const closing = Promise.all([one.close(), one.close()])
    release()
    expect((await pending).status).toBe(200)
    await closing
    await expect(fetch(one.url)).rejects.toThrow()
  })

  test('error: AgentSignerMissingError', async () => {
    await expect(
      serveAgent([payAgent, moody], { signer: { pay: signer } }),
    ).rejects.toBeInstanceOf(AgentSignerMissingError)
  })

  test('error: ServerAddressUnusableError', async () => {
    const port = Number(new URL(server.localUrl).port)
    await expect(serveAgent(payAgent, { signer, port })).rejects.toBeInstanceOf(
      ServerAddressUnusableError,
    )
  })
})
