// One file because it is one world: the signer's own process, payers that are
// killed, and one chain that says who was paid.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request as ask } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Devnet, devnetAccounts, start } from '@behest/devnet'
import {
  createChainPort,
  createFacilitator,
  type EvmChainPort,
  readPaymentToken,
  toLocalDeployment,
} from '@behest/evm'
import { paymentSchema } from '@behest/journal'
import { createTestDatabase, type TestDatabase } from '@behest/journal/testing'
import { type AgentServer, defineAgent, serveAgent } from '@behest/sdk'
import { createTestRequest } from '@behest/sdk/testing'
import { createSignerClient, type SignerClient } from '@behest/signer'
import {
  type Address,
  type PaymentAsked,
  quoteRequestSchema,
  transferAuthorizationTypes,
} from '@behest/spec'
import { verifyTypedData } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod'
import type { PayerMoment, PayerSetup } from './testing/payAgent.js'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const payerProgram = at('../../dist/payments/testing/payAgent.js')
const signerProgram = at('../../../signer/dist/main.js')
const priceUnits = 10_000n // 0.01 USDC
const limits = { perIntent: '0.02', perDay: '0.2' }
const agentKey = privateKeyToAccount(generatePrivateKey())

let folder: string
let devnet: Devnet
let database: TestDatabase
let chain: EvmChainPort
let server: AgentServer
let signer: ChildProcess
let client: SignerClient
let payer: Address
let token: NonNullable<Awaited<ReturnType<typeof readPaymentToken>>>
let quotesMade = 0

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'behest-payer-'))
  ;[devnet, database] = await Promise.all([
    start(),
    createTestDatabase({ schemas: [paymentSchema] }),
  ])
  chain = createChainPort({
    rpcUrl: devnet.url,
    deployment: toLocalDeployment(devnet.addresses),
  })
  const usdc = devnet.addresses.tokens.USDC
  const read = await readPaymentToken({
    client: chain.client,
    address: usdc,
    symbol: 'USDC',
  })
  if (read === null) throw new RangeError('the local USDC can be paid with')
  token = read
  writeFileSync(join(folder, 'password'), 'a password of this test', {
    mode: 0o600,
  })
  client = createSignerClient({
    placeFile: join(folder, 'run', 'signer.json'),
    readDossier: async () => null,
    waitMs: 20_000,
  })
  await startSigner()
  const addresses = await client.readAddresses()
  if (addresses.payer === undefined) throw new RangeError('it has a payer key')
  payer = addresses.payer
  await devnet.deal({ account: payer, token: 'USDC', amountUnits: 10n ** 9n })
  const { chainId, ...rest } = token
  server = await serveAgent(
    defineAgent({
      name: 'paid',
      version: '1.0.0',
      summary: 'Sends the native coin, for a cent.',
      chainIds: [chainId],
      serves: ['transfer'],
      limits: { spenders: [], maxValidForSeconds: 300 },
      pricePerQuote: { chainId, token: rest, units: priceUnits },
      async quote({ amount, to }) {
        if (amount.type !== 'exact') return null
        quotesMade += 1
        return { calls: [{ to, valueWei: amount.units }] }
      },
    }),
    {
      signer: agentKey,
      facilitator: createFacilitator({
        client: chain.client,
        account: privateKeyToAccount(devnetAccounts[3].privateKey),
        assets: [usdc],
      }),
    },
  )
}, 120_000)
beforeEach(() => {
  quotesMade = 0
})
afterAll(async () => {
  client?.close()
  signer?.kill('SIGKILL')
  await server?.close()
  await Promise.all([devnet?.stop(), database?.drop()])
  rmSync(folder, { recursive: true, force: true })
})

describe('a payer that is killed', () => {
  test.each([
    'signed',
    'reserved',
    'answered',
    'kept',
    'confirmed',
  ] as const satisfies readonly PayerMoment[])(
    'behavior: after "%s", the next process has one quote for one payment',
    async (killAt) => {
      const intentId = crypto.randomUUID()
      const before = await readBalance(agentKey.address)
      const dying = await pay(intentId, killAt)
      expect(dying).toEqual({ signal: 'SIGKILL', line: '' })
      const reborn = await pay(intentId)
      expect(reborn.signal).toBeNull()
      expect(reborn.line).toMatch(/^0x[0-9a-f]{64}$|^q_/)
      expect((await readBalance(agentKey.address)) - before).toBe(priceUnits)
      expect(quotesMade).toBe(1)
      const { rows } = await database.pool.query(
        'select state, answer, transaction from agent_payment where intent_id = $1',
        [intentId],
      )
      expect(rows).toHaveLength(1)
      expect(rows[0]).toMatchObject({ state: 'settled' })
      expect(JSON.parse(rows[0].answer).quoteId).toBe(reborn.line)
    },
  )
})

describe('the key that pays agents', () => {
  test('default: it signs the payment of EIP-3009, and the same again for the same', async () => {
    const asked = await build()
    const signed = await client.signPayment(asked)
    if (signed.type !== 'signed') throw new RangeError('it is within the caps')
    expect(await client.signPayment(asked)).toEqual(signed)
    expect(
      await verifyTypedData({
        address: payer,
        domain: {
          name: token.name,
          version: token.version,
          chainId: token.chainId,
          verifyingContract: token.address,
        },
        types: transferAuthorizationTypes,
        primaryType: 'TransferWithAuthorization',
        message: {
          from: payer,
          to: asked.payTo,
          value: asked.units,
          validAfter: 0n,
          validBefore: BigInt(asked.validBeforeUnixSeconds),
          nonce: signed.nonce,
        },
        signature: signed.signature,
      }),
    ).toBe(true)
    // One nonce for a request: it can be paid once, and on one set of terms.
    await expect(
      client.signPayment({ ...asked, units: asked.units + 1n }),
    ).rejects.toMatchObject({ code: 'SIGNING_REFUSED' })
    await expect(
      client.signPayment({ ...asked, payTo: devnetAccounts[7].address }),
    ).rejects.toMatchObject({ code: 'SIGNING_REFUSED' })
  })

  test.each([
    ['another chain', () => ({ chainId: 1 })],
    ['another token', () => ({ token: devnet.addresses.tokens.DAI })],
    ['nothing', () => ({ units: 0n })],
    ['itself', () => ({ payTo: payer })],
    ['the past', () => ({ validBeforeUnixSeconds: 1_700_000_000 })],
    ['an hour', () => ({ validBeforeUnixSeconds: 4_000_000_000 })],
  ] as const)('error: SIGNING_REFUSED for %s', async (_name, change) => {
    await expect(
      client.signPayment({ ...(await build()), ...change() }),
    ).rejects.toMatchObject({ code: 'SIGNING_REFUSED' })
  })

  test('error: a request with one field more, or of another form, is none', async () => {
    const { secret, socket } = JSON.parse(
      readFileSync(join(folder, 'run', 'signer.json'), 'utf8'),
    )
    const wire = { type: 'payment', ...(await build()), units: '1' }
    const post = (body: unknown) =>
      new Promise<string>((resolve, reject) => {
        const call = ask(
          {
            socketPath: socket,
            method: 'POST',
            headers: { authorization: `Bearer ${secret}` },
          },
          (response) => {
            let text = ''
            response.on('data', (chunk) => {
              text += chunk
            })
            response.on('end', () => resolve(text))
          },
        )
        call.once('error', reject)
        call.end(JSON.stringify(body))
      })
    for (const bad of [
      { ...wire, validAfter: '0' },
      { ...wire, units: 1 },
      { ...wire, units: '-1' },
      { ...wire, requestId: '' },
      { ...wire, nonce: `0x${'00'.repeat(32)}` },
    ])
      expect(JSON.parse(await post(bad)).code).toBe('SIGNER_REQUEST_INVALID')
    expect(JSON.parse(await post(wire)).type).toBe('signed')
  })

  test('behavior: the cap of an intent and of a day hold, through SIGKILL and whoever asks', async () => {
    const intentId = crypto.randomUUID()
    const one = { units: 20_000n, intentId }
    expect(await client.signPayment(await build(one))).toMatchObject({
      type: 'signed',
    })
    expect(
      await client.signPayment(await build({ ...one, units: 1n })),
    ).toEqual({
      type: 'refused',
      cap: 'intent',
      spentUnits: 20_000n,
      capUnits: 20_000n,
    })
    await restartSigner()
    expect(
      await client.signPayment(await build({ ...one, units: 1n })),
    ).toMatchObject({ type: 'refused', cap: 'intent' })
    // With another name for each intent: the day's cap is left, at once.
    const answers = await Promise.all(
      Array.from({ length: 12 }, async () =>
        client.signPayment(await build({ units: 20_000n })),
      ),
    )
    const refused = answers.filter(({ type }) => type === 'refused')
    expect(refused.length).toBeGreaterThan(1)
    for (const answer of refused)
      expect(answer).toMatchObject({ cap: 'day', capUnits: 200_000n })
    await restartSigner()
    expect(
      await client.signPayment(await build({ units: 20_000n })),
    ).toMatchObject({ type: 'refused', cap: 'day' })
    const booked = readFileSync(
      join(folder, 'signer', 'payments.ndjson'),
      'utf8',
    )
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
    const units = new Map(booked.map((line) => [line.nonce, line.units]))
    const total = [...units.values()].reduce(
      (sum, next) => sum + BigInt(next),
      0n,
    )
    expect(total).toBeLessThanOrEqual(200_000n)

    // What nobody took can be spent again, once the chain will not take it.
    await devnet.passTime(400)
    expect(
      await client.signPayment(await build({ units: 20_000n })),
    ).toMatchObject({ type: 'signed' })
  })

  test('behavior: HALT stops payments too', async () => {
    const halt = join(folder, 'signer', 'HALT')
    writeFileSync(halt, '')
    await expect(client.signPayment(await build())).rejects.toMatchObject({
      code: 'SIGNING_REFUSED',
    })
    rmSync(halt)
    expect(await client.signPayment(await build())).toMatchObject({
      type: 'signed',
    })
  })
})

async function startSigner(): Promise<void> {
  signer = spawn(process.execPath, [signerProgram], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      ...process.env,
      BEHEST_DATA: folder,
      BEHEST_RPC_URL: devnet.url,
      BEHEST_PASSWORD_FILE: join(folder, 'password'),
      BEHEST_PAY_PER_INTENT: limits.perIntent,
      BEHEST_PAY_PER_DAY: limits.perDay,
    },
  })
  if (signer.stdout === null) throw new RangeError('it is piped')
  await once(createInterface({ input: signer.stdout }), 'line')
}

async function restartSigner(): Promise<void> {
  const gone = once(signer, 'exit')
  signer.kill('SIGKILL')
  await gone
  await startSigner()
}

async function build(changes: Partial<PaymentAsked> = {}) {
  const { timestamp } = await chain.client.getBlock()
  return {
    chainId: token.chainId,
    token: token.address,
    intentId: crypto.randomUUID(),
    requestId: crypto.randomUUID(),
    payTo: devnetAccounts[8].address,
    units: 1n,
    validBeforeUnixSeconds: Number(timestamp) + 120,
    ...changes,
  }
}

async function pay(intentId: string, killAt?: PayerMoment) {
  const { number, hash, timestamp } = await chain.client.getBlock()
  const request = {
    ...createTestRequest({
      instruction: {
        action: 'transfer',
        token: {
          chainId: token.chainId,
          address: 'native',
          symbol: 'ETH',
          decimals: 18,
        },
        amount: { type: 'exact', units: 1n },
        to: devnetAccounts[4].address,
      },
    }),
    intentId,
    // A new one for each run, as the engine makes it.
    requestId: crypto.randomUUID(),
    block: { number, hash, timestampUnixSeconds: Number(timestamp) },
    deadlineUnixSeconds: Number(timestamp) + 300,
  }
  const setup: PayerSetup = {
    databaseUrl: database.connectionString,
    rpcUrl: devnet.url,
    placeFile: join(folder, 'run', 'signer.json'),
    limits,
    candidate: {
      agentId: 'paid',
      name: 'paid',
      agent: agentKey.address,
      url: server.url,
      reference: false,
      kept: true,
      why: 'live',
    },
    request: z.encode(quoteRequestSchema, request),
    ...(killAt === undefined ? {} : { killAt }),
  }
  const child = spawn(process.execPath, [payerProgram, JSON.stringify(setup)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let line = ''
  createInterface({ input: child.stdout }).on('line', (next) => {
    line = next
  })
  const [, signal] = (await once(child, 'close')) as [number, string | null]
  return { signal, line }
}

const readBalance = (account: Address): Promise<bigint> =>
  chain.readBalance({ account, token: token.address })
