/**
 * One file because it is one server that many reach: who signs in, and what each
 * of them can read and do over every face of it.
 */
import { AgentCard } from '@a2a-js/sdk'
import {
  Client as McpClient,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import OpenAI from 'openai'
import {
  generatePrivateKey,
  type PrivateKeyAccount,
  privateKeyToAccount,
} from 'viem/accounts'
import { createSiweMessage } from 'viem/siwe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ServedFaces, serveFaces } from '../faces/testing/serveFaces.js'
import { createWorld, type World } from '../testing/createWorld.js'

const publicUrl = 'https://behest.example'
const operatorToken = 'o'.repeat(40)
const ada = privateKeyToAccount(generatePrivateKey())
const bob = privateKeyToAccount(generatePrivateKey())

let world: World
let faces: ServedFaces
let tokens: { ada: string; bob: string }

beforeAll(async () => {
  world = await createWorld()
  faces = await serveFaces(world, {
    signIn: { sessions: world.sessions, publicUrl, operatorToken },
    allowances: { chain: world.chain, readGrants: async () => [] },
  })
  world.setCandidates(await world.serve([world.honest]))
  for (const { address } of [ada, bob])
    await world.devnet.deal({
      account: address,
      token: 'native',
      amountUnits: 10n ** 19n,
    })
  tokens = { ada: await signIn(ada), bob: await signIn(bob) }
}, 60_000)
afterAll(async () => {
  await world?.stop()
})

type Answer = {
  status: number
  body: Record<string, unknown> & {
    code?: string
    id: string
    token: string
    nonce: string
    intents: { id: string }[]
    orders: unknown[]
  }
  headers: Headers
}

async function ask(
  method: string,
  path: string,
  options: { token?: string; body?: unknown; headers?: HeadersInit } = {},
): Promise<Answer> {
  const response = await fetch(faces.url + path, {
    method,
    headers: {
      ...(options.body === undefined
        ? {}
        : { 'content-type': 'application/json' }),
      ...(options.token === undefined
        ? {}
        : { authorization: `Bearer ${options.token}` }),
      ...options.headers,
    },
    ...(options.body === undefined
      ? {}
      : { body: JSON.stringify(options.body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    body: text.startsWith('{') ? JSON.parse(text) : {},
    headers: response.headers,
  }
}

async function toMessage(
  account: PrivateKeyAccount,
  changes: Partial<Parameters<typeof createSiweMessage>[0]> = {},
): Promise<string> {
  const { body } = await ask('POST', '/v1/sessions/nonce')
  return createSiweMessage({
    address: account.address,
    chainId: 31337,
    domain: 'behest.example',
    uri: publicUrl,
    nonce: body.nonce,
    version: '1',
    issuedAt: new Date(),
    expirationTime: new Date(Date.now() + 600_000),
    ...changes,
  })
}

async function signIn(account: PrivateKeyAccount): Promise<string> {
  const message = await toMessage(account)
  const { status, body } = await ask('POST', '/v1/sessions', {
    body: { message, signature: await account.signMessage({ message }) },
  })
  expect(status).toBe(201)
  return body.token
}

const swap = { utterance: 'swap 1 ETH for USDC' }

describe('signing in', () => {
  test('default: a wallet signs, and the server knows who asks, by token or cookie', async () => {
    const message = await toMessage(ada)
    const { body, headers } = await ask('POST', '/v1/sessions', {
      body: { message, signature: await ada.signMessage({ message }) },
    })
    const cookie = headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/HttpOnly/)
    expect(cookie).toMatch(/SameSite=Strict/)
    expect(cookie).toMatch(/Secure/)
    const [pair = ''] = cookie.split(';')
    for (const given of [
      { token: body.token },
      { headers: { cookie: `other=1; ${pair}` } },
    ])
      expect(
        (await ask('GET', '/v1/sessions/current', given)).body,
      ).toMatchObject({
        isRequired: true,
        account: ada.address.toLowerCase(),
      })
    await ask('DELETE', '/v1/sessions/current', { token: body.token })
    expect(
      (await ask('GET', '/v1/intents', { token: body.token })).status,
    ).toBe(401)
  })

  test('behavior: what to sign is given whole, and says that it moves nothing', async () => {
    const { body } = await ask('POST', '/v1/sessions/nonce', {
      body: { address: ada.address.toLowerCase() },
    })
    const message = String(body.message)
    expect(message).toContain(
      `behest.example wants you to sign in with your Ethereum account:\n${ada.address}`,
    )
    expect(message).toContain('approves and sends nothing')
    const { status } = await ask('POST', '/v1/sessions', {
      body: { message, signature: await ada.signMessage({ message }) },
    })
    expect(status).toBe(201)
  })

  test('law: what was signed for another place, time, chain or person is nothing', async () => {
    const refused = async (
      message: string,
      by: PrivateKeyAccount = ada,
    ): Promise<unknown[]> => {
      const { status, body } = await ask('POST', '/v1/sessions', {
        body: { message, signature: await by.signMessage({ message }) },
      })
      return [status, body.code]
    }
    const no = [401, 'SIGN_IN_REFUSED']
    expect(
      await refused(await toMessage(ada, { domain: 'evil.example' })),
    ).toEqual(no)
    expect(
      await refused(await toMessage(ada, { uri: 'https://evil.example' })),
    ).toEqual(no)
    expect(await refused(await toMessage(ada, { chainId: 1 }))).toEqual(no)
    expect(
      await refused(await toMessage(ada, { nonce: 'a'.repeat(32) })),
    ).toEqual(no)
    expect(
      await refused(
        await toMessage(ada, { expirationTime: new Date(Date.now() - 1000) }),
      ),
    ).toEqual(no)
    expect(
      await refused(
        await toMessage(ada, { notBefore: new Date(Date.now() + 60_000) }),
      ),
    ).toEqual(no)
    expect(await refused(await toMessage(ada), bob)).toEqual(no)
    expect(await refused('let me in')).toEqual(no)
    // Once: whoever saw it on its way gets nothing for it.
    const message = await toMessage(ada)
    const signature = await ada.signMessage({ message })
    const twice = await Promise.all(
      [1, 2].map(() =>
        ask('POST', '/v1/sessions', { body: { message, signature } }),
      ),
    )
    expect(twice.map(({ status }) => status).sort()).toEqual([201, 401])
  })
})

describe('who may read what', () => {
  test('law: nobody reads or begins anything before they have signed in', async () => {
    for (const [method, path] of [
      ['GET', '/v1/intents'],
      ['POST', '/v1/intents'],
      ['GET', '/V1/Intents'],
      ['POST', '/v1/parse'],
      ['GET', '/v1/orders'],
      ['GET', `/v1/policies/${world.user}`],
      ['POST', `/v1/policies/${world.user}/kill`],
      ['GET', '/v1/allowances'],
      ['GET', '/v1/accounts'],
      ['GET', '/v1/chats?platform=telegram'],
      ['POST', '/v1/chat/completions'],
      ['POST', '/v1/responses'],
      ['GET', '/v1/models'],
      ['POST', '/mcp'],
      ['POST', '/a2a'],
      ['GET', '/a2a/tasks'],
    ] as const)
      for (const token of [undefined, 'made-up']) {
        const answer = await ask(method, path, {
          ...(token === undefined ? {} : { token }),
          ...(method === 'POST' ? { body: {} } : {}),
        })
        expect([method, path, answer.status]).toEqual([method, path, 401])
        expect(answer.headers.get('www-authenticate')).toContain('Bearer')
      }
    expect((await ask('GET', '/.well-known/agent-card.json')).status).toBe(200)
    expect((await ask('GET', '/healthz')).status).toBe(200)
  })

  test('behavior: the A2A card says how to get in, and a client that follows it does', async () => {
    const { body } = await ask('GET', '/.well-known/agent-card.json')
    const card = AgentCard.fromJSON(body)
    const [requirement] = card.securityRequirements
    const [name = ''] = Object.keys(requirement?.schemes ?? {})
    const scheme = card.securitySchemes[name]?.scheme
    if (scheme?.$case !== 'httpAuthSecurityScheme')
      throw new TypeError('The card names no HTTP scheme.')
    expect(scheme.value.description).toContain('/v1/sessions/nonce')
    const listTasks = { jsonrpc: '2.0', id: 1, method: 'ListTasks', params: {} }
    const listed = await ask('POST', '/a2a', {
      headers: {
        'a2a-version': '1.0',
        authorization: `${scheme.value.scheme} ${tokens.ada}`,
      },
      body: listTasks,
    })
    expect(listed.status).toBe(200)
    expect(listed.body).toHaveProperty('result')
  })

  test('law: what one asked for is not there for another, whichever way they ask', async () => {
    const { status, body: begun } = await ask('POST', '/v1/intents', {
      token: tokens.ada,
      body: swap,
    })
    expect(status).toBe(201)
    expect(begun.account).toBe(ada.address.toLowerCase())
    const { id } = begun
    for (const [method, path, body] of [
      ['GET', `/v1/intents/${id}`],
      ['GET', `/v1/intents/${id}/events`],
      ['GET', `/v1/intents/${id}/receipt`],
      ['GET', `/v1/intents/${id}/mandates`],
      ['POST', `/v1/intents/${id}/cancel`, {}],
      ['POST', `/v1/intents/${id}/answers`, { utterance: 'yes' }],
      [
        'POST',
        `/v1/intents/${id}/approval`,
        { planHash: `0x${'00'.repeat(32)}`, decision: 'reject' },
      ],
      ['GET', `/a2a/tasks/${id}`],
    ] as const) {
      const theirs = await ask(method, path, {
        token: tokens.bob,
        headers: { 'a2a-version': '1.0' },
        ...(body === undefined ? {} : { body }),
      })
      expect([path, theirs.status]).toEqual([path, 404])
      expect(JSON.stringify(theirs.body)).not.toContain('swap 1 ETH')
    }
    const list = async (token: string) =>
      (await ask('GET', '/v1/intents', { token })).body.intents.map(
        (intent) => intent.id,
      )
    expect(await list(tokens.ada)).toContain(id)
    expect(await list(tokens.bob)).not.toContain(id)
    expect(await list(operatorToken)).toContain(id)
    for (const path of [
      `/v1/intents?account=${ada.address}`,
      `/v1/orders?account=${ada.address}`,
    ])
      expect(await ask('GET', path, { token: tokens.bob })).toMatchObject({
        status: 403,
        body: { code: 'ACCOUNT_NOT_YOURS' },
      })
    for (const account of [ada.address, world.user])
      expect(
        await ask('POST', '/v1/intents', {
          token: tokens.bob,
          body: { ...swap, account },
        }),
      ).toMatchObject({ status: 403, body: { code: 'ACCOUNT_NOT_YOURS' } })
    expect(
      (await ask('GET', `/v1/policies/${world.user}`, { token: tokens.bob }))
        .body.code,
    ).toBe('POLICY_MISSING')
    expect(
      (await ask('GET', '/v1/chats?platform=telegram', { token: tokens.bob }))
        .status,
    ).toBe(404)
    // The server's own account is no default of anybody's.
    expect(
      (await ask('GET', '/v1/accounts', { token: tokens.bob })).body.accounts,
    ).toEqual([])
  })

  test('law: the same key of two people is two requests', async () => {
    const send = (token: string) =>
      ask('POST', '/v1/intents', {
        token,
        body: swap,
        headers: { 'idempotency-key': 'the-same' },
      })
    const [first, again, theirs] = [
      await send(tokens.ada),
      await send(tokens.ada),
      await send(tokens.bob),
    ]
    expect(again.body.id).toBe(first.body.id)
    expect(theirs.body.id).not.toBe(first.body.id)
  })

  test('behavior: clients that exist sign in with the token as their key', async () => {
    const client = (apiKey: string) =>
      new OpenAI({ baseURL: `${faces.url}/v1`, apiKey, maxRetries: 0 })
    await expect(
      client('none').responses.create({ model: 'behest', input: 'hi' }),
    ).rejects.toMatchObject({ status: 401, type: 'authentication_error' })
    const shown = await client(tokens.ada).responses.create({
      model: 'behest',
      input: 'swap 0.7 ETH for USDC',
    })
    expect(shown.output_text).toContain('at most 0.7 ETH')
    const id = /intent ([0-9a-f-]{36})$/.exec(shown.output_text)?.[1] ?? ''
    expect((await world.engine.get(id)).account).toBe(ada.address.toLowerCase())
    // A response of somebody else's is bound to nothing of theirs.
    const stolen = await client(tokens.bob).responses.create({
      model: 'behest',
      input: 'yes',
      previous_response_id: shown.id,
    })
    expect(stolen.output_text).not.toContain(id)
    expect(stolen.output_text).toContain(
      'There is no plan in this conversation',
    )
    expect((await world.engine.get(id)).status).toBe('needs-approval')

    const mcp = new McpClient({ name: 'judge', version: '1.0.0' })
    await mcp.connect(
      new StreamableHTTPClientTransport(new URL(`${faces.url}/mcp`), {
        requestInit: { headers: { authorization: `Bearer ${tokens.bob}` } },
      }),
    )
    const looked = await mcp.callTool({
      name: 'preview',
      arguments: { intentId: id },
    })
    expect(JSON.stringify(looked)).toContain('INTENT_NOT_FOUND')
    await mcp.close()
    expect(faces.defects).toEqual([])
  })
})
