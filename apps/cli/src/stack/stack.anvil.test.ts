/**
 * One file because it is one story: the whole stack as a stranger starts it, and
 * an outside program that holds every receipt against the chain.
 */

import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createPublicClient, formatUnits, type Hex, http, parseAbi } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readStackConfig } from './stackConfig.js'
import { type Stack, startStack } from './startStack.js'
import { takePlace } from './takePlace.js'

const erc20 = parseAbi([
  'function balanceOf(address) view returns (uint256)',
  'function allowance(address, address) view returns (uint256)',
])

type Delta = { account: Hex; token: string; symbol: string; units: string }
type Record_ = {
  id: string
  status: string
  stage: string
  preview?: {
    planHash: Hex
    allowances: unknown[]
    steps: { calls: { purpose: string; says: string }[] }[]
  }
  answer?: { text: string }
  problem?: { code: string; detail: string; status: number }
  questions?: { slot: string; text: string }[]
  artifacts: {
    receipt?: {
      receipt: {
        outcome: string
        gasWei: string
        steps: {
          id: string
          verdict: string
          transactions: Hex[]
          realised: Delta[]
        }[]
      }
    }
  }
}

let stack: Stack
let folder: string
let account: Hex
let chain: ReturnType<typeof createPublicClient>

beforeAll(async () => {
  const place = await takePlace('stack')
  folder = place.folder
  stack = await startStack({
    config: readStackConfig(place.environment),
    onProgress: () => undefined,
  })
  chain = createPublicClient({ transport: http(stack.config.rpcUrl) })
  const accounts = (await call('GET', '/v1/accounts')).body as {
    accounts: { address: Hex }[]
  }
  account = accounts.accounts[0]?.address ?? '0x'
}, 120_000)

afterAll(async () => {
  await stack?.stop()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

describe('the stack', () => {
  const sentences = [
    'swap 1 ETH for USDC',
    'buy 500 USDC with ETH',
    'swap 0.1 WBTC to DAI',
    'lend 1000 USDC on Aave',
    'borrow 500 DAI against 1 ETH',
    'repay all my DAI',
    'withdraw everything from Aave',
    'send 5 USDC to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
    'swap half my ETH to USDC and lend it where it earns most',
    'swap 500 USDC to ETH',
    'wrap 0.5 eth',
    'lend 200 DAI on Morpho',
  ]
  for (const sentence of sentences)
    test(`behavior: "${sentence}" ends MET, to the unit`, async () => {
      const before = await readBalances()
      const record = await carryOut(sentence)
      expect(record.problem).toBeUndefined()
      expect(record.artifacts.receipt?.receipt.outcome).toBe('MET')
      expect(record.preview?.allowances).toEqual([])
      await expectAgreement(record, before)
    }, 60_000)

  for (const [sentence, words] of [
    ['what would I get for 3 WBTC in ETH?', /^3 WBTC gives 9\d\.\d+ ETH now/],
    ['how healthy is my loan?', / owes nothing, so nothing can be liquidated/],
    ['what is the price of ETH?', /\b3,?000\b/],
  ] as const)
    test(`behavior: "${sentence}" is answered`, async () => {
      const nonce = await readNonce()
      const record = await settle((await say(sentence)).body as Record_)
      expect(record.status).toBe('done')
      expect(record.answer?.text).toMatch(words)
      expect(await readNonce()).toBe(nonce)
    }, 30_000)

  test('behavior: "what is my USDC balance?" is answered as the chain has it', async () => {
    const { accounts } = (await call('GET', '/v1/accounts')).body as {
      accounts: { balances: { symbol: string; token: string }[] }[]
    }
    const usdc = accounts[0]?.balances.find(({ symbol }) => symbol === 'USDC')
    const units = await readBalance(usdc?.token ?? '')
    const record = await settle(
      (await say('what is my USDC balance?')).body as Record_,
    )
    expect(record.answer?.text).toContain(
      `holds ${formatUnits(units, 6)} USDC `,
    )
  }, 30_000)

  const awkward: readonly (readonly [string, string])[] = [
    ['swap 100000 ETH for USDC', 'INSUFFICIENT_BALANCE'],
    ['swap 5 FOOBAR for USDC', 'TOKEN_UNKNOWN'],
    ['lend 0.0000001 USDC on Aave', 'TOO_MANY_DECIMALS'],
    ['bridge 1 ETH to arbitrum', 'ACTION_UNSUPPORTED'],
    ['swap 1 ETH for USDC on polygon', 'CHAIN_NOT_SERVED'],
    [
      'swap 1000000000000000000000000000000 ETH for USDC',
      'INSUFFICIENT_BALANCE',
    ],
    ['stake 1 eth on lido', 'ACTION_UNSUPPORTED'],
    ['hello, how are you?', 'NOT_A_REQUEST'],
    ['swap 1 ETH for USDC with 99% slippage', 'SLIPPAGE_UNREASONABLE'],
  ]
  for (const [sentence, code] of awkward)
    test(`error: "${sentence}" gets a typed answer and sends nothing`, async () => {
      const nonce = await readNonce()
      const record = await settle((await say(sentence)).body as Record_)
      expect([record.status, record.problem?.code]).toEqual(['failed', code])
      expect(record.problem?.detail.length).toBeGreaterThan(20)
      expect(await readNonce()).toBe(nonce)
    }, 30_000)

  for (const [sentence, words] of [
    ['swap 0 ETH for USDC', /^The amount is zero\. How much /],
    ['swap -5 ETH for USDC', /^An amount cannot be negative\. How much /],
    ['swap ETH for USDC', /^How much do you want to swap\? You hold /],
  ] as const)
    test(`behavior: "${sentence}" is asked about, and sends nothing`, async () => {
      const nonce = await readNonce()
      const record = await settle((await say(sentence)).body as Record_)
      expect(record.status).toBe('needs-answer')
      expect(record.questions).toMatchObject([
        { slot: 'steps[0].sell.amount', text: expect.stringMatching(words) },
      ])
      expect(await readNonce()).toBe(nonce)
    }, 30_000)

  test('behavior: each agent of the house shows ten sentences that it serves', async () => {
    const read = async (path: string) =>
      (await (await fetch(`${stack.config.registryUrl}${path}`)).json()) as {
        agents: {
          name: string
          examples: string[]
          capabilities: { action: string }[]
        }[]
      }
    const { agents } = await read('/v1/agents?limit=100')
    expect(agents).toHaveLength(6)
    for (const { name, examples, capabilities } of agents) {
      expect([name, new Set(examples).size >= 10]).toEqual([name, true])
      const serves = new Set(capabilities.map(({ action }) => action))
      for (const utterance of examples) {
        const parsed = (await call('POST', '/v1/parse', { utterance }))
          .body as {
          type: string
          intent?: { steps: { action: string }[] }
        }
        expect([name, utterance, parsed.type]).toEqual([
          name,
          utterance,
          'intent',
        ])
        for (const { action } of parsed.intent?.steps ?? [])
          expect([name, utterance, serves.has(action)]).toEqual([
            name,
            utterance,
            true,
          ])
      }
    }
  }, 60_000)

  test('behavior: a missing amount is asked for, and the answer goes on', async () => {
    const asked = await settle((await say('swap ETH for USDC')).body as Record_)
    expect(asked.status).toBe('needs-answer')
    await call('POST', `/v1/intents/${asked.id}/answers`, {
      utterance: '0.1 ETH',
    })
    const record = await settle(asked, ['needs-answer'])
    expect(record.status).toBe('needs-approval')
  }, 30_000)

  test('error: an approval of another hash is 409 and sends nothing', async () => {
    const nonce = await readNonce()
    const record = await settle(
      (await say('swap 0.1 ETH for USDC')).body as Record_,
    )
    const { status, body } = await call(
      'POST',
      `/v1/intents/${record.id}/approval`,
      { planHash: `0x${'00'.repeat(32)}`, decision: 'approve' },
    )
    expect(status).toBe(409)
    expect(body).toMatchObject({ code: 'PLAN_HASH_MISMATCH' })
    await call('POST', `/v1/intents/${record.id}/approval`, {
      planHash: record.preview?.planHash,
      decision: 'reject',
    })
    expect((await read(record.id)).status).toBe('rejected')
    expect(await readNonce()).toBe(nonce)
  }, 30_000)

  test('L-SEND-08: the same key and body is one intent, another body is refused', async () => {
    const key = `k-${Date.now()}`
    const first = await say('swap 0.2 ETH for USDC', key)
    const second = await say('swap 0.2 ETH for USDC', key)
    const other = await say('swap 0.3 ETH for USDC', key)
    expect((second.body as Record_).id).toBe((first.body as Record_).id)
    expect(other.status).toBe(422)
  }, 30_000)

  test('L-SEND-12: killed between approval and receipt, it ends with one effect', async () => {
    const before = await readBalances()
    const nonce = await readNonce()
    const record = await settle(
      (await say('swap 0.5 ETH for USDC')).body as Record_,
    )
    const calls = record.preview?.steps.flatMap((step) => step.calls) ?? []
    const pid = Number(
      readFileSync(join(folder, 'run', 'intent-api.pid'), 'utf8'),
    )
    await call('POST', `/v1/intents/${record.id}/approval`, {
      planHash: record.preview?.planHash,
      decision: 'approve',
    })
    process.kill(pid, 'SIGKILL')
    const ended = await settle(record, ['needs-approval'])
    expect(ended.artifacts.receipt?.receipt.outcome).toBe('MET')
    expect(await readNonce()).toBe(nonce + calls.length)
    await expectAgreement(ended, before)
  }, 90_000)

  test('behavior: pid files name running processes', () => {
    for (const name of ['intent-api', 'registry-api', 'chain', 'postgres']) {
      const file = join(folder, 'run', `${name}.pid`)
      expect(existsSync(file), name).toBe(true)
      expect(process.kill(Number(readFileSync(file, 'utf8')), 0)).toBe(true)
    }
  })

  test('error: a second one over the same data says where the first one is', async () => {
    const other = await takePlace('second')
    const second = startStack({
      config: readStackConfig({ ...other.environment, BEHEST_DATA: folder }),
      onProgress: () => undefined,
    })
    await expect(second).rejects.toMatchObject({
      code: 'STACK_RUNNING',
      facts: { url: stack.config.intentUrl, processId: `${process.pid}` },
    })
    rmSync(other.folder, { recursive: true, force: true })
    // Its data is where it was, and it goes on.
    expect((await call('GET', '/readyz')).status).toBe(200)
    expect(readStackConfig({ BEHEST_DATA: folder }).intentUrl).toBe(
      stack.config.intentUrl,
    )
  })

  test('behavior: no strange request gets a 500', async () => {
    const answers = await Promise.all([
      raw('POST', '/v1/intents', '{"utterance":'),
      raw('POST', '/v1/intents', 'x', 'text/plain'),
      raw('POST', '/v1/intents', JSON.stringify({ utterance: 5 })),
      raw('POST', '/v1/intents', JSON.stringify({ utterance: '' })),
      raw(
        'POST',
        '/v1/intents',
        JSON.stringify({ utterance: 'x'.repeat(100_000) }),
      ),
      raw('POST', '/v1/intents', '['.repeat(5000)),
      raw('GET', '/v1/intents/%00'),
      raw('GET', '/v1/intents/nope'),
      raw('GET', '/v1/intents?limit=0'),
      raw('GET', '/v1/intents?x=1'),
      raw('GET', '/v1/intents?cursor=%00'),
      raw('DELETE', '/v1/intents'),
      raw('GET', '/v1/%E0%A4%A'),
    ])
    for (const { status, type } of answers) {
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
      expect(type).toContain('application/problem+json')
    }
  })
})

async function say(utterance: string, key?: string) {
  return call(
    'POST',
    '/v1/intents',
    { utterance },
    key === undefined ? {} : { 'idempotency-key': key },
  )
}

/** Follows an intent until it no longer runs, nor has one of the statuses left behind. */
async function settle(
  record: Record_,
  past: readonly string[] = [],
): Promise<Record_> {
  const until = Date.now() + 45_000
  for (;;) {
    const current = await read(record.id).catch(() => null)
    if (
      current &&
      current.status !== 'running' &&
      current.status !== 'unknown' &&
      !past.includes(current.status)
    )
      return current
    if (Date.now() > until)
      throw new RangeError(`still ${current?.status} at ${current?.stage}`)
    await new Promise((resume) => setTimeout(resume, 25))
  }
}

async function carryOut(sentence: string): Promise<Record_> {
  const record = await settle((await say(sentence)).body as Record_)
  if (record.status !== 'needs-approval') return record
  await call('POST', `/v1/intents/${record.id}/approval`, {
    planHash: record.preview?.planHash,
    decision: 'approve',
  })
  return settle(record, ['needs-approval'])
}

async function read(id: string): Promise<Record_> {
  return (await call('GET', `/v1/intents/${id}`)).body as Record_
}

async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(new URL(path, stack.config.intentUrl), {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: await response.json() }
}

async function raw(
  method: string,
  path: string,
  body?: string,
  type = 'application/json',
): Promise<{ status: number; type: string }> {
  const response = await fetch(`${stack.config.intentUrl}${path}`, {
    method,
    ...(body === undefined ? {} : { body, headers: { 'content-type': type } }),
  })
  await response.text()
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
  }
}

async function readTokens(): Promise<string[]> {
  const { accounts } = (await call('GET', '/v1/accounts')).body as {
    accounts: { balances: { token: string }[] }[]
  }
  return accounts[0]?.balances.map(({ token }) => token) ?? []
}

async function readBalances(): Promise<Map<string, bigint>> {
  const balances = new Map<string, bigint>()
  for (const token of await readTokens())
    balances.set(token.toLowerCase(), await readBalance(token))
  return balances
}

async function readBalance(token: string): Promise<bigint> {
  return token === 'native'
    ? chain.getBalance({ address: account })
    : chain.readContract({
        abi: erc20,
        address: token as Hex,
        functionName: 'balanceOf',
        args: [account],
      })
}

async function readNonce(): Promise<number> {
  return chain.getTransactionCount({ address: account })
}

/** Holds a receipt against the chain: deltas are balance differences, to the unit. */
async function expectAgreement(
  record: Record_,
  before: ReadonlyMap<string, bigint>,
): Promise<void> {
  const receipt = record.artifacts.receipt?.receipt
  if (!receipt) throw new RangeError('a receipt')
  const after = await readBalances()
  for (const [token, held] of before) {
    const told = receipt.steps
      .flatMap((step) => step.realised)
      .filter(
        (delta) =>
          delta.token.toLowerCase() === token &&
          delta.account.toLowerCase() === account.toLowerCase(),
      )
      .reduce((sum, { units }) => sum + BigInt(units), 0n)
    const gas = token === 'native' ? BigInt(receipt.gasWei) : 0n
    expect((after.get(token) ?? 0n) - held, token).toBe(told - gas)
  }
  for (const hash of receipt.steps.flatMap((step) => step.transactions)) {
    const { status } = await chain.getTransactionReceipt({ hash })
    expect(status).toBe('success')
  }
}
