import { type Devnet, start } from '@behest/devnet'
import type { Address, Quote, QuoteRequest } from '@behest/spec'
import { encodeFunctionData, parseAbi } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCanarySimulation } from './createCanarySimulation.js'

const erc20 = parseAbi(['function transfer(address to, uint256 units)'])
const account: Address = `0x7e57${'11'.repeat(18)}`
const other: Address = `0x${'0b'.repeat(20)}`

let devnet: Devnet
let simulate: ReturnType<typeof createCanarySimulation>
beforeAll(async () => {
  devnet = await start({})
  simulate = createCanarySimulation(devnet.url)
})
afterAll(async () => {
  await devnet.stop()
})

/** A quote that moves `moved` and says that it moves `said`. */
function ask(options: {
  readonly moved: bigint
  readonly said: bigint
  readonly atMost?: bigint
  readonly valueWei?: bigint
}): Promise<string | undefined> {
  const address = devnet.addresses.tokens.USDC
  const token = { chainId: 31_337, symbol: 'USDC', address, decimals: 6 }
  const quote = {
    account,
    calls: [
      {
        to: address,
        valueWei: options.valueWei ?? 0n,
        data: encodeFunctionData({
          abi: erc20,
          functionName: 'transfer',
          args: [other, options.moved],
        }),
      },
    ],
    approvals: [],
    spend: [{ token, atMostUnits: options.atMost ?? options.said }],
    receive: [
      {
        token,
        account: other,
        atLeastUnits: options.said,
        expectedUnits: options.said,
      },
    ],
  } as unknown as Quote
  const request = {
    instruction: { action: 'transfer' },
  } as unknown as QuoteRequest
  return simulate({ quote, request })
}

describe('createCanarySimulation', () => {
  test('default: a quote that does what it says passes, from an account that owns nothing', async () => {
    expect(await ask({ moved: 5_000_000n, said: 5_000_000n })).toBeUndefined()
  })

  test('behavior: less than promised is a contradiction', async () => {
    expect(await ask({ moved: 4_000_000n, said: 5_000_000n })).toContain(
      'give 4000000 of USDC, and the quote says at least 5000000',
    )
  })

  test('behavior: more taken than said is a contradiction', async () => {
    expect(
      await ask({ moved: 9_000_000n, said: 5_000_000n, atMost: 5_000_000n }),
    ).toContain('take 9000000 of USDC, and the quote says at most 5000000')
  })

  test('behavior: calls that revert are a contradiction', async () => {
    expect(
      await ask({ moved: 5n, said: 5n, atMost: 5n, valueWei: 1n }),
    ).toContain('call 1 of the quote reverts')
  })
})
