// One file because it is one world: who pays whom for what, from the sentence to
// the receipt.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createSwapSingleAgent } from '@behest/agent-swap'
import { authorizationAbi } from '@behest/evm'
import { createPaymentLedger } from '@behest/journal'
import {
  type Agent,
  createA2aAgentPort,
  createAgentNetwork,
  createAgentPayer,
  createGuardedFetch,
  createKeyPaymentSigner,
  defineAgent,
} from '@behest/sdk'
import {
  type Address,
  type Candidate,
  facilitatorRequestSchema,
} from '@behest/spec'
import { ExactEvmScheme } from '@x402/evm/exact/server'
import { paymentMiddleware, x402ResourceServer } from '@x402/express'
import express from 'express'
import { encodeFunctionData, parseAbi } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sayRecord } from '../faces/desk/sayRecord.js'
import { createWorld, type World } from '../testing/createWorld.js'

const priceUnits = 20_000n // 0.02 USDC
const feeUnits = 1_000_000n // 1 USDC
// As somebody may write it: with no checksum, in upper case.
const till: Address = '0x00000000000000000000000000000000000000F1'
const feeTill: Address = '0x00000000000000000000000000000000000000f2'
const officialTill: Address = '0x00000000000000000000000000000000000000f3'

let world: World
let free: Candidate
let paid: Candidate

beforeAll(async () => {
  world = await createWorld(
    {},
    { payments: { perIntent: '0.05', perDay: '0.2' } },
  )
  const [first] = await world.serve([world.honest])
  const [second] = await world.serve([
    withPrice(createSwapSingleAgent(world.chain), 'paid', till),
  ])
  if (!first || !second) throw new RangeError('two agents are served')
  free = first
  paid = { ...second, reference: false }
}, 60_000)
afterAll(() => world?.stop())
beforeEach(async () => {
  await world.database.query('truncate agent_payment')
})

/** An agent like another, that asks for its quotes. */
function withPrice(agent: Agent<'swap'>, name: string, payTo: Address) {
  return defineAgent({
    ...agent,
    name,
    pricePerQuote: { ...world.toPrice(priceUnits), payTo },
    quote: (instruction, context) => agent.quote(instruction, context),
  })
}

const readUsdc = (account: Address) =>
  world.chain.readBalance({ account, token: world.toPrice(1n).token.address })

describe('paid quotes', () => {
  test('default: a quote is paid for, chosen, and the payment is in record and receipt', async () => {
    world.setCandidates([paid])
    const before = await readUsdc(till)
    const payerBefore = await readUsdc(world.payer)
    const userBefore = await readUsdc(world.user)
    const record = await world.carryOut('swap 100 USDC for DAI')
    const receipt = record.artifacts.receipt?.receipt
    expect(record.problem).toBeUndefined()
    expect(receipt?.outcome).toBe('MET')
    expect((await readUsdc(till)) - before).toBe(priceUnits)
    expect(payerBefore - (await readUsdc(world.payer))).toBe(priceUnits)
    // The user's account signs plans; it paid for the swap and nothing else.
    expect(userBefore - (await readUsdc(world.user))).toBe(100_000_000n)
    const payment = {
      agent: 'paid',
      symbol: 'USDC',
      units: priceUnits,
      decimal: '0.02',
      state: 'settled',
      transaction: expect.stringMatching(/^0x[0-9a-f]{64}$/),
    }
    expect(record.artifacts.quotes?.payments).toMatchObject([payment])
    expect(receipt?.payments).toMatchObject([payment])
    const [{ transaction = '' } = {}] = receipt?.payments ?? []
    expect(sayRecord(record)).toContain(
      `Paid by the operator for a quote of paid: 0.02 USDC, ${transaction}`,
    )
    expect(await world.payments.readStatus()).toMatchObject({
      isPaying: true,
      spentToday: '0.02',
      perIntent: '0.05',
    })
  })

  test('behavior: the cap per intent and the cap per day hold, and the intent goes on', async () => {
    const tills = ['0xe1', '0xe2', '0xe3', '0xe4'].map(
      (end) => `0x${'00'.repeat(19)}${end.slice(2)}` as Address,
    )
    const many = await world.serve(
      tills.map((address, index) =>
        withPrice(createSwapSingleAgent(world.chain), `paid-${index}`, address),
      ),
    )
    world.setCandidates([free, ...many])
    const paidTo = async (): Promise<number> => {
      const balances = await Promise.all(tills.map(readUsdc))
      return Number(balances.reduce((sum, units) => sum + units, 0n))
    }
    const first = await world.carryOut('swap 10 USDC for DAI')
    // 0.05 an intent pays two of the four, whichever asked first.
    expect(await paidTo()).toBe(40_000)
    expect(first.artifacts.receipt?.receipt.outcome).toBe('MET')
    const refused = first.artifacts.quotes?.outcomes.flatMap(({ outcome }) =>
      outcome.type === 'rejected' ? [outcome.code] : [],
    )
    expect(refused).toEqual(['PAYMENT_CAP_REACHED', 'PAYMENT_CAP_REACHED'])
    for (let count = 0; count < 5; count += 1)
      await world.carryOut('swap 10 USDC for DAI')
    // 0.2 a day, and not a unit more.
    expect(await paidTo()).toBe(200_000)
    expect((await world.payments.readStatus()).spentToday).toBe('0.2')
  }, 120_000)

  test('behavior: caps of 0 never pay', async () => {
    world.setCandidates([free, paid])
    const before = await readUsdc(till)
    const { engine, payments } = await world.openEngine({
      limits: { perIntent: '0.05', perDay: '0' },
    })
    const id = crypto.randomUUID()
    await engine.start({
      id,
      text: 'swap 10 USDC for DAI',
      account: world.user,
      context: { now: new Date().toISOString(), timeZone: 'UTC' },
      principal: 'test',
    })
    await engine.advance(id)
    const record = await engine.get(id)
    expect(
      record.artifacts.quotes?.outcomes.map(({ outcome }) =>
        outcome.type === 'rejected' ? outcome.code : outcome.type,
      ),
    ).toEqual(['quoted', 'PAYMENT_NOT_MADE'])
    expect(record.artifacts.quotes?.payments).toBeUndefined()
    expect((await payments.readStatus()).isPaying).toBe(false)
    expect(await readUsdc(till)).toBe(before)
    await engine.cancel(id)
  })

  test('behavior: what a crash left unfinished is asked again, and paid once', async () => {
    world.setCandidates([paid])
    const before = await readUsdc(till)
    let isCrashing = true
    let bought: string | undefined
    const dying = await world.openEngine({
      wrapAgents: (port) => ({
        ...port,
        requestQuote: async (call) => {
          const answer = await port.requestQuote(call)
          bought = 'quoteId' in answer ? answer.quoteId : undefined
          if (isCrashing) await new Promise(() => {}) // the process is gone
          return answer
        },
      }),
    })
    const id = crypto.randomUUID()
    await dying.engine.start({
      id,
      text: 'swap 25 USDC for DAI',
      account: world.user,
      context: { now: new Date().toISOString(), timeZone: 'UTC' },
      principal: 'test',
    })
    void dying.engine.advance(id)
    while (bought === undefined)
      await new Promise((resume) => setTimeout(resume, 20))
    isCrashing = false
    expect((await readUsdc(till)) - before).toBe(priceUnits)

    const reborn = await world.openEngine()
    await reborn.engine.advance(id)
    const record = await reborn.engine.get(id)
    expect(record.status).toBe('needs-approval')
    const [outcome] = record.artifacts.quotes?.outcomes ?? []
    expect(
      outcome?.outcome.type === 'quoted' && outcome.outcome.quote.quoteId,
    ).toBe(bought)
    expect((await readUsdc(till)) - before).toBe(priceUnits)
    expect(record.artifacts.quotes?.payments).toHaveLength(1)
    await reborn.engine.cancel(id)
  })

  test('behavior: a signature that nobody took counts no more, once it is overdue', async () => {
    const hanging = express()
    hanging.post('/', express.json(), (request, response) => {
      if (request.get('payment-signature') !== undefined) return
      response
        .status(402)
        .set('payment-required', encodeDemand())
        .json({ code: 'PAYMENT_REQUIRED' })
    })
    const url = await listen(hanging)
    world.setCandidates([{ ...paid, url }])
    const record = await world.carryOut('swap 10 USDC for DAI')
    expect(record.problem?.code).toBe('NO_QUOTE')
    expect((await world.payments.readStatus()).spentToday).toBe('0.02')
    await world.payments.payer?.reconcile()
    expect((await world.payments.readStatus()).spentToday).toBe('0.02')
    await world.devnet.passTime(400)
    await world.payments.payer?.reconcile()
    expect((await world.payments.readStatus()).spentToday).toBe('0')
  })

  test('behavior: it pays at a server of the official middleware', async () => {
    const [unpriced] = await world.serve([createSwapSingleAgent(world.chain)])
    if (!unpriced) throw new RangeError('one agent is served')
    const network = `eip155:${world.chain.chainId}` as const
    const { token } = world.toPrice(1n)
    const official = new x402ResourceServer({
      getSupported: async () => {
        const { kinds, extensions, signers } = world.facilitator.supported()
        return {
          kinds: kinds.map((kind) => ({ ...kind, network })),
          extensions: [...extensions],
          signers: Object.fromEntries(
            Object.entries(signers).map(([name, keys]) => [name, [...keys]]),
          ),
        }
      },
      verify: async (paymentPayload, paymentRequirements) => {
        const { isValid, invalidReason = '' } = await world.facilitator.verify(
          toFacilitatorRequest(paymentPayload, paymentRequirements),
        )
        return { isValid, invalidReason }
      },
      settle: async (paymentPayload, paymentRequirements) => {
        const {
          success,
          transaction,
          errorReason = '',
        } = await world.facilitator.settle(
          toFacilitatorRequest(paymentPayload, paymentRequirements),
        )
        return { success, transaction, errorReason, network }
      },
    }).register(network, new ExactEvmScheme())
    const app = express()
    app.use(
      paymentMiddleware(
        {
          'POST /': {
            accepts: {
              scheme: 'exact',
              network,
              payTo: officialTill,
              price: {
                asset: token.address,
                amount: String(priceUnits),
                extra: { name: token.name, version: token.version },
              },
            },
            description: 'A quote.',
          },
        },
        official,
      ),
    )
    app.post('/', express.text({ type: '*/*' }), async (request, response) => {
      const answer = await fetch(unpriced.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
        body: String(request.body),
      })
      response.type('application/json').send(await answer.text())
    })
    const before = await readUsdc(officialTill)
    world.setCandidates([
      { ...unpriced, reference: false, url: await listen(app) },
    ])
    const record = await world.carryOut('swap 10 USDC for DAI')
    expect(record.artifacts.receipt?.receipt.outcome).toBe('MET')
    expect((await readUsdc(officialTill)) - before).toBe(priceUnits)
  })
})

describe('an agent that hires', () => {
  test('behavior: its budget is its payer, per intent and per day, whatever it is asked', async () => {
    const tills = ['0xd1', '0xd2', '0xd3'].map(
      (end) => `0x${'00'.repeat(19)}${end.slice(2)}` as Address,
    )
    const hired = await world.serve(
      tills.map((address, index) =>
        withPrice(createSwapSingleAgent(world.chain), `sold-${index}`, address),
      ),
    )
    const purse = privateKeyToAccount(generatePrivateKey())
    const { chainId, token } = world.toPrice(1n)
    const paidIn = { chainId, ...token }
    await world.devnet.deal({
      account: purse.address,
      token: 'USDC',
      amountUnits: 10_000_000n,
    })
    const payer = createAgentPayer({
      signer: createKeyPaymentSigner({ account: purse, token: paidIn }),
      token: paidIn,
      // Two quotes of 0.02 for an intent, and three a day.
      caps: { perIntentUnits: 40_000n, perDayUnits: 60_000n },
      ledger: createPaymentLedger({ pool: world.database }),
      readNow: async () => (await world.chain.readHead()).timestampUnixSeconds,
      readIsTaken: ({ payer: from, nonce }) =>
        world.chain.client.readContract({
          address: token.address,
          abi: authorizationAbi,
          functionName: 'authorizationState',
          args: [from, nonce],
        }),
    })
    const heard: string[] = []
    const middleman = defineAgent({
      name: 'middleman',
      version: '1.0.0',
      summary: 'Asks three, and tells what came of it.',
      chainIds: [chainId],
      serves: ['swap'],
      limits: { spenders: [], maxValidForSeconds: 60 },
      async quote(_instruction, { network }) {
        for (const candidate of hired) {
          const answer = await network?.quote({ candidate }).then(
            (quote) => quote.type,
            (error: { code: string }) => error.code,
          )
          heard.push(String(answer))
        }
        return { declined: 'HEARD', message: 'That was all.' }
      },
    })
    const [hiring] = await world.serve(
      [middleman],
      createAgentNetwork({
        find: async () => hired,
        agents: createA2aAgentPort({
          fetch: createGuardedFetch({ allowedLoopbackHosts: ['127.0.0.1:*'] }),
          payer,
        }),
      }),
    )
    if (!hiring) throw new RangeError('one agent is served')
    world.setCandidates([hiring])
    await world.carryOut('swap 10 USDC for DAI')
    expect(heard.splice(0)).toEqual([
      'behest.quote',
      'behest.quote',
      'PAYMENT_CAP_REACHED',
    ])
    await world.carryOut('swap 11 USDC for DAI')
    expect(heard.splice(0)).toEqual([
      'behest.quote',
      'PAYMENT_CAP_REACHED',
      'PAYMENT_CAP_REACHED',
    ])
    expect(await readUsdc(purse.address)).toBe(10_000_000n - 60_000n)
    // Nobody else paid for what it asked: neither the user nor the operator.
    const balances = await Promise.all(tills.map(readUsdc))
    expect(balances.reduce((sum, units) => sum + units, 0n)).toBe(60_000n)
  })
})

describe('fees in quotes', () => {
  test('default: taken in the plan, shown in the preview, in the receipt and counted', async () => {
    const [agent] = await world.serve([createFeeAgent('fee', feeUnits)])
    if (!agent) throw new RangeError('one agent is served')
    world.setCandidates([agent])
    const before = await readUsdc(feeTill)
    const record = await world.carryOut(
      'swap 200 USDC for DAI',
      async (shown) => {
        expect(shown.preview?.othersGet).toMatchObject([
          { account: feeTill, symbol: 'USDC', boundDecimal: '1' },
        ])
        expect(shown.preview?.steps[0]?.fees).toEqual([
          { account: feeTill, symbol: 'USDC', decimal: '1' },
        ])
        expect(sayRecord(shown)).toContain(`its fee: 1 USDC to ${feeTill}`)
      },
    )
    expect(record.problem).toBeUndefined()
    expect(sayRecord(record)).toContain(`Fee of fee: 1 USDC to ${feeTill}`)
    const receipt = record.artifacts.receipt?.receipt
    expect(receipt?.outcome).toBe('MET')
    expect((await readUsdc(feeTill)) - before).toBe(feeUnits)
    expect(receipt?.feesPaid).toMatchObject([{ symbol: 'USDC', decimal: '-1' }])
    expect(receipt?.steps[0]?.fees).toMatchObject([
      { account: feeTill, symbol: 'USDC', units: feeUnits, decimal: '1' },
    ])
  })

  test.each([
    ['more than', feeUnits - 1n],
    ['less than', feeUnits + 1n],
  ])(
    'error: a fee that takes %s it states is refused',
    async (name, stated) => {
      const [agent] = await world.serve([
        createFeeAgent(`fee-${name.split(' ')[0]}`, stated),
      ])
      if (!agent) throw new RangeError('one agent is served')
      world.setCandidates([free, agent])
      const record = await world.carryOut('swap 200 USDC for DAI')
      expect(
        record.artifacts.quotes?.outcomes.map(({ outcome }) =>
          outcome.type === 'rejected' ? outcome.code : outcome.type,
        ),
      ).toEqual(['quoted', 'FEE_NOT_AS_STATED'])
    },
  )
})

/** Swaps all but a dollar, which it sends to its till, and states what it likes. */
function createFeeAgent(name: string, statedUnits: bigint): Agent<'swap'> {
  const inner = createSwapSingleAgent(world.chain)
  return defineAgent({
    ...inner,
    name,
    feeBps: 100,
    async quote(instruction, context) {
      const { sell } = instruction
      const { amount } = sell
      if (amount?.type !== 'exact' || sell.token.address === 'native')
        return null
      const reply = await inner.quote(
        {
          ...instruction,
          sell: {
            ...sell,
            amount: { type: 'exact', units: amount.units - feeUnits },
          },
        },
        context,
      )
      if (reply === null || 'declined' in reply) return reply
      return {
        ...reply,
        calls: [
          ...(reply.calls ?? []),
          {
            to: sell.token.address,
            data: encodeFunctionData({
              abi: parseAbi(['function transfer(address to, uint256 units)']),
              args: [feeTill, feeUnits],
            }),
          },
        ],
        spend: [{ token: sell.token, atMostUnits: amount.units }],
        fee: [{ token: sell.token, to: feeTill, units: statedUnits }],
      }
    },
  })
}

const toFacilitatorRequest = (
  paymentPayload: unknown,
  paymentRequirements: unknown,
) =>
  facilitatorRequestSchema.parse({
    x402Version: 2,
    paymentPayload,
    paymentRequirements,
  })

function encodeDemand(): string {
  const { token, chainId } = world.toPrice(1n)
  return Buffer.from(
    JSON.stringify({
      x402Version: 2,
      accepts: [
        {
          scheme: 'exact',
          network: `eip155:${chainId}`,
          amount: String(priceUnits),
          asset: token.address,
          payTo: till,
          maxTimeoutSeconds: 60,
          extra: { name: token.name, version: token.version },
        },
      ],
    }),
  ).toString('base64')
}

async function listen(app: express.Express): Promise<string> {
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  world.onStop(async () => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
