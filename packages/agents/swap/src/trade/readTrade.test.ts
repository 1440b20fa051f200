import type { InstructionOf } from '@behest/sdk'
import type { InstructionAmount, Token } from '@behest/spec'
import { describe, expect, test } from 'vitest'
import { readTrade } from './readTrade.js'

const wrappedNative = '0x00000000000000000000000000000000000000ee'
const eth: Token = {
  chainId: 1,
  address: 'native',
  symbol: 'ETH',
  decimals: 18,
}
const usdc: Token = {
  chainId: 1,
  address: '0x00000000000000000000000000000000000000aa',
  symbol: 'USDC',
  decimals: 6,
}
const swap = (
  sell?: InstructionAmount,
  buy?: InstructionAmount,
): InstructionOf<'swap'> => ({
  action: 'swap',
  sell: { token: eth, ...(sell === undefined ? {} : { amount: sell }) },
  buy: { token: usdc, ...(buy === undefined ? {} : { amount: buy }) },
  maxSlippageBps: 50,
})
const exact = (units: bigint): InstructionAmount => ({ type: 'exact', units })

describe('readTrade', () => {
  test('L-UNIT-13: the amount that is given is the one that is fixed', () => {
    expect(readTrade(swap(exact(5n)), wrappedNative)).toMatchObject({
      type: 'exact-in',
      sellUnits: 5n,
      mostSellUnits: 5n,
      sellToken: wrappedNative,
      buyToken: usdc.address,
      wantedUnits: 0n,
    })
    expect(readTrade(swap(undefined, exact(7n)), wrappedNative)).toMatchObject({
      type: 'exact-out',
      buyUnits: 7n,
    })
    expect(readTrade(swap(exact(5n), exact(7n)), wrappedNative)).toMatchObject({
      type: 'exact-in',
      sellUnits: 5n,
      wantedUnits: 7n,
    })
  })

  test('an earlier step’s output: the least is encoded, the most is spent', () => {
    const amount: InstructionAmount = {
      type: 'output',
      step: 's1',
      units: 90n,
      expectedUnits: 100n,
    }
    expect(readTrade(swap(amount), wrappedNative)).toMatchObject({
      sellUnits: 90n,
      mostSellUnits: 100n,
      isOutput: true,
    })
  })

  test.each<[string, InstructionOf<'swap'>]>([
    ['AMOUNT_MISSING', swap()],
    ['AMOUNT_ZERO', swap(exact(0n))],
    ['AMOUNT_ZERO', swap(undefined, exact(0n))],
    ['AMOUNT_UNRESOLVED', swap({ type: 'share', bps: 10_000 })],
    ['SAME_TOKEN', { ...swap(exact(1n)), buy: { token: eth } }],
  ])('declines with %s', (declined, instruction) => {
    expect(readTrade(instruction, wrappedNative)).toMatchObject({ declined })
  })
})
