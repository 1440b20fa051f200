import { wethAbi } from '@behest/evm'
import type { AgentQuote } from '@behest/sdk'
import type { Address } from '@behest/spec'
import { encodeFunctionData } from 'viem'
import type { Trade } from './readTrade.js'

/**
 * Builds the quote that wraps or unwraps native coin: one for one, no pool.
 *
 * @param options.trade - One whose two sides are the same token once wrapped.
 * @param options.account - Who wraps and receives.
 * @param options.wrappedNative - The contract that wraps.
 * @param options.validUntilUnixSeconds - Chain time.
 */
export function wrapNative(options: {
  readonly trade: Trade
  readonly account: Address
  readonly wrappedNative: Address
  readonly validUntilUnixSeconds: number
}): AgentQuote {
  const { trade, account, wrappedNative, validUntilUnixSeconds } = options
  const isExactIn = trade.type === 'exact-in'
  const units = isExactIn ? trade.sellUnits : trade.buyUnits
  const isWrap = trade.sell.address === 'native'
  return {
    venue: 'wrapped-native',
    calls: [
      isWrap
        ? {
            to: wrappedNative,
            valueWei: units,
            data: encodeFunctionData({
              abi: wethAbi,
              functionName: 'deposit',
            }),
            amountOffsets: [-1],
          }
        : {
            to: wrappedNative,
            data: encodeFunctionData({
              abi: wethAbi,
              functionName: 'withdraw',
              args: [units],
            }),
            // The only argument, right behind the selector.
            amountOffsets: [4],
          },
    ],
    spend: [
      {
        token: trade.sell,
        atMostUnits: isExactIn ? trade.mostSellUnits : units,
      },
    ],
    receive: [
      { token: trade.buy, account, atLeastUnits: units, expectedUnits: units },
    ],
    summary: isWrap ? 'Wraps one for one.' : 'Unwraps one for one.',
    validUntilUnixSeconds,
  }
}
