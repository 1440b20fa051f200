import { deployments } from '@behest/evm'
import { quoteInProcess } from '@behest/sdk'
import { createTestRequest, describeAgentContract } from '@behest/sdk/testing'
import {
  type Address,
  type Instruction,
  type Quote,
  type Token,
  toDecimal,
} from '@behest/spec'
import fc from 'fast-check'
import { decodeFunctionData, erc20Abi } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import { createTransferAgent } from './createTransferAgent.js'

const deployment = deployments.ethereum
const { chainId } = deployment
const account = '0x00000000000000000000000000000000000aaaaa'
const friend = '0x00000000000000000000000000000000000fffff'
const signer = privateKeyToAccount(`0x${'01'.repeat(32)}`)
const toToken = (symbol: string): Token => {
  const found = deployment.tokens.find((token) => token.symbol === symbol)
  if (found === undefined) throw new TypeError(`no ${symbol}`)
  const { address, decimals } = found
  return { chainId, address, symbol, decimals }
}
const usdc = toToken('USDC')
const eth: Token = { chainId, address: 'native', symbol: 'ETH', decimals: 18 }
const toAddress = (token: Token) => token.address as Address

/** The agent on a chain where each allowance is `allowance`. */
const ask = (instruction: Instruction, allowance = 0n) =>
  quoteInProcess(
    createTransferAgent({
      chains: [
        {
          chainId,
          deployment,
          readAllowances: async ({ pairs }) => pairs.map(() => allowance),
        },
      ],
    }),
    { request: createTestRequest({ instruction, account, chainId }), signer },
  )
const transfer = (
  change: Partial<Extract<Instruction, { action: 'transfer' }>> = {},
) =>
  ask({
    action: 'transfer',
    token: usdc,
    amount: { type: 'exact', units: 5_000_000n },
    to: friend,
    ...change,
  })
const decode = (call: Quote['calls'][number] | undefined) => {
  const { functionName, args } = decodeFunctionData({
    abi: erc20Abi,
    data: call?.data ?? '0x',
  })
  return [functionName, ...(args ?? [])].map((value) =>
    typeof value === 'string' ? value.toLowerCase() : value,
  )
}

describe('createTransferAgent', () => {
  test('default: a token', async () => {
    const quote = (await transfer()) as Quote
    expect(quote).toMatchObject({
      venue: 'transfer',
      approvals: [],
      spend: [{ token: usdc, atMostUnits: 5_000_000n }],
      receive: [
        {
          token: usdc,
          account: friend,
          atLeastUnits: 5_000_000n,
          expectedUnits: 5_000_000n,
        },
      ],
      calls: [{ to: usdc.address, valueWei: 0n, amountOffsets: [36] }],
    })
    expect(decode(quote.calls[0])).toEqual(['transfer', friend, 5_000_000n])
  })

  test('L-UNIT-12: the native coin', async () => {
    await expect(transfer({ token: eth })).resolves.toMatchObject({
      spend: [{ token: eth, atMostUnits: 5_000_000n }],
      calls: [
        { to: friend, valueWei: 5_000_000n, data: '0x', amountOffsets: [-1] },
      ],
    })
  })

  test('behavior: an earlier step’s output: its least is sent, the rest is spliced', async () => {
    const quote = (await transfer({
      amount: { type: 'output', step: 's1', units: 95n, expectedUnits: 100n },
    })) as Quote
    expect(decode(quote.calls[0])).toEqual(['transfer', friend, 95n])
    expect(quote).toMatchObject({
      spend: [{ atMostUnits: 100n }],
      receive: [{ atLeastUnits: 95n, expectedUnits: 100n }],
    })
  })

  test('L-UNIT-07: every field of the instruction is in the calls', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.bigInt({ min: 1n, max: 2n ** 256n - 1n }),
        fc.bigInt({ min: 2n ** 32n, max: 2n ** 160n - 1n }),
        async (units, recipient) => {
          const to: Address = `0x${recipient.toString(16).padStart(40, '0')}`
          const quote = await transfer({ amount: { type: 'exact', units }, to })
          // Listed tokens are the only addresses of that size that it declines.
          if (quote.type !== 'behest.quote') return
          expect(decode((quote as Quote).calls[0])).toEqual([
            'transfer',
            to,
            units,
          ])
          expect((quote as Quote).summary).toContain(toDecimal(units, 6))
        },
      ),
      { numRuns: 30 },
    )
  })

  test.each<[string, Address]>([
    ['PARTY_IS_NOBODY', '0x0000000000000000000000000000000000000000'],
    ['PARTY_IS_NOBODY', '0x0000000000000000000000000000000000000001'],
    ['PARTY_IS_TOKEN', toAddress(usdc)],
    ['PARTY_IS_TOKEN', toAddress(usdc).toLowerCase() as Address],
    ['PARTY_IS_TOKEN', toAddress(toToken('DAI'))],
    ['PARTY_IS_TOKEN', deployment.wrappedNative],
    ['PARTY_IS_SENDER', account],
  ])('behavior: declines with %s', async (code, to) => {
    await expect(transfer({ to })).resolves.toMatchObject({
      type: 'behest.decline',
      code,
    })
    await expect(
      ask({
        action: 'approve',
        token: usdc,
        amount: { type: 'exact', units: 1n },
        spender: to,
      }),
    ).resolves.toMatchObject({ type: 'behest.decline', code })
  })

  test.each<[string, Parameters<typeof transfer>[0]]>([
    ['AMOUNT_ZERO', { amount: { type: 'exact', units: 0n } }],
    ['AMOUNT_UNRESOLVED', { amount: { type: 'share', bps: 10_000 } }],
  ])('behavior: declines with %s', async (code, change) => {
    await expect(transfer(change)).resolves.toMatchObject({ code })
  })

  test('behavior: an allowance is set to exactly what was said', async () => {
    const quote = (await ask({
      action: 'approve',
      token: usdc,
      amount: { type: 'exact', units: 7n },
      spender: friend,
    })) as Quote
    expect(quote.calls.map(decode)).toEqual([['approve', friend, 7n]])
    expect(quote).toMatchObject({ spend: [], approvals: [] })
  })

  test('L-APPR-07: an allowance that is not 0 is reset first', async () => {
    const quote = (await ask(
      {
        action: 'approve',
        token: usdc,
        amount: { type: 'exact', units: 7n },
        spender: friend,
      },
      3n,
    )) as Quote
    expect(quote.calls.map(decode)).toEqual([
      ['approve', friend, 0n],
      ['approve', friend, 7n],
    ])
  })

  test('behavior: revoking sets it to 0, whoever has it', async () => {
    const quote = (await ask(
      { action: 'revoke', token: usdc, spender: toAddress(usdc) },
      3n,
    )) as Quote
    expect(quote.calls.map(decode)).toEqual([
      ['approve', toAddress(usdc).toLowerCase(), 0n],
    ])
  })

  test.each<[string, Instruction, bigint]>([
    [
      'NOTHING_TO_REVOKE',
      { action: 'revoke', token: usdc, spender: friend },
      0n,
    ],
    [
      'NATIVE_HAS_NO_ALLOWANCE',
      { action: 'revoke', token: eth, spender: friend },
      1n,
    ],
    [
      'ALLOWANCE_IS_SET',
      {
        action: 'approve',
        token: usdc,
        spender: friend,
        amount: { type: 'exact', units: 7n },
      },
      7n,
    ],
    [
      'AMOUNT_UNRESOLVED',
      {
        action: 'approve',
        token: usdc,
        spender: friend,
        amount: { type: 'share', bps: 1 },
      },
      7n,
    ],
  ])('behavior: declines with %s', async (code, instruction, allowance) => {
    await expect(ask(instruction, allowance)).resolves.toMatchObject({ code })
  })
})

const request = (instruction: Instruction) =>
  createTestRequest({ instruction, account, chainId })
const exact = { type: 'exact', units: 5_000_000n } as const
describeAgentContract(
  createTransferAgent({
    chains: [
      {
        chainId,
        deployment,
        readAllowances: async ({ pairs }) => pairs.map(() => 1n),
      },
    ],
  }),
  {
    describe,
    test,
    fixtures: [
      {
        name: 'a token',
        expected: 'quote',
        request: request({
          action: 'transfer',
          token: usdc,
          amount: exact,
          to: friend,
        }),
      },
      {
        name: 'the native coin',
        expected: 'quote',
        request: request({
          action: 'transfer',
          token: eth,
          amount: exact,
          to: friend,
        }),
      },
      {
        name: 'an allowance',
        expected: 'quote',
        request: request({
          action: 'approve',
          token: usdc,
          amount: exact,
          spender: friend,
        }),
      },
      {
        name: 'a revocation',
        expected: 'quote',
        request: request({ action: 'revoke', token: usdc, spender: friend }),
      },
      {
        name: 'to nobody',
        expected: 'decline',
        request: request({
          action: 'transfer',
          token: usdc,
          amount: exact,
          to: `0x${'0'.repeat(40)}`,
        }),
      },
    ],
  },
)
