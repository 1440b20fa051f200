import { createAskAgent } from '@behest/agent-ask'
import { createAaveAgent } from '@behest/agent-lend'
import {
  type CallToolResult,
  Client,
  type ClientOptions,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type World } from '../../testing/createWorld.js'
import { type ServedFaces, serveFaces } from '../testing/serveFaces.js'

let world: World
let faces: ServedFaces
const open: Client[] = []

beforeAll(async () => {
  world = await createWorld()
  faces = await serveFaces(world)
  world.setCandidates(
    await world.serve([
      world.honest,
      createAaveAgent(world.chain),
      createAskAgent({ chains: [world.chain] }),
    ]),
  )
}, 60_000)

afterAll(async () => {
  await Promise.all(open.map((client) => client.close()))
  await world?.stop()
})

const readNonce = () =>
  world.chain.client.getTransactionCount({ address: world.user })

async function connect(options: ClientOptions = {}): Promise<Client> {
  const client = new Client({ name: 'judge', version: '1.0.0' }, options)
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${faces.url}/mcp`)),
  )
  open.push(client)
  return client
}

/** A client of the newest revision, whose person answers as told. */
async function connectPerson(
  answer: (message: string) => {
    action: 'accept' | 'decline' | 'cancel'
    content?: Record<string, string>
  },
): Promise<Client> {
  const client = new Client(
    { name: 'judge', version: '1.0.0' },
    {
      capabilities: { elicitation: { form: {} } },
      versionNegotiation: { mode: 'auto' },
    },
  )
  client.setRequestHandler('elicitation/create', async ({ params }) =>
    answer(params.message),
  )
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${faces.url}/mcp`)),
  )
  open.push(client)
  return client
}

type Intent = {
  intentId: string
  status: string
  planHash?: string
  approveAt?: string
  receipt?: { outcome: string }
  questions?: { slot: string }[]
}

async function call(
  client: Client,
  name: string,
  given: Record<string, unknown>,
  onProgress?: (message: string) => void,
): Promise<{ intent: Intent; text: string; isError: boolean }> {
  const result = (await client.callTool(
    { name, arguments: given },
    onProgress
      ? { onprogress: ({ message }) => onProgress(message ?? '') }
      : undefined,
  )) as CallToolResult
  const [first] = result.content
  return {
    intent: result.structuredContent as unknown as Intent,
    text: first?.type === 'text' ? first.text : '',
    isError: result.isError === true,
  }
}

describe('mcp', () => {
  for (const sentence of [
    'swap 1 ETH for USDC',
    'lend 100 USDC on Aave',
    'borrow 50 DAI against 1 ETH on Aave',
  ]) {
    test(`behavior: "${sentence}" with a person who is asked by the client`, async () => {
      const asked: string[] = []
      const client = await connectPerson((message) => {
        asked.push(message)
        return { action: 'accept', content: { decision: 'approve' } }
      })
      expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28')
      const { intent } = await call(client, 'quote', { utterance: sentence })
      expect(intent.status).toBe('needs-approval')
      expect(asked).toEqual([])
      const stages: string[] = []
      const done = await call(
        client,
        'request_approval',
        { intentId: intent.intentId },
        (message) => stages.push(message),
      )
      expect(asked).toHaveLength(1)
      expect(asked[0]).toContain(intent.planHash)
      expect(done.intent.receipt?.outcome).toBe('MET')
      expect(stages.some((stage) => stage.startsWith('execution: '))).toBe(true)
    })

    test(`behavior: "${sentence}" with an older client, approved at the link`, async () => {
      const client = await connect()
      expect(client.getNegotiatedProtocolVersion()).toBe('2025-11-25')
      const { intent, text } = await call(client, 'quote', {
        utterance: sentence,
      })
      expect(intent.approveAt).toBe(`${faces.url}/#intent=${intent.intentId}`)
      expect(text).toContain(intent.approveAt)
      const asked = await call(client, 'request_approval', {
        intentId: intent.intentId,
      })
      expect(asked.intent.status).toBe('needs-approval')
      const following = call(client, 'follow', { intentId: intent.intentId })
      // What the page does when the person says yes.
      await fetch(`${faces.url}/v1/intents/${intent.intentId}/approval`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          planHash: intent.planHash,
          decision: 'approve',
        }),
      })
      expect((await following).intent.receipt?.outcome).toBe('MET')
    })
  }

  test('behavior: a standing order is asked about by its terms', async () => {
    const asked: string[] = []
    const client = await connectPerson((message) => {
      asked.push(message)
      return { action: 'accept', content: { decision: 'approve' } }
    })
    const { intent, text } = await call(client, 'quote', {
      utterance: 'swap 100 USDC to ETH every friday',
    })
    expect(text).toContain('Each run takes at most 100 USDC')
    expect(intent).toMatchObject({
      status: 'needs-approval',
      planHash: expect.stringMatching(/^0x[0-9a-f]{64}$/),
      order: { termsHash: intent.planHash },
    })
    const stands = await call(client, 'request_approval', {
      intentId: intent.intentId,
    })
    expect(asked[0]).toContain('all 52 together 5200 USDC')
    expect(asked[0]).toContain(intent.planHash)
    expect(stands.intent.status).toBe('done')
    expect(stands.text).toContain('The order stands')
  })

  test('L-LLM-11: no tool approves, whatever a model passes to it', async () => {
    const nonce = await readNonce()
    const client = await connect()
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name).sort()).toEqual([
      'answer',
      'ask',
      'cancel',
      'find_agents',
      'follow',
      'parse',
      'preview',
      'quote',
      'request_approval',
    ])
    for (const { inputSchema } of tools)
      expect(Object.keys(inputSchema.properties ?? {}).join()).not.toMatch(
        /approv|planHash|signature|decision|key/i,
      )
    const { intent } = await call(client, 'quote', {
      utterance: 'swap 1 ETH for USDC',
    })
    const { intentId, planHash } = intent
    for (const [name, given] of [
      ['request_approval', { intentId, decision: 'approve', planHash }],
      ['answer', { intentId, utterance: `approve ${planHash}` }],
      ['answer', { intentId, utterance: 'yes' }],
      ['quote', { utterance: `yes, approve ${planHash}` }],
    ] as const)
      await call(client, name, given)
    expect(await readNonce()).toBe(nonce)
  })

  test('behavior: a person who declines, or closes the question, approves nothing', async () => {
    const nonce = await readNonce()
    for (const [answer, status] of [
      [{ action: 'decline' }, 'needs-approval'],
      [{ action: 'cancel' }, 'needs-approval'],
      [{ action: 'accept', content: { decision: 'reject' } }, 'rejected'],
      [{ action: 'accept', content: { decision: 'maybe' } }, 'needs-approval'],
      [{ action: 'accept', content: {} }, 'needs-approval'],
    ] as const) {
      const client = await connectPerson(() => answer)
      const { intent } = await call(client, 'quote', {
        utterance: 'swap 1 ETH for USDC',
      })
      await call(client, 'request_approval', { intentId: intent.intentId })
        // The client itself refuses an answer that its form does not allow.
        .catch(() => undefined)
      const { intent: after } = await call(client, 'preview', {
        intentId: intent.intentId,
      })
      expect(after.status).toBe(status)
    }
    expect(await readNonce()).toBe(nonce)
  })

  test('behavior: an answer to the question that is not sealed by us is refused', async () => {
    const nonce = await readNonce()
    const client = await connect()
    const { intent } = await call(client, 'quote', {
      utterance: 'swap 1 ETH for USDC',
    })
    for (const requestState of [
      undefined,
      'v1.e30.AAAA',
      JSON.stringify({ intentId: intent.intentId, planHash: intent.planHash }),
    ])
      await fetch(`${faces.url}/mcp`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-protocol-version': '2026-07-28',
          'mcp-method': 'tools/call',
          'mcp-name': 'request_approval',
        },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: {
            name: 'request_approval',
            arguments: { intentId: intent.intentId },
            inputResponses: {
              approval: { action: 'accept', content: { decision: 'approve' } },
            },
            ...(requestState === undefined ? {} : { requestState }),
            _meta: {
              'io.modelcontextprotocol/protocolVersion': '2026-07-28',
              'io.modelcontextprotocol/clientInfo': {
                name: 'j',
                version: '1',
              },
              'io.modelcontextprotocol/clientCapabilities': {
                elicitation: { form: {} },
              },
            },
          },
        }),
      }).then(async (response) =>
        expect(await response.text()).not.toContain('Receipt'),
      )
    expect(await readNonce()).toBe(nonce)
  })

  test('behavior: questions are asked and answered, by the words or by the slot', async () => {
    const client = await connect()
    const { intent } = await call(client, 'quote', {
      utterance: 'swap ETH for USDC',
    })
    expect(intent.status).toBe('needs-answer')
    const next = await call(client, 'answer', {
      intentId: intent.intentId,
      utterance: '0.1 ETH',
    })
    expect(next.intent.status).toBe('needs-approval')
    const ended = await call(client, 'cancel', { intentId: intent.intentId })
    expect(ended.intent.status).toBe('cancelled')
  })

  test('behavior: "again" follows on the intent that is named, or on the newest', async () => {
    const client = await connect()
    const quote = async (utterance: string, previousIntentId?: string) => {
      const { intent } = await call(client, 'quote', {
        utterance,
        ...(previousIntentId === undefined ? {} : { previousIntentId }),
      })
      const { preview } = await world.engine.get(intent.intentId)
      return {
        intentId: intent.intentId,
        gives: preview?.youGive.map(
          ({ boundDecimal, symbol }) => `${boundDecimal} ${symbol}`,
        ),
        gets: preview?.youGet.map(({ symbol }) => symbol),
      }
    }
    const first = await quote('swap 1 ETH for USDC')
    await quote('swap 0.5 ETH for DAI')
    expect(await quote('do that again with 2 ETH')).toMatchObject({
      gives: ['2 ETH'],
      gets: ['DAI'],
    })
    expect(
      await quote('do that again with 3 ETH', first.intentId),
    ).toMatchObject({ gives: ['3 ETH'], gets: ['USDC'] })
    for (const [previousIntentId, said] of [
      ['../..', 'INTENT_ID_MALFORMED'],
      [crypto.randomUUID(), 'There is nothing before'],
    ] as const) {
      const refused = await call(client, 'quote', {
        utterance: 'do that again with 4 ETH',
        previousIntentId,
      })
      expect(refused.text).toContain(said)
    }
  })

  test('behavior: a question is answered, and an order is no question', async () => {
    const client = await connect()
    const price = await call(client, 'ask', {
      question: 'what is the price of ETH?',
    })
    expect(price.text).toContain('3000')
    const order = await call(client, 'ask', { question: 'swap 1 ETH for USDC' })
    expect([order.isError, order.text.slice(0, 14)]).toEqual([
      true,
      'NOT_A_QUESTION',
    ])
    const parsed = await call(client, 'parse', {
      utterance: 'swap 1 ETH for USDC',
    })
    expect(JSON.parse(parsed.text)).toMatchObject({ type: 'intent' })
  })

  test('error: what is not there, or is down, is told as an error of the tool', async () => {
    const client = await connect()
    for (const [name, given, code] of [
      ['preview', { intentId: crypto.randomUUID() }, 'INTENT_NOT_FOUND'],
      ['preview', { intentId: '../..' }, 'INTENT_ID_MALFORMED'],
      ['find_agents', { query: 'swap' }, 'API_UNREACHABLE'],
    ] as const) {
      const { isError, text } = await call(client, name, given)
      expect([isError, text.split(':')[0]]).toEqual([true, code])
    }
  })
})

describe('bad input', () => {
  const post = async (body: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${faces.url}/mcp`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      body,
    })
    const answer = (await response.json()) as { error?: { code: number } }
    return [response.status, answer.error?.code]
  }
  const request = (method: string) =>
    JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: {} })

  test('error: JSON-RPC errors by their codes, and no 500', async () => {
    const cases: [string, Record<string, string>, [number, number]][] = [
      ['{"jsonrpc":', {}, [400, -32_700]],
      ['['.repeat(5000), {}, [400, -32_600]],
      ['x'.repeat(10 * 1024 * 1024), {}, [413, -32_600]],
      ['{"hello":1}', {}, [400, -32_600]],
      [request('nonsense'), { 'content-type': 'text/plain' }, [415, -32_000]],
      [
        request('tools/list'),
        { origin: 'https://evil.example' },
        [403, -32_000],
      ],
    ]
    for (const [body, headers, expected] of cases)
      expect([body.slice(0, 60), await post(body, headers)]).toEqual([
        body.slice(0, 60),
        expected,
      ])
    expect(faces.defects).toEqual([])
  })
})
