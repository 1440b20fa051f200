import type { ServerResponse } from 'node:http'
import type { IntentEvent } from '@behest/spec'
import { afterEach, describe, expect, test } from 'vitest'
import { createIntentClient } from './createIntentClient.js'
import { ApiAnswerMalformedError } from './errors/ApiAnswerMalformedError.js'
import { ApiProblemError } from './errors/ApiProblemError.js'
import { ApiUnreachableError } from './errors/ApiUnreachableError.js'
import { type SeenRequest, startServer } from './testing/startServer.fixture.js'

const account = '0x1111111111111111111111111111111111111111'
const planHash = `0x${'ab'.repeat(32)}` as const
const record = {
  id: 'i1',
  stage: 'utterance',
  status: 'running',
  utterance: 'lend 5 USDC',
  account,
  chainId: 31337,
  createdAt: '2026-11-22T10:00:00.000Z',
  updatedAt: '2026-11-22T10:00:00.000Z',
  artifacts: {},
  hashes: {},
}
const delta = {
  account,
  token: 'native',
  symbol: 'ETH',
  units: '-123456789012345678901234567890',
  decimal: '-123456789012.34567890123456789',
}
const receipt = {
  intentId: 'i1',
  intentHash: planHash,
  planHash,
  outcome: 'MET',
  chainId: 31337,
  account,
  steps: [],
  health: [],
  gasWei: '21000000000000',
  feesPaid: [delta],
  startedAt: '2026-11-22T10:00:00.000Z',
  finishedAt: '2026-11-22T10:00:05.000Z',
  signatures: [],
}

type Server = Awaited<ReturnType<typeof startServer>>
let server: Server | undefined
afterEach(async () => {
  await server?.stop()
  server = undefined
})

async function serve(
  answer: (request: SeenRequest, response: ServerResponse) => void,
) {
  server = await startServer(answer)
  return {
    server,
    client: createIntentClient({ baseUrl: `${server.url}/`, timeoutMs: 2000 }),
  }
}
const json = (response: ServerResponse, status: number, body: unknown) => {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(body))
}

describe('createIntentClient', () => {
  test('default: each call asks what the contract says', async () => {
    const { client, server: running } = await serve((request, response) => {
      if (request.url === '/v1/parse')
        json(response, 200, {
          type: 'none',
          reason: 'not-understood',
          message: 'Say it differently.',
        })
      else if (request.url.startsWith('/v1/intents?'))
        json(response, 200, { intents: [record], nextCursor: null })
      else if (request.url.endsWith('/receipt')) json(response, 200, receipt)
      else json(response, request.method === 'POST' ? 201 : 200, record)
    })
    await client.parse({ utterance: 'hm' })
    await client.create({
      utterance: 'lend 5 USDC',
      account,
      idempotencyKey: 'k1',
      // Whatever can be asked for is sent: nothing is dropped on the way.
      previousIntentId: 'i0',
      custody: 'mandate',
      missedRuns: 'catch-up-once',
    })
    await client.get('i1')
    const page = await client.list({ limit: 5 })
    await client.answer('i1', { answers: { 'steps[0].token': 'USDC' } })
    await client.approve('i1', { planHash, signature: '0x12' })
    await client.reject('i1', { planHash })
    await client.cancel('i1')
    const { gasWei, feesPaid } = await client.receipt('a/b')

    expect(page).toMatchObject({ intents: [{ id: 'i1' }] })
    expect(page.nextCursor).toBeUndefined()
    expect(gasWei).toBe(21_000_000_000_000n)
    expect(feesPaid[0]?.units).toBe(-123_456_789_012_345_678_901_234_567_890n)
    expect(
      running.seen.map(({ method, url, body }) => [
        method,
        url,
        body === '' ? undefined : JSON.parse(body),
      ]),
    ).toEqual([
      ['POST', '/v1/parse', { utterance: 'hm' }],
      [
        'POST',
        '/v1/intents',
        {
          utterance: 'lend 5 USDC',
          account,
          previousIntentId: 'i0',
          custody: 'mandate',
          missedRuns: 'catch-up-once',
        },
      ],
      ['GET', '/v1/intents/i1', undefined],
      ['GET', '/v1/intents?limit=5', undefined],
      [
        'POST',
        '/v1/intents/i1/answers',
        { answers: { 'steps[0].token': 'USDC' } },
      ],
      [
        'POST',
        '/v1/intents/i1/approval',
        { planHash, decision: 'approve', signature: '0x12' },
      ],
      ['POST', '/v1/intents/i1/approval', { planHash, decision: 'reject' }],
      ['POST', '/v1/intents/i1/cancel', undefined],
      ['GET', '/v1/intents/a%2Fb/receipt', undefined],
    ])
    expect(running.seen[1]?.headers['idempotency-key']).toBe('k1')
  })

  test('error: ApiProblemError carries status, code, retry and stage', async () => {
    const { client } = await serve((_, response) => {
      response.writeHead(409, { 'Content-Type': 'application/problem+json' })
      response.end(
        JSON.stringify({
          type: '/errors/PLAN_CHANGED',
          title: 'Conflict',
          status: 200,
          detail: 'The plan has another hash. Look at it again.',
          code: 'PLAN_CHANGED',
          stage: 'approval',
          retry: 'ask-user',
          facts: { shown: '0xab' },
        }),
      )
    })
    const error = await client
      .approve('i1', { planHash })
      .catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ApiProblemError)
    if (!(error instanceof ApiProblemError)) throw error
    expect(error).toMatchObject({
      status: 409,
      code: 'PLAN_CHANGED',
      stage: 'approval',
      retry: 'ask-user',
      shortMessage: 'The plan has another hash. Look at it again.',
    })
    expect(error.message).toMatchInlineSnapshot(`
      "The plan has another hash. Look at it again.

        shown:  0xab
        status: 409
        method: POST
        path:   /v1/intents/i1/approval"
    `)
  })

  test('error: ApiProblemError also from something that speaks no problem', async () => {
    const statuses = [503, 404]
    const { client } = await serve((_, response) => {
      response.writeHead(statuses.shift() ?? 500)
      response.end('<html>')
    })
    const errors = [
      await client.get('i1').catch((error: unknown) => error),
      await client.get('i1').catch((error: unknown) => error),
    ]
    expect(errors).toMatchObject([
      { code: 'HTTP_503', retry: 'same-input', status: 503 },
      { code: 'HTTP_404', retry: 'never', status: 404 },
    ])
  })

  test('error: ApiAnswerMalformedError names the place', async () => {
    const { client } = await serve((_, response) => {
      json(response, 200, { ...receipt, gasWei: 21_000 })
    })
    const error = await client.receipt('i1').catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ApiAnswerMalformedError)
    if (!(error instanceof ApiAnswerMalformedError)) throw error
    expect(error.facts.problem).toContain('gasWei')
  })

  test('error: ApiUnreachableError when nobody listens, hangs or breaks off', async () => {
    const { client, server: running } = await serve((request, response) => {
      if (request.url.endsWith('/hangs')) return
      response.writeHead(200, { 'Content-Length': '100' })
      response.write('{"id"')
      setTimeout(() => response.destroy(), 20)
    })
    const quick = createIntentClient({ baseUrl: running.url, timeoutMs: 50 })
    const errors = [
      await quick.get('hangs').catch((error: unknown) => error),
      await client.get('breaks').catch((error: unknown) => error),
    ]
    await running.stop()
    errors.push(await client.get('i1').catch((error: unknown) => error))
    for (const error of errors) {
      expect(error).toBeInstanceOf(ApiUnreachableError)
      expect(error).toMatchObject({ retry: 'same-input' })
    }
  })

  test('behavior: a caller who ends a call gets their own reason', async () => {
    const { client } = await serve(() => undefined)
    const controller = new AbortController()
    const call = client.get('i1', { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
  })
})

const event = (sequence: number, status = 'running'): IntentEvent =>
  ({
    sequence,
    intentId: 'i1',
    type: 'stage',
    stage: 'intent',
    status,
    at: '2026-11-22T10:00:00.000Z',
    message: `event ${sequence}`,
  }) as IntentEvent
const openStream = (response: ServerResponse) => {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
  })
  response.write('retry: 1\n\n')
}
const send = (response: ServerResponse, item: unknown, id: number) =>
  response.write(`id: ${id}\ndata: ${JSON.stringify(item)}\n\n`)

describe('createIntentClient events', () => {
  test('default: each event once, in order, across broken connections', async () => {
    const { client, server: running } = await serve((request, response) => {
      const last = Number(request.headers['last-event-id'] ?? 0)
      openStream(response)
      // Sends the known one again, two new ones, and half of a third.
      for (const sequence of [last, last + 1, last + 2])
        if (sequence > 0)
          send(
            response,
            event(sequence, sequence === 6 ? 'done' : 'running'),
            sequence,
          )
      response.write('data: {"sequ')
      setTimeout(() => response.destroy(), 5)
    })
    const sequences: number[] = []
    for await (const { sequence } of client.events('i1'))
      sequences.push(sequence)
    expect(sequences).toEqual([1, 2, 3, 4, 5, 6])
    expect(running.seen.map(({ headers }) => headers['last-event-id'])).toEqual(
      [undefined, '2', '4'],
    )
  })

  test('behavior: ends after the last status, though the stream stays open', async () => {
    const { client } = await serve((_, response) => {
      openStream(response)
      send(response, event(1, 'rejected'), 1)
    })
    const statuses: string[] = []
    for await (const { status } of client.events('i1')) statuses.push(status)
    expect(statuses).toEqual(['rejected'])
  })

  test('behavior: a silent connection is opened again', async () => {
    let opened = 0
    const { client } = await serve((_, response) => {
      opened += 1
      openStream(response)
      if (opened > 1) send(response, event(1, 'done'), 1)
    })
    const events: IntentEvent[] = []
    for await (const item of client.events('i1', { silenceMs: 30 }))
      events.push(item)
    expect(events).toHaveLength(1)
    expect(opened).toBe(2)
  })

  test('behavior: goes on after a known event, and stops when told', async () => {
    const { client, server: running } = await serve((_, response) => {
      openStream(response)
      send(response, event(8), 8)
    })
    const controller = new AbortController()
    const events = client.events('i1', {
      afterSequence: 7,
      signal: controller.signal,
    })
    expect((await events.next()).value).toMatchObject({ sequence: 8 })
    expect(running.seen[0]?.headers['last-event-id']).toBe('7')
    controller.abort(new Error('enough'))
    await expect(events.next()).rejects.toThrow('enough')
  })

  test('error: ApiProblemError on an unknown id, at once', async () => {
    const { client, server: running } = await serve((_, response) => {
      json(response, 404, {
        type: '/errors/INTENT_NOT_FOUND',
        title: 'Not found',
        status: 404,
        detail: 'There is no such intent.',
        code: 'INTENT_NOT_FOUND',
        retry: 'never',
      })
    })
    await expect(client.events('i1').next()).rejects.toMatchObject({
      code: 'INTENT_NOT_FOUND',
    })
    expect(running.seen).toHaveLength(1)
  })

  test('error: ApiUnreachableError when it cannot be opened again', async () => {
    const { client, server: running } = await serve((_, response) => {
      openStream(response)
      response.end()
    })
    await expect(
      client.events('i1', { maxReconnects: 2 }).next(),
    ).rejects.toBeInstanceOf(ApiUnreachableError)
    expect(running.seen).toHaveLength(3)
  })

  test('error: ApiAnswerMalformedError on an event that is none', async () => {
    const { client } = await serve((_, response) => {
      openStream(response)
      send(response, { sequence: 'one' }, 1)
    })
    await expect(client.events('i1').next()).rejects.toBeInstanceOf(
      ApiAnswerMalformedError,
    )
  })
})
