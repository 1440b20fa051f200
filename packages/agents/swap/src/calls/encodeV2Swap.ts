import { uniswapV2RouterAbi } from '@behest/evm'
import { encodeFunctionData, type Hex } from 'viem'
import type { EncodedSwap, EncodeSwapOptions } from './encodeSwap.js'
import { listTokens } from './encodeSwap.js'
import type { SwapLeg } from './SwapLeg.js'

/**
 * Encodes one leg through V2 pairs alone as a call of V2's own router.
 *
 * Exact inputs take the forms that measure what arrives: the others trust what
 * they computed, and a token that begins to take a fee would pay under the bound.
 * An exact output is paid to the unit.
 *
 * @param options.leg - Through V2 pairs only.
 * @returns Calldata, native coin to send in wei, and the sold amount's places.
 */
export function encodeV2Swap(
  options: Omit<EncodeSwapOptions, 'legs'> & { readonly leg: SwapLeg },
): EncodedSwap {
  const { leg, sellsNative } = options
  const data = encodeCall(options)
  if (leg.type === 'exact-out')
    return {
      data,
      valueWei: sellsNative ? leg.mostInUnits : 0n,
      amountOffsets: [],
    }
  return {
    data,
    valueWei: sellsNative ? leg.amountInUnits : 0n,
    // The first argument, right behind the selector; of coin it is the value.
    amountOffsets: [sellsNative ? -1 : 4],
  }
}

function encodeCall(options: Parameters<typeof encodeV2Swap>[0]): Hex {
  const { leg, account, sellsNative, buysNative } = options
  const path = listTokens(leg.hops)
  const rest = [path, account, BigInt(options.deadlineUnixSeconds)] as const
  const abi = uniswapV2RouterAbi
  if (leg.type === 'exact-in') {
    const { amountInUnits, leastOutUnits } = leg
    return sellsNative
      ? encodeFunctionData({
          abi,
          functionName: 'swapExactETHForTokensSupportingFeeOnTransferTokens',
          args: [leastOutUnits, ...rest],
        })
      : encodeFunctionData({
          abi,
          functionName: buysNative
            ? 'swapExactTokensForETHSupportingFeeOnTransferTokens'
            : 'swapExactTokensForTokensSupportingFeeOnTransferTokens',
          args: [amountInUnits, leastOutUnits, ...rest],
        })
  }
  const { amountOutUnits, mostInUnits } = leg
  return sellsNative
    ? encodeFunctionData({
        abi,
        functionName: 'swapETHForExactTokens',
        args: [amountOutUnits, ...rest],
      })
    : encodeFunctionData({
        abi,
        functionName: buysNative
          ? 'swapTokensForExactETH'
          : 'swapTokensForExactTokens',
        args: [amountOutUnits, mostInUnits, ...rest],
      })
}
