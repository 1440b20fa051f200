// One file because it is one chain: each test asks who paid whom on it.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type Devnet, devnetAccounts, start } from '@behest/devnet'
import {
  createChainPort,
  createFacilitator,
  type EvmChainPort,
  type Facilitator,
  readPaymentToken,
  toLocalDeployment,
} from '@behest/evm'
import {
  type AgentServer,
  createFacilitatorClient,
  createPaywall,
  defineAgent,
  type QuotePrice,
  serveAgent,
} from '@behest/sdk'
import { createTestRequest } from '@behest/sdk/testing'
import {
  type FacilitatorRequest,
  type Instruction,
  type PaymentPayload,
  type PaymentRequirements,
  paymentPayloadSchema,
  paymentRequiredSchema,
  type QuoteRequest,
  quoteRequestSchema,
  settleResponseSchema,
  type TransferAuthorization,
  transferAuthorizationTypes,
  x402Headers,
} from '@behest/spec'
import { ExactEvmScheme } from '@x402/evm'
import { wrapFetchWithPayment, x402Client } from '@x402/fetch'
import express from 'express'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { type FacilitatorServer, serveFacilitator } from './serveFacilitator.js'

const payer = privateKeyToAccount(devnetAccounts[2].privateKey)
const seller = privateKeyToAccount(generatePrivateKey())
const gasPayer = privateKeyToAccount(devnetAccounts[3].privateKey)
const friend = devnetAccounts[4].address
const priceUnits = 10_000n // 0.01 USDC

let devnet: Devnet
let chain: EvmChainPort
let facilitator: Facilitator
let facilitatorServer: FacilitatorServer
let server: AgentServer
let price: QuotePrice
let isSlow = false
let isBroken = false
let isDeclining = false
let quotesMade = 0

beforeAll(async () => {
  devnet = await start()
  const deployment = toLocalDeployment(devnet.addresses)
  chain = createChainPort({ rpcUrl: devnet.url, deployment })
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
  if (token === null)
    throw new RangeError('the local USDC is an EIP-3009 token')
  const { chainId, ...rest } = token
  price = { chainId, token: rest, units: priceUnits }
  facilitator = createFacilitator({
    client: chain.client,
    account: gasPayer,
    assets: [usdc],
  })
  facilitatorServer = await serveFacilitator({
    facilitator,
    host: '127.0.0.1',
    ports: [0],
    onError: () => {},
  })
  const agent = defineAgent({
    name: 'paid',
    version: '1.0.0',
    summary: 'Sends the native coin, for a cent.',
    chainIds: [chainId],
    serves: ['transfer'],
    limits: { spenders: [], maxValidForSeconds: 300 },
    pricePerQuote: price,
    async quote({ token, amount, to }) {
      if (isSlow) await new Promise((resume) => setTimeout(resume, 300))
      if (isBroken) throw new RangeError('broken')
      if (isDeclining) return { declined: 'NOT_TODAY', message: 'Ask again.' }
      if (token.address !== 'native' || amount.type !== 'exact') return null
      quotesMade += 1
      return { calls: [{ to, valueWei: amount.units }] }
    },
  })
  server = await serveAgent(agent, {
    signer: seller,
    facilitator: createFacilitatorClient({ url: facilitatorServer.url }),
  })
})
afterAll(async () => {
  await server.close()
  await facilitatorServer.close()
  await devnet.stop()
})

describe('paid quotes', () => {
  test('default: the official client pays for a quote, and the chain says so', async () => {
    const paying = wrapFetchWithPayment(
      fetch,
      new x402Client()
        .register(`eip155:${price.chainId}`, new ExactEvmScheme(payer))
        .setSpendControls({
          allowedAssets: [
            {
              network: `eip155:${price.chainId}`,
              asset: price.token.address,
              maxAmountPerPayment: '20000',
            },
          ],
        }),
    )
    const before = await readBalances()
    const response = await paying(server.url, toCall(await buildRequest()))
    expect(response.status).toBe(200)
    expect(await readType(response)).toBe('behest.quote')
    const settled = readSettlement(response)
    expect(settled).toMatchObject({ success: true, payer: payer.address })
    const receipt = await chain.client.getTransactionReceipt({
      hash: settled.transaction as `0x${string}`,
    })
    expect(receipt.status).toBe('success')
    const after = await readBalances()
    expect(before.payer - after.payer).toBe(priceUnits)
    expect(after.seller - before.seller).toBe(priceUnits)
  })

  test('default: the demand says what is asked, and the card too', async () => {
    const response = await fetch(server.url, toCall(await buildRequest()))
    expect(response.status).toBe(402)
    expect(await response.json()).toMatchObject({
      code: 'PAYMENT_REQUIRED',
      status: 402,
    })
    const { accepts } = readDemand(response)
    expect(accepts).toEqual([
      {
        scheme: 'exact',
        network: `eip155:${price.chainId}`,
        amount: '10000',
        asset: price.token.address,
        payTo: seller.address,
        maxTimeoutSeconds: 120,
        extra: { name: 'USD Coin', version: '2' },
      },
    ])
    const card = await fetch(`${server.url}/.well-known/agent-card.json`)
    expect(await card.text()).toContain('"units":"10000"')
  })

  test('behavior: five at once with one signature are one answer and one payment', async () => {
    isSlow = true
    const before = await readBalances()
    const made = quotesMade
    const request = await buildRequest()
    const payment = await buildPayment()
    const responses = await Promise.all(
      Array.from({ length: 5 }, () => send(request, payment)),
    )
    isSlow = false
    expect(responses.map(({ status }) => status).sort()).toEqual([
      200, 409, 409, 409, 409,
    ])
    expect(quotesMade - made).toBe(1)
    expect((await readBalances()).seller - before.seller).toBe(priceUnits)
  })

  test('behavior: a used payment buys nothing more, not even the same', async () => {
    const request = await buildRequest()
    const payment = await buildPayment()
    expect((await send(request, payment)).status).toBe(200)
    const before = await readBalances()
    expect(await readProblem(await send(request, payment))).toBe('PAYMENT_USED')
    expect(await readProblem(await send(await buildRequest(), payment))).toBe(
      'PAYMENT_USED',
    )
    expect(await readBalances()).toEqual(before)
  })

  test('behavior: with an identifier the same call gets the same answer', async () => {
    const request = await buildRequest()
    const payment = await buildPayment({}, { id: 'call_0123456789abcdef' })
    const first = await send(request, payment)
    const before = await readBalances()
    const again = await send(request, payment)
    expect(again.status).toBe(200)
    expect(await again.text()).toBe(await first.text())
    expect(readSettlement(again)).toEqual(readSettlement(first))
    // Another signature for the same call: the first one bought it.
    const resigned = await buildPayment({}, { id: 'call_0123456789abcdef' })
    expect((await send(request, resigned)).status).toBe(200)
    expect(await readProblem(await send(await buildRequest(), resigned))).toBe(
      'PAYMENT_USED',
    )
    expect(await readBalances()).toEqual(before)
  })

  test('behavior: what is not a quote costs nothing, and the payment stays good', async () => {
    const before = await readBalances()
    const payment = await buildPayment()
    isDeclining = true
    const declined = await send(await buildRequest(), payment)
    isDeclining = false
    expect(await readType(declined)).toBe('behest.decline')
    isBroken = true
    const broken = await send(await buildRequest(), payment)
    isBroken = false
    expect(await broken.json()).toHaveProperty('error')
    expect(await readBalances()).toEqual(before)
    expect(await readType(await send(await buildRequest(), payment))).toBe(
      'behest.quote',
    )
    expect((await readBalances()).seller - before.seller).toBe(priceUnits)
  })

  test('behavior: nobody is asked to pay for a no or for a malformed request', async () => {
    const foreign = { ...(await buildRequest()), chainId: 1 }
    const response = await fetch(server.url, toCall(foreign))
    expect(await readType(response)).toBe('behest.decline')
    const malformed = await fetch(
      server.url,
      toCall({ ...foreign, version: 7 } as unknown as QuoteRequest, false),
    )
    expect(await malformed.json()).toHaveProperty('error')
  })

  test('behavior: the REST binding costs the same', async () => {
    const wire = z.encode(quoteRequestSchema, await buildRequest())
    const call = (headers: Record<string, string>) =>
      fetch(`${server.url}/message:send`, {
        method: 'POST',
        headers: {
          'content-type': 'application/a2a+json',
          'a2a-version': '1.0',
          ...headers,
        },
        body: JSON.stringify({
          message: {
            messageId: 'm1',
            role: 'ROLE_USER',
            parts: [{ data: wire, mediaType: 'application/json' }],
          },
        }),
      })
    expect((await call({})).status).toBe(402)
    const before = await readBalances()
    const paid = await call({
      [x402Headers.signature]: encode(await buildPayment()),
    })
    expect(paid.status).toBe(200)
    expect(await paid.text()).toContain('behest.quote')
    expect((await readBalances()).seller - before.seller).toBe(priceUnits)
  })

  test.each([
    ['underpaid', 'PAYMENT_MISMATCH', () => buildPayment({ amount: 9_999n })],
    [
      'of another network',
      'PAYMENT_MISMATCH',
      () => buildPayment({ network: 'eip155:1' }),
    ],
    [
      'in another token',
      'PAYMENT_MISMATCH',
      () => buildPayment({ asset: devnet.addresses.tokens.DAI }),
    ],
    ['to another', 'PAYMENT_MISMATCH', () => buildPayment({ payTo: friend })],
    [
      'less than it says',
      'PAYMENT_MISMATCH',
      () => buildPayment({}, { value: 1n }),
    ],
    [
      'expired',
      'PAYMENT_REFUSED',
      () => buildPayment({}, { validBefore: 1_700_000_000n }),
    ],
    [
      'not valid yet',
      'PAYMENT_REFUSED',
      () => buildPayment({}, { validAfter: 99_999_999_998n }),
    ],
    [
      'signed by another',
      'PAYMENT_REFUSED',
      async () => {
        const good = await buildPayment()
        const other = await buildPayment({}, { signer: gasPayer })
        return {
          ...good,
          payload: { ...good.payload, signature: other.payload.signature },
        }
      },
    ],
    [
      'without the money',
      'PAYMENT_REFUSED',
      () =>
        buildPayment({}, { signer: privateKeyToAccount(generatePrivateKey()) }),
    ],
  ] as const)('error: a payment %s is %s', async (_name, code, build) => {
    const before = await readBalances()
    const payment = await build()
    const response = await send(await buildRequest(), payment)
    expect(response.status).toBe(402)
    expect(await readProblem(response)).toBe(code)
    // The demand comes along, so that a client can do it right at once.
    expect(readDemand(response).accepts).toHaveLength(1)
    expect(await readBalances()).toEqual(before)
  })

  test.each([
    'not base64 of JSON',
    Buffer.from('[[[[[[[[[[[[[[[[[[[[').toString('base64'),
    Buffer.from('{"x402Version":1}').toString('base64'),
    'A'.repeat(12_500),
  ])('error: PaymentMalformedError (%#)', async (header) => {
    const response = await fetch(server.url, {
      ...toCall(await buildRequest()),
      headers: {
        ...toCall(await buildRequest()).headers,
        [x402Headers.signature]: header,
      },
    })
    expect(response.status).toBe(402)
    expect(await readProblem(response)).toBe('PAYMENT_MALFORMED')
  })

  test('behavior: a forged signature blocks nobody', async () => {
    const request = await buildRequest()
    const good = await buildPayment()
    const forged = {
      ...good,
      payload: {
        ...good.payload,
        signature: (await buildPayment({}, { signer: gasPayer })).payload
          .signature,
      },
    }
    expect(await readProblem(await send(request, forged))).toBe(
      'PAYMENT_REFUSED',
    )
    expect((await send(request, good)).status).toBe(200)
  })
})

describe('createPaywall', () => {
  test('behavior: a stream is paid first and still streams', async () => {
    const app = express()
    let isFailing = true
    let tellRead = (): void => {}
    const firstRead = new Promise<void>((resume) => {
      tellRead = resume
    })
    app.get(
      '/stream',
      createPaywall({
        price: { ...price, payTo: seller.address },
        description: 'Numbers, one after the other.',
        facilitator: createFacilitatorClient({ url: facilitatorServer.url }),
        flow: 'upfront',
      }),
      async (_request, response) => {
        if (isFailing) {
          isFailing = false
          response.status(500).end()
          return
        }
        response.type('text/event-stream')
        response.write('data: 1\n\n')
        await firstRead
        response.end('data: 2\n\n')
      },
    )
    const listening = app.listen(0, '127.0.0.1')
    await once(listening, 'listening')
    const url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}/stream`
    try {
      const before = await readBalances()
      const headers = { [x402Headers.signature]: encode(await buildPayment()) }
      expect((await fetch(url)).status).toBe(402)
      // Paid, and the work failed: the same payment may try again.
      expect((await fetch(url, { headers })).status).toBe(500)
      const response = await fetch(url, { headers })
      expect(readSettlement(response).success).toBe(true)
      const reader = response.body?.getReader()
      // The rest is not written before this has arrived.
      const first = await reader?.read()
      expect(new TextDecoder().decode(first?.value)).toBe('data: 1\n\n')
      tellRead()
      const second = await reader?.read()
      expect(new TextDecoder().decode(second?.value)).toBe('data: 2\n\n')
      expect((await readBalances()).seller - before.seller).toBe(priceUnits)
      expect((await fetch(url, { headers })).status).toBe(409)
    } finally {
      listening.close()
      listening.closeAllConnections()
    }
  })
})

describe('createFacilitator', () => {
  test('behavior: many settlements at once are one success and one transfer', async () => {
    const request = await buildFacilitatorRequest()
    const before = await readBalances()
    const settled = await Promise.all(
      Array.from({ length: 5 }, () => facilitator.settle(request)),
    )
    expect(settled.filter(({ success }) => success)).toHaveLength(1)
    expect(new Set(settled.map(({ transaction }) => transaction)).size).toBe(1)
    expect((await readBalances()).seller - before.seller).toBe(priceUnits)
    // Another process, with no memory of it, finds the same transaction.
    const restarted = createFacilitator({
      client: chain.client,
      account: gasPayer,
      assets: [price.token.address],
    })
    expect(await restarted.settle(request)).toMatchObject({
      success: false,
      errorReason: 'invalid_exact_evm_nonce_already_used',
      transaction: settled[0]?.transaction,
    })
    expect(await restarted.verify(request)).toMatchObject({
      isValid: false,
      invalidReason: 'invalid_exact_evm_nonce_already_used',
    })
  })

  test('behavior: different payments at once all settle', async () => {
    const before = await readBalances()
    const settled = await Promise.all(
      Array.from({ length: 6 }, async () =>
        facilitator.settle(await buildFacilitatorRequest()),
      ),
    )
    expect(settled.every(({ success }) => success)).toBe(true)
    expect((await readBalances()).seller - before.seller).toBe(priceUnits * 6n)
  })

  test('behavior: time is that of the latest block', async () => {
    const { timestamp } = await chain.client.getBlock()
    const request = await buildFacilitatorRequest({
      validBefore: timestamp + 60n,
    })
    expect(await facilitator.verify(request)).toMatchObject({ isValid: true })
    await devnet.passTime(3_600)
    expect(await facilitator.verify(request)).toMatchObject({
      isValid: false,
      invalidReason: 'invalid_exact_evm_payload_authorization_valid_before',
    })
    expect((await facilitator.settle(request)).success).toBe(false)
  })

  test('error: what is no request of x402 is refused, and no 500', async () => {
    for (const path of ['verify', 'settle']) {
      const post = (body: string) =>
        fetch(`${facilitatorServer.url}/${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        })
      expect((await post('{}')).status).toBe(200)
      expect(JSON.stringify(await (await post('{}')).json())).toContain(
        'invalid_payload',
      )
      expect((await post('{')).status).toBe(400)
      expect((await post(`"${'x'.repeat(70_000)}"`)).status).toBe(413)
    }
  })
})

let requestCount = 0
async function buildRequest(): Promise<QuoteRequest> {
  const { number, hash, timestamp } = await chain.client.getBlock()
  requestCount += 1
  const instruction: Instruction = {
    action: 'transfer',
    token: {
      chainId: price.chainId,
      address: 'native',
      symbol: 'ETH',
      decimals: 18,
    },
    amount: { type: 'exact', units: 1n },
    to: friend,
  }
  return {
    ...createTestRequest({ instruction }),
    requestId: `request-${requestCount}`,
    block: { number, hash, timestampUnixSeconds: Number(timestamp) },
    deadlineUnixSeconds: Number(timestamp) + 300,
  }
}

function toCall(request: QuoteRequest, isValid = true) {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
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
              data: isValid
                ? z.encode(quoteRequestSchema, request)
                : { type: 'behest.quote-request', version: 7 },
              mediaType: 'application/json',
            },
          ],
        },
      },
    }),
  }
}

function send(request: QuoteRequest, payment: PaymentPayload) {
  const call = toCall(request)
  return fetch(server.url, {
    ...call,
    headers: { ...call.headers, [x402Headers.signature]: encode(payment) },
  })
}

let nonceCount = 0
async function buildPayment(
  changes: Partial<PaymentRequirements> = {},
  signed: Partial<TransferAuthorization> & {
    readonly signer?: typeof payer
    readonly id?: string
  } = {},
): Promise<PaymentPayload> {
  const { signer = payer, id, ...authorized } = signed
  const { timestamp } = await chain.client.getBlock()
  const accepted: PaymentRequirements = {
    scheme: 'exact',
    network: `eip155:${price.chainId}`,
    amount: priceUnits,
    asset: price.token.address,
    payTo: seller.address,
    maxTimeoutSeconds: 120,
    extra: { name: price.token.name, version: price.token.version },
    ...changes,
  }
  nonceCount += 1
  const authorization: TransferAuthorization = {
    from: signer.address,
    to: accepted.payTo,
    value: accepted.amount,
    validAfter: 0n,
    validBefore: timestamp + 120n,
    nonce: `0x${nonceCount.toString(16).padStart(64, '0')}`,
    ...authorized,
  }
  return {
    x402Version: 2,
    accepted,
    payload: {
      authorization,
      signature: await signer.signTypedData({
        domain: {
          name: price.token.name,
          version: price.token.version,
          chainId: price.chainId,
          verifyingContract: accepted.asset,
        },
        types: transferAuthorizationTypes,
        primaryType: 'TransferWithAuthorization',
        message: authorization,
      }),
    },
    ...(id === undefined
      ? {}
      : {
          extensions: {
            'payment-identifier': { info: { required: false, id } },
          },
        }),
  }
}

async function buildFacilitatorRequest(
  signed: Partial<TransferAuthorization> = {},
): Promise<FacilitatorRequest> {
  const paymentPayload = await buildPayment({}, signed)
  return {
    x402Version: 2,
    paymentPayload,
    paymentRequirements: paymentPayload.accepted,
  }
}

function encode(payment: PaymentPayload): string {
  return Buffer.from(
    JSON.stringify(z.encode(paymentPayloadSchema, payment)),
  ).toString('base64')
}

function decode(response: Response, header: string): unknown {
  return JSON.parse(
    Buffer.from(response.headers.get(header) ?? '', 'base64').toString('utf8'),
  )
}

function readDemand(response: Response) {
  return paymentRequiredSchema.parse(decode(response, x402Headers.required))
}

function readSettlement(response: Response) {
  return settleResponseSchema.parse(decode(response, x402Headers.response))
}

async function readProblem(response: Response): Promise<string> {
  expect(response.headers.get('content-type')).toMatch(/problem\+json/)
  return z.looseObject({ code: z.string() }).parse(await response.json()).code
}

const answerSchema = z.looseObject({
  result: z.looseObject({
    message: z.looseObject({
      parts: z.tuple([
        z.looseObject({ data: z.looseObject({ type: z.string() }) }),
      ]),
    }),
  }),
})

async function readType(response: Response): Promise<string> {
  return answerSchema.parse(await response.json()).result.message.parts[0].data
    .type
}

async function readBalances(): Promise<{ payer: bigint; seller: bigint }> {
  const read = (account: `0x${string}`) =>
    chain.readBalance({ account, token: price.token.address })
  return {
    payer: await read(payer.address),
    seller: await read(seller.address),
  }
}
