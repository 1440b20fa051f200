import { type Devnet, start } from '@behest/devnet'
import { toLocalDeployment } from '@behest/evm'
import {
  type Address,
  type Capability,
  isSameAddress,
  type Quote,
  quoteRequestSchema,
} from '@behest/spec'
import {
  createPublicClient,
  createTestClient,
  encodeFunctionData,
  erc20Abi,
  http,
  parseEther,
} from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { createCanary } from './createCanary.js'
import { createCanarySimulation } from './createCanarySimulation.js'
import { createFindAllowances } from './findAllowances.js'

const owner: Address = '0x00000000000000000000000000000000000a11ce'
const spender: Address = '0x0000000000000000000000000000000000000b0b'
const capabilityOf = (action: Capability['action']): Capability => ({
  action,
  chains: 'any',
  tokens: 'any',
  venues: [],
  feeBps: 0,
  spenders: [],
  maxValidForSeconds: 300,
  examples: [],
})

let devnet: Devnet
let canary: ReturnType<typeof createCanary>
let simulate: ReturnType<typeof createCanarySimulation>
const findDeployment = async () => toLocalDeployment(devnet.addresses)

/** Gives the spender an allowance on USDC, as somebody else's transaction. */
async function approve(units: bigint): Promise<void> {
  const chain = createPublicClient({ transport: http(devnet.url) })
  const test = createTestClient({ mode: 'anvil', transport: http(devnet.url) })
  await test.setBalance({ address: owner, value: parseEther('1') })
  await test.impersonateAccount({ address: owner })
  const hash = await chain.request({
    method: 'eth_sendTransaction' as never,
    params: [
      {
        from: owner,
        to: devnet.addresses.tokens.USDC,
        data: encodeFunctionData({
          abi: erc20Abi,
          functionName: 'approve',
          args: [spender, units],
        }),
      },
    ] as never,
  })
  await chain.waitForTransactionReceipt({ hash })
}

beforeAll(async () => {
  devnet = await start({})
  canary = createCanary({
    rpcUrl: devnet.url,
    chainId: () => 31_337,
    findDeployment,
    secret: 'of the test',
  })
  simulate = createCanarySimulation({ rpcUrl: devnet.url, findDeployment })
})
afterAll(async () => {
  await devnet.stop()
})

describe('createCanary', () => {
  test('default: asks as an engine does, of the block that is', async () => {
    for (const action of ['swap', 'transfer', 'approve', 'ask'] as const) {
      const request = await canary.buildRequest({
        capability: capabilityOf(action),
        seed: 3,
      })
      if (request === undefined) throw new RangeError('nothing was asked')
      expect(request.instruction.action).toBe(action)
      const wire = z.encode(quoteRequestSchema, request)
      expect(quoteRequestSchema.safeParse(wire).success).toBe(true)
    }
    expect(
      await canary.buildRequest({ capability: capabilityOf('stake'), seed: 3 }),
    ).toBeUndefined()
  })

  test('behavior: what is revoked stands on the chain, and only that', async () => {
    await approve(5_000_000n)
    const find = () =>
      createFindAllowances(createPublicClient({ transport: http(devnet.url) }))(
        toLocalDeployment(devnet.addresses),
      )
    const isOurs = (pair: { owner: string; spender: string }) =>
      isSameAddress(pair.owner, owner) && isSameAddress(pair.spender, spender)
    expect((await find()).filter(isOurs)).toHaveLength(1)
    const request = await canary.buildRequest({
      capability: capabilityOf('revoke'),
      seed: 1,
    })
    expect(request?.instruction.action).toBe('revoke')
    await approve(0n)
    expect((await find()).filter(isOurs)).toEqual([])
  })

  test('behavior: an allowance other than asked for is a contradiction', async () => {
    const request = await canary.buildRequest({
      capability: capabilityOf('approve'),
      seed: 8,
    })
    if (request?.instruction.action !== 'approve')
      throw new RangeError('nothing was asked')
    const { token, amount, spender: asked } = request.instruction
    if (amount.type !== 'exact' || token.address === 'native')
      throw new RangeError('an allowance is a number')
    const to = token.address
    const quoteOf = (units: bigint, who: Address) =>
      ({
        account: request.account,
        calls: [
          {
            to,
            valueWei: 0n,
            data: encodeFunctionData({
              abi: erc20Abi,
              functionName: 'approve',
              args: [who, units],
            }),
          },
        ],
        approvals: [],
        spend: [],
        receive: [],
      }) as unknown as Quote
    expect(
      await simulate({ quote: quoteOf(amount.units, asked), request }),
    ).toBeUndefined()
    for (const quote of [
      quoteOf(amount.units * 2n, asked),
      quoteOf(amount.units, owner),
    ])
      expect(await simulate({ quote, request })).toContain(
        'an allowance other than',
      )
  })
})
