// One file because it is one world: real sellers' processes, one chain that says
// who was paid.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Devnet, devnetAccounts, start } from '@behest/devnet'
import {
  createChainPort,
  createFacilitator,
  type EvmChainPort,
  type Facilitator,
  readPaymentToken,
  toLocalDeployment,
} from '@behest/evm'
import { reservationSchema } from '@behest/journal'
import { createTestDatabase, type TestDatabase } from '@behest/journal/testing'
import { createTestRequest } from '@behest/sdk/testing'
import {
  facilitatorRequestSchema,
  type PaymentPayload,
  type PaymentRequirements,
  paymentPayloadSchema,
  type QuoteRequest,
  quoteRequestSchema,
  transferAuthorizationTypes,
  x402Headers,
} from '@behest/spec'
import express from 'express'
import { bytesToHex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import type { SellerMoment, SellerSetup } from './testing/sellQuotes.js'

const program = fileURLToPath(
  new URL('../../dist/payments/testing/sellQuotes.js', import.meta.url),
)
const payer = privateKeyToAccount(devnetAccounts[2].privateKey)
const sellerKey = generatePrivateKey()
const seller = privateKeyToAccount(sellerKey)
const priceUnits = 10_000n
const folder = mkdtempSync(join(tmpdir(), 'behest-sellers-'))

let devnet: Devnet
let database: TestDatabase
let chain: EvmChainPort
let facilitator: Facilitator
let facilitatorUrl: string
let price: SellerSetup['price']
/** What becomes of what is asked of the facilitator. */
let settling: 'answered' | 'reply-lost' | 'request-lost' = 'answered'
const closers: (() => Promise<unknown>)[] = []
const children = new Set<ChildProcess>()

beforeAll(async () => {
  ;[devnet, database] = await Promise.all([
    start(),
    createTestDatabase({ schemas: [reservationSchema] }),
  ])
  chain = createChainPort({
    rpcUrl: devnet.url,
    deployment: toLocalDeployment(devnet.addresses),
  })
  await devnet.deal({
    account: payer.address,
    token: 'USDC',
    amountUnits: 1_000_000_000n,
  })
  const usdc = devnet.addresses.tokens.USDC
  const token = await readPaymentToken({
    client: chain.client,
    address: usdc,
    symbol: 'USDC',
  })
  if (token === null) throw new RangeError('the local USDC can be paid with')
  const { chainId, ...rest } = token
  price = { chainId, token: rest, units: String(priceUnits) }
  facilitator = createFacilitator({
    client: chain.client,
    account: privateKeyToAccount(devnetAccounts[3].privateKey),
    assets: [usdc],
  })
  facilitatorUrl = await serveFacilitator()
})
afterEach(() => {
  settling = 'answered'
  for (const child of children) child.kill('SIGKILL')
})
afterAll(async () => {
  for (const close of closers) await close()
  await Promise.all([devnet?.stop(), database?.drop()])
  rmSync(folder, { recursive: true, force: true })
})

const shared = [
  ['files', () => ({ type: 'files', folder })],
  ['database', () => ({ type: 'database', url: database.connectionString })],
] as const satisfies readonly (readonly [string, () => SellerSetup['store']])[]

describe.each(shared)('two processes of a seller, with %s', (_name, open) => {
  test('default: one payment is one answer and one transfer, whoever is asked', async () => {
    const sellers = await Promise.all([
      sell(open(), { work: 'when-told' }),
      sell(open(), { work: 'when-told' }),
    ])
    const before = await readEarned()
    const request = await buildRequest()
    const payment = await buildPayment()
    let refused = 0
    const asking = Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const { url } = sellers[index % 2 === 0 ? 0 : 1]
        const answer = await send(url, request, payment)
        if (answer.status === 409) refused += 1
        return answer
      }),
    )
    // The one that works has not answered before all others were sent away.
    await expect.poll(() => refused, { timeout: 60_000 }).toBe(7)
    for (const { tell } of sellers) tell()
    const answers = await asking
    expect(answers.map(({ status }) => status).sort()).toEqual([
      200,
      ...Array.from({ length: 7 }, () => 409),
    ])
    expect((await readEarned()) - before).toBe(priceUnits)
    expect(sellers[0].count() + sellers[1].count()).toBe(1)
    // The answer that it bought is there at both, and no other one is.
    const bought = answers.find(({ status }) => status === 200)?.text
    for (const { url } of sellers) {
      expect((await send(url, request, payment)).text).toBe(bought)
      expect(await send(url, await buildRequest(), payment)).toMatchObject({
        status: 409,
        code: 'PAYMENT_USED',
      })
    }
    expect((await readEarned()) - before).toBe(priceUnits)
  })

  test.each([
    ['reserve', 0],
    ['unsettled', 1],
    ['settle', 1],
    ['answered', 1],
  ] as const satisfies readonly (readonly [SellerMoment, number])[])(
    'behavior: killed after "%s", the payment buys its answer from the other, once',
    async (killAt, made) => {
      const [dying, heir] = await Promise.all([
        sell(open(), { killAt }),
        sell(open()),
      ])
      const before = await readEarned()
      const request = await buildRequest()
      const payment = await buildPayment()
      await expect(send(dying.url, request, payment)).rejects.toThrow()
      await dying.ended
      expect(dying.count()).toBe(made)
      const isPaid = killAt === 'settle' || killAt === 'answered'
      expect((await readEarned()) - before).toBe(isPaid ? priceUnits : 0n)

      const answer = await sendUntilAnswered(heir.url, request, payment)
      expect(answer.text).toContain('behest.quote')
      expect((await readEarned()) - before).toBe(priceUnits)
      expect(heir.count()).toBe(1 - made)
      expect((await send(heir.url, request, payment)).text).toBe(answer.text)
      expect(await send(heir.url, await buildRequest(), payment)).toMatchObject(
        {
          status: 409,
        },
      )
      expect((await readEarned()) - before).toBe(priceUnits)
    },
  )

  test('behavior: who comes back after its signature has run out has what it paid for', async () => {
    const [dying, heir] = await Promise.all([
      sell(open(), { killAt: 'settle' }),
      sell(open()),
    ])
    const request = await buildRequest()
    const payment = await buildPayment()
    await expect(send(dying.url, request, payment)).rejects.toThrow()
    await devnet.passTime(600)
    const answer = await sendUntilAnswered(heir.url, request, payment)
    expect(answer.text).toContain('behest.quote')
  })
})

describe('processes of a seller that share nothing', () => {
  test('behavior: a request to settle that was lost makes no second answer', async () => {
    const [one, other] = await Promise.all([
      sell({ type: 'memory' }),
      sell({ type: 'memory' }),
    ])
    const before = await readEarned()
    const [first, second] = [await buildRequest(), await buildRequest()]
    const payment = await buildPayment()
    settling = 'request-lost'
    expect(await send(one.url, first, payment)).toMatchObject({ status: 503 })
    settling = 'answered'
    expect(await send(other.url, second, payment)).toMatchObject({
      status: 200,
    })
    // The first one has an answer ready; the money bought the other's.
    expect(await send(one.url, first, payment)).toMatchObject({
      status: 402,
      code: 'PAYMENT_REFUSED',
    })
    expect((await readEarned()) - before).toBe(priceUnits)
  })

  test('behavior: where nobody can tell what a payment bought, its transaction is named', async () => {
    const one = await sell({ type: 'memory' })
    const request = await buildRequest()
    const payment = await buildPayment()
    settling = 'reply-lost'
    expect(await send(one.url, request, payment)).toMatchObject({ status: 503 })
    settling = 'answered'
    const refused = await send(one.url, request, payment)
    expect(refused.code).toBe('PAYMENT_REFUSED')
    expect(refused.text).toMatch(/nonce_already_used, by 0x[0-9a-f]{64}/)
  })
})

async function sell(
  store: SellerSetup['store'],
  manner: Partial<Pick<SellerSetup, 'killAt' | 'work'>> = {},
) {
  const setup: SellerSetup = {
    price,
    facilitatorUrl,
    sellerKey,
    store,
    work: 'at-once',
    ...manner,
  }
  const child = spawn(process.execPath, [program, JSON.stringify(setup)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  children.add(child)
  const ended = once(child, 'exit').then(() => children.delete(child))
  let count = 0
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === 'quote') count += 1
      else resolve(line)
    })
    child.once('exit', () => reject(new RangeError('it ended before')))
  })
  const tell = (): void => void child.stdin.write('go\n')
  return { url, ended, count: () => count, tell }
}

async function serveFacilitator(): Promise<string> {
  const app = express()
  app.use(express.json())
  app.post('/verify', async ({ body }, response) => {
    response.json(
      await facilitator.verify(facilitatorRequestSchema.parse(body)),
    )
  })
  app.post('/settle', async ({ body }, response) => {
    if (settling === 'request-lost') return response.destroy()
    const settled = await facilitator.settle(
      facilitatorRequestSchema.parse(body),
    )
    if (settling === 'reply-lost') return response.destroy()
    return response.json(settled)
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(async () => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function buildRequest(): Promise<QuoteRequest> {
  const { number, hash, timestamp } = await chain.client.getBlock()
  return {
    ...createTestRequest({
      instruction: {
        action: 'transfer',
        token: {
          chainId: price.chainId,
          address: 'native',
          symbol: 'ETH',
          decimals: 18,
        },
        amount: { type: 'exact', units: 1n },
        to: devnetAccounts[4].address,
      },
    }),
    requestId: crypto.randomUUID(),
    block: { number, hash, timestampUnixSeconds: Number(timestamp) },
    deadlineUnixSeconds: Number(timestamp) + 300,
  }
}

async function buildPayment(): Promise<PaymentPayload> {
  const { timestamp } = await chain.client.getBlock()
  const accepted: PaymentRequirements = {
    scheme: 'exact',
    network: `eip155:${price.chainId}`,
    amount: priceUnits,
    asset: price.token.address,
    payTo: seller.address,
    maxTimeoutSeconds: 120,
    extra: { name: price.token.name, version: price.token.version },
  }
  const authorization = {
    from: payer.address,
    to: seller.address,
    value: priceUnits,
    validAfter: 0n,
    validBefore: timestamp + 120n,
    nonce: bytesToHex(crypto.getRandomValues(new Uint8Array(32))),
  }
  const signature = await payer.signTypedData({
    domain: {
      name: price.token.name,
      version: price.token.version,
      chainId: price.chainId,
      verifyingContract: accepted.asset,
    },
    types: transferAuthorizationTypes,
    primaryType: 'TransferWithAuthorization',
    message: authorization,
  })
  return {
    x402Version: 2,
    accepted,
    payload: { authorization, signature },
    extensions: {
      'payment-identifier': {
        info: { required: false, id: authorization.nonce.slice(2) },
      },
    },
  }
}

async function send(
  url: string,
  request: QuoteRequest,
  payment: PaymentPayload,
) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'a2a-version': '1.0',
      [x402Headers.signature]: Buffer.from(
        JSON.stringify(z.encode(paymentPayloadSchema, payment)),
      ).toString('base64'),
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: request.requestId,
      method: 'SendMessage',
      params: {
        message: {
          messageId: request.requestId,
          role: 'ROLE_USER',
          parts: [
            {
              data: z.encode(quoteRequestSchema, request),
              mediaType: 'application/json',
            },
          ],
        },
      },
    }),
  })
  const text = await response.text()
  const { code } = z
    .looseObject({ code: z.string().optional() })
    .parse(JSON.parse(text))
  const retryAfter = response.headers.get('retry-after')
  return { status: response.status, text, code, retryAfter }
}

/** As a client does: again for as long as it is told that it will be there. */
async function sendUntilAnswered(
  url: string,
  request: QuoteRequest,
  payment: PaymentPayload,
) {
  for (;;) {
    const answer = await send(url, request, payment)
    if (answer.status === 200) return answer
    expect(answer).toMatchObject({ retryAfter: '1' })
    await sleep(100)
  }
}

const readEarned = (): Promise<bigint> =>
  chain.readBalance({ account: seller.address, token: price.token.address })
