import { devnetAccounts } from '@behest/devnet'
import { hashPolicy } from '@behest/engine'
import {
  buildPolicyTypedData,
  type Policy,
  type PolicyRules,
  policySchema,
} from '@behest/spec'
import { createWalletClient, erc20Abi, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { serveFaces } from './faces/testing/serveFaces.js'
import { createWorld, type World } from './testing/createWorld.js'

let world: World
let url: string
let defects: readonly string[]
const user = privateKeyToAccount(devnetAccounts[1].privateKey)
const stranger = privateKeyToAccount(devnetAccounts[7].privateKey)

beforeAll(async () => {
  world = await createWorld()
  world.setCandidates(await world.serve([world.honest]))
  const served = await serveFaces(world)
  url = served.url
  defects = served.defects
}, 60_000)
afterAll(() => world?.stop())

type Answer = {
  readonly status: number
  readonly type: string
  readonly text: string
  // Whatever route it is; each test looks at its own part.
  readonly body: Record<string, never> & {
    readonly id: string
    readonly code?: string
    readonly status: string
  }
  readonly replayed: string | null
}

async function call(
  method: 'GET' | 'POST',
  path: string,
  options: { readonly key?: string; readonly body?: unknown } = {},
): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(options.key === undefined ? {} : { 'idempotency-key': options.key }),
      ...(options.body === undefined
        ? {}
        : { 'content-type': 'application/json' }),
    },
    ...(options.body === undefined
      ? {}
      : {
          body:
            typeof options.body === 'string'
              ? options.body
              : JSON.stringify(options.body),
        }),
  })
  const text = await response.text()
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    text,
    body: JSON.parse(text) as Answer['body'],
    replayed: response.headers.get('idempotency-replayed'),
  }
}
const get = (path: string) => call('GET', path)
const post = (path: string, body: unknown, key?: string) =>
  call('POST', path, { body, ...(key === undefined ? {} : { key }) })

/** A typed problem, and nothing about our insides. */
const expectProblem = (answer: Answer, status: number, code: string): void => {
  expect([answer.status, answer.body.code, answer.text]).toEqual([
    status,
    code,
    expect.not.stringMatching(/node_modules|\.ts:|select |insert /),
  ])
  expect(answer.type).toContain('application/problem+json')
  expect(answer.body).toMatchObject({
    type: expect.stringContaining(code),
    title: expect.any(String),
    detail: expect.any(String),
    status,
    retry: expect.stringMatching(/^(never|same-input|new-quote|ask-user)$/),
  })
}

const settle = async (id: string) => {
  for (;;) {
    const record = await world.engine.get(id)
    if (record.status !== 'running') return record
    await new Promise((done) => setTimeout(done, 20))
  }
}

/** The ids of a page of orders, and where the next one begins. */
function readPage({ text }: Answer): [string[], string | undefined] {
  const { orders, nextCursor } = JSON.parse(text) as {
    orders: { id: string }[]
    nextCursor?: string
  }
  return [orders.map(({ id }) => id), nextCursor]
}

/** An order that stands, all of it said and approved over HTTP. */
async function stand(key: string): Promise<string> {
  const made = await post(
    '/v1/intents',
    { utterance: 'sell 0.1 ETH for USDC when ETH is under 5' },
    key,
  )
  expect(made.status).toBe(201)
  const { id } = made.body
  const { order } = await settle(id)
  const approved = await post(`/v1/intents/${id}/approval`, {
    planHash: order?.termsHash,
    decision: 'approve',
  })
  expect(approved.status).toBe(200)
  expect((await settle(id)).status).toBe('done')
  return id
}

const rules: PolicyRules = {
  perTransactionUsd: '500',
  perDayUsd: '800',
  actions: ['swap'],
  tokens: ['any'],
  venues: ['uniswap'],
  recipients: [],
  maxPriceImpactBps: 300,
  maxSlippageBps: 100,
  minHealth: '1.5',
}
async function signPolicy(sequence: number, changes: Partial<Policy> = {}) {
  const policy: Policy = {
    version: 1,
    account: world.user,
    chainId: 31337,
    sequence,
    validUntilUnixSeconds: 9_000_000_000,
    limits: rules,
    beyond: 'ask',
    coolingOffSeconds: 0,
    ...changes,
  }
  return {
    policy: z.encode(policySchema, policy),
    signature: await user.signTypedData(buildPolicyTypedData(policy)),
    policyHash: hashPolicy(policy),
  }
}

describe('the routes of orders', () => {
  test('default: said, approved, shown, listed, followed and cancelled', async () => {
    const id = await stand('order-1')
    const shown = await get(`/v1/orders/${id}`)
    expect(shown.status).toBe(200)
    expect(shown.body).toMatchObject({
      id,
      status: 'active',
      account: world.user.toLowerCase(),
      runs: [],
      terms: { maxRuns: 1 },
      signature: expect.stringMatching(/^0x/),
    })
    const listed = await get(
      `/v1/orders?status=active&account=${world.user}&limit=1`,
    )
    expect(listed.body).toMatchObject({ orders: [{ id }] })

    const events = await fetch(`${url}/v1/orders/${id}/events`)
    expect(events.headers.get('content-type')).toContain('text/event-stream')
    const reader = events.body?.getReader()
    let told = ''
    while (!told.includes('"opened"')) {
      const part = await reader?.read()
      if (!part || part.done) break
      told += new TextDecoder().decode(part.value)
    }
    expect(told).toContain('"opened"')
    await reader?.cancel()

    // The same key and body: the same answer, to the byte.
    const [one, two] = [
      await post(`/v1/orders/${id}/cancel`, {}, 'cancel-1'),
      await post(`/v1/orders/${id}/cancel`, {}, 'cancel-1'),
    ]
    expect([one.status, one.body.status]).toEqual([200, 'cancelled'])
    expect([two.status, two.text, two.replayed]).toEqual([
      200,
      one.text,
      'true',
    ])
    // Another key: cancelled is cancelled.
    const three = await post(`/v1/orders/${id}/cancel`, {}, 'cancel-2')
    expect([three.status, three.body.status]).toEqual([200, 'cancelled'])
  })

  test('behavior: pages go on where they ended', async () => {
    await stand('order-2')
    await stand('order-3')
    const first = await get('/v1/orders?limit=2')
    const [firstPage, nextCursor] = readPage(first)
    const [secondPage, end] = readPage(
      await get(
        `/v1/orders?limit=2&cursor=${encodeURIComponent(nextCursor ?? '')}`,
      ),
    )
    const [whole] = readPage(await get('/v1/orders?limit=100'))
    expect([firstPage.length, end]).toEqual([2, undefined])
    expect([...firstPage, ...secondPage]).toEqual(whole)
  })

  test.each([
    ['GET', '/v1/orders/none', 404, 'ORDER_NOT_FOUND'],
    ['GET', '/v1/orders/%00', 400, 'REQUEST_INVALID'],
    ['GET', `/v1/orders/${'x'.repeat(200)}`, 400, 'REQUEST_INVALID'],
    ['GET', '/v1/orders?limit=0', 400, 'REQUEST_INVALID'],
    ['GET', '/v1/orders?limit=1e9', 400, 'REQUEST_INVALID'],
    ['GET', '/v1/orders?account=0x12', 400, 'REQUEST_INVALID'],
    ['GET', '/v1/orders?status=gone', 400, 'REQUEST_INVALID'],
    ['GET', '/v1/orders?what=ever', 400, 'REQUEST_INVALID'],
    ['GET', '/v1/orders?cursor=rubbish', 400, 'CURSOR_MALFORMED'],
    ['GET', '/v1/orders/none/events', 404, 'ORDER_NOT_FOUND'],
    ['POST', '/v1/orders/none/cancel', 404, 'ORDER_NOT_FOUND'],
    ['GET', '/v1/orders/none/cancel', 404, 'ROUTE_NOT_FOUND'],
  ] as const)('error: %s %s', async (method, path, status, code) => {
    expectProblem(
      await call(method, path, method === 'POST' ? { body: {} } : {}),
      status,
      code,
    )
  })
})

describe('the routes of policies', () => {
  test('default: none, set, shown, replaced, stopped and set again', async () => {
    const path = `/v1/policies/${world.user}`
    expectProblem(await get(path), 404, 'POLICY_MISSING')
    // Who never signed one can stop all the same, and come back by signing.
    const bare = await post(`${path}/kill`, { why: 'no policy yet' })
    expect([bare.status, bare.body]).toMatchObject([
      200,
      { account: world.user, killedWhy: 'no policy yet' },
    ])
    const stopped = await get(path)
    expectProblem(stopped, 404, 'POLICY_MISSING')
    expect(stopped.text).toContain('everything was stopped')
    const halted = await post('/v1/intents', {
      utterance: 'swap 1 USDC for DAI',
    })
    const waiting = await settle(halted.body.id)
    await post(`/v1/intents/${halted.body.id}/approval`, {
      planHash: waiting.preview?.planHash,
      decision: 'approve',
    })
    expect((await settle(halted.body.id)).status).toBe('cancelled')

    const first = await signPolicy(1)
    const body = { policy: first.policy, signature: first.signature }
    const set = await post('/v1/policies', body, 'policy-1')
    expect([set.status, set.body]).toMatchObject([
      201,
      { policyHash: first.policyHash, spentTodayUsd: '0' },
    ])
    const again = await post('/v1/policies', body, 'policy-1')
    expect([again.status, again.text]).toEqual([201, set.text])
    const second = await signPolicy(2)
    // One key is for one body.
    expectProblem(
      await post(
        '/v1/policies',
        { policy: second.policy, signature: second.signature },
        'policy-1',
      ),
      422,
      'IDEMPOTENCY_KEY_REUSED',
    )
    expect((await get(path)).body).toMatchObject({
      policyHash: first.policyHash,
    })

    const id = await stand('order-4')
    const killed = await post(`${path}/kill`, { why: 'lost' }, 'kill-1')
    expect([killed.status, killed.body]).toMatchObject([
      200,
      { killedWhy: 'lost' },
    ])
    expect((await post(`${path}/kill`, { why: 'lost' }, 'kill-1')).text).toBe(
      killed.text,
    )
    // What others hold of the account ends with it.
    expect((await get(`/v1/orders/${id}`)).body).toMatchObject({
      status: 'cancelled',
      why: 'Everything was stopped by the kill switch.',
    })
    expect((await get('/v1/orders?status=active')).body).toMatchObject({
      orders: [],
    })
    // The old one does not come back; a newer one does.
    expectProblem(await post('/v1/policies', body), 409, 'POLICY_REPLAYED')
    const back = await post('/v1/policies', {
      policy: second.policy,
      signature: second.signature,
    })
    expect(back.status).toBe(201)
    expect(back.body).not.toHaveProperty('killedAt')
  })

  test('error: what is not signed by the account, or is no policy', async () => {
    const { policy, signature } = await signPolicy(9)
    const forged = await stranger.signTypedData(
      buildPolicyTypedData(z.decode(policySchema, policy)),
    )
    for (const wrong of [
      forged,
      '0x',
      `0x${'00'.repeat(65)}`,
      // The twin with the other half of the curve's order.
      `${signature.slice(0, 66)}${'f'.repeat(64)}${signature.slice(130)}`,
    ])
      expectProblem(
        await post('/v1/policies', { policy, signature: wrong }),
        401,
        'POLICY_SIGNATURE_INVALID',
      )
    // Without a signature it is nobody's: this server signs no policy here.
    expectProblem(
      await post('/v1/policies', { policy }),
      401,
      'POLICY_SIGNATURE_INVALID',
    )
    for (const body of [
      {},
      [],
      'null',
      '{',
      { policy, signature: 'nonsense' },
      { policy: { ...policy, sequence: 1.5 }, signature },
      { policy: { ...policy, extra: true }, signature },
      { policy: { ...policy, chainId: 1 }, signature },
      {
        policy: { ...policy, limits: { ...rules, perDayUsd: '1e9' } },
        signature,
      },
      { policy, signature, more: 1 },
    ]) {
      const answer = await post('/v1/policies', body)
      expectProblem(answer, 400, answer.body.code ?? '')
    }
  })

  test.each([
    ['GET', '/v1/policies/0x12'],
    ['GET', '/v1/policies/me'],
    ['GET', `/v1/policies/0x${'11'.repeat(20)}?x=1`],
    ['POST', '/v1/policies/me/kill'],
  ] as const)('error: %s %s', async (method, path) => {
    expectProblem(
      await call(method, path, method === 'POST' ? { body: {} } : {}),
      400,
      'REQUEST_INVALID',
    )
  })

  test('error: a kill whose words are no words', async () => {
    for (const body of [{ why: 1 }, { why: 'x'.repeat(501) }, { no: 'why' }])
      expectProblem(
        await post(`/v1/policies/${world.user}/kill`, body),
        400,
        'REQUEST_INVALID',
      )
    expect((await get(`/v1/policies/${world.user}`)).body).not.toHaveProperty(
      'killedAt',
    )
  })
})

describe('the routes of allowances', () => {
  test('default: what is open is listed, and taken back by a plan', async () => {
    expect((await get('/v1/allowances')).body).toMatchObject({
      account: world.user,
      isComplete: true,
      allowances: [],
    })
    expectProblem(
      await post('/v1/allowances/revoke', {}),
      404,
      'NO_ALLOWANCE_OPEN',
    )
    const { USDC } = world.devnet.addresses.tokens
    const hash = await createWalletClient({
      account: user,
      chain: world.devnet.chain,
      transport: http(world.devnet.url),
    }).writeContract({
      address: USDC,
      abi: erc20Abi,
      functionName: 'approve',
      args: [stranger.address, 5_000_000n],
    })
    await world.chain.client.waitForTransactionReceipt({ hash })
    expect(
      (await get(`/v1/allowances?account=${world.user}`)).body,
    ).toMatchObject({
      allowances: [
        {
          token: USDC.toLowerCase(),
          spender: stranger.address,
          isOpen: true,
          kind: 'erc20',
        },
      ],
    })
    // Nothing of another token is open.
    expectProblem(
      await post('/v1/allowances/revoke', {
        token: world.devnet.addresses.tokens.DAI,
      }),
      404,
      'NO_ALLOWANCE_OPEN',
    )
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        post('/v1/allowances/revoke', { token: USDC }, 'revoke-1'),
      ),
    )
    const made = answers.filter(({ status }) => status === 201)
    expect(new Set(made.map(({ text }) => text)).size).toBe(1)
    for (const answer of answers)
      if (answer.status !== 201)
        expectProblem(answer, 409, 'IDEMPOTENCY_IN_PROGRESS')
    const { intents } = (made[0]?.body ?? { intents: [] }) as unknown as {
      intents: { id: string }[]
    }
    expect(intents).toHaveLength(1)
  })

  test.each([
    ['GET', '/v1/allowances?account=me', undefined],
    ['GET', '/v1/allowances?all=1', undefined],
    ['POST', '/v1/allowances/revoke', { token: 'USDC' }],
    ['POST', '/v1/allowances/revoke', { what: 'all' }],
    ['POST', '/v1/allowances/revoke', []],
  ] as const)('error: %s %s %j', async (method, path, body) => {
    expectProblem(
      await call(method, path, body === undefined ? {} : { body }),
      400,
      'REQUEST_INVALID',
    )
  })

  test('error: nothing of all this was a defect', () => {
    expect(defects).toEqual([])
  })
})
